//! Rows of functional tests: runs, the steps they ticked off, and the looks at recorded calls that they rest on.

use naru_core::{CallId, ClientId, FunctionTestId, GrantId, MemberId, OrganisationId, PersonId, TestStep, Timestamp};

use crate::call::{CallRecord, call_columns, read as read_call};
use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// One run of the functional test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionTest {
    /// Its id.
    pub id: FunctionTestId,
    /// Who is tested.
    pub organisation_id: OrganisationId,
    /// Whose calls are looked at.
    pub client_id: ClientId,
    /// Who started it.
    pub started_by: MemberId,
    /// When.
    pub started_at: Timestamp,
    /// Up to which call everything was looked at, as [`call_place`] writes it.
    pub seen_to: String,
    /// What was seen of steps that are not done yet, as JSON.
    pub pending: String,
    /// When every step was done.
    pub passed_at: Option<Timestamp>,
    /// When it ended, passed or given up.
    pub ended_at: Option<Timestamp>,
}

/// A step that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionTestTick {
    /// Which.
    pub step: TestStep,
    /// When the hub saw it.
    pub done_at: Timestamp,
    /// The recorded calls that show it.
    pub calls: Vec<CallId>,
}

/// The place in the record of calls at which a moment begins: ids begin with their milliseconds (RFC 9562 5.7).
pub fn call_place(at: Timestamp) -> String {
    format!("{}_{:012x}{:020}", CallId::PREFIX, at.0.max(0) / 1_000, 0)
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, organisation_id, client_id, started_by, started_at, seen_to, pending, passed_at, ended_at
             FROM function_tests ",
            $rest
        )
    };
}

fn read(mut row: Row) -> Result<FunctionTest, StorageError> {
    Ok(FunctionTest {
        id: row.next()?,
        organisation_id: row.next()?,
        client_id: row.next()?,
        started_by: row.next()?,
        started_at: row.next()?,
        seen_to: row.next()?,
        pending: row.next()?,
        passed_at: row.next()?,
        ended_at: row.next()?,
    })
}

impl Tx {
    /// Stores a run. An organisation has one open at most.
    ///
    /// # Errors
    /// [`StorageError::Taken`] where one is open.
    pub async fn function_test_insert(&self, run: &FunctionTest) -> Result<(), StorageError> {
        self.execute(
            "INSERT INTO function_tests (id, organisation_id, client_id, started_by, started_at, seen_to, pending)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            values![
                run.id,
                run.organisation_id,
                run.client_id,
                run.started_by,
                run.started_at,
                &run.seen_to,
                &run.pending
            ],
        )
        .await?;
        Ok(())
    }

    /// A run by its id.
    pub async fn function_test_find(&self, id: FunctionTestId) -> Result<Option<FunctionTest>, StorageError> {
        const SQL: &str = columns!("WHERE id = $1");
        self.query_opt(SQL, values![id]).await?.map(read).transpose()
    }

    /// The runs of an organisation, newest first; at most 100.
    pub async fn function_test_list(&self, organisation: OrganisationId) -> Result<Vec<FunctionTest>, StorageError> {
        const SQL: &str = columns!("WHERE organisation_id = $1 ORDER BY id DESC LIMIT 100");
        let rows = self.query(SQL, values![organisation]).await?;
        rows.into_iter().map(read).collect()
    }

    /// Open runs of all organisations in the order of their ids, behind one of them; at most `limit`.
    pub async fn function_test_list_open(
        &self,
        after: Option<FunctionTestId>,
        limit: i64,
    ) -> Result<Vec<FunctionTest>, StorageError> {
        const SQL: &str = columns!("WHERE ended_at IS NULL AND id > $1 ORDER BY id LIMIT $2");
        let after = after.map_or_else(String::new, |id| id.to_string());
        let rows = self.query(SQL, values![after, limit]).await?;
        rows.into_iter().map(read).collect()
    }

    /// The run with which an organisation passed last, and when.
    pub async fn function_test_passed(
        &self,
        organisation: OrganisationId,
    ) -> Result<Option<(FunctionTestId, Timestamp)>, StorageError> {
        const SQL: &str = "SELECT id, passed_at FROM function_tests WHERE organisation_id = $1
             AND passed_at IS NOT NULL ORDER BY passed_at DESC, id DESC LIMIT 1";
        let row = self.query_opt(SQL, values![organisation]).await?;
        row.map(|mut row| Ok((row.next()?, row.next()?))).transpose()
    }

    /// The steps of a run that are done, in the order in which they were.
    pub async fn function_test_ticks(&self, id: FunctionTestId) -> Result<Vec<FunctionTestTick>, StorageError> {
        let sql = "SELECT step, done_at, calls FROM function_test_steps WHERE function_test_id = $1
                   ORDER BY done_at, step LIMIT 100";
        let read = |mut row: Row| -> Result<FunctionTestTick, StorageError> {
            Ok(FunctionTestTick {
                step: row.next()?,
                done_at: row.next()?,
                calls: {
                    let text: String = row.next()?;
                    let ids: Result<Vec<CallId>, _> = text.split_whitespace().map(str::parse).collect();
                    ids.map_err(StorageError::corrupt)?
                },
            })
        };
        let rows = self.query(sql, values![id]).await?;
        rows.into_iter().map(read).collect()
    }

    /// Ticks a step off. Whether it was not done before.
    pub async fn function_test_tick(
        &self,
        id: FunctionTestId,
        step: TestStep,
        calls: &[CallId],
    ) -> Result<bool, StorageError> {
        let sql = "INSERT INTO function_test_steps (function_test_id, step, done_at, calls) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (function_test_id, step) DO NOTHING";
        let calls: Vec<String> = calls.iter().map(ToString::to_string).collect();
        Ok(self
            .execute(sql, values![id, step, self.now(), calls.join(" ")])
            .await?
            == 1)
    }

    /// Notes how far an open run was looked at; the place never goes back.
    pub async fn function_test_note(
        &self,
        id: FunctionTestId,
        seen_to: &str,
        pending: &str,
    ) -> Result<bool, StorageError> {
        let sql = "UPDATE function_tests SET pending = $3,
                       seen_to = CASE WHEN seen_to < $2 THEN $2 ELSE seen_to END
                   WHERE id = $1 AND ended_at IS NULL";
        Ok(self.execute(sql, values![id, seen_to, pending]).await? == 1)
    }

    /// Ends an open run. Whether it was open.
    pub async fn function_test_end(&self, id: FunctionTestId, passed: bool) -> Result<bool, StorageError> {
        let sql = "UPDATE function_tests SET ended_at = CAST($2 AS BIGINT),
                       passed_at = CASE WHEN $3 = 1 THEN CAST($2 AS BIGINT) ELSE NULL END
                   WHERE id = $1 AND ended_at IS NULL";
        Ok(self.execute(sql, values![id, self.now(), passed]).await? == 1)
    }

    /// The calls of one client behind a place, oldest first; at most `limit`.
    pub async fn call_list_of(
        &self,
        client: ClientId,
        after: &str,
        limit: i64,
    ) -> Result<Vec<CallRecord>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            call_columns!(),
            " FROM calls WHERE client_id = $1 AND id > $2 ORDER BY id LIMIT $3"
        );
        let rows = self.query(SQL, values![client, after, limit]).await?;
        rows.into_iter().map(read_call).collect()
    }

    /// The answered call of the same route for the same person by the same client before this one, the latest.
    pub async fn call_before(&self, call: &CallRecord) -> Result<Option<CallRecord>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            call_columns!(),
            " FROM calls WHERE person_id = $1 AND id < $2 AND client_id = $3 AND route = $4 AND rsp_code = 'A0000'
              ORDER BY id DESC LIMIT 1"
        );
        let (Some(person), Some(client)) = (call.person_id, call.client_id) else {
            return Ok(None);
        };
        let row = self
            .query_opt(SQL, values![person, call.id, client, &call.route])
            .await?;
        row.map(read_call).transpose()
    }

    /// How many calls were made under a person's grant from one call to another, both included; counted to 1,000.
    pub async fn call_count_under(
        &self,
        (grant, person): (GrantId, PersonId),
        (from, to): (CallId, CallId),
    ) -> Result<i64, StorageError> {
        let sql = "SELECT COUNT(*) FROM (SELECT id FROM calls
                       WHERE person_id = $1 AND id >= $2 AND id <= $3 AND grant_id = $4 LIMIT 1000) AS k";
        let row = self.query_opt(sql, values![person, from, to, grant]).await?;
        row.map_or(Ok(0), |mut row| row.next())
    }

    /// Whether an access token of a grant was issued at a moment or later.
    pub async fn token_issued_since(&self, grant: GrantId, since: Timestamp) -> Result<bool, StorageError> {
        let sql = "SELECT 1 FROM tokens WHERE grant_id = $1 AND kind = 'access' AND issued_at >= $2 LIMIT 1";
        Ok(self.query_opt(sql, values![grant, since]).await?.is_some())
    }
}
