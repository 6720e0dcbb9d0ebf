//! Rows of limits: counters that are raised only while they stay within their cap.

use naru_core::{LimitKind, LimitTake, Won};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

macro_rules! take {
    ($rows:literal) => {
        concat!(
            "INSERT INTO limit_uses (subject, span, used_won, cap_won) VALUES ",
            $rows,
            " ON CONFLICT (subject, span) DO UPDATE SET
                  used_won = limit_uses.used_won + excluded.used_won, cap_won = excluded.cap_won
              WHERE limit_uses.used_won + excluded.used_won <= excluded.cap_won
              RETURNING subject, span, used_won"
        )
    };
}
const TAKE_ONE: &str = take!("($1, $2, $3, $4)");
const TAKE_TWO: &str = take!("($1, $2, $3, $4), ($5, $6, $7, $8)");
const TAKE_THREE: &str = take!("($1, $2, $3, $4), ($5, $6, $7, $8), ($9, $10, $11, $12)");

/// A limit that would have been passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitRefused(pub LimitKind);

impl Tx {
    /// Raises every counter by its amount, or says which one would pass its cap; then the transaction must end in
    /// an error, which undoes the others. Gives what each counter stands at. Counters are taken in the order of
    /// their keys, so that two transactions cannot wait for each other.
    pub async fn limit_take(&self, takes: &[LimitTake]) -> Result<Result<Vec<Won>, LimitRefused>, StorageError> {
        if let Some(over) = takes.iter().find(|take| take.amount > take.cap) {
            return Ok(Err(LimitRefused(over.kind)));
        }
        let sql = match takes.len() {
            1 => TAKE_ONE,
            2 => TAKE_TWO,
            3 => TAKE_THREE,
            count => return Err(StorageError::corrupt(format!("{count} limits cannot be taken at once"))),
        };
        let mut order: Vec<&LimitTake> = takes.iter().collect();
        order.sort_by(|a, b| (&a.subject, a.span).cmp(&(&b.subject, b.span)));
        let values = order
            .iter()
            .flat_map(|t| values![&t.subject, i64::from(t.span), t.amount, t.cap])
            .collect();
        let mut taken = std::collections::HashMap::new();
        for mut row in self.returning(sql, values).await? {
            let (subject, span, used): (String, i64, Won) = (row.next()?, row.next()?, row.next()?);
            taken.insert((subject, span), used);
        }
        let mut used = Vec::with_capacity(takes.len());
        for take in takes {
            match taken.get(&(take.subject.clone(), i64::from(take.span))) {
                Some(won) => used.push(*won),
                None => return Ok(Err(LimitRefused(take.kind))),
            }
        }
        Ok(Ok(used))
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
