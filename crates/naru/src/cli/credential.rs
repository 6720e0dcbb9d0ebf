//! The options that say how a client of the FAPI 2.0 profile proves itself.

use std::path::PathBuf;

use clap::Args;
use naru_core::{AuthMethod, Binding, ClientCredential, Profile, TlsName, TlsNameKind};

use super::{Failure, read_text};

/// How a client proves itself.
#[derive(Args)]
pub(super) struct CredentialArgs {
    /// The wire profile it speaks: `kftc`, or `fapi2` (no secrets, no bearer tokens)
    #[arg(long, default_value = "kftc", value_parser = Profile::parse)]
    profile: Profile,
    /// fapi2: `private_key_jwt` or `tls_client_auth`
    #[arg(long, default_value = "private_key_jwt", value_name = "METHOD", value_parser = AuthMethod::parse)]
    auth_method: AuthMethod,
    /// fapi2: what its tokens are bound to, `dpop` or `certificate`
    #[arg(long, default_value = "dpop", value_parser = Binding::parse)]
    binding: Binding,
    /// fapi2: its public keys, a JWK set
    #[arg(long, value_name = "FILE.json", conflicts_with = "jwks_uri")]
    jwks: Option<PathBuf>,
    /// fapi2: where its public keys are published
    #[arg(long, value_name = "URI")]
    jwks_uri: Option<String>,
    /// fapi2: the name in its certificate: `subject_dn=…`, `san_dns=…`, `san_uri=…`, `san_ip=…` or `san_email=…`
    #[arg(long, value_name = "KIND=NAME", value_parser = tls_name)]
    tls_name: Option<TlsName>,
    /// fapi2: its authorization requests must be signed (RFC 9101)
    #[arg(long)]
    signed_requests: bool,
    /// fapi2: authorization responses to it are signed (JARM)
    #[arg(long)]
    signed_responses: bool,
    /// fapi2: as a resource server, the audience whose tokens it may introspect
    #[arg(long, value_name = "URI")]
    resource: Option<String>,
}

fn tls_name(text: &str) -> Result<TlsName, String> {
    let (kind, value) = text
        .split_once('=')
        .ok_or("must be KIND=NAME, such as san_dns=api.fintech.example")?;
    let kind = TlsNameKind::parse(kind).map_err(|error| error.to_string())?;
    let value = value.to_owned();
    Ok(TlsName { kind, value })
}

impl CredentialArgs {
    /// The credential; `None` for a client of the KFTC profile.
    pub(super) fn read(&self) -> Result<Option<ClientCredential>, Failure> {
        if self.profile == Profile::Kftc {
            let other = self.jwks.is_some() || self.jwks_uri.is_some() || self.tls_name.is_some();
            let why = "--jwks, --jwks-uri and --tls-name belong to --profile fapi2".to_owned();
            return if other { Err(Failure::Usage(why)) } else { Ok(None) };
        }
        Ok(Some(ClientCredential {
            method: self.auth_method,
            binding: self.binding,
            jwks: self.jwks.as_deref().map(read_text).transpose()?,
            jwks_uri: self.jwks_uri.clone(),
            tls_name: self.tls_name.clone(),
            signed_requests: self.signed_requests,
            signed_responses: self.signed_responses,
            resource: self.resource.clone(),
        }))
    }
}
