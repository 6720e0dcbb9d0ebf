//! The HTTP kit: the listener with the caller's certificate, the judged route, the call log, the route table, and the
//! envelope of the KFTC wire profile. No feature's noun may appear here.

mod calls;
mod health;
mod hub;
pub mod kftc;
mod listener;
mod metrics;
mod once;
pub mod outbound;
mod problem;
mod route;
mod trusted;

pub use calls::CallLog;
pub use health::ops_router;
pub use hub::{Hub, HubSettings, Lives};
pub use listener::{Listener, ListenerError, PeerCertificate, Served, ServerTls};
pub use metrics::Metrics;
pub use problem::Problem;
pub use route::{Effect, Route, Who, router};
pub use trusted::{Demanding, Trusted};
