//! Organisations, facts, proposals.

use naru_core::{
    AdmissionState, Approval, Day, Decision, Environment, FactId, FactKind, Gate, GateStanding, MemberId, Organisation,
    OrganisationId, OrganisationKind, Proposal, ProposalId, ProposalKind, StandingDuty, Won,
};
use naru_storage::{FactRow, OrganisationFilter, StorageError};

use crate::fixture;
use crate::house::House;

on_every_engine!(
    an_organisation_is_found_and_listed_by_its_code,
    a_state_moves_only_from_the_version_that_was_looked_at,
    gates_of_many_are_kept_in_one_go,
    the_sum_of_limits_follows_the_clients,
    a_call_reads_the_admission_behind_its_client,
    facts_hold_between_their_days_and_until_taken_back,
    nobody_decides_what_they_proposed,
    a_proposal_of_the_hub_needs_two_others,
    one_event_of_a_subject_is_proposed_once_at_a_time
);

fn organisation(house: &House, code: &str) -> Organisation {
    Organisation {
        id: OrganisationId::new(house.now(), &house.chance),
        code: code.to_owned(),
        kind: OrganisationKind::Fintech,
        name: format!("핀테크 {code}"),
        state: AdmissionState::Applied,
        state_since: house.now(),
        state_reason: String::new(),
        gates: Vec::new(),
        duty: StandingDuty::default(),
        insured_won: Won(0),
        withdraw_day_won: Won(0),
        created_at: house.now(),
        version: 1,
    }
}

async fn stored(house: &House, code: &str) -> Organisation {
    let organisation = organisation(house, code);
    house.put(async |tx| tx.organisation_insert(&organisation).await).await;
    organisation
}

async fn found(house: &House, id: OrganisationId) -> Organisation {
    let found = house.get(async |tx| tx.organisation_find(id).await).await;
    found.expect("it was stored")
}

async fn an_organisation_is_found_and_listed_by_its_code(house: &House) {
    let (b, a) = (stored(house, "b-pay").await, stored(house, "a-pay").await);
    assert_eq!(found(house, a.id).await, a);
    let by_code = house.get(async |tx| tx.organisation_find_by_code("b-pay").await).await;
    assert_eq!(by_code, Some(b.clone()));
    let list = async |filter: OrganisationFilter| {
        let listed = house.get(async |tx| tx.organisation_list(&filter).await).await;
        listed.into_iter().map(|o| o.code).collect::<Vec<_>>()
    };
    let all = OrganisationFilter {
        limit: 10,
        ..OrganisationFilter::default()
    };
    assert_eq!(list(all.clone()).await, ["a-pay", "b-pay"]);
    assert_eq!(
        list(OrganisationFilter {
            after: "a-pay".to_owned(),
            ..all.clone()
        })
        .await,
        ["b-pay"]
    );
    assert_eq!(
        list(OrganisationFilter {
            begins: "핀테크 b".to_owned(),
            ..all.clone()
        })
        .await,
        ["b-pay"]
    );
    assert!(
        list(OrganisationFilter {
            begins: "%".to_owned(),
            ..all.clone()
        })
        .await
        .is_empty()
    );
    assert!(
        list(OrganisationFilter {
            state: Some(AdmissionState::Live),
            ..all.clone()
        })
        .await
        .is_empty()
    );
    assert_eq!(list(OrganisationFilter { limit: 0, ..all }).await, ["a-pay"]);
    let counts = house
        .get(async |tx| tx.organisation_counts(OrganisationKind::Fintech).await)
        .await;
    assert_eq!(
        counts
            .iter()
            .map(|count| (count.state, count.count))
            .collect::<Vec<_>>(),
        [(AdmissionState::Applied, 2)]
    );
    let twin = organisation(house, "a-pay");
    let refused = house.refused(async |tx| tx.organisation_insert(&twin).await).await;
    assert!(matches!(refused, StorageError::Taken { .. }), "{refused:?}");
}

async fn a_state_moves_only_from_the_version_that_was_looked_at(house: &House) {
    let seen = stored(house, "a").await;
    let set = async |from: &Organisation, state| {
        house
            .put(async |tx| tx.organisation_set_state(from, state, "approved").await)
            .await
    };
    assert!(set(&seen, AdmissionState::Suitable).await);
    assert!(!set(&seen, AdmissionState::Refused).await, "somebody was quicker");
    let now = found(house, seen.id).await;
    assert_eq!(
        (now.state, now.version, now.state_reason.as_str()),
        (AdmissionState::Suitable, 2, "approved")
    );
}

fn gate(open: bool) -> GateStanding {
    GateStanding {
        gate: Gate::Suitability,
        open,
        until: None,
        rule: "admission".to_owned(),
        evidence: "prp_1".to_owned(),
    }
}

async fn gates_of_many_are_kept_in_one_go(house: &House) {
    let (a, b) = (stored(house, "a").await, stored(house, "b").await);
    let duty = StandingDuty {
        status: "DEFERRED".to_owned(),
        due: Some(Day(20_270_101)),
        confirmation_due: None,
        worked_out_on: Some(Day(20_261_122)),
    };
    let one = house
        .put(async |tx| tx.organisation_set_gates(&a, &[gate(true)], (&duty, Won(7))).await)
        .await;
    assert!(one);
    let again = [
        (&a, vec![gate(false)], duty.clone(), Won(1)),
        (&b, vec![gate(true)], StandingDuty::default(), Won(2)),
    ];
    let kept = house.put(async |tx| tx.organisation_set_gates_of(&again).await).await;
    assert_eq!(kept, 1, "the first was changed meanwhile");
    let (a, b) = (found(house, a.id).await, found(house, b.id).await);
    assert_eq!((a.gates, a.duty, a.insured_won), (vec![gate(true)], duty, Won(7)));
    assert_eq!(
        (b.gates, b.duty, b.insured_won),
        (vec![gate(true)], StandingDuty::default(), Won(2))
    );
}

async fn the_sum_of_limits_follows_the_clients(house: &House) {
    let owner = stored(house, "a").await;
    let mut client = fixture::client(house);
    client.environment = Environment::Production;
    client.organisation_id = Some(owner.id);
    house.put(async |tx| tx.client_insert(&client).await).await;
    assert_eq!(found(house, owner.id).await.withdraw_day_won, Won(2));
    let mut second = fixture::client(house);
    second.environment = Environment::Production;
    house.put(async |tx| tx.client_insert(&second).await).await;
    assert_eq!(found(house, owner.id).await.withdraw_day_won, Won(2));
    assert!(
        house
            .put(async |tx| tx.client_set_organisation(second.id, owner.id).await)
            .await
    );
    assert_eq!(found(house, owner.id).await.withdraw_day_won, Won(4));
    let limits = naru_core::ClientLimits {
        day_won: Won(90),
        ..client.withdraw_limits
    };
    house
        .put(async |tx| {
            tx.client_set_limits(client.id, naru_core::Direction::Withdraw, &limits)
                .await
        })
        .await;
    assert_eq!(found(house, owner.id).await.withdraw_day_won, Won(92));
    let now = house
        .get(async |tx| tx.client_find(client.id).await)
        .await
        .expect("stored");
    house
        .put(async |tx| {
            tx.client_set_status(&now, naru_core::ClientStatus::Closed, "left")
                .await
        })
        .await;
    assert_eq!(found(house, owner.id).await.withdraw_day_won, Won(2));
    let listed = house
        .get(async |tx| tx.client_list_of_organisation(owner.id).await)
        .await;
    assert_eq!(listed.len(), 2);
    let open = house.get(async |tx| tx.client_count_open(owner.id).await).await;
    assert_eq!(open, 1, "a closed one takes no room");
    let behind = house
        .get(async |tx| tx.organisation_find_by_client(second.id).await)
        .await;
    assert_eq!(behind.map(|o| o.id), Some(owner.id));
}

async fn a_call_reads_the_admission_behind_its_client(house: &House) {
    let family = fixture::family(house).await;
    let token: [u8; 32] = family.token.sha256.clone().try_into().expect("a digest has 32 bytes");
    let query = || naru_storage::StandingQuery {
        test_bed: true,
        token_sha256: Some(&token),
        certificate_sha256: None,
        proof: naru_core::trust::ProofStanding::Missing,
        fintech_use_num: None,
        once: None,
        named_person: None,
    };
    let standing = async || house.get(async |tx| tx.standing(query()).await).await;
    assert_eq!(standing().await.client.and_then(|client| client.admission), None);
    let owner = stored(house, "a").await;
    house
        .put(async |tx| tx.client_set_organisation(family.client.id, owner.id).await)
        .await;
    let seen = found(house, owner.id).await;
    let duty = StandingDuty::default();
    house
        .put(async |tx| tx.organisation_set_gates(&seen, &[gate(true)], (&duty, Won(9))).await)
        .await;
    let expected = found(house, owner.id).await.admission();
    assert_eq!(
        standing().await.client.and_then(|client| client.admission),
        Some(expected)
    );
}

async fn facts_hold_between_their_days_and_until_taken_back(house: &House) {
    let owner = stored(house, "a").await;
    let fact = FactRow {
        id: FactId::new(house.now(), &house.chance),
        organisation_id: owner.id,
        kind: FactKind::IsmsCertificate,
        value: "ISMS-2026-1".to_owned(),
        valid_from: Day(20_260_101),
        valid_to: Some(Day(20_261_231)),
        evidence: "rev_1".to_owned(),
        recorded_by: "member:1".to_owned(),
        recorded_at: house.now(),
        ended_at: None,
    };
    house.put(async |tx| tx.fact_insert(&fact).await).await;
    let list = async || house.get(async |tx| tx.fact_list(owner.id).await).await;
    assert_eq!(list().await, std::slice::from_ref(&fact));
    let days = [
        (20_251_231, false),
        (20_260_101, true),
        (20_261_231, true),
        (20_270_101, false),
    ];
    for (day, holds) in days {
        assert_eq!(fact.holds_on(Day(day)), holds, "{day}");
    }
    let between = house.get(async |tx| tx.fact_list_between("a", "a").await).await;
    assert_eq!(between, std::slice::from_ref(&fact));
    assert!(
        house
            .get(async |tx| tx.fact_list_between("b", "z").await)
            .await
            .is_empty()
    );
    assert!(house.put(async |tx| tx.fact_end(fact.id).await).await);
    assert!(!house.put(async |tx| tx.fact_end(fact.id).await).await);
    assert!(list().await.is_empty());
}

pub(crate) fn proposal(house: &House, by: Option<MemberId>) -> Proposal {
    Proposal {
        id: ProposalId::new(house.now(), &house.chance),
        organisation_id: None,
        kind: ProposalKind::Admission,
        subject: "org_1".to_owned(),
        event: "approve-suitability".to_owned(),
        state: "{\"a\":1}".to_owned(),
        state_sha256: [4; 32],
        reason: "all papers are there".to_owned(),
        proposed_by: by,
        proposed_at: house.now(),
        decided_by: None,
        decided_at: None,
        decision: None,
        decision_reason: String::new(),
        seconded_by: None,
    }
}

async fn nobody_decides_what_they_proposed(house: &House) {
    let [one, two] = [(); 2].map(|()| MemberId::new(house.now(), &house.chance));
    let proposed = proposal(house, Some(one));
    house.put(async |tx| tx.proposal_insert(&proposed).await).await;
    let decide = async |by, decision| {
        house
            .put(async |tx| tx.proposal_decide(proposed.id, (by, decision), "why").await)
            .await
    };
    assert!(!decide(Some(one), Decision::Approved).await);
    assert!(
        !house.put(async |tx| tx.proposal_second(proposed.id, two).await).await,
        "a member proposed it"
    );
    assert!(decide(Some(two), Decision::Approved).await);
    assert!(!decide(Some(two), Decision::Rejected).await, "it is decided");
    let kept = house
        .get(async |tx| tx.proposal_find(proposed.id).await)
        .await
        .expect("stored");
    assert_eq!((kept.decided_by, kept.decision), (Some(two), Some(Decision::Approved)));
    assert_eq!(kept.approval(one), Approval::Ended);
    assert_eq!(kept.state, proposed.state);
}

async fn a_proposal_of_the_hub_needs_two_others(house: &House) {
    let [one, two] = [(); 2].map(|()| MemberId::new(house.now(), &house.chance));
    let proposed = proposal(house, None);
    house.put(async |tx| tx.proposal_insert(&proposed).await).await;
    assert!(house.put(async |tx| tx.proposal_second(proposed.id, one).await).await);
    assert!(!house.put(async |tx| tx.proposal_second(proposed.id, two).await).await);
    let decide = async |by| {
        house
            .put(async |tx| {
                tx.proposal_decide(proposed.id, (Some(by), Decision::Approved), "")
                    .await
            })
            .await
    };
    assert!(!decide(one).await);
    assert!(decide(two).await);
}

async fn one_event_of_a_subject_is_proposed_once_at_a_time(house: &House) {
    let one = MemberId::new(house.now(), &house.chance);
    let first = proposal(house, Some(one));
    house.put(async |tx| tx.proposal_insert(&first).await).await;
    let second = proposal(house, Some(one));
    let refused = house.refused(async |tx| tx.proposal_insert(&second).await).await;
    assert!(matches!(refused, StorageError::Taken { .. }), "{refused:?}");
    let open = house
        .get(async |tx| tx.proposal_find_open("org_1", "approve-suitability").await)
        .await;
    assert_eq!(open.map(|p| p.id), Some(first.id));
    let listed = house
        .get(async |tx| tx.proposal_list_open(Some(ProposalKind::Admission), None).await)
        .await;
    assert_eq!(listed.len(), 1);
    assert!(
        house
            .get(async |tx| tx.proposal_list_open(Some(ProposalKind::Subsidy), None).await)
            .await
            .is_empty()
    );
    house
        .put(async |tx| tx.proposal_decide(first.id, (None, Decision::Void), "changed").await)
        .await;
    house.put(async |tx| tx.proposal_insert(&second).await).await;
    let all = house.get(async |tx| tx.proposal_list_of_subject("org_1").await).await;
    assert_eq!(all.len(), 2);
}
