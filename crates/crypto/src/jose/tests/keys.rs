//! Keys and sets of keys: what is taken, what is skipped, what is refused.

use serde_json::{Value, json};

use super::super::{Algorithm, JoseError, Jwks, PublicJwk, Signer, SoftwareKey, base64url};
use super::{changed, fresh};

fn parse(value: &Value) -> Result<PublicJwk, JoseError> {
    PublicJwk::parse(value)
}

fn is_key_error(value: &Value) -> bool {
    matches!(parse(value), Err(JoseError::Key(_)))
}

#[test]
fn a_key_survives_its_json() {
    for algorithm in Algorithm::ALL {
        let public = fresh(algorithm).public_jwk();
        let value = public.to_value();
        assert_eq!(value["alg"], algorithm.as_str());
        assert_eq!(value["use"], "sig");
        let again = parse(&value).unwrap();
        assert_eq!(again, public);
        assert_eq!(again.to_value(), value);
        assert_eq!(again.kid(), public.kid());
        let bare = parse(&changed(
            &public,
            &json!({ "kid": null, "alg": null, "use": null, "more": {} }),
        ));
        let bare = bare.unwrap();
        assert_eq!(bare, public, "the name does not count");
        assert_eq!((bare.kid(), bare.algorithm()), (None, algorithm));
        assert_eq!(bare.to_value().get("use"), None);
        assert_ne!(fresh(algorithm).public_jwk(), public);
    }
}

#[test]
fn private_members_are_refused_whatever_they_hold() {
    for algorithm in Algorithm::ALL {
        let public = fresh(algorithm).public_jwk();
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"] {
            for member in [json!("AA"), json!(""), json!([])] {
                assert!(is_key_error(&changed(&public, &json!({ name: member }))), "{name}");
            }
            let mut empty = public.to_value();
            empty[name] = Value::Null;
            assert!(is_key_error(&empty), "{name}");
        }
    }
    assert!(is_key_error(&json!({ "kty": "oct", "k": "AAAA" })));
}

#[test]
fn a_key_says_only_what_it_is() {
    for algorithm in Algorithm::ALL {
        let public = fresh(algorithm).public_jwk();
        for other in Algorithm::ALL {
            let verdict = parse(&changed(&public, &json!({ "alg": other.as_str() })));
            assert_eq!(verdict.is_ok(), other == algorithm, "{other} on {algorithm}");
        }
        for other in ["RS256", "none", "HS256", "ES384", "RSA-OAEP"] {
            let verdict = parse(&changed(&public, &json!({ "alg": other })));
            assert_eq!(verdict, Err(JoseError::Algorithm), "{other}");
        }
        for bad in [
            json!({ "use": "enc" }),
            json!({ "use": "" }),
            json!({ "use": 1 }),
            json!({ "key_ops": ["sign"] }),
            json!({ "key_ops": "verify" }),
            json!({ "kty": "oct" }),
            json!({ "kty": "AKP" }),
            json!({ "kty": 1 }),
            json!({ "kty": null }),
        ] {
            assert!(is_key_error(&changed(&public, &bad)), "{bad}");
        }
        assert!(parse(&changed(&public, &json!({ "key_ops": ["verify"] }))).is_ok());
        assert!(parse(&changed(&public, &json!({ "alg": 1 }))).is_err());
        assert!(parse(&changed(&public, &json!({ "kid": 1 }))).is_err());
    }
    let eddsa = fresh(Algorithm::EdDsa).public_jwk();
    let newer = parse(&changed(&eddsa, &json!({ "alg": "Ed25519" }))).unwrap();
    assert_eq!(newer.to_value()["alg"], "EdDSA");
    for value in [json!(null), json!([]), json!("{}"), json!({})] {
        assert!(parse(&value).is_err(), "{value}");
    }
}

#[test]
fn sizes_and_points_are_checked() {
    let ec = fresh(Algorithm::Es256).public_jwk();
    let other = fresh(Algorithm::Es256).public_jwk();
    let zeros = base64url(&[0; 32]);
    for bad in [
        json!({ "crv": "P-384" }),
        json!({ "crv": "secp256k1" }),
        json!({ "crv": null }),
        json!({ "x": other.to_value()["x"] }),
        json!({ "x": zeros, "y": zeros }),
        json!({ "x": base64url(&[0xff; 32]) }),
        json!({ "x": base64url(&[1; 31]) }),
        json!({ "x": base64url(&[1; 33]) }),
        json!({ "y": "" }),
        json!({ "y": null }),
        json!({ "y": format!("{zeros}=") }),
        json!({ "y": "나루" }),
    ] {
        assert!(is_key_error(&changed(&ec, &bad)), "{bad}");
    }
    let okp = fresh(Algorithm::EdDsa).public_jwk();
    for bad in [
        json!({ "crv": "X25519" }),
        json!({ "crv": "Ed448" }),
        json!({ "x": base64url(&[1; 31]) }),
        json!({ "x": base64url(&[1; 33]) }),
        json!({ "x": base64url(&[1; 44]) }),
    ] {
        assert!(is_key_error(&changed(&okp, &bad)), "{bad}");
    }
}

#[test]
fn points_of_ed25519_that_anybody_could_sign_for_are_refused() {
    let okp = fresh(Algorithm::EdDsa).public_jwk();
    let point = |first: u8, middle: u8, last: u8| {
        let mut x = [middle; 32];
        (x[0], x[31]) = (first, last);
        changed(&okp, &json!({ "x": base64url(&x) }))
    };
    for sign in [0, 0x80] {
        for first in 0xec..=0xff {
            assert!(is_key_error(&point(first, 0xff, 0x7f | sign)), "{first}");
        }
        assert!(is_key_error(&point(0, 0, sign)));
        assert!(is_key_error(&point(1, 0, sign)));
    }
    let order_eight = [
        "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
        "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
    ];
    for x in order_eight {
        assert!(is_key_error(&changed(&okp, &json!({ "x": x }))));
    }
}

#[test]
fn rsa_has_2048_to_4096_bits_and_an_odd_exponent() {
    let rsa = fresh(Algorithm::Ps256).public_jwk();
    let modulus = |bytes: usize, first: u8| {
        let mut n = vec![0x55; bytes];
        n[0] = first;
        json!({ "n": base64url(&n) })
    };
    for good in [modulus(256, 0x80), modulus(384, 0x01), modulus(512, 0xff)] {
        assert!(parse(&changed(&rsa, &good)).is_ok(), "{good}");
    }
    for bad in [
        modulus(128, 0xff),
        modulus(255, 0xff),
        modulus(256, 0x7f),
        modulus(257, 0x00),
        modulus(513, 0x01),
        modulus(1024, 0xff),
        json!({ "n": "" }),
        json!({ "n": base64url(&[0x80; 256]) }),
        json!({ "e": "" }),
        json!({ "e": base64url(&[1]) }),
        json!({ "e": base64url(&[2]) }),
        json!({ "e": base64url(&[0, 1, 0, 1]) }),
        json!({ "e": base64url(&[1, 0, 0, 0, 1]) }),
        json!({ "e": null }),
    ] {
        assert!(is_key_error(&changed(&rsa, &bad)), "{bad}");
    }
}

#[test]
fn a_set_skips_what_it_cannot_use() {
    let (a, b) = (
        fresh(Algorithm::Es256).public_jwk(),
        fresh(Algorithm::EdDsa).public_jwk(),
    );
    let text = json!({
        "keys": [
            changed(&a, &json!({ "kid": "one" })),
            changed(&b, &json!({ "kid": "one" })),
            changed(&a, &json!({ "kid": "two", "use": "enc" })),
            changed(&a, &json!({ "kid": "three", "alg": "ES384" })),
            { "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA" },
            { "kty": "EC", "crv": "P-256" },
            {},
        ],
        "more": 1,
    });
    let set = Jwks::parse(&text.to_string()).unwrap();
    assert_eq!(set.iter().count(), 2);
    let found: Vec<_> = set.candidates(Algorithm::Es256, Some("one")).collect();
    assert_eq!(found, [&a]);
    let found: Vec<_> = set.candidates(Algorithm::EdDsa, Some("one")).collect();
    assert_eq!(found, [&b], "two of one name are told apart by their kind");
    assert_eq!(set.candidates(Algorithm::Es256, None).count(), 1);
    assert_eq!(set.candidates(Algorithm::Es256, Some("two")).count(), 0);
    assert_eq!(set.candidates(Algorithm::Ps256, None).count(), 0);
    assert_eq!(Jwks::parse(&set.to_text()).unwrap(), set);
    assert!(Jwks::parse(r#"{"keys":[]}"#).unwrap().is_empty());
}

#[test]
fn a_private_key_spoils_the_whole_set() {
    let good = fresh(Algorithm::Es256).public_jwk();
    for spoilt in [
        changed(&fresh(Algorithm::Es256).public_jwk(), &json!({ "d": "AA" })),
        json!({ "kty": "oct", "k": "AAAA", "use": "enc" }),
        json!({ "kty": "AKP", "priv": "AA" }),
    ] {
        let text = json!({ "keys": [good.to_value(), spoilt] }).to_string();
        assert!(matches!(Jwks::parse(&text), Err(JoseError::Key(_))), "{text}");
    }
}

#[test]
fn a_set_is_bounded_and_strict() {
    let key = fresh(Algorithm::Es256).public_jwk().to_value();
    let of = |count: usize| json!({ "keys": vec![key.clone(); count] }).to_string();
    assert_eq!(Jwks::parse(&of(32)).unwrap().iter().count(), 32);
    assert!(Jwks::parse(&of(33)).is_err());
    let padded = |bytes: usize| format!("{{\"keys\":[]{}}}", " ".repeat(bytes - 11));
    assert!(Jwks::parse(&padded(64 * 1024)).is_ok());
    assert!(Jwks::parse(&padded(64 * 1024 + 1)).is_err());
    for bad in [
        "",
        "[]",
        "{}",
        r#"{"keys":null}"#,
        r#"{"keys":{}}"#,
        r#"{"keys":[1]}"#,
        r#"{"keys":[],"keys":[]}"#,
        r#"{"keys":[{"kty":"EC","kty":"EC"}]}"#,
    ] {
        assert!(Jwks::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_private_key_survives_its_bytes_and_hides_itself() {
    for algorithm in Algorithm::ALL {
        let (key, pkcs8) = SoftwareKey::generate(algorithm).unwrap();
        let again = SoftwareKey::from_pkcs8(algorithm, &pkcs8).unwrap();
        assert_eq!(again.public_jwk(), key.public_jwk());
        assert_eq!(again.kid(), base64url(&again.public_jwk().thumbprint()));
        let signature = again.sign(b"text").unwrap();
        assert_eq!(key.public_jwk().verify(b"text", &signature), Ok(()));
        let shown = format!("{key:?}");
        assert!(
            shown.starts_with("SoftwareKey(") && shown.ends_with("hidden)"),
            "{shown}"
        );
        for other in Algorithm::ALL {
            assert_eq!(SoftwareKey::from_pkcs8(other, &pkcs8).is_ok(), other == algorithm);
        }
        assert!(SoftwareKey::from_pkcs8(algorithm, &pkcs8[1..]).is_err());
        assert!(SoftwareKey::from_pkcs8(algorithm, &[]).is_err());
    }
}
