//! Every link and reason the judge can give, the order of the links, and the edges of time.

#[path = "judge_fixture.rs"]
mod fixture;

use super::*;
use crate::trust::AccountStanding;
use crate::{Admission, Chance, Client, Consent, Grant, PersonId, RevokedBy, Scopes, Timestamp, Won};
use fixture::{CERTIFICATE, LATER, NOW, sound};

const LOOK: Demand = Demand {
    scope: Scope::Inquiry,
    account: AccountUse::Inquiry,
    once: true,
};
const WITHDRAW: Demand = Demand {
    scope: Scope::Transfer,
    account: AccountUse::Withdraw,
    once: true,
};
const OOB: Demand = Demand {
    scope: Scope::Oob,
    account: AccountUse::None,
    once: true,
};

type Change = fn(&mut Standing);

fn changed(changes: &[Change]) -> Standing {
    let mut standing = sound();
    changes.iter().for_each(|change| change(&mut standing));
    standing
}

fn client_of(s: &mut Standing) -> &mut Client {
    &mut s.client.as_mut().unwrap().client
}

/// The admission, of a client in production.
fn admission_of(s: &mut Standing) -> &mut Admission {
    into_production(s);
    s.client.as_mut().unwrap().admission.as_mut().unwrap()
}

fn grant_of(s: &mut Standing) -> &mut Grant {
    &mut s.grant.as_mut().unwrap().grant
}

fn account_of(s: &mut Standing) -> &mut AccountStanding {
    s.account.as_mut().unwrap()
}

fn set_token(s: &mut Standing, confirmation: Confirmation, expires_at: Timestamp) {
    s.channel.token = TokenStanding::Found {
        confirmation,
        expires_at,
        scopes: None,
    };
}

const BOUND: Confirmation = Confirmation::Certificate(CERTIFICATE);
const KEY: Confirmation = Confirmation::Key([7; 32]);

/// A token bound to a key, with what was proved.
fn with_proof(s: &mut Standing, proof: ProofStanding) {
    set_token(s, KEY, NOW.plus_seconds(1));
    s.channel.proof = proof;
}

fn into_production(s: &mut Standing) {
    client_of(s).environment = Environment::Production;
}

fn unbind(s: &mut Standing) {
    set_token(s, Confirmation::None, NOW.plus_seconds(1));
}

/// Every way to break a link that the judge knows: the link, the reason, the demand, the change.
#[rustfmt::skip]
const BREAKS: &[(Link, Why, Demand, Change)] = &[
    (Link::Channel, Why::TokenMissing, LOOK, |s| s.channel.token = TokenStanding::Missing),
    (Link::Channel, Why::TokenUnknown, LOOK, |s| s.channel.token = TokenStanding::Unknown),
    (Link::Channel, Why::TokenExpired, LOOK, |s| set_token(s, BOUND, NOW)),
    (Link::Channel, Why::TokenExpired, LOOK, |s| set_token(s, Confirmation::None, NOW.plus_seconds(-1))),
    (Link::Channel, Why::CertificateMissing, LOOK, |s| s.channel.certificate_sha256 = None),
    (Link::Channel, Why::CertificateMissing, LOOK, |s| { into_production(s); unbind(s); }),
    (Link::Channel, Why::CertificateMissing, LOOK,
        |s| { into_production(s); unbind(s); s.channel.certificate_sha256 = None; }),
    (Link::Channel, Why::CertificateMismatch, LOOK, |s| s.channel.certificate_sha256 = Some([1; 32])),
    (Link::Channel, Why::CertificateMismatch, LOOK,
        |s| set_token(s, Confirmation::Certificate([2; 32]), NOW.plus_seconds(1))),
    (Link::Channel, Why::CertificateMissing, LOOK, |s| { client_of(s).profile = Profile::Fapi2; unbind(s); }),
    (Link::Channel, Why::ProofMissing, LOOK, |s| with_proof(s, ProofStanding::Missing)),
    (Link::Channel, Why::ProofRefused, LOOK, |s| with_proof(s, ProofStanding::Refused("replayed"))),
    (Link::Channel, Why::KeyMismatch, LOOK, |s| with_proof(s, ProofStanding::Proved([8; 32]))),
    (Link::Channel, Why::TokenExpired, LOOK, |s| set_token(s, KEY, NOW)),
    (Link::Organisation, Why::TokenUnknown, LOOK, |s| s.client = None),
    (Link::Organisation, Why::ClientNotAdmitted, LOOK, |s| client_of(s).status = ClientStatus::Registered),
    (Link::Organisation, Why::ClientSuspended, LOOK, |s| client_of(s).status = ClientStatus::Suspended),
    (Link::Organisation, Why::ClientClosed, LOOK, |s| client_of(s).status = ClientStatus::Closed),
    (Link::Organisation, Why::OrganisationUnknown, LOOK,
        |s| { into_production(s); s.client.as_mut().unwrap().admission = None; }),
    (Link::Organisation, Why::AdmissionPending, LOOK, |s| admission_of(s).state = AdmissionState::Applied),
    (Link::Organisation, Why::AdmissionPending, WITHDRAW, |s| admission_of(s).state = AdmissionState::Suitable),
    (Link::Organisation, Why::AdmissionRestricted, LOOK, |s| admission_of(s).state = AdmissionState::Restricted),
    (Link::Organisation, Why::AdmissionEnded, LOOK, |s| admission_of(s).state = AdmissionState::Terminated),
    (Link::Organisation, Why::AdmissionEnded, LOOK, |s| admission_of(s).state = AdmissionState::Refused),
    (Link::Organisation, Why::AdmissionEnded, LOOK,
        |s| { admission_of(s).state = AdmissionState::Terminated; client_of(s).environment = Environment::TestBed; }),
    (Link::Organisation, Why::SuitabilityClosed, LOOK, |s| admission_of(s).gates[0].open = false),
    (Link::Organisation, Why::FunctionTestClosed, LOOK, |s| admission_of(s).gates[1].until = Some(NOW)),
    (Link::Organisation, Why::OrganisationInspectionClosed, OOB, |s| admission_of(s).gates[2].open = false),
    (Link::Organisation, Why::ServiceInspectionClosed, LOOK, |s| drop(admission_of(s).gates.remove(3))),
    (Link::Organisation, Why::GuaranteeInsuranceClosed, LOOK, |s| admission_of(s).gates[4].open = false),
    (Link::Organisation, Why::GuaranteeInsuranceClosed, LOOK, |s| admission_of(s).withdraw_day_won = Won(2)),
    (Link::Consent, Why::TokenUnknown, LOOK, |s| s.grant = None),
    (Link::Consent, Why::GrantExpired, LOOK, |s| grant_of(s).expires_at = NOW),
    (Link::Consent, Why::GrantRevoked, LOOK, |s| grant_of(s).revoked = Some((RevokedBy::Person, NOW))),
    (Link::Consent, Why::GrantRevoked, LOOK,
        |s| { grant_of(s).revoked = Some((RevokedBy::Client, NOW)); grant_of(s).expires_at = NOW; }),
    (Link::Consent, Why::ScopeMissing, LOOK, |s| grant_of(s).scopes = Scopes::of(&[Scope::Login, Scope::Transfer])),
    (Link::Consent, Why::ScopeMissing, WITHDRAW, |s| grant_of(s).scopes = Scopes::of(&[Scope::Inquiry])),
    (Link::Consent, Why::ScopeMissing, OOB, |s| grant_of(s).scopes = Scopes::default()),
    (Link::Consent, Why::PersonMismatch, LOOK, |s| s.named_person = Some("1000000002".to_owned())),
    (Link::Consent, Why::PersonMismatch, LOOK, |s| s.named_person = Some(String::new())),
    (Link::Consent, Why::AccountUnknown, LOOK, |s| s.account = None),
    (Link::Consent, Why::AccountUnknown, WITHDRAW, |s| s.account = None),
    (Link::Consent, Why::AccountUnknown, LOOK,
        |s| account_of(s).person_id = PersonId::new(NOW, &Chance::seeded(2))),
    (Link::Consent, Why::AccountUnknown, NAME,
        |s| account_of(s).person_id = PersonId::new(NOW, &Chance::seeded(2))),
    (Link::Consent, Why::InquiryMissing, LOOK, |s| account_of(s).inquiry = Consent::default()),
    (Link::Consent, Why::InquiryEnded, LOOK, |s| account_of(s).inquiry.until = Some(NOW)),
    (Link::Consent, Why::InquiryEnded, LOOK, |s| account_of(s).inquiry.ended_at = Some(NOW)),
    (Link::Consent, Why::TransferMissing, WITHDRAW, |s| account_of(s).transfer = Consent::default()),
    (Link::Consent, Why::TransferEnded, WITHDRAW, |s| account_of(s).transfer.until = Some(NOW)),
    (Link::Consent, Why::TransferEnded, WITHDRAW, |s| account_of(s).transfer.ended_at = LATER),
    (Link::Transaction, Why::OutsideTestBed, LOOK, |s| account_of(s).simulated = false),
    (Link::Transaction, Why::OutsideTestBed, WITHDRAW, |s| { account_of(s).simulated = false; s.replayed = true; }),
    (Link::Transaction, Why::Replayed, LOOK, |s| s.replayed = true),
    (Link::Transaction, Why::Replayed, OOB, |s| s.replayed = true),
];

const NAME: Demand = Demand {
    scope: Scope::Login,
    account: AccountUse::Name,
    once: false,
};

#[test]
fn a_sound_standing_holds_for_every_demand() {
    for demand in [LOOK, WITHDRAW, OOB, NAME] {
        let verdict = judge(&sound(), &demand);
        assert!(verdict.holds(), "{demand:?}: {verdict:?}");
        assert_eq!(verdict.broken(), None);
        for link in [Link::Channel, Link::Organisation, Link::Consent, Link::Transaction] {
            assert!(
                matches!(verdict.of(link), Judgement::Holds { .. }),
                "{link}: {verdict:?}"
            );
        }
    }
}

#[test]
fn every_link_breaks_for_its_reason_and_hides_what_is_behind_it() {
    for (index, (link, why, demand, change)) in BREAKS.iter().enumerate() {
        let verdict = judge(&changed(&[*change]), demand);
        let (broken, because, _) = verdict.broken().unwrap_or_else(|| panic!("row {index} holds"));
        assert_eq!((broken, because), (*link, *why), "row {index}");
        assert!(!verdict.holds());
        for (other, judgement) in verdict.links() {
            match judgement {
                Judgement::Holds { .. } | Judgement::Unknown { .. } => {
                    assert!((other as usize) < (*link as usize), "row {index}: {other}");
                }
                Judgement::Broken { .. } => assert_eq!(other, *link, "row {index}"),
                Judgement::NotAsked => {
                    let is_behind = other as usize > *link as usize;
                    let concerns_nobody = demand.scope == Scope::Oob && matches!(other, Link::Person | Link::Device);
                    assert!(is_behind || concerns_nobody, "row {index}: {other}");
                }
                Judgement::Compensated { .. } => panic!("row {index}: nothing compensates"),
            }
        }
    }
}

#[test]
fn of_two_broken_links_the_earlier_one_speaks() {
    for (first, why, demand, change) in BREAKS {
        for (second, hidden, _, other) in BREAKS {
            // The database never finds a token without its client and its grant.
            if (*second as usize) <= (*first as usize) || *hidden == Why::TokenUnknown {
                continue;
            }
            let verdict = judge(&changed(&[*other, *change]), demand);
            let (link, because, _) = verdict.broken().expect("two links are broken");
            assert_eq!((link, because), (*first, *why), "before {second}");
        }
    }
}

#[test]
fn reasons_that_only_later_rooms_give_are_never_given_here() {
    let given: Vec<Why> = BREAKS.iter().map(|row| row.1).collect();
    let later = [
        Why::NoSource,
        Why::OutsideHours,
        Why::ClientWithdrawTransfer,
        Why::ClientWithdrawDay,
        Why::ClientWithdrawMonth,
        Why::ClientDepositTransfer,
        Why::ClientDepositDay,
        Why::ClientDepositMonth,
        Why::PersonTransfer,
        Why::PersonDay,
        Why::FirstDays,
        Why::NetDebitCap,
    ];
    for why in Why::ALL {
        assert!(
            given.contains(why) != later.contains(why),
            "{why} needs a row above, or a place here"
        );
    }
}

#[test]
fn the_last_moment_before_an_end_still_holds() {
    for demand in [LOOK, WITHDRAW, OOB] {
        assert!(judge(&changed(&[|s| s.now = Timestamp(NOW.0 + 999_999)]), &demand).holds());
    }
    let verdict = judge(&changed(&[|s| s.now = NOW.plus_seconds(1)]), &LOOK);
    assert_eq!(verdict.broken().map(|found| found.1), Some(Why::TokenExpired));
}

#[test]
fn links_without_a_source_are_unknown_and_the_person_s_only_where_there_is_one() {
    let unknown = Judgement::Unknown { why: Why::NoSource };
    for demand in [LOOK, WITHDRAW, NAME] {
        let verdict = judge(&sound(), &demand);
        for link in [Link::Application, Link::Person, Link::Device] {
            assert_eq!(*verdict.of(link), unknown, "{link}");
        }
    }
    let verdict = judge(&sound(), &OOB);
    assert_eq!(*verdict.of(Link::Application), unknown);
    assert_eq!(*verdict.of(Link::Person), Judgement::NotAsked);
    assert_eq!(*verdict.of(Link::Device), Judgement::NotAsked);
}

#[test]
fn what_a_call_does_not_demand_does_not_break_it() {
    let lenient: &[(&str, Demand, Change)] = &[
        ("no account is named", OOB, |s| s.account = None),
        ("to look, no consent to withdraw", LOOK, |s| {
            account_of(s).transfer = Consent::default();
        }),
        ("to withdraw, no consent to look", WITHDRAW, |s| {
            account_of(s).inquiry = Consent::default();
        }),
        ("to name, no consent at all", NAME, |s| {
            account_of(s).inquiry = Consent::default();
            account_of(s).transfer.ended_at = Some(NOW);
        }),
        ("the id may be used again", NAME, |s| s.replayed = true),
        ("nobody was named", LOOK, |s| s.named_person = None),
        ("production reaches real institutions", LOOK, |s| {
            into_production(s);
            account_of(s).simulated = false;
        }),
        ("a consent without an end", LOOK, |s| account_of(s).inquiry.until = None),
        ("a two-legged grant has no person to differ from", OOB, |s| {
            grant_of(s).person_id = None;
            s.grant.as_mut().unwrap().user_seq_no = None;
            s.named_person = Some("1000000002".to_owned());
        }),
        ("a two-legged grant names any account of the fintech", NAME, |s| {
            grant_of(s).person_id = None;
            account_of(s).person_id = PersonId::new(NOW, &Chance::seeded(2));
        }),
    ];
    for (what, demand, change) in lenient {
        let verdict = judge(&changed(&[*change]), demand);
        assert!(verdict.holds(), "{what}: {verdict:?}");
    }
}

#[test]
fn the_evidence_names_ids_codes_and_moments_but_no_personal_fact() {
    let told = |demand: &Demand, change: Change, link| match judge(&changed(&[change]), demand).of(link) {
        Judgement::Holds { evidence } | Judgement::Broken { evidence, .. } => evidence
            .iter()
            .map(|Fact(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let (s, soon) = (sound(), NOW.plus_seconds(1));
    let (client, grant) = (s.client.unwrap().client.id, s.grant.unwrap().grant.id);
    let account = s.account.unwrap().account_id;
    let nothing: Change = |_| {};
    assert_eq!(
        told(&LOOK, nothing, Link::Organisation),
        [
            format!("client={client}"),
            "status=active".to_owned(),
            format!("since={NOW}")
        ]
    );
    let suspended: Change = |s| {
        client_of(s).status = ClientStatus::Suspended;
        client_of(s).status_reason = "점검".to_owned();
    };
    assert_eq!(
        told(&LOOK, suspended, Link::Organisation)[1..],
        [
            "status=suspended".to_owned(),
            format!("since={NOW}"),
            "reason=점검".to_owned()
        ]
    );
    let consent = [
        format!("grant={grant}"),
        format!("until={soon}"),
        format!("account={account}"),
        format!("agreed_at={NOW}"),
        format!("account_until={soon}"),
    ];
    assert_eq!(told(&WITHDRAW, nothing, Link::Consent), consent);
    let revoked: Change = |s| grant_of(s).revoked = Some((RevokedBy::Operator, NOW));
    assert_eq!(
        told(&LOOK, revoked, Link::Consent)[1..],
        ["revoked_by=operator".to_owned(), format!("revoked_at={NOW}")]
    );
    let narrow: Change = |s| grant_of(s).scopes = Scopes::of(&[Scope::Login]);
    assert_eq!(
        told(&LOOK, narrow, Link::Consent)[2..],
        ["granted=login", "demanded=inquiry"]
    );
    assert_eq!(
        told(&LOOK, |s| account_of(s).simulated = false, Link::Transaction),
        ["institution=002"]
    );
    assert_eq!(told(&LOOK, nothing, Link::Transaction), ["replayed=no"]);
    assert_eq!(told(&NAME, nothing, Link::Transaction), [""; 0]);
    for (.., demand, change) in BREAKS {
        let text = format!("{:?}", judge(&changed(&[*change]), demand));
        assert!(!text.contains("770012345678") && !text.contains("김나루"), "{text}");
    }
}

#[test]
fn a_verdict_survives_its_json() {
    for (.., demand, change) in BREAKS {
        for standing in [sound(), changed(&[*change])] {
            let verdict = judge(&standing, demand);
            let json = serde_json::to_string(&verdict).unwrap();
            assert_eq!(serde_json::from_str::<Verdict>(&json).unwrap(), verdict, "{json}");
        }
    }
    let verdict = judge(&changed(&[|s| s.replayed = true]), &OOB);
    let json = serde_json::to_value(&verdict).unwrap();
    assert_eq!(
        json["links"][6],
        serde_json::json!({"is": "broken", "why": "replayed", "evidence": []})
    );
    assert_eq!(
        json["links"][2],
        serde_json::json!({"is": "unknown", "why": "no_source"})
    );
    assert_eq!(json["links"][3], serde_json::json!({"is": "not_asked"}));
}

#[test]
fn a_limit_breaks_the_transaction_after_the_others_were_judged() {
    let fact = Fact::new("limit", "client_day");
    let verdict = judge(&sound(), &WITHDRAW).with_transaction(fact.clone());
    let expected = vec![Fact::new("replayed", "no"), fact.clone()];
    assert_eq!(*verdict.of(Link::Transaction), Judgement::Holds { evidence: expected });
    let verdict = verdict.break_transaction(Why::ClientWithdrawDay, vec![fact.clone()]);
    assert_eq!(
        verdict.broken(),
        Some((Link::Transaction, Why::ClientWithdrawDay, &[fact.clone()][..]))
    );
    assert!(matches!(verdict.of(Link::Consent), Judgement::Holds { .. }));
    let same = verdict.clone().with_transaction(fact);
    assert_eq!(same, verdict, "a broken link takes no more evidence");
}

#[path = "judge_organisation_tests.rs"]
mod organisation;

#[path = "judge_channel_tests.rs"]
mod channel;
