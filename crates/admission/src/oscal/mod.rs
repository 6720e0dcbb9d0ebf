//! An inspection as a bundle of OSCAL documents (NIST OSCAL 1.2), given out and taken in.
//!
//! A bundle is made from what stands in the database alone, so that the same state gives the same bytes. What the
//! standard has no field for stands in properties under [`NS`]. What is taken in is the result of one round, as an
//! agency would give it on the pages, and it is taken whole or not at all.

mod catalogue;
mod error;
mod export;
mod import;
mod names;
mod plan;
mod reading;
mod results;
mod risks;
mod system;
mod upload;

pub use error::{ExportError, ImportError};
pub use export::{export, export_all};
pub use import::{Imported, check, import};
pub use names::{NS, PUBLISHER};
pub use upload::{ImportReport, from_one_file, import_upload, one_file};
