//! The identifiers that other parties see: their lengths and alphabets (KFTC Open Banking v2.0).
//! Each is a type of its own, checked once where it enters.

use std::fmt;

use crate::Chance;

/// Why a text is not the identifier that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be {expected}")]
pub struct WireError {
    /// The form that would have been accepted.
    pub expected: &'static str,
}

const UPPER_ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

macro_rules! wire_texts {
    ($($(#[$doc:meta])* $name:ident, $expected:literal, $check:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The identifier, if the text has its form.
            pub fn parse(text: &str) -> Result<Self, WireError> {
                let check: fn(&[u8]) -> bool = $check;
                if check(text.as_bytes()) { Ok(Self(text.to_owned())) } else { Err(WireError { expected: $expected }) }
            }

            /// The written form.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

fn digits(text: &[u8], count: usize) -> bool {
    text.len() == count && text.iter().all(u8::is_ascii_digit)
}

wire_texts! {
    /// The code of a fintech: a letter and 9 digits.
    ClientUseCode, "a capital letter and 9 digits",
        |t| t.len() == 10 && t[0].is_ascii_uppercase() && digits(&t[1..], 9);
    /// The fintech's name for one request, unique per day: its code, `U` (or `O`, made by the hub), 9 characters.
    BankTranId, "20 characters: client_use_code, U or O, and 9 capital letters or digits",
        |t| t.len() == 20
            && t[0].is_ascii_uppercase()
            && digits(&t[1..10], 9)
            && matches!(t[10], b'U' | b'O')
            && t[11..].iter().all(|b| UPPER_ALPHANUMERIC.contains(b));
    /// One account as one fintech knows it: `1`, the institution's 9 digits, 14 digits.
    FintechUseNum, "24 digits beginning with 1", |t| digits(t, 24) && t[0] == b'1';
    /// One person as fintechs know them.
    UserSeqNo, "10 digits", |t| digits(t, 10);
    /// An institution's code.
    BankCode, "3 digits", |t| digits(t, 3);
}

impl BankTranId {
    /// Whether this id was made by the fintech of that code.
    pub fn belongs_to(&self, code: &ClientUseCode) -> bool {
        self.0.starts_with(&code.0)
    }

    /// An id made by the hub in the fintech's name.
    pub fn by_hub(code: &ClientUseCode, chance: &Chance) -> Self {
        Self(format!("{code}O{}", chance.text(UPPER_ALPHANUMERIC, 9)))
    }
}

impl FintechUseNum {
    /// A fresh number for an account at `bank`: the institution's 3 digits fill its 9 with zeros in front.
    pub fn new(bank: &BankCode, chance: &Chance) -> Self {
        Self(format!("1000000{bank}{}", chance.digits(14)))
    }
}

impl UserSeqNo {
    /// A fresh number; the first digit is 1, so that it survives being read as a number.
    pub fn new(chance: &Chance) -> Self {
        Self(format!("1{}", chance.digits(9)))
    }
}

impl ClientUseCode {
    /// A fresh code beginning with `M`, as the field's own do.
    pub fn new(chance: &Chance) -> Self {
        Self(format!("M{}", chance.digits(9)))
    }
}

/// An account number as people are shown it: the last three characters hidden.
pub fn mask_account(account_num: &str) -> String {
    let keep = account_num.chars().count().saturating_sub(3);
    account_num.chars().take(keep).chain("***".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_checked_to_the_character() {
        assert!(BankTranId::parse("M202300001U4BC34239Z").is_ok());
        for bad in [
            "M202300001X4BC34239Z",
            "M202300001U4BC34239",
            "m202300001U4BC34239Z",
            "M202300001U4bC34239Z",
            "",
        ] {
            assert!(BankTranId::parse(bad).is_err(), "{bad}");
        }
        assert!(FintechUseNum::parse("100000009700000000000001").is_ok());
        assert!(FintechUseNum::parse("200000009700000000000001").is_err());
        assert!(UserSeqNo::parse("1100000001").is_ok());
        assert!(BankCode::parse("97").is_err());
        assert!(BankCode::parse("가").is_err());
    }

    #[test]
    fn made_identifiers_have_the_form_they_are_checked_for() {
        let chance = Chance::seeded(3);
        let code = ClientUseCode::new(&chance);
        assert_eq!(ClientUseCode::parse(code.as_str()), Ok(code.clone()));
        let id = BankTranId::by_hub(&code, &chance);
        assert_eq!(BankTranId::parse(id.as_str()), Ok(id.clone()));
        assert!(id.belongs_to(&code));
        assert!(!id.belongs_to(&ClientUseCode::parse("Z000000000").unwrap()));
        let bank = BankCode::parse("097").unwrap();
        let number = FintechUseNum::new(&bank, &chance);
        assert_eq!(FintechUseNum::parse(number.as_str()), Ok(number.clone()));
        assert!(number.as_str().starts_with("1000000097"));
        assert!(UserSeqNo::parse(UserSeqNo::new(&chance).as_str()).is_ok());
    }

    #[test]
    fn a_mask_hides_the_last_three() {
        assert_eq!(mask_account("1234567890"), "1234567***");
        assert_eq!(mask_account("12"), "***");
    }
}
