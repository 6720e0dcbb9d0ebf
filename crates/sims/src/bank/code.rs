//! The answer codes of the line protocol: three digits, each in one of four classes.
//! The class, not the digit, decides what a caller may conclude about money.

use serde::{Deserialize, Serialize};

/// What a caller may conclude from a [`Code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeClass {
    /// Executed.
    Yes,
    /// Refused on purpose; not executed under this reference, ever.
    No,
    /// Nobody knows without asking for the outcome.
    Unknown,
    /// The institution does not work at the moment; nothing was executed by this call.
    Down,
}

/// A three-digit answer code of the line protocol.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code([u8; 3]);

impl Code {
    /// Executed, or answered.
    pub const OK: Self = Self(*b"000");
    /// The institution's system failed before executing anything.
    pub const DOWN: Self = Self(*b"111");
    /// Outside the institution's hours.
    pub const OUT_OF_HOURS: Self = Self(*b"114");
    /// No account with that number.
    pub const NO_ACCOUNT: Self = Self(*b"411");
    /// The account is closed.
    pub const CLOSED: Self = Self(*b"412");
    /// The balance is too low.
    pub const LOW_BALANCE: Self = Self(*b"453");
    /// The amount is over the account's limit for one transfer.
    pub const OVER_LIMIT: Self = Self(*b"455");
    /// The holder's number does not match.
    pub const HOLDER_DIFFERS: Self = Self(*b"464");
    /// The holder's safety block is on: no debits.
    pub const SAFETY_BLOCK: Self = Self(*b"490");
    /// The institution failed inside and cannot say whether it executed.
    pub const INTERNAL: Self = Self(*b"803");
    /// The request is malformed; nothing executed, nothing recorded. Our own code, not one of KFTC's.
    pub const MALFORMED: Self = Self(*b"810");
    /// The reference was used before for something else; nothing executed by this call.
    pub const DUPLICATE: Self = Self(*b"822");

    /// Three ASCII digits, or `None`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: [u8; 3] = text.as_bytes().try_into().ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    /// The three digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a code is three ASCII digits")
    }

    /// What a caller may conclude.
    #[must_use]
    pub fn class(self) -> CodeClass {
        match &self.0 {
            b"000" => CodeClass::Yes,
            b"400" | b"803" | b"804" | b"819" | b"822" => CodeClass::Unknown,
            b"111" | b"114" => CodeClass::Down,
            _ => CodeClass::No,
        }
    }

    /// The text for people, in Korean.
    #[must_use]
    pub fn message(self) -> &'static str {
        match &self.0 {
            b"000" => "정상 처리되었습니다.",
            b"111" => "금융기관 시스템 장애입니다.",
            b"114" => "금융기관 서비스 시간이 아닙니다.",
            b"400" => "입금 처리 중입니다.",
            b"411" => "해당 계좌가 없습니다.",
            b"412" => "해지된 계좌입니다.",
            b"452" => "비밀번호 오류 횟수를 초과하였습니다.",
            b"453" => "잔액이 부족합니다.",
            b"454" => "출금 가능 금액이 부족합니다.",
            b"455" => "1회 이체 한도를 초과하였습니다.",
            b"456" => "1일 이체 한도를 초과하였습니다.",
            b"464" => "예금주 정보가 일치하지 않습니다.",
            b"490" => "안심차단이 설정된 계좌입니다.",
            b"803" => "내부 처리 오류로 결과를 알 수 없습니다.",
            b"804" => "처리 시간을 초과하였습니다.",
            b"810" => "요청 전문 오류입니다.",
            b"819" => "내부 송신 오류입니다.",
            b"822" => "이미 사용된 참조번호입니다.",
            b"999" => "순이체 한도를 초과하였습니다.",
            _ => "거래가 거절되었습니다.",
        }
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(self.as_str())
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(self.as_str())
    }
}

impl TryFrom<String> for Code {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a code is three digits")
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_class_the_protocol_gives_it() {
        let classes = [
            (CodeClass::Yes, &["000"][..]),
            (CodeClass::Unknown, &["400", "803", "804", "819", "822"]),
            (CodeClass::Down, &["111", "114"]),
            (
                CodeClass::No,
                &[
                    "411", "412", "452", "453", "454", "455", "456", "464", "490", "810", "999", "777",
                ],
            ),
        ];
        for (class, codes) in classes {
            for text in codes {
                assert_eq!(Code::parse(text).expect("three digits").class(), class, "{text}");
            }
        }
    }

    #[test]
    fn a_code_is_three_digits() {
        for text in ["", "00", "0000", "0a0", "٠٠"] {
            assert!(Code::parse(text).is_none(), "{text}");
        }
    }
}
