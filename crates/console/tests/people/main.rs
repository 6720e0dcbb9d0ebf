//! A person's own pages, and a member's, through the real router: signing in, what is theirs alone, and what ends
//! where.

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

mod apps;
mod bed;
mod desk;
mod fintech;
mod inspections;
mod members;
mod sign_up;
mod staff;
mod uploads;

use bed::{Bed, Browser, REDIRECT};

const ONE: &str = "01011112222";
const OTHER: &str = "01033334444";

#[tokio::test]
async fn signing_in_leads_to_the_page_that_was_asked_for_and_holds_until_nobody_uses_it() {
    let bed = Bed::new().await;
    let mut browser = bed.browser();
    for (path, heading) in [
        ("/grants", "내 동의"),
        ("/activity", "내 활동"),
        ("/security", "내 기기"),
    ] {
        browser.cookies.clear();
        let page = browser.sign_in(path, ONE).await;
        assert!(
            page.status == 200 && page.text.contains(&format!("<h1>{heading}</h1>")),
            "{}",
            page.text
        );
    }
    assert_eq!(browser.get("/grants").await.status, 200);
    bed.pass_seconds(899);
    assert_eq!(browser.get("/grants").await.status, 200);
    bed.pass_seconds(901);
    assert_eq!(
        browser.get("/grants").await.status,
        303,
        "a quarter of an hour without use"
    );
    assert_eq!(browser.open("/grants").await.text.matches("/identity").count(), 1);
}

#[tokio::test]
async fn a_signed_in_person_is_asked_for_consent_at_once_and_somebody_else_can_take_over() {
    let bed = Bed::new().await;
    let client = bed.fintech("모아핀").await;
    let mut browser = bed.browser();
    browser.sign_in("/grants", ONE).await;
    let asked = format!(
        "/oauth/2.0/authorize?response_type=code&client_id={}&redirect_uri={REDIRECT}&scope=login&state=s&lang=en",
        client.id
    );
    let page = browser.open(&asked).await;
    assert!(
        page.text.contains("Sign in to 모아핀?") && page.text.contains("linking value (CI)"),
        "{}",
        page.text
    );
    let token = page.csrf();
    let again = browser.post(&page.action("/somebody-else"), &[("csrf", "guess")]).await;
    assert!(
        again.text.contains("Sign in to 모아핀?"),
        "a foreign form changes nothing"
    );
    let answer = browser.post(&page.action("/somebody-else"), &[("csrf", &token)]).await;
    let to = answer.header("location").to_owned();
    let page = browser.get(&to).await;
    assert!(page.text.contains("Let us confirm it is you"), "{}", page.text);
    assert_eq!(browser.get("/grants").await.status, 303, "signed out as well");
}

#[tokio::test]
async fn what_is_somebody_elses_is_not_found() {
    let bed = Bed::new().await;
    let client = bed.fintech("모아핀").await;
    let (one, other) = (bed.person(ONE).await, bed.person(OTHER).await);
    let (own, own_call) = bed.grant(&client, &one).await;
    let (foreign, foreign_call) = bed.grant(&client, &other).await;
    let mut browser = bed.browser();
    let page = browser.sign_in("/grants", ONE).await;
    assert!(page.text.contains(&own.id.to_string()) && !page.text.contains(&foreign.id.to_string()));
    let record = browser.get(&format!("/grants/{}/record", own.id)).await;
    assert_eq!(record.header("content-type"), "application/json");
    assert!(record.header("content-disposition").starts_with("attachment"));
    assert!(
        record.text.contains("\"calls\": 1") && record.text.contains("모아핀"),
        "{}",
        record.text
    );
    let page = browser.get("/activity").await;
    assert!(page.text.contains(&own_call.to_string()) && !page.text.contains(&foreign_call.to_string()));
    let elsewhere = naru_auth::session::open(&bed.hub, other.id, naru_core::SignInMethod::Identity, "Firefox");
    let elsewhere = elsewhere.await.unwrap().session.id;
    let token = page.csrf();
    assert_eq!(browser.get(&format!("/grants/{}/record", foreign.id)).await.status, 404);
    for path in [
        format!("/grants/{}/revoke", foreign.id),
        format!("/sessions/{elsewhere}/end"),
        "/sessions/nonsense/end".to_owned(),
        "/passkeys/nonsense/remove".to_owned(),
    ] {
        assert_eq!(browser.post(&path, &[("csrf", &token)]).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn nothing_is_written_for_a_form_of_somebody_else() {
    let bed = Bed::new().await;
    let client = bed.fintech("모아핀").await;
    let (grant, _) = bed.grant(&client, &bed.person(ONE).await).await;
    let mut browser = bed.browser();
    browser.sign_in("/grants", ONE).await;
    let mut stranger = bed.browser();
    let foreign = stranger.sign_in("/grants", OTHER).await.csrf();
    for path in [
        format!("/grants/{}/revoke", grant.id),
        "/grants/leave".to_owned(),
        "/security/later".to_owned(),
        "/sessions/end".to_owned(),
        "/passkeys/nonsense/remove".to_owned(),
    ] {
        for token in ["", "guess", &foreign] {
            assert_eq!(browser.post(&path, &[("csrf", token)]).await.status, 403, "{path}");
        }
    }
    for path in ["/passkeys/begin", "/passkeys/finish"] {
        assert_eq!(browser.script(path, &foreign, "{}").await.status, 403, "{path}");
    }
    assert!(
        browser.get("/grants").await.text.contains("/revoke"),
        "still signed in, still granted"
    );
}

#[tokio::test]
async fn a_second_device_is_noticed_and_can_be_signed_out_from_the_first() {
    let bed = Bed::new().await;
    let (mut first, mut second) = (bed.browser(), bed.browser());
    let page = first.sign_in("/grants", ONE).await;
    assert!(!page.text.contains("다른 기기에서 로그인했어요"));
    bed.pass_seconds(5);
    let page = second.sign_in("/grants", ONE).await;
    assert!(
        !page.text.contains("다른 기기에서 로그인했어요"),
        "the younger one is told on its own page"
    );
    let page = first.get("/security").await;
    assert!(page.text.contains("다른 기기에서 로그인했어요") && page.text.contains("알 수 없는 기기"));
    let answer = first.post("/sessions/end", &[("csrf", &page.csrf())]).await;
    assert_eq!(answer.header("location"), "/security?done=others&lang=ko");
    assert_eq!(second.get("/grants").await.status, 303);
    let page = first.get("/security").await;
    assert!(!page.text.contains("다른 기기에서 로그인했어요") && !page.text.contains("/sessions/end"));
    bed.pass_seconds(5);
    second.sign_in("/grants", ONE).await;
    let page = first.get("/security").await;
    let answer = first
        .post(&page.action("/sessions/ses_"), &[("csrf", &page.csrf())])
        .await;
    assert_eq!(answer.header("location"), "/security?done=ended&lang=ko");
    assert_eq!(second.get("/grants").await.status, 303);
}

#[tokio::test]
async fn signing_in_again_in_one_browser_is_no_second_device() {
    let bed = Bed::new().await;
    let client = bed.fintech("모아핀").await;
    let mut browser = bed.browser();
    browser.sign_in("/grants", ONE).await;
    // A journey that was open before, in which the person says again who they are.
    let held = browser.cookies.remove("__Host-naru-person").unwrap();
    let asked = format!(
        "/oauth/2.0/authorize?response_type=code&client_id={}&redirect_uri={REDIRECT}&scope=login&state=s",
        client.id
    );
    let page = browser.open(&asked).await;
    browser.cookies.insert("__Host-naru-person".to_owned(), held);
    bed.pass_seconds(5);
    browser.say_who(&page, ONE).await;
    let page = browser.get("/security").await;
    assert_eq!(page.text.matches("문자로 로그인").count(), 1, "{}", page.text);
}

#[tokio::test]
async fn only_the_pages_with_passkeys_may_run_our_script() {
    let bed = Bed::new().await;
    let mut browser = bed.browser();
    let mut pages = vec![(browser.open("/grants").await, true)];
    browser.sign_in("/grants", ONE).await;
    for (path, scripted) in [
        ("/security", true),
        ("/grants", false),
        ("/activity", false),
        ("/design", false),
    ] {
        pages.push((browser.get(path).await, scripted));
    }
    pages.push((browser.get("/authorizations/nonsense").await, false));
    for (page, scripted) in pages {
        let policy = page.header("content-security-policy");
        assert_eq!(policy.contains("script-src 'self'"), scripted, "{policy}");
        assert_eq!(page.text.contains("<script src=\"/assets/passkey-"), scripted);
        assert!(policy.contains("font-src 'self'") && !policy.contains("unsafe") && !policy.contains('*'));
    }
}

#[tokio::test]
async fn a_ceremony_begins_for_the_page_that_asks_and_nonsense_ends_it() {
    let bed = Bed::new().await;
    let mut browser = bed.browser();
    let page = browser.open("/activity").await;
    let (token, begin) = (page.csrf(), attribute(&page.text, "data-begin"));
    let finish = attribute(&page.text, "data-finish");
    assert_eq!(attribute(&page.text, "data-next"), "activity");
    let begun = browser.script(&begin, &token, "{}").await;
    assert!(
        begun.status == 200 && begun.text.contains("challenge"),
        "{}",
        begun.text
    );
    for body in ["", "{}", r#"{"ceremony":"x","credential":{}}"#] {
        assert_eq!(browser.script(&finish, &token, body).await.status, 422, "{body}");
    }
    for path in [&begin, &finish] {
        assert_eq!(browser.script(path, "guess", "{}").await.status, 403);
        assert_eq!(
            bed.browser().script(path, &token, "{}").await.status,
            403,
            "another browser"
        );
    }
    let page = browser.sign_in("/security", ONE).await;
    let begun = browser.script("/passkeys/begin", &page.csrf(), "{}").await;
    assert!(begun.text.contains("residentKey"), "{}", begun.text);
    assert_eq!(browser.script("/passkeys/finish", &page.csrf(), "[]").await.status, 422);
}

#[tokio::test]
async fn a_passkey_is_offered_until_the_person_says_later() {
    let bed = Bed::new().await;
    let mut browser: Browser<'_> = bed.browser();
    let page = browser.sign_in("/grants", ONE).await;
    let answer = browser
        .post(&page.action("/security/later"), &[("csrf", &page.csrf())])
        .await;
    assert_eq!(answer.header("location"), "/grants?lang=ko");
    assert!(answer.header("set-cookie").contains("Max-Age=2592000"));
    assert!(!browser.get("/grants").await.text.contains("/security/later"));
}

fn attribute(text: &str, name: &str) -> String {
    let rest = text
        .split(&format!("{name}=\""))
        .nth(1)
        .expect("the attribute is there");
    rest.split('"').next().unwrap().to_owned()
}
