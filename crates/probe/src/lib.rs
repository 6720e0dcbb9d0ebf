//! Looking at a registered endpoint from outside: TLS, certificates, headers, pages. One look, one observation.
//!
//! A look never decides about an organisation. It says what was seen, what was wanted, and whether it could look at
//! all: what could not be seen is [`Outcome::Error`], never failed and never fine. Every look is bounded in time and
//! bytes by [`Settings`]; time and chance come in as arguments. Nothing is stored here and nothing is asked again.

mod certificate;
mod dates;
mod dial;
mod fault;
mod fetch;
mod headers;
mod hello;
mod look;
mod mutual;
mod observation;
mod page;
mod policy;
mod reach;
mod registry;
mod reply;
mod settings;
#[cfg(test)]
mod stand;
mod suites;
mod target;
mod text;
mod tls;
mod trust;

pub use certificate::certificate;
pub use fault::Fault;
pub use headers::headers;
pub use look::Look;
pub use mutual::{Identity, IdentityError, mutual};
pub use observation::{Check, Observation, Outcome, Probe};
pub use page::{PageKind, page};
pub use reach::{Answers, Names, Reach, RootsError};
pub use settings::Settings;
pub use suites::Version;
pub use target::{Target, TargetError};
pub use tls::tls;

/// The version written into every observation: it changes when a look sees or judges differently.
pub const PROBER_VERSION: &str = concat!("naru-probe/", env!("CARGO_PKG_VERSION"));
