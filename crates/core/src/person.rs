//! A person (이용자): known by a linking value, shown to fintechs under a number of the hub's own.

use serde::{Deserialize, Serialize};

use crate::{PersonId, Timestamp, UserSeqNo};

/// What an identity check says about a person. Sealed at rest, never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFacts {
    /// The linking value (연계정보, CI) by which institutions know the same person; 88 characters.
    pub linking_value: String,
    /// Full name.
    pub name: String,
    /// `yyyyMMdd`.
    pub birth_date: String,
    /// `M` or `F`.
    pub gender: String,
    /// Mobile number, digits and hyphens as given.
    pub cell_no: String,
    /// Mail address; may be empty.
    pub email: String,
}

impl std::fmt::Debug for PersonFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonFacts(sealed)")
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Its id.
    pub id: PersonId,
    /// As fintechs know it.
    pub user_seq_no: UserSeqNo,
    /// As the identity check knows it.
    pub facts: PersonFacts,
    /// When the person first came; the first-three-days rule counts from here.
    pub created_at: Timestamp,
}
