//! Certificates that the hub's own authority issues to clients: to a signing request, and taken back again.

use std::collections::HashSet;

use naru_core::{Action, Actor, Client, ClientStatus, RevokedBy, SECOND, Timestamp};
use naru_crypto::{Authority, Enrolment, Reason, Revoked, from_hex};
use naru_storage::{CertificateRow, RevokedRow, Storage, StorageError};
use naru_web::RevokedCertificates;

use crate::grant::service::{Whose, revoke_all};

/// How long a signed list of revoked certificates holds, seconds.
const LIST_SECONDS: i64 = 86_400;
/// Living certificates of one client at most: one in use, one that takes its place, and room for several machines.
const LIVING_MAX: i64 = 10;
/// Certificates that one client is issued at most in [`WINDOW_DAYS`], revoked ones too: what was revoked stays on the
/// list until it would have run out.
const ISSUED_MAX: i64 = 50;
const WINDOW_DAYS: i64 = 30;

/// The reasons that can be given (RFC 5280 5.3.1).
pub const REASONS: [(&str, Reason); 6] = [
    ("unspecified", Reason::Unspecified),
    ("key_compromise", Reason::KeyCompromise),
    ("affiliation_changed", Reason::AffiliationChanged),
    ("superseded", Reason::Superseded),
    ("cessation_of_operation", Reason::CessationOfOperation),
    ("privilege_withdrawn", Reason::PrivilegeWithdrawn),
];

/// Why a certificate was not issued or revoked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// No certificate has this serial number.
    #[error("there is no such certificate; `naru certificate list` shows a client's")]
    Unknown,
    /// It was revoked before.
    #[error("the certificate was revoked before")]
    Revoked,
    /// The client is closed.
    #[error("the client is closed: it gets no certificate")]
    Closed,
    /// The client has, or was lately issued, as many as it may.
    #[error(
        "a client has at most {LIVING_MAX} living certificates and is issued at most {ISSUED_MAX} in {WINDOW_DAYS} \
             days; revoke one that is not used"
    )]
    Full,
    /// The reason is none of RFC 5280 5.3.1.
    #[error(
        "the reason must be one of: unspecified, key_compromise, affiliation_changed, superseded, \
             cessation_of_operation, privilege_withdrawn"
    )]
    Reason,
    /// The request or its terms.
    #[error("{0}")]
    Request(String),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Issues a certificate over the key of a signing request. Its name is the client's id, whatever the request says.
pub async fn issue(
    storage: &Storage,
    (actor, authority): (&Actor, &Authority),
    client: &Client,
    (csr_pem, days): (&str, i64),
) -> Result<CertificateRow, CertificateError> {
    if client.status == ClientStatus::Closed {
        return Err(CertificateError::Closed);
    }
    let now = storage.clock().now();
    let subject = client.id.to_string();
    let issued = authority.issue_client(&Enrolment {
        csr_pem,
        subject: &subject,
        days,
        serial: positive(storage.chance().bytes()),
        now: now.0 / SECOND,
    });
    let issued = issued.map_err(|error| CertificateError::Request(error.to_string()))?;
    let row = CertificateRow {
        serial: issued.serial_hex,
        client_id: client.id,
        sha256: issued.der_sha256.to_vec(),
        pem: issued.pem,
        issued_at: now,
        expires_at: Timestamp(issued.not_after.saturating_mul(SECOND)),
        revoked: None,
    };
    let inserting = &row;
    storage
        .run("certificate_issue", actor, async |tx| {
            let counts = tx.certificate_counts(client.id, now.plus_days(-WINDOW_DAYS)).await?;
            if counts.living >= LIVING_MAX || counts.issued >= ISSUED_MAX {
                return Err(CertificateError::Full);
            }
            tx.certificate_insert(inserting).await?;
            let details = serde_json::json!({ "serial": inserting.serial });
            tx.trail(Action::CertificateIssued, client.id, details).await?;
            Ok(())
        })
        .await?;
    Ok(row)
}

/// A serial number is positive and not zero (RFC 5280 4.1.2.2).
const fn positive(mut serial: [u8; 16]) -> [u8; 16] {
    serial[0] = serial[0] & 0x3f | 0x40;
    serial
}

/// Revokes a certificate, and then ends the grants whose tokens are bound to it; how many.
pub async fn revoke(storage: &Storage, actor: &Actor, serial: &str, reason: &str) -> Result<u64, CertificateError> {
    if !REASONS.iter().any(|(word, _)| *word == reason) {
        return Err(CertificateError::Reason);
    }
    let row = storage
        .run("certificate_revoke", actor, async |tx| {
            let row = tx.certificate_find(serial).await?.ok_or(CertificateError::Unknown)?;
            if !tx.certificate_revoke(serial, reason).await? {
                return Err(CertificateError::Revoked);
            }
            let details = serde_json::json!({ "serial": serial, "reason": reason });
            tx.trail(Action::CertificateRevoked, row.client_id, details).await?;
            Ok(row)
        })
        .await?;
    let sha256 =
        <[u8; 32]>::try_from(row.sha256.as_slice()).map_err(|_| StorageError::corrupt("a digest of 32 bytes"))?;
    Ok(revoke_all(storage, actor, Whose::Certificate(sha256), RevokedBy::Operator).await?)
}

/// A client's certificates, newest first.
pub async fn list(storage: &Storage, client: &Client) -> Result<Vec<CertificateRow>, StorageError> {
    storage
        .read("certificate_list", async |tx| tx.certificate_list(client.id).await)
        .await
}

/// Tells the listeners which certificates are revoked, and signs the list for others where it changed or grew old.
pub async fn publish(
    storage: &Storage,
    revoked: &RevokedCertificates,
    (authority, signed_at): (Option<&Authority>, Option<Timestamp>),
) -> Result<Option<Timestamp>, CertificateError> {
    let rows = storage
        .read("certificate_list_revoked", async |tx| {
            tx.certificate_list_revoked().await
        })
        .await
        .map_err(CertificateError::Storage)?;
    let known: HashSet<[u8; 32]> = rows
        .iter()
        .filter_map(|row| row.sha256.as_slice().try_into().ok())
        .collect();
    let changed = known.len() != revoked.count() || known.iter().any(|sha256| !revoked.has(sha256));
    revoked.set(known);
    let now = storage.clock().now();
    let old = signed_at.is_none_or(|at| now.micros_since(at) >= LIST_SECONDS / 2 * SECOND);
    let Some(authority) = authority.filter(|_| changed || old) else {
        return Ok(signed_at);
    };
    let entries: Vec<Revoked> = rows.iter().filter_map(entry).collect();
    let seconds = now.0 / SECOND;
    let number = u64::try_from(now.0).unwrap_or_default();
    match authority.crl(&entries, number, seconds, seconds + LIST_SECONDS) {
        Ok(list) => {
            revoked.set_list(&list.der);
            Ok(Some(now))
        }
        Err(error) => {
            // Nothing is signed of this state yet: the next round tries again.
            tracing::error!(event = "revocations_not_signed", %error, "the list that others read is behind");
            Ok(None)
        }
    }
}

fn entry(row: &RevokedRow) -> Option<Revoked> {
    let reason = REASONS
        .iter()
        .find(|(known, _)| *known == row.reason)
        .map_or(Reason::Unspecified, |(_, reason)| *reason);
    Some(Revoked {
        serial: from_hex(&row.serial)?,
        at: row.at.0 / SECOND,
        reason,
    })
}
