//! The page of an organisation's people, for every kind of organisation, on a hub on which nobody was seeded.

use naru_admission::AdmissionSettings;
use naru_admission::member::by_operator;
use naru_admission::member::service::NewMember;
use naru_admission::organisation::{SignUp, sign_up};
use naru_core::{Actor, AdmissionState, OrganisationKind, Role, Roles};

use crate::bed::{Bed, Browser};
use crate::desk::{organisation, propose, signed_in, state, waiting};

const ONE: [u8; 32] = [11; 32];
const TWO: [u8; 32] = [12; 32];

fn account() -> Actor {
    Actor::Operator("tests".to_owned())
}

/// An organisation as the command line makes it: signed up, with a member who has these roles and a certificate.
async fn first<'a>(bed: &'a Bed, (code, kind): (&str, OrganisationKind), roles: &[Role]) -> Browser<'a> {
    let (storage, settings) = (bed.hub.storage(), AdmissionSettings::default());
    let asked = SignUp {
        code,
        name: code,
        kind,
        user_name: "root@example.com",
        display_name: "김관리",
        roles: &[],
    };
    let (organisation, _) = sign_up(storage, &account(), (&asked, &settings)).await.unwrap();
    let new = NewMember {
        user_name: "kim@example.com".to_owned(),
        display_name: "김담당".to_owned(),
        roles: Roles::of(roles),
    };
    let added = by_operator::add(storage, &account(), (&settings, &organisation), &new, Some(ONE)).await;
    added.unwrap();
    signed_in(bed, ONE).await
}

#[tokio::test]
async fn the_first_of_the_desk_finds_a_second_and_both_decide() {
    let bed = Bed::new().await;
    let fintech = organisation(&bed, "moafin", OrganisationKind::Fintech, &[]).await;
    let roles = [Role::Administrator, Role::Desk];
    let mut one = first(&bed, ("operator", OrganisationKind::Operator), &roles).await;
    let mut two = bed
        .joined(&mut one, ("operator", "lee@example.com"), &["desk"], TWO)
        .await;
    let proposed = propose(&mut one, "서류를 확인했다").await;
    assert_eq!(proposed.status, 303, "{}", proposed.text);
    let (path, sha256) = waiting(&mut one).await;
    let token = two.get(&path).await.csrf();
    let pairs = [("csrf", token.as_str()), ("sha256", sha256.as_str())];
    let decided = two.post(&format!("{path}/approve"), &pairs).await;
    assert_eq!(decided.status, 303, "{}", decided.text);
    assert_eq!(state(&bed, fintech).await, AdmissionState::Suitable);
}

#[tokio::test]
async fn every_kind_of_organisation_adds_people_with_the_roles_that_fit_and_ends_them_at_once() {
    for kind in OrganisationKind::ALL.iter().copied() {
        let bed = Bed::new().await;
        let mut one = first(&bed, ("house", kind), &[Role::Administrator]).await;
        let console = one.open("/staff/sign-in").await;
        assert!(console.text.contains("href=\"/staff/members?lang=ko\""), "{kind}");
        let page = one.get("/staff/members").await;
        for role in Role::ALL {
            let is_offered = page.text.contains(&format!("name=\"role\" value=\"{role}\""));
            assert_eq!(is_offered, role.fits(kind), "{kind} {role}");
        }
        let (unfit, fit) = Role::ALL.iter().partition::<Vec<&Role>, _>(|role| !role.fits(kind));
        for (role, status) in [(unfit[0].as_str(), 403), ("king", 422), ("", 422)] {
            let pairs = [
                ("csrf", page.csrf()),
                ("user_name", "lee@example.com".to_owned()),
                ("display_name", "Lee".to_owned()),
                ("role", role.to_owned()),
            ];
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let refused = one.post("/staff/members", &pairs).await;
            assert_eq!(refused.status, status, "{kind} {role}: {}", refused.text);
        }
        let role = fit.last().unwrap().as_str();
        let mut two = bed.joined(&mut one, ("house", "lee@example.com"), &[role], TWO).await;
        let own = two.get("/staff/members").await;
        assert!(
            own.status == 200 && !own.text.contains("/deactivate"),
            "{kind}: a reader looks"
        );
        let page = one.get("/staff/members").await;
        let left = one.post(&page.action("/deactivate"), &[("csrf", &page.csrf())]).await;
        assert_eq!(left.header("location"), "/staff/members?done=member_left&lang=ko");
        assert_eq!(two.get("/staff/members").await.status, 303, "{kind}: cut off at once");
        let page = one.get("/staff/members").await;
        assert!(page.text.contains("밀리초"), "{kind}: the measured time: {}", page.text);
    }
}

#[tokio::test]
async fn a_directory_token_is_shown_once_and_ended_and_who_is_no_administrator_gets_none() {
    let bed = Bed::new().await;
    let mut one = first(&bed, ("agency", OrganisationKind::Agency), &[Role::Administrator]).await;
    let token = one.get("/staff/members").await.csrf();
    let pairs = [("csrf", token.as_str()), ("name", "hr")];
    let issued = one.post("/staff/members/tokens", &pairs).await;
    let (_, rest) = issued.text.split_once("<code class=\"bubble\">").expect("the token");
    let secret = rest.split('<').next().unwrap();
    let page = one.get("/staff/members").await;
    assert!(page.text.contains("hr") && page.text.contains("쓴 적 없음") && !page.text.contains(secret));
    let mut reader = bed
        .joined(&mut one, ("agency", "lee@example.com"), &["inspector"], TWO)
        .await;
    let own = reader.get("/staff/members").await.csrf();
    let refused = reader
        .post("/staff/members/tokens", &[("csrf", own.as_str()), ("name", "mine")])
        .await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let ended = one
        .post(&page.action("/staff/members/tokens/"), &[("csrf", &token)])
        .await;
    assert_eq!(ended.header("location"), "/staff/members?done=token_ended&lang=ko");
}

#[tokio::test]
async fn what_the_command_line_may_not_do_for_an_organisation_is_refused() {
    let bed = Bed::new().await;
    let one = first(&bed, ("agency", OrganisationKind::Agency), &[Role::Inspector]).await;
    drop(one);
    let (storage, settings) = (bed.hub.storage(), AdmissionSettings::default());
    let found = storage.read("test", async |tx| tx.organisation_find_by_code("agency").await);
    let found: Result<_, naru_storage::StorageError> = found.await;
    let agency = found.unwrap().unwrap();
    let new = |user_name: &str, role| NewMember {
        user_name: user_name.to_owned(),
        display_name: "Lee".to_owned(),
        roles: Roles::of(&[role]),
    };
    for (member, certificate, why) in [
        (new("kim@example.com", Role::Inspector), None, "of this user name"),
        (new("lee@example.com", Role::Desk), None, "has the role desk"),
        (new("", Role::Inspector), None, "1 to 256"),
        (
            new("lee@example.com", Role::Inspector),
            Some(ONE),
            "has this certificate",
        ),
    ] {
        let refused = by_operator::add(storage, &account(), (&settings, &agency), &member, certificate).await;
        let text = refused.unwrap_err().to_string();
        assert!(text.contains(why), "{text}");
    }
    let few = AdmissionSettings {
        members_max: 2,
        ..AdmissionSettings::default()
    };
    let (by, member) = (account(), new("lee@example.com", Role::Inspector));
    let full = by_operator::add(storage, &by, (&few, &agency), &member, None).await;
    assert!(full.unwrap_err().to_string().contains("2 members"));
    for (administrator, is_issued) in [
        ("root@example.com", true),
        ("kim@example.com", false),
        ("nobody", false),
    ] {
        let whose = (&settings, &agency);
        let issued = by_operator::issue_token(storage, &account(), whose, (administrator, "hr")).await;
        assert_eq!(issued.is_ok(), is_issued, "{administrator}");
    }
}

#[tokio::test]
async fn an_institution_sees_its_own_line_and_nobody_else_does() {
    let bed = Bed::new().await;
    let mut one = first(&bed, ("097", OrganisationKind::Institution), &[Role::Administrator]).await;
    let page = one.open("/staff/sign-in").await;
    assert!(
        page.text.contains("연결된 회선이 없습니다") && page.text.contains("알림이 없습니다"),
        "{}",
        page.text
    );
    bed.open_line();
    let page = one.get("/institution").await;
    assert!(
        page.text.contains("나루시험은행") && page.text.contains("요청이 정상적으로 전달됩니다"),
        "{}",
        page.text
    );
    for path in ["/fintech", "/operator", "/inspector", "/supervisor"] {
        assert!([403, 404].contains(&one.get(path).await.status.as_u16()), "{path}");
    }
    let other = Bed::new().await;
    other.open_line();
    let mut fintech = first(&other, ("097", OrganisationKind::Fintech), &[Role::Administrator]).await;
    let page = fintech.get("/institution").await;
    assert!(page.status == 404 && !page.text.contains("나루시험은행"));
    let led = fintech.get("/fintech/members").await;
    assert_eq!(led.header("location"), "/staff/members?lang=ko");
}
