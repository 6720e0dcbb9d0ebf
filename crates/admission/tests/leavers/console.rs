//! What an administrator decides.

use naru_admission::AdmissionSettings;
use naru_admission::member::service::{self, NewMember};
use naru_admission::member::{MemberError, token};
use naru_core::{Action, OrganisationKind, Role, Roles};
use serde_json::Value;

use crate::house::{House, Party};

fn new(name: &str, roles: &[Role]) -> NewMember {
    NewMember {
        user_name: name.to_owned(),
        display_name: "담당자".to_owned(),
        roles: Roles::of(roles),
    }
}

#[tokio::test]
async fn a_member_is_added_within_the_limits() {
    let settings = AdmissionSettings {
        developers_max: 1,
        members_max: 4,
        ..AdmissionSettings::default()
    };
    let house = House::with(settings).await;
    let Party { staff, .. } = &house.party("naru", OrganisationKind::Fintech).await;
    let office = &house.office;
    let add = async |name: &str, roles: &[Role]| service::add(office, staff, &new(name, roles)).await;
    let made = add(" Dev@naru.example ", &[Role::Developer]).await.unwrap();
    assert_eq!(made.member.user_name, "Dev@naru.example");
    assert_eq!(house.actions(made.member.id).await, [Action::MemberAdded]);
    assert_eq!(add("dev@NARU.example", &[Role::Reader]).await, Err(MemberError::Taken));
    assert_eq!(
        add("two@naru.example", &[Role::Developer]).await,
        Err(MemberError::DevelopersMax(1))
    );
    assert_eq!(add("x@naru.example", &[]).await, Err(MemberError::NoRole));
    assert!(matches!(
        add("x@naru.example", &[Role::Inspector]).await,
        Err(MemberError::Unfit(_))
    ));
    for name in ["", " ", "a\nb", &"x".repeat(257)] {
        assert_eq!(add(name, &[Role::Reader]).await, Err(MemberError::UserName), "{name}");
    }
    let mut nameless = new("x@naru.example", &[Role::Reader]);
    nameless.display_name = String::new();
    assert_eq!(
        service::add(office, staff, &nameless).await,
        Err(MemberError::DisplayName)
    );
    let reader = add("two@naru.example", &[Role::Reader]).await.unwrap();
    let promoted = service::set_roles(office, staff, (reader.member.id, 1), &Roles::of(&[Role::Developer])).await;
    assert_eq!(promoted, Err(MemberError::DevelopersMax(1)));
    add("three@naru.example", &[Role::Reader]).await.unwrap();
    assert_eq!(
        add("four@naru.example", &[Role::Reader]).await,
        Err(MemberError::MembersMax(4))
    );

    // An inactive developer makes room, and finds none when they come back.
    service::deactivate(office, staff, made.member.id, house.now())
        .await
        .unwrap();
    service::set_roles(office, staff, (reader.member.id, 1), &Roles::of(&[Role::Developer]))
        .await
        .unwrap();
    assert_eq!(
        service::reactivate(office, staff, made.member.id).await,
        Err(MemberError::DevelopersMax(1))
    );
    service::remove(office, staff, made.member.id, house.now())
        .await
        .unwrap();
    add("dev@naru.example", &[Role::Reader]).await.unwrap();
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let house = House::new().await;
    let party = house.party("naru", OrganisationKind::Fintech).await;
    let (office, staff, now) = (&house.office, &party.staff, house.now());
    let own = staff.member.id;
    let last = Err(MemberError::LastAdministrator);
    let reader = &Roles::of(&[Role::Reader]);
    assert_eq!(service::deactivate(office, staff, own, now).await, last.clone());
    assert_eq!(service::remove(office, staff, own, now).await, last);
    let demoted = service::set_roles(office, staff, (own, 1), reader).await;
    assert_eq!(demoted, Err(MemberError::LastAdministrator));
    let second = service::add(office, staff, &new("b@naru.example", &[Role::Administrator]))
        .await
        .unwrap();
    // An inactive one does not count.
    service::deactivate(office, staff, second.member.id, now).await.unwrap();
    assert!(service::deactivate(office, staff, own, now).await.is_err());
    service::reactivate(office, staff, second.member.id).await.unwrap();
    service::deactivate(office, staff, own, now).await.unwrap();
    // Their sign-in is worth nothing now, even where somebody still carries it.
    let stale = service::add(office, staff, &new("c@naru.example", &[Role::Reader])).await;
    assert!(matches!(stale, Err(MemberError::Denied(_))));
}

#[tokio::test]
async fn what_was_changed_meanwhile_is_looked_at_again() {
    let house = House::new().await;
    let party = house.party("naru", OrganisationKind::Fintech).await;
    let (office, staff) = (&house.office, &party.staff);
    let made = service::add(office, staff, &new("a@naru.example", &[Role::Reader]))
        .await
        .unwrap();
    let id = made.member.id;
    let officer = &Roles::of(&[Role::SecurityOfficer]);
    let changed = service::set_roles(office, staff, (id, 1), officer).await.unwrap();
    assert_eq!((changed.member.version, &changed.member.roles), (2, officer));
    let late = service::set_roles(office, staff, (id, 1), &Roles::of(&[Role::Reader])).await;
    assert_eq!(late, Err(MemberError::Changed));
    assert_eq!(
        service::set_certificate(office, staff, (id, 1), Some([1; 32])).await,
        Err(MemberError::Changed)
    );
    let held = service::set_certificate(office, staff, (id, 2), Some([1; 32]))
        .await
        .unwrap();
    assert_eq!(held.member.certificate_sha256, Some([1; 32]));
    let own = (staff.member.id, 1);
    let taken = service::set_certificate(office, staff, own, Some([1; 32])).await;
    assert_eq!(taken, Err(MemberError::CertificateTaken));
    service::deactivate(office, staff, id, house.now()).await.unwrap();
    let version = house.find(id).await.member.version;
    let inactive = service::set_certificate(office, staff, (id, version), Some([2; 32])).await;
    assert_eq!(inactive, Err(MemberError::Inactive));
    service::set_certificate(office, staff, own, Some([1; 32]))
        .await
        .unwrap();
}

#[tokio::test]
async fn nobody_reaches_into_another_organisation() {
    let house = House::new().await;
    let naru = house.party("naru", OrganisationKind::Fintech).await;
    let other = house.party("other", OrganisationKind::Fintech).await;
    let theirs = house.member(&other, "m@other.example", &[Role::Reader]).await;
    let (office, staff) = (&house.office, &naru.staff);
    let unknown = Err(MemberError::Unknown);
    assert_eq!(service::deactivate(office, staff, theirs, house.now()).await, unknown);
    assert_eq!(service::remove(office, staff, theirs, house.now()).await, unknown);
    let theirs = house
        .get(async |tx| tx.scim_token_list(other.staff.organisation.id).await)
        .await;
    assert_eq!(
        token::end(office, staff, theirs[0].id).await,
        Err(MemberError::TokenUnknown)
    );
    let reader = house
        .row(naru.staff.organisation.id, "r@naru.example", &[Role::Reader])
        .member;
    let reader = naru_admission::Staff {
        member: reader,
        organisation: naru.staff.organisation.clone(),
    };
    let refused = service::deactivate(office, &reader, naru.staff.member.id, house.now()).await;
    assert!(matches!(refused, Err(MemberError::Denied(_))));
    assert!(matches!(
        token::issue(office, &reader, "x").await,
        Err(MemberError::Denied(_))
    ));
    assert_eq!(service::list(office, staff).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_is_shown_once_and_ends_by_hand_by_age_and_by_number() {
    let house = House::new().await;
    let mut party = house.party("naru", OrganisationKind::Fintech).await;
    let issued = token::issue(&house.office, &party.staff, " Entra ID ").await.unwrap();
    assert_eq!(issued.row.name, "Entra ID");
    assert!(issued.secret.expose().starts_with("ndt_"));
    assert!(!format!("{issued:?}").contains(issued.secret.expose()));
    party.token = issued.secret.expose().to_owned();
    let status = async |party: &Party| house.call(party, ("GET", "/Users"), Value::Null).await.status.as_u16();
    assert_eq!(status(&party).await, 200);
    let listed = token::list(&house.office, &party.staff).await.unwrap();
    assert!(
        listed
            .iter()
            .any(|row| row.id == issued.row.id && row.used_at == Some(house.now()))
    );
    house.pass_seconds(1);
    token::end(&house.office, &party.staff, issued.row.id).await.unwrap();
    assert_eq!(status(&party).await, 401);
    let again = token::end(&house.office, &party.staff, issued.row.id).await;
    assert_eq!(again, Err(MemberError::TokenUnknown));
    let trail = house.actions(issued.row.id).await;
    assert_eq!(trail, [Action::ScimTokenIssued, Action::ScimTokenEnded]);

    let old = token::issue(&house.office, &party.staff, "old").await.unwrap();
    party.token = old.secret.expose().to_owned();
    house.pass_seconds(365 * 86_400 - 1);
    assert_eq!(status(&party).await, 200);
    house.pass_seconds(1);
    assert_eq!(status(&party).await, 401);
    for name in ["", "a\u{7}", &"x".repeat(101)] {
        assert_eq!(
            token::issue(&house.office, &party.staff, name).await.err(),
            Some(MemberError::TokenName)
        );
    }
    for at in 0..10 {
        token::issue(&house.office, &party.staff, &format!("{at}"))
            .await
            .unwrap();
    }
    let one_more = token::issue(&house.office, &party.staff, "11").await.err();
    assert_eq!(one_more, Some(MemberError::TokensMax(10)));
}
