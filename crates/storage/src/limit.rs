//! Rows of limits: counters that are raised only while they stay within their cap.

use std::collections::{BTreeMap, HashMap};

use naru_core::{LimitKind, LimitTake, Won};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

const TAKE: &str = "INSERT INTO limit_uses (subject, span, used_won, cap_won) VALUES ($1, $2, $3, $4)
    ON CONFLICT (subject, span) DO UPDATE SET
        used_won = limit_uses.used_won + excluded.used_won, cap_won = excluded.cap_won
    WHERE limit_uses.used_won + excluded.used_won <= excluded.cap_won
    RETURNING subject, span, used_won";

/// Counters that one transfer raises at most.
const COUNTERS_MAX: usize = 3;

/// A limit that would have been passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitRefused(pub LimitKind);

impl Tx {
    /// Raises every counter by its amount, or says which one would pass its cap; then the transaction must end in
    /// an error, which undoes the others. Gives what each counter stands at.
    pub async fn limit_take(&self, takes: &[LimitTake]) -> Result<Result<Vec<Won>, LimitRefused>, StorageError> {
        let taken = self.limit_take_each(&[takes]).await?;
        Ok(taken.map(|mut each| each.pop().unwrap_or_default()))
    }

    /// The same for several transfers at once, as if each came after the one before it: all of them, or none. Counters
    /// are taken in the order of their keys, so that two transactions cannot wait for each other.
    pub async fn limit_take_each(
        &self,
        transfers: &[&[LimitTake]],
    ) -> Result<Result<Vec<Vec<Won>>, LimitRefused>, StorageError> {
        let mut counters = BTreeMap::<(&str, i32), (i64, Won)>::new();
        for takes in transfers {
            if !(1..=COUNTERS_MAX).contains(&takes.len()) {
                let count = takes.len();
                return Err(StorageError::corrupt(format!("{count} limits cannot be taken at once")));
            }
            for take in *takes {
                let (amount, cap) = counters.entry(key(take)).or_insert((0, take.cap));
                *amount = amount.saturating_add(take.amount.0);
                *cap = take.cap.min(*cap);
            }
        }
        let all = || transfers.iter().copied().flatten();
        let passes = |take: &&LimitTake| counters.get(&key(take)).is_some_and(|(amount, cap)| *amount > cap.0);
        if let Some(over) = all().find(passes) {
            return Ok(Err(LimitRefused(over.kind)));
        }
        let rows = counters
            .iter()
            .map(|((subject, span), (amount, cap))| values![*subject, i64::from(*span), *amount, *cap]);
        let mut stands = HashMap::new();
        for mut row in self.rows_returning(TAKE, rows.collect()).await? {
            let (subject, span, used): (String, i64, i64) = (row.next()?, row.next()?, row.next()?);
            stands.insert((subject, span), used);
        }
        // Backwards: what a counter stood at after one is what it stands at less what was taken after it.
        let mut each = Vec::with_capacity(transfers.len());
        for takes in transfers.iter().rev() {
            let mut used = Vec::with_capacity(takes.len());
            for take in *takes {
                let Some(stand) = stands.get_mut(&(take.subject.clone(), i64::from(take.span))) else {
                    return Ok(Err(LimitRefused(take.kind)));
                };
                used.push(Won(*stand));
                *stand -= take.amount.0;
            }
            each.push(used);
        }
        each.reverse();
        Ok(Ok(each))
    }

    /// Lowers counters by what a transfer had taken that ended without money having moved.
    pub fn limit_give_back(&self, takes: &[LimitTake]) -> Result<(), StorageError> {
        let mut takes: Vec<&LimitTake> = takes.iter().collect();
        takes.sort_by(|a, b| (&a.subject, a.span).cmp(&(&b.subject, b.span)));
        for take in takes {
            self.later(
                "UPDATE limit_uses SET used_won = used_won - $3 WHERE subject = $1 AND span = $2",
                values![&take.subject, i64::from(take.span), take.amount],
            )?;
        }
        Ok(())
    }

    /// What a counter stands at.
    pub async fn limit_used(&self, subject: &str, span: i32) -> Result<Won, StorageError> {
        let sql = "SELECT used_won FROM limit_uses WHERE subject = $1 AND span = $2";
        let row = self.query_opt(sql, values![subject, i64::from(span)]).await?;
        row.map_or(Ok(Won::ZERO), |mut row: Row| row.next())
    }
}

fn key(take: &LimitTake) -> (&str, i32) {
    (&take.subject, take.span)
}
