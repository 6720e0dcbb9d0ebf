//! The demonstration, and a trial that is stopped and started again.

use std::process::Command;
use std::time::Duration;

use naru::client::Http;
use naru_web::outbound::ClientTls;
use serde_json::{Value, json};

use super::process::{Dir, NARU, Up};

#[test]
fn the_demonstration_passes_every_step() {
    let run = Command::new(NARU).args(["--json", "demo"]).output().expect("naru runs");
    let report: Value = serde_json::from_slice(&run.stdout).expect("the report is JSON");
    let steps = report["steps"].as_array().expect("the report has steps");
    for step in steps {
        assert_eq!(step["ok"], true, "{step}");
    }
    assert_eq!((report["ok"].as_bool(), steps.len()), (Some(true), 16));
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn a_trial_that_is_started_again_finds_everything_as_it_was() {
    let dir = Dir::new("again");
    let first = Up::start(dir.path());
    let kept = |up: &Up| {
        let mut kept = up.summary.clone();
        for name in ["hub", "ops", "sims"] {
            kept.as_object_mut().unwrap().remove(name).unwrap();
        }
        kept
    };
    let before = kept(&first);
    assert_eq!(before["people"].as_array().map(Vec::len), Some(3));
    first.terminate();
    assert_eq!(first.ended(10).code(), Some(0));
    let second = Up::start(dir.path());
    assert_eq!(kept(&second), before);
    second.terminate();
    assert_eq!(second.ended(10).code(), Some(0));
}

/// A fintech of a running trial.
struct Client {
    http: Http,
    token: String,
    oob: String,
    code: String,
    account: String,
    contract: String,
    admin: String,
}

impl Client {
    fn of(up: &Up) -> Self {
        let tls = ClientTls {
            roots_pem: std::fs::read(up.text("/ca_file")).unwrap(),
            identity_pem: None,
        };
        let of_bank = |rows: &Value, name: &str| {
            let rows = rows.as_array().unwrap().iter();
            let mut rows = rows.filter(|row| row["bank_code_std"] == "004");
            rows.next().unwrap()[name].as_str().unwrap().to_owned()
        };
        Self {
            http: Http::new(&up.text("/hub"), &tls).unwrap(),
            token: up.text("/people/0/access_token"),
            oob: up.text("/oob_token"),
            code: up.text("/client_use_code"),
            account: of_bank(&up.summary["people"][0]["accounts"], "fintech_use_num"),
            contract: up.text("/contract_account"),
            admin: of_bank(&up.summary["sims"], "admin"),
        }
    }

    async fn slow(&self, delay_ms: u64) {
        let fault = json!({ "kind": "slow", "on": ["debit"], "times": 1, "delay_ms": delay_ms });
        let headers = [("content-type", "application/json")];
        let url = format!("{}/faults", self.admin);
        let set = self
            .http
            .send(hyper::Method::POST, &url, &headers, fault.to_string())
            .await
            .unwrap();
        assert!(set.status.is_success(), "{}", set.text());
    }

    async fn withdraw(&self, serial: &str, won: &str) -> Result<Value, String> {
        let body = json!({
            "bank_tran_id": format!("{}U{serial}", self.code), "cntr_account_type": "N",
            "cntr_account_num": self.contract, "dps_print_content": "나루페이충전",
            "fintech_use_num": self.account, "wd_print_content": "나루페이", "tran_amt": won,
            "req_client_name": "김하늘", "req_client_fintech_use_num": self.account,
            "req_client_num": "HANEUL1", "transfer_purpose": "ST",
        });
        self.http
            .post("/v2.0/transfer/withdraw/fin_num", &self.token, &body)
            .await
    }

    async fn balance(&self, serial: &str) -> i64 {
        let id = format!("{}U{serial}", self.code);
        let query = [("bank_tran_id", id.as_str()), ("fintech_use_num", &self.account)];
        let answer = self
            .http
            .get("/v2.0/account/balance/fin_num", &self.token, &query)
            .await
            .unwrap();
        answer["balance_amt"].as_str().expect("a balance").parse().unwrap()
    }

    /// Asks until the withdrawal is final; its bank code.
    async fn outcome(&self, (serial, won): (&str, &str), day: &str) -> String {
        let body = json!({
            "check_type": "1", "req_cnt": "1",
            "req_list": [{
                "tran_no": "1", "org_bank_tran_id": format!("{}U{serial}", self.code),
                "org_bank_tran_date": day, "org_tran_amt": won,
            }],
        });
        for _ in 0..150 {
            let answer = self.http.post("/v2.0/transfer/result", &self.oob, &body).await.unwrap();
            if answer["rsp_code"] == "A0000" {
                return answer["res_list"][0]["bank_rsp_code"].as_str().unwrap().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("{serial} is not final after 30 s");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_in_flight_at_a_shutdown_is_finished_or_found_out_after_the_restart() {
    let dir = Dir::new("in-flight");
    let up = Up::start(dir.path());
    let client = Client::of(&up);
    let before = client.balance("BALANCE01").await;
    client.slow(1_500).await;
    client.slow(60_000).await;
    let ((finished, parked), ended) = tokio::join!(
        async {
            tokio::join!(client.withdraw("WITHDRAW1", "1000"), async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                client.withdraw("WITHDRAW2", "2000").await
            })
        },
        async {
            tokio::time::sleep(Duration::from_millis(900)).await;
            up.terminate();
            tokio::task::spawn_blocking(move || up.ended(45)).await.unwrap()
        }
    );
    assert_eq!(ended.code(), Some(0));
    let finished = finished.expect("a call in flight is answered before the hub ends");
    assert_eq!(
        (finished["rsp_code"].as_str(), finished["bank_rsp_code"].as_str()),
        (Some("A0000"), Some("000"))
    );
    let day = finished["bank_tran_date"].as_str().unwrap().to_owned();
    // The slow institution is given up after ten seconds: the client is told to ask later, or was cut off.
    if let Ok(parked) = parked {
        assert_eq!(parked["rsp_code"], "A0007", "{parked}");
    }
    let up = Up::start(dir.path());
    let client = Client::of(&up);
    assert_eq!(client.outcome(("WITHDRAW1", "1000"), &day).await, "000");
    assert_eq!(client.outcome(("WITHDRAW2", "2000"), &day).await, "000");
    assert_eq!(client.withdraw("WITHDRAW1", "1000").await.unwrap()["rsp_code"], "A0000");
    assert_eq!(client.withdraw("WITHDRAW2", "2000").await.unwrap()["rsp_code"], "A0000");
    assert_eq!(client.balance("BALANCE02").await, before - 3_000, "each moved once");
    up.terminate();
    assert_eq!(
        tokio::task::spawn_blocking(move || up.ended(10)).await.unwrap().code(),
        Some(0)
    );
}
