//! Ten thousand organisations with their histories: facts, inspections with every step, policies. Most are live, some
//! wait, and a few were never inspected.

use naru_core::{
    Action, Actor, AdmissionState, BankCode, Client, ClientId, ClientLimits, ClientStatus, ClientUseCode, Confirmation,
    ContractAccount, Day, Environment, FactId, FactKind, Grant, GrantId, InspectionId, InspectionKind,
    InspectionMachine, InspectionOutcome, Member, MemberId, MemberSession, MemberSignIn, Organisation, OrganisationId,
    OrganisationKind, PolicyId, Profile, Role, Roles, Scope, Scopes, SessionId, StandingDuty, Timestamp, Won,
};
use naru_storage::{
    FactRow, InspectionEventRow, InspectionRow, MemberRow, PolicyRow, Storage, StorageError, TokenKind, TokenRow, Tx,
};
use serde_json::json;

use super::cast;
use crate::admitted::admitted;
use crate::cli::Failure;

/// How many.
pub(super) const ORGANISATIONS: usize = 10_000;
/// Organisations in one commit.
const TOGETHER: usize = 100;
const ACTOR: Actor = Actor::Hub("bench");
/// The steps that an inspection has behind it.
const STEPS: [&str; 10] = [
    "submit-drafts",
    "pre-review-done",
    "submit-application-and-reviewed-documents",
    "accept-and-sign-contract",
    "start",
    "send-result",
    "no-findings",
    "visit",
    "send-result",
    "send-final-report",
];

/// Who calls, and who looks.
pub(super) struct Callers {
    /// A token of a client of production.
    pub(super) production: [u8; 32],
    /// The certificate it is bound to.
    pub(super) certificate: [u8; 32],
    /// A token of a client of the test bed.
    pub(super) test_bed: [u8; 32],
    /// The secret of a session at the operator's desk.
    pub(super) session: String,
}

/// The code of the organisation with a number.
pub(super) fn code(number: usize) -> String {
    format!("fintech-{number:05}")
}

/// Stores all of them.
pub(super) async fn settle(storage: &Storage) -> Result<Callers, Failure> {
    for first in (0..ORGANISATIONS).step_by(TOGETHER) {
        let stored = storage.run("bench_crowd", &ACTOR, async |tx| {
            for number in first..(first + TOGETHER).min(ORGANISATIONS) {
                organisation(&tx, number).await?;
            }
            tx.trail(
                Action::OrganisationSignedUp,
                code(first),
                json!({ "together": TOGETHER }),
            )
            .await
        });
        stored.await.map_err(|error: StorageError| Failure::from(error))?;
    }
    let owner = admitted(storage, "zz-caller").await?;
    let certificate = [7; 32];
    let production = caller(
        storage,
        Environment::Production,
        (Some(owner), Confirmation::Certificate(certificate)),
    )
    .await?;
    let test_bed = caller(storage, Environment::TestBed, (None, Confirmation::None)).await?;
    Ok(Callers {
        production,
        certificate,
        test_bed,
        session: desk(storage).await?,
    })
}

/// One organisation with everything that lies behind it.
async fn organisation(tx: &Tx, number: usize) -> Result<(), StorageError> {
    let (now, chance) = (tx.now(), tx.chance());
    let state = match number % 10 {
        0 => AdmissionState::Applied,
        1 => AdmissionState::Suitable,
        _ => AdmissionState::Live,
    };
    let id = OrganisationId::new(now, chance);
    let row = Organisation {
        id,
        code: code(number),
        kind: OrganisationKind::Fintech,
        name: format!("핀테크 {number}"),
        state,
        state_since: now.plus_days(-200),
        state_reason: "prp".to_owned(),
        gates: Vec::new(),
        duty: StandingDuty::default(),
        insured_won: Won(0),
        withdraw_day_won: Won(1_000_000),
        created_at: now.plus_days(-400),
        version: 1,
    };
    tx.organisation_insert(&row).await?;
    facts(tx, id, number).await?;
    if state != AdmissionState::Live {
        return Ok(());
    }
    if number % 50 != 2 {
        inspection(tx, (id, InspectionMachine::Organisation), "").await?;
    }
    for platform in ["web", "android"] {
        inspection(tx, (id, InspectionMachine::Service), platform).await?;
    }
    let member = MemberId::new(now, chance);
    let policy = PolicyRow {
        id: PolicyId::new(now, chance),
        organisation_id: id,
        insurer: "서울보증보험".to_owned(),
        number: format!("P-{number}"),
        cover_won: Won(2_000_000),
        from_day: day(now, -100),
        to_day: day(now, 265),
        revision_id: None,
        recorded_by: member,
        recorded_at: now,
        confirmed_by: None,
        confirmed_at: None,
        ended_at: None,
    };
    tx.policy_insert(&policy).await?;
    tx.policy_confirm(policy.id, MemberId::new(now, chance)).await?;
    Ok(())
}

fn day(now: Timestamp, days: i64) -> Day {
    now.plus_days(days).day()
}

async fn facts(tx: &Tx, id: OrganisationId, number: usize) -> Result<(), StorageError> {
    let now = tx.now();
    let legal = ["BANK", "EFIN", "OTHER"][number % 3];
    let kinds = [
        (FactKind::LegalType, legal, -900, None),
        (FactKind::Launched, "", -500, None),
        (FactKind::Platform, "web", -300, None),
        (FactKind::Platform, "android", -300, None),
        (FactKind::IsmsCertificate, "ISMS-1", -800, Some(-300)),
        (FactKind::IsmsCertificate, "ISMS-2", -299, Some(200)),
    ];
    for (kind, value, from, to) in kinds {
        let fact = FactRow {
            id: FactId::new(now, tx.chance()),
            organisation_id: id,
            kind,
            value: value.to_owned(),
            valid_from: day(now, from),
            valid_to: to.map(|to| day(now, to)),
            evidence: "rev".to_owned(),
            recorded_by: "operator:bench".to_owned(),
            recorded_at: now,
            ended_at: None,
        };
        tx.fact_insert(&fact).await?;
    }
    Ok(())
}

async fn inspection(
    tx: &Tx,
    (organisation_id, machine): (OrganisationId, InspectionMachine),
    platform: &str,
) -> Result<(), StorageError> {
    let now = tx.now();
    let kind = if platform.is_empty() {
        InspectionKind::Organisation
    } else {
        InspectionKind::Service
    };
    let row = InspectionRow {
        id: InspectionId::new(now, tx.chance()),
        organisation_id,
        agency_id: None,
        machine,
        kind,
        platform: platform.to_owned(),
        service: String::new(),
        catalogue: "fsi-user-org".to_owned(),
        state: "FINAL_REPORTED".to_owned(),
        state_since: now.plus_days(-210),
        round: 1,
        outcome: InspectionOutcome::Passed,
        valid_until: None,
        ended_at: Some(now.plus_days(-210)),
        created_at: now.plus_days(-260),
        version: 1,
    };
    tx.inspection_insert(&row).await?;
    for (sequence, event) in (1..).zip(STEPS) {
        let event = InspectionEventRow {
            inspection_id: row.id,
            sequence,
            at: now.plus_days(sequence - 260),
            actor: "member:bench".to_owned(),
            event: event.to_owned(),
            from_state: String::new(),
            to_state: String::new(),
            note: String::new(),
            revisions: Vec::new(),
            round: 1,
            proposal_id: None,
        };
        tx.inspection_event_insert(&event).await?;
    }
    Ok(())
}

/// A client with a token for calls that concern nobody.
async fn caller(
    storage: &Storage,
    environment: Environment,
    (owner, confirmation): (Option<OrganisationId>, Confirmation),
) -> Result<[u8; 32], Failure> {
    let (now, chance) = (storage.clock().now(), storage.chance());
    let limits = ClientLimits {
        transfer_won: Won(1),
        day_won: Won(1),
        month_won: Won(1),
    };
    let client = &Client {
        id: ClientId::new(now, chance),
        client_use_code: ClientUseCode::new(chance),
        name: cast::FINTECH_NAME.to_owned(),
        environment,
        profile: Profile::Kftc,
        status: ClientStatus::Active,
        status_since: now,
        status_reason: String::new(),
        scopes: Scopes::of(&[Scope::Oob]),
        redirect_uris: Vec::new(),
        secret_sha256: None,
        certificate_sha256: None,
        contract_account: ContractAccount {
            bank_code: BankCode::parse(cast::FINTECH_BANK).map_err(|error| Failure::Failed(error.to_string()))?,
            account_num: cast::CONTRACT_ACCOUNT.to_owned(),
            holder_name: cast::FINTECH_NAME.to_owned(),
        },
        withdraw_limits: limits,
        deposit_limits: limits,
        organisation_id: owner,
        created_at: now,
        version: 1,
    };
    let grant = &Grant {
        id: GrantId::new(chance),
        client_id: client.id,
        person_id: None,
        scopes: Scopes::of(&[Scope::Oob]),
        created_at: now,
        expires_at: now.plus_days(1),
        revoked: None,
        last_used_at: None,
    };
    let sha256: [u8; 32] = chance.bytes();
    let token = &TokenRow {
        sha256: sha256.to_vec(),
        kind: TokenKind::Access,
        grant_id: grant.id,
        confirmation,
        scopes: None,
        issued_at: now,
        expires_at: now.plus_days(1),
        used_at: None,
    };
    let stored = storage.run("bench_caller", &ACTOR, async |tx| {
        tx.client_insert(client).await?;
        tx.grant_insert(grant).await?;
        tx.token_insert(token).await?;
        tx.trail(Action::ClientRegistered, client.id, json!({})).await
    });
    stored.await.map_err(|error: StorageError| Failure::from(error))?;
    Ok(sha256)
}

/// Somebody at the operator's desk, signed in; the secret of the session.
async fn desk(storage: &Storage) -> Result<String, Failure> {
    let (now, chance) = (storage.clock().now(), storage.chance());
    let secret = naru_crypto::Secret::new(naru_crypto::SecretKind::Session, chance.bytes());
    let operator = &Organisation {
        id: OrganisationId::new(now, chance),
        code: "operator".to_owned(),
        kind: OrganisationKind::Operator,
        name: "운영기관".to_owned(),
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
    let member = &MemberRow {
        member: Member {
            id: MemberId::new(now, chance),
            organisation_id: operator.id,
            user_name: "desk".to_owned(),
            display_name: "당직".to_owned(),
            roles: Roles::of(&[Role::Desk]),
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
    let session = &MemberSession {
        id: SessionId::new(now, chance),
        member_id: member.member.id,
        method: MemberSignIn::Passkey,
        device: "bench".to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now.plus_days(1),
        ended_at: None,
    };
    let sha256 = secret.sha256();
    let stored = storage.run("bench_desk", &ACTOR, async |tx| {
        tx.organisation_insert(operator).await?;
        tx.member_insert(member).await?;
        tx.member_session_insert(session, sha256).await?;
        tx.trail(Action::MemberSignedIn, member.member.id, json!({})).await
    });
    stored.await.map_err(|error: StorageError| Failure::from(error))?;
    Ok(secret.expose().to_owned())
}
