//! Opens inspections and moves them: a step for which one person suffices at once, one that needs four eyes when
//! another person approves exactly what was proposed.

use naru_core::{
    Action, InspectionId, InspectionKind, InspectionMachine, InspectionOutcome, OrganisationId, OrganisationKind,
    Proposal, ProposalId, ProposalKind, RevisionId,
};
use naru_rulebook::process::Transition;
use naru_rulebook::{Party, Platform};
use naru_storage::{InspectionFilter, InspectionRow, Tx};
use serde_json::{Value, json};

use super::case::Case;
use super::error::noted;
use super::guard;
use super::moves::{Cause, carry_out};
use super::{InspectionError, book, own};
use crate::answer::service::REVISIONS_MAX;
use crate::proposal::{self, Approved, ProposalError, Proposed};
use crate::{AdmissionSettings, Office, Staff};

const SERVICE_MAX: usize = 100;

/// What is to be inspected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// The organisation, by an agency.
    Organisation {
        /// Which agency.
        agency: OrganisationId,
    },
    /// A service on one platform, by an agency.
    Service {
        /// Which agency.
        agency: OrganisationId,
        /// The name of the service.
        service: String,
        /// The platform.
        platform: Platform,
    },
    /// The organisation, by itself.
    OwnOrganisation,
    /// A service on one platform, by the organisation itself.
    OwnService {
        /// The name of the service.
        service: String,
        /// The platform.
        platform: Platform,
    },
}

/// A step that somebody wants to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act<'a> {
    /// Its name in the process, such as `submit-drafts`.
    pub event: &'a str,
    /// What is said with it; needed where something is sent back, withdrawn or proposed.
    pub note: &'a str,
    /// What is handed in with it: revisions of the inspected organisation's documents.
    pub revisions: &'a [RevisionId],
    /// The version that was looked at.
    pub version_seen: i64,
}

/// What a step did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acted<T> {
    /// It was taken.
    Moved(Box<T>),
    /// It waits for another person.
    Proposed(Box<Proposal>),
}

/// Opens an inspection of the member's organisation.
///
/// # Errors
/// [`InspectionError::Open`] where one of the same kind, service and platform is under way;
/// [`InspectionError::OwnInspectionNotAllowed`] by the rules in force today.
pub async fn open(office: &Office, staff: &Staff, opening: &Opening) -> Result<InspectionRow, InspectionError> {
    book::require(staff, Party::Org)?;
    if staff.organisation.kind != OrganisationKind::Fintech {
        staff.require(naru_core::Role::SecurityOfficer, OrganisationKind::Fintech)?;
    }
    let actor = staff.actor();
    let done = office.hub.storage().run("inspection_open", &actor, async |tx| {
        let inspection = opened(&tx, &office.settings, (staff, opening)).await?;
        if let Some(agency) = inspection.agency_id {
            let found = tx.organisation_find(agency).await?;
            found
                .filter(|found| found.kind == OrganisationKind::Agency)
                .ok_or(InspectionError::Agency)?;
        }
        if inspection.machine == InspectionMachine::OwnInspection
            && !own::is_allowed(&tx, &office.settings, (staff.organisation.id, inspection.kind)).await?
        {
            return Err(InspectionError::OwnInspectionNotAllowed);
        }
        bounded(&tx, &office.settings, inspection.organisation_id).await?;
        if !tx.inspection_insert(&inspection).await? {
            return Err(InspectionError::Open);
        }
        let details = json!({
            "machine": inspection.machine, "kind": inspection.kind, "platform": &inspection.platform,
            "agency": inspection.agency_id, "catalogue": &inspection.catalogue,
        });
        tx.trail(Action::InspectionOpened, inspection.id, details).await?;
        Ok(inspection)
    });
    done.await
}

/// An organisation has so many inspections under way and no more.
async fn bounded(tx: &Tx, settings: &AdmissionSettings, organisation: OrganisationId) -> Result<(), InspectionError> {
    let most = settings.inspections_max;
    let filter = InspectionFilter {
        organisation_id: Some(organisation),
        under_way: true,
        limit: i64::try_from(most).unwrap_or(i64::MAX),
        ..InspectionFilter::default()
    };
    match tx.inspection_list(&filter).await?.len() {
        open if open < most => Ok(()),
        _ => Err(InspectionError::TooManyOpen(most)),
    }
}

async fn opened(
    tx: &Tx,
    settings: &AdmissionSettings,
    (staff, opening): (&Staff, &Opening),
) -> Result<InspectionRow, InspectionError> {
    let (agency_id, machine, service, platform) = match opening {
        Opening::Organisation { agency } => (Some(*agency), InspectionMachine::Organisation, "", None),
        Opening::OwnOrganisation => (None, InspectionMachine::OwnInspection, "", None),
        Opening::Service {
            agency,
            service,
            platform,
        } => (
            Some(*agency),
            InspectionMachine::Service,
            service.as_str(),
            Some(*platform),
        ),
        Opening::OwnService { service, platform } => (
            None,
            InspectionMachine::OwnInspection,
            service.as_str(),
            Some(*platform),
        ),
    };
    let service = service.trim();
    let length = service.chars().count();
    if platform.is_some() && !(1..=SERVICE_MAX).contains(&length) || service.chars().any(char::is_control) {
        return Err(InspectionError::Service);
    }
    let (kind, catalogue) = match platform {
        None => (InspectionKind::Organisation, "fsi-user-org"),
        Some(Platform::Web) => (InspectionKind::Service, "fsi-web"),
        Some(Platform::Android | Platform::Ios) => (InspectionKind::Service, "fsi-mobile"),
    };
    Ok(InspectionRow {
        id: InspectionId::new(tx.now(), tx.chance()),
        organisation_id: staff.organisation.id,
        agency_id,
        machine,
        kind,
        platform: platform.map_or_else(String::new, |platform| platform.to_string()),
        service: service.to_owned(),
        catalogue: catalogue.to_owned(),
        state: book::machine(settings, machine).initial.clone(),
        state_since: tx.now(),
        round: 1,
        outcome: InspectionOutcome::Pending,
        valid_until: None,
        ended_at: None,
        created_at: tx.now(),
        version: 1,
    })
}

/// Takes a step, or proposes it where the process asks for four eyes.
///
/// # Errors
/// Everything that the step needs and is not there; nothing has moved then.
pub async fn act(
    office: &Office,
    staff: &Staff,
    id: InspectionId,
    act: &Act<'_>,
) -> Result<Acted<InspectionRow>, InspectionError> {
    let actor = staff.actor();
    let done = office.hub.storage().run("inspection_act", &actor, async |tx| {
        let mut case = Case::load(&tx, id).await?;
        let party = book::side(staff, &case.inspection)?;
        book::require(staff, party)?;
        let step =
            book::machine(&office.settings, case.inspection.machine).step(&case.inspection.state, act.event, party)?;
        if case.inspection.version != act.version_seen {
            return Err(InspectionError::Changed(Some(Box::new(case.inspection))));
        }
        if act.revisions.len() > REVISIONS_MAX {
            return Err(InspectionError::TooMany(REVISIONS_MAX));
        }
        let note = noted(act.note, step.needs_four_eyes || needs_note(&step.on))?;
        guard::check(&tx, &office.settings, &case, (step, act.revisions)).await?;
        if step.needs_four_eyes {
            let proposal = put_forward(&tx, staff, &case, (step, act.revisions, &note)).await?;
            return Ok(Acted::Proposed(Box::new(proposal)));
        }
        if party == Party::Agency && case.inspection.agency_id.is_none() {
            case.inspection.agency_id = Some(staff.organisation.id);
        }
        let cause = Cause {
            actor: staff.actor().to_string(),
            note,
            revisions: act.revisions.to_vec(),
            proposal_id: None,
        };
        let after = carry_out(&tx, &office.settings, case, (step, cause)).await?;
        Ok(Acted::Moved(Box::new(after)))
    });
    done.await
}

/// Whether whoever is told of a step must be told why.
fn needs_note(event: &str) -> bool {
    matches!(
        event,
        "return-for-completion" | "return" | "reject-remedy-new-round" | "withdraw" | "decline-application"
    )
}

/// Proposes a step. What was proposed before and no longer holds gives way.
async fn put_forward(
    tx: &Tx,
    staff: &Staff,
    case: &Case,
    (step, revisions, reason): (&Transition, &[RevisionId], &str),
) -> Result<Proposal, InspectionError> {
    let state = case.state(tx, step, revisions).await?;
    let proposed = Proposed {
        organisation_id: Some(case.inspection.organisation_id),
        kind: ProposalKind::Inspection,
        subject: case.inspection.id.to_string(),
        event: &step.on,
        state: &state,
        reason,
        by: Some(staff.member.id),
    };
    propose(tx, &proposed).await
}

/// Proposes, after voiding what was proposed for the same event and no longer holds.
pub(crate) async fn propose(tx: &Tx, proposed: &Proposed<'_>) -> Result<Proposal, InspectionError> {
    let open = tx.proposal_find_open(&proposed.subject, proposed.event).await?;
    if open.is_some_and(|open| open.state_sha256 != proposal::state_sha256(proposed.state)) {
        super::moves::void_open(tx, &proposed.subject, "what it rested on has changed").await?;
    }
    Ok(proposal::propose(tx, proposed).await?)
}

/// Approves a proposed step, naming the digest of what was shown.
///
/// # Errors
/// [`ProposalError::Changed`] where anything has changed since, and then the proposal is void;
/// [`ProposalError::SameMember`] and [`InspectionError::Author`] for who proposed, judged or wrote a finding.
pub async fn approve(
    office: &Office,
    staff: &Staff,
    proposal: ProposalId,
    seen: [u8; 32],
) -> Result<InspectionRow, InspectionError> {
    let actor = staff.actor();
    let done = office.hub.storage().run("inspection_approve", &actor, async |tx| {
        let proposal = find_proposal(&tx, proposal, ProposalKind::Inspection).await?;
        let id: InspectionId = proposal.subject.parse().map_err(|_| InspectionError::Unknown)?;
        let case = Case::load(&tx, id).await?;
        let party = book::side(staff, &case.inspection)?;
        let machine = book::machine(&office.settings, case.inspection.machine);
        book::takes(machine, &proposal.event, party)?;
        book::require_approver(staff, party)?;
        let shown: Value = serde_json::from_str(&proposal.state).map_err(naru_storage::StorageError::corrupt)?;
        let revisions: Vec<RevisionId> = shown
            .get("handed_in")
            .and_then(|handed_in| serde_json::from_value(handed_in.clone()).ok())
            .unwrap_or_default();
        let step = machine.step(&case.inspection.state, &proposal.event, party);
        let state_now = match &step {
            Ok(step) => case.state(&tx, step, &revisions).await?,
            Err(_) => json!({ "state": &case.inspection.state }),
        };
        // That the same member proposed it is said before all else.
        if proposal.proposed_by != Some(staff.member.id) && is_author(staff, &case) {
            return Err(InspectionError::Author);
        }
        match proposal::approve(&tx, &proposal, (staff.member.id, seen), &state_now).await? {
            Err(error) => return Ok(Err(error.into())),
            Ok(Approved::Seconded) => return Ok(Err(InspectionError::Proposal(ProposalError::Unknown))),
            Ok(Approved::Decided) => {}
        }
        let step = step?;
        guard::check(&tx, &office.settings, &case, (step, &revisions)).await?;
        let cause = Cause {
            actor: staff.actor().to_string(),
            note: proposal.reason.clone(),
            revisions,
            proposal_id: Some(proposal.id),
        };
        Ok(Ok(carry_out(&tx, &office.settings, case, (step, cause)).await?))
    });
    done.await?
}

/// Who judged in any round, or wrote a finding that is open or was closed, does not sign.
fn is_author(staff: &Staff, case: &Case) -> bool {
    let own = staff.actor().to_string();
    let mut verdicts = case.verdicts.iter();
    verdicts.any(|verdict| verdict.judged_by == staff.member.id)
        || case.findings.iter().any(|finding| finding.written_by == own)
}

/// Turns a proposed step down, or takes back one's own.
pub async fn reject(office: &Office, staff: &Staff, proposal: ProposalId, reason: &str) -> Result<(), InspectionError> {
    let actor = staff.actor();
    let done = office.hub.storage().run("inspection_reject", &actor, async |tx| {
        let proposal = find_proposal(&tx, proposal, ProposalKind::Inspection).await?;
        let id: InspectionId = proposal.subject.parse().map_err(|_| InspectionError::Unknown)?;
        let inspection = tx.inspection_find(id).await?.ok_or(InspectionError::Unknown)?;
        let party = book::side(staff, &inspection)?;
        book::takes(
            book::machine(&office.settings, inspection.machine),
            &proposal.event,
            party,
        )?;
        if proposal.proposed_by != Some(staff.member.id) {
            book::require_approver(staff, party)?;
        }
        Ok(proposal::reject(&tx, &proposal, staff.member.id, reason).await?)
    });
    done.await
}

/// A proposal of a kind.
pub(crate) async fn find_proposal(tx: &Tx, id: ProposalId, kind: ProposalKind) -> Result<Proposal, InspectionError> {
    let found = tx.proposal_find(id).await?.filter(|found| found.kind == kind);
    found.ok_or(InspectionError::Proposal(ProposalError::Unknown))
}
