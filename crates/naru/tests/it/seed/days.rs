//! Thirty days: what is done when, drawn from the seed; and the hub's own rounds beside it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use naru_banking::{management, transfer};
use naru_core::{Chance, Direction};
use naru_storage::{StorageError, TransferFilter};
use tokio::task::JoinHandle;

use super::check::Counted;
use super::operate::minutes_pass;
use super::plan::{Plan, act};
use super::weather::Sky;
use super::world::World;

/// How often the hub looks for work while much happens, and while nothing does.
const OFTEN: Duration = Duration::from_secs(5);
const SELDOM: Duration = Duration::from_secs(240);

/// What a run came to.
pub(super) struct Run {
    pub(super) digest: String,
    pub(super) counted: Counted,
    pub(super) actions: usize,
    /// Answers to requests that move money, by code.
    pub(super) codes: BTreeMap<String, usize>,
}

/// The resolver and the standing jobs, as the hub runs them, with longer pauses while nothing happens.
fn hub_rounds(world: &Arc<World>) -> JoinHandle<()> {
    let world = Arc::clone(world);
    tokio::spawn(async move {
        for round in 0_u64.. {
            let looked = transfer::resolver::round(&world.parts.desk).await;
            looked.expect("a round of the resolver");
            if round.is_multiple_of(4) {
                let worked = management::jobs::round(&world.parts.desk).await;
                worked.expect("a round of the jobs");
            }
            let busy = world.busy_until.load(Ordering::Relaxed) > world.now().0;
            tokio::time::sleep(if busy { OFTEN } else { SELDOM }).await;
        }
    })
}

struct Driver {
    world: Arc<World>,
    chance: Chance,
    actions: usize,
    running: Vec<JoinHandle<()>>,
}

/// Plays so many days.
pub(super) async fn play(seed: u64, days: u64) -> Run {
    let world = World::new(seed).await;
    let rounds = hub_rounds(&world);
    let mut driver = Driver {
        world: Arc::clone(&world),
        chance: Chance::seeded(seed ^ 0x5eed),
        actions: 0,
        running: Vec::new(),
    };
    for _ in 0..days {
        driver.day().await;
        world.check(false).await;
    }
    driver.calm_down().await;
    let counted = world.check(true).await;
    rounds.abort();
    let _ = rounds.await;
    Run {
        digest: digest(&world).await,
        counted,
        actions: driver.actions,
        codes: codes(&world),
    }
}

impl Driver {
    /// A day of bursts with quiet hours between them; it ends when all its actions have.
    async fn day(&mut self) {
        let mut minutes: Vec<u64> = (0..3 + self.chance.below(3))
            .map(|_| self.chance.below(1_440))
            .collect();
        // One burst in four days lies around midnight.
        if self.chance.below(4) == 0 {
            minutes.push(359);
        }
        minutes.sort_unstable();
        let mut passed = 0;
        for minute in minutes {
            minutes_pass(minute.saturating_sub(passed)).await;
            passed = passed.max(minute);
            self.burst().await;
        }
        minutes_pass(1_440 - passed).await;
        self.settle().await;
    }

    async fn burst(&mut self) {
        for bank in &self.world.banks {
            let sky = [
                Sky::Clear,
                Sky::Fair,
                Sky::Fair,
                Sky::Fair,
                Sky::Storm,
                Sky::Storm,
                Sky::Dead,
            ];
            bank.set_sky(sky[self.place(sky.len())]);
        }
        self.world.stay_busy(240);
        for _ in 0..8 + self.chance.below(20) {
            let plan = self.draw();
            let (world, action) = (Arc::clone(&self.world), self.actions);
            self.actions += 1;
            self.running
                .push(tokio::spawn(async move { act(&world, action, plan).await }));
            // Half of them come at the same moment as the next.
            if self.chance.below(2) == 0 {
                tokio::time::sleep(Duration::from_millis(self.chance.below(6_000))).await;
            }
        }
    }

    fn place(&self, count: usize) -> usize {
        usize::try_from(self.chance.below(count as u64)).expect("below a small number")
    }

    fn draw(&self) -> Plan {
        let (seat, account) = (self.place(self.world.seats.len()), self.place(3));
        let amount = i64::try_from(1 + self.chance.below(400_000)).expect("a small number");
        let (minutes, pick) = (5 + self.chance.below(120), self.chance.below(1 << 32));
        let (fintech, bank) = (
            self.place(self.world.fintechs.len()),
            self.place(self.world.banks.len()),
        );
        let coin = self.chance.below(2) == 0;
        let direction = if coin { Direction::Withdraw } else { Direction::Deposit };
        match self.chance.below(100) {
            0..38 => {
                let purpose = ["TR", "ST", "AU"][self.place(3)];
                Plan::Withdraw {
                    seat,
                    account,
                    amount,
                    purpose,
                }
            }
            38..58 => {
                let (by_number, checks_name) = (coin, self.chance.below(3) > 0);
                Plan::Deposit {
                    seat,
                    account,
                    amount,
                    by_number,
                    checks_name,
                }
            }
            58..70 => Plan::Repeat {
                pick,
                altered: self.chance.below(4) == 0,
            },
            70..78 => Plan::Result { pick },
            78..83 => Plan::Claim { pick },
            83..87 => Plan::Balance { seat, account },
            87..89 => Plan::Revoke { seat, minutes },
            89 => Plan::Suspend {
                fintech,
                minutes: minutes % 20,
            },
            90..92 => {
                let day_won = i64::try_from(1_000_000 + self.chance.below(9_000_000)).expect("a small number");
                Plan::Limits {
                    fintech,
                    direction,
                    day_won,
                }
            }
            92 => Plan::RollWindow,
            93 | 94 => Plan::TakeOver,
            95..99 => Plan::CloseAccount {
                seat,
                account,
                contract: coin,
                minutes,
            },
            _ => Plan::CloseBank {
                bank,
                minutes: minutes * 3,
            },
        }
    }

    /// Waits for every action of the day; one that failed fails the run.
    async fn settle(&mut self) {
        for action in self.running.drain(..) {
            if let Err(error) = action.await {
                resume_unwind(error.into_panic());
            }
        }
    }

    /// Nothing goes wrong any more: time passes until nobody asks for anything.
    async fn calm_down(&mut self) {
        for bank in &self.world.banks {
            bank.set_sky(Sky::Clear);
        }
        for _ in 0..36 {
            minutes_pass(10).await;
            let counted = self
                .world
                .storage()
                .read("seed_open", async |tx| tx.transfer_open_count().await);
            let counted: Result<(i64, i64), StorageError> = counted.await;
            let (open, stuck) = counted.expect("the database reads");
            if open == stuck {
                return;
            }
        }
    }
}

fn codes(world: &World) -> BTreeMap<String, usize> {
    let mut codes = BTreeMap::new();
    let told = world.told.lock().expect("reading answers does not panic");
    for answer in told.values().flatten() {
        *codes.entry(answer["rsp_code"].to_string()).or_default() += 1;
    }
    codes
}

/// SHA-256 over every transfer's end, every account's balance and every answer, in their order.
async fn digest(world: &World) -> String {
    let read = world.storage().read("seed_digest", async |tx| {
        let transfers = tx.transfer_list(TransferFilter::All, i64::MAX).await?;
        Ok::<_, StorageError>((transfers, tx.journal_balances().await?))
    });
    let (transfers, balances) = read.await.expect("the database reads");
    let mut text = String::new();
    for t in transfers {
        let _ = writeln!(
            text,
            "{} {} {} {:?} {} {} {:?}",
            t.id, t.order.bank_tran_id, t.order.amount, t.state, t.state_since, t.asks, t.window_id
        );
    }
    let _ = writeln!(text, "{balances:?}");
    for bank in &world.banks {
        for account in bank.books().accounts(usize::MAX) {
            let _ = writeln!(text, "{} {}", account.terms.account_num, account.balance_won);
        }
    }
    for (action, answers) in world.told.lock().expect("reading answers does not panic").iter() {
        let _ = writeln!(text, "{action} {answers:?}");
    }
    naru_crypto::hex(&naru_crypto::sha256(text.as_bytes()))
}
