//! Ended inspections, what is open on them, answers as they were, and what people are warned of.

use naru_core::{
    Day, FactId, FactKind, FindingId, InspectionOutcome, MemberId, NoticeKind, Organisation, OrganisationKind,
    SignalKind, SignalOutcome,
};
use naru_storage::{AnswerRow, FactRow, FindingRow, Inspected, InspectionEventRow, InspectionRow};

use super::{organisation, revision, stored};
use crate::house::House;
use crate::signal::signals;

on_every_engine!(
    ended_inspections_come_the_latest_first_page_by_page,
    open_findings_of_ended_inspections_come_by_due_day,
    answers_are_listed_as_they_were,
    findings_and_documents_whose_day_comes_are_listed_in_order,
    open_notices_are_listed_by_the_codes_of_organisations,
    signals_that_are_amiss_or_about_to_be_are_listed,
    a_clearance_counts_from_the_event_that_cleared,
    facts_that_were_taken_back_stay_in_the_history
);

async fn ended(house: &House) -> InspectionRow {
    let row = stored(house).await;
    let ended = InspectionRow {
        ended_at: Some(house.now()),
        outcome: InspectionOutcome::Passed,
        state: "FINAL_REPORTED".to_owned(),
        ..row
    };
    assert!(house.put(async |tx| tx.inspection_update(&ended).await).await);
    InspectionRow { version: 2, ..ended }
}

async fn finding(house: &House, of: &InspectionRow, (state, due_on): (&str, Option<i32>)) -> FindingRow {
    let row = FindingRow {
        id: FindingId::new(house.now(), &house.chance),
        inspection_id: of.id,
        organisation_id: of.organisation_id,
        control_id: "fsi-mob-01-1".to_owned(),
        round: 1,
        state: state.to_owned(),
        statement: "평문".to_owned(),
        due_on: due_on.map(Day),
        written_by: "hub:signals".to_owned(),
        created_at: house.now(),
        changed_at: house.now(),
        version: 1,
    };
    house.put(async |tx| tx.finding_insert(&row).await).await;
    row
}

async fn ended_inspections_come_the_latest_first_page_by_page(house: &House) {
    let first = ended(house).await;
    house.set_now(house.now().plus_seconds(1));
    let second = ended(house).await;
    finding(house, &second, ("OPEN", None)).await;
    finding(house, &second, ("CLOSED", None)).await;
    stored(house).await;
    let page = async |who, behind, limit| {
        let rows = house
            .get(async |tx| tx.inspection_list_ended(who, behind, limit).await)
            .await;
        rows.into_iter()
            .map(|row| (row.inspection, row.open_findings))
            .collect::<Vec<_>>()
    };
    let all = Inspected::ByAnybody;
    let newest = page(all, None, 1).await;
    assert_eq!(newest, [(second.clone(), 1)]);
    let behind = Some((second.ended_at.expect("it has ended"), second.id));
    assert_eq!(page(all, behind, 10).await, [(first.clone(), 0)]);
    let agency = Inspected::By(first.agency_id.expect("it has an agency"));
    assert_eq!(page(agency, None, 10).await, [(first, 0)]);
    assert_eq!(page(Inspected::ByNoAgency, None, 10).await, []);
}

async fn open_findings_of_ended_inspections_come_by_due_day(house: &House) {
    let row = ended(house).await;
    let running = stored(house).await;
    finding(house, &running, ("OPEN", Some(20_261_101))).await;
    finding(house, &row, ("WITHDRAWN", None)).await;
    let undated = finding(house, &row, ("OPEN", None)).await;
    let dated = finding(house, &row, ("REMEDY_SUBMITTED", Some(20_261_231))).await;
    let list = async |who| {
        let rows = house
            .get(async |tx| tx.finding_list_open_after_end(who, 10).await)
            .await;
        rows.into_iter()
            .map(|open| (open.finding, open.inspection.id))
            .collect::<Vec<_>>()
    };
    let expected = [(dated, row.id), (undated, row.id)];
    assert_eq!(list(Inspected::ByAnybody).await, expected);
    assert_eq!(
        list(Inspected::By(row.agency_id.expect("it has an agency"))).await,
        expected
    );
    assert_eq!(
        list(Inspected::By(running.agency_id.expect("it has an agency"))).await,
        []
    );
    assert_eq!(list(Inspected::ByNoAgency).await, []);
}

async fn answers_are_listed_as_they_were(house: &House) {
    let own = organisation(house, OrganisationKind::Fintech).await;
    let first = AnswerRow {
        organisation_id: own,
        control_id: "fsi-m-01-1".to_owned(),
        body: "하나".to_owned(),
        revisions: Vec::new(),
        changed_by: MemberId::new(house.now(), &house.chance),
        changed_at: house.now(),
        version: 1,
    };
    assert!(house.put(async |tx| tx.answer_insert(&first).await).await);
    let before = house.now();
    house.set_now(before.plus_days(2));
    let second = AnswerRow {
        body: "둘".to_owned(),
        changed_at: house.now(),
        ..first.clone()
    };
    assert!(house.put(async |tx| tx.answer_update(&second).await).await);
    let as_of = async |at| house.get(async |tx| tx.answer_list_as_of(own, at).await).await;
    assert_eq!(as_of(before.plus_days(-1)).await, []);
    assert_eq!(as_of(before.plus_days(1)).await, [first]);
    assert_eq!(as_of(house.now()).await, [AnswerRow { version: 2, ..second }]);
}

async fn findings_and_documents_whose_day_comes_are_listed_in_order(house: &House) {
    let row = stored(house).await;
    finding(house, &row, ("OPEN", None)).await;
    finding(house, &row, ("CLOSED", Some(20_261_101))).await;
    finding(house, &row, ("REMEDY_SUBMITTED", Some(20_261_102))).await;
    let late = finding(house, &row, ("REMEDIATING", Some(20_261_203))).await;
    let soon = finding(house, &row, ("OPEN", Some(20_261_201))).await;
    let due = async |until, behind| {
        house
            .get(async |tx| tx.finding_list_due(Day(until), behind, 10).await)
            .await
    };
    assert_eq!(due(20_261_202, None).await, std::slice::from_ref(&soon));
    assert_eq!(due(20_261_231, Some((Day(20_261_201), soon.id))).await, [late]);
    let ends = revision(house, row.organisation_id);
    house.put(async |tx| tx.revision_insert(&ends).await).await;
    let ending = async |days: (i32, i32), behind| {
        let days = (Day(days.0), Day(days.1));
        house
            .get(async |tx| tx.revision_list_ending(days, behind, 10).await)
            .await
    };
    assert_eq!(
        ending((20_270_101, 20_270_131), None).await,
        std::slice::from_ref(&ends)
    );
    assert_eq!(ending((20_270_201, 20_270_301), None).await, []);
    assert_eq!(
        ending((20_270_101, 20_270_131), Some((Day(20_270_131), ends.id))).await,
        []
    );
}

async fn open_notices_are_listed_by_the_codes_of_organisations(house: &House) {
    let own = organisation(house, OrganisationKind::Fintech).await;
    let code = own.to_string();
    let give = async |subject: &str| {
        let (kind, day) = (NoticeKind::DutyDue, Day(20_261_231));
        house
            .put(async |tx| tx.notice_give(own, kind, (subject, day)).await)
            .await
    };
    assert!(give("ORG").await && give("APP").await);
    house
        .put(async |tx| tx.notice_close(own, NoticeKind::DutyDue, "APP").await)
        .await;
    let between = async |first: &str, last: &str| {
        let rows = house
            .get(async |tx| tx.notice_list_open_between(first, last).await)
            .await;
        rows.into_iter().map(|notice| notice.subject).collect::<Vec<_>>()
    };
    assert_eq!(between(&code, &code).await, ["ORG"]);
    assert_eq!(between("zzz", "zzzz").await, Vec::<String>::new());
}

/// Leaves a signal as a look would.
async fn stands(house: &House, of: &Organisation, (signal, outcome, failures): (SignalKind, SignalOutcome, i64)) {
    assert!(crate::signal::plan(house, of, (signal, None)).await);
    let mut row = signals(house, of)
        .await
        .into_iter()
        .find(|row| row.signal == signal)
        .expect("it was planned");
    row.outcome = outcome;
    row.failures = failures;
    row.expires_at = (outcome != SignalOutcome::Stale).then(|| house.now().plus_seconds(3_600));
    house.put(async |tx| tx.signal_settle(&row).await).await;
}

async fn signals_that_are_amiss_or_about_to_be_are_listed(house: &House) {
    let one = crate::signal::organisation(house).await;
    stands(house, &one, (SignalKind::Insurance, SignalOutcome::Fail, 0)).await;
    stands(house, &one, (SignalKind::IsmsCert, SignalOutcome::Stale, 1)).await;
    stands(house, &one, (SignalKind::ScimLeaver, SignalOutcome::Error, 2)).await;
    stands(house, &one, (SignalKind::ConsentLedger, SignalOutcome::Pass, 0)).await;
    stands(house, &one, (SignalKind::DormantCredential, SignalOutcome::Error, 5)).await;
    let first = house.get(async |tx| tx.signal_list_amiss(5, None, 2).await).await;
    let rest = house
        .get(async |tx| tx.signal_list_amiss(5, first.last(), 2).await)
        .await;
    let mut seen: Vec<SignalKind> = first.iter().chain(&rest).map(|one| one.signal).collect();
    seen.sort();
    assert_eq!(
        seen,
        [
            SignalKind::DormantCredential,
            SignalKind::Insurance,
            SignalKind::IsmsCert
        ]
    );
    let going = async |seconds| {
        let until = house.now().plus_seconds(seconds);
        let rows = house.get(async |tx| tx.signal_list_going_stale(until, 10).await).await;
        let mut kinds: Vec<SignalKind> = rows.into_iter().map(|row| row.signal).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(going(3_599).await, []);
    let expected = [SignalKind::ScimLeaver, SignalKind::DormantCredential];
    assert_eq!(
        going(3_600).await,
        expected,
        "who was looked at in vain, and is not stale yet"
    );
}

async fn a_clearance_counts_from_the_event_that_cleared(house: &House) {
    let row = ended(house).await;
    let (cleared_at, confirmed_at) = (house.now().plus_days(1), house.now().plus_days(9));
    for (sequence, at, state) in [(1, cleared_at, "CONFIRMATION_DUE"), (2, confirmed_at, "CONFIRMED")] {
        let event = InspectionEventRow {
            inspection_id: row.id,
            sequence,
            at,
            actor: "hub:test".to_owned(),
            event: "moved".to_owned(),
            from_state: "SUBMITTED".to_owned(),
            to_state: state.to_owned(),
            note: String::new(),
            revisions: Vec::new(),
            round: 1,
            proposal_id: None,
        };
        house.put(async |tx| tx.inspection_event_insert(&event).await).await;
    }
    let confirmed = InspectionRow {
        state: "CONFIRMED".to_owned(),
        state_since: confirmed_at,
        ..row.clone()
    };
    assert!(house.put(async |tx| tx.inspection_update(&confirmed).await).await);
    let own = row.organisation_id;
    let all = house.get(async |tx| tx.clearance_list(own).await).await;
    let times: Vec<_> = all
        .iter()
        .map(|one| (one.cleared_at, one.confirmed_at, one.since))
        .collect();
    assert_eq!(times, [(cleared_at, Some(confirmed_at), confirmed_at)]);
    let code = own.to_string();
    assert_eq!(
        house
            .get(async |tx| tx.clearance_list_between(&code, &code).await)
            .await,
        all
    );
    let bare = ended(house).await;
    let bare = house
        .get(async |tx| tx.clearance_list(bare.organisation_id).await)
        .await;
    assert_eq!((bare[0].cleared_at, bare[0].confirmed_at), (bare[0].since, None));
}

async fn facts_that_were_taken_back_stay_in_the_history(house: &House) {
    let own = organisation(house, OrganisationKind::Fintech).await;
    let fact = FactRow {
        id: FactId::new(house.now(), &house.chance),
        organisation_id: own,
        kind: FactKind::Platform,
        value: "web".to_owned(),
        valid_from: Day(20_200_101),
        valid_to: None,
        evidence: String::new(),
        recorded_by: "member:1".to_owned(),
        recorded_at: house.now(),
        ended_at: None,
    };
    house.put(async |tx| tx.fact_insert(&fact).await).await;
    let ended_at = house.now();
    assert!(house.put(async |tx| tx.fact_end(fact.id).await).await);
    let history = house.get(async |tx| tx.fact_history(own).await).await;
    let expected = FactRow {
        ended_at: Some(ended_at),
        ..fact
    };
    assert_eq!(history, std::slice::from_ref(&expected));
    let ended_on = ended_at.day();
    assert!(!expected.holds_on(ended_on) && expected.holds_on(ended_at.plus_days(-1).day()));
}
