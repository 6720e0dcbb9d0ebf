//! What the pages of proposals show: what waits, what was decided, and one proposal with exactly what its approval
//! signs.

use std::collections::BTreeMap;

use naru_core::{Approval, Language, MemberId, Proposal};
use naru_crypto::hex;
use serde::Serialize;
use serde_json::Value;

use super::desk::Said;
use super::parts::{ProposalLine, decides_here};
use crate::page::{Frame, PageError, amount, plain_text, render};

/// What waits for a decision, and what was decided last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ProposalsView {
    pub(super) said: Said,
    pub(super) waiting: Vec<ProposalLine>,
    pub(super) elsewhere: Vec<ProposalLine>,
    pub(super) decided: Vec<ProposalLine>,
    /// Whether more may wait than are listed.
    pub(super) has_more: bool,
    /// Where older decisions are listed too.
    pub(super) decided_href: Option<String>,
}

/// One proposal. Approving posts `csrf` and `sha256`, the digest that was shown; rejecting posts `csrf` and `reason`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ProposalView {
    pub(super) csrf: String,
    pub(super) said: Said,
    pub(super) line: ProposalLine,
    pub(super) id: String,
    pub(super) acts: bool,
    pub(super) decides_here: bool,
    pub(super) rows: Vec<StateRow>,
    pub(super) has_changed: bool,
    pub(super) standing: &'static str,
    pub(super) subject_href: Option<String>,
    pub(super) organisation_href: Option<String>,
    pub(super) approve_action: String,
    pub(super) reject_action: String,
}

/// One line of what is approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct StateRow {
    /// Where it stands in the state, such as `duty.status`.
    pub(super) path: String,
    /// The last part of the path, where the pages have a word for it.
    pub(super) label: Option<String>,
    /// What was looked at.
    pub(super) value: String,
    /// What stands there now, where that differs.
    pub(super) now: Option<String>,
}

/// How the proposal stands to the member who looks.
pub(super) fn standing(proposal: &Proposal, me: MemberId) -> &'static str {
    match proposal.approval(me) {
        Approval::Ended => "ended",
        Approval::SameMember if proposal.proposed_by == Some(me) => "own",
        Approval::SameMember => "seconded_by_you",
        Approval::Seconds => "seconds",
        Approval::Decides => "decides",
    }
}

/// Whether the desk decides it, and the member may take part in that.
pub(super) const fn is_decided_here(proposal: &Proposal) -> bool {
    decides_here(proposal.kind)
}

/// The state as lines, with what has changed since beside it.
pub(super) fn rows(state: &str, now: Option<&Value>, language: Language) -> Vec<StateRow> {
    let before = flat(&serde_json::from_str(state).unwrap_or(Value::Null));
    let after = now.map(flat);
    let mut paths: Vec<&String> = before.keys().collect();
    let added = after
        .iter()
        .flat_map(BTreeMap::keys)
        .filter(|path| !before.contains_key(*path));
    paths.extend(added);
    let row = |path: &String| {
        let key = path.rsplit('.').find(|part| part.parse::<usize>().is_err());
        let said =
            |value: Option<&Value>| value.map_or_else(|| "—".to_owned(), |v| said(key.unwrap_or(path), v, language));
        let (was, is) = (before.get(path), after.as_ref().map(|after| after.get(path)));
        StateRow {
            path: path.clone(),
            label: key
                .map(|key| plain_text(&format!("operator.of_{key}"), language))
                .filter(|label| !label.is_empty()),
            value: said(was),
            now: is.filter(|is| *is != was).map(said),
        }
    };
    paths.into_iter().map(row).collect()
}

/// Every value by its path. Lists of gates and legs are named by what they are of, not by number.
fn flat(state: &Value) -> BTreeMap<String, Value> {
    let mut rows = BTreeMap::new();
    gather("", state, &mut rows);
    rows
}

fn gather(path: &str, value: &Value, rows: &mut BTreeMap<String, Value>) {
    let below = |name: &str| {
        let dot = if path.is_empty() { "" } else { "." };
        format!("{path}{dot}{name}")
    };
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                gather(&below(name), inner, rows);
            }
        }
        Value::Array(list) => {
            for (at, inner) in list.iter().enumerate() {
                let named = inner["gate"].as_str().or_else(|| inner["leg"].as_str());
                gather(&below(named.unwrap_or(&at.to_string())), inner, rows);
            }
        }
        _ => drop(rows.insert(path.to_owned(), value.clone())),
    }
}

/// A value in words; codes that the pages have no word for stay as they are.
fn said(key: &str, value: &Value, language: Language) -> String {
    let word = |family: &str, text: &str| {
        let said = plain_text(&format!("operator.{family}_{text}"), language);
        if said.is_empty() { text.to_owned() } else { said }
    };
    match value {
        Value::Null => "—".to_owned(),
        Value::Bool(is) => plain_text(if *is { "operator.yes" } else { "operator.no" }, language),
        Value::Number(number) if key.ends_with("_won") => number
            .as_i64()
            .map_or_else(|| number.to_string(), |won| amount(won, language)),
        Value::String(text) => match key {
            "from" | "to" | "state" => word("state", text),
            "event" => word("event", text),
            "gate" => word("gate", text),
            "status" => word("duty", text),
            "leg" | "from_leg" => word("leg", text),
            "told" => word("told", text),
            _ => text.clone(),
        },
        other => other.to_string(),
    }
}

/// The digest of a form, as it was shown: 64 hexadecimal digits.
pub(super) fn digest(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0_u8; 32];
    let bytes = text.as_bytes();
    if bytes.len() != 64 {
        return None;
    }
    for (into, pair) in digest.iter_mut().zip(bytes.chunks_exact(2)) {
        *into = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    (hex(&digest) == text).then_some(digest)
}

/// The page of all that waits.
pub(super) fn proposals(view: &ProposalsView, frame: &Frame) -> Result<String, PageError> {
    render("operator/proposals.html", view, frame)
}

/// The page of one.
pub(super) fn proposal(view: &ProposalView, frame: &Frame) -> Result<String, PageError> {
    render("operator/proposal.html", view, frame)
}
