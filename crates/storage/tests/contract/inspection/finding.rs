//! Findings.

use naru_core::{Day, FindingId};
use naru_storage::{FindingEventRow, FindingRow};

use super::{TAKEN, stored};
use crate::house::House;

on_every_engine!(
    open_findings_come_by_due_day,
    a_finding_moves_only_from_where_it_was_seen,
    a_finding_keeps_its_history_until_it_is_removed
);

/// A stored finding of a fresh inspection, and a closed one beside it.
async fn written(house: &House) -> FindingRow {
    let row = stored(house).await;
    let finding = FindingRow {
        id: FindingId::new(house.now(), &house.chance),
        inspection_id: row.id,
        organisation_id: row.organisation_id,
        control_id: "fsi-mob-01-1".to_owned(),
        round: 1,
        state: "OPEN".to_owned(),
        statement: "평문이 남습니다".to_owned(),
        due_on: None,
        written_by: "member:mem_1".to_owned(),
        created_at: house.now(),
        changed_at: house.now(),
        version: 1,
    };
    let closed = beside(house, &finding, ("CLOSED", 20_261_201));
    for one in [&finding, &closed] {
        house.put(async |tx| tx.finding_insert(one).await).await;
    }
    finding
}

fn beside(house: &House, finding: &FindingRow, (state, due_on): (&str, i32)) -> FindingRow {
    FindingRow {
        id: FindingId::new(house.now(), &house.chance),
        state: state.to_owned(),
        due_on: Some(Day(due_on)),
        ..finding.clone()
    }
}

async fn find(house: &House, id: FindingId) -> Option<FindingRow> {
    house.get(async |tx| tx.finding_find(id).await).await
}

async fn open_findings_come_by_due_day(house: &House) {
    let undated = written(house).await;
    let dated = beside(house, &undated, ("REMEDIATING", 20_261_231));
    let first = beside(house, &undated, ("DISPUTED", 20_261_130));
    for one in [&dated, &first] {
        house.put(async |tx| tx.finding_insert(one).await).await;
    }
    let own = undated.organisation_id;
    let open = house.get(async |tx| tx.finding_list_open(own).await).await;
    let inspection = undated.inspection_id;
    assert_eq!(open, [first, dated, undated]);
    let all = house.get(async |tx| tx.finding_list(inspection).await).await;
    assert_eq!(all.len(), 4);
}

async fn a_finding_moves_only_from_where_it_was_seen(house: &House) {
    let first = written(house).await;
    house.set_now(house.now().plus_seconds(5));
    let moved = FindingRow {
        state: "REMEDIATING".to_owned(),
        due_on: Some(Day(20_270_101)),
        ..first
    };
    assert!(house.put(async |tx| tx.finding_update(&moved).await).await);
    let again = house.put(async |tx| tx.finding_update(&moved).await).await;
    assert!(!again, "seen before");
    let kept = FindingRow {
        version: 2,
        changed_at: house.now(),
        ..moved
    };
    assert_eq!(find(house, kept.id).await, Some(kept));
}

async fn a_finding_keeps_its_history_until_it_is_removed(house: &House) {
    let finding = written(house).await;
    let event = |sequence| FindingEventRow {
        finding_id: finding.id,
        sequence,
        at: house.now(),
        actor: "hub:signals".to_owned(),
        event: "acknowledge".to_owned(),
        from_state: "OPEN".to_owned(),
        to_state: "REMEDIATING".to_owned(),
        note: "알겠습니다".to_owned(),
        revisions: Vec::new(),
        due_on: Some(Day(20_270_101)),
    };
    let (one, two) = (event(1), event(2));
    house.put(async |tx| tx.finding_event_insert(&two).await).await;
    house.put(async |tx| tx.finding_event_insert(&one).await).await;
    let taken = house.refused(async |tx| tx.finding_event_insert(&two).await).await;
    assert_eq!(taken, TAKEN);
    let events = async || house.get(async |tx| tx.finding_event_list(finding.id).await).await;
    assert_eq!(events().await, [one, two]);
    let removed = house.put(async |tx| tx.finding_remove(&finding).await).await;
    assert!(removed);
    assert_eq!(events().await, []);
    assert_eq!(find(house, finding.id).await, None);
    let again = house.put(async |tx| tx.finding_remove(&finding).await).await;
    assert!(!again);
}
