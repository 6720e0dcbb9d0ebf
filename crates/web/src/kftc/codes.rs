//! The wire codes as data: what the profile answers for each of the hub's reasons.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What the profile answers for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// `rsp_code`.
    pub rsp_code: String,
    /// `rsp_message`.
    pub message: String,
    /// `bank_rsp_code` that goes with it, where the reason is told in an institution's words.
    #[serde(default)]
    pub bank_rsp_code: String,
    /// `confirmed` or `assumed`.
    pub source: String,
}

/// All of them, by reason.
#[derive(Debug, Clone)]
pub struct Codes(BTreeMap<String, Code>);

impl Codes {
    /// The table that the program carries.
    ///
    /// # Panics
    /// When the table cannot be read, which a test rules out.
    pub fn embedded() -> Self {
        Self(toml::from_str(include_str!("../../data/kftc-codes.toml")).expect("the code table is tested"))
    }

    /// What the profile answers for a reason; an unknown reason is an internal error.
    pub fn of(&self, reason: &str) -> &Code {
        self.0.get(reason).unwrap_or_else(|| &self.0["internal"])
    }

    /// Every reason with its code.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Code)> {
        self.0.iter().map(|(reason, code)| (reason.as_str(), code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naru_core::trust::Why;

    #[test]
    fn every_reason_of_the_chain_has_a_code() {
        let codes = Codes::embedded();
        for why in Why::ALL {
            assert!(codes.0.contains_key(why.as_str()), "{why} has no code");
        }
        for needed in ["ok", "in_progress", "time_exceeded", "internal", "form"] {
            assert!(codes.0.contains_key(needed), "{needed}");
        }
    }

    #[test]
    fn codes_have_the_profiles_form() {
        for (reason, code) in Codes::embedded().iter() {
            let (letter, digits) = code.rsp_code.split_at(1);
            assert!(
                matches!(letter, "A" | "O") && digits.len() == 4,
                "{reason}: {}",
                code.rsp_code
            );
            assert!(digits.bytes().all(|b| b.is_ascii_digit()), "{reason}");
            assert!(matches!(code.source.as_str(), "confirmed" | "assumed"), "{reason}");
            assert!(
                !code.message.is_empty() && code.message.chars().count() <= 100,
                "{reason}"
            );
        }
        assert_eq!(Codes::embedded().of("no such reason").rsp_code, "A0003");
    }
}
