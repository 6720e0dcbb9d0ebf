//! What the pages of transfers show: those that only people can end, and one of them with everything that is known.

use naru_banking::transfer::settlement::{self, Case};
use naru_core::{LegKind, LegState, Timestamp, Transfer, TransferKind, Won};
use serde::Serialize;

use super::desk::Said;
use super::parts::ProposalLine;
use crate::page::{Frame, PageError, render};

/// The queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TransfersView {
    pub(super) lines: Vec<TransferLine>,
    pub(super) asks: i64,
}

/// One transfer in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TransferLine {
    pub(super) id: String,
    pub(super) href: String,
    pub(super) kind: TransferKind,
    pub(super) amount_won: Won,
    pub(super) debit_bank: String,
    pub(super) credit_bank: String,
    pub(super) state: &'static str,
    pub(super) leg: Option<LegKind>,
    pub(super) code: String,
    pub(super) since: Timestamp,
    pub(super) asks: i64,
    pub(super) next_at: Option<Timestamp>,
    pub(super) created_at: Timestamp,
}

/// One transfer. The statement posts `csrf`, `statement` (`leg:word`), `code`, `evidence` and `reason`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TransferView {
    pub(super) csrf: String,
    pub(super) said: Said,
    pub(super) acts: bool,
    pub(super) line: TransferLine,
    pub(super) legs: Vec<LegView>,
    pub(super) postings: Vec<PostingView>,
    pub(super) trail: Vec<TrailView>,
    pub(super) proposals: Vec<ProposalLine>,
    pub(super) statements: Vec<StatementView>,
    pub(super) waits: bool,
    pub(super) action: String,
}

/// A leg with the institution's last word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct LegView {
    pub(super) leg: LegKind,
    pub(super) bank: String,
    pub(super) account: String,
    pub(super) state: LegState,
    pub(super) is: &'static str,
    pub(super) code: String,
    pub(super) settled_at: Option<Timestamp>,
    pub(super) reference: String,
}

/// A posting of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PostingView {
    pub(super) leg: LegKind,
    pub(super) account: String,
    pub(super) amount_won: Won,
}

/// A row of the trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TrailView {
    pub(super) at: Timestamp,
    pub(super) actor: String,
    pub(super) action: String,
    pub(super) details: String,
}

/// What a document may say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct StatementView {
    pub(super) value: String,
    pub(super) leg: LegKind,
    pub(super) word: &'static str,
    pub(super) to: &'static str,
}

/// A transfer in a list; institutions are named by `bank`.
pub(super) fn line(transfer: &Transfer, bank: &dyn Fn(&naru_core::BankCode) -> String) -> TransferLine {
    let (state, leg, code, _) = transfer.state.columns();
    let named = |code: &naru_core::BankCode| format!("{} {code}", bank(code)).trim().to_owned();
    TransferLine {
        id: transfer.id.to_string(),
        href: format!("/operator/transfers/{}", transfer.id),
        kind: transfer.order.kind,
        amount_won: transfer.order.amount,
        debit_bank: named(&transfer.order.debit.bank_code),
        credit_bank: named(&transfer.order.credit.bank_code),
        state,
        leg,
        code,
        since: transfer.state_since,
        asks: transfer.asks,
        next_at: transfer.next_at,
        created_at: transfer.created_at,
    }
}

/// The legs, postings and trail of a case, and what can be said about it.
pub(super) fn parts(
    case: &Case,
    queue_asks: i64,
    bank: &dyn Fn(&naru_core::BankCode) -> String,
) -> (Vec<LegView>, Vec<StatementView>) {
    let leg = |leg: &naru_core::Leg| LegView {
        leg: leg.reference.kind,
        bank: format!("{} {}", bank(&leg.bank_code), leg.bank_code).trim().to_owned(),
        account: naru_core::mask_account(&case.transfer.side(leg.reference.kind).account_num),
        state: leg.state,
        is: match leg.state {
            LegState::Posted => "holds",
            LegState::Voided => "broken",
            LegState::Pending => "unknown",
        },
        code: settlement::last_code(case, leg).to_owned(),
        settled_at: leg.settled_at,
        reference: leg.reference.to_string(),
    };
    let statement = |(leg, word): (LegKind, &'static str)| {
        let told = naru_core::Attested::parse(word, "")?;
        let event = naru_core::TransferEvent::Attest(leg, told);
        let to = case.transfer.state.clone().apply(event).ok()?;
        Some(StatementView {
            value: format!("{leg}:{word}"),
            leg,
            word,
            to: to.word(),
        })
    };
    let possible = settlement::possible(&case.transfer, queue_asks);
    (
        case.legs.iter().map(leg).collect(),
        possible.into_iter().filter_map(statement).collect(),
    )
}

pub(super) fn postings(case: &Case) -> Vec<PostingView> {
    let posting = |posting: &naru_storage::Posting| PostingView {
        leg: posting.leg,
        account: posting.account.clone(),
        amount_won: posting.amount,
    };
    case.postings.iter().map(posting).collect()
}

pub(super) fn trail(case: &Case) -> Vec<TrailView> {
    let row = |row: &naru_storage::TrailRow| TrailView {
        at: row.at,
        actor: row.actor.clone(),
        action: row.action.to_string(),
        details: row.details.clone(),
    };
    case.trail.iter().map(row).collect()
}

/// The page of the queue.
pub(super) fn transfers(view: &TransfersView, frame: &Frame) -> Result<String, PageError> {
    render("operator/transfers.html", view, frame)
}

/// The page of one.
pub(super) fn transfer(view: &TransferView, frame: &Frame) -> Result<String, PageError> {
    render("operator/transfer.html", view, frame)
}
