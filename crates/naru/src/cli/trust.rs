//! `naru trust`: the chain of trust of a call, link by link.

use clap::Subcommand;
use naru_core::trust::{Fact, Judgement, Link, Verdict};
use naru_core::{CallId, Client, ClientId, Language, Transfer, TransferId};
use naru_storage::{CallRecord, StorageError, Tx};
use serde_json::{Value, json};

use super::{Context, Done, Failure};

/// What can be asked about the chain.
#[derive(Subcommand)]
pub(super) enum TrustCommand {
    /// Which links held in a call, which broke, and why
    Explain {
        /// The call's api_tran_id (cal_…), or a transfer's id (trf_…)
        api_tran_id: String,
    },
}

pub(super) async fn run(context: &Context, command: TrustCommand) -> Done {
    let TrustCommand::Explain { api_tran_id } = command;
    explain(context, &api_tran_id).await
}

/// A call as far as it is recorded.
struct Explained {
    id: CallId,
    call: Option<CallRecord>,
    transfer: Option<Transfer>,
    client: Option<Client>,
    verdict: Verdict,
}

fn parse(text: &str) -> Result<CallId, Failure> {
    let transfer = || text.parse::<TransferId>().map(|id| CallId::from(id.uuid()));
    text.parse::<CallId>()
        .or_else(|error| transfer().map_err(|_| error))
        .map_err(|error| {
            Failure::Usage(format!(
                "{error}; it stands in the field api_tran_id of the hub's answer"
            ))
        })
}

async fn explain(context: &Context, text: &str) -> Done {
    let id = parse(text)?;
    let storage = context.storage().await?;
    let found: Option<Explained> = storage.read("trust_explain", async |tx| find(&tx, id).await).await?;
    let Some(explained) = found else {
        return Err(Failure::Failed(format!(
            "no call {id} is recorded; calls are written at most a second after they are answered, so try once more, \
             and see that --config names the hub that answered"
        )));
    };
    context.print(&to_json(&explained), |_| to_text(&explained));
    Ok(())
}

async fn find(tx: &Tx, id: CallId) -> Result<Option<Explained>, Failure> {
    let call = tx.call_find(id).await?;
    let transfer = tx.transfer_find(TransferId::from(id.uuid())).await?;
    let stored = match &call {
        Some(call) => Some(call.verdict.clone()),
        None => tx.transfer_verdict(TransferId::from(id.uuid())).await?,
    };
    let Some(stored) = stored else { return Ok(None) };
    let verdict = read_verdict(&stored)?;
    let of_transfer = || transfer.as_ref().map(|transfer| transfer.order.client_id);
    let client_id: Option<ClientId> = call.as_ref().map_or_else(of_transfer, |call| call.client_id);
    let client = match client_id {
        Some(id) => tx.client_find(id).await?,
        None => None,
    };
    Ok(Some(Explained {
        id,
        call,
        transfer,
        client,
        verdict,
    }))
}

/// A verdict as it is stored.
pub(super) fn read_verdict(stored: &str) -> Result<Verdict, StorageError> {
    serde_json::from_str(stored).map_err(StorageError::corrupt)
}

fn to_json(explained: &Explained) -> Value {
    let call = explained.call.as_ref();
    let client = explained.client.as_ref();
    let asked_at = explained.transfer.as_ref().map(|transfer| transfer.created_at);
    json!({
        "id": explained.id,
        "at": call.map(|call| call.at).or(asked_at).map(|at| at.to_string()),
        "route": call.map(|call| &call.route),
        "client": client.map(|client| client.id),
        "client_use_code": client.map(|client| &client.client_use_code),
        "client_name": client.map(|client| &client.name),
        "grant": call.and_then(|call| call.grant_id),
        "person": call.and_then(|call| call.person_id),
        "bank_tran_id": call.and_then(|call| call.bank_tran_id.as_ref()),
        "rsp_code": call.map(|call| &call.rsp_code),
        "bank_code": call.and_then(|call| call.bank_code.as_ref()),
        "bank_rsp_code": call.map(|call| &call.bank_rsp_code),
        "hub_us": call.map(|call| call.hub_us),
        "institution_us": call.map(|call| call.institution_us),
        "transfer": explained.transfer.as_ref().map(|transfer| transfer.id),
        "holds": explained.verdict.holds(),
        "links": links_json(&explained.verdict),
    })
}

fn to_text(explained: &Explained) -> String {
    let mut lines = vec![format!("call        {}", explained.id)];
    if let Some(client) = &explained.client {
        lines.push(format!(
            "client      {} {} ({})",
            client.client_use_code, client.name, client.id
        ));
    }
    if let Some(call) = &explained.call {
        lines.extend(call_lines(call));
    }
    if let Some(transfer) = &explained.transfer {
        let (order, state) = (&transfer.order, transfer.state.word());
        lines.push(format!(
            "transfer    {} {} of {} won, {state}",
            transfer.id, order.kind, order.amount
        ));
        if explained.call.is_none() {
            lines.push(format!("at          {}", transfer.created_at));
            lines.push("            the call itself is not recorded yet; this is the chain of its transfer".to_owned());
        }
    }
    let verdict = if explained.verdict.holds() {
        "the chain held"
    } else {
        "the chain broke: the call was refused"
    };
    format!("{}\n\n{verdict}\n{}", lines.join("\n"), chain_text(&explained.verdict))
}

fn call_lines(call: &CallRecord) -> Vec<String> {
    let mut lines = vec![
        format!("at          {}", call.at),
        format!("route       {}", call.route),
        format!("answer      {}", call.rsp_code),
    ];
    if let Some(bank) = &call.bank_code {
        lines.push(
            format!("institution {bank} {}", call.bank_rsp_code)
                .trim_end()
                .to_owned(),
        );
    }
    if let Some(grant) = call.grant_id {
        lines.push(format!("grant       {grant}"));
    }
    if let Some(person) = call.person_id {
        lines.push(format!("person      {person}"));
    }
    if let Some(name) = &call.bank_tran_id {
        lines.push(format!("request     {name}"));
    }
    lines.push(format!("hub         {}", millis(call.hub_us)));
    if call.bank_code.is_some() {
        lines.push(format!("institution {}", millis(call.institution_us)));
    }
    lines
}

fn millis(micros: i64) -> String {
    format!("{}.{:03} ms", micros / 1_000, micros.rem_euclid(1_000))
}

/// The links as JSON, in the order in which they are judged.
pub(super) fn links_json(verdict: &Verdict) -> Value {
    let facts = |facts: &[Fact]| {
        facts
            .iter()
            .map(|fact| (fact.0.to_string(), json!(fact.1)))
            .collect::<Value>()
    };
    let link = |(link, judgement): (Link, &Judgement)| {
        let (is, why, evidence) = match judgement {
            Judgement::Holds { evidence } => ("holds", None, facts(evidence)),
            Judgement::Broken { why, evidence } => ("broken", Some(*why), facts(evidence)),
            Judgement::Unknown { why } => ("unknown", Some(*why), facts(&[])),
            Judgement::Compensated { by } => ("compensated", None, json!({ "by": by })),
            Judgement::NotAsked => ("not_asked", None, facts(&[])),
        };
        let sentence = why.map(|why| why.sentence(Language::En));
        json!({ "link": link, "is": is, "why": why, "sentence": sentence, "evidence": evidence })
    };
    verdict.links().map(link).collect()
}

/// The links for people, one line each; evidence under a broken one.
pub(super) fn chain_text(verdict: &Verdict) -> String {
    let mut lines = Vec::new();
    for (link, judgement) in verdict.links() {
        let (ko, en) = link.words();
        let (mark, said, evidence): (_, _, &[Fact]) = match judgement {
            Judgement::Holds { .. } => ('✓', String::new(), &[]),
            Judgement::Broken { why, evidence } => {
                let said = format!("{} / {}", why.sentence(Language::Ko), why.sentence(Language::En));
                ('✕', said, evidence)
            }
            Judgement::Unknown { why } => ('?', why.sentence(Language::En).to_owned(), &[]),
            Judgement::Compensated { by } => ('⤳', format!("{by} stood in"), &[]),
            Judgement::NotAsked => ('·', "not asked".to_owned(), &[]),
        };
        let room = " ".repeat(4_usize.saturating_sub(2 * ko.chars().count()));
        lines.push(format!("  {mark} {ko}{room} {en:<12}  {said}").trim_end().to_owned());
        lines.extend(
            evidence
                .iter()
                .map(|fact| format!("                      {}: {}", fact.0, fact.1)),
        );
    }
    lines.join("\n")
}
