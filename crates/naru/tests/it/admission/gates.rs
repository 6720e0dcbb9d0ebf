//! The organisation link at work: a closed gate refuses the next call of production and names itself, and the test bed
//! stays open.

use naru_core::trust::{Judgement, Link, Verdict, Why};
use naru_core::{AdmissionState, Environment, Gate, GateStanding, Organisation, Won};
use naru_storage::StorageError;

use crate::harness::{ACTOR, Bed, Browser, Fintech, Login, Terms};

async fn production(bed: &Bed) -> (Fintech, Login) {
    let terms = Terms {
        environment: Environment::Production,
        certificate: Some([7; 32]),
        ..Terms::default()
    };
    let fintech = bed.register(terms).await;
    let login = bed.login(&fintech, 0).await;
    (fintech, login)
}

async fn organisation(bed: &Bed, fintech: &Fintech) -> Organisation {
    let id = fintech.client.id;
    let found: Result<Option<Organisation>, StorageError> = bed
        .storage()
        .read("organisation", async |tx| tx.organisation_find_by_client(id).await)
        .await;
    found.unwrap().expect("an organisation stands behind it")
}

/// Changes gates as the services of admission leave them.
async fn set_gates(bed: &Bed, fintech: &Fintech, change: impl Fn(&mut GateStanding)) {
    let before = organisation(bed, fintech).await;
    let mut gates = before.gates.clone();
    gates.iter_mut().for_each(change);
    let set = bed.storage().run("gates", &ACTOR, async |tx| {
        tx.organisation_set_gates(&before, &gates, (&before.duty, before.insured_won))
            .await?;
        tx.trail(naru_core::Action::GatesWorkedOut, before.id, serde_json::json!({}))
            .await
    });
    let set: Result<(), StorageError> = set.await;
    set.unwrap();
}

async fn set_state(bed: &Bed, fintech: &Fintech, state: AdmissionState) {
    let before = organisation(bed, fintech).await;
    let set = bed.storage().run("state", &ACTOR, async |tx| {
        tx.organisation_set_state(&before, state, "decided by two").await?;
        tx.trail(naru_core::Action::AdmissionMoved, before.id, serde_json::json!({}))
            .await
    });
    let set: Result<(), StorageError> = set.await;
    set.unwrap();
}

#[tokio::test]
async fn a_closed_gate_refuses_the_next_call_and_its_record_names_gate_rule_and_evidence() {
    for gate in Gate::ALL.iter().copied() {
        let bed = Bed::new(61).await;
        let (fintech, login) = production(&bed).await;
        let number = login.user_seq_no();
        let call = || {
            let call = bed.call("GET", "/v2.0/user/me").token(&login.access);
            call.certificate(Some([7; 32]))
                .query(&[("user_seq_no", number.as_str())])
        };
        call().send().await.ok();
        set_gates(&bed, &fintech, |standing| standing.open &= standing.gate != gate).await;
        let answer = call().send().await;
        answer.refused("O0002");
        let record = bed
            .call_record(answer.header("x-correlation-id"))
            .await
            .expect("it was recorded");
        let verdict: Verdict = serde_json::from_str(&record.verdict).unwrap();
        let Judgement::Broken { why, evidence } = verdict.of(Link::Organisation) else {
            panic!("{gate}: {verdict:?}");
        };
        let expected = match gate {
            Gate::Suitability => Why::SuitabilityClosed,
            Gate::FunctionTest => Why::FunctionTestClosed,
            Gate::OrganisationInspection => Why::OrganisationInspectionClosed,
            Gate::ServiceInspection => Why::ServiceInspectionClosed,
            Gate::GuaranteeInsurance => Why::GuaranteeInsuranceClosed,
        };
        assert_eq!(*why, expected);
        let text = format!("{evidence:?}");
        for part in [gate.as_str(), "R-ORG-BASE", "written by the benchmark or a test"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}

#[tokio::test]
async fn a_gate_that_ends_closes_by_itself_and_a_limit_beyond_the_insurance_closes_at_once() {
    let bed = Bed::new(62).await;
    let (fintech, login) = production(&bed).await;
    let number = login.user_seq_no();
    let call = || {
        let call = bed.call("GET", "/v2.0/user/me").token(&login.access);
        call.certificate(Some([7; 32]))
            .query(&[("user_seq_no", number.as_str())])
    };
    let end = bed.now().plus_seconds(60);
    set_gates(&bed, &fintech, |standing| standing.until = Some(end)).await;
    call().send().await.ok();
    bed.pass_seconds(60);
    call().send().await.refused("O0002");
    set_gates(&bed, &fintech, |standing| standing.until = None).await;
    call().send().await.ok();
    let before = organisation(&bed, &fintech).await;
    let shrunk = bed.storage().run("insurance", &ACTOR, async |tx| {
        let less = Won(before.withdraw_day_won.0 - 1);
        tx.organisation_set_gates(&before, &before.gates, (&before.duty, less))
            .await?;
        tx.trail(naru_core::Action::GatesWorkedOut, before.id, serde_json::json!({}))
            .await
    });
    let shrunk: Result<(), StorageError> = shrunk.await;
    shrunk.unwrap();
    call().send().await.refused("O0002");
}

#[tokio::test]
async fn whoever_was_cut_off_is_refused_and_the_test_bed_stays_open_until_they_leave() {
    let bed = Bed::new(63).await;
    let (fintech, login) = production(&bed).await;
    let trying = bed.fintech().await;
    let tried = bed.login(&trying, 1).await;
    let owner = organisation(&bed, &fintech).await.id;
    let tied = bed.storage().run("tie", &ACTOR, async |tx| {
        tx.client_set_organisation(trying.client.id, owner).await?;
        tx.trail(
            naru_core::Action::ClientChanged,
            trying.client.id,
            serde_json::json!({}),
        )
        .await
    });
    let tied: Result<(), StorageError> = tied.await;
    tied.unwrap();
    let number = login.user_seq_no();
    let in_production = || {
        let call = bed.call("GET", "/v2.0/user/me").token(&login.access);
        call.certificate(Some([7; 32]))
            .query(&[("user_seq_no", number.as_str())])
    };
    let other = tried.user_seq_no();
    let in_the_test_bed = || {
        bed.call("GET", "/v2.0/user/me")
            .token(&tried.access)
            .query(&[("user_seq_no", other.as_str())])
    };
    for state in [
        AdmissionState::Restricted,
        AdmissionState::Applied,
        AdmissionState::Suitable,
    ] {
        set_state(&bed, &fintech, state).await;
        in_production().send().await.refused("O0002");
        in_the_test_bed().send().await.ok();
    }
    set_state(&bed, &fintech, AdmissionState::Live).await;
    in_production().send().await.ok();
    set_state(&bed, &fintech, AdmissionState::Terminated).await;
    in_production().send().await.refused("O0002");
    in_the_test_bed().send().await.refused("O0002");
}

#[tokio::test]
async fn nobody_is_asked_to_consent_to_a_fintech_that_is_not_admitted() {
    let bed = Bed::new(66).await;
    let (fintech, _) = production(&bed).await;
    let begun = async || Browser::new(&bed).begin(&fintech, &[]).await.status.as_u16();
    for state in [
        AdmissionState::Applied,
        AdmissionState::Restricted,
        AdmissionState::Terminated,
    ] {
        set_state(&bed, &fintech, state).await;
        assert_eq!(begun().await, 403, "{state}");
    }
    set_state(&bed, &fintech, AdmissionState::Live).await;
    let mut browser = Browser::new(&bed);
    let page = browser.reach_consent(&fintech, 0).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text());
    set_gates(&bed, &fintech, |standing| {
        standing.open &= standing.gate != Gate::GuaranteeInsurance;
    })
    .await;
    assert_eq!(begun().await, 403, "a closed gate");
    let grants = async || {
        let read: Result<_, StorageError> = bed
            .storage()
            .read("grants", async |tx| tx.grant_list_of_client(fintech.client.id).await)
            .await;
        read.unwrap().len()
    };
    let before = grants().await;
    let answer = browser.agree(&page, 1).await;
    assert_eq!(
        answer.status.as_u16(),
        403,
        "the gate closed while the person read the page"
    );
    assert_eq!(grants().await, before, "nothing was granted");
}
