//! The console of a fintech through the real router: signing up, the refusals, and that nothing of another is there.

use naru_admission::AdmissionSettings;
use naru_admission::organisation::{SignUp, sign_up};
use naru_core::{Action, Actor, Member, OrganisationKind, Role, Roles};
use naru_storage::StorageError;

use crate::bed::{Answer, Bed, Browser};

const ACTOR: Actor = Actor::Hub("tests");

/// The first member of a fintech, with these roles and a certificate of their own.
pub(crate) async fn fintech(bed: &Bed, (code, shown): (&str, u8), roles: &[Role]) -> Member {
    let asked = SignUp {
        code,
        name: code,
        kind: OrganisationKind::Fintech,
        user_name: "kim@example.com",
        display_name: "김담당",
        roles: &[],
    };
    let made = sign_up(bed.hub.storage(), &ACTOR, (&asked, &AdmissionSettings::default())).await;
    let id = made.unwrap().1.id;
    let put = bed.hub.storage().run("test_member", &ACTOR, async |tx| {
        let mut row = tx.member_find(id).await?.unwrap();
        row.member.roles = Roles::of(roles);
        row.member.certificate_sha256 = Some([shown; 32]);
        assert!(tx.member_update(&row).await?);
        tx.trail(Action::MemberChanged, id, ()).await?;
        Ok(row.member)
    });
    put.await.unwrap_or_else(|error: StorageError| panic!("{error}"))
}

pub(crate) async fn signed_in(bed: &Bed, shown: u8) -> Browser<'_> {
    let mut browser = bed.browser();
    browser.certificate = Some([shown; 32]);
    let page = browser.open("/fintech").await;
    let token = page.csrf();
    let pairs = [("csrf", token.as_str()), ("next", "/fintech")];
    let answer = browser.post(&page.action("/staff/sign-in/certificate"), &pairs).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    browser
}

const PATHS: [&str; 12] = [
    "/fintech",
    "/fintech/test",
    "/fintech/apps",
    "/fintech/inspections",
    "/fintech/answers",
    "/fintech/documents",
    "/fintech/endpoints",
    "/fintech/insurance",
    "/fintech/subsidies",
    "/staff/members",
    "/fintech/organisation",
    "/fintech/organisation/leave",
];

async fn post(browser: &mut Browser<'_>, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let token = browser.get("/fintech").await.csrf();
    let mut all = vec![("csrf", token.as_str())];
    all.extend(pairs);
    browser.post(path, &all).await
}

#[tokio::test]
async fn every_page_is_shown_to_members_of_a_fintech_and_leads_others_to_sign_in() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::Reader]).await;
    let mut browser = signed_in(&bed, 1).await;
    let mut stranger = bed.browser();
    for path in PATHS {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        let away = stranger.get(path).await;
        assert_eq!(away.status, 303, "{path}");
        assert!(away.header("location").starts_with("/staff/sign-in"), "{path}");
    }
}

#[tokio::test]
async fn signing_up_shows_a_code_once_and_refuses_a_code_that_is_taken() {
    let bed = Bed::new().await;
    let mut browser = bed.browser();
    let token = browser.get("/fintech/sign-up").await.csrf();
    let pairs = |csrf| {
        let words = [
            ("name", "Moafin"),
            ("code", "moafin"),
            ("user_name", "kim"),
            ("display_name", "Kim"),
        ];
        [("csrf", csrf), ("agreed", "yes")]
            .into_iter()
            .chain(words)
            .collect::<Vec<_>>()
    };
    let foreign = browser.post("/fintech/sign-up", &pairs("no-token")).await;
    assert_eq!(foreign.status, 403);
    let made = browser.post("/fintech/sign-up", &pairs(&token)).await;
    assert_eq!(made.status, 200, "{}", made.text);
    assert!(made.text.contains("/staff/enrol"), "{}", made.text);
    let again = browser.post("/fintech/sign-up", &pairs(&token)).await;
    assert_eq!(again.status, 422);
    assert!(
        again.text.contains("value=\"moafin\""),
        "what was typed is kept: {}",
        again.text
    );
}

#[tokio::test]
async fn a_wrong_role_is_refused_and_what_was_typed_is_kept() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::Reader]).await;
    let mut browser = signed_in(&bed, 1).await;
    let url = [("kind", "web_origin"), ("url", "https://app.example/")];
    let answer = post(&mut browser, "/fintech/endpoints", &url).await;
    assert_eq!(answer.status, 403, "{}", answer.text);
    for (path, pairs) in [
        ("/staff/members", [("user_name", "lee"), ("role", "reader")]),
        ("/staff/members/tokens", [("name", "hr"), ("role", "")]),
        ("/fintech/organisation", [("fact", "web"), ("valid_from", "2026-11-21")]),
        ("/fintech/apps", [("name", "app"), ("environment", "test_bed")]),
    ] {
        let answer = post(&mut browser, path, &pairs).await;
        assert!(matches!(answer.status.as_u16(), 403 | 422), "{path}: {}", answer.status);
    }
    let listed = bed.hub.storage().read("test", async |tx| tx.client_list().await).await;
    let listed: Result<_, StorageError> = listed;
    assert!(listed.unwrap().is_empty());
}

#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::Administrator]).await;
    let mut browser = signed_in(&bed, 1).await;
    for path in [
        "/fintech/organisation",
        "/fintech/insurance",
        "/staff/members",
        "/fintech/test/start",
    ] {
        let answer = browser
            .post(path, &[("csrf", "another"), ("valid_from", "2026-11-21")])
            .await;
        assert_eq!(answer.status, 403, "{path}");
    }
}

#[tokio::test]
async fn a_platform_is_recorded_and_a_day_that_is_none_is_refused() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::Administrator]).await;
    let mut browser = signed_in(&bed, 1).await;
    let wrong = [("fact", "web"), ("valid_from", "2026-02-30")];
    let answer = post(&mut browser, "/fintech/organisation", &wrong).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("2026-02-30"), "what was typed is kept");
    let right = [("fact", "web"), ("valid_from", "2026-11-01")];
    let answer = post(&mut browser, "/fintech/organisation", &right).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let page = browser.get("/fintech/organisation").await;
    assert!(page.text.contains("2026-11-01"));
}

#[tokio::test]
async fn nothing_of_another_fintech_is_there() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::Administrator, Role::Developer]).await;
    let other = fintech(&bed, ("paynaru", 2), &[Role::Administrator]).await;
    let client = bed.fintech("Another").await;
    let mut browser = signed_in(&bed, 1).await;
    for path in [
        format!("/fintech/apps/{}", client.id),
        "/fintech/apps/cli_00000000000000000000000000000000".to_owned(),
        "/fintech/inspections/nonsense".to_owned(),
        "/fintech/findings/nonsense".to_owned(),
        "/fintech/documents/nonsense".to_owned(),
        "/fintech/documents/revisions/nonsense".to_owned(),
        "/fintech/endpoints/sig-nothing".to_owned(),
    ] {
        assert_eq!(browser.get(&path).await.status, 404, "{path}");
    }
    for what in ["invite", "deactivate", "remove", "reactivate", "nothing"] {
        let answer = post(&mut browser, &format!("/staff/members/{}/{what}", other.id), &[]).await;
        assert_eq!(answer.status, 404, "{what}");
    }
}

#[tokio::test]
async fn a_document_is_streamed_in_and_given_out_and_what_is_wrong_with_one_is_said() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::SecurityOfficer]).await;
    fintech(&bed, ("paynaru", 2), &[Role::SecurityOfficer]).await;
    let mut browser = signed_in(&bed, 1).await;
    let token = browser.get("/fintech/documents").await.csrf();
    let words = |csrf| {
        [
            ("csrf", csrf),
            ("kind", "evidence"),
            ("title", "Log"),
            ("expires_on", "2026-12-31"),
        ]
    };
    let path = "/fintech/documents";
    let foreign = browser.upload(path, &words("another"), ("log.txt", "a line")).await;
    assert_eq!(foreign.status, 403);
    let late = browser.upload(path, &[], ("log.txt", "a line")).await;
    assert_eq!(late.status, 403, "the token comes before the file");
    let wrong = browser.upload(path, &words(&token), ("log.exe", "a line")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("value=\"Log\""), "what was typed is kept");
    let taken = browser.upload(path, &words(&token), ("log.txt", "a line")).await;
    assert_eq!(taken.status, 303, "{}", taken.text);
    let page = browser.get(path).await;
    let revision = page
        .text
        .split("/fintech/documents/revisions/")
        .nth(1)
        .expect("it is listed");
    let revision = format!(
        "/fintech/documents/revisions/{}",
        revision.split(['?', '"']).next().unwrap()
    );
    let given = browser.get(&revision).await;
    assert_eq!((given.status.as_u16(), given.text.as_str()), (200, "a line"));
    assert!(given.header("content-disposition").starts_with("attachment"));
    let mut other = signed_in(&bed, 2).await;
    assert_eq!(other.get(&revision).await.status, 404, "it is another's");
}

#[tokio::test]
async fn one_answer_serves_every_catalogue_that_it_maps_to_and_two_writers_lose_nothing() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::SecurityOfficer]).await;
    let mut browser = signed_in(&bed, 1).await;
    let page = browser.get("/fintech/answers").await;
    let through = "다른 항목의 답변이 이 항목에도 쓰입니다";
    assert!(
        page.text.contains("fsi-m-01-1") && !page.text.contains(through),
        "{}",
        page.text
    );
    assert!(!page.text.contains("fsi-web-"), "no platform was named yet");
    let path = "/fintech/answers/fsi-m-01-1";
    let words = [("version", "0"), ("body", "our-policy")];
    let kept = post(&mut browser, path, &words).await;
    assert_eq!(kept.header("location"), format!("{path}?done=answered&lang=ko"));
    let page = browser.get("/fintech/answers").await;
    assert!(page.text.contains(through), "{}", page.text);
    let served = browser.get("/fintech/answers/x1149-3.1.1.1").await;
    assert!(
        served.text.contains("our-policy") && served.text.contains(through),
        "{}",
        served.text
    );
    let late = post(&mut browser, path, &[("version", "0"), ("body", "another-text")]).await;
    assert!(
        late.status == 409 && late.text.contains("another-text") && late.text.contains("our-policy"),
        "{}",
        late.text
    );
    for unknown in ["/fintech/answers/nonsense", "/fintech/answers/x1149-3.1.16.1"] {
        assert_eq!(browser.get(unknown).await.status, 404, "{unknown}");
    }
    let empty = post(&mut browser, path, &[("version", "1"), ("body", "")]).await;
    assert_eq!(empty.status, 422);
}

#[tokio::test]
async fn documents_are_listed_as_they_were_at_the_end_of_a_past_day() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::SecurityOfficer]).await;
    for (title, ends) in [("first-log", "2026-11-22"), ("second-log", "2026-12-31")] {
        let mut browser = signed_in(&bed, 1).await;
        let token = browser.get("/fintech/documents").await.csrf();
        let words = [
            ("csrf", token.as_str()),
            ("kind", "evidence"),
            ("title", title),
            ("expires_on", ends),
        ];
        let taken = browser.upload("/fintech/documents", &words, ("log.txt", title)).await;
        assert_eq!(taken.status, 303, "{}", taken.text);
        bed.pass_seconds(2 * 86_400);
    }
    let mut browser = signed_in(&bed, 1).await;
    let now = browser.get("/fintech/documents").await;
    for part in ["first-log", "second-log", "2026-11-22에 만료됨", "김담당"] {
        assert!(now.text.contains(part), "{part}: {}", now.text);
    }
    let then = browser.get("/fintech/documents?on=2026-11-21").await;
    assert!(
        then.text.contains("first-log") && !then.text.contains("second-log"),
        "{}",
        then.text
    );
    assert!(then.text.contains("2026-11-22까지 유효") && then.text.contains("2026-11-21의 문서입니다"));
    let before = browser.get("/fintech/documents?on=2026-11-20").await;
    assert!(!before.text.contains("first-log") && before.text.contains("on=2026-11-20&lang=en"));
    let wrong = browser.get("/fintech/documents?on=2026-02-30").await;
    assert!(
        wrong.status == 422 && wrong.text.contains("second-log"),
        "{}",
        wrong.text
    );
}

#[tokio::test]
async fn what_a_gate_rests_on_is_said_in_words() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::Reader]).await;
    let mut browser = signed_in(&bed, 1).await;
    let page = browser.get("/fintech").await;
    for raw in [
        "not passed",
        "no platform was named",
        "no confirmed policy",
        "insured_won",
    ] {
        assert!(!page.text.contains(raw), "{raw}: {}", page.text);
    }
    for said in ["기능 테스트를 아직 통과하지 않았습니다", "유효한 보험증권이 없습니다"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
}
