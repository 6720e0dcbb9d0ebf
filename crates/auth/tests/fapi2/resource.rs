//! What a resource server checks of every call (FAPI 2.0 5.3.4, RFC 6750, RFC 9449 7).

use naru_core::ClientEvent;

use crate::bed::{Answer, Bed, Call, FapiClient, Form, Tokens, set};

const ME: (&str, &str) = ("GET", "/fapi2/userinfo");

fn challenge(answer: &Answer) -> &str {
    assert_eq!(answer.all("www-authenticate").len(), 1);
    answer.header("www-authenticate")
}

#[tokio::test]
async fn line_039_a_token_stands_in_the_authorization_header() {
    let bed = Bed::new().await;
    let (keyed, bound) = (bed.client().await, bed.tls_client().await);
    for client in [&keyed, &bound] {
        let tokens = client.authorized(&bed).await;
        for method in ["GET", "POST"] {
            bed.send(&client.resource(&bed, (method, ME.1), &tokens.access))
                .await
                .expect(200);
        }
        let call = client.resource(&bed, ME, &tokens.access).no_header("authorization");
        let answer = bed.send(&call).await.expect(401);
        assert!(challenge(&answer).starts_with("DPoP algs="), "{}", challenge(&answer));
        assert!(
            !challenge(&answer).contains("error"),
            "nothing was presented (RFC 6750 3.1)"
        );
        let form = Form::of(&[("access_token", &tokens.access)]);
        let posted = Call::post(ME.1, &form).peer(&client.peer);
        bed.send(&posted).await.expect(401);
    }
}

#[tokio::test]
async fn line_040_a_token_in_the_query_is_refused() {
    let bed = Bed::new().await;
    let (keyed, bound) = (bed.client().await, bed.tls_client().await);
    for client in [&keyed, &bound] {
        let tokens = client.authorized(&bed).await;
        let mut call = client.resource(&bed, ME, &tokens.access);
        call.path = format!("{}?access_token={}", ME.1, tokens.access);
        bed.send(&call)
            .await
            .expect_error("beside the header", (400, "invalid_request"));
        bed.send(&call.no_header("authorization"))
            .await
            .expect_error("alone", (400, "invalid_request"));
        client.userinfo(&bed, &tokens.access).await.expect(200);
    }
}

#[tokio::test]
async fn line_041_a_token_is_looked_up_with_every_call() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let refused = async |token: &str| {
        let answer = client.userinfo(&bed, token).await;
        answer.expect_error("a token", (401, "invalid_token"));
        let header = answer.header("www-authenticate").to_owned();
        assert!(header.starts_with("DPoP error=\"invalid_token\""), "{header}");
    };
    let tokens = client.authorized(&bed).await;
    let changed = format!("{}A", tokens.access.get(..tokens.access.len() - 1).unwrap());
    for unknown in [
        "nat_unknown",
        &changed,
        &tokens.refresh,
        "e30.e30.e30",
        &"x".repeat(512),
    ] {
        refused(unknown).await;
    }
    bed.pass_seconds(599);
    client.userinfo(&bed, &tokens.access).await.expect(200);
    bed.pass_seconds(1);
    refused(&tokens.access).await;
    let renewed = client
        .token(&bed, FapiClient::renewal(&tokens))
        .await
        .expect(200)
        .json();
    let access = renewed["access_token"].as_str().unwrap();
    client.userinfo(&bed, access).await.expect(200);
    client
        .post(&bed, "/fapi2/revoke", Form::of(&[("token", access)]))
        .await
        .expect(200);
    refused(access).await;
    let tokens = client.authorized(&bed).await;
    client
        .post(&bed, "/fapi2/revoke", Form::of(&[("token", &tokens.refresh)]))
        .await
        .expect(200);
    refused(&tokens.access).await;
    let tokens = client.authorized(&bed).await;
    bed.move_client(&client, ClientEvent::Suspend).await;
    refused(&tokens.access).await;
    bed.move_client(&client, ClientEvent::Resume).await;
    client.userinfo(&bed, &tokens.access).await.expect(200);
}

#[tokio::test]
async fn line_042_a_token_covers_what_is_asked_or_the_call_is_refused() {
    let bed = Bed::new().await;
    for client in [bed.client().await, bed.tls_client().await] {
        let tokens = client.two_legged(&bed, "oob").await;
        let answer = client.userinfo(&bed, &tokens.access).await;
        answer.expect_error("no openid", (403, "insufficient_scope"));
        let expected = if client.uses_assertions() { "DPoP" } else { "Bearer" };
        let expected = format!("{expected} error=\"insufficient_scope\"");
        assert!(challenge(&answer).starts_with(&expected), "{}", challenge(&answer));
    }
}

#[tokio::test]
async fn line_043_and_097_the_binding_is_looked_at_with_every_call() {
    let bed = Bed::new().await;
    let bound = bed.tls_client().await;
    let tokens = bound.authorized(&bed).await;
    bound.userinfo(&bed, &tokens.access).await.expect(200);
    let stolen = bound.resource(&bed, ME, &tokens.access);
    for peer in [crate::bed::certificate("moafin"), naru_web::PeerCertificate::default()] {
        let answer = bed.send(&stolen.clone().peer(&peer)).await;
        answer.expect_error("another certificate, or none", (401, "invalid_token"));
        assert_eq!(challenge(&answer), "Bearer error=\"invalid_token\"");
    }
    let keyed = bed.client().await;
    let proof = keyed.proof(&bed, ME, Some(&tokens.access)).sign(&keyed.dpop);
    let call = Call::get(ME.1)
        .header("Authorization", &format!("DPoP {}", tokens.access))
        .header("DPoP", &proof);
    bed.send(&call).await.expect(401);
    bound.userinfo(&bed, &tokens.access).await.expect(200);
}

#[tokio::test]
async fn line_044_the_word_before_the_token_is_read_in_any_case() {
    let bed = Bed::new().await;
    let (keyed, bound) = (bed.client().await, bed.tls_client().await);
    let (k, b) = (keyed.authorized(&bed).await, bound.authorized(&bed).await);
    for word in ["DPoP", "dpop", "DPOP", "dPOp"] {
        let call = keyed.resource(&bed, ME, &k.access).no_header("authorization");
        bed.send(&call.header("authorization", &format!("{word} {}", k.access)))
            .await
            .expect(200);
    }
    for word in ["Bearer", "bearer", "BEARER"] {
        let call = bound.resource(&bed, ME, &b.access).no_header("authorization");
        bed.send(&call.header("AUTHORIZATION", &format!("{word} {}", b.access)))
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn line_088_and_089_a_token_that_is_bound_to_a_key_needs_its_proof() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    let token = tokens.access.as_str();
    let good = || client.resource(&bed, ME, token);
    let broken = client
        .proof(&bed, ME, Some(token))
        .claim(&set("htm", "PUT"))
        .sign(&client.dpop);
    for (what, call, error) in [
        (
            "as a bearer's",
            Call::get(ME.1).header("Authorization", &format!("Bearer {token}")),
            "invalid_token",
        ),
        (
            "with a proof",
            good()
                .no_header("authorization")
                .header("Authorization", &format!("Bearer {token}")),
            "invalid_token",
        ),
        ("without a proof", good().no_header("dpop"), "invalid_token"),
        (
            "with a bad one",
            good().no_header("dpop").header("DPoP", &broken),
            "invalid_dpop_proof",
        ),
        (
            "with nonsense",
            good().no_header("dpop").header("DPoP", "x"),
            "invalid_dpop_proof",
        ),
        ("with two", good().header("DPoP", &broken), "invalid_dpop_proof"),
    ] {
        let answer = bed.send(&call).await.expect(401);
        let expected = format!("DPoP error=\"{error}\", algs=\"ES256 PS256 EdDSA Ed25519\"");
        assert_eq!(challenge(&answer), expected, "{what}");
    }
    bed.send(&good()).await.expect(200);
}

#[tokio::test]
async fn line_138_a_token_of_elsewhere_is_refused() {
    let (here, there) = (Bed::new().await, Bed::new().await);
    let client = there.client().await;
    let tokens: Tokens = client.authorized(&there).await;
    client.userinfo(&there, &tokens.access).await.expect(200);
    // What was issued by one hub is not known to another of the same address.
    let call = client.resource(&here, ME, &tokens.access);
    here.send(&call).await.expect(401);
    let bases = client
        .proof(&there, ME, Some(&tokens.access))
        .claim(&set("htu", "https://other.example/fapi2/userinfo"));
    let call = client
        .resource(&there, ME, &tokens.access)
        .no_header("dpop")
        .header("DPoP", &bases.sign(&client.dpop));
    there.send(&call).await.expect(401);
}
