//! The few kinds of values both databases share, and how the words of the house become them and back.

use naru_core::{
    AccountId, AuthorizationId, BankCode, BankTranId, CallId, ClientId, ClientUseCode, Day, FintechUseNum, GrantId,
    PersonId, Scopes, Timestamp, TrailId, TransferId, UserSeqNo, WindowId, Won,
};

use crate::StorageError;

/// A value to or from the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A list of values for a statement's `$1`, `$2`, …
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::value::Value::from($value)),*] };
}
pub(crate) use values;

/// One row, read from left to right.
#[derive(Debug)]
pub(crate) struct Row(std::vec::IntoIter<Value>);

impl Row {
    pub(crate) fn new(values: Vec<Value>) -> Self {
        Self(values.into_iter())
    }

    /// The next columns as a row of their own, where several nouns were read together.
    pub(crate) fn part(&mut self, columns: usize) -> Self {
        Self::new(self.0.by_ref().take(columns).collect())
    }

    /// The next column.
    pub(crate) fn next<T: FromValue>(&mut self) -> Result<T, StorageError> {
        let value = self
            .0
            .next()
            .ok_or_else(|| StorageError::corrupt("a row has fewer columns than expected"))?;
        T::from_value(value)
    }
}

/// What a column can be read as.
pub(crate) trait FromValue: Sized {
    fn from_value(value: Value) -> Result<Self, StorageError>;
}

fn unexpected<T>(expected: &str, got: &Value) -> Result<T, StorageError> {
    let kind = match got {
        Value::Null => "nothing",
        Value::Int(_) => "a number",
        Value::Text(_) => "a text",
        Value::Bytes(_) => "bytes",
    };
    Err(StorageError::corrupt(format!("expected {expected}, found {kind}")))
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self, StorageError> {
        if let Value::Int(number) = value {
            Ok(number)
        } else {
            unexpected("a number", &value)
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self, StorageError> {
        i64::from_value(value).map(|number| number != 0)
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<Self, StorageError> {
        if let Value::Text(text) = value {
            Ok(text)
        } else {
            unexpected("a text", &value)
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Self, StorageError> {
        if let Value::Bytes(bytes) = value {
            Ok(bytes)
        } else {
            unexpected("bytes", &value)
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, StorageError> {
        if value == Value::Null {
            Ok(None)
        } else {
            T::from_value(value).map(Some)
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Int(i64::from(flag))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<&Vec<u8>> for Value {
    fn from(bytes: &Vec<u8>) -> Self {
        Self::Bytes(bytes.clone())
    }
}

impl From<[u8; 32]> for Value {
    fn from(bytes: [u8; 32]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl FromValue for [u8; 32] {
    fn from_value(value: Value) -> Result<Self, StorageError> {
        let bytes = Vec::from_value(value)?;
        Self::try_from(bytes).map_err(|_| StorageError::corrupt("expected 32 bytes"))
    }
}

macro_rules! numbers {
    ($($name:ident),+) => {$(
        impl From<$name> for Value {
            fn from(value: $name) -> Self {
                Self::Int(i64::from(value.0))
            }
        }
    )+};
}
numbers!(Timestamp, Won, Day);

impl FromValue for Timestamp {
    fn from_value(value: Value) -> Result<Self, StorageError> {
        i64::from_value(value).map(Self)
    }
}

impl FromValue for Won {
    fn from_value(value: Value) -> Result<Self, StorageError> {
        i64::from_value(value).map(Self)
    }
}

impl FromValue for Day {
    fn from_value(value: Value) -> Result<Self, StorageError> {
        i32::try_from(i64::from_value(value)?)
            .map(Self)
            .map_err(StorageError::corrupt)
    }
}

/// Types written by `Display` and read by the given function.
macro_rules! texts {
    ($($name:ty => $read:expr),+ $(,)?) => {$(
        impl From<$name> for Value {
            fn from(value: $name) -> Self {
                Self::Text(value.to_string())
            }
        }
        impl From<&$name> for Value {
            fn from(value: &$name) -> Self {
                Self::Text(value.to_string())
            }
        }
        impl FromValue for $name {
            fn from_value(value: Value) -> Result<Self, StorageError> {
                let read: fn(&str) -> Result<Self, _> = $read;
                read(&String::from_value(value)?).map_err(StorageError::corrupt)
            }
        }
    )+};
}

texts! {
    AccountId => |t| t.parse(),
    AuthorizationId => |t| t.parse(),
    naru_core::CeremonyId => |t| t.parse(),
    naru_core::PasskeyId => |t| t.parse(),
    naru_core::SessionId => |t| t.parse(),
    naru_core::OrganisationId => |t| t.parse(),
    naru_core::MemberId => |t| t.parse(),
    naru_core::FactId => |t| t.parse(),
    naru_core::DocumentId => |t| t.parse(),
    naru_core::RevisionId => |t| t.parse(),
    naru_core::InspectionId => |t| t.parse(),
    naru_core::FindingId => |t| t.parse(),
    naru_core::ProposalId => |t| t.parse(),
    naru_core::PolicyId => |t| t.parse(),
    naru_core::EndpointId => |t| t.parse(),
    naru_core::ObservationId => |t| t.parse(),
    naru_core::FunctionTestId => |t| t.parse(),
    naru_core::SubsidyId => |t| t.parse(),
    naru_core::ScimTokenId => |t| t.parse(),
    naru_core::LeaverId => |t| t.parse(),
    naru_core::NoticeId => |t| t.parse(),
    CallId => |t| t.parse(),
    ClientId => |t| t.parse(),
    GrantId => |t| t.parse(),
    PersonId => |t| t.parse(),
    TrailId => |t| t.parse(),
    TransferId => |t| t.parse(),
    WindowId => |t| t.parse(),
    BankCode => Self::parse,
    BankTranId => Self::parse,
    ClientUseCode => Self::parse,
    FintechUseNum => Self::parse,
    UserSeqNo => Self::parse,
    Scopes => Self::parse,
    naru_core::AuthMethod => Self::parse,
    naru_core::Binding => Self::parse,
    naru_core::ClientStatus => Self::parse,
    naru_core::Environment => Self::parse,
    naru_core::InstitutionStatus => Self::parse,
    naru_core::KeyPurpose => Self::parse,
    naru_core::KeyState => Self::parse,
    naru_core::LegKind => Self::parse,
    naru_core::LegState => Self::parse,
    naru_core::Profile => Self::parse,
    naru_core::RevokedBy => Self::parse,
    naru_core::SignInMethod => Self::parse,
    naru_core::TlsNameKind => Self::parse,
    naru_core::TransferKind => Self::parse,
    naru_core::AdmissionState => Self::parse,
    naru_core::Decision => Self::parse,
    naru_core::FactKind => Self::parse,
    naru_core::NoticeKind => Self::parse,
    naru_core::LeaveSource => Self::parse,
    naru_core::OrganisationKind => Self::parse,
    naru_core::SubsidyState => Self::parse,
    naru_core::ProposalKind => Self::parse,
    naru_core::DocumentKind => Self::parse,
    naru_core::FileKind => Self::parse,
    naru_core::InspectionKind => Self::parse,
    naru_core::InspectionMachine => Self::parse,
    naru_core::InspectionMethod => Self::parse,
    naru_core::InspectionOutcome => Self::parse,
    naru_core::Verdict => Self::parse,
    naru_core::MemberSignIn => Self::parse,
    naru_core::Roles => Self::parse,
    naru_core::TestStep => Self::parse,
    naru_core::EndpointKind => Self::parse,
    naru_core::SignalKind => Self::parse,
    naru_core::SignalOutcome => Self::parse,
    naru_core::Action => Self::parse,
}
