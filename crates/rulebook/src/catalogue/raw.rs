//! The texts of the catalogues as they are written, and the checks on the way to [`Catalogue`].

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{AppliesTo, Automation, Catalogue, Control, Family, Group, Mapping, Relation};
use crate::{BookError, Inspection, Platform, embedded};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBook {
    #[serde(rename = "schema")]
    _schema: Schema,
    catalog: RawCatalogue,
    #[serde(default)]
    areas: Vec<RawGroup>,
    #[serde(default)]
    fields: Vec<RawGroup>,
    #[serde(default)]
    groups: Vec<RawGroup>,
    controls: Vec<RawControl>,
}

#[derive(Deserialize)]
enum Schema {
    #[serde(rename = "hub-controls/1")]
    One,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCatalogue {
    id: String,
    title_ko: String,
    title_en: String,
    applies_to: AppliesTo,
    version: String,
    publisher: String,
    source: String,
    inspection_type: Option<Inspection>,
    counts: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    id: String,
    area: Option<String>,
    number: Option<String>,
    title_ko: String,
    title_en: String,
    title_as_printed: Option<String>,
    normalisation: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawControl {
    id: String,
    area: Option<String>,
    field: Option<String>,
    group: Option<String>,
    seq: Option<u32>,
    number: Option<String>,
    number_as_printed: Option<String>,
    title_ko: String,
    title_en: String,
    title_as_printed: Option<String>,
    normalisation: Option<String>,
    reconstructed: Option<String>,
    question_ko: String,
    question_en: Option<String>,
    #[serde(default)]
    platforms: Vec<Platform>,
    #[serde(default)]
    android_only: bool,
    maps: RawMaps,
    automation: Option<RawAutomation>,
    #[serde(default)]
    evidence: Vec<String>,
    itu_clause: Option<String>,
    see_also: Option<String>,
    concerns: Option<AppliesTo>,
    #[serde(default)]
    not_in_fsi_30: bool,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAutomation {
    level: Automation,
    signals: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMaps {
    #[serde(default)]
    fsi_user_org: Vec<RawMapping>,
    #[serde(default)]
    x1149: Vec<RawMapping>,
    x1149_gap: Option<String>,
    #[serde(default)]
    isms_p: Vec<RawMapping>,
    #[serde(default)]
    iso27001_2022: Vec<RawMapping>,
    #[serde(default)]
    asvs_5_0: Vec<RawMapping>,
    #[serde(default)]
    masvs_2: Vec<RawMapping>,
}

/// A counterpart by its id alone, or with the relation.
enum RawMapping {
    Id(String),
    Stated(RawStated),
}

impl<'de> Deserialize<'de> for RawMapping {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Counterpart;

        impl<'de> Visitor<'de> for Counterpart {
            type Value = RawMapping;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id (in quotes where it could be a number or a yes) or {id, rel}")
            }

            fn visit_str<E>(self, id: &str) -> Result<RawMapping, E> {
                Ok(RawMapping::Id(id.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<RawMapping, A::Error> {
                RawStated::deserialize(MapAccessDeserializer::new(from)).map(RawMapping::Stated)
            }
        }

        from.deserialize_any(Counterpart)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStated {
    id: String,
    rel: Relation,
    note: Option<String>,
}

pub(super) fn read(texts: &[(&str, &str)]) -> Result<Vec<Catalogue>, BookError> {
    let mut all = Vec::with_capacity(texts.len());
    for (name, text) in texts {
        let book: RawBook = embedded::read(name, text)?;
        let counts = book.catalog.counts.clone();
        let made = catalogue(book).and_then(|made| counted(&made, &counts).map(|()| made));
        all.push(made.map_err(|reason| BookError::new(name, reason))?);
    }
    settle_back_references(&mut all)?;
    Ok(all)
}

fn catalogue(book: RawBook) -> Result<Catalogue, String> {
    let groups = groups(book.areas, book.fields, book.groups)?;
    let mut controls = Vec::with_capacity(book.controls.len());
    for raw in book.controls {
        let id = raw.id.clone();
        let made = control(raw, &groups).map_err(|reason| format!("{id}: {reason}"))?;
        controls.push(made);
    }
    let RawCatalogue {
        id,
        title_ko,
        title_en,
        applies_to,
        version,
        publisher,
        source,
        inspection_type,
        ..
    } = book.catalog;
    let inspection = inspection_type;
    Ok(Catalogue {
        id,
        title_ko,
        title_en,
        applies_to,
        version,
        publisher,
        source,
        inspection,
        groups,
        controls,
    })
}

fn groups(areas: Vec<RawGroup>, fields: Vec<RawGroup>, groups: Vec<RawGroup>) -> Result<Vec<Group>, String> {
    let mut upper: Vec<Group> = areas.into_iter().map(group).collect();
    for mut field in fields {
        match field.area.take() {
            None => upper.push(group(field)),
            Some(area) => match upper.iter_mut().find(|group| group.id == area) {
                Some(found) => found.parts.push(group(field)),
                None => return Err(format!("`{area}` is no area")),
            },
        }
    }
    upper.extend(groups.into_iter().map(group));
    Ok(upper)
}

fn group(raw: RawGroup) -> Group {
    let RawGroup {
        id,
        number,
        title_ko,
        title_en,
        title_as_printed,
        normalisation,
        ..
    } = raw;
    Group {
        id,
        number,
        title_ko,
        title_en,
        title_as_printed,
        normalisation,
        parts: Vec::new(),
    }
}

fn control(raw: RawControl, groups: &[Group]) -> Result<Control, String> {
    let named = raw.field.or(raw.group).ok_or("it stands in no group")?;
    let is_upper = |group: &&Group| group.id == named || group.parts.iter().any(|part| part.id == named);
    let upper = groups
        .iter()
        .find(is_upper)
        .ok_or_else(|| format!("`{named}` is no group"))?;
    if raw.area.is_some_and(|area| area != upper.id) {
        return Err(format!("`{named}` does not belong to its area"));
    }
    if raw.android_only != (raw.platforms == [Platform::Android]) {
        return Err("`android_only` and `platforms` say different things".into());
    }
    if !is_token(&raw.id) {
        return Err("the id is no token of OSCAL".into());
    }
    let (automation, signals) = raw
        .automation
        .map_or((None, Vec::new()), |raw| (Some(raw.level), raw.signals));
    let maps_gap = raw.maps.x1149_gap.clone();
    Ok(Control {
        id: raw.id,
        group: named,
        seq: raw.seq,
        number: raw.number,
        number_as_printed: raw.number_as_printed,
        title_ko: raw.title_ko,
        title_en: raw.title_en,
        title_as_printed: raw.title_as_printed,
        normalisation: raw.normalisation,
        reconstructed: raw.reconstructed,
        question_ko: raw.question_ko,
        question_en: raw.question_en,
        platforms: raw.platforms,
        maps: maps(raw.maps),
        maps_gap,
        automation,
        signals,
        evidence: raw.evidence,
        itu_clause: raw.itu_clause,
        see_also: raw.see_also,
        concerns: raw.concerns,
        is_absent_from_fsi: raw.not_in_fsi_30,
        note: raw.note,
    })
}

/// A letter or underscore first, then letters, digits, dots, dashes and underscores (OSCAL, TokenDatatype).
fn is_token(id: &str) -> bool {
    let starts = id
        .chars()
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_');
    starts
        && id
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_'))
}

/// A counterpart without a relation overlaps, as the heads of the texts say.
fn maps(raw: RawMaps) -> Vec<Mapping> {
    let families = [
        (Family::FsiUserOrg, raw.fsi_user_org),
        (Family::X1149, raw.x1149),
        (Family::IsmsP, raw.isms_p),
        (Family::Iso27001, raw.iso27001_2022),
        (Family::Asvs, raw.asvs_5_0),
        (Family::Masvs, raw.masvs_2),
    ];
    let mapping = |family, raw| match raw {
        RawMapping::Id(id) => Mapping {
            family,
            id,
            relation: Relation::IntersectsWith,
            note: None,
        },
        RawMapping::Stated(RawStated {
            id,
            rel: relation,
            note,
        }) => Mapping {
            family,
            id,
            relation,
            note,
        },
    };
    let all = families.into_iter();
    all.flat_map(|(family, list)| list.into_iter().map(move |raw| mapping(family, raw)))
        .collect()
}

/// The X.1149 side names its FSI counterparts without a relation: it is the FSI side's, inverted.
fn settle_back_references(all: &mut [Catalogue]) -> Result<(), BookError> {
    let stated: BTreeMap<(String, String), Relation> = all
        .iter()
        .flat_map(|catalogue| &catalogue.controls)
        .flat_map(|control| control.maps.iter().map(move |mapping| (control, mapping)))
        .filter(|(_, mapping)| mapping.family == Family::X1149)
        .map(|(control, mapping)| ((control.id.clone(), mapping.id.clone()), mapping.relation))
        .collect();
    for catalogue in all {
        for control in &mut catalogue.controls {
            for mapping in control
                .maps
                .iter_mut()
                .filter(|mapping| mapping.family == Family::FsiUserOrg)
            {
                let Some(relation) = stated.get(&(mapping.id.clone(), control.id.clone())) else {
                    let reason = format!("{}: `{}` does not name it in return", control.id, mapping.id);
                    return Err(BookError::new(&catalogue.id, reason));
                };
                mapping.relation = relation.inverted();
            }
        }
    }
    Ok(())
}

fn counted(made: &Catalogue, counts: &BTreeMap<String, usize>) -> Result<(), String> {
    let upper = made.groups.len();
    let lower: usize = made.groups.iter().map(|group| group.parts.len()).sum();
    for (what, stated) in counts {
        let found = match what.as_str() {
            "areas" | "groups" => upper,
            "fields" if lower == 0 => upper,
            "fields" => lower,
            "items" => made.controls.len(),
            "android" => made.controls_on(Some(Platform::Android)).count(),
            "ios" => made.controls_on(Some(Platform::Ios)).count(),
            _ => return Err(format!("`{what}` is nothing that is counted")),
        };
        if found != *stated {
            return Err(format!("{stated} {what} are stated, {found} found"));
        }
    }
    if counts.contains_key("items") {
        Ok(())
    } else {
        Err("the number of items is not stated".into())
    }
}
