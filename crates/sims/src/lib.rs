//! Simulators of what the hub cannot own: institutions (banks) and an identity provider.
//! They are real HTTP servers that keep state and can be told to misbehave, and they share no code with the hub.
//! [`bank::Books`] is the same bank without a server: deterministic, in memory, with time handed in.
//! Nothing here belongs on a production machine.

pub mod bank;
pub mod demo;
mod draw;
mod fields;
pub mod identity;
pub mod seoul;
mod serve;
mod tls;

use std::net::SocketAddr;
use std::path::PathBuf;

pub use tls::TlsFiles;

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The address could not be listened on.
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        /// The address asked for.
        addr: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A certificate, key or authority file is missing, unreadable or unfit.
    #[error("TLS file {}: {why}", path.display())]
    Tls {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The books file cannot be opened, belongs to another bank or another process, or is damaged.
    #[error("books file {}: {why}", path.display())]
    BooksFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it; a damaged line is named by its number, from 1.
        why: String,
    },
    /// A setting cannot be used.
    #[error("setting `{field}`: {why}")]
    Setting {
        /// The setting's name.
        field: &'static str,
        /// What is wrong with it.
        why: String,
    },
}
