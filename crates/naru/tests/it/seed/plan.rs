//! One action, drawn and done.

use std::sync::Arc;

use naru_core::Direction;

use super::operate::minutes_pass;
use super::world::World;

/// What is done, with everything drawn that is left to chance.
#[derive(Debug, Clone)]
pub(super) enum Plan {
    Withdraw {
        seat: usize,
        account: usize,
        amount: i64,
        purpose: &'static str,
    },
    Deposit {
        seat: usize,
        account: usize,
        amount: i64,
        by_number: bool,
        checks_name: bool,
    },
    Repeat {
        pick: u64,
        altered: bool,
    },
    Result {
        pick: u64,
    },
    Claim {
        pick: u64,
    },
    Balance {
        seat: usize,
        account: usize,
    },
    Revoke {
        seat: usize,
        minutes: u64,
    },
    Suspend {
        fintech: usize,
        minutes: u64,
    },
    Limits {
        fintech: usize,
        direction: Direction,
        day_won: i64,
    },
    RollWindow,
    /// A hub starts beside the one at work and takes its open transfers for lost.
    TakeOver,
    CloseAccount {
        seat: usize,
        account: usize,
        contract: bool,
        minutes: u64,
    },
    CloseBank {
        bank: usize,
        minutes: u64,
    },
}

/// Does one action.
pub(super) async fn act(world: &Arc<World>, action: usize, plan: Plan) {
    match plan {
        Plan::Withdraw { .. } => world.withdraw(action, &plan).await,
        Plan::Deposit { .. } => world.pay_out(action, &plan).await,
        Plan::Repeat { pick, altered } => world.repeat(action, (pick, altered)).await,
        Plan::Result { pick } => world.ask_result(action, pick).await,
        Plan::Claim { pick } => world.claim(action, pick).await,
        Plan::Balance { seat, account } => world.balance(action, (seat, account)).await,
        Plan::Revoke { seat, minutes } => {
            world.revoke(action, seat).await;
            minutes_pass(minutes).await;
            world.agree(seat).await;
        }
        Plan::Suspend { fintech, minutes } => world.suspend(action, (fintech, minutes)).await,
        Plan::Limits {
            fintech,
            direction,
            day_won,
        } => world.change_limits((fintech, direction, day_won)).await,
        Plan::RollWindow => world.roll_window().await,
        Plan::TakeOver => world.take_over().await,
        Plan::CloseAccount {
            seat,
            account,
            contract,
            minutes,
        } => {
            world.close_account((seat, account), contract, minutes).await;
        }
        Plan::CloseBank { bank, minutes } => {
            world.banks[bank].set_closed(true);
            minutes_pass(minutes).await;
            world.banks[bank].set_closed(false);
        }
    }
}
