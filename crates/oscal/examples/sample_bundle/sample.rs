//! A whole sample inspection: two catalogues, profile, mapping, probe, answers, plan, results of two rounds and what is
//! still to be remedied. The organisation, the people and the texts are invented.

use std::error::Error;

use naru_oscal::{
    Action, ActorKind, AssessmentMethod, AssessmentPlan, AssessmentResults, BackMatter, Bundle, ByComponent, Catalog,
    Component, ComponentControls, ComponentDefinition, ComponentKind, ComponentRequirement, ComponentState, Control,
    ControlImplementation, DefinedComponent, EvidenceReference, Finding, FindingReason, FindingState, FindingTarget,
    Group, Hash, HashAlgorithm, ImplementationState, ImplementationStatus, ImplementedRequirement, Import, ImportPlan,
    ImportProfile, ImportSsp, InformationType, Lifecycle, Link, LoggedBy, Map, MapItem, MappedResource, Mapping,
    MappingCollection, MappingMethod, MappingStatus, Metadata, NIST_SYSTEM, Namespace, Observation, ObservationKind,
    Origin, OriginActor, OscalUuid, Party, PartyKind, PlanDefinitions, PlanOfAction, PoamItem, Profile, Property,
    Provenance, Rationale, RelatedFinding, RelatedObservation, RelatedRisk, Relationship, Remediation, Resource,
    ResourceKind, ResourceLink, ResponsibleParty, ReviewedControls, Risk, RiskLog, RiskLogEntry, RiskStatus, Role,
    RoundResult, Statement, SubjectKind, SubjectReference, SystemCharacteristics, SystemId, SystemImplementation,
    SystemSecurityPlan, SystemState, Task, TaskKind, Timestamp, Timing, Token,
};

type Made<T> = Result<T, Box<dyn Error>>;

/// Own facts are defined here.
pub(crate) const NS: &str = "https://hub.example/ns/inspection";

const ASSESSOR: Token = Token::literal("assessor");
const OWNER: Token = Token::literal("system-owner");
const SYSTEM_KEY: &str = "0193a5c0-0000-7000-8000-000000000001";

/// The UUID of what plays a role for an internal key.
pub(crate) fn id(role: &str, key: &str) -> OscalUuid {
    Namespace::new("https://hub.example").derive(role, key)
}

fn at(day: &str) -> Made<Timestamp> {
    Ok(Timestamp::try_new(format!("{day}T09:00:00+09:00"))?)
}

fn token(text: &str) -> Made<Token> {
    Ok(Token::try_new(text)?)
}

fn head(title: &str) -> Made<Metadata> {
    let mut metadata = Metadata::new(title, at("2026-11-21")?, "1.0");
    metadata.roles = vec![Role::new(ASSESSOR, "점검 기관"), Role::new(OWNER, "이용 기관")];
    let mut agency = Party::new(id("party", "agency"), PartyKind::Organization);
    agency.name = Some("예시 점검원".to_owned());
    let mut organization = Party::new(id("party", "organization"), PartyKind::Organization);
    organization.name = Some("예시 핀테크".to_owned());
    metadata.parties = vec![agency, organization];
    metadata.responsible_parties = vec![ResponsibleParty::new(ASSESSOR, [id("party", "agency")])];
    Ok(metadata)
}

/// The whole inspection.
pub(crate) fn bundle() -> Made<Bundle> {
    let mut bundle = Bundle::new();
    bundle.insert("catalog-fsi.json", catalog()?)?;
    bundle.insert("catalog-x1149.json", standard()?)?;
    bundle.insert("profile.json", profile()?)?;
    bundle.insert("mapping.json", mapping()?)?;
    bundle.insert("component.json", probe()?)?;
    bundle.insert("ssp.json", answers()?)?;
    bundle.insert("plan.json", plan()?)?;
    bundle.insert("results.json", results()?)?;
    bundle.insert("poam.json", poam()?)?;
    Ok(bundle)
}

fn control(control: &str, number: &str, title: &str) -> Made<Control> {
    let mut control = Control::new(token(control)?, title)
        .with_statement(format!("{title}을(를) 정하고 지킨다.\n\n1. 정한 것을 문서로 남긴다."))
        .with_objective(format!("{title}이(가) 지켜지는지 확인한다."));
    control.props = vec![Property::own(NS, Token::literal("printed-number"), number)];
    Ok(control)
}

fn catalog() -> Made<Catalog> {
    let management = vec![control("fsi-m-01-1", "1-1", "정보보호 정책")?];
    let technical = vec![
        control("fsi-t-05-4", "5-4", "대외기관 통신 시 보안통신")?,
        control("fsi-t-05-5", "5-5", "로그 보존")?,
    ];
    let mut catalog = Catalog::new(id("catalog", "fsi"), head("보안점검 항목 예시")?);
    catalog.groups = vec![
        Group::of_controls(token("fsi-m")?, "관리", management),
        Group::of_controls(token("fsi-t")?, "기술", technical),
    ];
    Ok(catalog)
}

fn standard() -> Made<Catalog> {
    let mut catalog = Catalog::new(id("catalog", "x1149"), head("Items derived from X.1149")?);
    let controls =
        vec![Control::new(token("x1149-3.1.8.1")?, "Secure channel").with_statement("Use a secure channel.")];
    catalog.groups = vec![Group::of_controls(token("x1149-3.1.8")?, "Channel", controls)];
    Ok(catalog)
}

fn profile() -> Made<Profile> {
    let ids = vec![token("fsi-m-01-1")?, token("fsi-t-05-4")?];
    let imports = vec![Import::controls("catalog-fsi.json", ids)];
    Ok(Profile::new(
        id("profile", SYSTEM_KEY),
        head("이용 기관에 적용되는 항목")?,
        imports,
    ))
}

fn mapping() -> Made<MappingCollection> {
    let description = "항목의 문구를 사람이 비교하였다.";
    let provenance = Provenance::new(
        MappingMethod::Human,
        Rationale::Semantic,
        MappingStatus::Draft,
        description,
    );
    let sources = vec![MapItem::control(&token("fsi-t-05-4")?)];
    let targets = vec![MapItem::control(&token("x1149-3.1.8.1")?)];
    let map = Map::new(id("map", "fsi-t-05-4"), Relationship::IntersectsWith, sources, targets);
    let inside = Mapping::new(
        id("mapping", "fsi-x1149"),
        MappedResource::new(ResourceKind::Catalog, "catalog-fsi.json"),
        MappedResource::new(ResourceKind::Catalog, "catalog-x1149.json"),
        vec![map],
    );
    Ok(MappingCollection::new(
        id("mappings", "fsi"),
        head("항목 대응표")?,
        provenance,
        vec![inside],
    ))
}

fn probe() -> Made<ComponentDefinition> {
    let requirement =
        ComponentRequirement::new(id("probe", "tls-fsi-t-05-4"), token("fsi-t-05-4")?, "TLS 설정을 본다.");
    let set = ComponentControls::new(
        id("probe-set", "tls"),
        "catalog-fsi.json",
        "자동 점검",
        vec![requirement],
    );
    let mut tool = DefinedComponent::new(
        id("component", "tls"),
        ComponentKind::Validation,
        "TLS 탐침",
        "TLS를 본다.",
    );
    tool.control_implementations = vec![set];
    let mut definition = ComponentDefinition::new(id("definition", "probes"), head("탐침")?);
    definition.components = vec![tool];
    Ok(definition)
}

fn answers() -> Made<SystemSecurityPlan> {
    let system = id("component", SYSTEM_KEY);
    let mut policy = ImplementedRequirement::new(id("answer", "fsi-m-01-1"), token("fsi-m-01-1")?);
    policy.by_components = vec![ByComponent::new(
        system,
        id("answer-text", "fsi-m-01-1"),
        "정책을 매년 승인한다.",
    )];
    let mut channel = ImplementedRequirement::new(id("answer", "fsi-t-05-4"), token("fsi-t-05-4")?);
    let mut said = ByComponent::new(system, id("answer-text", "fsi-t-05-4"), "TLS 1.2 이상만 쓴다.");
    said.implementation_status = Some(ImplementationStatus::new(ImplementationState::Partial));
    let mut statement = Statement::new(token("fsi-t-05-4")?.statement(), id("statement", "fsi-t-05-4"));
    statement.by_components = vec![said];
    channel.statements = vec![statement];
    let characteristics = SystemCharacteristics::new(
        SystemId::new("organization-a"),
        ("예시 핀테크 서비스", "오픈뱅킹을 쓰는 송금 서비스."),
        vec![InformationType::new("계좌 정보", "이용자의 계좌와 거래.")],
        SystemState::UnderDevelopment,
        "예시 핀테크의 운영망과 허브로 가는 회선.",
    );
    let this = Component::new(
        system,
        ComponentKind::ThisSystem,
        "예시 핀테크 서비스",
        "점검을 받는 시스템.",
        ComponentState::UnderDevelopment,
    );
    Ok(SystemSecurityPlan::new(
        (id("ssp", SYSTEM_KEY), head("이용 기관의 답변")?),
        ImportProfile::new("profile.json"),
        characteristics,
        SystemImplementation::new([this]),
        ControlImplementation::new("항목마다 답한다.", vec![policy, channel]),
    ))
}

fn plan() -> Made<AssessmentPlan> {
    let scope = ReviewedControls::controls([token("fsi-m-01-1")?, token("fsi-t-05-4")?]);
    let mut plan = AssessmentPlan::new(
        id("plan", SYSTEM_KEY),
        head("점검 계획")?,
        ImportSsp::new("ssp.json"),
        scope,
    );
    let mut visit = Task::new(id("task", "on-site"), TaskKind::Action, "현장 점검");
    visit.timing = Some(Timing::within(at("2026-11-10")?, at("2026-11-14")?));
    plan.tasks = vec![visit];
    plan.local_definitions = Some(PlanDefinitions::components(vec![Component::new(
        id("component", "tls"),
        ComponentKind::Validation,
        "TLS 탐침",
        "허브가 밖에서 TLS를 본다.",
        ComponentState::Operational,
    )]));
    Ok(plan)
}

fn evidence() -> BackMatter {
    let mut link = ResourceLink::new("evidence/tls-scan.json");
    link.media_type = Some("application/json".to_owned());
    link.hashes = vec![Hash::new(HashAlgorithm::Sha256, "5f".repeat(32))];
    let mut resource = Resource::new(id("evidence", "tls-scan"));
    resource.title = Some("TLS 점검 기록".to_owned());
    resource.rlinks = vec![link];
    BackMatter::new([resource])
}

fn observation() -> Made<Observation> {
    let methods = vec![AssessmentMethod::Test, AssessmentMethod::Examine];
    let uuid = id("observation", "tls-scan");
    let mut observation = Observation::new(uuid, "TLS 1.0 연결이 받아들여졌다.", methods, at("2026-11-12")?);
    observation.types = vec![ObservationKind::Finding];
    observation.expires = Some(at("2027-02-12")?);
    let tool = OriginActor::new(ActorKind::Tool, id("component", "tls"));
    let mut agency = OriginActor::new(ActorKind::Party, id("party", "agency"));
    agency.role_id = Some(ASSESSOR);
    observation.origins = vec![Origin::new([tool, agency])];
    observation.subjects = vec![SubjectReference::new(
        id("component", SYSTEM_KEY),
        SubjectKind::Component,
    )];
    let mut shown = EvidenceReference::new("응답의 기록과 해시.");
    shown.href = Some(id("evidence", "tls-scan").fragment());
    observation.relevant_evidence = vec![shown];
    Ok(observation)
}

fn risk() -> Made<Risk> {
    let statement = "낡은 프로토콜로 통신 내용이 드러날 수 있다.";
    let mut risk = Risk::new(
        id("risk", "tls"),
        "낡은 TLS",
        "TLS 1.0이 켜져 있다.",
        statement,
        RiskStatus::Remediating,
    );
    risk.deadline = Some(at("2026-12-12")?);
    let mut work = Task::new(id("task", "tls"), TaskKind::Milestone, "TLS 1.0 끄기");
    work.timing = Some(Timing::on(at("2026-12-01")?));
    let mut remedy = Remediation::new(
        id("remediation", "tls"),
        Lifecycle::Planned,
        "설정 변경",
        "TLS 1.0을 끈다.",
    );
    remedy.tasks = vec![work];
    risk.remediations = vec![remedy];
    let mut extension = RiskLogEntry::new(id("extension", "tls-1"), at("2026-11-20")?);
    extension.title = Some("기한 연장".to_owned());
    extension.props = vec![Property::own(NS, Token::literal("deadline-before"), "2026-12-05")];
    let mut by = LoggedBy::new(id("party", "agency"));
    by.role_id = Some(ASSESSOR);
    extension.logged_by = vec![by];
    extension.status_change = Some(RiskStatus::Remediating);
    risk.risk_log = Some(RiskLog::new([extension]));
    risk.related_observations = vec![RelatedObservation::new(id("observation", "tls-scan"))];
    Ok(risk)
}

fn finding() -> Made<Finding> {
    let mut target = FindingTarget::objective(&token("fsi-t-05-4")?, FindingState::NotSatisfied, FindingReason::Fail);
    target.props = vec![Property::own(NS, Token::literal("verdict"), "부분 이행")];
    let mut finding = Finding::new(id("finding", "tls"), "보안통신 미흡", "TLS 1.0이 켜져 있다.", target);
    finding.implementation_statement_uuid = Some(id("statement", "fsi-t-05-4"));
    finding.related_observations = vec![RelatedObservation::new(id("observation", "tls-scan"))];
    finding.related_risks = vec![RelatedRisk::new(id("risk", "tls"))];
    Ok(finding)
}

fn results() -> Made<AssessmentResults> {
    let reviewed = ReviewedControls::controls([token("fsi-m-01-1")?]);
    let start = at("2026-11-03")?;
    let mut documents = RoundResult::new(id("round", "document-1"), "서면 점검 1차", "제출 문서", start, reviewed);
    documents.end = Some(at("2026-11-05")?);
    let target = FindingTarget::objective(&token("fsi-m-01-1")?, FindingState::Satisfied, FindingReason::Pass);
    documents.findings = vec![Finding::new(
        id("finding", "policy"),
        "정책 있음",
        "승인된 정책이 있다.",
        target,
    )];

    let start = at("2026-11-10")?;
    let mut visit = RoundResult::new(
        id("round", "on-site"),
        "현장 점검",
        "현장과 통신",
        start,
        ReviewedControls::all(),
    );
    visit.observations = vec![observation()?];
    visit.risks = vec![risk()?];
    visit.findings = vec![finding()?];

    let mut metadata = head("점검 결과")?;
    let mut approval = Action::new(id("action", "approval"), token("approval")?, NIST_SYSTEM);
    approval.date = Some(at("2026-11-21")?);
    approval.responsible_parties = vec![ResponsibleParty::new(ASSESSOR, [id("party", "agency")])];
    metadata.actions = vec![approval];
    metadata.links = vec![Link::new(id("evidence", "tls-scan").fragment())];
    let rounds = vec![documents, visit];
    let mut results = AssessmentResults::new(
        id("results", SYSTEM_KEY),
        metadata,
        ImportPlan::new("plan.json"),
        rounds,
    );
    results.back_matter = Some(evidence());
    Ok(results)
}

fn poam() -> Made<PlanOfAction> {
    let mut item = PoamItem::new(id("poam-item", "tls"), "TLS 1.0 끄기", "기한 안에 설정을 바꾼다.");
    item.related_findings = vec![RelatedFinding::new(id("finding", "tls"))];
    item.related_observations = vec![RelatedObservation::new(id("observation", "tls-scan"))];
    item.related_risks = vec![RelatedRisk::new(id("risk", "tls"))];
    let mut poam = PlanOfAction::new(id("poam", SYSTEM_KEY), head("보완 계획")?, vec![item]);
    poam.import_ssp = Some(ImportSsp::new("ssp.json"));
    poam.system_id = Some(SystemId::new("organization-a"));
    let tool = Component::new(
        id("component", "tls"),
        ComponentKind::Validation,
        "TLS 탐침",
        "허브가 밖에서 TLS를 본다.",
        ComponentState::Operational,
    );
    poam.local_definitions = Some(naru_oscal::PoamDefinitions::new([tool]));
    poam.observations = vec![observation()?];
    poam.risks = vec![risk()?];
    poam.findings = vec![finding()?];
    poam.back_matter = Some(evidence());
    Ok(poam)
}
