//! Decides dated facts. Those on which a duty rests are recorded by the operator with what shows them; where it runs
//! and since when, a fintech says itself.

use naru_core::{Action, Day, FactId, FactKind, OrganisationId, OrganisationKind, Role};
use naru_rulebook::duty::OrgType;
use naru_storage::{FactRow, StorageError, Tx};
use serde_json::json;

use super::OrganisationError;
use crate::{Office, Staff, gate};

/// Characters of a value or of evidence at most.
const TEXT_MAX: usize = 200;
/// Facts of one organisation at most.
const FACTS_MAX: usize = 400;
/// Of those what a fintech can say itself at most, so that the operator always finds room.
const OWN_FACTS_MAX: usize = 100;

/// A fact to be recorded.
#[derive(Debug, Clone)]
pub struct NewFact<'a> {
    /// About whom.
    pub organisation_id: OrganisationId,
    /// What it says.
    pub kind: FactKind,
    /// With which value.
    pub value: &'a str,
    /// From which day on it holds.
    pub valid_from: Day,
    /// Until which day, that day included.
    pub valid_to: Option<Day>,
    /// What shows it.
    pub evidence: &'a str,
}

/// Records a fact; gates and duty follow in the same commit.
pub async fn record(office: &Office, staff: &Staff, fact: &NewFact<'_>) -> Result<FactId, OrganisationError> {
    may_record(staff, fact.kind, fact.organisation_id)?;
    check(fact)?;
    let storage = office.hub.storage();
    let row = &FactRow {
        id: FactId::new(office.hub.now(), storage.chance()),
        organisation_id: fact.organisation_id,
        kind: fact.kind,
        value: fact.value.trim().to_owned(),
        valid_from: fact.valid_from,
        valid_to: fact.valid_to,
        evidence: fact.evidence.trim().to_owned(),
        recorded_by: staff.actor().to_string(),
        recorded_at: office.hub.now(),
        ended_at: None,
    };
    let actor = staff.actor();
    let recorded = storage.run("fact_record", &actor, async |tx| {
        if tx.organisation_find(row.organisation_id).await?.is_none() {
            return Err(OrganisationError::Unknown);
        }
        room(&tx, (row.organisation_id, row.kind), staff).await?;
        tx.fact_insert(row).await?;
        let details = json!({ "fact": row.id, "kind": row.kind, "from": row.valid_from, "to": row.valid_to });
        tx.trail(Action::FactRecorded, row.organisation_id, details).await?;
        gate::service::work_out(&tx, &office.settings, row.organisation_id).await?;
        Ok(())
    });
    recorded.await?;
    Ok(row.id)
}

/// Whether there is room for one more fact: what a fintech says itself is bounded apart from all of them, those that
/// were taken back counted too, because they stay.
async fn room(
    tx: &Tx,
    (organisation, kind): (OrganisationId, FactKind),
    staff: &Staff,
) -> Result<(), OrganisationError> {
    let refused = |most: usize| {
        Err(OrganisationError::Refused(format!(
            "an organisation has at most {most} such facts"
        )))
    };
    let own = |kind: FactKind| matches!(kind, FactKind::Platform | FactKind::Launched);
    if staff.organisation.id == organisation && own(kind) {
        let history = tx.fact_history(organisation).await?;
        if history.iter().filter(|fact| own(fact.kind)).count() >= OWN_FACTS_MAX {
            return refused(OWN_FACTS_MAX);
        }
    }
    if tx.fact_list(organisation).await?.len() >= FACTS_MAX {
        return refused(FACTS_MAX);
    }
    Ok(())
}

/// Takes a fact back, because it was wrong or has ended before its day.
pub async fn end(
    office: &Office,
    staff: &Staff,
    (organisation, id): (OrganisationId, FactId),
) -> Result<(), OrganisationError> {
    let actor = staff.actor();
    let ended = office.hub.storage().run("fact_end", &actor, async |tx| {
        let facts = tx.fact_list(organisation).await?;
        let fact = facts
            .iter()
            .find(|fact| fact.id == id)
            .ok_or(OrganisationError::Unknown)?;
        may_record(staff, fact.kind, organisation)?;
        if !tx.fact_end(id).await? {
            return Err(OrganisationError::Changed);
        }
        let details = json!({ "fact": id, "kind": fact.kind, "ended": true });
        tx.trail(Action::FactRecorded, organisation, details).await?;
        gate::service::work_out(&tx, &office.settings, organisation).await?;
        Ok(())
    });
    ended.await
}

/// The facts of an organisation, oldest first.
pub async fn list(office: &Office, organisation: OrganisationId) -> Result<Vec<FactRow>, StorageError> {
    let listed = office
        .hub
        .storage()
        .read("fact_list", async |tx| tx.fact_list(organisation).await);
    listed.await
}

fn may_record(staff: &Staff, kind: FactKind, about: OrganisationId) -> Result<(), OrganisationError> {
    let own = staff.organisation.id == about;
    match kind {
        FactKind::Extension => Err(OrganisationError::Refused(
            "an extension is proposed with the proof that the agency is late, and decided by two people".to_owned(),
        )),
        FactKind::Platform | FactKind::Launched if own => {
            Ok(staff.require(Role::Administrator, OrganisationKind::Fintech)?)
        }
        _ => Ok(staff.require(Role::Desk, OrganisationKind::Operator)?),
    }
}

fn check(fact: &NewFact<'_>) -> Result<(), OrganisationError> {
    let field = |field, expected: &str| OrganisationError::field(field, expected);
    let value = fact.value.trim();
    if value.chars().count() > TEXT_MAX || fact.evidence.chars().count() > TEXT_MAX {
        return Err(field(
            "value",
            &format!("and evidence have at most {TEXT_MAX} characters each"),
        ));
    }
    if fact.valid_to.is_some_and(|to| to < fact.valid_from) {
        return Err(field("valid_to", "must not lie before valid_from"));
    }
    match fact.kind {
        FactKind::LegalType if OrgType::parse(value).is_err() => Err(field("value", "must be BANK, EFIN or OTHER")),
        FactKind::Platform if !["web", "android", "ios"].contains(&value) => {
            Err(field("value", "must be web, android or ios"))
        }
        FactKind::IsmsCertificate if fact.valid_to.is_none() => {
            Err(field("valid_to", "is needed: a certificate has an end"))
        }
        _ => Ok(()),
    }
}
