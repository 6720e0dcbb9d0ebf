//! The journal.

use naru_core::{LegKind, LegState, Transfer, TransferState, WindowId, Won};
use naru_storage::{JournalCheck, StorageError, Tx};

use crate::fixture;
use crate::house::House;

on_every_engine!(
    a_withdrawal_goes_through_suspense,
    a_reversal_leaves_nothing,
    a_leg_is_posted_once,
    folding_changes_no_balance,
    what_an_older_program_posted_is_folded,
    an_unbalanced_posting_is_reported,
    a_final_transfer_without_a_window_is_reported
);

async fn stored(house: &House) -> Transfer {
    let transfer = fixture::transfer(house, &fixture::client(house));
    house
        .put(async |tx| {
            tx.window_open(WindowId::new(house.now(), &house.chance)).await?;
            tx.transfer_insert(&transfer, "{}")
        })
        .await;
    transfer
}

/// A leg was executed: its postings and the transfer's next state in one commit.
async fn executed(house: &House, transfer: &mut Transfer, leg: LegKind, state: TransferState) {
    transfer.state = state;
    let work = async |tx: Tx| -> Result<(), StorageError> {
        assert!(tx.transfer_update(transfer).await?);
        tx.leg_insert(transfer, leg)?;
        tx.leg_settle(transfer.id, leg, LegState::Posted, "000")?;
        tx.journal_post(transfer, leg)
    };
    house.put(work).await;
    transfer.version += 1;
}

async fn check(house: &House) -> JournalCheck {
    house.get(async |tx| tx.journal_check().await).await
}

async fn balances(house: &House) -> Vec<(String, Won)> {
    house.get(async |tx| tx.journal_balances().await).await
}

fn named(rows: &[(&str, i64)]) -> Vec<(String, Won)> {
    rows.iter().map(|(name, won)| ((*name).to_owned(), Won(*won))).collect()
}

async fn a_withdrawal_goes_through_suspense(house: &House) {
    assert_eq!(check(house).await, JournalCheck::default());
    assert!(check(house).await.holds());
    let mut transfer = stored(house).await;
    executed(house, &mut transfer, LegKind::Debit, TransferState::Crediting).await;
    let between = JournalCheck {
        suspense: Won(10_000),
        between_legs: Won(10_000),
        positions: named(&[("002", -10_000)]),
        ..JournalCheck::default()
    };
    assert_eq!(check(house).await, between);
    assert!(between.holds());
    executed(house, &mut transfer, LegKind::Credit, TransferState::Completed).await;
    let done = JournalCheck {
        positions: named(&[("002", -10_000), ("097", 10_000)]),
        ..JournalCheck::default()
    };
    assert_eq!(check(house).await, done);
    assert!(done.holds());
    let postings = house.get(async |tx| tx.journal_list(transfer.id).await).await;
    let told: Vec<_> = postings
        .iter()
        .map(|posting| (posting.leg, posting.account.as_str(), posting.amount.0))
        .collect();
    let expected = [
        (LegKind::Credit, "position:097", 10_000),
        (LegKind::Credit, "suspense", -10_000),
        (LegKind::Debit, "position:002", -10_000),
        (LegKind::Debit, "suspense", 10_000),
    ];
    assert_eq!(told, expected);
}

async fn a_reversal_leaves_nothing(house: &House) {
    let mut transfer = stored(house).await;
    executed(house, &mut transfer, LegKind::Debit, TransferState::Crediting).await;
    let because = "452".to_owned();
    executed(
        house,
        &mut transfer,
        LegKind::Reversal,
        TransferState::Reversed { because },
    )
    .await;
    assert_eq!(balances(house).await, named(&[("position:002", 0), ("suspense", 0)]));
    let found = check(house).await;
    assert_eq!(found.positions, named(&[("002", 0)]));
    assert!(found.holds());
}

async fn a_leg_is_posted_once(house: &House) {
    let transfer = stored(house).await;
    house.put(async |tx| tx.journal_post(&transfer, LegKind::Debit)).await;
    let error = house
        .refused(async |tx| tx.journal_post(&transfer, LegKind::Debit))
        .await;
    let taken = StorageError::Taken {
        transaction: "contract_put",
    };
    assert_eq!(error, taken);
    let expected = named(&[("position:002", -10_000), ("suspense", 10_000)]);
    assert_eq!(balances(house).await, expected);
}

async fn folding_changes_no_balance(house: &House) {
    let fold = async || house.put(async |tx: Tx| tx.journal_fold().await).await;
    assert_eq!(fold().await, 0);
    let mut first = stored(house).await;
    executed(house, &mut first, LegKind::Debit, TransferState::Crediting).await;
    let one = named(&[("position:002", -10_000), ("suspense", 10_000)]);
    assert_eq!(balances(house).await, one);
    assert_eq!(fold().await, 2);
    assert_eq!(balances(house).await, one);
    assert_eq!(fold().await, 0, "each is folded once");
    executed(house, &mut first, LegKind::Credit, TransferState::Completed).await;
    let mut second = stored(house).await;
    executed(house, &mut second, LegKind::Debit, TransferState::Crediting).await;
    let all = named(&[
        ("position:002", -20_000),
        ("position:097", 10_000),
        ("suspense", 10_000),
    ]);
    assert_eq!(balances(house).await, all);
    let both = futures_util::future::join(fold(), fold()).await;
    assert_eq!(both.0 + both.1, 4, "two folders do not take the same posting");
    assert_eq!(balances(house).await, all);
    assert!(check(house).await.holds());
}

async fn what_an_older_program_posted_is_folded(house: &House) {
    let mut transfer = stored(house).await;
    executed(house, &mut transfer, LegKind::Debit, TransferState::Crediting).await;
    let sql = "UPDATE postings SET folded = 0; DELETE FROM position_changes";
    if house.raw(sql).await.is_none() {
        return;
    }
    let one = named(&[("position:002", -10_000), ("suspense", 10_000)]);
    assert_eq!(balances(house).await, one);
    for folded in [2, 0] {
        assert_eq!(house.put(async |tx: Tx| tx.journal_fold().await).await, folded);
        assert_eq!(balances(house).await, one);
    }
}

async fn an_unbalanced_posting_is_reported(house: &House) {
    let mut transfer = stored(house).await;
    executed(house, &mut transfer, LegKind::Debit, TransferState::Crediting).await;
    let sql = "UPDATE postings SET amount_won = amount_won + 1 WHERE account = 'suspense'";
    if house.raw(sql).await.is_none() {
        return;
    }
    let found = check(house).await;
    assert_eq!(found.unbalanced_entries, 1);
    assert_eq!((found.suspense, found.between_legs), (Won(10_001), Won(10_000)));
    assert!(!found.holds());
    // An entry of one posting alone, with suspense and its transfers in agreement.
    house
        .raw("DELETE FROM postings WHERE account = 'suspense'; DELETE FROM legs")
        .await;
    let found = check(house).await;
    assert_eq!((found.unbalanced_entries, found.suspense), (1, Won(0)));
    assert!(!found.holds());
}

async fn a_final_transfer_without_a_window_is_reported(house: &House) {
    let mut transfer = fixture::transfer(house, &fixture::client(house));
    house.put(async |tx| tx.transfer_insert(&transfer, "{}")).await;
    assert!(check(house).await.holds());
    transfer.state = TransferState::Completed;
    house.put(async |tx| tx.transfer_update(&transfer).await).await;
    let found = check(house).await;
    assert_eq!(found.unstamped, 1);
    assert!(!found.holds());
}
