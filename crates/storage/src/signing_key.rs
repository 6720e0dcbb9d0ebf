//! Rows of signing keys. The private part is sealed here, or lies in a PKCS#11 token.

use naru_core::{KeyPurpose, KeyState, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

const PRIVATE: &str = "signing_keys.private";

/// A signing key.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name in the key set: the RFC 7638 thumbprint.
    pub kid: String,
    /// What it signs.
    pub purpose: KeyPurpose,
    /// Its JWS algorithm.
    pub algorithm: String,
    /// Where it stands.
    pub state: KeyState,
    /// Since when.
    pub state_since: Timestamp,
    /// Its public part as a JWK.
    pub public_jwk: String,
    /// Its private part as PKCS#8; `None` where it lies in a token.
    pub private_pkcs8: Option<Vec<u8>>,
    /// Its label in a PKCS#11 token.
    pub token_label: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({}, {}, {})", self.kid, self.purpose, self.state)
    }
}

fn read(tx: &Tx, mut row: Row) -> Result<SigningKey, StorageError> {
    Ok(SigningKey {
        kid: row.next()?,
        purpose: row.next()?,
        algorithm: row.next()?,
        state: row.next()?,
        state_since: row.next()?,
        public_jwk: row.next()?,
        private_pkcs8: {
            let sealed: Option<Vec<u8>> = row.next()?;
            sealed.map(|sealed| tx.open(PRIVATE, &sealed)).transpose()?
        },
        token_label: row.next()?,
        created_at: row.next()?,
    })
}

impl Tx {
    /// Stores a fresh key.
    pub async fn signing_key_insert(&self, key: &SigningKey) -> Result<(), StorageError> {
        let sealed = key
            .private_pkcs8
            .as_ref()
            .map(|private| self.seal(PRIVATE, private))
            .transpose()?;
        self.execute(
            "INSERT INTO signing_keys (kid, purpose, algorithm, state, state_since, public_jwk, private_sealed,
                 token_label, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            values![
                &key.kid,
                key.purpose,
                &key.algorithm,
                key.state,
                key.state_since,
                &key.public_jwk,
                sealed,
                key.token_label.as_ref(),
                key.created_at,
            ],
        )
        .await?;
        Ok(())
    }

    /// Every key, oldest first; at most 200.
    pub async fn signing_key_list(&self) -> Result<Vec<SigningKey>, StorageError> {
        let rows = self
            .query(
                "SELECT kid, purpose, algorithm, state, state_since, public_jwk, private_sealed, token_label, created_at
                 FROM signing_keys ORDER BY created_at DESC, kid LIMIT 200",
                values![],
            )
            .await?;
        let mut keys = rows
            .into_iter()
            .map(|row| read(self, row))
            .collect::<Result<Vec<_>, _>>()?;
        keys.reverse();
        Ok(keys)
    }

    /// Moves a key to another state, if it still has the one it was read in. Whether it had.
    pub async fn signing_key_move(&self, kid: &str, from: KeyState, to: KeyState) -> Result<bool, StorageError> {
        let sql = "UPDATE signing_keys SET state = $3, state_since = $4 WHERE kid = $1 AND state = $2";
        Ok(self.execute(sql, values![kid, from, to, self.now()]).await? == 1)
    }
}
