//! What the page of sign-ins shows: passkeys, and the devices on which the person is signed in.

use naru_core::{SignInMethod, Timestamp, words};
use serde::Serialize;

/// How and where the person is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecurityView {
    /// The forms' token.
    pub csrf: String,
    /// What was just done.
    pub done: Option<SecurityDone>,
    /// The passkeys, oldest first.
    pub passkeys: Vec<PasskeyView>,
    /// Every living sign-in, this one first.
    pub sessions: Vec<SessionView>,
    /// Whether passkeys can be added here at all.
    pub can_add: bool,
    /// The words for this device, the first proposal for a passkey's name.
    pub this_device: String,
    /// After how many minutes without use a sign-in ends.
    pub idle_minutes: i64,
    /// After how many hours it ends in any case.
    pub absolute_hours: i64,
}

/// One passkey. Removing it posts `csrf` to its own action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PasskeyView {
    /// What the person calls it.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Option<Timestamp>,
    /// Where removing it is posted to.
    pub remove_action: String,
}

/// One sign-in. Ending it posts `csrf` to its own action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionView {
    /// On what.
    pub device: String,
    /// How.
    pub method: SignInMethod,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// Whether it is the one that looks.
    pub is_this: bool,
    /// Whether it began after the one that looks.
    pub is_new: bool,
    /// Where ending it is posted to.
    pub end_action: String,
}

/// What was just done on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecurityDone {
    /// A passkey was added.
    Added,
    /// A passkey was removed.
    Removed,
    /// One device was signed out.
    Ended,
    /// Every other device was signed out.
    Others,
}
words!(SecurityDone, "deed", { Added = "added", Removed = "removed", Ended = "ended", Others = "others" });
