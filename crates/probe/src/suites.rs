//! Versions and suites, and the fixed profile they are judged by: BCP 195 (RFC 9325 3.1.1, 4.1, 4.2).
//!
//! The registered name says how a suite works, so the rules read the name. Ephemeral elliptic curves with
//! authenticated encryption are inside the profile; the four suites that RFC 9325 4.2 names are its recommended part.

use crate::registry::{Named, TLS12, TLS13};

/// A protocol version a server is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// SSL 3.0 (RFC 6101).
    Ssl30,
    /// TLS 1.0 (RFC 2246).
    Tls10,
    /// TLS 1.1 (RFC 4346).
    Tls11,
    /// TLS 1.2 (RFC 5246).
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl Version {
    /// Every version, the current ones first: their answers show that the server answers at all.
    pub const ALL: &'static [Self] = &[Self::Tls13, Self::Tls12, Self::Tls11, Self::Tls10, Self::Ssl30];

    /// The fixed word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ssl30 => "ssl-3.0",
            Self::Tls10 => "tls-1.0",
            Self::Tls11 => "tls-1.1",
            Self::Tls12 => "tls-1.2",
            Self::Tls13 => "tls-1.3",
        }
    }

    /// The number on the wire.
    pub(crate) const fn wire(self) -> u16 {
        match self {
            Self::Ssl30 => 0x0300,
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
            Self::Tls13 => 0x0304,
        }
    }

    /// Whether RFC 9325 3.1.1 and RFC 8996 forbid it.
    pub(crate) const fn is_old(self) -> bool {
        matches!(self, Self::Ssl30 | Self::Tls10 | Self::Tls11)
    }

    /// The suites a server is asked about.
    pub(crate) const fn suites(self) -> &'static [Named] {
        match self {
            Self::Tls13 => TLS13,
            _ => TLS12,
        }
    }
}

/// The registered name of a suite; its number where it was not asked for.
pub(crate) fn name_of(suite: u16) -> String {
    let named = TLS13.iter().chain(TLS12).find(|(id, _)| *id == suite);
    named.map_or_else(|| format!("0x{suite:04X}"), |(_, name)| (*name).to_owned())
}

/// What is weak about a suite, as fixed words; empty for a suite of the profile.
pub(crate) fn weaknesses(name: &str) -> Vec<&'static str> {
    let has = |part: &str| name.contains(part);
    let kinds = [
        (
            "null",
            has("_NULL_") || matches!(name, "TLS_SHA256_SHA256" | "TLS_SHA384_SHA384"),
        ),
        ("export", has("_EXPORT_")),
        ("anonymous", has("_anon_")),
        ("rc4", has("_RC4_")),
        ("des", has("_DES_") || has("_DES40_")),
        ("3des", has("_3DES_")),
        ("cbc-sha1", has("_CBC_") && name.ends_with("_SHA")),
        ("md5", name.ends_with("_MD5")),
        ("static-rsa", name.starts_with("TLS_RSA_")),
        ("static-dh", name.starts_with("TLS_ECDH_") && !has("_anon_")),
    ];
    kinds
        .into_iter()
        .filter(|(_, is_so)| *is_so)
        .map(|(word, _)| word)
        .collect()
}

/// Whether a suite is inside the profile: ephemeral elliptic curves (always so in TLS 1.3), authenticated encryption,
/// a tag of 16 octets.
pub(crate) fn is_in_profile(name: &str) -> bool {
    let ephemeral = name.starts_with("TLS_ECDHE_") || !name.contains("_WITH_");
    let authenticated = name.contains("_GCM_") || name.contains("_CHACHA20_POLY1305_") || name.contains("_CCM");
    ephemeral && authenticated && !name.contains("_CCM_8")
}

/// Whether RFC 9325 4.2 names the suite, for TLS 1.2.
pub(crate) fn is_recommended(name: &str) -> bool {
    matches!(
        name,
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
            | "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
            | "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
            | "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_unique() {
        let all: Vec<_> = TLS13.iter().chain(TLS12).collect();
        for (index, (id, name)) in all.iter().enumerate() {
            assert!(all.iter().skip(index + 1).all(|(i, n)| i != id && n != name), "{name}");
        }
        assert_eq!(name_of(0xC02F), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assert_eq!(name_of(0x5600), "0x5600");
    }

    #[test]
    fn weak_suites_are_known_by_name() {
        let cases: &[(&str, &[&str])] = &[
            ("TLS_RSA_WITH_RC4_128_MD5", &["rc4", "md5", "static-rsa"]),
            ("TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", &["3des", "cbc-sha1"]),
            ("TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA", &["export", "des", "cbc-sha1"]),
            ("TLS_ECDH_anon_WITH_NULL_SHA", &["null", "anonymous"]),
            ("TLS_RSA_WITH_AES_128_GCM_SHA256", &["static-rsa"]),
            ("TLS_ECDH_RSA_WITH_AES_128_CBC_SHA", &["cbc-sha1", "static-dh"]),
            ("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", &[]),
            ("TLS_SHA256_SHA256", &["null"]),
            ("TLS_AES_128_GCM_SHA256", &[]),
        ];
        for (name, weak) in cases {
            assert_eq!(weaknesses(name), *weak, "{name}");
        }
    }

    #[test]
    fn no_weak_suite_is_inside_the_profile_and_what_is_recommended_is() {
        for (_, name) in TLS13.iter().chain(TLS12) {
            assert!(weaknesses(name).is_empty() || !is_in_profile(name), "{name}");
            assert!(!is_recommended(name) || is_in_profile(name), "{name}");
        }
        assert_eq!(TLS12.iter().filter(|(_, name)| is_recommended(name)).count(), 4);
        let outside = [
            "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
            "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
            "TLS_AES_128_CCM_8_SHA256",
        ];
        for name in outside {
            assert!(
                TLS13.iter().chain(TLS12).any(|(_, known)| *known == name) && !is_in_profile(name),
                "{name}"
            );
        }
        assert!(is_in_profile("TLS_ECDHE_RSA_WITH_ARIA_128_GCM_SHA256"));
        assert!(is_in_profile("TLS_CHACHA20_POLY1305_SHA256"));
    }
}
