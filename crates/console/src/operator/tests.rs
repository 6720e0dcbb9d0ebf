//! What the desk's pages must say and must not offer.

use std::collections::BTreeSet;

use naru_core::{
    AdmissionEvent, AdmissionState, Decision, FactKind, Gate, InspectionMachine, InspectionOutcome, Language, LegKind,
    LegState, NoticeKind, ProposalKind, Role, SubsidyState, TransferKind,
};
use naru_rulebook::duty::Status;

use super::desk::{DeskDone, DeskError};
use super::gallery::proposal_view;
use super::organisation::organisation_view;
use super::parts::{OrganisationLine, day_of, iso};
use super::proposals::{digest, proposal, rows};
use super::samples::{NOW, at, organisation, proposed, stuck, whole};
use crate::message::Message;
use crate::page::Frame;

#[test]
fn every_word_that_a_page_may_show_is_said_in_both_languages() {
    macro_rules! words {
        ($($family:literal: $word:ty),+ $(,)?) => {
            [$(($family, <$word>::ALL.iter().map(ToString::to_string).collect::<Vec<_>>())),+]
        };
    }
    let families = words! {
        "state": AdmissionState, "state": SubsidyState, "event": AdmissionEvent, "gate": Gate, "duty": Status,
        "fact": FactKind, "machine": InspectionMachine, "outcome": InspectionOutcome, "leg": LegKind,
        "leg_state": LegState, "notice": NoticeKind, "kind": ProposalKind, "role": Role, "subsidy": SubsidyState,
        "transfer": TransferKind, "decision": Decision, "done": DeskDone, "error": DeskError,
    };
    for (family, words) in families {
        for word in words {
            let key = format!("operator.{family}_{word}");
            assert!(Message::of(&key).is_some(), "{key}");
        }
    }
    for word in [
        "unknown",
        "stuck",
        "debiting",
        "crediting",
        "reversing",
        "completed",
        "failed",
        "reversed",
    ] {
        assert!(Message::of(&format!("operator.state_{word}")).is_some(), "{word}");
    }
}

#[test]
fn no_text_of_the_desk_is_left_over() {
    let templates: String = crate::page::TEMPLATES.iter().map(|(_, text)| *text).collect();
    let families = [
        "state_",
        "event_",
        "gate_",
        "duty_",
        "fact_",
        "machine_",
        "outcome_",
        "leg_",
        "notice_",
        "kind_",
        "role_",
        "subsidy_",
        "transfer_",
        "decision_",
        "done_",
        "error_",
        "next_",
        "is_",
        "inspection_",
        "method_",
        "certainty_",
        "policy_",
        "environment_",
        "standing_",
        "of_",
        "type_",
        "ask_",
        "told_",
        "way_",
        "yes",
        "no",
    ];
    for (key, _) in Message::all() {
        let Some(name) = key.strip_prefix("operator.") else {
            continue;
        };
        let is_family = families.iter().any(|family| name.starts_with(family));
        assert!(
            is_family || templates.contains(&format!("'{key}'")),
            "{key} is not used"
        );
    }
}

#[test]
fn days_are_read_as_they_are_written_and_nothing_else_is() {
    let day = day_of("2020-02-29").unwrap();
    assert_eq!(iso(day), "2020-02-29");
    for text in [
        "2021-02-29",
        "20200229",
        "2020-2-29",
        "29-02-2020",
        "2020-02-29 ",
        "",
        "----------",
        "2020-02-2９",
    ] {
        assert_eq!(day_of(text), None, "{text}");
    }
}

#[test]
fn a_digest_is_read_back_exactly_as_it_was_shown() {
    let p = proposed("이유", Some(0), None);
    let shown = naru_crypto::hex(&p.state_sha256);
    assert_eq!(digest(&shown), Some(p.state_sha256));
    for text in [
        shown.to_uppercase().as_str(),
        shown.trim_start_matches(|c: char| c.is_ascii_hexdigit()),
        "",
        &"+f".repeat(32),
        &"é".repeat(32),
    ] {
        assert!(digest(text).is_none() || text == shown, "{text}");
    }
}

#[test]
fn what_has_changed_since_stands_beside_what_was_proposed() {
    let p = proposed("이유", Some(0), None);
    let mut now: serde_json::Value = serde_json::from_str(&p.state).unwrap();
    let same = rows(&p.state, Some(&now), Language::Ko);
    assert!(same.iter().all(|row| row.now.is_none()));
    now["duty"]["status"] = serde_json::json!("CLEARED");
    now["refused"] = serde_json::json!("no");
    let changed = rows(&p.state, Some(&now), Language::Ko);
    let told: BTreeSet<&str> = changed
        .iter()
        .filter(|row| row.now.is_some())
        .map(|row| row.path.as_str())
        .collect();
    assert_eq!(told, BTreeSet::from(["duty.status", "refused"]));
    let row = changed.iter().find(|row| row.path == "insured_won").unwrap();
    assert_eq!(row.value, "500,000,000원");
    let gate = changed.iter().find(|row| row.path == "gates.suitability.open").unwrap();
    assert_eq!((gate.value.as_str(), gate.label.as_deref()), ("예", Some("열림")));
}

#[test]
fn approving_is_offered_to_another_member_of_the_desk_alone_and_posts_the_digest_shown() {
    let page = |me: usize, acts: bool, by: Option<usize>, decision| {
        let p = proposed("이유", by, decision);
        let chosen = super::samples::names();
        let mut members: Vec<_> = chosen.keys().copied().collect();
        members.sort_by_key(|id| Some(*id) != p.proposed_by);
        let view = proposal_view(&p, (members[me], acts), Language::Ko);
        (
            proposal(&view, &Frame::default()).unwrap(),
            naru_crypto::hex(&p.state_sha256),
        )
    };
    let (other, sha256) = page(1, true, Some(0), None);
    assert!(other.contains(&format!(r#"name="sha256" value="{sha256}""#)));
    assert!(other.contains("approve?lang=ko".replace('/', "&#x2f;").as_str()));
    let (own, _) = page(0, true, Some(0), None);
    assert!(!own.contains("approve?") && own.contains("reject?"));
    assert!(own.contains("직접 제안했으므로"));
    let (reader, _) = page(1, false, Some(0), None);
    assert!(
        !reader.contains("<form method=\"post\" action=\"&#x2f;operator&#x2f;proposals")
            && !reader.contains("approve?")
    );
    let (ended, _) = page(1, true, Some(0), Some(Decision::Void));
    assert!(!ended.contains("approve?") && !ended.contains("reject?"));
}

#[test]
fn only_events_that_can_happen_are_offered_and_none_to_a_reader() {
    let offered = |state, acts| {
        let whole = whole("모아핀", state);
        let member = *super::samples::names().keys().next().unwrap();
        let view = organisation_view(
            &whole,
            ("csrf-0".to_owned(), acts),
            ("/operator", member),
            (at(NOW), Language::Ko),
        );
        let html = super::organisation(&view, &Frame::default()).unwrap();
        let events = AdmissionEvent::ALL
            .iter()
            .filter(|event| html.contains(&format!(r#"name="event" value="{event}""#)));
        events.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        offered(AdmissionState::Applied, true),
        ["approve-suitability", "refuse"]
    );
    // The restriction waits for a decision already: it is not offered a second time.
    assert_eq!(
        offered(AdmissionState::Live, true),
        ["extend-deadline-because-agency-late"]
    );
    assert_eq!(offered(AdmissionState::Terminated, true), Vec::<String>::new());
    assert_eq!(offered(AdmissionState::Live, false), Vec::<String>::new());
}

#[test]
fn the_next_step_names_the_gate_that_is_in_the_way() {
    let step = |state, open, duty: &str| {
        let mut organisation = organisation("모아핀", state, open);
        organisation.duty.status = duty.to_owned();
        let line = OrganisationLine::of(&organisation, "/operator", at(NOW));
        (line.next, line.next_gate)
    };
    assert_eq!(step(AdmissionState::Applied, 0, ""), ("suitability", None));
    assert_eq!(
        step(AdmissionState::Suitable, 2, ""),
        ("gate", Some(Gate::OrganisationInspection))
    );
    assert_eq!(step(AdmissionState::Suitable, 5, "CLEARED"), ("let_in", None));
    assert_eq!(step(AdmissionState::Live, 5, "OVERDUE"), ("overdue", None));
    assert_eq!(step(AdmissionState::Live, 5, "CLEARED"), ("none", None));
    assert_eq!(step(AdmissionState::Restricted, 5, "CLEARED"), ("lift", None));
    assert_eq!(step(AdmissionState::Terminated, 5, "OVERDUE"), ("none", None));
}

#[test]
fn a_stuck_transfer_can_be_said_to_be_paid_or_given_back_and_nothing_else() {
    let (_, statements) = super::transfers::parts(&stuck(), 9, &|_| String::new());
    let said: Vec<(&str, &str)> = statements.iter().map(|each| (each.value.as_str(), each.to)).collect();
    assert_eq!(
        said,
        [
            ("credit:carried_out", "completed"),
            ("reversal:carried_out", "reversed")
        ]
    );
    let html: String = super::gallery::pages(Language::Ko, "모아핀")
        .into_iter()
        .filter(|(name, _)| name.starts_with("operator-transfer"))
        .map(|(_, html)| html.unwrap())
        .collect();
    assert!(!html.contains("40412000002001"), "a whole account number is shown");
}
