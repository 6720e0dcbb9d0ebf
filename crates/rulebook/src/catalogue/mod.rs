//! The catalogues of controls: what an inspection asks, in which order, and how the questions of one catalogue relate
//! to those of another.
//!
//! Texts under `data/controls/`, read strictly: counts, ids and references are checked while reading. Korean and
//! English questions are our own wording. Numbers such as 3.1.8.1 are those of the X.1149 paper, not ITU clauses.

mod graph;
mod raw;

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Serialize;

pub use graph::{Answers, Link};

use crate::{BookError, Inspection, Platform};

const TEXTS: [(&str, &str); 5] = [
    (
        "controls/fsi-user-org.yaml",
        include_str!("../../data/controls/fsi-user-org.yaml"),
    ),
    (
        "controls/fsi-web.yaml",
        include_str!("../../data/controls/fsi-web.yaml"),
    ),
    (
        "controls/fsi-mobile.yaml",
        include_str!("../../data/controls/fsi-mobile.yaml"),
    ),
    (
        "controls/x1149-user-org.yaml",
        include_str!("../../data/controls/x1149-user-org.yaml"),
    ),
    (
        "controls/x1149-operator.yaml",
        include_str!("../../data/controls/x1149-operator.yaml"),
    ),
];

/// Whom a catalogue asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AppliesTo {
    /// The user organisation (이용기관).
    UserOrganisation,
    /// A service of a user organisation.
    Service,
    /// The operator (운영기관).
    Operator,
}

naru_core::words!(AppliesTo, "addressee of a catalogue", {
    UserOrganisation = "user-organisation", Service = "service", Operator = "operator",
});

/// A list of controls with a publisher and a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Catalogue {
    /// Such as `fsi-user-org`.
    pub id: String,
    /// Korean title.
    pub title_ko: String,
    /// English title.
    pub title_en: String,
    /// Whom it asks.
    pub applies_to: AppliesTo,
    /// The publisher's version; a date where it has no other.
    pub version: String,
    /// Who published it.
    pub publisher: String,
    /// Document and section.
    pub source: String,
    /// The inspection that uses it; `None`: no inspection does.
    pub inspection: Option<Inspection>,
    /// The upper level of its order.
    pub groups: Vec<Group>,
    /// Every control, in the order of the source.
    pub controls: Vec<Control>,
}

/// A part of a catalogue: an area with fields, or a field or group without parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Such as `fsi-m` or `fsi-m-01`.
    pub id: String,
    /// The number in the source, where it has one.
    pub number: Option<String>,
    /// Korean title.
    pub title_ko: String,
    /// English title.
    pub title_en: String,
    /// The printed title, where it was corrected.
    pub title_as_printed: Option<String>,
    /// Why it was corrected.
    pub normalisation: Option<String>,
    /// The lower level; empty on the lower level and where there is only one.
    pub parts: Vec<Group>,
}

/// How much of a control a machine can decide from live evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Automation {
    /// Nothing.
    None,
    /// A part.
    Partial,
    /// All of it.
    Full,
}

naru_core::words!(Automation, "level of automation", { None = "none", Partial = "partial", Full = "full" });

/// One question of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Control {
    /// A token of OSCAL, unique in the whole book.
    pub id: String,
    /// The group it stands in, on the lower level where there are two.
    pub group: String,
    /// The position in its field, from 1, where the source counts so.
    pub seq: Option<u32>,
    /// The number in the source, corrected.
    pub number: Option<String>,
    /// The printed number, where it was corrected.
    pub number_as_printed: Option<String>,
    /// Korean title.
    pub title_ko: String,
    /// English title.
    pub title_en: String,
    /// The printed title, where it was corrected.
    pub title_as_printed: Option<String>,
    /// Why number or title were corrected.
    pub normalisation: Option<String>,
    /// How a lost row was put together again.
    pub reconstructed: Option<String>,
    /// The question in Korean.
    pub question_ko: String,
    /// The question in English, where there is one.
    pub question_en: Option<String>,
    /// The platforms it is asked on; empty: it is not asked by platform.
    pub platforms: Vec<Platform>,
    /// Its counterparts.
    pub maps: Vec<Mapping>,
    /// Why it has no counterpart where one would be looked for.
    pub maps_gap: Option<String>,
    /// What a machine can decide; `None`: not graded.
    pub automation: Option<Automation>,
    /// The signals that are evidence for it.
    pub signals: Vec<String>,
    /// What may be handed in; suggestions of ours, in English.
    pub evidence: Vec<String>,
    /// The clause of ITU-T X.1149, where it is known.
    pub itu_clause: Option<String>,
    /// A control of another catalogue on the same matter.
    pub see_also: Option<String>,
    /// Whom the operator has to see to, where the control is about somebody else.
    pub concerns: Option<AppliesTo>,
    /// The X.1149 paper has it and the FSI items do not.
    pub is_absent_from_fsi: bool,
    /// A remark, in English.
    pub note: Option<String>,
}

/// A catalogue or standard that controls are mapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// The FSI items for user organisations; embedded.
    FsiUserOrg,
    /// The X.1149-derived guideline; embedded.
    X1149,
    /// KISA ISMS-P 2023.
    IsmsP,
    /// ISO/IEC 27001:2022, Annex A.
    Iso27001,
    /// OWASP ASVS 5.0.0; an id of two parts is a whole section.
    Asvs,
    /// OWASP MASVS 2.1.0.
    Masvs,
}

naru_core::words!(Family, "family of controls", {
    FsiUserOrg = "fsi_user_org",
    X1149 = "x1149",
    IsmsP = "isms_p",
    Iso27001 = "iso27001_2022",
    Asvs = "asvs_5_0",
    Masvs = "masvs_2",
});

/// How a control relates to its counterpart: the words of NIST IR 8477 and OSCAL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The same, word for word.
    EqualTo,
    /// The same, in other words.
    EquivalentTo,
    /// It asks for less than its counterpart.
    SubsetOf,
    /// It asks for more than its counterpart.
    SupersetOf,
    /// They overlap; neither contains the other.
    IntersectsWith,
    /// They have nothing to do with each other.
    NoRelationship,
}

naru_core::words!(Relation, "relation of controls", {
    EqualTo = "equal-to",
    EquivalentTo = "equivalent-to",
    SubsetOf = "subset-of",
    SupersetOf = "superset-of",
    IntersectsWith = "intersects-with",
    NoRelationship = "no-relationship",
});

impl Relation {
    /// The same relation seen from the counterpart.
    #[must_use]
    pub const fn inverted(self) -> Self {
        match self {
            Self::SubsetOf => Self::SupersetOf,
            Self::SupersetOf => Self::SubsetOf,
            same => same,
        }
    }

    /// Whether an answer to the control also answers its counterpart: it asks for as much or more.
    pub const fn serves(self) -> bool {
        matches!(self, Self::EqualTo | Self::EquivalentTo | Self::SupersetOf)
    }
}

/// A control's counterpart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mapping {
    /// Where the counterpart stands.
    pub family: Family,
    /// Its id there.
    pub id: String,
    /// How the control relates to it.
    pub relation: Relation,
    /// Why, in English.
    pub note: Option<String>,
}

/// Catalogues whose references to each other hold.
#[derive(Debug, Clone)]
pub struct Catalogues {
    all: Vec<Catalogue>,
    /// The places of a control in `all` and in its catalogue, by its id.
    places: HashMap<String, (usize, usize)>,
    edges: graph::Edges,
}

impl Catalogues {
    /// The five catalogues of the book.
    pub fn embedded() -> &'static Self {
        static CATALOGUES: LazyLock<Catalogues> =
            LazyLock::new(|| Catalogues::read(&TEXTS).expect("the embedded catalogues are read by a test"));
        &CATALOGUES
    }

    /// Reads catalogues from YAML texts `(name, text)` that refer to nothing outside them.
    ///
    /// # Errors
    /// [`BookError`] for a key, word, count, id or reference that does not hold.
    pub fn read(texts: &[(&str, &str)]) -> Result<Self, BookError> {
        let all = raw::read(texts)?;
        let mut places = HashMap::new();
        for (at, catalogue) in all.iter().enumerate() {
            for (position, control) in catalogue.controls.iter().enumerate() {
                if places.insert(control.id.clone(), (at, position)).is_some() {
                    return Err(BookError::new(&catalogue.id, format!("`{}` occurs twice", control.id)));
                }
            }
        }
        let edges = graph::edges(&all, &places)?;
        Ok(Self { all, places, edges })
    }

    /// Every catalogue, in the order of reading.
    pub fn iter(&self) -> std::slice::Iter<'_, Catalogue> {
        self.all.iter()
    }

    /// The catalogue called `id`.
    pub fn find(&self, id: &str) -> Option<&Catalogue> {
        self.all.iter().find(|catalogue| catalogue.id == id)
    }

    /// The control called `id`, with its catalogue.
    pub fn control(&self, id: &str) -> Option<(&Catalogue, &Control)> {
        let (at, position) = *self.places.get(id)?;
        let catalogue = self.all.get(at)?;
        Some((catalogue, catalogue.controls.get(position)?))
    }

    /// The controls that inspection `inspection` asks, on `platform` for an app; with their catalogues, in order.
    pub fn asked(
        &self,
        inspection: Inspection,
        platform: Option<Platform>,
    ) -> impl Iterator<Item = (&Catalogue, &Control)> {
        let all = self
            .all
            .iter()
            .filter(move |catalogue| catalogue.inspection == Some(inspection));
        all.flat_map(move |catalogue| catalogue.controls_on(platform).map(move |control| (catalogue, control)))
    }

    /// The controls mapped to the control `id` of `family`, with how each relates to it: the view of that standard.
    pub fn mapped_to(&self, family: Family, id: &str) -> impl Iterator<Item = (&Catalogue, &Control, Relation)> {
        let controls = self
            .all
            .iter()
            .flat_map(|catalogue| catalogue.controls.iter().map(move |one| (catalogue, one)));
        controls.filter_map(move |(catalogue, control)| {
            let mut maps = control.maps.iter();
            let found = maps.find(|mapping| mapping.family == family && mapping.id == id)?;
            Some((catalogue, control, found.relation))
        })
    }
}

impl Catalogue {
    /// The controls asked on `platform`: those that name it and those that name none. `None`: every control.
    pub fn controls_on(&self, platform: Option<Platform>) -> impl Iterator<Item = &Control> {
        self.controls.iter().filter(move |control| {
            platform.is_none_or(|platform| control.platforms.is_empty() || control.platforms.contains(&platform))
        })
    }

    /// The group called `id`, on either level.
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups
            .iter()
            .flat_map(|group| std::iter::once(group).chain(&group.parts))
            .find(|group| group.id == id)
    }

    /// The controls of a group and of its parts.
    pub fn controls_of<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Control> {
        self.controls
            .iter()
            .filter(|control| control.group == group.id || group.parts.iter().any(|part| part.id == control.group))
    }
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
