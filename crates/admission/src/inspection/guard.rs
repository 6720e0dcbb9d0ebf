//! What must hold before a step is taken, beyond the step being there: documents, signatures, verdicts, findings and
//! rounds.

use std::collections::BTreeSet;

use naru_core::{DocumentKind, InspectionMachine, RevisionId};
use naru_rulebook::process::Transition;
use naru_storage::{RevisionRow, Tx};

use super::case::Case;
use super::{InspectionError, own};
use crate::AdmissionSettings;
use crate::document;

/// The event with which the organisation signs the contract; it moves nothing.
pub(super) const SIGN: &str = "sign-contract";

/// Checks a step with what is handed in with it.
pub(super) async fn check(
    tx: &Tx,
    settings: &AdmissionSettings,
    case: &Case,
    (step, revisions): (&Transition, &[RevisionId]),
) -> Result<(), InspectionError> {
    let handed_in = document::check_attached(tx, case.inspection.organisation_id, revisions).await?;
    if step.opens_round && case.entered(&step.to) >= settings.rounds_max {
        return Err(InspectionError::RoundsOver(settings.rounds_max));
    }
    match (case.inspection.machine, step.on.as_str()) {
        (_, "submit-application-and-reviewed-documents" | "submit-application-per-platform") => {
            needs(&handed_in, &application(case))
        }
        (_, "submit-fixed-build") => needs(&handed_in, &builds(case)).and_then(|()| answered(case)),
        (_, "accept-and-sign-contract") => signed(case, &handed_in),
        (InspectionMachine::Service, "start") => developed(tx, case).await,
        (_, "submit-remedied-documents" | "submit-remedy") => answered(case),
        (_, "findings-exist") if case.inspection.state == "TESTING" => judged(case).and_then(|()| agrees(case)),
        (_, "findings-exist" | "reject-remedy-new-round") => match case.open_findings().next() {
            Some(_) => Ok(()),
            None => Err(InspectionError::NoFindings),
        },
        (_, "no-findings") => none_open(case),
        (_, "accept-remedy") => remedied(settings, case),
        (InspectionMachine::OwnInspection, "send-result") => confirmed(settings, case),
        (_, "send-result") => judged(case).and_then(|()| agrees(case)),
        (InspectionMachine::Service, "send-final-report") => judged(case).and_then(|()| agrees(case)),
        (_, "second-person-sign-off" | "correct-and-sign-off") => judged(case),
        (_, "accept") => fulfilled(case).and(match own::confirmation_applies(tx, settings, case).await? {
            true => Err(InspectionError::ConfirmationDue),
            false => Ok(()),
        }),
        (_, "confirmation-duty-applies") => {
            fulfilled(case).and(match own::confirmation_applies(tx, settings, case).await? {
                true => Ok(()),
                false => Err(InspectionError::NoConfirmation),
            })
        }
        _ => Ok(()),
    }
}

fn application(case: &Case) -> Vec<DocumentKind> {
    let mut kinds = vec![DocumentKind::Application];
    kinds.extend(builds(case));
    kinds
}

/// A mobile service is handed in twice: as people get it, and without root detection. A web service is not handed in.
fn builds(case: &Case) -> Vec<DocumentKind> {
    match case.inspection.platform.as_str() {
        "android" | "ios" => vec![DocumentKind::Build, DocumentKind::BuildWithoutRootDetection],
        _ => Vec::new(),
    }
}

fn needs(handed_in: &[RevisionRow], kinds: &[DocumentKind]) -> Result<(), InspectionError> {
    let there: Vec<DocumentKind> = handed_in.iter().map(|revision| revision.kind).collect();
    let missing: Vec<DocumentKind> = kinds.iter().copied().filter(|kind| !there.contains(kind)).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(InspectionError::Missing(missing))
    }
}

/// A service is tested when its development and test in the open-banking environment are finished: the functional test
/// says so.
async fn developed(tx: &Tx, case: &Case) -> Result<(), InspectionError> {
    match tx.function_test_passed(case.inspection.organisation_id).await? {
        Some(_) => Ok(()),
        None => Err(InspectionError::NotDeveloped),
    }
}

/// Both sign: the agency names the very revision that the organisation signed last.
fn signed(case: &Case, handed_in: &[RevisionRow]) -> Result<(), InspectionError> {
    needs(handed_in, &[DocumentKind::Contract])?;
    let signature = case.events.iter().rev().find(|event| event.event == SIGN);
    let theirs = signature.map(|event| event.revisions.as_slice()).unwrap_or_default();
    let mut contracts = handed_in
        .iter()
        .filter(|revision| revision.kind == DocumentKind::Contract);
    if contracts.all(|contract| theirs.contains(&contract.id)) {
        Ok(())
    } else {
        Err(InspectionError::NotSigned)
    }
}

/// Every open finding has a remedy or an objection.
fn answered(case: &Case) -> Result<(), InspectionError> {
    let waiting = case
        .open_findings()
        .filter(|f| matches!(f.state.as_str(), "OPEN" | "REMEDIATING"))
        .count();
    if waiting == 0 {
        Ok(())
    } else {
        Err(InspectionError::Unanswered(waiting))
    }
}

fn none_open(case: &Case) -> Result<(), InspectionError> {
    match case.open_findings().count() {
        0 => Ok(()),
        open => Err(InspectionError::FindingsOpen(open)),
    }
}

/// Every item of the round has a verdict of the round.
fn judged(case: &Case) -> Result<(), InspectionError> {
    let scope = case.scope().into_iter();
    let unjudged: Vec<String> = scope
        .filter(|id| case.verdict(id).is_none())
        .map(str::to_owned)
        .collect();
    if unjudged.is_empty() {
        Ok(())
    } else {
        Err(InspectionError::Unjudged(unjudged))
    }
}

/// What is not fulfilled has an open finding, and what a finding of this round says is not judged fulfilled.
fn agrees(case: &Case) -> Result<(), InspectionError> {
    let round = case.inspection.round;
    let has_finding = |id: &str| case.open_findings().any(|finding| finding.control_id == id);
    let verdicts = case.verdicts.iter().filter(|verdict| verdict.round == round);
    let bare = verdicts
        .filter(|v| !v.verdict.is_fulfilled() && !has_finding(&v.control_id))
        .map(|v| &v.control_id);
    let findings = case.open_findings().filter(|finding| finding.round == round);
    let is_fulfilled = |id: &str| case.verdict(id).is_none_or(|verdict| verdict.verdict.is_fulfilled());
    let idle = findings
        .map(|finding| &finding.control_id)
        .filter(|id| is_fulfilled(id));
    let contradicting: BTreeSet<String> = bare.chain(idle).cloned().collect();
    if contradicting.is_empty() {
        Ok(())
    } else {
        Err(InspectionError::Disagree(contradicting.into_iter().collect()))
    }
}

/// A remedy is accepted when every item was judged again and no finding is left. Where no round is left either, the
/// inspection goes on with its findings, and fails by them: it must not be stuck.
fn remedied(settings: &AdmissionSettings, case: &Case) -> Result<(), InspectionError> {
    judged(case)?;
    agrees(case)?;
    let stage = case.inspection.state.replace("_REMEDY_SUBMITTED", "_REMEDIATION");
    if case.entered(&stage) >= settings.rounds_max {
        Ok(())
    } else {
        none_open(case)
    }
}

/// A self-inspection is confirmed when every item is fulfilled and no finding is left. Where no round is left either,
/// the confirmation ends with its findings, and fails by them.
fn confirmed(settings: &AdmissionSettings, case: &Case) -> Result<(), InspectionError> {
    judged(case)?;
    if case.entered("CONFIRMATION_FINDINGS") >= settings.rounds_max {
        return agrees(case);
    }
    none_open(case)?;
    fulfilled(case)
}

fn fulfilled(case: &Case) -> Result<(), InspectionError> {
    let unfulfilled = case.unfulfilled();
    if unfulfilled.is_empty() {
        Ok(())
    } else {
        Err(InspectionError::Unfulfilled(unfulfilled))
    }
}
