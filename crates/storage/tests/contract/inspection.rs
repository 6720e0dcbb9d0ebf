//! Documents, answers, inspections.

use naru_core::{
    AdmissionState, Day, DocumentId, DocumentKind, FileKind, InspectionId, InspectionKind, InspectionMachine,
    InspectionMethod, InspectionOutcome, MemberId, Organisation, OrganisationId, OrganisationKind, ProposalId,
    RevisionId, StandingDuty, Verdict, Won,
};
use naru_storage::{
    AnswerRow, InspectionEventRow, InspectionFilter, InspectionRow, RevisionRow, StorageError, VerdictRow,
};

use crate::house::House;

mod archive;
mod finding;

on_every_engine!(
    a_revision_is_read_back_and_its_number_is_taken_once,
    documents_are_listed_as_they_were_on_any_day,
    an_answer_is_changed_only_by_who_saw_it_last,
    one_inspection_of_a_kind_is_under_way,
    an_inspection_moves_only_from_where_it_was_seen,
    inspections_are_filtered_and_those_waiting_longest_come_first,
    events_are_appended_in_order,
    a_verdict_is_changed_only_by_who_saw_it_last
);

const TAKEN: StorageError = StorageError::Taken {
    transaction: "contract_put",
};

async fn organisation(house: &House, kind: OrganisationKind) -> OrganisationId {
    let id = OrganisationId::new(house.now(), &house.chance);
    let organisation = Organisation {
        id,
        code: id.to_string(),
        kind,
        name: "하나의 조직".to_owned(),
        state: AdmissionState::Applied,
        state_since: house.now(),
        state_reason: String::new(),
        gates: Vec::new(),
        duty: StandingDuty::default(),
        insured_won: Won(0),
        withdraw_day_won: Won(0),
        created_at: house.now(),
        version: 1,
    };
    house.put(async |tx| tx.organisation_insert(&organisation).await).await;
    id
}

fn revision(house: &House, organisation_id: OrganisationId) -> RevisionRow {
    RevisionRow {
        id: RevisionId::new(house.now(), &house.chance),
        document_id: DocumentId::new(house.now(), &house.chance),
        organisation_id,
        kind: DocumentKind::Evidence,
        title: "정보보호 정책".to_owned(),
        revision: 1,
        sha256: [7; 32],
        bytes: 1_234,
        file: FileKind::Hwpx,
        file_name: "정책.hwpx".to_owned(),
        covers_from: Some(Day(20_260_101)),
        covers_to: Some(Day(20_261_231)),
        expires_on: Some(Day(20_270_131)),
        uploaded_by: MemberId::new(house.now(), &house.chance),
        uploaded_at: house.now(),
    }
}

fn inspection(house: &House, organisation_id: OrganisationId, agency: Option<OrganisationId>) -> InspectionRow {
    InspectionRow {
        id: InspectionId::new(house.now(), &house.chance),
        organisation_id,
        agency_id: agency,
        machine: InspectionMachine::Service,
        kind: InspectionKind::Service,
        platform: "android".to_owned(),
        service: "나루페이".to_owned(),
        catalogue: "fsi-mobile".to_owned(),
        state: "CONSULTING".to_owned(),
        state_since: house.now(),
        round: 1,
        outcome: InspectionOutcome::Pending,
        valid_until: None,
        ended_at: None,
        created_at: house.now(),
        version: 1,
    }
}

/// A stored inspection of a fresh organisation by a fresh agency.
pub(crate) async fn stored(house: &House) -> InspectionRow {
    let own = organisation(house, OrganisationKind::Fintech).await;
    let agency = organisation(house, OrganisationKind::Agency).await;
    let row = inspection(house, own, Some(agency));
    assert!(house.put(async |tx| tx.inspection_insert(&row).await).await);
    row
}

async fn a_revision_is_read_back_and_its_number_is_taken_once(house: &House) {
    let own = organisation(house, OrganisationKind::Fintech).await;
    let first = revision(house, own);
    house.put(async |tx| tx.revision_insert(&first).await).await;
    assert_eq!(
        house.get(async |tx| tx.revision_find(first.id).await).await,
        Some(first.clone())
    );
    assert!(house.get(async |tx| tx.revision_has_digest([7; 32]).await).await);
    assert!(!house.get(async |tx| tx.revision_has_digest([8; 32]).await).await);
    let second = RevisionRow {
        id: RevisionId::new(house.now(), &house.chance),
        revision: 2,
        sha256: [8; 32],
        covers_from: None,
        covers_to: None,
        expires_on: None,
        ..first.clone()
    };
    house.put(async |tx| tx.revision_insert(&second).await).await;
    let listed = house.get(async |tx| tx.revision_list(first.document_id).await).await;
    assert_eq!(listed, [second.clone(), first]);
    let again = RevisionRow {
        id: RevisionId::new(house.now(), &house.chance),
        ..second
    };
    assert_eq!(house.refused(async |tx| tx.revision_insert(&again).await).await, TAKEN);
}

async fn documents_are_listed_as_they_were_on_any_day(house: &House) {
    let own = organisation(house, OrganisationKind::Fintech).await;
    let other = organisation(house, OrganisationKind::Fintech).await;
    let first = revision(house, own);
    let theirs = revision(house, other);
    house.put(async |tx| tx.revision_insert(&first).await).await;
    house.put(async |tx| tx.revision_insert(&theirs).await).await;
    let before = house.now();
    house.set_now(before.plus_days(3));
    let second = RevisionRow {
        id: RevisionId::new(house.now(), &house.chance),
        revision: 2,
        uploaded_at: house.now(),
        ..first.clone()
    };
    house.put(async |tx| tx.revision_insert(&second).await).await;
    let as_of = async |at| house.get(async |tx| tx.document_list_as_of(own, at).await).await;
    assert_eq!(as_of(before.plus_days(-1)).await, []);
    assert_eq!(as_of(before.plus_days(2)).await, [first]);
    assert_eq!(as_of(before.plus_days(3)).await, [second]);
}

async fn an_answer_is_changed_only_by_who_saw_it_last(house: &House) {
    let own = organisation(house, OrganisationKind::Fintech).await;
    let row = AnswerRow {
        organisation_id: own,
        control_id: "fsi-m-01-1".to_owned(),
        body: "예, 지정되어 있습니다.".to_owned(),
        revisions: vec![RevisionId::new(house.now(), &house.chance)],
        changed_by: MemberId::new(house.now(), &house.chance),
        changed_at: house.now(),
        version: 1,
    };
    assert!(house.put(async |tx| tx.answer_insert(&row).await).await);
    assert!(
        !house.put(async |tx| tx.answer_insert(&row).await).await,
        "there is one"
    );
    let changed = AnswerRow {
        body: "아니요".to_owned(),
        revisions: Vec::new(),
        ..row.clone()
    };
    assert!(house.put(async |tx| tx.answer_update(&changed).await).await);
    assert!(!house.put(async |tx| tx.answer_update(&row).await).await, "seen before");
    let kept = AnswerRow { version: 2, ..changed };
    let found = house.get(async |tx| tx.answer_find(own, "fsi-m-01-1").await).await;
    assert_eq!(found, Some(kept.clone()));
    assert_eq!(house.get(async |tx| tx.answer_list(own).await).await, [kept]);
}

async fn one_inspection_of_a_kind_is_under_way(house: &House) {
    let first = stored(house).await;
    let again = inspection(house, first.organisation_id, first.agency_id);
    assert!(!house.put(async |tx| tx.inspection_insert(&again).await).await);
    let elsewhere = InspectionRow {
        id: InspectionId::new(house.now(), &house.chance),
        platform: "ios".to_owned(),
        ..again.clone()
    };
    assert!(house.put(async |tx| tx.inspection_insert(&elsewhere).await).await);
    let ended = InspectionRow {
        ended_at: Some(house.now()),
        outcome: InspectionOutcome::Withdrawn,
        state: "WITHDRAWN".to_owned(),
        ..first
    };
    assert!(house.put(async |tx| tx.inspection_update(&ended).await).await);
    assert!(house.put(async |tx| tx.inspection_insert(&again).await).await);
}

async fn an_inspection_moves_only_from_where_it_was_seen(house: &House) {
    let first = stored(house).await;
    let (agency, own) = (first.agency_id.expect("it has one"), first.organisation_id);
    let binds = async |agency| house.get(async |tx| tx.inspection_binds(agency, own).await).await;
    assert!(!binds(agency).await, "nothing is handed in while they only talk");
    let handed_in = InspectionRow {
        state: "PRE_REVIEW".to_owned(),
        ..first
    };
    assert!(house.put(async |tx| tx.inspection_update(&handed_in).await).await);
    assert!(binds(agency).await && !binds(own).await);
    let first = InspectionRow {
        version: 2,
        ..handed_in
    };
    let moved = InspectionRow {
        state: "FINAL_REPORTED".to_owned(),
        state_since: house.now().plus_seconds(9),
        round: 4,
        outcome: InspectionOutcome::Passed,
        valid_until: Some(house.now().plus_days(365)),
        ended_at: Some(house.now().plus_seconds(9)),
        ..first.clone()
    };
    assert!(house.put(async |tx| tx.inspection_update(&moved).await).await);
    assert!(
        !house.put(async |tx| tx.inspection_update(&moved).await).await,
        "seen before"
    );
    let found = house.get(async |tx| tx.inspection_find(first.id).await).await;
    let ended = InspectionRow { version: 3, ..moved };
    assert_eq!(found, Some(ended.clone()));
    assert!(!binds(agency).await, "it has ended");
    let nobodys = InspectionRow {
        agency_id: None,
        ..ended
    };
    assert!(house.put(async |tx| tx.inspection_update(&nobodys).await).await);
    let found = house.get(async |tx| tx.inspection_find(first.id).await).await;
    assert_eq!(found.expect("it is there").agency_id, None);
}

async fn inspections_are_filtered_and_those_waiting_longest_come_first(house: &House) {
    let first = stored(house).await;
    let later = InspectionRow {
        id: InspectionId::new(house.now(), &house.chance),
        platform: "ios".to_owned(),
        state: "TESTING".to_owned(),
        state_since: house.now().plus_seconds(-60),
        created_at: house.now().plus_seconds(60),
        ..first.clone()
    };
    assert!(house.put(async |tx| tx.inspection_insert(&later).await).await);
    let list = async |filter: InspectionFilter| {
        let found = house.get(async |tx| tx.inspection_list(&filter).await).await;
        found.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    let all = InspectionFilter {
        agency_id: first.agency_id,
        limit: 10,
        ..InspectionFilter::default()
    };
    assert_eq!(list(all.clone()).await, [later.id, first.id]);
    let in_state = InspectionFilter {
        state: "TESTING".to_owned(),
        ..all.clone()
    };
    assert_eq!(list(in_state).await, [later.id]);
    let other_machine = InspectionFilter {
        machine: Some(InspectionMachine::Organisation),
        ..all.clone()
    };
    assert_eq!(list(other_machine).await, []);
    let ended = InspectionRow {
        ended_at: Some(house.now()),
        ..first.clone()
    };
    assert!(house.put(async |tx| tx.inspection_update(&ended).await).await);
    let under_way = InspectionFilter {
        under_way: true,
        organisation_id: Some(first.organisation_id),
        ..all
    };
    assert_eq!(list(under_way).await, [later.id]);
    let of = house
        .get(async |tx| tx.inspection_list_of(first.organisation_id).await)
        .await;
    assert_eq!(of.iter().map(|row| row.id).collect::<Vec<_>>(), [later.id, first.id]);
}

async fn events_are_appended_in_order(house: &House) {
    let row = stored(house).await;
    let event = |sequence| InspectionEventRow {
        inspection_id: row.id,
        sequence,
        at: house.now(),
        actor: "member:mem_1".to_owned(),
        event: "submit-drafts".to_owned(),
        from_state: "CONSULTING".to_owned(),
        to_state: "PRE_REVIEW".to_owned(),
        note: "초안".to_owned(),
        revisions: vec![RevisionId::new(house.now(), &house.chance)],
        round: 1,
        proposal_id: Some(ProposalId::new(house.now(), &house.chance)),
    };
    let (one, two) = (event(1), event(2));
    house.put(async |tx| tx.inspection_event_insert(&two).await).await;
    house.put(async |tx| tx.inspection_event_insert(&one).await).await;
    let listed = house.get(async |tx| tx.inspection_event_list(row.id).await).await;
    assert_eq!(listed, [one.clone(), two.clone()]);
    let agency = row.agency_id.expect("it has one");
    let pending = house
        .get(async |tx| tx.inspection_event_list_pending(agency).await)
        .await;
    assert_eq!(pending, [one, two.clone()]);
    assert_eq!(
        house.refused(async |tx| tx.inspection_event_insert(&two).await).await,
        TAKEN
    );
    let ended = InspectionRow {
        ended_at: Some(house.now()),
        ..row
    };
    assert!(house.put(async |tx| tx.inspection_update(&ended).await).await);
    let pending = house
        .get(async |tx| tx.inspection_event_list_pending(agency).await)
        .await;
    assert_eq!(pending, []);
}

async fn a_verdict_is_changed_only_by_who_saw_it_last(house: &House) {
    let row = stored(house).await;
    let first = VerdictRow {
        inspection_id: row.id,
        round: 1,
        control_id: "fsi-mob-01-1".to_owned(),
        verdict: Verdict::Partially,
        note: "일부".to_owned(),
        method: InspectionMethod::Interview,
        judged_by: MemberId::new(house.now(), &house.chance),
        judged_at: house.now(),
        version: 1,
    };
    assert!(house.put(async |tx| tx.verdict_insert(&first).await).await);
    assert!(
        !house.put(async |tx| tx.verdict_insert(&first).await).await,
        "there is one"
    );
    let changed = VerdictRow {
        verdict: Verdict::Satisfied,
        note: String::new(),
        method: InspectionMethod::Test,
        ..first.clone()
    };
    assert!(house.put(async |tx| tx.verdict_update(&changed).await).await);
    assert!(
        !house.put(async |tx| tx.verdict_update(&first).await).await,
        "seen before"
    );
    let next = VerdictRow { round: 2, ..first };
    assert!(house.put(async |tx| tx.verdict_insert(&next).await).await);
    let listed = house.get(async |tx| tx.verdict_list(row.id).await).await;
    let kept = VerdictRow { version: 2, ..changed };
    assert_eq!(listed, [kept, next]);
}
