//! Sessions: how they begin, how long they hold, how they end.

use naru_auth::authorization::jobs;
use naru_auth::authorization::service::{self as journeys, JourneyError};
use naru_auth::session;
use naru_core::{Action, Session, SessionId, SignInMethod};
use serde_json::{Value, json};

use crate::house::House;

async fn find(house: &House, secret: &str) -> Option<Session> {
    session::find(&house.hub, secret).await.unwrap()
}

#[tokio::test]
async fn a_session_is_found_by_its_secret_and_nothing_else() {
    let house = House::new().await;
    let person = house.person().await;
    let opened = house.open(&person).await;
    assert_eq!(
        find(&house, opened.secret.expose()).await.as_ref(),
        Some(&opened.session)
    );
    assert_eq!(opened.session.method, SignInMethod::Identity);
    let id = opened.session.id.to_string();
    let longer = format!("{}A", opened.secret.expose());
    for other in ["", "nse_", &id, &longer, &"x".repeat(100_000)] {
        assert_eq!(find(&house, other).await, None);
    }
    let trail = house.trail(person.id).await.pop().unwrap();
    assert_eq!(trail.action, Action::SessionOpened);
    let details: Value = serde_json::from_str(&trail.details).unwrap();
    assert_eq!(details, json!({ "session": opened.session.id, "method": "identity" }));
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends() {
    let house = House::new().await;
    let person = house.person().await;
    let opened = house.open(&person).await;
    let secret = opened.secret.expose();
    for _ in 0..4 {
        house.pass_seconds(800);
        assert!(find(&house, secret).await.is_some(), "it is used");
    }
    house.pass_seconds(899);
    assert_eq!(session::list(&house.hub, person.id).await.unwrap().len(), 1);
    house.pass_seconds(1);
    assert_eq!(find(&house, secret).await, None);
    assert!(session::list(&house.hub, person.id).await.unwrap().is_empty());
    assert_eq!(find(&house, secret).await, None, "asking does not wake it");
}

#[tokio::test]
async fn a_session_ends_however_much_it_is_used() {
    let house = House::new().await;
    let opened = house.open(&house.person().await).await;
    for _ in 0..71 {
        house.pass_seconds(600);
        assert!(find(&house, opened.secret.expose()).await.is_some());
    }
    house.pass_seconds(599);
    assert!(find(&house, opened.secret.expose()).await.is_some());
    house.pass_seconds(1);
    assert_eq!(find(&house, opened.secret.expose()).await, None, "12 hours");
}

#[tokio::test]
async fn use_is_noted_once_a_minute() {
    let house = House::new().await;
    let opened = house.open(&house.person().await).await;
    let began = house.hub.now();
    let seen = async || find(&house, opened.secret.expose()).await.unwrap().seen_at;
    house.pass_seconds(59);
    assert_eq!(seen().await, began);
    house.pass_seconds(1);
    assert_eq!(seen().await, began.plus_seconds(60));
    house.pass_seconds(30);
    assert_eq!(seen().await, began.plus_seconds(60));
}

#[tokio::test]
async fn a_person_ends_one_session_and_only_their_own() {
    let house = House::new().await;
    let (person, other) = (house.person().await, house.person().await);
    let (here, there) = (house.open(&person).await, house.open(&person).await);
    let end = async |person_id, id| session::end(&house.hub, person_id, id).await.unwrap();
    house.pass_seconds(1);
    let nobody = SessionId::new(house.hub.now(), house.hub.storage().chance());
    assert!(!end(other.id, there.session.id).await);
    assert!(!end(person.id, nobody).await);
    assert_eq!(house.actions(other.id).await, [Action::PersonJoined]);
    assert!(end(person.id, there.session.id).await);
    assert!(!end(person.id, there.session.id).await);
    assert_eq!(find(&house, there.secret.expose()).await, None);
    assert!(find(&house, here.secret.expose()).await.is_some());
    let last = house.trail(person.id).await.pop().unwrap();
    assert_eq!(last.action, Action::SessionClosed);
    let details: Value = serde_json::from_str(&last.details).unwrap();
    assert_eq!(details, json!({ "session": there.session.id }));
}

#[tokio::test]
async fn a_person_ends_all_sessions_but_the_one_they_sit_at() {
    let house = House::new().await;
    let (person, other) = (house.person().await, house.person().await);
    let idle = house.open(&person).await;
    house.pass_seconds(900);
    let (here, there, others) = (
        house.open(&person).await,
        house.open(&person).await,
        house.open(&other).await,
    );
    house.pass_seconds(1);
    let end_all = async |except| session::end_all(&house.hub, person.id, except).await.unwrap();
    assert_eq!(
        end_all(Some(here.session.id)).await,
        1,
        "the idle one was no longer alive"
    );
    assert_eq!(find(&house, idle.secret.expose()).await, None);
    assert_eq!(find(&house, there.secret.expose()).await, None);
    assert!(find(&house, here.secret.expose()).await.is_some());
    let last = house.trail(person.id).await.pop().unwrap();
    assert_eq!(last.action, Action::SessionClosed);
    let details: Value = serde_json::from_str(&last.details).unwrap();
    assert_eq!(
        details,
        json!({ "sessions": [there.session.id], "kept": here.session.id })
    );
    assert_eq!(end_all(None).await, 1);
    assert_eq!(end_all(None).await, 0);
    assert_eq!(find(&house, here.secret.expose()).await, None);
    assert!(find(&house, others.secret.expose()).await.is_some());
}

#[tokio::test]
async fn a_second_device_is_noticed() {
    let house = House::new().await;
    let (person, other) = (house.person().await, house.person().await);
    house.open(&other).await;
    let first = house.open(&person).await;
    assert!(first.others.is_empty());
    house.pass_seconds(1);
    let device = format!("Safari, iPhone{}", "!".repeat(500));
    let second = session::open(&house.hub, person.id, SignInMethod::Passkey, &device).await;
    let second = second.unwrap();
    assert_eq!(second.others, std::slice::from_ref(&first.session));
    assert_eq!(second.session.device.chars().count(), 60);
    let listed = session::list(&house.hub, person.id).await.unwrap();
    assert_eq!(listed, [second.session.clone(), first.session.clone()]);
    house.pass_seconds(899);
    assert!(find(&house, second.secret.expose()).await.is_some());
    let third = house.open(&person).await;
    assert_eq!(third.others.len(), 1, "the first has gone idle");
    assert_eq!(third.others[0].id, second.session.id);
}

#[tokio::test]
async fn what_ended_a_day_ago_is_forgotten() {
    let house = House::new().await;
    let (person, _, device) = house.person_with_device().await;
    house.sign_in(&device).await.unwrap();
    let kept = async || {
        let listed = house
            .hub
            .storage()
            .read("it", async |tx| tx.session_list(person.id).await)
            .await;
        listed
            .unwrap_or_else(|error: naru_storage::StorageError| panic!("{error}"))
            .len()
    };
    house.pass_seconds(43_200 + 86_400 - 1);
    jobs::round(&house.hub).await.unwrap();
    assert_eq!(kept().await, 1);
    house.pass_seconds(1);
    jobs::round(&house.hub).await.unwrap();
    assert_eq!(kept().await, 0);
    assert_eq!(house.sign_in(&device).await, Ok(person.id), "passkeys stay");
}

#[tokio::test]
async fn a_journey_ends_with_the_sign_in_under_which_it_goes_on() {
    let house = House::new().await;
    let person = house.person().await;
    let opened = house.open(&person).await;
    let other = house.open(&person).await;
    let (journey, _) = journeys::visit(&house.hub).await.unwrap();
    let moved = journeys::sign_in_with_session(&house.hub, &journey, &opened.session, Vec::new()).await;
    let secret = moved.unwrap();
    let find = async || journeys::find(&house.hub, journey.id, secret.expose()).await;
    assert!(find().await.is_ok());
    session::end(&house.hub, person.id, other.session.id).await.unwrap();
    assert!(find().await.is_ok(), "another device's end is not this one's");
    session::end(&house.hub, person.id, opened.session.id).await.unwrap();
    assert_eq!(find().await.map(|_| ()), Err(JourneyError::Gone));
}
