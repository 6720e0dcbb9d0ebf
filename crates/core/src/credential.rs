//! How a client of the FAPI 2.0 profile proves itself, and what its tokens are bound to. A shared secret and a bearer
//! token cannot be written down here.

use crate::words;

/// How a client proves itself at the token endpoint and its neighbours (FAPI 2.0 Security Profile 5.3.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMethod {
    /// A signed assertion (RFC 7523, OpenID Connect Core 9).
    PrivateKeyJwt,
    /// A certificate that chains to a trusted authority and carries the registered name (RFC 8705 2.1).
    TlsClientAuth,
}
words!(AuthMethod, "client authentication method", {
    PrivateKeyJwt = "private_key_jwt", TlsClientAuth = "tls_client_auth",
});

/// What a client's access tokens are bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// A key that the client proves with every call (RFC 9449).
    Dpop,
    /// The certificate on the connection (RFC 8705 3).
    Certificate,
}
words!(Binding, "token binding", { Dpop = "dpop", Certificate = "certificate" });

/// Which name of a certificate is compared (RFC 8705 2.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsNameKind {
    /// The subject, as RFC 4514 writes it; compared part by part.
    SubjectDn,
    /// A DNS name among the alternative names.
    SanDns,
    /// A URI among the alternative names.
    SanUri,
    /// An address among the alternative names.
    SanIp,
    /// A mail address among the alternative names.
    SanEmail,
}
words!(TlsNameKind, "certificate name", {
    SubjectDn = "subject_dn", SanDns = "san_dns", SanUri = "san_uri", SanIp = "san_ip", SanEmail = "san_email",
});

/// The one name that a client's certificate must carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsName {
    /// Which kind.
    pub kind: TlsNameKind,
    /// The name.
    pub value: String,
}

/// What was registered for a client of the FAPI 2.0 profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCredential {
    /// How it proves itself.
    pub method: AuthMethod,
    /// What its tokens are bound to.
    pub binding: Binding,
    /// Its public keys as a JWK set (RFC 7517 5).
    pub jwks: Option<String>,
    /// Where its public keys are published.
    pub jwks_uri: Option<String>,
    /// The name in its certificate, where it proves itself with one.
    pub tls_name: Option<TlsName>,
    /// Whether it must sign its authorization requests (RFC 9101).
    pub signed_requests: bool,
    /// Whether it is answered with signed authorization responses (JARM).
    pub signed_responses: bool,
    /// As a resource server: the audience whose tokens it may introspect.
    pub resource: Option<String>,
}

/// What an access token is bound to: its confirmation (RFC 7800), part of what a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// Nothing: a token of the KFTC profile in the test bed.
    None,
    /// SHA-256 of a certificate (`x5t#S256`, RFC 8705 3.1).
    Certificate([u8; 32]),
    /// SHA-256 thumbprint of a key (`jkt`, RFC 9449 6.1).
    Key([u8; 32]),
}

/// How a person proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInMethod {
    /// With a passkey (WebAuthn).
    Passkey,
    /// With a code that the identity agency sent to their phone.
    Identity,
}
words!(SignInMethod, "sign-in method", { Passkey = "passkey", Identity = "identity" });

impl SignInMethod {
    /// The authentication context class (`acr`) that it reaches; a higher one covers a lower one.
    pub const fn acr(self) -> &'static str {
        match self {
            Self::Passkey => "urn:naru:acr:passkey",
            Self::Identity => "urn:naru:acr:identity",
        }
    }

    /// Whether signing in this way meets a demanded `acr`.
    pub fn meets(self, acr: &str) -> bool {
        match self {
            Self::Passkey => Self::ALL.iter().any(|method| method.acr() == acr),
            Self::Identity => acr == self.acr(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passkey_covers_what_a_code_reaches_and_not_the_other_way_round() {
        let (passkey, identity) = (SignInMethod::Passkey, SignInMethod::Identity);
        assert!(passkey.meets(passkey.acr()) && passkey.meets(identity.acr()));
        assert!(identity.meets(identity.acr()) && !identity.meets(passkey.acr()));
        assert!(!passkey.meets("urn:somebody:else"));
    }
}
