//! Rows of members' passkeys and of the ceremonies in which they are added.
//!
//! A key and a ceremony's state are sealed together with whose they are, as those of people: a row that was given to
//! somebody else in the database no longer opens.

use naru_core::{CeremonyId, MemberId, PasskeyId, Timestamp};
use serde_json::Value as Json;

use crate::passkey::opened;
use crate::value::{Row, values};
use crate::{Storage, StorageError, Tx};

const KEY: &str = "member_passkeys.passkey";
const STATE: &str = "member_ceremonies.state";
const CHALLENGE: &str = "member_ceremonies.challenge";

/// A member's passkey as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberPasskeyRow {
    /// Its id.
    pub id: PasskeyId,
    /// Whose.
    pub member_id: MemberId,
    /// SHA-256 of the credential's id.
    pub credential_sha256: [u8; 32],
    /// Public key, counter and what else belongs to it, as JSON.
    pub key: Json,
    /// What the member calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When the member last signed in with it.
    pub used_at: Option<Timestamp>,
    /// Rises with every use; an update names the version it read.
    pub version: i64,
}

/// A passkey being added, or about to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberCeremony {
    /// Its id.
    pub id: CeremonyId,
    /// Who adds.
    pub member_id: MemberId,
    /// SHA-256 of the secret in the browser that began it; only there it can be finished.
    pub secret_sha256: [u8; 32],
    /// What the answer is compared with, as JSON; null while nothing was asked of the browser.
    pub state: Json,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

fn read(tx: &Tx, mut row: Row) -> Result<MemberPasskeyRow, StorageError> {
    let (id, member_id) = (row.next()?, row.next()?);
    Ok(MemberPasskeyRow {
        id,
        member_id,
        credential_sha256: row.next()?,
        key: opened(tx, KEY, (&row.next::<Vec<u8>>()?, &(id, member_id)))?,
        name: row.next()?,
        created_at: row.next()?,
        used_at: row.next()?,
        version: row.next()?,
    })
}

fn read_ceremony(tx: &Tx, mut row: Row) -> Result<MemberCeremony, StorageError> {
    let (id, member_id, secret_sha256) = (row.next()?, row.next()?, row.next()?);
    Ok(MemberCeremony {
        id,
        member_id,
        secret_sha256,
        state: opened(tx, STATE, (&row.next::<Vec<u8>>()?, &(id, member_id, secret_sha256)))?,
        expires_at: row.next()?,
    })
}

macro_rules! passkey_columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, member_id, credential_sha256, passkey_sealed, name, created_at, used_at, version
             FROM member_passkeys ",
            $rest
        )
    };
}

impl Storage {
    /// The challenge of a member's ceremony of signing in, as [`Storage::ceremony_challenge`] is a person's; an answer
    /// to the one does not answer the other.
    pub fn member_ceremony_challenge(&self, id: CeremonyId) -> Vec<u8> {
        self.keyring().blind(CHALLENGE, id.to_string().as_bytes())
    }
}

impl Tx {
    /// Stores a passkey; the credential must not be any member's yet.
    pub async fn member_passkey_insert(&self, passkey: &MemberPasskeyRow) -> Result<(), StorageError> {
        let p = passkey;
        let sealed = self.seal(KEY, &((p.id, p.member_id), &p.key))?;
        self.execute(
            "INSERT INTO member_passkeys (id, member_id, credential_sha256, passkey_sealed, name, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            values![
                p.id,
                p.member_id,
                p.credential_sha256,
                sealed,
                &p.name,
                p.created_at,
                p.version
            ],
        )
        .await?;
        Ok(())
    }

    /// A member's passkeys, oldest first; at most 100.
    pub async fn member_passkey_list(&self, member_id: MemberId) -> Result<Vec<MemberPasskeyRow>, StorageError> {
        const SQL: &str = passkey_columns!("WHERE member_id = $1 ORDER BY created_at, id LIMIT 100");
        let rows = self.query(SQL, values![member_id]).await?;
        rows.into_iter().map(|row| read(self, row)).collect()
    }

    /// A passkey by the SHA-256 of its credential's id.
    pub async fn member_passkey_find_by_credential(
        &self,
        sha256: [u8; 32],
    ) -> Result<Option<MemberPasskeyRow>, StorageError> {
        const SQL: &str = passkey_columns!("WHERE credential_sha256 = $1");
        let row = self.query_opt(SQL, values![sha256]).await?;
        row.map(|row| read(self, row)).transpose()
    }

    /// Stores a passkey's key after a use, if it still is the version that was read. Whether it was.
    pub async fn member_passkey_update_used(&self, after: &MemberPasskeyRow) -> Result<bool, StorageError> {
        let sealed = self.seal(KEY, &((after.id, after.member_id), &after.key))?;
        let changed = self
            .execute(
                "UPDATE member_passkeys SET passkey_sealed = $3, used_at = $4, version = version + 1
                 WHERE id = $1 AND version = $2",
                values![after.id, after.version, sealed, self.now()],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Removes a passkey of a member. Whether it was there.
    pub async fn member_passkey_remove(&self, id: PasskeyId, member_id: MemberId) -> Result<bool, StorageError> {
        let sql = "DELETE FROM member_passkeys WHERE id = $1 AND member_id = $2";
        Ok(self.execute(sql, values![id, member_id]).await? == 1)
    }

    /// Removes every passkey of a member; how many.
    pub async fn member_passkey_remove_all(&self, member_id: MemberId) -> Result<u64, StorageError> {
        let sql = "DELETE FROM member_passkeys WHERE member_id = $1";
        self.execute(sql, values![member_id]).await
    }

    /// Stores the ceremony in which a member adds a passkey, in place of the one they had begun before.
    pub async fn member_ceremony_put(&self, ceremony: &MemberCeremony) -> Result<(), StorageError> {
        let c = ceremony;
        let sealed = self.seal(STATE, &((c.id, c.member_id, c.secret_sha256), &c.state))?;
        self.execute(
            "INSERT INTO member_ceremonies (id, member_id, secret_sha256, state_sealed, expires_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (member_id) DO UPDATE SET
                 id = excluded.id, secret_sha256 = excluded.secret_sha256, state_sealed = excluded.state_sealed,
                 expires_at = excluded.expires_at",
            values![c.id, c.member_id, c.secret_sha256, sealed, c.expires_at],
        )
        .await?;
        Ok(())
    }

    /// The ceremony of the browser with this secret, if it has not expired.
    pub async fn member_ceremony_find(&self, secret_sha256: [u8; 32]) -> Result<Option<MemberCeremony>, StorageError> {
        let sql = "SELECT id, member_id, secret_sha256, state_sealed, expires_at FROM member_ceremonies
                   WHERE secret_sha256 = $1 AND expires_at > $2";
        let row = self.query_opt(sql, values![secret_sha256, self.now()]).await?;
        row.map(|row| read_ceremony(self, row)).transpose()
    }

    /// Takes a ceremony out, once, if it began in the browser with this secret and has not expired.
    pub async fn member_ceremony_take(
        &self,
        id: CeremonyId,
        secret_sha256: [u8; 32],
    ) -> Result<Option<MemberCeremony>, StorageError> {
        let rows = self
            .returning(
                "DELETE FROM member_ceremonies WHERE id = $1 AND secret_sha256 = $2 AND expires_at > $3
                 RETURNING id, member_id, secret_sha256, state_sealed, expires_at",
                values![id, secret_sha256, self.now()],
            )
            .await?;
        rows.into_iter().next().map(|row| read_ceremony(self, row)).transpose()
    }

    /// Removes a member's ceremony; how many there were, one at most.
    pub async fn member_ceremony_remove(&self, member_id: MemberId) -> Result<u64, StorageError> {
        let sql = "DELETE FROM member_ceremonies WHERE member_id = $1";
        self.execute(sql, values![member_id]).await
    }

    /// Removes ceremonies that expired before a moment, at most 1,000 of them; how many.
    pub async fn member_ceremony_purge(&self, before: Timestamp) -> Result<u64, StorageError> {
        self.execute(
            "DELETE FROM member_ceremonies WHERE id IN (
                 SELECT id FROM member_ceremonies WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)",
            values![before],
        )
        .await
    }
}
