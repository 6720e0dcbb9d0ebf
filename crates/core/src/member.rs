//! People who work for an organisation and what they may do there. A member is not a person whose money it is: their
//! sign-ins, passkeys and rights are kept apart.

use std::fmt;

use crate::{MemberId, OrganisationId, OrganisationKind, Timestamp, UnknownWord, words};

/// What a member may do in their organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Invites and removes members, gives roles.
    Administrator,
    /// Registers clients, keys and endpoints, runs the functional test. Their number is bounded.
    Developer,
    /// Answers items, hands in documents and remedies, applies for inspections and subsidies.
    SecurityOfficer,
    /// Of an agency: inspects, writes findings and results.
    Inspector,
    /// Of an agency: signs what an inspector wrote.
    Approver,
    /// Of the operator: proposes and decides; never both of one thing.
    Desk,
    /// Looks, changes nothing.
    Reader,
}
words!(Role, "role", {
    Administrator = "administrator",
    Developer = "developer",
    SecurityOfficer = "security_officer",
    Inspector = "inspector",
    Approver = "approver",
    Desk = "desk",
    Reader = "reader",
});

impl Role {
    /// Whether somebody of this kind of organisation can have it.
    pub const fn fits(self, kind: OrganisationKind) -> bool {
        match self {
            Self::Administrator | Self::Reader => true,
            Self::Developer | Self::SecurityOfficer => {
                matches!(kind, OrganisationKind::Fintech | OrganisationKind::Institution)
            }
            Self::Inspector | Self::Approver => matches!(kind, OrganisationKind::Agency),
            Self::Desk => matches!(kind, OrganisationKind::Operator),
        }
    }
}

/// The roles of one member: each once, in the order of [`Role::ALL`]; written with blanks between.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roles(Vec<Role>);

impl Roles {
    /// These roles.
    pub fn of(roles: &[Role]) -> Self {
        let mut roles = roles.to_vec();
        roles.sort_unstable();
        roles.dedup();
        Self(roles)
    }

    /// Reads roles written with blanks between.
    pub fn parse(text: &str) -> Result<Self, UnknownWord> {
        let roles: Result<Vec<Role>, UnknownWord> = text.split_whitespace().map(Role::parse).collect();
        Ok(Self::of(&roles?))
    }

    /// Whether this role is among them.
    pub fn has(&self, role: Role) -> bool {
        self.0.contains(&role)
    }

    /// Every one of them.
    pub fn iter(&self) -> impl Iterator<Item = Role> + '_ {
        self.0.iter().copied()
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(|role| role.as_str()).collect();
        f.write_str(&words.join(" "))
    }
}

/// Somebody who works for an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Their id.
    pub id: MemberId,
    /// For whom they work.
    pub organisation_id: OrganisationId,
    /// The name under which their organisation knows them; unique within it, whatever the case of its letters.
    pub user_name: String,
    /// As others are shown them.
    pub display_name: String,
    /// What they may do.
    pub roles: Roles,
    /// Whether they may sign in at all.
    pub active: bool,
    /// SHA-256 of the client certificate they may sign in with.
    pub certificate_sha256: Option<[u8; 32]>,
    /// When they were made known.
    pub created_at: Timestamp,
    /// When anything about them changed last.
    pub changed_at: Timestamp,
    /// When they last signed in.
    pub seen_at: Option<Timestamp>,
    /// Raised by every change.
    pub version: i64,
}

impl Member {
    /// Whether the member is active and has this role.
    pub fn may(&self, role: Role) -> bool {
        self.active && self.roles.has(role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_a_set_with_one_writing() {
        let roles = Roles::parse("reader administrator reader").unwrap();
        assert_eq!(roles.to_string(), "administrator reader");
        assert!(roles.has(Role::Reader) && !roles.has(Role::Desk));
        assert!(Roles::parse("king").is_err());
        assert_eq!(Roles::parse(" ").unwrap(), Roles::default());
    }

    #[test]
    fn roles_fit_the_kind_of_organisation() {
        use OrganisationKind as K;
        let fitting = |kind| Role::ALL.iter().filter(move |role| role.fits(kind)).count();
        let counts = [
            (K::Fintech, 4),
            (K::Institution, 4),
            (K::Agency, 4),
            (K::Operator, 3),
            (K::Supervisor, 2),
        ];
        for (kind, count) in counts {
            assert_eq!(fitting(kind), count, "{kind}");
        }
    }
}
