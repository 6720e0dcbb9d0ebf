//! Stores intentions: those of one fintech that come at the same time in one commit, with limits, rows and trail.

use std::collections::HashMap;
use std::sync::Arc;

use naru_core::trust::{Fact, Why};
use naru_core::{
    Action, Actor, BankCode, Direction, FintechUseNum, GrantId, LimitKind, LimitTake, Transfer, TransferKind, Won,
};
use naru_storage::{LimitRefused, StorageError, Tx};

use super::service::{TransferRefused, of_client};
use super::together::alone;
use crate::Desk;

/// The name of the commit.
pub(super) const STORE: &str = "transfer_reserve";

/// An intention on its way into the database.
pub(super) struct Intention {
    pub(super) transfer: Transfer,
    pub(super) grant_id: GrantId,
    pub(super) verdict: String,
    pub(super) plan: Plan,
}

/// What is taken when the intention is stored.
pub(super) struct Plan {
    pub(super) takes: Vec<LimitTake>,
    /// The institution whose position may not fall below its cap, with that cap.
    pub(super) capped: Option<(BankCode, Won)>,
}

/// Stores intentions in one commit; where that fails because of one of them, each in its own.
pub(super) async fn store_together(desk: &Desk, all: Vec<Arc<Intention>>) -> Vec<Result<Won, TransferRefused>> {
    match store(desk, &all).await {
        Ok(remains) => remains.into_iter().map(Ok).collect(),
        Err(refused) if all.len() == 1 || refused == TransferRefused::Unsure => vec![Err(refused); all.len()],
        Err(refused) => {
            let taken = matches!(refused, TransferRefused::Storage(StorageError::Taken { .. }));
            let one_is_why = taken || !matches!(refused, TransferRefused::Storage(_));
            let each = alone(all, one_is_why, |one| async move { store(desk, &[one]).await });
            let first = |remains: Vec<Won>| remains.first().copied().unwrap_or(Won::ZERO);
            each.await.into_iter().map(|stored| stored.map(first)).collect()
        }
    }
}

/// One commit for intentions of one fintech: what the calls were judged by still stands, the limits are taken, the
/// intentions and their trail are there. Gives, for each, what is left for the fintech today: the smaller of its day
/// and its month.
async fn store(desk: &Desk, all: &[Arc<Intention>]) -> Result<Vec<Won>, TransferRefused> {
    let Some(client_id) = all.first().map(|one| one.transfer.order.client_id) else {
        return Ok(Vec::new());
    };
    let actor = Actor::Client(client_id);
    let stored = desk.hub.storage().run(STORE, &actor, async |tx| {
        let judged: Vec<_> = all.iter().map(|one| (one.grant_id, one.withdrawn_from())).collect();
        if !tx.standings_are_unchanged(client_id, &judged).await? {
            return Err(TransferRefused::Changed);
        }
        check_positions(&tx, all).await?;
        let remains = take(&tx, all).await?;
        for (one, limit_remain) in all.iter().zip(&remains) {
            let transfer = Transfer {
                limit_remain: *limit_remain,
                ..one.transfer.clone()
            };
            tx.transfer_insert(&transfer, &one.verdict)?;
            let details = serde_json::json!({ "kind": transfer.order.kind, "amount_won": transfer.order.amount });
            tx.trail(Action::TransferReserved, transfer.id, details).await?;
        }
        Ok(remains)
    });
    stored.await
}

impl Intention {
    /// The account whose consent a withdrawal needs.
    fn withdrawn_from(&self) -> Option<&FintechUseNum> {
        let order = &self.transfer.order;
        let number = order.fintech_use_num.as_ref();
        number.filter(|_| order.kind == TransferKind::Withdraw)
    }
}

/// Takes the limits of all; of several, a refusal does not say whose it is.
async fn take(tx: &Tx, all: &[Arc<Intention>]) -> Result<Vec<Won>, TransferRefused> {
    let takes: Vec<&[LimitTake]> = all.iter().map(|one| one.plan.takes.as_slice()).collect();
    let counted: Vec<_> = takes.iter().copied().filter(|takes| !takes.is_empty()).collect();
    if counted.is_empty() {
        return Ok(vec![Won::ZERO; all.len()]);
    }
    match tx.limit_take_each(&counted).await? {
        Ok(used) => {
            let mut used = used.into_iter();
            let left = takes.iter().map(|takes| {
                if takes.is_empty() {
                    Won::ZERO
                } else {
                    left(takes, &used.next().unwrap_or_default())
                }
            });
            Ok(left.collect())
        }
        Err(LimitRefused(kind)) => {
            let refused = all
                .iter()
                .find(|one| one.plan.takes.iter().any(|take| take.kind == kind));
            Err(refused.map_or(TransferRefused::Changed, |one| over(one, kind)))
        }
    }
}

/// What is left for the fintech.
fn left(takes: &[LimitTake], used: &[Won]) -> Won {
    let of_client = takes
        .iter()
        .zip(used)
        .filter(|(take, _)| take.kind != LimitKind::PersonDay);
    let left = of_client.map(|(take, used)| take.cap.0.saturating_sub(used.0)).min();
    Won(left.unwrap_or(0).max(0))
}

/// A counter would have passed its cap.
fn over(intention: &Intention, kind: LimitKind) -> TransferRefused {
    let (order, takes) = (&intention.transfer.order, &intention.plan.takes);
    let direction = if order.kind == TransferKind::Withdraw {
        Direction::Withdraw
    } else {
        Direction::Deposit
    };
    let why = match kind {
        LimitKind::PersonDay => Why::PersonDay,
        counter => of_client(direction, Some(counter)),
    };
    let cap = takes
        .iter()
        .find(|take| take.kind == kind)
        .map_or(Won::ZERO, |take| take.cap);
    let facts = vec![Fact::new("asked_won", order.amount), Fact::new("limit_won", cap)];
    TransferRefused::Broken(why, facts)
}

/// The institutions' net debit caps. Positions are folded a moment later, so a cap may be passed by what moved in that
/// moment.
async fn check_positions(tx: &Tx, all: &[Arc<Intention>]) -> Result<(), TransferRefused> {
    let mut positions = HashMap::new();
    for one in all {
        let Some((bank, cap)) = &one.plan.capped else { continue };
        let position = match positions.get(bank) {
            Some(position) => *position,
            None => tx.journal_position(bank).await?,
        };
        positions.insert(bank, position);
        if position.0.saturating_sub(one.transfer.order.amount.0) < -cap.0 {
            let facts = vec![
                Fact::new("institution", bank),
                Fact::new("position_won", position),
                Fact::new("cap_won", cap),
            ];
            return Err(TransferRefused::Broken(Why::NetDebitCap, facts));
        }
    }
    Ok(())
}
