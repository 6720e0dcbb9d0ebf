//! Who works in a trial: two people at the operator's desk, an inspector and an approver of an agency, a supervisor,
//! and the staff of the trial's fintech. Whoever has not enrolled yet gets a fresh code at every start.

use naru_admission::AdmissionSettings;
use naru_admission::organisation::{OrganisationError, SignUp, sign_up};
use naru_auth::member::{CodePool, InviteError, invite};
use naru_core::{Action, Actor, Member, MemberId, Organisation, OrganisationId, OrganisationKind, Role, Roles};
use naru_sims::demo;
use naru_storage::{MemberRow, Storage, StorageError};

use crate::config::TrialMember;

const ACTOR: Actor = Actor::Hub("trial");
/// The code of the trial's fintech.
pub(super) const FINTECH: &str = "sunny-pay";
/// How long a trial's invitations hold, seconds.
const INVITED_SECONDS: i64 = 30 * 86_400;

/// Why the trial's members cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum MembersError {
    /// An organisation.
    #[error("trial organisations: {0}")]
    Organisation(#[from] OrganisationError),
    /// An invitation.
    #[error("trial invitations: {0}")]
    Invite(#[from] InviteError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A member of the trial: name to sign in with, name to be shown, roles.
type Cast = (&'static str, &'static str, &'static [Role]);

/// Organisations with their people; the first of each administers it.
const CAST: &[(&str, &str, OrganisationKind, &[Cast])] = &[
    (
        "operator",
        "나루운영원",
        OrganisationKind::Operator,
        &[("desk-1", "강서연", &[Role::Desk]), ("desk-2", "윤도현", &[Role::Desk])],
    ),
    (
        "agency",
        "한빛보안점검원",
        OrganisationKind::Agency,
        &[
            ("inspector", "서지우", &[Role::Inspector]),
            ("approver", "한유진", &[Role::Approver]),
        ],
    ),
    (
        "supervisor",
        "금융감독실",
        OrganisationKind::Supervisor,
        &[("watch", "오하람", &[Role::Reader])],
    ),
    (
        FINTECH,
        demo::FINTECH_NAME,
        OrganisationKind::Fintech,
        &[
            ("first", "임수아", &[Role::Developer, Role::SecurityOfficer]),
            ("second", "조은우", &[Role::SecurityOfficer]),
        ],
    ),
];

/// Makes organisations and members where they are missing; everybody who can still enrol, with a fresh code.
pub(super) async fn prepare(storage: &Storage, settings: &AdmissionSettings) -> Result<Vec<TrialMember>, MembersError> {
    let pool = CodePool::default();
    let mut invited = Vec::new();
    for (code, name, kind, people) in CAST {
        let organisation = organisation(storage, (code, name, *kind), (people, settings)).await?;
        for (user_name, display_name, roles) in *people {
            let member = member(storage, &organisation, (user_name, display_name, roles)).await?;
            if !has_enrolled(storage, member.id).await? {
                let code = invite(storage, &pool, member.id, &ACTOR, INVITED_SECONDS).await?;
                invited.push(TrialMember {
                    organisation: organisation.code.clone(),
                    organisation_name: organisation.name.clone(),
                    kind: *kind,
                    user_name: (*user_name).to_owned(),
                    display_name: (*display_name).to_owned(),
                    code: code.expose().to_owned(),
                });
            }
        }
    }
    Ok(invited)
}

/// The organisation of the trial's fintech.
pub(super) async fn fintech(storage: &Storage) -> Result<Option<OrganisationId>, StorageError> {
    let found = storage.read("organisation_find", async |tx| {
        tx.organisation_find_by_code(FINTECH).await
    });
    let found: Result<Option<Organisation>, StorageError> = found.await;
    Ok(found?.map(|organisation| organisation.id))
}

async fn organisation(
    storage: &Storage,
    (code, name, kind): (&str, &str, OrganisationKind),
    (people, settings): (&[Cast], &AdmissionSettings),
) -> Result<Organisation, MembersError> {
    let found = storage.read("organisation_find", async |tx| tx.organisation_find_by_code(code).await);
    let found: Result<Option<Organisation>, StorageError> = found.await;
    if let Some(organisation) = found? {
        return Ok(organisation);
    }
    let (user_name, display_name, roles) = people.first().copied().unwrap_or(("first", name, &[]));
    let asked = SignUp {
        code,
        name,
        kind,
        user_name,
        display_name,
        roles,
    };
    Ok(sign_up(storage, &ACTOR, (&asked, settings)).await?.0)
}

async fn member(
    storage: &Storage,
    organisation: &Organisation,
    (user_name, display_name, roles): Cast,
) -> Result<Member, StorageError> {
    let id = organisation.id;
    let found = storage.read("member_find", async |tx| tx.member_find_by_name(id, user_name).await);
    let found: Result<Option<MemberRow>, StorageError> = found.await;
    if let Some(row) = found? {
        return Ok(row.member);
    }
    let now = storage.clock().now();
    let row = &MemberRow {
        member: Member {
            id: MemberId::new(now, storage.chance()),
            organisation_id: id,
            user_name: user_name.to_owned(),
            display_name: display_name.to_owned(),
            roles: Roles::of(roles),
            active: true,
            certificate_sha256: None,
            created_at: now,
            changed_at: now,
            seen_at: None,
            version: 1,
        },
        directory: serde_json::json!({}),
        removed_at: None,
    };
    let added = storage.run("member_add", &ACTOR, async |tx| {
        tx.member_insert(row).await?;
        tx.trail(
            Action::MemberAdded,
            row.member.id,
            serde_json::json!({ "organisation": id }),
        )
        .await
    });
    added.await?;
    Ok(row.member.clone())
}

async fn has_enrolled(storage: &Storage, id: MemberId) -> Result<bool, StorageError> {
    let listed = storage.read("member_passkey_list", async |tx| tx.member_passkey_list(id).await);
    let listed: Result<Vec<_>, StorageError> = listed.await;
    Ok(!listed?.is_empty())
}
