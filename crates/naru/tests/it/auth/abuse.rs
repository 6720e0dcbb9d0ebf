//! How often somebody may ask: from one address, as one client, for one account.

use naru_web::RateSettings;

use crate::harness::{Bed, Browser, Options};

fn options(rates: RateSettings) -> Options {
    Options {
        rates,
        ..Options::default()
    }
}

#[tokio::test]
async fn one_address_asks_at_its_pace_and_another_is_not_disturbed() {
    let rates = RateSettings {
        address_per_second: 1,
        address_burst: 3,
        ..RateSettings::default()
    };
    let bed = Bed::with(50, options(rates)).await;
    let ask = |address: &'static str| {
        let form = [("grant_type", "client_credentials")];
        bed.call("POST", "/fapi2/token").form(&form).from(address).send()
    };
    for _ in 0..3 {
        assert_eq!(ask("192.0.2.1").await.status.as_u16(), 401);
    }
    let stopped = ask("192.0.2.1").await;
    assert_eq!(stopped.status.as_u16(), 429);
    assert_eq!(
        (stopped.header("retry-after"), stopped.json()["error"].is_string()),
        ("1", true)
    );
    assert_eq!(ask("192.0.2.2").await.status.as_u16(), 401);
    let page = bed.call("GET", "/oauth/2.0/authorize").from("192.0.2.1").send().await;
    assert_eq!(
        page.status.as_u16(),
        429,
        "pages count with everything else of the address"
    );
    let asset = bed.call("GET", "/assets/none").from("192.0.2.1").send().await;
    assert_eq!(asset.status.as_u16(), 404, "style and script do not count");
    bed.pass_seconds(1);
    assert_eq!(ask("192.0.2.1").await.status.as_u16(), 401);
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_told_so_and_nothing_is_done() {
    let rates = RateSettings {
        client_per_second: 1,
        client_burst: 2,
        ..RateSettings::default()
    };
    let bed = Bed::with(51, options(rates)).await;
    let fintech = bed.fintech().await;
    let other = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let body = bed.withdrawal(&fintech, login.at("004"), 1_000);
    bed.get("/v2.0/bank/status", &fintech.oob, &[]).await.ok();
    bed.get("/v2.0/bank/status", &fintech.oob, &[]).await.ok();
    let refused = bed.withdraw(&login.access, &body).await;
    assert_eq!(refused.code(), "A0003", "{}", refused.text());
    bed.nothing_moved().await;
    bed.get("/v2.0/bank/status", &other.oob, &[]).await.ok();
    bed.pass_seconds(1);
    bed.withdraw(&login.access, &body).await.ok();
    bed.money_is_right().await;
}

#[tokio::test]
async fn nobody_is_sent_codes_without_end() {
    let bed = Bed::new(52).await;
    let fintech = bed.fintech().await;
    let most = RateSettings::default().account_burst;
    for attempt in 0..=most {
        let mut browser = Browser::new(&bed);
        let page = browser.begin(&fintech, &[]).await;
        let answer = browser.say_who(&page, 0).await;
        let expected = if attempt < most { 200 } else { 422 };
        assert_eq!(answer.status.as_u16(), expected, "attempt {attempt}: {}", answer.text());
    }
    let mut browser = Browser::new(&bed);
    let page = browser.begin(&fintech, &[]).await;
    let answer = browser.say_who(&page, 1).await;
    assert_eq!(answer.status.as_u16(), 200, "somebody else is not disturbed");
    bed.pass_seconds(3_600);
    let mut browser = Browser::new(&bed);
    let page = browser.begin(&fintech, &[]).await;
    assert_eq!(browser.say_who(&page, 0).await.status.as_u16(), 200);
}
