//! The console of the supervisor: it looks and changes nothing. No route here takes a form.

#[cfg(test)]
pub(crate) mod gallery;
mod overview;
mod overview_http;

#[cfg(test)]
pub(crate) use overview_http::WAY_LABELS;
pub(crate) use overview_http::{routes, ways};
