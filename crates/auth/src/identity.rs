//! The identity check: who is the person in front of the browser?
//!
//! A trait, because the check belongs to an agency of its own. The implementation here asks the agency over HTTP;
//! the agency of a trial is simulated.

use futures_util::future::BoxFuture;
use naru_core::PersonFacts;
use naru_web::outbound::{Outbound, OutboundError};
use serde::{Deserialize, Serialize};

/// What a person says about themselves.
#[derive(Clone, Serialize)]
pub struct Claim {
    /// Full name.
    pub name: String,
    /// `yyyyMMdd`.
    pub birth_date: String,
    /// Mobile number.
    pub cell_no: String,
}

/// What came of sending a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// A code is on its way.
    Code {
        /// The check's name for it.
        request_id: String,
        /// The message itself, where the agency is a simulation.
        simulated_message: Option<String>,
    },
    /// The agency knows nobody like that.
    NoMatch,
}

/// What came of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// This is the person.
    Person(Box<PersonFacts>),
    /// Not the code that was sent.
    Wrong {
        /// How many tries are left.
        tries_left: u32,
    },
    /// Too late, or used before.
    Expired,
}

/// The agency did not answer: who the person is stays unknown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the identity check did not answer: {0}")]
pub struct NoAnswer(pub OutboundError);

/// An agency that proofs identities.
pub trait IdentityCheck: Send + Sync {
    /// Sends a code to the person's phone.
    fn send<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Sent, NoAnswer>>;

    /// Compares the code that the person typed.
    fn confirm<'a>(&'a self, request_id: &'a str, code: &'a str) -> BoxFuture<'a, Result<Confirmed, NoAnswer>>;
}

/// The agency behind an address.
pub struct HttpIdentity(Outbound);

impl HttpIdentity {
    /// An agency reached through this client.
    pub const fn new(outbound: Outbound) -> Self {
        Self(outbound)
    }
}

#[derive(Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
enum SentAnswer {
    Sent {
        request_id: String,
        simulated_message: Option<String>,
    },
    NoMatch,
}

#[derive(Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
enum ConfirmedAnswer {
    Confirmed(PersonFacts),
    Wrong { tries_left: u32 },
    Expired,
}

impl IdentityCheck for HttpIdentity {
    fn send<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Sent, NoAnswer>> {
        Box::pin(async move {
            Ok(
                match self.0.post("/identity/requests", claim).await.map_err(NoAnswer)? {
                    SentAnswer::Sent {
                        request_id,
                        simulated_message,
                    } => Sent::Code {
                        request_id,
                        simulated_message,
                    },
                    SentAnswer::NoMatch => Sent::NoMatch,
                },
            )
        })
    }

    fn confirm<'a>(&'a self, request_id: &'a str, code: &'a str) -> BoxFuture<'a, Result<Confirmed, NoAnswer>> {
        Box::pin(async move {
            // The id goes into a path: only what the agency itself could have made may stand there.
            if request_id.is_empty()
                || !request_id
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            {
                return Ok(Confirmed::Expired);
            }
            let path = format!("/identity/requests/{request_id}/confirm");
            let answer = self
                .0
                .post(&path, &serde_json::json!({ "code": code }))
                .await
                .map_err(NoAnswer)?;
            Ok(match answer {
                ConfirmedAnswer::Confirmed(facts) => Confirmed::Person(Box::new(facts)),
                ConfirmedAnswer::Wrong { tries_left } => Confirmed::Wrong { tries_left },
                ConfirmedAnswer::Expired => Confirmed::Expired,
            })
        })
    }
}
