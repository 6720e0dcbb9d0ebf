//! The certificate chain a server presents: how long it lasts, who vouches for it, whether it bears the name.

use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::pki_types::CertificateDer;
use rustls::server::ParsedCertificate;
use serde_json::{Value, json};
use x509_parser::certificate::X509Certificate;
use x509_parser::public_key::PublicKey;

use crate::dates::Date;
use crate::dial;
use crate::fault::Fault;
use crate::look::Look;
use crate::observation::{Check, Findings, Observation, Outcome, Probe, bounded, hex, sha256_hex};
use crate::target::Target;
use crate::trust;

/// Most characters of a distinguished name.
const NAME_CHARS: usize = 200;

/// Looks at the presented chain: days until its earliest end, trust by the given roots, name, key (RFC 9325 4.5) and
/// signature algorithms. A server that wants a client certificate is looked at too: it presents its own before.
pub async fn certificate(look: &Look<'_>, target: &Target) -> Observation {
    look.take(Probe::CertExpiry, target, presented(look, target)).await
}

async fn presented(look: &Look<'_>, target: &Target) -> Result<Findings, Fault> {
    let addresses = look.step(look.settings.reach.addresses(target)).await?;
    let (stream, address) = dial::connect(look, &addresses).await?;
    let (config, presented) = trust::recording(look);
    let handshake = dial::secure(look, target, stream, config).await;
    let version = handshake
        .as_ref()
        .ok()
        .and_then(|stream| stream.get_ref().1.protocol_version());
    let chain = presented.chain();
    if chain.is_empty() {
        return Err(handshake
            .err()
            .unwrap_or_else(|| Fault::NoTls("no certificate".to_owned())));
    }
    let read: Vec<X509Certificate<'_>> = chain
        .iter()
        .map(|der| x509_parser::parse_x509_certificate(der).map(|(_, read)| read))
        .collect::<Result<_, _>>()
        .map_err(|_| Fault::NoTls("a certificate that cannot be read".to_owned()))?;
    let raw = json!({
        "request": { "url": target.to_string(), "address": address.ip().to_string() },
        "handshake": version.map(|version| format!("{version:?}")),
        "chain": read.iter().zip(&chain).map(|(read, der)| facts(read, der)).collect::<Vec<_>>(),
    });
    let mut checks = vec![expiry(look, &read), trusted(look, &chain, &read), named(target, &chain)];
    checks.extend(read.first().map(key_size));
    checks.push(signatures(&read));
    Ok(Findings { checks, raw })
}

fn facts(read: &X509Certificate<'_>, der: &CertificateDer<'_>) -> Value {
    let (key, bits) = key_of(read);
    json!({
        "subject": bounded(&read.subject().to_string(), NAME_CHARS),
        "issuer": bounded(&read.issuer().to_string(), NAME_CHARS),
        "serial": hex(read.raw_serial()),
        "not_before": read.validity().not_before.timestamp(),
        "not_after": read.validity().not_after.timestamp(),
        "key": key,
        "key_bits": bits,
        "signature": signature_of(read),
        "self_signed": is_self_signed(read),
        "sha256": sha256_hex(der),
    })
}

fn expiry(look: &Look<'_>, chain: &[X509Certificate<'_>]) -> Check {
    let (warn, fail) = (look.settings.warn_days, look.settings.fail_days);
    let wanted = format!("at least {fail} whole days left, better {warn}");
    let Some(end) = chain.iter().map(|read| read.validity().not_after.timestamp()).min() else {
        return Check::new("expiry", Outcome::NotTested, "no certificate", wanted);
    };
    // From the second after its last one a certificate is over: minus one day.
    let days = end.saturating_sub(look.now_seconds()).div_euclid(86_400);
    let date = Date::of_unix_seconds(end).map_or_else(|| end.to_string(), |date| date.to_string());
    let seen = format!("{days} days, until {date}");
    Check::new("expiry", Outcome::when(days >= fail), seen, wanted).warned(days < warn)
}

fn trusted(look: &Look<'_>, chain: &[CertificateDer<'_>], read: &[X509Certificate<'_>]) -> Check {
    const WANTED: &str = "a chain to one of the given roots, valid today";
    let roots = &look.settings.reach.roots;
    let Some((leaf, rest)) = chain.split_first().filter(|_| !roots.is_empty()) else {
        return Check::new("chain", Outcome::NotTested, "no roots are given to trust", WANTED);
    };
    let algorithms = trust::provider().signature_verification_algorithms;
    let verified = ParsedCertificate::try_from(leaf).and_then(|leaf| {
        verify_server_cert_signed_by_trust_anchor(&leaf, roots, rest, look.unix_time(), algorithms.all)
    });
    match verified {
        Ok(()) => Check::new(
            "chain",
            Outcome::Pass,
            format!("{} presented, trusted", chain.len()),
            WANTED,
        ),
        Err(why) => {
            let kind = if read.first().is_some_and(is_self_signed) {
                "self-signed, "
            } else {
                ""
            };
            Check::new(
                "chain",
                Outcome::Fail,
                format!("{} presented, {kind}{why}", chain.len()),
                WANTED,
            )
        }
    }
}

fn named(target: &Target, chain: &[CertificateDer<'_>]) -> Check {
    let wanted = format!("a certificate for {}", target.host());
    let verified = chain.first().map(|leaf| {
        ParsedCertificate::try_from(leaf).and_then(|leaf| verify_server_name(&leaf, &target.server_name()))
    });
    match verified {
        Some(Ok(())) => Check::new("name", Outcome::Pass, "bears the name", wanted),
        Some(Err(why)) => Check::new("name", Outcome::Fail, why.to_string(), wanted),
        None => Check::new("name", Outcome::NotTested, "no certificate", wanted),
    }
}

fn key_size(leaf: &X509Certificate<'_>) -> Check {
    const WANTED: &str = "RSA of 2048 bits or an elliptic curve of 256 bits, or more";
    let (key, bits) = key_of(leaf);
    let outcome = match key {
        "rsa" => Outcome::when(bits >= 2_048),
        "ec" | "ed25519" => Outcome::when(bits >= 256),
        _ => Outcome::NotTested,
    };
    Check::new("key", outcome, format!("{key}, {bits} bits"), WANTED)
}

/// A root vouches for itself by being trusted: the signature on it says nothing, except when it is the leaf.
fn signatures(chain: &[X509Certificate<'_>]) -> Check {
    let counted = chain
        .iter()
        .enumerate()
        .filter(|(index, read)| *index == 0 || read.subject() != read.issuer());
    let words: Vec<String> = counted.map(|(_, read)| signature_of(read)).collect();
    let outcome = if words.iter().any(|word| word.ends_with("sha1") || word.ends_with("md5")) {
        Outcome::Fail
    } else if words.iter().any(|word| word.starts_with(|c: char| c.is_ascii_digit())) {
        Outcome::NotTested
    } else {
        Outcome::Pass
    };
    Check::new(
        "signature",
        outcome,
        words.join(", "),
        "SHA-256 or better in every signature of the chain",
    )
}

fn is_self_signed(read: &X509Certificate<'_>) -> bool {
    read.subject() == read.issuer() && read.verify_signature(None).is_ok()
}

/// The kind of the key and its size in bits; 0 where it is not known.
fn key_of(read: &X509Certificate<'_>) -> (&'static str, usize) {
    let info = read.public_key();
    if info.algorithm.algorithm.to_id_string() == "1.3.101.112" {
        return ("ed25519", 256);
    }
    match info.parsed() {
        Ok(key @ PublicKey::RSA(_)) => ("rsa", key.key_size()),
        // A coordinate of P-521 fills 66 octets, which is not its size.
        Ok(key @ PublicKey::EC(_)) => ("ec", if key.key_size() == 528 { 521 } else { key.key_size() }),
        Ok(key @ PublicKey::DSA(_)) => ("dsa", key.key_size()),
        _ => ("unknown", 0),
    }
}

/// The signature algorithm as a word; its object identifier where there is none.
fn signature_of(read: &X509Certificate<'_>) -> String {
    let id = read.signature_algorithm.algorithm.to_id_string();
    let word = match id.as_str() {
        "1.2.840.113549.1.1.4" => "rsa-md5",
        "1.2.840.113549.1.1.5" => "rsa-sha1",
        "1.2.840.113549.1.1.10" => "rsa-pss",
        "1.2.840.113549.1.1.11" => "rsa-sha256",
        "1.2.840.113549.1.1.12" => "rsa-sha384",
        "1.2.840.113549.1.1.13" => "rsa-sha512",
        "1.2.840.10045.4.1" => "ecdsa-sha1",
        "1.2.840.10045.4.3.2" => "ecdsa-sha256",
        "1.2.840.10045.4.3.3" => "ecdsa-sha384",
        "1.2.840.10045.4.3.4" => "ecdsa-sha512",
        "1.3.101.112" => "ed25519",
        _ => return id,
    };
    word.to_owned()
}

#[cfg(test)]
#[path = "certificate_tests.rs"]
mod tests;
