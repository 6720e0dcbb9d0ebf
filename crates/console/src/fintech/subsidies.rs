//! Support for the cost of inspections: GET and POST /fintech/subsidies, POST /fintech/subsidies/{id}/withdraw.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::inspection::{Overview, overview};
use naru_admission::organisation::standing;
use naru_admission::subsidy::service;
use naru_core::{SubsidyId, SubsidyState, Timestamp};
use naru_storage::SubsidyRow;
use naru_web::Route;
use serde::Serialize;

use super::desk::{DoneWord, Ended, Said, Seat, Sent, id, won};
use super::inspections::{ChoiceView, choice};
use super::trouble::{AlertWord, Trouble, at};
use crate::member::route;
use crate::pages::{Form, Pages};

const HERE: &str = "/fintech/subsidies";

/// A subsidy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct SubsidyView {
    /// Its id.
    pub id: String,
    /// For which inspection.
    pub inspection: Option<ChoiceView>,
    /// What it costs.
    pub cost_won: i64,
    /// What was asked for.
    pub asked_won: i64,
    /// What was granted.
    pub granted_won: i64,
    /// Where it stands.
    pub state: SubsidyState,
    /// The same as a mark.
    pub is: &'static str,
    /// When it was applied for.
    pub applied_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct SubsidiesView {
    /// The subsidies.
    pub subsidies: Vec<SubsidyView>,
    /// The inspections that one can be applied for.
    pub inspections: Vec<ChoiceView>,
    /// What is paid at most, in percent of the cost.
    pub percent: i64,
}

/// The routes of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![
        route(pages, ("GET", HERE), "A fintech's subsidies", get(show)),
        route(pages, ("POST", HERE), "Applies for a subsidy", post(apply)),
        route(
            pages,
            ("POST", "/fintech/subsidies/{id}/withdraw"),
            "Takes an application for a subsidy back",
            post(withdraw),
        ),
    ]
}

async fn show(seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, &said).await
}

async fn shown(seat: &Seat, said: &Said) -> Response {
    seat.show(("fintech/subsidies.html", HERE), said, view(seat).await)
        .await
}

async fn view(seat: &Seat) -> Result<SubsidiesView, Trouble> {
    let (office, staff) = (seat.office(), &seat.staff);
    let rows = standing::subsidies(office, staff).await?;
    let inspections = overview(office, staff).await?;
    let is_free = |entry: &&Overview| {
        let mut living = rows.iter().filter(|row| row.state != SubsidyState::Withdrawn);
        !living.any(|row| row.inspection_id == entry.inspection.id)
    };
    Ok(SubsidiesView {
        subsidies: rows.iter().map(|row| subsidy_view(row, &inspections)).collect(),
        inspections: inspections
            .iter()
            .filter(is_free)
            .map(|entry| choice(&entry.inspection))
            .collect(),
        percent: office.settings.subsidy_percent,
    })
}

fn subsidy_view(row: &SubsidyRow, inspections: &[Overview]) -> SubsidyView {
    let inspection = inspections
        .iter()
        .find(|entry| entry.inspection.id == row.inspection_id);
    SubsidyView {
        id: row.id.to_string(),
        inspection: inspection.map(|entry| choice(&entry.inspection)),
        cost_won: row.cost_won.0,
        asked_won: row.asked_won.0,
        granted_won: row.granted_won.0,
        state: row.state,
        is: match row.state {
            SubsidyState::Applied => "unknown",
            SubsidyState::Granted | SubsidyState::Paid => "holds",
            SubsidyState::Refused => "broken",
            SubsidyState::Withdrawn => "idle",
        },
        applied_at: row.applied_at,
        decided_at: row.decided_at,
        paid_at: row.paid_at,
    }
}

async fn apply(Sent { seat, form }: Sent) -> Response {
    match seat.settle((HERE, "apply"), &form, applied(&seat, &form).await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}

async fn applied(seat: &Seat, form: &Form) -> Result<Ended, Trouble> {
    let inspection = id(form.get("inspection")).map_err(|_| at("inspection", AlertWord::Field, ""))?;
    let asked = (inspection, won(form, "cost_won")?, won(form, "asked_won")?);
    service::apply(seat.office(), &seat.staff, asked).await?;
    Ok(Ended::Done(DoneWord::SubsidyApplied))
}

async fn withdraw(Path(subsidy): Path<String>, Sent { seat, form }: Sent) -> Response {
    let withdrawn = async {
        let subsidy: SubsidyId = id(&subsidy)?;
        service::withdraw(seat.office(), &seat.staff, subsidy).await?;
        Ok(Ended::Done(DoneWord::SubsidyWithdrawn))
    };
    match seat.settle((HERE, "withdraw"), &form, withdrawn.await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}
