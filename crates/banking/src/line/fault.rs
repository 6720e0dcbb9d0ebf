//! Why an institution gave no usable answer, told apart by what may be concluded about money.
//!
//! The class of a code is decided in one place for the whole hub, [`Outcome::of_code`]; this module only carries it.

use naru_core::{LegFacts, Outcome};

/// Why no usable answer came. Texts are the institution's; none of them belongs in a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Answered on purpose with a code of class "no": final.
    #[error("refused with {code}")]
    Refused {
        /// Three digits.
        code: String,
        /// The institution's own words, at most 200 characters.
        message: String,
    },
    /// Certainly not executed: nothing was sent, or the institution said that it is down.
    #[error("down ({code})")]
    Down {
        /// `111` or `114`, or empty where nothing was sent.
        code: String,
    },
    /// It may have been executed: sent, but no answer in time, a broken answer, or a code of class "unknown".
    #[error("silent ({code})")]
    Silent {
        /// The code of class "unknown", or empty where there was none.
        code: String,
    },
}

impl LineFault {
    /// Nothing was sent.
    pub const fn not_sent() -> Self {
        Self::Down { code: String::new() }
    }

    /// Something was sent, and nothing usable came back.
    pub const fn silence() -> Self {
        Self::Silent { code: String::new() }
    }

    /// The institution's code, or an empty text where it gave none.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused { code, .. } | Self::Down { code } | Self::Silent { code } => code,
        }
    }

    /// The outcome of an order that ended so.
    pub fn into_outcome(self) -> Outcome {
        match self {
            Self::Refused { code, message } => Outcome::No { code, message },
            Self::Down { code } => Outcome::Down { code },
            Self::Silent { code } => Outcome::Unknown { code },
        }
    }

    /// What a code other than yes stands for; `None` for `000`.
    pub(super) fn of_code(code: &str, message: String) -> Option<Self> {
        let holder_name = String::new();
        match Outcome::of_code(code, LegFacts { holder_name, message }) {
            Outcome::Yes(_) => None,
            Outcome::No { code, message } => Some(Self::Refused { code, message }),
            Outcome::Unknown { code } => Some(Self::Silent { code }),
            Outcome::Down { code } => Some(Self::Down { code }),
        }
    }

    /// Whether the fault says that the line or the institution is ill. A deliberate no does not, and neither do
    /// `400` (a credit is still being processed) and `822` (the reference was used before): these were answered.
    pub(super) fn is_illness(&self) -> bool {
        match self {
            Self::Refused { .. } => false,
            Self::Down { .. } => true,
            Self::Silent { code } => !matches!(code.as_str(), "400" | "822"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str) -> Option<LineFault> {
        LineFault::of_code(code, "이유".to_owned())
    }

    #[test]
    fn each_class_of_code_is_its_own_fault() {
        assert_eq!(of("000"), None);
        for code in ["411", "412", "453", "490", "810", "999", "777"] {
            let (code, message) = (code.to_owned(), "이유".to_owned());
            assert_eq!(of(&code), Some(LineFault::Refused { code, message }));
        }
        for code in ["400", "803", "804", "819", "822"] {
            assert_eq!(of(code), Some(LineFault::Silent { code: code.to_owned() }));
        }
        for code in ["111", "114"] {
            assert_eq!(of(code), Some(LineFault::Down { code: code.to_owned() }));
        }
        for nonsense in ["", "00", "0000", "A00", "٠٠٠"] {
            assert_eq!(of(nonsense), Some(LineFault::silence()), "{nonsense}");
        }
    }

    #[test]
    fn a_fault_is_the_outcome_of_its_class() {
        let outcome = |code: &str| of(code).unwrap().into_outcome();
        assert!(matches!(outcome("453"), Outcome::No { code, .. } if code == "453"));
        assert!(matches!(outcome("804"), Outcome::Unknown { code } if code == "804"));
        assert!(matches!(outcome("114"), Outcome::Down { code } if code == "114"));
    }

    #[test]
    fn an_answer_on_purpose_is_not_an_illness() {
        for code in ["453", "400", "822"] {
            assert!(!of(code).unwrap().is_illness(), "{code}");
        }
        for code in ["111", "114", "803", "804", "819", ""] {
            assert!(of(code).unwrap().is_illness(), "{code}");
        }
    }
}
