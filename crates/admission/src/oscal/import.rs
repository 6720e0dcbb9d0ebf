//! Takes a bundle in: the verdicts and findings of the present round of an inspection, as an agency's inspector
//! would give them, all in one transaction.
//!
//! What others must say themselves is not taken: the organisation's answers, the bytes of documents, signatures,
//! and the day until which a finding is to be remedied, which is set when the result is sent. Each is named in the
//! outcome.

use naru_core::{Action, FindingId, InspectionId};
use naru_crypto::from_hex;
use naru_oscal::{Bundle, Fault};
use naru_rulebook::Party;
use naru_storage::{FindingEventRow, FindingRow, Tx, VerdictRow};
use serde_json::json;

use super::ImportError;
use super::names::prose;
use super::reading::{Told, ToldFinding, ToldRound, ToldVerdict, told};
use crate::inspection::{Case, InspectionError, finding_machine, judging, noted, require, side};
use crate::{Office, Staff};

/// What was taken, and what was not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// Of which round.
    pub round: i64,
    /// Verdicts that are new.
    pub verdicts: usize,
    /// Findings that are new.
    pub findings: usize,
    /// Verdicts and findings that stood there already, word for word.
    pub unchanged: usize,
    /// What the bundle says beyond that, and why it was left out; sentences for people.
    pub left_out: Vec<String>,
}

/// Everything that is wrong with files as a bundle; empty where nothing is.
///
/// # Errors
/// [`ImportError::Bundle`] for the first file that is no document at all.
pub fn check(files: Vec<(String, Vec<u8>)>) -> Result<Vec<Fault>, ImportError> {
    Ok(Bundle::from_files(files)?.check())
}

/// Takes the present round of an inspection from files.
///
/// # Errors
/// [`ImportError::Faults`] and [`ImportError::Refused`] with everything that stands against it; nothing is kept then.
pub async fn import(
    office: &Office,
    staff: &Staff,
    id: InspectionId,
    files: Vec<(String, Vec<u8>)>,
) -> Result<Imported, ImportError> {
    let bundle = Bundle::from_files(files)?;
    let faults = bundle.check();
    if !faults.is_empty() {
        return Err(ImportError::Faults(faults));
    }
    let told = told(&bundle).map_err(ImportError::Refused)?;
    let actor = staff.actor();
    let done = office.hub.storage().run("oscal_import", &actor, async |tx| {
        let case = Case::load(&tx, id).await?;
        if side(staff, &case.inspection)? != Party::Agency || judging(&case.inspection) != Some(Party::Agency) {
            return Err(InspectionError::NotNow(case.inspection.state.clone()).into());
        }
        require(staff, Party::Agency).map_err(InspectionError::Denied)?;
        take(&tx, staff, &case, &told).await
    });
    done.await
}

async fn take(tx: &Tx, staff: &Staff, case: &Case, told: &Told) -> Result<Imported, ImportError> {
    let mut reasons = Vec::new();
    let organisation = tx.organisation_find(case.inspection.organisation_id).await?;
    let code = organisation.map(|found| found.code).ok_or(InspectionError::Unknown)?;
    if !told.organisations.contains(&code) {
        reasons.push(format!("the bundle is not about {code}"));
    }
    let present = case.inspection.round;
    let now: Vec<&ToldRound> = told
        .rounds
        .iter()
        .filter(|round| round.number.is_none_or(|n| n == present))
        .collect();
    for round in &told.rounds {
        reasons.extend(history(case, round, present));
    }
    let [now] = now.as_slice() else {
        let sentence = format!(
            "exactly one result of round {present} is needed, here are {}",
            now.len()
        );
        reasons.push(sentence);
        return Err(ImportError::Refused(reasons));
    };
    reasons.extend(now.verdicts.iter().filter_map(|verdict| against_verdict(case, verdict)));
    reasons.extend(
        now.findings
            .iter()
            .filter_map(|finding| against_finding(case, now, finding)),
    );
    if !reasons.is_empty() {
        return Err(ImportError::Refused(reasons));
    }
    let mut imported = Imported {
        round: present,
        left_out: left_out(tx, case, told, now).await?,
        ..Imported::default()
    };
    for verdict in &now.verdicts {
        if case.verdict(&verdict.control_id).is_some() {
            imported.unchanged += 1;
        } else {
            judge(tx, staff, case, verdict).await?;
            imported.verdicts += 1;
        }
    }
    for finding in &now.findings {
        if stands(case, finding) {
            imported.unchanged += 1;
        } else {
            write(tx, staff, case, finding).await?;
            imported.findings += 1;
        }
    }
    Ok(imported)
}

/// Why a round cannot be that of this inspection: a later one has not been, and an earlier one was otherwise.
fn history(case: &Case, round: &ToldRound, present: i64) -> Vec<String> {
    match round.number {
        Some(number) if number > present => {
            vec![format!(
                "the bundle tells of round {number}, the inspection is in round {present}"
            )]
        }
        Some(number) if number < present => {
            let stood = |told: &&ToldVerdict| {
                let mut verdicts = case.verdicts.iter().filter(|v| v.round == number);
                !verdicts.any(|v| v.control_id == told.control_id && is_same(v, told))
            };
            let others = round.verdicts.iter().filter(stood);
            others
                .map(|told| format!("{}: in round {number} it was judged otherwise", told.control_id))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn is_same(row: &VerdictRow, told: &ToldVerdict) -> bool {
    let note = if row.note.trim().is_empty() {
        String::new()
    } else {
        prose(&row.note)
    };
    row.verdict == told.verdict && row.method == told.method && note == told.note
}

fn against_verdict(case: &Case, told: &ToldVerdict) -> Option<String> {
    let id = &told.control_id;
    if !case.scope().contains(&id.as_str()) {
        return Some(format!("{id}: no item of this round"));
    }
    if noted(&told.note, told.verdict.needs_note()).is_err() {
        return Some(format!(
            "{id}: a note of 1 to 1,000 characters is needed with `{}`",
            told.verdict
        ));
    }
    let row = case.verdict(id)?;
    (!is_same(row, told)).then(|| format!("{id}: another verdict stands here already"))
}

fn against_finding(case: &Case, round: &ToldRound, told: &ToldFinding) -> Option<String> {
    let id = &told.control_id;
    if !crate::inspection::items(&case.inspection)
        .iter()
        .any(|item| item.id == *id)
    {
        return Some(format!("{id}: no item of this inspection"));
    }
    if noted(&told.statement, true).is_err() {
        return Some(format!("{id}: a finding of 1 to 1,000 characters is needed"));
    }
    let verdict = round.verdicts.iter().find(|verdict| verdict.control_id == *id);
    let verdict = verdict
        .map(|told| told.verdict)
        .or(case.verdict(id).map(|row| row.verdict));
    let is_fulfilled = verdict.is_none_or(naru_core::Verdict::is_fulfilled);
    is_fulfilled.then(|| format!("{id}: a finding on an item that was not judged unfulfilled"))
}

/// Whether the same finding was written in this round.
fn stands(case: &Case, told: &ToldFinding) -> bool {
    let mut written = case
        .findings
        .iter()
        .filter(|finding| finding.round == case.inspection.round);
    written.any(|finding| finding.control_id == told.control_id && prose(&finding.statement) == told.statement)
}

async fn left_out(tx: &Tx, case: &Case, told: &Told, now: &ToldRound) -> Result<Vec<String>, ImportError> {
    let mut left_out = vec![
        "answers: they are the organisation's to give".to_owned(),
        "signatures: the result is signed here, by an inspector and an approver".to_owned(),
    ];
    let due = now.findings.iter().filter(|finding| finding.is_due).count();
    if due > 0 {
        left_out.push(format!("{due} deadlines: they are set when the result is sent"));
    }
    let held = tx
        .document_list_as_of(case.inspection.organisation_id, tx.now())
        .await?;
    for (sha256, title) in &told.documents {
        let bytes: Option<[u8; 32]> = from_hex(sha256).and_then(|bytes| bytes.try_into().ok());
        let is_held = bytes.is_some_and(|bytes| held.iter().any(|row| row.sha256 == bytes));
        if !is_held {
            left_out.push(format!(
                "the document {title}: a bundle has its hash alone, its bytes must be handed in"
            ));
        }
    }
    Ok(left_out)
}

async fn judge(tx: &Tx, staff: &Staff, case: &Case, told: &ToldVerdict) -> Result<(), ImportError> {
    let row = VerdictRow {
        inspection_id: case.inspection.id,
        round: case.inspection.round,
        control_id: told.control_id.clone(),
        verdict: told.verdict,
        note: noted(&told.note, told.verdict.needs_note())?,
        method: told.method,
        judged_by: staff.member.id,
        judged_at: tx.now(),
        version: 0,
    };
    if !tx.verdict_insert(&row).await? {
        return Err(InspectionError::VerdictChanged(None).into());
    }
    let details = json!({
        "control": &row.control_id, "round": row.round, "verdict": row.verdict, "version": 1, "by": "oscal",
    });
    Ok(tx.trail(Action::VerdictGiven, row.inspection_id, details).await?)
}

async fn write(tx: &Tx, staff: &Staff, case: &Case, told: &ToldFinding) -> Result<(), ImportError> {
    let finding = FindingRow {
        id: FindingId::new(tx.now(), tx.chance()),
        inspection_id: case.inspection.id,
        organisation_id: case.inspection.organisation_id,
        control_id: told.control_id.clone(),
        round: case.inspection.round,
        state: finding_machine().initial.clone(),
        statement: noted(&told.statement, true)?,
        due_on: None,
        written_by: staff.actor().to_string(),
        created_at: tx.now(),
        changed_at: tx.now(),
        version: 1,
    };
    tx.finding_insert(&finding).await?;
    let event = FindingEventRow {
        finding_id: finding.id,
        sequence: 1,
        at: tx.now(),
        actor: finding.written_by.clone(),
        event: "write".to_owned(),
        from_state: String::new(),
        to_state: finding.state.clone(),
        note: String::new(),
        revisions: Vec::new(),
        due_on: None,
    };
    tx.finding_event_insert(&event).await?;
    let details = json!({
        "inspection": finding.inspection_id, "control": &finding.control_id, "event": "write", "from": "",
        "to": &finding.state, "by": "oscal",
    });
    Ok(tx.trail(Action::FindingMoved, finding.id, details).await?)
}
