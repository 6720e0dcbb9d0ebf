use rustls::version::{TLS12, TLS13};

use super::*;
use crate::observation::Outcome;
use crate::stand::{self, Authority, Gate, NAME, Speak, http, serve, serve_silence, server_tls, settings};

struct Parties {
    web: Authority,
    hub: Authority,
    other: Authority,
}

impl Parties {
    fn new() -> Self {
        Self {
            web: Authority::new(),
            hub: Authority::new(),
            other: Authority::new(),
        }
    }

    async fn look_at(&self, port: u16) -> Observation {
        let (right, wrong) = (
            self.hub.issue_long("hub.example").identity(),
            self.other.issue_long("hub.example").identity(),
        );
        let settings = settings(&self.web.pem());
        let look = |look| async move { mutual(&look, &stand::target(port), &right, &wrong).await };
        stand::with_look(&settings, look).await
    }

    async fn serve(&self, gate: Gate<'_>, speak: Speak) -> Vec<u16> {
        let issued = self.web.issue_long(NAME);
        let mut ports = Vec::new();
        for version in [&TLS12, &TLS13] {
            ports.push(serve(server_tls(&issued, &[version], gate), Arc::clone(&speak)).await);
        }
        ports
    }
}

fn says(status: &'static str) -> Speak {
    Arc::new(move |_, _| http(status, "", "").into_bytes())
}

fn outcomes(observation: &Observation) -> Vec<Outcome> {
    observation.checks.iter().map(|check| check.outcome).collect()
}

const PASS: Outcome = Outcome::Pass;
const FAIL: Outcome = Outcome::Fail;

#[tokio::test]
async fn a_callback_that_is_right_passes_in_both_versions() {
    let parties = Parties::new();
    for port in parties
        .serve(Gate::Of(&parties.hub), says("405 Method Not Allowed"))
        .await
    {
        let seen = parties.look_at(port).await;
        assert_eq!(outcomes(&seen), [PASS, PASS, PASS], "{seen:#?}");
        assert_eq!(seen.raw["none"]["asked_for_certificate"], true);
        assert_eq!(seen.raw["right"]["answer"], "HTTP 405");
    }
}

#[tokio::test]
async fn a_refusal_in_http_counts_and_is_recorded_as_one() {
    let parties = Parties::new();
    let speak: Speak = Arc::new(|_, has_certificate| {
        http(if has_certificate { "200 OK" } else { "403 Forbidden" }, "", "").into_bytes()
    });
    for port in parties.serve(Gate::OptionalOf(&parties.hub), speak).await {
        let seen = parties.look_at(port).await;
        assert_eq!(outcomes(&seen), [PASS, PASS, PASS], "{seen:#?}");
        assert_eq!(seen.raw["none"]["answer"], "HTTP 403");
        assert!(
            seen.raw["wrong"]["answer"].as_str().unwrap().starts_with("alert"),
            "{seen:#?}"
        );
    }
}

#[tokio::test]
async fn a_callback_that_asks_nobody_fails() {
    let parties = Parties::new();
    for status in ["200 OK", "404 Not Found"] {
        for port in parties.serve(Gate::Open, says(status)).await {
            let seen = parties.look_at(port).await;
            assert_eq!(outcomes(&seen), [PASS, FAIL, FAIL], "{seen:#?}");
            assert_eq!(seen.raw["right"]["asked_for_certificate"], false);
        }
    }
}

#[tokio::test]
async fn a_callback_that_takes_none_or_a_wrong_one_fails() {
    let parties = Parties::new();
    for port in parties.serve(Gate::OptionalOf(&parties.hub), says("200 OK")).await {
        assert_eq!(outcomes(&parties.look_at(port).await), [PASS, FAIL, PASS]);
    }
    // The authority it trusts has issued both: a certificate of any of its customers will do.
    let same = Parties {
        web: Authority::new(),
        hub: Authority::new(),
        other: Authority::new(),
    };
    let identities = (
        same.hub.issue_long("hub.example").identity(),
        same.hub.issue_long("shop.example").identity(),
    );
    let port = same.serve(Gate::Of(&same.hub), says("200 OK")).await[1];
    let settings = settings(&same.web.pem());
    let look = |look| async move { mutual(&look, &stand::target(port), &identities.0, &identities.1).await };
    assert_eq!(outcomes(&stand::with_look(&settings, look).await), [PASS, PASS, FAIL]);
}

#[tokio::test]
async fn a_callback_that_refuses_everybody_fails_for_the_right_one() {
    let parties = Parties::new();
    let nobody = Authority::new();
    for port in parties.serve(Gate::Of(&nobody), says("200 OK")).await {
        let seen = parties.look_at(port).await;
        assert_eq!(outcomes(&seen), [FAIL, PASS, PASS], "{seen:#?}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_trusted_or_silent_is_an_error() {
    let parties = Parties::new();
    let stranger = Parties::new();
    let port = stranger.serve(Gate::Of(&parties.hub), says("200 OK")).await[1];
    let seen = parties.look_at(port).await;
    assert_eq!(outcomes(&seen), [Outcome::Error; 3], "{seen:#?}");

    let mut settings = settings(&parties.web.pem());
    settings.step = std::time::Duration::from_millis(100);
    let identity = parties.hub.issue_long("hub.example").identity();
    let port = serve_silence().await;
    let look = |look| async move { mutual(&look, &stand::target(port), &identity, &identity).await };
    let seen = stand::with_look(&settings, look).await;
    assert_eq!(outcomes(&seen), [Outcome::Error; 3], "{seen:#?}");
}

#[tokio::test]
async fn an_answer_that_is_no_http_is_an_error() {
    let parties = Parties::new();
    let port = parties
        .serve(
            Gate::Of(&parties.hub),
            Arc::new(|_, _| b"220 mail.example ready\r\n".to_vec()),
        )
        .await[1];
    let seen = parties.look_at(port).await;
    assert_eq!(outcomes(&seen), [Outcome::Error, PASS, PASS], "{seen:#?}");
}

#[test]
fn what_is_no_identity_is_refused() {
    let issued = Authority::new().issue_long("hub.example");
    let other = Authority::new().issue_long("hub.example");
    assert!(Identity::from_pem("", &issued.key).is_err());
    assert!(Identity::from_pem(&issued.chain, "").is_err());
    assert!(Identity::from_pem(&issued.chain, &other.key).is_err());
    assert_eq!(format!("{:?}", issued.identity()), "Identity(..)");
}
