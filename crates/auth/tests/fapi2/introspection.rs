//! Introspection (RFC 7662): what a token is, and who is told.

use naru_core::ClientEvent;
use naru_crypto::jose::{Signer as _, base64url};
use serde_json::{Value, json};

use crate::bed::{Bed, Call, FapiClient, Form, ISSUER, Terms};

fn dead() -> Value {
    json!({ "active": false })
}

#[tokio::test]
async fn line_127_nobody_is_told_anything_without_proving_who_they_are() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    let form = Form::of(&[("token", &tokens.access)]);
    for call in [
        Call::post("/fapi2/introspect", &form),
        Call::post("/fapi2/introspect", &form.clone().and("client_id", &client.id())),
        Call::post("/fapi2/introspect", &form).header("Authorization", &format!("Bearer {}", tokens.access)),
    ] {
        bed.refuses("nobody", &call, (401, "invalid_client")).await;
    }
    let none = client.call(&bed, "/fapi2/introspect", Form::default());
    bed.refuses("no token", &none, (400, "invalid_request")).await;
}

#[tokio::test]
async fn line_128_what_is_dead_unknown_or_foreign_is_not_active_and_nothing_else() {
    let bed = Bed::new().await;
    let (client, other) = (bed.client().await, bed.client().await);
    let elsewhere = Terms {
        resource: Some("https://other.example".to_owned()),
        ..Terms::default()
    };
    let elsewhere = bed.register(elsewhere).await.unwrap();
    let tokens = client.authorized(&bed).await;
    for token in [&tokens.access, &tokens.refresh] {
        assert_eq!(other.introspect(&bed, token).await, dead(), "another client");
        assert_eq!(
            elsewhere.introspect(&bed, token).await,
            dead(),
            "a resource server of elsewhere"
        );
    }
    for unknown in ["nat_unknown", "x", " ", &"x".repeat(10_000)] {
        assert_eq!(client.introspect(&bed, unknown).await, dead());
    }
    bed.pass_seconds(600);
    assert_eq!(client.introspect(&bed, &tokens.access).await, dead(), "run out");
    let ended = client.authorized(&bed).await;
    client
        .post(&bed, "/fapi2/revoke", Form::of(&[("token", &ended.refresh)]))
        .await
        .expect(200);
    assert_eq!(client.introspect(&bed, &ended.access).await, dead());
    assert_eq!(client.introspect(&bed, &ended.refresh).await, dead());
    let server = Terms {
        resource: Some(ISSUER.to_owned()),
        ..Terms::default()
    };
    let server = bed.register(server).await.unwrap();
    let living = client.authorized(&bed).await;
    bed.move_client(&client, ClientEvent::Suspend).await;
    assert_eq!(
        server.introspect(&bed, &living.access).await,
        dead(),
        "its client is not served"
    );
}

#[tokio::test]
async fn line_129_an_active_token_is_told_in_full() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let form = client.request().and("grant_management_action", "create");
    let tokens = client.authorized_with(&bed, form).await;
    bed.pass_seconds(100);
    let renewed = client
        .token(&bed, FapiClient::renewal(&tokens))
        .await
        .expect(200)
        .json();
    let access = renewed["access_token"].as_str().unwrap();
    let issued = bed.now();
    bed.pass_seconds(10);
    let told = client.introspect(&bed, access).await;
    let me = client.userinfo(&bed, access).await.expect(200).json();
    assert_eq!(told["active"], true);
    assert_eq!((&told["iss"], &told["aud"]), (&json!(ISSUER), &json!(ISSUER)));
    assert_eq!(told["sub"], me["sub"]);
    assert_eq!(told["client_id"], client.id());
    assert_eq!(told["scope"], "login inquiry openid");
    assert_eq!(told["iat"], issued, "its own, not its grant's");
    assert_eq!(told["exp"], issued + 600);
    assert_eq!(told["grant_id"], tokens.body["grant_id"]);
    assert!(
        told["jti"]
            .as_str()
            .is_some_and(|jti| jti.len() == 64 && !access.contains(jti))
    );
    let first = client.introspect(&bed, &tokens.access).await;
    assert_eq!(first["iat"], issued - 100);
    assert_ne!(first["jti"], told["jti"]);
    let refresh = client.introspect(&bed, &tokens.refresh).await;
    assert_eq!(
        (&refresh["active"], &refresh["client_id"]),
        (&json!(true), &json!(client.id()))
    );
    assert!(refresh.get("token_type").is_none() && refresh.get("cnf").is_none());
    let form = Form::of(&[("token", access), ("token_type_hint", "refresh_token")]);
    let hinted = client.post(&bed, "/fapi2/introspect", form).await.expect(200).json();
    assert_eq!(hinted, told, "a wrong hint hides nothing");
}

#[tokio::test]
async fn line_090_and_096_a_bound_token_says_what_it_is_bound_to() {
    let bed = Bed::new().await;
    let (keyed, bound) = (bed.client().await, bed.tls_client().await);
    let tokens = keyed.authorized(&bed).await;
    let told = keyed.introspect(&bed, &tokens.access).await;
    assert_eq!(told["token_type"], "DPoP");
    assert_eq!(
        told["cnf"],
        json!({ "jkt": base64url(&keyed.dpop.public_jwk().thumbprint()) })
    );
    let tokens = bound.authorized(&bed).await;
    let told = bound.introspect(&bed, &tokens.access).await;
    assert_eq!(told["token_type"], "Bearer");
    assert_eq!(
        told["cnf"],
        json!({ "x5t#S256": base64url(&bound.peer.sha256.unwrap()) })
    );
}

#[tokio::test]
async fn line_130_a_resource_server_is_told_of_what_is_meant_for_it() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let terms = Terms {
        resource: Some(ISSUER.to_owned()),
        ..Terms::default()
    };
    let server = bed.register(terms).await.unwrap();
    let tokens = client.authorized(&bed).await;
    assert_eq!(
        server.introspect(&bed, &tokens.access).await,
        client.introspect(&bed, &tokens.access).await
    );
    assert_eq!(
        server.introspect(&bed, &tokens.refresh).await,
        dead(),
        "refresh tokens are not meant for it"
    );
}
