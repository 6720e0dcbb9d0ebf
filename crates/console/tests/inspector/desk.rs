//! Members who sign in with their certificate, and inspections as their services leave them.

use naru_core::{
    Action, Actor, AdmissionState, InspectionId, InspectionKind, InspectionMachine, InspectionMethod,
    InspectionOutcome, Member, MemberId, Organisation, OrganisationId, OrganisationKind, Role, Roles, StandingDuty,
    Verdict, Won,
};
use naru_storage::{InspectionRow, MemberRow, StorageError, VerdictRow};
use serde_json::json;

use crate::bed::{Bed, Browser};

const ACTOR: Actor = Actor::Hub("tests");

/// Somebody, for whom, and the certificate they sign in with.
pub(crate) struct Seated {
    pub(crate) member: MemberId,
    pub(crate) organisation: OrganisationId,
    certificate: [u8; 32],
}

/// A member of a new organisation, or of somebody's.
pub(crate) async fn seated(
    bed: &Bed,
    (code, kind): (&str, OrganisationKind),
    of: Option<&Seated>,
    roles: &[Role],
) -> Seated {
    let (now, chance) = (bed.hub.now(), bed.hub.storage().chance());
    let seated = &Seated {
        member: MemberId::new(now, chance),
        organisation: of.map_or_else(|| OrganisationId::new(now, chance), |of| of.organisation),
        certificate: chance.bytes(),
    };
    let row = &MemberRow {
        member: Member {
            id: seated.member,
            organisation_id: seated.organisation,
            user_name: seated.member.to_string(),
            display_name: "김담당".to_owned(),
            roles: Roles::of(roles),
            active: true,
            certificate_sha256: Some(seated.certificate),
            created_at: now,
            changed_at: now,
            seen_at: None,
            version: 1,
        },
        directory: json!({}),
        removed_at: None,
    };
    let put = bed.hub.storage().run("test_seated", &ACTOR, async |tx| {
        if of.is_none() {
            tx.organisation_insert(&organisation(seated.organisation, (code, kind), now))
                .await?;
        }
        tx.member_insert(row).await?;
        tx.trail(Action::MemberAdded, seated.member, ()).await
    });
    put.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
    Seated {
        member: seated.member,
        organisation: seated.organisation,
        certificate: seated.certificate,
    }
}

fn organisation(id: OrganisationId, (code, kind): (&str, OrganisationKind), now: naru_core::Timestamp) -> Organisation {
    Organisation {
        id,
        code: code.to_owned(),
        kind,
        name: format!("기관 {code}"),
        state: AdmissionState::Applied,
        state_since: now,
        state_reason: String::new(),
        gates: Vec::new(),
        duty: StandingDuty::default(),
        insured_won: Won(0),
        withdraw_day_won: Won(0),
        created_at: now,
        version: 1,
    }
}

/// An inspection of a fintech by an agency, in a state.
pub(crate) async fn inspection(bed: &Bed, (fintech, agency): (&Seated, &Seated), state: &str) -> InspectionId {
    stored(bed, (fintech, Some(agency)), (InspectionMachine::Organisation, state)).await
}

/// The same through any process, where no agency may have taken it.
pub(crate) async fn stored(
    bed: &Bed,
    (fintech, agency): (&Seated, Option<&Seated>),
    (machine, state): (InspectionMachine, &str),
) -> InspectionId {
    let now = bed.hub.now();
    let row = &InspectionRow {
        id: InspectionId::new(now, bed.hub.storage().chance()),
        organisation_id: fintech.organisation,
        agency_id: agency.map(|agency| agency.organisation),
        machine,
        kind: InspectionKind::Organisation,
        platform: String::new(),
        service: String::new(),
        catalogue: "fsi-user-org".to_owned(),
        state: state.to_owned(),
        state_since: now,
        round: 1,
        outcome: InspectionOutcome::Pending,
        valid_until: None,
        ended_at: None,
        created_at: now,
        version: 1,
    };
    let put = bed.hub.storage().run("test_inspection", &ACTOR, async |tx| {
        tx.inspection_insert(row).await?;
        tx.trail(Action::InspectionOpened, row.id, ()).await
    });
    put.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
    row.id
}

/// A verdict of the first round.
pub(crate) async fn judged(bed: &Bed, (id, control): (InspectionId, &str), by: &Seated, verdict: Verdict) {
    let row = &VerdictRow {
        inspection_id: id,
        round: 1,
        control_id: control.to_owned(),
        verdict,
        note: "이유".to_owned(),
        method: InspectionMethod::Examine,
        judged_by: by.member,
        judged_at: bed.hub.now(),
        version: 0,
    };
    let put = bed.hub.storage().run("test_judged", &ACTOR, async |tx| {
        assert!(tx.verdict_insert(row).await?);
        tx.trail(Action::VerdictGiven, id, ()).await
    });
    put.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
}

/// A browser in which somebody has signed in.
pub(crate) async fn enter<'a>(bed: &'a Bed, seated: &Seated) -> Browser<'a> {
    let mut browser = bed.browser();
    browser.certificate = Some(seated.certificate);
    let page = browser.open("/staff/security").await;
    let token = page.csrf();
    let answer = browser
        .post(&page.action("/staff/sign-in/certificate"), &[("csrf", &token)])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    browser
}
