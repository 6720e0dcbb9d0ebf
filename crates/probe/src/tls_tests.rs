use std::time::Duration;

use rustls::ALL_VERSIONS;
use rustls::version::{TLS12, TLS13};

use super::*;
use crate::stand::{Authority, Gate, NAME, OldServer, serve, serve_silence, server_tls, server_tls_of, settings};
use crate::{Settings, stand, trust};

async fn look_at(port: u16, settings: &Settings) -> Observation {
    stand::with_look(settings, |look| async move {
        tls(&look, &stand::target(port), [7; 32]).await
    })
    .await
}

fn outcome(observation: &Observation, name: &str) -> Outcome {
    let check = observation.checks.iter().find(|check| check.name == name);
    check
        .unwrap_or_else(|| panic!("no check {name}: {observation:#?}"))
        .outcome
}

fn verdict<'a>(observation: &'a Observation, version: &str) -> &'a str {
    observation.raw["versions"][version]["verdict"].as_str().unwrap()
}

#[tokio::test]
async fn a_server_of_today_passes_also_when_it_wants_a_client_certificate() {
    let authority = Authority::new();
    for gate in [Gate::Open, Gate::Of(&authority)] {
        let config = server_tls(&authority.issue_long(NAME), ALL_VERSIONS, gate);
        let port = serve(config, std::sync::Arc::new(|_, _| Vec::new())).await;
        let seen = look_at(port, &settings("")).await;
        assert_eq!(seen.outcome, Outcome::Pass, "{seen:#?}");
        assert_eq!(
            (verdict(&seen, "tls-1.3"), verdict(&seen, "tls-1.2")),
            ("taken", "taken")
        );
        assert_eq!(
            (verdict(&seen, "tls-1.1"), verdict(&seen, "ssl-3.0")),
            ("refused", "refused")
        );
        assert_eq!(seen.raw["versions"]["tls-1.3"]["suites"].as_array().unwrap().len(), 3);
        // The key is of P-256: three ECDSA suites, of which one is not among the four that are named.
        assert_eq!(seen.raw["versions"]["tls-1.2"]["suites"].as_array().unwrap().len(), 3);
        assert!(
            seen.checks
                .iter()
                .any(|check| check.name == "tls12-suites" && check.warns)
        );
        assert_eq!((seen.started_at, seen.took_micros), (stand::NOW * 1_000_000, 5));
    }
}

#[tokio::test]
async fn one_version_and_one_suite_are_seen_as_such() {
    let authority = Authority::new();
    let mut provider = trust::provider();
    provider
        .cipher_suites
        .retain(|suite| suite.suite() == rustls::CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384);
    let config = server_tls_of(provider, &authority.issue_long(NAME), &[&TLS12], Gate::Open);
    let port = serve(config, std::sync::Arc::new(|_, _| Vec::new())).await;
    let seen = look_at(port, &settings("")).await;
    assert_eq!(seen.outcome, Outcome::Pass, "{seen:#?}");
    assert_eq!(verdict(&seen, "tls-1.3"), "refused");
    let suites = &seen.raw["versions"]["tls-1.2"]["suites"];
    assert_eq!(suites.as_array().unwrap(), &["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"]);
    assert!(
        seen.checks
            .iter()
            .all(|check| !check.warns && check.name != "tls13-suites")
    );
}

#[tokio::test]
async fn tls_13_alone_passes() {
    let authority = Authority::new();
    // Only P-384: the key share of the hello does not fit, and the server asks for another (HelloRetryRequest).
    let mut provider = trust::provider();
    provider.kx_groups = vec![rustls::crypto::aws_lc_rs::kx_group::SECP384R1];
    let config = server_tls_of(provider, &authority.issue_long(NAME), &[&TLS13], Gate::Open);
    let port = serve(config, std::sync::Arc::new(|_, _| Vec::new())).await;
    let seen = look_at(port, &settings("")).await;
    assert_eq!(seen.outcome, Outcome::Pass, "{seen:#?}");
    assert_eq!(
        (verdict(&seen, "tls-1.3"), verdict(&seen, "tls-1.2")),
        ("taken", "refused")
    );
}

#[tokio::test]
async fn silence_is_unknown_and_bounded() {
    let port = serve_silence().await;
    let mut settings = settings("");
    settings.step = Duration::from_millis(50);
    let seen = look_at(port, &settings).await;
    assert_eq!(seen.outcome, Outcome::Error, "{seen:#?}");
    assert!(
        seen.checks.iter().all(|check| check.outcome == Outcome::Error),
        "{seen:#?}"
    );
    settings.step = Duration::from_secs(30);
    settings.budget = Duration::from_millis(200);
    let seen = look_at(port, &settings).await;
    assert_eq!(
        (seen.outcome, seen.raw["fault"].as_str()),
        (Outcome::Error, Some("timed-out"))
    );
}

#[tokio::test]
async fn nobody_there_or_nobody_who_speaks_tls_is_unknown() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let seen = look_at(port, &settings("")).await;
    assert_eq!(
        (seen.outcome, seen.raw["fault"].as_str()),
        (Outcome::Error, Some("no-connection"))
    );

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let seen = look_at(port, &settings("")).await;
    assert_eq!(seen.outcome, Outcome::Error, "{seen:#?}");
}

#[tokio::test]
async fn the_most_connections_are_kept_and_leave_it_unknown() {
    let authority = Authority::new();
    let config = server_tls(&authority.issue_long(NAME), ALL_VERSIONS, Gate::Open);
    let port = serve(config, std::sync::Arc::new(|_, _| Vec::new())).await;
    let mut settings = settings("");
    settings.hellos = 5;
    let seen = look_at(port, &settings).await;
    assert_eq!(seen.raw["request"]["hellos"], 5);
    assert_eq!(outcome(&seen, "current-versions"), Outcome::Pass);
    assert_eq!(outcome(&seen, "old-versions"), Outcome::Error);
    assert_eq!(seen.outcome, Outcome::Error);
}

#[tokio::test]
async fn a_server_of_yesterday_fails_with_every_reason() {
    let ciphers = [
        "-cipher",
        "ALL:COMPLEMENTOFALL:@SECLEVEL=0",
        "-min_protocol",
        "TLSv1",
        "-no_tls1_3",
    ];
    let Some(server) = OldServer::start(&ciphers) else {
        return;
    };
    let seen = look_at(server.port, &settings("")).await;
    assert_eq!(seen.outcome, Outcome::Fail, "{seen:#?}");
    assert_eq!(verdict(&seen, "tls-1.0"), "taken", "{seen:#?}");
    assert_eq!(verdict(&seen, "tls-1.1"), "taken");
    assert_eq!(verdict(&seen, "tls-1.2"), "taken");
    assert_eq!(verdict(&seen, "tls-1.3"), "refused");
    assert_eq!(outcome(&seen, "current-versions"), Outcome::Pass);
    for name in ["old-versions", "weak-suites", "tls12-suites"] {
        assert_eq!(outcome(&seen, name), Outcome::Fail, "{name}");
    }
    let all = seen.raw["versions"]["tls-1.2"]["suites"].to_string();
    for part in [
        "_NULL_",
        "_anon_",
        "TLS_RSA_WITH_AES_128_CBC_SHA\"",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    ] {
        assert!(all.contains(part), "{part} in {all}");
    }
}

#[tokio::test]
async fn only_tls_11_is_no_current_version() {
    let Some(server) = OldServer::start(&["-cipher", "ALL:@SECLEVEL=0", "-tls1_1"]) else {
        return;
    };
    let seen = look_at(server.port, &settings("")).await;
    assert_eq!(outcome(&seen, "current-versions"), Outcome::Fail, "{seen:#?}");
    assert_eq!(outcome(&seen, "old-versions"), Outcome::Fail);
    assert_eq!(verdict(&seen, "tls-1.0"), "refused");
}

#[test]
fn an_end_without_a_word_is_a_refusal_only_of_a_server_that_answers() {
    let seen = |version, taken: &[&str]| Seen {
        version,
        taken: taken.iter().map(|name| (*name).to_owned()).collect(),
        end: End::Unclear("the connection ended".to_owned()),
    };
    let mut dead = [seen(Version::Tls12, &[]), seen(Version::Tls11, &[])];
    settle(&mut dead);
    assert!(dead.iter().all(|seen| seen.verdict() == "unknown"));
    let mut alive = [
        seen(Version::Tls12, &["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]),
        seen(Version::Tls11, &[]),
    ];
    settle(&mut alive);
    assert_eq!(alive.map(|seen| seen.verdict()), ["taken", "refused"]);
}

#[test]
fn a_suite_outside_the_profile_fails_though_it_is_not_weak() {
    let name = "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256".to_owned();
    let seen = Seen {
        version: Version::Tls12,
        taken: vec![name],
        end: End::Refused(String::new()),
    };
    assert_eq!(profile_suites(&seen).outcome, Outcome::Fail);
    assert_eq!(weak_suites(std::slice::from_ref(&seen)).outcome, Outcome::Pass);
}
