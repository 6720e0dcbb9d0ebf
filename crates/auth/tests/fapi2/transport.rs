//! What a handshake decides: versions, suites, and whose certificates are taken.

use axum::Router;
use axum::routing::get;
use naru_core::AuthMethod;
use naru_crypto::Authority;
use naru_crypto::jose::{Algorithm, Signer as _, SoftwareKey};
use naru_web::OutboundSettings;
use serde_json::{Value, json};

use crate::bed::tls::{authority, hello, issued, send, serve, server};
use crate::bed::{Bed, Call, FapiClient, Options, Terms, bare, rsa_key, set};

/// Suites of TLS 1.2 for a certificate of an elliptic curve that BCP 195 recommends.
const RECOMMENDED: [u16; 2] = [0xc02b, 0xc02c];
/// Some that it does not: CBC, no forward secrecy, finite fields, ChaCha20, RC4, none at all.
const OTHERS: [u16; 14] = [
    0xc009, 0xc00a, 0xc013, 0xc014, 0xc023, 0xc024, 0x002f, 0x0035, 0x009c, 0x009d, 0x009e, 0xcca9, 0xc007, 0xc006,
];
const TLS_1_2: [u8; 2] = [3, 3];
const HANDSHAKE: Option<u8> = Some(22);

#[tokio::test]
async fn line_001_a_handshake_of_old_times_fails() {
    let bed = Bed::new().await;
    let (ca, clients) = (authority("servers"), authority("clients"));
    for clients in [None, Some(&clients)] {
        let served = serve(bed.router.clone(), &server(&ca, &["localhost"], clients)).await;
        let every: Vec<u16> = RECOMMENDED.into_iter().chain(OTHERS).collect();
        for version in [[3, 0], [3, 1], [3, 2]] {
            let answer = hello(served.addr, version, &every).await;
            assert_ne!(answer, HANDSHAKE, "{version:?}");
        }
        assert_eq!(hello(served.addr, TLS_1_2, &RECOMMENDED).await, HANDSHAKE);
        served.stop().await;
    }
}

#[tokio::test]
async fn line_002_of_tls_1_2_only_the_recommended_suites_are_offered() {
    let bed = Bed::new().await;
    let (ca, clients) = (authority("servers"), authority("clients"));
    for clients in [None, Some(&clients)] {
        let served = serve(bed.router.clone(), &server(&ca, &["localhost"], clients)).await;
        for suite in RECOMMENDED {
            assert_eq!(hello(served.addr, TLS_1_2, &[suite]).await, HANDSHAKE, "{suite:04x}");
        }
        for suite in OTHERS {
            assert_ne!(hello(served.addr, TLS_1_2, &[suite]).await, HANDSHAKE, "{suite:04x}");
        }
        assert_ne!(hello(served.addr, TLS_1_2, &OTHERS).await, HANDSHAKE);
        served.stop().await;
    }
}

/// Serves this key set at an address of `localhost`; gives the address.
async fn published(ca: &Authority, names: &[&str], keys: Vec<Value>) -> (naru_web::Served, String) {
    let text = json!({ "keys": keys }).to_string();
    let router = Router::new().route("/jwks", get(move || async move { text }));
    let served = serve(router, &server(ca, names, None)).await;
    let uri = format!("https://localhost:{}/jwks", served.addr.port());
    (served, uri)
}

async fn at(bed: &Bed, uri: &str) -> FapiClient {
    let terms = Terms {
        jwks_uri: Some(uri.to_owned()),
        ..Terms::default()
    };
    bed.register(terms).await.unwrap()
}

/// An address on this machine may be reached, as in a trial.
fn trusting(ca: &Authority) -> OutboundSettings {
    OutboundSettings {
        roots_pem: ca.certificate_pem().as_bytes().to_vec(),
        private_addresses: true,
    }
}

#[tokio::test]
async fn line_003_keys_are_fetched_only_from_whom_the_address_names() {
    let (ca, stranger) = (authority("trusted"), authority("strangers"));
    let options = Options {
        outbound: trusting(&ca),
        ..Options::default()
    };
    let bed = Bed::with(options).await;
    let key = SoftwareKey::generate(Algorithm::Es256).unwrap().0;
    let keys = vec![key.public_jwk().to_value()];
    let good = published(&ca, &["localhost"], keys.clone()).await;
    let other_name = published(&ca, &["other.example"], keys.clone()).await;
    let other_ca = published(&stranger, &["localhost"], keys).await;
    let mut client = at(&bed, &good.1).await;
    client.key = key;
    client.push(&bed, client.request()).await.expect(201);
    for (what, uri) in [("another name", &other_name.1), ("another authority", &other_ca.1)] {
        let mut victim = at(&bed, uri).await;
        std::mem::swap(&mut victim.key, &mut client.key);
        let call = victim.call(&bed, "/fapi2/par", victim.request());
        bed.refuses(what, &call, (401, "invalid_client")).await;
        std::mem::swap(&mut victim.key, &mut client.key);
    }
    good.0.stop().await;
    client.push(&bed, client.request()).await.expect(201);
    let strict = Options {
        outbound: OutboundSettings {
            private_addresses: false,
            ..trusting(&ca)
        },
        ..Options::default()
    };
    let strict = Bed::with(strict).await;
    let again = published(&ca, &["localhost"], vec![client.key.public_jwk().to_value()]).await;
    let port = again.1.rsplit(':').next().unwrap_or_default().to_owned();
    for uri in [again.1.clone(), format!("https://127.0.0.1:{port}")] {
        let mut inside = at(&strict, &uri).await;
        std::mem::swap(&mut inside.key, &mut client.key);
        let call = inside.call(&strict, "/fapi2/par", inside.request());
        strict
            .refuses("an address that is not public", &call, (401, "invalid_client"))
            .await;
        std::mem::swap(&mut inside.key, &mut client.key);
    }
    let nobody = Bed::new().await;
    let lost = at(&nobody, &good.1).await;
    let call = lost.call(&nobody, "/fapi2/par", lost.request());
    nobody
        .refuses("no authorities are trusted", &call, (401, "invalid_client"))
        .await;
}

#[tokio::test]
async fn line_051_two_keys_of_one_name_are_told_apart_by_their_kind() {
    let ca = authority("trusted");
    let options = Options {
        outbound: trusting(&ca),
        ..Options::default()
    };
    let bed = Bed::with(options).await;
    let make = |algorithm| SoftwareKey::generate(algorithm).unwrap().0;
    let all = [
        make(Algorithm::Es256),
        rsa_key(),
        make(Algorithm::EdDsa),
        make(Algorithm::Es256),
    ];
    let named = |key: &SoftwareKey| {
        let mut jwk = bare(key);
        jwk["kid"] = json!("one");
        jwk
    };
    let mut sealing = named(&make(Algorithm::Es256));
    sealing["use"] = json!("enc");
    let keys = std::iter::once(sealing).chain(all.iter().map(named)).collect();
    let (served, uri) = published(&ca, &["localhost"], keys).await;
    let client = at(&bed, &uri).await;
    for key in &all {
        let assertion = client
            .assertion(&bed)
            .head(&set("kid", "one"))
            .head(&set("alg", key.algorithm().as_str()));
        bed.send(&client.par_with(&assertion.sign(key))).await.expect(201);
        let other = client
            .assertion(&bed)
            .head(&set("kid", "two"))
            .head(&set("alg", key.algorithm().as_str()));
        bed.refuses(
            "another name",
            &client.par_with(&other.sign(key)),
            (401, "invalid_client"),
        )
        .await;
    }
    served.stop().await;
}

#[tokio::test]
async fn line_093_097_and_101_only_certificates_of_trusted_authorities_are_taken() {
    let bed = Bed::new().await;
    let (ca, clients, stranger) = (authority("servers"), authority("clients"), authority("strangers"));
    let served = serve(bed.router.clone(), &server(&ca, &["localhost"], Some(&clients))).await;
    let client = bed.tls_client().await;
    let own = issued(&clients, "moafin");
    let call = || client.call(&bed, "/fapi2/par", client.request());
    let answer = send(served.addr, (&ca, Some(&own)), &call()).await.unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
    let wrong = send(served.addr, (&ca, Some(&issued(&clients, "other"))), &call())
        .await
        .unwrap();
    assert_eq!(wrong.refused(), (401, "invalid_client".to_owned()));
    let none = send(served.addr, (&ca, None), &call()).await.unwrap();
    assert_eq!(none.refused(), (401, "invalid_client".to_owned()));
    let forged = send(served.addr, (&ca, Some(&issued(&stranger, "moafin"))), &call()).await;
    assert!(forged.is_err(), "the handshake fails");
    let as_server = ca
        .issue(&naru_crypto::Subject::Server(&["moafin"]), 30, crate::bed::tls::today())
        .unwrap();
    assert!(
        send(served.addr, (&ca, Some(&as_server)), &call()).await.is_err(),
        "a server's certificate"
    );
    assert_eq!(client.credential.method, AuthMethod::TlsClientAuth);
    served.stop().await;
}

#[tokio::test]
async fn line_096_and_097_a_token_is_bound_to_the_certificate_of_its_connection() {
    let bed = Bed::new().await;
    let (ca, clients) = (authority("servers"), authority("clients"));
    let served = serve(bed.router.clone(), &server(&ca, &["localhost"], Some(&clients))).await;
    let client = bed.tls_client().await;
    let (own, other) = (issued(&clients, "moafin"), issued(&clients, "moafin"));
    let redirect = client.agreed(&bed, client.request()).await;
    let call = client.call(&bed, "/fapi2/token", FapiClient::exchange(&redirect));
    let tokens = send(served.addr, (&ca, Some(&own)), &call)
        .await
        .unwrap()
        .expect(200)
        .json();
    let access = tokens["access_token"].as_str().unwrap();
    let me = Call::get("/fapi2/userinfo").header("authorization", &format!("Bearer {access}"));
    send(served.addr, (&ca, Some(&own)), &me).await.unwrap().expect(200);
    for shown in [Some(&other), None] {
        let answer = send(served.addr, (&ca, shown), &me).await.unwrap();
        assert_eq!(answer.refused(), (401, "invalid_token".to_owned()));
    }
    let told = client.introspect(&bed, access).await;
    assert_eq!(told["cnf"]["x5t#S256"], naru_crypto::jose::base64url(&own.sha256));
    served.stop().await;
}
