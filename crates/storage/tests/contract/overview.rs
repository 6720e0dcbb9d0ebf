//! What pages read over many organisations at once, how much clients called, and the lists of what was proposed.

use naru_core::{
    AdmissionState, CallId, Day, Decision, InspectionMachine, LeaveSource, LeaverId, LegKind, LegState, MemberId,
    OrganisationId, PolicyId, Proposal, ProposalKind, SignalKind, SignalOutcome, SubsidyId, SubsidyState, Won,
};
use naru_storage::overview::{Coverage, Labelled, LeaverSpan};
use naru_storage::{CallRecord, CutOff, InspectionRow, LeaverRow, PolicyRow, SubsidyRow, call_place};

use crate::fixture;
use crate::house::House;
use crate::organisation::proposal;
use crate::signal::{append, call, organisation, plan};

on_every_engine!(
    calls_are_counted_by_day_and_lately,
    labels_are_of_those_that_a_page_is_about,
    leavers_insurance_inspections_and_signals_are_counted,
    proposals_are_listed_by_what_they_are_about,
    a_voided_leg_is_opened_again_and_no_other
);

async fn calls_are_counted_by_day_and_lately(house: &House) {
    let (family, other, one) = (
        fixture::family(house).await,
        fixture::family(house).await,
        organisation(house).await,
    );
    house
        .put(async |tx| tx.client_set_organisation(family.client.id, one.id).await)
        .await;
    let (start, place) = (house.now(), call_place(house.now()));
    let mut recorded = Vec::new();
    for seconds in 0..3 {
        house.set_now(start.plus_seconds(seconds));
        let own = CallRecord {
            id: CallId::new(house.now(), &house.chance),
            rsp_code: if seconds == 1 { "O0002" } else { "A0000" }.to_owned(),
            hub_us: 10 + seconds,
            ..call(house, &family)
        };
        append(house, &[own.clone(), call(house, &other)]).await;
        recorded.push(own);
    }
    let lately = async |of: OrganisationId, stretch| -> Vec<(bool, i64)> {
        let calls = house.get(async |tx| tx.usage_lately(of, stretch).await).await;
        assert!(calls.iter().all(|call| call.client_id == family.client.id));
        calls.iter().map(|call| (call.is_answered, call.whole_us)).collect()
    };
    assert_eq!(
        lately(one.id, 100).await,
        [(true, 14), (false, 13), (true, 12)],
        "newest first"
    );
    assert_eq!(lately(one.id, 4).await.len(), 2, "of the last four two are another's");
    let stranger = organisation(house).await;
    assert!(lately(stranger.id, 100).await.is_empty());
    let by_day = async |since| -> Vec<(Day, i64)> {
        let days = house.get(async |tx| tx.usage_by_day(one.id, since).await).await;
        days.iter().map(|day| (day.day, day.calls)).collect()
    };
    assert!(by_day(start.day()).await.is_empty(), "nothing was tallied");
    let before = call_place(start.plus_seconds(9));
    let stretch = house
        .get(async |tx| tx.call_tally_read((&place, &before), 99).await)
        .await
        .expect("it is there");
    house.put(async |tx| tx.call_tally_keep(&stretch).await).await;
    assert_eq!(by_day(start.day()).await, [(start.day(), 2)]);
    assert!(by_day(start.plus_days(1).day()).await.is_empty());
}

fn policy(house: &House, of: OrganisationId) -> PolicyRow {
    PolicyRow {
        id: PolicyId::new(house.now(), &house.chance),
        organisation_id: of,
        insurer: "보증".to_owned(),
        number: "1".to_owned(),
        cover_won: Won(2),
        from_day: Day(20_260_101),
        to_day: Day(20_261_231),
        revision_id: None,
        recorded_by: MemberId::new(house.now(), &house.chance),
        recorded_at: house.now(),
        confirmed_by: None,
        confirmed_at: None,
        ended_at: None,
    }
}

fn subsidy(house: &House, inspection: &InspectionRow) -> SubsidyRow {
    SubsidyRow {
        id: SubsidyId::new(house.now(), &house.chance),
        organisation_id: inspection.organisation_id,
        inspection_id: inspection.id,
        year: 2026,
        cost_won: Won(100),
        asked_won: Won(75),
        granted_won: Won(0),
        state: SubsidyState::Applied,
        applied_by: MemberId::new(house.now(), &house.chance),
        applied_at: house.now(),
        decided_at: None,
        paid_at: None,
        payment_reference: String::new(),
        version: 1,
    }
}

async fn labels_are_of_those_that_a_page_is_about(house: &House) {
    let (one, start) = (organisation(house).await, house.now());
    organisation(house).await;
    let labels = async |of: Labelled| -> Vec<OrganisationId> {
        let found = house.get(async |tx| tx.organisation_labels(of).await).await;
        found.into_iter().map(|label| label.id).collect()
    };
    for of in [
        Labelled::OpenProposals,
        Labelled::DecidedSince(start),
        Labelled::UnconfirmedPolicies,
        Labelled::Subsidies(2026),
        Labelled::UnderInspection,
    ] {
        assert!(labels(of).await.is_empty(), "{of:?}");
    }
    let by = [(); 2].map(|()| MemberId::new(house.now(), &house.chance));
    let proposed = Proposal {
        organisation_id: Some(one.id),
        ..proposal(house, Some(by[0]))
    };
    house.put(async |tx| tx.proposal_insert(&proposed).await).await;
    assert_eq!(labels(Labelled::OpenProposals).await, [one.id]);
    house.set_now(start.plus_seconds(5));
    house
        .put(async |tx| {
            tx.proposal_decide(proposed.id, (Some(by[1]), Decision::Approved), "")
                .await
        })
        .await;
    assert!(labels(Labelled::OpenProposals).await.is_empty());
    assert_eq!(labels(Labelled::DecidedSince(start.plus_seconds(5))).await, [one.id]);
    assert!(labels(Labelled::DecidedSince(start.plus_seconds(6))).await.is_empty());
    let policy = policy(house, one.id);
    house.put(async |tx| tx.policy_insert(&policy).await).await;
    assert_eq!(labels(Labelled::UnconfirmedPolicies).await, [one.id]);
    let inspection = crate::inspection::stored(house).await;
    let (owner, agency) = (inspection.organisation_id, inspection.agency_id.expect("it has one"));
    let mut both = labels(Labelled::UnderInspection).await;
    both.sort_unstable();
    let mut wanted = [owner, agency];
    wanted.sort_unstable();
    assert_eq!(both, wanted, "the inspected and the agency");
    let subsidy = subsidy(house, &inspection);
    house.put(async |tx| tx.subsidy_insert(&subsidy).await).await;
    assert_eq!(labels(Labelled::Subsidies(2026)).await, [owner]);
    assert!(labels(Labelled::Subsidies(2027)).await.is_empty());
    let found = house
        .get(async |tx| tx.organisation_labels(Labelled::UnconfirmedPolicies).await)
        .await;
    assert_eq!((&found[0].code, &found[0].name), (&one.code, &one.name));
}

async fn leavers_insurance_inspections_and_signals_are_counted(house: &House) {
    let (one, start) = (organisation(house).await, house.now());
    let span = async |since| house.get(async |tx| tx.leaver_span(since).await).await;
    assert_eq!(span(start).await, LeaverSpan::default());
    for latency_us in [Some(300), Some(100), None, Some(200), Some(900)] {
        let member = crate::member::stored(house, one.id, &format!("{latency_us:?}")).await;
        let leaver = LeaverRow {
            id: LeaverId::new(house.now(), &house.chance),
            organisation_id: one.id,
            member_id: member.member.id,
            source: LeaveSource::ScimPatch,
            received_at: house.now(),
            ended_at: house.now(),
            latency_us: None,
            cut_off: CutOff::default(),
        };
        house.put(async |tx| tx.leaver_insert(&leaver).await).await;
        if let Some(latency_us) = latency_us {
            house.put(async |tx| tx.leaver_took(leaver.id, latency_us)).await;
        }
    }
    let wanted = LeaverSpan {
        count: 5,
        median_us: Some(200),
        max_us: Some(900),
    };
    assert_eq!(span(start).await, wanted);
    assert_eq!(span(start.plus_seconds(1)).await, LeaverSpan::default());
    let coverage = async || house.get(async |tx| tx.coverage().await).await;
    assert_eq!(coverage().await, Coverage::default(), "nobody is in production");
    let moved = house.put(async |tx| tx.organisation_set_state(&one, AdmissionState::Live, "").await);
    assert!(moved.await);
    let covered = coverage().await;
    assert_eq!(
        (covered.organisations, covered.short, covered.limits_won),
        (1, 0, Won(0))
    );
    let inspection = crate::inspection::stored(house).await;
    let counts = house.get(async |tx| tx.inspection_counts().await).await;
    let counts: Vec<_> = counts
        .iter()
        .map(|c| (c.machine, c.state.as_str(), c.count, c.oldest))
        .collect();
    let since = inspection.state_since;
    assert_eq!(
        counts,
        [(InspectionMachine::Service, inspection.state.as_str(), 1, since)]
    );
    for of in [&one, &organisation(house).await] {
        plan(house, of, (SignalKind::Insurance, None)).await;
    }
    let counts = house.get(async |tx| tx.signal_counts().await).await;
    let counts: Vec<_> = counts.iter().map(|c| (c.signal, c.outcome, c.count)).collect();
    assert_eq!(counts, [(SignalKind::Insurance, SignalOutcome::NotTested, 2)]);
}

async fn proposals_are_listed_by_what_they_are_about(house: &House) {
    let (one, other, start) = (organisation(house).await, organisation(house).await, house.now());
    let by = [(); 2].map(|()| MemberId::new(house.now(), &house.chance));
    let mut made = Vec::new();
    for (number, (of, kind)) in [
        (one.id, ProposalKind::Admission),
        (other.id, ProposalKind::Subsidy),
        (one.id, ProposalKind::Subsidy),
    ]
    .into_iter()
    .enumerate()
    {
        house.set_now(start.plus_seconds(i64::try_from(number).expect("few")));
        let proposed = Proposal {
            organisation_id: Some(of),
            kind,
            subject: format!("subject_{}", number % 2),
            event: format!("event_{number}"),
            ..proposal(house, Some(by[0]))
        };
        house.put(async |tx| tx.proposal_insert(&proposed).await).await;
        made.push(proposed.id);
    }
    let open = async |kind, of| -> Vec<_> {
        let listed = house.get(async |tx| tx.proposal_list_open(kind, of).await).await;
        listed.into_iter().map(|proposal| proposal.id).collect()
    };
    assert_eq!(open(None, None).await, made, "oldest first");
    assert_eq!(open(Some(ProposalKind::Subsidy), None).await, made[1..]);
    assert_eq!(open(Some(ProposalKind::Subsidy), Some(one.id)).await, made[2..]);
    assert_eq!(open(None, Some(other.id)).await, made[1..2]);
    let of_one = house
        .get(async |tx| tx.proposal_list_of_organisation(one.id).await)
        .await;
    assert_eq!(
        of_one.iter().map(|p| p.id).collect::<Vec<_>>(),
        [made[2], made[0]],
        "newest first"
    );
    let of_subject = house
        .get(async |tx| tx.proposal_list_of_subject("subject_0").await)
        .await;
    assert_eq!(of_subject.iter().map(|p| p.id).collect::<Vec<_>>(), [made[2], made[0]]);
    let decide = async |id| {
        house.set_now(house.now().plus_seconds(1));
        let decided = (Some(by[1]), Decision::Rejected);
        assert!(house.put(async |tx| tx.proposal_decide(id, decided, "no").await).await);
        house.now()
    };
    decide(made[1]).await;
    let second = decide(made[0]).await;
    assert_eq!(open(None, None).await, made[2..]);
    let decided = async |since, limit| -> Vec<_> {
        let listed = house.get(async |tx| tx.proposal_list_decided(since, limit).await).await;
        listed.into_iter().map(|proposal| proposal.id).collect()
    };
    assert_eq!(decided(start, 9).await, [made[0], made[1]], "the latest first");
    assert_eq!(decided(start, 1).await, [made[0]]);
    assert_eq!(decided(second, 9).await, [made[0]]);
}

async fn a_voided_leg_is_opened_again_and_no_other(house: &House) {
    let transfer = fixture::transfer(house, &fixture::client(house));
    house.put(async |tx| tx.transfer_insert(&transfer, "{}")).await;
    let settle = async |kind, state, code: &str| {
        house
            .put(async |tx| tx.leg_settle(transfer.id, kind, state, code))
            .await;
    };
    let reopen = async |kind| house.put(async |tx| tx.leg_reopen(transfer.id, kind).await).await;
    assert!(!reopen(LegKind::Debit).await, "it is pending");
    settle(LegKind::Debit, LegState::Voided, "452").await;
    settle(LegKind::Credit, LegState::Posted, "000").await;
    assert!(!reopen(LegKind::Credit).await, "it was posted");
    assert!(!reopen(LegKind::Reversal).await, "there is none");
    assert!(reopen(LegKind::Debit).await);
    assert!(!reopen(LegKind::Debit).await, "once");
    let legs = house.get(async |tx| tx.leg_list(&transfer).await).await;
    let legs: Vec<_> = legs
        .iter()
        .map(|leg| (leg.state, leg.code.as_str(), leg.settled_at.is_some()))
        .collect();
    assert_eq!(
        legs,
        [(LegState::Pending, "452", false), (LegState::Posted, "000", true)]
    );
    settle(LegKind::Debit, LegState::Posted, "000").await;
    let legs = house.get(async |tx| tx.leg_list(&transfer).await).await;
    assert_eq!(legs[0].state, LegState::Posted);
}
