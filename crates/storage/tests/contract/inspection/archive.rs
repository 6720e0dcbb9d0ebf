//! Ended inspections, what is open on them, answers as they were, and what people are warned of.

use naru_core::{Day, FindingId, InspectionOutcome, MemberId, NoticeKind, OrganisationKind};
use naru_storage::{AnswerRow, FindingRow, Inspected, InspectionRow};

use super::{organisation, revision, stored};
use crate::house::House;

on_every_engine!(
    ended_inspections_come_the_latest_first_page_by_page,
    open_findings_of_ended_inspections_come_by_due_day,
    answers_are_listed_as_they_were,
    findings_and_documents_whose_day_comes_are_listed_in_order,
    open_notices_are_listed_by_the_codes_of_organisations
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
    let behind = Some((second.ended_at.unwrap(), second.id));
    assert_eq!(page(all, behind, 10).await, [(first.clone(), 0)]);
    let agency = Inspected::By(first.agency_id.unwrap());
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
    assert_eq!(list(Inspected::By(row.agency_id.unwrap())).await, expected);
    assert_eq!(list(Inspected::By(running.agency_id.unwrap())).await, []);
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
    assert_eq!(due(20_261_202, None).await, [soon.clone()]);
    assert_eq!(due(20_261_231, Some((Day(20_261_201), soon.id))).await, [late]);
    let ends = revision(house, row.organisation_id);
    house.put(async |tx| tx.revision_insert(&ends).await).await;
    let ending = async |days: (i32, i32), behind| {
        let days = (Day(days.0), Day(days.1));
        house
            .get(async |tx| tx.revision_list_ending(days, behind, 10).await)
            .await
    };
    assert_eq!(ending((20_270_101, 20_270_131), None).await, [ends.clone()]);
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
