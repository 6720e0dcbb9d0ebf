//! What the pages of an agency must say, and what they must not offer.

use naru_core::{InspectionMethod, InspectionOutcome, Language, SignalKind, SignalOutcome, Verdict};
use naru_rulebook::catalogue::{AppliesTo, Family, Relation};
use naru_rulebook::process::{Process, Processes};

use super::desk::{AlertWord, DoneWord};
use super::gallery::pages;
use super::item::Show;
use crate::message::Message;

#[test]
fn every_word_that_a_page_may_show_is_said() {
    let mut keys: Vec<String> = Vec::new();
    let mut say =
        |family: &str, all: Vec<&str>| keys.extend(all.iter().map(|word| format!("inspector.{family}.{word}")));
    let of = |process| Processes::embedded().machine(process);
    let inspections = [Process::OrgInspection, Process::AppInspection, Process::SelfInspection];
    for process in inspections {
        say("state", of(process).states.iter().map(String::as_str).collect());
        say(
            "event",
            of(process).transitions.iter().map(|step| step.on.as_str()).collect(),
        );
    }
    say(
        "finding_state",
        of(Process::Finding).states.iter().map(String::as_str).collect(),
    );
    say(
        "event",
        of(Process::Finding)
            .transitions
            .iter()
            .map(|step| step.on.as_str())
            .collect(),
    );
    say("event", vec!["sign-contract", "write", "set-due", "extend"]);
    say("verdict", Verdict::ALL.iter().map(|word| word.as_str()).collect());
    say(
        "method",
        InspectionMethod::ALL.iter().map(|word| word.as_str()).collect(),
    );
    say(
        "outcome",
        InspectionOutcome::ALL.iter().map(|word| word.as_str()).collect(),
    );
    say("signal", SignalKind::ALL.iter().map(|word| word.as_str()).collect());
    say(
        "signal_outcome",
        SignalOutcome::ALL.iter().map(|word| word.as_str()).collect(),
    );
    say("done", DoneWord::ALL.iter().map(|word| word.as_str()).collect());
    say("alert", AlertWord::ALL.iter().map(|word| word.as_str()).collect());
    say("show", Show::ALL.iter().map(|word| word.as_str()).collect());
    say("relation", Relation::ALL.iter().map(|word| word.as_str()).collect());
    say("family", Family::ALL.iter().map(|word| word.as_str()).collect());
    say("applies_to", AppliesTo::ALL.iter().map(|word| word.as_str()).collect());
    let missing: Vec<&String> = keys.iter().filter(|key| Message::of(key).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn html(name: &str) -> String {
    let mut all = pages(Language::Ko, "주식회사 모아핀").into_iter();
    let found = all.find(|(page, _)| page == name);
    found.unwrap_or_else(|| panic!("no {name}")).1.unwrap()
}

#[test]
fn who_proposed_is_not_offered_to_sign_but_may_take_it_back() {
    let own = html("inspector-sign-2");
    assert!(!own.contains("approve?lang") && own.contains("reject?lang"), "{own}");
    let other = html("inspector-sign-1");
    assert!(
        other.contains("approve?lang") && other.contains("name=\"sha256\" value=\"5f1d0c3b"),
        "{other}"
    );
    let finding = html("inspector-finding-1");
    assert!(!finding.contains("sign?lang") && finding.contains("decline?lang"));
}

#[test]
fn what_was_typed_survives_a_conflict_beside_what_stands() {
    let conflict = html("inspector-item-2");
    assert!(
        conflict.contains("value=\"satisfied\" required checked"),
        "what was chosen"
    );
    assert!(
        conflict.contains("다른 사람이 먼저 남긴 판정이 있습니다"),
        "and what stands"
    );
    assert!(
        conflict.contains("name=\"version\" value=\"3\""),
        "the next try is made for what stands"
    );
}

#[test]
fn a_late_inspection_says_so_in_words_and_its_clock_is_drawn() {
    let queue = html("inspector-queue-1");
    assert!(
        queue.contains("기한 지남") && queue.contains("점검기관의 시간 700시간"),
        "{queue}"
    );
    assert!(html("inspector-queue-2").contains("진행 중인 점검이 없습니다"));
}
