//! The circuit breaker of one institution: a pure machine of (state, event, moment).
//!
//! Five faults in a row open it; for ten seconds ordinary calls are refused at once; then one call goes through as a
//! probe, and its answer closes the breaker or opens it again. Outcome inquiries and status calls are *exempt*: they
//! go through always and count like others while the breaker is closed; while it is open, an answer to one of them
//! brings the probe forward, because it shows that the institution is back. A call that was let through before the
//! last change of state says nothing about the state after it.

use naru_core::{Timestamp, words};

/// Faults in a row that open the breaker.
pub(super) const FAULTS_TO_OPEN: u32 = 5;
/// How long it stays open, seconds.
pub(super) const OPEN_SECONDS: i64 = 10;

/// Where a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls go through.
    Closed,
    /// Ordinary calls are refused at once.
    Open,
    /// One call is out to see whether the institution is back.
    HalfOpen,
}
words!(BreakerState, "breaker state", { Closed = "closed", Open = "open", HalfOpen = "half-open" });

/// The right to make one call; given back with what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Let through a closed breaker in this era.
    Ordinary { era: u64 },
    /// The one call that decides, in this era.
    Probe { era: u64 },
    /// Let through whatever the state; given in this era.
    Exempt { era: u64 },
}

/// What came of a call, as far as the breaker cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// The institution answered.
    Health,
    /// It did not, or said that it is down.
    Illness,
}

/// The machine. It opens at five faults and holds no lock.
#[derive(Debug)]
pub(super) struct Breaker {
    state: BreakerState,
    /// Counts the changes of state.
    era: u64,
    /// While open: when a probe may go.
    probe_at: Timestamp,
    faults: u32,
    failing_since: Option<Timestamp>,
}

impl Breaker {
    pub(super) const fn new() -> Self {
        Self {
            state: BreakerState::Closed,
            era: 0,
            probe_at: Timestamp(0),
            faults: 0,
            failing_since: None,
        }
    }

    pub(super) const fn state(&self) -> BreakerState {
        self.state
    }

    /// Since when every counted call has failed.
    pub(super) const fn failing_since(&self) -> Option<Timestamp> {
        self.failing_since
    }

    /// Lets a call through, or not.
    pub(super) fn admit(&mut self, is_exempt: bool, now: Timestamp) -> Option<Pass> {
        if is_exempt {
            return Some(Pass::Exempt { era: self.era });
        }
        match self.state {
            BreakerState::Closed => Some(Pass::Ordinary { era: self.era }),
            BreakerState::Open if now >= self.probe_at => {
                self.enter(BreakerState::HalfOpen);
                Some(Pass::Probe { era: self.era })
            }
            BreakerState::Open | BreakerState::HalfOpen => None,
        }
    }

    /// Takes what came of a call; returns the new state where it changed.
    pub(super) fn settle(&mut self, pass: Pass, sign: Sign, now: Timestamp) -> Option<BreakerState> {
        let (Pass::Ordinary { era } | Pass::Probe { era } | Pass::Exempt { era }) = pass;
        if era != self.era {
            return None;
        }
        match (self.state, pass, sign) {
            (BreakerState::Closed, _, Sign::Health) => {
                self.recover();
                None
            }
            (BreakerState::Closed, _, Sign::Illness) => {
                self.faults = self.faults.saturating_add(1);
                self.failing_since.get_or_insert(now);
                (self.faults >= FAULTS_TO_OPEN).then(|| self.open(now.plus_seconds(OPEN_SECONDS)))
            }
            (BreakerState::Open, _, Sign::Health) => {
                self.probe_at = self.probe_at.min(now);
                None
            }
            (BreakerState::HalfOpen, Pass::Probe { .. }, Sign::Health) => {
                self.recover();
                Some(self.enter(BreakerState::Closed))
            }
            (BreakerState::HalfOpen, Pass::Probe { .. }, Sign::Illness) => {
                Some(self.open(now.plus_seconds(OPEN_SECONDS)))
            }
            (BreakerState::Open, _, Sign::Illness) | (BreakerState::HalfOpen, _, _) => None,
        }
    }

    /// A call whose caller left before anything came of it. A probe that was left lets the next call be the probe.
    pub(super) fn abandon(&mut self, pass: Pass, now: Timestamp) {
        if pass == (Pass::Probe { era: self.era }) {
            self.open(now);
        }
    }

    fn recover(&mut self) {
        self.faults = 0;
        self.failing_since = None;
    }

    fn open(&mut self, probe_at: Timestamp) -> BreakerState {
        self.probe_at = probe_at;
        self.enter(BreakerState::Open)
    }

    fn enter(&mut self, state: BreakerState) -> BreakerState {
        self.era = self.era.wrapping_add(1);
        self.state = state;
        state
    }
}

#[cfg(test)]
mod tests {
    use super::BreakerState::{Closed, HalfOpen, Open};
    use super::*;

    const START: Timestamp = Timestamp(1_000_000_000_000);

    fn at(seconds: i64) -> Timestamp {
        START.plus_seconds(seconds)
    }

    fn closed() -> Breaker {
        Breaker::new()
    }

    /// A breaker that opened at `START`.
    fn open() -> Breaker {
        let mut breaker = Breaker::new();
        for _ in 0..FAULTS_TO_OPEN {
            let pass = breaker.admit(false, START).unwrap();
            breaker.settle(pass, Sign::Illness, START);
        }
        assert_eq!(breaker.state(), Open);
        breaker
    }

    /// A breaker whose probe is out, and that probe's pass.
    fn half_open() -> (Breaker, Pass) {
        let mut breaker = open();
        let probe = breaker.admit(false, at(OPEN_SECONDS)).unwrap();
        assert_eq!(breaker.state(), HalfOpen);
        (breaker, probe)
    }

    #[test]
    fn closed_lets_all_through_and_opens_at_the_fifth_fault_in_a_row() {
        let mut breaker = closed();
        for n in 1..=FAULTS_TO_OPEN {
            let is_exempt = n % 2 == 0;
            let pass = breaker.admit(is_exempt, at(0)).unwrap();
            let changed = breaker.settle(pass, Sign::Illness, at(i64::from(n)));
            assert_eq!(changed, (n == FAULTS_TO_OPEN).then_some(Open), "{n}");
            assert_eq!(breaker.failing_since(), Some(at(1)));
        }
    }

    #[test]
    fn an_answer_begins_the_count_again() {
        let mut breaker = closed();
        for n in 0..20 {
            let pass = breaker.admit(false, START).unwrap();
            let sign = if n % 5 == 4 { Sign::Health } else { Sign::Illness };
            assert_eq!(breaker.settle(pass, sign, START), None);
        }
        assert_eq!((breaker.state(), breaker.failing_since()), (Closed, None));
    }

    #[test]
    fn open_refuses_ordinary_calls_until_its_time_is_over_and_exempt_ones_never() {
        let mut breaker = open();
        for seconds in [0, 1, OPEN_SECONDS - 1] {
            assert_eq!(breaker.admit(false, at(seconds)), None);
            assert!(matches!(breaker.admit(true, at(seconds)), Some(Pass::Exempt { .. })));
        }
        assert!(matches!(
            breaker.admit(false, at(OPEN_SECONDS)),
            Some(Pass::Probe { .. })
        ));
        assert_eq!(breaker.state(), HalfOpen);
    }

    #[test]
    fn an_exempt_answer_brings_the_probe_forward_and_an_exempt_fault_does_not_put_it_off() {
        let mut breaker = open();
        let exempt = breaker.admit(true, at(3)).unwrap();
        assert_eq!(breaker.settle(exempt, Sign::Illness, at(4)), None);
        assert_eq!(breaker.admit(false, at(5)), None);
        assert_eq!(breaker.settle(exempt, Sign::Health, at(6)), None);
        assert_eq!(breaker.state(), Open);
        assert!(matches!(breaker.admit(false, at(6)), Some(Pass::Probe { .. })));
    }

    #[test]
    fn an_exempt_call_sent_before_the_opening_brings_nothing_forward() {
        let mut breaker = closed();
        let early = breaker.admit(true, START).unwrap();
        for _ in 0..FAULTS_TO_OPEN {
            let pass = breaker.admit(false, START).unwrap();
            breaker.settle(pass, Sign::Illness, START);
        }
        assert_eq!(breaker.settle(early, Sign::Health, at(1)), None);
        assert_eq!(breaker.admit(false, at(1)), None);
    }

    #[test]
    fn half_open_lets_one_through_and_exempt_calls_decide_nothing() {
        let (mut breaker, _) = half_open();
        assert_eq!(breaker.admit(false, at(60)), None);
        let exempt = breaker.admit(true, at(11)).unwrap();
        for sign in [Sign::Health, Sign::Illness] {
            assert_eq!(breaker.settle(exempt, sign, at(12)), None);
            assert_eq!(breaker.state(), HalfOpen);
        }
    }

    #[test]
    fn the_probe_closes_or_opens_again() {
        let (mut breaker, probe) = half_open();
        assert_eq!(breaker.settle(probe, Sign::Health, at(12)), Some(Closed));
        assert_eq!(breaker.failing_since(), None);
        let pass = breaker.admit(false, at(12)).unwrap();
        assert_eq!(breaker.settle(pass, Sign::Illness, at(12)), None);

        let (mut breaker, probe) = half_open();
        assert_eq!(breaker.settle(probe, Sign::Illness, at(15)), Some(Open));
        assert_eq!(breaker.failing_since(), Some(START));
        assert_eq!(breaker.admit(false, at(15 + OPEN_SECONDS - 1)), None);
        assert!(breaker.admit(false, at(15 + OPEN_SECONDS)).is_some());
    }

    #[test]
    fn a_probe_whose_caller_left_gives_its_place_to_the_next() {
        let (mut breaker, probe) = half_open();
        breaker.abandon(probe, at(11));
        assert_eq!(breaker.state(), Open);
        let next = breaker.admit(false, at(11)).unwrap();
        assert!(matches!(next, Pass::Probe { .. }));
        breaker.abandon(probe, at(11));
        assert_eq!((breaker.state(), breaker.admit(false, at(30))), (HalfOpen, None));
    }

    #[test]
    fn an_ordinary_call_that_was_left_changes_nothing() {
        let mut breaker = closed();
        let pass = breaker.admit(false, START).unwrap();
        breaker.abandon(pass, START);
        assert_eq!((breaker.state(), breaker.failing_since()), (Closed, None));
    }

    #[test]
    fn a_call_from_an_earlier_state_says_nothing_about_this_one() {
        let mut breaker = closed();
        let early = breaker.admit(false, START).unwrap();
        for _ in 0..FAULTS_TO_OPEN {
            let pass = breaker.admit(false, START).unwrap();
            breaker.settle(pass, Sign::Illness, START);
        }
        assert_eq!(breaker.settle(early, Sign::Health, at(1)), None);
        assert_eq!((breaker.state(), breaker.admit(false, at(1))), (Open, None));
        let probe = breaker.admit(false, at(OPEN_SECONDS)).unwrap();
        assert_eq!(breaker.settle(early, Sign::Health, at(11)), None);
        assert_eq!(breaker.settle(early, Sign::Illness, at(11)), None);
        assert_eq!(breaker.state(), HalfOpen);
        assert_eq!(breaker.settle(probe, Sign::Health, at(12)), Some(Closed));
        assert_eq!(breaker.settle(early, Sign::Illness, at(13)), None);
        assert_eq!(breaker.failing_since(), None);
    }
}
