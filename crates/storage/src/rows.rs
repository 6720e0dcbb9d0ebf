//! One statement for many rows. It is written for one, `… VALUES ($1, $2) …`, with every parameter inside that bracket;
//! on PostgreSQL the rows of a transaction travel in few statements, because each statement costs more than its row.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

use crate::value::Value;

/// Rows of one statement at most. More gain nothing, and for many rows PostgreSQL would rather read a whole index than
/// look each of them up.
const ROWS_MAX: usize = 16;

/// A statement with its values.
pub(crate) type Work = (Cow<'static, str>, Vec<Value>);

/// A write that waits for the commit.
pub(crate) enum Late {
    /// By itself.
    One(&'static str, Vec<Value>),
    /// Together with the other rows of its statement.
    Row(&'static str, Vec<Value>),
}

/// The writes in the order in which they were asked for; rows of one statement stand where its first row stood.
pub(crate) fn gathered(late: Vec<Late>) -> Vec<Work> {
    let (mut parts, mut places) = (Vec::new(), HashMap::new());
    for write in late {
        match write {
            Late::One(sql, values) => parts.push((sql, vec![values], false)),
            Late::Row(sql, values) => {
                let place = *places.entry(sql).or_insert(parts.len());
                match parts.get_mut(place) {
                    Some((_, rows, _)) => rows.push(values),
                    None => parts.push((sql, vec![values], true)),
                }
            }
        }
    }
    let mut works = Vec::with_capacity(parts.len());
    for (sql, mut rows, together) in parts {
        if together {
            works.extend(statements(sql, rows));
        } else {
            works.extend(rows.pop().map(|values| (Cow::Borrowed(sql), values)));
        }
    }
    works
}

/// Few statements for many rows, in their order. Each takes a power of two, so that few are ever prepared.
pub(crate) fn statements(sql: &'static str, rows: Vec<Vec<Value>>) -> Vec<Work> {
    let (mut works, mut rest) = (Vec::new(), rows.into_iter());
    while rest.len() > 0 {
        let count = (1 << rest.len().ilog2()).min(ROWS_MAX);
        let share: Vec<Vec<Value>> = rest.by_ref().take(count).collect();
        let width = share.first().map_or(0, Vec::len);
        works.push((of_rows(sql, width, count), share.into_iter().flatten().collect()));
    }
    works
}

/// The statement for so many rows of so many values.
fn of_rows(sql: &'static str, width: usize, count: usize) -> Cow<'static, str> {
    let parts = sql.split_once("VALUES ").and_then(|(head, rest)| {
        let (row, tail) = rest.split_at(row_length(rest)?);
        Some((head, row, tail))
    });
    let Some((head, row, tail)) = parts.filter(|_| count > 1) else {
        return Cow::Borrowed(sql);
    };
    let mut text = String::with_capacity(sql.len() + (row.len() + width) * count);
    text.push_str(head);
    text.push_str("VALUES ");
    for at in 0..count {
        if at > 0 {
            text.push_str(", ");
        }
        renumber(&mut text, row, at * width);
    }
    text.push_str(tail);
    Cow::Owned(text)
}

/// How long the bracket is with which a text begins.
fn row_length(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at + letter.len_utf8());
        }
    }
    None
}

/// Appends a row whose `$1` becomes `$1` and so many more.
fn renumber(text: &mut String, row: &str, more: usize) {
    let mut parts = row.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let number: usize = number.parse().unwrap_or_default();
        let _ = write!(text, "${}{rest}", number + more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::values;

    const PAIR: &str = "INSERT INTO t (a, b) VALUES ($1, CAST($2 AS BIGINT)) ON CONFLICT (a) DO NOTHING";

    #[test]
    fn a_row_is_repeated_with_numbers_of_its_own() {
        assert_eq!(of_rows(PAIR, 2, 1), PAIR);
        assert_eq!(
            of_rows(PAIR, 2, 2),
            "INSERT INTO t (a, b) VALUES ($1, CAST($2 AS BIGINT)), ($3, CAST($4 AS BIGINT)) ON CONFLICT (a) DO NOTHING"
        );
        let inner = "UPDATE t SET b = v.column2 FROM (VALUES ($1, $2)) AS v WHERE t.a = v.column1";
        assert_eq!(
            of_rows(inner, 2, 2),
            "UPDATE t SET b = v.column2 FROM (VALUES ($1, $2), ($3, $4)) AS v WHERE t.a = v.column1"
        );
    }

    #[test]
    fn many_rows_take_few_statements() {
        let rows = |count: i64| (0..count).map(|n| values!["a", n]).collect();
        let sizes = |count| -> Vec<usize> { statements(PAIR, rows(count)).iter().map(|(_, v)| v.len() / 2).collect() };
        assert_eq!(sizes(0), [0; 0]);
        assert_eq!(sizes(7), [4, 2, 1]);
        assert_eq!(sizes(39), [16, 16, 4, 2, 1]);
        let values: Vec<Value> = statements(PAIR, rows(3))
            .into_iter()
            .flat_map(|(_, values)| values)
            .collect();
        assert_eq!(values, values!["a", 0_i64, "a", 1_i64, "a", 2_i64], "in their order");
    }

    #[test]
    fn rows_stand_where_the_first_of_them_stood() {
        let late = vec![
            Late::One("one", values![1_i64]),
            Late::Row(PAIR, values!["a", 1_i64]),
            Late::One("two", values![]),
            Late::Row(PAIR, values!["b", 2_i64]),
            Late::One("one", values![3_i64]),
        ];
        let works = gathered(late);
        let told: Vec<(&str, usize)> = works.iter().map(|(sql, values)| (sql.as_ref(), values.len())).collect();
        let pairs = of_rows(PAIR, 2, 2);
        assert_eq!(told, [("one", 1), (pairs.as_ref(), 4), ("two", 0), ("one", 1)]);
    }
}
