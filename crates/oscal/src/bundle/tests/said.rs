//! What the documents of a bundle say of each other.

use super::{Document, FaultKind, document, faults_after, one, sample, stranger, token};
use crate::{
    FindingReason, FindingState, FindingTarget, ImplementedRequirement, Import, RelatedFinding, ResponsibleParty,
    ReviewedControls, SelectedControl, SelectedObjective, TargetKind, Token, WithChildren,
};

const ROUND: &str = "results.json/assessment-results/results/1";

#[test]
fn a_reference_to_nothing_is_found_wherever_it_stands() {
    let results = |change: fn(&mut crate::RoundResult)| {
        faults_after(|b| change(&mut document!(b, "results.json", AssessmentResults).results[1]))
    };
    let dangling = |place: &str| one(&format!("{ROUND}{place}"), FaultKind::DanglingReference);
    assert_eq!(
        results(|r| r.findings[0].related_observations[0].observation_uuid = stranger()),
        dangling("/findings/0/related-observations/0/observation-uuid")
    );
    assert_eq!(
        results(|r| r.findings[0].related_risks[0].risk_uuid = sample::id("observation", "tls-scan")),
        dangling("/findings/0/related-risks/0/risk-uuid"),
        "an observation is no risk"
    );
    assert_eq!(
        results(|r| r.findings[0].implementation_statement_uuid = Some(stranger())),
        dangling("/findings/0/implementation-statement-uuid")
    );
    assert_eq!(
        results(|r| r.observations[0].origins[0].actors[0].actor_uuid = sample::id("party", "agency")),
        dangling("/observations/0/origins/0/actors/0/actor-uuid"),
        "a party is no tool"
    );
    assert_eq!(
        results(|r| r.observations[0].origins[0].actors[1].role_id = Some(token("nobody"))),
        dangling("/observations/0/origins/0/actors/1/role-id")
    );
    assert_eq!(
        results(|r| r.observations[0].subjects[0].subject_uuid = stranger()),
        dangling("/observations/0/subjects/0/subject-uuid")
    );
    assert_eq!(
        results(|r| r.observations[0].relevant_evidence[0].href = Some(stranger().fragment())),
        dangling("/observations/0/relevant-evidence/0/href")
    );
    assert_eq!(
        results(|r| r.risks[0].risk_log.as_mut().unwrap().entries[0].logged_by[0].party_uuid = stranger()),
        dangling("/risks/0/risk-log/entries/0/logged-by/0/party-uuid")
    );
}

#[test]
fn parties_components_and_findings_of_other_documents_exist_too() {
    let faults = faults_after(|b| {
        let parties = ResponsibleParty::new(Token::literal("assessor"), [sample::id("party", "agency"), stranger()]);
        document!(b, "profile.json", Profile).metadata.responsible_parties = vec![parties];
    });
    let place = "profile.json/profile/metadata/responsible-parties/0/party-uuids/1";
    assert_eq!(faults, one(place, FaultKind::DanglingReference));
    let faults = faults_after(|b| {
        let ssp = document!(b, "ssp.json", SystemSecurityPlan);
        ssp.control_implementation.implemented_requirements[0].by_components[0].component_uuid = stranger();
    });
    let place = "ssp.json/system-security-plan/control-implementation/implemented-requirements/0\
                 /by-components/0/component-uuid";
    assert_eq!(faults, one(place, FaultKind::DanglingReference));
    let faults = faults_after(|b| {
        document!(b, "poam.json", PlanOfAction).poam_items[0].related_findings = vec![RelatedFinding::new(stranger())];
    });
    let place = "poam.json/plan-of-action-and-milestones/poam-items/0/related-findings/0/finding-uuid";
    assert_eq!(faults, one(place, FaultKind::DanglingReference));
}

#[test]
fn an_import_names_a_document_of_the_right_model() {
    let plan = |href: &str| {
        let href = href.to_owned();
        faults_after(|b| document!(b, "plan.json", AssessmentPlan).import_ssp.href = href)
    };
    let place = "plan.json/assessment-plan/import-ssp/href";
    assert!(plan("missing.json").contains(&(place.to_owned(), FaultKind::UnknownDocument)));
    assert!(plan("https://hub.example/ssp.json").contains(&(place.to_owned(), FaultKind::UnknownDocument)));
    assert!(plan("profile.json").contains(&(place.to_owned(), FaultKind::WrongDocument)));
    assert!(plan(&stranger().fragment()).contains(&(place.to_owned(), FaultKind::DanglingReference)));
    assert_eq!(plan("./ssp.json"), []);
    let faults = faults_after(|b| document!(b, "profile.json", Profile).imports[0].href = "gone.json".to_owned());
    assert!(faults.contains(&(
        "profile.json/profile/imports/0/href".to_owned(),
        FaultKind::UnknownDocument
    )));
}

#[test]
fn an_import_may_go_through_a_resource_of_the_back_matter() {
    let faults = faults_after(|b| {
        let mut resource = crate::Resource::new(stranger());
        resource.rlinks = vec![crate::ResourceLink::new("ssp.json")];
        let plan = document!(b, "plan.json", AssessmentPlan);
        plan.back_matter = Some(crate::BackMatter::new([resource]));
        plan.import_ssp.href = stranger().fragment();
    });
    assert_eq!(faults, []);
}

#[test]
fn profiles_do_not_import_themselves() {
    let faults = faults_after(|b| {
        let mut second = document!(b, "profile.json", Profile).clone();
        second.uuid = stranger();
        second.imports = vec![Import::all("profile.json")];
        b.insert("second.json", *second).unwrap();
        document!(b, "profile.json", Profile).imports = vec![Import::all("second.json")];
    });
    let looped = |name: &str| (format!("{name}/profile/imports"), FaultKind::ImportLoop);
    assert_eq!(faults, [looped("profile.json"), looped("second.json")]);
}

#[test]
fn a_profile_selects_what_its_sources_have() {
    let imports = |imports: Vec<Import>| faults_after(|b| document!(b, "profile.json", Profile).imports = imports);
    let place = "profile.json/profile/imports/0/include-controls/0/with-ids/2";
    let ids = ["fsi-m-01-1", "fsi-t-05-4", "fsi-t-99-9"].map(token).to_vec();
    assert_eq!(
        imports(vec![Import::controls("catalog-fsi.json", ids)]),
        one(place, FaultKind::UnknownControl)
    );
    let twice = vec![Import::all("catalog-fsi.json"), Import::all("catalog-fsi.json")];
    assert_eq!(
        imports(twice),
        one("profile.json/profile/imports/1", FaultKind::DuplicateId)
    );
    let faults = faults_after(|b| {
        let mut copy = document!(b, "catalog-x1149.json", Catalog).clone();
        copy.uuid = stranger();
        b.insert("copy.json", *copy).unwrap();
        let imports = ["catalog-fsi.json", "catalog-x1149.json", "copy.json"].map(Import::all);
        document!(b, "profile.json", Profile).imports = imports.to_vec();
    });
    assert_eq!(
        faults,
        one("profile.json/profile/imports/2", FaultKind::DuplicateId),
        "one control of two catalogues"
    );
    let mut fewer = Import::all("catalog-fsi.json");
    fewer.exclude_controls = Import::controls("", vec![token("fsi-t-05-4")]).include_controls;
    let faults = imports(vec![fewer]);
    assert!(!faults.is_empty() && faults.iter().all(|(_, kind)| *kind == FaultKind::ControlOutsideProfile));
}

#[test]
fn catalogues_and_profiles_are_bounded() {
    let with_controls = |count: usize| {
        faults_after(|b| {
            let catalog = document!(b, "catalog-x1149.json", Catalog);
            let more = (1..count).map(|i| crate::Control::new(token(&format!("c{i}")), "t"));
            catalog.groups[0].controls.extend(more);
            document!(b, "profile.json", Profile).imports =
                vec![Import::all("catalog-fsi.json"), Import::all("catalog-x1149.json")];
        })
    };
    assert_eq!(with_controls(9_997), []);
    let faults = with_controls(9_998);
    assert!(
        faults.contains(&("profile.json/profile/imports".to_owned(), FaultKind::TooMany)),
        "{faults:?}"
    );
    let faults = with_controls(10_001);
    assert!(
        faults.contains(&("catalog-x1149.json/catalog".to_owned(), FaultKind::TooMany)),
        "{faults:?}"
    );
}

#[test]
fn children_come_along_when_the_profile_says_so() {
    let with_children = |answer: Option<WithChildren>| {
        faults_after(|b| {
            let catalog = document!(b, "catalog-fsi.json", Catalog);
            let child = catalog.groups[1].controls.remove(0);
            catalog.groups[0].controls[0].controls = vec![child];
            let mut import = Import::controls("catalog-fsi.json", vec![token("fsi-m-01-1")]);
            import.include_controls[0].with_child_controls = answer;
            document!(b, "profile.json", Profile).imports = vec![import];
        })
    };
    assert_eq!(with_children(Some(WithChildren::Yes)), []);
    let without = with_children(Some(WithChildren::No));
    assert!(
        !without.is_empty()
            && without
                .iter()
                .all(|(_, kind)| *kind == FaultKind::ControlOutsideProfile)
    );
    assert_eq!(with_children(None), without);
}

#[test]
fn answers_and_scope_stay_within_the_profile() {
    let answer = |id: &str| {
        let answer = ImplementedRequirement::new(stranger(), token(id));
        faults_after(|b| {
            let ssp = document!(b, "ssp.json", SystemSecurityPlan);
            ssp.control_implementation.implemented_requirements.push(answer);
        })
    };
    let place = "ssp.json/system-security-plan/control-implementation/implemented-requirements/2/control-id";
    assert_eq!(answer("fsi-t-05-5"), one(place, FaultKind::ControlOutsideProfile));
    assert_eq!(answer("fsi-t-99-9"), one(place, FaultKind::UnknownControl));
    assert_eq!(answer("fsi-t-05-4"), one(place, FaultKind::DuplicateId));
    let faults = faults_after(|b| {
        let ssp = document!(b, "ssp.json", SystemSecurityPlan);
        let answers = &mut ssp.control_implementation.implemented_requirements;
        answers[1].statements[0].statement_id = token("fsi-m-01-1_smt");
    });
    let place = "ssp.json/system-security-plan/control-implementation/implemented-requirements/1\
                 /statements/0/statement-id";
    assert_eq!(faults, one(place, FaultKind::UnknownPart));
    let faults = faults_after(|b| {
        let scope = ReviewedControls::controls([token("fsi-m-01-1"), token("fsi-t-05-5")]);
        document!(b, "plan.json", AssessmentPlan).reviewed_controls = scope;
    });
    let place = "plan.json/assessment-plan/reviewed-controls/control-selections/0/include-controls/1/control-id";
    assert_eq!(faults, one(place, FaultKind::ControlOutsideProfile));
}

#[test]
fn statements_and_objectives_of_a_scope_exist() {
    let faults = faults_after(|b| {
        let scope = &mut document!(b, "plan.json", AssessmentPlan).reviewed_controls;
        scope.control_selections[0].include_controls[0].statement_ids = vec![token("fsi-t-05-4_smt")];
        scope.control_objective_selections = vec![crate::ObjectiveSelection {
            description: None,
            include_all: None,
            include_objectives: vec![SelectedObjective::new(token("fsi-m-01-1_smt"))],
            exclude_objectives: Vec::new(),
            remarks: None,
        }];
    });
    let scope = "plan.json/assessment-plan/reviewed-controls";
    let objective = format!("{scope}/control-objective-selections/0/include-objectives/0/objective-id");
    let statement = format!("{scope}/control-selections/0/include-controls/0/statement-ids/0");
    assert_eq!(
        faults,
        [(objective, FaultKind::UnknownPart), (statement, FaultKind::UnknownPart)]
    );
}

#[test]
fn a_finding_is_about_a_part_that_binds_and_was_looked_at() {
    let target = |id: &str, kind: Option<TargetKind>| {
        let mut target = FindingTarget::objective(&token(id), FindingState::NotSatisfied, FindingReason::Fail);
        target.kind = kind.unwrap_or(target.kind);
        faults_after(|b| document!(b, "results.json", AssessmentResults).results[1].findings[0].target = target)
    };
    let place = format!("{ROUND}/findings/0/target/target-id");
    assert_eq!(target("fsi-m-01-1", None), []);
    assert_eq!(
        target("fsi-t-05-5", None),
        one(&place, FaultKind::ControlOutsideProfile)
    );
    assert_eq!(target("fsi-t-99-9", None), one(&place, FaultKind::UnknownPart));
    assert_eq!(
        target("fsi-t-05-4", Some(TargetKind::Statement)),
        one(&place, FaultKind::UnknownPart)
    );
    let faults = faults_after(|b| {
        let round = &mut document!(b, "results.json", AssessmentResults).results[1];
        round.reviewed_controls = ReviewedControls::controls([token("fsi-m-01-1")]);
    });
    assert_eq!(faults, one(&place, FaultKind::ControlNotReviewed));
    let faults = faults_after(|b| {
        let round = &mut document!(b, "results.json", AssessmentResults).results[1];
        let selection = &mut round.reviewed_controls.control_selections[0];
        selection.exclude_controls = vec![SelectedControl::new(token("fsi-t-05-4"))];
    });
    assert_eq!(faults, one(&place, FaultKind::ControlNotReviewed));
    let faults = faults_after(|b| {
        let target = FindingTarget::objective(&token("fsi-t-05-5"), FindingState::NotSatisfied, FindingReason::Fail);
        document!(b, "poam.json", PlanOfAction).findings[0].target = target;
    });
    let place = "poam.json/plan-of-action-and-milestones/findings/0/target/target-id";
    assert_eq!(faults, one(place, FaultKind::ControlOutsideProfile));
}

#[test]
fn mappings_and_probes_name_controls_of_their_resources() {
    let map = |id: &str, href: &str| {
        let (id, href) = (id.to_owned(), href.to_owned());
        faults_after(|b| {
            let mapping = &mut document!(b, "mapping.json", MappingCollection).mappings[0];
            mapping.maps[0].targets[0].id_ref = id;
            mapping.target_resource.href = href;
        })
    };
    let place = "mapping.json/mapping-collection/mappings/0/maps/0/targets/0/id-ref";
    assert_eq!(
        map("fsi-t-05-4", "catalog-x1149.json"),
        one(place, FaultKind::UnknownControl)
    );
    assert_eq!(
        map("A.5.1", "urn:iso:std:iso-iec:27001:ed-3"),
        [],
        "a catalogue that may not be copied"
    );
    let place = "mapping.json/mapping-collection/mappings/0/target-resource/href";
    assert_eq!(map("x", "isms-p.json"), one(place, FaultKind::UnknownDocument));
    let faults = faults_after(|b| {
        let probe = &mut document!(b, "component.json", ComponentDefinition).components[0];
        probe.control_implementations[0].implemented_requirements[0].control_id = token("x1149-3.1.8.1");
    });
    let place = "component.json/component-definition/components/0/control-implementations/0\
                 /implemented-requirements/0/control-id";
    assert_eq!(faults, one(place, FaultKind::UnknownControl));
}

#[test]
fn a_uuid_names_one_thing() {
    let faults = faults_after(|b| {
        let results = document!(b, "results.json", AssessmentResults);
        results.results[1].uuid = results.results[0].uuid;
    });
    assert_eq!(faults, one(&format!("{ROUND}/uuid"), FaultKind::DuplicateUuid));
    let faults = faults_after(|b| {
        document!(b, "plan.json", AssessmentPlan).tasks[0].uuid = sample::id("finding", "tls");
    });
    assert!(faults.contains(&(
        "poam.json/plan-of-action-and-milestones/findings/0/uuid".to_owned(),
        FaultKind::DuplicateUuid
    )));
    assert!(
        faults.iter().all(|(_, kind)| *kind == FaultKind::DuplicateUuid),
        "{faults:?}"
    );
    let faults = faults_after(|b| {
        let mut second: Document = b.get("catalog-x1149.json").unwrap().clone();
        if let Document::Catalog(catalog) = &mut second {
            catalog.groups.clear();
        }
        b.insert("copy.json", second).unwrap();
    });
    assert_eq!(faults, one("copy.json/catalog/uuid", FaultKind::DuplicateUuid));
}

#[test]
fn an_id_stands_once_in_its_document() {
    let faults = faults_after(|b| {
        let catalog = document!(b, "catalog-x1149.json", Catalog);
        let again = crate::Control::new(token("x1149-3.1.8"), "named like its group");
        catalog.groups[0].controls.push(again);
    });
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].1, FaultKind::DuplicateId);
    let faults = faults_after(|b| {
        let metadata = &mut document!(b, "profile.json", Profile).metadata;
        let again = metadata.roles[0].clone();
        metadata.roles.push(again);
    });
    assert_eq!(
        faults,
        one("profile.json/profile/metadata/roles/2/id", FaultKind::DuplicateId)
    );
}
