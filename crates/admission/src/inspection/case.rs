//! One inspection with everything its steps depend on, and the canonical state that an approver signs.

use std::collections::{BTreeSet, HashMap};

use naru_core::{InspectionId, InspectionOutcome, RevisionId};
use naru_rulebook::process::Transition;
use naru_storage::{AnswerRow, FindingRow, InspectionEventRow, InspectionRow, StorageError, Tx, VerdictRow};
use serde_json::{Value, json};

use super::{InspectionError, book};
use crate::answer::{answered, served};

/// An inspection with its events, verdicts and findings.
#[derive(Debug, Clone)]
pub struct Case {
    /// The inspection.
    pub inspection: InspectionRow,
    /// What happened to it, oldest first.
    pub events: Vec<InspectionEventRow>,
    /// Every verdict, round by round.
    pub verdicts: Vec<VerdictRow>,
    /// Every finding, oldest first.
    pub findings: Vec<FindingRow>,
}

impl Case {
    /// Reads it.
    pub(crate) async fn load(tx: &Tx, id: InspectionId) -> Result<Self, InspectionError> {
        Ok(Self {
            inspection: tx.inspection_find(id).await?.ok_or(InspectionError::Unknown)?,
            events: tx.inspection_event_list(id).await?,
            verdicts: tx.verdict_list(id).await?,
            findings: tx.finding_list(id).await?,
        })
    }

    /// The items that are judged in the present round: all of them where a stage begins, and in a round of remediation
    /// those that were not fulfilled before.
    pub fn scope(&self) -> Vec<&'static str> {
        let all = book::items(&self.inspection)
            .into_iter()
            .map(|control| control.id.as_str());
        let round = self.inspection.round;
        let began = self.events.iter().find(|event| event.round == round);
        let is_remedied = round > 1 && began.is_some_and(|event| self.opened_round(event));
        all.filter(|id| !is_remedied || self.is_unfulfilled(id, round))
            .collect()
    }

    /// Whether an event began a round of remediation.
    fn opened_round(&self, event: &InspectionEventRow) -> bool {
        book::opened_round(self.inspection.machine, &event.from_state, &event.event)
    }

    /// Whether the last verdict on an item before a round leaves something to remedy. A verdict whose findings were all
    /// withdrawn after an objection is set aside.
    fn is_unfulfilled(&self, control_id: &str, before: i64) -> bool {
        let mut verdicts = self
            .verdicts
            .iter()
            .filter(|v| v.control_id == control_id && v.round < before);
        let Some(last) = verdicts.next_back() else { return false };
        let mut findings = self
            .findings
            .iter()
            .filter(|f| f.control_id == control_id && f.round == last.round)
            .peekable();
        let set_aside = findings.peek().is_some() && findings.all(|f| f.state == "WITHDRAWN");
        !last.verdict.is_fulfilled() && !set_aside
    }

    /// The items that are not fulfilled as things stand.
    pub fn unfulfilled(&self) -> Vec<String> {
        let ids = book::items(&self.inspection)
            .into_iter()
            .map(|control| control.id.as_str());
        ids.filter(|id| self.is_unfulfilled(id, i64::MAX))
            .map(str::to_owned)
            .collect()
    }

    /// The verdict on an item in the present round.
    pub fn verdict(&self, control_id: &str) -> Option<&VerdictRow> {
        let round = self.inspection.round;
        self.verdicts
            .iter()
            .find(|v| v.round == round && v.control_id == control_id)
    }

    /// The findings that are neither closed nor withdrawn.
    pub fn open_findings(&self) -> impl Iterator<Item = &FindingRow> {
        self.findings.iter().filter(|finding| finding.is_open())
    }

    /// How often a state was entered.
    pub(super) fn entered(&self, state: &str) -> u32 {
        let moves = self
            .events
            .iter()
            .filter(|e| e.to_state == state && e.from_state != state);
        u32::try_from(moves.count()).unwrap_or(u32::MAX)
    }

    /// How it ends: passed only where every item is fulfilled and no finding is open.
    pub(super) fn outcome(&self) -> InspectionOutcome {
        if self.unfulfilled().is_empty() && self.open_findings().next().is_none() {
            InspectionOutcome::Passed
        } else {
            InspectionOutcome::Failed
        }
    }

    /// Everything that a result says and rests on, for the digest that an approver signs.
    pub(super) async fn state(
        &self,
        tx: &Tx,
        step: &Transition,
        revisions: &[RevisionId],
    ) -> Result<Value, StorageError> {
        let i = &self.inspection;
        let verdicts: Vec<Value> = self.verdicts.iter().map(verdict_state).collect();
        let findings: Vec<Value> = self.open_findings().map(finding_state).collect();
        let (answers, attached) = self.answered(tx).await?;
        Ok(json!({
            "inspection": i.id, "organisation": i.organisation_id, "agency": i.agency_id, "machine": i.machine,
            "kind": i.kind, "platform": &i.platform, "service": &i.service, "catalogue": &i.catalogue,
            "state": &i.state, "round": i.round, "event": &step.on, "to": &step.to, "verdicts": verdicts,
            "answers": answers, "open_findings": findings, "documents": digests(tx, &attached).await?,
            "handed_in": revisions,
        }))
    }

    /// How each of its items is answered: through which item, in which version, and with which words; and the
    /// revisions that those answers name.
    async fn answered(&self, tx: &Tx) -> Result<(Vec<Value>, BTreeSet<RevisionId>), StorageError> {
        let answers = answers_of(tx, &self.inspection).await?;
        let (mut said, mut attached) = (Vec::new(), BTreeSet::new());
        for control in book::items(&self.inspection) {
            let served = served(&answers, &control.id);
            let Some(answer) = served.answer() else { continue };
            said.push(json!({
                "item": &control.id, "answer": &answer.control_id, "version": answer.version,
                "sha256": naru_crypto::hex(&naru_crypto::sha256(answer.body.as_bytes())),
                "revisions": &answer.revisions,
            }));
            attached.extend(answer.revisions.iter().copied());
        }
        Ok((said, attached))
    }
}

/// The answers that an inspection rests on: those of today, and once it has ended those of its end.
pub(crate) async fn answers_of(
    tx: &Tx,
    inspection: &InspectionRow,
) -> Result<HashMap<String, AnswerRow>, StorageError> {
    let whose = inspection.organisation_id;
    let rows = match inspection.ended_at {
        Some(at) => tx.answer_list_as_of(whose, at).await?,
        None => tx.answer_list(whose).await?,
    };
    Ok(answered(rows))
}

/// Revisions with their digests.
pub(crate) async fn digests(tx: &Tx, revisions: &BTreeSet<RevisionId>) -> Result<Vec<Value>, StorageError> {
    let mut found = Vec::with_capacity(revisions.len());
    for id in revisions {
        let row = tx.revision_find(*id).await?;
        let sha256 = row.map(|row| naru_crypto::hex(&row.sha256));
        found.push(json!({ "revision": id, "sha256": sha256 }));
    }
    Ok(found)
}

fn verdict_state(v: &VerdictRow) -> Value {
    json!({
        "control": &v.control_id, "round": v.round, "verdict": v.verdict, "method": v.method, "note": &v.note,
        "judged_by": v.judged_by, "version": v.version,
    })
}

fn finding_state(f: &FindingRow) -> Value {
    json!({
        "finding": f.id, "control": &f.control_id, "round": f.round, "state": &f.state, "statement": &f.statement,
        "due_on": f.due_on, "version": f.version,
    })
}
