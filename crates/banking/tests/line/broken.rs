//! The conformance check against banks that break one promise: each is a right bank behind a proxy that spoils it.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode, Uri};
use naru_banking::line::check::{CaseResult, CheckSettings, check};
use naru_sims::bank::RunningBank;
use serde_json::{Value, json};

use crate::conformance::settings;
use crate::support::{authority, call, careless_tls, hub_tls, plain_bank, serve};

/// The promise that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    /// None: the proxy itself spoils nothing.
    Nothing,
    /// Every call with a reference is executed anew.
    ExecutesRepeats,
    /// No outcome is ever found.
    ForgetsOutcomes,
    /// A refusal is not recorded: the repetition is decided anew, and told with another time.
    ForgetsRefusals,
    /// Another amount under the same reference is answered with the first outcome.
    IgnoresTheAmount,
    /// Amounts are JSON numbers.
    SpeaksNumbers,
    /// A cursor counts from the newest movement, which shifts when money moves.
    CountsFromTheNewest,
    /// What is not understood is answered with HTTP 200 and a no.
    HidesMalformed,
}

struct Proxy {
    flaw: Flaw,
    bank: SocketAddr,
    seen: Mutex<HashMap<String, u32>>,
    first: Mutex<HashMap<String, Value>>,
}

async fn pass(State(proxy): State<Arc<Proxy>>, method: Method, uri: Uri, body: Bytes) -> Response {
    let path = uri.path();
    let asked: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    if path.ends_with("/openapi.yaml") {
        return "openapi: 3.1.0".into_response();
    }
    let is_order = path.ends_with("/debits") || path.ends_with("/credits");
    // What is not JSON goes on as an empty body, which is not JSON either.
    let (status, answer) = match proxy.flaw {
        Flaw::ExecutesRepeats | Flaw::ForgetsRefusals if is_order => proxy.reexecute(path, asked).await,
        Flaw::IgnoresTheAmount if is_order => proxy.first_answer(path, asked).await,
        Flaw::CountsFromTheNewest if path.ends_with("/transactions") => proxy.shifting_page(asked).await,
        _ => call(proxy.bank, method.as_str(), path, &asked).await,
    };
    let (status, answer) = proxy.spoil(path, status, answer);
    let status = StatusCode::from_u16(status).expect("a status that was received");
    (status, [("content-type", "application/json")], answer.to_string()).into_response()
}

impl Proxy {
    /// Sends a repeated reference on under another name, so that the bank decides it anew.
    async fn reexecute(&self, path: &str, mut asked: Value) -> (u16, Value) {
        let reference = asked["reference"].as_str().unwrap_or_default().to_owned();
        let is_refused = asked["amount"] == json!("999999999999");
        let times = {
            let mut seen = self.seen.lock().expect("no test panics while it holds this");
            let times = seen.entry(reference.clone()).or_default();
            *times += 1;
            *times
        };
        if times > 1 && (self.flaw == Flaw::ExecutesRepeats || is_refused) {
            asked["reference"] = json!(format!("{reference}.{times}"));
        }
        let (status, mut answer) = call(self.bank, "POST", path, &asked).await;
        if answer["reference"].is_string() {
            answer["reference"] = json!(reference);
        }
        if times > 1 && is_refused && self.flaw == Flaw::ForgetsRefusals {
            answer["executed_at"] = json!("20990101000000");
        }
        (status, answer)
    }

    /// Answers every repetition with the first answer, whatever it asks for.
    async fn first_answer(&self, path: &str, asked: Value) -> (u16, Value) {
        let reference = asked["reference"].as_str().unwrap_or_default().to_owned();
        if let Some(first) = self
            .first
            .lock()
            .expect("no test panics while it holds this")
            .get(&reference)
        {
            return (200, first.clone());
        }
        let (status, answer) = call(self.bank, "POST", path, &asked).await;
        if status == 200 {
            self.first
                .lock()
                .expect("no test panics while it holds this")
                .insert(reference, answer.clone());
        }
        (status, answer)
    }

    async fn shifting_page(&self, mut asked: Value) -> (u16, Value) {
        let size: usize = asked["page_size"]
            .as_str()
            .and_then(|size| size.parse().ok())
            .unwrap_or(0);
        if asked["sort_order"] != "D" || !(1..=99).contains(&size) {
            return call(self.bank, "POST", "/line/v1/transactions", &asked).await;
        }
        let skip: usize = asked["cursor"]
            .as_str()
            .and_then(|cursor| cursor.parse().ok())
            .unwrap_or(0);
        (asked["page_size"], asked["cursor"]) = (json!("100"), json!(""));
        let (status, mut answer) = call(self.bank, "POST", "/line/v1/transactions", &asked).await;
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        let page: Vec<_> = items.iter().skip(skip).take(size).cloned().collect();
        let next = if skip + size < items.len() {
            (skip + size).to_string()
        } else {
            String::new()
        };
        (answer["items"], answer["next_cursor"]) = (json!(page), json!(next));
        (status, answer)
    }

    fn spoil(&self, path: &str, status: u16, mut answer: Value) -> (u16, Value) {
        match self.flaw {
            Flaw::ForgetsOutcomes if path.contains("/outcomes/") => {
                let nothing = json!({"code": "000", "message": "", "found": "N", "kind": "", "outcome_code": "",
                    "outcome_message": "", "amount": "", "executed_at": "", "holder_name": "",
                    "account_num_masked": ""});
                (status, nothing)
            }
            Flaw::SpeaksNumbers if path.ends_with("/balance") => {
                answer["available_amt"] = json!(1);
                (status, answer)
            }
            Flaw::HidesMalformed if status == 400 => (200, answer),
            _ => (status, answer),
        }
    }
}

/// Checks a bank with this flaw; the names of the cases that were broken.
async fn broken(flaw: Flaw) -> Vec<&'static str> {
    let bank = plain_bank().await;
    let addr = serve(proxy(flaw, &bank), None).await;
    broken_at(settings(&format!("http://{addr}"))).await
}

fn proxy(flaw: Flaw, bank: &RunningBank) -> Router {
    let proxy = Proxy {
        flaw,
        bank: bank.line_addr,
        seen: Mutex::default(),
        first: Mutex::default(),
    };
    Router::new().fallback(pass).with_state(Arc::new(proxy))
}

async fn broken_at(mut settings: CheckSettings) -> Vec<&'static str> {
    settings.slowness = Duration::from_millis(200);
    let report = check(settings).await;
    let cases = report.cases.iter().filter(|case| case.result == CaseResult::Broken);
    cases.map(|case| case.name).collect()
}

#[tokio::test]
async fn a_line_open_to_whoever_comes_is_found() {
    let bank = plain_bank().await;
    let ours = authority();
    let addr = serve(proxy(Flaw::Nothing, &bank), Some(careless_tls(&ours))).await;
    let mut settings = settings(&format!("https://{addr}"));
    settings.tls = Some(hub_tls(&ours, &ours));
    assert_eq!(broken_at(settings).await, ["mutual-tls"]);
}

#[tokio::test]
async fn the_proxy_alone_breaks_nothing() {
    assert_eq!(broken(Flaw::Nothing).await, Vec::<&str>::new());
}

#[tokio::test]
async fn a_repeated_reference_that_is_executed_twice_is_found() {
    let found = broken(Flaw::ExecutesRepeats).await;
    for case in ["repeat", "repeat-changed", "at-once", "net-zero"] {
        assert!(found.contains(&case), "{case} in {found:?}");
    }
    assert!(!found.contains(&"credit-then-debit"), "{found:?}");
}

#[tokio::test]
async fn forgotten_references_are_found() {
    let found = broken(Flaw::ForgetsOutcomes).await;
    for case in [
        "outcome",
        "repeat-changed",
        "refusal-remembered",
        "order-without-account",
    ] {
        assert!(found.contains(&case), "{case} in {found:?}");
    }
    for case in ["repeat", "at-once", "outcome-of-nothing", "net-zero"] {
        assert!(!found.contains(&case), "{case} in {found:?}");
    }
}

#[tokio::test]
async fn a_forgotten_refusal_is_found() {
    assert_eq!(broken(Flaw::ForgetsRefusals).await, ["refusal-remembered"]);
}

#[tokio::test]
async fn an_amount_that_does_not_matter_is_found() {
    assert_eq!(broken(Flaw::IgnoresTheAmount).await, ["repeat-changed"]);
}

#[tokio::test]
async fn numbers_that_are_not_texts_are_found() {
    let found = broken(Flaw::SpeaksNumbers).await;
    assert!(found.contains(&"balance") && !found.contains(&"status"), "{found:?}");
}

#[tokio::test]
async fn pages_that_shift_are_found() {
    assert_eq!(broken(Flaw::CountsFromTheNewest).await, ["paging"]);
}

#[tokio::test]
async fn a_hidden_complaint_is_found() {
    let found = broken(Flaw::HidesMalformed).await;
    for case in ["not-json", "field-missing", "field-malformed", "page-size"] {
        assert!(found.contains(&case), "{case} in {found:?}");
    }
}
