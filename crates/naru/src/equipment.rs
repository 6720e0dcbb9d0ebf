//! What a hub is equipped with: authority, keys, lines, identity check and prober, made from the files that its
//! configuration names.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use naru_admission::signal::prober::{HubProber, ProberSettings};
use naru_auth::identity::HttpIdentity;
use naru_auth::key::service::KeyStore;
use naru_banking::line::LineTls;
use naru_crypto::pkcs11::Token;
use naru_crypto::{Authority, Subject};
use naru_web::outbound::{ClientTls, Outbound};

use crate::app::{AppError, Parts};
use crate::config::{Config, ConfigError, read};

/// Time budget of one question to the identity agency.
const IDENTITY_BUDGET: Duration = Duration::from_secs(8);
/// How long the certificate of a stranger is valid.
const STRANGER_DAYS: i64 = 3_650;

fn text(path: &Path) -> Result<String, ConfigError> {
    read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// The authority that issues certificates to clients, where there is one.
pub fn authority(config: &Config) -> Result<Option<Authority>, AppError> {
    let (Some(certificate), Some(key)) = (&config.authority.certificate_file, &config.authority.key_file) else {
        return Ok(None);
    };
    Authority::open(text(certificate)?, text(key)?)
        .map(Some)
        .map_err(|error| AppError::Setup(format!("authority: {error}")))
}

/// Where the keys are with which the hub signs.
pub fn key_store(config: &Config) -> Result<KeyStore, AppError> {
    let keys = &config.keys;
    let (Some(module), Some(token), Some(pin)) = (&keys.pkcs11_module, &keys.pkcs11_token, &keys.pkcs11_pin_file)
    else {
        return Ok(KeyStore::Sealed);
    };
    let pin = String::from_utf8_lossy(&read(pin)?).trim().to_owned();
    let opened = Token::open(module, token, &pin).map_err(|error| AppError::Setup(format!("keys: {error}")))?;
    Ok(KeyStore::Token(Arc::new(opened)))
}

/// What looks at the endpoints of organisations. The stranger whose certificate they must refuse is made anew at every
/// start, and nobody trusts its authority.
pub(crate) fn prober(config: &Config, parts: &Parts) -> Result<HubProber, AppError> {
    let outbound = &config.outbound;
    let client_pem = match (&outbound.certificate_file, &outbound.key_file) {
        (Some(certificate), Some(key)) => Some((text(certificate)?, text(key)?)),
        _ => None,
    };
    let now = crate::up::now();
    let stranger = Authority::generate("a stranger", now)
        .and_then(|authority| authority.issue(&Subject::Client("a stranger"), STRANGER_DAYS, now))
        .map_err(|error| AppError::Setup(format!("prober: {error}")))?;
    let settings = ProberSettings {
        roots_pem: outbound.ca_file.as_deref().map(text).transpose()?.unwrap_or_default(),
        client_pem,
        stranger_pem: Some((stranger.certificate_pem, stranger.key_pem)),
        warning_days: config.admission.warning_days,
        low_ports: config.admission.endpoint_low_ports.clone(),
        private_endpoints: config.admission.private_endpoints,
    };
    let storage = parts.hub.storage();
    HubProber::try_new(&settings, (storage.clock().clone(), storage.chance().clone()))
        .map_err(|error| AppError::Setup(format!("prober: {error}")))
}

/// How institutions are reached.
pub(crate) fn line_tls(config: &Config) -> Result<Option<LineTls>, AppError> {
    let lines = &config.lines;
    let (Some(ca), Some(certificate), Some(key)) = (&lines.ca_file, &lines.certificate_file, &lines.key_file) else {
        return Ok(None);
    };
    LineTls::from_pem(&text(ca)?, &text(certificate)?, &text(key)?)
        .map(Some)
        .map_err(|error| AppError::Setup(format!("lines: {error}")))
}

/// Who proofs people.
pub(crate) fn identity(config: &Config) -> Result<HttpIdentity, AppError> {
    let roots_pem = config
        .identity
        .ca_file
        .as_deref()
        .map(read)
        .transpose()?
        .unwrap_or_default();
    let tls = ClientTls {
        roots_pem,
        identity_pem: None,
    };
    let outbound = Outbound::new(&config.identity.url, &tls, IDENTITY_BUDGET);
    outbound
        .map(HttpIdentity::new)
        .map_err(|error| AppError::Setup(format!("identity: {error}")))
}
