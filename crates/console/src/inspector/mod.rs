//! Inspections for those who judge, decide or watch: the console of an inspecting agency, and the same pages where the
//! operator decides on self-inspections and the supervisor looks.
//!
//! An agency sees the inspections that are assigned to it and nothing else; who may judge, write and sign is
//! decided by the services, and a page shows a form to those alone who can use it. The papers of an inspection
//! serve other audiences through the same handlers.

/// Routes of one page at the same place below each console that has it.
macro_rules! below {
    ($pages:expr, [$($base:literal),+], ($method:literal, $rest:literal), $summary:literal, $handler:expr) => {
        [$($crate::member::route($pages, ($method, concat!($base, $rest)), $summary, $handler)),+]
    };
}

pub(crate) mod archive;
mod catalogues;
mod desk;
mod documents;
mod finding;
mod finding_http;
#[cfg(test)]
pub(crate) mod gallery;
mod import;
mod inspection;
mod inspection_http;
mod item;
mod item_http;
mod lists;
#[cfg(test)]
mod page_tests;
pub(crate) mod papers;
mod queue;
#[cfg(test)]
pub(crate) mod samples;
mod seat;
mod sign;

pub use archive::{ArchiveView, EndedLine, ReopenedLine};
pub use catalogues::{CatalogueView, ControlView, GroupView, LinkView};
pub use desk::{Alert, AlertWord, DoneWord, May, Said};
pub use documents::DocumentView;
pub use finding::{FindingEventView, FindingPageView, FindingProposal};
pub use import::{ImportView, ImportedView};
pub use inspection::{ClockView, EventView, FindingLine, InspectionPageView, ProposalLine, StepView};
pub use item::{ItemLine, ItemPageView, ItemsView, Show, SignalView, VerdictView};
pub use papers::{FileLine, PapersView};
pub use queue::{QueueLine, QueueView, UnclaimedLine};
pub use sign::{SignView, SignedVerdict};

use naru_web::Route;

use crate::Pages;

/// The labels of the ways through this console; the tests of the messages read them.
#[cfg(test)]
pub(crate) const WAY_LABELS: &[&str] = &[
    "inspector.way_queue",
    "inspector.way_archive",
    "inspector.way_catalogues",
    "inspector.way_security",
];

/// The routes of these pages.
pub(crate) fn routes(pages: &Pages) -> Vec<Route> {
    let mut routes = queue::routes(pages);
    routes.extend(inspection_http::routes(pages));
    routes.extend(import::routes(pages));
    routes.extend(item_http::routes(pages));
    routes.extend(finding_http::routes(pages));
    routes.extend(sign::routes(pages));
    routes.extend(archive::routes(pages));
    routes.extend(catalogues::routes(pages));
    routes.extend(documents::routes(pages));
    routes.extend(papers::routes(pages));
    routes
}
