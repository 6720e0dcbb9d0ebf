//! The health of one institution's line: its breaker, its bulkhead and its last fault, shared by all calls to it.
//!
//! A call holds a [`Seat`] while it is in flight. Dropping the seat gives the place back, also when the caller left
//! before an answer came; a probe that was left gives its turn to the next call.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use naru_core::{BankCode, Clock, Timestamp};

use super::breaker::{Breaker, BreakerState, Pass, Sign};
use super::fault::LineFault;

/// The health of one line.
#[derive(Debug)]
pub(super) struct Health {
    bank: BankCode,
    in_flight: AtomicI64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    breaker: Breaker,
    last_fault_code: Option<String>,
}

/// What can be seen of a line from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) breaker: BreakerState,
    pub(super) failing_since: Option<Timestamp>,
    pub(super) last_fault_code: Option<String>,
    pub(super) in_flight: i64,
}

impl Health {
    pub(super) fn new(bank: BankCode) -> Arc<Self> {
        Arc::new(Self {
            bank,
            in_flight: AtomicI64::new(0),
            state: Mutex::new(State {
                breaker: Breaker::new(),
                last_fault_code: None,
            }),
        })
    }

    /// A seat for one call, or `None` when `most` are taken or the breaker refuses.
    pub(super) fn sit(self: &Arc<Self>, most: i64, is_exempt: bool, clock: &Clock) -> Option<Seat> {
        let place = Place::take(self, most)?;
        let pass = self.state().breaker.admit(is_exempt, clock.now())?;
        Some(Seat {
            place,
            pass: Some(pass),
            clock: clock.clone(),
        })
    }

    pub(super) fn seen(&self) -> Seen {
        let state = self.state();
        Seen {
            breaker: state.breaker.state(),
            failing_since: state.breaker.failing_since(),
            last_fault_code: state.last_fault_code.clone(),
            in_flight: self.in_flight.load(Ordering::Relaxed),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while the state is held")
    }
}

/// One of the places in the bulkhead.
#[derive(Debug)]
struct Place(Arc<Health>);

impl Place {
    fn take(health: &Arc<Health>, most: i64) -> Option<Self> {
        let one_more = |taken: i64| (taken < most).then_some(taken + 1);
        let taken = health
            .in_flight
            .fetch_update(Ordering::AcqRel, Ordering::Relaxed, one_more);
        taken.ok().map(|_| Self(Arc::clone(health)))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The right to make one call.
#[derive(Debug)]
pub(super) struct Seat {
    place: Place,
    pass: Option<Pass>,
    clock: Clock,
}

impl Seat {
    /// Says what came of the call and gives the seat back. A change of the breaker's state is logged, nothing else.
    pub(super) fn settle(mut self, fault: Option<&LineFault>, now: Timestamp) {
        let Some(pass) = self.pass.take() else { return };
        let health = &self.place.0;
        let illness = fault.filter(|fault| fault.is_illness());
        let sign = illness.map_or(Sign::Health, |_| Sign::Illness);
        let changed = {
            let mut state = health.state();
            if let Some(fault) = illness {
                state.last_fault_code = Some(fault.code().to_owned());
            }
            state.breaker.settle(pass, sign, now)
        };
        match changed {
            None => {}
            Some(BreakerState::Closed) => tracing::warn!(institution = %health.bank, "line_breaker_closed"),
            Some(_) => tracing::warn!(institution = %health.bank, "line_breaker_opened"),
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(pass) = self.pass.take() {
            self.place.0.state().breaker.abandon(pass, self.clock.now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::breaker::FAULTS_TO_OPEN;

    fn health() -> (Arc<Health>, Clock, Arc<AtomicI64>) {
        let (clock, hand) = Clock::manual(Timestamp(1_000_000_000_000));
        (Health::new(BankCode::parse("097").unwrap()), clock, hand)
    }

    #[test]
    fn seats_are_counted_and_given_back() {
        let (health, clock, _) = health();
        let first = health.sit(2, false, &clock).unwrap();
        let second = health.sit(2, false, &clock).unwrap();
        assert!(health.sit(2, true, &clock).is_none());
        assert_eq!(health.seen().in_flight, 2);
        first.settle(None, clock.now());
        drop(second);
        assert_eq!(health.seen().in_flight, 0);
        assert!(health.sit(1, false, &clock).is_some());
        assert!(health.sit(0, false, &clock).is_none());
    }

    #[test]
    fn a_refused_call_takes_no_place() {
        let (health, clock, hand) = health();
        for _ in 0..FAULTS_TO_OPEN {
            let seat = health.sit(1, false, &clock).unwrap();
            seat.settle(Some(&LineFault::silence()), clock.now());
        }
        assert!(health.sit(1, false, &clock).is_none());
        let seen = health.seen();
        assert_eq!((seen.breaker, seen.in_flight), (BreakerState::Open, 0));
        assert_eq!(seen.last_fault_code.as_deref(), Some(""));

        hand.fetch_add(10_000_000, Ordering::SeqCst);
        let probe = health.sit(1, false, &clock).unwrap();
        assert_eq!(health.seen().breaker, BreakerState::HalfOpen);
        drop(probe);
        let probe = health
            .sit(1, false, &clock)
            .expect("the probe that was left gave its turn back");
        probe.settle(None, clock.now());
        assert_eq!(health.seen().breaker, BreakerState::Closed);
    }

    #[test]
    fn a_deliberate_no_is_a_sign_of_health() {
        let (health, clock, _) = health();
        for _ in 0..20 {
            let seat = health.sit(1, false, &clock).unwrap();
            let (code, message) = ("453".to_owned(), String::new());
            seat.settle(Some(&LineFault::Refused { code, message }), clock.now());
        }
        assert_eq!(health.seen().breaker, BreakerState::Closed);
        assert_eq!(health.seen().last_fault_code, None);
    }
}
