//! What the consoles show of inspections: an agency's queue, a fintech's overview, and one inspection item by item.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use naru_core::{InspectionId, Language, OrganisationId, OrganisationKind, Proposal, Timestamp};
use naru_rulebook::Party;
use naru_rulebook::catalogue::Control;
use naru_storage::{
    AnswerRow, EndedInspection, FindingRow, Inspected, InspectionEventRow, InspectionFilter, InspectionRow,
    RevisionRow, StorageError, Tx, VerdictRow,
};

use super::case::{Case, answers_of};
use super::time::{Time, time};
use super::{InspectionError, book};
use crate::answer::{Served, served};
use crate::{AdmissionSettings, Office, Staff};

/// An inspection in an agency's queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueEntry {
    /// The inspection.
    pub inspection: InspectionRow,
    /// The short name of the organisation.
    pub organisation_code: String,
    /// Its name.
    pub organisation_name: String,
    /// The time it has taken; none where it has no clock.
    pub time: Option<Time>,
    /// What the agency may do now; empty while it waits for the organisation.
    pub next: Vec<&'static str>,
}

/// An inspection as its organisation sees it in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// The inspection.
    pub inspection: InspectionRow,
    /// The time it has taken; none where it has no clock.
    pub time: Option<Time>,
    /// What the organisation may do now.
    pub next: Vec<&'static str>,
    /// Its findings that are open and that it was told of.
    pub open_findings: Vec<FindingRow>,
    /// How many of them are overdue.
    pub overdue: usize,
}

/// One item with everything an inspector needs beside the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemView {
    /// The item: its titles, its questions, the signals that are evidence for it.
    pub control: &'static Control,
    /// How it is answered, and through which other item.
    pub served: Served,
    /// The revisions that the answer names, expired ones too.
    pub evidence: Vec<RevisionRow>,
    /// The verdicts of every round, oldest first.
    pub verdicts: Vec<VerdictRow>,
    /// Its findings, oldest first.
    pub findings: Vec<FindingRow>,
    /// Whether it is judged in the present round.
    pub in_round: bool,
}

impl ItemView {
    /// The question in a language; Korean where there is no English one.
    pub fn question(&self, language: Language) -> &'static str {
        let en = self.control.question_en.as_deref().unwrap_or(&self.control.question_ko);
        language.pick(&self.control.question_ko, en)
    }

    /// The answer, whichever item it was given to.
    pub const fn answer(&self) -> Option<&AnswerRow> {
        self.served.answer()
    }
}

/// One inspection, as far as the member may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionView {
    /// The inspection.
    pub inspection: InspectionRow,
    /// Who is inspected.
    pub organisation_name: String,
    /// Every move and signature, oldest first.
    pub timeline: Vec<InspectionEventRow>,
    /// The time it has taken; none where it has no clock.
    pub time: Option<Time>,
    /// Every item, in the order of the catalogue.
    pub items: Vec<ItemView>,
    /// What the member's side may do now.
    pub next: Vec<&'static str>,
    /// What waits for a second person; empty for the organisation where the agency proposed it.
    pub proposals: Vec<Proposal>,
    /// Whether the member's side gives verdicts now.
    pub may_judge: bool,
}

fn next(settings: &AdmissionSettings, (inspection, party): (&InspectionRow, Party)) -> Vec<&'static str> {
    book::machine(settings, inspection.machine).events_of(&inspection.state, party)
}

/// The inspections of the member's agency, those first whose clock has run longest; in one state, or all under way.
pub async fn queue(office: &Office, staff: &Staff, state: &str) -> Result<Vec<QueueEntry>, InspectionError> {
    book::require_reader(staff)?;
    let own = staff.organisation.id;
    let filter = InspectionFilter {
        agency_id: Some(own),
        state: state.to_owned(),
        under_way: state.is_empty(),
        limit: 500,
        ..InspectionFilter::default()
    };
    let now = office.hub.now();
    let read = office.hub.storage().read("inspection_queue", async |tx| {
        let mut events: HashMap<InspectionId, Vec<InspectionEventRow>> = HashMap::new();
        for event in tx.inspection_event_list_pending(own).await? {
            events.entry(event.inspection_id).or_default().push(event);
        }
        let mut names: HashMap<OrganisationId, (String, String)> = HashMap::new();
        let mut entries = Vec::new();
        for inspection in tx.inspection_list(&filter).await? {
            let id = inspection.organisation_id;
            let (organisation_code, organisation_name) = match names.entry(id) {
                Entry::Occupied(known) => known.get().clone(),
                Entry::Vacant(unknown) => {
                    let found = tx.organisation_find(id).await?;
                    let name = found.map(|found| (found.code, found.name)).unwrap_or_default();
                    unknown.insert(name).clone()
                }
            };
            let moved = events.remove(&inspection.id).unwrap_or_default();
            entries.push(QueueEntry {
                time: time(&office.settings, (&inspection, &moved), now),
                next: next(&office.settings, (&inspection, Party::Agency)),
                inspection,
                organisation_code,
                organisation_name,
            });
        }
        Ok::<_, StorageError>(entries)
    });
    let mut entries = read.await?;
    // An inspection whose clock has not started comes after those whose clock runs.
    entries.sort_by_key(|entry| {
        let started = entry.time.as_ref().and_then(|time| time.spent.started_at);
        (started.is_none(), started, entry.inspection.state_since)
    });
    Ok(entries)
}

/// Inspections that have ended, the latest first, behind one of them: those of the member's agency, or all for the
/// operator and the supervisor.
///
/// # Errors
/// [`InspectionError::Denied`] for everybody else.
pub async fn archive(
    office: &Office,
    staff: &Staff,
    behind: Option<(Timestamp, InspectionId)>,
    limit: i64,
) -> Result<Vec<EndedInspection>, InspectionError> {
    let who = match staff.organisation.kind {
        OrganisationKind::Operator | OrganisationKind::Supervisor => {
            crate::organisation::overview::require_overview(staff)?;
            Inspected::ByAnybody
        }
        _ => {
            book::require_reader(staff)?;
            Inspected::By(staff.organisation.id)
        }
    };
    let read = office.hub.storage().read("inspection_archive", async |tx| {
        tx.inspection_list_ended(who, behind, limit).await
    });
    let ended: Result<_, StorageError> = read.await;
    Ok(ended?)
}

/// The inspections of the member's organisation, newest first, with what to do next.
pub async fn overview(office: &Office, staff: &Staff) -> Result<Vec<Overview>, InspectionError> {
    let now = office.hub.now();
    let read = office.hub.storage().read("inspection_overview", async |tx| {
        let mut found = Vec::new();
        for inspection in tx.inspection_list_of(staff.organisation.id).await? {
            let events = tx.inspection_event_list(inspection.id).await?;
            let findings = tx.finding_list(inspection.id).await?;
            let open_findings: Vec<FindingRow> = findings
                .into_iter()
                .filter(|finding| finding.is_open() && book::is_told(&inspection, finding.round))
                .collect();
            found.push(Overview {
                time: time(&office.settings, (&inspection, &events), now),
                next: next(&office.settings, (&inspection, Party::Org)),
                overdue: open_findings
                    .iter()
                    .filter(|finding| finding.is_overdue(now.day()))
                    .count(),
                inspection,
                open_findings,
            });
        }
        Ok::<_, StorageError>(found)
    });
    Ok(read.await?)
}

/// One inspection with all its items. What an agency has written and not sent is not shown to the organisation.
pub async fn view(office: &Office, staff: &Staff, id: InspectionId) -> Result<InspectionView, InspectionError> {
    let now = office.hub.now();
    let read = office.hub.storage().read("inspection_view", async |tx| {
        let case = Case::load(&tx, id).await?;
        let party = match staff.organisation.kind {
            OrganisationKind::Supervisor => None,
            _ => Some(book::reader(staff, &case.inspection)?),
        };
        let organisation = tx.organisation_find(case.inspection.organisation_id).await?;
        let items = items_of(&tx, &case, party).await?;
        let open = tx.proposal_list_of_subject(&id.to_string()).await?.into_iter();
        let judging = book::judging(&case.inspection);
        let hides_proposals = party == Some(Party::Org) && case.inspection.agency_id.is_some();
        Ok(InspectionView {
            organisation_name: organisation.map(|found| found.name).unwrap_or_default(),
            time: time(&office.settings, (&case.inspection, &case.events), now),
            items,
            next: party.map_or_else(Vec::new, |party| next(&office.settings, (&case.inspection, party))),
            proposals: open.filter(|p| p.decision.is_none() && !hides_proposals).collect(),
            may_judge: party.is_some() && judging == party,
            inspection: case.inspection,
            timeline: case.events,
        })
    });
    read.await
}

async fn items_of(tx: &Tx, case: &Case, party: Option<Party>) -> Result<Vec<ItemView>, StorageError> {
    let answers = answers_of(tx, &case.inspection).await?;
    let scope = case.scope();
    let shows = |round: i64| party != Some(Party::Org) || book::is_told(&case.inspection, round);
    let mut views = Vec::new();
    for control in book::items(&case.inspection) {
        let served = served(&answers, &control.id);
        let mut evidence = Vec::new();
        for revision in served
            .answer()
            .map(|answer| answer.revisions.as_slice())
            .unwrap_or_default()
        {
            evidence.extend(tx.revision_find(*revision).await?);
        }
        let verdicts = case
            .verdicts
            .iter()
            .filter(|v| v.control_id == control.id && shows(v.round));
        let findings = case
            .findings
            .iter()
            .filter(|f| f.control_id == control.id && shows(f.round));
        views.push(ItemView {
            control,
            served,
            evidence,
            verdicts: verdicts.cloned().collect(),
            findings: findings.cloned().collect(),
            in_round: scope.contains(&control.id.as_str()),
        });
    }
    Ok(views)
}
