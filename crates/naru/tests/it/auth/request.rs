//! GET /oauth/2.0/authorize: who is never redirected, who is redirected with an error, and what begins a journey.

use naru_core::ClientEvent;

use crate::harness::{Bed, Browser, Fintech, query_of};

const STATE: &str = "b80BLsfigm9OokPTjy03elbJqRHOfGSY";

/// The request of a fintech with one parameter changed; an empty value leaves it out.
fn request(fintech: &Fintech, changed: &str, value: &str) -> String {
    let mut pairs = vec![
        ("response_type", "code".to_owned()),
        ("client_id", fintech.id()),
        ("redirect_uri", Fintech::REDIRECT.to_owned()),
        ("scope", "login inquiry transfer".to_owned()),
        ("state", STATE.to_owned()),
        ("auth_type", "0".to_owned()),
    ];
    pairs.retain(|(name, _)| *name != changed);
    if !value.is_empty() {
        pairs.push((changed, value.to_owned()));
    }
    format!("/oauth/2.0/authorize?{}", serde_urlencoded::to_string(pairs).unwrap())
}

#[tokio::test]
async fn nobody_is_redirected_to_an_address_that_is_not_certain() {
    let bed = Bed::new(20).await;
    let fintech = bed.fintech().await;
    for (changed, value, title) in [
        (
            "client_id",
            "cli_00000000000000000000000000000000",
            "등록되지 않은 앱이에요",
        ),
        ("client_id", "nonsense", "등록되지 않은 앱이에요"),
        ("client_id", "", "등록되지 않은 앱이에요"),
        (
            "redirect_uri",
            "https://evil.example/callback",
            "돌아갈 주소가 등록된 것과 달라요",
        ),
        (
            "redirect_uri",
            "https://fintech.example/callback?x=1",
            "돌아갈 주소가 등록된 것과 달라요",
        ),
        (
            "redirect_uri",
            "https://fintech.example/callback/",
            "돌아갈 주소가 등록된 것과 달라요",
        ),
        (
            "redirect_uri",
            "https://FINTECH.example/callback",
            "돌아갈 주소가 등록된 것과 달라요",
        ),
        ("redirect_uri", "", "돌아갈 주소가 등록된 것과 달라요"),
    ] {
        let answer = bed.call("GET", &request(&fintech, changed, value)).send().await;
        assert_eq!(answer.status, 400, "{changed} {value}");
        assert_eq!(
            (answer.header("location"), answer.header("set-cookie")),
            ("", ""),
            "{changed} {value}"
        );
        assert!(answer.text().contains(title), "{changed} {value}: {}", answer.text());
    }
    bed.change_client(&fintech, ClientEvent::Suspend).await;
    let answer = bed.call("GET", &request(&fintech, "lang", "en")).send().await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (403, ""));
    assert!(answer.text().contains("This company cannot be connected at the moment"));
}

#[tokio::test]
async fn a_certain_fintech_gets_the_error_at_its_own_address() {
    let bed = Bed::new(21).await;
    let fintech = bed.fintech().await;
    let long = "s".repeat(201);
    let before = bed.trail_count().await;
    for (changed, value, error) in [
        ("scope", "login everything", "invalid_scope"),
        ("scope", "oob", "invalid_scope"),
        ("scope", "", "invalid_scope"),
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "", "unsupported_response_type"),
        ("state", long.as_str(), "invalid_request"),
        ("auth_type", "3", "invalid_request"),
    ] {
        let answer = bed.call("GET", &request(&fintech, changed, value)).send().await;
        let query = query_of(&answer);
        assert_eq!(query["error"], error, "{changed} {value}");
        assert_eq!(query.get("code"), None);
        let state = if changed == "state" { long.as_str() } else { STATE };
        assert_eq!(query["state"], state, "{changed} {value}");
        assert_eq!(answer.header("set-cookie"), "");
    }
    let query = query_of(&bed.call("GET", &request(&fintech, "state", "")).send().await);
    assert_eq!(
        (query["error"].as_str(), query["state"].as_str()),
        ("invalid_request", "")
    );
    assert_eq!(bed.trail_count().await, before, "no journey was begun");
}

#[tokio::test]
async fn client_info_comes_back_with_a_code_and_with_an_error() {
    let bed = Bed::new(22).await;
    let fintech = bed.fintech().await;
    let wrong = request(&fintech, "client_info", "order 7&code=evil").replace("login", "nonsense");
    let query = query_of(&bed.call("GET", &wrong).send().await);
    assert_eq!(
        (query["error"].as_str(), query["client_info"].as_str()),
        ("invalid_scope", "order 7&code=evil")
    );
    assert_eq!(query.get("code"), None);
    let mut browser = Browser::new(&bed);
    let page = browser.begin(&fintech, &[("client_info", "order 7")]).await;
    let page = browser.say_who(&page, 0).await;
    let page = browser.type_code(&page).await;
    let query = query_of(&browser.agree(&page, 1).await);
    assert_eq!(
        (query["client_info"].as_str(), query["state"].as_str()),
        ("order 7", STATE)
    );
    assert_eq!(query["scope"], "login inquiry transfer");
}
