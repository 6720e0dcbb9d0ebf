//! What operators and institutions do: suspending, limits, windows, accounts that are closed for a while.

use std::time::Duration;

use naru_auth::client::service as clients;
use naru_core::{ClientEvent, ClientLimits, Direction, WindowId, Won};
use naru_sims::bank::AccountState;
use naru_storage::StorageError;
use serde_json::json;

use super::action::stamp;
use super::world::{ACTOR, World};

/// Lets so many minutes of virtual time pass.
pub(super) async fn minutes_pass(minutes: u64) {
    tokio::time::sleep(Duration::from_secs(minutes * 60)).await;
}

impl World {
    /// An operator suspends a fintech for a while; meanwhile its calls are refused.
    pub(super) async fn suspend(&self, action: usize, (fintech, minutes): (usize, u64)) {
        let held = &self.fintechs[fintech];
        let client = clients::find(self.storage(), &held.client.id.to_string())
            .await
            .expect("the fintech is known");
        let moved = clients::change_status(self.storage(), &ACTOR, &client, (ClientEvent::Suspend, "시험")).await;
        if moved.is_err() {
            return;
        }
        let body = json!({ "check_type": "1", "tran_dtime": stamp(self.now()), "req_cnt": "0", "req_list": [] });
        let answer = self.post(action, "/v2.0/transfer/result", &held.oob_token, &body).await;
        assert_eq!(
            answer["rsp_code"], "O0002",
            "a suspended fintech was answered: {answer}"
        );
        minutes_pass(minutes).await;
        loop {
            let client = clients::find(self.storage(), &held.client.id.to_string())
                .await
                .expect("it is known");
            let event = (ClientEvent::Resume, "");
            if clients::change_status(self.storage(), &ACTOR, &client, event)
                .await
                .is_ok()
            {
                return;
            }
        }
    }

    pub(super) async fn change_limits(&self, (fintech, direction, day_won): (usize, Direction, i64)) {
        let limits = ClientLimits {
            transfer_won: Won(1_000_000),
            day_won: Won(day_won),
            month_won: Won(120_000_000),
        };
        let client = &self.fintechs[fintech].client;
        let changed = clients::change_limits(self.storage(), &ACTOR, client, (direction, &limits)).await;
        changed.expect("limits can be changed at any time");
    }

    pub(super) async fn roll_window(&self) {
        let fresh = WindowId::new(self.now(), self.storage().chance());
        let rolled = self
            .storage()
            .run("window_roll", &ACTOR, async |tx| tx.window_roll(fresh).await);
        let rolled: Result<(), StorageError> = rolled.await;
        rolled.expect("a window can be rolled at any time");
    }

    /// Makes every open transfer due, those included that are being driven at this moment.
    pub(super) async fn take_over(&self) {
        let woken = self.storage().record("transfer_wake_all", async |tx| {
            tx.transfer_wake_all(tx.now().plus_seconds(1)).await
        });
        woken.await.expect("transfers can be woken at any time");
    }

    pub(super) async fn close_account(&self, (seat, account): (usize, usize), contract: bool, minutes: u64) {
        let (bank, number) = if contract {
            let account = &self.fintechs[self.fintech_of(seat)].client.contract_account;
            (account.bank_code.clone(), account.account_num.clone())
        } else {
            let human = self.human_of(seat);
            let bank = &human.banks[account % human.banks.len()];
            (bank.clone(), human.account(bank).account_num)
        };
        let set = |state| {
            let set = self.bank(&bank).books().set_state(&number, state);
            set.expect("the account exists");
        };
        set(AccountState::Closed);
        minutes_pass(minutes).await;
        set(AccountState::Open);
    }
}
