//! `naru keys`: the keys with which the hub signs. A serving hub follows within seconds.

use clap::Subcommand;
use naru_auth::key::service::{self, KeyError, KeyStore};
use naru_storage::SigningKey;
use serde_json::{Value, json};

use super::{Context, Done, Failure, operator, table};
use crate::app;

/// What can be done about keys.
#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// Every key with its state
    List,
    /// The next key begins to sign, the active one is kept for verifying, and another is published as next
    Rotate {
        /// Although the next key was not published for ten minutes, such as when the active one is in other hands
        #[arg(long)]
        now: bool,
    },
    /// Withdraws a key: what it signed verifies no longer
    Revoke {
        /// Its kid
        kid: String,
    },
}

fn failure(error: KeyError) -> Failure {
    Failure::Failed(error.to_string())
}

fn to_json(key: &SigningKey) -> Value {
    json!({
        "kid": key.kid,
        "purpose": key.purpose,
        "algorithm": key.algorithm,
        "state": key.state,
        "state_since": key.state_since.to_string(),
        "held": held(key),
        "created_at": key.created_at.to_string(),
    })
}

const fn held(key: &SigningKey) -> &'static str {
    if key.token_label.is_some() { "token" } else { "sealed" }
}

pub(super) async fn run(context: &Context, command: KeysCommand) -> Done {
    let storage = context.storage().await?;
    let store = match &command {
        KeysCommand::Rotate { .. } => app::key_store(&context.config()?)?,
        _ => KeyStore::Sealed,
    };
    match command {
        KeysCommand::List => {}
        KeysCommand::Rotate { now } => {
            service::rotate(&storage, &operator(), &store, now)
                .await
                .map_err(failure)?;
        }
        KeysCommand::Revoke { kid } => service::revoke(&storage, &operator(), &kid).await.map_err(failure)?,
    }
    let keys = service::list(&storage).await?;
    let value: Value = keys.iter().map(to_json).collect();
    context.print(&value, |_| {
        if keys.is_empty() {
            return "no key yet; a hub that starts makes the first one".to_owned();
        }
        let row = |key: &SigningKey| {
            vec![
                key.kid.clone(),
                key.state.to_string(),
                key.state_since.to_string(),
                key.algorithm.clone(),
                held(key).to_owned(),
            ]
        };
        let rows: Vec<_> = keys.iter().map(row).collect();
        table(&["kid", "state", "since", "algorithm", "held"], &rows)
    });
    Ok(())
}
