//! Gives an inspection out as a bundle, after checking it as strictly as one that comes from outside.

use naru_core::InspectionId;
use naru_oscal::Bundle;
use naru_rulebook::Party;

use super::ExportError;
use super::catalogue::{CATALOGUE, PROFILE, catalog, mappings, profile};
use super::plan::{self, PLAN};
use super::results::{RESULTS, results};
use super::risks::{PLAN_OF_ACTION, plan_of_action};
use super::system::{self, SYSTEM, system_key};
use crate::inspection::{Case, side};
use crate::report::record::{Record, may_look};
use crate::{Office, Staff};

const MAPPING: &str = "mapping.json";

/// The files of an inspection, for a member whom it concerns.
///
/// # Errors
/// [`ExportError::NotFinal`] for the inspected organisation before it is told the result.
pub async fn export(office: &Office, staff: &Staff, id: InspectionId) -> Result<Vec<(String, Vec<u8>)>, ExportError> {
    let read = office.hub.storage().read("oscal_export", async |tx| {
        let case = Case::load(&tx, id).await?;
        if !may_look(staff, &case) {
            return Err(ExportError::Unknown);
        }
        let is_judged_by_another = case.inspection.agency_id.is_some();
        let is_told = case.inspection.ended_at.is_some();
        if is_judged_by_another && !is_told && side(staff, &case.inspection) == Ok(Party::Org) {
            return Err(ExportError::NotFinal(case.inspection.state.clone()));
        }
        Ok(Record::of(&tx, &office.settings, case).await?)
    });
    files(&read.await?)
}

/// The files of an inspection, for whoever runs the hub.
pub async fn export_all(office: &Office, id: InspectionId) -> Result<Vec<(String, Vec<u8>)>, ExportError> {
    let read = office.hub.storage().read("oscal_export", async |tx| {
        Ok(Record::load(&tx, &office.settings, id).await?)
    });
    let record: Result<Record, ExportError> = read.await;
    files(&record?)
}

fn files(record: &Record) -> Result<Vec<(String, Vec<u8>)>, ExportError> {
    let bundle = bundle(record)?;
    let faults = bundle.check();
    if faults.is_empty() {
        Ok(bundle.to_files())
    } else {
        Err(ExportError::Faulty(faults.iter().map(ToString::to_string).collect()))
    }
}

/// The documents. What there is nothing to say in is left out: results before the first verdict, and a plan of action
/// where no finding is open.
pub(super) fn bundle(record: &Record) -> Result<Bundle, ExportError> {
    let mut bundle = Bundle::new();
    bundle.insert(CATALOGUE, catalog(record.catalogue)?)?;
    bundle.insert(PROFILE, profile(record, &system_key(record))?)?;
    if let Some(mappings) = mappings(record.catalogue)? {
        bundle.insert(MAPPING, mappings)?;
    }
    bundle.insert(SYSTEM, system::plan(record)?)?;
    bundle.insert(PLAN, plan::plan(record)?)?;
    if let Some(results) = results(record)? {
        bundle.insert(RESULTS, results)?;
    }
    if let Some(plan) = plan_of_action(record)? {
        bundle.insert(PLAN_OF_ACTION, plan)?;
    }
    Ok(bundle)
}
