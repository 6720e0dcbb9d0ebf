//! Passkeys (WebAuthn): a person signs in with a key of their own, which their device gives out to nobody.
//!
//! What the standard demands of an answer is decided by the library behind [`Passkeys`], and is the same for people and
//! for members; whose the keys are, how long a challenge holds, and that it is answered once, is decided by the
//! services.

pub(crate) mod ceremony;
pub mod service;

pub use ceremony::Passkeys;
pub use service::{PASSKEYS_MAX, PasskeyError, PasskeyView, list, remove};
