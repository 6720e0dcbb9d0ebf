//! What is still to be remedied: the findings of an inspection as risks with deadlines, and the plan of action.
//!
//! A finding keeps its own state in a property; the deadline is the risk's, and every day that was ever set stands in
//! the risk log.

use naru_oscal::{
    ImportSsp, LoggedBy, PlanOfAction, PoamItem, RelatedFinding, RelatedObservation, RelatedRisk, Risk, RiskLog,
    RiskLogEntry, RiskStatus, SystemId,
};
use naru_storage::{FindingEventRow, FindingRow, VerdictRow};

use super::ExportError;
use super::names::{CONTROL, DUE_ON, EVENT, NS, STATE, at, end_of, line, own, prose, uuid};
use super::results::{finding as verdict_finding, observation, origins, verdict_key};
use super::system::{SYSTEM, back_matter, head, links, party};
use crate::report::record::Record;
use crate::report::words;

/// The file of the plan of action.
pub(super) const PLAN_OF_ACTION: &str = "plan-of-action.json";

/// What the standard calls the state of a finding.
fn status(state: &str) -> RiskStatus {
    match state {
        "OPEN" => RiskStatus::Open,
        "REMEDY_SUBMITTED" => RiskStatus::Investigating,
        "DISPUTED" => RiskStatus::DeviationRequested,
        "CLOSED" | "WITHDRAWN" => RiskStatus::Closed,
        _ => RiskStatus::Remediating,
    }
}

/// The findings that are chosen, as risks.
pub(super) fn risks(record: &Record, is_chosen: impl Fn(&FindingRow) -> bool) -> Result<Vec<Risk>, ExportError> {
    let chosen = record.case.findings.iter().filter(|finding| is_chosen(finding));
    chosen.map(|finding| risk(record, finding)).collect()
}

fn title(record: &Record, control_id: &str) -> String {
    let item = record.items.iter().find(|item| item.id == control_id);
    line(item.map_or(control_id, |item| &item.title_ko))
}

fn risk(record: &Record, finding: &FindingRow) -> Result<Risk, ExportError> {
    let mut risk = Risk::new(
        uuid("risk", &finding.id.to_string()),
        title(record, &finding.control_id),
        prose(&finding.statement),
        prose(&finding.statement),
        status(&finding.state),
    );
    risk.props = vec![own(CONTROL, &finding.control_id), own(STATE, &finding.state)];
    risk.deadline = finding.due_on.map(end_of).transpose()?;
    risk.origins = origins(record);
    let verdict = verdict_of(record, finding);
    let observed = verdict.map(|verdict| RelatedObservation::new(uuid("observation", &verdict_key(verdict))));
    risk.related_observations = observed.into_iter().collect();
    let events = record.finding_events.get(&finding.id).map_or(&[][..], Vec::as_slice);
    let entries: Result<Vec<RiskLogEntry>, ExportError> = events.iter().map(|event| entry(record, event)).collect();
    let entries = entries?;
    risk.risk_log = (!entries.is_empty()).then(|| RiskLog::new(entries));
    Ok(risk)
}

/// The verdict of the round in which a finding was written, on the same item.
fn verdict_of<'a>(record: &'a Record, finding: &FindingRow) -> Option<&'a VerdictRow> {
    let mut verdicts = record.case.verdicts.iter();
    verdicts.find(|verdict| verdict.round == finding.round && verdict.control_id == finding.control_id)
}

fn entry(record: &Record, event: &FindingEventRow) -> Result<RiskLogEntry, ExportError> {
    let key = format!("{}/{}", event.finding_id, event.sequence);
    let mut entry = RiskLogEntry::new(uuid("risk-log", &key), at(event.at)?);
    entry.title = Some(line(words::finding_event(&event.event).0));
    if !event.note.trim().is_empty() {
        entry.description = Some(prose(&event.note));
    }
    entry.props = vec![own(EVENT, &event.event)];
    entry
        .props
        .extend(event.due_on.map(|day| own(DUE_ON, &day.to_string())));
    entry.links = links(record, &event.revisions);
    let by_organisation = matches!(
        event.event.as_str(),
        "acknowledge" | "submit-evidence" | "object-with-reason"
    );
    let by = if by_organisation {
        Some(&record.organisation)
    } else {
        record.agency.as_ref()
    };
    let by = by.filter(|_| event.actor.starts_with("member:"));
    entry.logged_by = by.map(|by| LoggedBy::new(party(&by.code))).into_iter().collect();
    entry.status_change = (event.from_state != event.to_state).then(|| status(&event.to_state));
    Ok(entry)
}

/// The risks of the findings that were written beside a verdict.
pub(super) fn related(record: &Record, verdict: &VerdictRow) -> Vec<RelatedRisk> {
    let beside = |finding: &&FindingRow| finding.round == verdict.round && finding.control_id == verdict.control_id;
    let findings = record.case.findings.iter().filter(beside);
    findings
        .map(|finding| RelatedRisk::new(uuid("risk", &finding.id.to_string())))
        .collect()
}

/// What is open; `None` where nothing is.
pub(super) fn plan_of_action(record: &Record) -> Result<Option<PlanOfAction>, ExportError> {
    let open: Vec<&FindingRow> = record.case.open_findings().collect();
    if open.is_empty() {
        return Ok(None);
    }
    let id = record.case.inspection.id.to_string();
    let items: Vec<PoamItem> = open.iter().map(|finding| item(record, finding)).collect();
    let name = format!("{} 보완 계획", record.organisation.name);
    let mut plan = PlanOfAction::new(uuid("poam", &id), head(record, &name)?, items);
    plan.import_ssp = Some(ImportSsp::new(SYSTEM));
    let mut system = SystemId::new(line(&record.organisation.code));
    system.identifier_type = Some(NS.to_owned());
    plan.system_id = Some(system);
    plan.risks = risks(record, FindingRow::is_open)?;
    let told: Vec<&VerdictRow> = open.iter().filter_map(|finding| verdict_of(record, finding)).collect();
    let mut seen = std::collections::BTreeSet::new();
    for verdict in told.into_iter().filter(|verdict| seen.insert(verdict_key(verdict))) {
        plan.observations.push(observation(record, verdict)?);
        let mut finding = verdict_finding(record, verdict)?;
        finding
            .related_risks
            .retain(|risk| plan.risks.iter().any(|known| known.uuid == risk.risk_uuid));
        plan.findings.push(finding);
    }
    let named = open
        .iter()
        .filter_map(|finding| record.finding_events.get(&finding.id))
        .flatten();
    let named: std::collections::BTreeSet<_> = named.flat_map(|event| event.revisions.iter().copied()).collect();
    plan.back_matter = back_matter(named.iter().filter_map(|id| record.revisions.get(id)));
    Ok(Some(plan))
}

fn item(record: &Record, finding: &FindingRow) -> PoamItem {
    let id = finding.id.to_string();
    let mut item = PoamItem::new(
        uuid("poam-item", &id),
        title(record, &finding.control_id),
        prose(&finding.statement),
    );
    item.props = vec![own(CONTROL, &finding.control_id), own(STATE, &finding.state)];
    item.related_risks = vec![RelatedRisk::new(uuid("risk", &id))];
    if let Some(verdict) = verdict_of(record, finding) {
        let key = verdict_key(verdict);
        item.related_findings = vec![RelatedFinding::new(uuid("verdict", &key))];
        item.related_observations = vec![RelatedObservation::new(uuid("observation", &key))];
    }
    item
}
