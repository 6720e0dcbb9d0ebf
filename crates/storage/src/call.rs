//! Rows of calls: every call with its verdict, appended in bulk.

use naru_core::{BankCode, BankTranId, CallId, ClientId, Day, GrantId, PersonId, Timestamp};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// One answered call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// `api_tran_id` on the wire.
    pub id: CallId,
    /// When it came.
    pub at: Timestamp,
    /// Method and path as the route table writes them.
    pub route: String,
    /// Who called, if the token was known.
    pub client_id: Option<ClientId>,
    /// Under which grant.
    pub grant_id: Option<GrantId>,
    /// On whose behalf.
    pub person_id: Option<PersonId>,
    /// The client's id for it, if this call used it up.
    pub bank_tran_id: Option<BankTranId>,
    /// What the hub answered.
    pub rsp_code: String,
    /// What the institution answered; empty where none was asked.
    pub bank_rsp_code: String,
    /// Which institution was asked.
    pub bank_code: Option<BankCode>,
    /// Microseconds the hub took, without the institution.
    pub hub_us: i64,
    /// Microseconds the institution took.
    pub institution_us: i64,
    /// The judged chain as JSON.
    pub verdict: String,
    /// What the answer was about, where the route alone does not say it: the transfer that was asked for again, or
    /// [`LATER_PAGE`](Self::LATER_PAGE).
    pub about: Option<String>,
}

impl CallRecord {
    /// Of a list, a page behind the first.
    pub const LATER_PAGE: &'static str = "later_page";
}

/// A client's calls of one day on one route with one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallTotals {
    /// Method and path.
    pub route: String,
    /// How many.
    pub count: i64,
    /// How many of them were answered without error.
    pub succeeded: i64,
}

/// The columns of a call, in the order in which [`read`] takes them.
macro_rules! call_columns {
    () => {
        "id, at, route, client_id, grant_id, person_id, bank_tran_id, rsp_code, bank_rsp_code, bank_code, hub_us,
         institution_us, verdict, about"
    };
}
pub(crate) use call_columns;

pub(crate) fn read(mut row: Row) -> Result<CallRecord, StorageError> {
    Ok(CallRecord {
        id: row.next()?,
        at: row.next()?,
        route: row.next()?,
        client_id: row.next()?,
        grant_id: row.next()?,
        person_id: row.next()?,
        bank_tran_id: row.next()?,
        rsp_code: row.next()?,
        bank_rsp_code: row.next()?,
        bank_code: row.next()?,
        hub_us: row.next()?,
        institution_us: row.next()?,
        verdict: row.next()?,
        about: row.next()?,
    })
}

impl Tx {
    /// Appends a call.
    pub fn call_append(&self, call: &CallRecord) -> Result<(), StorageError> {
        self.row_later(
            "INSERT INTO calls (id, at, day, route, client_id, grant_id, person_id, bank_tran_id, rsp_code,
                 bank_rsp_code, bank_code, hub_us, institution_us, verdict, about)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            values![
                call.id,
                call.at,
                call.at.day(),
                &call.route,
                call.client_id,
                call.grant_id,
                call.person_id,
                call.bank_tran_id.as_ref(),
                &call.rsp_code,
                &call.bank_rsp_code,
                call.bank_code.as_ref(),
                call.hub_us,
                call.institution_us,
                &call.verdict,
                call.about.as_deref(),
            ],
        )
    }

    /// A call by its id.
    pub async fn call_find(&self, id: CallId) -> Result<Option<CallRecord>, StorageError> {
        const SQL: &str = concat!("SELECT ", call_columns!(), " FROM calls WHERE id = $1");
        let row = self.query_opt(SQL, values![id]).await?;
        row.map(read).transpose()
    }

    /// Calls made in a person's name, newest first: those older than `before`, of one client or of all; at most
    /// `limit`.
    pub async fn call_list_of_person(
        &self,
        person_id: PersonId,
        before: Option<CallId>,
        client_id: Option<ClientId>,
        limit: i64,
    ) -> Result<Vec<CallRecord>, StorageError> {
        const ALL: &str = concat!(
            "SELECT ",
            call_columns!(),
            " FROM calls WHERE person_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
        );
        const OF_CLIENT: &str = concat!(
            "SELECT ",
            call_columns!(),
            " FROM calls WHERE person_id = $1 AND id < $2 AND client_id = $4 ORDER BY id DESC LIMIT $3"
        );
        // Without a place to begin, the list begins before the largest id there can be.
        let before = before.map_or_else(|| format!("{}_{:f<32}", CallId::PREFIX, ""), |id| id.to_string());
        let rows = match client_id {
            None => self.query(ALL, values![person_id, before, limit]).await?,
            Some(client) => self.query(OF_CLIENT, values![person_id, before, limit, client]).await?,
        };
        rows.into_iter().map(read).collect()
    }

    /// How many calls were made in a person's name under each of their grants; grants that were never used are absent.
    pub async fn call_counts_of_person(&self, person_id: PersonId) -> Result<Vec<(GrantId, i64)>, StorageError> {
        let rows = self
            .query(
                "SELECT grant_id, COUNT(*) FROM calls WHERE person_id = $1 AND grant_id IS NOT NULL GROUP BY grant_id",
                values![person_id],
            )
            .await?;
        rows.into_iter().map(|mut row| Ok((row.next()?, row.next()?))).collect()
    }

    /// Whether an inquiry of that day has used this id up.
    pub async fn call_was_used(&self, day: Day, bank_tran_id: &BankTranId) -> Result<bool, StorageError> {
        let sql = "SELECT 1 FROM calls WHERE day = $1 AND bank_tran_id = $2 LIMIT 1";
        Ok(self.query_opt(sql, values![day, bank_tran_id]).await?.is_some())
    }

    /// A client's totals of one day, by route.
    pub async fn call_totals(&self, client_id: ClientId, day: Day) -> Result<Vec<CallTotals>, StorageError> {
        let rows = self
            .query(
                "SELECT route, COUNT(*), CAST(SUM(CASE WHEN rsp_code = 'A0000' THEN 1 ELSE 0 END) AS BIGINT)
                 FROM calls WHERE day = $1 AND client_id = $2 GROUP BY route ORDER BY route",
                values![day, client_id],
            )
            .await?;
        let read = |mut row: Row| -> Result<CallTotals, StorageError> {
            Ok(CallTotals {
                route: row.next()?,
                count: row.next()?,
                succeeded: row.next()?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}
