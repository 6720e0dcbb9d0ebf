//! The bounds and thresholds of a look. The profile of [`crate::tls`] is fixed and not among them.

use std::time::Duration;

use crate::reach::Reach;

/// The bounds and thresholds of a look.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where a look may reach, and whom it trusts.
    pub reach: Reach,
    /// The longest a whole look takes.
    pub budget: Duration,
    /// The longest one step takes: a connection, a handshake, an answer.
    pub step: Duration,
    /// Rest between two connections to the same server.
    pub pause: Duration,
    /// Most connections of one look at versions and suites.
    pub hellos: usize,
    /// Most bytes read of an answer to a handshake.
    pub handshake_bytes: usize,
    /// Most bytes of response headers; at least 8,192.
    pub header_bytes: usize,
    /// Most bytes of a body.
    pub body_bytes: usize,
    /// What the requests say they are.
    pub user_agent: String,
    /// A certificate with fewer days left warns.
    pub warn_days: i64,
    /// A certificate with fewer days left fails.
    pub fail_days: i64,
    /// The least `max-age` of Strict-Transport-Security, in seconds.
    pub hsts_seconds: u64,
    /// The least share of Hangul among the letters of a Korean page, in percent.
    pub hangul_percent: usize,
    /// A page with fewer letters is not judged: its text is probably made by scripts.
    pub letters: usize,
}

impl Settings {
    /// The usual bounds for a reach: a minute a look, a megabyte a page, 30 days before a certificate ends.
    pub fn new(reach: Reach) -> Self {
        Self {
            reach,
            budget: Duration::from_secs(60),
            step: Duration::from_secs(8),
            pause: Duration::from_millis(50),
            hellos: 140,
            handshake_bytes: 65_536,
            header_bytes: 65_536,
            body_bytes: 1_048_576,
            user_agent: crate::PROBER_VERSION.to_owned(),
            warn_days: 30,
            fail_days: 0,
            hsts_seconds: 180 * 86_400,
            hangul_percent: 50,
            letters: 100,
        }
    }

    /// The user agent as a field value (RFC 9110 5.5): the prober's own name where the given one is none.
    pub(crate) fn agent(&self) -> &str {
        let is_value = self.user_agent.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !self.user_agent.is_empty();
        if is_value {
            &self.user_agent
        } else {
            crate::PROBER_VERSION
        }
    }
}
