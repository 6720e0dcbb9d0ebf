//! The console of a fintech: where it stands, its functional test, clients, inspections, documents, endpoints,
//! insurance, subsidies, people and facts. Every page is a view, a template and a thin handler; what is allowed was
//! settled by the services before a view is made.

mod answers;
mod app_admission;
mod apps;
mod apps_http;
pub(crate) mod desk;
mod documents;
mod documents_asked;
mod endpoints;
mod finding;
#[cfg(test)]
pub(crate) mod gallery;
mod inspection;
mod inspection_http;
mod inspections;
mod insurance;
mod next;
mod organisation;
mod papers_http;
mod parts;
mod sign_up;
mod standing;
mod standing_http;
mod subsidies;
mod test;
pub(crate) mod trouble;

pub(crate) use apps_http::sha256;
#[cfg(test)]
pub(crate) use desk::WAYS;

use naru_web::Route;

use crate::Pages;

/// The routes of the console.
pub(crate) fn routes(pages: &Pages) -> Vec<Route> {
    let of_each = [
        sign_up::routes,
        standing_http::routes,
        test::routes,
        apps_http::routes,
        inspections::routes,
        inspection_http::routes,
        answers::routes,
        papers_http::routes,
        documents::routes,
        endpoints::routes,
        insurance::routes,
        subsidies::routes,
        organisation::routes,
    ];
    of_each.into_iter().flat_map(|routes| routes(pages)).collect()
}
