//! Passkeys (WebAuthn): a person signs in with a key of their own, which their device gives out to nobody.
//!
//! What the standard demands of an answer is decided by the library behind `Passkeys`; whose the keys are, how long a
//! challenge holds, and that it is answered once, is decided here.

pub mod service;

pub use service::{PASSKEYS_MAX, PasskeyError, PasskeyView, Passkeys, list, remove};
