//! What the pages at the end of a way show: it is done, or it does not go on.

use naru_core::words;
use serde::Serialize;

use crate::chain::ChainView;

/// Something is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoneView {
    /// What.
    pub what: DoneWord,
    /// The fintech it was about; empty where it was about none.
    pub client_name: String,
    /// Where the person's consents are, where they can go there.
    pub consents_href: Option<String>,
}

impl DoneView {
    /// Something that was about no fintech in particular.
    pub fn plain(what: DoneWord, has_consents: bool) -> Self {
        Self {
            what,
            client_name: String::new(),
            consents_href: has_consents.then(|| "/grants".to_owned()),
        }
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoneWord {
    /// The person agreed, and the way back to the app is closed.
    Agreed,
    /// The person refused.
    Refused,
    /// The person ended a consent.
    Revoked,
    /// The person signed out.
    SignedOut,
}
words!(DoneWord, "outcome", {
    Agreed = "agreed", Refused = "refused", Revoked = "revoked", SignedOut = "signed_out",
});

/// It does not go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProblemView {
    /// Which problem; gives the title, and the words below where they are absent.
    pub kind: ProblemWord,
    /// What happened, in the reader's language, where the kind's own words are not enough.
    pub sentence: Option<String>,
    /// What the reader can do, in the reader's language, where the kind's own words are not enough.
    pub hint: Option<String>,
    /// Under which number it can be found: the call's correlation id.
    pub reference: String,
    /// The chain, where a call was judged.
    pub chain: Option<ChainView>,
    /// Where the person can try again, if that helps.
    pub retry_href: Option<String>,
}

/// The problems a person can meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemWord {
    /// The fintech's request lacks something or does not fit (400).
    RequestUnsound,
    /// The client is not registered (400); nothing is sent back to it.
    ClientUnknown,
    /// The return address is not the registered one (400); nothing is sent to it.
    RedirectUnknown,
    /// The client is not admitted, suspended or closed (403).
    ClientStopped,
    /// The authorization or the session has run out (400, 403).
    OutOfTime,
    /// Too many tries (429).
    TooMany,
    /// There is no such page (404).
    NotFound,
    /// The chain broke (403).
    Refused,
    /// A fault of the hub, or a source that does not answer (500, 503).
    Unavailable,
}
words!(ProblemWord, "problem", {
    RequestUnsound = "request_unsound",
    ClientUnknown = "client_unknown",
    RedirectUnknown = "redirect_unknown",
    ClientStopped = "client_stopped",
    OutOfTime = "out_of_time",
    TooMany = "too_many",
    NotFound = "not_found",
    Refused = "refused",
    Unavailable = "unavailable",
});
