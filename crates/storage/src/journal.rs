//! The journal: postings that are appended and never changed, positions into which they are folded, and the check
//! that everything sums to zero.

use std::fmt;

use naru_core::{BankCode, LegKind, Transfer, Won};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

/// An account of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Account {
    /// An institution's position against the others.
    Position(BankCode),
    /// Money of transfers between their legs.
    Suspense,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Position(bank) => write!(f, "position:{bank}"),
            Self::Suspense => f.write_str("suspense"),
        }
    }
}

/// One posting of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// On which account.
    pub account: String,
    /// Of which leg.
    pub leg: LegKind,
    /// How much; negative takes.
    pub amount: Won,
}

/// What the journal says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalCheck {
    /// Entries (a transfer's leg each) whose postings do not sum to zero; must be 0.
    pub unbalanced_entries: i64,
    /// What lies on the suspense account.
    pub suspense: Won,
    /// What the transfers between their legs come to; must equal `suspense`.
    pub between_legs: Won,
    /// Final transfers without a settlement window; must be 0.
    pub unstamped: i64,
    /// Every institution's position, by code.
    pub positions: Vec<(String, Won)>,
}

impl JournalCheck {
    /// Whether every invariant holds.
    pub fn holds(&self) -> bool {
        let sum: i64 = self.positions.iter().map(|(_, won)| won.0).sum();
        self.unbalanced_entries == 0
            && self.suspense == self.between_legs
            && self.unstamped == 0
            && sum + self.suspense.0 == 0
    }
}

/// One row per number: what it is, of which account, and the number.
const CHECK: &str = "
    SELECT 'unbalanced', '', COUNT(*) FROM (
        SELECT transfer_id, leg FROM postings GROUP BY transfer_id, leg HAVING SUM(amount_won) <> 0) AS bad
    UNION ALL
    SELECT 'between', '', CAST(COALESCE(SUM(t.amount_won), 0) AS BIGINT) FROM transfers t
    WHERE t.state NOT IN ('completed', 'failed', 'reversed', 'refused')
      AND EXISTS (SELECT 1 FROM legs l WHERE l.transfer_id = t.id AND l.kind = 'debit' AND l.state = 'posted')
    UNION ALL
    SELECT 'unstamped', '', COUNT(*) FROM transfers
    WHERE state IN ('completed', 'failed', 'reversed') AND window_id IS NULL
    UNION ALL
    SELECT 'account', account, CAST(SUM(amount_won) AS BIGINT) FROM postings GROUP BY account";

impl Tx {
    /// Appends the two postings of a leg that was executed: what one account gives, the other takes. What is to be
    /// folded stands beside them, in rows that may be removed.
    pub fn journal_post(&self, transfer: &Transfer, leg: LegKind) -> Result<(), StorageError> {
        let bank = Account::Position(transfer.side(leg).bank_code.clone());
        let amount = transfer.order.amount;
        let on_bank = if leg == LegKind::Debit { -amount } else { amount };
        for (account, won) in [(bank, on_bank), (Account::Suspense, -on_bank)] {
            let account = account.to_string();
            self.row_later(
                "INSERT INTO postings (transfer_id, leg, account, amount_won, posted_at, folded)
                 VALUES ($1, $2, $3, $4, $5, 1)",
                values![transfer.id, leg, &account, won, self.now()],
            )?;
            self.row_later(
                "INSERT INTO position_changes (account, amount_won) VALUES ($1, $2)",
                values![account, won],
            )?;
        }
        Ok(())
    }

    /// The postings of one transfer.
    pub async fn journal_list(&self, id: naru_core::TransferId) -> Result<Vec<Posting>, StorageError> {
        let rows = self
            .query(
                "SELECT account, leg, amount_won FROM postings WHERE transfer_id = $1 ORDER BY posted_at, leg, account",
                values![id],
            )
            .await?;
        let read = |mut row: Row| -> Result<Posting, StorageError> {
            Ok(Posting {
                account: row.next()?,
                leg: row.next()?,
                amount: row.next()?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// An institution's position, as far as postings have been folded into it.
    pub async fn journal_position(&self, bank: &BankCode) -> Result<Won, StorageError> {
        let sql = "SELECT balance_won FROM positions WHERE account = $1";
        let row = self
            .query_opt(sql, values![Account::Position(bank.clone()).to_string()])
            .await?;
        row.map_or(Ok(Won::ZERO), |mut row: Row| row.next())
    }

    /// Folds postings that are not yet in their account's position into it; how many. Those that say so themselves
    /// were written by a program of an older schema.
    pub async fn journal_fold(&self) -> Result<u64, StorageError> {
        let mut rows = self
            .returning("DELETE FROM position_changes RETURNING account, amount_won", values![])
            .await?;
        let older = "UPDATE postings SET folded = 1 WHERE folded = 0 RETURNING account, amount_won";
        rows.extend(self.returning(older, values![]).await?);
        let folded = rows.len() as u64;
        let mut sums = std::collections::BTreeMap::<String, i64>::new();
        for mut row in rows {
            let (account, amount): (String, i64) = (row.next()?, row.next()?);
            *sums.entry(account).or_default() += amount;
        }
        for (account, sum) in sums {
            self.later(
                "INSERT INTO positions (account, balance_won, folded_at) VALUES ($1, $2, $3)
                 ON CONFLICT (account) DO UPDATE SET
                     balance_won = positions.balance_won + excluded.balance_won, folded_at = excluded.folded_at",
                values![account, sum, self.now()],
            )?;
        }
        Ok(folded)
    }

    /// The balance of every account: folded and not yet folded postings together.
    pub async fn journal_balances(&self) -> Result<Vec<(String, Won)>, StorageError> {
        let rows = self
            .query(
                "SELECT account, CAST(SUM(won) AS BIGINT) FROM (
                     SELECT account, balance_won AS won FROM positions
                     UNION ALL SELECT account, amount_won FROM position_changes
                     UNION ALL SELECT account, amount_won FROM postings WHERE folded = 0
                 ) AS parts GROUP BY account ORDER BY account",
                values![],
            )
            .await?;
        rows.into_iter().map(|mut row| Ok((row.next()?, row.next()?))).collect()
    }

    /// Checks the journal's invariants over everything it holds. One statement, so that transfers under way cannot
    /// come between its numbers.
    pub async fn journal_check(&self) -> Result<JournalCheck, StorageError> {
        let mut check = JournalCheck::default();
        for mut row in self.query(CHECK, values![]).await? {
            let (what, account, number): (String, String, i64) = (row.next()?, row.next()?, row.next()?);
            match what.as_str() {
                "unbalanced" => check.unbalanced_entries = number,
                "between" => check.between_legs = Won(number),
                "unstamped" => check.unstamped = number,
                _ if account == "suspense" => check.suspense = Won(number),
                _ => {
                    let bank = account.trim_start_matches("position:").to_owned();
                    check.positions.push((bank, Won(number)));
                }
            }
        }
        check.positions.sort();
        Ok(check)
    }
}
