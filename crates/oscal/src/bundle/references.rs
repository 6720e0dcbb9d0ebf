//! UUIDs and ids: each names one thing, and what is referred to exists and is of the right kind.
//! Things of an assessment are looked for in the document itself; components, subjects and answers also in the
//! documents it imports.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::imports::Imports;
use super::{Fault, FaultKind, Flaw};
use crate::walk::{Spot, walk};

/// What a document defines.
#[derive(Default)]
struct Index {
    /// UUID to the list in which the thing stands, such as `observations`.
    things: BTreeMap<String, String>,
    roles: BTreeSet<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Document,
    Imported,
}

/// Checks the documents of a bundle.
pub(super) fn check(trees: &BTreeMap<&str, Value>, imports: &Imports<'_>, faults: &mut Vec<Fault>) {
    let mut indexes = BTreeMap::new();
    for (name, tree) in trees {
        let mut flaws = Vec::new();
        indexes.insert(*name, index(tree, &mut flaws));
        faults.extend(flaws.into_iter().map(|flaw| flaw.of(name)));
    }
    shared_uuids(trees, faults);
    for (name, tree) in trees {
        let chain = imports.chain(name);
        let own: Vec<&Index> = indexes.get(name).into_iter().collect();
        let imported: Vec<&Index> = chain.iter().filter_map(|name| indexes.get(name)).collect();
        walk(tree, &mut |spot| {
            let flaws = reference_flaws(spot, |scope| match scope {
                Scope::Document => own.as_slice(),
                Scope::Imported => imported.as_slice(),
            });
            faults.extend(flaws.into_iter().map(|flaw| flaw.of(name)));
        });
    }
}

/// The things of one document; what stands twice is a flaw.
fn index(tree: &Value, flaws: &mut Vec<Flaw>) -> Index {
    let mut index = Index::default();
    let mut ids = BTreeSet::new();
    let mut answered = BTreeSet::new();
    walk(tree, &mut |spot| {
        let Some(text) = spot.value.as_str() else {
            return;
        };
        let is_new = match (spot.key, spot.list) {
            ("uuid", list) => {
                if index.things.contains_key(text) {
                    let sentence = "this UUID already names another thing of the document: each needs its own";
                    flaws.push(Flaw::new(spot.place, FaultKind::DuplicateUuid, sentence));
                }
                index.things.entry(text.to_owned()).or_insert_with(|| list.to_owned());
                true
            }
            ("id", "roles") => index.roles.insert(text.to_owned()),
            ("id", "groups" | "controls" | "parts") => ids.insert(text.to_owned()),
            ("control-id", "implemented-requirements") => {
                // The components of a definition answer the same control each for itself.
                let set = spot
                    .place
                    .rsplit_once("/implemented-requirements/")
                    .map_or("", |(set, _)| set);
                answered.insert((set.to_owned(), text.to_owned()))
            }
            _ => true,
        };
        if !is_new {
            let sentence = format!("the id `{text}` stands twice: each is accepted once");
            flaws.push(Flaw::new(spot.place, FaultKind::DuplicateId, sentence));
        }
    });
    index
}

/// A UUID may stand in several documents, but only for the same kind of thing, and documents never share theirs.
fn shared_uuids(trees: &BTreeMap<&str, Value>, faults: &mut Vec<Fault>) {
    let mut first: BTreeMap<String, (String, &str)> = BTreeMap::new();
    for (name, tree) in trees {
        let root = tree
            .as_object()
            .and_then(|object| object.keys().next())
            .map_or("", String::as_str);
        walk(tree, &mut |spot| {
            let ("uuid", Some(text)) = (spot.key, spot.value.as_str()) else {
                return;
            };
            let (list, document) = first
                .entry(text.to_owned())
                .or_insert_with(|| (spot.list.to_owned(), name));
            if document != name && (list != spot.list || spot.list == root) {
                let sentence = format!("this UUID already names another thing in {document}: each needs its own");
                faults.push(Flaw::new(spot.place, FaultKind::DuplicateUuid, sentence).of(name));
            }
        });
    }
}

/// In which lists the thing of a reference may stand, and how far it is looked for.
fn target(spot: &Spot<'_>) -> Option<(&'static [&'static str], Scope)> {
    let answers: &[&str] = &["statements", "by-components", "implemented-requirements"];
    Some(match spot.key {
        "observation-uuid" => (&["observations"], Scope::Document),
        "risk-uuid" => (&["risks"], Scope::Document),
        "finding-uuid" => (&["findings"], Scope::Document),
        "response-uuid" => (&["remediations"], Scope::Document),
        "party-uuid" | "party-uuids" | "member-of-organizations" => (&["parties"], Scope::Document),
        "component-uuid" => (&["components"], Scope::Imported),
        "implementation-statement-uuid" => (answers, Scope::Imported),
        "actor-uuid" => match spot.sibling("type")? {
            "party" => (&["parties"], Scope::Document),
            "tool" => (&["components"], Scope::Imported),
            _ => (&["assessment-platforms", "components"], Scope::Imported),
        },
        "subject-uuid" => match spot.sibling("type")? {
            "component" => (&["components"], Scope::Imported),
            "party" => (&["parties"], Scope::Imported),
            _ => (&["resources"], Scope::Imported),
        },
        _ => return None,
    })
}

fn reference_flaws<'a>(spot: &Spot<'_>, indexes: impl Fn(Scope) -> &'a [&'a Index]) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut refuse = |place: String, what: &str| {
        flaws.push(Flaw::new(
            place,
            FaultKind::DanglingReference,
            format!("the reference names no {what}"),
        ));
    };
    for (place, text) in spot.texts() {
        let named = |scope: Scope, lists: &[&str]| {
            indexes(scope).iter().any(|index| {
                index
                    .things
                    .get(text)
                    .is_some_and(|list| lists.contains(&list.as_str()))
            })
        };
        if spot.key == "role-id" {
            if !indexes(Scope::Document).iter().any(|index| index.roles.contains(text)) {
                refuse(place, "role of the document");
            }
        } else if matches!(spot.key, "href" | "source") {
            let resource = text.strip_prefix('#');
            let known = |uuid: &str| {
                let things = indexes(Scope::Document)
                    .iter()
                    .filter_map(|index| index.things.get(uuid));
                things.into_iter().any(|list| list == "resources")
            };
            if resource.is_some_and(|uuid| !known(uuid)) {
                refuse(place, "resource of the back matter");
            }
        } else if let Some((lists, scope)) = target(spot)
            && !named(scope, lists)
        {
            let reach = if scope == Scope::Document {
                "the document"
            } else {
                "the document or those it imports"
            };
            refuse(place, &format!("thing among the `{}` of {reach}", lists.join("`, `")));
        }
    }
    flaws
}
