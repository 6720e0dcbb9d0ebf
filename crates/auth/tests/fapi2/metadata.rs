//! What the authorization server says of itself (OpenID Connect Discovery, RFC 8414, and the documents of each part).

use serde_json::{Value, json};

use crate::bed::{Bed, Call, ISSUER, Options};

const OPENID: &str = "/.well-known/openid-configuration";
const OAUTH: &str = "/.well-known/oauth-authorization-server";

async fn document(bed: &Bed) -> Value {
    bed.send(&Call::get(OPENID)).await.expect(200).json()
}

fn words(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn line_008_and_119_one_document_lies_at_both_addresses() {
    let bed = Bed::new().await;
    let (openid, oauth) = (bed.send(&Call::get(OPENID)).await, bed.send(&Call::get(OAUTH)).await);
    for answer in [&openid, &oauth, &bed.send(&Call::get("/fapi2/jwks")).await] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(answer.header("cache-control").contains("max-age="));
    }
    assert_eq!(openid.json(), oauth.json());
    assert_eq!(openid.json()["issuer"], ISSUER);
}

#[tokio::test]
async fn line_113_and_114_the_issuer_is_an_address_without_more() {
    let bed = Bed::new().await;
    let issuer = document(&bed).await["issuer"].as_str().unwrap().to_owned();
    assert!(issuer.starts_with("https://") && !issuer.contains(['?', '#']) && !issuer.ends_with('/'));
    assert_eq!(
        issuer.matches('/').count(),
        2,
        "no path, so that both suffixes lead to the same host"
    );
}

#[tokio::test]
async fn line_115_116_117_and_118_what_must_be_said_is_said() {
    let bed = Bed::new().await;
    let document = document(&bed).await;
    for name in [
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    ] {
        assert!(document.get(name).is_some(), "{name}");
    }
    let fapi = ["ES256", "PS256", "EdDSA", "Ed25519"];
    for (name, value) in document.as_object().unwrap() {
        assert!(value.as_array().is_none_or(|list| !list.is_empty()), "{name} is empty");
        assert!(!value.is_null(), "{name}");
        if name.ends_with("alg_values_supported") {
            assert!(words(value).iter().all(|alg| fapi.contains(alg)), "{name}: {value}");
        }
        if let Some(address) = value.as_str() {
            assert!(address.starts_with(ISSUER), "{name}: {address}");
        }
    }
    assert_eq!(document["response_types_supported"], json!(["code"]));
    assert_eq!(document["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(
        words(&document["token_endpoint_auth_signing_alg_values_supported"]),
        fapi
    );
    assert_eq!(words(&document["dpop_signing_alg_values_supported"]), fapi, "line 91");
    assert_eq!(words(&document["id_token_signing_alg_values_supported"]), ["ES256"]);
    let keys = bed.send(&Call::get("/fapi2/jwks")).await.expect(200).json();
    for key in keys["keys"].as_array().unwrap() {
        assert!(key.get("d").is_none() && key["use"] == "sig" && key["kid"].is_string());
        assert_eq!(key["alg"], "ES256");
    }
}

#[tokio::test]
async fn line_091_099_111_112_and_152_each_part_says_that_it_is_there() {
    let bed = Bed::new().await;
    let document = document(&bed).await;
    let at = |path: &str| json!(format!("{ISSUER}{path}"));
    assert_eq!(document["pushed_authorization_request_endpoint"], at("/fapi2/par"));
    assert_eq!(document["require_pushed_authorization_requests"], true);
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
    assert_eq!(document["tls_client_certificate_bound_access_tokens"], true);
    for endpoint in ["token", "introspection", "revocation"] {
        let methods = &document[format!("{endpoint}_endpoint_auth_methods_supported")];
        assert_eq!(words(methods), ["private_key_jwt", "tls_client_auth"]);
    }
    assert_eq!(document["grant_management_endpoint"], at("/fapi2/grants"));
    let actions = words(&document["grant_management_actions_supported"]);
    assert_eq!(actions, ["create", "merge", "replace", "query", "revoke"]);
    assert_eq!(document["grant_management_action_required"], false);
    assert!(
        document.get("mtls_endpoint_aliases").is_none(),
        "one address serves both"
    );
    let options = Options {
        mutual_tls_url: Some("https://mtls.example".to_owned()),
        ..Options::default()
    };
    let two = Bed::with(options).await;
    let document = self::document(&two).await;
    let aliases = document["mtls_endpoint_aliases"].as_object().unwrap();
    for name in [
        "token_endpoint",
        "pushed_authorization_request_endpoint",
        "introspection_endpoint",
    ] {
        let path = document[name].as_str().unwrap().strip_prefix(ISSUER).unwrap();
        assert_eq!(aliases[name], format!("https://mtls.example{path}"));
    }
    assert!(
        aliases.get("authorization_endpoint").is_none(),
        "browsers go to one address"
    );
}

#[tokio::test]
async fn line_005_no_answer_invites_other_origins() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let paths = [
        "/fapi2/authorize",
        "/fapi2/par",
        "/fapi2/token",
        "/fapi2/userinfo",
        "/fapi2/jwks",
        OPENID,
        OAUTH,
    ];
    for path in paths
        .into_iter()
        .chain(["/fapi2/introspect", "/fapi2/revoke", "/fapi2/grants/gnt_x"])
    {
        for method in ["OPTIONS", "GET", "POST"] {
            let call = Call::new(method, path)
                .header("Origin", "https://evil.example")
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization, dpop");
            let answer = bed.send(&call).await;
            let cors = answer
                .headers
                .keys()
                .filter(|name| name.as_str().starts_with("access-control"));
            assert_eq!(cors.count(), 0, "{method} {path}");
            assert!(
                !answer.status.is_server_error() && !answer.status.is_redirection(),
                "{method} {path}"
            );
        }
    }
    client.push(&bed, client.request()).await.expect(201);
}

#[tokio::test]
async fn line_004_and_031_every_answer_keeps_browsers_on_tls_and_sends_nobody_on() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let calls = [
        Call::get(OPENID),
        Call::get("/fapi2/jwks"),
        Call::get("/fapi2/userinfo"),
        Call::get("/nowhere"),
        Call::get("/fapi2/token"),
        client.call(&bed, "/fapi2/par", client.request()),
    ];
    for call in calls {
        let answer = bed.send(&call).await;
        let hsts = answer.header("strict-transport-security");
        assert!(hsts.starts_with("max-age=31536000"), "{}: {hsts}", call.path);
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(
            !answer.status.is_redirection() && answer.header("location").is_empty(),
            "line 14"
        );
    }
}
