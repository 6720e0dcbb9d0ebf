//! Writes findings and moves them: the organisation remedies or objects, the agency verifies or rejects. To close one,
//! or to withdraw it, takes two people, and neither of them the one who wrote it.

use std::collections::BTreeSet;

use naru_core::{Action, FindingId, InspectionId, NoticeKind, Proposal, ProposalId, ProposalKind, RevisionId};
use naru_rulebook::Party;
use naru_rulebook::process::Transition;
use naru_storage::{FindingEventRow, FindingRow, InspectionRow, StorageError, Tx};
use serde_json::{Value, json};

use crate::answer::service::REVISIONS_MAX;
use crate::document;
use crate::gate::service::work_out;
use crate::inspection::{
    Acted, Case, InspectionError, digests, find_proposal, finding_machine, is_told, judging, noted, propose, require,
    require_approver, side, takes, void_open,
};
use crate::proposal::{self, Approved, ProposalError, Proposed};
use crate::{AdmissionSettings, Office, Staff};

/// A step of a finding that somebody wants to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingAct<'a> {
    /// Its name in the process, such as `submit-evidence`.
    pub event: &'a str,
    /// What is said with it; needed but to acknowledge.
    pub note: &'a str,
    /// What is handed in with a remedy.
    pub revisions: &'a [RevisionId],
    /// The version that was looked at.
    pub version_seen: i64,
}

/// Why a finding moves.
pub(super) struct Cause {
    pub(super) actor: String,
    pub(super) event: String,
    pub(super) note: String,
    pub(super) revisions: Vec<RevisionId>,
}

/// Writes a finding on an item while the agency judges it. Until when it must be remedied is set when it is sent.
pub async fn write(
    office: &Office,
    staff: &Staff,
    (inspection, control_id): (InspectionId, &str),
    statement: &str,
) -> Result<FindingRow, InspectionError> {
    let statement = noted(statement, true)?;
    let actor = staff.actor();
    let done = office.hub.storage().run("finding_write", &actor, async |tx| {
        let case = Case::load(&tx, inspection).await?;
        if side(staff, &case.inspection)? != Party::Agency || judging(&case.inspection) != Some(Party::Agency) {
            return Err(InspectionError::NotNow(case.inspection.state.clone()));
        }
        require(staff, Party::Agency)?;
        if !crate::inspection::items(&case.inspection)
            .iter()
            .any(|item| item.id == control_id)
        {
            return Err(InspectionError::NotAnItem(control_id.chars().take(60).collect()));
        }
        let by = staff.actor().to_string();
        insert(&tx, &case.inspection, (control_id, &statement), by).await
    });
    done.await
}

/// Removes a finding that was a mistake, while the organisation has not been told of it; the trail keeps that it was.
pub async fn strike(
    office: &Office,
    staff: &Staff,
    (id, version_seen): (FindingId, i64),
) -> Result<(), InspectionError> {
    let actor = staff.actor();
    let done = office.hub.storage().run("finding_strike", &actor, async |tx| {
        let (finding, inspection, party) = found(&tx, staff, id).await?;
        if party != Party::Agency || is_told(&inspection, finding.round) || finding.state != finding_machine().initial {
            return Err(InspectionError::NotNow(inspection.state));
        }
        require(staff, Party::Agency)?;
        if finding.version != version_seen || !tx.finding_remove(&finding).await? {
            return Err(InspectionError::Changed(None));
        }
        let details = json!({
            "inspection": finding.inspection_id, "control": &finding.control_id, "event": "strike",
            "statement": &finding.statement,
        });
        tx.trail(Action::FindingMoved, finding.id, details).await?;
        Ok(())
    });
    done.await
}

/// Stores a new finding with its first event.
pub(super) async fn insert(
    tx: &Tx,
    inspection: &InspectionRow,
    (control_id, statement): (&str, &str),
    written_by: String,
) -> Result<FindingRow, InspectionError> {
    let finding = FindingRow {
        id: FindingId::new(tx.now(), tx.chance()),
        inspection_id: inspection.id,
        organisation_id: inspection.organisation_id,
        control_id: control_id.to_owned(),
        round: inspection.round,
        state: finding_machine().initial.clone(),
        statement: statement.to_owned(),
        due_on: None,
        written_by,
        created_at: tx.now(),
        changed_at: tx.now(),
        version: 1,
    };
    tx.finding_insert(&finding).await?;
    let cause = Cause {
        actor: finding.written_by.clone(),
        event: "write".to_owned(),
        note: String::new(),
        revisions: Vec::new(),
    };
    log(tx, "", &finding, cause).await?;
    Ok(finding)
}

/// Appends what happened to a finding, and leaves it in the trail.
pub(super) async fn log(tx: &Tx, from: &str, finding: &FindingRow, cause: Cause) -> Result<(), StorageError> {
    let last = tx
        .finding_event_list(finding.id)
        .await?
        .last()
        .map_or(0, |event| event.sequence);
    let event = FindingEventRow {
        finding_id: finding.id,
        sequence: last + 1,
        at: tx.now(),
        actor: cause.actor,
        event: cause.event,
        from_state: from.to_owned(),
        to_state: finding.state.clone(),
        note: cause.note,
        revisions: cause.revisions,
        due_on: finding.due_on,
    };
    tx.finding_event_insert(&event).await?;
    let details = json!({
        "inspection": finding.inspection_id, "control": &finding.control_id, "event": &event.event,
        "from": &event.from_state, "to": &event.to_state, "due_on": event.due_on,
    });
    tx.trail(Action::FindingMoved, finding.id, details).await
}

/// A finding, its inspection, and for which party a member acts in it. Of a self-inspection that no agency confirms the
/// operator, to whom it was handed in, is the judge.
pub(super) async fn found(
    tx: &Tx,
    staff: &Staff,
    id: FindingId,
) -> Result<(FindingRow, InspectionRow, Party), InspectionError> {
    let finding = tx.finding_find(id).await?.ok_or(InspectionError::Unknown)?;
    let inspection = tx
        .inspection_find(finding.inspection_id)
        .await?
        .ok_or(InspectionError::Unknown)?;
    let party = side(staff, &inspection)?;
    if party == Party::Org && !is_told(&inspection, finding.round) {
        return Err(InspectionError::Unknown);
    }
    let party = match party {
        Party::Operator if inspection.agency_id.is_none() => Party::Agency,
        party => party,
    };
    Ok((finding, inspection, party))
}

/// Whether a member may act, or approve, for a party in an inspection with or without an agency.
fn allowed(staff: &Staff, inspection: &InspectionRow, (party, approves): (Party, bool)) -> Result<(), InspectionError> {
    let party = match (party, inspection.agency_id) {
        (Party::Agency, None) => Party::Operator,
        (party, _) => party,
    };
    if approves {
        require_approver(staff, party)?;
    } else {
        require(staff, party)?;
    }
    Ok(())
}

/// Takes a step of a finding, or proposes it where the process asks for four eyes.
pub async fn act(
    office: &Office,
    staff: &Staff,
    id: FindingId,
    act: &FindingAct<'_>,
) -> Result<Acted<FindingRow>, InspectionError> {
    let actor = staff.actor();
    let done = office.hub.storage().run("finding_act", &actor, async |tx| {
        let (finding, inspection, party) = found(&tx, staff, id).await?;
        allowed(staff, &inspection, (party, false))?;
        let step = finding_machine().step(&finding.state, act.event, party)?;
        if finding.version != act.version_seen {
            return Err(InspectionError::Changed(None));
        }
        if act.revisions.len() > REVISIONS_MAX {
            return Err(InspectionError::TooMany(REVISIONS_MAX));
        }
        let note = noted(act.note, step.on != "acknowledge")?;
        document::check_attached(&tx, finding.organisation_id, act.revisions).await?;
        if step.on == "submit-evidence" && act.revisions.is_empty() {
            return Err(InspectionError::Missing(vec![naru_core::DocumentKind::Evidence]));
        }
        if step.needs_four_eyes {
            let state = state(&tx, &finding, step).await?;
            let proposed = Proposed {
                organisation_id: Some(finding.organisation_id),
                kind: ProposalKind::Finding,
                subject: finding.id.to_string(),
                event: &step.on,
                state: &state,
                reason: &note,
                by: Some(staff.member.id),
            };
            return Ok(Acted::Proposed(Box::new(propose(&tx, &proposed).await?)));
        }
        let cause = Cause {
            actor: staff.actor().to_string(),
            event: step.on.clone(),
            note,
            revisions: act.revisions.to_vec(),
        };
        let after = carry_out(&tx, &office.settings, &finding, (step, cause)).await?;
        Ok(Acted::Moved(Box::new(after)))
    });
    done.await
}

async fn carry_out(
    tx: &Tx,
    settings: &AdmissionSettings,
    before: &FindingRow,
    (step, cause): (&Transition, Cause),
) -> Result<FindingRow, InspectionError> {
    let mut after = before.clone();
    after.state.clone_from(&step.to);
    after.changed_at = tx.now();
    if !tx.finding_update(&after).await? {
        return Err(InspectionError::Changed(None));
    }
    after.version += 1;
    log(tx, &before.state, &after, cause).await?;
    if !matches!(after.state.as_str(), "OPEN" | "REMEDIATING") {
        for kind in [NoticeKind::FindingDue, NoticeKind::FindingOverdue] {
            tx.notice_close(after.organisation_id, kind, &after.id.to_string())
                .await?;
        }
    }
    void_open(tx, &after.id.to_string(), "the finding has moved on").await?;
    work_out(tx, settings, after.organisation_id).await?;
    Ok(after)
}

/// Everything that closing or withdrawing a finding rests on.
async fn state(tx: &Tx, finding: &FindingRow, step: &Transition) -> Result<Value, StorageError> {
    let events = tx.finding_event_list(finding.id).await?;
    let handed_in: BTreeSet<RevisionId> = events
        .iter()
        .flat_map(|event| event.revisions.iter().copied())
        .collect();
    let said = events.last().map(|event| (&event.event, &event.note, event.sequence));
    Ok(json!({
        "finding": finding.id, "inspection": finding.inspection_id, "control": &finding.control_id,
        "round": finding.round, "state": &finding.state, "event": &step.on, "to": &step.to,
        "statement": &finding.statement, "due_on": finding.due_on, "version": finding.version,
        "last": said, "documents": digests(tx, &handed_in).await?,
    }))
}

/// Approves that a finding is closed or withdrawn, naming the digest of what was shown.
///
/// # Errors
/// As for [`crate::inspection::approve`].
pub async fn approve(
    office: &Office,
    staff: &Staff,
    proposal: ProposalId,
    seen: [u8; 32],
) -> Result<FindingRow, InspectionError> {
    let actor = staff.actor();
    let done = office.hub.storage().run("finding_approve", &actor, async |tx| {
        let proposal = find_proposal(&tx, proposal, ProposalKind::Finding).await?;
        let (finding, inspection, party) = found(&tx, staff, subject(&proposal)?).await?;
        takes(finding_machine(), &proposal.event, party)?;
        allowed(staff, &inspection, (party, true))?;
        let step = finding_machine().step(&finding.state, &proposal.event, party);
        let state_now = match &step {
            Ok(step) => state(&tx, &finding, step).await?,
            Err(_) => json!({ "state": &finding.state }),
        };
        if finding.written_by == staff.actor().to_string() {
            return Err(InspectionError::Author);
        }
        match proposal::approve(&tx, &proposal, (staff.member.id, seen), &state_now).await? {
            Err(error) => return Ok(Err(error.into())),
            Ok(Approved::Seconded) => return Ok(Err(InspectionError::Proposal(ProposalError::Unknown))),
            Ok(Approved::Decided) => {}
        }
        let cause = Cause {
            actor: staff.actor().to_string(),
            event: proposal.event.clone(),
            note: proposal.reason.clone(),
            revisions: Vec::new(),
        };
        Ok(Ok(carry_out(&tx, &office.settings, &finding, (step?, cause)).await?))
    });
    done.await?
}

/// Turns down that a finding is closed or withdrawn, or takes one's own proposal back.
pub async fn reject(office: &Office, staff: &Staff, proposal: ProposalId, reason: &str) -> Result<(), InspectionError> {
    let actor = staff.actor();
    let done = office.hub.storage().run("finding_reject", &actor, async |tx| {
        let proposal = find_proposal(&tx, proposal, ProposalKind::Finding).await?;
        let (_, inspection, party) = found(&tx, staff, subject(&proposal)?).await?;
        takes(finding_machine(), &proposal.event, party)?;
        if proposal.proposed_by != Some(staff.member.id) {
            allowed(staff, &inspection, (party, true))?;
        }
        Ok(proposal::reject(&tx, &proposal, staff.member.id, reason).await?)
    });
    done.await
}

fn subject(proposal: &Proposal) -> Result<FindingId, InspectionError> {
    proposal.subject.parse().map_err(|_| InspectionError::Unknown)
}
