//! Limits: counters that never pass their cap.

use futures_util::future::join_all;
use naru_core::{LimitKind, LimitTake, Won};
use naru_storage::{LimitRefused, StorageError, Tx};

use crate::house::House;

on_every_engine!(
    counters_rise_and_say_where_they_stand,
    a_refused_take_undoes_the_others,
    what_is_given_back_can_be_taken_again,
    a_cap_that_was_lowered_or_raised_holds_at_once,
    fifty_at_once_never_pass_the_cap,
    takes_in_any_order_do_not_wait_for_each_other,
    several_transfers_take_as_if_one_after_another,
    four_counters_are_too_many
);

fn take(kind: LimitKind, subject: &str, span: i32, amount: i64, cap: i64) -> LimitTake {
    LimitTake {
        kind,
        subject: subject.to_owned(),
        span,
        amount: Won(amount),
        cap: Won(cap),
    }
}

fn three(amount: i64) -> [LimitTake; 3] {
    [
        take(LimitKind::ClientDay, "b:withdraw", 20_261_121, amount, 100),
        take(LimitKind::ClientMonth, "b:withdraw", 202_611, amount, 1_000),
        take(LimitKind::PersonDay, "a", 20_261_121, amount, 70),
    ]
}

/// What a feature does: takes, and ends in an error where a limit refuses.
#[derive(Debug, PartialEq, Eq)]
enum Refused {
    Limit(LimitKind),
    Storage(StorageError),
}

impl From<StorageError> for Refused {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

async fn try_take(house: &House, takes: &[LimitTake]) -> Result<Vec<i64>, Refused> {
    let work = async |tx: Tx| -> Result<Vec<i64>, Refused> {
        let taken = tx.limit_take(takes).await?;
        let taken = taken.map_err(|LimitRefused(kind)| Refused::Limit(kind))?;
        let subject = &takes[0].subject;
        tx.trail(naru_core::Action::TransferReserved, subject, ()).await?;
        Ok(taken.into_iter().map(|won| won.0).collect())
    };
    house.storage.run("limit_try", &crate::house::ACTOR, work).await
}

async fn used(house: &House, take: &LimitTake) -> i64 {
    let Won(used) = house
        .get(async |tx| tx.limit_used(&take.subject, take.span).await)
        .await;
    used
}

async fn used_of_three(house: &House) -> [i64; 3] {
    let [a, b, c] = three(0);
    [used(house, &a).await, used(house, &b).await, used(house, &c).await]
}

async fn counters_rise_and_say_where_they_stand(house: &House) {
    assert_eq!(used_of_three(house).await, [0; 3]);
    let [day, month, person] = three(30);
    assert_eq!(try_take(house, std::slice::from_ref(&day)).await, Ok(vec![30]));
    assert_eq!(
        try_take(house, &[month, day]).await,
        Ok(vec![30, 60]),
        "in the order asked"
    );
    assert_eq!(try_take(house, &three(40)).await, Ok(vec![100, 70, 40]));
    assert_eq!(used_of_three(house).await, [100, 70, 40]);
    assert_eq!(try_take(house, &[person]).await, Ok(vec![70]), "up to the cap");
}

async fn a_refused_take_undoes_the_others(house: &House) {
    assert_eq!(try_take(house, &three(60)).await, Ok(vec![60; 3]));
    assert_eq!(
        try_take(house, &three(11)).await,
        Err(Refused::Limit(LimitKind::PersonDay))
    );
    assert_eq!(used_of_three(house).await, [60; 3], "all or none");
    assert_eq!(
        try_take(house, &three(41)).await,
        Err(Refused::Limit(LimitKind::ClientDay)),
        "the first asked for is named"
    );
    assert_eq!(
        try_take(house, &three(71)).await,
        Err(Refused::Limit(LimitKind::PersonDay)),
        "more than the cap by itself"
    );
    let fresh = take(LimitKind::PersonDay, "c", 20_261_121, 71, 70);
    assert_eq!(
        try_take(house, std::slice::from_ref(&fresh)).await,
        Err(Refused::Limit(LimitKind::PersonDay))
    );
    assert_eq!(used(house, &fresh).await, 0);
    assert_eq!(used_of_three(house).await, [60; 3]);
}

async fn what_is_given_back_can_be_taken_again(house: &House) {
    assert_eq!(try_take(house, &three(70)).await, Ok(vec![70; 3]));
    house.put(async |tx| tx.limit_give_back(&three(45))).await;
    assert_eq!(used_of_three(house).await, [25; 3]);
    assert_eq!(try_take(house, &three(45)).await, Ok(vec![70; 3]));
}

async fn a_cap_that_was_lowered_or_raised_holds_at_once(house: &House) {
    let with_cap = |cap| [take(LimitKind::PersonDay, "a", 1, 10, cap)];
    assert_eq!(try_take(house, &with_cap(20)).await, Ok(vec![10]));
    assert_eq!(
        try_take(house, &with_cap(19)).await,
        Err(Refused::Limit(LimitKind::PersonDay))
    );
    assert_eq!(try_take(house, &with_cap(20)).await, Ok(vec![20]));
    assert_eq!(try_take(house, &with_cap(30)).await, Ok(vec![30]));
}

async fn fifty_at_once_never_pass_the_cap(house: &House) {
    let takes = three(7);
    let all = join_all((0..50).map(|_| try_take(house, &takes))).await;
    let taken = all.iter().filter(|done| done.is_ok()).count();
    let refused = all
        .iter()
        .filter(|done| **done == Err(Refused::Limit(LimitKind::PersonDay)))
        .count();
    assert_eq!((taken, refused), (10, 40), "seventy is ten times seven");
    assert_eq!(used_of_three(house).await, [70; 3]);
    let mut stands: Vec<i64> = all.into_iter().flatten().map(|used| used[2]).collect();
    stands.sort_unstable();
    let steps: Vec<i64> = (1..=10).map(|n| n * 7).collect();
    assert_eq!(stands, steps, "each saw the counter at its own height");
}

async fn takes_in_any_order_do_not_wait_for_each_other(house: &House) {
    let [day, month, _] = three(1);
    let (forth, back) = ([day.clone(), month.clone()], [month, day]);
    let takes = (0..40).map(|n| try_take(house, if n % 2 == 0 { &forth } else { &back }));
    let all = join_all(takes).await;
    assert_eq!(all.iter().filter(|done| done.is_ok()).count(), 40);
    assert_eq!(used_of_three(house).await, [40, 40, 0]);
}

async fn several_transfers_take_as_if_one_after_another(house: &House) {
    let (mine, other) = (three(20), [take(LimitKind::ClientDay, "c:deposit", 20_261_121, 5, 9)]);
    let try_each = async |transfers: &[&[LimitTake]]| {
        let work = async |tx: Tx| -> Result<Vec<Vec<i64>>, Refused> {
            let taken = tx.limit_take_each(transfers).await?;
            let taken = taken.map_err(|LimitRefused(kind)| Refused::Limit(kind))?;
            tx.trail(naru_core::Action::TransferReserved, "several", ()).await?;
            Ok(taken
                .iter()
                .map(|used| used.iter().map(|won| won.0).collect())
                .collect())
        };
        house.storage.run("limit_try", &crate::house::ACTOR, work).await
    };
    let taken = try_each(&[&mine, &other, &mine[..1], &mine]).await;
    let stands = vec![vec![20, 20, 20], vec![5], vec![40], vec![60, 40, 40]];
    assert_eq!(taken, Ok(stands));
    let over = try_each(&[&mine, &mine]).await;
    assert_eq!(over, Err(Refused::Limit(LimitKind::PersonDay)), "each alone would fit");
    let over = try_each(&[&other]).await;
    assert_eq!(over, Err(Refused::Limit(LimitKind::ClientDay)));
    assert_eq!(used_of_three(house).await, [60, 40, 40], "all or none");
}

async fn four_counters_are_too_many(house: &House) {
    let mut takes = three(1).to_vec();
    takes.push(take(LimitKind::PersonDay, "d", 1, 1, 1));
    for takes in [&takes[..], &[]] {
        let error = try_take(house, takes).await;
        assert!(
            matches!(error, Err(Refused::Storage(StorageError::Corrupt(_)))),
            "{error:?}"
        );
    }
}
