//! The HTTP kit: the listener with the caller's certificate, the judged route, the call log, the route table, and the
//! envelope of the KFTC wire profile. No feature's noun may appear here.

mod calls;
pub mod fapi2;
mod health;
mod hub;
pub mod kftc;
mod listener;
mod metrics;
mod once;
pub mod outbound;
mod presented;
mod problem;
mod rates;
mod remote_keys;
mod replay;
mod revoked;
mod route;
mod signing;
mod trusted;

pub use calls::CallLog;
pub use health::ops_router;
pub use hub::{ASSERTION_SECONDS, Hub, HubSettings, Lives, OutboundSettings};
pub use listener::{Listener, ListenerError, PeerAddress, PeerCertificate, Served, ServerTls};
pub use metrics::Metrics;
pub use problem::Problem;
pub use rates::{Asker, RateSettings, Rates};
pub use remote_keys::{RemoteKeys, RemoteKeysError};
pub use replay::{Claim, Replays};
pub use revoked::RevokedCertificates;
pub use route::{Effect, Route, Who, limited, router};
pub use signing::{HubKeys, KeySet};
pub use trusted::{Demanding, Trusted};
