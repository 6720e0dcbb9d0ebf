//! `naru institution`: the institutions that the hub reaches. Only rows are written: the running hub follows within
//! a second.

use clap::{Args, Subcommand};
use naru_core::{Action, BankCode, Institution, InstitutionStatus, Timestamp, Won};
use naru_storage::StorageError;
use serde_json::{Map, Value, json};

use super::{Context, Done, Failure, operator, table};

/// What can be done about institutions.
#[derive(Subcommand)]
pub(super) enum InstitutionCommand {
    /// All institutions with their lines and positions
    List,
    /// Adds an institution
    Add(Box<AddArgs>),
    /// Changes what is named, leaves the rest
    Set(Box<SetArgs>),
}

/// A new institution.
#[derive(Args)]
pub(super) struct AddArgs {
    /// Its code, 3 digits
    #[arg(value_parser = BankCode::parse)]
    code: BankCode,
    /// Its name in Korean
    #[arg(long)]
    name_ko: String,
    /// Its name in English
    #[arg(long)]
    name_en: String,
    /// Base address of its line, such as https://bank.example:7443
    #[arg(long)]
    line_url: String,
    /// It is a simulation: clients of the test bed reach it, and plain http is allowed
    #[arg(long)]
    simulated: bool,
    /// Time budget of one call, milliseconds
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(i64).range(100..=30_000))]
    timeout_ms: i64,
    /// Calls in flight at most
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    in_flight_max: i64,
    /// How far its position may go below zero, in won, or `none`
    #[arg(long, default_value = "none", value_name = "WON|none", value_parser = Cap::parse)]
    net_debit_cap: Cap,
}

/// What of an institution is changed.
#[derive(Args)]
pub(super) struct SetArgs {
    /// Its code, 3 digits
    #[arg(value_parser = BankCode::parse)]
    code: BankCode,
    /// Base address of its line, such as https://bank.example:7443
    #[arg(long)]
    line_url: Option<String>,
    /// Time budget of one call, milliseconds
    #[arg(long, value_parser = clap::value_parser!(i64).range(100..=30_000))]
    timeout_ms: Option<i64>,
    /// Calls in flight at most
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    in_flight_max: Option<i64>,
    /// How far its position may go below zero, in won, or `none`
    #[arg(long, value_name = "WON|none", value_parser = Cap::parse)]
    net_debit_cap: Option<Cap>,
    /// `open`, or `closed` to take it out
    #[arg(long, value_parser = InstitutionStatus::parse)]
    status: Option<InstitutionStatus>,
    /// Its name in Korean
    #[arg(long)]
    name_ko: Option<String>,
    /// Its name in English
    #[arg(long)]
    name_en: Option<String>,
}

/// A cap, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cap(Option<Won>);

impl Cap {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(None));
        }
        Won::parse_amount(text)
            .map(|won| Self(Some(won)))
            .map_err(|error| format!("{error}, or `none`"))
    }
}

pub(super) async fn run(context: &Context, command: InstitutionCommand) -> Done {
    match command {
        InstitutionCommand::List => list(context).await,
        InstitutionCommand::Add(args) => add(context, &args).await,
        InstitutionCommand::Set(args) => set(context, &args).await,
    }
}

async fn list(context: &Context) -> Done {
    let storage = context.storage().await?;
    let found = storage.read("institution_list", async |tx| {
        Ok::<_, StorageError>((tx.institution_list().await?, tx.journal_balances().await?))
    });
    let (institutions, balances) = found.await?;
    let position = |code: &BankCode| {
        let account = format!("position:{code}");
        balances
            .iter()
            .find(|(of, _)| *of == account)
            .map_or(Won::ZERO, |(_, won)| *won)
    };
    let with_position = |row: &Institution| {
        let mut value = to_json(row);
        value["position"] = json!(position(&row.code));
        value
    };
    let value: Value = institutions.iter().map(with_position).collect();
    context.print(&value, |_| {
        if institutions.is_empty() {
            return "no institution yet; `naru institution add` adds one".to_owned();
        }
        let rows: Vec<_> = institutions
            .iter()
            .map(|row| to_row(row, position(&row.code)))
            .collect();
        let heading = [
            "code",
            "name",
            "status",
            "kind",
            "line",
            "timeout ms",
            "in flight",
            "position",
            "cap",
            "changed",
        ];
        table(&heading, &rows)
    });
    Ok(())
}

fn to_json(row: &Institution) -> Value {
    json!({
        "code": row.code,
        "name_ko": row.name_ko,
        "name_en": row.name_en,
        "line_url": row.line_url,
        "simulated": row.simulated,
        "status": row.status,
        "timeout_ms": row.timeout_ms,
        "in_flight_max": row.in_flight_max,
        "net_debit_cap": row.net_debit_cap,
    })
}

fn to_row(row: &Institution, position: Won) -> Vec<String> {
    vec![
        row.code.to_string(),
        format!("{} {}", row.name_ko, row.name_en),
        row.status.to_string(),
        if row.simulated { "simulated" } else { "real" }.to_owned(),
        row.line_url.clone(),
        row.timeout_ms.to_string(),
        row.in_flight_max.to_string(),
        position.to_string(),
        cap_text(row.net_debit_cap),
        row.updated_at.to_string(),
    ]
}

fn cap_text(cap: Option<Won>) -> String {
    cap.map_or_else(|| "none".to_owned(), |won| won.to_string())
}

/// An address that a line can be made of.
fn check_address(url: &str, simulated: bool) -> Result<(), Failure> {
    let refuse = |why: &str| {
        Err(Failure::Usage(format!(
            "--line-url {why}, such as https://bank.example:7443"
        )))
    };
    let Ok(uri) = url.parse::<http::Uri>() else {
        return refuse("must be an address");
    };
    let plain = uri.scheme_str() == Some("http");
    if uri.scheme_str() != Some("https") && !plain || uri.host().is_none_or(str::is_empty) {
        return refuse("must begin with https:// and name a host");
    }
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() || url.contains('@') {
        return refuse("must have no path, no query and no user");
    }
    if plain && !simulated {
        return refuse("must be https unless the institution is --simulated");
    }
    Ok(())
}

fn check_name(option: &str, name: &str) -> Result<(), Failure> {
    if (1..=60).contains(&name.trim().chars().count()) {
        return Ok(());
    }
    Err(Failure::Usage(format!("{option} must have 1 to 60 characters")))
}

async fn add(context: &Context, args: &AddArgs) -> Done {
    check_address(&args.line_url, args.simulated)?;
    check_name("--name-ko", &args.name_ko)?;
    check_name("--name-en", &args.name_en)?;
    let institution = Institution {
        code: args.code.clone(),
        name_ko: args.name_ko.clone(),
        name_en: args.name_en.clone(),
        line_url: args.line_url.clone(),
        simulated: args.simulated,
        status: InstitutionStatus::Open,
        timeout_ms: args.timeout_ms,
        in_flight_max: args.in_flight_max,
        net_debit_cap: args.net_debit_cap.0,
        updated_at: Timestamp::default(),
        version: 0,
    };
    let (storage, row) = (context.storage().await?, &institution);
    let actor = operator();
    let added = storage.run("institution_add", &actor, async |tx| {
        if tx.institution_find(&row.code).await?.is_some() {
            let code = &row.code;
            return Err(Failure::Failed(format!(
                "there is an institution {code}; `naru institution set` changes it"
            )));
        }
        tx.institution_put(row).await?;
        tx.trail(Action::InstitutionAdded, &row.code, to_json(row)).await?;
        Ok(())
    });
    added.await?;
    context.print(&to_json(row), |_| {
        format!(
            "{} {} is added; a running hub reaches it within a second",
            row.code, row.name_ko
        )
    });
    Ok(())
}

impl SetArgs {
    fn names_anything(&self) -> bool {
        let texts = [&self.line_url, &self.name_ko, &self.name_en];
        let numbers = [self.timeout_ms, self.in_flight_max];
        texts.iter().any(|text| text.is_some())
            || numbers.iter().any(Option::is_some)
            || self.net_debit_cap.is_some()
            || self.status.is_some()
    }

    /// Changes the row; what it was and is of every value that is another now.
    fn apply(&self, row: &mut Institution) -> Map<String, Value> {
        let before = to_json(row);
        let text = |to: &mut String, from: &Option<String>| {
            if let Some(from) = from {
                to.clone_from(from);
            }
        };
        text(&mut row.line_url, &self.line_url);
        text(&mut row.name_ko, &self.name_ko);
        text(&mut row.name_en, &self.name_en);
        row.timeout_ms = self.timeout_ms.unwrap_or(row.timeout_ms);
        row.in_flight_max = self.in_flight_max.unwrap_or(row.in_flight_max);
        row.net_debit_cap = self.net_debit_cap.map_or(row.net_debit_cap, |cap| cap.0);
        row.status = self.status.unwrap_or(row.status);
        let after = to_json(row);
        let mut changes = Map::new();
        for (name, now) in after.as_object().into_iter().flatten() {
            if before.get(name) != Some(now) {
                changes.insert(name.clone(), json!({ "from": before.get(name), "to": now }));
            }
        }
        changes
    }
}

async fn set(context: &Context, args: &SetArgs) -> Done {
    for (option, name) in [("--name-ko", &args.name_ko), ("--name-en", &args.name_en)] {
        name.as_deref().map_or(Ok(()), |name| check_name(option, name))?;
    }
    if !args.names_anything() {
        let advice = "name what is to be another, such as --timeout-ms 5000; `naru institution set --help` lists it";
        return Err(Failure::Usage(advice.to_owned()));
    }
    let storage = context.storage().await?;
    let actor = operator();
    let changed = storage.run("institution_change", &actor, async |tx| {
        let Some(mut row) = tx.institution_find(&args.code).await? else {
            let code = &args.code;
            return Err(Failure::Failed(format!(
                "there is no institution {code}; `naru institution list` shows them"
            )));
        };
        if let Some(url) = &args.line_url {
            check_address(url, row.simulated)?;
        }
        let changes = args.apply(&mut row);
        if !changes.is_empty() {
            tx.institution_put(&row).await?;
            let details = Value::Object(changes.clone());
            tx.trail(Action::InstitutionChanged, &row.code, details).await?;
        }
        Ok((row, changes))
    });
    let (row, changes) = changed.await?;
    context.print(&to_json(&row), |_| changes_text(&row, &changes));
    Ok(())
}

fn changes_text(row: &Institution, changes: &Map<String, Value>) -> String {
    if changes.is_empty() {
        return format!("{} {} is so already; nothing was written", row.code, row.name_ko);
    }
    let word = |value: &Value| match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let line =
        |(name, change): (&String, &Value)| format!("  {name}: {} → {}\n", word(&change["from"]), word(&change["to"]));
    let lines: String = changes.iter().map(line).collect();
    format!(
        "{} {} is changed; a running hub follows within a second\n{lines}",
        row.code, row.name_ko
    )
}
