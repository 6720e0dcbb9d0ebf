//! Decides about organisations as such: who is known to the hub, and with whom as its first administrator.

use naru_core::{
    Action, Actor, AdmissionState, Member, MemberId, Organisation, OrganisationId, OrganisationKind, Role, Roles,
    StandingDuty, Won,
};
use naru_storage::{MemberRow, Storage, StorageError};
use serde_json::json;

use crate::proposal::ProposalError;
use crate::{AdmissionSettings, Denied, gate};

/// Characters of a code.
const CODE: std::ops::RangeInclusive<usize> = 2..=40;
/// Characters of a name at most.
const NAME_MAX: usize = 80;

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrganisationError {
    /// No such organisation.
    #[error("there is no such organisation")]
    Unknown,
    /// A value cannot be taken.
    #[error("{field} {expected}")]
    Field {
        /// Which.
        field: &'static str,
        /// What would be accepted.
        expected: String,
    },
    /// The event cannot happen now; the text says what is missing.
    #[error("{0}")]
    Refused(String),
    /// Somebody else changed it meanwhile.
    #[error("the organisation was changed meanwhile; look at it and try again")]
    Changed,
    /// The member may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Four eyes.
    #[error(transparent)]
    Proposal(#[from] ProposalError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl OrganisationError {
    pub(super) fn field(field: &'static str, expected: impl Into<String>) -> Self {
        Self::Field {
            field,
            expected: expected.into(),
        }
    }
}

/// Who signs up.
#[derive(Debug, Clone)]
pub struct SignUp<'a> {
    /// A short name: lower-case letters, digits and dashes.
    pub code: &'a str,
    /// As people are shown it.
    pub name: &'a str,
    /// What it is. Everything but a fintech is registered by the operator.
    pub kind: OrganisationKind,
    /// The name under which its first administrator signs in.
    pub user_name: &'a str,
    /// As others are shown them.
    pub display_name: &'a str,
    /// What else the first administrator may do.
    pub roles: &'a [Role],
}

/// Makes an organisation known, with its first administrator, who has no way to sign in before an invitation.
pub async fn sign_up(
    storage: &Storage,
    actor: &Actor,
    (asked, settings): (&SignUp<'_>, &AdmissionSettings),
) -> Result<(Organisation, Member), OrganisationError> {
    check(asked)?;
    let (now, chance) = (storage.clock().now(), storage.chance());
    let organisation = &Organisation {
        id: OrganisationId::new(now, chance),
        code: asked.code.to_owned(),
        kind: asked.kind,
        name: asked.name.trim().to_owned(),
        state: AdmissionState::Applied,
        state_since: now,
        state_reason: String::new(),
        gates: Vec::new(),
        duty: StandingDuty::default(),
        insured_won: Won(0),
        withdraw_day_won: Won(0),
        created_at: now,
        version: 1,
    };
    let mut roles = asked.roles.to_vec();
    roles.push(Role::Administrator);
    let administrator = &MemberRow {
        member: Member {
            id: MemberId::new(now, chance),
            organisation_id: organisation.id,
            user_name: asked.user_name.trim().to_owned(),
            display_name: asked.display_name.trim().to_owned(),
            roles: Roles::of(&roles),
            active: true,
            certificate_sha256: None,
            created_at: now,
            changed_at: now,
            seen_at: None,
            version: 1,
        },
        directory: json!({}),
        removed_at: None,
    };
    let signed_up = storage.run("organisation_sign_up", actor, async |tx| {
        tx.organisation_insert(organisation).await?;
        tx.member_insert(administrator).await?;
        let details =
            json!({ "code": &organisation.code, "kind": organisation.kind, "member": administrator.member.id });
        tx.trail(Action::OrganisationSignedUp, organisation.id, details).await?;
        if organisation.kind == OrganisationKind::Fintech {
            gate::service::work_out(&tx, settings, organisation.id).await?;
        }
        Ok::<_, StorageError>(())
    });
    match signed_up.await {
        Ok(()) => Ok((organisation.clone(), administrator.member.clone())),
        Err(StorageError::Taken { .. }) => Err(OrganisationError::field("code", "is taken by another organisation")),
        Err(error) => Err(error.into()),
    }
}

fn check(asked: &SignUp<'_>) -> Result<(), OrganisationError> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !CODE.contains(&asked.code.len()) || !asked.code.chars().all(is_plain) {
        return Err(OrganisationError::field(
            "code",
            "has 2 to 40 lower-case letters, digits and dashes",
        ));
    }
    for (field, text) in [
        ("name", asked.name),
        ("user_name", asked.user_name),
        ("display_name", asked.display_name),
    ] {
        let length = text.trim().chars().count();
        if !(1..=NAME_MAX).contains(&length) || text.chars().any(char::is_control) {
            return Err(OrganisationError::field(
                field,
                format!("has 1 to {NAME_MAX} characters"),
            ));
        }
    }
    if let Some(role) = asked.roles.iter().find(|role| !role.fits(asked.kind)) {
        return Err(OrganisationError::field(
            "roles",
            format!("cannot hold {role} in an organisation of kind {}", asked.kind),
        ));
    }
    Ok(())
}
