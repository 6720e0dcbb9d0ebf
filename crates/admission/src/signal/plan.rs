//! When a signal is looked at, and how long what was seen stays fresh: the rule book says it.

use naru_core::{Chance, Endpoint, OrganisationId, SECOND, SignalKind, Timestamp};
use naru_rulebook::signal::Signal;
use naru_storage::{StorageError, Tx};

/// How long an observation stays fresh where the rule book leaves it to a build or a document, seconds.
const OTHERWISE_SECONDS: i64 = 86_400;
/// The wait after a first error, seconds; each further one doubles it.
const FIRST_WAIT_SECONDS: i64 = 300;
/// A look is put off by up to so much, so that what was planned together does not stay together, seconds.
const SPREAD_SECONDS: u64 = 60;

/// What the rule book says of a signal.
pub fn rule(signal: SignalKind) -> Option<&'static Signal> {
    naru_rulebook::signal::find(signal.as_str())
}

/// How long an observation stays fresh, seconds.
pub fn ttl_seconds(signal: SignalKind) -> i64 {
    rule(signal)
        .and_then(Signal::default_ttl_seconds)
        .unwrap_or(OTHERWISE_SECONDS)
}

/// The controls for which a signal is evidence.
pub fn controls(signal: SignalKind) -> &'static [String] {
    rule(signal).map_or(&[], |rule| rule.feeds.as_slice())
}

/// When a signal is looked at next, after so many errors in a row: at half the time, or soon and less and less often.
pub(super) fn next_look(signal: SignalKind, failures: i64, (now, chance): (Timestamp, &Chance)) -> Timestamp {
    let half = ttl_seconds(signal) / 2;
    let wait = if failures == 0 {
        half
    } else {
        let doublings = u32::try_from((failures - 1).clamp(0, 16)).unwrap_or(16);
        (FIRST_WAIT_SECONDS << doublings).min(half)
    };
    let spread = i64::try_from(chance.below(SPREAD_SECONDS)).unwrap_or(0);
    Timestamp(now.plus_seconds(wait).0 + spread * SECOND)
}

/// Plans what is looked at at a fresh endpoint, from a moment on.
///
/// # Errors
/// The database's.
pub async fn endpoint(tx: &Tx, endpoint: &Endpoint, due_at: Timestamp) -> Result<(), StorageError> {
    for signal in endpoint.kind.signals() {
        let expires_at = due_at.plus_seconds(ttl_seconds(*signal));
        let key = (*signal, Some(endpoint.id));
        tx.signal_plan(endpoint.organisation_id, key, (due_at, expires_at))
            .await?;
    }
    Ok(())
}

/// Plans what the hub's own rows say of a fintech, at once. Idempotent; the job does it for whoever is missed.
///
/// # Errors
/// The database's.
pub async fn of_rows(tx: &Tx, organisation: OrganisationId) -> Result<(), StorageError> {
    for signal in SignalKind::OF_ROWS {
        let expires_at = tx.now().plus_seconds(ttl_seconds(*signal));
        tx.signal_plan(organisation, (*signal, None), (tx.now(), expires_at))
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_book_knows_every_signal() {
        for signal in SignalKind::ALL {
            assert!(rule(*signal).is_some(), "{signal}");
            assert!(ttl_seconds(*signal) >= 86_400, "{signal}");
        }
        assert!(
            controls(SignalKind::TlsConfig)
                .iter()
                .any(|control| control == "fsi-t-05-4")
        );
    }

    #[test]
    fn a_look_comes_again_at_half_the_time_and_errors_back_off_to_it() {
        let (now, chance) = (Timestamp(0), Chance::seeded(1));
        let wait = |failures| next_look(SignalKind::TlsConfig, failures, (now, &chance)).0 / SECOND;
        let close = |seen: i64, wanted: i64| assert!((wanted..wanted + 60).contains(&seen), "{seen} {wanted}");
        close(wait(0), 43_200);
        close(wait(1), 300);
        close(wait(2), 600);
        close(wait(5), 4_800);
        close(wait(9), 43_200);
        close(wait(i64::MAX), 43_200);
    }
}
