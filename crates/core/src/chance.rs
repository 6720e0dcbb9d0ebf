//! Chance: the only source of random bytes. Production wires the operating system's generator in; a test seeds one,
//! and one seed is one run.

use std::fmt;
use std::sync::{Arc, Mutex};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

type Fill = dyn Fn(&mut [u8]) + Send + Sync;

/// A shared source of random bytes.
#[derive(Clone)]
pub struct Chance(Arc<Fill>);

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chance")
    }
}

impl Chance {
    /// A source that calls `fill` for every request.
    pub fn from_fn(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// A repeatable source for tests: the same seed gives the same bytes in the same order.
    pub fn seeded(seed: u64) -> Self {
        let rng = Mutex::new(StdRng::seed_from_u64(seed));
        Self::from_fn(move |bytes| {
            rng.lock().expect("filling a buffer does not panic").fill_bytes(bytes);
        })
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0)(&mut bytes);
        bytes
    }

    /// A number below `bound` (which is at least 1); the modulo bias is below 2⁻³² for bounds below 2³².
    pub fn below(&self, bound: u64) -> u64 {
        u64::from_be_bytes(self.bytes()) % bound.max(1)
    }

    /// `count` characters drawn from `alphabet`.
    pub fn text(&self, alphabet: &[u8], count: usize) -> String {
        let place = || usize::try_from(self.below(alphabet.len() as u64)).expect("below the length of a slice");
        (0..count).map(|_| char::from(alphabet[place()])).collect()
    }

    /// `count` decimal digits.
    pub fn digits(&self, count: usize) -> String {
        self.text(b"0123456789", count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_is_one_run() {
        let (a, b, c) = (Chance::seeded(7), Chance::seeded(7), Chance::seeded(8));
        let run = |chance: &Chance| (chance.digits(20), chance.below(1000), chance.bytes::<16>());
        assert_eq!(run(&a), run(&b));
        assert_ne!(run(&a), run(&c));
    }
}
