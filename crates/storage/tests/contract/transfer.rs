//! Transfers, their legs and the settlement windows they fall into.

use naru_core::{LegFacts, LegKind, LegState, Transfer, TransferId, TransferKind, TransferState, WindowId, Won};
use naru_storage::{StorageError, TransferFilter, TransferTotals, Tx};

use crate::fixture;
use crate::house::House;

on_every_engine!(
    a_transfer_is_read_back_in_every_state,
    a_name_is_taken_once_per_fintech_day_and_kind,
    of_two_at_once_the_loser_finds_the_winner,
    a_transfer_is_returned_once,
    a_stale_version_moves_nothing,
    of_two_leases_one_is_lost,
    legs_settle_once,
    due_open_and_queued_transfers_are_listed,
    totals_are_counted_by_kind_and_state,
    final_transfers_are_stamped_once_with_the_open_window,
    one_window_is_open
);

async fn insert(house: &House, transfer: &Transfer) {
    house
        .put(async |tx| tx.transfer_insert(transfer, r#"{"links":[]}"#))
        .await;
}

/// Nothing of it was stored: its name, or what it returns, is taken.
async fn insert_is_refused(house: &House, transfer: &Transfer) {
    let error = house.refused(async |tx| tx.transfer_insert(transfer, "{}")).await;
    let taken = StorageError::Taken {
        transaction: "contract_put",
    };
    assert_eq!(error, taken);
}

async fn find(house: &House, id: TransferId) -> Option<Transfer> {
    house.get(async |tx| tx.transfer_find(id).await).await
}

async fn update(house: &House, transfer: &Transfer) -> bool {
    house.put(async |tx| tx.transfer_update(transfer).await).await
}

fn window(house: &House) -> WindowId {
    WindowId::new(house.now(), &house.chance)
}

async fn a_transfer_is_read_back_in_every_state(house: &House) {
    let client = fixture::client(house);
    let mut transfer = fixture::transfer(house, &client);
    insert(house, &transfer).await;
    assert_eq!(find(house, transfer.id).await.as_ref(), Some(&transfer));
    let by_name = house
        .get(async |tx| {
            let order = &transfer.order;
            tx.transfer_find_by_name(client.id, transfer.day, order.kind, &order.bank_tran_id)
                .await
        })
        .await;
    assert_eq!(by_name.as_ref(), Some(&transfer));
    let verdict = house.get(async |tx| tx.transfer_verdict(transfer.id).await).await;
    assert_eq!(verdict.as_deref(), Some(r#"{"links":[]}"#));
    let until = house.now().plus_seconds(30);
    let because = || "452".to_owned();
    let states = [
        TransferState::Held { until },
        TransferState::Challenged { until },
        TransferState::Refused,
        TransferState::Debiting,
        TransferState::Crediting,
        TransferState::Reversing { because: because() },
        TransferState::Unknown {
            leg: LegKind::Reversal,
            because: because(),
        },
        TransferState::Completed,
        TransferState::Failed { code: because() },
        TransferState::Failed { code: String::new() },
        TransferState::Reversed { because: because() },
        TransferState::Stuck { code: because() },
    ];
    for (moves, state) in (1..).zip(states) {
        transfer.state = state;
        transfer.state_since = house.now().plus_seconds(moves);
        transfer.asks = moves;
        transfer.next_at = (moves % 2 == 0).then_some(until);
        transfer.facts.codes.insert(LegKind::Debit, format!("{moves:03}"));
        transfer.facts.credit = LegFacts {
            holder_name: "받는 사람".to_owned(),
            message: "정상".to_owned(),
        };
        assert!(update(house, &transfer).await, "{:?}", transfer.state);
        transfer.version += 1;
        assert_eq!(find(house, transfer.id).await.as_ref(), Some(&transfer));
    }
    let nobody = fixture::transfer(house, &client).id;
    assert_eq!(find(house, nobody).await, None);
}

async fn a_name_is_taken_once_per_fintech_day_and_kind(house: &House) {
    let client = fixture::client(house);
    let first = fixture::transfer(house, &client);
    insert(house, &first).await;
    let again = || {
        let mut again = fixture::transfer(house, &client);
        again.order.bank_tran_id = first.order.bank_tran_id.clone();
        again
    };
    let same = again();
    insert_is_refused(house, &same).await;
    assert_eq!(find(house, same.id).await, None);
    assert_eq!(leg_count(house, &same).await.unwrap_or(0), 0);
    let (mut day, mut kind, mut fintech) = (again(), again(), again());
    day.day = house.now().plus_days(1).day();
    kind.order.kind = TransferKind::Deposit;
    fintech.order.client_id = fixture::client(house).id;
    for other in [day, kind, fintech] {
        insert(house, &other).await;
    }
    let mut same_id = fixture::transfer(house, &client);
    same_id.id = first.id;
    insert_is_refused(house, &same_id).await;
}

async fn of_two_at_once_the_loser_finds_the_winner(house: &House) {
    let client = fixture::client(house);
    let (left, mut right) = (fixture::transfer(house, &client), fixture::transfer(house, &client));
    let name = &left.order.bank_tran_id;
    right.order.bank_tran_id = name.clone();
    let try_insert = async |transfer: &Transfer| {
        let work = async |tx: Tx| tx.transfer_insert(transfer, "{}");
        let done = house.storage.record("contract_race", work).await;
        if done.is_err() {
            // Whoever lost reads the winner's: it must be there by now.
            let order = &transfer.order;
            let winner = house
                .get(async |tx| {
                    tx.transfer_find_by_name(client.id, transfer.day, order.kind, name)
                        .await
                })
                .await;
            assert!(winner.is_some_and(|winner| winner.id != transfer.id));
        }
        done.is_ok()
    };
    let won = futures_util::future::join(try_insert(&left), try_insert(&right)).await;
    assert!(won.0 != won.1, "one has the name: {won:?}");
}

/// How many legs are stored, seen past the seam.
async fn leg_count(house: &House, transfer: &Transfer) -> Option<i64> {
    let sql = format!("SELECT COUNT(*) FROM legs WHERE transfer_id = '{}'", transfer.id);
    house.raw(&sql).await
}

async fn a_transfer_is_returned_once(house: &House) {
    let client = fixture::client(house);
    let given = fixture::transfer(house, &client).id;
    let (mut first, mut second) = (fixture::transfer(house, &client), fixture::transfer(house, &client));
    for transfer in [&mut first, &mut second] {
        transfer.order.kind = TransferKind::Return;
        transfer.order.returns = Some(given);
    }
    insert(house, &first).await;
    assert_eq!(find(house, first.id).await.as_ref(), Some(&first));
    insert_is_refused(house, &second).await;
    assert_eq!(find(house, second.id).await, None);
    first.state = TransferState::Failed { code: "452".to_owned() };
    assert!(update(house, &first).await);
    insert(house, &second).await;
    assert_eq!(
        find(house, second.id).await,
        Some(second),
        "the first return came to nothing"
    );
}

async fn a_stale_version_moves_nothing(house: &House) {
    let mut transfer = fixture::transfer(house, &fixture::client(house));
    insert(house, &transfer).await;
    let stale = Transfer {
        state: TransferState::Completed,
        ..transfer.clone()
    };
    transfer.state = TransferState::Crediting;
    assert!(update(house, &transfer).await);
    assert!(!update(house, &stale).await);
    transfer.version = 2;
    assert_eq!(find(house, transfer.id).await, Some(transfer));
}

async fn of_two_leases_one_is_lost(house: &House) {
    let mut transfer = fixture::transfer(house, &fixture::client(house));
    insert(house, &transfer).await;
    let lease = async |seconds| {
        let until = house.now().plus_seconds(seconds);
        house.put(async |tx| tx.transfer_lease(&transfer, until).await).await
    };
    let won = futures_util::future::join(lease(90), lease(91)).await;
    assert!(won.0 != won.1, "one has it: {won:?}");
    let seconds = if won.0 { 90 } else { 91 };
    let stale = transfer.clone();
    transfer.next_at = Some(house.now().plus_seconds(seconds));
    transfer.version = 2;
    assert_eq!(find(house, transfer.id).await.as_ref(), Some(&transfer));
    assert!(!update(house, &stale).await, "whoever lost the lease moves nothing");
}

async fn legs_settle_once(house: &House) {
    let transfer = fixture::transfer(house, &fixture::client(house));
    insert(house, &transfer).await;
    let count = async |condition: &str| {
        let (id, sql) = (transfer.id, "SELECT COUNT(*) FROM legs WHERE amount_won = 10000 AND");
        house.raw(&format!("{sql} transfer_id = '{id}' AND {condition}")).await
    };
    if !house.is_shared() {
        return;
    }
    let pending = "state = 'pending' AND code = '' AND settled_at IS NULL";
    assert_eq!(
        count(&format!("kind = 'debit' AND bank_code = '002' AND {pending}")).await,
        Some(1)
    );
    assert_eq!(
        count(&format!("kind = 'credit' AND bank_code = '097' AND {pending}")).await,
        Some(1)
    );
    let settle = async |kind, state, code: &str| {
        house
            .put(async |tx: Tx| tx.leg_settle(transfer.id, kind, state, code))
            .await;
    };
    settle(LegKind::Debit, LegState::Pending, "822").await;
    assert_eq!(
        count("kind = 'debit' AND state = 'pending' AND code = '822' AND settled_at IS NULL").await,
        Some(1)
    );
    settle(LegKind::Debit, LegState::Posted, "000").await;
    let posted = format!(
        "kind = 'debit' AND state = 'posted' AND code = '000' AND settled_at = {}",
        house.now().0
    );
    assert_eq!(count(&posted).await, Some(1));
    house.set_now(house.now().plus_seconds(1));
    settle(LegKind::Debit, LegState::Voided, "452").await;
    for kind in [LegKind::Reversal, LegKind::Debit] {
        house.put(async |tx| tx.leg_insert(&transfer, kind)).await;
    }
    assert_eq!(count(&posted).await, Some(1), "a settled leg is not touched");
    assert_eq!(
        count(&format!("kind = 'reversal' AND bank_code = '002' AND {pending}")).await,
        Some(1)
    );
    assert_eq!(count("kind = 'credit' AND state = 'pending'").await, Some(1));
    assert_eq!(leg_count(house, &transfer).await, Some(3));
}

async fn due_open_and_queued_transfers_are_listed(house: &House) {
    let client = fixture::client(house);
    let now = house.now();
    let rows = [
        (TransferState::Debiting, Some(now), 0),
        (TransferState::Crediting, Some(now.plus_seconds(-1)), 7),
        (TransferState::Debiting, Some(now.plus_seconds(1)), 3),
        (TransferState::Stuck { code: "452".to_owned() }, None, 0),
        (TransferState::Completed, None, 9),
    ];
    let mut ids = Vec::new();
    for (state, next_at, asks) in rows {
        house.set_now(house.now().plus_seconds(1));
        let mut transfer = fixture::transfer(house, &client);
        insert(house, &transfer).await;
        (transfer.state, transfer.next_at, transfer.asks) = (state, next_at, asks);
        assert!(update(house, &transfer).await);
        ids.push(transfer.id);
    }
    house.set_now(now);
    let places = |found: Vec<Transfer>| -> Vec<usize> {
        let place = |transfer: Transfer| ids.iter().position(|id| *id == transfer.id);
        found.into_iter().filter_map(place).collect()
    };
    let due = async |limit| places(house.get(async |tx| tx.transfer_list_due(limit).await).await);
    assert_eq!(due(9).await, [1, 0], "the longest waiting first");
    assert_eq!(due(1).await, [1]);
    let list = async |filter, limit| places(house.get(async |tx| tx.transfer_list(filter, limit).await).await);
    assert_eq!(list(TransferFilter::All, 9).await, [4, 3, 2, 1, 0]);
    assert_eq!(list(TransferFilter::Open, 9).await, [0, 1, 2, 3]);
    assert_eq!(list(TransferFilter::Open, 2).await, [0, 1]);
    assert_eq!(list(TransferFilter::Queue { asks: 3 }, 9).await, [1, 2, 3]);
    assert_eq!(list(TransferFilter::Queue { asks: 8 }, 9).await, [3]);
    assert_eq!(house.get(async |tx| tx.transfer_open_count().await).await, (4, 1));
    let wake = async |seconds| {
        let before = now.plus_seconds(seconds);
        house.put(async |tx| tx.transfer_wake_all(before).await).await
    };
    assert_eq!(wake(3).await, 0, "the third was made at its third second");
    assert_eq!(wake(4).await, 1);
    assert_eq!(due(9).await.len(), 3);
}

async fn totals_are_counted_by_kind_and_state(house: &House) {
    let (client, other) = (fixture::client(house), fixture::client(house));
    let day = house.now().day();
    for (client, kind, amount) in [
        (&client, TransferKind::Withdraw, 10),
        (&client, TransferKind::Withdraw, 5),
        (&client, TransferKind::Deposit, 7),
        (&other, TransferKind::Withdraw, 100),
    ] {
        let mut transfer = fixture::transfer(house, client);
        (transfer.order.kind, transfer.order.amount) = (kind, Won(amount));
        insert(house, &transfer).await;
    }
    let total = |kind, count, amount| TransferTotals {
        kind,
        state: "debiting".to_owned(),
        count,
        amount: Won(amount),
    };
    let found = house.get(async |tx| tx.transfer_totals(client.id, day).await).await;
    let expected = [total(TransferKind::Deposit, 1, 7), total(TransferKind::Withdraw, 2, 15)];
    assert_eq!(found, expected);
    let tomorrow = house.now().plus_days(1).day();
    let found = house
        .get(async |tx| tx.transfer_totals(client.id, tomorrow).await)
        .await;
    assert_eq!(found, []);
}

async fn final_transfers_are_stamped_once_with_the_open_window(house: &House) {
    let client = fixture::client(house);
    let (first, second) = (window(house), window(house));
    house.put(async |tx| tx.window_open(first).await).await;
    let mut open = fixture::transfer(house, &client);
    let mut early = fixture::transfer(house, &client);
    for transfer in [&open, &early] {
        insert(house, transfer).await;
    }
    let stamp = async |id| find(house, id).await.expect("it is there").window_id;
    open.state = TransferState::Crediting;
    early.state = TransferState::Completed;
    assert!(update(house, &open).await);
    assert!(update(house, &early).await);
    assert_eq!(stamp(open.id).await, None);
    assert_eq!(stamp(early.id).await, Some(first));
    house.put(async |tx| tx.window_roll(second).await).await;
    (open.version, early.version) = (2, 2);
    open.state = TransferState::Failed { code: String::new() };
    assert!(update(house, &open).await);
    assert!(update(house, &early).await);
    assert_eq!(stamp(open.id).await, Some(second));
    assert_eq!(stamp(early.id).await, Some(first), "a stamp is not changed");
}

async fn one_window_is_open(house: &House) {
    let [first, second, third] = [window(house), window(house), window(house)];
    assert_eq!(house.get(async |tx| tx.window_find_open().await).await, None);
    let open = async |fresh| house.put(async |tx| tx.window_open(fresh).await).await;
    assert_eq!(open(first).await, first);
    assert_eq!(open(second).await, first, "one is open");
    house.put(async |tx| tx.window_roll(third).await).await;
    assert_eq!(house.get(async |tx| tx.window_find_open().await).await, Some(third));
    let told = async |window: WindowId| {
        let rows = house.get(async |tx| tx.trail_of(&window.to_string()).await).await;
        let mut told: Vec<_> = rows.into_iter().map(|row| (row.action.as_str(), row.details)).collect();
        told.sort();
        told
    };
    let opened = ("window_opened", "{}".to_owned());
    let closed = ("window_closed", format!(r#"{{"next":"{third}"}}"#));
    assert_eq!(told(first).await, [closed, opened.clone()]);
    assert_eq!(told(second).await, []);
    assert_eq!(told(third).await, [opened]);
}
