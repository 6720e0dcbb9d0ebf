//! What a report says, as plain values: the state of an inspection at the moment its result was signed.
//!
//! What happens afterwards, such as a finding that live evidence opens again, is told elsewhere; a report that was
//! given out stays as it was.

use std::collections::BTreeMap;

use naru_core::{InspectionMachine, Timestamp, Verdict};
use naru_rulebook::catalogue::Control;
use naru_rulebook::process::Spent;
use naru_storage::{FindingEventRow, FindingRow, RevisionRow, VerdictRow};
use serde_json::Value;

use super::ReportError;
use super::people::{Signed, signed};
use super::record::{Record, Round};
use crate::AdmissionSettings;
use crate::inspection::time;

/// States in which an inspection has a result that is reported.
const FINAL: [&str; 3] = ["FINAL_REPORTED", "ACCEPTED", "CONFIRMED"];

/// One item with its verdicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) control: &'static Control,
    /// By round, oldest first; rounds that did not look at it have none.
    pub(super) verdicts: BTreeMap<i64, VerdictRow>,
}

impl Item {
    /// The verdict that stands.
    pub(super) fn last(&self) -> Option<&VerdictRow> {
        self.verdicts.values().next_back()
    }
}

/// One finding as it stood, with everything that had happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FindingTold {
    pub(super) finding: FindingRow,
    pub(super) control: Option<&'static Control>,
    pub(super) events: Vec<FindingEventRow>,
}

/// Everything a report says.
#[derive(Debug, Clone)]
pub(super) struct View<'a> {
    pub(super) record: &'a Record,
    /// When the result was given.
    pub(super) ended_at: Timestamp,
    pub(super) rounds: Vec<Round>,
    pub(super) items: Vec<Item>,
    pub(super) findings: Vec<FindingTold>,
    pub(super) evidence: Vec<&'a RevisionRow>,
    /// The time it took; `None` where its process has no clock.
    pub(super) spent: Option<Spent>,
    pub(super) signed: Signed,
}

impl<'a> View<'a> {
    /// The report of an inspection.
    ///
    /// # Errors
    /// [`ReportError::NotFinal`] before there is a result; [`ReportError::NotAsSigned`] where the stored verdicts are
    /// not those that were signed.
    pub(super) fn of(settings: &AdmissionSettings, record: &'a Record) -> Result<Self, ReportError> {
        let inspection = &record.case.inspection;
        let ended_at = match inspection.ended_at {
            Some(at) if FINAL.contains(&inspection.state.as_str()) => at,
            _ => return Err(ReportError::NotFinal(inspection.state.clone())),
        };
        check_signed(record)?;
        Ok(Self {
            record,
            ended_at,
            rounds: record.rounds(),
            items: judged(record),
            findings: findings(record, ended_at),
            evidence: evidence(record, ended_at),
            spent: time(settings, (inspection, &record.case.events), ended_at).map(|time| time.spent),
            signed: signed(record),
        })
    }

    /// How many items end with a verdict; `None`: with none at all.
    pub(super) fn count(&self, verdict: Option<Verdict>) -> usize {
        let last = |item: &&Item| item.last().map(|last| last.verdict) == verdict;
        self.items.iter().filter(last).count()
    }

    /// The number under which the report is filed: year, organisation, kind, and the end of the inspection's id.
    pub(super) fn reference(&self) -> String {
        let inspection = &self.record.case.inspection;
        let year: String = self.ended_at.to_string().chars().take(4).collect();
        let id: Vec<char> = inspection
            .id
            .uuid()
            .simple()
            .to_string()
            .to_uppercase()
            .chars()
            .collect();
        let end: String = id.iter().skip(id.len().saturating_sub(8)).collect();
        format!("{year}-{}-{}-{end}", self.record.organisation.code, inspection.kind)
    }
}

/// Whether two people signed the verdicts that stand.
fn check_signed(record: &Record) -> Result<(), ReportError> {
    let Some((proposal, _)) = record.last_signature() else {
        return match record.case.inspection.machine {
            InspectionMachine::OwnInspection => Ok(()),
            _ => Err(ReportError::NotAsSigned),
        };
    };
    let state: Value = serde_json::from_str(&proposal.state).map_err(|_| ReportError::NotAsSigned)?;
    if crate::proposal::service::state_sha256(&state) != proposal.state_sha256 {
        return Err(ReportError::NotAsSigned);
    }
    let text = |verdict: &Value, key: &str| verdict.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let signed = state
        .get("verdicts")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|verdict| {
            let round = verdict.get("round").and_then(Value::as_i64).unwrap_or_default();
            (
                round,
                text(verdict, "control"),
                text(verdict, "verdict"),
                text(verdict, "note"),
            )
        });
    let stands = record
        .case
        .verdicts
        .iter()
        .map(|v| (v.round, v.control_id.clone(), v.verdict.to_string(), v.note.clone()));
    let (mut signed, mut stands): (Vec<_>, Vec<_>) = (signed.collect(), stands.collect());
    signed.sort();
    stands.sort();
    if signed == stands {
        Ok(())
    } else {
        Err(ReportError::NotAsSigned)
    }
}

fn judged(record: &Record) -> Vec<Item> {
    let of = |control: &Control| {
        let own = record
            .case
            .verdicts
            .iter()
            .filter(|verdict| verdict.control_id == control.id);
        own.map(|verdict| (verdict.round, verdict.clone())).collect()
    };
    let items = record.items.iter().map(|control| Item {
        control,
        verdicts: of(control),
    });
    items.collect()
}

fn findings(record: &Record, until: Timestamp) -> Vec<FindingTold> {
    let told = record
        .case
        .findings
        .iter()
        .filter(|finding| finding.created_at <= until);
    let told = told.filter_map(|finding| {
        let all = record.finding_events.get(&finding.id)?;
        let events: Vec<FindingEventRow> = all.iter().filter(|event| event.at <= until).cloned().collect();
        let last = events.last()?;
        let mut finding = finding.clone();
        finding.state.clone_from(&last.to_state);
        finding.due_on = last.due_on;
        let control = record.items.iter().find(|control| control.id == finding.control_id);
        Some(FindingTold {
            control: control.copied(),
            finding,
            events,
        })
    });
    told.collect()
}

fn evidence(record: &Record, until: Timestamp) -> Vec<&RevisionRow> {
    let named = record.evidence();
    let rows = record.revisions.values();
    let mut rows: Vec<&RevisionRow> = rows
        .filter(|row| named.contains(&row.id) && row.uploaded_at <= until)
        .collect();
    rows.sort_by(|one, other| {
        let key = |row: &RevisionRow| (row.document_id, row.revision);
        key(one).cmp(&key(other))
    });
    rows
}
