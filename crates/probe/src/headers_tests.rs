use super::*;
use crate::stand::{self, Authority, http, serve_text, settings};

const GOOD: &[(&str, &str)] = &[
    (
        "strict-transport-security",
        "Strict-Transport-Security: max-age=15552000; includeSubDomains",
    ),
    (
        "content-security-policy",
        "Content-Security-Policy: default-src 'self'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "X-Content-Type-Options: nosniff"),
    ("referrer-policy", "Referrer-Policy: no-referrer"),
    ("cookies", "Set-Cookie: id=secret-value; Secure; HttpOnly; SameSite=Lax"),
    ("cache-control", "Cache-Control: no-store"),
];

fn fields(all: &[(&str, &str)]) -> String {
    all.iter().map(|(_, line)| format!("{line}\r\n")).collect()
}

async fn look_at(answer: String) -> Observation {
    let authority = Authority::new();
    let port = serve_text(&authority, answer).await;
    let settings = settings(&authority.pem());
    stand::with_look(
        &settings,
        |look| async move { headers(&look, &stand::target(port)).await },
    )
    .await
}

fn failed(observation: &Observation) -> Vec<&str> {
    observation
        .checks
        .iter()
        .filter(|check| check.outcome == Outcome::Fail)
        .map(|check| check.name)
        .collect()
}

#[tokio::test]
async fn an_origin_with_everything_passes_and_no_cookie_value_is_kept() {
    let seen = look_at(http("200 OK", &fields(GOOD), "hello")).await;
    assert_eq!(seen.outcome, Outcome::Pass, "{seen:#?}");
    assert_eq!(seen.checks.len(), 7);
    let kept = serde_json::to_string(&seen).unwrap();
    assert!(
        kept.contains("id=(removed); Secure") && !kept.contains("secret-value"),
        "{kept}"
    );
    assert_eq!(seen.raw["body"]["bytes"], 5);
    assert_eq!(seen.raw["body"]["sha256"], crate::observation::sha256_hex(b"hello"));
}

#[tokio::test]
async fn each_header_that_is_missing_fails_by_name() {
    for left_out in [
        "strict-transport-security",
        "x-content-type-options",
        "referrer-policy",
        "cache-control",
    ] {
        let rest: Vec<_> = GOOD.iter().copied().filter(|(name, _)| *name != left_out).collect();
        assert_eq!(failed(&look_at(http("200 OK", &fields(&rest), "")).await), [left_out]);
    }
    let rest: Vec<_> = GOOD
        .iter()
        .copied()
        .filter(|(name, _)| *name != "content-security-policy")
        .collect();
    let seen = look_at(http("200 OK", &fields(&rest), "")).await;
    assert_eq!(failed(&seen), ["content-security-policy", "frames"]);
    let with_older = format!("{}X-Frame-Options: SAMEORIGIN\r\n", fields(&rest));
    assert_eq!(
        failed(&look_at(http("200 OK", &with_older, "")).await),
        ["content-security-policy"]
    );
    let no_cookie: Vec<_> = GOOD
        .iter()
        .copied()
        .filter(|(name, _)| !name.starts_with('c') || name.ends_with('y'))
        .collect();
    assert_eq!(
        look_at(http("200 OK", &fields(&no_cookie), "")).await.outcome,
        Outcome::Pass
    );
}

#[tokio::test]
async fn what_stands_there_and_says_too_little_fails() {
    let cases = [
        (
            "strict-transport-security",
            "Strict-Transport-Security: max-age=15551999",
        ),
        (
            "strict-transport-security",
            "Strict-Transport-Security: includeSubDomains",
        ),
        (
            "strict-transport-security",
            "Strict-Transport-Security: max-age=99999999; max-age=99999999",
        ),
        (
            "content-security-policy",
            "Content-Security-Policy: script-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
        (
            "content-security-policy",
            "Content-Security-Policy: default-src *; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "X-Content-Type-Options: none"),
        ("referrer-policy", "Referrer-Policy: no-referrer, unsafe-url"),
        ("cookies", "Set-Cookie: id=x; HttpOnly; SameSite=Lax"),
        ("cookies", "Set-Cookie: id=x; Secure; SameSite=Lax"),
        ("cookies", "Set-Cookie: id=x; Secure; HttpOnly"),
        ("cookies", "Set-Cookie: id=x; Secure; HttpOnly; SameSite=Sometimes"),
        ("cache-control", "Cache-Control: public, max-age=60"),
    ];
    for (name, line) in cases {
        let changed: Vec<_> = GOOD
            .iter()
            .map(|(n, good)| (*n, if *n == name { line } else { *good }))
            .collect();
        assert_eq!(
            failed(&look_at(http("200 OK", &fields(&changed), "")).await),
            [name],
            "{line}"
        );
    }
    let open = "Content-Security-Policy: default-src 'self'; frame-ancestors *\r\nX-Frame-Options: DENY";
    let changed: Vec<_> = GOOD
        .iter()
        .map(|(n, good)| (*n, if n.starts_with("con") { open } else { *good }))
        .collect();
    assert_eq!(
        failed(&look_at(http("200 OK", &fields(&changed), "")).await),
        ["frames"]
    );
}

#[tokio::test]
async fn of_two_policies_the_stricter_holds() {
    let two = format!("Content-Security-Policy: script-src *\r\n{}", fields(GOOD));
    assert_eq!(look_at(http("200 OK", &two, "")).await.outcome, Outcome::Pass);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_not_judged_as_a_page() {
    let line = format!("{}Location: https://10.0.0.1/?token=secret\r\n", fields(&GOOD[..1]));
    let seen = look_at(http("302 Found", &line, "")).await;
    assert_eq!(seen.outcome, Outcome::NotTested, "{seen:#?}");
    assert_eq!(seen.raw["response"]["status"], 302);
    assert!(!serde_json::to_string(&seen).unwrap().contains("secret"));
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_an_error() {
    let seen = look_at(http("503 Service Unavailable", "", "")).await;
    assert_eq!(
        (seen.outcome, seen.raw["fault"].as_str()),
        (Outcome::Error, Some("no-http"))
    );
    let seen = look_at("220 mail.example ready\r\n".to_owned()).await;
    assert_eq!(
        (seen.outcome, seen.raw["fault"].as_str()),
        (Outcome::Error, Some("no-http"))
    );
    for bytes in [70_000, 1_000_000] {
        let wide = http("200 OK", &format!("X-Wide: {}\r\n", "x".repeat(bytes)), "");
        assert_eq!(look_at(wide).await.outcome, Outcome::Error, "{bytes}");
    }
    assert_eq!(
        look_at(http("200 OK", &"X-Many: x\r\n".repeat(1_000), ""))
            .await
            .outcome,
        Outcome::Error
    );

    let authority = Authority::new();
    let port = serve_text(&authority, http("200 OK", &fields(GOOD), "")).await;
    for (roots, fault) in [(String::new(), "no-roots"), (Authority::new().pem(), "not-trusted")] {
        let settings = settings(&roots);
        let seen = stand::with_look(
            &settings,
            |look| async move { headers(&look, &stand::target(port)).await },
        )
        .await;
        assert_eq!(
            (seen.outcome, seen.raw["fault"].as_str()),
            (Outcome::Error, Some(fault))
        );
    }
}

#[tokio::test]
async fn a_body_past_the_bound_is_cut_and_has_no_digest() {
    let endless = format!("HTTP/1.1 200 OK\r\n{}\r\n{}", fields(GOOD), "x".repeat(2_000_000));
    let seen = look_at(endless).await;
    assert_eq!(seen.outcome, Outcome::Pass);
    assert_eq!(
        (&seen.raw["body"]["bytes"], &seen.raw["body"]["cut"]),
        (&1_048_576.into(), &"too-long".into())
    );
    assert!(seen.raw["body"]["sha256"].is_null());
}

#[tokio::test]
async fn headers_are_judged_though_the_body_breaks_off() {
    let torn = format!("HTTP/1.1 200 OK\r\n{}Content-Length: 100\r\n\r\nshort", fields(GOOD));
    let seen = look_at(torn).await;
    assert_eq!(
        (seen.outcome, seen.raw["body"]["cut"].as_str()),
        (Outcome::Pass, Some("no-http")),
        "{seen:#?}"
    );
}
