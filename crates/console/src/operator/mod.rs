//! The console of the operator's desk: the pipeline of applicants, one organisation whole, what waits for a second pair
//! of eyes, the rule in force for anyone on any day, policies, subsidies, and transfers that only people can end.
//!
//! Whoever belongs to the operator may look; only the role of the desk acts, and the services say so, not the pages.

mod desk;
#[cfg(test)]
pub(crate) mod gallery;
mod inspections;
mod organisation;
mod organisation_http;
mod parts;
mod pipeline;
mod pipeline_http;
mod policies;
mod proposals;
mod proposals_http;
mod rules;
mod rules_http;
#[cfg(test)]
pub(crate) mod samples;
mod subsidies;
#[cfg(test)]
mod tests;
mod transfers;
mod transfers_http;

pub(crate) use desk::{Failed, answered, require_kind, ways};
pub(crate) use organisation::{OrganisationView, organisation_view};
pub(crate) use parts::{Bar, OrganisationLine, ProposalLine, bars, lines};
pub(crate) use pipeline_http::filter;

use naru_web::Route;

use crate::Pages;
use crate::page::{Frame, PageError, render};

/// The labels of the ways through this console; the tests of the messages read them.
#[cfg(test)]
pub(crate) const WAY_LABELS: &[&str] = desk::WAY_LABELS;

/// The routes of these pages.
pub(crate) fn routes(pages: &Pages) -> Vec<Route> {
    let mut routes = pipeline_http::routes(pages);
    routes.extend(organisation_http::routes(pages));
    routes.extend(inspections::routes(pages));
    routes.extend(proposals_http::routes(pages));
    routes.extend(rules_http::routes(pages));
    routes.extend(policies::routes(pages));
    routes.extend(subsidies::routes(pages));
    routes.extend(transfers_http::routes(pages));
    routes
}

/// Everything about one organisation; the supervisor sees the same without a form.
pub(crate) fn organisation(view: &OrganisationView, frame: &Frame) -> Result<String, PageError> {
    render("operator/organisation.html", view, frame)
}
