//! Two people settle a transfer that nobody else can end: money, limits and journal afterwards, and every way in which
//! it is refused.

use std::sync::atomic::Ordering;

use naru_core::{LegFacts, Outcome, SECOND, Won};

use super::*;

#[path = "settlement_room.rs"]
mod room;
use room::{ACTOR, AMOUNT, Room};

fn yes() -> Outcome {
    Outcome::Yes(LegFacts::default())
}

fn no(code: &str) -> Outcome {
    Outcome::No {
        code: code.to_owned(),
        message: String::new(),
    }
}

fn silence() -> Outcome {
    Outcome::Unknown { code: String::new() }
}

fn stuck() -> Vec<(LegKind, Outcome)> {
    vec![
        (LegKind::Debit, yes()),
        (LegKind::Credit, no("453")),
        (LegKind::Reversal, no("411")),
    ]
}

fn statement(transfer_id: TransferId, leg: LegKind, told: Attested) -> Statement {
    Statement {
        transfer_id,
        leg,
        told,
        evidence: "나루은행 2026-113호, 2026-11-21".to_owned(),
        reason: "기관이 문서로 확인했다".to_owned(),
    }
}

fn written_no() -> Attested {
    Attested::NotCarriedOut { code: "453".to_owned() }
}

#[tokio::test]
async fn a_stuck_transfer_ends_as_the_document_says_and_the_money_is_where_it_says() {
    for (leg, word) in [(LegKind::Reversal, "reversed"), (LegKind::Credit, "completed")] {
        let room = Room::new().await;
        let (one, two) = (room.member(Role::Desk), room.member(Role::Desk));
        let id = room.transfer(&stuck(), 1).await;
        assert_eq!(room.between().await, AMOUNT);
        let (proposal, seen) = room.say(&one, &statement(id, leg, Attested::CarriedOut)).await.unwrap();
        assert_eq!(
            room.case(id).await.transfer.state.word(),
            "stuck",
            "a proposal moves nothing"
        );
        let approved = approve(&room.desk, (&two, &room.operator), (proposal, seen)).await;
        assert_eq!(approved, Ok(Approved::Decided));
        let after = room.case(id).await;
        assert_eq!(after.transfer.state.word(), word);
        assert_eq!(room.between().await, Won::ZERO);
        let settled = after.legs.iter().find(|each| each.reference.kind == leg).unwrap();
        assert_eq!(settled.state, LegState::Posted);
        assert_eq!(after.postings.iter().filter(|posting| posting.leg == leg).count(), 2);
        if let TransferState::Reversed { because } = &after.transfer.state {
            assert_eq!(because, "453", "the fintech is told what refused the credit");
            assert_eq!(after.transfer.limit_remain, Won(1_000_000), "the limits are given back");
        }
        assert!(after.trail.iter().any(|row| row.action == Action::TransferDecided));
        let again = approve(&room.desk, (&two, &room.operator), (proposal, seen)).await;
        assert_eq!(again, Err(FourEyesError::Ended.into()));
        assert_eq!(room.between().await, Won::ZERO, "nothing is posted twice");
    }
}

#[tokio::test]
async fn what_was_long_unknown_goes_on_as_if_the_line_had_answered() {
    let table = [
        (
            vec![(LegKind::Debit, silence())],
            Attested::CarriedOut,
            "crediting",
            AMOUNT,
        ),
        (vec![(LegKind::Debit, silence())], written_no(), "failed", Won::ZERO),
        (
            vec![(LegKind::Debit, yes()), (LegKind::Credit, silence())],
            Attested::CarriedOut,
            "completed",
            Won::ZERO,
        ),
        (
            vec![(LegKind::Debit, yes()), (LegKind::Credit, silence())],
            written_no(),
            "reversing",
            AMOUNT,
        ),
    ];
    for (answers, told, word, between) in table {
        let room = Room::new().await;
        let (one, two) = (room.member(Role::Desk), room.member(Role::Desk));
        let id = room.transfer(&answers, 9).await;
        let leg = answers.last().unwrap().0;
        let (proposal, seen) = room.say(&one, &statement(id, leg, told)).await.unwrap();
        approve(&room.desk, (&two, &room.operator), (proposal, seen))
            .await
            .unwrap();
        let after = room.case(id).await;
        assert_eq!(after.transfer.state.word(), word);
        assert_eq!(room.between().await, between, "{word}");
        assert_eq!(
            after.transfer.next_at.is_some(),
            !after.transfer.state.is_final(),
            "{word}"
        );
        let has_reversal = after.legs.iter().any(|leg| leg.reference.kind == LegKind::Reversal);
        assert_eq!(
            has_reversal,
            word == "reversing",
            "a reversal is intended before it is sent"
        );
    }
}

#[tokio::test]
async fn one_person_alone_decides_nothing_and_others_than_the_desk_not_even_propose() {
    let room = Room::new().await;
    let (one, two, reader) = (
        room.member(Role::Desk),
        room.member(Role::Desk),
        room.member(Role::Reader),
    );
    let id = room.transfer(&stuck(), 1).await;
    let said = statement(id, LegKind::Reversal, Attested::CarriedOut);
    assert_eq!(room.say(&reader, &said).await, Err(SettlementError::Denied));
    let agency = Organisation {
        kind: OrganisationKind::Agency,
        ..room.operator.clone()
    };
    let foreign = propose(&room.desk, (&one, &agency), &said).await;
    assert_eq!(foreign, Err(SettlementError::Denied));
    let (proposal, seen) = room.say(&one, &said).await.unwrap();
    let other = statement(id, LegKind::Credit, Attested::CarriedOut);
    assert_eq!(
        room.say(&two, &other).await,
        Err(FourEyesError::Open.into()),
        "one statement at a time"
    );
    for (by, digest, why) in [
        (&one, seen, SettlementError::from(FourEyesError::SameMember)),
        (&reader, seen, SettlementError::Denied),
        (&two, [0; 32], FourEyesError::Changed.into()),
    ] {
        let approved = approve(&room.desk, (by, &room.operator), (proposal, digest)).await;
        assert_eq!(approved, Err(why));
        assert_eq!(room.case(id).await.transfer.state.word(), "stuck");
    }
    reject(&room.desk, (&two, &room.operator), (proposal, "문서가 다르다"))
        .await
        .unwrap();
    let late = approve(&room.desk, (&two, &room.operator), (proposal, seen)).await;
    assert_eq!(late, Err(FourEyesError::Ended.into()));
    assert_eq!(room.between().await, AMOUNT);
}

#[tokio::test]
async fn what_does_not_wait_for_people_or_is_being_asked_for_is_refused() {
    let room = Room::new().await;
    let one = room.member(Role::Desk);
    let young = room.transfer(&[(LegKind::Debit, silence())], 3).await;
    let said = statement(young, LegKind::Debit, Attested::CarriedOut);
    assert!(
        matches!(room.say(&one, &said).await, Err(SettlementError::Refused(_))),
        "not asked often enough"
    );
    let old = room.transfer(&[(LegKind::Debit, silence())], 9).await;
    let wrong = statement(old, LegKind::Credit, Attested::CarriedOut);
    assert!(
        matches!(room.say(&one, &wrong).await, Err(SettlementError::Refused(_))),
        "another leg is unknown"
    );
    let mut unnamed = statement(old, LegKind::Debit, Attested::CarriedOut);
    unnamed.evidence = "  ".to_owned();
    assert_eq!(room.say(&one, &unnamed).await, Err(SettlementError::Evidence));
    let said = statement(old, LegKind::Debit, Attested::CarriedOut);
    room.hand.fetch_add(9 * 60 * SECOND + 1, Ordering::SeqCst);
    assert_eq!(
        room.say(&one, &said).await,
        Err(SettlementError::Asking),
        "the resolver may have it"
    );
    let stuck = room.transfer(&stuck(), 1).await;
    for leg in [LegKind::Debit, LegKind::Reversal] {
        let said = statement(stuck, leg, written_no());
        assert!(
            matches!(room.say(&one, &said).await, Err(SettlementError::Refused(_))),
            "{leg}"
        );
    }
    assert_eq!(queue(&room.desk).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_the_line_told_meanwhile_voids_the_proposal() {
    let room = Room::new().await;
    let (one, two) = (room.member(Role::Desk), room.member(Role::Desk));
    let id = room.transfer(&[(LegKind::Debit, silence())], 9).await;
    let (proposal, seen) = room
        .say(&one, &statement(id, LegKind::Debit, written_no()))
        .await
        .unwrap();
    let mut way = Way::new(room.case(id).await.transfer);
    way.apply(TransferEvent::Answer(LegKind::Debit, yes()), room.desk.hub.now());
    way.apply(TransferEvent::Answer(LegKind::Credit, yes()), room.desk.hub.now());
    way.store(&room.desk, &ACTOR).await.unwrap();
    let approved = approve(&room.desk, (&two, &room.operator), (proposal, seen)).await;
    assert_eq!(approved, Err(FourEyesError::Changed.into()));
    let after = room.case(id).await;
    assert_eq!(after.transfer.state.word(), "completed");
    assert_eq!(after.proposals[0].decision, Some(naru_core::Decision::Void));
    assert_eq!(room.between().await, Won::ZERO);
}
