//! A leg: one instruction to one institution, with a reference of the hub's own that is made before the
//! institution is asked and stays the same at every retry. Its outcome has three values: yes, no, unknown.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{BankCode, Timestamp, TransferId, Won, words};

/// Which leg of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LegKind {
    /// Takes the money.
    Debit,
    /// Gives the money.
    Credit,
    /// Gives the money back where it was taken.
    Reversal,
}
words!(LegKind, "leg", { Debit = "debit", Credit = "credit", Reversal = "reversal" });

/// Where a leg stands in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegState {
    /// Intended; its outcome is not final.
    Pending,
    /// The institution did it; its postings stand.
    Posted,
    /// The institution did not and will not do it.
    Voided,
}
words!(LegState, "leg state", { Pending = "pending", Posted = "posted", Voided = "voided" });

/// The hub's reference of one leg: the transfer and the leg's letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LegReference {
    /// Whose leg.
    pub transfer_id: TransferId,
    /// Which leg.
    pub kind: LegKind,
}

impl fmt::Display for LegReference {
    /// The transfer's id and `-d`, `-c` or `-r`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self.kind {
            LegKind::Debit => 'd',
            LegKind::Credit => 'c',
            LegKind::Reversal => 'r',
        };
        write!(f, "{}-{letter}", self.transfer_id)
    }
}

/// What an institution tells about a leg it executed. Sealed at rest.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegFacts {
    /// The account holder's name.
    #[serde(default)]
    pub holder_name: String,
    /// The institution's own words.
    #[serde(default)]
    pub message: String,
}

impl fmt::Debug for LegFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LegFacts(sealed)")
    }
}

/// What asking an institution to move money came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Executed.
    Yes(LegFacts),
    /// Refused on purpose, with the institution's code.
    No {
        /// Three digits.
        code: String,
        /// The institution's own words.
        message: String,
    },
    /// It may or may not have been executed; only asking again can tell.
    Unknown {
        /// The code that said so, or an empty text for silence.
        code: String,
    },
    /// Certainly not executed: it could not be reached, or said that it is down.
    Down {
        /// The code that said so, or an empty text where no connection was made.
        code: String,
    },
}

impl Outcome {
    /// The outcome that an institution's answer code stands for.
    pub fn of_code(code: &str, facts: LegFacts) -> Self {
        match code {
            "000" => Self::Yes(facts),
            "400" | "803" | "804" | "819" | "822" => Self::Unknown { code: code.to_owned() },
            "111" | "114" => Self::Down { code: code.to_owned() },
            _ if code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit()) => Self::No {
                code: code.to_owned(),
                message: facts.message,
            },
            _ => Self::Unknown { code: String::new() },
        }
    }

    /// Whether the outcome will not change any more.
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Unknown { .. })
    }

    /// The code to show and store: `000` for yes, empty where the institution said nothing.
    pub fn code(&self) -> &str {
        match self {
            Self::Yes(_) => "000",
            Self::No { code, .. } | Self::Unknown { code } | Self::Down { code } => code,
        }
    }
}

/// One leg as it is stored: a pending pair of postings until its outcome is final.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// The hub's reference.
    pub reference: LegReference,
    /// Which institution is asked.
    pub bank_code: BankCode,
    /// How much.
    pub amount: Won,
    /// Where it stands.
    pub state: LegState,
    /// The institution's last code; empty before any.
    pub code: String,
    /// What the institution told.
    pub facts: LegFacts,
    /// When the outcome became final.
    pub settled_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_fall_into_four_classes_and_nonsense_is_unknown() {
        let class = |code: &str| match Outcome::of_code(code, LegFacts::default()) {
            Outcome::Yes(_) => "yes",
            Outcome::No { .. } => "no",
            Outcome::Unknown { .. } => "unknown",
            Outcome::Down { .. } => "down",
        };
        assert_eq!(class("000"), "yes");
        for code in ["412", "452", "453", "454", "455", "456", "464", "490", "999"] {
            assert_eq!(class(code), "no", "{code}");
        }
        for code in ["400", "803", "804", "819", "822", "", "0000", "abc", "00"] {
            assert_eq!(class(code), "unknown", "{code}");
        }
        for code in ["111", "114"] {
            assert_eq!(class(code), "down", "{code}");
        }
    }
}
