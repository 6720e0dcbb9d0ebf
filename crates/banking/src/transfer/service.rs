//! Decides whether a transfer may begin, and stores its intention: limits, rows and trail in one commit, before any
//! institution is asked.

use std::sync::Arc;

use naru_core::trust::{Fact, Why};
use naru_core::{
    Client, Direction, Environment, LimitKind, LimitTake, Order, PersonLimits, Timestamp, Transfer, TransferFacts,
    TransferId, TransferKind, TransferState, Won,
};
use naru_storage::StorageError;
use naru_web::kftc::Refusal;
use naru_web::{Demanding, Trusted};

use super::intention::{Intention, Plan, STORE, store_together};
use crate::Desk;

/// How long whoever stored an intention has it for itself, seconds: longer than a transfer may take to be answered.
pub(super) const LEASE_SECONDS: i64 = 60;

/// Why a transfer did not begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferRefused {
    /// The transaction link broke.
    Broken(Why, Vec<Fact>),
    /// What the call was judged by has changed since.
    Changed,
    /// The commit's outcome is not known: the transfer may exist.
    Unsure,
    /// The database.
    Storage(StorageError),
}

impl From<StorageError> for TransferRefused {
    fn from(error: StorageError) -> Self {
        if matches!(error, StorageError::CommitUnknown { .. }) {
            Self::Unsure
        } else {
            Self::Storage(error)
        }
    }
}

/// An intention that is stored now, or was before.
pub(super) enum Reserved {
    /// Nobody has asked an institution yet.
    New(Transfer),
    /// The same request was made before.
    Repeated(Transfer),
}

/// SHA-256 over what makes two orders the same: everything but the call, and the account's changeable name.
fn digest(order: &Order) -> Vec<u8> {
    let echo: Vec<_> = order.echo.iter().filter(|(name, _)| *name != "account_alias").collect();
    let same = (
        order.kind,
        order.amount,
        &order.debit,
        &order.credit,
        &order.fintech_use_num,
        order.returns,
        echo,
    );
    naru_crypto::sha256(&serde_json::to_vec(&same).expect("an order is plain data")).to_vec()
}

/// Stores the intention of an order, or finds the one that was stored under the same name.
pub(super) async fn reserve<R: Demanding>(desk: &Desk, call: &Trusted<R>, order: Order) -> Result<Reserved, Refusal> {
    let plan = match check(desk, call, &order) {
        Ok(plan) => plan,
        // A request that was made before gets its answer again, whatever the limits say today.
        Err((why, facts)) => {
            return recorded(desk, &order, call.at)
                .await?
                .map(Reserved::Repeated)
                .ok_or_else(|| broken(call, why, facts));
        }
    };
    let verdict = call.verdict().clone().with_transaction(Fact::new("limits", "taken"));
    let intention = Arc::new(Intention {
        transfer: intended(order, call.at),
        grant_id: call.grant.id,
        verdict: serde_json::to_string(&verdict).map_err(StorageError::corrupt)?,
        plan,
    });
    let name = (STORE, intention.transfer.order.client_id);
    let queue = &desk.commits.intentions;
    let stored = queue.run(name, &intention, |all| store_together(desk, all)).await;
    let transfer = &intention.transfer;
    match stored.map_err(TransferRefused::from).flatten() {
        Ok(limit_remain) => {
            call.note_verdict(verdict);
            let transfer = Transfer {
                limit_remain,
                ..transfer.clone()
            };
            Ok(Reserved::New(transfer))
        }
        Err(TransferRefused::Storage(StorageError::Taken { .. })) => {
            let found = recorded(desk, &transfer.order, call.at).await?.map(Reserved::Repeated);
            found.ok_or(Refusal::Reason("already_returned"))
        }
        Err(TransferRefused::Broken(why, facts)) => {
            let found = recorded(desk, &transfer.order, call.at).await?.map(Reserved::Repeated);
            found.ok_or_else(|| broken(call, why, facts))
        }
        Err(TransferRefused::Changed) => {
            let verdict = call.judge_again(&desk.hub).await?;
            // What changed and changed back within one call: the client may simply try again.
            Err(if verdict.holds() {
                Refusal::Reason("internal")
            } else {
                Refusal::Broken(Box::new(verdict))
            })
        }
        Err(TransferRefused::Unsure) => Err(Refusal::Reason("time_exceeded")),
        Err(TransferRefused::Storage(error)) => Err(error.into()),
    }
}

fn broken<R: Demanding>(call: &Trusted<R>, why: Why, facts: Vec<Fact>) -> Refusal {
    Refusal::Broken(Box::new(call.verdict().clone().break_transaction(why, facts)))
}

/// The transfer that was stored before under the same name and day; another order under that name is refused.
pub(super) async fn recorded(desk: &Desk, order: &Order, at: Timestamp) -> Result<Option<Transfer>, Refusal> {
    let day = at.day();
    let found = desk.hub.storage().read("transfer_find_by_name", async |tx| {
        tx.transfer_find_by_name(order.client_id, day, order.kind, &order.bank_tran_id)
            .await
    });
    let found: Option<Transfer> = found.await.map_err(|error: StorageError| Refusal::from(error))?;
    match found {
        Some(transfer) if transfer.order_sha256 != digest(order) => Err(Refusal::Reason("id_taken")),
        found => Ok(found),
    }
}

/// The rules that need no counter, and the counters that the order will raise.
fn check<R: Demanding>(desk: &Desk, call: &Trusted<R>, order: &Order) -> Result<Plan, (Why, Vec<Fact>)> {
    let settings = desk.hub.settings();
    if !settings.is_open(call.at) {
        return Err((Why::OutsideHours, vec![Fact::new("at", call.at)]));
    }
    for side in [&order.debit, &order.credit] {
        let simulated = desk
            .lines
            .institution(&side.bank_code)
            .is_some_and(|institution| institution.simulated);
        if call.client.environment == Environment::TestBed && !simulated {
            return Err((Why::OutsideTestBed, vec![Fact::new("institution", &side.bank_code)]));
        }
    }
    let direction = match order.kind {
        TransferKind::Withdraw => Some(Direction::Withdraw),
        TransferKind::Deposit => Some(Direction::Deposit),
        TransferKind::Return => None,
    };
    let mut takes = Vec::new();
    if let Some(direction) = direction {
        let most = call.client.limits(direction).transfer_won;
        if order.amount > most {
            let facts = vec![Fact::new("asked_won", order.amount), Fact::new("limit_won", most)];
            return Err((of_client(direction, None), facts));
        }
        takes.extend(LimitTake::of_client(&call.client, direction, order.amount, call.at));
    }
    if let (TransferKind::Withdraw, Some(person), Some(joined_at)) = (order.kind, order.person_id, call.joined_at) {
        let remittance = order
            .echo
            .get("transfer_purpose")
            .is_some_and(|purpose| purpose == "TR");
        let cap = person_rules(&settings.person_limits, order.amount, remittance, (joined_at, call.at))?;
        takes.push(LimitTake::of_person(person, order.amount, cap, call.at));
    }
    let bank = &order.debit.bank_code;
    let cap = desk
        .lines
        .institution(bank)
        .and_then(|institution| institution.net_debit_cap);
    Ok(Plan {
        takes,
        capped: cap.map(|cap| (bank.clone(), cap)),
    })
}

/// The person's own limits; gives what holds for the day.
fn person_rules(
    limits: &PersonLimits,
    amount: Won,
    remittance: bool,
    (joined_at, now): (Timestamp, Timestamp),
) -> Result<Won, (Why, Vec<Fact>)> {
    if amount > limits.transfer_won {
        let facts = vec![
            Fact::new("asked_won", amount),
            Fact::new("limit_won", limits.transfer_won),
        ];
        return Err((Why::PersonTransfer, facts));
    }
    if remittance && PersonLimits::in_first_days(joined_at, now) {
        return Err((Why::FirstDays, vec![Fact::new("joined_at", joined_at)]));
    }
    Ok(limits.day_cap(joined_at, now))
}

pub(super) const fn of_client(direction: Direction, counter: Option<LimitKind>) -> Why {
    match (direction, counter) {
        (Direction::Withdraw, Some(LimitKind::ClientDay)) => Why::ClientWithdrawDay,
        (Direction::Withdraw, Some(LimitKind::ClientMonth)) => Why::ClientWithdrawMonth,
        (Direction::Withdraw, _) => Why::ClientWithdrawTransfer,
        (Direction::Deposit, Some(LimitKind::ClientDay)) => Why::ClientDepositDay,
        (Direction::Deposit, Some(LimitKind::ClientMonth)) => Why::ClientDepositMonth,
        (Direction::Deposit, _) => Why::ClientDepositTransfer,
    }
}

fn intended(order: Order, now: Timestamp) -> Transfer {
    Transfer {
        id: TransferId::from(order.call_id.uuid()),
        order_sha256: digest(&order),
        day: now.day(),
        state: TransferState::Debiting,
        state_since: now,
        facts: TransferFacts::default(),
        limit_remain: Won::ZERO,
        asks: 0,
        next_at: Some(now.plus_seconds(LEASE_SECONDS)),
        window_id: None,
        created_at: now,
        version: 1,
        order,
    }
}

/// The counters that a transfer had raised, to be lowered again.
pub(super) fn taken(transfer: &Transfer, client: &Client) -> Vec<LimitTake> {
    let order = &transfer.order;
    let mut takes = match order.kind {
        TransferKind::Withdraw => {
            LimitTake::of_client(client, Direction::Withdraw, order.amount, transfer.created_at).to_vec()
        }
        TransferKind::Deposit => {
            LimitTake::of_client(client, Direction::Deposit, order.amount, transfer.created_at).to_vec()
        }
        TransferKind::Return => Vec::new(),
    };
    if let (TransferKind::Withdraw, Some(person)) = (order.kind, order.person_id) {
        takes.push(LimitTake::of_person(
            person,
            order.amount,
            Won::ZERO,
            transfer.created_at,
        ));
    }
    takes
}
