//! The person's journey: what the client hears of it, who signed in, and what is left behind.

use naru_auth::authorization::service::{JourneyError, begin_pushed};
use naru_auth::authorization::{AskedError, jobs};
use serde_json::json;

use crate::bed::{Bed, FapiClient, ISSUER, claims_of, header_of};

#[tokio::test]
async fn line_028_and_112_every_answer_says_who_answers() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let issuer = naru_auth::metadata::http::document(&bed.hub)["issuer"].clone();
    let begin = async || {
        let uri = client.pushed(&bed, client.request()).await;
        bed.sign_in(&client.begin(&bed, &uri).await.unwrap(), 1).await
    };
    let agreed = bed.agree(&begin().await).await.unwrap();
    let refused = bed.refuse(&begin().await).await.unwrap();
    for redirect in [&agreed, &refused] {
        assert_eq!(json!(redirect.get("iss").unwrap()), issuer);
        assert_eq!(redirect.get("state"), client.request().get("state"));
    }
    assert_eq!(refused.get("error"), Some("access_denied"));
    assert!(agreed.get("scope").is_none() && agreed.get("grant_id").is_none() && refused.get("code").is_none());
}

#[tokio::test]
async fn line_133_an_id_token_says_who_signed_in_when_and_how() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    let text = tokens.body["id_token"].as_str().unwrap();
    bed.verify(text);
    assert_eq!(header_of(text)["alg"], "ES256");
    let claims = claims_of(text);
    let me = client.userinfo(&bed, &tokens.access).await.json();
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!(client.id())));
    assert_eq!(claims["sub"], me["sub"]);
    assert_eq!(claims["nonce"], "the-nonce");
    assert_eq!(claims["acr"], "urn:naru:acr:identity");
    let at = |name: &str| claims[name].as_i64().unwrap();
    assert_eq!((at("iat"), at("auth_time")), (bed.now(), bed.now()));
    assert!(at("exp") > bed.now());
    let plain = client
        .authorized_with(&bed, client.request().with("scope", "login"))
        .await;
    assert!(
        plain.body.get("id_token").is_none(),
        "line 38: identity is told by OpenID Connect alone"
    );
    client.userinfo(&bed, &plain.access).await.expect(403);
}

#[tokio::test]
async fn line_134_a_class_that_cannot_be_done_without_is_met_or_the_request_fails() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let claims = |acr: &str| json!({ "id_token": { "acr": { "essential": true, "values": [acr] } } }).to_string();
    let ask = async |claims: &str| {
        let uri = client.pushed(&bed, client.request().and("claims", claims)).await;
        let journey = client.begin(&bed, &uri).await.unwrap();
        bed.agree(&bed.sign_in(&journey, 1).await).await
    };
    let met = ask(&claims("urn:naru:acr:identity")).await.unwrap();
    assert!(met.get("code").is_some());
    for missed in ["urn:naru:acr:passkey", "urn:somebody:else"] {
        let redirect = ask(&claims(missed)).await.unwrap();
        assert_eq!(redirect.get("error"), Some("unmet_authentication_requirements"));
        assert!(redirect.get("code").is_none() && redirect.get("iss").is_some());
    }
    let wish = json!({ "id_token": { "acr": { "values": ["urn:somebody:else"] } } }).to_string();
    assert!(
        ask(&wish).await.unwrap().get("code").is_some(),
        "a wish is no condition"
    );
}

#[tokio::test]
async fn line_151_a_grant_that_nobody_claims_ends() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let form = || client.request().and("grant_management_action", "create");
    let unclaimed = client.agreed(&bed, form()).await;
    let claimed = client.authorized_with(&bed, form()).await;
    let kept = claimed.body["grant_id"].as_str().unwrap();
    jobs::round(&bed.hub).await.unwrap();
    let lost = bed.grant_of_code(unclaimed.code()).await;
    assert!(bed.grant_lives(&lost).await, "its code may still come");
    bed.pass_seconds(661);
    jobs::round(&bed.hub).await.unwrap();
    assert!(!bed.grant_lives(&lost).await);
    assert!(bed.grant_lives(kept).await);
    let merge = client
        .request()
        .and("grant_management_action", "merge")
        .and("grant_id", kept);
    client.agreed(&bed, merge).await;
    bed.pass_seconds(661);
    jobs::round(&bed.hub).await.unwrap();
    assert!(
        bed.grant_lives(kept).await,
        "what was claimed before is not lost by an answer that was"
    );
}

#[tokio::test]
async fn what_has_run_out_is_removed() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let uri = client.pushed(&bed, client.request()).await;
    let journey = client.begin(&bed, &uri).await.unwrap();
    let journey = bed.sign_in(&journey, 1).await;
    let tokens = client.authorized(&bed).await;
    bed.pass_seconds(86_400 + 200);
    jobs::round(&bed.hub).await.unwrap();
    assert_eq!(bed.agree(&journey).await.err(), Some(JourneyError::Gone));
    assert!(bed.has_token(&tokens.access).await, "it is told that it has run out");
    bed.pass_seconds(30 * 86_400);
    jobs::round(&bed.hub).await.unwrap();
    assert!(!bed.has_token(&tokens.access).await && bed.has_token(&tokens.refresh).await);
    client.token(&bed, FapiClient::renewal(&tokens)).await.expect(200);
}

#[tokio::test]
async fn line_014_people_are_sent_only_where_the_client_registered() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let uri = client.pushed(&bed, client.request()).await;
    let evil = "&redirect_uri=https%3A%2F%2Fevil.example%2F&next=https%3A%2F%2Fevil.example%2F";
    for query in [
        format!("client_id={}&request_uri=urn%3Ax{evil}", client.id()),
        format!("request_uri={uri}{evil}"),
        format!("client_id={}{evil}", client.id()),
        format!("client_id={}&client_id={}&request_uri={uri}", client.id(), client.id()),
    ] {
        let begun = begin_pushed(&bed.hub, &query).await;
        // A page, never a redirect.
        assert_eq!(begun.err(), Some(AskedError::Client), "{query}");
    }
    let journey = client.begin(&bed, &uri).await.unwrap();
    let refused = bed.refuse(&bed.sign_in(&journey, 1).await).await.unwrap();
    assert!(refused.uri.starts_with(&format!("{}&error=", FapiClient::REDIRECT)));
    let state = client.request().with(
        "state",
        "&redirect_uri=https://evil.example/#\r\nLocation: https://evil.example/",
    );
    let agreed = client.agreed(&bed, state).await;
    assert!(agreed.uri.starts_with(&format!("{}&code=", FapiClient::REDIRECT)));
    assert!(!agreed.uri.contains(['#', '\r', '\n', ' ']) && !agreed.uri.contains("evil.example/"));
}

#[tokio::test]
async fn line_021_052_and_131_access_tokens_are_narrow_short_and_opaque() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client
        .authorized_with(&bed, client.request().with("scope", "login"))
        .await;
    assert_eq!(tokens.body["scope"], "login");
    assert!(
        tokens.body["expires_in"]
            .as_i64()
            .is_some_and(|seconds| (1..=600).contains(&seconds))
    );
    assert!(
        !tokens.access.contains('.') && !tokens.refresh.contains('.'),
        "no signed text"
    );
    let alone = client.two_legged(&bed, "grant_management_query").await;
    assert_eq!(alone.body["scope"], "grant_management_query");
    assert!(alone.refresh.is_empty(), "the client can always ask again");
}

#[tokio::test]
async fn line_038_who_the_person_is_is_told_by_openid_connect_alone() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let plain = client
        .authorized_with(&bed, client.request().with("scope", "login"))
        .await;
    let mut names: Vec<&String> = plain.body.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(
        names,
        ["access_token", "expires_in", "refresh_token", "scope", "token_type"]
    );
    client.userinfo(&bed, &plain.access).await.expect(403);
    let tokens = client.authorized(&bed).await;
    let me = client.userinfo(&bed, &tokens.access).await.expect(200).json();
    let told = claims_of(tokens.body["id_token"].as_str().unwrap());
    assert_eq!(told["sub"], me["sub"]);
    assert_eq!(me.as_object().unwrap().len(), 1, "nothing that was not granted");
}

#[tokio::test]
async fn line_141_answers_by_post_message_are_not_offered() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let form = client.request().and("response_mode", "web_message");
    let call = client.call(&bed, "/fapi2/par", form);
    bed.refuses("web_message", &call, (400, "invalid_request")).await;
    let metadata = naru_auth::metadata::http::document(&bed.hub);
    assert_eq!(
        metadata["response_modes_supported"],
        json!(["query", "jwt", "query.jwt"])
    );
}
