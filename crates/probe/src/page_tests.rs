use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustls::ALL_VERSIONS;

use super::*;
use crate::stand::{self, Authority, Gate, NAME, http, serve, serve_text, server_tls, settings};
use crate::{Names, Settings};

const HTML: &str = "Content-Type: text/html; charset=utf-8\r\n";

fn policy(date: &str) -> String {
    format!(
        "<html><script>var a = 'x';</script><h1>개인정보 처리방침</h1><p>{}</p>시행일 {date}",
        "가나다라 ".repeat(40)
    )
}

async fn visit(port: u16, settings: &Settings, kind: PageKind) -> Observation {
    stand::with_look(
        settings,
        |look| async move { page(&look, &stand::target(port), kind).await },
    )
    .await
}

async fn look_at(answer: impl Into<Vec<u8>>) -> Observation {
    let authority = Authority::new();
    let port = serve_text(&authority, answer).await;
    visit(port, &settings(&authority.pem()), PageKind::Privacy).await
}

fn outcome(observation: &Observation, name: &str) -> Outcome {
    let check = observation.checks.iter().find(|check| check.name == name);
    check
        .unwrap_or_else(|| panic!("no check {name}: {observation:#?}"))
        .outcome
}

#[tokio::test]
async fn a_korean_policy_with_a_date_passes() {
    let seen = look_at(http("200 OK", HTML, &policy("2026년 11월 1일 (구 2024.01.02)"))).await;
    assert_eq!(seen.outcome, Outcome::Pass, "{seen:#?}");
    assert_eq!(seen.raw["text"]["newest_date"], "2026-11-01");
    assert_eq!(seen.raw["text"]["hangul_percent"], 100);
    assert_eq!(seen.raw["hops"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_change_of_words_and_a_change_of_decoration_are_told_apart() {
    let digests = |seen: &Observation| {
        (
            seen.raw["body"]["sha256"].to_string(),
            seen.raw["text"]["sha256"].to_string(),
        )
    };
    let first = digests(&look_at(http("200 OK", HTML, &policy("2026-11-01"))).await);
    let decorated = policy("2026-11-01")
        .replace("'x'", "'y'")
        .replace("<p>", "<p class=\"wide\">\n");
    let decorated = digests(&look_at(http("200 OK", HTML, &decorated)).await);
    let reworded = digests(&look_at(http("200 OK", HTML, &policy("2026-11-02"))).await);
    assert!(first.0 != decorated.0 && first.1 == decorated.1);
    assert!(first.0 != reworded.0 && first.1 != reworded.1);
}

#[tokio::test]
async fn what_a_page_lacks_fails_by_name() {
    let seen = look_at(http("200 OK", HTML, &policy("soon"))).await;
    assert_eq!(
        (outcome(&seen, "korean"), outcome(&seen, "dated")),
        (Outcome::Pass, Outcome::Fail)
    );
    let english = format!("<p>{} 2026-11-01", "privacy policy ".repeat(40));
    let seen = look_at(http("200 OK", HTML, &english)).await;
    assert_eq!(
        (outcome(&seen, "korean"), outcome(&seen, "dated")),
        (Outcome::Fail, Outcome::Pass)
    );
    for (status, kind, body) in [
        ("404 Not Found", HTML, "gone"),
        ("500 Internal Server Error", HTML, "broken"),
        ("200 OK", "Content-Type: image/png\r\n", "x"),
        ("200 OK", "Content-Type: application/pdf\r\n", "no pdf"),
        ("200 OK", "", "x"),
        ("200 OK", HTML, ""),
    ] {
        let seen = look_at(http(status, kind, body)).await;
        assert_eq!(
            (seen.outcome, outcome(&seen, "reachable")),
            (Outcome::Fail, Outcome::Fail),
            "{status} {kind}"
        );
        assert_eq!(seen.checks.len(), 1);
    }
}

#[tokio::test]
async fn words_that_cannot_be_read_are_not_tested() {
    let pdf = look_at(http("200 OK", "Content-Type: application/pdf\r\n", "%PDF-1.7 ...")).await;
    let scripted = look_at(http(
        "200 OK",
        HTML,
        "<div id=app></div><script>draw()</script>불러오는 중",
    ))
    .await;
    let packed = look_at(http("200 OK", &format!("{HTML}Content-Encoding: gzip\r\n"), "xxxx")).await;
    for seen in [pdf, scripted, packed] {
        assert_eq!(outcome(&seen, "reachable"), Outcome::Pass, "{seen:#?}");
        assert_eq!(
            (outcome(&seen, "korean"), outcome(&seen, "dated")),
            (Outcome::NotTested, Outcome::NotTested)
        );
        assert_eq!(seen.outcome, Outcome::NotTested);
    }
}

#[tokio::test]
async fn a_page_for_complaints_is_only_reached() {
    let authority = Authority::new();
    let port = serve_text(&authority, http("200 OK", HTML, "민원")).await;
    let seen = visit(port, &settings(&authority.pem()), PageKind::Complaint).await;
    assert_eq!(
        (seen.probe, seen.outcome, seen.checks.len()),
        (Probe::SupportUrl, Outcome::Pass, 1)
    );
    assert_eq!(seen.raw["text"]["letters"], 2);
}

#[tokio::test]
async fn a_body_without_end_or_without_haste_is_an_error() {
    let endless = format!("HTTP/1.1 200 OK\r\n{HTML}\r\n{}", "가".repeat(1_000_000));
    let seen = look_at(endless).await;
    assert_eq!(
        (seen.outcome, seen.raw["fault"].as_str()),
        (Outcome::Error, Some("too-long"))
    );
    let torn = look_at(format!("HTTP/1.1 200 OK\r\n{HTML}Content-Length: 100\r\n\r\nshort")).await;
    assert_eq!(
        (torn.outcome, torn.raw["fault"].as_str()),
        (Outcome::Error, Some("no-http"))
    );
    let mut settings = settings(&Authority::new().pem());
    settings.budget = Duration::from_millis(100);
    let seen = visit(stand::serve_silence().await, &settings, PageKind::Privacy).await;
    assert_eq!(
        (seen.outcome, seen.raw["fault"].as_str()),
        (Outcome::Error, Some("timed-out"))
    );
}

/// A server that leads from `/` on: every path is answered with a redirect, except `/end`.
async fn leads(location: &'static str) -> (u16, Settings) {
    let authority = Authority::new();
    let config = server_tls(&authority.issue_long(NAME), ALL_VERSIONS, Gate::Open);
    let speak = move |request: &str, _| {
        let answer = if request.starts_with("GET /end") {
            http("200 OK", HTML, &policy("2026-11-01"))
        } else {
            http("302 Found", &format!("Location: {location}\r\n"), "")
        };
        answer.into_bytes()
    };
    (serve(config, Arc::new(speak)).await, settings(&authority.pem()))
}

#[tokio::test]
async fn redirects_are_followed_three_times_and_no_more() {
    let (port, settings) = leads("end?from=here#top").await;
    let seen = visit(port, &settings, PageKind::Privacy).await;
    assert_eq!(seen.outcome, Outcome::Pass, "{seen:#?}");
    assert_eq!(seen.raw["hops"].as_array().unwrap().len(), 2);

    let (port, settings) = leads("/again").await;
    let seen = visit(port, &settings, PageKind::Privacy).await;
    assert_eq!(
        (seen.outcome, outcome(&seen, "reachable")),
        (Outcome::Fail, Outcome::Fail)
    );
    assert!(seen.checks[0].seen.contains("more than 3 redirects"), "{seen:#?}");
    assert_eq!(seen.raw["hops"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_redirect_away_from_https_fails() {
    let (port, settings) = leads("http://bank.example/end").await;
    let seen = visit(port, &settings, PageKind::Privacy).await;
    assert_eq!(outcome(&seen, "reachable"), Outcome::Fail, "{seen:#?}");
}

#[tokio::test]
async fn a_redirect_to_what_may_not_be_looked_at_is_refused() {
    let names = |private: &'static str| {
        Names::Given(Arc::new(move |name: &str| match name {
            NAME => vec!["127.0.0.1".parse::<IpAddr>().unwrap()],
            _ => vec![private.parse().unwrap()],
        }))
    };
    for private in [
        "10.0.0.1",
        "169.254.169.254",
        "::ffff:192.168.0.1",
        "fd00::1",
        "127.0.0.2",
    ] {
        let (port, mut settings) = leads("https://inside.example/end").await;
        settings.reach.names = names(private);
        let seen = visit(port, &settings, PageKind::Privacy).await;
        assert_eq!(
            (seen.outcome, seen.raw["fault"].as_str()),
            (Outcome::Error, Some("refused-address")),
            "{private}"
        );
    }
    for location in [
        "https://169.254.169.254/end",
        "https://user@bank.example/end",
        "https://0x7f.1/",
    ] {
        let (port, settings) = leads(location).await;
        let seen = visit(port, &settings, PageKind::Privacy).await;
        assert_eq!(
            (seen.outcome, seen.raw["fault"].as_str()),
            (Outcome::Error, Some("refused-redirect")),
            "{location}"
        );
    }
}

#[tokio::test]
async fn a_name_is_asked_once_and_the_checked_address_is_used() {
    let authority = Authority::new();
    let port = serve_text(&authority, http("200 OK", HTML, &policy("2026-11-01"))).await;
    let mut settings = settings(&authority.pem());
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    // The first answer is the server; every later one would lead to an address where nobody is.
    settings.reach.names = Names::Given(Arc::new(move |_| {
        let first = counter.fetch_add(1, Ordering::Relaxed) == 0;
        vec![if first { "127.0.0.1" } else { "127.0.0.9" }.parse().unwrap()]
    }));
    let seen = visit(port, &settings, PageKind::Privacy).await;
    assert_eq!(
        (seen.outcome, asked.load(Ordering::Relaxed)),
        (Outcome::Pass, 1),
        "{seen:#?}"
    );
    assert_eq!(seen.raw["request"]["address"], "127.0.0.1");
}
