//! Input that is cut, doubled, too long, of another kind, or plain nonsense: the right error, and nothing issued.

use axum::body::{Body, Bytes};
use axum::http::Request;
use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use crate::bed::{Bed, Call, Change, FapiClient, Form, Tokens, set};

const INVALID: (u16, &str) = (400, "invalid_request");
const AT: (&str, &str) = ("GET", "/fapi2/userinfo");

/// A good request to each endpoint.
async fn good(bed: &Bed, client: &FapiClient, tokens: &Tokens) -> Vec<(&'static str, Form)> {
    let redirect = client.agreed(bed, client.request()).await;
    vec![
        ("/fapi2/par", client.request()),
        ("/fapi2/token", FapiClient::exchange(&redirect)),
        ("/fapi2/token", FapiClient::renewal(tokens)),
        (
            "/fapi2/token",
            Form::of(&[("grant_type", "client_credentials"), ("scope", "oob")]),
        ),
        ("/fapi2/introspect", Form::of(&[("token", &tokens.access)])),
        ("/fapi2/revoke", Form::of(&[("token", "nat_unknown")])),
    ]
}

#[tokio::test]
async fn a_parameter_that_is_repeated_is_refused() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    for (endpoint, form) in good(&bed, &client, &tokens).await {
        let whole = client.proved(&bed, form);
        for (name, value) in &whole.0 {
            for other in [value.as_str(), "", "another"] {
                let doubled = whole.clone().and(name, other);
                let call = client.call(&bed, endpoint, Form::default()).body(doubled.encoded());
                bed.refuses(name, &call, INVALID).await;
            }
        }
        let unknown = whole.clone().and("unknown", "1").and("unknown", "2");
        let call = client.call(&bed, endpoint, Form::default()).body(unknown.encoded());
        bed.refuses("an unknown one", &call, INVALID).await;
        let many = (0..65).fold(whole, |form, i| form.and(&format!("n{i}"), "1"));
        let call = client.call(&bed, endpoint, Form::default()).body(many.encoded());
        bed.refuses("too many", &call, INVALID).await;
    }
}

#[tokio::test]
async fn a_request_that_breaks_off_is_refused() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    for (endpoint, form) in good(&bed, &client, &tokens).await {
        let before = bed.trail().await;
        let whole = client.call(&bed, endpoint, form);
        let half: Vec<u8> = whole.body.iter().copied().take(whole.body.len() / 2).collect();
        let chunks = [Ok(Bytes::from(half)), Err(std::io::Error::other("gone"))];
        let body = Body::from_stream(futures_util::stream::iter(chunks));
        let mut request = Request::post(endpoint);
        for (name, value) in &whole.headers {
            request = request.header(name, value);
        }
        let response = bed.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        assert_eq!(response.status(), 400, "{endpoint}");
        let text = response.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&text).contains("invalid_request"));
        for length in (0..whole.body.len()).step_by(29) {
            let call = client.call(&bed, endpoint, Form::default());
            let call = call.body(whole.body.iter().copied().take(length).collect::<Vec<u8>>());
            let answer = bed.send(&call).await;
            assert!(
                answer.status.is_client_error(),
                "{endpoint} cut to {length}: {}",
                answer.text()
            );
        }
        assert_eq!(bed.trail().await, before, "{endpoint}");
    }
}

#[tokio::test]
async fn no_odd_value_of_a_parameter_gets_by_or_breaks_the_hub() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    let long = "x".repeat(9_000);
    let odd = [
        "\0",
        "한글",
        "' OR 1=1 --",
        &long,
        "%",
        "{}",
        "[]",
        "-1",
        "null",
        "a b",
        "\r\nSet-Cookie: a=b",
        "\u{202e}",
    ];
    // Whatever is only given back may be anything; a token may be unknown.
    let free = ["state", "nonce", "token", "unknown", "ui_locales"];
    for (endpoint, form) in good(&bed, &client, &tokens).await {
        let form = client.proved(&bed, form.and("unknown", "x").and("ui_locales", "ko"));
        for (name, _) in &form.0 {
            for value in odd {
                let before = bed.trail().await;
                let assertion = client.assertion(&bed).sign(&client.key);
                let changed = form.clone().with("client_assertion", &assertion).with(name, value);
                let call = client.call(&bed, endpoint, Form::default()).body(changed.encoded());
                let answer = bed.send(&call).await;
                assert!(
                    !answer.status.is_server_error(),
                    "{endpoint} {name}={value:?}: {}",
                    answer.text()
                );
                if !free.contains(&name.as_str()) {
                    assert!(
                        answer.status.is_client_error(),
                        "{endpoint} {name}={value:?}: {}",
                        answer.text()
                    );
                    assert_eq!(bed.trail().await, before, "{endpoint} {name}={value:?}");
                }
            }
        }
    }
}

/// A call whose token or proof comes twice, oddly, or in the wrong place.
fn odd_calls(bed: &Bed, client: &FapiClient, tokens: &Tokens) -> Vec<(&'static str, Call)> {
    let good = || client.resource(bed, AT, &tokens.access);
    let word = |text: &str| good().no_header("authorization").header("Authorization", text);
    let dpop = format!("DPoP {}", tokens.access);
    vec![
        ("two of them", good().header("Authorization", &dpop)),
        ("one of another kind", good().header("AUTHORIZATION", "Bearer nat_x")),
        ("two in one", word(&format!("{dpop}, {dpop}"))),
        ("another scheme", word(&format!("Basic {}", tokens.access))),
        ("no scheme", word(&tokens.access)),
        ("no token", word("DPoP ")),
        ("a quoted token", word(&format!("DPoP \"{}\"", tokens.access))),
        ("more after the token", word(&format!("{dpop} more"))),
        ("glued", word(&format!("DPoP{}", tokens.access))),
        ("a tab", word(&format!("DPoP\t{}", tokens.access))),
        (
            "two proofs",
            good().header("dpop", &client.proof(bed, AT, Some(&tokens.access)).sign(&client.dpop)),
        ),
        (
            "under another name",
            word("").no_header("authorization").header("X-Authorization", &dpop),
        ),
        (
            "as a proxy's",
            word("").no_header("authorization").header("Proxy-Authorization", &dpop),
        ),
        (
            "a cookie",
            word("")
                .no_header("authorization")
                .header("Cookie", &format!("access_token={}", tokens.access)),
        ),
        (
            "an override",
            Call {
                method: "POST",
                ..good()
            }
            .header("X-HTTP-Method-Override", "GET"),
        ),
        (
            "another path by header",
            Call {
                path: "/fapi2/grants/x".to_owned(),
                ..good()
            }
            .header("X-Original-URL", AT.1),
        ),
        (
            "another host",
            good()
                .no_header("dpop")
                .header("X-Forwarded-Host", "other.example")
                .header(
                    "DPoP",
                    &client
                        .proof(bed, AT, Some(&tokens.access))
                        .claim(&set("htu", "https://other.example/fapi2/userinfo"))
                        .sign(&client.dpop),
                ),
        ),
    ]
}

#[tokio::test]
async fn headers_that_come_twice_or_oddly_prove_nothing() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    for (what, call) in odd_calls(&bed, &client, &tokens) {
        let answer = bed.send(&call).await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.text());
        assert_eq!(answer.all("www-authenticate").len(), 1, "{what}");
    }
    for spaced in [
        format!("  DPoP {}  ", tokens.access),
        format!("DPoP   {}", tokens.access),
    ] {
        let call = client.resource(&bed, AT, &tokens.access).no_header("authorization");
        bed.send(&call.header("Authorization", &spaced)).await.expect(200);
    }
}

#[tokio::test]
async fn request_objects_with_odd_claims_are_refused() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let bad: Vec<(&str, Change)> = vec![
        (
            "a redirect in a list",
            set("redirect_uri", json!([FapiClient::REDIRECT])),
        ),
        ("a number", set("redirect_uri", 1)),
        ("a scope in a list", set("scope", json!(["login"]))),
        ("a challenge that is an object", set("code_challenge", json!({}))),
        ("a method that is true", set("code_challenge_method", true)),
        ("a response type in a list", set("response_type", json!(["code"]))),
        ("claims that are a number", set("claims", 1)),
        ("max_age that is an object", set("max_age", json!({}))),
        ("max_age that is a fraction", set("max_age", 1.5)),
    ];
    for (what, change) in bad {
        let object = client.object(&bed, &client.request()).claim(&change).sign(&client.key);
        let before = bed.trail().await;
        let answer = client.push(&bed, Form::of(&[("request", &object)])).await;
        assert_eq!(answer.status, 400, "{what}: {}", answer.text());
        assert_eq!(bed.trail().await, before, "{what}");
    }
    let claims = json!({ "id_token": { "acr": { "essential": true, "value": "urn:naru:acr:identity" } } });
    let fine = client
        .object(&bed, &client.request())
        .claim(&set("claims", claims))
        .claim(&set("max_age", 60));
    let form = Form::of(&[("request", &fine.sign(&client.key))]);
    client.push(&bed, form).await.expect(201);
    for text in [
        "",
        "x",
        "e30.e30.e30",
        &"a".repeat(49_000),
        "{}",
        "https://app.example/request.jwt",
    ] {
        let answer = client
            .push(&bed, Form::of(&[("request", text), ("scope", "login")]))
            .await;
        assert_eq!(answer.status, 400, "{text:.20}: {}", answer.text());
    }
}
