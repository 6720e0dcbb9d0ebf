//! What the pages of a fintech's clients show: who they are, how they prove themselves, and how much they call.

use std::collections::BTreeMap;

use naru_admission::organisation::standing::Usage;
use naru_core::{
    AdmissionState, BankCode, Client, ClientCredential, ClientId, ClientStatus, Day, Environment, Profile, Timestamp,
    TlsNameKind,
};
use naru_storage::{CertificateRow, UsageCall};
use serde::Serialize;

use super::app_admission::AdmissionView;

/// One client in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct AppView {
    /// Its id, also the OAuth `client_id`.
    pub id: String,
    /// The prefix of its `bank_tran_id`s.
    pub code: String,
    /// As people are shown it.
    pub name: String,
    /// Where it may go.
    pub environment: Environment,
    /// Which profile it speaks.
    pub profile: Profile,
    /// Where it stands.
    pub status: ClientStatus,
    /// How that stands.
    pub is: &'static str,
    /// What it may ask people for.
    pub scopes: String,
    /// Answered calls of each day that is shown, oldest first.
    pub calls: Vec<i64>,
    /// Their largest.
    pub top: i64,
    /// Their sum.
    pub sum: i64,
    /// What its recent calls came to; none where there were none.
    pub lately: Option<LatelyView>,
}

/// What a client's recent calls came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LatelyView {
    /// How many.
    pub calls: usize,
    /// Those that were not answered as asked.
    pub failed: usize,
    /// Half of them took no longer, milliseconds.
    pub p50_ms: i64,
    /// Nineteen of twenty took no longer, milliseconds.
    pub p95_ms: i64,
}

/// The list of clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct AppsView {
    /// The clients, oldest first.
    pub apps: Vec<AppView>,
    /// The first day of the drawn usage.
    pub since: String,
    /// The institutions at which a contract account can be: code and name.
    pub banks: Vec<(String, String)>,
    /// Whether the gates of production are open.
    pub is_live: bool,
    /// The largest sum of daily limits that is insured.
    pub insured_won: i64,
    /// The sum of the daily limits of the clients in production.
    pub limits_won: i64,
    /// The kinds of names in a certificate.
    pub name_kinds: Vec<TlsNameKind>,
}

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct CertificateView {
    /// Its serial number.
    pub serial: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Until when it holds.
    pub expires_at: Timestamp,
    /// When it was revoked, and the word for why.
    pub revoked: Option<(Timestamp, String)>,
    /// How it stands.
    pub is: &'static str,
}

/// One client with its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct OneAppView {
    /// The client.
    pub app: AppView,
    /// How far the operator is with it, where it does not call yet.
    pub admission: Option<AdmissionView>,
    /// Where answers may be sent.
    pub redirect_uris: Vec<String>,
    /// Where its money goes: institution and masked number.
    pub contract: (String, String),
    /// What it may withdraw: per transfer, day, month.
    pub withdraw: (i64, i64, i64),
    /// What it may deposit: per transfer, day, month.
    pub deposit: (i64, i64, i64),
    /// How it proves itself, where it speaks FAPI 2.0.
    pub credential: Option<CredentialView>,
    /// SHA-256 of the certificate that was registered for it; empty where none was.
    pub certificate_sha256: String,
    /// The certificates that the hub issued to it.
    pub certificates: Vec<CertificateView>,
    /// Whether this hub issues certificates at all.
    pub can_issue: bool,
    /// The kinds of names in a certificate.
    pub name_kinds: Vec<TlsNameKind>,
    /// The same as in the list.
    pub since: String,
    /// Whether production is open to the fintech.
    pub is_live: bool,
    /// The largest sum of daily limits that is insured.
    pub insured_won: i64,
    /// The sum of the daily limits of the clients in production.
    pub limits_won: i64,
}

/// How a client proves itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct CredentialView {
    /// Which way.
    pub method: &'static str,
    /// What tokens are bound to.
    pub binding: &'static str,
    /// Its keys.
    pub jwks: String,
    /// Where they are published.
    pub jwks_uri: String,
    /// The kind of name in its certificate.
    pub tls_kind: String,
    /// That name.
    pub tls_value: String,
}

impl From<&ClientCredential> for CredentialView {
    fn from(credential: &ClientCredential) -> Self {
        let name = credential.tls_name.as_ref();
        Self {
            method: credential.method.as_str(),
            binding: credential.binding.as_str(),
            jwks: credential.jwks.clone().unwrap_or_default(),
            jwks_uri: credential.jwks_uri.clone().unwrap_or_default(),
            tls_kind: name.map_or_else(String::new, |name| name.kind.to_string()),
            tls_value: name.map_or_else(String::new, |name| name.value.clone()),
        }
    }
}

/// The view of one client in a list.
pub(super) fn app_view(client: &Client, usage: &Usage, days: &[Day]) -> AppView {
    let counted: BTreeMap<Day, i64> = usage
        .days
        .iter()
        .filter(|day| day.client_id == client.id)
        .map(|day| (day.day, day.calls))
        .collect();
    let calls: Vec<i64> = days.iter().map(|day| counted.get(day).copied().unwrap_or(0)).collect();
    AppView {
        id: client.id.to_string(),
        code: client.client_use_code.to_string(),
        name: client.name.clone(),
        environment: client.environment,
        profile: client.profile,
        status: client.status,
        is: match client.status {
            ClientStatus::Active => "holds",
            ClientStatus::Registered => "unknown",
            ClientStatus::Suspended => "broken",
            ClientStatus::Closed => "idle",
        },
        scopes: client.scopes.to_string(),
        top: calls.iter().copied().max().unwrap_or(0),
        sum: calls.iter().sum(),
        calls,
        lately: lately(client.id, &usage.lately),
    }
}

fn lately(client: ClientId, calls: &[UsageCall]) -> Option<LatelyView> {
    let own: Vec<&UsageCall> = calls.iter().filter(|call| call.client_id == client).collect();
    let mut times: Vec<i64> = own.iter().map(|call| call.whole_us).collect();
    times.sort_unstable();
    let at = |percent: usize| {
        times
            .get((times.len() * percent).div_ceil(100).saturating_sub(1))
            .copied()
    };
    Some(LatelyView {
        calls: own.len(),
        failed: own.iter().filter(|call| !call.is_answered).count(),
        p50_ms: at(50)? / 1_000,
        p95_ms: at(95)? / 1_000,
    })
}

/// Every day from one to another, both included.
pub(super) fn days(since: Day, until: Day) -> Vec<Day> {
    let span = until.start().days_since(since.start()).clamp(0, 62);
    (0..=span).map(|days| since.start().plus_days(days).day()).collect()
}

/// A certificate as it stands at a moment.
pub(super) fn certificate_view(row: &CertificateRow, now: Timestamp) -> CertificateView {
    CertificateView {
        serial: row.serial.clone(),
        issued_at: row.issued_at,
        expires_at: row.expires_at,
        is: match &row.revoked {
            Some(_) => "broken",
            None if row.expires_at <= now => "broken",
            None if row.expires_at <= now.plus_days(30) => "unknown",
            None => "holds",
        },
        revoked: row.revoked.clone(),
    }
}

/// Whether the chain lets production through, as far as the state of admission says.
pub(super) const fn is_live(state: AdmissionState) -> bool {
    matches!(state, AdmissionState::Live)
}

/// Codes and names of institutions, by name.
pub(super) fn banks(found: impl Iterator<Item = (BankCode, String)>) -> Vec<(String, String)> {
    let mut banks: Vec<(String, String)> = found.map(|(code, name)| (code.to_string(), name)).collect();
    banks.sort_by(|one, other| one.1.cmp(&other.1));
    banks
}

#[cfg(test)]
mod tests {
    use super::*;
    use naru_core::{Chance, Timestamp};

    #[test]
    fn recent_calls_are_counted_for_their_own_client_alone() {
        let (now, chance) = (Timestamp(1_790_000_000_000_000), Chance::seeded(1));
        let [own, other] = [(); 2].map(|()| ClientId::new(now, &chance));
        let call = |client_id, is_answered, ms: i64| UsageCall {
            client_id,
            is_answered,
            whole_us: ms * 1_000,
        };
        let mut calls: Vec<UsageCall> = (1..=20).map(|ms| call(own, ms != 3, ms)).collect();
        calls.push(call(other, false, 9_000));
        let view = lately(own, &calls).unwrap();
        assert_eq!((view.calls, view.failed, view.p50_ms, view.p95_ms), (20, 1, 10, 19));
        assert_eq!(lately(ClientId::new(now, &chance), &calls), None);
    }

    #[test]
    fn the_days_of_a_span_are_all_there_across_months() {
        let day = |text| Day::parse(text).unwrap();
        let days = days(day("20261128"), day("20261202"));
        assert_eq!(days.len(), 5);
        assert_eq!(
            (days[0], days[3], days[4]),
            (day("20261128"), day("20261201"), day("20261202"))
        );
    }
}
