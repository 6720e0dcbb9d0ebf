//! `naru client`: fintechs' clients. A change holds from the next call on.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use naru_auth::client::service::{self as clients, ClientError, Registration};
use naru_core::{
    BankCode, Client, ClientEvent, ClientLimits, ClientUseCode, ContractAccount, Direction, Environment, Scopes, Won,
};
use naru_storage::{Storage, StorageError};
use serde_json::{Value, json};

use super::client_view::{environment_word, to_json, to_text};
use super::credential::CredentialArgs;
use super::{Context, Done, Failure, operator, read_text, table};
use crate::up::certificate_sha256;

const LIMITS: &str = "10000000,100000000,1000000000";

/// What can be done about clients.
#[derive(Subcommand)]
pub(super) enum ClientCommand {
    /// Registers a client; in the test bed its secret is printed, this once
    Register(Box<RegisterArgs>),
    /// All clients
    List,
    /// One client with its limits
    Show {
        /// Its client_use_code, or its id (cli_…)
        client: String,
    },
    /// Admits a client that is registered but not active
    Activate {
        /// Its client_use_code, or its id (cli_…)
        client: String,
        /// Why; kept with the client and in the trail
        #[arg(long, default_value = "", value_name = "TEXT")]
        reason: String,
    },
    /// Stops a client: its calls are refused until it is resumed
    Suspend {
        /// Its client_use_code, or its id (cli_…)
        client: String,
        /// Why; shown as evidence under the broken link
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Lets a suspended client call again
    Resume {
        /// Its client_use_code, or its id (cli_…)
        client: String,
        /// Why; kept with the client and in the trail
        #[arg(long, default_value = "", value_name = "TEXT")]
        reason: String,
    },
    /// Ends a client for good
    Close {
        /// Its client_use_code, or its id (cli_…)
        client: String,
        /// Why; shown as evidence under the broken link
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Changes how a client of the fapi2 profile proves itself; holds from its next request on
    Credential {
        /// Its client_use_code, or its id (cli_…)
        client: String,
        #[command(flatten)]
        credential: CredentialArgs,
    },
    /// Changes how much a client may move in one direction
    Limit(LimitArgs),
    /// Gives a client another certificate, or none; tokens bound to the old one are refused
    Certificate {
        /// Its client_use_code, or its id (cli_…)
        client: String,
        /// The certificate, PEM; the first one of the file counts
        #[arg(
            long,
            value_name = "FILE.pem",
            required_unless_present = "none",
            conflicts_with = "none"
        )]
        file: Option<PathBuf>,
        /// No certificate; test bed only
        #[arg(long)]
        none: bool,
    },
}

/// A new client.
#[derive(Args)]
pub(super) struct RegisterArgs {
    /// As people are shown it
    #[arg(long)]
    name: String,
    /// The institution that holds its contract account, 3 digits
    #[arg(long, value_name = "CODE", value_parser = BankCode::parse)]
    bank: BankCode,
    /// The contract account's number, 10 to 14 digits
    #[arg(long, value_name = "NUM", value_parser = account_num)]
    account: String,
    /// In whose name the contract account is
    #[arg(long, value_name = "NAME")]
    holder: String,
    /// `test-bed` or `production`
    #[arg(long, default_value = "test-bed", value_parser = environment)]
    environment: Environment,
    /// What it may ask people for: words of `login inquiry transfer oob`
    #[arg(long, default_value = "login inquiry transfer oob", value_parser = Scopes::parse)]
    scopes: Scopes,
    /// Where answers may be sent; may be given again
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Its certificate for mutual TLS, PEM; required in production
    #[arg(long, value_name = "FILE.pem")]
    certificate: Option<PathBuf>,
    /// Its code, a letter and 9 digits; a fresh one where none is given
    #[arg(long, value_name = "CODE", value_parser = ClientUseCode::parse)]
    client_use_code: Option<ClientUseCode>,
    /// What it may take from people, in won: per transfer, day and month
    #[arg(long, default_value = LIMITS, value_name = "T,D,M", value_parser = limits)]
    withdraw_limits: ClientLimits,
    /// What it may pay out, in won: per transfer, day and month
    #[arg(long, default_value = LIMITS, value_name = "T,D,M", value_parser = limits)]
    deposit_limits: ClientLimits,
    /// The code of the organisation behind it; without one, production refuses every call
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,
    #[command(flatten)]
    credential: CredentialArgs,
}

/// New limits.
#[derive(Args)]
pub(super) struct LimitArgs {
    /// Its client_use_code, or its id (cli_…)
    client: String,
    /// `withdraw` from people, or `deposit` to payees
    #[arg(long, value_parser = Direction::parse)]
    direction: Direction,
    /// Per transfer, in won
    #[arg(long, value_name = "WON", value_parser = Won::parse_amount)]
    transfer: Won,
    /// Per day in Seoul, in won
    #[arg(long, value_name = "WON", value_parser = Won::parse_amount)]
    day: Won,
    /// Per calendar month in Seoul, in won
    #[arg(long, value_name = "WON", value_parser = Won::parse_amount)]
    month: Won,
}

fn account_num(text: &str) -> Result<String, String> {
    let right = (10..=14).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if right {
        Ok(text.to_owned())
    } else {
        Err("must be 10 to 14 digits without separators".to_owned())
    }
}

fn environment(text: &str) -> Result<Environment, String> {
    Environment::parse(&text.replace('-', "_")).map_err(|_| "must be test-bed or production".to_owned())
}

fn limits(text: &str) -> Result<ClientLimits, String> {
    let parts: Vec<_> = text.split(',').map(|part| Won::parse_amount(part.trim())).collect();
    match parts.as_slice() {
        [Ok(transfer), Ok(day), Ok(month)] => Ok(ClientLimits {
            transfer_won: *transfer,
            day_won: *day,
            month_won: *month,
        }),
        _ => Err("must be three amounts in won: per transfer, day and month, such as 1000000,5000000,50000000".into()),
    }
}

pub(super) async fn run(context: &Context, command: ClientCommand) -> Done {
    match command {
        ClientCommand::Register(args) => register(context, *args).await,
        ClientCommand::List => list(context).await,
        ClientCommand::Show { client } => {
            let client = find(&context.storage().await?, &client).await?;
            context.print(&to_json(&client), |_| to_text(&client));
            Ok(())
        }
        ClientCommand::Activate { client, reason } => change(context, (&client, ClientEvent::Activate), &reason).await,
        ClientCommand::Suspend { client, reason } => change(context, (&client, ClientEvent::Suspend), &reason).await,
        ClientCommand::Resume { client, reason } => change(context, (&client, ClientEvent::Resume), &reason).await,
        ClientCommand::Close { client, reason } => change(context, (&client, ClientEvent::Close), &reason).await,
        ClientCommand::Credential { client, credential } => change_credential(context, &client, &credential).await,
        ClientCommand::Limit(args) => limit(context, &args).await,
        ClientCommand::Certificate { client, file, .. } => certificate(context, &client, file.as_deref()).await,
    }
}

/// A field that cannot be taken is wrong use; everything else failed.
fn failure(error: ClientError) -> Failure {
    match error {
        ClientError::Field { .. } => Failure::Usage(error.to_string()),
        _ => Failure::Failed(error.to_string()),
    }
}

async fn find(storage: &Storage, name: &str) -> Result<Client, Failure> {
    clients::find(storage, name).await.map_err(failure)
}

pub(super) fn fingerprint(path: &Path) -> Result<[u8; 32], Failure> {
    certificate_sha256(&read_text(path)?)
        .ok_or_else(|| Failure::Usage(format!("{}: holds no certificate in PEM form", path.display())))
}

async fn register(context: &Context, args: RegisterArgs) -> Done {
    let storage = context.storage().await?;
    let certificate_sha256 = args.certificate.as_deref().map(fingerprint).transpose()?;
    let bank = &args.bank;
    let found = storage.read("institution_find", async |tx| tx.institution_find(bank).await);
    if found
        .await
        .map_err(|error: StorageError| Failure::Failed(error.to_string()))?
        .is_none()
    {
        return Err(Failure::Usage(format!(
            "--bank: no institution {bank}; `naru institution list` shows them"
        )));
    }
    let organisation_id = match &args.organisation {
        Some(code) => Some(super::organisation::find(&storage, code).await?.id),
        None => None,
    };
    let registration = Registration {
        client_use_code: args.client_use_code,
        name: args.name,
        environment: args.environment,
        scopes: args.scopes,
        redirect_uris: args.redirect_uri,
        certificate_sha256,
        contract_account: ContractAccount {
            bank_code: args.bank,
            account_num: args.account,
            holder_name: args.holder,
        },
        withdraw_limits: args.withdraw_limits,
        deposit_limits: args.deposit_limits,
        credential: args.credential.read()?,
        organisation_id,
    };
    let (client, secret) = clients::register(&storage, &operator(), registration)
        .await
        .map_err(failure)?;
    let mut value = to_json(&client);
    if let Some(secret) = &secret {
        value["client_secret"] = json!(secret.expose());
    }
    context.print(&value, |_| {
        let mut text = to_text(&client);
        if let Some(secret) = &secret {
            text.push_str(&format!("\n\nclient_secret     {}\n", secret.expose()));
            text.push_str("                  shown this once: the hub keeps only its digest");
        }
        text
    });
    Ok(())
}

async fn list(context: &Context) -> Done {
    let storage = context.storage().await?;
    let found = storage.read("client_list", async |tx| tx.client_list().await);
    let clients: Vec<Client> = found
        .await
        .map_err(|error: StorageError| Failure::Failed(error.to_string()))?;
    let value: Value = clients.iter().map(to_json).collect();
    context.print(&value, |_| {
        if clients.is_empty() {
            return "no client yet; `naru client register` registers one".to_owned();
        }
        let row = |client: &Client| {
            vec![
                client.client_use_code.to_string(),
                client.name.clone(),
                environment_word(client.environment).to_owned(),
                client.status.to_string(),
                client.status_since.to_string(),
                client.scopes.to_string(),
                client.id.to_string(),
            ]
        };
        let rows: Vec<_> = clients.iter().map(row).collect();
        table(
            &["code", "name", "environment", "status", "since", "scopes", "client_id"],
            &rows,
        )
    });
    Ok(())
}

async fn change(context: &Context, (name, event): (&str, ClientEvent), reason: &str) -> Done {
    let storage = context.storage().await?;
    let client = find(&storage, name).await?;
    let after = clients::change_status(&storage, &operator(), &client, (event, reason))
        .await
        .map_err(failure)?;
    let value = json!({
        "client_id": client.id,
        "client_use_code": client.client_use_code,
        "from": client.status,
        "status": after,
        "reason": reason,
    });
    context.print(&value, |_| {
        let (code, name, before) = (&client.client_use_code, &client.name, client.status);
        format!("{code} {name} was {before} and is {after}; this holds from its next call on")
    });
    Ok(())
}

async fn limit(context: &Context, args: &LimitArgs) -> Done {
    let storage = context.storage().await?;
    let client = find(&storage, &args.client).await?;
    let limits = ClientLimits {
        transfer_won: args.transfer,
        day_won: args.day,
        month_won: args.month,
    };
    let changed = clients::change_limits(&storage, &operator(), &client, (args.direction, &limits)).await;
    changed.map_err(failure)?;
    show_again(context, &storage, &client).await
}

async fn change_credential(context: &Context, name: &str, args: &CredentialArgs) -> Done {
    let missing = || Failure::Usage("--profile fapi2 and its other options are needed".to_owned());
    let credential = args.read()?.ok_or_else(missing)?;
    let storage = context.storage().await?;
    let client = find(&storage, name).await?;
    clients::change_credential(&storage, &operator(), &client, &credential)
        .await
        .map_err(failure)?;
    show_again(context, &storage, &client).await
}

async fn certificate(context: &Context, name: &str, file: Option<&Path>) -> Done {
    let sha256 = file.map(fingerprint).transpose()?;
    let storage = context.storage().await?;
    let client = find(&storage, name).await?;
    clients::change_certificate(&storage, &operator(), &client, sha256)
        .await
        .map_err(failure)?;
    show_again(context, &storage, &client).await
}

async fn show_again(context: &Context, storage: &Storage, client: &Client) -> Done {
    let client = find(storage, client.client_use_code.as_str()).await?;
    context.print(&to_json(&client), |_| to_text(&client));
    Ok(())
}
