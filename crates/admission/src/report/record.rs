//! Everything that a report and an export say of one inspection, read in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use naru_core::{
    Day, Decision, FindingId, InspectionId, InspectionKind, MemberId, Organisation, OrganisationId, OrganisationKind,
    Proposal, RevisionId, Timestamp,
};
use naru_rulebook::Inspection;
use naru_rulebook::catalogue::{Catalogue, Catalogues, Control};
use naru_rulebook::duty::OrgType;
use naru_storage::{FindingEventRow, InspectionEventRow, InspectionRow, RevisionRow, StorageError, Tx};
use serde_json::Value;

use crate::answer::{Served, served};
use crate::inspection::{Case, InspectionError, items, reader};
use crate::{AdmissionSettings, Staff};

/// Somebody who signed, as others are shown them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signatory {
    /// How they are called; never the name they sign in with.
    pub(crate) name: String,
    /// For whom they signed.
    pub(crate) organisation_id: OrganisationId,
    /// The name of that organisation.
    pub(crate) organisation_name: String,
}

/// One round of an inspection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Round {
    /// Its number; 1 is the first.
    pub(crate) number: i64,
    /// The event that opened it; empty for the first.
    pub(crate) opened_by: String,
    /// When its first verdict was given, or else when it was opened.
    pub(crate) began_at: Timestamp,
    /// When its last verdict was given; none where none was.
    pub(crate) judged_at: Option<Timestamp>,
    /// How many items were judged in it.
    pub(crate) judged: usize,
}

/// What bound an organisation on the day on which its inspection was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binding {
    pub(crate) org_type: OrgType,
    pub(crate) day: Day,
    /// The ids of the rules, in the order of the book.
    pub(crate) rules: Vec<String>,
}

/// One inspection with everything that is said of it elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) binding: Binding,
    pub(crate) case: Case,
    pub(crate) organisation: Organisation,
    pub(crate) agency: Option<Organisation>,
    pub(crate) catalogue: &'static Catalogue,
    pub(crate) items: Vec<&'static Control>,
    /// How each item is answered, in the order of the items: today, and once it has ended as of its end.
    pub(crate) answers: Vec<(&'static Control, Served)>,
    /// What happened to each finding, oldest first.
    pub(crate) finding_events: BTreeMap<FindingId, Vec<FindingEventRow>>,
    /// What two people agreed on, oldest first.
    pub(crate) approved: Vec<Proposal>,
    /// Every revision that anything of the above names.
    pub(crate) revisions: BTreeMap<RevisionId, RevisionRow>,
    /// Who proposed and who approved.
    pub(crate) people: BTreeMap<MemberId, Signatory>,
}

/// Whether a member may look at an inspection: the two parties to it, the operator and the supervisor.
pub(crate) fn may_look(staff: &Staff, case: &Case) -> bool {
    staff.member.active
        && (staff.organisation.kind == OrganisationKind::Supervisor || reader(staff, &case.inspection).is_ok())
}

/// What bound the organisation when the inspection was opened.
async fn binding(
    tx: &Tx,
    settings: &AdmissionSettings,
    inspection: &InspectionRow,
) -> Result<Binding, InspectionError> {
    let dossier = crate::gate::service::dossier(tx, inspection.organisation_id).await?;
    let dossier = dossier.ok_or(InspectionError::Unknown)?;
    let day = inspection.created_at.day();
    let kind = match inspection.kind {
        InspectionKind::Organisation => Inspection::Org,
        InspectionKind::Service => Inspection::App,
    };
    let facts = dossier.facts_on(day, kind);
    let rules = settings.rules().duty(&facts).rules;
    Ok(Binding {
        org_type: facts.org_type,
        day,
        rules: rules.iter().map(ToString::to_string).collect(),
    })
}

impl Record {
    /// Reads it.
    pub(crate) async fn load(tx: &Tx, settings: &AdmissionSettings, id: InspectionId) -> Result<Self, InspectionError> {
        Self::of(tx, settings, Case::load(tx, id).await?).await
    }

    /// Reads what belongs to a case.
    pub(crate) async fn of(tx: &Tx, settings: &AdmissionSettings, case: Case) -> Result<Self, InspectionError> {
        let inspection = &case.inspection;
        let organisation = tx.organisation_find(inspection.organisation_id).await?;
        let organisation = organisation.ok_or(InspectionError::Unknown)?;
        let agency = match inspection.agency_id {
            Some(agency) => tx.organisation_find(agency).await?,
            None => None,
        };
        let catalogue = Catalogues::embedded().find(&inspection.catalogue);
        let catalogue = catalogue.ok_or_else(|| StorageError::corrupt("a catalogue that is not in the rule book"))?;
        let items = items(inspection);
        let given = crate::inspection::answers_of(tx, inspection).await?;
        let answers = items.iter().map(|control| (*control, served(&given, &control.id)));
        let mut finding_events = BTreeMap::new();
        for finding in &case.findings {
            finding_events.insert(finding.id, tx.finding_event_list(finding.id).await?);
        }
        let mut approved = tx.proposal_list_of_subject(&inspection.id.to_string()).await?;
        approved.retain(|proposal| proposal.decision == Some(Decision::Approved));
        let carried_out = |proposal: &Proposal| {
            let event = case.events.iter().find(|event| event.proposal_id == Some(proposal.id));
            event.map_or(i64::MAX, |event| event.sequence)
        };
        approved.sort_by_key(carried_out);
        let binding = binding(tx, settings, inspection).await?;
        let mut record = Self {
            binding,
            answers: answers.collect(),
            items,
            catalogue,
            case,
            organisation,
            agency,
            finding_events,
            approved,
            revisions: BTreeMap::new(),
            people: BTreeMap::new(),
        };
        for id in record.named_revisions() {
            record
                .revisions
                .extend(tx.revision_find(id).await?.map(|row| (id, row)));
        }
        record.people = people(tx, &record.named_people()).await?;
        Ok(record)
    }

    /// Every revision that answers, events, findings and signed states name.
    fn named_revisions(&self) -> BTreeSet<RevisionId> {
        let answers = self.answers.iter().filter_map(|(_, served)| served.answer());
        let answers = answers.flat_map(|answer| answer.revisions.iter().copied());
        let events = self
            .case
            .events
            .iter()
            .flat_map(|event| event.revisions.iter().copied());
        let remedies = self.finding_events.values().flatten();
        let remedies = remedies.flat_map(|event| event.revisions.iter().copied());
        let signed = self.approved.iter().flat_map(signed_revisions);
        answers.chain(events).chain(remedies).chain(signed).collect()
    }

    /// The revisions that were looked at: those the signed states, the events and the remedies name. What was answered
    /// or handed in later is not among them.
    pub(crate) fn evidence(&self) -> BTreeSet<RevisionId> {
        let events = self
            .case
            .events
            .iter()
            .flat_map(|event| event.revisions.iter().copied());
        let remedies = self.finding_events.values().flatten();
        let remedies = remedies.flat_map(|event| event.revisions.iter().copied());
        let signed = self.approved.iter().flat_map(signed_revisions);
        events.chain(remedies).chain(signed).collect()
    }

    fn named_people(&self) -> BTreeSet<MemberId> {
        let agreed = self
            .approved
            .iter()
            .flat_map(|proposal| [proposal.proposed_by, proposal.decided_by]);
        let moved = self.case.events.iter().filter_map(|event| member_of(&event.actor));
        agreed.flatten().chain(moved).collect()
    }

    /// Every round, oldest first.
    pub(crate) fn rounds(&self) -> Vec<Round> {
        let case = &self.case;
        let rounds = (1..=case.inspection.round).map(|number| {
            let opened = case.events.iter().find(|event| event.round == number && number > 1);
            let verdicts = case.verdicts.iter().filter(|verdict| verdict.round == number);
            let moments = verdicts.clone().map(|verdict| verdict.judged_at);
            let began = moments.clone().min().or(opened.map(|event| event.at));
            Round {
                number,
                opened_by: opened.map(|event| event.event.clone()).unwrap_or_default(),
                began_at: began.unwrap_or(case.inspection.created_at),
                judged_at: moments.max(),
                judged: verdicts.count(),
            }
        });
        rounds.collect()
    }

    /// The last signature of two people, with the move that it allowed.
    pub(crate) fn last_signature(&self) -> Option<(&Proposal, &InspectionEventRow)> {
        let mut events = self.case.events.iter().rev();
        events.find_map(|event| {
            let id = event.proposal_id?;
            let proposal = self.approved.iter().find(|proposal| proposal.id == id)?;
            Some((proposal, event))
        })
    }

    /// When anything that a document says of the inspection changed last.
    pub(crate) fn changed_at(&self) -> Timestamp {
        let case = &self.case;
        let events = case.events.iter().map(|event| event.at);
        let verdicts = case.verdicts.iter().map(|verdict| verdict.judged_at);
        let findings = case.findings.iter().map(|finding| finding.changed_at);
        let told = self.finding_events.values().flatten().map(|event| event.at);
        let answers = self.answers.iter().filter_map(|(_, served)| served.answer());
        let answers = answers.map(|answer| answer.changed_at);
        let documents = self.revisions.values().map(|revision| revision.uploaded_at);
        let latest = events
            .chain(verdicts)
            .chain(findings)
            .chain(told)
            .chain(answers)
            .chain(documents)
            .max();
        latest.map_or(case.inspection.created_at, |latest| {
            latest.max(case.inspection.created_at)
        })
    }
}

/// The member behind an event's actor.
pub(crate) fn member_of(actor: &str) -> Option<MemberId> {
    actor.strip_prefix("member:")?.parse().ok()
}

/// The revisions that a signed state names.
fn signed_revisions(proposal: &Proposal) -> Vec<RevisionId> {
    let state: Value = serde_json::from_str(&proposal.state).unwrap_or_default();
    let documents = state.get("documents").and_then(Value::as_array).into_iter().flatten();
    let documents = documents.filter_map(|document| document.get("revision")?.as_str());
    documents.filter_map(|id| id.parse().ok()).collect()
}

async fn people(tx: &Tx, ids: &BTreeSet<MemberId>) -> Result<BTreeMap<MemberId, Signatory>, StorageError> {
    let mut people = BTreeMap::new();
    for id in ids {
        let Some(row) = tx.member_find(*id).await? else {
            continue;
        };
        let organisation_id = row.member.organisation_id;
        let organisation = tx.organisation_find(organisation_id).await?;
        let signatory = Signatory {
            name: row.member.display_name,
            organisation_id,
            organisation_name: organisation.map(|found| found.name).unwrap_or_default(),
        };
        people.insert(*id, signatory);
    }
    Ok(people)
}
