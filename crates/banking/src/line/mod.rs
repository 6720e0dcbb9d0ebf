//! The lines to institutions: the calls of `docs/line.openapi.yaml` as the hub makes them.
//!
//! [`Lines`] is what the rest of the hub holds: a registry that keeps one [`Line`] per institution behind a circuit
//! breaker and a bulkhead, and says of every call whether money may have moved. Silence is never turned into failure
//! here, and nothing here decides about transfers, retries or limits. [`check`] turns the protocol round: it plays
//! the hub against an institution's line and reports which promises held.

mod answer;
mod ask;
mod breaker;
pub mod check;
mod fault;
mod health;
mod http;
mod lines;
mod scripted;
mod tls;
mod typed;
mod wire;

use std::time::Duration;

use futures_util::future::BoxFuture;
use naru_core::Institution;

use std::sync::Arc;

pub use answer::{
    AccountList, Answer, Balance, FoundAccount, Holder, LegOutcome, LineStatus, Moved, Movement, TransactionsPage, Way,
};
pub use ask::{Ask, MoveAsk, MovementFilter, MovementOrder, TransactionsAsk};
pub use breaker::BreakerState;
pub use fault::LineFault;
pub use http::{HttpConnect, HttpLine, LineSetup};
pub use lines::{Asked, LineState, Lines};
pub use scripted::ScriptedLine;
pub use tls::LineTls;
pub use typed::Inquiry;

/// A way to put one question to one institution.
///
/// An implementation answers within `within`, and tells apart what [`LineFault`] tells apart: it says `Down` only
/// when nothing of the request can have reached the institution, or when the institution itself says so.
pub trait Line: Send + Sync {
    /// Asks, and waits for the answer no longer than `within`.
    ///
    /// # Errors
    /// A [`LineFault`] when no usable answer came.
    fn ask(&self, ask: Ask, within: Duration) -> BoxFuture<'_, Result<Answer, LineFault>>;
}

/// How the registry comes by a line when an institution appears or changes. Does no I/O and does not fail: an
/// institution that cannot be reached has a line that says so.
pub trait Connect: Send + Sync {
    /// The line to this institution.
    fn connect(&self, institution: &Institution) -> Arc<dyn Line>;
}

impl<F> Connect for F
where
    F: Fn(&Institution) -> Arc<dyn Line> + Send + Sync,
{
    fn connect(&self, institution: &Institution) -> Arc<dyn Line> {
        self(institution)
    }
}
