//! `naru certificate`: certificates that the hub's own authority issues to clients.

use std::path::PathBuf;

use clap::Subcommand;
use naru_auth::client::certificate::{self, CertificateError};
use naru_auth::client::service as clients;
use naru_storage::CertificateRow;
use serde_json::{Value, json};

use super::{Context, Done, Failure, operator, read_text, table};
use crate::app;

/// What can be done about certificates.
#[derive(Subcommand)]
pub(super) enum CertificateCommand {
    /// Issues a certificate over the key of a signing request; printed as PEM. To renew one, issue another
    Issue {
        /// The client's client_use_code, or its id (cli_…)
        client: String,
        /// The signing request, PEM
        #[arg(long, value_name = "FILE.pem")]
        csr: PathBuf,
        /// How long it holds
        #[arg(long, default_value_t = 365)]
        days: i64,
    },
    /// A client's certificates
    List {
        /// The client's client_use_code, or its id (cli_…)
        client: String,
    },
    /// Takes a certificate back; grants with tokens bound to it end
    Revoke {
        /// Its serial number, hexadecimal
        serial: String,
        /// Why (RFC 5280 5.3.1)
        #[arg(long, default_value = "unspecified")]
        reason: String,
    },
}

fn failure(error: CertificateError) -> Failure {
    match error {
        CertificateError::Storage(_) => Failure::Failed(error.to_string()),
        _ => Failure::Usage(error.to_string()),
    }
}

fn to_json(row: &CertificateRow) -> Value {
    let revoked = row.revoked.as_ref();
    json!({
        "serial": row.serial,
        "client_id": row.client_id,
        "certificate_sha256": naru_crypto::hex(&row.sha256),
        "issued_at": row.issued_at.to_string(),
        "expires_at": row.expires_at.to_string(),
        "revoked_at": revoked.map(|(at, _)| at.to_string()),
        "revoked_reason": revoked.map(|(_, reason)| reason),
    })
}

pub(super) async fn run(context: &Context, command: CertificateCommand) -> Done {
    let storage = context.storage().await?;
    match command {
        CertificateCommand::Issue { client, csr, days } => {
            let csr = read_text(&csr)?;
            let authority = app::authority(&context.config()?)?.ok_or_else(|| {
                Failure::Usage("the configuration has no [authority]: the hub issues none".to_owned())
            })?;
            let client = clients::find(&storage, &client).await?;
            let row = certificate::issue(&storage, (&operator(), &authority), &client, (&csr, days))
                .await
                .map_err(failure)?;
            let mut value = to_json(&row);
            value["pem"] = json!(row.pem);
            context.print(&value, |_| row.pem.clone());
        }
        CertificateCommand::List { client } => {
            let client = clients::find(&storage, &client).await?;
            let rows = certificate::list(&storage, &client).await?;
            let value: Value = rows.iter().map(to_json).collect();
            context.print(&value, |_| to_text(&rows));
        }
        CertificateCommand::Revoke { serial, reason } => {
            let ended = certificate::revoke(&storage, &operator(), &serial, &reason)
                .await
                .map_err(failure)?;
            let value = json!({ "serial": serial, "reason": reason, "grants_ended": ended });
            context.print(&value, |_| {
                format!("certificate {serial} is revoked ({reason}); {ended} grants ended with it")
            });
        }
    }
    Ok(())
}

fn to_text(rows: &[CertificateRow]) -> String {
    if rows.is_empty() {
        return "no certificate yet; `naru certificate issue` issues one".to_owned();
    }
    let row = |row: &CertificateRow| {
        let revoked = row.revoked.as_ref().map(|(at, reason)| format!("{at} {reason}"));
        vec![
            row.serial.clone(),
            row.issued_at.to_string(),
            row.expires_at.to_string(),
            revoked.unwrap_or_else(|| "-".to_owned()),
        ]
    };
    let rows: Vec<_> = rows.iter().map(row).collect();
    table(&["serial", "issued", "until", "revoked"], &rows)
}
