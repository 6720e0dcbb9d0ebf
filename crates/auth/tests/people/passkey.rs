//! Passkeys as they are meant to be used.

use naru_auth::passkey::{self, PASSKEYS_MAX, PasskeyError, Passkeys};
use naru_core::{Action, PasskeyId};
use serde_json::{Value, json};

use crate::authenticator::{Device, SYNCED, decode};
use crate::house::{House, REAL_NAME};

#[tokio::test]
async fn a_person_adds_a_passkey_and_signs_in_without_typing_a_name() {
    let house = House::new().await;
    let (person, _, device) = house.person_with_device().await;
    house.pass_seconds(1);
    assert_eq!(house.sign_in(&device).await, Ok(person.id));
    house.pass_seconds(3_600);
    assert_eq!(house.sign_in(&device).await, Ok(person.id));
    let listed = passkey::list(&house.hub, person.id).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].name, "내 휴대폰");
    assert_eq!(listed[0].used_at, Some(house.hub.now()));
    let actions = house.actions(person.id).await;
    let expected = [
        Action::PersonJoined,
        Action::SessionOpened,
        Action::PasskeyAdded,
        Action::SessionOpened,
        Action::SessionOpened,
    ];
    assert_eq!(actions, expected);
    let last = house.trail(person.id).await.pop().unwrap();
    let details = json!({ "passkey": listed[0].id, "method": "passkey" });
    assert_eq!(last.actor, format!("person:{}", person.id));
    assert_eq!(serde_json::from_str::<Value>(&last.details).unwrap(), details);
}

#[tokio::test]
async fn adding_asks_for_a_verified_person_a_kept_key_and_no_personal_word() {
    let house = House::new().await;
    let (person, opened, device) = house.person_with_device().await;
    let (ceremony, options) = house.begin_add(&person, &opened).await;
    assert_eq!(house.actions(ceremony).await, [Action::CeremonyBegun]);
    assert_eq!(options["rp"], json!({ "id": "hub.example", "name": "Naru 나루" }));
    assert_eq!(decode(&options["user"]["id"]), person.id.uuid().as_bytes());
    let number = person.user_seq_no.to_string();
    let called = format!("나루 이용자 ***{}", number.split_at(7).1);
    assert_eq!(options["user"]["name"], called);
    assert_eq!(options["user"]["displayName"], called);
    let text = options.to_string();
    for personal in [REAL_NAME, &number, &person.facts.cell_no, &person.facts.birth_date] {
        assert!(!text.contains(personal), "{text}");
    }
    let selection = json!({
        "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
    });
    assert_eq!(options["authenticatorSelection"], selection);
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["timeout"], 300_000);
    let algorithms: Vec<i64> = options["pubKeyCredParams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|offered| offered["alg"].as_i64().unwrap())
        .collect();
    assert_eq!(algorithms, [-7, -35, -257], "ES256, ES384, RS256");
    assert_eq!(options["excludeCredentials"].as_array().unwrap().len(), 1);
    assert_eq!(decode(&options["excludeCredentials"][0]["id"]), device.credential_id);
    let (_, again) = house.begin_add(&person, &opened).await;
    assert_ne!(again["challenge"], options["challenge"]);
    // Names of members without a value would stop the browser's own reading.
    assert!(!text.contains("null"), "{text}");
}

#[tokio::test]
async fn signing_in_asks_for_a_verified_person_and_names_nobody() {
    let house = House::new().await;
    let (person, ..) = house.person_with_device().await;
    let before = house.held(&person).await;
    let (ceremony, options) = house.begin_sign_in().await;
    assert_eq!(options["rpId"], "hub.example");
    assert_eq!(options["userVerification"], "required");
    assert_eq!(options["allowCredentials"], json!([]));
    assert_eq!(decode(&options["challenge"]).len(), 32);
    assert!(options.get("mediation").is_none() && !options.to_string().contains("null"));
    let (another, more) = house.begin_sign_in().await;
    assert_ne!(another, ceremony);
    assert_ne!(more["challenge"], options["challenge"]);
    assert_eq!(house.held(&person).await, before, "beginning writes nothing");
}

#[tokio::test]
async fn ceremonies_of_signing_in_do_not_disturb_each_other() {
    let house = House::new().await;
    let (one, _, device) = house.person_with_device().await;
    let (other, _, others) = house.person_with_device().await;
    let (first, first_options) = house.begin_sign_in().await;
    let (second, second_options) = house.begin_sign_in().await;
    let answer = others.used(&second_options).answer();
    assert_eq!(house.finish_sign_in(second, &answer).await, Ok(other.id));
    let answer = device.used(&first_options).answer();
    assert_eq!(house.finish_sign_in(first, &answer).await, Ok(one.id));
}

/// Most telephones keep passkeys in an account: without a counter, on every device of the person.
#[tokio::test]
async fn a_passkey_of_several_devices_is_used_again_and_again() {
    let house = House::new().await;
    let person = house.person().await;
    let opened = house.open(&person).await;
    let (ceremony, options) = house.begin_add(&person, &opened).await;
    let device = Device::new(&options);
    let mut draft = device.added(&options);
    draft.flags |= SYNCED;
    house
        .finish_add(&opened, (ceremony, &draft.answer()), "계정의 열쇠")
        .await
        .unwrap();
    let sign_in = async |flags| {
        let (ceremony, options) = house.begin_sign_in().await;
        let mut draft = device.used(&options);
        (draft.counter, draft.flags) = (0, draft.flags | flags);
        house.finish_sign_in(ceremony, &draft.answer()).await
    };
    for _ in 0..3 {
        assert_eq!(sign_in(SYNCED).await, Ok(person.id));
    }
    assert_eq!(
        sign_in(0).await,
        Err(PasskeyError::Refused),
        "it was another kind of key"
    );
}

#[tokio::test]
async fn a_person_has_ten_passkeys_at_most() {
    let house = House::new().await;
    let (person, opened, _) = house.person_with_device().await;
    for number in 1..PASSKEYS_MAX - 1 {
        house.add(&person, &opened, &format!("열쇠 {number}")).await;
    }
    let (ceremony, options) = house.begin_add(&person, &opened).await;
    let mut tenth = house.held(&person).await.passkeys.remove(0);
    tenth.id = PasskeyId::new(house.hub.now(), house.hub.storage().chance());
    tenth.credential_sha256 = [10; 32];
    let meanwhile = house
        .hub
        .storage()
        .record("it", async |tx| tx.passkey_insert(&tenth).await);
    meanwhile.await.unwrap();
    let answer = Device::new(&options).added(&options).answer();
    let late = house.finish_add(&opened, (ceremony, &answer), "열한 번째").await;
    assert_eq!(late, Err(PasskeyError::TooMany), "another was faster");
    let refused = house.passkeys.begin_add(&house.hub, &opened.session, &person).await;
    assert_eq!(refused, Err(PasskeyError::TooMany));
    let listed = passkey::list(&house.hub, person.id).await.unwrap();
    assert_eq!(listed.len(), PASSKEYS_MAX);
    assert!(passkey::remove(&house.hub, person.id, listed[3].id).await.unwrap());
    house.add(&person, &opened, "다시").await;
}

#[tokio::test]
async fn a_name_has_1_to_40_characters() {
    let house = House::new().await;
    let person = house.person().await;
    let opened = house.open(&person).await;
    let (ceremony, options) = house.begin_add(&person, &opened).await;
    let device = Device::new(&options);
    let answer = device.added(&options).answer();
    for name in ["", "   ", &"가".repeat(41), "두\n줄"] {
        let refused = house.finish_add(&opened, (ceremony, &answer), name).await;
        assert_eq!(refused, Err(PasskeyError::Name), "{name:?}");
    }
    let longest = "가".repeat(40);
    let name = format!(" {longest} ");
    house.finish_add(&opened, (ceremony, &answer), &name).await.unwrap();
    assert_eq!(passkey::list(&house.hub, person.id).await.unwrap()[0].name, longest);
}

#[tokio::test]
async fn a_removed_passkey_signs_nobody_in() {
    let house = House::new().await;
    let (person, _, device) = house.person_with_device().await;
    let other = house.person().await;
    let id = passkey::list(&house.hub, person.id).await.unwrap()[0].id;
    assert!(!passkey::remove(&house.hub, other.id, id).await.unwrap());
    assert_eq!(house.sign_in(&device).await, Ok(person.id));
    house.pass_seconds(1);
    assert!(passkey::remove(&house.hub, person.id, id).await.unwrap());
    assert!(!passkey::remove(&house.hub, person.id, id).await.unwrap());
    assert_eq!(house.sign_in(&device).await, Err(PasskeyError::Refused));
    assert_eq!(house.actions(person.id).await.last(), Some(&Action::PasskeyRemoved));
    assert_eq!(house.actions(other.id).await, [Action::PersonJoined]);
}

#[test]
fn a_hub_needs_a_name_to_have_passkeys() {
    for address in [
        "https://localhost:8443",
        "https://openapi.example.kr",
        "https://a.example/",
    ] {
        assert!(Passkeys::new(address).is_ok(), "{address}");
    }
    for address in ["", "hub.example", "https://127.0.0.1:8443", "https://[::1]/"] {
        assert!(Passkeys::new(address).is_err(), "{address}");
    }
}
