//! What was asked and what was answered: a request that moves money is remembered, and every answer to it is held
//! against the institutions' books at the moment at which it comes.

use std::sync::{Arc, Mutex};

use naru_core::{BankTranId, ClientId, Day, LegKind, Transfer, TransferId, TransferKind, TransferState};
use naru_storage::StorageError;
use serde_json::Value;

use super::world::World;

/// A request that moves money.
pub(super) struct Sent {
    pub(super) kind: TransferKind,
    pub(super) path: &'static str,
    pub(super) fintech: usize,
    /// Whose token it needs; a fintech's own where none.
    pub(super) seat: Option<usize>,
    pub(super) id: BankTranId,
    pub(super) amount: i64,
    pub(super) day: Day,
    pub(super) body: Value,
    /// The answer that told the end.
    pub(super) last: Mutex<Option<Value>>,
    /// The body with another amount.
    pub(super) other: Value,
}

impl Sent {
    pub(super) fn client(&self, world: &World) -> ClientId {
        world.fintechs[self.fintech].client.id
    }

    pub(super) fn token(&self, world: &World) -> String {
        self.seat.map_or_else(
            || world.fintechs[self.fintech].oob_token.clone(),
            |place| world.seat(place).token,
        )
    }

    /// The answer that told how it ended, if any did.
    pub(super) fn ended(&self) -> Option<Value> {
        self.last.lock().expect("reading an answer does not panic").clone()
    }
}

/// The transfer whose number an answer carries.
fn told_id(answer: &Value) -> Option<TransferId> {
    let number = answer["api_tran_id"].as_str()?.strip_prefix("cal_")?;
    format!("trf_{number}").parse().ok()
}

impl World {
    /// The stored transfer behind a request, if there is one.
    pub(super) async fn stored(&self, sent: &Sent) -> Option<Transfer> {
        let client = sent.client(self);
        let found = self.storage().read("seed_find", async |tx| {
            tx.transfer_find_by_name(client, sent.day, sent.kind, &sent.id).await
        });
        let found: Result<_, StorageError> = found.await;
        found.expect("the database reads")
    }

    /// Whether the institutions have executed this leg.
    pub(super) fn has_executed(&self, transfer: &Transfer, leg: LegKind) -> bool {
        let bank = self.bank(&transfer.side(leg).bank_code);
        bank.has_executed(transfer.reference(leg))
    }

    /// The whole of what an answer may claim about money.
    pub(super) async fn hold_against_books(&self, sent: &Sent, answer: &Value) {
        let code = answer["rsp_code"].as_str().unwrap_or_default();
        let Some(id) = told_id(answer) else {
            panic!("an answer without a number: {answer}")
        };
        let found = self.storage().read("seed_find", async |tx| tx.transfer_find(id).await);
        let found: Result<Option<Transfer>, StorageError> = found.await;
        let Some(transfer) = found.expect("the database reads") else {
            assert!(
                !matches!(code, "A0000" | "A0001"),
                "told of a transfer that is not there: {answer}"
            );
            return;
        };
        let [debit, credit, reversal] =
            [LegKind::Debit, LegKind::Credit, LegKind::Reversal].map(|leg| self.has_executed(&transfer, leg));
        let state = &transfer.state;
        match code {
            "A0000" => {
                assert!(
                    debit && credit && !reversal,
                    "success before both legs were final: {state:?} {answer}"
                );
                assert_eq!(*state, TransferState::Completed, "{answer}");
            }
            "A0002" => {
                assert!(
                    !credit && debit == reversal,
                    "told as failed, and money moved: {state:?} {answer}"
                );
                let failed = matches!(state, TransferState::Failed { .. } | TransferState::Reversed { .. });
                assert!(failed, "told as failed while {state:?}: {answer}");
            }
            "A0001" | "A0007" => return,
            _ => panic!("a stored transfer was answered {answer}"),
        }
        let mut last = sent.last.lock().expect("noting an answer does not panic");
        match &*last {
            Some(first) => assert_eq!(first, answer, "a repeated request got another answer than the first"),
            None => *last = Some(answer.clone()),
        }
    }

    /// A request of some earlier moment.
    pub(super) fn earlier(&self, pick: u64) -> Option<Arc<Sent>> {
        let sent = self.sent.lock().expect("reading a list does not panic");
        let count = sent.len() as u64;
        // The younger ones are asked for more often.
        let back = pick % count.clamp(1, 40);
        let place = count.checked_sub(back + 1)?;
        sent.get(usize::try_from(place).expect("a place in a list")).cloned()
    }
}
