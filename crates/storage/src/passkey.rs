//! Rows of passkeys and of the ceremonies in which they are added and used.
//!
//! A key and a ceremony's state are sealed together with whose they are: a row that was given to somebody else in the
//! database no longer opens. What a key is made of is not read here.

use naru_core::{CeremonyId, PasskeyId, PersonId, SessionId, Timestamp};
use serde_json::Value as Json;

use crate::value::{Row, values};
use crate::{Storage, StorageError, Tx};

const KEY: &str = "passkeys.passkey";
const STATE: &str = "passkey_ceremonies.state";
const CHALLENGE: &str = "passkey_ceremonies.challenge";

/// A passkey as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyRow {
    /// Its id.
    pub id: PasskeyId,
    /// Whose.
    pub person_id: PersonId,
    /// SHA-256 of the credential's id.
    pub credential_sha256: [u8; 32],
    /// Public key, counter and what else belongs to it, as JSON.
    pub key: Json,
    /// What the person calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When the person last signed in with it.
    pub used_at: Option<Timestamp>,
    /// Rises with every use; an update names the version it read.
    pub version: i64,
}

/// A passkey being added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceremony {
    /// Its id.
    pub id: CeremonyId,
    /// Who adds.
    pub person_id: PersonId,
    /// In which session it began; only there it can be finished.
    pub session_id: SessionId,
    /// What the answer is compared with, as JSON.
    pub state: Json,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

fn read(tx: &Tx, mut row: Row) -> Result<PasskeyRow, StorageError> {
    let (id, person_id) = (row.next()?, row.next()?);
    Ok(PasskeyRow {
        id,
        person_id,
        credential_sha256: row.next()?,
        key: opened(tx, KEY, (&row.next::<Vec<u8>>()?, &(id, person_id)))?,
        name: row.next()?,
        created_at: row.next()?,
        used_at: row.next()?,
        version: row.next()?,
    })
}

/// Opens what was sealed together with its owner, and compares the owner.
pub(crate) fn opened<T>(tx: &Tx, column: &str, (sealed, owner): (&[u8], &T)) -> Result<Json, StorageError>
where
    T: serde::de::DeserializeOwned + PartialEq,
{
    let (found, value): (T, Json) = tx.open(column, sealed)?;
    if found == *owner {
        Ok(value)
    } else {
        Err(StorageError::corrupt("a sealed value stands in another row"))
    }
}

macro_rules! passkey_columns {
    () => {
        "id, person_id, credential_sha256, passkey_sealed, name, created_at, used_at, version"
    };
}

impl Storage {
    /// The challenge of a ceremony of signing in: an HMAC of its id, so that beginning one writes nothing and nobody
    /// can make one up.
    pub fn ceremony_challenge(&self, id: CeremonyId) -> Vec<u8> {
        self.keyring().blind(CHALLENGE, id.to_string().as_bytes())
    }
}

impl Tx {
    /// Stores a passkey; the credential must not be anybody's yet.
    pub async fn passkey_insert(&self, passkey: &PasskeyRow) -> Result<(), StorageError> {
        let p = passkey;
        let sealed = self.seal(KEY, &((p.id, p.person_id), &p.key))?;
        self.execute(
            "INSERT INTO passkeys (id, person_id, credential_sha256, passkey_sealed, name, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            values![
                p.id,
                p.person_id,
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

    /// A person's passkeys, oldest first; at most 100.
    pub async fn passkey_list(&self, person_id: PersonId) -> Result<Vec<PasskeyRow>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            passkey_columns!(),
            " FROM passkeys WHERE person_id = $1 ORDER BY created_at, id LIMIT 100"
        );
        let rows = self.query(SQL, values![person_id]).await?;
        rows.into_iter().map(|row| read(self, row)).collect()
    }

    /// A passkey by the SHA-256 of its credential's id.
    pub async fn passkey_find_by_credential(&self, sha256: [u8; 32]) -> Result<Option<PasskeyRow>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            passkey_columns!(),
            " FROM passkeys WHERE credential_sha256 = $1"
        );
        self.query_opt(SQL, values![sha256])
            .await?
            .map(|row| read(self, row))
            .transpose()
    }

    /// Stores a passkey's key after a use, if it still is the version that was read. Whether it was.
    pub async fn passkey_update_used(&self, after: &PasskeyRow) -> Result<bool, StorageError> {
        let sealed = self.seal(KEY, &((after.id, after.person_id), &after.key))?;
        let changed = self
            .execute(
                "UPDATE passkeys SET passkey_sealed = $3, used_at = $4, version = version + 1
                 WHERE id = $1 AND version = $2",
                values![after.id, after.version, sealed, self.now()],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Removes a passkey of a person. Whether it was there.
    pub async fn passkey_remove(&self, id: PasskeyId, person_id: PersonId) -> Result<bool, StorageError> {
        let sql = "DELETE FROM passkeys WHERE id = $1 AND person_id = $2";
        Ok(self.execute(sql, values![id, person_id]).await? == 1)
    }

    /// Stores the ceremony in which a person adds a passkey, in place of the one they had begun before.
    pub async fn ceremony_insert(&self, ceremony: &Ceremony) -> Result<(), StorageError> {
        let c = ceremony;
        let sealed = self.seal(STATE, &((c.id, c.person_id, c.session_id), &c.state))?;
        self.execute(
            "INSERT INTO passkey_ceremonies (id, person_id, session_id, state_sealed, expires_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (person_id) DO UPDATE SET
                 id = excluded.id, session_id = excluded.session_id, state_sealed = excluded.state_sealed,
                 expires_at = excluded.expires_at",
            values![c.id, c.person_id, c.session_id, sealed, c.expires_at],
        )
        .await?;
        Ok(())
    }

    /// Takes a ceremony out, once, if it began in this session and has not expired.
    pub async fn ceremony_take(&self, id: CeremonyId, session_id: SessionId) -> Result<Option<Ceremony>, StorageError> {
        let rows = self
            .returning(
                "DELETE FROM passkey_ceremonies WHERE id = $1 AND session_id = $2 AND expires_at > $3
                 RETURNING person_id, state_sealed, expires_at",
                values![id, session_id, self.now()],
            )
            .await?;
        let read = |mut row: Row| -> Result<Ceremony, StorageError> {
            let person_id = row.next()?;
            Ok(Ceremony {
                id,
                person_id,
                session_id,
                state: opened(self, STATE, (&row.next::<Vec<u8>>()?, &(id, person_id, session_id)))?,
                expires_at: row.next()?,
            })
        };
        rows.into_iter().next().map(read).transpose()
    }

    /// Notes that a ceremony of signing in was answered. Whether nobody had answered it.
    pub async fn ceremony_answer(&self, id: CeremonyId, expires_at: Timestamp) -> Result<bool, StorageError> {
        let sql = "INSERT INTO passkey_answers (ceremony_id, expires_at) VALUES ($1, $2)
                   ON CONFLICT (ceremony_id) DO NOTHING";
        Ok(self.execute(sql, values![id, expires_at]).await? == 1)
    }

    /// Removes ceremonies of both kinds that expired before a moment, at most 1,000 of each; how many.
    pub async fn ceremony_purge(&self, before: Timestamp) -> Result<u64, StorageError> {
        let added = self
            .execute(
                "DELETE FROM passkey_ceremonies WHERE id IN (
                     SELECT id FROM passkey_ceremonies WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)",
                values![before],
            )
            .await?;
        let answered = self
            .execute(
                "DELETE FROM passkey_answers WHERE ceremony_id IN (
                     SELECT ceremony_id FROM passkey_answers WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)",
                values![before],
            )
            .await?;
        Ok(added + answered)
    }
}
