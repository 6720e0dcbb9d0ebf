//! Vectors of the standards themselves.

use serde_json::{Value, json};

use super::super::{Algorithm, JoseError, Jws, PublicJwk, base64url};
use super::LONGEST;

/// RFC 7515 appendix A.3.
const ES256_TEXT: &str = concat!(
    "eyJhbGciOiJFUzI1NiJ9",
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
);

/// RFC 8037 appendix A.4.
const EDDSA_TEXT: &str = concat!(
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
    ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
);

fn es256_key() -> Value {
    json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    })
}

fn eddsa_key() -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" })
}

/// RFC 7638 clause 3.1, without its `alg` (RS256, which is not one of ours).
fn rsa_key() -> Value {
    let n = concat!(
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3",
        "oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA",
        "ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-",
        "kEgU8awapJzKnqDKgw",
    );
    json!({ "kty": "RSA", "n": n, "e": "AQAB", "kid": "2011-04-29" })
}

#[test]
fn rfc_7515_a3_holds() {
    let key = PublicJwk::parse(&es256_key()).unwrap();
    let jws = Jws::parse(ES256_TEXT, LONGEST).unwrap();
    assert_eq!(jws.verify(&key), Ok(()));
    assert_eq!(jws.header().typ, None);
    assert_eq!(jws.claims::<Value>().unwrap()["iss"], "joe");
}

#[test]
fn rfc_8037_a4_holds() {
    let key = PublicJwk::parse(&eddsa_key()).unwrap();
    let jws = Jws::parse(EDDSA_TEXT, LONGEST).unwrap();
    assert_eq!(jws.verify(&key), Ok(()));
    let claims = jws.claims::<Value>();
    assert!(
        matches!(claims, Err(JoseError::Malformed(_))),
        "its payload is a plain sentence"
    );
}

#[test]
fn thumbprints_are_those_of_the_standards() {
    let thumbprint = |key: &Value| base64url(&PublicJwk::parse(key).unwrap().thumbprint());
    assert_eq!(thumbprint(&rsa_key()), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    assert_eq!(
        thumbprint(&eddsa_key()),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        "RFC 8037 A.3"
    );
}

#[test]
fn a_key_is_bound_to_one_algorithm() {
    for (key, algorithm) in [
        (es256_key(), Algorithm::Es256),
        (rsa_key(), Algorithm::Ps256),
        (eddsa_key(), Algorithm::EdDsa),
    ] {
        assert_eq!(PublicJwk::parse(&key).unwrap().algorithm(), algorithm);
    }
}

#[test]
fn the_vectors_do_not_hold_for_other_keys() {
    let es256 = PublicJwk::parse(&es256_key()).unwrap();
    let eddsa = PublicJwk::parse(&eddsa_key()).unwrap();
    assert_eq!(
        Jws::parse(ES256_TEXT, LONGEST).unwrap().verify(&eddsa),
        Err(JoseError::Algorithm)
    );
    assert_eq!(
        Jws::parse(EDDSA_TEXT, LONGEST).unwrap().verify(&es256),
        Err(JoseError::Algorithm)
    );
}
