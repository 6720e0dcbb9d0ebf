//! Inquiries and transfers: what a fintech asks of institutions, how money moves in two legs, and the lines over
//! which institutions are reached. No pages here.

mod desk;
pub mod inquiry;
pub mod line;
pub mod management;
pub mod transfer;

pub use desk::{BankingSettings, Desk};

use naru_web::Route;

/// The routes of this feature.
pub fn routes(desk: &Desk) -> Vec<Route> {
    let mut routes = inquiry::http::routes(desk);
    routes.extend(inquiry::oob::routes(desk));
    routes.extend(transfer::withdraw::routes(desk));
    routes.extend(transfer::deposit::routes(desk));
    routes.extend(transfer::result::routes(desk));
    routes.extend(transfer::returning::routes(desk));
    routes.extend(management::http::routes(desk));
    routes
}
