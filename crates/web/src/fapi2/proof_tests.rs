use axum::http::HeaderValue;
use naru_crypto::jose::{Algorithm, SoftwareKey, sign_with_jwk};
use serde_json::{Value, json};

use super::*;

const BASE: &str = "https://hub.example";
const NOW: Timestamp = Timestamp(1_790_000_000 * SECOND);

fn claims() -> Value {
    json!({ "jti": "one", "htm": "POST", "htu": "https://hub.example/fapi2/token", "iat": 1_790_000_000 })
}

fn header_of(proof: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("DPoP", HeaderValue::from_str(proof).unwrap());
    headers
}

fn key() -> SoftwareKey {
    SoftwareKey::generate(Algorithm::Es256).unwrap().0
}

fn checked(claims: &Value, token: Option<&str>) -> Result<Option<[u8; 32]>, ProofError> {
    let proof = sign_with_jwk(&key(), "dpop+jwt", claims).unwrap();
    let made = Made {
        method: &Method::POST,
        path: "/fapi2/token",
        bases: &[BASE],
        token,
        now: NOW,
    };
    check(&header_of(&proof), &made, &Replays::new(REMEMBER_SECONDS))
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

#[test]
fn every_claim_is_needed_and_looked_at() {
    assert!(checked(&claims(), None).unwrap().is_some());
    for name in ["jti", "htm", "htu", "iat"] {
        let mut without = claims();
        without.as_object_mut().unwrap().remove(name);
        assert_eq!(checked(&without, None), Err(ProofError::Malformed), "{name}");
    }
    assert_eq!(checked(&with("htm", json!("GET")), None), Err(ProofError::Method));
    assert_eq!(checked(&with("htm", json!("post")), None), Err(ProofError::Method));
    assert_eq!(checked(&with("jti", json!("")), None), Err(ProofError::Malformed));
    assert_eq!(checked(&with("iat", json!("now")), None), Err(ProofError::Malformed));
    assert!(
        checked(&with("nbf", json!(1)), None).is_ok(),
        "unknown claims are not looked at"
    );
    assert!(checked(&with("exp", json!(1)), None).is_ok());
}

#[test]
fn the_address_is_compared_after_normalisation() {
    for good in [
        "https://hub.example/fapi2/token?x=1#y",
        "HTTPS://HUB.example:443/fapi2/token",
        "https://hub.example/%66api2/token",
    ] {
        assert!(checked(&with("htu", json!(good)), None).is_ok(), "{good}");
    }
    for bad in [
        "https://hub.example/fapi2/token/",
        "https://hub.example/FAPI2/token",
        "https://other.example/fapi2/token",
        "http://hub.example/fapi2/token",
        "https://hub.example:8443/fapi2/token",
        "https://u@hub.example/fapi2/token",
        "https://hub.example/%zz",
        "/fapi2/token",
        "",
    ] {
        assert_eq!(
            checked(&with("htu", json!(bad)), None),
            Err(ProofError::Address),
            "{bad}"
        );
    }
}

#[test]
fn the_clock_has_two_edges() {
    let at = |offset: i64| checked(&with("iat", json!(1_790_000_000 + offset)), None);
    for fine in [-PAST_SECONDS, -10, 0, 10, AHEAD_SECONDS] {
        assert!(at(fine).is_ok(), "{fine}");
    }
    for bad in [-3_600, -PAST_SECONDS - 1, AHEAD_SECONDS + 1, 61, 3_600] {
        assert_eq!(at(bad), Err(ProofError::Age), "{bad}");
    }
    assert_eq!(checked(&with("iat", json!(1e300)), None), Err(ProofError::Age));
}

#[test]
fn with_a_token_its_digest_is_needed() {
    let ath = |token: &str| with("ath", json!(base64url(&sha256(token.as_bytes()))));
    assert!(checked(&ath("nat_x"), Some("nat_x")).is_ok());
    assert_eq!(checked(&ath("nat_y"), Some("nat_x")), Err(ProofError::Token));
    assert_eq!(checked(&claims(), Some("nat_x")), Err(ProofError::Token));
}

#[test]
fn a_proof_holds_once_and_alone() {
    let proof = sign_with_jwk(&key(), "dpop+jwt", &claims()).unwrap();
    let made = Made {
        method: &Method::POST,
        path: "/fapi2/token",
        bases: &["https://mtls.example", BASE],
        token: None,
        now: NOW,
    };
    let seen = Replays::new(REMEMBER_SECONDS);
    assert!(check(&header_of(&proof), &made, &seen).is_ok());
    assert_eq!(check(&header_of(&proof), &made, &seen), Err(ProofError::Replayed));
    let mut two = header_of(&proof);
    two.append("dpop", HeaderValue::from_str(&proof).unwrap());
    assert_eq!(check(&two, &made, &seen), Err(ProofError::Several));
    assert_eq!(check(&HeaderMap::new(), &made, &seen), Ok(None));
    let typ = sign_with_jwk(&key(), "jwt", &claims()).unwrap();
    assert_eq!(check(&header_of(&typ), &made, &seen), Err(ProofError::Type));
    let no_key = naru_crypto::jose::sign(&key(), "dpop+jwt", &claims()).unwrap();
    assert_eq!(check(&header_of(&no_key), &made, &seen), Err(ProofError::Malformed));
    let (head, tail) = proof.rsplit_once('.').unwrap();
    let forged = format!("{head}.{}", tail.chars().rev().collect::<String>());
    assert!(check(&header_of(&forged), &made, &seen).is_err());
}

#[test]
fn a_memory_that_is_full_is_no_fault_of_the_proof() {
    assert_eq!(OauthError::from(ProofError::Full).kind, OauthErrorKind::SlowDown);
    assert_eq!(
        OauthError::from(ProofError::Replayed).kind,
        OauthErrorKind::InvalidDpopProof
    );
}
