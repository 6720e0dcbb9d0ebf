//! Duties: which inspection binds which organisation until when, worked out from dated rules and dated facts.

mod dossier;

pub(crate) use dossier::plus_days;
pub use dossier::{Cleared, Dossier};
