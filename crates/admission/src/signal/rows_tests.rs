//! Every outcome of every signal that the hub's own rows say.

use naru_core::{
    CallId, Chance, FactId, Grant, GrantId, LeaverId, MemberId, OrganisationKind, PolicyId, RevokedBy, Scopes,
    StandingDuty, Won,
};
use naru_storage::{CallRecord, CutOff, StorageError, call_place};

use super::super::house::{House, Told};
use super::super::job::{JobSettings, round};
use super::*;
use SignalOutcome::{Fail, NotApplicable, NotTested, Pass};

fn now() -> Timestamp {
    Timestamp::from_compact("20261121140000").unwrap()
}

fn chance() -> Chance {
    Chance::seeded(3)
}

#[test]
fn the_ledger_passes_only_with_traffic_and_a_consent_behind_every_call() {
    let tally = |calls, unbacked| CallTally {
        calls,
        unbacked,
        first_unbacked: (unbacked > 0).then(|| CallId::new(now(), &chance())),
    };
    assert_eq!(consent_ledger(&tally(0, 0)).outcome, NotTested);
    assert_eq!(consent_ledger(&tally(9, 0)).outcome, Pass);
    let failed = consent_ledger(&tally(9, 1));
    assert_eq!(failed.outcome, Fail);
    assert!(failed.raw.contains("cal_"), "the first one is named");
}

fn leaver(source: LeaveSource, latency_us: Option<i64>) -> LeaverRow {
    LeaverRow {
        id: LeaverId::new(now(), &chance()),
        organisation_id: OrganisationId::new(now(), &chance()),
        member_id: MemberId::new(now(), &chance()),
        source,
        received_at: now(),
        ended_at: now(),
        latency_us,
        cut_off: CutOff::default(),
    }
}

#[test]
fn leavers_are_measured_where_a_directory_tells_of_them() {
    let slow = LEAVER_SECONDS_MAX * SECOND;
    let outcome = |is_connected, leavers: &[LeaverRow]| scim_leaver(is_connected, leavers).outcome;
    let by = |latency| leaver(LeaveSource::ScimPatch, latency);
    assert_eq!(outcome(false, &[]), NotTested);
    assert_eq!(outcome(true, &[]), NotTested, "nobody left");
    assert_eq!(outcome(true, &[by(Some(900)), by(Some(slow))]), Pass);
    assert_eq!(outcome(true, &[by(Some(900)), by(Some(slow + 1))]), Fail);
    assert_eq!(outcome(false, &[by(Some(slow + 1))]), Fail, "late is late");
    assert_eq!(
        outcome(true, &[by(None), by(Some(1))]),
        NotTested,
        "unknown is not fine"
    );
    assert_eq!(
        outcome(true, &[leaver(LeaveSource::Console, Some(1))]),
        NotTested,
        "no directory told"
    );
}

#[test]
fn unused_and_weak_credentials_fail() {
    let (cutoff, enrolled_by) = (now().plus_days(-90), now().plus_days(-3));
    let member = |created: i64, seen: Option<i64>, is_strong| MemberUse {
        id: MemberId::new(now(), &chance()),
        created_at: now().plus_days(created),
        seen_at: seen.map(|days| now().plus_days(days)),
        is_strong,
    };
    let clients = [ClientId::new(now(), &chance())];
    let outcome =
        |members: &[MemberUse], clients: (&[ClientId], bool)| dormant(members, clients, (cutoff, enrolled_by)).outcome;
    let used = [member(-400, Some(-1), true)];
    assert_eq!(outcome(&used, (&[], true)), Pass);
    assert_eq!(outcome(&[], (&[], true)), NotTested);
    assert_eq!(
        outcome(&[member(-400, Some(-91), true)], (&[], true)),
        Fail,
        "long unseen"
    );
    assert_eq!(outcome(&[member(-91, None, true)], (&[], true)), Fail, "never seen");
    assert_eq!(outcome(&[member(-89, None, true)], (&[], true)), Pass);
    assert_eq!(
        outcome(&[member(-4, Some(-1), false)], (&[], true)),
        Fail,
        "no strong sign-in"
    );
    assert_eq!(
        outcome(&[member(-1, None, false)], (&[], true)),
        Pass,
        "the invitation is open"
    );
    assert_eq!(outcome(&used, (&clients, true)), Fail, "a client that does not call");
    assert_eq!(
        outcome(&used, (&clients, false)),
        NotTested,
        "not counted for long enough"
    );
}

fn organisation(state: AdmissionState, withdraw_day_won: i64) -> Organisation {
    Organisation {
        id: OrganisationId::new(now(), &chance()),
        code: "moafin".to_owned(),
        kind: OrganisationKind::Fintech,
        name: "모아핀".to_owned(),
        state,
        state_since: now(),
        state_reason: String::new(),
        gates: Vec::new(),
        duty: StandingDuty::default(),
        insured_won: Won(0),
        withdraw_day_won: Won(withdraw_day_won),
        created_at: now(),
        version: 1,
    }
}

fn policy(cover: i64, (from, to): (i32, i32)) -> PolicyRow {
    let by = MemberId::new(now(), &chance());
    PolicyRow {
        id: PolicyId::new(now(), &chance()),
        organisation_id: OrganisationId::new(now(), &chance()),
        insurer: "보증".to_owned(),
        number: "1".to_owned(),
        cover_won: Won(cover),
        from_day: Day(from),
        to_day: Day(to),
        revision_id: None,
        recorded_by: by,
        recorded_at: now(),
        confirmed_by: Some(by),
        confirmed_at: Some(now()),
        ended_at: None,
    }
}

#[test]
fn the_insurance_must_be_in_force_and_large_enough() {
    let today = Day(20_261_121);
    let look = |state, policies: &[PolicyRow]| insurance(&organisation(state, 1_000), policies, (200, today));
    let outcome = |state, policies: &[PolicyRow]| look(state, policies).outcome;
    let whole = policy(2_000, (20_260_101, 20_261_231));
    let live = AdmissionState::Live;
    assert_eq!(outcome(live, &[]), Fail);
    assert_eq!(outcome(AdmissionState::Restricted, &[]), Fail);
    assert_eq!(outcome(AdmissionState::Applied, &[]), NotTested);
    assert_eq!(outcome(live, std::slice::from_ref(&whole)), Pass);
    assert_eq!(outcome(live, &[policy(1_999, (20_260_101, 20_261_231))]), Fail);
    assert_eq!(
        outcome(AdmissionState::Applied, &[policy(1_999, (20_260_101, 20_261_231))]),
        Fail
    );
    assert_eq!(
        outcome(live, &[policy(2_000, (20_260_101, 20_261_120))]),
        Fail,
        "it ended yesterday"
    );
    let unconfirmed = PolicyRow {
        confirmed_at: None,
        ..whole.clone()
    };
    assert_eq!(outcome(live, &[unconfirmed]), Fail);
    let ends = look(live, std::slice::from_ref(&whole)).ends;
    assert_eq!(ends, Some((Day(20_261_231).start(), whole.id.to_string())));
    let followed = [whole, policy(2_000, (20_261_201, 20_271_130))];
    assert_eq!(look(live, &followed).ends, None, "another follows on the first");
}

#[test]
fn a_certificate_counts_only_where_it_is_claimed() {
    let fact = |kind, to: Option<i32>| FactRow {
        id: FactId::new(now(), &chance()),
        organisation_id: OrganisationId::new(now(), &chance()),
        kind,
        value: "ISMS-P-0000".to_owned(),
        valid_from: Day(20_240_101),
        valid_to: to.map(Day),
        evidence: String::new(),
        recorded_by: "operator:a".to_owned(),
        recorded_at: now(),
        ended_at: None,
    };
    let today = Day(20_261_121);
    let outcome = |facts: &[FactRow]| isms(facts, today).outcome;
    assert_eq!(outcome(&[]), NotApplicable);
    assert_eq!(outcome(&[fact(FactKind::OwnTeam, None)]), NotApplicable);
    assert_eq!(
        outcome(&[fact(FactKind::IsmsCertificate, Some(20_261_121))]),
        Pass,
        "the last day counts"
    );
    assert_eq!(outcome(&[fact(FactKind::IsmsCertificate, Some(20_261_120))]), Fail);
    let renewed = [
        fact(FactKind::IsmsCertificate, Some(20_261_120)),
        fact(FactKind::IsmsCertificate, None),
    ];
    assert_eq!(outcome(&renewed), Pass);
    let ended = FactRow {
        ended_at: Some(now()),
        ..fact(FactKind::IsmsCertificate, None)
    };
    assert_eq!(outcome(&[ended]), NotApplicable, "taken back is not claimed");
}

/// An answered call under a grant at a moment.
fn call(grant: &Grant, at: Timestamp, chance: &Chance) -> CallRecord {
    CallRecord {
        id: CallId::new(at, chance),
        at,
        route: "GET /v2.0/account/balance/fin_num".to_owned(),
        client_id: Some(grant.client_id),
        grant_id: Some(grant.id),
        person_id: None,
        bank_tran_id: None,
        rsp_code: "A0000".to_owned(),
        bank_rsp_code: "000".to_owned(),
        bank_code: None,
        hub_us: 1,
        institution_us: 1,
        verdict: "{}".to_owned(),
        about: None,
    }
}

#[tokio::test]
async fn the_job_counts_every_call_once_and_finds_the_one_without_a_consent() {
    let house = House::new().await;
    let staff = house.staff("moafin", &[]).await;
    let id = staff.organisation.id;
    let client = house.client(id).await;
    let chance = house.office.hub.storage().chance().clone();
    let grant = Grant {
        id: GrantId::new(&chance),
        client_id: client.id,
        person_id: None,
        scopes: Scopes::default(),
        created_at: house.now(),
        expires_at: house.now().plus_days(90),
        revoked: None,
        last_used_at: None,
    };
    house.put(async |tx| tx.grant_insert(&grant).await).await;
    let append = async |count: usize| {
        let calls: Vec<CallRecord> = (0..count).map(|_| call(&grant, house.now(), &chance)).collect();
        house
            .put(async |tx| {
                calls.iter().try_for_each(|call| tx.call_append(call))?;
                Ok(())
            })
            .await;
    };
    let prober = Told::new(Pass);
    let look = async || {
        house.pass_seconds(43_300);
        round(&house.office, &prober, &JobSettings::default()).await.unwrap();
        house.signal(id, SignalKind::ConsentLedger).await.outcome
    };
    let tally = async || {
        let since = house.now().plus_days(-1).day();
        house.put(async |tx| tx.call_tally_of(id, since).await).await
    };
    assert_eq!(look().await, NotTested);
    append(3).await;
    assert_eq!(look().await, Pass);
    assert_eq!((tally().await.calls, tally().await.unbacked), (3, 0));
    // Within the grace nobody is blamed; behind it a call without a consent is found.
    house
        .put(async |tx| tx.grant_revoke(grant.id, RevokedBy::Person).await)
        .await;
    house.pass_seconds(4);
    append(1).await;
    assert_eq!(look().await, Pass);
    append(1).await;
    assert_eq!(look().await, Fail);
    assert_eq!(tally().await.unbacked, 1);
    assert!(tally().await.first_unbacked.is_some());
    house.pass_seconds(3 * 86_400);
    look().await;
    assert_eq!(look().await, NotTested, "no traffic any more");
}

#[tokio::test]
async fn a_stretch_is_kept_once_whoever_counted_it() {
    let house = House::new().await;
    let client = house.client(house.staff("moafin", &[]).await.organisation.id).await;
    let chance = house.office.hub.storage().chance().clone();
    let grant = Grant {
        id: GrantId::new(&chance),
        client_id: client.id,
        person_id: None,
        scopes: Scopes::default(),
        created_at: house.now(),
        expires_at: house.now().plus_days(1),
        revoked: None,
        last_used_at: None,
    };
    let one = call(&grant, house.now(), &chance);
    house.put(async |tx| tx.call_append(&one)).await;
    let (first, before) = (call_place(house.now()), call_place(house.now().plus_seconds(9)));
    let storage = house.office.hub.storage();
    let read = async || {
        let read = storage.read("it", async |tx| tx.call_tally_read((&first, &before), 10).await);
        read.await.unwrap_or_else(|error: StorageError| panic!("{error}"))
    };
    let (a, b) = (read().await.unwrap(), read().await.unwrap());
    assert!(house.put(async |tx| tx.call_tally_keep(&a).await).await);
    assert!(
        !house.put(async |tx| tx.call_tally_keep(&b).await).await,
        "it was kept already"
    );
    assert_eq!(read().await, None);
    let since = house.now().day();
    let tally = house.put(async |tx| tx.call_tally_since().await).await;
    assert_eq!(tally, Some(since));
}
