//! Who is inspected and what they answer: the system security plan, with the documents that answers name.

use naru_core::RevisionId;
use naru_crypto::hex;
use naru_oscal::{
    BackMatter, ByComponent, Component, ComponentKind, ComponentState, ControlImplementation, Hash, HashAlgorithm,
    ImplementedRequirement, ImportProfile, InformationType, Link, Metadata, OscalUuid, Party, PartyKind, Resource,
    ResourceLink, ResponsibleParty, Role, Statement, SystemCharacteristics, SystemId, SystemImplementation,
    SystemSecurityPlan, SystemState, Token,
};
use naru_storage::RevisionRow;

use super::ExportError;
use super::catalogue::PROFILE;
use super::names::{
    ANSWERED, ANSWERED_THROUGH, ASSESSOR, EVIDENCE, KIND, MACHINE, NS, OWNER, PLATFORM, REVISION, SERVICE, at, line,
    own, prose, uuid,
};
use crate::report::record::Record;
use crate::report::words;

/// The file of this part.
pub(super) const SYSTEM: &str = "ssp.json";

/// What the documents about one organisation and service share: a key that every hub works out alike.
pub(super) fn system_key(record: &Record) -> String {
    let inspection = &record.case.inspection;
    let code = &record.organisation.code;
    format!(
        "{code}/{}/{}/{}",
        inspection.catalogue, inspection.platform, inspection.service
    )
}

/// The party of an organisation.
pub(super) fn party(code: &str) -> OscalUuid {
    uuid("party", code)
}

/// The head of a document about an inspection, with the organisations that it concerns.
pub(super) fn head(record: &Record, title: &str) -> Result<Metadata, ExportError> {
    let inspection = &record.case.inspection;
    let mut metadata = Metadata::new(line(title), at(record.changed_at())?, inspection.version.to_string());
    metadata.roles = vec![Role::new(OWNER, "이용기관"), Role::new(ASSESSOR, "점검기관")];
    for (organisation, role) in [(Some(&record.organisation), OWNER), (record.agency.as_ref(), ASSESSOR)] {
        let Some(organisation) = organisation else { continue };
        let mut of = Party::new(party(&organisation.code), PartyKind::Organization);
        of.name = Some(line(&organisation.name));
        of.short_name = Some(line(&organisation.code));
        metadata
            .responsible_parties
            .push(ResponsibleParty::new(role, [of.uuid]));
        metadata.parties.push(of);
    }
    metadata.props = vec![
        own(KIND, inspection.kind.as_str()),
        own(MACHINE, inspection.machine.as_str()),
    ];
    if !inspection.service.is_empty() {
        metadata.props.push(own(SERVICE, &inspection.service));
        metadata.props.push(own(PLATFORM, &inspection.platform));
    }
    Ok(metadata)
}

/// The resources of documents, with the hashes their content must have; `None` without any.
pub(super) fn back_matter<'a>(rows: impl Iterator<Item = &'a RevisionRow>) -> Option<BackMatter> {
    let resources: Vec<Resource> = rows.map(resource).collect();
    (!resources.is_empty()).then(|| BackMatter::new(resources))
}

fn resource(row: &RevisionRow) -> Resource {
    let sha256 = hex(&row.sha256);
    let mut link = ResourceLink::new(format!("documents/{sha256}"));
    link.media_type = Some(row.file.to_string());
    link.hashes = vec![Hash::new(HashAlgorithm::Sha256, sha256)];
    let mut resource = Resource::new(document(row.id));
    resource.title = Some(line(&row.file_name));
    resource.description = Some(prose(&row.title));
    resource.props = vec![own(KIND, row.kind.as_str()), own(REVISION, &row.revision.to_string())];
    resource.rlinks = vec![link];
    resource
}

/// The resource of a revision.
pub(super) fn document(id: RevisionId) -> OscalUuid {
    uuid("document", &id.to_string())
}

/// Links to documents.
pub(super) fn links(record: &Record, revisions: &[RevisionId]) -> Vec<Link> {
    let known = revisions.iter().filter(|id| record.revisions.contains_key(id));
    let links = known.map(|id| {
        let mut link = Link::new(document(*id).fragment());
        link.rel = Some(EVIDENCE);
        link
    });
    links.collect()
}

/// The statement that answers an item; findings point at it.
pub(super) fn statement(record: &Record, control_id: &str) -> OscalUuid {
    uuid("statement", &format!("{}/{control_id}", system_key(record)))
}

/// The component that stands for the inspected organisation or service.
pub(super) fn component(record: &Record) -> OscalUuid {
    uuid("system", &system_key(record))
}

/// What is inspected, and what it answers to every item.
pub(super) fn plan(record: &Record) -> Result<SystemSecurityPlan, ExportError> {
    let inspection = &record.case.inspection;
    let organisation = &record.organisation;
    let name = if inspection.service.is_empty() {
        organisation.name.clone()
    } else {
        format!(
            "{} {} ({})",
            organisation.name,
            inspection.service,
            words::platform(&inspection.platform).0
        )
    };
    let mut id = SystemId::new(line(&organisation.code));
    id.identifier_type = Some(NS.to_owned());
    let about = format!("{}을(를) 받는 이용기관의 시스템.", words::kind(inspection.kind).0);
    let characteristics = SystemCharacteristics::new(
        id,
        (line(&name), prose(&about)),
        vec![InformationType::new(
            "이용자의 금융정보",
            "오픈뱅킹으로 다루는 이용자의 계좌와 거래.",
        )],
        SystemState::Operational,
        prose(&format!(
            "{}이(가) 운영하는 시스템과 허브로 가는 회선.",
            organisation.name
        )),
    );
    let this = Component::new(
        component(record),
        ComponentKind::ThisSystem,
        line(&name),
        "점검을 받는 시스템.",
        ComponentState::Operational,
    );
    let answers: Result<Vec<ImplementedRequirement>, ExportError> = record
        .answers
        .iter()
        .map(|(control, served)| answer(record, &control.id, served))
        .collect();
    let title = format!("{}의 답변", organisation.name);
    let mut plan = SystemSecurityPlan::new(
        (uuid("ssp", &system_key(record)), head(record, &title)?),
        ImportProfile::new(PROFILE),
        characteristics,
        SystemImplementation::new([this]),
        ControlImplementation::new("점검 항목마다 이용기관이 답한 것.", answers?),
    );
    let named = record.answers.iter().filter_map(|(_, served)| served.answer());
    let named: std::collections::BTreeSet<RevisionId> =
        named.flat_map(|answer| answer.revisions.iter().copied()).collect();
    plan.back_matter = back_matter(named.iter().filter_map(|id| record.revisions.get(id)));
    Ok(plan)
}

fn answer(
    record: &Record,
    control_id: &str,
    served: &crate::answer::Served,
) -> Result<ImplementedRequirement, ExportError> {
    let token = Token::try_new(control_id)?;
    let key = format!("{}/{control_id}", system_key(record));
    let mut requirement = ImplementedRequirement::new(uuid("answer", &key), token.clone());
    let Some(given) = served.answer() else {
        requirement.props = vec![own(ANSWERED, "no")];
        return Ok(requirement);
    };
    requirement.props = vec![own(ANSWERED, "yes")];
    if given.control_id != control_id {
        requirement.props.push(own(ANSWERED_THROUGH, &given.control_id));
    }
    let mut said = ByComponent::new(component(record), uuid("answer-text", &key), prose(&given.body));
    said.links = links(record, &given.revisions);
    let mut statement = Statement::new(token.statement(), statement(record, control_id));
    statement.by_components = vec![said];
    requirement.statements = vec![statement];
    Ok(requirement)
}
