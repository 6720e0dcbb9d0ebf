//! Of which day the list of documents is: the present moment, or the end of a past day; and whose each document is.

use std::collections::HashMap;

use naru_admission::document;
use naru_admission::member::service as members;
use naru_core::{Day, MemberId, Timestamp};
use naru_storage::RevisionRow;

use super::desk::Seat;
use super::documents::{RevisionView, revision_view};
use super::trouble::{AlertWord, Trouble, at};
use crate::pages::parameter;

/// The day that the address asks for; none for the present moment, and for a day that has not ended.
///
/// # Errors
/// An alert where it is no day.
pub(super) fn day_asked(query: Option<&str>, today: Day) -> Result<Option<Day>, Trouble> {
    let text = parameter(query, "on").unwrap_or_default();
    if text.is_empty() {
        return Ok(None);
    }
    let day = Day::parse(&text.replace('-', "")).ok_or_else(|| at("on", AlertWord::Day, ""))?;
    Ok((day < today).then_some(day))
}

/// The latest revision of each document at the end of a day, or now, with who handed it in. Whether one has expired is
/// said as of that day.
pub(super) async fn listed(seat: &Seat, asked: Option<Day>) -> Result<Vec<RevisionView>, Trouble> {
    let (office, staff) = (seat.office(), &seat.staff);
    let moment: Timestamp = match asked {
        None => office.hub.now(),
        Some(day) => Timestamp(day.start().plus_days(1).0 - 1),
    };
    let rows = document::list_as_of(office, staff, staff.organisation.id, moment).await?;
    named(seat, &rows, asked.unwrap_or_else(|| seat.today())).await
}

/// Revisions with the names of those who handed them in; empty for whoever was removed since.
pub(super) async fn named(seat: &Seat, rows: &[RevisionRow], day: Day) -> Result<Vec<RevisionView>, Trouble> {
    let people = members::list(seat.office(), &seat.staff).await?;
    let names: HashMap<MemberId, String> = people
        .into_iter()
        .map(|listed| (listed.row.member.id, listed.row.member.display_name))
        .collect();
    let view = |row: &RevisionRow| RevisionView {
        owner: names.get(&row.uploaded_by).cloned().unwrap_or_default(),
        ..revision_view(row, day)
    };
    Ok(rows.iter().map(view).collect())
}
