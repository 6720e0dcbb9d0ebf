//! `naru grant`: what people granted.

use clap::Subcommand;
use naru_auth::client::service as clients;
use naru_auth::grant::service::{self as grants, GrantError, GrantView, Whose};
use naru_core::{
    Consent, ConsentState, GrantId, GrantState, Person, Registration, RevokedBy, Timestamp, UserSeqNo, mask_account,
};
use naru_storage::{Storage, StorageError};
use serde_json::{Value, json};

use super::{Context, Done, Failure, operator, table};

/// What can be done about grants.
#[derive(Subcommand)]
pub(super) enum GrantCommand {
    /// Everything that a person granted, newest first
    List {
        /// The person's user_seq_no, 10 digits
        #[arg(long, value_name = "USER_SEQ_NO", value_parser = UserSeqNo::parse)]
        person: UserSeqNo,
    },
    /// Ends a grant: every token under it is refused from the next call on
    Revoke {
        /// The grant's id (gnt_…)
        grant: GrantId,
    },
    /// Ends every living grant of a person, or of a client
    RevokeAll {
        /// The person's user_seq_no, 10 digits
        #[arg(long, value_name = "USER_SEQ_NO", value_parser = UserSeqNo::parse, required_unless_present = "client")]
        person: Option<UserSeqNo>,
        /// The client's client_use_code, or its id (cli_…)
        #[arg(long, value_name = "CLIENT", conflicts_with = "person")]
        client: Option<String>,
    },
}

pub(super) async fn run(context: &Context, command: GrantCommand) -> Done {
    match command {
        GrantCommand::List { person } => list(context, &person).await,
        GrantCommand::Revoke { grant } => revoke(context, grant).await,
        GrantCommand::RevokeAll { person, client } => revoke_all(context, person.as_ref(), client.as_deref()).await,
    }
}

async fn find_person(storage: &Storage, user_seq_no: &UserSeqNo) -> Result<Person, Failure> {
    let found = storage.read("person_find", async |tx| tx.person_find_by_seq(user_seq_no).await);
    let found: Option<Person> = found
        .await
        .map_err(|error: StorageError| Failure::Failed(error.to_string()))?;
    found.ok_or_else(|| {
        Failure::Failed(format!(
            "nobody has the user_seq_no {user_seq_no}; fintechs get it with a token"
        ))
    })
}

async fn list(context: &Context, user_seq_no: &UserSeqNo) -> Done {
    let storage = context.storage().await?;
    let person = find_person(&storage, user_seq_no).await?;
    let views = grants::list_of_person(&storage, person.id).await?;
    let now = storage.clock().now();
    let value: Value = views.iter().map(|view| to_json(view, now)).collect();
    context.print(&value, |_| to_text(&views, now));
    Ok(())
}

fn state(view: &GrantView, now: Timestamp) -> &'static str {
    match view.grant.state(now) {
        GrantState::Active => "active",
        GrantState::Expired => "expired",
        GrantState::Revoked { .. } => "revoked",
    }
}

fn consent(consent: &Consent, now: Timestamp) -> &'static str {
    match consent.state(now) {
        ConsentState::Missing => "-",
        ConsentState::Alive => "agreed",
        ConsentState::Expired(_) => "expired",
        ConsentState::Ended(_) => "ended",
    }
}

fn to_json(view: &GrantView, now: Timestamp) -> Value {
    let grant = &view.grant;
    let registration = |registration: &Registration| {
        json!({
            "fintech_use_num": registration.fintech_use_num,
            "bank_code_std": registration.account.bank_code,
            "account_num_masked": mask_account(&registration.account.account_num),
            "inquiry": consent(&registration.inquiry, now),
            "transfer": consent(&registration.transfer, now),
        })
    };
    json!({
        "id": grant.id,
        "client": grant.client_id,
        "client_use_code": view.client.client_use_code,
        "client_name": view.client.name,
        "scopes": grant.scopes.to_string(),
        "state": state(view, now),
        "revoked_by": grant.revoked.map(|(by, _)| by),
        "revoked_at": grant.revoked.map(|(_, at)| at.to_string()),
        "created_at": grant.created_at.to_string(),
        "expires_at": grant.expires_at.to_string(),
        "last_used_at": grant.last_used_at.map(|at| at.to_string()),
        "accounts": view.registrations.iter().map(registration).collect::<Vec<_>>(),
    })
}

fn to_text(views: &[GrantView], now: Timestamp) -> String {
    if views.is_empty() {
        return "this person granted nothing".to_owned();
    }
    let row = |view: &GrantView| {
        let grant = &view.grant;
        vec![
            grant.id.to_string(),
            format!("{} {}", view.client.client_use_code, view.client.name),
            grant.scopes.to_string(),
            grant.created_at.to_string(),
            grant.expires_at.to_string(),
            grant
                .last_used_at
                .map_or_else(|| "never".to_owned(), |at| at.to_string()),
            match grant.revoked {
                Some((by, at)) => format!("{} by {by} {at}", state(view, now)),
                None => state(view, now).to_owned(),
            },
        ]
    };
    let rows: Vec<_> = views.iter().map(row).collect();
    let mut text = table(
        &["grant", "client", "scopes", "since", "until", "last used", "state"],
        &rows,
    );
    let mut accounts = Vec::new();
    let mut told = Vec::new();
    for view in views {
        if told.contains(&view.client.id) {
            continue;
        }
        told.push(view.client.id);
        accounts.extend(view.registrations.iter().map(|registration| {
            vec![
                view.client.client_use_code.to_string(),
                registration.fintech_use_num.to_string(),
                registration.account.bank_code.to_string(),
                mask_account(&registration.account.account_num),
                consent(&registration.inquiry, now).to_owned(),
                consent(&registration.transfer, now).to_owned(),
            ]
        }));
    }
    if !accounts.is_empty() {
        text.push_str("\n\n");
        text.push_str(&table(
            &["client", "fintech_use_num", "bank", "account", "inquiry", "transfer"],
            &accounts,
        ));
    }
    text
}

async fn revoke(context: &Context, id: GrantId) -> Done {
    let storage = context.storage().await?;
    let grant = grants::revoke(&storage, &operator(), id, (RevokedBy::Operator, None)).await;
    let grant = grant.map_err(|error| match error {
        GrantError::Unknown => Failure::Failed(format!("{error}; `naru grant list --person …` shows a person's")),
        _ => Failure::Failed(error.to_string()),
    })?;
    let value = json!({ "id": id, "client": grant.client_id, "state": "revoked", "by": RevokedBy::Operator });
    context.print(&value, |_| {
        format!("{id} is ended; every token under it is refused from the next call on")
    });
    Ok(())
}

async fn revoke_all(context: &Context, person: Option<&UserSeqNo>, client: Option<&str>) -> Done {
    let storage = context.storage().await?;
    let (whose, name) = match (person, client) {
        (Some(number), _) => (
            Whose::Person(find_person(&storage, number).await?.id),
            number.to_string(),
        ),
        (None, Some(name)) => (Whose::Client(clients::find(&storage, name).await?.id), name.to_owned()),
        (None, None) => return Err(Failure::Usage("--person or --client is needed".to_owned())),
    };
    let ended = grants::revoke_all(&storage, &operator(), whose, RevokedBy::Operator).await?;
    context.print(&json!({ "of": name, "grants_ended": ended }), |_| {
        format!("{ended} grants of {name} are ended; every token under them is refused from the next call on")
    });
    Ok(())
}
