//! The database's file on disk: readable by its owner alone.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Makes the file, if it is missing, with permissions for its owner alone; SQLite gives its log and its index the same.
/// Whatever goes wrong here is told by the opening that follows.
pub(crate) fn make_private(path: &Path) {
    let _ = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path);
}
