//! The consent journey in a browser, page by page.

use naru_core::Environment;
use naru_sims::demo;

use crate::harness::{Answer, Bed, Browser, CODE, Fault, Fintech, Terms, form_of, query_of};

#[track_caller]
fn shows(page: &Answer, status: u16, texts: &[&str]) {
    assert_eq!(page.status.as_u16(), status, "{}", page.text());
    for text in texts {
        assert!(page.text().contains(text), "{text} is not on the page: {}", page.text());
    }
}

#[tokio::test]
async fn the_whole_way_in_korean_ends_with_tokens_for_the_chosen_accounts() {
    let bed = Bed::new(30).await;
    let fintech = bed.fintech().await;
    let mut browser = Browser::new(&bed);
    let page = browser.begin(&fintech, &[]).await;
    shows(&page, 200, &["<html lang=\"ko\"", "본인인지 확인할게요", "모아핀"]);
    let page = browser.say_who(&page, 0).await;
    shows(&page, 200, &["문자로 받은 숫자를 적어 주세요", CODE]);
    let page = browser.type_code(&page).await;
    shows(
        &page,
        200,
        &[
            "모아핀에 조회와 출금을 허락할까요?",
            "97010000001***",
            "40412000002***",
            "나루시험은행",
        ],
    );
    assert_eq!(page.text().matches("name=\"account\"").count(), 4);
    assert!(
        !page.text().contains("97010000001001"),
        "a whole account number is on the page"
    );
    let query = query_of(&browser.agree(&page, 2).await);
    let (id, secret) = (fintech.id(), fintech.secret.clone());
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", id.as_str()),
        ("client_secret", &secret),
        ("code", &query["code"]),
        ("redirect_uri", Fintech::REDIRECT),
    ];
    let tokens = bed.call("POST", "/oauth/2.0/token").form(&form).send().await;
    let number = tokens.field("user_seq_no");
    let me = bed
        .get(
            "/v2.0/user/me",
            &tokens.field("access_token"),
            &[("user_seq_no", &number)],
        )
        .await;
    let body = me.ok();
    assert_eq!(
        (body["res_cnt"].as_str(), body["user_name"].as_str()),
        (Some("2"), Some("김하늘"))
    );
    assert_eq!(body["res_list"][0]["inquiry_agree_yn"], "Y");
    assert_eq!(body["res_list"][0]["transfer_agree_yn"], "Y");
    let page = browser
        .open(&format!(
            "/authorizations/{}",
            browser.cookie().split('.').next().unwrap()
        ))
        .await;
    shows(&page, 200, &["연결했어요"]);
}

#[tokio::test]
async fn the_whole_way_in_english() {
    let bed = Bed::new(31).await;
    let fintech = bed.fintech().await;
    let mut browser = Browser::new(&bed);
    let page = browser.begin(&fintech, &[("lang", "en")]).await;
    shows(&page, 200, &["<html lang=\"en\"", "Let us confirm it is you"]);
    let page = browser.say_who(&page, 1).await;
    shows(&page, 200, &["<html lang=\"en\"", "Enter the number we texted you"]);
    let page = browser.type_code(&page).await;
    shows(
        &page,
        200,
        &[
            "Let 모아핀 see your accounts and take money from them?",
            "Simulated bank 097",
        ],
    );
    let answer = browser.agree(&page, 1).await;
    assert_eq!(query_of(&answer)["scope"], "login inquiry transfer");
}

#[tokio::test]
async fn refusing_leads_back_with_access_denied_and_grants_nothing() {
    let bed = Bed::new(32).await;
    let fintech = bed.fintech().await;
    for decision in ["refuse", "", "AGREE", "yes"] {
        let mut browser = Browser::new(&bed);
        let page = browser.reach_consent(&fintech, 0).await;
        let (action, csrf) = form_of(&page, "decision");
        let pairs = [
            ("csrf", csrf.as_str()),
            ("account", "0"),
            ("inquiry", "yes"),
            ("decision", decision),
        ];
        let query = query_of(&browser.submit(&action, &pairs).await);
        assert_eq!(
            (query["error"].as_str(), query.get("code")),
            ("access_denied", None),
            "{decision}"
        );
        let page = browser
            .submit(&action, &[("csrf", csrf.as_str()), ("decision", "agree")])
            .await;
        shows(&page, 200, &["거절했어요"]);
    }
    let login = bed.login(&fintech, 0).await;
    let of_journeys = bed.registrations(&login).await.len();
    assert_eq!(of_journeys, login.accounts.len(), "only what the bed itself registered");
}

#[tokio::test]
async fn agreeing_needs_an_account_and_a_scope_and_keeps_what_was_ticked() {
    let bed = Bed::new(33).await;
    let fintech = bed.fintech().await;
    let mut browser = Browser::new(&bed);
    let page = browser.reach_consent(&fintech, 0).await;
    let (action, csrf) = form_of(&page, "decision");
    let agree = [("csrf", csrf.as_str()), ("decision", "agree")];
    let no_account = [&agree[..], &[("inquiry", "yes"), ("transfer", "yes")]].concat();
    let page = browser.submit(&action, &no_account).await;
    shows(&page, 422, &["계좌를 하나 이상 고르거나, 거절을 눌러 주세요."]);
    let beyond = [
        &no_account[..],
        &[("account", "4"), ("account", "-1"), ("account", "x")],
    ]
    .concat();
    shows(
        &browser.submit(&action, &beyond).await,
        422,
        &["계좌를 하나 이상 고르거나"],
    );
    // `login` is granted with the journey: without the other two nothing is left for an account.
    let no_scope = [&agree[..], &[("account", "0")]].concat();
    let answer = browser.submit(&action, &no_scope).await;
    shows(
        &answer,
        422,
        &["조회와 출금 가운데 하나 이상 고르거나, 거절을 눌러 주세요."],
    );
    let inquiry = [&agree[..], &[("account", "0"), ("account", "0"), ("inquiry", "yes")]].concat();
    assert_eq!(
        query_of(&browser.submit(&action, &inquiry).await)["scope"],
        "login inquiry"
    );
}

#[tokio::test]
async fn an_institution_that_is_silent_is_named_and_the_others_are_offered() {
    let bed = Bed::new(34).await;
    let fintech = bed.fintech().await;
    bed.bank("004").fail("accounts", Fault::Silent);
    let mut browser = Browser::new(&bed);
    let page = browser.reach_consent(&fintech, 0).await;
    shows(
        &page,
        200,
        &[
            "지금 응답하지 않은 곳이 있어요",
            "강나루은행",
            "97010000001***",
            "110000004***",
        ],
    );
    assert_eq!(page.text().matches("name=\"account\"").count(), 2);
    assert!(!page.text().contains("40412000002***"));
    let (action, csrf) = form_of(&page, "decision");
    let page = browser
        .submit(&action, &[("csrf", &csrf), ("decision", "agree"), ("inquiry", "yes")])
        .await;
    shows(&page, 422, &["계좌를 하나 이상 고르거나"]);
}

#[tokio::test]
async fn the_session_changes_at_sign_in_and_the_old_one_is_worth_nothing() {
    let bed = Bed::new(35).await;
    let fintech = bed.fintech().await;
    let mut browser = Browser::new(&bed);
    let page = browser.begin(&fintech, &[]).await;
    let before = browser.cookie();
    let page = browser.say_who(&page, 0).await;
    assert_eq!(browser.cookie(), before);
    let page = browser.type_code(&page).await;
    let after = browser.cookie();
    assert_eq!(before.split('.').next(), after.split('.').next(), "the same journey");
    assert_ne!(before, after);
    browser.cookies.insert("__Host-naru".to_owned(), before);
    shows(&browser.agree(&page, 1).await, 403, &["시간이 지났어요"]);
    browser.cookies.insert("__Host-naru".to_owned(), after);
    assert!(query_of(&browser.agree(&page, 1).await).contains_key("code"));
}

#[tokio::test]
async fn a_page_is_shown_to_the_browser_that_began_the_journey_alone() {
    let bed = Bed::new(36).await;
    let fintech = bed.fintech().await;
    let (mut one, mut two) = (Browser::new(&bed), Browser::new(&bed));
    let page = one.begin(&fintech, &[]).await;
    two.begin(&fintech, &[]).await;
    let (action, _) = form_of(&page, "identity");
    let here = action.split("/identity").next().unwrap().to_owned();
    shows(&two.open(&here).await, 403, &["시간이 지났어요"]);
    shows(&Browser::new(&bed).open(&here).await, 403, &["시간이 지났어요"]);
    let foreign = two.say_who(&page, 0).await;
    shows(&foreign, 403, &["시간이 지났어요"]);
    let mut guess = Browser::new(&bed);
    let id = one.cookie().split('.').next().unwrap().to_owned();
    guess
        .cookies
        .insert("__Host-naru".to_owned(), format!("{id}.nas_guess"));
    shows(&guess.open(&here).await, 403, &["시간이 지났어요"]);
    shows(&one.open(&here).await, 200, &["본인인지 확인할게요"]);
    bed.pass_seconds(1_800);
    shows(&one.open(&here).await, 403, &["시간이 지났어요"]);
}

#[tokio::test]
async fn a_form_without_its_token_does_nothing() {
    let bed = Bed::new(37).await;
    let fintech = bed.fintech().await;
    let mut browser = Browser::new(&bed);
    let page = browser.begin(&fintech, &[]).await;
    let (action, csrf) = form_of(&page, "identity");
    let person = demo::people().swap_remove(0);
    let said = [
        ("name", person.name.as_str()),
        ("birth_date", &person.birth_date),
        ("cell_no", &person.cell_no),
    ];
    let before = bed.trail_count().await;
    for token in ["", "guess", csrf.trim_end_matches(char::is_alphanumeric)] {
        let page = browser.submit(&action, &[&[("csrf", token)], &said[..]].concat()).await;
        shows(&page, 200, &["본인인지 확인할게요"]);
    }
    shows(&browser.submit(&action, &said).await, 200, &["본인인지 확인할게요"]);
    assert_eq!(bed.trail_count().await, before);
    let page = browser
        .submit(&action, &[&[("csrf", csrf.as_str())], &said[..]].concat())
        .await;
    let page = browser.type_code(&page).await;
    let (action, _) = form_of(&page, "decision");
    let before = bed.trail_count().await;
    let agree = [
        ("csrf", csrf.as_str()),
        ("decision", "agree"),
        ("account", "0"),
        ("inquiry", "yes"),
    ];
    shows(
        &browser.submit(&action, &agree).await,
        200,
        &["조회와 출금을 허락할까요"],
    );
    assert_eq!(
        bed.trail_count().await,
        before,
        "the token of the page before sign-in counts no more"
    );
}

#[tokio::test]
async fn a_wrong_code_can_be_typed_five_times_and_then_a_new_one_is_needed() {
    let bed = Bed::new(38).await;
    let fintech = bed.fintech().await;
    let mut browser = Browser::new(&bed);
    let page = browser.begin(&fintech, &[]).await;
    let page = browser.say_who(&page, 0).await;
    let (action, csrf) = form_of(&page, "code");
    let code = |code: &'static str| [("csrf", csrf.clone()), ("code", code.to_owned())];
    let typed = async |browser: &mut Browser<'_>, word| {
        let pairs = code(word);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.submit(&action, &pairs).await
    };
    for misshapen in ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"] {
        shows(
            &typed(&mut browser, misshapen).await,
            422,
            &["숫자 6자리를 적어 주세요"],
        );
    }
    for left in (0..5).rev() {
        let page = typed(&mut browser, "000000").await;
        shows(
            &page,
            422,
            &["보낸 숫자와 달라요", &format!("앞으로 {left}번 더 적을 수 있어요")],
        );
    }
    let page = typed(&mut browser, CODE).await;
    shows(&page, 422, &["본인인지 확인할게요", "화면을 연 지 오래되었어요"]);
    let page = browser.say_who(&page, 0).await;
    shows(&browser.type_code(&page).await, 200, &["조회와 출금을 허락할까요"]);
}

#[tokio::test]
async fn what_a_person_says_is_checked_and_strangers_are_not_found() {
    let bed = Bed::new(39).await;
    let fintech = bed.fintech().await;
    let mut browser = Browser::new(&bed);
    let page = browser.begin(&fintech, &[]).await;
    let (action, csrf) = form_of(&page, "identity");
    for (name, birth, cell, text) in [
        ("", "19920314", "01000001001", "이름을 1자에서"),
        ("김하늘", "19920230", "01000001001", "생년월일을 숫자 8자리로"),
        ("김하늘", "920314", "01000001001", "생년월일을 숫자 8자리로"),
        ("김하늘", "19920314", "0200001001", "휴대폰 번호를 01로"),
        ("김하늘", "19920314", "0100", "휴대폰 번호를 01로"),
        ("김하늘", "19920314", "010-0000-1002", "서로 맞는 기록을 찾지 못했어요"),
        (
            "<script>",
            "19920314",
            "010-0000-1001",
            "서로 맞는 기록을 찾지 못했어요",
        ),
    ] {
        let said = [
            ("csrf", csrf.as_str()),
            ("name", name),
            ("birth_date", birth),
            ("cell_no", cell),
        ];
        let page = browser.submit(&action, &said).await;
        shows(&page, 422, &[text]);
        assert!(
            !page.text().contains("<script>"),
            "what was typed is on the page as it was typed"
        );
    }
    bed.agency.set_silent(true);
    let page = browser.say_who(&page, 0).await;
    shows(&page, 422, &["확인해 줄 곳이 지금 응답하지 않아요"]);
    bed.agency.set_silent(false);
    let page = browser.say_who(&page, 0).await;
    bed.agency.set_silent(true);
    shows(
        &browser.type_code(&page).await,
        422,
        &["확인해 줄 곳이 지금 응답하지 않아요"],
    );
    bed.agency.set_silent(false);
    shows(&browser.type_code(&page).await, 200, &["조회와 출금을 허락할까요"]);
}

#[tokio::test]
async fn people_of_the_test_bed_are_asked_about_simulated_institutions_alone() {
    let options = crate::harness::Options {
        real: Some("004"),
        ..crate::harness::Options::default()
    };
    let bed = Bed::with(40, options).await;
    let fintech = bed.fintech().await;
    let page = Browser::new(&bed).reach_consent(&fintech, 0).await;
    assert_eq!(page.text().matches("name=\"account\"").count(), 2);
    assert_eq!(bed.bank("004").asked_count("accounts"), 0);
    let production = Terms {
        environment: Environment::Production,
        certificate: Some([7; 32]),
        ..Terms::default()
    };
    let production = bed.register(production).await;
    let page = Browser::new(&bed).reach_consent(&production, 0).await;
    assert_eq!(page.text().matches("name=\"account\"").count(), 4);
}
