//! Money: whole won, checked arithmetic, no fractions and no floats.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount of whole won; negative only in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Won(pub i64);

/// Why a text is not an amount that can be moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not digits alone.
    #[error("must be 1 to 12 digits without separators, signs or decimals")]
    NotDigits,
    /// Zero.
    #[error("must be greater than 0")]
    NotPositive,
}

impl Won {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount the wire can carry: 12 digits.
    pub const MAX_WIRE: Self = Self(999_999_999_999);

    /// An amount to be moved, as the wire writes it: 1 to 12 digits, above zero.
    pub fn parse_amount(text: &str) -> Result<Self, MoneyError> {
        let digits = (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let won = if digits {
            text.parse().map_err(|_| MoneyError::NotDigits)?
        } else {
            return Err(MoneyError::NotDigits);
        };
        if won == 0 {
            Err(MoneyError::NotPositive)
        } else {
            Ok(Self(won))
        }
    }

    /// The sum, or `None` where it does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` where it does not fit.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl std::ops::Neg for Won {
    type Output = Self;

    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl fmt::Display for Won {
    /// Digits alone, as the wire writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_one_to_twelve_digits_above_zero() {
        assert_eq!(Won::parse_amount("1"), Ok(Won(1)));
        assert_eq!(Won::parse_amount("999999999999"), Ok(Won::MAX_WIRE));
        assert_eq!(Won::parse_amount("000"), Err(MoneyError::NotPositive));
        for bad in ["", "-1", "+1", "1,000", "1.0", "1000000000000", "1e3", " 1", "１"] {
            assert_eq!(Won::parse_amount(bad), Err(MoneyError::NotDigits), "{bad}");
        }
    }

    #[test]
    fn arithmetic_is_checked() {
        assert_eq!(Won(i64::MAX).checked_add(Won(1)), None);
        assert_eq!(Won(5).checked_sub(Won(7)), Some(Won(-2)));
        assert_eq!(-Won(5), Won(-5));
    }
}
