//! Which controls and parts a catalogue has, and which of them a profile asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::imports::Imports;
use super::{Bundle, Fault, FaultKind, Flaw};
use crate::catalog::{Catalog, Control, Group, Part};
use crate::document::Document;
use crate::profile::{Profile, SelectById, WithChildren};

/// Most controls that one catalogue or profile may have here; the largest catalogue of NIST has about a thousand.
pub(super) const CONTROLS_MAX: usize = 10_000;

/// What a finding may take a part for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartRole {
    Statement,
    Objective,
    Other,
}

/// One control: its parts by id, and the ids of the controls inside it.
#[derive(Debug, Default)]
pub(super) struct ControlEntry<'a> {
    pub(super) parts: BTreeMap<&'a str, PartRole>,
    children: Vec<&'a str>,
}

/// Controls by id.
type ControlSet<'a> = BTreeMap<&'a str, Rc<ControlEntry<'a>>>;

/// The controls that one catalogue has or one profile selects.
#[derive(Default)]
pub(super) struct Selection<'a> {
    pub(super) controls: ControlSet<'a>,
    /// Part to its control and role.
    pub(super) parts: BTreeMap<&'a str, (&'a str, PartRole)>,
}

impl<'a> Selection<'a> {
    fn of(controls: ControlSet<'a>) -> Self {
        let parts = controls
            .iter()
            .flat_map(|(id, entry)| entry.parts.iter().map(|(part, role)| (*part, (*id, *role))));
        Self {
            parts: parts.collect(),
            controls,
        }
    }
}

/// The controls of every catalogue and profile of a bundle.
pub(super) struct Controls<'a> {
    sets: BTreeMap<&'a str, Selection<'a>>,
}

impl<'a> Controls<'a> {
    /// Resolves every profile; what it selects and no source has is a fault.
    pub(super) fn of(bundle: &'a Bundle, imports: &Imports<'a>, faults: &mut Vec<Fault>) -> Self {
        let mut controls = Self { sets: BTreeMap::new() };
        for (name, document) in bundle.documents() {
            if let Document::Catalog(catalog) = document {
                let mut set = catalog_controls(catalog);
                if set.len() > CONTROLS_MAX {
                    set.clear();
                    let sentence = format!("too many controls: at most {CONTROLS_MAX} are accepted");
                    faults.push(Flaw::new("/catalog", FaultKind::TooMany, sentence).of(name));
                }
                controls.sets.insert(name, Selection::of(set));
            }
        }
        // A profile is resolved when its sources are; each round resolves at least one, or what is left is a circle.
        let mut waiting: Vec<(&str, &Profile)> = bundle
            .documents()
            .filter_map(|(name, document)| {
                if let Document::Profile(p) = document {
                    Some((name, &**p))
                } else {
                    None
                }
            })
            .collect();
        loop {
            let before = waiting.len();
            waiting.retain(
                |(name, profile)| match controls.resolve(name, profile, imports, faults) {
                    Some(set) => {
                        controls.sets.insert(name, set);
                        false
                    }
                    None => true,
                },
            );
            if waiting.is_empty() || waiting.len() == before {
                break;
            }
        }
        for (name, _) in waiting {
            let sentence = "this profile imports itself through others: an import must end at catalogues";
            faults.push(Flaw::new("/profile/imports", FaultKind::ImportLoop, sentence).of(name));
        }
        controls
    }

    /// The controls of a catalogue or profile; nothing when it could not be resolved.
    pub(super) fn set(&self, name: &str) -> Option<&Selection<'a>> {
        self.sets.get(name)
    }

    /// Whether any catalogue of the bundle has the control.
    pub(super) fn any_has_control(&self, id: &str) -> bool {
        self.sets.values().any(|set| set.controls.contains_key(id))
    }

    /// Whether any catalogue of the bundle has the part.
    pub(super) fn any_has_part(&self, id: &str) -> bool {
        self.sets.values().any(|set| set.parts.contains_key(id))
    }

    /// What a profile selects; nothing while a source is not resolved yet.
    fn resolve(
        &self,
        name: &str,
        profile: &'a Profile,
        imports: &Imports<'a>,
        faults: &mut Vec<Fault>,
    ) -> Option<Selection<'a>> {
        let mut flaws = Vec::new();
        let mut selected: ControlSet<'a> = BTreeMap::new();
        let mut sources = BTreeSet::new();
        for (index, import) in profile.imports.iter().enumerate() {
            let place = format!("/profile/imports/{index}");
            // An import that names no document is a fault already; what it would bring is not known.
            let Some(source) = imports.at(name, &format!("{place}/href")) else {
                continue;
            };
            if !sources.insert(source) {
                let sentence = format!("{source} is imported twice: one import of each document is accepted");
                flaws.push(Flaw::new(&place, FaultKind::DuplicateId, sentence));
                continue;
            }
            let source = &self.sets.get(source)?.controls;
            let mut chosen = if import.include_all.is_some() {
                source.clone()
            } else {
                select(
                    source,
                    &import.include_controls,
                    &format!("{place}/include-controls"),
                    &mut flaws,
                )
            };
            for id in select(
                source,
                &import.exclude_controls,
                &format!("{place}/exclude-controls"),
                &mut flaws,
            )
            .keys()
            {
                chosen.remove(id);
            }
            for (id, control) in chosen {
                if selected.insert(id, control).is_some() {
                    let sentence = format!("the control `{id}` comes from two imports: once is accepted");
                    flaws.push(Flaw::new(&place, FaultKind::DuplicateId, sentence));
                }
            }
        }
        if selected.len() > CONTROLS_MAX {
            selected.clear();
            let sentence = format!("too many controls: at most {CONTROLS_MAX} are accepted");
            flaws.push(Flaw::new("/profile/imports", FaultKind::TooMany, sentence));
        }
        faults.extend(flaws.into_iter().map(|flaw| flaw.of(name)));
        Some(Selection::of(selected))
    }
}

fn select<'a>(source: &ControlSet<'a>, selects: &[SelectById], place: &str, flaws: &mut Vec<Flaw>) -> ControlSet<'a> {
    let mut chosen = BTreeMap::new();
    let mut opened = BTreeSet::new();
    for (i, select) in selects.iter().enumerate() {
        for (j, id) in select.with_ids.iter().enumerate() {
            let Some((id, control)) = source.get_key_value(id.as_str()) else {
                let sentence = format!("the imported document has no control `{id}`");
                flaws.push(Flaw::new(
                    format!("{place}/{i}/with-ids/{j}"),
                    FaultKind::UnknownControl,
                    sentence,
                ));
                continue;
            };
            chosen.insert(*id, Rc::clone(control));
            if select.with_child_controls == Some(WithChildren::Yes) {
                add_children(id, source, &mut opened, &mut chosen);
            }
        }
    }
    chosen
}

/// Adds everything inside a control; `opened` are the controls that were looked into before.
fn add_children<'a>(id: &'a str, source: &ControlSet<'a>, opened: &mut BTreeSet<&'a str>, chosen: &mut ControlSet<'a>) {
    let mut ahead = vec![id];
    while let Some(id) = ahead.pop() {
        if let Some(control) = source.get(id)
            && opened.insert(id)
        {
            chosen.insert(id, Rc::clone(control));
            ahead.extend(&control.children);
        }
    }
}

fn catalog_controls(catalog: &Catalog) -> ControlSet<'_> {
    let mut set = BTreeMap::new();
    add_controls(&catalog.controls, &mut set);
    add_groups(&catalog.groups, &mut set);
    set
}

fn add_groups<'a>(groups: &'a [Group], set: &mut ControlSet<'a>) {
    for group in groups {
        add_controls(&group.controls, set);
        add_groups(&group.groups, set);
    }
}

fn add_controls<'a>(controls: &'a [Control], set: &mut ControlSet<'a>) {
    for control in controls {
        let mut entry = ControlEntry {
            parts: BTreeMap::new(),
            children: control.controls.iter().map(|child| child.id.as_str()).collect(),
        };
        add_parts(&control.parts, PartRole::Other, &mut entry.parts);
        set.insert(control.id.as_str(), Rc::new(entry));
        add_controls(&control.controls, set);
    }
}

fn add_parts<'a>(parts: &'a [Part], outer: PartRole, entries: &mut BTreeMap<&'a str, PartRole>) {
    for part in parts {
        let role = match part.name.as_str() {
            "statement" => PartRole::Statement,
            "assessment-objective" | "objective" => PartRole::Objective,
            _ => outer,
        };
        if let Some(id) = &part.id {
            entries.insert(id.as_str(), role);
        }
        add_parts(&part.parts, role, entries);
    }
}
