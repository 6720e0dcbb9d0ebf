//! What JOSE texts and keys do: published vectors, confusions of algorithms, texts of a wrong shape, and keys.

mod confusion;
mod keys;
mod shape;
mod vectors;

use serde_json::{Value, json};

use super::{Algorithm, JoseError, Jws, PublicJwk, Signer, SoftwareKey, base64url};

const LONGEST: usize = 16 * 1024;

fn fresh(algorithm: Algorithm) -> SoftwareKey {
    SoftwareKey::generate(algorithm).unwrap().0
}

/// A text with this header and payload, signed by this key whatever the header says.
fn signed(key: &SoftwareKey, header: &str, payload: &str) -> String {
    let input = format!("{}.{}", base64url(header.as_bytes()), base64url(payload.as_bytes()));
    let signature = base64url(&key.sign(input.as_bytes()).unwrap());
    format!("{input}.{signature}")
}

fn refusal(text: &str) -> JoseError {
    Jws::parse(text, LONGEST).unwrap_err()
}

/// The key with some members changed; `null` takes a member away.
fn changed(key: &PublicJwk, with: &Value) -> Value {
    let mut value = key.to_value();
    let members = value.as_object_mut().unwrap();
    for (name, member) in with.as_object().unwrap() {
        if member.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), member.clone());
        }
    }
    value
}

#[test]
fn what_is_signed_is_read_back() {
    for algorithm in Algorithm::ALL {
        let key = fresh(algorithm);
        let text = super::sign(&key, "at+jwt", &json!({ "sub": "나루", "n": 1 })).unwrap();
        let jws = Jws::parse(&text, LONGEST).unwrap();
        assert_eq!(jws.header().typ.as_deref(), Some("at+jwt"));
        assert_eq!(jws.header().algorithm, algorithm);
        assert_eq!(jws.header().kid.as_deref(), Some(key.kid()));
        assert_eq!(jws.header().jwk, None);
        assert_eq!(jws.verify(&key.public_jwk()), Ok(()));
        assert_eq!(jws.verify(&fresh(algorithm).public_jwk()), Err(JoseError::Signature));
        assert_eq!(jws.claims::<Value>().unwrap(), json!({ "sub": "나루", "n": 1 }));
    }
}

#[test]
fn a_proof_brings_its_key() {
    for algorithm in Algorithm::ALL {
        let key = fresh(algorithm);
        let text = super::sign_with_jwk(&key, "dpop+jwt", &json!({ "htm": "POST" })).unwrap();
        let jws = Jws::parse(&text, LONGEST).unwrap();
        let brought = PublicJwk::parse(jws.header().jwk.as_ref().unwrap()).unwrap();
        assert_eq!(jws.header().kid, None);
        assert_eq!(jws.verify(&brought), Ok(()));
        assert_eq!(brought.thumbprint(), key.public_jwk().thumbprint());
        assert_eq!(base64url(&brought.thumbprint()), key.kid());
    }
}

#[test]
fn only_objects_are_signed() {
    let key = fresh(Algorithm::Es256);
    for claims in [json!([1]), json!("text"), json!(null)] {
        assert!(super::sign(&key, "JWT", &claims).is_err(), "{claims}");
    }
}
