//! What is left of a call: one record with its verdict, no personal fact anywhere, and headers on every answer.

use std::collections::BTreeMap;

use naru_core::trust::Verdict;
use naru_sims::demo;
use naru_storage::StorageError;

use crate::harness::{Answer, Bed, Browser, CONTRACT, Fault, Options, Sample};

/// The record of an answered call.
async fn recorded(bed: &Bed, sample: &Sample, answer: &Answer) {
    let id = answer.header("x-correlation-id");
    let record = bed
        .call_record(id)
        .await
        .unwrap_or_else(|| panic!("{} left no record", sample.route()));
    assert_eq!(
        (record.route.as_str(), record.rsp_code),
        (sample.route().as_str(), answer.code())
    );
    let verdict: Verdict = serde_json::from_str(&record.verdict).expect("a verdict is kept with the call");
    if answer.code() == "A0000" {
        assert!(verdict.holds() && record.client_id.is_some() && record.grant_id.is_some());
        assert_eq!(answer.field("api_tran_id"), id);
    }
}

#[tokio::test]
async fn every_call_leaves_exactly_one_record_with_its_verdict() {
    let bed = Bed::new(320).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let deposit = bed.deposited(&fintech, &login).await;
    let mut sent: BTreeMap<String, i64> = BTreeMap::from([("POST /v2.0/transfer/deposit/fin_num".to_owned(), 1)]);
    for sample in bed.samples(&fintech, &login, &deposit) {
        let answer = sample.send(&bed).await;
        let expected = if sample.path == "/v2.0/user/close" {
            "O0002"
        } else {
            "A0000"
        };
        assert_eq!(answer.code(), expected, "{}", answer.text());
        recorded(&bed, &sample, &answer).await;
        let malformed = sample
            .send_text(
                &bed,
                if sample.method == "POST" {
                    "{"
                } else {
                    "a=%ff&user_seq_no=1"
                },
            )
            .await;
        recorded(&bed, &sample, &malformed).await;
        *sent.entry(sample.route()).or_default() += 2;
        let without = bed.call(sample.method, sample.path).send().await;
        without.refused("O0002");
        recorded(&bed, &sample, &without).await;
    }
    bed.parts.hub.calls().flush().await;
    let (client, day) = (fintech.client.id, bed.now().day());
    let totals = bed
        .storage()
        .read("it", async |tx| tx.call_totals(client, day).await)
        .await;
    let totals: Result<Vec<_>, StorageError> = totals;
    let counted: BTreeMap<String, i64> = totals.unwrap().into_iter().map(|t| (t.route, t.count)).collect();
    assert_eq!(counted, sent);
}

/// A scenario with everything in it: pages, calls that go well, are refused, are lost and are found.
async fn scenario(bed: &Bed) {
    let fintech = bed.fintech().await;
    let mut browser = Browser::new(bed);
    let page = browser.reach_consent(&fintech, 0).await;
    browser.agree(&page, 4).await;
    let login = bed.login(&fintech, 0).await;
    let deposit = bed.deposited(&fintech, &login).await;
    bed.bank("004").fail_times("debit", Fault::Late, 1);
    let lost = bed.withdrawal(&fintech, login.at("004"), 1_000);
    bed.withdraw(&login.access, &lost).await.refused("A0007");
    bed.bank("097").fail_times("credit", Fault::Refuse("412"), 1);
    let reversed = bed.withdrawal(&fintech, login.at("004"), 1_000);
    bed.withdraw(&login.access, &reversed).await.refused("A0002");
    for sample in bed.samples(&fintech, &login, &deposit) {
        sample.send(bed).await.is_in_form(sample.path);
        sample.send(bed).await.is_in_form(sample.path);
        bed.call(sample.method, sample.path)
            .json(&sample.fields)
            .send()
            .await
            .is_in_form(sample.path);
    }
    bed.pass_seconds(60);
    bed.resolve().await;
    bed.standing_work().await;
    bed.parts.hub.finish().await;
    bed.money_is_right().await;
}

#[tokio::test]
async fn no_personal_fact_lies_open_anywhere_in_the_database() {
    let dir = std::env::temp_dir().join(format!("naru-it-open-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let file = dir.join("naru.db");
    let options = Options {
        file: Some(file.clone()),
        ..Options::default()
    };
    let bed = Bed::with(321, options).await;
    scenario(&bed).await;
    let tokens: i64 = bed.trail_count().await;
    assert!(tokens > 30);
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(&dir).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    drop(bed);
    std::fs::remove_dir_all(&dir).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(
        holds("POST /v2.0/transfer/withdraw/fin_num"),
        "the records are in these files"
    );
    let person = demo::people().swap_remove(0);
    for fact in [
        person.name.as_str(),
        &person.linking_value,
        &person.cell_no,
        &person.email,
        &person.birth_date,
        "920314",
        "97010000001001",
        "40412000002001",
        "110000004001",
        CONTRACT,
    ] {
        assert!(!holds(fact), "{fact} lies open in the database");
    }
}

#[tokio::test]
async fn no_personal_fact_is_in_what_the_records_of_calls_tell() {
    let bed = Bed::new(322).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let deposit = bed.deposited(&fintech, &login).await;
    let facts = &login.person.facts;
    for sample in bed.samples(&fintech, &login, &deposit) {
        for answer in [sample.send(&bed).await, sample.send_text(&bed, "{").await] {
            let record = bed.call_record(answer.header("x-correlation-id")).await.unwrap();
            let told = format!("{record:?}");
            for held in &login.accounts {
                assert!(
                    !told.contains(&held.account_num) && !told.contains(&held.number),
                    "{told}"
                );
            }
            for fact in [
                &facts.name,
                &facts.linking_value,
                &facts.cell_no,
                &facts.email,
                &login.access,
                &fintech.oob,
            ] {
                assert!(!told.contains(fact.as_str()), "{fact} in {told}");
            }
        }
    }
}

#[tokio::test]
async fn every_answer_carries_a_correlation_id_and_careful_headers() {
    let bed = Bed::new(323).await;
    let fintech = bed.fintech().await;
    let id = fintech.id();
    let page = Browser::new(&bed)
        .begin(&fintech, &[])
        .await
        .text()
        .replace("&#x2f;", "/");
    let style = page
        .split('"')
        .find(|part| part.starts_with("/assets/") && part.ends_with(".css"));
    let cases = [
        ("GET", "/".to_owned(), 404),
        ("GET", "/v2.0/nothing".to_owned(), 404),
        ("DELETE", "/v2.0/user/me".to_owned(), 405),
        ("PUT", "/v2.0/transfer/withdraw/fin_num".to_owned(), 405),
        ("GET", "/v2.0/transfer/withdraw/fin_num".to_owned(), 405),
        ("GET", "/oauth/2.0/token".to_owned(), 405),
        ("POST", "/oauth/2.0/token".to_owned(), 200),
        ("GET", "/v2.0/user/me".to_owned(), 200),
        ("GET", "/oauth/2.0/authorize".to_owned(), 400),
        ("GET", format!("/oauth/2.0/authorize?client_id={id}"), 400),
        ("GET", "/grants".to_owned(), 303),
        ("GET", "/authorizations/aut_1".to_owned(), 403),
        ("POST", "/authorizations/aut_1/decision".to_owned(), 403),
        ("POST", "/grants/leave".to_owned(), 303),
        ("GET", style.expect("a page has its style").to_owned(), 200),
        ("GET", "/assets/naru.css".to_owned(), 404),
        ("GET", "/assets/../secrets".to_owned(), 404),
    ];
    for (method, path, status) in cases {
        let answer = bed.call(method, &path).send().await;
        assert_eq!(answer.status, status, "{method} {path}");
        let correlation = answer.header("x-correlation-id");
        assert!(
            correlation.starts_with("cal_") && correlation.len() == 36,
            "{method} {path}: {correlation}"
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("strict-transport-security", "max-age=31536000"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(answer.header(name), value, "{method} {path}");
        }
        assert!(!answer.header("cache-control").is_empty(), "{method} {path}");
        if status == 405 || status == 404 && !path.starts_with("/assets/") {
            assert_eq!(
                answer.header("content-type"),
                "application/problem+json",
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn every_page_forbids_frames_and_foreign_sources() {
    let bed = Bed::new(324).await;
    let fintech = bed.fintech().await;
    let mut browser = Browser::new(&bed);
    let mut pages = vec![browser.begin(&fintech, &[]).await];
    pages.push(browser.say_who(&pages[0], 0).await);
    pages.push(browser.type_code(&pages[1]).await);
    pages.push(browser.open("/grants").await);
    pages.push(browser.open("/authorizations/nonsense").await);
    for page in pages {
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("x-frame-options"), "DENY");
        assert_eq!(page.header("cache-control"), "no-store");
        let policy = page.header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        assert!(!page.text().contains("src=\"http") && !page.text().contains("<script>"));
    }
    let cookie = bed.call("GET", "/grants").send().await.header("set-cookie").to_owned();
    for part in ["__Host-naru=", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
}
