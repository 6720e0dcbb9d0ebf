//! The pages that every kind of organisation has: its people with the tokens of their directory; and the place of
//! institutions, which have no console of their own yet.

mod desk;
#[cfg(test)]
pub(crate) mod gallery;
mod institution;
mod members;

use naru_admission::Staff;
use naru_core::OrganisationKind;
use naru_web::Route;

use crate::member::home;
use crate::page::StaffWay;
use crate::pages::Pages;

/// The ways that every member has behind those of their console.
pub(crate) const OWN: [(&str, &str); 2] = [
    ("member.way_members", members::HERE),
    ("member.way_security", "/staff/security"),
];

/// The routes of these pages.
pub(crate) fn routes(pages: &Pages) -> Vec<Route> {
    let mut routes = members::routes(pages);
    routes.extend(institution::routes(pages));
    routes
}

/// The ways on a page of a member, with the one that leads to it or above it. A console's own pages know their ways;
/// on the pages of everybody, those of other consoles than the fintech's are one.
pub(crate) fn ways(staff: &Staff, here: &str) -> Vec<StaffWay> {
    let kind = staff.organisation.kind;
    let href = home(&staff.member, kind);
    match kind {
        OrganisationKind::Fintech => crate::fintech::desk::ways(here),
        _ if OWN.iter().any(|(_, own)| *own == href) => Vec::new(),
        _ => vec![StaffWay {
            label: "member.way_console",
            href: href.to_owned(),
            current: here == href,
        }],
    }
}

/// The ways of a console, with those that every member has behind them, each once.
pub(crate) fn with_own(mut ways: Vec<StaffWay>, here: &str) -> Vec<StaffWay> {
    ways.retain(|way| OWN.iter().all(|(_, own)| way.href != *own));
    let own = |(label, href): (&'static str, &str)| StaffWay {
        label,
        href: href.to_owned(),
        current: here.split('?').next() == Some(href),
    };
    ways.extend(OWN.into_iter().map(own));
    ways
}
