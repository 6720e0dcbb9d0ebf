//! A person's sign-in on one device, with an idle and an absolute limit.

use crate::{PersonId, SECOND, SessionId, SignInMethod, Timestamp};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub person_id: PersonId,
    /// How the person proved who they are.
    pub method: SignInMethod,
    /// On what: browser and system in a few words, such as `Chrome, Android`; never an address.
    pub device: String,
    /// Since when; also when the person was authenticated (`auth_time`).
    pub created_at: Timestamp,
    /// When it was last used, at most a minute behind.
    pub seen_at: Timestamp,
    /// Its absolute end.
    pub expires_at: Timestamp,
    /// When it was ended before that.
    pub ended_at: Option<Timestamp>,
}

impl Session {
    /// Whether the session holds at `now`: not ended, used within `idle_seconds`, and not past its absolute end.
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
        let session = Session {
            id: SessionId::new(at(0), &chance),
            person_id: PersonId::new(at(0), &chance),
            method: SignInMethod::Passkey,
            device: "Chrome, Android".to_owned(),
            created_at: at(0),
            seen_at: at(100),
            expires_at: at(1_000),
            ended_at: None,
        };
        assert!(session.is_alive(at(399), 300));
        assert!(!session.is_alive(at(400), 300), "idle");
        assert!(session.is_alive(at(999), 2_000));
        assert!(!session.is_alive(at(1_000), 2_000), "too old");
        let ended = Session {
            ended_at: Some(at(101)),
            ..session
        };
        assert!(!ended.is_alive(at(102), 300));
    }
}
