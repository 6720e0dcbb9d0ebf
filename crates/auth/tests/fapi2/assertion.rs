//! How a client proves itself with a signed assertion (RFC 7523, OpenID Connect Core 9).

use naru_core::{AuthMethod, TlsNameKind};
use naru_crypto::jose::{Algorithm, Signer as _, SoftwareKey};
use serde_json::json;

use crate::bed::{ASSERTION, Bed, Call, Change, Form, ISSUER, another, drop_one, rs256, rsa_key, same, set};

const REFUSED: (u16, &str) = (401, "invalid_client");
const ENDPOINTS: [&str; 4] = ["/fapi2/par", "/fapi2/token", "/fapi2/introspect", "/fapi2/revoke"];

/// Claims of an assertion, and whether it holds with them.
async fn judged(table: Vec<(&str, Change, bool)>) {
    let bed = Bed::new().await;
    let client = bed.client().await;
    for (what, change, holds) in table {
        let assertion = client.assertion(&bed).claim(&change).sign(&client.key);
        let call = client.par_with(&assertion);
        if holds {
            let answer = bed.send(&call).await;
            assert_eq!(answer.status, 201, "{what}: {}", answer.text());
        } else {
            bed.refuses(what, &call, REFUSED).await;
        }
    }
}

#[tokio::test]
async fn line_010_only_clients_with_keys_or_certificates_can_exist() {
    assert!(AuthMethod::parse("none").is_err(), "it cannot be written down");
    let bed = Bed::new().await;
    let client = bed.client().await;
    let form = client.request().and("client_id", &client.id());
    bed.refuses("the id alone", &Call::post("/fapi2/par", &form), REFUSED)
        .await;
}

#[tokio::test]
async fn line_013_a_secret_is_no_proof() {
    for method in ["client_secret_basic", "client_secret_post", "client_secret_jwt", "none"] {
        assert!(AuthMethod::parse(method).is_err(), "{method}");
    }
    assert_eq!(TlsNameKind::ALL.len(), 5, "one of the five names of RFC 8705 2.1.2");
    let bed = Bed::new().await;
    let client = bed.client().await;
    for endpoint in ENDPOINTS {
        let named = client.request().and("client_id", &client.id());
        let posted = Call::post(endpoint, &named.clone().and("client_secret", "x"));
        bed.refuses("client_secret_post", &posted, REFUSED).await;
        let basic = Call::post(endpoint, &named).header("Authorization", "Basic eDp5");
        let answer = bed.refuses("client_secret_basic", &basic, REFUSED).await;
        assert!(
            answer.header("www-authenticate").starts_with("Basic "),
            "the scheme that was tried"
        );
        let both = client
            .call(&bed, endpoint, client.request())
            .header("Authorization", "Basic eDp5");
        bed.refuses("an assertion beside it", &both, REFUSED).await;
        let secret = client.call(&bed, endpoint, client.request().and("client_secret", "x"));
        bed.refuses("a secret beside it", &secret, REFUSED).await;
    }
}

#[tokio::test]
async fn line_015_an_assertion_names_the_issuer_and_nothing_else() {
    judged(vec![
        ("the issuer", same(), true),
        ("a list with the issuer", set("aud", json!([ISSUER])), false),
        (
            "a list with more",
            set("aud", json!([ISSUER, "https://other.example"])),
            false,
        ),
        ("the token endpoint", set("aud", format!("{ISSUER}/fapi2/token")), false),
        ("the PAR endpoint", set("aud", format!("{ISSUER}/fapi2/par")), false),
        ("a slash more", set("aud", format!("{ISSUER}/")), false),
        ("capitals", set("aud", "https://HUB.example"), false),
        ("another hub", set("aud", "https://other.example"), false),
        ("nothing", set("aud", ""), false),
        ("null", set("aud", json!(null)), false),
        ("an object", set("aud", json!({ "aud": ISSUER })), false),
        ("a number", set("aud", 1), false),
        ("none", drop_one("aud"), false),
    ])
    .await;
}

#[tokio::test]
async fn line_020_clocks_may_be_ten_seconds_ahead_and_not_a_minute() {
    let now = Bed::new().await.now();
    judged(vec![
        ("iat +8", set("iat", now + 8), true),
        ("nbf +8", set("nbf", now + 8), true),
        ("iat +10", set("iat", now + 10), true),
        ("nbf +10", set("nbf", now + 10), true),
        ("iat +61", set("iat", now + 61), false),
        ("nbf +61", set("nbf", now + 61), false),
        ("iat +3600", set("iat", now + 3_600), false),
        ("nbf +3600", set("nbf", now + 3_600), false),
        ("iat without end", set("iat", 1e300), false),
        ("iat as text", set("iat", now.to_string()), false),
    ])
    .await;
    let bed = Bed::new().await;
    let client = bed.client().await;
    let form = || Form::of(&[("grant_type", "client_credentials")]);
    for (offset, holds) in [(-10, true), (10, true), (61, false), (-121, false)] {
        let proof = client.proof(&bed, ("POST", "/fapi2/token"), None);
        let proof = proof.claim(&set("iat", bed.now() + offset)).sign(&client.dpop);
        let call = client.token_with(&bed, form(), &proof);
        if holds {
            bed.send(&call).await.expect(200);
        } else {
            bed.refuses("a proof", &call, (400, "invalid_dpop_proof")).await;
        }
        let nbf = bed.now() + offset.max(-3_600);
        let object = client
            .object(&bed, &client.request())
            .claim(&set("nbf", nbf))
            .sign(&client.key);
        let call = client.call(&bed, "/fapi2/par", Form::of(&[("request", &object)]));
        if offset <= 10 {
            bed.send(&call).await.expect(201);
        } else {
            bed.refuses("a request object", &call, (400, "invalid_request_object"))
                .await;
        }
    }
}

#[tokio::test]
async fn line_025_nobody_pushes_without_proving_who_they_are() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let assertion = client.assertion(&bed).sign(&client.key);
    let form = client.proved_by(client.request(), &assertion);
    let table = [
        ("no assertion", form.clone().without("client_assertion")),
        ("no type", form.clone().without("client_assertion_type")),
        (
            "neither",
            form.clone()
                .without("client_assertion")
                .without("client_assertion_type"),
        ),
        ("another type", form.clone().with("client_assertion_type", "urn:other")),
        ("an empty assertion", form.clone().with("client_assertion", "")),
        ("nothing at all", client.request()),
        (
            "another client's id",
            form.clone().with("client_id", &bed.client().await.id()),
        ),
        ("an id that is none", form.clone().with("client_id", "cli_x")),
    ];
    for (what, form) in table {
        for endpoint in ENDPOINTS {
            bed.refuses(what, &Call::post(endpoint, &form), REFUSED).await;
        }
    }
    bed.send(&Call::post("/fapi2/par", &form.without("client_id")))
        .await
        .expect(201);
}

#[tokio::test]
async fn line_045_a_signed_text_of_another_kind_is_no_assertion() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    for typ in ["oauth-authz-req+jwt", "dpop+jwt", "at+jwt", "secevent+jwt", ""] {
        let assertion = client.assertion(&bed).head(&set("typ", typ)).sign(&client.key);
        bed.refuses(typ, &client.par_with(&assertion), REFUSED).await;
    }
    for change in [
        set("typ", "jwt"),
        set("typ", "client-authentication+jwt"),
        drop_one("typ"),
    ] {
        let assertion = client.assertion(&bed).head(&change).sign(&client.key);
        bed.send(&client.par_with(&assertion)).await.expect(201);
    }
    let carried = client.assertion(&bed).head(&set("jwk", crate::bed::bare(&another())));
    let call = client.par_with(&carried.sign(&another()));
    bed.refuses("a key that the assertion brings along", &call, REFUSED)
        .await;
}

#[tokio::test]
async fn line_046_three_algorithms_are_taken_and_no_others() {
    let bed = Bed::new().await;
    let mut client = bed.client().await;
    for algorithm in Algorithm::ALL {
        let key = SoftwareKey::generate(algorithm).unwrap().0;
        bed.rekey(&mut client, key).await;
        let assertion = client.assertion(&bed).sign(&client.key);
        bed.send(&client.par_with(&assertion)).await.expect(201);
    }
    assert_eq!(client.key.algorithm(), Algorithm::EdDsa, "the last one");
    let newer = client.assertion(&bed).head(&set("alg", "Ed25519")).sign(&client.key);
    bed.send(&client.par_with(&newer)).await.expect(201);
    bed.rekey(&mut client, rsa_key()).await;
    bed.send(&client.par_with(&client.assertion(&bed).sign(&client.key)))
        .await
        .expect(201);
    let assertion = rs256(&client.assertion(&bed).head(&set("alg", "RS256")));
    bed.refuses("an assertion", &client.par_with(&assertion), REFUSED).await;
    let object = rs256(&client.object(&bed, &client.request()).head(&set("alg", "RS256")));
    let call = client.call(&bed, "/fapi2/par", Form::of(&[("request", &object)]));
    bed.refuses("a request object", &call, (400, "invalid_request_object"))
        .await;
    client.dpop = rsa_key();
    let form = || Form::of(&[("grant_type", "client_credentials")]);
    client.token(&bed, form()).await.expect(200);
    let proof = client.proof(&bed, ("POST", "/fapi2/token"), None);
    let call = client.token_with(&bed, form(), &rs256(&proof.head(&set("alg", "RS256"))));
    bed.refuses("a proof", &call, (400, "invalid_dpop_proof")).await;
}

#[tokio::test]
async fn line_047_no_confusion_of_algorithms_gets_by_anywhere() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    for (what, assertion) in client.assertion(&bed).confused(&client.key) {
        bed.refuses(what, &client.par_with(&assertion), REFUSED).await;
    }
    for (what, object) in client.object(&bed, &client.request()).confused(&client.key) {
        let call = client.call(&bed, "/fapi2/par", Form::of(&[("request", &object)]));
        bed.refuses(what, &call, (400, "invalid_request_object")).await;
    }
    let proof = client.proof(&bed, ("POST", "/fapi2/token"), None);
    for (what, proof) in proof.confused(&client.dpop) {
        let form = Form::of(&[("grant_type", "client_credentials")]);
        let call = client.token_with(&bed, form, &proof);
        bed.refuses(what, &call, (400, "invalid_dpop_proof")).await;
    }
    let other = bed.client().await;
    let foreign = client.assertion(&bed).sign(&other.key);
    bed.refuses("another client's key", &client.par_with(&foreign), REFUSED)
        .await;
    let named = client
        .assertion(&bed)
        .head(&set("kid", other.key.kid()))
        .sign(&other.key);
    bed.refuses("another client's key by its name", &client.par_with(&named), REFUSED)
        .await;
}

#[tokio::test]
async fn line_132_an_assertion_says_who_for_whom_until_when_and_once() {
    let now = Bed::new().await.now();
    judged(vec![
        ("no iss", drop_one("iss"), false),
        ("no sub", drop_one("sub"), false),
        ("no aud", drop_one("aud"), false),
        ("no exp", drop_one("exp"), false),
        ("no jti", drop_one("jti"), false),
        ("no iat: not asked for", drop_one("iat"), true),
        ("no nbf: not asked for", drop_one("nbf"), true),
        ("another iss", set("iss", "cli_00000000000000000000000000000000"), false),
        ("another sub", set("sub", "cli_00000000000000000000000000000000"), false),
        ("an iss that is none", set("iss", ISSUER), false),
        ("over for 5 minutes", set("exp", now - 300), false),
        ("over for 11 seconds", set("exp", now - 11), false),
        ("over for 5 seconds: clocks differ", set("exp", now - 5), true),
        ("for ten minutes", set("exp", now + 600), true),
        ("for longer", set("exp", now + 601), false),
        ("for ever", set("exp", 1e300), false),
        ("exp as text", set("exp", (now + 60).to_string()), false),
        ("exp null", set("exp", json!(null)), false),
        ("an empty jti", set("jti", ""), false),
        ("a huge jti", set("jti", "x".repeat(513)), false),
        ("a jti that is a number", set("jti", 7), false),
        ("something unknown", set("more", json!({ "a": [1] })), true),
    ])
    .await;
    let bed = Bed::new().await;
    let client = bed.client().await;
    let once = client
        .assertion(&bed)
        .claim(&set("exp", bed.now() + 600))
        .sign(&client.key);
    bed.send(&client.par_with(&once)).await.expect(201);
    for seconds in [0, 599, 10] {
        bed.pass_seconds(seconds);
        bed.refuses("a second use", &client.par_with(&once), REFUSED).await;
    }
    let doubled = client.assertion(&bed);
    let text = doubled
        .claims
        .to_string()
        .replacen('{', r#"{"aud":"https://other.example","#, 1);
    let raw = crate::bed::raw(&doubled.header.to_string(), &text, &client.key);
    bed.refuses("a claim that is named twice", &client.par_with(&raw), REFUSED)
        .await;
    for text in ["", ".", "..", "a.b.c", "a.b", "e30.e30.", "e30.e30.AA", "\u{fffd}"] {
        let form = client
            .request()
            .and("client_assertion_type", ASSERTION)
            .and("client_assertion", text);
        let call = Call::post("/fapi2/par", &form);
        let expected = if text == "\u{fffd}" {
            (400, "invalid_request")
        } else {
            REFUSED
        };
        bed.refuses(text, &call, expected).await;
    }
}
