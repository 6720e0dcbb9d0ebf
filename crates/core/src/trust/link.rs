//! The links, what each answered, and the verdict over all of them.

use serde::{Deserialize, Serialize};

use super::Why;
use crate::words;

/// One link of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Is the key presented by the one it was issued to?
    Channel,
    /// Is the fintech admitted today?
    Organisation,
    /// Is the app the one that was reviewed?
    Application,
    /// Is the person proofed, and not blocked?
    Person,
    /// Are person, number, SIM, handset, app and password still the ones bound?
    Device,
    /// Did the person allow this, for this account, until now?
    Consent,
    /// Is this very request sound?
    Transaction,
}
words!(Link, "link", {
    Channel = "channel",
    Organisation = "organisation",
    Application = "application",
    Person = "person",
    Device = "device",
    Consent = "consent",
    Transaction = "transaction",
});

impl Link {
    /// The link's name for people.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Channel => ("통로", "channel"),
            Self::Organisation => ("기관", "organisation"),
            Self::Application => ("앱", "application"),
            Self::Person => ("사람", "person"),
            Self::Device => ("기기", "device"),
            Self::Consent => ("동의", "consent"),
            Self::Transaction => ("거래", "transaction"),
        }
    }
}

/// One piece of evidence: a name from a closed list in the judge, and an id, a code or a moment. Never a personal fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact(pub std::borrow::Cow<'static, str>, pub String);

impl Fact {
    /// A piece of evidence.
    pub fn new(name: &'static str, value: impl ToString) -> Self {
        Self(std::borrow::Cow::Borrowed(name), value.to_string())
    }
}

/// What a link answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Judgement {
    /// The link holds.
    Holds {
        /// By what.
        evidence: Vec<Fact>,
    },
    /// The link is broken: the call is refused.
    Broken {
        /// Why.
        why: Why,
        /// By what.
        evidence: Vec<Fact>,
    },
    /// Its source did not answer; never taken for fine where the call demands the link.
    Unknown {
        /// Why.
        why: Why,
    },
    /// A stronger proof stood in.
    Compensated {
        /// Which.
        by: String,
    },
    /// The call does not demand this link, or an earlier one was broken.
    NotAsked,
}

/// The judged chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    links: [Judgement; 7],
}

impl Verdict {
    pub(super) const fn new(links: [Judgement; 7]) -> Self {
        Self { links }
    }

    /// Every link with its judgement, in the order in which they are judged.
    pub fn links(&self) -> impl Iterator<Item = (Link, &Judgement)> {
        Link::ALL.iter().copied().zip(&self.links)
    }

    /// What one link answered.
    pub const fn of(&self, link: Link) -> &Judgement {
        &self.links[link as usize]
    }

    /// The broken link, if any, with its reason and evidence.
    pub fn broken(&self) -> Option<(Link, Why, &[Fact])> {
        self.links().find_map(|(link, judgement)| match judgement {
            Judgement::Broken { why, evidence } => Some((link, *why, evidence.as_slice())),
            _ => None,
        })
    }

    /// Whether the call may be answered.
    pub fn holds(&self) -> bool {
        self.broken().is_none()
    }

    /// The verdict after the transaction link broke later than the others were judged, such as at a limit that is
    /// taken in the commit of the intention.
    #[must_use]
    pub fn break_transaction(mut self, why: Why, evidence: Vec<Fact>) -> Self {
        self.links[Link::Transaction as usize] = Judgement::Broken { why, evidence };
        self
    }

    /// The verdict with more evidence under the transaction link, where that holds.
    #[must_use]
    pub fn with_transaction(mut self, fact: Fact) -> Self {
        if let Judgement::Holds { evidence } = &mut self.links[Link::Transaction as usize] {
            evidence.push(fact);
        }
        self
    }
}
