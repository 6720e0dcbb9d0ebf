//! The conformance check against banks that do it right.

use std::time::Duration;

use naru_banking::line::check::{CaseResult, CheckReport, CheckSettings, check};
use naru_core::{Chance, Clock};
use serde_json::json;

use crate::support::{ACCOUNT, LINKING_VALUE, OPENING_WON, fault, plain_bank, secure_bank};

pub(crate) fn settings(url: &str) -> CheckSettings {
    let chance = Chance::from_fn(naru_crypto::fill_random);
    let mut settings = CheckSettings::new(url, ACCOUNT, Clock::system(), chance);
    settings.linking_value = Some(LINKING_VALUE.to_owned());
    settings.holder = Some((" ".to_owned(), "920314".to_owned()));
    settings
}

fn named(report: &CheckReport, result: CaseResult) -> Vec<&'static str> {
    let cases = report.cases.iter().filter(|case| case.result == result);
    cases.map(|case| case.name).collect()
}

#[tokio::test]
async fn the_simulated_bank_holds_every_case_over_mutual_tls() {
    let bank = secure_bank().await;
    let mut settings = settings(&bank.url);
    settings.tls = Some(bank.tls.clone());
    let report = check(settings).await;
    assert!(report.held(), "{report:#?}");
    assert_eq!(named(&report, CaseResult::NotPlayed), Vec::<&str>::new());
    assert!(report.cases.len() >= 25, "{}", report.cases.len());
    let totals = bank.bank.totals();
    assert_eq!(
        (totals.balance_won, totals.credited_won),
        (OPENING_WON, totals.debited_won)
    );
    let text = serde_json::to_string(&report).unwrap();
    for secret in [ACCOUNT, LINKING_VALUE, "김하늘", "920314"] {
        assert!(!text.contains(secret), "the report names {secret}");
    }
}

#[tokio::test]
async fn what_was_not_given_or_does_not_apply_is_not_played() {
    let bank = plain_bank().await;
    let mut settings = settings(&format!("http://{}", bank.line_addr));
    settings.linking_value = None;
    settings.holder = None;
    let report = check(settings).await;
    assert!(report.held(), "{report:#?}");
    assert_eq!(
        named(&report, CaseResult::NotPlayed),
        ["accounts", "holder-right", "mutual-tls"]
    );
}

#[tokio::test]
async fn a_line_that_cannot_be_used_ends_the_check_early() {
    let report = check(settings("https://127.0.0.1:1")).await;
    assert_eq!((report.held(), report.cases[0].name), (false, "address"));
    let report = check(settings("http://127.0.0.1:1")).await;
    assert_eq!(
        (report.held(), report.cases[0].name, report.cases.len()),
        (false, "status", 1)
    );
    let bank = plain_bank().await;
    fault(&bank, json!({"kind": "silent"})).await;
    let mut settings = settings(&format!("http://{}", bank.line_addr));
    settings.patience = Duration::from_millis(300);
    let report = check(settings).await;
    assert_eq!(named(&report, CaseResult::Broken), ["status"]);
}
