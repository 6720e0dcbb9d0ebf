//! A person's own consents: seeing them, ending them, signing out.

use naru_sims::demo;

use crate::harness::{Answer, Bed, Browser, CODE, form_of};

/// A browser in which a person came by themselves to see their consents.
async fn at_grants<'a>(bed: &'a Bed, who: usize, path: &str) -> (Browser<'a>, Answer) {
    let mut browser = Browser::new(bed);
    let page = browser.follow(path).await;
    let page = browser.say_who(&page, who).await;
    let (action, csrf) = form_of(&page, "code");
    let mut page = browser.submit(&action, &[("csrf", &csrf), ("code", CODE)]).await;
    if page.status == 303 {
        let location = page.header("location").to_owned();
        page = browser.follow(&location).await;
    }
    (browser, page)
}

#[tokio::test]
async fn a_person_sees_their_consents_and_ends_one_and_the_next_call_is_refused() {
    let bed = Bed::new(50).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let query = [("user_seq_no", login.person.user_seq_no.as_str())];
    bed.get("/v2.0/user/me", &login.access, &query).await.ok();
    let (mut browser, page) = at_grants(&bed, 0, "/grants").await;
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("내 동의") && page.text().contains("모아핀"),
        "{}",
        page.text()
    );
    assert!(page.text().contains("97010000001***") && !page.text().contains("97010000001001"));
    let (action, csrf) = form_of(&page, "revoke");
    assert_eq!(action, format!("/grants/{}/revoke?lang=ko", login.grant.id));
    let page = browser.submit(&action, &[("csrf", &csrf)]).await;
    assert!(
        page.status == 200 && page.text().contains("동의를 끊었어요"),
        "{}",
        page.text()
    );
    bed.get("/v2.0/user/me", &login.access, &query).await.refused("O0002");
    let again = browser.submit(&action, &[("csrf", &csrf)]).await;
    assert_eq!((again.status.as_u16(), again.header("location")), (303, "/grants"));
}

#[tokio::test]
async fn a_person_ends_only_their_own_consents_and_only_from_their_own_page() {
    let bed = Bed::new(51).await;
    let fintech = bed.fintech().await;
    let (login, other) = (bed.login(&fintech, 0).await, bed.login(&fintech, 1).await);
    let (mut browser, page) = at_grants(&bed, 1, "/grants?lang=en").await;
    assert!(page.text().contains("My consents"), "{}", page.text());
    assert!(!page.text().contains(&login.grant.id.to_string()));
    let (_, csrf) = form_of(&page, "revoke");
    let foreign = format!("/grants/{}/revoke", login.grant.id);
    let answer = browser.submit(&foreign, &[("csrf", &csrf)]).await;
    assert_eq!(answer.status, 404);
    let answer = browser.submit("/grants/nonsense/revoke", &[("csrf", &csrf)]).await;
    assert_eq!(answer.status, 404);
    let own = format!("/grants/{}/revoke", other.grant.id);
    for token in ["", "guess"] {
        assert_eq!(browser.submit(&own, &[("csrf", token)]).await.status, 403);
    }
    assert_eq!(Browser::new(&bed).submit(&own, &[("csrf", &csrf)]).await.status, 403);
    for login in [&login, &other] {
        let query = [("user_seq_no", login.person.user_seq_no.as_str())];
        bed.get("/v2.0/user/me", &login.access, &query).await.ok();
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once() {
    let bed = Bed::new(52).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let (mut browser, page) = at_grants(&bed, 0, "/grants").await;
    let (action, csrf) = form_of(&page, "leave");
    assert_eq!(browser.submit(&action, &[("csrf", "guess")]).await.status, 403);
    let page = browser.submit(&action, &[("csrf", &csrf)]).await;
    assert!(page.text().contains("안전하게 나갔어요"), "{}", page.text());
    let revoke = format!("/grants/{}/revoke", login.grant.id);
    assert_eq!(browser.submit(&revoke, &[("csrf", &csrf)]).await.status, 403);
    let page = browser.follow("/grants").await;
    assert!(
        page.text().contains("본인인지 확인할게요"),
        "a signed-out browser signs in first"
    );
    let query = [("user_seq_no", login.person.user_seq_no.as_str())];
    bed.get("/v2.0/user/me", &login.access, &query).await.ok();
}

#[tokio::test]
async fn a_person_who_never_agreed_sees_an_empty_list() {
    let bed = Bed::new(53).await;
    let fintech = bed.fintech().await;
    bed.login(&fintech, 0).await;
    let (_, page) = at_grants(&bed, 2, "/grants").await;
    assert!(page.text().contains("아직 동의한 것이 없어요"), "{}", page.text());
    for person in demo::people() {
        assert!(!page.text().contains(&person.linking_value));
    }
}
