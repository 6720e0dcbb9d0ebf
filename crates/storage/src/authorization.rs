//! Rows of authorizations: a person's journey through the consent pages, from the fintech's request to the code.

use naru_core::{Account, AuthorizationId, ClientId, GrantId, PersonId, SessionId, Timestamp, words};

use crate::value::{FromValue, Row, Value, values};
use crate::{StorageError, Tx};

const FOUND: &str = "authorizations.found";

/// How far a journey has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The person has not said who they are.
    Arrived,
    /// A code was sent to the person's phone.
    CodeSent,
    /// The person is known and chooses.
    SignedIn,
    /// The person agreed; the code waits for the fintech.
    Agreed,
    /// The person refused, or left.
    Refused,
    /// The fintech has exchanged the code.
    Exchanged,
}
words!(Step, "authorization step", {
    Arrived = "arrived",
    CodeSent = "code_sent",
    SignedIn = "signed_in",
    Agreed = "agreed",
    Refused = "refused",
    Exchanged = "exchanged",
});

impl From<Step> for Value {
    fn from(step: Step) -> Self {
        Self::from(step.as_str())
    }
}

impl FromValue for Step {
    fn from_value(value: Value) -> Result<Self, StorageError> {
        Self::parse(&String::from_value(value)?).map_err(StorageError::corrupt)
    }
}

/// A journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// Its id.
    pub id: AuthorizationId,
    /// SHA-256 of the browser's session secret.
    pub session_sha256: Vec<u8>,
    /// Which fintech asks; `None` where the person came by themselves.
    pub client_id: Option<ClientId>,
    /// What was asked for: the request's parameters as JSON.
    pub asked: String,
    /// How far it has come.
    pub step: Step,
    /// The identity check under way.
    pub identity_request: Option<String>,
    /// Who the person is.
    pub person_id: Option<PersonId>,
    /// The accounts found at the institutions.
    pub found: Vec<Account>,
    /// What the person granted.
    pub grant_id: Option<GrantId>,
    /// SHA-256 of the code.
    pub code_sha256: Option<Vec<u8>>,
    /// Until when the code can be exchanged.
    pub code_expires_at: Option<Timestamp>,
    /// The person's sign-in under which it goes on.
    pub session_id: Option<SessionId>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

fn read(tx: &Tx, mut row: Row) -> Result<Authorization, StorageError> {
    Ok(Authorization {
        id: row.next()?,
        session_sha256: row.next()?,
        client_id: row.next()?,
        asked: row.next()?,
        step: row.next()?,
        identity_request: row.next()?,
        person_id: row.next()?,
        found: {
            let sealed: Option<Vec<u8>> = row.next()?;
            sealed.map_or(Ok(Vec::new()), |sealed| tx.open(FOUND, &sealed))?
        },
        grant_id: row.next()?,
        code_sha256: row.next()?,
        code_expires_at: row.next()?,
        session_id: row.next()?,
        created_at: row.next()?,
        expires_at: row.next()?,
    })
}

macro_rules! authorization_columns {
    () => {
        "id, session_sha256, client_id, asked, step, identity_request, person_id, found_sealed, grant_id,
         code_sha256, code_expires_at, session_id, created_at, expires_at"
    };
}

impl Tx {
    /// Stores a journey that begins.
    pub async fn authorization_insert(&self, authorization: &Authorization) -> Result<(), StorageError> {
        let a = authorization;
        self.execute(
            "INSERT INTO authorizations (id, session_sha256, client_id, asked, step, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            values![
                a.id,
                &a.session_sha256,
                a.client_id,
                &a.asked,
                a.step,
                a.created_at,
                a.expires_at
            ],
        )
        .await?;
        Ok(())
    }

    /// A journey by its id.
    pub async fn authorization_find(&self, id: AuthorizationId) -> Result<Option<Authorization>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            authorization_columns!(),
            " FROM authorizations WHERE id = $1"
        );
        self.query_opt(SQL, values![id])
            .await?
            .map(|row| read(self, row))
            .transpose()
    }

    /// A journey by the SHA-256 of its code.
    pub async fn authorization_find_by_code(&self, sha256: &[u8]) -> Result<Option<Authorization>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            authorization_columns!(),
            " FROM authorizations WHERE code_sha256 = $1"
        );
        self.query_opt(SQL, values![sha256])
            .await?
            .map(|row| read(self, row))
            .transpose()
    }

    /// Moves a journey on, if it still stands at the step it was read in. Whether it did.
    pub async fn authorization_move(&self, after: &Authorization, from: Step) -> Result<bool, StorageError> {
        let a = after;
        let found = if a.found.is_empty() {
            None
        } else {
            Some(self.seal(FOUND, &a.found)?)
        };
        let changed = self
            .execute(
                "UPDATE authorizations SET step = $3, identity_request = $4, person_id = $5, found_sealed = $6,
                     grant_id = $7, code_sha256 = $8, code_expires_at = $9, session_sha256 = $10, expires_at = $11,
                     asked = $12, session_id = $13
                 WHERE id = $1 AND step = $2",
                values![
                    a.id,
                    from,
                    a.step,
                    a.identity_request.as_ref(),
                    a.person_id,
                    found,
                    a.grant_id,
                    a.code_sha256.as_ref(),
                    a.code_expires_at,
                    &a.session_sha256,
                    a.expires_at,
                    &a.asked,
                    a.session_id,
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Removes journeys that ended before a moment, at most 1,000 of them; how many.
    pub async fn authorization_purge(&self, before: Timestamp) -> Result<u64, StorageError> {
        self.execute(
            "DELETE FROM authorizations WHERE id IN (
                 SELECT id FROM authorizations WHERE expires_at < $1 ORDER BY expires_at LIMIT 1000)",
            values![before],
        )
        .await
    }
}
