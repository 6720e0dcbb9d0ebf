//! Rows of subsidies and of the yearly budgets that they are paid from.

use naru_core::{InspectionId, MemberId, OrganisationId, SubsidyId, SubsidyState, Timestamp, Won};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// A subsidy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubsidyRow {
    /// Its id.
    pub id: SubsidyId,
    /// For whom.
    pub organisation_id: OrganisationId,
    /// For which inspection.
    pub inspection_id: InspectionId,
    /// From the budget of which year.
    pub year: i64,
    /// What the inspection costs.
    pub cost_won: Won,
    /// What was asked for.
    pub asked_won: Won,
    /// What was granted; zero before.
    pub granted_won: Won,
    /// Where it stands.
    pub state: SubsidyState,
    /// Who applied.
    pub applied_by: MemberId,
    /// When.
    pub applied_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// The reference of the payment; empty before.
    pub payment_reference: String,
    /// Raised by every change.
    pub version: i64,
}

/// The budget of a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetRow {
    /// Which year.
    pub year: i64,
    /// How much there is.
    pub budget_won: Won,
    /// How much is bound by grants.
    pub granted_won: Won,
    /// How much of that was paid.
    pub paid_won: Won,
}

fn read(mut row: Row) -> Result<SubsidyRow, StorageError> {
    Ok(SubsidyRow {
        id: row.next()?,
        organisation_id: row.next()?,
        inspection_id: row.next()?,
        year: row.next()?,
        cost_won: row.next()?,
        asked_won: row.next()?,
        granted_won: row.next()?,
        state: row.next()?,
        applied_by: row.next()?,
        applied_at: row.next()?,
        decided_at: row.next()?,
        paid_at: row.next()?,
        payment_reference: row.next()?,
        version: row.next()?,
    })
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, organisation_id, inspection_id, year, cost_won, asked_won, granted_won, state, applied_by,
                 applied_at, decided_at, paid_at, payment_reference, version FROM subsidies ",
            $rest
        )
    };
}

impl Tx {
    /// Stores an application.
    ///
    /// # Errors
    /// [`StorageError::Taken`] where the inspection has one that was neither refused nor withdrawn.
    pub async fn subsidy_insert(&self, subsidy: &SubsidyRow) -> Result<(), StorageError> {
        let s = subsidy;
        self.execute(
            "INSERT INTO subsidies (id, organisation_id, inspection_id, year, cost_won, asked_won, granted_won, state,
                 applied_by, applied_at, payment_reference, version)
             VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, '', 1)",
            values![
                s.id,
                s.organisation_id,
                s.inspection_id,
                s.year,
                s.cost_won,
                s.asked_won,
                s.state,
                s.applied_by,
                s.applied_at
            ],
        )
        .await?;
        Ok(())
    }

    /// A subsidy by its id.
    pub async fn subsidy_find(&self, id: SubsidyId) -> Result<Option<SubsidyRow>, StorageError> {
        const SQL: &str = columns!("WHERE id = $1");
        self.query_opt(SQL, values![id]).await?.map(read).transpose()
    }

    /// Subsidies of a year, oldest first, in one state or in all; at most 500.
    pub async fn subsidy_list(&self, year: i64, state: Option<SubsidyState>) -> Result<Vec<SubsidyRow>, StorageError> {
        const SQL: &str = columns!("WHERE year = $1 AND ($2 = '' OR state = $2) ORDER BY applied_at, id LIMIT 500");
        let values = values![year, state.map_or("", SubsidyState::as_str)];
        self.query(SQL, values).await?.into_iter().map(read).collect()
    }

    /// The subsidies of an organisation, newest first; at most 100.
    pub async fn subsidy_list_of(&self, organisation: OrganisationId) -> Result<Vec<SubsidyRow>, StorageError> {
        const SQL: &str = columns!("WHERE organisation_id = $1 ORDER BY applied_at DESC, id DESC LIMIT 100");
        self.query(SQL, values![organisation])
            .await?
            .into_iter()
            .map(read)
            .collect()
    }

    /// Moves a subsidy, if it is still the one that was looked at. Whether it was.
    pub async fn subsidy_update(&self, after: &SubsidyRow) -> Result<bool, StorageError> {
        let sql = "UPDATE subsidies SET granted_won = $3, state = $4, decided_at = $5, paid_at = $6,
                 payment_reference = $7, version = version + 1
             WHERE id = $1 AND version = $2";
        let s = after;
        let values = values![
            s.id,
            s.version,
            s.granted_won,
            s.state,
            s.decided_at,
            s.paid_at,
            &s.payment_reference
        ];
        Ok(self.execute(sql, values).await? == 1)
    }

    /// The budget of a year.
    pub async fn budget_find(&self, year: i64) -> Result<Option<BudgetRow>, StorageError> {
        let sql = "SELECT year, budget_won, granted_won, paid_won FROM subsidy_budgets WHERE year = $1";
        let read = |mut row: Row| {
            Ok(BudgetRow {
                year: row.next()?,
                budget_won: row.next()?,
                granted_won: row.next()?,
                paid_won: row.next()?,
            })
        };
        self.query_opt(sql, values![year]).await?.map(read).transpose()
    }

    /// Sets the budget of a year; never below what is bound already. Whether it could be.
    pub async fn budget_set(&self, year: i64, budget: Won, by: MemberId) -> Result<bool, StorageError> {
        let sql = "INSERT INTO subsidy_budgets (year, budget_won, granted_won, paid_won, changed_by, changed_at)
             VALUES ($1, $2, 0, 0, $3, $4)
             ON CONFLICT (year) DO UPDATE SET budget_won = excluded.budget_won, changed_by = excluded.changed_by,
                 changed_at = excluded.changed_at
             WHERE subsidy_budgets.granted_won <= excluded.budget_won";
        Ok(self.execute(sql, values![year, budget, by, self.now()]).await? == 1)
    }

    /// Binds an amount of a year's budget. Whether there was so much left.
    pub async fn budget_bind(&self, year: i64, amount: Won) -> Result<bool, StorageError> {
        let sql = "UPDATE subsidy_budgets SET granted_won = granted_won + $2
             WHERE year = $1 AND granted_won + $2 <= budget_won";
        Ok(self.execute(sql, values![year, amount]).await? == 1)
    }

    /// Notes that a bound amount was paid. Whether so much was bound.
    pub async fn budget_pay(&self, year: i64, amount: Won) -> Result<bool, StorageError> {
        let sql = "UPDATE subsidy_budgets SET paid_won = paid_won + $2
             WHERE year = $1 AND paid_won + $2 <= granted_won";
        Ok(self.execute(sql, values![year, amount]).await? == 1)
    }
}
