//! Which document of a bundle imports which: results the plan, the plan the answers, the answers the profile, the
//! profile catalogues. An import is a file name, or `#<uuid>` of a resource whose links hold the file name.

use std::collections::{BTreeMap, BTreeSet};

use super::{Bundle, Fault, FaultKind, Flaw};
use crate::content;
use crate::document::{Document, DocumentKind};
use crate::mapping::{MappedResource, ResourceKind};

/// Most addresses of one resource that are tried for an import.
const LINKS_MAX: usize = 16;

/// The imports of every document: place in the document, and the name of the imported one.
pub(super) struct Imports<'a> {
    by_document: BTreeMap<&'a str, BTreeMap<String, &'a str>>,
}

/// A reference to another document.
struct Import<'a> {
    place: String,
    href: &'a str,
    accepted: &'static [DocumentKind],
    may_be_outside: bool,
}

impl<'a> Import<'a> {
    fn inside(place: impl Into<String>, href: &'a str, accepted: &'static [DocumentKind]) -> Self {
        Self {
            place: place.into(),
            href,
            accepted,
            may_be_outside: false,
        }
    }
}

impl<'a> Imports<'a> {
    /// Resolves every import of the bundle; those that cannot be resolved are faults.
    pub(super) fn of(bundle: &'a Bundle, faults: &mut Vec<Fault>) -> Self {
        let mut by_document = BTreeMap::new();
        for (name, document) in bundle.documents() {
            let mut resolved = BTreeMap::new();
            let resources = resource_links(document);
            for import in imports_of(document) {
                match resolve(bundle, &resources, &import) {
                    Ok(Some(target)) => drop(resolved.insert(import.place, target)),
                    Ok(None) => {}
                    Err(flaw) => faults.push(flaw.of(name)),
                }
            }
            by_document.insert(name, resolved);
        }
        Self { by_document }
    }

    /// The name of the document that is imported at `place` of `document`.
    pub(super) fn at(&self, document: &str, place: &str) -> Option<&'a str> {
        self.by_document.get(document)?.get(place).copied()
    }

    /// A document and everything it imports, directly or not.
    pub(super) fn chain(&self, document: &str) -> BTreeSet<&'a str> {
        let mut seen = BTreeSet::new();
        let mut ahead: Vec<&str> = self
            .by_document
            .get_key_value(document)
            .map(|(name, _)| *name)
            .into_iter()
            .collect();
        while let Some(name) = ahead.pop() {
            if let Some((name, imports)) = self.by_document.get_key_value(name)
                && seen.insert(*name)
            {
                ahead.extend(imports.values());
            }
        }
        seen
    }
}

fn imports_of(document: &Document) -> Vec<Import<'_>> {
    use DocumentKind::{AssessmentPlan, Catalog, Profile, SystemSecurityPlan};
    let root = document.kind().as_str();
    match document {
        Document::Catalog(_) => Vec::new(),
        Document::Profile(profile) => {
            let imports = profile.imports.iter().enumerate();
            imports
                .map(|(i, import)| {
                    Import::inside(format!("/{root}/imports/{i}/href"), &import.href, &[Catalog, Profile])
                })
                .collect()
        }
        Document::SystemSecurityPlan(ssp) => {
            vec![Import::inside(
                format!("/{root}/import-profile/href"),
                &ssp.import_profile.href,
                &[Profile],
            )]
        }
        Document::AssessmentPlan(plan) => {
            vec![Import::inside(
                format!("/{root}/import-ssp/href"),
                &plan.import_ssp.href,
                &[SystemSecurityPlan],
            )]
        }
        Document::AssessmentResults(results) => {
            vec![Import::inside(
                format!("/{root}/import-ap/href"),
                &results.import_ap.href,
                &[AssessmentPlan],
            )]
        }
        Document::PlanOfAction(poam) => {
            let import = poam.import_ssp.iter();
            import
                .map(|i| Import::inside(format!("/{root}/import-ssp/href"), &i.href, &[SystemSecurityPlan]))
                .collect()
        }
        Document::MappingCollection(collection) => {
            let mappings = collection.mappings.iter().enumerate();
            mappings
                .flat_map(|(i, mapping)| {
                    let place = format!("/{root}/mappings/{i}");
                    [
                        mapped(format!("{place}/source-resource/href"), &mapping.source_resource),
                        mapped(format!("{place}/target-resource/href"), &mapping.target_resource),
                    ]
                })
                .collect()
        }
        Document::ComponentDefinition(definition) => {
            let components = definition.components.iter().enumerate();
            components
                .flat_map(|(i, component)| {
                    let sets = component.control_implementations.iter().enumerate();
                    sets.map(move |(j, set)| {
                        let place = format!("/{root}/components/{i}/control-implementations/{j}/source");
                        Import::inside(place, &set.source, &[Catalog, Profile])
                    })
                })
                .collect()
        }
    }
}

fn mapped(place: String, resource: &MappedResource) -> Import<'_> {
    let accepted: &[DocumentKind] = match resource.kind {
        ResourceKind::Catalog => &[DocumentKind::Catalog],
        ResourceKind::Profile => &[DocumentKind::Profile],
    };
    Import {
        place,
        href: &resource.href,
        accepted,
        may_be_outside: true,
    }
}

/// The addresses of every resource of a document, by UUID.
fn resource_links(document: &Document) -> BTreeMap<String, Vec<&str>> {
    let resources = document
        .back_matter()
        .map_or(&[][..], |back_matter| &back_matter.resources);
    resources
        .iter()
        .map(|resource| {
            let hrefs = resource.rlinks.iter().take(LINKS_MAX).map(|link| link.href.as_str());
            (resource.uuid.to_string(), hrefs.collect())
        })
        .collect()
}

/// The name of the imported document; nothing when it may be, and is, outside the bundle.
fn resolve<'a>(
    bundle: &'a Bundle,
    resources: &BTreeMap<String, Vec<&str>>,
    import: &Import<'_>,
) -> Result<Option<&'a str>, Flaw> {
    let hrefs: Vec<&str> = match import.href.strip_prefix('#') {
        None => vec![import.href],
        Some(uuid) => resources.get(uuid).cloned().unwrap_or_default(),
    };
    let found = hrefs
        .iter()
        .find_map(|href| bundle.documents.get_key_value(href.trim_start_matches("./")));
    let Some((name, target)) = found else {
        if import.may_be_outside && hrefs.iter().any(|href| content::has_scheme(href)) {
            return Ok(None);
        }
        let sentence = "the import names no document of this bundle: the name of one of its files is needed";
        return Err(Flaw::new(&import.place, FaultKind::UnknownDocument, sentence));
    };
    if import.accepted.contains(&target.kind()) {
        return Ok(Some(name.as_str()));
    }
    let accepted: Vec<&str> = import.accepted.iter().map(|kind| kind.as_str()).collect();
    let sentence = format!("{name} is a {}; accepted here: {}", target.kind(), accepted.join(", "));
    Err(Flaw::new(&import.place, FaultKind::WrongDocument, sentence))
}
