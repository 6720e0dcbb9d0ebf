//! The states of a signing key: published before it is used, and kept for verifying after.

use crate::words;

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPurpose {
    /// ID tokens, signed authorization responses and signed introspection answers.
    Answers,
}
words!(KeyPurpose, "key purpose", { Answers = "answers" });

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, not used yet: whoever caches the key set learns of it in time.
    Next,
    /// Signs.
    Active,
    /// Signs no more; what it signed still verifies.
    Retained,
    /// Withdrawn: no longer published, what it signed does not verify.
    Revoked,
}
words!(KeyState, "key state", {
    Next = "next", Active = "active", Retained = "retained", Revoked = "revoked",
});

/// What can happen to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyEvent {
    /// It begins to sign.
    Activate,
    /// Another signs from now on.
    Retain,
    /// It is known to others, or no longer needed.
    Revoke,
}
words!(KeyEvent, "key event", { Activate = "activate", Retain = "retain", Revoke = "revoke" });

impl KeyState {
    /// The state after the event, or `None` where the event cannot happen in this state.
    pub const fn apply(self, event: KeyEvent) -> Option<Self> {
        match (self, event) {
            (Self::Next, KeyEvent::Activate) => Some(Self::Active),
            (Self::Active, KeyEvent::Retain) => Some(Self::Retained),
            (Self::Next | Self::Active | Self::Retained, KeyEvent::Revoke) => Some(Self::Revoked),
            _ => None,
        }
    }

    /// Whether others are told the public part.
    pub const fn is_published(self) -> bool {
        !matches!(self, Self::Revoked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use KeyEvent::{Activate, Retain, Revoke};
    use KeyState::{Active, Next, Retained, Revoked};

    #[test]
    fn every_key_state_and_event() {
        let table = [
            (Next, [Some(Active), None, Some(Revoked)]),
            (Active, [None, Some(Retained), Some(Revoked)]),
            (Retained, [None, None, Some(Revoked)]),
            (Revoked, [None, None, None]),
        ];
        assert_eq!(table.len(), KeyState::ALL.len());
        for (state, after) in table {
            for (event, expected) in [Activate, Retain, Revoke].into_iter().zip(after) {
                assert_eq!(state.apply(event), expected, "{state} × {event}");
            }
            assert_eq!(state.is_published(), state != Revoked);
        }
    }
}
