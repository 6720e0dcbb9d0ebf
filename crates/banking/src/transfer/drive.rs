//! Drives a transfer through its legs, and stores what they came to.
//!
//! A transfer that goes well costs two commits: the intention, and the end. Between them its row says `debiting`, and
//! both references are stored: whoever finds the row after a crash asks for both legs before sending either again.

use std::slice;
use std::sync::Arc;
use std::time::Duration;

use naru_core::{
    Action, Actor, Attested, IllegalMove, LegKind, LegState, Outcome, Timestamp, Transfer, TransferEvent,
    TransferState, Won,
};
use naru_storage::{StorageError, Tx};

use super::service::taken;
use super::together::alone;
use crate::Desk;
use crate::line::MoveAsk;

const STORE: &str = "transfer_move";

/// Minutes until a lost transfer is asked for again, by how often it was; then every ten.
const BACKOFF_MINUTES: [i64; 3] = [1, 2, 4];
const BACKOFF_LATER_MINUTES: i64 = 10;

/// What an institution took, by leg, for the call's record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Took {
    pub(super) institution_us: i64,
}

/// A transfer on its way, with the legs whose outcome is not stored yet.
pub(super) struct Way {
    pub(super) transfer: Transfer,
    settled: Vec<(LegKind, LegState, String)>,
    pub(super) took: Took,
}

/// What is stored of a way.
pub(super) struct Move {
    transfer: Transfer,
    settled: Vec<(LegKind, LegState, String)>,
}

/// Why a transfer cannot be driven further here.
#[derive(Debug, Clone)]
pub(super) enum Halted {
    /// Somebody else moved it.
    Overtaken,
    /// The database.
    Storage(StorageError),
}

impl From<StorageError> for Halted {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl Way {
    pub(super) fn new(transfer: Transfer) -> Self {
        Self {
            transfer,
            settled: Vec::new(),
            took: Took::default(),
        }
    }

    /// Applies an event; remembers a leg that it settled. An illegal event is a defect: it is logged, and the
    /// transfer stays where it is.
    pub(super) fn apply(&mut self, event: TransferEvent, now: Timestamp) {
        let leg = match &event {
            TransferEvent::Answer(leg, outcome) => Some((*leg, outcome.clone())),
            _ => None,
        };
        let before = self.transfer.state.clone();
        if let Err(error) = self.transfer.apply(event, now) {
            tracing::error!(event = "illegal_move", transfer = %self.transfer.id, %error, "a defect: please report");
            return;
        }
        let Some((leg, outcome)) = leg else { return };
        // Down leaves a leg open where it may have been executed before.
        let moved = self.transfer.state != before && !matches!(self.transfer.state, TransferState::Unknown { .. });
        let state = match (&outcome, moved) {
            (Outcome::Yes(_), _) => LegState::Posted,
            (Outcome::No { .. } | Outcome::Down { .. }, true) => LegState::Voided,
            _ => LegState::Pending,
        };
        self.settled.push((leg, state, outcome.code().to_owned()));
    }

    /// Applies what a document says of a leg, which may be one that had been refused.
    pub(super) fn attest(&mut self, (leg, told): (LegKind, Attested), now: Timestamp) -> Result<(), IllegalMove> {
        let outcome = told.outcome();
        self.transfer.apply(TransferEvent::Attest(leg, told), now)?;
        let state = match outcome {
            Outcome::Yes(_) => LegState::Posted,
            _ => LegState::Voided,
        };
        self.settled.push((leg, state, outcome.code().to_owned()));
        Ok(())
    }

    /// Sends one leg and applies its answer.
    pub(super) async fn send(&mut self, desk: &Desk, leg: LegKind, budget: Duration) {
        let ask = self.ask(leg);
        let bank = self.transfer.side(leg).bank_code.clone();
        let (outcome, micros) = match leg {
            LegKind::Debit => desk.lines.debit_within(&bank, ask, budget).await,
            LegKind::Credit | LegKind::Reversal => desk.lines.credit_within(&bank, ask, budget).await,
        };
        self.took.institution_us += micros;
        self.apply(TransferEvent::Answer(leg, outcome), desk.hub.now());
    }

    fn ask(&self, leg: LegKind) -> MoveAsk {
        let order = &self.transfer.order;
        let (side, other) = match leg {
            LegKind::Debit => (&order.debit, &order.credit),
            LegKind::Credit => (&order.credit, &order.debit),
            LegKind::Reversal => (&order.debit, &order.credit),
        };
        let return_of = match (leg, order.returns) {
            (LegKind::Reversal, _) => self.transfer.reference(LegKind::Debit).to_string(),
            (LegKind::Debit, Some(id)) => naru_core::LegReference {
                transfer_id: id,
                kind: LegKind::Credit,
            }
            .to_string(),
            _ => String::new(),
        };
        MoveAsk {
            reference: self.transfer.reference(leg).to_string(),
            account_num: side.account_num.clone(),
            amount: order.amount,
            print_content: side.print_content.clone(),
            counterpart_bank_code: other.bank_code.clone(),
            counterpart_name: other.holder_name.clone(),
            purpose: order
                .echo
                .get("transfer_purpose")
                .cloned()
                .unwrap_or_else(|| "ST".to_owned()),
            return_of,
        }
    }

    /// Stores where the transfer stands and what its legs came to.
    pub(super) async fn store(&mut self, desk: &Desk, actor: &Actor) -> Result<(), Halted> {
        let (asks, next_at) = schedule(&self.transfer, desk.hub.now());
        self.transfer.asks = asks;
        self.transfer.next_at = next_at;
        let moved = Arc::new(self.movement());
        match actor {
            Actor::Client(client) => {
                let queue = &desk.commits.moves;
                let stored = queue.run((STORE, *client), &moved, |all| store_together(desk, actor, all));
                stored.await??;
            }
            _ => store(desk, actor, slice::from_ref(&moved)).await?,
        }
        self.transfer.limit_remain = moved.transfer.limit_remain;
        self.transfer.version += 1;
        self.settled.clear();
        Ok(())
    }

    /// What is to be stored of the way as it stands.
    pub(super) fn movement(&self) -> Move {
        let mut row = self.transfer.clone();
        if row.state.gives_limits_back() {
            // Stored with the row, so that a repeated request is told the same.
            row.limit_remain = Won(row.limit_remain.0 + row.order.amount.0);
        }
        Move {
            transfer: row,
            settled: self.settled.clone(),
        }
    }
}

/// Stores moves in one commit; where that fails because of one of them, each in its own.
async fn store_together(desk: &Desk, actor: &Actor, all: Vec<Arc<Move>>) -> Vec<Result<(), Halted>> {
    match store(desk, actor, &all).await {
        Ok(()) => vec![Ok(()); all.len()],
        Err(halted @ Halted::Storage(StorageError::CommitUnknown { .. })) => vec![Err(halted); all.len()],
        Err(halted) if all.len() == 1 => vec![Err(halted)],
        Err(halted) => {
            let one_is_why = matches!(halted, Halted::Overtaken | Halted::Storage(StorageError::Taken { .. }));
            alone(all, one_is_why, |one| async move { store(desk, actor, &[one]).await }).await
        }
    }
}

/// One commit for moves that one actor makes.
async fn store(desk: &Desk, actor: &Actor, all: &[Arc<Move>]) -> Result<(), Halted> {
    let stored = desk.hub.storage().run(STORE, actor, async |tx| {
        store_in(&tx, all.iter().map(AsRef::as_ref)).await
    });
    stored.await
}

/// Stores moves in a transaction: where the transfers stand, what their legs came to, the trail.
pub(super) async fn store_in<'a>(tx: &Tx, all: impl Iterator<Item = &'a Move> + Clone) -> Result<(), Halted> {
    let transfers: Vec<&Transfer> = all.clone().map(|one| &one.transfer).collect();
    if !tx.transfers_update(&transfers).await? {
        return Err(Halted::Overtaken);
    }
    let mut give_back = Vec::new();
    for Move { transfer, settled } in all {
        for (leg, state, code) in settled {
            tx.leg_settle(transfer.id, *leg, *state, code)?;
            if *state == LegState::Posted {
                tx.journal_post(transfer, *leg)?;
            }
        }
        if matches!(transfer.state, TransferState::Reversing { .. }) {
            tx.leg_insert(transfer, LegKind::Reversal)?;
        }
        if transfer.state.gives_limits_back()
            && let Some(client) = tx.client_find(transfer.order.client_id).await?
        {
            give_back.extend(taken(transfer, &client));
        }
        let details = serde_json::json!({ "to": transfer.state.word(), "codes": transfer.facts.codes });
        tx.trail(Action::TransferMoved, transfer.id, details).await?;
    }
    tx.limit_give_back(&give_back).map_err(Halted::from)
}

/// When a transfer in this state is looked at next, and how often it was asked for.
fn schedule(transfer: &Transfer, now: Timestamp) -> (i64, Option<Timestamp>) {
    match &transfer.state {
        TransferState::Unknown { .. } => {
            let asked = usize::try_from(transfer.asks).unwrap_or(usize::MAX);
            let minutes = BACKOFF_MINUTES.get(asked).copied().unwrap_or(BACKOFF_LATER_MINUTES);
            (transfer.asks + 1, Some(now.plus_seconds(minutes * 60)))
        }
        TransferState::Debiting | TransferState::Crediting | TransferState::Reversing { .. } => {
            (transfer.asks, Some(now.plus_seconds(super::service::LEASE_SECONDS)))
        }
        _ => (transfer.asks, None),
    }
}

/// Drives a fresh transfer until it is final, stuck or lost from sight, and stores that.
pub(super) async fn drive(desk: &Desk, transfer: Transfer) -> (Transfer, Took) {
    let actor = Actor::Client(transfer.order.client_id);
    let mut way = Way::new(transfer);
    let deadline = Timestamp(
        desk.hub
            .now()
            .0
            .saturating_add_unsigned(desk.settings.answer_ms * 1_000),
    );
    let halted = loop {
        match way.transfer.state.clone() {
            TransferState::Debiting => way.send(desk, LegKind::Debit, left(desk, deadline)).await,
            TransferState::Crediting => way.send(desk, LegKind::Credit, left(desk, deadline)).await,
            TransferState::Reversing { .. } => {
                // A reversal is an intention of its own: stored before it is sent.
                if let Err(halted) = way.store(desk, &actor).await {
                    break Some(halted);
                }
                way.send(desk, LegKind::Reversal, left(desk, deadline)).await;
            }
            _ => break way.store(desk, &actor).await.err(),
        }
    };
    match halted {
        None => {}
        Some(Halted::Overtaken) => {
            if let Some(transfer) = reload(desk, &way.transfer).await {
                way.transfer = transfer;
            }
        }
        Some(Halted::Storage(error)) => {
            // The row still says what was intended: the resolver finds out what came of it.
            tracing::error!(event = "transfer_not_stored", transfer = %way.transfer.id, %error, "left to the resolver");
            way.transfer.state = TransferState::Debiting;
        }
    }
    (way.transfer, way.took)
}

/// What is left of a transfer's time, for its next leg.
fn left(desk: &Desk, deadline: Timestamp) -> Duration {
    let micros = u64::try_from(deadline.micros_since(desk.hub.now())).unwrap_or(0);
    Duration::from_micros(micros).min(desk.leg_budget())
}

async fn reload(desk: &Desk, transfer: &Transfer) -> Option<Transfer> {
    let id = transfer.id;
    let found = desk
        .hub
        .storage()
        .read("transfer_find", async |tx| tx.transfer_find(id).await);
    let found: Result<_, StorageError> = found.await;
    found.ok().flatten()
}

/// Drives a fresh transfer in a task of its own, and waits for it as long as its client does. The task goes on when
/// the time is up; the client is then told to ask for the result.
pub(super) async fn drive_and_wait(desk: &Desk, transfer: Transfer) -> (Transfer, Took) {
    let fallback = transfer.clone();
    let owned = desk.clone();
    let task = desk.hub.work().spawn(async move { drive(&owned, transfer).await });
    let budget = Duration::from_millis(desk.settings.answer_ms);
    match tokio::time::timeout(budget, task).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) | Err(_) => (fallback, Took { institution_us: 0 }),
    }
}
