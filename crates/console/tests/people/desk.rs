//! The desk of the operator and the supervisor through the real router: who may look, who may act, and four eyes.

use naru_core::{
    Action, Actor, AdmissionState, Member, MemberId, Organisation, OrganisationId, OrganisationKind, Role, Roles,
    StandingDuty, Won,
};
use naru_storage::{MemberRow, StorageError};

use crate::bed::{Answer, Bed, Browser};

const ACTOR: Actor = Actor::Hub("tests");
const ONE: [u8; 32] = [1; 32];
const TWO: [u8; 32] = [2; 32];
const READER: [u8; 32] = [3; 32];
const AGENCY: [u8; 32] = [4; 32];
const SUPERVISOR: [u8; 32] = [5; 32];

pub(crate) async fn organisation(
    bed: &Bed,
    code: &str,
    kind: OrganisationKind,
    people: &[(Role, [u8; 32])],
) -> OrganisationId {
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
    let member = |(role, certificate): &(Role, [u8; 32])| MemberRow {
        member: Member {
            id: MemberId::new(now, chance),
            organisation_id: organisation.id,
            user_name: format!("{role}{}@example.com", certificate[0]),
            display_name: format!("김담당{}", certificate[0]),
            roles: Roles::of(&[*role]),
            active: true,
            certificate_sha256: Some(*certificate),
            created_at: now,
            changed_at: now,
            seen_at: None,
            version: 1,
        },
        directory: serde_json::Value::Null,
        removed_at: None,
    };
    let rows: &Vec<MemberRow> = &people.iter().map(member).collect();
    let put = bed.hub.storage().run("test_organisation", &ACTOR, async |tx| {
        tx.organisation_insert(organisation).await?;
        for row in rows {
            tx.member_insert(row).await?;
        }
        tx.trail(Action::OrganisationSignedUp, organisation.id, ()).await
    });
    put.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
    organisation.id
}

async fn house() -> (Bed, OrganisationId) {
    let bed = Bed::new().await;
    let desk = [(Role::Desk, ONE), (Role::Desk, TWO), (Role::Reader, READER)];
    organisation(&bed, "operator", OrganisationKind::Operator, &desk).await;
    organisation(&bed, "agency", OrganisationKind::Agency, &[(Role::Inspector, AGENCY)]).await;
    organisation(&bed, "fss", OrganisationKind::Supervisor, &[(Role::Reader, SUPERVISOR)]).await;
    let fintech = organisation(&bed, "moafin", OrganisationKind::Fintech, &[]).await;
    (bed, fintech)
}

/// A browser that has signed in with its certificate.
pub(crate) async fn signed_in(bed: &Bed, certificate: [u8; 32]) -> Browser<'_> {
    let mut browser = bed.browser();
    browser.certificate = Some(certificate);
    let page = browser.open("/staff/security").await;
    let token = page.csrf();
    let pairs = [("csrf", token.as_str()), ("next", "/staff/security")];
    let answer = browser.post(&page.action("/staff/sign-in/certificate"), &pairs).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    browser
}

pub(crate) async fn state(bed: &Bed, id: OrganisationId) -> AdmissionState {
    let found = bed
        .hub
        .storage()
        .read("test", async |tx| tx.organisation_find(id).await);
    let found: Result<Option<Organisation>, StorageError> = found.await;
    found.unwrap().unwrap().state
}

pub(crate) async fn propose(browser: &mut Browser<'_>, reason: &str) -> Answer {
    let page = browser.get("/operator/organisations/moafin").await;
    let token = page.csrf();
    let pairs = [
        ("csrf", token.as_str()),
        ("form", "event-approve-suitability"),
        ("event", "approve-suitability"),
        ("reason", reason),
    ];
    browser.post("/operator/organisations/moafin/propose", &pairs).await
}

/// The path of the only proposal, and the digest that its page shows.
pub(crate) async fn waiting(browser: &mut Browser<'_>) -> (String, String) {
    let page = browser.get("/operator/proposals").await;
    let after = |text: &str, mark: &str| {
        let (_, rest) = text.split_once(mark).unwrap_or_else(|| panic!("{mark}: {text}"));
        rest.chars().take_while(char::is_ascii_alphanumeric).collect::<String>()
    };
    let text = page.text.replace("&#x2f;", "/");
    let path = format!("/operator/proposals/prp_{}", after(&text, "/operator/proposals/prp_"));
    let one = browser.get(&path).await;
    (path, after(&one.text, "SHA-256 <code>"))
}

#[tokio::test]
async fn what_one_of_the_desk_proposes_another_approves_under_the_digest_that_was_shown() {
    let (bed, fintech) = house().await;
    let (mut one, mut two) = (signed_in(&bed, ONE).await, signed_in(&bed, TWO).await);
    let empty = propose(&mut one, "").await;
    assert!(
        empty.status == 422 && empty.text.contains("이유를 1자에서"),
        "{}",
        empty.text
    );
    let proposed = propose(&mut one, "서류를 확인했다").await;
    assert_eq!(
        proposed.header("location"),
        "/operator/organisations/moafin?done=proposed&lang=ko"
    );
    assert_eq!(propose(&mut two, "나도").await.status, 409, "the same waits already");
    let (path, sha256) = waiting(&mut one).await;
    let own = one.get(&path).await;
    assert!(
        own.text.contains("직접 제안했으므로") && !own.text.contains("approve?"),
        "{}",
        own.text
    );
    let token = own.csrf();
    let approve = format!("{path}/approve");
    let refused = one
        .post(&approve, &[("csrf", token.as_str()), ("sha256", sha256.as_str())])
        .await;
    assert!(
        refused.status == 409 && refused.text.contains("다른 사람이 해야"),
        "{}",
        refused.text
    );
    let token = two.get(&path).await.csrf();
    for (digest, status) in [("0".repeat(64), 409), ("nonsense".to_owned(), 422)] {
        let answer = two
            .post(&approve, &[("csrf", token.as_str()), ("sha256", digest.as_str())])
            .await;
        assert_eq!(answer.status, status, "{digest}");
    }
    assert_eq!(state(&bed, fintech).await, AdmissionState::Applied);
    let decided = two
        .post(&approve, &[("csrf", token.as_str()), ("sha256", sha256.as_str())])
        .await;
    assert_eq!(
        decided.header("location"),
        format!("{path}?done=decided&lang=ko"),
        "{}",
        decided.text
    );
    assert_eq!(state(&bed, fintech).await, AdmissionState::Suitable);
    let shown = two.get("/operator/proposals").await;
    assert!(
        shown.text.contains("김담당1") && shown.text.contains("김담당2"),
        "who proposed and who decided"
    );
}

#[tokio::test]
async fn a_reader_of_the_operator_looks_and_changes_nothing() {
    let (bed, fintech) = house().await;
    let mut reader = signed_in(&bed, READER).await;
    for path in [
        "/operator",
        "/operator?state=APPLIED&duty=nonsense&begins=moa%25",
        "/operator/organisations/moafin",
        "/operator/proposals",
        "/operator/rules",
        "/operator/rules?inspection=ORG&type=EFIN&day=2020-05-01",
        "/operator/rules?inspection=ORG&code=moafin&day=2020-05-01",
        "/operator/policies",
        "/operator/subsidies",
        "/operator/subsidies?year=1",
        "/operator/transfers",
    ] {
        let page = reader.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        assert_eq!(
            page.text.matches("method=\"post\"").count(),
            1,
            "{path} offers a form beside the way out"
        );
    }
    let wrong = reader.get("/operator/rules?inspection=ORG&day=2020-02-30").await;
    assert!(wrong.status == 422 && wrong.text.contains("날짜를 읽을 수 없습니다"));
    assert_eq!(reader.get("/operator/organisations/nobody").await.status, 404);
    assert_eq!(reader.get("/operator/transfers/trf_1").await.status, 404);
    assert_eq!(reader.get("/operator/proposals/prp_1").await.status, 404);
    let refused = propose(&mut reader, "이유").await;
    assert!(
        refused.status == 403 && refused.text.contains("권한이 없습니다"),
        "{}",
        refused.text
    );
    let token = reader.get("/operator").await.csrf();
    let budget = [("csrf", token.as_str()), ("budget", "1000")];
    assert_eq!(
        reader
            .post("/operator/subsidies/budget?year=2026", &budget)
            .await
            .status,
        403
    );
    let fact = [("csrf", token.as_str()), ("kind", "own_team"), ("from", "2026-01-01")];
    assert_eq!(
        reader.post("/operator/organisations/moafin/facts", &fact).await.status,
        403
    );
    assert_eq!(state(&bed, fintech).await, AdmissionState::Applied);
}

#[tokio::test]
async fn members_of_other_organisations_see_whose_page_it_is_and_nothing_of_it() {
    let (bed, fintech) = house().await;
    let mut agency = signed_in(&bed, AGENCY).await;
    let mut supervisor = signed_in(&bed, SUPERVISOR).await;
    for path in ["/operator", "/operator/organisations/moafin", "/operator/transfers"] {
        for browser in [&mut agency, &mut supervisor] {
            let page = browser.get(path).await;
            assert!(
                page.status == 403 && !page.text.contains("moafin"),
                "{path}: {}",
                page.text
            );
        }
    }
    assert_eq!(agency.get("/supervisor").await.status, 403);
    for path in [
        "/supervisor",
        "/supervisor/organisations",
        "/supervisor/organisations/moafin",
    ] {
        let page = supervisor.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        assert_eq!(
            page.text.matches("method=\"post\"").count(),
            1,
            "{path} takes a form beside the way out"
        );
    }
    let token = supervisor.get("/supervisor").await.csrf();
    for path in ["/supervisor", "/supervisor/organisations/moafin"] {
        let posted = supervisor.post(path, &[("csrf", token.as_str())]).await;
        assert!(
            posted.status == 404 || posted.status == 405,
            "{path}: {}",
            posted.status
        );
    }
    let pairs = [
        ("csrf", token.as_str()),
        ("event", "approve-suitability"),
        ("reason", "이유"),
    ];
    let posted = supervisor.post("/operator/organisations/moafin/propose", &pairs).await;
    assert_eq!(posted.status, 403);
    assert_eq!(state(&bed, fintech).await, AdmissionState::Applied);
}

#[tokio::test]
async fn a_fact_that_cannot_be_taken_loses_nothing_that_was_typed() {
    let (bed, _) = house().await;
    let mut one = signed_in(&bed, ONE).await;
    let token = one.get("/operator/organisations/moafin").await.csrf();
    let fact = |value: &'static str, from: &'static str| {
        [
            ("csrf", token.clone()),
            ("form", "fact".to_owned()),
            ("kind", "platform".to_owned()),
            ("value", value.to_owned()),
            ("from", from.to_owned()),
            ("evidence", "문서 7".to_owned()),
        ]
    };
    for (value, from) in [("watch", "2026-01-01"), ("web", "2026-02-30"), ("web", "")] {
        let pairs = fact(value, from);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = one.post("/operator/organisations/moafin/facts", &pairs).await;
        assert_eq!(answer.status, 422, "{value} {from}");
        assert!(answer.text.contains(&format!("value=\"{value}\"")) && answer.text.contains("value=\"문서 7\""));
    }
    let pairs = fact("web", "2026-01-01");
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = one.post("/operator/organisations/moafin/facts", &pairs).await;
    assert_eq!(
        answer.header("location"),
        "/operator/organisations/moafin?done=fact_recorded&lang=ko"
    );
    let page = one.get("/operator/organisations/moafin?done=fact_recorded").await;
    assert!(page.text.contains("사실을 적었습니다") && page.text.contains("문서 7"));
}
