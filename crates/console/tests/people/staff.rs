//! The pages of members through the real router: from the invitation to being cut off.

use naru_auth::member::{self, CodePool};
use naru_core::{
    Action, Actor, AdmissionState, Member, MemberId, Organisation, OrganisationId, OrganisationKind, Role, Roles,
    StandingDuty, Won,
};
use naru_storage::{MemberRow, StorageError};

use crate::bed::{Answer, Bed, Browser};

const ACTOR: Actor = Actor::Hub("tests");
const SHOWN: [u8; 32] = [7; 32];

/// A member of an organisation of this kind, with a registered certificate.
async fn member(bed: &Bed, code: &str, kind: OrganisationKind) -> Member {
    let (now, chance) = (bed.hub.now(), bed.hub.storage().chance());
    let organisation = &Organisation {
        id: OrganisationId::new(now, chance),
        code: code.to_owned(),
        kind,
        name: format!("기관 {code}"),
        state: AdmissionState::Applied,
        state_since: now,
        state_reason: String::new(),
        gates: Vec::new(),
        duty: StandingDuty::default(),
        insured_won: Won(0),
        withdraw_day_won: Won(0),
        created_at: now,
        version: 1,
    };
    let row = &MemberRow {
        member: Member {
            id: MemberId::new(now, chance),
            organisation_id: organisation.id,
            user_name: "kim@example.com".to_owned(),
            display_name: "김담당".to_owned(),
            roles: Roles::of(&[Role::Reader]),
            active: true,
            certificate_sha256: (kind == OrganisationKind::Agency).then_some(SHOWN),
            created_at: now,
            changed_at: now,
            seen_at: None,
            version: 1,
        },
        directory: serde_json::Value::Null,
        removed_at: None,
    };
    let put = bed.hub.storage().run("test_member", &ACTOR, async |tx| {
        tx.organisation_insert(organisation).await?;
        tx.member_insert(row).await?;
        tx.trail(Action::MemberAdded, row.member.id, ()).await
    });
    put.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
    row.member.clone()
}

async fn deactivate(bed: &Bed, id: MemberId) {
    let put = bed.hub.storage().run("test_member", &ACTOR, async |tx| {
        let mut row = tx.member_find(id).await?.unwrap();
        row.member.active = false;
        assert!(tx.member_update(&row).await?);
        tx.trail(Action::MemberChanged, id, ()).await
    });
    put.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
}

/// A browser that signs in with its certificate, on the way to a page.
async fn signed_in<'a>(bed: &'a Bed, path: &str) -> (Browser<'a>, Answer) {
    let mut browser = bed.browser();
    browser.certificate = Some(SHOWN);
    let page = browser.open(path).await;
    let pairs = [("csrf", page.csrf()), ("next", path.to_owned())];
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = browser.post(&page.action("/staff/sign-in/certificate"), &pairs).await;
    (browser, answer)
}

#[tokio::test]
async fn a_certificate_signs_in_and_leads_back_to_the_page_or_to_the_console() {
    let bed = Bed::new().await;
    member(&bed, "agency", OrganisationKind::Agency).await;
    let (mut browser, answer) = signed_in(&bed, "/staff/security").await;
    assert_eq!(answer.header("location"), "/staff/security?lang=ko", "{}", answer.text);
    let page = browser.get("/staff/security").await;
    for part in ["기관 agency", "보안점검기관", "김담당", "인증서로 로그인", "/inspector"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
    let again = browser.get("/staff/sign-in?lang=en").await;
    assert_eq!(again.header("location"), "/inspector?lang=en");
    for next in ["//evil.example", "/grants", "https://evil.example/fintech"] {
        let (_, answer) = signed_in(&bed, &format!("/staff/sign-in?next={next}")).await;
        assert_eq!(answer.header("location"), "/inspector?lang=ko", "{next}");
    }
}

#[tokio::test]
async fn without_a_registered_certificate_nobody_is_signed_in() {
    let bed = Bed::new().await;
    member(&bed, "agency", OrganisationKind::Agency).await;
    let mut browser = bed.browser();
    let page = browser.open("/staff/security").await;
    assert!(page.text.contains("data-next=\"/staff/security\""), "{}", page.text);
    let (action, token) = (page.action("/certificate"), page.csrf());
    let none = browser.post(&action, &[("csrf", &token)]).await;
    assert!(
        none.status == 422 && none.text.contains("인증서를 보내지 않았습니다"),
        "{}",
        none.text
    );
    browser.certificate = Some([8; 32]);
    let other = browser.post(&action, &[("csrf", &token)]).await;
    assert!(
        other.status == 422 && other.text.contains("이 인증서로는"),
        "{}",
        other.text
    );
    browser.certificate = Some(SHOWN);
    for foreign in ["", "guess"] {
        let answer = browser.post(&action, &[("csrf", foreign)]).await;
        assert_eq!(answer.status, 422, "another site's form signs nobody in");
    }
    let mut stranger = bed.browser();
    stranger.certificate = Some(SHOWN);
    assert_eq!(stranger.post(&action, &[("csrf", &token)]).await.status, 422);
    assert!(!browser.cookies.contains_key("__Host-naru-member"));
}

#[tokio::test]
async fn a_deactivated_member_is_sent_to_sign_in_at_the_next_request() {
    let bed = Bed::new().await;
    let member = member(&bed, "agency", OrganisationKind::Agency).await;
    let (mut browser, _) = signed_in(&bed, "/staff/security").await;
    let page = browser.get("/staff/security").await;
    assert_eq!(page.status, 200);
    deactivate(&bed, member.id).await;
    let answer = browser.get("/staff/security").await;
    assert_eq!(answer.header("location"), "/staff/sign-in?next=/staff/security&lang=ko");
    let answer = browser.post("/staff/sign-out", &[("csrf", &page.csrf())]).await;
    assert_eq!(answer.status, 403);
    let (_, answer) = signed_in(&bed, "/staff/security").await;
    assert_eq!(answer.status, 422);
}

#[tokio::test]
async fn a_member_looks_after_their_devices_and_only_their_own_forms_count() {
    let bed = Bed::new().await;
    let member = member(&bed, "agency", OrganisationKind::Agency).await;
    let (mut first, _) = signed_in(&bed, "/staff/security").await;
    bed.pass_seconds(5);
    let (mut second, _) = signed_in(&bed, "/staff/security").await;
    let page = first.get("/staff/security").await;
    assert!(page.text.contains("다른 기기에서 로그인했습니다"), "{}", page.text);
    let foreign = second.get("/staff/security").await.csrf();
    for path in [
        "/staff/sessions/end",
        "/staff/sign-out",
        "/staff/passkeys/nonsense/remove",
    ] {
        for token in ["", "guess", &foreign] {
            assert_eq!(first.post(path, &[("csrf", token)]).await.status, 403, "{path}");
        }
    }
    let token = page.csrf();
    for (path, session) in [
        ("/staff/passkeys/nonsense/remove", ""),
        ("/staff/passkeys/pky_0199aabbccdd7eeff00011223344556677/remove", ""),
        ("/staff/sessions/end", "nonsense"),
    ] {
        let answer = first.post(path, &[("csrf", &token), ("session", session)]).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    let all = member::list(&bed.hub, member.id).await.unwrap();
    let younger = all[0].id.to_string();
    let answer = first
        .post("/staff/sessions/end", &[("csrf", &token), ("session", &younger)])
        .await;
    assert_eq!(answer.header("location"), "/staff/security?done=ended&lang=ko");
    assert_eq!(second.get("/staff/security").await.status, 303);
    signed_in(&bed, "/staff/security").await;
    let answer = first.post("/staff/sessions/end", &[("csrf", &token)]).await;
    assert_eq!(answer.header("location"), "/staff/security?done=others&lang=ko");
    assert_eq!(member::list(&bed.hub, member.id).await.unwrap().len(), 1);
    let answer = first.post("/staff/sign-out", &[("csrf", &token)]).await;
    assert_eq!(answer.header("location"), "/staff/sign-in?out=1&lang=ko");
    assert_eq!(first.get("/staff/security").await.status, 303);
    assert!(
        first
            .get("/staff/sign-in?out=1")
            .await
            .text
            .contains("로그아웃했습니다")
    );
}

#[tokio::test]
async fn signing_in_again_in_one_browser_is_no_second_device() {
    let bed = Bed::new().await;
    let member = member(&bed, "agency", OrganisationKind::Agency).await;
    let mut browser = bed.browser();
    browser.certificate = Some(SHOWN);
    let page = browser.open("/staff/sign-in").await;
    for _ in 0..2 {
        let answer = browser
            .post(&page.action("/certificate"), &[("csrf", &page.csrf())])
            .await;
        assert_eq!(answer.status, 303);
    }
    assert_eq!(member::list(&bed.hub, member.id).await.unwrap().len(), 1);
}

/// The code of an invitation for a member.
async fn invited(bed: &Bed, member: &Member) -> String {
    let code = member::invite(bed.hub.storage(), &CodePool::default(), member.id, &ACTOR, 3_600).await;
    code.unwrap().expose().to_owned()
}

/// What a browser is answered that types an organisation, a user name and a code.
async fn typed(browser: &mut Browser<'_>, token: &str, (organisation, user_name, code): (&str, &str, &str)) -> Answer {
    let pairs = [
        ("csrf", token),
        ("organisation", organisation),
        ("user_name", user_name),
        ("code", code),
    ];
    browser.post("/staff/enrol", &pairs).await
}

#[tokio::test]
async fn every_wrong_code_is_answered_alike() {
    let bed = Bed::new().await;
    let member = member(&bed, "moafin", OrganisationKind::Fintech).await;
    let code = invited(&bed, &member).await;
    let mut browser = bed.browser();
    let token = browser.get("/staff/enrol").await.csrf();
    for claim in [
        ("nobody", "kim@example.com", code.as_str()),
        ("moafin", "lee@example.com", &code),
        ("moafin", "kim@example.com", "2222"),
    ] {
        let answer = typed(&mut browser, &token, claim).await;
        assert_eq!(answer.status, 422);
        // What was typed stands there again, but for the code.
        let (organisation, user_name, _) = claim;
        let filled = |value: &str| format!("value=\"{value}\" required");
        for value in [organisation, user_name, ""] {
            assert_eq!(answer.text.matches(&filled(value)).count(), 1, "{value}");
        }
        let told = answer.text.split("role=\"alert\"").nth(1).unwrap();
        assert!(told.contains("세 가지가 서로 맞지 않거나"), "{}", answer.text);
        assert!(!answer.text.contains(&code) && answer.text.matches("role=\"alert\"").count() == 1);
    }
    let empty = typed(&mut browser, &token, ("moafin", "kim@example.com", "")).await;
    assert!(empty.text.contains("세 칸을 모두"), "{}", empty.text);
    let stale = typed(&mut browser, "guess", ("moafin", "kim@example.com", &code)).await;
    assert!(stale.status == 422 && !browser.cookies.contains_key("__Host-naru-enrol"));
}

#[tokio::test]
async fn the_right_code_leads_to_a_passkey_and_opens_nothing() {
    let bed = Bed::new().await;
    let member = member(&bed, "moafin", OrganisationKind::Fintech).await;
    let code = invited(&bed, &member).await;
    let mut browser = bed.browser();
    let early = browser.get("/staff/enrol/passkey").await;
    assert_eq!(early.header("location"), "/staff/enrol?late=1&lang=ko");
    let token = browser.get("/staff/enrol").await.csrf();
    let right = typed(&mut browser, &token, ("moafin", "kim@example.com", &code)).await;
    assert_eq!(
        right.header("location"),
        "/staff/enrol/passkey?lang=ko",
        "{}",
        right.text
    );
    let page = browser.get("/staff/enrol/passkey").await;
    for part in ["김담당", "data-begin=\"/staff/enrol/begin\""] {
        assert!(page.text.contains(part), "{}", page.text);
    }
    assert_eq!(browser.get("/staff/security").await.status, 303);
    let begun = browser.script("/staff/enrol/begin", &page.csrf(), "{}").await;
    assert!(begun.text.contains("residentKey"), "{}", begun.text);
    assert_eq!(browser.script("/staff/enrol/begin", &token, "{}").await.status, 403);
    let elsewhere = bed.browser().script("/staff/enrol/begin", &page.csrf(), "{}").await;
    assert_eq!(elsewhere.status, 403);
    let nonsense = browser.script("/staff/enrol/finish", &page.csrf(), "{}").await;
    assert_eq!(nonsense.status, 422);
    bed.pass_seconds(600);
    assert_eq!(browser.get("/staff/enrol/passkey").await.status, 303, "ten minutes");
}

#[tokio::test]
async fn an_invited_member_may_show_their_certificate_instead() {
    let bed = Bed::new().await;
    let member = member(&bed, "agency", OrganisationKind::Agency).await;
    let code = invited(&bed, &member).await;
    let mut browser = bed.browser();
    let token = browser.get("/staff/enrol").await.csrf();
    typed(&mut browser, &token, ("agency", "kim@example.com", &code)).await;
    let page = browser.get("/staff/enrol/passkey").await;
    let (action, token) = (page.action("/staff/enrol/certificate"), page.csrf());
    let none = browser.post(&action, &[("csrf", &token)]).await;
    assert_eq!(none.status, 422, "none was shown");
    browser.certificate = Some(SHOWN);
    let foreign = browser.post(&action, &[("csrf", "guess")]).await;
    assert_eq!(foreign.header("location"), "/staff/enrol?late=1&lang=ko");
    let answer = browser.post(&action, &[("csrf", &token)]).await;
    assert_eq!(answer.header("location"), "/inspector?lang=ko", "{}", answer.text);
    assert!(browser.cookies.contains_key("__Host-naru-member"));
    assert!(!browser.cookies.contains_key("__Host-naru-enrol"));
}

#[tokio::test]
async fn a_ceremony_begins_for_the_page_that_asks_and_nonsense_ends_it() {
    let bed = Bed::new().await;
    member(&bed, "agency", OrganisationKind::Agency).await;
    let mut browser = bed.browser();
    let token = browser.get("/staff/sign-in").await.csrf();
    let begun = browser.script("/staff/sign-in/begin", &token, "{}").await;
    assert!(
        begun.status == 200 && begun.text.contains("challenge"),
        "{}",
        begun.text
    );
    for body in ["", "{}", r#"{"ceremony":"x","credential":{}}"#] {
        assert_eq!(
            browser.script("/staff/sign-in/finish", &token, body).await.status,
            422,
            "{body}"
        );
    }
    for path in ["/staff/sign-in/begin", "/staff/sign-in/finish"] {
        assert_eq!(browser.script(path, "guess", "{}").await.status, 403);
        assert_eq!(
            bed.browser().script(path, &token, "{}").await.status,
            403,
            "another browser"
        );
    }
    let (mut browser, _) = signed_in(&bed, "/staff/security").await;
    let token = browser.get("/staff/security").await.csrf();
    let begun = browser.script("/staff/passkeys/begin", &token, "{}").await;
    assert!(begun.text.contains("residentKey"), "{}", begun.text);
    assert_eq!(browser.script("/staff/passkeys/finish", &token, "[]").await.status, 422);
    assert_eq!(browser.script("/staff/passkeys/begin", "guess", "{}").await.status, 403);
}

#[tokio::test]
async fn a_person_who_is_signed_in_is_no_member() {
    let bed = Bed::new().await;
    let mut browser = bed.browser();
    browser.sign_in("/grants", "01011112222").await;
    let person = browser.cookies["__Host-naru-person"].clone();
    browser.cookies.insert("__Host-naru-member".to_owned(), person);
    assert_eq!(browser.get("/staff/security").await.status, 303);
}
