//! The reckoning after the crashes: the hub's journal, the institutions' books and what clients were told must be one
//! story, to the won.

use std::collections::BTreeMap;
use std::time::Duration;

use naru_core::{LegKind, Transfer, TransferState, Won};
use naru_storage::{JournalCheck, Storage, StorageError, TransferFilter};

use super::load::{Desk, Sent};
use super::stage::Stage;
use crate::seed::counters;

/// How long the resolver may take once nothing is in its way.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads every row that money depends on, as it lies there after a crash: nothing is damaged, and nothing stands half.
pub(super) async fn journal_holds(storage: &Storage) -> JournalCheck {
    let read = storage.read("crash_journal", async |tx| {
        tx.transfer_list(TransferFilter::All, i64::MAX).await?;
        tx.trail_count().await?;
        tx.journal_balances().await?;
        tx.journal_check().await
    });
    let check: Result<JournalCheck, StorageError> = read.await;
    let check = check.expect("the database reads");
    assert!(check.holds(), "the journal does not hold after a crash: {check:?}");
    check
}

/// Waits until no transfer is open. The minute that the resolver waits, and the lease of a hub that is gone, are made
/// to have passed.
pub(super) async fn all_end(storage: &Storage) {
    let until_ended = async {
        loop {
            let woken = storage.record("transfer_wake_all", async |tx| {
                tx.transfer_wake_all(tx.now().plus_seconds(1)).await
            });
            woken.await.expect("the database writes");
            let counted = storage.read("crash_open", async |tx| tx.transfer_open_count().await);
            let counted: Result<(i64, i64), StorageError> = counted.await;
            if counted.expect("the database reads") == (0, 0) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1_500)).await;
        }
    };
    if tokio::time::timeout(PATIENCE, until_ended).await.is_err() {
        let open = storage.read("crash_open", async |tx| {
            tx.transfer_list(TransferFilter::Open, 20).await
        });
        let open: Result<Vec<Transfer>, StorageError> = open.await;
        panic!("transfers stay open: {open:?}");
    }
}

/// Asks once more for everything that was not answered with an end. Whoever asks again gets the end of the first
/// request; nothing is done twice, which the books will tell.
pub(super) async fn ask_again(desk: &Desk, sent: &mut [Sent]) {
    for sent in sent.iter_mut().filter(|sent| sent.ended().is_none()) {
        assert!(desk.ask(sent).await, "the hub answers again");
        let last = sent.answers.last().expect("it was answered");
        assert!(
            sent.ended().is_some(),
            "all transfers have ended, and a repeat is told {last}"
        );
    }
}

impl Stage {
    /// Holds everything against everything.
    pub(super) async fn reckon(&self, storage: &Storage, sent: &[Sent]) {
        let check = journal_holds(storage).await;
        let read = storage.read("crash_list", async |tx| {
            tx.transfer_list(TransferFilter::All, i64::MAX).await
        });
        let transfers: Result<Vec<Transfer>, StorageError> = read.await;
        let transfers = transfers.expect("the database reads");
        let by_id: BTreeMap<String, &Transfer> = transfers.iter().map(|t| (t.id.to_string(), t)).collect();
        for sent in sent {
            check_answers(sent, &by_id);
        }
        self.check_books(&check, &transfers);
        for transfer in &transfers {
            self.check_legs(transfer).await;
        }
        check_counters(storage, &transfers).await;
    }

    /// Positions are the institutions' own sums, and every movement is one leg.
    fn check_books(&self, check: &JournalCheck, transfers: &[Transfer]) {
        assert_eq!(check.suspense, Won::ZERO, "nothing lies between two legs any more");
        let mut movements = 0;
        for (place, bank) in self.banks.iter().enumerate() {
            let (now, opening) = (bank.totals(), self.opening[place]);
            let code = &self.summary.sims[place].bank_code_std;
            assert!(now.is_balanced(), "{now:?}");
            let moved = now.balance_won - opening.balance_won;
            let position = check
                .positions
                .iter()
                .find(|(bank, _)| bank == code)
                .map_or(0, |(_, won)| won.0);
            assert_eq!(position, moved, "bank {code}: its position and its own books");
            movements += now.movements - opening.movements;
        }
        let legs = |transfer: &Transfer| match transfer.state {
            TransferState::Completed | TransferState::Reversed { .. } => 2,
            _ => 0,
        };
        let expected: u64 = transfers.iter().map(legs).sum();
        assert_eq!(
            movements, expected,
            "each leg of each transfer moved money once, and nothing else did"
        );
    }

    async fn check_legs(&self, transfer: &Transfer) {
        let executed = match &transfer.state {
            TransferState::Completed => [true, true, false],
            TransferState::Reversed { .. } => [true, false, true],
            TransferState::Failed { .. } => [false; 3],
            state => panic!("{} is {state:?}", transfer.id),
        };
        for (leg, executed) in [LegKind::Debit, LegKind::Credit, LegKind::Reversal]
            .into_iter()
            .zip(executed)
        {
            let bank = transfer.side(leg).bank_code.as_str();
            let code = self.outcome(bank, &transfer.reference(leg).to_string()).await;
            assert_eq!(
                code == "000",
                executed,
                "{} {:?}: its {leg} is {code:?}",
                transfer.id,
                transfer.state
            );
        }
    }
}

/// A client was told one end, and it is the transfer's.
fn check_answers(sent: &Sent, by_id: &BTreeMap<String, &Transfer>) {
    let ended = sent.ended().expect("every request was answered with an end");
    for answer in &sent.answers {
        let code = answer["rsp_code"].as_str().unwrap_or_default();
        assert!(["A0000", "A0001", "A0002", "A0007"].contains(&code), "{answer}");
        if matches!(code, "A0000" | "A0002") {
            assert_eq!(answer, ended, "one request was told two ends");
        }
    }
    let number = ended["api_tran_id"]
        .as_str()
        .and_then(|id| id.strip_prefix("cal_"))
        .unwrap_or_default();
    let transfer = by_id
        .get(&format!("trf_{number}"))
        .unwrap_or_else(|| panic!("no transfer for {ended}"));
    assert_eq!(
        ended["rsp_code"] == "A0000",
        transfer.state == TransferState::Completed,
        "{ended}"
    );
    assert_eq!(transfer.order.amount, Won(sent.amount));
}

async fn check_counters(storage: &Storage, transfers: &[Transfer]) {
    for ((subject, span), sum) in counters(transfers) {
        let used = storage.read("crash_limit", async |tx| tx.limit_used(&subject, span).await);
        let used: Result<Won, StorageError> = used.await;
        assert_eq!(
            used.expect("the database reads"),
            Won(sum),
            "the counter of {subject} in {span}"
        );
    }
}
