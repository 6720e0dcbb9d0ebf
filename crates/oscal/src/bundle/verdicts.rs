//! What the documents say of controls: answers, scope, verdicts and mappings name controls that exist, that the
//! profile asks for, and that the round looked at.

use std::collections::BTreeSet;

use super::controls::{Controls, PartRole, Selection};
use super::imports::Imports;
use super::{Bundle, Fault, FaultKind, Flaw};
use crate::assessment::{ReviewedControls, SelectedControl};
use crate::component::ComponentDefinition;
use crate::document::Document;
use crate::ident::Token;
use crate::mapping::{MapItem, MapItemKind, MappingCollection};
use crate::results::{AssessmentResults, Finding, TargetKind};
use crate::ssp::SystemSecurityPlan;

/// Checks the documents of a bundle.
pub(super) fn check<'a>(bundle: &'a Bundle, imports: &Imports<'a>, faults: &mut Vec<Fault>) {
    let controls = Controls::of(bundle, imports, faults);
    for (name, document) in bundle.documents() {
        let mut flaws = Vec::new();
        match document {
            Document::MappingCollection(mappings) => mapping(name, mappings, (imports, &controls), &mut flaws),
            Document::ComponentDefinition(definition) => {
                component_definition(name, definition, (imports, &controls), &mut flaws);
            }
            _ => {
                // Without the whole chain nothing is known of the profile; the missing link is a fault already.
                if let Some(profile) = profile_of(name, imports).and_then(|name| controls.set(name)) {
                    Scope {
                        profile,
                        controls: &controls,
                        flaws: &mut flaws,
                    }
                    .document(document);
                }
            }
        }
        faults.extend(flaws.into_iter().map(|flaw| flaw.of(name)));
    }
}

/// The profile at the end of the imports of a document.
fn profile_of<'a>(document: &str, imports: &Imports<'a>) -> Option<&'a str> {
    let chain = imports.chain(document);
    chain
        .iter()
        .find_map(|name| imports.at(name, "/system-security-plan/import-profile/href"))
}

/// The controls that bind the documents of one chain.
struct Scope<'a, 'b> {
    profile: &'b Selection<'a>,
    controls: &'b Controls<'a>,
    flaws: &'b mut Vec<Flaw>,
}

impl Scope<'_, '_> {
    fn document(&mut self, document: &Document) {
        match document {
            Document::SystemSecurityPlan(ssp) => self.answers(ssp),
            Document::AssessmentPlan(plan) => {
                self.reviewed("/assessment-plan/reviewed-controls", &plan.reviewed_controls);
                for (i, activity) in plan.local_definitions.iter().flat_map(|d| &d.activities).enumerate() {
                    if let Some(related) = &activity.related_controls {
                        let place = format!("/assessment-plan/local-definitions/activities/{i}/related-controls");
                        self.reviewed(&place, related);
                    }
                }
            }
            Document::AssessmentResults(results) => self.results(results),
            Document::PlanOfAction(poam) => {
                for (i, finding) in poam.findings.iter().enumerate() {
                    self.finding(&format!("/plan-of-action-and-milestones/findings/{i}"), finding, None);
                }
            }
            _ => {}
        }
    }

    fn answers(&mut self, ssp: &SystemSecurityPlan) {
        for (i, answer) in ssp.control_implementation.implemented_requirements.iter().enumerate() {
            let place = format!("/system-security-plan/control-implementation/implemented-requirements/{i}");
            if self.control(&format!("{place}/control-id"), &answer.control_id) {
                for (j, statement) in answer.statements.iter().enumerate() {
                    let place = format!("{place}/statements/{j}/statement-id");
                    self.part_of(&place, &answer.control_id, &statement.statement_id);
                }
            }
        }
    }

    fn results(&mut self, results: &AssessmentResults) {
        for (i, round) in results.results.iter().enumerate() {
            let place = format!("/assessment-results/results/{i}");
            let reviewed = self.reviewed(&format!("{place}/reviewed-controls"), &round.reviewed_controls);
            for (j, finding) in round.findings.iter().enumerate() {
                self.finding(&format!("{place}/findings/{j}"), finding, Some(&reviewed));
            }
        }
    }

    /// Checks a selection and gives the ids that it selects.
    fn reviewed(&mut self, place: &str, reviewed: &ReviewedControls) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        for (i, selection) in reviewed.control_selections.iter().enumerate() {
            let place = format!("{place}/control-selections/{i}");
            if selection.include_all.is_some() {
                ids.extend(self.profile.controls.keys().map(|id| (*id).to_owned()));
            }
            ids.extend(self.selected(&format!("{place}/include-controls"), &selection.include_controls));
            for id in self.selected(&format!("{place}/exclude-controls"), &selection.exclude_controls) {
                ids.remove(&id);
            }
        }
        for (i, selection) in reviewed.control_objective_selections.iter().enumerate() {
            let place = format!("{place}/control-objective-selections/{i}");
            let included = ("include-objectives", &selection.include_objectives);
            for (key, objectives) in [included, ("exclude-objectives", &selection.exclude_objectives)] {
                for (j, objective) in objectives.iter().enumerate() {
                    let place = format!("{place}/{key}/{j}/objective-id");
                    self.part(&place, TargetKind::Objective, &objective.objective_id);
                }
            }
        }
        ids
    }

    /// The ids of wholly selected controls; one of which only single statements are left out stays selected.
    fn selected(&mut self, place: &str, selected: &[SelectedControl]) -> Vec<String> {
        let mut ids = Vec::new();
        for (i, control) in selected.iter().enumerate() {
            let place = format!("{place}/{i}");
            if self.control(&format!("{place}/control-id"), &control.control_id) {
                for (j, statement) in control.statement_ids.iter().enumerate() {
                    self.part_of(&format!("{place}/statement-ids/{j}"), &control.control_id, statement);
                }
            }
            if control.statement_ids.is_empty() || place.contains("/include-controls/") {
                ids.push(control.control_id.to_string());
            }
        }
        ids
    }

    fn finding(&mut self, place: &str, finding: &Finding, reviewed: Option<&BTreeSet<String>>) {
        let place = format!("{place}/target/target-id");
        let Some(control) = self.part(&place, finding.target.kind, &finding.target.target_id) else {
            return;
        };
        if reviewed.is_some_and(|reviewed| !reviewed.contains(&control)) {
            let sentence = format!("the round did not look at the control `{control}`: reviewed-controls must name it");
            self.flaws
                .push(Flaw::new(place, FaultKind::ControlNotReviewed, sentence));
        }
    }

    fn control(&mut self, place: &str, id: &Token) -> bool {
        if self.profile.controls.contains_key(id.as_str()) {
            return true;
        }
        let (kind, sentence) = if self.controls.any_has_control(id.as_str()) {
            (
                FaultKind::ControlOutsideProfile,
                format!("the profile does not ask for the control `{id}`"),
            )
        } else {
            (
                FaultKind::UnknownControl,
                format!("no catalogue of the bundle has the control `{id}`"),
            )
        };
        self.flaws.push(Flaw::new(place, kind, sentence));
        false
    }

    fn part_of(&mut self, place: &str, control: &Token, part: &Token) {
        let owner = self.profile.parts.get(part.as_str()).map(|(control, _)| *control);
        let known = owner == Some(control.as_str());
        if !known {
            let sentence = format!("the control `{control}` has no part `{part}`");
            self.flaws.push(Flaw::new(place, FaultKind::UnknownPart, sentence));
        }
    }

    /// The control that has the part, when the profile asks for it and the part is of the right kind.
    fn part(&mut self, place: &str, kind: TargetKind, part: &Token) -> Option<String> {
        let id = part.as_str();
        let found = self.profile.parts.get(id).copied();
        let (fault, sentence) = match (found, kind) {
            (Some((control, PartRole::Statement)), TargetKind::Statement)
            | (Some((control, PartRole::Objective)), TargetKind::Objective) => return Some(control.to_owned()),
            (Some((control, _)), _) => (
                FaultKind::UnknownPart,
                format!("the part `{part}` of the control `{control}` is no {kind}"),
            ),
            (None, _) if self.controls.any_has_part(id) => (
                FaultKind::ControlOutsideProfile,
                format!("the profile does not ask for the control of `{part}`"),
            ),
            (None, _) => (
                FaultKind::UnknownPart,
                format!("no catalogue of the bundle has the part `{part}`"),
            ),
        };
        self.flaws.push(Flaw::new(place, fault, sentence));
        None
    }
}

fn component_definition(
    name: &str,
    definition: &ComponentDefinition,
    (imports, controls): (&Imports<'_>, &Controls<'_>),
    flaws: &mut Vec<Flaw>,
) {
    for (i, component) in definition.components.iter().enumerate() {
        for (j, implementation) in component.control_implementations.iter().enumerate() {
            let place = format!("/component-definition/components/{i}/control-implementations/{j}");
            let source = imports
                .at(name, &format!("{place}/source"))
                .and_then(|source| controls.set(source));
            let Some(source) = source else {
                continue;
            };
            for (k, requirement) in implementation.implemented_requirements.iter().enumerate() {
                if !source.controls.contains_key(requirement.control_id.as_str()) {
                    let place = format!("{place}/implemented-requirements/{k}/control-id");
                    let sentence = format!("the source has no control `{}`", requirement.control_id);
                    flaws.push(Flaw::new(place, FaultKind::UnknownControl, sentence));
                }
            }
        }
    }
}

fn mapping(
    name: &str,
    collection: &MappingCollection,
    (imports, controls): (&Imports<'_>, &Controls<'_>),
    flaws: &mut Vec<Flaw>,
) {
    for (i, mapping) in collection.mappings.iter().enumerate() {
        let place = format!("/mapping-collection/mappings/{i}");
        let resource = |key: &str| {
            imports
                .at(name, &format!("{place}/{key}/href"))
                .and_then(|name| controls.set(name))
        };
        let (source, target) = (resource("source-resource"), resource("target-resource"));
        for (j, map) in mapping.maps.iter().enumerate() {
            for (key, items, set) in [("sources", &map.sources, source), ("targets", &map.targets, target)] {
                let Some(set) = set else {
                    continue;
                };
                for (k, item) in items.iter().enumerate() {
                    flaws.extend(map_item(&format!("{place}/maps/{j}/{key}/{k}/id-ref"), item, set));
                }
            }
        }
    }
}

fn map_item(place: &str, item: &MapItem, set: &Selection<'_>) -> Option<Flaw> {
    let id = item.id_ref.as_str();
    match item.kind {
        MapItemKind::Control if !set.controls.contains_key(id) => {
            let sentence = "the mapped resource has no control of this id";
            Some(Flaw::new(place, FaultKind::UnknownControl, sentence))
        }
        MapItemKind::Statement if !set.parts.contains_key(id) => {
            let sentence = "the mapped resource has no statement of this id";
            Some(Flaw::new(place, FaultKind::UnknownPart, sentence))
        }
        _ => None,
    }
}
