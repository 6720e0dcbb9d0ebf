//! Rows of certificates that the hub's own authority issued to clients.

use naru_core::{ClientId, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRow {
    /// Its serial number, hexadecimal.
    pub serial: String,
    /// Whose.
    pub client_id: ClientId,
    /// SHA-256 of its DER form.
    pub sha256: Vec<u8>,
    /// The certificate itself.
    pub pem: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Until when it holds.
    pub expires_at: Timestamp,
    /// When it was revoked, and why (the words of RFC 5280 5.3.1).
    pub revoked: Option<(Timestamp, String)>,
}

/// A certificate that was taken back before its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedRow {
    /// Its serial number, hexadecimal.
    pub serial: String,
    /// SHA-256 of its DER form.
    pub sha256: Vec<u8>,
    /// When it was revoked.
    pub at: Timestamp,
    /// Why (the words of RFC 5280 5.3.1).
    pub reason: String,
}

/// How many certificates a client has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CertificateCounts {
    /// Neither revoked nor run out.
    pub living: i64,
    /// Issued since the moment that was asked for, whatever became of them.
    pub issued: i64,
}

fn read(mut row: Row) -> Result<CertificateRow, StorageError> {
    Ok(CertificateRow {
        serial: row.next()?,
        client_id: row.next()?,
        sha256: row.next()?,
        pem: row.next()?,
        issued_at: row.next()?,
        expires_at: row.next()?,
        revoked: {
            let (at, reason): (Option<Timestamp>, Option<String>) = (row.next()?, row.next()?);
            at.zip(reason)
        },
    })
}

macro_rules! certificate_columns {
    () => {
        "serial, client_id, certificate_sha256, pem, issued_at, expires_at, revoked_at, revoked_reason"
    };
}

impl Tx {
    /// Stores a certificate that was issued.
    pub async fn certificate_insert(&self, certificate: &CertificateRow) -> Result<(), StorageError> {
        let c = certificate;
        self.execute(
            "INSERT INTO certificates (serial, client_id, certificate_sha256, pem, issued_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            values![&c.serial, c.client_id, &c.sha256, &c.pem, c.issued_at, c.expires_at],
        )
        .await?;
        Ok(())
    }

    /// A certificate by its serial number.
    pub async fn certificate_find(&self, serial: &str) -> Result<Option<CertificateRow>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            certificate_columns!(),
            " FROM certificates WHERE serial = $1"
        );
        self.query_opt(SQL, values![serial]).await?.map(read).transpose()
    }

    /// A client's certificates, the living ones first, and of each the newest; at most 200.
    pub async fn certificate_list(&self, client_id: ClientId) -> Result<Vec<CertificateRow>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            certificate_columns!(),
            " FROM certificates WHERE client_id = $1
              ORDER BY CASE WHEN revoked_at IS NULL AND expires_at > $2 THEN 0 ELSE 1 END, issued_at DESC, serial
              LIMIT 200"
        );
        self.query(SQL, values![client_id, self.now()])
            .await?
            .into_iter()
            .map(read)
            .collect()
    }

    /// How many certificates a client has, and how many of all it was issued since a moment.
    pub async fn certificate_counts(
        &self,
        client_id: ClientId,
        since: Timestamp,
    ) -> Result<CertificateCounts, StorageError> {
        let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN revoked_at IS NULL AND expires_at > $2 THEN 1 ELSE 0 END), 0)
                       AS BIGINT),
                   CAST(COALESCE(SUM(CASE WHEN issued_at > $3 THEN 1 ELSE 0 END), 0) AS BIGINT)
                   FROM certificates WHERE client_id = $1";
        let row = self.query_opt(sql, values![client_id, self.now(), since]).await?;
        let mut row = row.ok_or_else(|| StorageError::corrupt("a sum has a row"))?;
        Ok(CertificateCounts {
            living: row.next()?,
            issued: row.next()?,
        })
    }

    /// Every certificate that was revoked and has not run out by itself: one that were left out would be taken again.
    /// How many there can be is bounded where they are issued.
    pub async fn certificate_list_revoked(&self) -> Result<Vec<RevokedRow>, StorageError> {
        let sql = "SELECT serial, certificate_sha256, revoked_at, revoked_reason FROM certificates
                   WHERE revoked_at IS NOT NULL AND expires_at > $1 ORDER BY serial";
        let read = |mut row: Row| {
            Ok(RevokedRow {
                serial: row.next()?,
                sha256: row.next()?,
                at: row.next()?,
                reason: row.next()?,
            })
        };
        self.query(sql, values![self.now()])
            .await?
            .into_iter()
            .map(read)
            .collect()
    }

    /// Revokes a certificate. Whether it had not been.
    pub async fn certificate_revoke(&self, serial: &str, reason: &str) -> Result<bool, StorageError> {
        let sql =
            "UPDATE certificates SET revoked_at = $2, revoked_reason = $3 WHERE serial = $1 AND revoked_at IS NULL";
        Ok(self.execute(sql, values![serial, self.now(), reason]).await? == 1)
    }
}
