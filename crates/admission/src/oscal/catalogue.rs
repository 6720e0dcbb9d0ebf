//! What is asked: the catalogue, the profile of what binds here, and what the items map to.

use std::collections::BTreeMap;

use naru_core::Timestamp;
use naru_oscal::{
    Catalog, Control, Group, Import, Map, MapItem, MapItemKind, MappedResource, Mapping, MappingCollection,
    MappingMethod, MappingStatus, Merge, Metadata, Profile, Provenance, Rationale, Relationship, ResourceKind, Token,
};
use naru_rulebook::catalogue::{Catalogue, Family, Group as BookGroup, Relation};

use super::ExportError;
use super::names::{DAY, KIND, NUMBER, ORGANISATION_TYPE, RULE, TITLE_EN, at, iso, line, own, prose, uuid};
use crate::report::record::Record;

/// The files of this part.
pub(super) const CATALOGUE: &str = "catalog.json";
pub(super) const PROFILE: &str = "profile.json";

/// When the catalogues were put into the rule book; they change with a new version of it only.
const BOOK_DAY: &str = "20190903000000";

fn head(title: &str, version: &str) -> Result<Metadata, ExportError> {
    let written = Timestamp::from_compact(BOOK_DAY).expect("a constant that a test reads");
    Ok(Metadata::new(line(title), at(written)?, line(version)))
}

/// A catalogue of the rule book.
pub(super) fn catalog(book: &Catalogue) -> Result<Catalog, ExportError> {
    let mut catalog = Catalog::new(uuid("catalog", &book.id), head(&book.title_ko, &book.version)?);
    catalog.metadata.props = vec![own(TITLE_EN, &book.title_en), own(KIND, &book.id)];
    catalog.metadata.remarks = Some(prose(&format!("{}, {}", book.publisher, book.source)));
    let groups: Result<Vec<Group>, ExportError> = book.groups.iter().map(|one| group(book, one)).collect();
    catalog.groups = groups?;
    Ok(catalog)
}

fn group(book: &Catalogue, from: &BookGroup) -> Result<Group, ExportError> {
    let id = Token::try_new(&from.id)?;
    if from.parts.is_empty() {
        let own = book.controls.iter().filter(|control| control.group == from.id);
        let controls: Result<Vec<Control>, ExportError> = own.map(control).collect();
        return Ok(Group::of_controls(id, line(&from.title_ko), controls?));
    }
    let parts: Result<Vec<Group>, ExportError> = from.parts.iter().map(|part| group(book, part)).collect();
    Ok(Group::of_groups(id, line(&from.title_ko), parts?))
}

fn control(from: &naru_rulebook::catalogue::Control) -> Result<Control, ExportError> {
    let mut control = Control::new(Token::try_new(&from.id)?, line(&from.title_ko))
        .with_statement(prose(&from.question_ko))
        .with_objective(prose(&format!("다음을 확인한다. {}", from.question_ko)));
    control.props.push(own(TITLE_EN, &from.title_en));
    control
        .props
        .extend(from.number.as_ref().map(|number| own(NUMBER, number)));
    Ok(control)
}

/// The items that bind the inspected organisation or service.
pub(super) fn profile(record: &Record, key: &str) -> Result<Profile, ExportError> {
    let ids: Result<Vec<Token>, _> = record.items.iter().map(|control| Token::try_new(&control.id)).collect();
    let title = format!("{}에 적용되는 점검 항목", record.organisation.name);
    let mut profile = Profile::new(
        uuid("profile", key),
        Metadata::new(line(&title), at(record.changed_at())?, line(&record.catalogue.version)),
        vec![Import::controls(CATALOGUE, ids?)],
    );
    profile.merge = Some(Merge::new(true));
    let binding = &record.binding;
    profile.metadata.props = vec![
        own(ORGANISATION_TYPE, binding.org_type.as_str()),
        own(DAY, &iso(binding.day)),
    ];
    let rules = binding.rules.iter().map(|rule| own(RULE, rule));
    profile.metadata.props.extend(rules);
    Ok(profile)
}

/// What the items of a catalogue map to; `None` where they map to nothing.
pub(super) fn mappings(book: &Catalogue) -> Result<Option<MappingCollection>, ExportError> {
    let mut families: BTreeMap<Family, Vec<Map>> = BTreeMap::new();
    for control in &book.controls {
        let source = MapItem::control(&Token::try_new(&control.id)?);
        for to in &control.maps {
            let key = format!("{}/{}/{}", control.id, to.family, to.id);
            let target = MapItem::new(MapItemKind::Control, line(&to.id));
            let mut map = Map::new(
                uuid("map", &key),
                relation(to.relation),
                vec![source.clone()],
                vec![target],
            );
            map.remarks = to.note.as_deref().map(prose);
            families.entry(to.family).or_default().push(map);
        }
    }
    if families.is_empty() {
        return Ok(None);
    }
    let mappings = families.into_iter().map(|(family, maps)| {
        Mapping::new(
            uuid("mapping", &format!("{}/{family}", book.id)),
            MappedResource::new(ResourceKind::Catalog, CATALOGUE),
            MappedResource::new(ResourceKind::Catalog, address(family)),
            maps,
        )
    });
    let provenance = Provenance::new(
        MappingMethod::Human,
        Rationale::Syntactic,
        MappingStatus::Draft,
        "항목의 제목과 확인 사항을 사람이 비교하였다. 공식 대응표가 아니다.",
    );
    Ok(Some(MappingCollection::new(
        uuid("mappings", &book.id),
        head(&format!("{} 대응표", book.title_ko), &book.version)?,
        provenance,
        mappings.collect::<Vec<_>>(),
    )))
}

/// Where a family of controls is at home. None of them is in the bundle: some may not be copied.
const fn address(family: Family) -> &'static str {
    match family {
        Family::FsiUserOrg => "https://naru.example/ns/oscal/catalog/fsi-user-org",
        Family::X1149 => "https://naru.example/ns/oscal/catalog/x1149",
        Family::IsmsP => "https://isms.kisa.or.kr/",
        Family::Iso27001 => "https://www.iso.org/standard/27001",
        Family::Asvs => "https://github.com/OWASP/ASVS/tree/v5.0.0",
        Family::Masvs => "https://mas.owasp.org/MASVS/",
    }
}

const fn relation(relation: Relation) -> Relationship {
    match relation {
        Relation::EqualTo => Relationship::EqualTo,
        Relation::EquivalentTo => Relationship::EquivalentTo,
        Relation::SubsetOf => Relationship::SubsetOf,
        Relation::SupersetOf => Relationship::SupersetOf,
        Relation::IntersectsWith => Relationship::IntersectsWith,
        Relation::NoRelationship => Relationship::Unrelated,
    }
}

#[cfg(test)]
mod tests {
    use naru_oscal::Bundle;
    use naru_rulebook::catalogue::Catalogues;

    use super::*;

    #[test]
    fn every_catalogue_of_the_book_and_its_mappings_are_in_order() {
        for book in Catalogues::embedded().iter() {
            let mut bundle = Bundle::new();
            bundle.insert(CATALOGUE, catalog(book).unwrap()).unwrap();
            if let Some(mappings) = mappings(book).unwrap() {
                bundle.insert("mapping.json", mappings).unwrap();
            }
            assert_eq!(bundle.check(), [], "{}", book.id);
        }
    }
}
