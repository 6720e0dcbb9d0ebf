//! Members' sessions: how long they hold, how they end, and that a leaver is out at once.

use naru_auth::authorization::jobs;
use naru_auth::member;
use naru_core::{Action, SessionId};
use naru_storage::StorageError;
use serde_json::{Value, json};

use crate::house::House;

#[tokio::test]
async fn a_deactivated_member_is_out_at_the_next_request() {
    let house = House::new().await;
    let (_, opened, device) = house.enrolled("moafin").await;
    let id = opened.signed_in.member.id;
    let secret = opened.secret.expose();
    assert!(house.member_find(secret).await.is_some());
    house.change(id, |row| row.member.active = false).await;
    assert_eq!(house.member_find(secret).await, None);
    assert!(house.member_sign_in(&device).await.is_err());
    house.change(id, |row| row.member.active = true).await;
    assert!(house.member_find(secret).await.is_some());
    let now = house.hub.now();
    house.change(id, |row| row.removed_at = Some(now)).await;
    assert_eq!(house.member_find(secret).await, None);
    assert!(house.member_sign_in(&device).await.is_err());
}

#[tokio::test]
async fn a_session_ends_idle_and_after_half_a_day_in_any_case() {
    let house = House::new().await;
    let (_, opened, device) = house.enrolled("moafin").await;
    let secret = opened.secret.expose();
    house.pass_seconds(890);
    assert!(house.member_find(secret).await.is_some());
    house.pass_seconds(900);
    assert_eq!(house.member_find(secret).await, None, "idle");
    let opened = house.member_sign_in(&device).await.unwrap();
    for _ in 0..71 {
        house.pass_seconds(600);
        assert!(house.member_find(opened.secret.expose()).await.is_some());
    }
    house.pass_seconds(600);
    assert_eq!(house.member_find(opened.secret.expose()).await, None, "12 hours");
    let longer = format!("{secret}A");
    for other in ["", "nse_", &longer, &"x".repeat(100_000)] {
        assert_eq!(house.member_find(other).await, None);
    }
}

#[tokio::test]
async fn a_member_ends_one_session_and_all_others_and_only_their_own() {
    let house = House::new().await;
    let (organisation, here, device) = house.enrolled("moafin").await;
    let id = here.signed_in.member.id;
    let stranger = house.member(&organisation, "lee@example.com").await;
    let (there, elsewhere) = (
        house.member_sign_in(&device).await.unwrap(),
        house.member_sign_in(&device).await.unwrap(),
    );
    assert_eq!(elsewhere.others.len(), 2, "a second device is noticed");
    let end = async |whose, session| member::end(&house.hub, whose, session).await.unwrap();
    let nobody = SessionId::new(house.hub.now(), house.hub.storage().chance());
    assert!(!end(stranger.id, there.signed_in.session.id).await);
    assert!(!end(id, nobody).await);
    assert!(end(id, there.signed_in.session.id).await);
    assert!(!end(id, there.signed_in.session.id).await);
    assert_eq!(house.member_find(there.secret.expose()).await, None);
    house.pass_seconds(1);
    let kept = here.signed_in.session.id;
    assert_eq!(member::end_others(&house.hub, id, kept).await, Ok(1));
    assert_eq!(member::end_others(&house.hub, id, kept).await, Ok(0));
    assert_eq!(house.member_find(elsewhere.secret.expose()).await, None);
    assert!(house.member_find(here.secret.expose()).await.is_some());
    assert_eq!(member::list(&house.hub, id).await.unwrap().len(), 1);
    let last = house.trail(id).await.pop().unwrap();
    assert_eq!(last.action, Action::MemberSignedOut);
    let details = json!({ "sessions": [elsewhere.signed_in.session.id], "kept": kept });
    assert_eq!(serde_json::from_str::<Value>(&last.details).unwrap(), details);
    assert_eq!(house.actions(stranger.id).await, [Action::MemberAdded]);
}

#[tokio::test]
async fn a_leaver_loses_everything_in_one_transaction() {
    let house = House::new().await;
    let (organisation, opened, device) = house.enrolled("moafin").await;
    let member = opened.signed_in.member;
    let code = house.invite_beside(member.id).await;
    let opened = house.member_sign_in(&device).await.unwrap();
    house.member_sign_in(&device).await.unwrap();
    let entitled = house
        .enrol((&organisation.code, &member.user_name), code.expose())
        .await;
    let actor = naru_core::Actor::Member(member.id);
    let cut_off = house.hub.storage().run("it", &actor, async |tx| {
        let counts = [
            tx.member_session_end_all(member.id).await?,
            tx.member_passkey_remove_all(member.id).await?,
            tx.invitation_remove(member.id).await?,
            tx.member_ceremony_remove(member.id).await?,
        ];
        tx.trail(Action::MemberLeft, member.id, counts).await?;
        Ok::<_, StorageError>(counts)
    });
    assert_eq!(cut_off.await.unwrap(), [2, 1, 1, 1]);
    assert_eq!(house.member_find(opened.secret.expose()).await, None);
    assert!(house.member_sign_in(&device).await.is_err());
    assert!(house.begin_enrolment(entitled.unwrap().secret.expose()).await.is_err());
}

#[tokio::test]
async fn what_ended_a_day_ago_is_forgotten() {
    let house = House::new().await;
    let (_, opened, device) = house.enrolled("moafin").await;
    let id = opened.signed_in.member.id;
    house.invite_beside(id).await;
    let kept = async || {
        let read = house.hub.storage().read("it", async |tx| {
            let sessions = tx.member_session_list(id).await?.len();
            Ok::<_, StorageError>((sessions, tx.invitation_find(id).await?.is_some()))
        });
        read.await.unwrap()
    };
    house.pass_seconds(43_200 + 86_400 - 2);
    jobs::round(&house.hub).await.unwrap();
    assert_eq!(kept().await, (1, false), "the invitation ended long before");
    house.pass_seconds(2);
    jobs::round(&house.hub).await.unwrap();
    assert_eq!(kept().await, (0, false));
    assert!(house.member_sign_in(&device).await.is_ok(), "passkeys stay");
}
