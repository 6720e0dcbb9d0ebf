//! What the page of a member's sign-ins shows: passkeys, and the devices on which they are signed in.

use naru_core::{MemberSignIn, Timestamp};
use serde::Serialize;

use crate::person::{PasskeyView, SecurityDone};

/// How and where the member is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaffSecurityView {
    /// The forms' token.
    pub csrf: String,
    /// What was just done.
    pub done: Option<SecurityDone>,
    /// The passkeys, oldest first.
    pub passkeys: Vec<PasskeyView>,
    /// Whether a client certificate is registered for the member.
    pub has_certificate: bool,
    /// Every living sign-in, this one first.
    pub sessions: Vec<StaffSessionView>,
    /// Whether passkeys can be added here at all.
    pub can_add: bool,
    /// The words for this device, the first proposal for a passkey's name.
    pub this_device: String,
    /// After how many minutes without use a sign-in ends.
    pub idle_minutes: i64,
    /// After how many hours it ends in any case.
    pub absolute_hours: i64,
}

/// One sign-in. Ending it posts `csrf` and its id as `session`; without an id every other one ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StaffSessionView {
    /// On what.
    pub device: String,
    /// How.
    pub method: MemberSignIn,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// Whether it is the one that looks.
    pub is_this: bool,
    /// Whether it began after the one that looks.
    pub is_new: bool,
    /// Its id.
    pub id: String,
}
