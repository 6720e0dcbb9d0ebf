//! Institutions.

use naru_core::{InstitutionStatus, Won};

use crate::fixture::{bank, institution};
use crate::house::House;

on_every_engine!(an_institution_is_put_and_changed);

async fn an_institution_is_put_and_changed(house: &House) {
    let (mut first, mut second) = (institution("097"), institution("002"));
    first.version = 40;
    second.net_debit_cap = None;
    second.simulated = false;
    second.status = InstitutionStatus::Closed;
    house
        .put(async |tx| {
            tx.institution_put(&first).await?;
            tx.institution_put(&second).await
        })
        .await;
    first.version = 1;
    let all = house.get(async |tx| tx.institution_list().await).await;
    assert_eq!(all, [second.clone(), first.clone()]);
    house.set_now(house.now().plus_seconds(9));
    second.name_ko = "새 이름".to_owned();
    second.name_en = "New name".to_owned();
    second.line_url = "https://127.0.0.1:9".to_owned();
    second.simulated = true;
    second.status = InstitutionStatus::Open;
    second.timeout_ms = 1;
    second.in_flight_max = 2;
    second.net_debit_cap = Some(Won(3));
    house.put(async |tx| tx.institution_put(&second).await).await;
    second.updated_at = house.now();
    second.version = 2;
    let found = house.get(async |tx| tx.institution_find(&second.code).await).await;
    assert_eq!(found, Some(second));
    let other = house.get(async |tx| tx.institution_find(&first.code).await).await;
    assert_eq!(other, Some(first));
    assert_eq!(
        house.get(async |tx| tx.institution_find(&bank("999")).await).await,
        None
    );
}
