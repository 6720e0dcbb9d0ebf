//! Cryptography for each purpose: digests, tokens, sealed columns and the development certificate authority.
//!
//! One provider (aws-lc) stands behind all of it. Nothing here touches the network or the database; callers bring
//! bytes and get bytes back.

mod authority;
mod digest;
mod seal;
mod token;

pub use authority::{Authority, AuthorityError, Issued, Subject};
pub use digest::{constant_time_eq, hex, sha256};
pub use seal::{Keyring, SealError};
pub use token::{Secret, SecretKind, fill_random};
