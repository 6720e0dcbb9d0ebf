//! What the hub's own rows say of an organisation: pure decisions over what was read.

use naru_core::{
    AdmissionState, ClientId, Day, FactKind, LeaveSource, Organisation, OrganisationId, SECOND, SignalKind,
    SignalOutcome, Timestamp,
};
use naru_storage::{CallTally, FactRow, LeaverRow, MemberUse, PolicyRow, StorageError, Tx};
use serde_json::{Value, json};

use super::prober::Seen;
use crate::AdmissionSettings;
use crate::duty::plus_days;

/// Who looked at the hub's own rows.
const PROBER: &str = concat!("naru-hub/", env!("CARGO_PKG_VERSION"));
/// How long it may take from the word that somebody leaves to the end of everything they held, seconds.
pub(super) const LEAVER_SECONDS_MAX: i64 = 60;
/// Leavers are looked at so many days back.
const LEAVER_DAYS: i64 = 90;
/// Ids named in the facts at most.
const NAMED_MAX: usize = 20;

fn seen(outcome: SignalOutcome, summary: &str, raw: &Value) -> Seen {
    Seen::new(outcome, summary, raw, PROBER)
}

/// Reads what a signal of the hub's own rows needs, and decides.
pub(super) async fn look(
    tx: &Tx,
    settings: &AdmissionSettings,
    (id, signal): (OrganisationId, SignalKind),
) -> Result<Seen, StorageError> {
    let now = tx.now();
    match signal {
        SignalKind::ConsentLedger => {
            let since = now.plus_days(-1).day();
            Ok(consent_ledger(&tx.call_tally_of(id, since).await?))
        }
        SignalKind::ScimLeaver => {
            let tokens = tx.scim_token_list(id).await?;
            let is_connected = tokens.iter().any(|token| token.is_alive(now));
            let leavers = tx.leaver_list(id, now.plus_days(-LEAVER_DAYS)).await?;
            Ok(scim_leaver(is_connected, &leavers))
        }
        SignalKind::DormantCredential => {
            let cutoff = now.plus_days(-i64::from(settings.dormant_days));
            let members = tx.member_uses(id).await?;
            let unused = tx.client_list_unused(id, (cutoff, cutoff.day())).await?;
            let is_counted = tx.call_tally_since().await?.is_some_and(|first| first <= cutoff.day());
            let enrolled_by = now.plus_seconds(-settings.invitation_seconds);
            Ok(dormant(&members, (&unused, is_counted), (cutoff, enrolled_by)))
        }
        SignalKind::Insurance => {
            let Some(organisation) = tx.organisation_find(id).await? else {
                return Ok(Seen::error("there is no such organisation", PROBER));
            };
            let policies = tx.policy_list(id).await?;
            Ok(insurance(
                &organisation,
                &policies,
                (settings.insurance_percent, now.day()),
            ))
        }
        SignalKind::IsmsCert => Ok(isms(&tx.fact_list(id).await?, now.day())),
        _ => Ok(Seen::error("this signal needs an endpoint", PROBER)),
    }
}

/// Every answered call since yesterday must have had a living consent behind it.
fn consent_ledger(tally: &CallTally) -> Seen {
    let raw = json!({
        "calls": tally.calls, "without_consent": tally.unbacked, "first_without_consent": tally.first_unbacked,
    });
    match (tally.calls, tally.unbacked) {
        (0, _) => seen(SignalOutcome::NotTested, "no call was answered", &raw),
        (calls, 0) => seen(
            SignalOutcome::Pass,
            &format!("{calls} calls, each under a living consent"),
            &raw,
        ),
        (calls, unbacked) => seen(
            SignalOutcome::Fail,
            &format!("{unbacked} of {calls} calls without a living consent"),
            &raw,
        ),
    }
}

/// Leavers that a directory told of. Without a directory, or while nobody leaves, there is nothing to measure.
fn scim_leaver(is_connected: bool, leavers: &[LeaverRow]) -> Seen {
    let by_directory = leavers.iter().filter(|leaver| {
        matches!(
            leaver.source,
            LeaveSource::ScimPatch | LeaveSource::ScimPut | LeaveSource::ScimDelete
        )
    });
    let (known, unknown): (Vec<_>, Vec<_>) = by_directory.partition(|leaver| leaver.latency_us.is_some());
    let longest = known.iter().filter_map(|leaver| leaver.latency_us).max();
    let late = known
        .iter()
        .filter(|leaver| leaver.latency_us.is_some_and(|us| us > LEAVER_SECONDS_MAX * SECOND));
    let late: Vec<_> = late.map(|leaver| leaver.id).take(NAMED_MAX).collect();
    let raw = json!({
        "directory": is_connected, "measured": known.len(), "not_measured": unknown.len(),
        "longest_us": longest, "bound_seconds": LEAVER_SECONDS_MAX, "late": late,
    });
    match longest {
        Some(_) if !late.is_empty() => seen(SignalOutcome::Fail, "a leaver was cut off too late", &raw),
        _ if !is_connected => seen(SignalOutcome::NotTested, "no directory is connected", &raw),
        None => seen(SignalOutcome::NotTested, "no leaver was measured", &raw),
        Some(_) if !unknown.is_empty() => seen(SignalOutcome::NotTested, "a leaver was not measured", &raw),
        Some(longest) => seen(
            SignalOutcome::Pass,
            &format!("{} leavers, the slowest in {longest} µs", known.len()),
            &raw,
        ),
    }
}

/// Members who do not sign in, members without a passkey or certificate, clients that do not call.
fn dormant(
    members: &[MemberUse],
    (unused, is_counted): (&[ClientId], bool),
    (cutoff, enrolled_by): (Timestamp, Timestamp),
) -> Seen {
    let named = |is_meant: &dyn Fn(&MemberUse) -> bool| -> Vec<String> {
        let meant = members.iter().filter(|member| is_meant(member));
        meant.map(|member| member.id.to_string()).collect()
    };
    let asleep = named(&|member| member.seen_at.unwrap_or(member.created_at) < cutoff);
    let weak = named(&|member| !member.is_strong && member.created_at < enrolled_by);
    let clients: &[ClientId] = if is_counted { unused } else { &[] };
    let raw = json!({
        "members": members.len(), "unused_members": asleep.len(), "without_strong_sign_in": weak.len(),
        "unused_clients": clients.len(), "clients_counted": is_counted,
        "named": asleep.iter().chain(&weak).cloned().chain(clients.iter().map(ToString::to_string))
            .take(NAMED_MAX).collect::<Vec<_>>(),
    });
    let found = asleep.len() + weak.len() + clients.len();
    if found > 0 {
        let summary = format!(
            "{} members and {} clients unused, {} members without a strong sign-in",
            asleep.len(),
            clients.len(),
            weak.len()
        );
        return seen(SignalOutcome::Fail, &summary, &raw);
    }
    if members.is_empty() {
        return seen(SignalOutcome::NotTested, "nobody can sign in", &raw);
    }
    if !is_counted && !unused.is_empty() {
        // Nobody has counted for long enough: these clients may have called before.
        return seen(SignalOutcome::NotTested, "calls are not counted for long enough", &raw);
    }
    seen(SignalOutcome::Pass, "everything is in use", &raw)
}

/// The policies in force must cover the daily withdrawal limits. Before anybody may call, none is needed.
fn insurance(organisation: &Organisation, policies: &[PolicyRow], (percent, today): (i64, Day)) -> Seen {
    let limits = organisation.withdraw_day_won.0;
    let insured = |day: Day| {
        let in_force = policies.iter().filter(|policy| policy.is_in_force(day));
        let (count, cover) = in_force.fold((0, 0_i64), |(count, cover), policy| {
            (count + 1, cover.saturating_add(policy.cover_won.0))
        });
        (count, cover.saturating_mul(100) / percent.max(1))
    };
    let covers = |day| {
        let (count, won) = insured(day);
        count > 0 && won >= limits
    };
    let (count, won) = insured(today);
    let raw = json!({ "policies": count, "insured_won": won, "limits_won": limits, "percent": percent });
    if covers(today) {
        let ended = policies.iter().filter(|policy| policy.is_in_force(today));
        let ended = ended.filter(|policy| !covers(plus_days(policy.to_day, 1)));
        let first = ended.min_by_key(|policy| policy.to_day);
        let found = seen(SignalOutcome::Pass, "in force, and large enough", &raw);
        return match first {
            Some(policy) => found.ending(policy.to_day.start(), policy.id),
            None => found,
        };
    }
    let must_be_insured = matches!(organisation.state, AdmissionState::Live | AdmissionState::Restricted);
    match count {
        0 if !must_be_insured => seen(SignalOutcome::NotTested, "no policy is in force yet", &raw),
        0 => seen(SignalOutcome::Fail, "no confirmed policy is in force", &raw),
        _ => seen(SignalOutcome::Fail, "the cover is too small", &raw),
    }
}

/// An ISMS certificate that is claimed must hold today.
fn isms(facts: &[FactRow], today: Day) -> Seen {
    let claimed = facts
        .iter()
        .filter(|fact| fact.kind == FactKind::IsmsCertificate && fact.ended_at.is_none());
    let claimed: Vec<&FactRow> = claimed.collect();
    let holding = claimed.iter().filter(|fact| fact.holds_on(today));
    let holding = holding.max_by_key(|fact| fact.valid_to.map_or(i32::MAX, |day| day.0));
    let raw = json!({
        "claimed": claimed.len(), "holding": holding.map(|fact| fact.id), "until": holding.and_then(|f| f.valid_to),
    });
    match holding {
        _ if claimed.is_empty() => seen(SignalOutcome::NotApplicable, "no certificate is claimed", &raw),
        None => seen(SignalOutcome::Fail, "no certificate holds today", &raw),
        Some(fact) => {
            let found = seen(SignalOutcome::Pass, "a certificate holds today", &raw);
            match fact.valid_to {
                Some(day) => found.ending(day.start(), fact.id),
                None => found,
            }
        }
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
