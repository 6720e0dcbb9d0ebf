//! Ids: one type per noun over 128 bits, written `prefix_` and 32 hex digits. Mixing two is a compile error; the prefix
//! tells a reader of a log which noun it is. All but a grant's are UUIDs of version 7 (RFC 9562), ordered by time.

use std::fmt;
use std::str::FromStr;

use crate::{Chance, Timestamp};

/// Why a text is not an id of the expected noun.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id of the form {prefix}_ and 32 hex digits")]
pub struct IdError {
    prefix: &'static str,
    text: String,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// The prefix of the written form.
            pub const PREFIX: &'static str = $prefix;

            /// The bare number, for ids that are born together with another.
            pub const fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .filter(|rest| rest.len() == 32)
                    .and_then(|rest| uuid::Uuid::try_parse(rest).ok())
                    .map(Self)
                    .ok_or_else(|| IdError { prefix: $prefix, text: text.chars().take(64).collect() })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

macro_rules! ids_in_time {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal),+ $(,)?) => {
        ids! { $($(#[$doc])* $name = $prefix),+ }
        $(impl $name {
            /// A fresh id, ordered by `now`.
            pub fn new(now: Timestamp, chance: &Chance) -> Self {
                let millis = u64::try_from(now.0 / 1_000).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &chance.bytes()).into_uuid())
            }
        })+
    };
}

ids! {
    /// What a person, or nobody, granted to a client; every token hangs off one. Clients are told it, so all of it is
    /// chance: 128 bits (FAPI 2.0 Security Profile 5.3.2.1; Grant Management for OAuth 2.0, `grant_id`).
    GrantId = "gnt",
}

impl GrantId {
    /// A fresh id that nobody can guess.
    pub fn new(chance: &Chance) -> Self {
        Self(uuid::Uuid::from_bytes(chance.bytes()))
    }
}

ids_in_time! {
    /// A fintech's client (이용기관의 앱이 부르는 주체).
    ClientId = "cli",
    /// A person (이용자).
    PersonId = "per",
    /// An account of a person at an institution.
    AccountId = "acc",
    /// A transfer of money in two legs; carries the number of the call that asked for it.
    TransferId = "trf",
    /// One API call; `api_tran_id` on the wire (at most 40 characters).
    CallId = "cal",
    /// One journey of a person through the consent pages.
    AuthorizationId = "aut",
    /// One row of the trail.
    TrailId = "trl",
    /// A settlement window.
    WindowId = "win",
    /// A person's sign-in on one device.
    SessionId = "ses",
    /// A person's passkey.
    PasskeyId = "pky",
    /// A passkey ceremony under way.
    CeremonyId = "cer",
    /// An organisation that takes part.
    OrganisationId = "org",
    /// Somebody who works for an organisation.
    MemberId = "mem",
    /// A dated fact about an organisation.
    FactId = "fct",
    /// A document, whatever its revisions.
    DocumentId = "doc",
    /// One revision of a document.
    RevisionId = "rev",
    /// An inspection.
    InspectionId = "ins",
    /// A finding of an inspection.
    FindingId = "fnd",
    /// What one member proposes and another decides.
    ProposalId = "prp",
    /// A policy of guarantee insurance.
    PolicyId = "pol",
    /// An address of an organisation that may be probed.
    EndpointId = "ept",
    /// What one look at a signal saw.
    ObservationId = "obs",
    /// One run of the functional test.
    FunctionTestId = "fnt",
    /// An application for a subsidy.
    SubsidyId = "sub",
    /// A token of an organisation's own directory (SCIM).
    ScimTokenId = "sct",
    /// A leaver's being cut off.
    LeaverId = "lvr",
    /// A notice to an organisation.
    NoticeId = "ntc",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_and_refuse_another_nouns_prefix() {
        let id = ClientId::new(Timestamp(1_790_000_000_000_000), &Chance::seeded(1));
        assert_eq!(id.to_string().parse::<ClientId>(), Ok(id));
        assert!(id.to_string().parse::<GrantId>().is_err());
        assert!(
            CallId::from(id.uuid()).to_string().len() <= 40,
            "api_tran_id has at most 40 characters"
        );
        for bad in ["", "cli_", "cli_xyz", "0192f3c40000000000000000000000000000"] {
            assert!(bad.parse::<ClientId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_bit_of_a_grants_id_is_chance() {
        let chance = Chance::seeded(1);
        let drawn = std::iter::repeat_with(|| GrantId::new(&chance).uuid().as_u128());
        let (ever, always) = drawn
            .take(64)
            .fold((0, u128::MAX), |(ever, always), id| (ever | id, always & id));
        assert_eq!((ever, always), (u128::MAX, 0), "a bit that never changes is no entropy");
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let chance = Chance::seeded(1);
        let early = TransferId::new(Timestamp(1_000_000), &chance);
        let late = TransferId::new(Timestamp(2_000_000), &chance);
        assert!(early.to_string() < late.to_string());
    }
}
