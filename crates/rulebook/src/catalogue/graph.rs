//! Which controls one answer serves.
//!
//! Every stated mapping is an edge in both directions, the relation inverted on the way back. An answer to a control
//! serves each counterpart that asks for as much or less: equal-to and equivalent-to both ways, superset-of from the
//! control that asks for more to the one that asks for less. Serving is passed on along such edges, also through a
//! control of a standard that is not embedded. Intersects-with never serves: its neighbours are shown as related, and
//! so are those that ask for more.

use std::collections::{HashMap, HashSet, VecDeque};

use super::{Catalogue, Catalogues, Control, Family, Relation};
use crate::BookError;

/// Neighbours and the relation to them, by the id of an embedded control or `family:id` of another.
pub(super) type Edges = HashMap<String, Vec<(String, Relation)>>;

/// An embedded control and how the one asked about relates to it.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// The catalogue of the control.
    pub catalogue: &'a Catalogue,
    /// The control.
    pub control: &'a Control,
    /// The relation of the control asked about to this one; over several steps, the weakest of them.
    pub relation: Relation,
}

/// What an answer to one control is worth elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Answers<'a> {
    /// The other controls that the answer serves, nearest first.
    pub serves: Vec<Link<'a>>,
    /// Neighbours that it does not serve: they overlap or ask for more.
    pub related: Vec<Link<'a>>,
}

impl Catalogues {
    /// Every other embedded control that one answer to the control `id` serves, and those related to it; `None`
    /// where there is no such control.
    pub fn answers_for(&self, id: &str) -> Option<Answers<'_>> {
        self.control(id)?;
        let mut answers = Answers::default();
        let mut seen = HashSet::from([id]);
        let mut queue = VecDeque::from([(id, Relation::EqualTo)]);
        while let Some((at, so_far)) = queue.pop_front() {
            for (next, relation) in self.neighbours(at).filter(|(_, relation)| relation.serves()) {
                if seen.insert(next) {
                    let relation = weaker(so_far, relation);
                    answers.serves.extend(self.link(next, relation));
                    queue.push_back((next, relation));
                }
            }
        }
        for (next, relation) in self.neighbours(id) {
            if relation != Relation::NoRelationship && seen.insert(next) {
                answers.related.extend(self.link(next, relation));
            }
        }
        Some(answers)
    }

    fn neighbours<'a>(&'a self, id: &str) -> impl Iterator<Item = (&'a str, Relation)> + use<'a> {
        let edges = self.edges.get(id).map(Vec::as_slice).unwrap_or_default();
        edges.iter().map(|(next, relation)| (next.as_str(), *relation))
    }

    fn link(&self, id: &str, relation: Relation) -> Option<Link<'_>> {
        self.control(id).map(|(catalogue, control)| Link {
            catalogue,
            control,
            relation,
        })
    }
}

/// Of two relations that serve, the one that says less.
const fn weaker(one: Relation, other: Relation) -> Relation {
    match (one, other) {
        (Relation::SupersetOf, _) | (_, Relation::SupersetOf) => Relation::SupersetOf,
        (Relation::EquivalentTo, _) | (_, Relation::EquivalentTo) => Relation::EquivalentTo,
        _ => Relation::EqualTo,
    }
}

/// Collects the edges; a reference to an embedded family must find its control.
pub(super) fn edges(all: &[Catalogue], places: &HashMap<String, (usize, usize)>) -> Result<Edges, BookError> {
    let mut edges = Edges::new();
    for catalogue in all {
        for control in &catalogue.controls {
            let known = |id: &str| match places.contains_key(id) {
                true => Ok(id.to_owned()),
                false => Err(BookError::new(
                    &catalogue.id,
                    format!("{}: `{id}` is no control", control.id),
                )),
            };
            for mapping in &control.maps {
                let other = match mapping.family {
                    Family::FsiUserOrg | Family::X1149 => known(&mapping.id)?,
                    family => format!("{family}:{}", mapping.id),
                };
                join(&mut edges, &control.id, &other, mapping.relation);
            }
            if let Some(other) = &control.see_also {
                join(&mut edges, &control.id, &known(other)?, Relation::IntersectsWith);
            }
        }
    }
    Ok(edges)
}

fn join(edges: &mut Edges, from: &str, to: &str, relation: Relation) {
    for (from, to, relation) in [(from, to, relation), (to, from, relation.inverted())] {
        let known = edges.entry(from.to_owned()).or_default();
        if !known.iter().any(|(other, same)| other == to && *same == relation) {
            known.push((to.to_owned(), relation));
        }
    }
}
