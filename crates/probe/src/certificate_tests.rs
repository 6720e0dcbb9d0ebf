use std::sync::Arc;

use rustls::ALL_VERSIONS;
use rustls::version::TLS12;

use super::*;
use crate::stand::{
    self, Authority, Gate, Issued, NAME, OldServer, self_signed, serve, serve_silence, server_tls, settings,
};

async fn look_at(port: u16, roots: &str) -> Observation {
    let settings = settings(roots);
    stand::with_look(&settings, |look| async move {
        certificate(&look, &stand::target(port)).await
    })
    .await
}

async fn look_at_issued(issued: &Issued, roots: &str) -> Observation {
    let config = server_tls(issued, ALL_VERSIONS, Gate::Open);
    look_at(serve(config, Arc::new(|_, _| Vec::new())).await, roots).await
}

fn check<'a>(observation: &'a Observation, name: &str) -> &'a Check {
    observation
        .checks
        .iter()
        .find(|check| check.name == name)
        .unwrap_or_else(|| panic!("{observation:#?}"))
}

#[tokio::test]
async fn a_good_certificate_passes_with_its_facts() {
    let authority = Authority::new();
    let seen = look_at_issued(&authority.issue_long(NAME), &authority.pem()).await;
    assert_eq!(seen.outcome, Outcome::Pass, "{seen:#?}");
    assert!(seen.checks.iter().all(|check| !check.warns));
    let leaf = &seen.raw["chain"][0];
    assert_eq!(
        (&leaf["key"], &leaf["key_bits"], &leaf["signature"]),
        (&json!("ec"), &json!(256), &json!("ecdsa-sha256"))
    );
    assert_eq!(leaf["self_signed"], json!(false));
    assert_eq!(leaf["sha256"].as_str().unwrap().len(), 64);
    assert!(!leaf["serial"].as_str().unwrap().is_empty());
    assert!(check(&seen, "expiry").seen.ends_with("until 2036-11-01"));
}

#[tokio::test]
async fn days_left_pass_warn_and_fail() {
    let authority = Authority::new();
    let cases = [
        ((2026, 12, 1), Outcome::Pass, false, "30 days"),
        ((2026, 11, 30), Outcome::Pass, true, "29 days"),
        ((2026, 11, 1), Outcome::Pass, true, "0 days"),
        ((2026, 10, 31), Outcome::Fail, false, "-1 days"),
    ];
    for (until, outcome, warns, days) in cases {
        let seen = look_at_issued(&authority.issue(NAME, until), &authority.pem()).await;
        let expiry = check(&seen, "expiry");
        assert_eq!((expiry.outcome, expiry.warns), (outcome, warns), "{expiry:?}");
        assert!(expiry.seen.starts_with(days), "{expiry:?}");
        assert_eq!(check(&seen, "chain").outcome, outcome, "{seen:#?}");
        assert_eq!(check(&seen, "name").outcome, Outcome::Pass);
    }
}

#[tokio::test]
async fn the_earliest_end_of_the_chain_counts() {
    let authority = Authority::new();
    let mut issued = authority.issue_long(NAME);
    issued
        .chain
        .push_str(&authority.issue("intermediate.example", (2026, 11, 5)).chain);
    let seen = look_at_issued(&issued, &authority.pem()).await;
    assert!(check(&seen, "expiry").seen.starts_with("4 days"), "{seen:#?}");
    assert_eq!(seen.raw["chain"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_nobody_vouches_for_or_bears_another_name_fails() {
    let authority = Authority::new();
    let seen = look_at_issued(&self_signed(NAME), &authority.pem()).await;
    assert_eq!(check(&seen, "chain").outcome, Outcome::Fail);
    assert!(check(&seen, "chain").seen.contains("self-signed"), "{seen:#?}");
    assert_eq!(seen.raw["chain"][0]["self_signed"], json!(true));

    let seen = look_at_issued(&Authority::new().issue_long(NAME), &authority.pem()).await;
    assert_eq!(check(&seen, "chain").outcome, Outcome::Fail, "{seen:#?}");

    let seen = look_at_issued(&authority.issue_long("other.example"), &authority.pem()).await;
    assert_eq!(
        (check(&seen, "chain").outcome, check(&seen, "name").outcome),
        (Outcome::Pass, Outcome::Fail)
    );
    assert_eq!(seen.outcome, Outcome::Fail);
}

#[tokio::test]
async fn without_roots_the_chain_is_not_tested_and_the_look_not_passed() {
    let seen = look_at_issued(&Authority::new().issue_long(NAME), "").await;
    assert_eq!(
        (seen.outcome, check(&seen, "chain").outcome),
        (Outcome::NotTested, Outcome::NotTested)
    );
    assert_eq!(check(&seen, "expiry").outcome, Outcome::Pass);
}

#[tokio::test]
async fn a_server_that_wants_a_client_certificate_is_looked_at_too() {
    let authority = Authority::new();
    for versions in [ALL_VERSIONS, &[&TLS12]] {
        let config = server_tls(&authority.issue_long(NAME), versions, Gate::Of(&authority));
        let port = serve(config, Arc::new(|_, _| Vec::new())).await;
        let seen = look_at(port, &authority.pem()).await;
        assert_eq!(seen.outcome, Outcome::Pass, "{seen:#?}");
    }
}

#[tokio::test]
async fn an_old_signature_fails_and_an_rsa_key_is_measured() {
    let Some(server) = OldServer::start(&[]) else { return };
    let seen = look_at(server.port, "").await;
    assert_eq!(check(&seen, "signature").outcome, Outcome::Fail, "{seen:#?}");
    assert_eq!(check(&seen, "signature").seen, "rsa-sha1");
    assert_eq!(check(&seen, "key").seen, "rsa, 2048 bits");
    assert_eq!(check(&seen, "key").outcome, Outcome::Pass);
}

#[tokio::test]
async fn a_server_that_never_answers_is_an_error() {
    let mut settings = settings("");
    settings.budget = std::time::Duration::from_millis(100);
    let port = serve_silence().await;
    let seen = stand::with_look(&settings, |look| async move {
        certificate(&look, &stand::target(port)).await
    })
    .await;
    assert_eq!(
        (seen.outcome, seen.raw["fault"].as_str()),
        (Outcome::Error, Some("timed-out"))
    );
}
