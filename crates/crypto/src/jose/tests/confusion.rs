//! A header never chooses how a key is used.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair};

use super::super::{Algorithm, JoseError, Jws, Signer, SoftwareKey, base64url, from_base64url};
use super::{LONGEST, fresh, refusal, signed};

#[test]
fn only_three_algorithms_have_a_name_here() {
    for algorithm in Algorithm::ALL {
        assert_eq!(Algorithm::parse(algorithm.as_str()), Ok(algorithm));
    }
    assert_eq!(Algorithm::parse("Ed25519"), Ok(Algorithm::EdDsa));
    let others = [
        "none",
        "None",
        "NONE",
        "",
        "HS256",
        "HS384",
        "HS512",
        "RS256",
        "RS384",
        "RS512",
        "ES384",
        "ES512",
        "ES256K",
        "PS384",
        "PS512",
        "Ed448",
        "es256",
        "ES256 ",
        "EDDSA",
        "ed25519",
        "A128KW",
        "ML-DSA-44",
    ];
    let key = fresh(Algorithm::Es256);
    for other in others {
        assert_eq!(Algorithm::parse(other), Err(JoseError::Algorithm), "{other}");
        let text = signed(&key, &format!(r#"{{"alg":"{other}"}}"#), "{}");
        assert_eq!(refusal(&text), JoseError::Algorithm, "{other}");
    }
}

#[test]
fn none_without_a_signature_is_refused() {
    let head = base64url(br#"{"alg":"none"}"#);
    for text in [format!("{head}.e30."), format!("{head}.e30"), format!("{head}.e30.AA")] {
        Jws::parse(&text, LONGEST).unwrap_err();
    }
}

#[test]
fn a_public_key_is_no_shared_secret() {
    for algorithm in Algorithm::ALL {
        let public = fresh(algorithm).public_jwk();
        let secret = hmac::Key::new(hmac::HMAC_SHA256, public.to_value().to_string().as_bytes());
        for name in ["HS256", algorithm.as_str()] {
            let head = base64url(format!(r#"{{"alg":"{name}"}}"#).as_bytes());
            let input = format!("{head}.e30");
            let tag = base64url(hmac::sign(&secret, input.as_bytes()).as_ref());
            let text = format!("{input}.{tag}");
            let verdict = Jws::parse(&text, LONGEST).and_then(|jws| jws.verify(&public));
            assert!(verdict.is_err(), "{name} under {algorithm}");
        }
    }
}

#[test]
fn every_header_over_every_other_key_is_refused() {
    for claimed in Algorithm::ALL {
        for of_key in Algorithm::ALL {
            let key = fresh(of_key);
            let header = format!(r#"{{"alg":"{claimed}"}}"#);
            let text = signed(&key, &header, "{}");
            let expected = if claimed == of_key {
                Ok(())
            } else {
                Err(JoseError::Algorithm)
            };
            let verdict = Jws::parse(&text, LONGEST).unwrap().verify(&key.public_jwk());
            assert_eq!(verdict, expected, "{claimed} over {of_key}");
        }
    }
}

#[test]
fn both_names_of_eddsa_hold() {
    let key = fresh(Algorithm::EdDsa);
    for name in ["EdDSA", "Ed25519"] {
        let text = signed(&key, &format!(r#"{{"alg":"{name}"}}"#), "{}");
        let jws = Jws::parse(&text, LONGEST).unwrap();
        assert_eq!(jws.header().algorithm, Algorithm::EdDsa);
        assert_eq!(jws.verify(&key.public_jwk()), Ok(()));
    }
}

#[test]
fn other_paddings_of_rsa_do_not_hold() {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let public = SoftwareKey::from_pkcs8(Algorithm::Ps256, pkcs8.as_ref())
        .unwrap()
        .public_jwk();
    let input = format!("{}.e30", base64url(br#"{"alg":"PS256"}"#));
    let paddings: [&'static dyn RsaEncoding; 2] = [&RSA_PKCS1_SHA256, &RSA_PSS_SHA512];
    for padding in paddings {
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(padding, &SystemRandom::new(), input.as_bytes(), &mut signature)
            .unwrap();
        let text = format!("{input}.{}", base64url(&signature));
        let verdict = Jws::parse(&text, LONGEST).unwrap().verify(&public);
        assert_eq!(verdict, Err(JoseError::Signature));
    }
}

#[test]
fn every_byte_of_a_signature_and_of_the_text_counts() {
    for algorithm in Algorithm::ALL {
        let key = fresh(algorithm);
        let public = key.public_jwk();
        let text = super::super::sign(&key, "JWT", &serde_json::json!({ "sub": "a" })).unwrap();
        let (input, signature) = text.rsplit_once('.').unwrap();
        let signature = from_base64url(signature).unwrap();
        for at in 0..signature.len() {
            for bit in [0x01, 0x80] {
                let mut other = signature.clone();
                other[at] ^= bit;
                let verdict = public.verify(input.as_bytes(), &other);
                assert_eq!(verdict, Err(JoseError::Signature), "{algorithm}, byte {at}");
            }
        }
        for at in 0..input.len() {
            let mut other = input.as_bytes().to_vec();
            other[at] ^= 1;
            let verdict = public.verify(&other, &signature);
            assert_eq!(verdict, Err(JoseError::Signature), "{algorithm}, byte {at}");
        }
        for len in 0..signature.len() {
            assert!(public.verify(input.as_bytes(), &signature[..len]).is_err(), "{len}");
        }
        let longer = [signature.as_slice(), &[0]].concat();
        assert!(public.verify(input.as_bytes(), &longer).is_err());
    }
}

#[test]
fn trivial_signatures_do_not_hold() {
    for algorithm in Algorithm::ALL {
        let public = fresh(algorithm).public_jwk();
        for len in [1, 32, 63, 64, 65, 72, 256, 512] {
            for byte in [0x00, 0x01, 0xff] {
                assert!(public.verify(b"text", &vec![byte; len]).is_err(), "{algorithm} {len}");
            }
        }
    }
}

#[test]
fn the_asn1_form_of_es256_is_refused() {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};

    let (key, pkcs8) = SoftwareKey::generate(Algorithm::Es256).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8).unwrap();
    let signature = pair.sign(&SystemRandom::new(), b"text").unwrap();
    assert!(key.public_jwk().verify(b"text", signature.as_ref()).is_err());
}
