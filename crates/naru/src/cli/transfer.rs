//! `naru transfer`: transfers and the operator's queue. Nothing here moves money.

use clap::Subcommand;
use naru_core::trust::Verdict;
use naru_core::{Leg, LegKind, Side, Transfer, TransferId, mask_account};
use naru_storage::{Posting, StorageError, TrailRow, TransferFilter, Tx};
use serde_json::{Value, json};

use super::{Context, Done, Failure, books, table, trust};

/// What can be asked about transfers.
#[derive(Subcommand)]
pub(super) enum TransferCommand {
    /// Transfers, newest first
    List {
        /// Only those that are not final, oldest first
        #[arg(long, conflicts_with = "queue")]
        open: bool,
        /// Only the operator's queue: stuck, or asked for in vain again and again
        #[arg(long)]
        queue: bool,
        /// How many at most
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=10_000))]
        limit: i64,
    },
    /// Everything about one transfer
    Show {
        /// The transfer's id (trf_…)
        transfer: TransferId,
        /// Shows names, printed texts and whole account numbers
        #[arg(long)]
        reveal: bool,
    },
}

pub(super) async fn run(context: &Context, command: TransferCommand) -> Done {
    match command {
        TransferCommand::List { open, queue, limit } => {
            let filter = match (open, queue) {
                (_, true) => TransferFilter::Queue {
                    asks: context.config()?.banking.queue_asks,
                },
                (true, _) => TransferFilter::Open,
                _ => TransferFilter::All,
            };
            list(context, filter, limit).await
        }
        TransferCommand::Show { transfer, reveal } => show(context, transfer, reveal).await,
    }
}

async fn list(context: &Context, filter: TransferFilter, limit: i64) -> Done {
    let storage = context.storage().await?;
    let found = storage.read("transfer_list", async |tx| tx.transfer_list(filter, limit).await);
    let transfers: Vec<Transfer> = found
        .await
        .map_err(|error: StorageError| Failure::Failed(error.to_string()))?;
    let value: Value = transfers.iter().map(|transfer| to_json(transfer, false)).collect();
    context.print(&value, |_| {
        if transfers.is_empty() {
            return "no transfers".to_owned();
        }
        let heading = [
            "transfer",
            "asked for",
            "kind",
            "won",
            "from",
            "to",
            "state",
            "since",
            "asks",
            "next look",
        ];
        table(&heading, &transfers.iter().map(to_row).collect::<Vec<_>>())
    });
    Ok(())
}

fn next_look(transfer: &Transfer) -> String {
    transfer.next_at.map_or_else(|| "none".to_owned(), |at| at.to_string())
}

/// The state's word with its leg and code.
fn state_text(transfer: &Transfer) -> String {
    let (word, leg, code, until) = transfer.state.columns();
    let mut text = word.to_owned();
    if let Some(leg) = leg {
        text.push_str(&format!(" {leg}"));
    }
    if !code.is_empty() {
        text.push_str(&format!(" {code}"));
    }
    if let Some(until) = until {
        text.push_str(&format!(" until {until}"));
    }
    text
}

fn to_row(transfer: &Transfer) -> Vec<String> {
    let order = &transfer.order;
    vec![
        transfer.id.to_string(),
        transfer.created_at.to_string(),
        order.kind.to_string(),
        order.amount.to_string(),
        order.debit.bank_code.to_string(),
        order.credit.bank_code.to_string(),
        state_text(transfer),
        transfer.state_since.to_string(),
        transfer.asks.to_string(),
        next_look(transfer),
    ]
}

fn account(side: &Side, reveal: bool) -> (&'static str, String) {
    if reveal {
        ("account_num", side.account_num.clone())
    } else {
        ("account_num_masked", mask_account(&side.account_num))
    }
}

fn to_json(transfer: &Transfer, reveal: bool) -> Value {
    let order = &transfer.order;
    let (word, leg, code, until) = transfer.state.columns();
    let side = |side: &Side| {
        let (field, number) = account(side, reveal);
        let mut value = json!({ "bank_code_std": side.bank_code, field: number });
        if reveal {
            value["holder_name"] = json!(side.holder_name);
            value["print_content"] = json!(side.print_content);
        }
        value
    };
    json!({
        "id": transfer.id,
        "kind": order.kind,
        "client": order.client_id,
        "person": order.person_id,
        "bank_tran_id": order.bank_tran_id,
        "day": transfer.day.to_string(),
        "amount": order.amount,
        "debit": side(&order.debit),
        "credit": side(&order.credit),
        "returns": order.returns,
        "state": word,
        "state_leg": leg,
        "state_code": code,
        "state_until": until.map(|at| at.to_string()),
        "state_since": transfer.state_since.to_string(),
        "asks": transfer.asks,
        "next_at": transfer.next_at.map(|at| at.to_string()),
        "window": transfer.window_id,
        "created_at": transfer.created_at.to_string(),
    })
}

/// A transfer with everything that hangs off it.
struct Whole {
    transfer: Transfer,
    legs: Vec<Leg>,
    postings: Vec<Posting>,
    verdict: Verdict,
    trail: Vec<TrailRow>,
}

async fn find(tx: &Tx, id: TransferId) -> Result<Option<Whole>, StorageError> {
    let (Some(transfer), Some(verdict)) = (tx.transfer_find(id).await?, tx.transfer_verdict(id).await?) else {
        return Ok(None);
    };
    let mut postings = tx.journal_list(id).await?;
    postings.sort_by_key(|posting| posting.leg);
    Ok(Some(Whole {
        legs: tx.leg_list(&transfer).await?,
        postings,
        verdict: trust::read_verdict(&verdict)?,
        trail: tx.trail_of(&id.to_string()).await?,
        transfer,
    }))
}

async fn show(context: &Context, id: TransferId, reveal: bool) -> Done {
    let storage = context.storage().await?;
    let found: Option<Whole> = storage.read("transfer_show", async |tx| find(&tx, id).await).await?;
    let Some(whole) = found else {
        let advice = "`naru transfer list` shows them, and a refused call makes none (`naru trust explain` tells why)";
        return Err(Failure::Failed(format!("there is no transfer {id}; {advice}")));
    };
    context.print(&whole_json(&whole, reveal), |_| whole_text(&whole, reveal));
    Ok(())
}

fn whole_json(whole: &Whole, reveal: bool) -> Value {
    let leg = |leg: &Leg| {
        let (field, number) = account(whole.transfer.side(leg.reference.kind), reveal);
        let mut value = json!({
            "leg": leg.reference.kind,
            "reference": leg.reference.to_string(),
            "bank_code_std": leg.bank_code,
            field: number,
            "amount": leg.amount,
            "state": leg.state,
            "code": last_code(whole, leg),
            "settled_at": leg.settled_at.map(|at| at.to_string()),
        });
        if reveal {
            value["holder_name"] = json!(leg.facts.holder_name);
            value["message"] = json!(leg.facts.message);
        }
        value
    };
    let posting = |posting: &Posting| json!({ "leg": posting.leg, "account": posting.account, "won": posting.amount });
    let mut value = to_json(&whole.transfer, reveal);
    value["legs"] = whole.legs.iter().map(leg).collect();
    value["postings"] = whole.postings.iter().map(posting).collect();
    value["links"] = trust::links_json(&whole.verdict);
    value["trail"] = books::trail_json(&whole.trail);
    value
}

/// What the institution said last about a leg; a leg that is still pending keeps it with the transfer.
fn last_code<'a>(whole: &'a Whole, leg: &'a Leg) -> &'a str {
    let told = || whole.transfer.facts.codes.get(&leg.reference.kind);
    if leg.code.is_empty() {
        told().map_or("", String::as_str)
    } else {
        &leg.code
    }
}

fn whole_text(whole: &Whole, reveal: bool) -> String {
    let (transfer, order) = (&whole.transfer, &whole.transfer.order);
    let mut lines = vec![
        format!("transfer   {}", transfer.id),
        format!(
            "           {} of {} won, asked for {}",
            order.kind, order.amount, transfer.created_at
        ),
        format!("state      {} since {}", state_text(transfer), transfer.state_since),
        format!("next look  {} (asks so far: {})", next_look(transfer), transfer.asks),
        format!("client     {}", order.client_id),
        format!("request    {} of {}", order.bank_tran_id, transfer.day),
    ];
    lines.extend(order.person_id.map(|person| format!("person     {person}")));
    lines.extend(order.returns.map(|returned| format!("returns    {returned}")));
    lines.extend(transfer.window_id.map(|window| format!("window     {window}")));
    let mut text = lines.join("\n");
    let mut heading = vec!["leg", "institution", "account", "state", "code", "settled", "reference"];
    if reveal {
        heading.extend(["holder", "printed"]);
    }
    let legs: Vec<_> = whole.legs.iter().map(|leg| leg_row(whole, leg, reveal)).collect();
    text.push_str(&format!("\n\n{}\n", table(&heading, &legs)));
    let posting = |posting: &Posting| {
        vec![
            posting.leg.to_string(),
            posting.account.clone(),
            format!("{:+}", posting.amount.0),
        ]
    };
    let postings: Vec<_> = whole.postings.iter().map(posting).collect();
    if postings.is_empty() {
        text.push_str("\nno postings: no money has moved\n");
    } else {
        text.push_str(&format!("\n{}\n", table(&["posting", "account", "won"], &postings)));
    }
    let (chain, trail) = (trust::chain_text(&whole.verdict), books::trail_text(&whole.trail));
    text.push_str(&format!("\nchain of trust\n{chain}\n\n{trail}"));
    text
}

fn leg_row(whole: &Whole, leg: &Leg, reveal: bool) -> Vec<String> {
    let side = whole.transfer.side(leg.reference.kind);
    let mut row = vec![
        leg.reference.kind.to_string(),
        leg.bank_code.to_string(),
        account(side, reveal).1,
        leg.state.to_string(),
        last_code(whole, leg).to_owned(),
        leg.settled_at.map_or_else(|| "-".to_owned(), |at| at.to_string()),
        leg.reference.to_string(),
    ];
    if reveal {
        let told = leg.facts.holder_name.is_empty() || leg.reference.kind == LegKind::Reversal;
        let holder = if told {
            &side.holder_name
        } else {
            &leg.facts.holder_name
        };
        row.extend([holder.clone(), side.print_content.clone()]);
    }
    row
}
