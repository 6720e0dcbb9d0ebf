//! What may be registered for a client.

use naru_auth::client::certificate::{self as certificates, CertificateError};
use naru_auth::client::service::{self as clients, ClientError};
use naru_core::{AuthMethod, Binding, ClientCredential, Environment, Scope, Scopes, TlsName, TlsNameKind};
use naru_crypto::jose::{Algorithm, Jwks, Signer as _, SoftwareKey, base64url};
use serde_json::{Value, json};

use crate::bed::{ACTOR, Bed, FapiClient, Terms, bare, registration};

fn credential() -> ClientCredential {
    ClientCredential {
        method: AuthMethod::PrivateKeyJwt,
        binding: Binding::Dpop,
        jwks: None,
        jwks_uri: None,
        tls_name: None,
        signed_requests: false,
        signed_responses: false,
        resource: None,
    }
}

fn key() -> SoftwareKey {
    SoftwareKey::generate(Algorithm::Es256).unwrap().0
}

fn keys(keys: &[Value]) -> ClientCredential {
    ClientCredential {
        jwks: Some(json!({ "keys": keys }).to_string()),
        ..credential()
    }
}

/// Which field of a registration is refused, if any.
async fn refused(bed: &Bed, credential: ClientCredential) -> Option<&'static str> {
    let uris = vec![FapiClient::REDIRECT.to_owned()];
    let asked = registration(Scopes::of(&[Scope::Login]), uris, Environment::TestBed, credential);
    match clients::register(bed.storage(), &ACTOR, asked).await {
        Ok(_) => None,
        Err(ClientError::Field { field, .. }) => Some(field),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn line_010_a_client_without_keys_and_certificate_is_not_registered() {
    let bed = Bed::new().await;
    assert_eq!(refused(&bed, credential()).await, Some("jwks"));
    assert_eq!(refused(&bed, keys(&[])).await, Some("jwks"));
    let certificate = ClientCredential {
        method: AuthMethod::TlsClientAuth,
        binding: Binding::Certificate,
        ..credential()
    };
    assert_eq!(refused(&bed, certificate).await, Some("tls_name"));
    assert_eq!(refused(&bed, keys(&[bare(&key())])).await, None);
}

#[tokio::test]
async fn line_029_answers_go_over_tls_or_stay_on_the_machine() {
    let bed = Bed::new().await;
    let with = |uri: &str| {
        let terms = Terms {
            redirect_uris: vec![uri.to_owned()],
            ..Terms::default()
        };
        bed.register(terms)
    };
    for good in [
        "https://app.example/cb",
        "http://127.0.0.1/cb",
        "http://localhost:3000/cb",
        "http://[::1]/cb",
    ] {
        assert!(with(good).await.is_ok(), "{good}");
    }
    for bad in [
        "http://app.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://localhost:x@evil.example/cb",
        "http://evil.example#127.0.0.1",
        "https://app.example@evil.example/cb",
        "javascript:alert(1)",
        "com.example.app:/cb",
        "//app.example/cb",
        "https://app.example/cb#fragment",
    ] {
        assert!(with(bad).await.is_err(), "{bad}");
    }
}

#[tokio::test]
async fn line_048_small_keys_and_other_curves_are_not_registered() {
    let bed = Bed::new().await;
    let odd = |bytes: usize| base64url(&[vec![0xff; bytes - 1], vec![0x01]].concat());
    let rsa = |bytes: usize| json!({ "kty": "RSA", "e": "AQAB", "n": odd(bytes) });
    let mut other_curve = bare(&key());
    other_curve["crv"] = json!("secp256k1");
    let mut off_the_curve = bare(&key());
    off_the_curve["x"] = off_the_curve["y"].clone();
    let mut sealing = bare(&key());
    sealing["use"] = json!("enc");
    for (what, jwk) in [
        ("RSA of 1024 bits", rsa(128)),
        ("RSA of 2040 bits", rsa(255)),
        (
            "P-224",
            json!({ "kty": "EC", "crv": "P-224", "x": odd(28), "y": odd(28) }),
        ),
        (
            "P-192",
            json!({ "kty": "EC", "crv": "P-192", "x": odd(24), "y": odd(24) }),
        ),
        ("secp256k1", other_curve),
        ("no point of the curve", off_the_curve),
        ("a symmetric key", json!({ "kty": "oct", "k": odd(32) })),
        (
            "Ed25519 of order 1",
            json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(&[0; 32]) }),
        ),
        ("a key for sealing", sealing),
    ] {
        assert_eq!(refused(&bed, keys(&[jwk])).await, Some("jwks"), "{what}");
    }
    assert_eq!(refused(&bed, keys(&[rsa(256)])).await, None, "RSA of 2048 bits");
    let mut private = bare(&key());
    private["d"] = json!(odd(32));
    assert_eq!(
        refused(&bed, keys(&[bare(&key()), private])).await,
        Some("jwks"),
        "a private key"
    );
}

#[tokio::test]
async fn line_050_keys_are_published_over_tls_under_names_that_differ() {
    let bed = Bed::new().await;
    let at = |uri: &str| ClientCredential {
        jwks_uri: Some(uri.to_owned()),
        ..credential()
    };
    assert_eq!(refused(&bed, at("https://app.example/jwks")).await, None);
    for bad in [
        "http://app.example/jwks",
        "ftp://app.example/jwks",
        "https:///jwks",
        "https://",
        "app.example/jwks",
    ] {
        assert_eq!(refused(&bed, at(bad)).await, Some("jwks_uri"), "{bad}");
    }
    let named = |kid: &str| {
        let mut jwk = bare(&key());
        jwk["kid"] = json!(kid);
        jwk
    };
    assert_eq!(refused(&bed, keys(&[named("a"), named("b")])).await, None);
    assert_eq!(refused(&bed, keys(&[named("a"), named("a")])).await, Some("jwks"));
    let both = ClientCredential {
        jwks_uri: Some("https://app.example/jwks".to_owned()),
        ..keys(&[bare(&key())])
    };
    assert_eq!(refused(&bed, both).await, Some("jwks"), "one place, not two");
    let client = bed.client().await;
    for header in ["jku", "x5u"] {
        let change = crate::bed::set(header, "https://evil.example/jwks");
        let ignored = client.assertion(&bed).head(&change).sign(&client.key);
        bed.send(&client.par_with(&ignored)).await.expect(201);
        let forged = client.assertion(&bed).head(&change).sign(&crate::bed::another());
        bed.refuses(header, &client.par_with(&forged), (401, "invalid_client"))
            .await;
    }
}

#[tokio::test]
async fn line_093_a_certificate_is_known_by_exactly_one_name() {
    let bed = Bed::new().await;
    for kind in TlsNameKind::ALL {
        let named = |value: &str| ClientCredential {
            method: AuthMethod::TlsClientAuth,
            binding: Binding::Certificate,
            tls_name: Some(TlsName {
                kind: *kind,
                value: value.to_owned(),
            }),
            ..credential()
        };
        let good = match kind {
            TlsNameKind::SubjectDn => "CN=moafin,O=Naru",
            TlsNameKind::SanIp => "2001:db8::1",
            _ => "moafin.example",
        };
        assert_eq!(refused(&bed, named(good)).await, None, "{kind}");
        assert_eq!(refused(&bed, named("")).await, Some("tls_name"), "{kind}");
    }
}

#[tokio::test]
async fn line_094_self_signed_certificates_are_not_offered() {
    assert!(AuthMethod::parse("self_signed_tls_client_auth").is_err());
    let bed = Bed::new().await;
    let metadata = naru_auth::metadata::http::document(&bed.hub).to_string();
    assert!(!metadata.contains("self_signed"));
}

#[tokio::test]
async fn line_140_a_client_does_not_choose_its_id() {
    let bed = Bed::new().await;
    let (one, other) = (bed.client().await, bed.client().await);
    assert!(one.id().starts_with("cli_") && one.id() != other.id());
    let tokens = one.authorized(&bed).await;
    let sub = one.userinfo(&bed, &tokens.access).await.json()["sub"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        sub.bytes().all(|b| b.is_ascii_digit()),
        "people have numbers, clients have not"
    );
    let set = Jwks::of(vec![one.key.public_jwk()]);
    assert!(!set.is_empty());
}

#[tokio::test]
async fn a_client_has_a_bounded_number_of_certificates() {
    let bed = Bed::new().await;
    let name = bed.client().await.id();
    let client = clients::find(bed.storage(), &name).await.unwrap();
    let authority = crate::bed::tls::authority("issuing");
    let key = rcgen::KeyPair::generate().unwrap();
    let request = rcgen::CertificateParams::default().serialize_request(&key).unwrap();
    let csr = request.pem().unwrap();
    let issue = async || {
        let issued = certificates::issue(bed.storage(), (&ACTOR, &authority), &client, (&csr, 90));
        issued.await.map(|row| row.serial)
    };
    let mut serials = Vec::new();
    for _ in 0..10 {
        serials.push(issue().await.unwrap());
    }
    assert_eq!(issue().await, Err(CertificateError::Full), "ten are alive");
    // Revoking makes room, but what is revoked stays on the list: only so many in a month.
    for _ in 0..40 {
        let oldest = serials.remove(0);
        certificates::revoke(bed.storage(), &ACTOR, &oldest, "superseded")
            .await
            .unwrap();
        serials.push(issue().await.unwrap());
    }
    let oldest = serials.remove(0);
    certificates::revoke(bed.storage(), &ACTOR, &oldest, "superseded")
        .await
        .unwrap();
    assert_eq!(issue().await, Err(CertificateError::Full), "fifty were issued");
    bed.pass_seconds(30 * 86_400);
    assert!(issue().await.is_ok());
}
