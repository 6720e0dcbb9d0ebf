//! An authenticator in software, with the browser in front of it: makes keys, signs, and answers as
//! `PublicKeyCredential.toJSON()` does (WebAuthn Level 3, 5.1). A test may change everything it says before it signs.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use naru_crypto::{fill_random, sha256};
use serde_json::{Value, json};

use crate::house::ORIGIN;

/// The person was present.
pub(crate) const PRESENT: u8 = 0x01;
/// The person was verified: finger, face or PIN.
pub(crate) const VERIFIED: u8 = 0x04;
/// The key may be copied to the person's other devices, and was.
pub(crate) const SYNCED: u8 = 0x18;
/// A public key follows.
const KEY_FOLLOWS: u8 = 0x40;

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

/// A device with one passkey.
pub(crate) struct Device {
    key: EcdsaKeyPair,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) handle: Vec<u8>,
    counter: AtomicU32,
}

/// What the device is about to say.
pub(crate) struct Draft<'a> {
    device: &'a Device,
    /// `webauthn.create` or `webauthn.get`.
    pub(crate) kind: &'static str,
    pub(crate) challenge: Value,
    pub(crate) origin: String,
    pub(crate) cross_origin: bool,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    pub(crate) handle: Option<Vec<u8>>,
    /// Whether the device says that it keeps the key.
    pub(crate) kept: Option<bool>,
}

impl Device {
    /// A device that was asked for a key with these options.
    pub(crate) fn new(options: &Value) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).unwrap();
        let mut credential_id = vec![0; 32];
        fill_random(&mut credential_id);
        Self {
            key,
            credential_id,
            handle: decode(&options["user"]["id"]),
            counter: AtomicU32::new(0),
        }
    }

    /// The same key on another device, as far as its counter goes.
    pub(crate) fn set_counter(&self, counter: u32) {
        self.counter.store(counter, Ordering::SeqCst);
    }

    /// The answer to options for adding.
    pub(crate) fn added(&self, options: &Value) -> Draft<'_> {
        Draft {
            device: self,
            kind: "webauthn.create",
            challenge: options["challenge"].clone(),
            origin: ORIGIN.to_owned(),
            cross_origin: false,
            rp_id: options["rp"]["id"].as_str().unwrap().to_owned(),
            flags: PRESENT | VERIFIED | KEY_FOLLOWS,
            counter: 0,
            handle: None,
            kept: Some(true),
        }
    }

    /// The answer to options for signing in; the counter rises.
    pub(crate) fn used(&self, options: &Value) -> Draft<'_> {
        Draft {
            kind: "webauthn.get",
            rp_id: options["rpId"].as_str().unwrap().to_owned(),
            flags: PRESENT | VERIFIED,
            counter: self.counter.fetch_add(1, Ordering::SeqCst) + 1,
            handle: Some(self.handle.clone()),
            ..self.added(&json!({ "challenge": options["challenge"], "rp": { "id": "" } }))
        }
    }

    /// The public key as COSE writes it (RFC 9052): EC2, ES256, P-256, x, y.
    fn cose(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let mut cose = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        cose.extend(x);
        cose.extend([0x22, 0x58, 0x20]);
        cose.extend(y);
        cose
    }
}

impl Draft<'_> {
    pub(crate) fn answer(&self) -> Value {
        let said = json!({
            "type": self.kind,
            "challenge": self.challenge,
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
        });
        let said = said.to_string().into_bytes();
        let facts = self.facts();
        let response = if self.flags & KEY_FOLLOWS == 0 {
            json!({
                "clientDataJSON": encode(&said),
                "authenticatorData": encode(&facts),
                "signature": encode(&self.signature(&facts, &said)),
                "userHandle": self.handle.as_ref().map(|handle| encode(handle)),
            })
        } else {
            json!({
                "clientDataJSON": encode(&said),
                "attestationObject": encode(&attestation(&facts)),
                "authenticatorData": encode(&facts),
                "transports": ["internal", "hybrid"],
                "publicKeyAlgorithm": -7,
            })
        };
        let extensions = match self.kept {
            Some(kept) if self.kind == "webauthn.create" => json!({ "credProps": { "rk": kept } }),
            _ => json!({}),
        };
        json!({
            "id": encode(&self.device.credential_id),
            "rawId": encode(&self.device.credential_id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": extensions,
            "response": response,
        })
    }

    /// The authenticator data (WebAuthn 6.1).
    fn facts(&self) -> Vec<u8> {
        let mut facts = sha256(self.rp_id.as_bytes()).to_vec();
        facts.push(self.flags);
        facts.extend(self.counter.to_be_bytes());
        if self.flags & KEY_FOLLOWS != 0 {
            let id = &self.device.credential_id;
            facts.extend([0; 16]);
            facts.extend(u16::try_from(id.len()).unwrap().to_be_bytes());
            facts.extend(id);
            facts.extend(self.device.cose());
        }
        facts
    }

    fn signature(&self, facts: &[u8], said: &[u8]) -> Vec<u8> {
        let message = [facts, &sha256(said)].concat();
        let signed = self.device.key.sign(&SystemRandom::new(), &message);
        signed.unwrap().as_ref().to_vec()
    }
}

/// An attestation object without attestation, in CBOR.
fn attestation(facts: &[u8]) -> Vec<u8> {
    let mut object = vec![0xa3, 0x63];
    object.extend(b"fmt");
    object.push(0x64);
    object.extend(b"none");
    object.push(0x67);
    object.extend(b"attStmt");
    object.extend([0xa0, 0x68]);
    object.extend(b"authData");
    object.push(0x59);
    object.extend(u16::try_from(facts.len()).unwrap().to_be_bytes());
    object.extend(facts);
    object
}
