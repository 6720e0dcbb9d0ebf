//! What the hub looks at itself: GET and POST /fintech/endpoints, POST /fintech/endpoints/{id}/remove, and what was
//! observed of one signal at GET /fintech/endpoints/{signal}.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::endpoint::service as endpoints;
use naru_admission::signal::service::{self as signals, SignalStanding};
use naru_core::{EndpointId, EndpointKind, Language, SignalKind, SignalOutcome, Timestamp};
use naru_storage::ObservationRow;
use naru_web::Route;
use serde::Serialize;

use super::desk::{DoneWord, Ended, Said, Seat, Sent, id};
use super::trouble::{AlertWord, Trouble, at};
use crate::member::route;
use crate::pages::{Form, Pages};
use crate::wording;

const HERE: &str = "/fintech/endpoints";
/// Observations that are shown of one signal.
const HISTORY: i64 = 50;

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct EndpointView {
    /// Its id.
    pub id: String,
    /// As what.
    pub kind: EndpointKind,
    /// The address.
    pub url: String,
    /// Since when.
    pub registered_at: Timestamp,
    /// What is looked at there.
    pub signals: Vec<SignalView>,
}

/// A signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct SignalView {
    /// Which.
    pub signal: SignalKind,
    /// How it stands.
    pub outcome: SignalOutcome,
    /// The same as a mark.
    pub is: &'static str,
    /// When it was looked at last.
    pub observed_at: Option<Timestamp>,
    /// Hours since then.
    pub age_hours: Option<i64>,
    /// When it goes stale.
    pub expires_at: Option<Timestamp>,
    /// Errors in a row.
    pub failures: i64,
    /// What was seen last, as a sentence; empty where nothing was.
    pub said: String,
    /// The same in a few words of the prober, as it wrote them down.
    pub summary: String,
    /// The facts of it: names and values.
    pub facts: Vec<(String, String)>,
    /// The controls that it feeds.
    pub controls: &'static [String],
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct EndpointsView {
    /// The endpoints, oldest first.
    pub endpoints: Vec<EndpointView>,
    /// The signals that the hub's own rows say.
    pub own: Vec<SignalView>,
    /// The kinds of endpoints.
    pub kinds: Vec<EndpointKind>,
    /// How many there may be.
    pub most: i64,
}

/// What was observed of one signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct HistoryView {
    /// Which.
    pub signal: SignalKind,
    /// The observations, newest first.
    pub observations: Vec<ObservationView>,
}

/// One look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct ObservationView {
    /// How it came out.
    pub outcome: SignalOutcome,
    /// The same as a mark.
    pub is: &'static str,
    /// When.
    pub observed_at: Timestamp,
    /// What was seen, as a sentence.
    pub said: String,
    /// The same in a few words of the prober, as it wrote them down.
    pub summary: String,
    /// Who looked.
    pub prober: String,
    /// The facts: names and values.
    pub facts: Vec<(String, String)>,
}

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![
        route(pages, ("GET", HERE), "A fintech's endpoints and signals", get(show)),
        route(
            pages,
            ("POST", HERE),
            "Registers an endpoint to be looked at",
            post(register),
        ),
        route(
            pages,
            ("GET", "/fintech/endpoints/{id}"),
            "What was observed of a signal",
            get(history),
        ),
        route(
            pages,
            ("POST", "/fintech/endpoints/{id}/remove"),
            "Takes an endpoint back",
            post(remove),
        ),
    ]
}

const fn mark(outcome: SignalOutcome) -> &'static str {
    match outcome {
        SignalOutcome::Pass => "holds",
        SignalOutcome::Fail => "broken",
        SignalOutcome::Error | SignalOutcome::Stale => "unknown",
        SignalOutcome::NotTested | SignalOutcome::NotApplicable => "idle",
    }
}

/// The facts of an observation on one level: what is an object within is written as JSON.
fn facts(raw: &str) -> Vec<(String, String)> {
    let Ok(serde_json::Value::Object(found)) = serde_json::from_str(raw) else {
        return Vec::new();
    };
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        serde_json::Value::Null => "–".to_owned(),
        other => other.to_string(),
    };
    found
        .into_iter()
        .take(40)
        .map(|(name, value)| (name, text(value)))
        .collect()
}

fn signal_view(standing: &SignalStanding, (now, language): (Timestamp, Language)) -> SignalView {
    let (row, latest) = (&standing.row, standing.latest.as_ref());
    SignalView {
        signal: row.signal,
        outcome: row.outcome,
        is: mark(row.outcome),
        observed_at: row.observed_at,
        age_hours: row.observed_at.map(|at| now.micros_since(at) / 3_600_000_000),
        expires_at: row.expires_at,
        failures: row.failures,
        said: latest.map_or_else(String::new, |latest| wording::observed(latest, language)),
        summary: latest.map_or_else(String::new, |latest| latest.summary.clone()),
        facts: latest.map_or_else(Vec::new, |latest| facts(&latest.raw)),
        controls: standing.controls,
    }
}

async fn show(seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, &said).await
}

async fn shown(seat: &Seat, said: &Said) -> Response {
    seat.show(("fintech/endpoints.html", HERE), said, view(seat).await)
        .await
}

async fn view(seat: &Seat) -> Result<EndpointsView, Trouble> {
    let (office, organisation) = (seat.office(), seat.staff.organisation.id);
    let now = seat.pages().hub.now();
    let standings = signals::standings(office, organisation).await?;
    let at = |endpoint: Option<EndpointId>| -> Vec<SignalView> {
        let those = standings.iter().filter(|standing| standing.row.endpoint_id == endpoint);
        those
            .map(|standing| signal_view(standing, (now, seat.language())))
            .collect()
    };
    let registered = endpoints::list(office, organisation).await?;
    let view = |endpoint: naru_core::Endpoint| EndpointView {
        id: endpoint.id.to_string(),
        kind: endpoint.kind,
        url: endpoint.url,
        registered_at: endpoint.registered_at,
        signals: at(Some(endpoint.id)),
    };
    Ok(EndpointsView {
        endpoints: registered.into_iter().map(view).collect(),
        own: at(None),
        kinds: EndpointKind::ALL.to_vec(),
        most: endpoints::ENDPOINTS_MAX,
    })
}

async fn register(Sent { seat, form }: Sent) -> Response {
    match seat.settle((HERE, "register"), &form, registered(&seat, &form).await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}

async fn registered(seat: &Seat, form: &Form) -> Result<Ended, Trouble> {
    let kind = EndpointKind::parse(form.get("kind")).map_err(|error| at("kind", AlertWord::Field, error))?;
    endpoints::register(seat.office(), &seat.staff, (kind, form.get("url"))).await?;
    Ok(Ended::Done(DoneWord::EndpointChanged))
}

async fn remove(Path(endpoint): Path<String>, Sent { seat, form }: Sent) -> Response {
    let removed = async {
        endpoints::remove(seat.office(), &seat.staff, id(&endpoint)?).await?;
        Ok(Ended::Done(DoneWord::EndpointChanged))
    };
    match seat.settle((HERE, "remove"), &form, removed.await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}

async fn history(Path(word): Path<String>, seat: Seat) -> Response {
    let view = async {
        let signal = SignalKind::parse(&word).map_err(|_| Trouble::NotFound)?;
        let of = (seat.staff.organisation.id, signal);
        let rows = signals::history(seat.office(), of, HISTORY).await?;
        Ok(HistoryView {
            signal,
            observations: rows
                .into_iter()
                .map(|row| observation_view(row, seat.language()))
                .collect(),
        })
    };
    let here = format!("{HERE}/{}", if SignalKind::parse(&word).is_ok() { &word } else { "" });
    seat.show(("fintech/history.html", &here), &seat.said(), view.await)
        .await
}

fn observation_view(row: ObservationRow, language: Language) -> ObservationView {
    ObservationView {
        said: wording::observed(&row, language),
        outcome: row.outcome,
        is: mark(row.outcome),
        observed_at: row.observed_at,
        facts: facts(&row.raw),
        summary: row.summary,
        prober: row.prober,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_from_an_object_and_nothing_else() {
        let read = facts(r#"{"name":"a.example","days":3,"chain":["x"],"none":null}"#);
        let of = |name: &str| {
            read.iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        assert_eq!((of("name"), of("days")), (Some("a.example"), Some("3")));
        assert_eq!((of("chain"), of("none")), (Some(r#"["x"]"#), Some("–")));
        assert!(facts("[1]").is_empty() && facts("no json").is_empty());
    }

    #[test]
    fn what_could_not_be_looked_at_is_neither_fine_nor_failed() {
        for outcome in [SignalOutcome::Error, SignalOutcome::Stale, SignalOutcome::NotTested] {
            assert!(!matches!(mark(outcome), "holds" | "broken"), "{outcome}");
        }
    }
}
