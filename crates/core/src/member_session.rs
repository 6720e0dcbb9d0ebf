//! A member's sign-in on one device, with an idle and an absolute limit. It is not a person's: neither opens what the
//! other does.

use crate::{MemberId, SECOND, SessionId, Timestamp, words};

/// How a member proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberSignIn {
    /// With a passkey (WebAuthn).
    Passkey,
    /// With the client certificate that an administrator registered for them.
    Certificate,
}
words!(MemberSignIn, "member's sign-in method", { Passkey = "passkey", Certificate = "certificate" });

/// A session of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberSession {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub member_id: MemberId,
    /// How the member proved who they are.
    pub method: MemberSignIn,
    /// On what: browser and system in a few words, such as `Chrome, Windows`; never an address.
    pub device: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, at most a minute behind.
    pub seen_at: Timestamp,
    /// Its absolute end.
    pub expires_at: Timestamp,
    /// When it was ended before that.
    pub ended_at: Option<Timestamp>,
}

impl MemberSession {
    /// Whether the session holds at `now`: not ended, used within `idle_seconds`, and not past its absolute end.
    /// Whether the member is still active is asked beside it.
    pub fn is_alive(&self, now: Timestamp, idle_seconds: i64) -> bool {
        let idle = now.micros_since(self.seen_at) >= idle_seconds.saturating_mul(SECOND);
        self.ended_at.is_none() && now < self.expires_at && !idle
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Chance;

    #[test]
    fn a_session_ends_by_idling_by_age_and_by_hand() {
        let chance = Chance::seeded(1);
        let at = |seconds: i64| Timestamp(seconds * SECOND);
        let session = MemberSession {
            id: SessionId::new(at(0), &chance),
            member_id: MemberId::new(at(0), &chance),
            method: MemberSignIn::Certificate,
            device: "Chrome, Windows".to_owned(),
            created_at: at(0),
            seen_at: at(100),
            expires_at: at(1_000),
            ended_at: None,
        };
        assert!(session.is_alive(at(399), 300));
        assert!(!session.is_alive(at(400), 300), "idle");
        assert!(session.is_alive(at(999), 2_000));
        assert!(!session.is_alive(at(1_000), 2_000), "too old");
        let ended = MemberSession {
            ended_at: Some(at(101)),
            ..session
        };
        assert!(!ended.is_alive(at(102), 300));
    }
}
