//! What the pages of the operator and the supervisor read over many organisations at once: bounded statements, none of
//! them once per row.

use naru_core::{InspectionMachine, OrganisationId, SignalKind, SignalOutcome, Timestamp, Won};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// How an organisation is named on a page about many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationLabel {
    /// Which.
    pub id: OrganisationId,
    /// Its code.
    pub code: String,
    /// As people are shown it.
    pub name: String,
}

/// Whose labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Labelled {
    /// Of those about whom something is proposed and not decided.
    OpenProposals,
    /// Of those about whom something was decided since a moment.
    DecidedSince(Timestamp),
    /// Of those with a policy that nobody confirmed.
    UnconfirmedPolicies,
    /// Of those with an application in a year.
    Subsidies(i64),
    /// Of those that are inspected now, and of the agencies that inspect them.
    UnderInspection,
}

/// How long leavers waited for their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LeaverSpan {
    /// How many left.
    pub count: i64,
    /// The latency that half of them did not exceed, microseconds.
    pub median_us: Option<i64>,
    /// The longest, microseconds.
    pub max_us: Option<i64>,
}

/// How the guarantee insurance covers what may be withdrawn in a day by those that may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Organisations in production.
    pub organisations: i64,
    /// Of those, how many are insured for less than their limits.
    pub short: i64,
    /// The sum of their daily limits.
    pub limits_won: Won,
    /// The sum of the limits that their insurance would bear.
    pub insured_won: Won,
}

/// How many inspections under way stand where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionCount {
    /// Of which process.
    pub machine: InspectionMachine,
    /// In which state.
    pub state: String,
    /// How many.
    pub count: i64,
    /// Since when the one stands there that has waited longest.
    pub oldest: Timestamp,
}

/// How many signals stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignalCount {
    /// Which signal.
    pub signal: SignalKind,
    /// How it stands.
    pub outcome: SignalOutcome,
    /// In how many places.
    pub count: i64,
}

fn label(mut row: Row) -> Result<OrganisationLabel, StorageError> {
    Ok(OrganisationLabel {
        id: row.next()?,
        code: row.next()?,
        name: row.next()?,
    })
}

impl Tx {
    /// The codes and names behind a list; at most 1,000.
    pub async fn organisation_labels(&self, of: Labelled) -> Result<Vec<OrganisationLabel>, StorageError> {
        let rows = match of {
            Labelled::OpenProposals => {
                self.query(
                    "SELECT id, code, name FROM organisations WHERE id IN (
                         SELECT organisation_id FROM proposals WHERE decided_at IS NULL) LIMIT 1000",
                    values![],
                )
                .await?
            }
            Labelled::DecidedSince(since) => {
                self.query(
                    "SELECT id, code, name FROM organisations WHERE id IN (
                         SELECT organisation_id FROM proposals WHERE decided_at >= $1) LIMIT 1000",
                    values![since],
                )
                .await?
            }
            Labelled::UnconfirmedPolicies => {
                self.query(
                    "SELECT id, code, name FROM organisations WHERE id IN (
                         SELECT organisation_id FROM policies WHERE confirmed_at IS NULL AND ended_at IS NULL)
                     LIMIT 1000",
                    values![],
                )
                .await?
            }
            Labelled::Subsidies(year) => {
                self.query(
                    "SELECT id, code, name FROM organisations WHERE id IN (
                         SELECT organisation_id FROM subsidies WHERE year = $1) LIMIT 1000",
                    values![year],
                )
                .await?
            }
            Labelled::UnderInspection => {
                self.query(
                    "SELECT id, code, name FROM organisations
                     WHERE id IN (SELECT organisation_id FROM inspections WHERE ended_at IS NULL)
                        OR id IN (SELECT agency_id FROM inspections WHERE ended_at IS NULL) LIMIT 1000",
                    values![],
                )
                .await?
            }
        };
        rows.into_iter().map(label).collect()
    }

    /// How long the leavers since a moment waited, over all organisations.
    pub async fn leaver_span(&self, since: Timestamp) -> Result<LeaverSpan, StorageError> {
        let sql = "SELECT COUNT(*), COUNT(latency_us), MAX(latency_us) FROM leavers WHERE ended_at >= $1";
        let Some(mut row) = self.query_opt(sql, values![since]).await? else {
            return Ok(LeaverSpan::default());
        };
        let (count, measured, max_us): (i64, i64, Option<i64>) = (row.next()?, row.next()?, row.next()?);
        let sql = "SELECT latency_us FROM leavers WHERE ended_at >= $1 AND latency_us IS NOT NULL
             ORDER BY latency_us LIMIT 1 OFFSET $2";
        let middle = self.query_opt(sql, values![since, (measured - 1).max(0) / 2]).await?;
        Ok(LeaverSpan {
            count,
            median_us: middle.map(|mut row| row.next()).transpose()?,
            max_us,
        })
    }

    /// How insurance and limits compare, over every fintech in production.
    pub async fn coverage(&self) -> Result<Coverage, StorageError> {
        let sql = "SELECT COUNT(*),
                 CAST(COALESCE(SUM(CASE WHEN insured_won < withdraw_day_won THEN 1 ELSE 0 END), 0) AS BIGINT),
                 CAST(COALESCE(SUM(withdraw_day_won), 0) AS BIGINT), CAST(COALESCE(SUM(insured_won), 0) AS BIGINT)
             FROM organisations WHERE kind = 'fintech' AND state = 'LIVE'";
        let row = self.query_opt(sql, values![]).await?;
        row.map_or(Ok(Coverage::default()), |mut row| {
            Ok(Coverage {
                organisations: row.next()?,
                short: row.next()?,
                limits_won: row.next()?,
                insured_won: row.next()?,
            })
        })
    }

    /// How many inspections under way stand in which state.
    pub async fn inspection_counts(&self) -> Result<Vec<InspectionCount>, StorageError> {
        let sql = "SELECT machine, state, COUNT(*), MIN(state_since) FROM inspections WHERE ended_at IS NULL
             GROUP BY machine, state ORDER BY machine, state";
        let count = |mut row: Row| {
            Ok(InspectionCount {
                machine: row.next()?,
                state: row.next()?,
                count: row.next()?,
                oldest: row.next()?,
            })
        };
        self.query(sql, values![]).await?.into_iter().map(count).collect()
    }

    /// How many signals stand how, those that are as wanted among them.
    pub async fn signal_counts(&self) -> Result<Vec<SignalCount>, StorageError> {
        let sql = "SELECT signal, outcome, COUNT(*) FROM signals GROUP BY signal, outcome ORDER BY signal, outcome";
        let count = |mut row: Row| {
            Ok(SignalCount {
                signal: row.next()?,
                outcome: row.next()?,
                count: row.next()?,
            })
        };
        self.query(sql, values![]).await?.into_iter().map(count).collect()
    }
}
