//! Several transfers in one commit.

use naru_core::{LegKind, LegState, Transfer, TransferState};
use naru_storage::Tx;

use crate::fixture;
use crate::house::House;

on_every_engine!(several_are_stored_and_moved_in_one_commit);

async fn several_are_stored_and_moved_in_one_commit(house: &House) {
    let client = fixture::client(house);
    let mut transfers: Vec<Transfer> = (0..7).map(|_| fixture::transfer(house, &client)).collect();
    let stored = async |tx: Tx| {
        transfers
            .iter()
            .try_for_each(|transfer| tx.transfer_insert(transfer, "{}"))
    };
    house.put(stored).await;
    for (transfer, code) in transfers.iter_mut().zip(["000", "452"].into_iter().cycle()) {
        transfer.state = TransferState::Failed { code: code.to_owned() };
    }
    let moved = async |tx: Tx| {
        for transfer in &transfers {
            for kind in [LegKind::Debit, LegKind::Credit] {
                tx.leg_settle(transfer.id, kind, LegState::Voided, &transfer.state.columns().2)?;
            }
        }
        tx.transfers_update(&transfers.iter().collect::<Vec<_>>()).await
    };
    assert!(house.put(moved).await);
    assert!(!house.put(moved).await, "all were moved before");
    for transfer in &mut transfers {
        transfer.version = 2;
        let TransferState::Failed { code } = &transfer.state else {
            panic!("it failed")
        };
        let legs = house.get(async |tx| tx.leg_list(transfer).await).await;
        let settled = legs
            .iter()
            .filter(|leg| leg.state == LegState::Voided && leg.code == *code);
        assert_eq!((settled.count(), legs.len()), (2, 2), "{legs:?}");
        let found = house.get(async |tx| tx.transfer_find(transfer.id).await).await;
        assert_eq!(found.as_ref(), Some(&*transfer));
    }
    transfers[3].version = 1;
    let (all, one) = (transfers.iter().collect::<Vec<_>>(), transfers[3].clone());
    assert!(
        !house.put(async |tx| tx.transfers_update(&all).await).await,
        "one is stale"
    );
    assert!(!house.put(async |tx| tx.transfer_update(&one).await).await);
}
