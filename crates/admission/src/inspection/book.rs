//! What the rule book says of an inspection: its process, its items, and for which party a member acts.

use naru_core::{InspectionMachine, OrganisationKind, Role};
use naru_rulebook::catalogue::{Catalogues, Control};
use naru_rulebook::process::{Machine, Process, ProcessSettings, Processes, Transition};
use naru_rulebook::{Party, Platform};
use naru_storage::InspectionRow;

use super::InspectionError;
use crate::{AdmissionSettings, Denied, Staff};

/// The machine of an inspection.
pub fn machine(settings: &AdmissionSettings, of: InspectionMachine) -> &'static Machine {
    settings.processes().machine(process(of))
}

const fn process(of: InspectionMachine) -> Process {
    match of {
        InspectionMachine::Organisation => Process::OrgInspection,
        InspectionMachine::Service => Process::AppInspection,
        InspectionMachine::OwnInspection => Process::SelfInspection,
    }
}

/// Whether an event that once led out of a state began a round of remediation, whatever the settings are today.
pub(super) fn opened_round(of: InspectionMachine, from: &str, event: &str) -> bool {
    let every_step = ProcessSettings {
        app_retest_allowed: true,
        ..ProcessSettings::default()
    };
    let processes = Processes::under(&every_step).unwrap_or_else(|_| Processes::embedded());
    let mut leaving = processes.machine(process(of)).leaving(from);
    leaving.any(|step| step.on == event && step.opens_round)
}

/// The machine of a finding.
pub fn finding_machine() -> &'static Machine {
    Processes::embedded().machine(Process::Finding)
}

/// Every item of an inspection, in the order of its catalogue.
pub fn items(inspection: &InspectionRow) -> Vec<&'static Control> {
    let platform = Platform::parse(&inspection.platform).ok();
    let catalogue = Catalogues::embedded().find(&inspection.catalogue);
    catalogue.map_or_else(Vec::new, |catalogue| catalogue.controls_on(platform).collect())
}

/// Who gives verdicts in a state; `None` where nobody does.
pub fn judging(inspection: &InspectionRow) -> Option<Party> {
    match inspection.state.as_str() {
        "DOC_INSPECTION"
        | "DOC_REMEDY_SUBMITTED"
        | "ONSITE_INSPECTION"
        | "ONSITE_REMEDY_SUBMITTED"
        | "TESTING"
        | "CONFIRMATION_INSPECTION" => Some(Party::Agency),
        "DRAFT" | "RETURNED" => Some(Party::Org),
        _ => None,
    }
}

/// Whether the organisation was told what was written in a round: not while the agency still writes it.
pub fn is_told(inspection: &InspectionRow, round: i64) -> bool {
    round < inspection.round || judging(inspection) != Some(Party::Agency)
}

/// Whether a step begins a round in which every item is judged anew: on site, and when an agency confirms.
pub(super) fn begins_stage(step: &Transition) -> bool {
    step.on == "visit" || step.to == "CONFIRMATION_INSPECTION" && step.from.as_deref() == Some("CONFIRMATION_DUE")
}

/// For which party a member acts in an inspection, whatever their role.
///
/// # Errors
/// [`InspectionError::Unknown`] for those whom it does not concern.
pub fn side(staff: &Staff, inspection: &InspectionRow) -> Result<Party, InspectionError> {
    let own = staff.organisation.id;
    match staff.organisation.kind {
        _ if own == inspection.organisation_id => Ok(Party::Org),
        OrganisationKind::Agency if inspection.agency_id == Some(own) => Ok(Party::Agency),
        OrganisationKind::Agency if inspection.agency_id.is_none() && inspection.state == "CONFIRMATION_DUE" => {
            Ok(Party::Agency)
        }
        OrganisationKind::Operator => Ok(Party::Operator),
        _ => Err(InspectionError::Unknown),
    }
}

/// For which party a member reads an inspection: a confirmation that no agency has taken is read by none.
///
/// # Errors
/// [`InspectionError::Unknown`] for those whom it does not concern.
pub fn reader(staff: &Staff, inspection: &InspectionRow) -> Result<Party, InspectionError> {
    match side(staff, inspection)? {
        Party::Agency if inspection.agency_id.is_none() => Err(InspectionError::Unknown),
        party => Ok(party),
    }
}

/// Whether a party is the one that takes a step of this name: nobody decides what the other side proposed.
///
/// # Errors
/// [`InspectionError::Unknown`] where it is not.
pub(crate) fn takes(machine: &Machine, event: &str, party: Party) -> Result<(), InspectionError> {
    let mut steps = machine.transitions.iter();
    if steps.any(|step| step.on == event && step.by == party) {
        Ok(())
    } else {
        Err(InspectionError::Unknown)
    }
}

/// Whether a member may act for a party.
pub(crate) fn require(staff: &Staff, party: Party) -> Result<(), Denied> {
    match party {
        Party::Agency => staff.require(Role::Inspector, OrganisationKind::Agency),
        Party::Operator | Party::Clock => staff.require(Role::Desk, OrganisationKind::Operator),
        Party::Org => require_officer(staff),
    }
}

/// Whether a member may approve for a party.
pub(crate) fn require_approver(staff: &Staff, party: Party) -> Result<(), Denied> {
    match party {
        Party::Agency => staff.require(Role::Approver, OrganisationKind::Agency),
        party => require(staff, party),
    }
}

/// Whether a member may look at what its agency inspects.
pub(crate) fn require_reader(staff: &Staff) -> Result<(), Denied> {
    let role = [Role::Inspector, Role::Approver]
        .into_iter()
        .find(|role| staff.member.may(*role));
    staff.require(role.unwrap_or(Role::Reader), OrganisationKind::Agency)
}

fn require_officer(staff: &Staff) -> Result<(), Denied> {
    if staff.member.may(Role::Administrator) {
        Ok(())
    } else {
        staff.require(Role::SecurityOfficer, staff.organisation.kind)
    }
}
