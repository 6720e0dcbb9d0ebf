//! The judge: a pure function from standing and demand to a verdict.

use super::{
    AccountUse, ClientStanding, Demand, Fact, Judgement, Link, ProofStanding, Standing, TokenStanding, Verdict, Why,
};
use crate::{
    Admission, AdmissionState, ClientStatus, Confirmation, ConsentState, Environment, Gate, GrantState, Profile, Scope,
    Timestamp,
};

type Found = Result<Vec<Fact>, (Why, Vec<Fact>)>;

/// Judges the chain. Links are judged in their order; behind a broken one nothing is asked any more, so that a
/// caller who is not who it says learns nothing about people.
///
/// The application, person and device links have no source in this deployment: where a call concerns a person they
/// answer `Unknown`, and no demand requires them.
pub fn judge(standing: &Standing, demand: &Demand) -> Verdict {
    let mut links = [const { Judgement::NotAsked }; 7];
    for (slot, link) in links.iter_mut().zip(Link::ALL) {
        let found = match link {
            Link::Channel => channel(standing),
            Link::Organisation => organisation(standing),
            Link::Application => {
                *slot = Judgement::Unknown { why: Why::NoSource };
                continue;
            }
            Link::Person | Link::Device => {
                if demand.scope != Scope::Oob {
                    *slot = Judgement::Unknown { why: Why::NoSource };
                }
                continue;
            }
            Link::Consent => consent(standing, demand),
            Link::Transaction => transaction(standing, demand),
        };
        match found {
            Ok(evidence) => *slot = Judgement::Holds { evidence },
            Err((why, evidence)) => {
                *slot = Judgement::Broken { why, evidence };
                break;
            }
        }
    }
    Verdict::new(links)
}

fn fails(why: Why, evidence: impl Into<Vec<Fact>>) -> Found {
    Err((why, evidence.into()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn channel(standing: &Standing) -> Found {
    let (confirmation, expires_at) = match &standing.channel.token {
        TokenStanding::Missing => return fails(Why::TokenMissing, []),
        TokenStanding::Unknown => return fails(Why::TokenUnknown, []),
        TokenStanding::Found {
            confirmation,
            expires_at,
            ..
        } => (confirmation, *expires_at),
    };
    if standing.now >= expires_at {
        return fails(Why::TokenExpired, [Fact::new("expired_at", expires_at)]);
    }
    match confirmation {
        Confirmation::Certificate(bound) => certificate(standing, bound),
        Confirmation::Key(bound) => key(standing, bound),
        Confirmation::None => unbound(standing, expires_at),
    }
}

fn certificate(standing: &Standing, bound: &[u8; 32]) -> Found {
    match &standing.channel.certificate_sha256 {
        Some(shown) if bound == shown => Ok(vec![Fact::new("certificate_sha256", hex(shown))]),
        Some(shown) => fails(
            Why::CertificateMismatch,
            [Fact::new("bound_to", hex(bound)), Fact::new("shown", hex(shown))],
        ),
        None => fails(Why::CertificateMissing, [Fact::new("bound_to", hex(bound))]),
    }
}

fn key(standing: &Standing, bound: &[u8; 32]) -> Found {
    match &standing.channel.proof {
        ProofStanding::Proved(shown) if bound == shown => Ok(vec![Fact::new("key_sha256", hex(shown))]),
        ProofStanding::Proved(shown) => fails(
            Why::KeyMismatch,
            [Fact::new("bound_to", hex(bound)), Fact::new("shown", hex(shown))],
        ),
        ProofStanding::Refused(why) => fails(Why::ProofRefused, [Fact::new("proof", why)]),
        ProofStanding::Missing => fails(Why::ProofMissing, [Fact::new("bound_to", hex(bound))]),
    }
}

/// A token that is bound to nothing is answered only in the test bed, and only in the profile that knows such tokens.
fn unbound(standing: &Standing, expires_at: Timestamp) -> Found {
    let client = standing.client.as_ref().map(|standing| &standing.client);
    let allowed = client.is_none_or(|c| c.environment == Environment::TestBed && c.profile == Profile::Kftc);
    if !allowed {
        let environment = client.map_or(Environment::Production, |client| client.environment);
        return fails(Why::CertificateMissing, [Fact::new("environment", environment)]);
    }
    Ok(vec![
        Fact::new("environment", Environment::TestBed),
        Fact::new("expires_at", expires_at),
    ])
}

fn organisation(standing: &Standing) -> Found {
    match &standing.client {
        Some(client) => organisation_of(client, standing.now, standing.test_bed),
        None => fails(Why::TokenUnknown, []),
    }
}

/// The organisation link alone, where there is no call yet: whether people may be asked to consent to this client.
///
/// # Errors
/// Why the link is broken.
pub fn may_ask(client: &ClientStanding, now: Timestamp, test_bed: bool) -> Result<(), Why> {
    organisation_of(client, now, test_bed)
        .map(|_| ())
        .map_err(|(why, _)| why)
}

fn organisation_of(client: &ClientStanding, now: Timestamp, test_bed: bool) -> Found {
    let ClientStanding { client, admission } = client;
    let mut evidence = vec![
        Fact::new("client", client.id),
        Fact::new("status", client.status),
        Fact::new("since", client.status_since),
    ];
    if !client.status_reason.is_empty() {
        evidence.push(Fact::new("reason", &client.status_reason));
    }
    if client.environment == Environment::TestBed && !test_bed {
        evidence.push(Fact::new("environment", client.environment));
        return fails(Why::ClientNotAdmitted, evidence);
    }
    match client.status {
        ClientStatus::Active => {}
        ClientStatus::Registered => return fails(Why::ClientNotAdmitted, evidence),
        ClientStatus::Suspended => return fails(Why::ClientSuspended, evidence),
        ClientStatus::Closed => return fails(Why::ClientClosed, evidence),
    }
    match (client.environment, admission) {
        (Environment::Production, None) => fails(Why::OrganisationUnknown, evidence),
        (Environment::Production, Some(admission)) => admitted(admission, now, evidence),
        (Environment::TestBed, Some(admission)) if admission.state == AdmissionState::Terminated => {
            evidence.push(Fact::new("organisation", admission.organisation_id));
            fails(Why::AdmissionEnded, evidence)
        }
        // The test bed is open to everybody who signed up.
        (Environment::TestBed, _) => Ok(evidence),
    }
}

/// Whether the organisation was let in, and every gate is open at this moment.
fn admitted(admission: &Admission, now: Timestamp, mut evidence: Vec<Fact>) -> Found {
    evidence.extend([
        Fact::new("organisation", admission.organisation_id),
        Fact::new("admission", admission.state),
        Fact::new("admission_since", admission.state_since),
    ]);
    let closed = admission.closed_gate(now);
    if let Some(closed) = &closed {
        evidence.extend([
            Fact::new("gate", closed.gate),
            Fact::new("rule", &closed.rule),
            Fact::new("evidence", &closed.evidence),
        ]);
        evidence.extend(closed.until.map(|until| Fact::new("open_until", until)));
    }
    let why = match admission.state {
        AdmissionState::Live => None,
        AdmissionState::Applied | AdmissionState::Suitable => Some(Why::AdmissionPending),
        AdmissionState::Restricted => Some(Why::AdmissionRestricted),
        AdmissionState::Terminated | AdmissionState::Refused => Some(Why::AdmissionEnded),
    };
    if let Some(why) = why {
        return fails(why, evidence);
    }
    let Some(closed) = closed else {
        return Ok(evidence);
    };
    let why = match closed.gate {
        Gate::Suitability => Why::SuitabilityClosed,
        Gate::FunctionTest => Why::FunctionTestClosed,
        Gate::OrganisationInspection => Why::OrganisationInspectionClosed,
        Gate::ServiceInspection => Why::ServiceInspectionClosed,
        Gate::GuaranteeInsurance => Why::GuaranteeInsuranceClosed,
    };
    fails(why, evidence)
}

fn consent(standing: &Standing, demand: &Demand) -> Found {
    let Some(granted) = &standing.grant else {
        return fails(Why::TokenUnknown, []);
    };
    let grant = &granted.grant;
    let mut evidence = vec![Fact::new("grant", grant.id)];
    match grant.state(standing.now) {
        GrantState::Active => evidence.push(Fact::new("until", grant.expires_at)),
        GrantState::Expired => return fails(Why::GrantExpired, [Fact::new("expired_at", grant.expires_at)]),
        GrantState::Revoked { by, at } => {
            evidence.extend([Fact::new("revoked_by", by), Fact::new("revoked_at", at)]);
            return fails(Why::GrantRevoked, evidence);
        }
    }
    let narrowed = match &standing.channel.token {
        TokenStanding::Found {
            scopes: Some(scopes), ..
        } => Some(scopes),
        _ => None,
    };
    if !grant.scopes.has(demand.scope) || narrowed.is_some_and(|scopes| !scopes.has(demand.scope)) {
        let granted = narrowed.unwrap_or(&grant.scopes);
        evidence.extend([Fact::new("granted", granted), Fact::new("demanded", demand.scope)]);
        return fails(Why::ScopeMissing, evidence);
    }
    if let (Some(named), Some(own)) = (&standing.named_person, &granted.user_seq_no)
        && named != own.as_str()
    {
        return fails(Why::PersonMismatch, evidence);
    }
    account_consent(standing, demand, evidence)
}

fn account_consent(standing: &Standing, demand: &Demand, mut evidence: Vec<Fact>) -> Found {
    if demand.account == AccountUse::None {
        return Ok(evidence);
    }
    let granted_by = standing.grant.as_ref().and_then(|granted| granted.grant.person_id);
    let Some(account) = standing
        .account
        .as_ref()
        .filter(|a| granted_by.is_none_or(|by| by == a.person_id))
    else {
        return fails(Why::AccountUnknown, evidence);
    };
    evidence.push(Fact::new("account", account.account_id));
    let (consent, missing, ended) = match demand.account {
        AccountUse::Inquiry => (account.inquiry, Why::InquiryMissing, Why::InquiryEnded),
        AccountUse::Withdraw => (account.transfer, Why::TransferMissing, Why::TransferEnded),
        AccountUse::None | AccountUse::Name => return Ok(evidence),
    };
    match consent.state(standing.now) {
        ConsentState::Alive => {
            evidence.extend(consent.agreed_at.map(|at| Fact::new("agreed_at", at)));
            evidence.extend(consent.until.map(|at| Fact::new("account_until", at)));
            Ok(evidence)
        }
        ConsentState::Missing => fails(missing, evidence),
        ConsentState::Expired(at) => {
            evidence.push(Fact::new("expired_at", at));
            fails(ended, evidence)
        }
        ConsentState::Ended(at) => {
            evidence.push(Fact::new("ended_at", at));
            fails(ended, evidence)
        }
    }
}

fn transaction(standing: &Standing, demand: &Demand) -> Found {
    if let (Some(client), Some(account)) = (&standing.client, &standing.account)
        && client.client.environment == Environment::TestBed
        && !account.simulated
    {
        return fails(
            Why::OutsideTestBed,
            [Fact::new("institution", &account.account.bank_code)],
        );
    }
    if demand.once && standing.replayed {
        return fails(Why::Replayed, []);
    }
    Ok(if demand.once {
        vec![Fact::new("replayed", "no")]
    } else {
        Vec::new()
    })
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
