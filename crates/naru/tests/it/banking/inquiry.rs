//! Balance, transactions, real name and receive.

use std::collections::BTreeSet;

use naru_sims::bank::AccountState;
use serde_json::{Value, json};

use crate::harness::{Answer, Bed, CONTRACT, Fault, Fintech, Held, Login};

const BALANCE: &str = "/v2.0/account/balance/fin_num";
const TRANSACTIONS: &str = "/v2.0/account/transaction_list/fin_num";

async fn party(seed: u64) -> (Bed, Fintech, Login) {
    let bed = Bed::new(seed).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    (bed, fintech, login)
}

async fn balance(bed: &Bed, login: &Login, (held, id): (&Held, &str)) -> Answer {
    let now = bed.tran_dtime();
    let query = [
        ("bank_tran_id", id),
        ("fintech_use_num", &held.number),
        ("tran_dtime", &now),
    ];
    bed.get(BALANCE, &login.access, &query).await
}

#[tokio::test]
async fn a_balance_is_answered_field_by_field_in_the_profiles_order() {
    let (bed, fintech, login) = party(100).await;
    let (held, id) = (login.at("097"), fintech.tran_id(&bed));
    let answer = balance(&bed, &login, (held, &id)).await;
    let call = answer.header("x-correlation-id").to_owned();
    let expected = format!(
        "{{\"api_tran_id\":\"{call}\",\"api_tran_dtm\":\"20261121140000000\",\"rsp_code\":\"A0000\",\
         \"rsp_message\":\"정상\",\"bank_tran_id\":\"{id}\",\"bank_tran_date\":\"20261121\",\
         \"bank_code_tran\":\"097\",\"bank_rsp_code\":\"000\",\"bank_rsp_message\":\"\",\
         \"bank_name\":\"나루시험은행\",\"savings_bank_name\":\"\",\"fintech_use_num\":\"{}\",\
         \"balance_amt\":\"100000000\",\"available_amt\":\"100000000\",\"account_type\":\"1\",\
         \"product_name\":\"나루 자유입출금통장\",\"account_issue_date\":\"20160304\",\"maturity_date\":\"\",\
         \"last_tran_date\":\"20261120\"}}",
        held.number
    );
    let last = answer.field("last_tran_date");
    assert_eq!(
        answer.text(),
        expected.replace("\"20261120\"}", &format!("\"{last}\"}}"))
    );
    assert!(("20260823"..="20261120").contains(&last.as_str()), "{last}");
    assert!(call.len() <= 40 && answer.header("content-type") == "application/json; charset=UTF-8");
}

#[tokio::test]
async fn an_inquirys_id_is_used_once_a_day_and_only_by_its_owner() {
    let (bed, fintech, login) = party(101).await;
    let (held, id) = (login.at("097"), fintech.tran_id(&bed));
    balance(&bed, &login, (held, &id)).await.ok();
    balance(&bed, &login, (held, &id)).await.refused("A0326");
    balance(&bed, &login, (login.at("004"), &id)).await.refused("A0326");
    bed.parts.hub.calls().flush().await;
    bed.pass_seconds(120);
    balance(&bed, &login, (held, &id)).await.refused("A0326");
    bed.set_time("20261122000000");
    balance(&bed, &login, (held, &id)).await.ok();
    let other = bed.fintech().await;
    let foreign = other.tran_id(&bed);
    assert!(
        balance(&bed, &login, (held, &foreign))
            .await
            .refused("A0004")
            .contains("bank_tran_id")
    );
    for wrong in [
        "",
        id.get(..19).unwrap(),
        &format!("{id}0"),
        &id.replace('U', "X"),
        &id.to_lowercase(),
        "12345678901234567890",
    ] {
        let message = balance(&bed, &login, (held, wrong)).await.refused("A0004");
        assert!(message.contains("bank_tran_id"), "{wrong}: {message}");
    }
}

#[tokio::test]
async fn of_two_requests_at_once_with_one_id_exactly_one_is_answered() {
    let (bed, fintech, login) = party(102).await;
    for _ in 0..20 {
        let (held, id) = (login.at("097"), fintech.tran_id(&bed));
        let (one, two) = tokio::join!(balance(&bed, &login, (held, &id)), balance(&bed, &login, (held, &id)));
        let codes = BTreeSet::from([one.code(), two.code()]);
        assert_eq!(codes, BTreeSet::from(["A0000".to_owned(), "A0326".to_owned()]));
    }
    assert_eq!(bed.bank("097").asked_count("balance"), 20);
}

#[tokio::test]
async fn an_id_that_reached_no_institution_may_be_used_again() {
    let (bed, fintech, login) = party(103).await;
    let (held, id) = (login.at("097"), fintech.tran_id(&bed));
    let query = [
        ("bank_tran_id", id.as_str()),
        ("fintech_use_num", &held.number),
        ("tran_dtime", "20260230120000"),
    ];
    let message = bed.get(BALANCE, &login.access, &query).await.refused("A0004");
    assert!(message.contains("tran_dtime"), "{message}");
    balance(&bed, &login, (held, &id)).await.ok();
    bed.bank("097").fail_times("balance", Fault::Silent, 1);
    let lost = fintech.tran_id(&bed);
    balance(&bed, &login, (held, &lost))
        .await
        .refused_by_bank("A0017", "804");
    balance(&bed, &login, (held, &lost)).await.refused("A0326");
}

#[tokio::test]
async fn what_an_institution_says_or_does_not_say_is_told_in_its_own_code() {
    let (bed, fintech, login) = party(104).await;
    let held = login.at("004");
    for (fault, rsp_code, bank_rsp_code) in [
        (Fault::Silent, "A0017", "804"),
        (Fault::Late, "A0017", "804"),
        (Fault::Wrong, "A0017", "804"),
        (Fault::Unsure("803"), "A0017", "803"),
        (Fault::Down("111"), "A0002", "111"),
        (Fault::Down("114"), "A0002", "114"),
        (Fault::Down(""), "A0002", "111"),
        (Fault::Refuse("412"), "A0002", "412"),
        (Fault::Refuse("490"), "A0002", "490"),
    ] {
        bed.bank("004").fail_times("balance", fault, 1);
        let answer = balance(&bed, &login, (held, &fintech.tran_id(&bed))).await;
        answer.refused_by_bank(rsp_code, bank_rsp_code);
        assert_eq!(answer.field("bank_code_tran"), "004", "{fault:?}");
        bed.bank("004").heal();
        balance(&bed, &login, (held, &fintech.tran_id(&bed))).await.ok();
    }
    bed.bank("004").set_state(&held.account_num, AccountState::Closed);
    balance(&bed, &login, (held, &fintech.tran_id(&bed)))
        .await
        .refused_by_bank("A0002", "412");
}

/// Every row of every page; each page is asked for under a new id.
async fn pages(bed: &Bed, fintech: &Fintech, login: &Login, more: &[(&str, &str)]) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    for _ in 0..40 {
        let id = fintech.tran_id(bed);
        let number = login.at("097").number.clone();
        let mut query = vec![
            ("bank_tran_id", id.as_str()),
            ("fintech_use_num", &number),
            ("from_date", "20260801"),
            ("to_date", "20261121"),
        ];
        query.extend_from_slice(more);
        let spelling = if rows.len() % 2 == 0 {
            "befor_inquiry_trace_info"
        } else {
            "before_inquiry_trace_info"
        };
        query.push((spelling, &cursor));
        let body = bed.get(TRANSACTIONS, &login.access, &query).await.ok();
        let page = body["res_list"].as_array().unwrap();
        assert_eq!(body["page_record_cnt"], page.len().to_string());
        assert_eq!(body["balance_amt"], "100000000");
        rows.extend(page.iter().cloned());
        body["befor_inquiry_trace_info"]
            .as_str()
            .unwrap()
            .clone_into(&mut cursor);
        assert_eq!(body["next_page_yn"], if cursor.is_empty() { "N" } else { "Y" });
        if cursor.is_empty() {
            return rows;
        }
        assert_eq!(page.len(), 25);
    }
    panic!("the pages do not end");
}

#[tokio::test]
async fn pages_of_transactions_are_complete_in_every_filter_and_order() {
    let (bed, fintech, login) = party(105).await;
    let all = pages(&bed, &fintech, &login, &[("inquiry_type", "A")]).await;
    assert!(all.len() > 50, "{}", all.len());
    let (ins, outs) = (
        pages(&bed, &fintech, &login, &[("inquiry_type", "I")]).await,
        pages(&bed, &fintech, &login, &[("inquiry_type", "O")]).await,
    );
    assert!(ins.iter().all(|row| row["inout_type"] == "입금") && outs.iter().all(|row| row["inout_type"] == "출금"));
    assert_eq!(ins.len() + outs.len(), all.len());
    let ascending = pages(&bed, &fintech, &login, &[("sort_order", "A")]).await;
    assert_eq!(ascending, all.iter().rev().cloned().collect::<Vec<_>>());
    let at = |row: &Value| {
        format!(
            "{}{}",
            row["tran_date"].as_str().unwrap(),
            row["tran_time"].as_str().unwrap()
        )
    };
    assert!(all.is_sorted_by_key(|row| std::cmp::Reverse(at(row))));
    assert_eq!(all[0]["after_balance_amt"], "100000000");
    let middle = all.len() / 2;
    let (date, time) = (
        all[middle]["tran_date"].as_str().unwrap(),
        all[middle]["tran_time"].as_str().unwrap(),
    );
    let by_time = [
        ("inquiry_base", "T"),
        ("from_date", date),
        ("from_time", time),
        ("to_date", date),
        ("to_time", time),
    ];
    let id = fintech.tran_id(&bed);
    let query = [
        &[
            ("bank_tran_id", id.as_str()),
            ("fintech_use_num", &login.at("097").number),
        ],
        &by_time[..],
    ]
    .concat();
    let body = bed.get(TRANSACTIONS, &login.access, &query).await.ok();
    let expected: Vec<&Value> = all.iter().filter(|row| at(row) == format!("{date}{time}")).collect();
    assert_eq!(
        body["res_list"].as_array().unwrap().iter().collect::<Vec<_>>(),
        expected
    );
}

#[tokio::test]
async fn a_span_that_does_not_exist_is_refused_by_field() {
    let (bed, fintech, login) = party(106).await;
    let base = [("from_date", "20261101"), ("to_date", "20261121")];
    for (changed, value, field) in [
        ("from_date", "20260230", "from_date"),
        ("from_date", "", "from_date"),
        ("from_date", "2026-11-01", "from_date"),
        ("to_date", "20261131", "to_date"),
        ("to_date", "20261031", "from_date"),
        ("inquiry_type", "X", "inquiry_type"),
        ("inquiry_base", "H", "inquiry_base"),
        ("sort_order", "up", "sort_order"),
        ("tran_dtime", "20261121256000", "tran_dtime"),
    ] {
        let (id, number) = (fintech.tran_id(&bed), login.at("097").number.clone());
        let mut query = vec![("bank_tran_id", id.as_str()), ("fintech_use_num", &number)];
        query.extend(base.iter().filter(|(name, _)| *name != changed).copied());
        query.push((changed, value));
        let message = bed.get(TRANSACTIONS, &login.access, &query).await.refused("A0004");
        assert!(message.contains(field), "{changed}={value}: {message}");
    }
    let mut by_time = [("from_time", "000000"), ("to_time", "240000"), ("inquiry_base", "T")];
    for (at, value, field) in [
        (1, "240000", "to_time"),
        (1, "", "to_time"),
        (0, "12", "from_time"),
        (0, "", "from_time"),
    ] {
        by_time[1].1 = "235959";
        by_time[0].1 = "000000";
        by_time[at].1 = value;
        let (id, number) = (fintech.tran_id(&bed), login.at("097").number.clone());
        let head = [("bank_tran_id", id.as_str()), ("fintech_use_num", number.as_str())];
        let query = [&head[..], &base[..], &by_time[..]].concat();
        let message = bed.get(TRANSACTIONS, &login.access, &query).await.refused("A0004");
        assert!(message.contains(field), "{value}: {message}");
    }
    let (id, number) = (fintech.tran_id(&bed), login.at("097").number.clone());
    let head = [
        ("bank_tran_id", id.as_str()),
        ("fintech_use_num", &number),
        ("befor_inquiry_trace_info", "zzz"),
    ];
    let query = [&head[..], &base[..]].concat();
    bed.get(TRANSACTIONS, &login.access, &query)
        .await
        .refused_by_bank("A0002", "810");
}

#[tokio::test]
async fn who_holds_an_account_is_told_when_the_number_matches() {
    let (bed, fintech, login) = party(107).await;
    let ask = async |kind: &str, info: &str, held: (&str, &str)| {
        let body = json!({
            "bank_tran_id": fintech.tran_id(&bed), "bank_code_std": held.0, "account_num": held.1,
            "account_holder_info_type": kind, "account_holder_info": info, "tran_dtime": bed.tran_dtime(),
        });
        bed.post("/v2.0/inquiry/real_name", &fintech.oob, &body).await
    };
    let own = ("097", login.at("097").account_num.as_str());
    let body = ask(" ", "920314", own).await.ok();
    assert_eq!(
        (body["account_holder_name"].as_str(), body["account_type"].as_str()),
        (Some("김하늘"), Some("1"))
    );
    assert_eq!(
        (body["account_num"].as_str(), body["bank_code_sub"].as_str()),
        (Some(own.1), Some("0970000"))
    );
    assert_eq!(ask("", "920314", own).await.ok()["account_holder_name"], "김하늘");
    assert_eq!(ask("N", "", own).await.ok()["account_holder_name"], "김하늘");
    assert_eq!(
        ask("6", "0000000017", ("097", CONTRACT)).await.ok()["account_holder_name"],
        "나루페이"
    );
    ask(" ", "920315", own).await.refused_by_bank("A0002", "464");
    ask(" ", "920314", ("097", "97099999999999"))
        .await
        .refused_by_bank("A0002", "411");
    for (kind, info, held, field) in [
        (" ", "1992", own, "account_holder_info"),
        ("6", "123", own, "account_holder_info"),
        ("E", "920314", own, "account_holder_info_type"),
        (" ", "920314", ("097", "9701-000"), "account_num"),
        (" ", "920314", ("097", ""), "account_num"),
        (" ", "920314", ("999", own.1), "bank_code_std"),
        (" ", "920314", ("", own.1), "bank_code_std"),
    ] {
        let message = ask(kind, info, held).await.refused("A0004");
        assert!(message.contains(field), "{kind} {info} {held:?}: {message}");
    }
    let body = json!({});
    bed.post("/v2.0/inquiry/real_name", &login.access, &body)
        .await
        .refused("A0004");
}

#[tokio::test]
async fn whether_a_payee_can_be_paid_is_told_before_a_deposit() {
    let (bed, fintech, login) = party(108).await;
    let held = login.at("004");
    let mut body = json!({
        "bank_tran_id": fintech.tran_id(&bed), "cntr_account_type": "N", "cntr_account_num": CONTRACT,
        "bank_code_std": "004", "account_num": held.account_num, "print_content": "정산", "tran_amt": "1000",
    });
    let answer = bed.post("/v2.0/inquiry/receive", &fintech.oob, &body).await.ok();
    assert_eq!(
        (answer["account_holder_name"].as_str(), answer["tran_amt"].as_str()),
        (Some("김하늘"), Some("1000"))
    );
    assert_eq!(answer["account_num_masked"], "40412000002***");
    bed.post("/v2.0/inquiry/receive", &fintech.oob, &body)
        .await
        .refused("A0326");
    body["bank_tran_id"] = json!(fintech.tran_id(&bed));
    bed.post("/v2.0/inquiry/receive", &login.access, &body)
        .await
        .refused("O0001");
    body["cntr_account_num"] = json!("97090000000018");
    bed.post("/v2.0/inquiry/receive", &fintech.oob, &body)
        .await
        .refused("A0322");
    body["cntr_account_num"] = json!(CONTRACT);
    body["tran_amt"] = json!("1,000");
    assert!(
        bed.post("/v2.0/inquiry/receive", &fintech.oob, &body)
            .await
            .refused("A0004")
            .contains("tran_amt")
    );
    bed.nothing_moved().await;
}
