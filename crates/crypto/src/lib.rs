//! Cryptography for each purpose: digests, tokens, sealed columns, passwords, signed JSON, keys in hardware tokens, and
//! certificates issued, read and taken back.
//!
//! One provider (aws-lc) stands behind all of it but Argon2id. Nothing here touches the network or the database;
//! callers bring bytes and get bytes back. Only the module of a hardware token may reach further, by its own means.

mod authority;
pub mod certificate;
mod digest;
mod enrol;
pub mod jose;
mod password;
pub mod pkcs11;
mod revocation;
mod seal;
mod token;

pub use authority::{Authority, AuthorityError, Issued, Subject};
pub use digest::{constant_time_eq, from_hex, hex, sha256};
pub use enrol::{Enrolment, IssuedCertificate};
pub use password::{PasswordError, Passwords};
pub use revocation::{Reason, RevocationList, Revoked};
pub use seal::{Keyring, SealError};
pub use token::{Secret, SecretKind, fill_random};
