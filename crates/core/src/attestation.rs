//! What an institution says in writing about a leg that its line cannot or will not tell any more.
//!
//! A document is never a guess: it says that the leg was carried out, or that it was not and will not be. Everything
//! else stays unknown.

use crate::{LegFacts, LegKind, Outcome, TransferEvent};

/// What a document says became of a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attested {
    /// It was carried out.
    CarriedOut,
    /// It was not, and will not be.
    NotCarriedOut {
        /// The institution's code that the document names, three digits; empty where it names none.
        code: String,
    },
}

impl Attested {
    /// The fixed word, for forms and proposals.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::CarriedOut => "carried_out",
            Self::NotCarriedOut { .. } => "not_carried_out",
        }
    }

    /// Reads the word and the code; a code must be one that stands for a refusal. `None` for anything else.
    pub fn parse(word: &str, code: &str) -> Option<Self> {
        match (word, code) {
            ("carried_out", "") => Some(Self::CarriedOut),
            ("not_carried_out", "") => Some(Self::NotCarriedOut { code: String::new() }),
            ("not_carried_out", code) => match Outcome::of_code(code, LegFacts::default()) {
                Outcome::No { code, .. } => Some(Self::NotCarriedOut { code }),
                Outcome::Yes(_) | Outcome::Unknown { .. } | Outcome::Down { .. } => None,
            },
            _ => None,
        }
    }

    /// The same as an answer of the institution's line would have been.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::CarriedOut => Outcome::Yes(LegFacts::default()),
            Self::NotCarriedOut { code } => Outcome::No {
                code: code.clone(),
                message: String::new(),
            },
        }
    }
}

impl TransferEvent {
    /// What the event tells of a leg, whether by line or in writing.
    pub fn told(&self) -> Option<(LegKind, Outcome)> {
        match self {
            Self::Answer(leg, outcome) => Some((*leg, outcome.clone())),
            Self::Attest(leg, told) => Some((*leg, told.outcome())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_says_yes_or_no_and_nothing_else_is_read() {
        let no = |code: &str| Some(Attested::NotCarriedOut { code: code.to_owned() });
        assert_eq!(Attested::parse("carried_out", ""), Some(Attested::CarriedOut));
        assert_eq!(Attested::parse("not_carried_out", ""), no(""));
        assert_eq!(Attested::parse("not_carried_out", "453"), no("453"));
        for (word, code) in [
            ("carried_out", "000"),
            ("not_carried_out", "000"),
            ("not_carried_out", "804"),
            ("not_carried_out", "111"),
            ("not_carried_out", "45"),
            ("unknown", ""),
            ("", ""),
        ] {
            assert_eq!(Attested::parse(word, code), None, "{word} {code}");
        }
        for told in [Attested::CarriedOut, Attested::NotCarriedOut { code: String::new() }] {
            assert_eq!(Attested::parse(told.word(), ""), Some(told.clone()));
            assert!(told.outcome().is_final());
        }
    }
}
