//! Proofs of possession (RFC 9449), at the token endpoint and at a resource.

use naru_crypto::jose::{Algorithm, Signer as _, SoftwareKey, base64url};
use naru_crypto::{hex, sha256};
use naru_web::Claim;
use serde_json::json;

use crate::bed::{Bed, Call, Change, FapiClient, Form, Jwt, another, bare, drop_one, same, set};

const REFUSED: (u16, &str) = (400, "invalid_dpop_proof");
const AT: (&str, &str) = ("POST", "/fapi2/token");

fn form() -> Form {
    Form::of(&[("grant_type", "client_credentials")])
}

/// Changes to the header and the claims of a proof at the token endpoint, and whether it holds with them.
async fn judged(table: Vec<(&str, Change, Change, bool)>) {
    let bed = Bed::new().await;
    let client = bed.client().await;
    for (what, head, claim, holds) in table {
        let proof = client
            .proof(&bed, AT, None)
            .head(&head)
            .claim(&claim)
            .sign(&client.dpop);
        let call = client.token_with(&bed, form(), &proof);
        if holds {
            let answer = bed.send(&call).await;
            assert_eq!(answer.status, 200, "{what}: {}", answer.text());
        } else {
            bed.refuses(what, &call, REFUSED).await;
        }
    }
}

/// A call to a resource with this proof.
fn resource(token: &str, proof: &str) -> Call {
    Call::get("/fapi2/userinfo")
        .header("Authorization", &format!("DPoP {token}"))
        .header("DPoP", proof)
}

#[tokio::test]
async fn line_065_one_header_and_not_two() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let proof = || client.proof(&bed, AT, None).sign(&client.dpop);
    let two = client.token_with(&bed, form(), &proof()).header("DPoP", &proof());
    bed.refuses("two", &two, REFUSED).await;
    let listed = client.token_with(&bed, form(), &format!("{}, {}", proof(), proof()));
    bed.refuses("two in one", &listed, REFUSED).await;
    for name in ["dpop", "DPOP", "dPoP"] {
        let call = client
            .call(&bed, "/fapi2/token", form())
            .no_header("dpop")
            .header(name, &proof());
        bed.send(&call).await.expect(200);
    }
    let empty = client.token_with(&bed, form(), "");
    bed.refuses("empty", &empty, REFUSED).await;
}

#[tokio::test]
async fn line_066_a_proof_is_one_compact_signature() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let whole = client.proof(&bed, AT, None).sign(&client.dpop);
    let parts: Vec<&str> = whole.split('.').collect();
    for (what, text) in [
        ("two parts", parts[..2].join(".")),
        ("four parts", format!("{whole}.{}", parts[2])),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("no header", format!(".{}.{}", parts[1], parts[2])),
        ("padded", format!("{whole}=")),
        ("cut", whole.get(..whole.len() - 2).unwrap().to_owned()),
        ("JSON", json!({ "payload": parts[1] }).to_string()),
        ("quoted", format!("\"{whole}\"")),
        (
            "a payload that is a list",
            crate::bed::raw(&header(&client), "[]", &client.dpop),
        ),
        (
            "a payload that is no JSON",
            crate::bed::raw(&header(&client), "x", &client.dpop),
        ),
        ("huge", "a".repeat(20_000)),
    ] {
        bed.refuses(what, &client.token_with(&bed, form(), &text), REFUSED)
            .await;
    }
    bed.send(&client.token_with(&bed, form(), &whole)).await.expect(200);
}

fn header(client: &FapiClient) -> String {
    json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": bare(&client.dpop) }).to_string()
}

#[tokio::test]
async fn line_067_every_member_is_needed() {
    judged(vec![
        ("all", same(), same(), true),
        ("no typ", drop_one("typ"), same(), false),
        ("no alg", drop_one("alg"), same(), false),
        ("no jwk", drop_one("jwk"), same(), false),
        ("no jti", same(), drop_one("jti"), false),
        ("no htm", same(), drop_one("htm"), false),
        ("no htu", same(), drop_one("htu"), false),
        ("no iat", same(), drop_one("iat"), false),
        ("jwk null", set("jwk", json!(null)), same(), false),
        ("jwk a text", set("jwk", "x"), same(), false),
        ("jti null", same(), set("jti", json!(null)), false),
        ("jti empty", same(), set("jti", ""), false),
        ("iat a text", same(), set("iat", "1795000000"), false),
        ("htm a list", same(), set("htm", json!(["POST"])), false),
    ])
    .await;
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    let proof = client.proof(&bed, ("GET", "/fapi2/userinfo"), Some(&tokens.access));
    let without = resource(&tokens.access, &proof.claim(&drop_one("ath")).sign(&client.dpop));
    bed.send(&without).await.expect(401);
}

#[tokio::test]
async fn line_068_069_and_071_type_algorithm_and_key_are_looked_at() {
    let other = bare(&another());
    let mut private = other.clone();
    private["d"] = json!(base64url(&[1; 32]));
    let rsa = bare(&SoftwareKey::generate(Algorithm::Ps256).unwrap().0);
    let odd = base64url(&[vec![0xff; 127], vec![0x01]].concat());
    judged(vec![
        ("typ in capitals", set("typ", "DPoP+JWT"), same(), true),
        ("typ jwt", set("typ", "jwt"), same(), false),
        ("typ with its tree", set("typ", "application/dpop+jwt"), same(), false),
        ("typ empty", set("typ", ""), same(), false),
        ("alg none", set("alg", "none"), same(), false),
        ("alg HS256", set("alg", "HS256"), same(), false),
        ("alg RS256", set("alg", "RS256"), same(), false),
        ("alg ES512", set("alg", "ES512"), same(), false),
        ("alg of another kind of key", set("alg", "PS256"), same(), false),
        ("another key", set("jwk", other), same(), false),
        ("a private key", set("jwk", private), same(), false),
        ("a key of another kind", set("jwk", rsa), same(), false),
        (
            "a symmetric key",
            set("jwk", json!({ "kty": "oct", "k": "AAAA" })),
            same(),
            false,
        ),
        (
            "a small key",
            set("jwk", json!({ "kty": "RSA", "e": "AQAB", "n": odd })),
            same(),
            false,
        ),
        ("no key", set("jwk", json!({})), same(), false),
    ])
    .await;
    let bed = Bed::new().await;
    let mut client = bed.client().await;
    for algorithm in Algorithm::ALL {
        client.dpop = SoftwareKey::generate(algorithm).unwrap().0;
        client.token(&bed, form()).await.expect(200);
    }
    for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] {
        let mut jwk = bare(&client.dpop);
        jwk[private] = json!("AA");
        let proof = client.proof(&bed, AT, None).head(&set("jwk", jwk)).sign(&client.dpop);
        bed.refuses(private, &client.token_with(&bed, form(), &proof), REFUSED)
            .await;
    }
}

#[tokio::test]
async fn line_070_the_signature_is_verified_with_the_key_it_brings() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let proof = client.proof(&bed, AT, None);
    for (what, text) in proof.confused(&client.dpop) {
        bed.refuses(what, &client.token_with(&bed, form(), &text), REFUSED)
            .await;
    }
    let signed = proof.sign(&client.dpop);
    let mut bytes = naru_crypto::jose::from_base64url(signed.rsplit('.').next().unwrap()).unwrap();
    for at in [0, 31, 32, 63] {
        bytes[at] ^= 1;
        let forged = proof.seal(|_| bytes.clone());
        bed.refuses("a bit", &client.token_with(&bed, form(), &forged), REFUSED)
            .await;
        bytes[at] ^= 1;
    }
    bed.send(&client.token_with(&bed, form(), &signed)).await.expect(200);
}

#[tokio::test]
async fn line_072_073_and_074_method_and_address_are_those_of_the_request() {
    let at = |text: &str| set("htu", text);
    judged(vec![
        ("GET", same(), set("htm", "GET"), false),
        ("post", same(), set("htm", "post"), false),
        ("another path", same(), at("https://hub.example/fapi2/par"), false),
        ("another host", same(), at("https://other.example/fapi2/token"), false),
        (
            "a host within",
            same(),
            at("https://hub.example.evil.example/fapi2/token"),
            false,
        ),
        (
            "a name before the host",
            same(),
            at("https://hub.example@evil.example/fapi2/token"),
            false,
        ),
        ("http", same(), at("http://hub.example/fapi2/token"), false),
        (
            "another port",
            same(),
            at("https://hub.example:8443/fapi2/token"),
            false,
        ),
        ("a slash more", same(), at("https://hub.example/fapi2/token/"), false),
        (
            "a dot segment",
            same(),
            at("https://hub.example/fapi2/../fapi2/token"),
            false,
        ),
        ("no scheme", same(), at("hub.example/fapi2/token"), false),
        ("relative", same(), at("/fapi2/token"), false),
        ("empty", same(), at(""), false),
        ("a query", same(), at("https://hub.example/fapi2/token?x=1"), true),
        ("a fragment", same(), at("https://hub.example/fapi2/token#x"), true),
        ("capitals", same(), at("HTTPS://Hub.Example/fapi2/token"), true),
        ("the port said", same(), at("https://hub.example:443/fapi2/token"), true),
        (
            "capitals in the path",
            same(),
            at("https://hub.example/FAPI2/token"),
            false,
        ),
    ])
    .await;
    let bed = Bed::new().await;
    let client = bed.client().await;
    let proof = client.proof(&bed, AT, None).sign(&client.dpop);
    let mut call = client.token_with(&bed, form(), &proof);
    call.path = "/fapi2/token?x=1".to_owned();
    bed.send(&call).await.expect(200);
}

#[tokio::test]
async fn line_075_084_and_085_nonces_are_not_asked_for() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let proof = client
        .proof(&bed, AT, None)
        .claim(&set("nonce", "anything"))
        .sign(&client.dpop);
    let good = bed.send(&client.token_with(&bed, form(), &proof)).await.expect(200);
    let bad = bed
        .refuses("a bad proof", &client.token_with(&bed, form(), "x"), REFUSED)
        .await;
    let token = good.json()["access_token"].as_str().unwrap().to_owned();
    let resource = bed.send(&resource(&token, "x")).await.expect(401);
    for answer in [good, bad, resource] {
        assert!(answer.all("dpop-nonce").is_empty());
        assert!(!answer.text().contains("use_dpop_nonce"));
    }
}

#[tokio::test]
async fn line_076_a_proof_is_young() {
    let now = Bed::new().await.now();
    let at = |offset: i64| set("iat", now + offset);
    judged(vec![
        ("10 seconds ago", same(), at(-10), true),
        ("in 10 seconds", same(), at(10), true),
        ("two minutes ago", same(), at(-120), true),
        ("longer ago", same(), at(-121), false),
        ("in half a minute", same(), at(30), true),
        ("later", same(), at(31), false),
        ("an hour ago", same(), at(-3_600), false),
        ("in an hour", same(), at(3_600), false),
        ("never", same(), set("iat", -1), false),
        ("without end", same(), set("iat", 1e308), false),
        ("a fraction", same(), set("iat", 1_795_000_000.5), true),
    ])
    .await;
}

#[tokio::test]
async fn line_077_and_078_a_proof_is_for_its_token_and_of_its_key() {
    let bed = Bed::new().await;
    let (client, other) = (bed.client().await, bed.client().await);
    let tokens = client.authorized(&bed).await;
    let proof = |token: &str| client.proof(&bed, ("GET", "/fapi2/userinfo"), Some(token));
    let error = |answer: &crate::bed::Answer| answer.header("www-authenticate").to_owned();
    let another_token = proof("nat_other").sign(&client.dpop);
    let answer = bed.send(&resource(&tokens.access, &another_token)).await.expect(401);
    assert!(
        error(&answer).contains("error=\"invalid_dpop_proof\""),
        "{}",
        error(&answer)
    );
    for ath in [tokens.access.as_str(), "", &base64url(&[0; 32])] {
        let wrong = proof(&tokens.access).claim(&set("ath", ath)).sign(&client.dpop);
        bed.send(&resource(&tokens.access, &wrong)).await.expect(401);
    }
    let foreign = other
        .proof(&bed, ("GET", "/fapi2/userinfo"), Some(&tokens.access))
        .sign(&other.dpop);
    let answer = bed.send(&resource(&tokens.access, &foreign)).await.expect(401);
    assert!(
        error(&answer).starts_with("DPoP error=\"invalid_token\""),
        "{}",
        error(&answer)
    );
    client.userinfo(&bed, &tokens.access).await.expect(200);
}

#[tokio::test]
async fn line_079_and_080_a_proof_holds_once_and_may_say_more() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let more: Jwt = client.proof(&bed, AT, None);
    let more = more.head(&set("x-unknown", json!({ "a": 1 }))).head(&set("kid", "a"));
    let more = more
        .claim(&set("nbf", bed.now() + 9_999))
        .claim(&set("exp", 1))
        .claim(&set("unknown", json!([])));
    let proof = more.sign(&client.dpop);
    bed.send(&client.token_with(&bed, form(), &proof)).await.expect(200);
    for seconds in [0, 60, 60] {
        bed.pass_seconds(seconds);
        bed.refuses("a second use", &client.token_with(&bed, form(), &proof), REFUSED)
            .await;
    }
    let tokens = client.authorized(&bed).await;
    let call = client.resource(&bed, ("GET", "/fapi2/userinfo"), &tokens.access);
    bed.send(&call).await.expect(200);
    bed.send(&call).await.expect(401);
}

#[tokio::test]
async fn line_092_a_proof_is_short() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let long = client
        .proof(&bed, AT, None)
        .claim(&set("more", "x".repeat(9_000)))
        .sign(&client.dpop);
    bed.refuses("long", &client.token_with(&bed, form(), &long), REFUSED)
        .await;
    let id = client
        .proof(&bed, AT, None)
        .claim(&set("jti", "x".repeat(513)))
        .sign(&client.dpop);
    bed.refuses("a long id", &client.token_with(&bed, form(), &id), REFUSED)
        .await;
    let id = client
        .proof(&bed, AT, None)
        .claim(&set("jti", "x".repeat(512)))
        .sign(&client.dpop);
    bed.send(&client.token_with(&bed, form(), &id)).await.expect(200);
}

#[tokio::test]
async fn line_092_proofs_of_nobody_are_not_remembered() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    let jkt = client.dpop.public_jwk().thumbprint();
    let fresh = |proof: &Jwt| {
        let id = sha256(proof.claims["jti"].as_str().unwrap().as_bytes());
        bed.hub.proofs().claim(&jkt, &hex(&id), bed.hub.now()) == Claim::Fresh
    };
    let made = |token: &str| client.proof(&bed, ("GET", "/fapi2/userinfo"), Some(token));
    let stranger = made("nat_unknown");
    bed.send(&resource("nat_unknown", &stranger.sign(&client.dpop)))
        .await
        .expect(401);
    assert!(fresh(&stranger), "whoever has no token cannot fill the memory");
    let good = made(&tokens.access);
    bed.send(&resource(&tokens.access, &good.sign(&client.dpop)))
        .await
        .expect(200);
    assert!(!fresh(&good));
}
