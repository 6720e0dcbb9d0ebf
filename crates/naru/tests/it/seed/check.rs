//! What must hold at the end of every day and at the end of all: the hub's journal against the institutions' books,
//! counters against transfers, and nothing that happened twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use naru_core::{Direction, LegKind, LegState, LimitTake, Transfer, TransferKind, TransferState, Won};
use naru_storage::{StorageError, TrailRow, TransferFilter, Tx};

use super::world::World;

const LEGS: [LegKind; 3] = [LegKind::Debit, LegKind::Credit, LegKind::Reversal];
const ALL: i64 = 1_000_000;

/// What a run came to, in numbers.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) by_state: BTreeMap<&'static str, usize>,
    /// Transfers that only people can end, with the code that refused the reversal.
    pub(super) stuck: Vec<(String, String, Won)>,
}

impl World {
    /// Checks everything at one moment: inside one read of the database nothing else moves, and the books are looked
    /// at without a pause.
    pub(super) async fn check(&self, at_end: bool) -> Counted {
        let checked = self.storage().read("seed_check", async |tx| {
            let transfers = tx.transfer_list(TransferFilter::All, ALL).await?;
            self.check_journal(&tx, &transfers, at_end).await?;
            self.check_limits(&tx, &transfers).await?;
            if at_end {
                for transfer in &transfers {
                    check_rows(&tx, transfer).await?;
                }
            }
            Ok::<_, StorageError>(transfers)
        });
        let transfers = checked.await.expect("the database reads");
        self.check_requests(&transfers);
        let mut counted = Counted::default();
        for transfer in &transfers {
            *counted.by_state.entry(transfer.state.word()).or_default() += 1;
            if let TransferState::Stuck { code } = &transfer.state {
                let refused = self.bank(&transfer.order.debit.bank_code).books();
                let refused = refused.outcome(&transfer.reference(LegKind::Reversal).to_string());
                let refused = refused.map(|outcome| outcome.code.as_str().to_owned());
                assert_eq!(
                    refused.as_ref(),
                    Some(code),
                    "{}: who refused its reversal?",
                    transfer.id
                );
                let row = (transfer.id.to_string(), code.clone(), transfer.order.amount);
                counted.stuck.push(row);
            }
            let has_ended = transfer.state.is_final() || matches!(transfer.state, TransferState::Stuck { .. });
            assert!(has_ended || !at_end, "{} is still {:?}", transfer.id, transfer.state);
        }
        counted
    }

    /// Each institution's books against its position; legs that were executed and are not yet known are the difference.
    async fn check_journal(&self, tx: &Tx, transfers: &[Transfer], at_end: bool) -> Result<(), StorageError> {
        let journal = tx.journal_check().await?;
        assert!(journal.holds(), "the journal does not hold: {journal:?}");
        let mut expected: BTreeMap<String, i64> = BTreeMap::new();
        let mut executed: BTreeMap<String, (i64, i64, u64)> = BTreeMap::new();
        for transfer in transfers {
            let posted = posted(tx, transfer).await?;
            for leg in LEGS {
                let bank = transfer.side(leg).bank_code.to_string();
                let amount = transfer.order.amount.0;
                let signed = if leg == LegKind::Debit { -amount } else { amount };
                if posted.contains(&leg) {
                    *expected.entry(bank.clone()).or_default() += signed;
                }
                if self.has_executed(transfer, leg) {
                    let sums = executed.entry(bank).or_default();
                    sums.0 += amount.min(signed).min(0);
                    sums.1 += signed.max(0);
                    sums.2 += 1;
                } else {
                    assert!(
                        !posted.contains(&leg),
                        "{} {leg} is posted and was not executed",
                        transfer.id
                    );
                }
                self.check_leg(transfer, leg, posted.contains(&leg));
            }
        }
        let stuck = transfers
            .iter()
            .filter(|transfer| matches!(transfer.state, TransferState::Stuck { .. }));
        let stuck: i64 = stuck.map(|transfer| transfer.order.amount.0).sum();
        assert!(
            !at_end || journal.suspense.0 == stuck,
            "{} between legs, {stuck} stuck",
            journal.suspense
        );
        let positions: BTreeMap<_, _> = journal
            .positions
            .iter()
            .map(|(bank, won)| (bank.clone(), won.0))
            .collect();
        assert_eq!(positions, expected, "positions and posted legs differ");
        for bank in &self.banks {
            let totals = bank.books().totals();
            let (debited, credited, count) = executed.remove(bank.code.as_str()).unwrap_or_default();
            assert!(totals.is_balanced(), "{totals:?}");
            assert_eq!(
                totals.debited_won, -debited,
                "bank {}: debits by reference and in sum",
                bank.code
            );
            assert_eq!(
                totals.credited_won, credited,
                "bank {}: credits by reference and in sum",
                bank.code
            );
            assert_eq!(
                totals.movements, count,
                "bank {}: a reference moved money twice, or nobody's did",
                bank.code
            );
        }
        Ok(())
    }

    /// What a state says about money, against the books.
    fn check_leg(&self, transfer: &Transfer, leg: LegKind, is_posted: bool) {
        let executed = self.has_executed(transfer, leg);
        let may = match (&transfer.state, leg) {
            (TransferState::Completed, LegKind::Debit | LegKind::Credit) => executed && is_posted,
            (TransferState::Reversed { .. }, LegKind::Debit | LegKind::Reversal) => executed && is_posted,
            (TransferState::Stuck { .. }, LegKind::Debit) => executed && is_posted,
            (state, _) if state.is_final() => !executed,
            (TransferState::Stuck { .. }, _) => !executed,
            _ => true,
        };
        assert!(
            may,
            "{} is {:?}, and its {leg} was executed: {executed}",
            transfer.id, transfer.state
        );
    }

    /// Counters stand at the sum of what was not given back.
    async fn check_limits(&self, tx: &Tx, transfers: &[Transfer]) -> Result<(), StorageError> {
        for ((subject, span), sum) in counters(transfers) {
            let counter = tx.limit_used(&subject, span).await?;
            assert_eq!(counter, Won(sum), "the counter of {subject} in {span}");
        }
        Ok(())
    }

    /// Each acknowledged request is a transfer that ended as it was told.
    fn check_requests(&self, transfers: &[Transfer]) {
        let name = |t: &Transfer| {
            (
                t.order.client_id,
                t.order.kind.as_str(),
                t.day,
                t.order.bank_tran_id.clone(),
            )
        };
        let by_name: BTreeMap<_, _> = transfers.iter().map(|transfer| (name(transfer), transfer)).collect();
        assert_eq!(by_name.len(), transfers.len(), "an id was used twice in one day");
        let sent: Vec<Arc<_>> = self.sent.lock().expect("reading a list does not panic").clone();
        for sent in sent {
            let Some(answer) = sent.ended() else { continue };
            let key = (sent.client(self), sent.kind.as_str(), sent.day, sent.id.clone());
            let transfer = by_name.get(&key).expect("a transfer that was told of is stored");
            let is_completed = transfer.state == TransferState::Completed;
            assert_eq!(
                answer["rsp_code"] == "A0000",
                is_completed,
                "{:?} was told {answer}",
                transfer.state
            );
            assert_eq!(transfer.order.amount, Won(sent.amount));
        }
    }
}

/// What every limit's counter must stand at, by subject and span: the sum of what was not given back.
pub(crate) fn counters(transfers: &[Transfer]) -> BTreeMap<(String, i32), i64> {
    let mut used: BTreeMap<(String, i32), i64> = BTreeMap::new();
    for transfer in transfers {
        let (order, day) = (&transfer.order, transfer.created_at.day());
        let direction = match order.kind {
            TransferKind::Withdraw => Direction::Withdraw,
            TransferKind::Deposit => Direction::Deposit,
            TransferKind::Return => continue,
        };
        let kept = if transfer.state.gives_limits_back() {
            0
        } else {
            order.amount.0
        };
        let subject = LimitTake::client_subject(order.client_id, direction);
        *used.entry((subject.clone(), day.0)).or_default() += kept;
        *used.entry((subject, day.month())).or_default() += kept;
        if let Some(person) = order.person_id {
            *used.entry((person.to_string(), day.0)).or_default() += kept;
        }
    }
    used
}

/// The legs that the journal holds as executed: a final state says so itself, of the others the rows do.
async fn posted(tx: &Tx, transfer: &Transfer) -> Result<Vec<LegKind>, StorageError> {
    Ok(match &transfer.state {
        TransferState::Completed => vec![LegKind::Debit, LegKind::Credit],
        TransferState::Reversed { .. } => vec![LegKind::Debit, LegKind::Reversal],
        TransferState::Failed { .. } | TransferState::Refused => Vec::new(),
        _ => posted_rows(tx, transfer).await?,
    })
}

async fn posted_rows(tx: &Tx, transfer: &Transfer) -> Result<Vec<LegKind>, StorageError> {
    let legs = tx.leg_list(transfer).await?;
    Ok(legs
        .iter()
        .filter(|leg| leg.state == LegState::Posted)
        .map(|leg| leg.reference.kind)
        .collect())
}

/// The state to which a row of the trail says that a transfer moved.
fn told_state(row: &TrailRow) -> String {
    let details: serde_json::Value = serde_json::from_str(&row.details).expect("details are JSON");
    details["to"].as_str().unwrap_or_default().to_owned()
}

/// The rows of a transfer that has ended: legs, postings and trail tell the same story.
async fn check_rows(tx: &Tx, transfer: &Transfer) -> Result<(), StorageError> {
    assert_eq!(
        posted_rows(tx, transfer).await?,
        posted(tx, transfer).await?,
        "{} {:?}",
        transfer.id,
        transfer.state
    );
    let mut in_journal: Vec<_> = tx
        .journal_list(transfer.id)
        .await?
        .iter()
        .map(|posting| posting.leg)
        .collect();
    in_journal.sort_unstable();
    in_journal.dedup();
    assert_eq!(
        in_journal,
        posted(tx, transfer).await?,
        "{}: the journal's legs",
        transfer.id
    );
    let trail = tx.trail_of(&transfer.id.to_string()).await?;
    let reserved = trail
        .iter()
        .filter(|row| row.action.as_str() == "transfer_reserved")
        .count();
    assert_eq!(reserved, 1, "{}: one intention, one row: {trail:?}", transfer.id);
    // Several commits may fall on one virtual moment; the last of that moment is among its rows.
    let last = trail.last().map(|row| row.at);
    let ends = trail
        .iter()
        .filter(|row| Some(row.at) == last && told_state(row) == transfer.state.word())
        .count();
    assert!(
        ends >= 1,
        "{} is {:?}, the trail ends elsewhere: {trail:?}",
        transfer.id,
        transfer.state
    );
    assert_eq!(
        transfer.state.is_final(),
        transfer.window_id.is_some(),
        "{}: its window",
        transfer.id
    );
    Ok(())
}
