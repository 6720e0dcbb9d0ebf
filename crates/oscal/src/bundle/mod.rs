//! Several documents that belong together: files of one folder that name each other by file name.
//! The check finds what neither the schemas of NIST nor the usual validators look for: references to nothing, ids that
//! stand twice, and controls that the profile does not ask for.

mod controls;
mod fault;
mod imports;
mod references;
mod verdicts;

use std::collections::BTreeMap;

pub(crate) use fault::Flaw;
pub use fault::{Fault, FaultKind};

use crate::content;
use crate::document::Document;
use crate::read::ReadError;
use imports::Imports;

/// Most files of one bundle.
pub const FILES_MAX: usize = 256;

/// Bytes of all files of a bundle together.
const TOTAL_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of the longest file name.
const NAME_MAX_BYTES: usize = 128;

/// Why files are no bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The name can not stand in a reference.
    #[error(
        "file {number}: this name is not accepted; up to {NAME_MAX_BYTES} letters (a to z), digits, `.`, `-` and `_` \
         are, starting with a letter or digit and ending with `.json`"
    )]
    Name {
        /// Which file, counted from 1.
        number: usize,
    },
    /// Two files of one name.
    #[error("{name}: a second file of this name")]
    SecondFile {
        /// The name.
        name: String,
    },
    /// More than [`FILES_MAX`].
    #[error("too many files: at most {FILES_MAX} are accepted")]
    TooMany,
    /// Together too large.
    #[error("too large: at most {TOTAL_MAX_BYTES} bytes are accepted for all files together")]
    TooLarge,
    /// A file is no document.
    #[error("{name}: {error}")]
    Document {
        /// The file.
        name: String,
        /// Why.
        #[source]
        error: ReadError,
    },
}

/// Documents by file name, all in one folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    documents: BTreeMap<String, Document>,
}

impl Bundle {
    /// A bundle without documents.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a document. Fails when the name is taken or no plain file name ending with `.json`, or the bundle is full.
    pub fn insert(&mut self, name: impl Into<String>, document: impl Into<Document>) -> Result<(), BundleError> {
        let name = name.into();
        if self.documents.len() >= FILES_MAX {
            return Err(BundleError::TooMany);
        }
        if !name_is_plain(&name) {
            return Err(BundleError::Name {
                number: self.documents.len() + 1,
            });
        }
        if self.documents.contains_key(&name) {
            return Err(BundleError::SecondFile { name });
        }
        self.documents.insert(name, document.into());
        Ok(())
    }

    /// The document of that file name.
    pub fn get(&self, name: &str) -> Option<&Document> {
        self.documents.get(name)
    }

    /// Every document with its file name, by name.
    pub fn documents(&self) -> impl Iterator<Item = (&str, &Document)> {
        self.documents.iter().map(|(name, document)| (name.as_str(), document))
    }

    /// Reads files. Fails with the first that is no document; what they say of each other is left to
    /// [`Bundle::check`].
    pub fn from_files(files: Vec<(String, Vec<u8>)>) -> Result<Self, BundleError> {
        if files.len() > FILES_MAX {
            return Err(BundleError::TooMany);
        }
        if files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > TOTAL_MAX_BYTES {
            return Err(BundleError::TooLarge);
        }
        let mut bundle = Self::new();
        for (index, (name, bytes)) in files.into_iter().enumerate() {
            if !name_is_plain(&name) {
                return Err(BundleError::Name { number: index + 1 });
            }
            let document = Document::read(&bytes).map_err(|error| BundleError::Document {
                name: name.clone(),
                error,
            })?;
            bundle.insert(name, document)?;
        }
        Ok(bundle)
    }

    /// Writes every document, by name; the same bundle gives the same bytes.
    pub fn to_files(&self) -> Vec<(String, Vec<u8>)> {
        self.documents
            .iter()
            .map(|(name, document)| (name.clone(), document.to_bytes()))
            .collect()
    }

    /// Everything that is wrong with the documents and with what they say of each other, by document and place.
    /// Nothing found means: it can be handed out.
    pub fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let trees: BTreeMap<&str, serde_json::Value> = self
            .documents()
            .map(|(name, document)| (name, document.to_tree()))
            .collect();
        for (name, tree) in &trees {
            faults.extend(content::flaws(tree).into_iter().map(|flaw| flaw.of(name)));
        }
        let imports = Imports::of(self, &mut faults);
        references::check(&trees, &imports, &mut faults);
        verdicts::check(self, &imports, &mut faults);
        faults.sort();
        faults.dedup();
        faults
    }
}

fn name_is_plain(name: &str) -> bool {
    name.len() <= NAME_MAX_BYTES
        && name.strip_suffix(".json").is_some_and(|stem| !stem.is_empty())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

#[cfg(test)]
#[path = "tests/mod.rs"]
mod tests;
