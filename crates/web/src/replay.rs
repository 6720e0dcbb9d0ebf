//! Ids that were seen: proofs and assertions hold once. Bounded in memory, and in time by two generations.

use std::collections::HashSet;
use std::sync::Mutex;

use naru_core::{SECOND, Timestamp};
use naru_crypto::sha256;

/// Ids in one generation at most, 16 bytes each. A set that is full refuses: what it cannot remember it does not let
/// by.
const GENERATION_MAX: usize = 1_000_000;

/// What came of claiming an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Nobody had it.
    Fresh,
    /// It was seen before.
    Seen,
    /// There is no room to remember it.
    Full,
}

/// A set of ids, of each only half a digest.
#[derive(Debug)]
pub struct Replays {
    generations: Mutex<Generations>,
    window_us: i64,
    most: usize,
}

#[derive(Debug, Default)]
struct Generations {
    young: HashSet<[u8; 16]>,
    old: HashSet<[u8; 16]>,
    since: Timestamp,
}

impl Replays {
    /// A set that remembers every id for at least `seconds`.
    pub fn new(seconds: i64) -> Self {
        Self {
            generations: Mutex::default(),
            window_us: seconds.saturating_mul(SECOND),
            most: GENERATION_MAX,
        }
    }

    /// Claims an id within a name space, such as the key that signed it.
    pub fn claim(&self, space: &[u8], id: &str, now: Timestamp) -> Claim {
        let mut text = Vec::with_capacity(space.len() + id.len() + 1);
        text.extend_from_slice(space);
        text.push(0);
        text.extend_from_slice(id.as_bytes());
        let digest = sha256(&text);
        let key: [u8; 16] = std::array::from_fn(|i| digest[i]);
        let mut g = self.generations.lock().expect("claiming an id does not panic");
        let age = now.micros_since(g.since);
        if age >= self.window_us {
            let young = std::mem::take(&mut g.young);
            g.old = if age < self.window_us.saturating_mul(2) {
                young
            } else {
                HashSet::new()
            };
            g.since = now;
        }
        if g.old.contains(&key) || g.young.contains(&key) {
            Claim::Seen
        } else if g.young.len() >= self.most {
            Claim::Full
        } else {
            g.young.insert(key);
            Claim::Fresh
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_for_the_window_in_its_own_space() {
        let seen = Replays::new(60);
        let at = |seconds| Timestamp(0).plus_seconds(seconds);
        assert_eq!(seen.claim(b"key", "a", at(1_000)), Claim::Fresh);
        assert_eq!(seen.claim(b"key", "a", at(1_059)), Claim::Seen);
        assert_eq!(seen.claim(b"other", "a", at(1_059)), Claim::Fresh);
        assert_eq!(
            seen.claim(b"key", "a", at(1_061)),
            Claim::Seen,
            "the older generation knows it"
        );
        assert_eq!(seen.claim(b"key", "a", at(1_300)), Claim::Fresh);
    }

    #[test]
    fn a_full_set_refuses() {
        let seen = Replays {
            most: 2,
            ..Replays::new(60)
        };
        let at = Timestamp(0).plus_seconds(1_000);
        assert_eq!(seen.claim(b"", "a", at), Claim::Fresh);
        assert_eq!(seen.claim(b"", "b", at), Claim::Fresh);
        assert_eq!(seen.claim(b"", "c", at), Claim::Full);
        assert_eq!(seen.claim(b"", "a", at), Claim::Seen);
        assert_eq!(
            seen.claim(b"", "c", at.plus_seconds(60)),
            Claim::Fresh,
            "the next generation has room"
        );
    }
}
