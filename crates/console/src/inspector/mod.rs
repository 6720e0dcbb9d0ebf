//! The console of an inspecting agency: what is due first, one inspection with its items and findings, and what two
//! people sign.
//!
//! An agency sees the inspections that are assigned to it and nothing else; who may judge, write and sign is
//! decided by the services, and a page shows a form to those alone who can use it. The papers of an inspection
//! serve other audiences through the same handlers.

mod desk;
mod finding;
mod finding_http;
#[cfg(test)]
pub(crate) mod gallery;
mod inspection;
mod inspection_http;
mod item;
mod item_http;
#[cfg(test)]
mod page_tests;
pub(crate) mod papers;
mod queue;
#[cfg(test)]
mod samples;
mod sign;

pub use desk::{Alert, AlertWord, DoneWord, May, Said};
pub use finding::{FindingEventView, FindingPageView, FindingProposal};
pub use inspection::{ClockView, EventView, FindingLine, InspectionPageView, ProposalLine, StepView};
pub use item::{DocumentView, ItemLine, ItemPageView, ItemsView, Show, SignalView, VerdictView};
pub use papers::{FileLine, PapersView};
pub use queue::{QueueLine, QueueView};
pub use sign::{SignView, SignedVerdict};

use naru_web::Route;

use crate::Pages;

/// The labels of the ways through this console; the tests of the messages read them.
#[cfg(test)]
pub(crate) const WAY_LABELS: &[&str] = &["inspector.way_queue", "inspector.way_security"];

/// The routes of these pages.
pub(crate) fn routes(pages: &Pages) -> Vec<Route> {
    let mut routes = queue::routes(pages);
    routes.extend(inspection_http::routes(pages));
    routes.extend(item_http::routes(pages));
    routes.extend(finding_http::routes(pages));
    routes.extend(sign::routes(pages));
    routes.extend(papers::routes(pages));
    routes
}
