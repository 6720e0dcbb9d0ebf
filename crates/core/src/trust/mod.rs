//! The chain of trust: seven links, judged in their order at every call.
//!
//! [`judge`] is a pure function of a [`Standing`] (what the database knows about the parties, read in one query) and a
//! [`Demand`] (what this call needs). The [`Verdict`] decides the call, is stored with it and is what the error says.

mod judge;
mod link;
mod standing;
mod why;

pub use judge::{judge, may_ask};
pub use link::{Fact, Judgement, Link, Verdict};
pub use standing::{
    AccountStanding, AccountUse, ChannelStanding, ClientStanding, Demand, GrantStanding, ProofStanding, Standing,
    TokenStanding,
};
pub use why::Why;
