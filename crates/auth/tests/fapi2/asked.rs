//! What a pushed request may ask, and what of it comes back to the client as it came.

use naru_crypto::jose::{Signer as _, base64url};

use crate::bed::{Bed, FapiClient, Form, Terms, another};

const INVALID: (u16, &str) = (400, "invalid_request");

async fn refused(bed: &Bed, client: &FapiClient, table: Vec<(&str, Form, (u16, &str))>) {
    for (what, form, expected) in table {
        bed.refuses(what, &client.call(bed, "/fapi2/par", form), expected).await;
    }
}

#[tokio::test]
async fn line_022_only_codes_are_given() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    for kind in ["token", "code id_token", "id_token", "code token", "none", "CODE", ""] {
        let form = client.request().with("response_type", kind);
        let call = client.call(&bed, "/fapi2/par", form);
        bed.refuses(kind, &call, (400, "unsupported_response_type")).await;
    }
}

#[tokio::test]
async fn line_026_every_request_is_bound_to_a_verifier() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let form = client.request();
    refused(
        &bed,
        &client,
        vec![
            ("no challenge", form.clone().without("code_challenge"), INVALID),
            ("no method", form.clone().without("code_challenge_method"), INVALID),
            ("plain", form.clone().with("code_challenge_method", "plain"), INVALID),
            ("s256", form.clone().with("code_challenge_method", "s256"), INVALID),
            (
                "too short",
                form.clone().with("code_challenge", &base64url(&[1; 31])),
                INVALID,
            ),
            (
                "padded",
                form.clone()
                    .with("code_challenge", &format!("{}=", base64url(&[1; 32]))),
                INVALID,
            ),
            (
                "no base64url",
                form.clone().with("code_challenge", &"+".repeat(43)),
                INVALID,
            ),
        ],
    )
    .await;
    let redirect = client.agreed(&bed, form).await;
    let right = FapiClient::exchange(&redirect);
    for (what, form) in [
        ("no verifier", right.clone().without("code_verifier")),
        ("another", right.clone().with("code_verifier", &"x".repeat(43))),
        (
            "the challenge itself",
            right
                .clone()
                .with("code_verifier", client.request().get("code_challenge").unwrap()),
        ),
        ("too short", right.clone().with("code_verifier", "short")),
        ("too long", right.clone().with("code_verifier", &"x".repeat(129))),
    ] {
        bed.refuses(what, &client.call(&bed, "/fapi2/token", form), (400, "invalid_grant"))
            .await;
    }
    client.token(&bed, right).await.expect(200);
}

#[tokio::test]
async fn line_027_and_110_the_address_is_said_and_registered() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let form = client.request();
    refused(
        &bed,
        &client,
        vec![
            ("left out", form.clone().without("redirect_uri"), INVALID),
            ("empty", form.clone().with("redirect_uri", ""), INVALID),
            (
                "not registered",
                form.clone().with("redirect_uri", "https://app.example/other"),
                INVALID,
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn line_034_a_nonce_comes_back_whole_or_not_at_all() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    for length in [1, 64, 1_024] {
        let nonce = "n".repeat(length);
        let tokens = client
            .authorized_with(&bed, client.request().with("nonce", &nonce))
            .await;
        let id_token = crate::bed::claims_of(tokens.body["id_token"].as_str().unwrap());
        assert_eq!(id_token["nonce"], nonce);
    }
    let long = client.request().with("nonce", &"n".repeat(1_025));
    bed.refuses("longer", &client.call(&bed, "/fapi2/par", long), INVALID)
        .await;
}

#[tokio::test]
async fn line_036_a_state_comes_back_whole_or_not_at_all() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    for state in [
        "s".repeat(1_000),
        "s".repeat(4_096),
        "&=?#%+ \"'<>\u{1f}한글".to_owned(),
    ] {
        let redirect = client.agreed(&bed, client.request().with("state", &state)).await;
        assert_eq!(redirect.get("state"), Some(state.as_str()));
    }
    let long = client.request().with("state", &"s".repeat(4_097));
    bed.refuses("longer", &client.call(&bed, "/fapi2/par", long), INVALID)
        .await;
    let mut raw = client.call(&bed, "/fapi2/par", client.request().without("state"));
    raw.body.extend_from_slice(b"&state=%ff%fe");
    bed.refuses("bytes that are no text", &raw, INVALID).await;
    let without = client.agreed(&bed, client.request().without("state")).await;
    assert_eq!(without.get("state"), None);
}

#[tokio::test]
async fn line_086_a_code_is_bound_to_a_key_by_name_or_by_proof() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let jkt = base64url(&client.dpop.public_jwk().thumbprint());
    let other = base64url(&another().public_jwk().thumbprint());
    let proof = || client.proof(&bed, ("POST", "/fapi2/par"), None).sign(&client.dpop);
    let named = |jkt: &str| client.call(&bed, "/fapi2/par", client.request().and("dpop_jkt", jkt));
    bed.send(&named(&jkt)).await.expect(201);
    bed.send(&named(&jkt).header("DPoP", &proof())).await.expect(201);
    let differ = named(&other).header("DPoP", &proof());
    bed.refuses("both, and different", &differ, (400, "invalid_dpop_proof"))
        .await;
    for bad in ["x", "!", jkt.get(1..).unwrap()] {
        bed.refuses(bad, &named(bad), INVALID).await;
    }
    let foreign = client.proof(&bed, ("POST", "/fapi2/token"), None).sign(&client.dpop);
    let call = client
        .call(&bed, "/fapi2/par", client.request())
        .header("DPoP", &foreign);
    bed.refuses("a proof for elsewhere", &call, (400, "invalid_dpop_proof"))
        .await;
    let bound = bed.tls_client().await;
    let call = bound.call(&bed, "/fapi2/par", bound.request().and("dpop_jkt", &jkt));
    bed.refuses("a client of certificates", &call, (400, "invalid_dpop_proof"))
        .await;
}

#[tokio::test]
async fn line_105_what_cannot_be_asked_of_people_is_refused_at_once() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let form = client.request();
    let scope = (400, "invalid_scope");
    refused(
        &bed,
        &client,
        vec![
            ("no scope", form.clone().without("scope"), scope),
            (
                "an unknown scope",
                form.clone().with("scope", "login everything"),
                scope,
            ),
            ("a scope without a person", form.clone().with("scope", "oob"), scope),
            ("own authentication", form.clone().with("scope", "sa"), scope),
            (
                "a response mode",
                form.clone().and("response_mode", "fragment"),
                INVALID,
            ),
            ("form_post", form.clone().and("response_mode", "form_post"), INVALID),
            (
                "a signed answer, not registered",
                form.clone().and("response_mode", "jwt"),
                INVALID,
            ),
            ("max_age below zero", form.clone().and("max_age", "-1"), INVALID),
            (
                "max_age that is no number",
                form.clone().and("max_age", "soon"),
                INVALID,
            ),
            ("prompt none", form.clone().and("prompt", "none"), INVALID),
            ("claims that are none", form.clone().and("claims", "{"), INVALID),
            (
                "an unknown grant action",
                form.clone().and("grant_management_action", "delete"),
                INVALID,
            ),
        ],
    )
    .await;
    let narrow = Terms {
        scopes: naru_core::Scopes::of(&[naru_core::Scope::Login]),
        ..Terms::default()
    };
    let narrow = bed.register(narrow).await.unwrap();
    let call = narrow.call(&bed, "/fapi2/par", narrow.request());
    bed.refuses("a scope of others", &call, scope).await;
}

#[tokio::test]
async fn line_135_addresses_are_compared_to_the_letter() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let registered = FapiClient::REDIRECT;
    for bad in [
        format!("{registered}&x=1"),
        format!("{registered}/"),
        format!("{registered}#f"),
        registered.to_uppercase(),
        registered.replace("https", "http"),
        registered.replace("app.example", "app.example:443"),
        registered.replace("app.example", "app.example@evil.example"),
        registered.replace("callback", "callback/../callback"),
        registered.replace("callback", "%63allback"),
        "http://127.0.0.1/other".to_owned(),
        "http://localhost/cb".to_owned(),
        "http://127.0.0.1:80@evil.example/cb".to_owned(),
    ] {
        let form = client.request().with("redirect_uri", &bad);
        bed.refuses(&bad, &client.call(&bed, "/fapi2/par", form), INVALID).await;
    }
    let loopback = client.request().with("redirect_uri", "http://127.0.0.1:51004/cb");
    let redirect = client.agreed(&bed, loopback).await;
    assert!(
        redirect.uri.starts_with("http://127.0.0.1:51004/cb?code="),
        "{}",
        redirect.uri
    );
    let exchange = FapiClient::exchange(&redirect);
    let wrong = client.call(
        &bed,
        "/fapi2/token",
        exchange.clone().with("redirect_uri", "http://127.0.0.1/cb"),
    );
    bed.refuses("another port", &wrong, (400, "invalid_grant")).await;
    let right = exchange.with("redirect_uri", "http://127.0.0.1:51004/cb");
    client.token(&bed, right).await.expect(200);
}
