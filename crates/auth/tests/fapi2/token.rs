//! The token endpoint: codes, refresh tokens, and what they are bound to.

use naru_core::{AuthMethod, Binding, Confirmation};
use naru_crypto::jose::{Signer as _, base64url};

use crate::bed::{Bed, FapiClient, Form, Terms, Tokens, another};

const GRANT: (u16, &str) = (400, "invalid_grant");

#[tokio::test]
async fn line_009_and_137_passwords_are_refused() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    for grant_type in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "AUTHORIZATION_CODE",
    ] {
        let form = Form::of(&[("grant_type", grant_type), ("username", "a"), ("password", "b")]);
        let call = client.call(&bed, "/fapi2/token", form);
        bed.refuses(grant_type, &call, (400, "unsupported_grant_type")).await;
    }
    let none = client.call(&bed, "/fapi2/token", Form::of(&[("scope", "oob")]));
    bed.refuses("no grant type", &none, (400, "invalid_request")).await;
    let form = Form::of(&[("grant_type", "password"), ("client_id", &client.id())]);
    let unproved = crate::bed::Call::post("/fapi2/token", &form);
    bed.refuses("who asks comes first", &unproved, (401, "invalid_client"))
        .await;
}

#[tokio::test]
async fn line_011_and_012_every_access_token_is_bound() {
    let bed = Bed::new().await;
    for method in AuthMethod::ALL {
        for binding in Binding::ALL {
            let terms = Terms {
                method: *method,
                binding: *binding,
                ..Terms::tls("moafin")
            };
            let mut client = bed.register(terms).await.unwrap();
            let tokens = client.authorized(&bed).await;
            let renewed = client
                .token(&bed, FapiClient::renewal(&tokens))
                .await
                .expect(200)
                .json();
            let two_legged = client.two_legged(&bed, "oob").await;
            for body in [&tokens.body, &renewed, &two_legged.body] {
                let access = body["access_token"].as_str().unwrap();
                assert_ne!(bed.confirmation(access).await, Confirmation::None);
                let expected = if *binding == Binding::Dpop { "DPoP" } else { "Bearer" };
                assert_eq!(body["token_type"], expected);
            }
            let before = bed.trail().await;
            for form in [
                FapiClient::renewal(&tokens),
                Form::of(&[("grant_type", "client_credentials")]),
            ] {
                if *binding == Binding::Dpop {
                    let call = client.call(&bed, "/fapi2/token", form).no_header("dpop");
                    bed.refuses("no proof", &call, (400, "invalid_dpop_proof")).await;
                } else if *method == AuthMethod::PrivateKeyJwt {
                    let peer = std::mem::take(&mut client.peer);
                    let call = client.call(&bed, "/fapi2/token", form);
                    bed.refuses("no certificate", &call, (400, "invalid_request")).await;
                    client.peer = peer;
                }
            }
            assert_eq!(bed.trail().await, before);
        }
    }
}

#[tokio::test]
async fn line_016_a_refresh_token_stays() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    for _ in 0..3 {
        bed.pass_seconds(700);
        let renewed = client
            .token(&bed, FapiClient::renewal(&tokens))
            .await
            .expect(200)
            .json();
        assert!(renewed.get("refresh_token").is_none(), "the old one goes on");
        client
            .userinfo(&bed, renewed["access_token"].as_str().unwrap())
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn line_018_a_code_lives_a_minute() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    for (seconds, holds) in [(59, true), (60, false), (61, false), (3_600, false)] {
        let redirect = client.agreed(&bed, client.request()).await;
        bed.pass_seconds(seconds);
        let call = client.call(&bed, "/fapi2/token", FapiClient::exchange(&redirect));
        if holds {
            bed.send(&call).await.expect(200);
        } else {
            bed.refuses("too late", &call, GRANT).await;
        }
    }
}

#[tokio::test]
async fn line_019_and_087_a_code_that_is_bound_to_a_key_needs_that_key() {
    let bed = Bed::new().await;
    let mut client = bed.client().await;
    let jkt = base64url(&client.dpop.public_jwk().thumbprint());
    let by_name = client.agreed(&bed, client.request().and("dpop_jkt", &jkt)).await;
    let proof = client.proof(&bed, ("POST", "/fapi2/par"), None).sign(&client.dpop);
    let call = client.call(&bed, "/fapi2/par", client.request()).header("DPoP", &proof);
    let uri = bed.send(&call).await.expect(201).json()["request_uri"]
        .as_str()
        .unwrap()
        .to_owned();
    let journey = client.begin(&bed, &uri).await.unwrap();
    let by_proof = bed.agree(&bed.sign_in(&journey, 1).await).await.unwrap();
    let free = client.agreed(&bed, client.request()).await;
    let right = std::mem::replace(&mut client.dpop, another());
    for redirect in [&by_name, &by_proof] {
        let call = client.call(&bed, "/fapi2/token", FapiClient::exchange(redirect));
        bed.refuses("another key", &call, GRANT).await;
    }
    client.token(&bed, FapiClient::exchange(&free)).await.expect(200);
    client.dpop = right;
    for redirect in [&by_name, &by_proof] {
        client.token(&bed, FapiClient::exchange(redirect)).await.expect(200);
    }
}

#[tokio::test]
async fn line_030_a_second_use_of_a_code_fails_and_ends_what_the_first_gave() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let redirect = client
        .agreed(&bed, client.request().and("grant_management_action", "create"))
        .await;
    let body = client
        .token(&bed, FapiClient::exchange(&redirect))
        .await
        .expect(200)
        .json();
    let tokens = Tokens::of(body);
    client.userinfo(&bed, &tokens.access).await.expect(200);
    client
        .token(&bed, FapiClient::exchange(&redirect))
        .await
        .expect_error("twice", GRANT);
    client.userinfo(&bed, &tokens.access).await.expect(401);
    client
        .token(&bed, FapiClient::renewal(&tokens))
        .await
        .expect_error("its refresh token", GRANT);
    assert!(!bed.grant_lives(tokens.body["grant_id"].as_str().unwrap()).await);
    let call = client.call(&bed, "/fapi2/token", FapiClient::exchange(&redirect));
    bed.refuses("a third time", &call, GRANT).await;
}

#[tokio::test]
async fn line_049_secrets_have_two_hundred_and_fifty_six_bits() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let uri = client.pushed(&bed, client.request()).await;
    let request = uri
        .strip_prefix("urn:ietf:params:oauth:request_uri:nrq_")
        .unwrap()
        .to_owned();
    let redirect = client.agreed(&bed, client.request()).await;
    let code = redirect.code().strip_prefix("nac_").unwrap().to_owned();
    let tokens = Tokens::of(
        client
            .token(&bed, FapiClient::exchange(&redirect))
            .await
            .expect(200)
            .json(),
    );
    let access = tokens.access.strip_prefix("nat_").unwrap().to_owned();
    let refresh = tokens.refresh.strip_prefix("nrt_").unwrap().to_owned();
    for secret in [&request, &code, &access, &refresh] {
        assert_eq!(secret.len(), 43, "32 bytes in base64url");
    }
    // That all of its bits are chance is tested beside `GrantId`.
    let told = client.introspect(&bed, &tokens.access).await;
    let grant = told["grant_id"].as_str().unwrap().strip_prefix("gnt_").unwrap();
    assert_eq!(grant.len(), 32, "16 bytes in hexadecimal");
}

#[tokio::test]
async fn line_081_and_082_the_answer_names_the_binding_and_asks_for_its_proof() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    assert_eq!(tokens.body["token_type"], "DPoP");
    let redirect = client.agreed(&bed, client.request()).await;
    let call = client
        .call(&bed, "/fapi2/token", FapiClient::exchange(&redirect))
        .no_header("dpop");
    bed.refuses("no proof", &call, (400, "invalid_dpop_proof")).await;
    client.token(&bed, FapiClient::exchange(&redirect)).await.expect(200);
    let bound = bed.tls_client().await;
    let proof = client.proof(&bed, ("POST", "/fapi2/token"), None).sign(&client.dpop);
    let form = Form::of(&[("grant_type", "client_credentials")]);
    let call = bound.call(&bed, "/fapi2/token", form).header("DPoP", &proof);
    bed.refuses("a proof where a certificate binds", &call, (400, "invalid_dpop_proof"))
        .await;
}

#[tokio::test]
async fn line_083_a_refresh_may_bring_another_key() {
    let bed = Bed::new().await;
    let mut client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    let old = std::mem::replace(&mut client.dpop, another());
    let renewed = client
        .token(&bed, FapiClient::renewal(&tokens))
        .await
        .expect(200)
        .json();
    let access = renewed["access_token"].as_str().unwrap().to_owned();
    client.userinfo(&bed, &access).await.expect(200);
    client.userinfo(&bed, &tokens.access).await.expect(401);
    client.dpop = old;
    client.userinfo(&bed, &access).await.expect(401);
    client.userinfo(&bed, &tokens.access).await.expect(200);
}

#[tokio::test]
async fn line_120_nobody_keeps_a_token_answer() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let redirect = client.agreed(&bed, client.request()).await;
    let answer = client.token(&bed, FapiClient::exchange(&redirect)).await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
    assert_eq!(answer.header("content-type"), "application/json");
}

#[tokio::test]
async fn line_121_a_code_is_its_clients_own_for_its_own_address() {
    let bed = Bed::new().await;
    let (client, other) = (bed.client().await, bed.client().await);
    let redirect = client.agreed(&bed, client.request()).await;
    let form = FapiClient::exchange(&redirect);
    bed.refuses("another client", &other.call(&bed, "/fapi2/token", form.clone()), GRANT)
        .await;
    for (what, form) in [
        (
            "another address",
            form.clone().with("redirect_uri", "https://other.example/"),
        ),
        ("no address", form.clone().without("redirect_uri")),
        ("another code", form.clone().with("code", "nac_unknown")),
        (
            "a cut code",
            form.clone().with("code", redirect.code().get(1..).unwrap()),
        ),
    ] {
        bed.refuses(what, &client.call(&bed, "/fapi2/token", form), GRANT).await;
    }
    let none = client.call(&bed, "/fapi2/token", form.clone().without("code"));
    bed.refuses("no code", &none, (400, "invalid_request")).await;
    client.token(&bed, form).await.expect(200);
}

#[tokio::test]
async fn line_122_and_123_a_refresh_is_its_clients_own_and_never_widens() {
    let bed = Bed::new().await;
    let (client, other) = (bed.client().await, bed.client().await);
    let tokens = client.authorized(&bed).await;
    let form = FapiClient::renewal(&tokens);
    bed.refuses("another client", &other.call(&bed, "/fapi2/token", form.clone()), GRANT)
        .await;
    let call = crate::bed::Call::post("/fapi2/token", &form.clone().and("client_id", &client.id()));
    bed.refuses("nobody", &call, (401, "invalid_client")).await;
    for wide in ["login inquiry transfer", "oob", "everything", "login,transfer", " "] {
        let call = client.call(&bed, "/fapi2/token", form.clone().and("scope", wide));
        bed.refuses(wide, &call, (400, "invalid_scope")).await;
    }
    let narrow = client
        .token(&bed, form.clone().and("scope", "login"))
        .await
        .expect(200)
        .json();
    assert_eq!(narrow["scope"], "login");
    let access = narrow["access_token"].as_str().unwrap();
    assert_eq!(client.introspect(&bed, access).await["scope"], "login");
    assert_eq!(
        client.userinfo(&bed, access).await.expect(403).error(),
        "insufficient_scope"
    );
    let again = client.token(&bed, form).await.expect(200).json();
    assert_eq!(again["scope"], "login inquiry openid", "the grant is as wide as it was");
    let used = Form::of(&[("grant_type", "refresh_token"), ("refresh_token", &tokens.access)]);
    bed.refuses("an access token", &client.call(&bed, "/fapi2/token", used), GRANT)
        .await;
}

#[tokio::test]
async fn line_136_a_verifier_without_a_challenge_cannot_be() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let form = client
        .request()
        .without("code_challenge")
        .without("code_challenge_method");
    bed.refuses(
        "no challenge",
        &client.call(&bed, "/fapi2/par", form),
        (400, "invalid_request"),
    )
    .await;
}

#[tokio::test]
async fn line_030_of_many_uses_at_once_one_succeeds_at_most() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let redirect = client.agreed(&bed, client.request()).await;
    let calls: Vec<_> = (0..8)
        .map(|_| client.call(&bed, "/fapi2/token", FapiClient::exchange(&redirect)))
        .collect();
    let answers = futures_util::future::join_all(calls.iter().map(|call| bed.send(call))).await;
    let given: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(given.len(), 1);
    let tokens = Tokens::of(given[0].json());
    client.userinfo(&bed, &tokens.access).await.expect(401);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.expect_error("the others", GRANT);
    }
}

#[tokio::test]
async fn a_proof_and_an_assertion_of_many_at_once_hold_once() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    for call in [
        client.call(&bed, "/fapi2/par", client.request()),
        client.resource(&bed, ("GET", "/fapi2/userinfo"), &tokens.access),
    ] {
        let answers = futures_util::future::join_all((0..8).map(|_| bed.send(&call))).await;
        let held = answers.iter().filter(|answer| answer.status.is_success()).count();
        assert_eq!(held, 1, "{}", call.path);
    }
}
