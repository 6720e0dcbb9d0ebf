//! A person's facts and accounts as one fintech sees them: user/me, account/list, update_info, cancel, unlink, close.

use serde_json::{Value, json};

use crate::harness::{Answer, Bed, Fintech, Held, Login};

async fn me(bed: &Bed, login: &Login) -> Answer {
    bed.get("/v2.0/user/me", &login.access, &[("user_seq_no", &login.user_seq_no())])
        .await
}

async fn list(bed: &Bed, login: &Login, more: &[(&str, &str)]) -> Answer {
    let number = login.user_seq_no();
    let query = [&[("user_seq_no", number.as_str())], more].concat();
    bed.get("/v2.0/account/list", &login.access, &query).await
}

fn numbers(body: &Value) -> Vec<String> {
    let rows = body["res_list"].as_array().unwrap().iter();
    rows.map(|row| row["fintech_use_num"].as_str().unwrap().to_owned())
        .collect()
}

async fn cancel(bed: &Bed, fintech: &Fintech, login: &Login, (held, scope): (&Held, &str)) -> Answer {
    let body = json!({ "bank_tran_id": fintech.tran_id(bed), "scope": scope, "fintech_use_num": held.number });
    bed.post("/v2.0/account/cancel", &login.access, &body).await
}

async fn balance(bed: &Bed, fintech: &Fintech, login: &Login, held: &Held) -> Answer {
    let id = fintech.tran_id(bed);
    let query = [("bank_tran_id", id.as_str()), ("fintech_use_num", &held.number)];
    bed.get("/v2.0/account/balance/fin_num", &login.access, &query).await
}

#[tokio::test]
async fn a_fintech_reads_who_the_person_is_and_the_registered_accounts() {
    let bed = Bed::new(60).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let body = me(&bed, &login).await.ok();
    assert_eq!(body["user_seq_no"], login.user_seq_no());
    assert_eq!(body["user_ci"], login.person.facts.linking_value);
    assert_eq!(
        (body["user_name"].as_str(), body["user_info"].as_str()),
        (Some("김하늘"), Some("19920314"))
    );
    assert_eq!(
        (body["user_gender"].as_str(), body["res_cnt"].as_str()),
        (Some("F"), Some("4"))
    );
    let expected = json!({
        "fintech_use_num": login.at("097").number, "account_alias": "나루 자유입출금통장", "bank_code_std": "097",
        "bank_code_sub": "0970000", "bank_name": "나루시험은행", "savings_bank_name": "",
        "account_num_masked": "97010000001***", "account_seq": "", "account_holder_name": "김하늘",
        "account_holder_type": "P", "account_type": "1", "inquiry_agree_yn": "Y",
        "inquiry_agree_dtime": "20261121140000", "transfer_agree_yn": "Y",
        "transfer_agree_dtime": "20261121140000", "payer_num": "",
    });
    let row = body["res_list"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["bank_code_std"] == "097");
    assert_eq!(row, Some(&expected));
    let listed = list(&bed, &login, &[]).await.ok();
    let row = listed["res_list"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["bank_code_std"] == "097")
        .unwrap();
    assert_eq!(
        (row["account_state"].as_str(), row.get("payer_num")),
        (Some("01"), None)
    );
    assert_eq!(listed["user_name"], "김하늘");
}

#[tokio::test]
async fn the_list_is_sorted_as_asked_and_shows_ended_accounts_only_when_asked() {
    let bed = Bed::new(61).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let newest = numbers(&list(&bed, &login, &[]).await.ok());
    let oldest = numbers(&list(&bed, &login, &[("sort_order", "A")]).await.ok());
    assert_eq!(newest.len(), 4);
    assert_eq!(newest, oldest.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(numbers(&list(&bed, &login, &[("sort_order", "D")]).await.ok()), newest);
    let held = login.at("097");
    for scope in ["inquiry", "transfer"] {
        cancel(&bed, &fintech, &login, (held, scope)).await.ok();
    }
    assert!(!numbers(&list(&bed, &login, &[("include_cancel_yn", "N")]).await.ok()).contains(&held.number));
    let with_ended = list(&bed, &login, &[("include_cancel_yn", "Y")]).await.ok();
    let row = with_ended["res_list"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["fintech_use_num"] == *held.number);
    let row = row.expect("an ended account is shown when asked for");
    assert_eq!(
        (row["account_state"].as_str(), row["inquiry_agree_yn"].as_str()),
        (Some("09"), Some("N"))
    );
    assert_eq!(with_ended["res_cnt"], "4");
    for (name, value) in [("sort_order", "X"), ("include_cancel_yn", "maybe")] {
        assert!(
            list(&bed, &login, &[(name, value)])
                .await
                .refused("A0004")
                .contains(name)
        );
    }
}

#[tokio::test]
async fn a_token_speaks_for_its_own_person_alone() {
    let bed = Bed::new(62).await;
    let fintech = bed.fintech().await;
    let (login, other) = (bed.login(&fintech, 0).await, bed.login(&fintech, 1).await);
    let foreign = other.user_seq_no();
    for path in ["/v2.0/user/me", "/v2.0/account/list"] {
        bed.get(path, &login.access, &[("user_seq_no", &foreign)])
            .await
            .refused("A0304");
        bed.get(path, &login.access, &[("user_seq_no", "1")])
            .await
            .refused("A0304");
        assert!(
            bed.get(path, &login.access, &[])
                .await
                .refused("A0004")
                .contains("user_seq_no")
        );
        bed.get(path, &fintech.oob, &[("user_seq_no", &foreign)])
            .await
            .refused("O0001");
    }
    let code = fintech.client.client_use_code.to_string();
    let leave = json!({ "client_use_code": code, "user_seq_no": foreign });
    for path in ["/v2.0/user/unlink", "/v2.0/user/close"] {
        bed.post(path, &login.access, &leave).await.refused("A0304");
    }
    me(&bed, &other).await.ok();
    balance(&bed, &fintech, &login, other.at("097")).await.refused("A0323");
}

#[tokio::test]
async fn an_account_is_known_to_the_fintech_where_it_was_registered_alone() {
    let bed = Bed::new(63).await;
    let (fintech, other) = (bed.fintech().await, bed.fintech().await);
    let (login, elsewhere) = (bed.login(&fintech, 0).await, bed.login(&other, 0).await);
    assert_ne!(
        login.at("097").number,
        elsewhere.at("097").number,
        "two fintechs cannot link a person by it"
    );
    assert_eq!(login.user_seq_no(), elsewhere.user_seq_no());
    let foreign = elsewhere.at("097");
    balance(&bed, &fintech, &login, foreign).await.refused("A0323");
    cancel(&bed, &fintech, &login, (foreign, "inquiry"))
        .await
        .refused("A0323");
    let body = json!({ "fintech_use_num": foreign.number, "account_alias": "남의 것" });
    bed.post("/v2.0/account/update_info", &login.access, &body)
        .await
        .refused("A0323");
    let withdrawal = bed.withdrawal(&fintech, foreign, 1_000);
    bed.withdraw(&login.access, &withdrawal).await.refused("A0323");
    bed.post(
        "/v2.0/transfer/deposit/fin_num",
        &fintech.oob,
        &bed.deposit(&fintech, foreign, 1_000),
    )
    .await
    .refused("A0323");
    bed.nothing_moved().await;
    balance(&bed, &other, &elsewhere, foreign).await.ok();
}

#[tokio::test]
async fn an_account_is_renamed_within_fifty_characters() {
    let bed = Bed::new(64).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let held = login.at("097");
    let rename = async |alias: &str| {
        let body = json!({ "fintech_use_num": held.number, "account_alias": alias });
        bed.post("/v2.0/account/update_info", &login.access, &body).await
    };
    for alias in ["", "   ", &"가".repeat(51), "줄\n바꿈"] {
        assert!(
            rename(alias).await.refused("A0004").contains("account_alias"),
            "{alias}"
        );
    }
    let longest = "가".repeat(50);
    let body = rename(&longest).await.ok();
    assert_eq!(
        (body["account_alias"].as_str(), body["bank_name"].as_str()),
        (Some(&*longest), Some("나루시험은행"))
    );
    assert_eq!(body["fintech_use_num"], held.number);
    let row = me(&bed, &login).await.ok();
    let row = row["res_list"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["fintech_use_num"] == *held.number)
        .cloned();
    assert_eq!(row.unwrap()["account_alias"], longest);
}

#[tokio::test]
async fn ending_one_consent_leaves_the_other_alive() {
    let bed = Bed::new(65).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let (one, two) = (login.at("097"), login.at("088"));
    let body = cancel(&bed, &fintech, &login, (one, "inquiry")).await.ok();
    assert_eq!(
        (body["bank_rsp_code"].as_str(), body["bank_code_tran"].as_str()),
        (Some("000"), Some("097"))
    );
    balance(&bed, &fintech, &login, one).await.refused("A0316");
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, one, 1_000))
        .await
        .ok();
    cancel(&bed, &fintech, &login, (two, "transfer")).await.ok();
    balance(&bed, &fintech, &login, two).await.ok();
    bed.withdraw(&login.access, &bed.withdrawal(&fintech, two, 1_000))
        .await
        .refused("A0319");
    cancel(&bed, &fintech, &login, (one, "inquiry")).await.refused("A0305");
    cancel(&bed, &fintech, &login, (two, "transfer")).await.refused("A0306");
    assert!(
        cancel(&bed, &fintech, &login, (two, "login"))
            .await
            .refused("A0004")
            .contains("scope")
    );
    bed.money_is_right().await;
}

#[tokio::test]
async fn unlinking_ends_the_grants_and_closing_ends_the_account_consents_too() {
    for (path, ended) in [("/v2.0/user/unlink", false), ("/v2.0/user/close", true)] {
        let bed = Bed::new(66).await;
        let (fintech, other) = (bed.fintech().await, bed.fintech().await);
        let (login, second) = (bed.login(&fintech, 0).await, bed.login(&fintech, 0).await);
        let (elsewhere, neighbour) = (bed.login(&other, 0).await, bed.login(&fintech, 1).await);
        let code = fintech.client.client_use_code.to_string();
        let foreign = json!({ "client_use_code": "M000000000", "user_seq_no": login.user_seq_no() });
        assert!(
            bed.post(path, &login.access, &foreign)
                .await
                .refused("A0004")
                .contains("client_use_code")
        );
        let body = json!({ "client_use_code": code, "user_seq_no": login.user_seq_no() });
        bed.post(path, &login.access, &body).await.ok();
        for gone in [&login, &second] {
            me(&bed, gone).await.refused("O0002");
        }
        for alive in [&elsewhere, &neighbour] {
            me(&bed, alive).await.ok();
        }
        let consents = bed.registrations(&login).await;
        assert_eq!(consents.len(), 4);
        assert!(
            consents.iter().all(|r| r.inquiry.is_alive(bed.now()) != ended),
            "{path}"
        );
        assert!(
            consents.iter().all(|r| r.transfer.is_alive(bed.now()) != ended),
            "{path}"
        );
    }
}
