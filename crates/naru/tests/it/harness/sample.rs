//! One right request for every route that is called with a token, to be sent as it is or spoilt.

use serde_json::{Value, json};

use super::{Answer, Bed, CONTRACT, Fintech, Login};

/// A right request.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) token: String,
    /// The JSON body of a POST; the pairs of a GET's query string.
    pub(crate) fields: Value,
}

impl Sample {
    /// As the route table names the route.
    pub(crate) fn route(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The query string or the body as text.
    pub(crate) fn text(&self) -> String {
        if self.method == "POST" {
            return self.fields.to_string();
        }
        let pairs = self.fields.as_object().expect("a query has fields").iter();
        let pairs: Vec<(&String, String)> = pairs
            .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
        serde_urlencoded::to_string(pairs).unwrap()
    }

    pub(crate) async fn send(&self, bed: &Bed) -> Answer {
        self.send_text(bed, self.text()).await
    }

    /// Sends another text in place of the right one.
    pub(crate) async fn send_text(&self, bed: &Bed, text: impl Into<Vec<u8>>) -> Answer {
        if self.method == "POST" {
            let call = bed.call("POST", self.path).token(&self.token);
            return call.body("application/json", text).send().await;
        }
        let query = String::from_utf8_lossy(&text.into()).into_owned();
        let path = format!("{}?{query}", self.path);
        bed.call("GET", &path).token(&self.token).send().await
    }
}

impl Bed {
    /// A completed deposit of 1,000 won; its id.
    pub(crate) async fn deposited(&self, fintech: &Fintech, login: &Login) -> String {
        let body = self.deposit(fintech, login.at("004"), 1_000);
        self.post("/v2.0/transfer/deposit/fin_num", &fintech.oob, &body)
            .await
            .ok();
        body["req_list"][0]["bank_tran_id"].as_str().unwrap().to_owned()
    }

    /// A right request for every route with a token, each under a fresh id; those that end consents come last.
    pub(crate) fn samples(&self, fintech: &Fintech, login: &Login, deposit: &str) -> Vec<Sample> {
        let mut samples = self.reading(fintech, login, deposit);
        samples.extend(self.moving(fintech, login, deposit));
        samples.extend(self.ending(fintech, login));
        samples
    }

    fn reading(&self, fintech: &Fintech, login: &Login, deposit: &str) -> Vec<Sample> {
        let (person, held) = (login.user_seq_no(), login.at("004"));
        let get = |path, token: &str, fields| Sample {
            method: "GET",
            path,
            token: token.to_owned(),
            fields,
        };
        let post = |path, fields| Sample {
            method: "POST",
            path,
            token: fintech.oob.clone(),
            fields,
        };
        let (own, oob) = (login.access.as_str(), fintech.oob.as_str());
        let inquiry = json!({
            "bank_tran_id": fintech.tran_id(self), "fintech_use_num": held.number, "tran_dtime": self.tran_dtime(),
        });
        let mut span = inquiry.clone();
        for (name, value) in [
            ("bank_tran_id", fintech.tran_id(self)),
            ("inquiry_type", "A".to_owned()),
            ("inquiry_base", "D".to_owned()),
            ("from_date", "20261101".to_owned()),
            ("from_time", "000000".to_owned()),
            ("to_date", "20261121".to_owned()),
            ("to_time", "235959".to_owned()),
            ("sort_order", "D".to_owned()),
            ("befor_inquiry_trace_info", String::new()),
        ] {
            span[name] = json!(value);
        }
        let list = json!({ "user_seq_no": person, "include_cancel_yn": "Y", "sort_order": "A" });
        let original = json!({
            "tran_no": "1", "org_bank_tran_id": deposit, "org_bank_tran_date": "20261121", "org_tran_amt": "1000",
        });
        let of_result = json!({ "check_type": "2", "tran_dtime": "", "req_cnt": "1", "req_list": [original] });
        let real_name = json!({
            "bank_tran_id": fintech.tran_id(self), "bank_code_std": "004", "account_num": held.account_num,
            "account_holder_info_type": " ", "account_holder_info": "920314", "tran_dtime": self.tran_dtime(),
        });
        let receive = json!({
            "bank_tran_id": fintech.tran_id(self), "cntr_account_type": "N", "cntr_account_num": CONTRACT,
            "bank_code_std": "004", "account_num": held.account_num, "print_content": "정산", "tran_amt": "1000",
        });
        vec![
            get("/v2.0/user/me", own, json!({ "user_seq_no": person })),
            get("/v2.0/account/list", own, list),
            get("/v2.0/account/balance/fin_num", own, inquiry),
            get("/v2.0/account/transaction_list/fin_num", own, span),
            get("/v2.0/bank/status", oob, json!({})),
            get("/v2.0/manage/wd_limit", oob, json!({})),
            get("/v2.0/manage/count", oob, json!({ "inquiry_date": "20261121" })),
            post("/v2.0/inquiry/real_name", real_name),
            post("/v2.0/inquiry/receive", receive),
            post("/v2.0/transfer/result", of_result),
        ]
    }

    fn moving(&self, fintech: &Fintech, login: &Login, deposit: &str) -> Vec<Sample> {
        let held = login.at("004");
        let post = |path, token: &str, fields| Sample {
            method: "POST",
            path,
            token: token.to_owned(),
            fields,
        };
        let (own, oob) = (login.access.as_str(), fintech.oob.as_str());
        let claim = json!({
            "bank_tran_id": fintech.tran_id(self), "org_bank_tran_id": deposit, "org_bank_tran_date": "20261121",
            "org_tran_amt": "1000", "claim_reason": "잘못 보냄", "tran_dtime": self.tran_dtime(),
        });
        let of_claim = json!({
            "org_bank_tran_id": claim["bank_tran_id"], "org_bank_tran_date": "20261121", "org_tran_amt": "1000",
        });
        let holder = login.person.facts.name.clone();
        let by_number = self.deposit_by_number(fintech, (held, &holder), 1_000);
        let by_registration = self.deposit(fintech, held, 1_000);
        vec![
            post(
                "/v2.0/transfer/withdraw/fin_num",
                own,
                self.withdrawal(fintech, held, 1_000),
            ),
            post("/v2.0/transfer/deposit/fin_num", oob, by_registration),
            post("/v2.0/transfer/deposit/acnt_num", oob, by_number),
            post("/v2.0/return/claim", oob, claim),
            post("/v2.0/return/result", oob, of_claim),
        ]
    }

    fn ending(&self, fintech: &Fintech, login: &Login) -> Vec<Sample> {
        let post = |path, fields| Sample {
            method: "POST",
            path,
            token: login.access.clone(),
            fields,
        };
        let code = fintech.client.client_use_code.to_string();
        let leave = json!({ "client_use_code": code, "user_seq_no": login.user_seq_no() });
        let number = &login.at("088").number;
        let cancel = json!({ "bank_tran_id": fintech.tran_id(self), "scope": "inquiry", "fintech_use_num": number });
        let rename = json!({ "fintech_use_num": number, "account_alias": "생활비" });
        vec![
            post("/v2.0/account/update_info", rename),
            post("/v2.0/account/cancel", cancel),
            post("/v2.0/user/unlink", leave.clone()),
            post("/v2.0/user/close", leave),
        ]
    }
}
