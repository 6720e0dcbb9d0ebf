//! Guarantee insurance: GET and POST /fintech/insurance, POST /fintech/insurance/{id}/end.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::document;
use naru_admission::organisation::standing;
use naru_admission::policy::service::{self, NewPolicy};
use naru_core::{DocumentKind, PolicyId};
use naru_storage::PolicyRow;
use naru_web::Route;
use serde::Serialize;

use super::desk::{DoneWord, Ended, Said, Seat, Sent, day, day_text, id, ids, won};
use super::trouble::Trouble;
use crate::member::route;
use crate::pages::{Form, Pages};

const HERE: &str = "/fintech/insurance";

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct PolicyView {
    /// Its id.
    pub id: String,
    /// Who insures.
    pub insurer: String,
    /// The insurer's number.
    pub number: String,
    /// Up to how much.
    pub cover_won: i64,
    /// From which day on.
    pub from: String,
    /// Until which day.
    pub to: String,
    /// How it stands: `in_force`, `awaits`, `to_come`, `over`, `ended`.
    pub stands: &'static str,
    /// The same as a mark.
    pub is: &'static str,
    /// Days until it ends.
    pub days_left: i64,
    /// The revision of the document, for a link; empty where there is none.
    pub revision: String,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct InsuranceView {
    /// The policies, the one that ends last first.
    pub policies: Vec<PolicyView>,
    /// What the insurance must cover, in percent of the daily limits.
    pub percent: i64,
    /// The largest sum of daily limits that is insured.
    pub insured_won: i64,
    /// The sum of the daily limits of the clients in production.
    pub limits_won: i64,
    /// The documents a policy can name: revision and title.
    pub documents: Vec<(String, String)>,
}

/// The routes of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![
        route(pages, ("GET", HERE), "A fintech's guarantee insurance", get(show)),
        route(
            pages,
            ("POST", HERE),
            "Records a policy of guarantee insurance",
            post(record),
        ),
        route(
            pages,
            ("POST", "/fintech/insurance/{id}/end"),
            "Ends a policy before its day",
            post(end),
        ),
    ]
}

async fn show(seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, &said).await
}

async fn shown(seat: &Seat, said: &Said) -> Response {
    seat.show(("fintech/insurance.html", HERE), said, view(seat).await)
        .await
}

async fn view(seat: &Seat) -> Result<InsuranceView, Trouble> {
    let (office, staff) = (seat.office(), &seat.staff);
    let policies = standing::policies(office, staff).await?;
    let documents = document::current(office, staff, staff.organisation.id).await?;
    let fit = documents
        .into_iter()
        .filter(|document| document.kind == DocumentKind::InsurancePolicy);
    Ok(InsuranceView {
        policies: policies
            .iter()
            .map(|policy| policy_view(policy, seat.today()))
            .collect(),
        percent: office.settings.insurance_percent,
        insured_won: staff.organisation.insured_won.0,
        limits_won: staff.organisation.withdraw_day_won.0,
        documents: fit.map(|document| (document.id.to_string(), document.title)).collect(),
    })
}

fn policy_view(policy: &PolicyRow, today: naru_core::Day) -> PolicyView {
    let (stands, is) = match policy {
        _ if policy.ended_at.is_some() => ("ended", "idle"),
        _ if policy.to_day < today => ("over", "broken"),
        _ if policy.confirmed_at.is_none() => ("awaits", "unknown"),
        _ if today < policy.from_day => ("to_come", "unknown"),
        _ => ("in_force", "holds"),
    };
    PolicyView {
        id: policy.id.to_string(),
        insurer: policy.insurer.clone(),
        number: policy.number.clone(),
        cover_won: policy.cover_won.0,
        from: day_text(policy.from_day),
        to: day_text(policy.to_day),
        stands,
        is,
        days_left: policy.to_day.start().days_since(today.start()),
        revision: policy
            .revision_id
            .map_or_else(String::new, |revision| revision.to_string()),
    }
}

async fn record(Sent { seat, form }: Sent) -> Response {
    match seat.settle((HERE, "record"), &form, recorded(&seat, &form).await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}

async fn recorded(seat: &Seat, form: &Form) -> Result<Ended, Trouble> {
    let policy = NewPolicy {
        insurer: form.get("insurer"),
        number: form.get("number"),
        cover_won: won(form, "cover_won")?,
        from_day: day(form, "from_day")?,
        to_day: day(form, "to_day")?,
        revision_id: own_revision(seat, form).await?,
    };
    service::record(seat.office(), &seat.staff, &policy).await?;
    Ok(Ended::Done(DoneWord::PolicyRecorded))
}

/// The document that is named, if it is one of the organisation's own policies.
async fn own_revision(seat: &Seat, form: &Form) -> Result<Option<naru_core::RevisionId>, Trouble> {
    let Some(named) = ids(form, "revision")?.into_iter().next() else {
        return Ok(None);
    };
    let own = document::current(seat.office(), &seat.staff, seat.staff.organisation.id).await?;
    let found = own.into_iter().find(|document| document.id == named);
    found.map(|document| Some(document.id)).ok_or(Trouble::NotFound)
}

async fn end(Path(policy): Path<String>, Sent { seat, form }: Sent) -> Response {
    let ended = async {
        let policy: PolicyId = id(&policy)?;
        let own = standing::policies(seat.office(), &seat.staff).await?;
        if !own.iter().any(|own| own.id == policy) {
            return Err(Trouble::NotFound);
        }
        service::end(seat.office(), &seat.staff, policy).await?;
        Ok(Ended::Done(DoneWord::PolicyEnded))
    };
    match seat.settle((HERE, "end"), &form, ended.await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}
