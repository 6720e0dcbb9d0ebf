//! What was found: one result for each round that gave verdicts, and who signed.

use naru_core::{InspectionMethod, MemberId, Proposal, Verdict};
use naru_crypto::hex;
use naru_oscal::{
    Action, ActorKind, AssessmentMethod, AssessmentResults, Finding, FindingReason, FindingState, FindingTarget,
    ImportPlan, Metadata, NIST_SYSTEM, Observation, ObservationKind, Origin, OriginActor, Party, PartyKind,
    RelatedObservation, ResponsibleParty, ReviewedControls, Role, RoundResult, SubjectKind, SubjectReference, Token,
};
use naru_storage::VerdictRow;

use super::ExportError;
use super::names::{
    APPROVER, ASSESSOR, EVENT, OUTCOME, PREPARER, ROUND, STATE, STATE_SHA256, VERDICT, at, line, own, prose, uuid,
};
use super::plan::{PLAN, round_title};
use super::risks::{related, risks};
use super::system::{back_matter, component, head, party, statement};
use crate::report::record::{Record, Round};
use crate::report::words;

/// The file of this part.
pub(super) const RESULTS: &str = "assessment-results.json";

/// What a verdict is called where a bundle names it: the inspection, the round and the item.
pub(super) fn verdict_key(verdict: &VerdictRow) -> String {
    format!("{}/{}/{}", verdict.inspection_id, verdict.round, verdict.control_id)
}

/// The rounds of an inspection; `None` while no verdict has been given.
pub(super) fn results(record: &Record) -> Result<Option<AssessmentResults>, ExportError> {
    let inspection = &record.case.inspection;
    let mut rounds = Vec::new();
    for round in record.rounds().iter().filter(|round| round.judged > 0) {
        rounds.push(result(record, round)?);
    }
    if rounds.is_empty() {
        return Ok(None);
    }
    let title = format!("{} {} 결과", record.organisation.name, words::kind(inspection.kind).0);
    let mut metadata = head(record, &title)?;
    metadata.props.push(own(STATE, &inspection.state));
    metadata.props.push(own(OUTCOME, inspection.outcome.as_str()));
    sign(record, &mut metadata)?;
    let id = inspection.id.to_string();
    let mut results = AssessmentResults::new(uuid("results", &id), metadata, ImportPlan::new(PLAN), rounds);
    let named = record.evidence();
    results.back_matter = back_matter(named.iter().filter_map(|id| record.revisions.get(id)));
    Ok(Some(results))
}

/// Adds the people who signed, and their approvals.
fn sign(record: &Record, metadata: &mut Metadata) -> Result<(), ExportError> {
    if record.approved.is_empty() {
        return Ok(());
    }
    metadata.roles.push(Role::new(PREPARER, "작성자"));
    metadata.roles.push(Role::new(APPROVER, "승인자"));
    let signed = |proposal: &Proposal| [proposal.proposed_by, proposal.decided_by].into_iter().flatten();
    let known = [Some(&record.organisation), record.agency.as_ref()];
    for (id, who) in &record.people {
        if !record.approved.iter().flat_map(signed).any(|signer| signer == *id) {
            continue;
        }
        let mut person = Party::new(uuid("person", &id.to_string()), PartyKind::Person);
        person.name = Some(line(&who.name));
        let mut of = known
            .iter()
            .flatten()
            .filter(|organisation| organisation.id == who.organisation_id);
        person.member_of_organizations = of
            .next()
            .map(|organisation| party(&organisation.code))
            .into_iter()
            .collect();
        metadata.parties.push(person);
    }
    for proposal in &record.approved {
        metadata.actions.push(approval(record, proposal)?);
    }
    Ok(())
}

fn approval(record: &Record, proposal: &Proposal) -> Result<Action, ExportError> {
    let key = proposal.id.to_string();
    let mut action = Action::new(uuid("approval", &key), Token::literal("approval"), NIST_SYSTEM);
    action.date = proposal.decided_at.map(at).transpose()?;
    action.props = vec![
        own(EVENT, &proposal.event),
        own(STATE_SHA256, &hex(&proposal.state_sha256)),
    ];
    let known = |id: Option<MemberId>| id.filter(|id| record.people.contains_key(id));
    for (role, who) in [
        (PREPARER, known(proposal.proposed_by)),
        (APPROVER, known(proposal.decided_by)),
    ] {
        let Some(who) = who else { continue };
        let person = uuid("person", &who.to_string());
        action.responsible_parties.push(ResponsibleParty::new(role, [person]));
    }
    action.remarks = Some(prose(&proposal.reason));
    Ok(action)
}

fn result(record: &Record, round: &Round) -> Result<RoundResult, ExportError> {
    let verdicts: Vec<&VerdictRow> = record
        .case
        .verdicts
        .iter()
        .filter(|verdict| verdict.round == round.number)
        .collect();
    let reviewed: Result<Vec<Token>, _> = verdicts.iter().map(|v| Token::try_new(&v.control_id)).collect();
    let title = round_title(record, round);
    let key = format!("{}/{}", record.case.inspection.id, round.number);
    let mut result = RoundResult::new(
        uuid("round", &key),
        title.clone(),
        format!("{title}에서 내린 판정."),
        at(round.began_at)?,
        ReviewedControls::controls(reviewed?),
    );
    result.end = round.judged_at.map(at).transpose()?;
    result.props = vec![own(ROUND, &round.number.to_string())];
    for verdict in verdicts {
        result.observations.push(observation(record, verdict)?);
        result.findings.push(finding(record, verdict)?);
    }
    result.risks = risks(record, |finding| finding.round == round.number)?;
    Ok(result)
}

/// How an item was looked at.
pub(super) fn observation(record: &Record, verdict: &VerdictRow) -> Result<Observation, ExportError> {
    let method = match verdict.method {
        InspectionMethod::Examine => AssessmentMethod::Examine,
        InspectionMethod::Interview => AssessmentMethod::Interview,
        InspectionMethod::Test => AssessmentMethod::Test,
    };
    let mut observation = Observation::new(
        uuid("observation", &verdict_key(verdict)),
        said(verdict),
        vec![method],
        at(verdict.judged_at)?,
    );
    observation.types = vec![ObservationKind::ControlObjective];
    observation.subjects = vec![SubjectReference::new(component(record), SubjectKind::Component)];
    observation.origins = origins(record);
    Ok(observation)
}

/// In whose name an inspection judges: the agency, or else the organisation itself.
pub(super) fn origins(record: &Record) -> Vec<Origin> {
    let (by, role) = match &record.agency {
        Some(agency) => (agency, ASSESSOR),
        None => (&record.organisation, super::names::OWNER),
    };
    let mut actor = OriginActor::new(ActorKind::Party, party(&by.code));
    actor.role_id = Some(role);
    vec![Origin::new([actor])]
}

fn said(verdict: &VerdictRow) -> String {
    let ((word, _), _) = words::verdict(verdict.verdict);
    if verdict.note.trim().is_empty() {
        word.to_owned()
    } else {
        prose(&verdict.note)
    }
}

/// A verdict. The standard knows two; ours stands in a property, and what is neither has the reason `other`.
pub(super) fn finding(record: &Record, verdict: &VerdictRow) -> Result<Finding, ExportError> {
    let control = Token::try_new(&verdict.control_id)?;
    let (state, reason) = match verdict.verdict {
        Verdict::Satisfied => (FindingState::Satisfied, FindingReason::Pass),
        Verdict::Partially => (FindingState::NotSatisfied, FindingReason::Other),
        Verdict::NotSatisfied => (FindingState::NotSatisfied, FindingReason::Fail),
        Verdict::NotApplicable => (FindingState::Satisfied, FindingReason::Other),
    };
    let mut target = FindingTarget::objective(&control, state, reason);
    target.props = vec![own(VERDICT, verdict.verdict.as_str())];
    let item = record.items.iter().find(|item| item.id == verdict.control_id);
    let title = item.map_or(verdict.control_id.as_str(), |item| &item.title_ko);
    let mut finding = Finding::new(
        uuid("verdict", &verdict_key(verdict)),
        line(title),
        said(verdict),
        target,
    );
    if !verdict.note.trim().is_empty() {
        finding.remarks = Some(prose(&verdict.note));
    }
    let answered = record
        .answers
        .iter()
        .find(|(control, _)| control.id == verdict.control_id);
    if answered.is_some_and(|(_, served)| served.answer().is_some()) {
        finding.implementation_statement_uuid = Some(statement(record, &verdict.control_id));
    }
    finding.related_observations = vec![RelatedObservation::new(uuid("observation", &verdict_key(verdict)))];
    finding.related_risks = related(record, verdict);
    Ok(finding)
}
