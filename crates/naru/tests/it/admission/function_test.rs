//! The functional test through the real hub: a client really does each step, and the hub ticks it off from the record.

use naru_admission::function_test::Progress;
use naru_admission::function_test::service::{self, FunctionTestError};
use naru_admission::{AdmissionSettings, Office, Staff};
use naru_core::{
    AdmissionState, DOWN_WORD, FunctionTestId, Member, MemberId, Organisation, OrganisationId, OrganisationKind, Role,
    Roles, SILENT_WORD, StandingDuty, TestStep, Won,
};
use naru_storage::{MemberRow, StorageError};
use serde_json::json;

use crate::harness::{Bed, Fault, Fintech, Login, Options};

struct Party {
    bed: Bed,
    office: Office,
    staff: Staff,
    fintech: Fintech,
}

async fn staff(bed: &Bed, fintech: &Fintech, code: &str) -> Staff {
    let (now, chance) = (bed.now(), bed.storage().chance());
    let organisation = Organisation {
        id: OrganisationId::new(now, chance),
        code: code.to_owned(),
        kind: OrganisationKind::Fintech,
        name: "모아핀".to_owned(),
        state: AdmissionState::Applied,
        state_since: now,
        state_reason: String::new(),
        gates: Vec::new(),
        duty: StandingDuty::default(),
        insured_won: Won(0),
        withdraw_day_won: Won(0),
        created_at: now,
        version: 1,
    };
    let member = Member {
        id: MemberId::new(now, chance),
        organisation_id: organisation.id,
        user_name: format!("developer@{code}.example"),
        display_name: "개발자".to_owned(),
        roles: Roles::of(&[Role::Developer]),
        active: true,
        certificate_sha256: None,
        created_at: now,
        changed_at: now,
        seen_at: None,
        version: 1,
    };
    let row = MemberRow {
        member: member.clone(),
        directory: json!({}),
        removed_at: None,
    };
    let put = bed.storage().record("it", async |tx| {
        tx.organisation_insert(&organisation).await?;
        tx.member_insert(&row).await?;
        tx.client_set_organisation(fintech.client.id, organisation.id).await
    });
    assert!(put.await.unwrap_or_else(|error: StorageError| panic!("{error}")));
    Staff { member, organisation }
}

async fn party(seed: u64) -> Party {
    let options = Options {
        page_size: 2,
        ..Options::default()
    };
    let bed = Bed::with(seed, options).await;
    let fintech = bed.fintech().await;
    let staff = staff(&bed, &fintech, "moafin").await;
    let office = Office {
        hub: bed.parts.hub.clone(),
        settings: AdmissionSettings::default().into(),
    };
    Party {
        bed,
        office,
        staff,
        fintech,
    }
}

impl Party {
    async fn start(&self) -> FunctionTestId {
        service::start(&self.office, &self.staff, self.fintech.client.id)
            .await
            .unwrap()
            .id
    }

    /// Everything answered so far is written, and looked at.
    async fn watch(&self, run: FunctionTestId) -> Progress {
        self.bed.parts.hub.calls().flush().await;
        service::watch(&self.office, run).await.unwrap()
    }

    async fn done(&self, run: FunctionTestId) -> Vec<TestStep> {
        let progress = self.watch(run).await;
        let done = progress.steps.iter().filter(|step| step.done_at.is_some());
        done.map(|step| step.step).collect()
    }

    async fn balance(&self, login: &Login) -> crate::harness::Answer {
        let query = [
            ("bank_tran_id", self.fintech.tran_id(&self.bed)),
            ("fintech_use_num", login.at("004").number.clone()),
            ("tran_dtime", self.bed.tran_dtime()),
        ];
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.bed
            .get("/v2.0/account/balance/fin_num", &login.access, &query)
            .await
    }

    /// One page of transactions; the cursor of the next.
    async fn page(&self, login: &Login, cursor: &str) -> String {
        let query = [
            ("bank_tran_id", self.fintech.tran_id(&self.bed)),
            ("fintech_use_num", login.at("004").number.clone()),
            ("inquiry_type", "A".to_owned()),
            ("inquiry_base", "D".to_owned()),
            ("from_date", "20260901".to_owned()),
            ("to_date", "20261121".to_owned()),
            ("sort_order", "D".to_owned()),
            ("tran_dtime", self.bed.tran_dtime()),
            ("befor_inquiry_trace_info", cursor.to_owned()),
        ];
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let path = "/v2.0/account/transaction_list/fin_num";
        let answer = self.bed.get(path, &login.access, &query).await.ok();
        answer["befor_inquiry_trace_info"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    async fn deposit(&self, login: &Login, won: i64) {
        let body = self.bed.deposit(&self.fintech, login.at("088"), won);
        let path = "/v2.0/transfer/deposit/fin_num";
        self.bed.post(path, &self.fintech.oob, &body).await.ok();
    }

    /// A withdrawal whose outcome stays open until the hub has asked again.
    async fn silence(&self, login: &Login) {
        self.bed.bank("004").fail_times("debit", Fault::Late, 1);
        let mut body = self.bed.withdrawal(&self.fintech, login.at("004"), 3_000);
        body["wd_print_content"] = json!(SILENT_WORD);
        self.bed
            .withdraw(&login.access, &body)
            .await
            .refused_by_bank("A0007", "804");
        let id = body["bank_tran_id"].as_str().unwrap().to_owned();
        let asked = async || self.bed.result(&self.fintech, "1", (&id, "3000")).await;
        asked().await.refused("A0007");
        self.bed.pass_seconds(60);
        self.bed.resolve().await;
        asked().await.ok();
    }

    async fn down(&self, login: &Login) {
        self.bed.bank("004").fail_times("debit", Fault::Down("111"), 1);
        let mut body = self.bed.withdrawal(&self.fintech, login.at("004"), 4_000);
        body["wd_print_content"] = json!(DOWN_WORD);
        self.bed
            .withdraw(&login.access, &body)
            .await
            .refused_by_bank("A0002", "111");
    }
}

#[tokio::test]
async fn every_step_is_ticked_off_when_the_client_has_really_done_it_and_not_before() {
    use TestStep as S;
    let party = party(900).await;
    let (bed, fintech) = (&party.bed, &party.fintech);
    // Before the start nothing counts.
    let early = bed.login(fintech, 1).await;
    party.balance(&early).await;
    bed.pass_seconds(1);
    let run = party.start().await;
    assert!(party.done(run).await.is_empty());
    party.balance(&early).await.ok();
    assert_eq!(party.done(run).await, [S::Balance], "an old token and an old consent");

    bed.pass_seconds(1);
    let login = bed.login(fintech, 0).await;
    party.balance(&login).await.ok();
    assert_eq!(party.done(run).await, [S::Token, S::Consent, S::Balance]);

    let body = bed.withdrawal(fintech, login.at("004"), 30_000);
    bed.withdraw(&login.access, &body).await.ok();
    assert!(party.done(run).await.contains(&S::Withdrawal));
    party.deposit(&login, 1_000).await;
    assert!(party.done(run).await.contains(&S::Deposit));
    assert!(!party.done(run).await.contains(&S::RepeatedId));
    bed.withdraw(&login.access, &body).await.ok();
    assert!(party.done(run).await.contains(&S::RepeatedId));

    let second = bed.withdrawal(fintech, login.at("004"), 2_000);
    bed.withdraw(&login.access, &second).await.ok();
    let cursor = party.page(&login, "").await;
    assert!(!cursor.is_empty(), "there is a second page");
    assert!(!party.done(run).await.contains(&S::Paging));
    // Numbers of one millisecond have no order.
    bed.pass_seconds(1);
    party.page(&login, &cursor).await;
    assert!(party.done(run).await.contains(&S::Paging));

    party.silence(&login).await;
    assert!(party.done(run).await.contains(&S::ResultAfterSilence));
    party.down(&login).await;
    assert!(party.done(run).await.contains(&S::InstitutionDown));
    let over = bed.withdrawal(fintech, login.at("004"), 10_000_001);
    bed.withdraw(&login.access, &over).await.refused("A0101");
    assert!(party.done(run).await.contains(&S::OverLimit));

    bed.pass_seconds(1);
    bed.revoke(&early).await;
    party.balance(&early).await.refused("O0002");
    let progress = party.watch(run).await;
    assert_eq!(progress.done(), 10, "refused, but it has not gone on yet");
    assert_eq!(progress.run.passed_at, None);
    bed.pass_seconds(1);
    party.balance(&login).await.ok();
    let progress = party.watch(run).await;
    assert_eq!(progress.done(), 11);
    assert_eq!(progress.run.passed_at, Some(bed.now()));
    assert!(progress.steps.iter().all(|step| !step.calls.is_empty()));
    for call in progress.steps.iter().flat_map(|step| &step.calls) {
        assert!(
            bed.call_record(&call.to_string()).await.is_some(),
            "evidence is a recorded call"
        );
    }
    let passed = bed.storage().read("it", async |tx| {
        tx.function_test_passed(party.staff.organisation.id).await
    });
    let passed: Result<_, StorageError> = passed.await;
    assert_eq!(passed.unwrap(), Some((run, bed.now())));
    bed.money_is_right().await;
}

#[tokio::test]
async fn who_insists_on_a_withdrawn_consent_has_to_try_with_another() {
    let party = party(901).await;
    let run = party.start().await;
    let (first, second) = (
        party.bed.login(&party.fintech, 0).await,
        party.bed.login(&party.fintech, 1).await,
    );
    party.bed.revoke(&first).await;
    for _ in 0..4 {
        party.balance(&first).await.refused("O0002");
    }
    party.balance(&second).await.ok();
    assert!(!party.done(run).await.contains(&TestStep::WithdrawnConsent));
    // Long after, when the first stretch is no longer looked at, insisting is not forgotten.
    party.bed.pass_seconds(600);
    party.balance(&first).await.refused("O0002");
    party.balance(&second).await.ok();
    assert!(!party.done(run).await.contains(&TestStep::WithdrawnConsent));
    let third = party.bed.login(&party.fintech, 2).await;
    party.bed.revoke(&second).await;
    let refused = party.balance(&second).await;
    refused.refused("O0002");
    party.done(run).await;
    party.bed.pass_seconds(600);
    let query = [
        ("bank_tran_id", party.fintech.tran_id(&party.bed)),
        ("fintech_use_num", third.at("020").number.clone()),
        ("tran_dtime", party.bed.tran_dtime()),
    ];
    let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (*name, value.as_str())).collect();
    party
        .bed
        .get("/v2.0/account/balance/fin_num", &third.access, &query)
        .await
        .ok();
    let progress = party.watch(run).await;
    let step = progress
        .steps
        .iter()
        .find(|s| s.step == TestStep::WithdrawnConsent)
        .unwrap();
    assert_eq!(
        step.calls.first().map(ToString::to_string).as_deref(),
        Some(refused.header("x-correlation-id"))
    );
}

#[tokio::test]
async fn calls_of_others_do_not_count() {
    let party = party(902).await;
    let run = party.start().await;
    let other = party.bed.fintech().await;
    let login = party.bed.login(&other, 0).await;
    let mine = Party {
        fintech: other,
        ..party
    };
    mine.balance(&login).await.ok();
    assert!(mine.done(run).await.is_empty());
}

#[tokio::test]
async fn a_run_is_started_by_a_developer_with_an_own_client_of_the_test_bed_and_one_at_a_time() {
    let party = party(903).await;
    let foreign = party.bed.fintech().await;
    let start = async |staff: &Staff, client| service::start(&party.office, staff, client).await;
    let refused = start(&party.staff, foreign.client.id).await.unwrap_err();
    assert_eq!(refused, FunctionTestError::NotOwn);
    let mut reader = party.staff.clone();
    reader.member.roles = Roles::of(&[Role::Reader]);
    let refused = start(&reader, party.fintech.client.id).await.unwrap_err();
    assert!(matches!(refused, FunctionTestError::Denied(_)), "{refused}");
    let run = party.start().await;
    let refused = start(&party.staff, party.fintech.client.id).await.unwrap_err();
    assert_eq!(refused, FunctionTestError::Open);
    let other = staff(&party.bed, &foreign, "other").await;
    let refused = service::give_up(&party.office, &other, run).await.unwrap_err();
    assert_eq!(refused, FunctionTestError::Unknown);
    service::give_up(&party.office, &party.staff, run).await.unwrap();
    let refused = service::give_up(&party.office, &party.staff, run).await.unwrap_err();
    assert_eq!(refused, FunctionTestError::Ended);
    party.start().await;
    assert_eq!(service::watch_all(&party.office).await.unwrap(), 1);
}

#[tokio::test]
async fn others_calls_do_not_hold_up_a_test_and_one_that_lasts_too_long_ends() {
    let party = party(907).await;
    let bed = &party.bed;
    let run = party.start().await;
    bed.pass_seconds(1);
    let login = bed.login(&party.fintech, 0).await;
    party.balance(&login).await.ok();
    bed.parts.hub.calls().flush().await;
    assert_eq!(service::watch_all(&party.office).await.unwrap(), 1);
    let seen = service::progress(&party.office, run).await.unwrap();
    assert!(seen.done() >= 3, "the page reads what the job wrote: {seen:?}");
    let glanced = service::glance(&party.office, run).await.unwrap();
    assert_eq!(glanced.done(), seen.done());
    bed.pass_seconds(30 * 86_400 - 10);
    service::watch_all(&party.office).await.unwrap();
    let open = service::progress(&party.office, run).await.unwrap().run;
    assert_eq!(open.ended_at, None, "a moment before");
    bed.pass_seconds(10);
    service::watch_all(&party.office).await.unwrap();
    let ended = service::progress(&party.office, run).await.unwrap().run;
    assert_eq!((ended.ended_at.is_some(), ended.passed_at), (true, None));
    assert_eq!(service::watch_all(&party.office).await.unwrap(), 0);
    party.start().await;
}
