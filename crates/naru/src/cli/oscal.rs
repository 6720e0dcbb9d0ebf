//! `naru oscal`: inspections as bundles of OSCAL documents, out, in, and looked at without a hub.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use naru_admission::{Office, Staff, oscal};
use naru_core::{Action, InspectionId};
use naru_storage::{Storage, StorageError};
use naru_web::Hub;
use serde_json::json;

use super::{Context, Done, Failure, operator};
use crate::app;

/// Files of a bundle at most.
const FILES_MAX: usize = 256;

/// What can be done with bundles.
#[derive(Subcommand)]
pub(super) enum OscalCommand {
    /// Writes an inspection as a bundle; the same state gives the same bytes
    Export {
        /// The inspection (ins_…)
        inspection: InspectionId,
        /// Where the files go; made where it is missing
        folder: PathBuf,
    },
    /// Takes the present round of an inspection from a bundle: whole, or not at all
    Import {
        /// Where the files are
        folder: PathBuf,
        /// The inspection (ins_…)
        #[arg(long)]
        inspection: InspectionId,
        /// In whose name: the code of an agency and the name of its inspector, such as `agency/inspector`
        #[arg(long = "as", value_name = "AGENCY/USER")]
        by: String,
    },
    /// Says what is wrong with a bundle; needs no hub
    Check {
        /// Where the files are
        folder: PathBuf,
    },
}

pub(super) async fn run(context: &Context, command: OscalCommand) -> Done {
    match command {
        OscalCommand::Check { folder } => check(context, &folder),
        OscalCommand::Export { inspection, folder } => export(context, inspection, &folder).await,
        OscalCommand::Import { folder, inspection, by } => import(context, (inspection, &folder), &by).await,
    }
}

fn check(context: &Context, folder: &Path) -> Done {
    let faults = oscal::check(files(folder)?).map_err(|error| Failure::Failed(error.to_string()))?;
    let told: Vec<_> = faults
        .iter()
        .map(|fault| json!({ "document": fault.document, "place": fault.place, "what": fault.sentence }))
        .collect();
    context.print(&json!({ "faults": told }), |_| {
        let lines = faults
            .iter()
            .map(|fault| format!("{} {}: {}", fault.document, fault.place, fault.sentence));
        let text = lines.collect::<Vec<_>>().join("\n");
        if text.is_empty() {
            "nothing is wrong".to_owned()
        } else {
            text
        }
    });
    match faults.len() {
        0 => Ok(()),
        count => Err(Failure::Failed(format!("{count} faults"))),
    }
}

async fn export(context: &Context, inspection: InspectionId, folder: &Path) -> Done {
    let office = office(context).await?;
    let files = oscal::export_all(&office, inspection)
        .await
        .map_err(|error| Failure::Failed(error.to_string()))?;
    std::fs::create_dir_all(folder)?;
    for (name, bytes) in &files {
        std::fs::write(folder.join(name), bytes)?;
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    context.print(&json!({ "folder": folder, "files": names }), |_| names.join("\n"));
    Ok(())
}

async fn import(context: &Context, (inspection, folder): (InspectionId, &Path), by: &str) -> Done {
    let office = office(context).await?;
    let (organisation, user_name) = by
        .split_once('/')
        .ok_or_else(|| Failure::Usage("--as needs an agency and a user, such as agency/inspector".to_owned()))?;
    let staff = staff(office.hub.storage(), organisation, user_name).await?;
    let imported = match oscal::import(&office, &staff, inspection, files(folder)?).await {
        Ok(imported) => imported,
        Err(error) => {
            let against = error.sentences();
            context.print(&json!({ "against": against }), |_| against.join("\n"));
            return Err(Failure::Failed(format!("nothing was taken: {} reasons", against.len())));
        }
    };
    let by = operator();
    let noted = office.hub.storage().run("oscal_import", &by, async |tx| {
        // The verdicts are the inspector's; who carried them in stands beside them.
        let details = json!({ "oscal_import": true, "as": staff.member.id, "round": imported.round });
        tx.trail(Action::VerdictGiven, inspection, details).await
    });
    noted
        .await
        .map_err(|error: StorageError| Failure::Failed(error.to_string()))?;
    print_imported(context, &imported);
    Ok(())
}

fn print_imported(context: &Context, imported: &oscal::Imported) {
    let value = json!({
        "round": imported.round, "verdicts": imported.verdicts, "findings": imported.findings,
        "unchanged": imported.unchanged, "left_out": imported.left_out,
    });
    context.print(&value, |_| {
        let counts = format!(
            "round {}: {} verdicts, {} findings, {} unchanged",
            imported.round, imported.verdicts, imported.findings, imported.unchanged
        );
        let left_out = imported.left_out.iter().map(|what| format!("left out: {what}"));
        std::iter::once(counts).chain(left_out).collect::<Vec<_>>().join("\n")
    });
}

async fn office(context: &Context) -> Result<Office, Failure> {
    let config = context.config()?;
    let storage = context.storage().await?;
    Ok(Office {
        hub: Hub::start(storage, app::hub_settings(&config)?),
        settings: Arc::new(config.admission),
    })
}

async fn staff(storage: &Storage, organisation: &str, user_name: &str) -> Result<Staff, Failure> {
    let organisation = super::organisation::find(storage, organisation).await?;
    let id = organisation.id;
    let found = storage.read("member_find", async |tx| tx.member_find_by_name(id, user_name).await);
    let found = found
        .await
        .map_err(|error: StorageError| Failure::Failed(error.to_string()))?;
    let row = found.ok_or_else(|| Failure::Usage(format!("{} has no member {user_name}", organisation.code)))?;
    Ok(Staff {
        member: row.member,
        organisation,
    })
}

/// The JSON files of a folder, by their names.
fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
            .to_owned();
        if !name.ends_with(".json") {
            continue;
        }
        if files.len() >= FILES_MAX {
            return Err(Failure::Usage(format!(
                "{}: more than {FILES_MAX} files",
                folder.display()
            )));
        }
        files.push((name, std::fs::read(&path)?));
    }
    files.sort();
    Ok(files)
}
