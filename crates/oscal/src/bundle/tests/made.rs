//! What one document can break by itself when it was made here rather than read.

use super::{FaultKind, document, faults_after, one};
use crate::{Action, Group, IncludeAll, NIST_SYSTEM, Part, Property, Token};

#[test]
fn text_has_no_blank_edges_and_is_not_empty() {
    let faults = faults_after(|b| document!(b, "profile.json", Profile).metadata.title.push(' '));
    assert_eq!(faults, one("profile.json/profile/metadata/title", FaultKind::BlankEdge));
    let faults = faults_after(|b| {
        let item = &mut document!(b, "poam.json", PlanOfAction).poam_items[0];
        item.description.insert(0, '\u{3000}');
    });
    let place = "poam.json/plan-of-action-and-milestones/poam-items/0/description";
    assert_eq!(faults, one(place, FaultKind::BlankEdge));
    let faults = faults_after(|b| document!(b, "profile.json", Profile).metadata.version.clear());
    assert_eq!(
        faults,
        one("profile.json/profile/metadata/version", FaultKind::EmptyText)
    );
}

#[test]
fn lines_break_only_where_they_may() {
    let faults = faults_after(|b| document!(b, "profile.json", Profile).metadata.title = "a\nb".to_owned());
    assert_eq!(faults, one("profile.json/profile/metadata/title", FaultKind::LineBreak));
    let remarks = |text: &str| {
        let text = text.to_owned();
        faults_after(|b| document!(b, "profile.json", Profile).metadata.remarks = Some(text))
    };
    assert_eq!(remarks("a\n\tb"), []);
    assert_eq!(
        remarks("a\u{7}b"),
        one("profile.json/profile/metadata/remarks", FaultKind::LineBreak)
    );
}

#[test]
fn required_arrays_are_not_empty() {
    let faults = faults_after(|b| document!(b, "poam.json", PlanOfAction).poam_items.clear());
    assert_eq!(
        faults,
        one(
            "poam.json/plan-of-action-and-milestones/poam-items",
            FaultKind::EmptyArray
        )
    );
}

#[test]
fn what_excludes_each_other_does_not_stand_together() {
    let faults = faults_after(|b| document!(b, "profile.json", Profile).imports[0].include_all = Some(IncludeAll {}));
    assert_eq!(faults, one("profile.json/profile/imports/0", FaultKind::Choice));
    let faults = faults_after(|b| {
        let plan = document!(b, "plan.json", AssessmentPlan);
        plan.reviewed_controls.control_selections[0].include_controls.clear();
    });
    let place = "plan.json/assessment-plan/reviewed-controls/control-selections/0";
    assert_eq!(faults, one(place, FaultKind::Choice));
    let faults =
        faults_after(|b| document!(b, "catalog-fsi.json", Catalog).groups[0].groups = vec![Group::new("inner")]);
    assert_eq!(faults, one("catalog-fsi.json/catalog/groups/0", FaultKind::Choice));
}

#[test]
fn what_cannot_be_read_back_is_too_deep() {
    let faults = faults_after(|b| {
        let mut part = Part::new(Token::literal("item"));
        for _ in 0..crate::DEPTH_MAX / 2 {
            part = Part {
                parts: vec![part],
                ..Part::new(Token::literal("item"))
            };
        }
        document!(b, "catalog-fsi.json", Catalog).groups[0].controls[0]
            .parts
            .push(part);
    });
    assert!(
        !faults.is_empty() && faults.iter().all(|(_, kind)| *kind == FaultKind::TooDeep),
        "{faults:?}"
    );
}

#[test]
fn actions_of_nist_have_its_types() {
    let action = |system: &str| {
        let action = Action::new(super::stranger(), Token::literal("applause"), system);
        faults_after(|b| document!(b, "profile.json", Profile).metadata.actions = vec![action])
    };
    assert_eq!(
        action(NIST_SYSTEM),
        one("profile.json/profile/metadata/actions/0/type", FaultKind::Word)
    );
    assert_eq!(action("https://hub.example/ns"), []);
}

#[test]
fn addresses_are_addresses() {
    let own = |ns: &str| {
        let own = Property::own(ns, Token::literal("a"), "b");
        faults_after(|b| document!(b, "profile.json", Profile).metadata.props = vec![own])
    };
    assert_eq!(own("urn:example:ns"), []);
    for ns in [
        "inspection",
        "https://hub.example/a b",
        "https://한.example",
        "https://hub.example/%zz",
    ] {
        assert_eq!(
            own(ns),
            one("profile.json/profile/metadata/props/0/ns", FaultKind::Address),
            "{ns}"
        );
    }
    let faults = faults_after(|b| {
        let results = document!(b, "results.json", AssessmentResults);
        results.back_matter.as_mut().unwrap().resources[0].rlinks[0].href = "evidence/<scan>.json".to_owned();
    });
    let place = "results.json/assessment-results/back-matter/resources/0/rlinks/0/href";
    assert_eq!(faults, one(place, FaultKind::Address));
}

#[test]
fn hashes_have_the_digits_of_their_function() {
    let hash = |value: &str| {
        let value = value.to_owned();
        faults_after(|b| {
            let results = document!(b, "results.json", AssessmentResults);
            results.back_matter.as_mut().unwrap().resources[0].rlinks[0].hashes[0].value = value;
        })
    };
    assert_eq!(hash(&"A0".repeat(32)), []);
    let place = "results.json/assessment-results/back-matter/resources/0/rlinks/0/hashes/0/value";
    assert_eq!(hash(&"a0".repeat(31)), one(place, FaultKind::HashValue));
    assert_eq!(hash(&"g0".repeat(32)), one(place, FaultKind::HashValue));
}

#[test]
fn the_version_of_the_standard_is_ours() {
    let version = |text: &str| {
        let text = text.to_owned();
        faults_after(|b| document!(b, "profile.json", Profile).metadata.oscal_version = text)
    };
    assert_eq!(version("1.2.0"), []);
    assert_eq!(
        version("1.1.3"),
        one("profile.json/profile/metadata/oscal-version", FaultKind::Version)
    );
}
