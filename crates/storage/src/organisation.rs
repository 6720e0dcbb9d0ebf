//! Rows of organisations, with their gates and their duty as they were last worked out.

use naru_core::{
    Admission, AdmissionState, ClientId, GateStanding, Organisation, OrganisationId, OrganisationKind, StandingDuty,
    Won,
};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// The columns of an organisation, in the order in which [`read`] takes them.
macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT o.id, o.code, o.kind, o.name, o.state, o.state_since, o.state_reason, o.gates, o.duty,
                 o.insured_won, o.withdraw_day_won, o.created_at, o.version ",
            $rest
        )
    };
}

/// The columns that a call needs, in the order in which [`read_admission`] takes them.
macro_rules! admission_columns {
    () => {
        "o.id, o.state, o.state_since, o.gates, o.insured_won, o.withdraw_day_won"
    };
}
pub(crate) use admission_columns;

/// The admission in a row of an outer join; `None` where nothing was joined.
pub(crate) fn read_admission(row: &mut Row) -> Result<Option<Admission>, StorageError> {
    let id: Option<OrganisationId> = row.next()?;
    let (state, since): (Option<AdmissionState>, Option<_>) = (row.next()?, row.next()?);
    let gates: Option<String> = row.next()?;
    let [insured, limits]: [Option<Won>; 2] = [row.next()?, row.next()?];
    let (Some(organisation_id), Some(state), Some(state_since), Some(gates)) = (id, state, since, gates) else {
        return Ok(None);
    };
    Ok(Some(Admission {
        organisation_id,
        state,
        state_since,
        gates: serde_json::from_str(&gates).map_err(StorageError::corrupt)?,
        insured_won: insured.unwrap_or(Won(0)),
        withdraw_day_won: limits.unwrap_or(Won(0)),
    }))
}

pub(crate) fn read(mut row: Row) -> Result<Organisation, StorageError> {
    Ok(Organisation {
        id: row.next()?,
        code: row.next()?,
        kind: row.next()?,
        name: row.next()?,
        state: row.next()?,
        state_since: row.next()?,
        state_reason: row.next()?,
        gates: serde_json::from_str(&row.next::<String>()?).map_err(StorageError::corrupt)?,
        duty: serde_json::from_str(&row.next::<String>()?).map_err(StorageError::corrupt)?,
        insured_won: row.next()?,
        withdraw_day_won: row.next()?,
        created_at: row.next()?,
        version: row.next()?,
    })
}

/// Which organisations, in the order of their codes.
#[derive(Debug, Clone, Default)]
pub struct OrganisationFilter {
    /// Of this kind only.
    pub kind: Option<OrganisationKind>,
    /// In this state only.
    pub state: Option<AdmissionState>,
    /// With this status of duty only.
    pub duty_status: Option<String>,
    /// Behind this code: the last one of the page before.
    pub after: String,
    /// Whose code or name begins so; empty for all.
    pub begins: String,
    /// How many at most; 1,000 in any case.
    pub limit: i64,
}

/// How many organisations stand where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationCount {
    /// In which state.
    pub state: AdmissionState,
    /// With which status of duty; empty where none was worked out.
    pub duty_status: String,
    /// How many.
    pub count: i64,
}

impl Tx {
    /// Stores a new organisation.
    pub async fn organisation_insert(&self, organisation: &Organisation) -> Result<(), StorageError> {
        let o = organisation;
        self.execute(
            "INSERT INTO organisations (id, code, kind, name, state, state_since, state_reason, gates, duty,
                 duty_status, duty_due, insured_won, withdraw_day_won, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1)",
            values![
                o.id,
                &o.code,
                o.kind,
                &o.name,
                o.state,
                o.state_since,
                &o.state_reason,
                text(&o.gates)?,
                text(&o.duty)?,
                &o.duty.status,
                o.duty.due,
                o.insured_won,
                o.withdraw_day_won,
                o.created_at,
            ],
        )
        .await?;
        Ok(())
    }

    /// An organisation by its id.
    pub async fn organisation_find(&self, id: OrganisationId) -> Result<Option<Organisation>, StorageError> {
        const SQL: &str = columns!("FROM organisations o WHERE o.id = $1");
        self.query_opt(SQL, values![id]).await?.map(read).transpose()
    }

    /// An organisation by its code.
    pub async fn organisation_find_by_code(&self, code: &str) -> Result<Option<Organisation>, StorageError> {
        const SQL: &str = columns!("FROM organisations o WHERE o.code = $1");
        self.query_opt(SQL, values![code]).await?.map(read).transpose()
    }

    /// The organisation behind a client.
    pub async fn organisation_find_by_client(&self, client: ClientId) -> Result<Option<Organisation>, StorageError> {
        const SQL: &str = columns!("FROM clients c JOIN organisations o ON o.id = c.organisation_id WHERE c.id = $1");
        self.query_opt(SQL, values![client]).await?.map(read).transpose()
    }

    /// Organisations in the order of their codes.
    pub async fn organisation_list(&self, filter: &OrganisationFilter) -> Result<Vec<Organisation>, StorageError> {
        const SQL: &str = columns!(
            "FROM organisations o
             WHERE ($1 = '' OR o.kind = $1) AND ($2 = '' OR o.state = $2) AND ($3 = '' OR o.duty_status = $3)
               AND o.code > $4 AND ($5 = '' OR o.code LIKE $5 ESCAPE '!' OR o.name LIKE $5 ESCAPE '!')
             ORDER BY o.code LIMIT $6"
        );
        let begins = if filter.begins.is_empty() {
            String::new()
        } else {
            let plain = filter.begins.replace('!', "!!").replace('%', "!%").replace('_', "!_");
            format!("{plain}%")
        };
        let values = values![
            filter.kind.map_or("", OrganisationKind::as_str),
            filter.state.map_or("", AdmissionState::as_str),
            filter.duty_status.as_deref().unwrap_or_default(),
            &filter.after,
            begins,
            filter.limit.clamp(1, 1_000),
        ];
        self.query(SQL, values).await?.into_iter().map(read).collect()
    }

    /// How many organisations of a kind stand in which state, with which status of duty.
    pub async fn organisation_counts(&self, kind: OrganisationKind) -> Result<Vec<OrganisationCount>, StorageError> {
        const SQL: &str = "SELECT state, duty_status, COUNT(*) FROM organisations WHERE kind = $1
             GROUP BY state, duty_status ORDER BY state, duty_status";
        let count = |mut row: Row| {
            Ok(OrganisationCount {
                state: row.next()?,
                duty_status: row.next()?,
                count: row.next()?,
            })
        };
        self.query(SQL, values![kind]).await?.into_iter().map(count).collect()
    }

    /// Moves an admission, if the organisation is still the one that was looked at. Whether it was.
    pub async fn organisation_set_state(
        &self,
        organisation: &Organisation,
        state: AdmissionState,
        reason: &str,
    ) -> Result<bool, StorageError> {
        const SQL: &str =
            "UPDATE organisations SET state = $3, state_since = $4, state_reason = $5, version = version + 1
             WHERE id = $1 AND version = $2";
        let values = values![organisation.id, organisation.version, state, self.now(), reason];
        Ok(self.execute(SQL, values).await? == 1)
    }

    /// Keeps gates and duty as they were worked out, if the organisation is still the one that was looked at. Whether
    /// it was.
    pub async fn organisation_set_gates(
        &self,
        organisation: &Organisation,
        gates: &[GateStanding],
        (duty, insured_won): (&StandingDuty, Won),
    ) -> Result<bool, StorageError> {
        const SQL: &str = "UPDATE organisations SET gates = $3, duty = $4, duty_status = $5, duty_due = $6,
                 insured_won = $7, version = version + 1
             WHERE id = $1 AND version = $2";
        let values = values![
            organisation.id,
            organisation.version,
            text(gates)?,
            text(duty)?,
            &duty.status,
            duty.due,
            insured_won
        ];
        Ok(self.execute(SQL, values).await? == 1)
    }

    /// The same for many organisations, in one round trip; how many were still the ones that were looked at.
    pub async fn organisation_set_gates_of(
        &self,
        worked_out: &[(&Organisation, Vec<GateStanding>, StandingDuty, Won)],
    ) -> Result<usize, StorageError> {
        const SQL: &str = "UPDATE organisations AS o SET gates = v.column3, duty = v.column4, duty_status = v.column5,
                 duty_due = v.column6, insured_won = v.column7, version = o.version + 1
             FROM (VALUES ($1, CAST($2 AS BIGINT), $3, $4, $5, CAST($6 AS BIGINT), CAST($7 AS BIGINT))) AS v
             WHERE o.id = v.column1 AND o.version = v.column2 RETURNING id";
        let rows: Result<Vec<_>, StorageError> = worked_out
            .iter()
            .map(|(o, gates, duty, insured)| {
                let (gates, words) = (text(gates)?, text(duty)?);
                Ok(values![o.id, o.version, gates, words, &duty.status, duty.due, *insured])
            })
            .collect();
        Ok(self.rows_returning(SQL, rows?).await?.len())
    }

    /// Ties a client to the organisation behind it; the sum of limits follows.
    pub async fn client_set_organisation(&self, client: ClientId, to: OrganisationId) -> Result<bool, StorageError> {
        let sql = "UPDATE clients SET organisation_id = $2, version = version + 1 WHERE id = $1";
        let changed = self.execute(sql, values![client, to]).await? == 1;
        self.organisation_sum_limits(client).await?;
        Ok(changed)
    }

    /// Keeps the sum of the daily withdrawal limits of the organisation behind a client equal to its clients' rows.
    pub(crate) async fn organisation_sum_limits(&self, client: ClientId) -> Result<(), StorageError> {
        const SQL: &str = "UPDATE organisations SET withdraw_day_won = (
                 SELECT CAST(COALESCE(SUM(c.withdraw_day_won), 0) AS BIGINT) FROM clients c
                 WHERE c.organisation_id = organisations.id AND c.environment = 'production' AND c.status = 'active')
             WHERE id = (SELECT x.organisation_id FROM clients x WHERE x.id = $1)";
        self.execute(SQL, values![client]).await?;
        Ok(())
    }
}

fn text(value: &(impl serde::Serialize + ?Sized)) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(StorageError::corrupt)
}
