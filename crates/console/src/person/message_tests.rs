//! The message file and the templates fit: every text that a page names exists, and no text is left over.

use std::collections::BTreeSet;

use naru_core::trust::{Link, Why};
use naru_core::{
    ClientStatus, Environment, LeaveSource, MemberSignIn, OrganisationKind, RevokedBy, Role, Scope, SignInMethod,
};

use super::{
    AnswerWord, CodeError, ConsentError, DidWord, DoneWord, GrantWord, ProblemWord, SecurityDone, SignInError,
};
use crate::chain::SHOWN;
use crate::member::{EnrolError, StaffSignInError, WAY_LABELS};
use crate::message::Message;
use crate::page::TEMPLATES;

/// The keys that begin with what stands before `~` in a template.
fn family(prefix: &str) -> Vec<String> {
    let with = |words: Vec<&str>| words.into_iter().map(|word| format!("{prefix}{word}")).collect();
    match prefix {
        "step." => with(vec!["sign_in", "code", "consent", "consents"]),
        "chain.is_" => with(vec!["holds", "unknown", "broken", "compensated", "not_asked"]),
        "why." => with(Why::ALL.iter().map(|word| word.as_str()).collect()),
        "client_status." => with(ClientStatus::ALL.iter().map(|word| word.as_str()).collect()),
        "grants.state_" => with(GrantWord::ALL.iter().map(|word| word.as_str()).collect()),
        "scope." | "scope_meaning." => {
            let said = Scope::ALL
                .iter()
                .filter(|scope| !matches!(scope, Scope::Oob | Scope::Sa));
            with(said.map(|scope| scope.as_str()).collect())
        }
        "way." => with(vec!["grants", "activity", "security"]),
        "link." => with(Link::ALL.iter().map(|word| word.as_str()).collect()),
        "evidence." => with(SHOWN.to_vec()),
        "did." => with(DidWord::ALL.iter().map(|word| word.as_str()).collect()),
        "answer." | "answer_meaning." => with(AnswerWord::ALL.iter().map(|word| word.as_str()).collect()),
        "passkey." | "member_passkey." => with(vec!["cancelled", "refused", "unreachable"]),
        "security.method_" => with(SignInMethod::ALL.iter().map(|word| word.as_str()).collect()),
        "member.kind_" => with(OrganisationKind::ALL.iter().map(|word| word.as_str()).collect()),
        "member_security.method_" => with(MemberSignIn::ALL.iter().map(|word| word.as_str()).collect()),
        "security.done_" | "member_security.done_" => {
            with(SecurityDone::ALL.iter().map(|word| word.as_str()).collect())
        }
        other if other.starts_with("design.") => design(other),
        other if other.starts_with("fintech.") => design(other),
        "staff_role." | "staff_role_meaning." => with(Role::ALL.iter().map(|word| word.as_str()).collect()),
        "staff_leave." => with(LeaveSource::ALL.iter().map(|word| word.as_str()).collect()),
        "staff_members.kind_" => with(OrganisationKind::ALL.iter().map(|word| word.as_str()).collect()),
        "staff_health." | "staff_health_meaning." => with(vec!["well", "failing", "stopped", "closed"]),
        // The tests of these consoles compare them with their words.
        other if other.starts_with("operator.") || other.starts_with("supervisor.") => design(other),
        other if other.starts_with("inspector.") => design(other),
        "done." => {
            let words = DoneWord::ALL.iter().map(|word| word.as_str());
            words
                .flat_map(|word| [format!("done.{word}_title"), format!("done.{word}_meaning")])
                .collect()
        }
        "problem." => {
            let parts = |word: &ProblemWord| ["title", "sentence", "hint"].map(|part| format!("problem.{word}.{part}"));
            ProblemWord::ALL.iter().flat_map(parts).collect()
        }
        other => panic!("no family of messages begins with `{other}`"),
    }
}

/// The keys of the page that shows the parts; its samples name them in lists.
fn design(prefix: &str) -> Vec<String> {
    let all = Message::all().map(|(key, _)| key);
    all.filter(|key| key.starts_with(prefix)).map(str::to_owned).collect()
}

/// The words that a page puts in place of codes in a call's evidence.
fn evidence_values() -> impl Iterator<Item = String> {
    let words = Environment::ALL.iter().map(|word| word.as_str());
    let words = words.chain(RevokedBy::ALL.iter().map(|word| word.as_str()));
    words
        .chain(["not_replayed", "limits_taken"])
        .map(|word| format!("evidence_value.{word}"))
}

#[test]
fn every_message_is_used_and_every_used_message_exists() {
    let mut used: BTreeSet<String> = BTreeSet::new();
    for (_, text) in TEMPLATES {
        for call in text.replace("asset('", "").split("t('").skip(1) {
            let (key, rest) = call.split_once('\'').unwrap();
            match rest.trim_start().starts_with('~') {
                true => used.extend(family(key)),
                false if key.contains('.') => drop(used.insert(key.to_owned())),
                false => {}
            }
        }
        for call in text.split("decide('").skip(1) {
            let (keys, _) = call.split_once(')').unwrap();
            used.extend(keys.split('\'').filter(|key| key.contains('.')).map(str::to_owned));
        }
    }
    used.extend(evidence_values());
    used.insert("activity.unknown_client".to_owned());
    used.extend(crate::fintech::WAYS.iter().map(|(label, _)| (*label).to_owned()));
    used.extend(SignInError::ALL.iter().map(ToString::to_string));
    used.extend(CodeError::ALL.iter().map(ToString::to_string));
    used.extend(EnrolError::ALL.iter().map(ToString::to_string));
    used.extend(StaffSignInError::ALL.iter().map(ToString::to_string));
    used.extend(WAY_LABELS.iter().map(ToString::to_string));
    used.extend(crate::inspector::WAY_LABELS.iter().map(ToString::to_string));
    used.extend(crate::operator::WAY_LABELS.iter().map(ToString::to_string));
    used.extend(crate::supervisor::WAY_LABELS.iter().map(ToString::to_string));
    used.extend(ConsentError::ALL.iter().map(ToString::to_string));
    used.extend(crate::wording::keys());
    let known: BTreeSet<String> = Message::all().map(|(key, _)| key.to_owned()).collect();
    assert_eq!(
        used.difference(&known).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "used, but not in messages.toml"
    );
    assert_eq!(
        known.difference(&used).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "in messages.toml, but not used"
    );
}
