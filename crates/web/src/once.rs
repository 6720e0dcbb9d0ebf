//! Ids that may be used only once, for as long as the call log may be behind.
//!
//! The database knows every id that was used up more than a moment ago; this set knows the younger ones. It keeps two
//! generations, so that an id stays known until long after its call was written, and it is bounded.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;

use naru_core::{BankTranId, Day, Timestamp};

/// Ids in one generation at most; a fuller one is followed by the next before its time.
const GENERATION_MAX: usize = 500_000;
/// A generation lasts this long, microseconds: many times what the call log may be behind.
const GENERATION_US: i64 = 30 * naru_core::SECOND;

#[derive(Default)]
pub(crate) struct OnceIds {
    hasher: RandomState,
    generations: Mutex<Generations>,
}

#[derive(Default)]
struct Generations {
    young: HashSet<u64>,
    old: HashSet<u64>,
    since: Timestamp,
}

impl OnceIds {
    /// Claims an id for the call that asks; `false` when another call has it.
    pub(crate) fn claim(&self, day: Day, id: &BankTranId, now: Timestamp) -> bool {
        let key = self.hasher.hash_one((day, id));
        let mut g = self.generations.lock().expect("claiming an id does not panic");
        if now.micros_since(g.since) > GENERATION_US || g.young.len() >= GENERATION_MAX {
            g.old = std::mem::take(&mut g.young);
            g.since = now;
        }
        !g.old.contains(&key) && g.young.insert(key)
    }

    /// Gives an id back whose call did not use it up.
    pub(crate) fn release(&self, day: Day, id: &BankTranId) {
        let key = self.hasher.hash_one((day, id));
        let mut g = self.generations.lock().expect("releasing an id does not panic");
        g.young.remove(&key);
        g.old.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_claimed_once_until_it_is_released() {
        let (ids, day) = (OnceIds::default(), Day(20_261_121));
        let id = BankTranId::parse("M202300001U4BC34239Z").unwrap();
        let at = |seconds| Timestamp(0).plus_seconds(seconds);
        assert!(ids.claim(day, &id, at(100)));
        assert!(!ids.claim(day, &id, at(101)));
        assert!(!ids.claim(day, &id, at(140)), "the older generation still knows it");
        assert!(ids.claim(Day(20_261_122), &id, at(141)), "another day is another id");
        ids.release(day, &id);
        assert!(ids.claim(day, &id, at(142)));
    }
}
