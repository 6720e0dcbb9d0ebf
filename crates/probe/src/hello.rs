//! ClientHellos written by hand (RFC 6101 5.6.1.2, RFC 5246 7.4.1.2, RFC 8446 4.1.2).
//!
//! A library that speaks only what is safe cannot ask for what is not. Nothing but the first flight is written: the
//! key share is a public value whose private half nobody knows, and no secret ever comes about.

use aws_lc_rs::digest;

use crate::suites::Version;

/// secp256r1, x25519, secp384r1, secp521r1, x448, ffdhe2048, ffdhe3072 (RFC 8422 5.1.1, RFC 7919 2).
const GROUPS: &[u16] = &[29, 23, 24, 25, 30, 256, 257];
/// The group of the key share: x25519.
const X25519: u16 = 29;
/// ECDSA, RSA-PSS, RSA-PKCS1, EdDSA with SHA-2, then SHA-1 and DSA for old servers (RFC 8446 4.2.3).
const SIGNATURES: &[u16] = &[
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601,
    0x0203, 0x0201, 0x0402, 0x0202,
];

/// Chance for the hellos of one look: every draw is the digest of the seed and a counter.
#[derive(Debug)]
pub(crate) struct Draws {
    seed: [u8; 32],
    drawn: u64,
}

impl Draws {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { seed, drawn: 0 }
    }

    fn next(&mut self) -> [u8; 32] {
        self.drawn += 1;
        let mut digest = digest::Context::new(&digest::SHA256);
        digest.update(&self.seed);
        digest.update(&self.drawn.to_be_bytes());
        digest.finish().as_ref().try_into().expect("SHA-256 has 32 octets")
    }
}

/// The record of a ClientHello for one version and a list of suites. `name` is the server's name, none for an IP
/// address.
pub(crate) fn client_hello(version: Version, suites: &[u16], name: Option<&str>, draws: &mut Draws) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend(version.wire().min(Version::Tls12.wire()).to_be_bytes());
    body.extend(draws.next());
    let session: &[u8] = if version == Version::Tls13 { &draws.next() } else { &[] };
    vector8(&mut body, session);
    vector16(&mut body, &words(suites));
    vector8(&mut body, &[0]);
    if version != Version::Ssl30 {
        vector16(&mut body, &extensions(version, name, draws));
    }
    let mut message = vec![1];
    let [_, high, middle, low] = u32::try_from(body.len()).expect("a hello is short").to_be_bytes();
    message.extend([high, middle, low]);
    message.extend(body);
    let mut record = vec![22];
    record.extend(version.wire().min(Version::Tls10.wire()).to_be_bytes());
    vector16(&mut record, &message);
    record
}

fn extensions(version: Version, name: Option<&str>, draws: &mut Draws) -> Vec<u8> {
    let mut all = Vec::new();
    if let Some(name) = name {
        let mut entry = vec![0];
        vector16(&mut entry, name.as_bytes());
        let mut list = Vec::new();
        vector16(&mut list, &entry);
        extension(&mut all, 0, &list);
    }
    extension(&mut all, 10, &listed16(&words(GROUPS)));
    if version >= Version::Tls12 {
        extension(&mut all, 13, &listed16(&words(SIGNATURES)));
    }
    if version == Version::Tls13 {
        let mut versions = Vec::new();
        vector8(&mut versions, &version.wire().to_be_bytes());
        extension(&mut all, 43, &versions);
        let mut share = X25519.to_be_bytes().to_vec();
        vector16(&mut share, &draws.next());
        extension(&mut all, 51, &listed16(&share));
    } else {
        // Point formats, extended master secret, secure renegotiation: servers that insist on them are no exception.
        extension(&mut all, 11, &[1, 0]);
        extension(&mut all, 23, &[]);
        extension(&mut all, 0xff01, &[0]);
    }
    all
}

fn extension(all: &mut Vec<u8>, kind: u16, content: &[u8]) {
    all.extend(kind.to_be_bytes());
    vector16(all, content);
}

fn words(list: &[u16]) -> Vec<u8> {
    list.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn listed16(content: &[u8]) -> Vec<u8> {
    let mut list = Vec::new();
    vector16(&mut list, content);
    list
}

fn vector8(to: &mut Vec<u8>, content: &[u8]) {
    to.push(u8::try_from(content.len()).expect("short by construction"));
    to.extend(content);
}

fn vector16(to: &mut Vec<u8>, content: &[u8]) {
    to.extend(
        u16::try_from(content.len())
            .expect("short by construction")
            .to_be_bytes(),
    );
    to.extend(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_is_one_hello_and_two_draws_differ() {
        let hello = |seed| client_hello(Version::Tls13, &[0x1301], Some("bank.example"), &mut Draws::new(seed));
        assert_eq!(hello([1; 32]), hello([1; 32]));
        assert_ne!(hello([1; 32]), hello([2; 32]));
        let mut draws = Draws::new([1; 32]);
        assert_ne!(draws.next(), draws.next());
    }

    #[test]
    fn every_version_reads_as_a_client_hello() {
        for version in Version::ALL {
            let suites: Vec<u16> = version.suites().iter().map(|(id, _)| *id).collect();
            let record = client_hello(*version, &suites, Some("bank.example"), &mut Draws::new([7; 32]));
            assert_eq!(record[0], 22);
            assert_eq!(
                usize::from(u16::from_be_bytes([record[3], record[4]])),
                record.len() - 5
            );
            assert_eq!(record[5], 1);
            assert_eq!(u16::from_be_bytes([record[9], record[10]]), version.wire().min(0x0303));
            let names = record.windows(12).filter(|part| *part == b"bank.example").count();
            assert_eq!(names, usize::from(*version != Version::Ssl30), "{version:?}");
        }
    }
}
