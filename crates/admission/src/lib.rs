//! Admission: organisations and their people, the five gates, inspections, evidence, leavers and subsidies.
//!
//! Every service decides inside one named transaction in the name of a [`Staff`], which only a living sign-in makes;
//! what follows from dated rules is worked out, never set by hand, and what needs four eyes is a proposal that another
//! decides.

mod office;

pub mod answer;
pub mod document;
pub mod duty;
pub mod endpoint;
pub mod finding;
pub mod function_test;
pub mod gate;
pub mod inspection;
pub mod jobs;
pub mod member;
pub mod notice;
pub mod organisation;
pub mod oscal;
pub mod policy;
pub mod proposal;
pub mod report;
pub mod scim;
pub mod signal;
pub mod subsidy;

pub use office::{AdmissionSettings, Denied, Office, Staff};

use naru_web::Route;

/// The routes of this feature that are no pages: those of directories.
pub fn routes(office: &Office) -> Vec<Route> {
    scim::routes(office)
}
