//! What the hub's own prober makes of an observation, and of what it cannot look at.

use super::*;

fn prober(settings: &ProberSettings) -> HubProber {
    let (clock, _) = Clock::manual(Timestamp::from_compact("20261121140000").unwrap());
    HubProber::try_new(settings, (clock, Chance::seeded(1))).unwrap()
}

#[tokio::test]
async fn an_address_that_may_not_be_looked_at_is_an_error_and_no_failure() {
    let prober = prober(&ProberSettings::default());
    for url in ["https://127.0.0.1/", "http://www.moafin.example/", "nothing"] {
        let seen = prober.look(SignalKind::TlsConfig, url).await;
        assert_eq!(seen.outcome, SignalOutcome::Error, "{url}");
        assert_eq!(seen.prober, naru_probe::PROBER_VERSION);
    }
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_an_error() {
    let prober = prober(&ProberSettings::default());
    let seen = prober.look(SignalKind::CertExpiry, "https://localhost/").await;
    assert_eq!(seen.outcome, SignalOutcome::Error, "{}", seen.summary);
}

#[tokio::test]
async fn without_certificates_a_callback_is_not_tested() {
    let prober = prober(&ProberSettings {
        private_endpoints: true,
        ..ProberSettings::default()
    });
    let seen = prober.look(SignalKind::MtlsHandshake, "https://127.0.0.1:1109/").await;
    assert_eq!(seen.outcome, SignalOutcome::NotTested);
    let seen = prober.look(SignalKind::Insurance, "https://127.0.0.1:1109/").await;
    assert_eq!(seen.outcome, SignalOutcome::NotTested, "that is no look from outside");
}

#[test]
fn what_is_no_pem_is_refused() {
    let (clock, _) = Clock::manual(Timestamp(0));
    let settings = ProberSettings {
        client_pem: Some(("nothing".to_owned(), "nothing".to_owned())),
        ..ProberSettings::default()
    };
    let refused = HubProber::try_new(&settings, (clock, Chance::seeded(1))).unwrap_err();
    assert!(matches!(refused, ProberError::Identity(_)), "{refused}");
    assert!(!format!("{settings:?}").contains("nothing"), "no key is shown");
}

#[test]
fn the_first_certificate_to_end_is_the_end() {
    let raw = json!({ "chain": [{ "not_after": 2_000 }, { "not_after": 1_000 }, {}] });
    assert_eq!(certificate_end(&raw), Some(Timestamp(0).plus_seconds(1_000)));
    assert_eq!(certificate_end(&json!({ "chain": [] })), None);
    assert_eq!(certificate_end(&json!({})), None);
}

#[test]
fn what_was_seen_is_bounded() {
    let seen = Seen::new(
        SignalOutcome::Fail,
        &"가".repeat(900),
        &json!("x".repeat(RAW_MAX)),
        "p/1",
    );
    assert_eq!(seen.summary.chars().count(), SUMMARY_MAX);
    assert!(seen.raw.contains("left_out_bytes") && seen.raw.len() < 100);
}
