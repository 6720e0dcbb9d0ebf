use std::collections::HashSet;

use super::{AppliesTo, Automation, Catalogues, Family, Relation, TEXTS};
use crate::{Inspection, Platform};

fn serves(catalogues: &Catalogues, id: &str) -> Vec<(String, Relation)> {
    let answers = catalogues.answers_for(id).unwrap();
    answers
        .serves
        .iter()
        .map(|link| (link.control.id.clone(), link.relation))
        .collect()
}

fn related(catalogues: &Catalogues, id: &str) -> Vec<(String, Relation)> {
    let answers = catalogues.answers_for(id).unwrap();
    answers
        .related
        .iter()
        .map(|link| (link.control.id.clone(), link.relation))
        .collect()
}

fn one(id: &str, relation: Relation) -> Vec<(String, Relation)> {
    vec![(id.to_owned(), relation)]
}

#[test]
fn the_embedded_catalogues_are_read_and_have_the_stated_numbers() {
    let all = Catalogues::read(&TEXTS).unwrap();
    for (id, groups, parts, controls) in [
        ("fsi-user-org", 3, 14, 30),
        ("fsi-web", 4, 0, 12),
        ("fsi-mobile", 5, 0, 17),
        ("x1149-user-org", 15, 0, 37),
        ("x1149-operator", 8, 0, 36),
    ] {
        let found = all.find(id).unwrap();
        let lower: usize = found.groups.iter().map(|group| group.parts.len()).sum();
        assert_eq!(
            (found.groups.len(), lower, found.controls.len()),
            (groups, parts, controls),
            "{id}"
        );
        let by_group: usize = found.groups.iter().map(|group| found.controls_of(group).count()).sum();
        assert_eq!(by_group, controls, "{id}");
    }
    assert_eq!(all.iter().count(), 5);
    let mobile = all.find("fsi-mobile").unwrap();
    let on = |platform| mobile.controls_on(Some(platform)).count();
    assert_eq!(
        (on(Platform::Android), on(Platform::Ios), on(Platform::Web)),
        (17, 15, 0)
    );
    assert_eq!(all.find("fsi-web").unwrap().controls_on(None).count(), 12);
}

#[test]
fn an_inspection_asks_its_own_controls_on_its_platform() {
    let all = Catalogues::embedded();
    assert_eq!(all.asked(Inspection::Org, None).count(), 30);
    for (platform, number) in [(Platform::Web, 12), (Platform::Android, 17), (Platform::Ios, 15)] {
        assert_eq!(all.asked(Inspection::App, Some(platform)).count(), number, "{platform}");
    }
}

#[test]
fn the_gradings_are_those_the_page_states() {
    for (id, full, partial, none) in [
        ("fsi-user-org", 1, 20, 9),
        ("fsi-web", 1, 8, 3),
        ("fsi-mobile", 1, 12, 4),
    ] {
        let controls = &Catalogues::embedded().find(id).unwrap().controls;
        let count = |level| {
            controls
                .iter()
                .filter(|control| control.automation == Some(level))
                .count()
        };
        let found = (
            count(Automation::Full),
            count(Automation::Partial),
            count(Automation::None),
        );
        assert_eq!(found, (full, partial, none), "{id}");
    }
}

#[test]
fn particulars_of_a_control_are_kept() {
    let all = Catalogues::embedded();
    let (catalogue, control) = all.control("x1149-3.1.8.1").unwrap();
    assert_eq!(
        (catalogue.id.as_str(), control.group.as_str()),
        ("x1149-user-org", "x1149-3.1.8")
    );
    assert_eq!(control.number.as_deref(), Some("3.1.8.1"));
    assert_eq!(control.number_as_printed.as_deref(), Some("3.1.3.1.1"));
    assert!(control.is_absent_from_fsi);
    let (_, control) = all.control("fsi-t-03-2").unwrap();
    assert!(control.maps_gap.is_some() && control.seq == Some(2));
    let (catalogue, control) = all.control("fsi-p-01-1").unwrap();
    assert!(control.reconstructed.is_some() && !control.evidence.is_empty());
    assert_eq!(catalogue.group(&control.group).unwrap().title_ko, "물리적 보안");
    assert_eq!(catalogue.group("fsi-p").unwrap().parts.len(), 1);
    assert!(catalogue.group("fsi-x").is_none() && all.control("fsi-x").is_none() && all.find("fsi").is_none());
    let operator = all.find("x1149-operator").unwrap();
    assert!(operator.groups.last().unwrap().title_as_printed.is_some());
    let about_others = operator.controls.iter().filter(|control| control.concerns.is_some());
    assert!(
        about_others
            .clone()
            .all(|control| control.concerns == Some(AppliesTo::UserOrganisation))
    );
    assert_eq!(about_others.count(), 5);
    assert_eq!(
        operator
            .controls
            .iter()
            .filter(|control| control.itu_clause.is_some())
            .count(),
        2
    );
}

#[test]
fn one_answer_serves_both_sides_of_an_equal_mapping() {
    let all = Catalogues::embedded();
    assert_eq!(serves(all, "fsi-m-01-1"), one("x1149-3.1.1.1", Relation::EqualTo));
    assert_eq!(serves(all, "x1149-3.1.1.1"), one("fsi-m-01-1", Relation::EqualTo));
    let answers = all.answers_for("fsi-m-01-1").unwrap();
    assert_eq!(answers.serves[0].catalogue.id, "x1149-user-org");
    let mirrored = all.find("fsi-user-org").unwrap().controls.iter().filter(|control| {
        let there = serves(all, &control.id);
        there.len() == 1 && serves(all, &there[0].0) == one(&control.id, Relation::EqualTo)
    });
    assert_eq!(mirrored.count(), 27);
}

#[test]
fn a_subset_is_served_by_its_superset_and_not_the_other_way_round() {
    let all = Catalogues::embedded();
    assert_eq!(serves(all, "x1149-3.1.3.1"), one("fsi-m-03-1", Relation::SupersetOf));
    assert_eq!(serves(all, "fsi-m-03-1"), []);
    assert_eq!(related(all, "fsi-m-03-1"), one("x1149-3.1.3.1", Relation::SubsetOf));
    assert_eq!(related(all, "x1149-3.1.3.1"), []);
}

#[test]
fn what_overlaps_is_related_and_never_served() {
    let all = Catalogues::embedded();
    for (id, other) in [("fsi-m-07-1", "x1149-3.1.7.1"), ("fsi-t-03-2", "x1149-3.1.18.4")] {
        for (from, to) in [(id, other), (other, id)] {
            assert_eq!(serves(all, from), [], "{from}");
            assert_eq!(related(all, from), one(to, Relation::IntersectsWith), "{from}");
        }
    }
    assert!(all.answers_for("fsi-x").is_none());
}

#[test]
fn a_standard_sees_what_is_mapped_to_it() {
    let all = Catalogues::embedded();
    let leaver: Vec<&str> = all
        .mapped_to(Family::IsmsP, "2.2.5")
        .map(|(_, control, _)| control.id.as_str())
        .collect();
    assert_eq!(leaver, ["fsi-m-05-2", "x1149-3.1.5.3"]);
    let (_, control, relation) = all.mapped_to(Family::Masvs, "MASVS-RESILIENCE-1").next().unwrap();
    assert_eq!(
        (control.id.as_str(), relation),
        ("fsi-mob-03-2", Relation::EquivalentTo)
    );
    assert_eq!(all.mapped_to(Family::Asvs, "V99").count(), 0);
}

#[test]
fn serving_is_passed_on_only_along_edges_that_serve() {
    let maps = [
        ("a", "{masvs_2: [{id: M, rel: equivalent-to}]}"),
        (
            "b",
            "{masvs_2: [{id: M, rel: equal-to}], asvs_5_0: [{id: V, rel: superset-of}]}",
        ),
        ("c", "{asvs_5_0: [{id: V, rel: equal-to}], isms_p: [p]}"),
        ("d", "{isms_p: [p], masvs_2: [{id: O, rel: no-relationship}]}"),
        ("e", "{asvs_5_0: [{id: V, rel: superset-of}]}"),
    ];
    let all = Catalogues::read(&[("a test", &book(&maps))]).unwrap();
    let a = vec![
        ("b".to_owned(), Relation::EquivalentTo),
        ("c".to_owned(), Relation::SupersetOf),
    ];
    assert_eq!(serves(&all, "a"), a);
    assert_eq!(
        serves(&all, "e"),
        one("c", Relation::SupersetOf),
        "more than V is not as much as b asks"
    );
    assert_eq!(serves(&all, "c"), []);
    assert_eq!(serves(&all, "d"), []);
    assert_eq!(related(&all, "d"), []);
}

#[test]
fn relations_are_inverted_and_serve_in_one_direction() {
    let serving: Vec<&str> = Relation::ALL
        .iter()
        .filter(|one| one.serves())
        .map(|one| one.as_str())
        .collect();
    assert_eq!(serving, ["equal-to", "equivalent-to", "superset-of"]);
    for relation in Relation::ALL {
        assert_eq!(relation.inverted().inverted(), *relation);
        let is_directed = matches!(relation, Relation::SubsetOf | Relation::SupersetOf);
        assert_eq!(relation.inverted() != *relation, is_directed, "{relation}");
    }
}

#[test]
fn every_id_is_unique_and_every_title_is_there() {
    let mut ids = HashSet::new();
    for catalogue in Catalogues::embedded().iter() {
        for control in &catalogue.controls {
            assert!(ids.insert(&control.id), "{}", control.id);
            assert!(
                ![&control.title_ko, &control.title_en, &control.question_ko]
                    .iter()
                    .any(|text| text.is_empty())
            );
        }
    }
    assert_eq!(ids.len(), 132);
}

#[test]
fn a_text_that_does_not_hold_is_refused() {
    let good = book(&[("a", "{isms_p: [1.1.1]}")]);
    assert!(Catalogues::read(&[("a test", &good)]).is_ok());
    let two = book(&[("a", "{}"), ("a", "{}")]);
    for (text, part) in [
        (good.replace("items: 1", "items: 2"), "2 items are stated, 1 found"),
        (
            good.replace("items: 1", "things: 1"),
            "`things` is nothing that is counted",
        ),
        (good.replace("{items: 1}", "{}"), "the number of items is not stated"),
        (good.replace("group: g", "group: h"), "`h` is no group"),
        (good.replace("group: g", "seq: 1"), "it stands in no group"),
        (
            good.replace("group: g", "group: g, area: h"),
            "`g` does not belong to its area",
        ),
        (good.replace("id: a,", "id: 1a,"), "the id is no token"),
        (good.replace("id: a,", "id: a, colour: red,"), "colour"),
        (
            good.replace("id: a,", "id: a, android_only: true,"),
            "say different things",
        ),
        (
            good.replace("id: a,", "id: a, platforms: [symbian],"),
            "`symbian` is no platform",
        ),
        (good.replace("id: a,", "id: a, see_also: b,"), "a: `b` is no control"),
        (
            good.replace("isms_p: [1.1.1]", "x1149: [{id: b, rel: equal-to}]"),
            "a: `b` is no control",
        ),
        (
            good.replace("isms_p: [1.1.1]", "fsi_user_org: [b]"),
            "`b` does not name it in return",
        ),
        (good.replace("isms_p: [1.1.1]", "nist: [1.1.1]"), "nist"),
        (
            good.replace("isms_p: [1.1.1]", "isms_p: [1.10]"),
            "an id (in quotes where it could be a number",
        ),
        (
            good.replace("isms_p: [1.1.1]", "isms_p: [{id: '1.10', rel: near}]"),
            "`near` is no relation",
        ),
        (
            good.replace("isms_p: [1.1.1]", "isms_p: [{id: '1.10', why: near}]"),
            "why",
        ),
        (good.replace("hub-controls/1", "hub-controls/2"), "hub-controls/2"),
        (two, "`a` occurs twice"),
    ] {
        let error = Catalogues::read(&[("a test", &text)]).unwrap_err();
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
}

fn book(controls: &[(&str, &str)]) -> String {
    let mut text = format!(
        "schema: hub-controls/1\ncatalog: {{id: t, title_ko: 가, title_en: T, applies_to: service, version: '1', \
         publisher: p, source: s, counts: {{items: {}}}}}\ngroups: [{{id: g, title_ko: 가, title_en: G}}]\ncontrols:\n",
        controls.len()
    );
    for (id, maps) in controls {
        let line = format!("  - {{id: {id}, group: g, title_ko: 가, title_en: A, question_ko: 나, maps: {maps}}}\n");
        text.push_str(&line);
    }
    text
}
