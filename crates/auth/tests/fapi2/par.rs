//! Pushed authorization requests (RFC 9126): who may push, in which form, and for how long.

use naru_auth::authorization::AskedError;
use naru_auth::authorization::service::{JourneyError, begin_pushed};
use naru_core::{ClientEvent, Environment};

use crate::bed::{Bed, Call, FapiClient, Form};

const INVALID: (u16, &str) = (400, "invalid_request");

#[tokio::test]
async fn line_023_both_kinds_of_clients_push() {
    let bed = Bed::new().await;
    for client in [bed.client().await, bed.tls_client().await] {
        client.push(&bed, client.request()).await.expect(201);
    }
}

#[tokio::test]
async fn line_024_without_a_pushed_request_there_is_no_journey() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let before = bed.trail().await;
    let whole = client.request().and("client_id", &client.id());
    for query in [
        whole.encoded(),
        whole.clone().and("request_uri", "").encoded(),
        whole
            .clone()
            .and("request_uri", "https://app.example/request")
            .encoded(),
        whole
            .clone()
            .and("request", &client.object(&bed, &client.request()).sign(&client.key))
            .encoded(),
        whole
            .and("request_uri", "urn:ietf:params:oauth:request_uri:nrq_unknown")
            .encoded(),
        String::new(),
    ] {
        let begun = begin_pushed(&bed.hub, &query).await;
        assert_eq!(begun.err(), Some(AskedError::Client), "{query}");
    }
    assert_eq!(bed.trail().await, before);
}

#[tokio::test]
async fn line_037_the_browser_brings_an_id_and_a_name_and_nothing_else_counts() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let uri = client.pushed(&bed, client.request()).await;
    let query = Form::of(&[
        ("client_id", &client.id()),
        ("request_uri", &uri),
        ("redirect_uri", "https://evil.example/"),
        ("scope", "login inquiry transfer oob"),
        ("state", "another"),
        ("response_mode", "fragment"),
    ]);
    let (journey, _) = begin_pushed(&bed.hub, &query.encoded()).await.unwrap();
    let redirect = bed.agree(&bed.sign_in(&journey, 1).await).await.unwrap();
    assert!(redirect.uri.starts_with(FapiClient::REDIRECT), "{}", redirect.uri);
    assert_eq!(redirect.get("state"), client.request().get("state"));
    let tokens = client
        .token(&bed, FapiClient::exchange(&redirect))
        .await
        .expect(200)
        .json();
    assert_eq!(tokens["scope"], "login inquiry openid");
}

#[tokio::test]
async fn line_103_a_form_is_posted_and_nothing_else() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    for endpoint in ["/fapi2/par", "/fapi2/token", "/fapi2/introspect", "/fapi2/revoke"] {
        for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            let mut call = client.call(&bed, endpoint, client.request());
            call.method = method;
            let answer = bed.send(&call).await.expect(405);
            assert_eq!(answer.header("allow"), "POST");
        }
        for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
            let call = client.call(&bed, endpoint, client.request()).no_header("content-type");
            let call = if kind.is_empty() {
                call
            } else {
                call.header("Content-Type", kind)
            };
            bed.refuses(kind, &call, INVALID).await;
        }
    }
}

#[tokio::test]
async fn line_104_a_pushed_request_names_no_other() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let uri = client.pushed(&bed, client.request()).await;
    for named in [uri.as_str(), "https://app.example/request", "urn:x"] {
        let form = client.request().and("request_uri", named);
        bed.refuses(named, &client.call(&bed, "/fapi2/par", form), INVALID)
            .await;
    }
}

#[tokio::test]
async fn line_106_and_032_a_pushed_request_has_a_name_for_a_minute_and_a_half() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let answer = client.push(&bed, client.request()).await.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("content-type"), "application/json");
    let body = answer.json();
    let seconds = body["expires_in"].as_i64().unwrap();
    assert!((1..600).contains(&seconds), "{seconds}");
    assert_eq!(body.as_object().unwrap().len(), 2);
    let uri = body["request_uri"].as_str().unwrap();
    assert!(uri.starts_with("urn:ietf:params:oauth:request_uri:"), "{uri}");
}

#[tokio::test]
async fn line_107_and_108_a_name_is_for_its_own_client_and_for_once() {
    let bed = Bed::new().await;
    let (client, other) = (bed.client().await, bed.client().await);
    let uri = client.pushed(&bed, client.request()).await;
    assert_eq!(
        other.begin(&bed, &uri).await.err(),
        Some(AskedError::Client),
        "another client's"
    );
    let journey = client.begin(&bed, &uri).await.unwrap();
    bed.agree(&bed.sign_in(&journey, 1).await).await.unwrap();
    assert_eq!(
        client.begin(&bed, &uri).await.err(),
        Some(AskedError::Client),
        "used up"
    );
    let late = client.pushed(&bed, client.request()).await;
    bed.pass_seconds(89);
    assert!(client.begin(&bed, &late).await.is_ok());
    bed.pass_seconds(1);
    assert_eq!(
        client.begin(&bed, &late).await.err(),
        Some(AskedError::Client),
        "too late"
    );
}

#[tokio::test]
async fn line_035_loading_the_page_twice_works_and_completing_it_twice_does_not() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let uri = client.pushed(&bed, client.request()).await;
    let first = client.begin(&bed, &uri).await.unwrap();
    let second = client.begin(&bed, &uri).await.unwrap();
    assert_ne!(first.id, second.id);
    let (first, second) = (bed.sign_in(&first, 1).await, bed.sign_in(&second, 1).await);
    let redirect = bed.agree(&second).await.unwrap();
    let before = bed.trail().await;
    assert_eq!(bed.agree(&first).await.err(), Some(JourneyError::Gone));
    assert_eq!(bed.refuse(&first).await.err(), Some(JourneyError::Gone));
    assert!(bed.agree(&second).await.is_err(), "the same page sent twice");
    assert_eq!(bed.trail().await, before, "the second try leaves nothing behind");
    client.token(&bed, FapiClient::exchange(&redirect)).await.expect(200);
}

#[tokio::test]
async fn line_109_errors_are_json_and_say_too_large_and_too_many() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    for endpoint in ["/fapi2/par", "/fapi2/token", "/fapi2/introspect", "/fapi2/revoke"] {
        for size in [64 * 1024 + 1, 3 * 1024 * 1024] {
            let call = client.call(&bed, endpoint, Form::default()).body(vec![b'a'; size]);
            bed.refuses("too large", &call, (413, "invalid_request")).await;
        }
    }
    let fits = client.request().and("unknown", &"x".repeat(60_000));
    client.push(&bed, fits).await.expect(201);
    bed.crowd(&client, 2_998).await;
    client.push(&bed, client.request()).await.expect(201);
    let call = client.call(&bed, "/fapi2/par", client.request());
    let answer = bed.refuses("too many", &call, (429, "temporarily_unavailable")).await;
    assert!(!answer.header("retry-after").is_empty());
    let other = bed.client().await;
    other.push(&bed, other.request()).await.expect(201);
    bed.pass_seconds(90);
    client.push(&bed, client.request()).await.expect(201);
}

#[tokio::test]
async fn clients_that_are_not_served_get_nowhere() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let uri = client.pushed(&bed, client.request()).await;
    bed.move_client(&client, ClientEvent::Suspend).await;
    let call = client.call(&bed, "/fapi2/par", client.request());
    bed.refuses("suspended", &call, (401, "invalid_client")).await;
    assert_eq!(
        client.begin(&bed, &uri).await.err(),
        Some(AskedError::Stopped(naru_core::trust::Why::ClientSuspended))
    );
    let options = crate::bed::Options {
        test_bed: false,
        ..crate::bed::Options::default()
    };
    let strict = Bed::with(options).await;
    let client = strict.client().await;
    assert_eq!(client.client.environment, Environment::TestBed);
    let call = client.call(&strict, "/fapi2/par", client.request());
    strict
        .refuses("a client of the test bed", &call, (401, "invalid_client"))
        .await;
    let call = Call::post("/fapi2/par", &client.request().and("client_id", &nobody()));
    strict.refuses("nobody", &call, (401, "invalid_client")).await;
}

fn nobody() -> String {
    "cli_00000000000000000000000000000000".to_owned()
}
