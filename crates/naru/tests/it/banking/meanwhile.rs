//! What happens between two calls, and while one is under way.

use naru_core::ClientEvent;

use crate::harness::{Bed, Fault, Fintech, Login, OPENING_WON};

async fn party(seed: u64) -> (Bed, Fintech, Login) {
    let bed = Bed::new(seed).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    (bed, fintech, login)
}

#[tokio::test]
async fn what_changes_between_two_calls_holds_at_the_very_next_one() {
    let (bed, fintech, login) = party(128).await;
    let held = login.at("004");
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, held, 1_000))
        .await
        .ok();
    bed.change_client(&fintech, ClientEvent::Suspend).await;
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, held, 1_000))
        .await
        .refused("O0002");
    bed.change_client(&fintech, ClientEvent::Resume).await;
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, held, 1_000))
        .await
        .ok();
    let lower = crate::harness::limits(999, 100_000_000, 1_000_000_000);
    let change = (naru_core::Direction::Withdraw, &lower);
    let (storage, actor) = (bed.storage(), naru_core::Actor::Operator("it".to_owned()));
    naru_auth::client::service::change_limits(storage, &actor, &fintech.client, change)
        .await
        .unwrap();
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, held, 1_000))
        .await
        .refused("A0101");
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, held, 999))
        .await
        .ok();
    bed.revoke(&login).await;
    let message = bed
        .withdraw(&login.access, &bed.withdrawal(&fintech, held, 999))
        .await
        .refused("O0002");
    assert_eq!(message, "접근토큰이 거부되었습니다: 동의가 철회되었습니다");
    assert_eq!(bed.bank("004").balance(&held.account_num), OPENING_WON - 2_999);
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_consent_that_ends_while_a_withdrawal_is_under_way_does_not_lose_it() {
    let (bed, fintech, login) = party(129).await;
    let held = login.at("004");
    bed.bank("004").fail("debit", Fault::Held);
    let body = bed.withdrawal(&fintech, held, 1_000);
    let (answer, ()) = tokio::join!(bed.withdraw(&login.access, &body), async {
        while bed.bank("004").asked_count("debit") == 0 {
            tokio::task::yield_now().await;
        }
        bed.revoke(&login).await;
        bed.bank("004").open_gate();
    });
    answer.ok();
    bed.withdraw(&login.access, &body).await.refused("O0002");
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_caller_that_hangs_up_loses_neither_the_transfer_nor_its_record() {
    let (bed, fintech, login) = party(130).await;
    let held = login.at("004");
    bed.bank("004").fail("debit", Fault::Held);
    let body = bed.withdrawal(&fintech, held, 1_000);
    {
        let call = bed.withdraw(&login.access, &body);
        let left = async {
            while bed.bank("004").asked_count("debit") == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! { _ = call => panic!("the gate is shut"), () = left => {} }
    }
    bed.bank("004").open_gate();
    bed.parts.hub.finish().await;
    assert_eq!(bed.states().await, ["completed"]);
    let id = bed.transfers().await[0].order.call_id.to_string();
    assert_eq!(
        bed.call_record(&id).await.expect("the call was recorded").rsp_code,
        "A0000"
    );
    bed.money_is_right().await;
}
