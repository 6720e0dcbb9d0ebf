//! The route table itself, read and called.

use naru_web::kftc::Codes;
use naru_web::{Effect, Route, Who};

use super::staff::is_of_staff;
use crate::harness::{Bed, Browser, Fintech, form_of, query_of};

/// Every route, and who may call it. A route that is not here is open by accident: think before adding it.
const ROUTES: [(&str, &str, Who, Effect); 55] = [
    ("DELETE", "/fapi2/grants/{id}", Who::Token, Effect::Writes),
    (
        "GET",
        "/.well-known/oauth-authorization-server",
        Who::Public,
        Effect::Reads,
    ),
    ("GET", "/.well-known/openid-configuration", Who::Public, Effect::Reads),
    ("GET", "/activity", Who::Person, Effect::Writes),
    ("GET", "/assets/{file}", Who::Public, Effect::Reads),
    ("GET", "/authorizations/{id}", Who::Person, Effect::Writes),
    ("GET", "/design", Who::Public, Effect::Reads),
    ("GET", "/fapi2/authorize", Who::Public, Effect::Writes),
    ("GET", "/fapi2/crl", Who::Public, Effect::Reads),
    ("GET", "/fapi2/grants/{id}", Who::Token, Effect::Reads),
    ("GET", "/fapi2/jwks", Who::Public, Effect::Reads),
    ("GET", "/fapi2/userinfo", Who::Token, Effect::Reads),
    ("GET", "/grants", Who::Person, Effect::Writes),
    ("GET", "/grants/{id}/record", Who::Person, Effect::Reads),
    ("GET", "/oauth/2.0/authorize", Who::Public, Effect::Writes),
    ("GET", "/security", Who::Person, Effect::Writes),
    ("GET", "/v2.0/account/balance/fin_num", Who::Token, Effect::Reads),
    ("GET", "/v2.0/account/list", Who::Token, Effect::Reads),
    (
        "GET",
        "/v2.0/account/transaction_list/fin_num",
        Who::Token,
        Effect::Reads,
    ),
    ("GET", "/v2.0/bank/status", Who::Token, Effect::Reads),
    ("GET", "/v2.0/manage/count", Who::Token, Effect::Reads),
    ("GET", "/v2.0/manage/wd_limit", Who::Token, Effect::Reads),
    ("GET", "/v2.0/user/me", Who::Token, Effect::Reads),
    ("POST", "/authorizations/{id}/code", Who::Person, Effect::Writes),
    ("POST", "/authorizations/{id}/decision", Who::Person, Effect::Writes),
    ("POST", "/authorizations/{id}/identity", Who::Person, Effect::Writes),
    (
        "POST",
        "/authorizations/{id}/passkey/begin",
        Who::Person,
        Effect::Writes,
    ),
    (
        "POST",
        "/authorizations/{id}/passkey/finish",
        Who::Person,
        Effect::Writes,
    ),
    (
        "POST",
        "/authorizations/{id}/somebody-else",
        Who::Person,
        Effect::Writes,
    ),
    ("POST", "/fapi2/introspect", Who::Client, Effect::Reads),
    ("POST", "/fapi2/par", Who::Client, Effect::Writes),
    ("POST", "/fapi2/revoke", Who::Client, Effect::Writes),
    ("POST", "/fapi2/token", Who::Client, Effect::Writes),
    ("POST", "/fapi2/userinfo", Who::Token, Effect::Reads),
    ("POST", "/grants/leave", Who::Person, Effect::Writes),
    ("POST", "/grants/{id}/revoke", Who::Person, Effect::Writes),
    ("POST", "/oauth/2.0/token", Who::Client, Effect::Writes),
    ("POST", "/passkeys/begin", Who::Person, Effect::Writes),
    ("POST", "/passkeys/finish", Who::Person, Effect::Writes),
    ("POST", "/passkeys/{id}/remove", Who::Person, Effect::Writes),
    ("POST", "/security/later", Who::Person, Effect::Writes),
    ("POST", "/sessions/end", Who::Person, Effect::Writes),
    ("POST", "/sessions/{id}/end", Who::Person, Effect::Writes),
    ("POST", "/v2.0/account/cancel", Who::Token, Effect::Writes),
    ("POST", "/v2.0/account/update_info", Who::Token, Effect::Writes),
    ("POST", "/v2.0/inquiry/real_name", Who::Token, Effect::Reads),
    ("POST", "/v2.0/inquiry/receive", Who::Token, Effect::Reads),
    ("POST", "/v2.0/return/claim", Who::Token, Effect::MovesMoney),
    ("POST", "/v2.0/return/result", Who::Token, Effect::Reads),
    (
        "POST",
        "/v2.0/transfer/deposit/acnt_num",
        Who::Token,
        Effect::MovesMoney,
    ),
    ("POST", "/v2.0/transfer/deposit/fin_num", Who::Token, Effect::MovesMoney),
    ("POST", "/v2.0/transfer/result", Who::Token, Effect::Reads),
    (
        "POST",
        "/v2.0/transfer/withdraw/fin_num",
        Who::Token,
        Effect::MovesMoney,
    ),
    ("POST", "/v2.0/user/close", Who::Token, Effect::Writes),
    ("POST", "/v2.0/user/unlink", Who::Token, Effect::Writes),
];

#[tokio::test]
async fn the_routes_are_exactly_these() {
    let bed = Bed::new(300).await;
    let routes = bed.parts.routes();
    let others = routes.iter().filter(|route| !is_of_staff(route.path));
    let mut found: Vec<_> = others.map(|r| (r.method, r.path, r.who, r.effect)).collect();
    found.sort_by_key(|(method, path, ..)| (*method, *path));
    assert_eq!(found, ROUTES);
    for route in &routes {
        assert_eq!(route.demand.is_some(), route.who == Who::Token, "{}", route.name());
        assert!(
            !route.summary.is_empty() && !route.summary.ends_with('.'),
            "{}",
            route.name()
        );
        assert!(
            route.method == "POST" || route.effect != Effect::MovesMoney,
            "{} moves money",
            route.name()
        );
    }
}

/// Whether a route is an API call of the KFTC profile, whose errors are HTTP 200.
fn is_kftc_call(route: &Route) -> bool {
    route.who == Who::Token && route.path.starts_with("/v2.0/")
}

#[tokio::test]
async fn every_resource_of_the_fapi2_profile_answers_401_to_whom_it_does_not_know() {
    let bed = Bed::new(304).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let before = bed.trail_count().await;
    let mut refused = 0;
    let routes = bed.parts.routes();
    for route in routes
        .iter()
        .filter(|route| route.who == Who::Token && !is_kftc_call(route))
    {
        let path = route.path.replace("{id}", &login.grant.id.to_string());
        // Nobody, somebody unknown, and a bearer of the other profile.
        for token in ["", "Bearer nat_unknown", &format!("Bearer {}", login.access)] {
            let mut call = bed.call(route.method, &path);
            if !token.is_empty() {
                call = call.header("authorization", token);
            }
            let answer = call.send().await;
            assert_eq!(answer.status.as_u16(), 401, "{} with `{token}`", route.name());
            let challenge = answer.headers.get("www-authenticate").unwrap().to_str().unwrap();
            assert!(
                challenge.starts_with("DPoP") || challenge.starts_with("Bearer"),
                "{}: {challenge}",
                route.name()
            );
            refused += 1;
        }
    }
    assert_eq!((refused, bed.trail_count().await), (12, before));
}

#[tokio::test]
async fn every_route_with_a_token_refuses_to_be_called_without_one() {
    let bed = Bed::new(301).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let deposit = bed.deposited(&fintech, &login).await;
    let samples = bed.samples(&fintech, &login, &deposit);
    let (before, totals) = (bed.trail_count().await, bed.bank("004").totals());
    let mut refused = 0;
    for route in bed.parts.routes().iter().filter(|route| is_kftc_call(route)) {
        let sample = samples.iter().find(|sample| sample.route() == route.name());
        let sample = sample.unwrap_or_else(|| panic!("{} has no sample", route.name()));
        let call = if route.method == "POST" {
            bed.call("POST", route.path).json(&sample.fields)
        } else {
            bed.call("GET", &format!("{}?{}", route.path, sample.text()))
        };
        call.send().await.refused("O0002");
        bed.call(route.method, route.path).send().await.refused("O0002");
        refused += 1;
    }
    assert_eq!(refused, 19);
    assert_eq!((bed.trail_count().await, bed.bank("004").totals()), (before, totals));
}

#[tokio::test]
async fn every_token_route_that_writes_leaves_a_trail_and_every_other_leaves_none() {
    let bed = Bed::new(302).await;
    let fintech = bed.fintech().await;
    let routes = bed.parts.routes();
    let mut called = 0;
    for route in routes.iter().filter(|route| is_kftc_call(route)) {
        let login = bed.login(&fintech, 0).await;
        let deposit = bed.deposited(&fintech, &login).await;
        let samples = bed.samples(&fintech, &login, &deposit);
        let place = samples
            .iter()
            .position(|sample| sample.route() == route.name())
            .unwrap();
        if route.path == "/v2.0/return/result" {
            samples[place - 1].send(&bed).await.ok();
        }
        let before = bed.trail_count().await;
        samples[place].send(&bed).await.ok();
        let after = bed.trail_count().await;
        assert_eq!(
            after > before,
            route.effect != Effect::Reads,
            "{}: {before} to {after}",
            route.name()
        );
        called += 1;
    }
    assert_eq!(called, 19);
    bed.money_is_right().await;
}

/// The rows that the trail grew by since the last look.
async fn grew(bed: &Bed, seen: &mut i64) -> i64 {
    let (before, now) = (*seen, bed.trail_count().await);
    *seen = now;
    now - before
}

#[tokio::test]
async fn every_page_that_writes_leaves_a_trail() {
    let bed = Bed::new(303).await;
    let fintech = bed.fintech().await;
    let mut seen = bed.trail_count().await;
    let mut browser = Browser::new(&bed);
    let page = browser.begin(&fintech, &[]).await;
    assert_eq!(grew(&bed, &mut seen).await, 1, "GET /oauth/2.0/authorize");
    let here = form_of(&page, "identity")
        .0
        .split("/identity")
        .next()
        .unwrap()
        .to_owned();
    browser.open(&here).await;
    assert_eq!(grew(&bed, &mut seen).await, 0, "GET /authorizations/{{id}} reads");
    let page = browser.say_who(&page, 0).await;
    assert_eq!(grew(&bed, &mut seen).await, 1, "POST /authorizations/{{id}}/identity");
    let page = browser.type_code(&page).await;
    assert_eq!(grew(&bed, &mut seen).await, 3, "POST …/code: joined, moved, signed in");
    let answer = browser.agree(&page, 2).await;
    assert_eq!(
        grew(&bed, &mut seen).await,
        4,
        "POST …/decision: grant, two registrations, moved"
    );
    let (id, secret) = (fintech.id(), fintech.secret.clone());
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", id.as_str()),
        ("client_secret", &secret),
        ("code", &query_of(&answer)["code"]),
        ("redirect_uri", Fintech::REDIRECT),
    ];
    bed.call("POST", "/oauth/2.0/token").form(&form).send().await;
    assert_eq!(grew(&bed, &mut seen).await, 1, "POST /oauth/2.0/token");
    let page = Browser::new(&bed).open("/grants").await;
    assert_eq!(
        (page.status.as_u16(), grew(&bed, &mut seen).await),
        (303, 1),
        "GET /grants signs in first"
    );
    let page = browser.open("/grants").await;
    assert_eq!((page.status.as_u16(), grew(&bed, &mut seen).await), (200, 0));
    let (action, csrf) = form_of(&page, "revoke");
    browser.submit(&action, &[("csrf", &csrf)]).await;
    assert_eq!(
        grew(&bed, &mut seen).await,
        2,
        "POST /grants/{{id}}/revoke: the grant, and with it the accounts"
    );
    browser.submit("/grants/leave", &[("csrf", &csrf)]).await;
    assert_eq!(grew(&bed, &mut seen).await, 1, "POST /grants/leave");
    let mut refusing = Browser::new(&bed);
    let page = refusing.reach_consent(&fintech, 0).await;
    grew(&bed, &mut seen).await;
    let (action, csrf) = form_of(&page, "decision");
    refusing
        .submit(&action, &[("csrf", &csrf), ("decision", "refuse")])
        .await;
    assert_eq!(grew(&bed, &mut seen).await, 1, "a refusal is traced as well");
}

#[test]
fn every_reason_and_code_of_the_wire_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/wire-codes.md");
    let page = std::fs::read_to_string(path).expect("docs/wire-codes.md is there");
    let mut reasons = 0;
    for (reason, code) in Codes::embedded().iter() {
        let bank = if code.bank_rsp_code.is_empty() {
            String::new()
        } else {
            format!(" + `{}`", code.bank_rsp_code)
        };
        let begin = format!(
            "| `{reason}` | `{}`{bank} | {} | {} |",
            code.rsp_code, code.message, code.source
        );
        let rows = page.lines().filter(|line| line.starts_with(&begin)).count();
        assert_eq!(rows, 1, "docs/wire-codes.md has no row that begins with {begin}");
        reasons += 1;
    }
    let documented = page.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(documented, reasons, "a documented reason does not exist");
}
