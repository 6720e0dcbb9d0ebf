//! The words of the house: ids, money, time, the states of every noun and the chain of trust.
//!
//! Everything here is a pure function of its arguments. No async, no SQL and no HTTP may enter; time and chance
//! come in through [`Clock`] and [`Chance`], so that a test owns both.

mod address;
mod attestation;
mod chance;
mod client;
mod clock;
mod credential;
mod document;
mod function_test;
mod grant;
mod id;
mod inspection;
mod institution;
mod leaver;
mod leg;
mod limit;
mod member;
mod member_session;
mod money;
mod notice;
mod organisation;
mod person;
mod proposal;
mod registration;
mod session;
mod signal;
mod signing;
mod subsidy;
mod trail;
mod transfer;
pub mod trust;
mod wire;

pub use address::is_public;
pub use attestation::Attested;
pub use chance::Chance;
pub use client::{Client, ClientEvent, ClientLimits, ClientStatus, ContractAccount, Direction, Environment, Profile};
pub use clock::{Clock, Day, SECOND, Timestamp};
pub use credential::{AuthMethod, Binding, ClientCredential, Confirmation, SignInMethod, TlsName, TlsNameKind};
pub use document::{DocumentKind, FileKind, clean_file_name};
pub use function_test::{DOWN_WORD, PublishedStep, REFUSALS_MAX, SILENT_WORD, TestStep, published_steps};
pub use grant::{Grant, GrantState, RevokedBy, Scope, Scopes};
pub use id::{
    AccountId, AuthorizationId, CallId, CeremonyId, ClientId, DocumentId, EndpointId, FactId, FindingId,
    FunctionTestId, GrantId, IdError, InspectionId, LeaverId, MemberId, NoticeId, ObservationId, OrganisationId,
    PasskeyId, PersonId, PolicyId, ProposalId, RevisionId, ScimTokenId, SessionId, SubsidyId, TrailId, TransferId,
    WindowId,
};
pub use inspection::{InspectionKind, InspectionMachine, InspectionMethod, InspectionOutcome, Verdict};
pub use institution::{Institution, InstitutionStatus};
pub use leaver::LeaveSource;
pub use leg::{Leg, LegFacts, LegKind, LegReference, LegState, Outcome};
pub use limit::{LimitKind, LimitTake, PersonLimits};
pub use member::{Member, Role, Roles};
pub use member_session::{MemberSession, MemberSignIn};
pub use money::{MoneyError, Won};
pub use notice::NoticeKind;
pub use organisation::{
    Admission, AdmissionEvent, AdmissionState, FactKind, Gate, GateStanding, Organisation, OrganisationKind,
    StandingDuty,
};
pub use person::{Person, PersonFacts};
pub use proposal::{Approval, Decision, Proposal, ProposalKind};
pub use registration::{Account, Consent, ConsentState, Registration};
pub use session::Session;
pub use signal::{Endpoint, EndpointKind, SignalKind, SignalOutcome};
pub use signing::{KeyEvent, KeyPurpose, KeyState};
pub use subsidy::{SubsidyEvent, SubsidyState};
pub use trail::{Action, Actor};
pub use transfer::{IllegalMove, Order, Side, Transfer, TransferEvent, TransferFacts, TransferKind, TransferState};
pub use wire::{BankCode, BankTranId, ClientUseCode, FintechUseNum, UserSeqNo, WireError, mask_account};

/// The two languages every text of the house exists in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Korean, the default.
    #[default]
    Ko,
    /// English, on request.
    En,
}

impl Language {
    /// Picks one of two texts.
    pub fn pick<'a>(self, ko: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ko => ko,
            Self::En => en,
        }
    }
}

/// A value of an enum that is stored or sent under a fixed word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no {noun}")]
pub struct UnknownWord {
    /// What was to be read.
    pub noun: &'static str,
    /// What stood there.
    pub word: String,
}

/// Gives an enum of plain variants its fixed words: `as_str`, `parse` and `ALL`.
#[macro_export]
macro_rules! words {
    ($name:ident, $noun:literal, { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The fixed word under which this value is stored and sent.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value of a fixed word.
            pub fn parse(word: &str) -> Result<Self, $crate::UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownWord { noun: $noun, word: word.to_owned() }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                Self::parse(&word).map_err(serde::de::Error::custom)
            }
        }
    };
}
