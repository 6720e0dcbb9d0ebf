//! Members: from the invitation to the passkey, and every way in that is none.

use naru_auth::member::{self, InviteError, Opened, SignInError};
use naru_auth::passkey::{PASSKEYS_MAX, PasskeyError};
use naru_core::{Action, MemberId, MemberSignIn, OrganisationKind};
use serde_json::{Value, json};

use crate::authenticator::{Device, decode, encode};
use crate::house::House;
use crate::staff::{DEVICE, INVITED_SECONDS};

const NAMES: (&str, &str) = ("moafin", "kim@example.com");

/// A member of a fintech who was invited.
async fn invited(house: &House) -> (naru_core::Member, String) {
    let organisation = house.organisation(NAMES.0, OrganisationKind::Fintech).await;
    let member = house.member(&organisation, NAMES.1).await;
    let code = house.invite(member.id).await.unwrap();
    (member, code.expose().to_owned())
}

#[tokio::test]
async fn an_invited_member_adds_a_passkey_and_signs_in_with_it() {
    let house = House::new().await;
    let (organisation, opened, device) = house.enrolled(NAMES.0).await;
    let member = opened.signed_in.member.clone();
    assert_eq!(opened.signed_in.session.method, MemberSignIn::Passkey);
    assert_eq!(opened.signed_in.organisation, organisation);
    let found = house.member_find(opened.secret.expose()).await.unwrap();
    assert_eq!((found.member.id, found.organisation), (member.id, organisation));
    let again = house.member_sign_in(&device).await.unwrap();
    assert_eq!(again.signed_in.member.id, member.id);
    assert_eq!(again.others, [opened.signed_in.session]);
    let expected = [
        Action::MemberAdded,
        Action::MemberInvited,
        Action::MemberEnrolled,
        Action::MemberSignedIn,
        Action::PasskeyAdded,
        Action::MemberSignedIn,
    ];
    // What is written at one moment has no order.
    let mut actions = house.actions(member.id).await;
    actions[2..5].sort_by_key(|action| action.as_str());
    assert_eq!(actions, expected);
    let last = house.trail(member.id).await.pop().unwrap();
    assert_eq!(last.actor, format!("member:{}", member.id));
    let details = json!({ "session": again.signed_in.session.id, "method": "passkey" });
    assert_eq!(serde_json::from_str::<Value>(&last.details).unwrap(), details);
    let seen = house.member_find(again.secret.expose()).await.unwrap().member.seen_at;
    assert_eq!(seen, Some(house.hub.now()));
}

#[tokio::test]
async fn a_device_is_told_the_account_and_nothing_else() {
    let house = House::new().await;
    let (member, code) = invited(&house).await;
    let entitled = house.enrol(NAMES, &code).await.unwrap();
    let (_, options) = house.begin_enrolment(entitled.secret.expose()).await.unwrap();
    assert_eq!(decode(&options["user"]["id"]), member.id.uuid().as_bytes());
    assert_eq!(options["user"]["name"], "moafin · kim@example.com");
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert!(!options.to_string().contains(&member.display_name));
}

#[tokio::test]
async fn a_code_is_taken_however_it_is_typed_and_whatever_the_case_of_the_name() {
    let house = House::new().await;
    let (_, code) = invited(&house).await;
    let typed = code.replace('-', " ").to_lowercase();
    assert!(house.enrol((NAMES.0, "KIM@example.com"), &typed).await.is_ok());
}

#[tokio::test]
async fn whatever_does_not_fit_is_refused_alike() {
    let house = House::new().await;
    let (member, code) = invited(&house).await;
    let long = "x".repeat(300);
    for (names, typed) in [
        (("nobody", NAMES.1), code.as_str()),
        (("", NAMES.1), &code),
        ((NAMES.0, "lee@example.com"), &code),
        ((long.as_str(), NAMES.1), &code),
        ((NAMES.0, long.as_str()), &code),
        (NAMES, "2222-2222-2222"),
        (NAMES, ""),
        (NAMES, long.as_str()),
    ] {
        let refused = house.enrol(names, typed).await.map(|_| ());
        assert_eq!(refused, Err(SignInError::Refused), "{names:?}");
    }
    assert_eq!(
        house.invitation(member.id).await.unwrap().tries,
        3,
        "wrong codes alone count"
    );
    house.change(member.id, |row| row.member.active = false).await;
    assert_eq!(house.enrol(NAMES, &code).await.map(|_| ()), Err(SignInError::Refused));
    house.change(member.id, |row| row.member.active = true).await;
    assert!(house.enrol(NAMES, &code).await.is_ok());
    house.pass_seconds(INVITED_SECONDS);
    assert_eq!(house.enrol(NAMES, &code).await.map(|_| ()), Err(SignInError::Refused));
}

/// Nobody learns from the clock what was wrong: no answer comes before all that is looked up has been.
#[tokio::test]
async fn no_answer_comes_sooner_than_another() {
    let house = House::new().await;
    let (_, code) = invited(&house).await;
    for (names, typed) in [
        (("nobody", NAMES.1), code.as_str()),
        (NAMES, "wrong"),
        (NAMES, ""),
        (NAMES, &code),
    ] {
        let early = tokio::time::timeout(std::time::Duration::from_millis(200), house.enrol(names, typed));
        assert!(early.await.is_err(), "{names:?}");
    }
}

#[tokio::test]
async fn a_full_pool_says_so_and_counts_no_try() {
    let house = House::new().await;
    let (member, code) = invited(&house).await;
    let pool = member::CodePool::new(1, 0);
    let claim = member::Claim {
        organisation: NAMES.0.to_owned(),
        user_name: NAMES.1.to_owned(),
        code,
        from: None,
    };
    let both = futures_util::future::join(
        member::enrol(&house.hub, &pool, &claim),
        member::enrol(&house.hub, &pool, &claim),
    );
    let (first, second) = both.await;
    assert!(first.is_ok());
    assert_eq!(second.map(|_| ()), Err(SignInError::Busy));
    assert_eq!(house.invitation(member.id).await.unwrap().tries, 0);
}

#[tokio::test]
async fn the_right_code_opens_nothing_and_its_secret_is_no_sign_in() {
    let house = House::new().await;
    let (member, code) = invited(&house).await;
    let entitled = house.enrol(NAMES, &code).await.unwrap();
    assert_eq!(house.member_find(entitled.secret.expose()).await, None);
    assert!(member::list(&house.hub, member.id).await.unwrap().is_empty());
    let named = member::enrolment::entitled(&house.hub, entitled.secret.expose())
        .await
        .unwrap();
    assert_eq!(named.map(|member| member.id), Some(member.id));
    for other in ["", "nse_", &entitled.secret.expose().to_uppercase()] {
        assert_eq!(house.begin_enrolment(other).await, Err(PasskeyError::Gone));
        assert_eq!(member::enrolment::entitled(&house.hub, other).await.unwrap(), None);
    }
    house.pass_seconds(600);
    assert_eq!(
        house.begin_enrolment(entitled.secret.expose()).await,
        Err(PasskeyError::Gone),
        "ten minutes"
    );
}

#[tokio::test]
async fn an_invitation_is_used_once() {
    let house = House::new().await;
    let (member, code) = invited(&house).await;
    let entitled = house.enrol(NAMES, &code).await.unwrap();
    let secret = entitled.secret.expose();
    let (stale, _) = house.begin_enrolment(secret).await.unwrap();
    let (ceremony, options) = house.begin_enrolment(secret).await.unwrap();
    let answer = Device::new(&options).added(&options).answer();
    assert_eq!(
        house.finish_enrolment(secret, (stale, &answer)).await,
        Err(PasskeyError::Gone)
    );
    assert_eq!(
        house.finish_enrolment("nse_x", (ceremony, &answer)).await,
        Err(PasskeyError::Gone)
    );
    assert!(house.finish_enrolment(secret, (ceremony, &answer)).await.is_ok());
    assert_eq!(
        house.finish_enrolment(secret, (ceremony, &answer)).await,
        Err(PasskeyError::Gone)
    );
    assert_eq!(house.begin_enrolment(secret).await, Err(PasskeyError::Gone));
    assert_eq!(house.enrol(NAMES, &code).await.map(|_| ()), Err(SignInError::Refused));
    assert_eq!(house.invitation(member.id).await, None);
    assert_eq!(house.member_passkeys(member.id).await.len(), 1);
}

#[tokio::test]
async fn what_happens_meanwhile_ends_an_enrolment() {
    let house = House::new().await;
    let (member, code) = invited(&house).await;
    let begun = async |code: &str| {
        let secret = house.enrol(NAMES, code).await.unwrap().secret.expose().to_owned();
        let (ceremony, options) = house.begin_enrolment(&secret).await.unwrap();
        (secret, ceremony, Device::new(&options).added(&options).answer())
    };
    let (secret, ceremony, answer) = begun(&code).await;
    let fresh = house.invite(member.id).await.unwrap();
    assert_eq!(
        house.enrol(NAMES, &code).await.map(|_| ()),
        Err(SignInError::Refused),
        "replaced"
    );
    let late = house.finish_enrolment(&secret, (ceremony, &answer)).await;
    assert_eq!(late, Err(PasskeyError::Gone), "invited anew");
    let (secret, ceremony, answer) = begun(fresh.expose()).await;
    house.change(member.id, |row| row.member.active = false).await;
    let late = house.finish_enrolment(&secret, (ceremony, &answer)).await;
    assert_eq!(late, Err(PasskeyError::Gone), "deactivated");
    assert_eq!(house.invite(member.id).await, Err(InviteError::Inactive));
    assert!(house.member_passkeys(member.id).await.is_empty());
    assert!(house.invitation(member.id).await.is_some(), "nothing was used up");
    let nobody = MemberId::new(house.hub.now(), house.hub.storage().chance());
    assert_eq!(house.invite(nobody).await, Err(InviteError::Unknown));
}

#[tokio::test]
async fn a_wrong_answer_enrols_nobody() {
    let house = House::new().await;
    let (member, code) = invited(&house).await;
    let lies: [fn(&mut crate::authenticator::Draft<'_>); 3] = [
        |draft| draft.origin = "https://evil.example".to_owned(),
        |draft| draft.kept = Some(false),
        |draft| draft.challenge = json!(encode(&[7; 32])),
    ];
    for lie in lies {
        let entitled = house.enrol(NAMES, &code).await.unwrap();
        let secret = entitled.secret.expose();
        let (ceremony, options) = house.begin_enrolment(secret).await.unwrap();
        let device = Device::new(&options);
        let mut draft = device.added(&options);
        lie(&mut draft);
        let refused = house.finish_enrolment(secret, (ceremony, &draft.answer())).await;
        assert_eq!(refused, Err(PasskeyError::Refused));
    }
    assert!(house.member_passkeys(member.id).await.is_empty());
    assert!(house.enrol(NAMES, &code).await.is_ok(), "the code can be used again");
}

#[tokio::test]
async fn a_registered_certificate_signs_in_and_finishes_an_enrolment() {
    let house = House::new().await;
    let (member, code) = invited(&house).await;
    let shown = [7; 32];
    let sign_in = async || member::sign_in_with_certificate(&house.hub, shown, DEVICE).await;
    assert_eq!(
        sign_in().await.map(|_| ()),
        Err(SignInError::Refused),
        "nobody registered it"
    );
    let entitled = house.enrol(NAMES, &code).await.unwrap();
    let finish = async |certificate| {
        let browser = (entitled.secret.expose(), DEVICE);
        member::enrolment::finish_with_certificate(&house.hub, browser, certificate).await
    };
    assert_eq!(finish(shown).await.map(|_| ()), Err(SignInError::Refused));
    house
        .change(member.id, |row| row.member.certificate_sha256 = Some(shown))
        .await;
    assert_eq!(finish([8; 32]).await.map(|_| ()), Err(SignInError::Refused));
    let opened: Opened = finish(shown).await.unwrap();
    assert_eq!(opened.signed_in.session.method, MemberSignIn::Certificate);
    assert_eq!(finish(shown).await.map(|_| ()), Err(SignInError::Refused), "once");
    assert_eq!(house.invitation(member.id).await, None);
    assert_eq!(sign_in().await.unwrap().signed_in.member.id, member.id);
    assert_eq!(house.actions(member.id).await.last(), Some(&Action::MemberSignedIn));
    house.change(member.id, |row| row.member.active = false).await;
    assert_eq!(sign_in().await.map(|_| ()), Err(SignInError::Refused));
}

#[tokio::test]
async fn people_and_members_do_not_open_each_others_doors() {
    let house = House::new().await;
    let (_, opened, staff_device) = house.enrolled(NAMES.0).await;
    let (_, person, device) = house.person_with_device().await;
    assert_eq!(house.sign_in(&staff_device).await, Err(PasskeyError::Refused));
    assert_eq!(
        house.member_sign_in(&device).await.map(|_| ()),
        Err(PasskeyError::Refused)
    );
    assert_eq!(house.member_find(person.secret.expose()).await, None);
    let found = naru_auth::session::find(&house.hub, opened.secret.expose()).await;
    assert_eq!(found.unwrap(), None);
    // An answer to a person's ceremony answers no member's, even with the same id.
    let (ceremony, options) = house.begin_sign_in().await;
    let answer = staff_device.used(&options).answer();
    let crossed = member::passkey::finish_sign_in(&house.passkeys, &house.hub, (ceremony, &answer), DEVICE).await;
    assert_eq!(crossed.map(|_| ()), Err(PasskeyError::Refused));
}

#[tokio::test]
async fn a_sign_in_is_answered_once_in_time_and_with_a_counter_that_rises() {
    let house = House::new().await;
    let (_, _, device) = house.enrolled(NAMES.0).await;
    let begin = || member::passkey::begin_sign_in(&house.passkeys, &house.hub).unwrap();
    let finish = async |ceremony, answer: &Value| {
        let answer = (ceremony, answer);
        let done = member::passkey::finish_sign_in(&house.passkeys, &house.hub, answer, DEVICE).await;
        done.map(|_| ())
    };
    let (ceremony, options) = begin();
    let mut framed = device.used(&options);
    framed.cross_origin = true;
    assert_eq!(finish(ceremony, &framed.answer()).await, Err(PasskeyError::Refused));
    assert_eq!(finish(ceremony, &json!({})).await, Err(PasskeyError::Refused));
    let answer = device.used(&options).answer();
    assert_eq!(finish(ceremony, &answer).await, Ok(()));
    let fresh = device.used(&options).answer();
    assert_eq!(finish(ceremony, &fresh).await, Err(PasskeyError::Gone));
    device.set_counter(0);
    let (ceremony, options) = begin();
    let behind = device.used(&options).answer();
    assert_eq!(finish(ceremony, &behind).await, Err(PasskeyError::Refused));
    device.set_counter(9);
    let late = device.used(&options).answer();
    house.pass_seconds(300);
    assert_eq!(finish(ceremony, &late).await, Err(PasskeyError::Gone));
}

#[tokio::test]
async fn a_member_adds_and_removes_passkeys_in_their_session() {
    let house = House::new().await;
    let (organisation, opened, device) = house.enrolled(NAMES.0).await;
    let (member, session) = (&opened.signed_in.member, &opened.signed_in.session);
    let add = async |secret: &str| {
        let begun = member::passkey::begin_add(&house.passkeys, &house.hub, (member, &organisation), secret).await?;
        let (ceremony, options) = begun;
        let another = Device::new(&options);
        let answer = another.added(&options).answer();
        let shown = (session, opened.secret.expose());
        member::passkey::finish_add(&house.passkeys, &house.hub, shown, (ceremony, &answer), "전화").await?;
        Ok(another)
    };
    let another = add(opened.secret.expose()).await.unwrap();
    assert_eq!(
        add("nse_another").await.map(|_| ()),
        Err(PasskeyError::Gone),
        "begun in another browser"
    );
    assert!(house.member_sign_in(&another).await.is_ok());
    let listed = member::passkey::list(&house.hub, member.id).await.unwrap();
    assert_eq!(
        listed.iter().map(|key| key.name.as_str()).collect::<Vec<_>>(),
        ["회사 노트북", "전화"]
    );
    for _ in 2..PASSKEYS_MAX {
        add(opened.secret.expose()).await.unwrap();
    }
    assert_eq!(
        add(opened.secret.expose()).await.map(|_| ()),
        Err(PasskeyError::TooMany)
    );
    let remove = async |whose| member::passkey::remove(&house.hub, whose, listed[0].id).await.unwrap();
    let stranger = house.member(&organisation, "lee@example.com").await;
    assert!(!remove(stranger.id).await);
    assert!(remove(member.id).await);
    assert_eq!(
        house.member_sign_in(&device).await.map(|_| ()),
        Err(PasskeyError::Refused)
    );
}
