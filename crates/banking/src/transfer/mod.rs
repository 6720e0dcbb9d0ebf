//! Transfers: two legs, one intention stored before anybody is asked, and a resolver for what got lost from sight.

pub mod deposit;
mod drive;
pub mod resolver;
pub mod result;
pub mod returning;
mod service;
pub mod withdraw;

use naru_core::{Client, Transfer, TransferState};
use naru_web::kftc::{FieldError, Refusal, Text, required};

pub use service::TransferRefused;

/// What a transfer's state is on the wire: the reason of the code table, and the institution's code.
pub(crate) fn wire_state(transfer: &Transfer) -> (&'static str, String) {
    let last_code = |empty: &str| {
        let code = transfer
            .state
            .next_leg()
            .and_then(|leg| transfer.facts.codes.get(&leg))
            .cloned();
        code.filter(|code| !code.is_empty()).unwrap_or_else(|| empty.to_owned())
    };
    match &transfer.state {
        TransferState::Completed => ("ok", "000".to_owned()),
        TransferState::Failed { code } if code.is_empty() => ("institution_error", "111".to_owned()),
        TransferState::Failed { code } => ("institution_error", code.clone()),
        TransferState::Reversed { because } if because.is_empty() => ("institution_error", "111".to_owned()),
        TransferState::Reversed { because } => ("institution_error", because.clone()),
        TransferState::Unknown { .. } => ("time_exceeded", last_code("804")),
        TransferState::Refused => ("institution_error", String::new()),
        _ => ("in_progress", "400".to_owned()),
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
