//! What fintechs do, one action each.

use std::sync::Arc;

use naru_core::{BankTranId, Timestamp, TransferKind, TransferState};
use serde_json::{Value, json};

use super::plan::Plan;
use super::sent::Sent;
use super::world::World;

pub(super) fn stamp(at: Timestamp) -> String {
    format!("{}{}", at.yyyymmdd(), at.hhmmss())
}

impl World {
    /// A fresh id of a fintech for one request.
    fn fresh_id(&self, fintech: usize) -> BankTranId {
        let code = &self.fintechs[fintech].client.client_use_code;
        let digits = self.storage().chance().digits(9);
        BankTranId::parse(&format!("{code}U{digits}")).expect("20 characters")
    }

    /// A withdrawal's body.
    pub(super) fn withdrawal(
        &self,
        seat: usize,
        account: usize,
        (amount, purpose): (i64, &str),
    ) -> (Value, BankTranId) {
        let fintech = self.fintech_of(seat);
        let (id, held) = (self.fresh_id(fintech), self.seat(seat));
        let body = json!({
            "bank_tran_id": id,
            "cntr_account_type": "N",
            "cntr_account_num": self.fintechs[fintech].client.contract_account.account_num,
            "dps_print_content": "충전",
            "fintech_use_num": held.accounts[account % held.accounts.len()],
            "wd_print_content": "나루",
            "tran_amt": amount.to_string(),
            "tran_dtime": stamp(self.now()),
            "req_client_name": "김하늘",
            "req_client_bank_code": "097",
            "req_client_account_num": "1234567890",
            "req_client_num": "HANEUL",
            "transfer_purpose": purpose,
        });
        (body, id)
    }

    fn deposit(&self, plan: &Plan) -> Option<(Value, BankTranId)> {
        let Plan::Deposit {
            seat,
            account,
            amount,
            by_number,
            checks_name,
        } = plan
        else {
            return None;
        };
        let (fintech, human, held) = (self.fintech_of(*seat), self.human_of(*seat), self.seat(*seat));
        let id = self.fresh_id(fintech);
        let mut row = json!({
            "tran_no": "1",
            "bank_tran_id": id,
            "print_content": "정산",
            "tran_amt": amount.to_string(),
            "req_client_name": "김하늘",
            "req_client_num": "HANEUL",
            "transfer_purpose": "TR",
        });
        if *by_number {
            let payee = human.account(&human.banks[account % human.banks.len()]);
            row["bank_code_std"] = json!(payee.bank_code);
            row["account_num"] = json!(payee.account_num);
            row["account_holder_name"] = json!(human.name);
        } else {
            row["fintech_use_num"] = json!(held.accounts[account % held.accounts.len()]);
        }
        let body = json!({
            "cntr_account_type": "N",
            "cntr_account_num": self.fintechs[fintech].client.contract_account.account_num,
            "wd_pass_phrase": "NONE",
            "wd_print_content": "정산",
            "name_check_option": if *checks_name { "on" } else { "off" },
            "tran_dtime": stamp(self.now()),
            "req_cnt": "1",
            "req_list": [row],
        });
        Some((body, id))
    }

    /// Makes a request that moves money, and holds its answer against the books.
    async fn order(&self, action: usize, sent: Sent) {
        let sent = Arc::new(sent);
        self.sent
            .lock()
            .expect("adding to a list does not panic")
            .push(Arc::clone(&sent));
        let asked_at = self.now();
        let answer = self.post(action, sent.path, &sent.token(self), &sent.body).await;
        let took = self.now().micros_since(asked_at);
        assert!(
            took < 30_000_000,
            "answered after {took} µs, when the client was gone: {answer}"
        );
        self.hold_against_books(&sent, &answer).await;
    }

    pub(super) async fn withdraw(&self, action: usize, plan: &Plan) {
        let Plan::Withdraw {
            seat,
            account,
            amount,
            purpose,
        } = plan
        else {
            return;
        };
        let (body, id) = self.withdrawal(*seat, *account, (*amount, purpose));
        let mut other = body.clone();
        other["tran_amt"] = json!((amount + 1).to_string());
        let sent = Sent {
            kind: TransferKind::Withdraw,
            path: "/v2.0/transfer/withdraw/fin_num",
            fintech: self.fintech_of(*seat),
            seat: Some(*seat),
            id,
            amount: *amount,
            day: self.now().day(),
            body,
            last: Default::default(),
            other,
        };
        self.order(action, sent).await;
    }

    pub(super) async fn pay_out(&self, action: usize, plan: &Plan) {
        let Plan::Deposit {
            seat,
            amount,
            by_number,
            ..
        } = plan
        else {
            return;
        };
        let Some((body, id)) = self.deposit(plan) else { return };
        let mut other = body.clone();
        other["req_list"][0]["tran_amt"] = json!((amount + 1).to_string());
        let paths = ["/v2.0/transfer/deposit/fin_num", "/v2.0/transfer/deposit/acnt_num"];
        let sent = Sent {
            kind: TransferKind::Deposit,
            path: paths[usize::from(*by_number)],
            fintech: self.fintech_of(*seat),
            seat: None,
            id,
            amount: *amount,
            day: self.now().day(),
            body,
            last: Default::default(),
            other,
        };
        self.order(action, sent).await;
    }

    /// Asks for a completed deposit back.
    pub(super) async fn claim(&self, action: usize, pick: u64) {
        let Some(deposit) = self.earlier(pick).filter(|sent| sent.kind == TransferKind::Deposit) else {
            return;
        };
        if deposit.ended().is_none_or(|answer| answer["rsp_code"] != "A0000") {
            return;
        }
        let id = self.fresh_id(deposit.fintech);
        let body = json!({
            "bank_tran_id": id,
            "org_bank_tran_id": deposit.id,
            "org_bank_tran_date": deposit.day.to_string(),
            "org_tran_amt": deposit.amount.to_string(),
            "claim_reason": "착오송금",
            "tran_dtime": stamp(self.now()),
        });
        let mut other = body.clone();
        other["claim_reason"] = json!("다른 사유");
        let sent = Sent {
            kind: TransferKind::Return,
            path: "/v2.0/return/claim",
            fintech: deposit.fintech,
            seat: None,
            id,
            amount: deposit.amount,
            day: self.now().day(),
            body,
            last: Default::default(),
            other,
        };
        self.order(action, sent).await;
    }

    /// Repeats an earlier request of the same day, word by word or with another amount.
    pub(super) async fn repeat(&self, action: usize, (pick, altered): (u64, bool)) {
        let Some(sent) = self.earlier(pick) else { return };
        let before = self.stored(&sent).await;
        let (Some(before), true) = (before, self.now().day() == sent.day) else {
            return;
        };
        let body = if altered { &sent.other } else { &sent.body };
        let answer = self.post(action, sent.path, &sent.token(self), body).await;
        let code = answer["rsp_code"].as_str().unwrap_or_default();
        // The chain is judged first: who may not ask is not told.
        if code == "O0002" || self.now().day() != sent.day {
            return;
        }
        if altered {
            assert_eq!(code, "A0326", "an id was used for something else: {answer}");
            return;
        }
        let expected: &[&str] = match &before.state {
            TransferState::Completed => &["A0000"],
            TransferState::Failed { .. } | TransferState::Reversed { .. } => &["A0002"],
            _ => &["A0000", "A0001", "A0002", "A0007"],
        };
        assert!(
            expected.contains(&code),
            "repeated while {:?}, answered {answer}",
            before.state
        );
        self.hold_against_books(&sent, &answer).await;
    }

    pub(super) async fn ask_result(&self, action: usize, pick: u64) {
        let Some(sent) = self.earlier(pick) else { return };
        let check_type = match sent.kind {
            TransferKind::Withdraw => "1",
            TransferKind::Deposit => "2",
            TransferKind::Return => return,
        };
        let row = json!({
            "tran_no": "1",
            "org_bank_tran_id": sent.id,
            "org_bank_tran_date": sent.day.to_string(),
            "org_tran_amt": sent.amount.to_string(),
        });
        let body = json!({
            "check_type": check_type, "tran_dtime": stamp(self.now()), "req_cnt": "1", "req_list": [row],
        });
        let before = self.stored(&sent).await;
        let token = &self.fintechs[sent.fintech].oob_token;
        let answer = self.post(action, "/v2.0/transfer/result", token, &body).await;
        if answer["rsp_code"] == "O0002" {
            return;
        }
        let Some(before) = before else { return };
        let told = answer["res_list"][0]["bank_rsp_code"].as_str().unwrap_or_default();
        match &before.state {
            TransferState::Completed => assert_eq!(told, "000", "{answer}"),
            TransferState::Failed { .. } | TransferState::Reversed { .. } | TransferState::Stuck { .. } => {
                assert!(told != "000" && !told.is_empty(), "{answer}");
            }
            _ => {}
        }
    }

    pub(super) async fn balance(&self, action: usize, (seat, account): (usize, usize)) {
        let held = self.seat(seat);
        let id = self.fresh_id(self.fintech_of(seat));
        let number = &held.accounts[account % held.accounts.len()];
        let at = stamp(self.now());
        let path = format!("/v2.0/account/balance/fin_num?bank_tran_id={id}&fintech_use_num={number}&tran_dtime={at}");
        let answer = self.get(action, &path, &held.token).await;
        let code = answer["rsp_code"].as_str().unwrap_or_default();
        assert!(["A0000", "A0002", "A0017", "O0002"].contains(&code), "{answer}");
    }
}
