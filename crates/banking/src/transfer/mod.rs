//! Transfers: two legs, one intention stored before anybody is asked, and a resolver for what got lost from sight.

pub mod deposit;
mod drive;
mod intention;
pub mod resolver;
pub mod result;
pub mod returning;
mod service;
pub mod settlement;
mod together;
pub mod withdraw;

use naru_core::{BankCode, Client, LegKind, Transfer, TransferKind, TransferState, Won};
use naru_web::kftc::{FieldError, Refusal, Text, required};

pub use service::TransferRefused;
use together::Together;

/// What one fintech's transfers store together.
#[derive(Default)]
pub struct Commits {
    intentions: Together<intention::Intention, Result<Won, TransferRefused>>,
    moves: Together<drive::Move, Result<(), drive::Halted>>,
}

/// What a transfer's state is on the wire.
pub(crate) struct WireState {
    /// The reason of the code table.
    pub(crate) reason: &'static str,
    /// The institution that the code is of.
    pub(crate) bank_code: BankCode,
    /// Its code.
    pub(crate) bank_rsp_code: String,
    /// Its words, where it decided.
    pub(crate) bank_rsp_message: String,
}

/// What a transfer's state is on the wire: as long as a leg is open or has failed, that leg's institution and code;
/// else the first leg's, which is the one the client asked about.
pub(crate) fn wire_state(transfer: &Transfer) -> WireState {
    let state = |reason, leg, code: &str| WireState {
        reason,
        bank_code: transfer.side(leg).bank_code.clone(),
        bank_rsp_code: code.to_owned(),
        bank_rsp_message: match leg {
            LegKind::Debit => transfer.facts.debit.message.clone(),
            LegKind::Credit | LegKind::Reversal => transfer.facts.credit.message.clone(),
        },
    };
    let silent = |state: WireState| WireState {
        bank_rsp_message: String::new(),
        ..state
    };
    let asked = if transfer.order.kind == TransferKind::Deposit {
        LegKind::Credit
    } else {
        LegKind::Debit
    };
    let or = |code: &str, otherwise: &str| {
        if code.is_empty() {
            otherwise.to_owned()
        } else {
            code.to_owned()
        }
    };
    match &transfer.state {
        TransferState::Completed => state("ok", asked, "000"),
        TransferState::Failed { code } => state("institution_error", LegKind::Debit, &or(code, "111")),
        TransferState::Reversed { because } => state("institution_error", LegKind::Credit, &or(because, "111")),
        TransferState::Unknown { leg, .. } => {
            let last = transfer.facts.codes.get(leg).map_or("", String::as_str);
            silent(state("time_exceeded", *leg, &or(last, "804")))
        }
        TransferState::Refused => state("institution_error", asked, ""),
        _ => silent(state("in_progress", asked, "400")),
    }
}

/// The contract account that a request names must be the client's own.
pub(crate) fn contract_account(client: &Client, kind: &Text, number: &Text) -> Result<(), Refusal> {
    FieldError::one_of("cntr_account_type", required("cntr_account_type", kind)?, &["N", "C"])?;
    let number = required("cntr_account_num", number)?;
    if number.as_str() == client.contract_account.account_num {
        return Ok(());
    }
    Err(Refusal::Reason("contract_account"))
}
