//! Answers that are not right: each is refused, and nothing changes.

use naru_auth::passkey::PasskeyError;
use naru_core::CeremonyId;
use serde_json::{Value, json};

use crate::authenticator::{Device, Draft, PRESENT, VERIFIED, decode, encode};
use crate::house::House;

/// Something about an answer that is changed before it is signed.
type Lie = (&'static str, fn(&mut Draft<'_>));

/// What is wrong with both kinds of answers.
const LIES: [Lie; 7] = [
    ("another site", |draft| {
        draft.origin = "https://hub.example.evil.example:8443".to_owned();
    }),
    ("a site beneath", |draft| {
        draft.origin = "https://a.hub.example:8443".to_owned();
    }),
    ("another port", |draft| draft.origin = "https://hub.example".to_owned()),
    ("a page within another", |draft| draft.cross_origin = true),
    ("another party", |draft| draft.rp_id = "example".to_owned()),
    ("a made-up challenge", |draft| draft.challenge = json!(encode(&[7; 32]))),
    ("another kind", |draft| draft.kind = "payment.get"),
];

#[tokio::test]
async fn a_wrong_answer_signs_nobody_in() {
    const MORE: [Lie; 6] = [
        ("nobody verified", |draft| draft.flags = PRESENT),
        ("nobody present", |draft| draft.flags = VERIFIED),
        ("adding", |draft| draft.kind = "webauthn.create"),
        ("no handle", |draft| draft.handle = None),
        ("a handle that is none", |draft| draft.handle = Some(vec![1, 2, 3])),
        ("somebody's handle", |draft| draft.handle = Some(vec![1; 16])),
    ];
    let house = House::new().await;
    let (person, _, device) = house.person_with_device().await;
    assert_eq!(house.sign_in(&device).await, Ok(person.id));
    let before = house.held(&person).await;
    let (ceremony, options) = house.begin_sign_in().await;
    for (why, lie) in LIES.into_iter().chain(MORE) {
        let mut draft = device.used(&options);
        lie(&mut draft);
        let refused = house.finish_sign_in(ceremony, &draft.answer()).await;
        assert_eq!(refused, Err(PasskeyError::Refused), "{why}");
        assert_eq!(house.held(&person).await, before, "{why}");
    }
    let answer = device.used(&options).answer();
    assert_eq!(house.finish_sign_in(ceremony, &answer).await, Ok(person.id));
}

#[tokio::test]
async fn an_answer_that_was_changed_signs_nobody_in() {
    let house = House::new().await;
    let (person, _, device) = house.person_with_device().await;
    let before = house.held(&person).await;
    let (ceremony, options) = house.begin_sign_in().await;
    let right = device.used(&options).answer();
    let flipped = |member: &str, at: usize| {
        let mut answer = right.clone();
        let mut bytes = decode(&right["response"][member]);
        let at = bytes.len() - at;
        bytes[at] ^= 1;
        answer["response"][member] = json!(encode(&bytes));
        answer
    };
    let mut wrong = vec![
        flipped("signature", 1),
        flipped("authenticatorData", 1),
        flipped("clientDataJSON", 3),
        json!({}),
        json!(null),
        json!("nonsense"),
    ];
    for member in ["id", "rawId", "response", "type"] {
        let mut answer = right.clone();
        answer.as_object_mut().unwrap().remove(member);
        wrong.push(answer);
    }
    for member in ["signature", "authenticatorData", "clientDataJSON"] {
        for value in [json!(""), json!("*"), json!(null), json!(encode(&[0xff; 40]))] {
            let mut answer = right.clone();
            answer["response"][member] = value;
            wrong.push(answer);
        }
    }
    for answer in &wrong {
        let refused = house.finish_sign_in(ceremony, answer).await;
        assert_eq!(refused, Err(PasskeyError::Refused), "{answer}");
    }
    assert_eq!(house.held(&person).await, before);
    assert_eq!(house.finish_sign_in(ceremony, &right).await, Ok(person.id));
}

#[tokio::test]
async fn an_unknown_passkey_signs_nobody_in() {
    let house = House::new().await;
    let (person, opened, device) = house.person_with_device().await;
    let before = house.held(&person).await;
    let (_, options) = house.begin_add(&person, &opened).await;
    let stranger = Device::new(&options);
    assert_eq!(house.sign_in(&stranger).await, Err(PasskeyError::Refused));
    // With the id of a known one: the signature is another key's.
    let mut thief = Device::new(&options);
    thief.credential_id.clone_from(&device.credential_id);
    assert_eq!(house.sign_in(&thief).await, Err(PasskeyError::Refused));
    assert_eq!(house.held(&person).await.passkeys, before.passkeys);
}

#[tokio::test]
async fn an_answer_is_taken_once() {
    let house = House::new().await;
    let (person, _, device) = house.person_with_device().await;
    let (ceremony, options) = house.begin_sign_in().await;
    // Without a counter nothing but the ceremony itself tells the second from the first.
    let mut draft = device.used(&options);
    draft.counter = 0;
    let answer = draft.answer();
    let both = futures_util::future::join(
        house.finish_sign_in(ceremony, &answer),
        house.finish_sign_in(ceremony, &answer),
    );
    let both = <[_; 2]>::from(both.await);
    assert!(both.contains(&Ok(person.id)), "{both:?}");
    assert!(both.iter().any(Result::is_err), "{both:?}");
    let before = house.held(&person).await;
    house.pass_seconds(200);
    assert_eq!(house.finish_sign_in(ceremony, &answer).await, Err(PasskeyError::Gone));
    let fresh = device.used(&options).answer();
    assert_eq!(house.finish_sign_in(ceremony, &fresh).await, Err(PasskeyError::Gone));
    let (another, _) = house.begin_sign_in().await;
    assert_eq!(house.finish_sign_in(another, &answer).await, Err(PasskeyError::Refused));
    assert_eq!(house.held(&person).await, before);
}

#[tokio::test]
async fn a_challenge_is_answered_within_five_minutes() {
    let house = House::new().await;
    let (person, opened, device) = house.person_with_device().await;
    let (in_time, options) = house.begin_sign_in().await;
    let (late, late_options) = house.begin_sign_in().await;
    let (adding, add_options) = house.begin_add(&person, &opened).await;
    house.pass_seconds(299);
    let answer = device.used(&options).answer();
    assert_eq!(house.finish_sign_in(in_time, &answer).await, Ok(person.id));
    house.pass_seconds(1);
    let before = house.held(&person).await;
    let answer = device.used(&late_options).answer();
    assert_eq!(house.finish_sign_in(late, &answer).await, Err(PasskeyError::Gone));
    let added = Device::new(&add_options).added(&add_options).answer();
    let refused = house.finish_add(&opened, (adding, &added), "늦음").await;
    assert_eq!(refused, Err(PasskeyError::Gone));
    assert_eq!(house.held(&person).await, before);
}

#[tokio::test]
async fn a_ceremony_that_the_hub_did_not_begin_is_refused() {
    let house = House::new().await;
    let (person, opened, device) = house.person_with_device().await;
    let before = house.held(&person).await;
    let (_, mut options) = house.begin_sign_in().await;
    let own = CeremonyId::new(house.hub.now(), house.hub.storage().chance());
    for challenge in [own.uuid().as_bytes().to_vec(), vec![0; 32], Vec::new()] {
        options["challenge"] = json!(encode(&challenge));
        let answer = device.used(&options).answer();
        assert_eq!(house.finish_sign_in(own, &answer).await, Err(PasskeyError::Refused));
    }
    for timeless in ["00000000000000000000000000000000", "ffffffffffffffffffffffffffffffff"] {
        let id = format!("cer_{timeless}").parse().unwrap();
        let answer = device.used(&options).answer();
        assert_eq!(house.finish_sign_in(id, &answer).await, Err(PasskeyError::Gone));
    }
    let (signing_in, _) = house.begin_sign_in().await;
    let answer = device.added(&json!({ "challenge": options["challenge"], "rp": { "id": "hub.example" } }));
    let refused = house.finish_add(&opened, (signing_in, &answer.answer()), "열쇠").await;
    assert_eq!(refused, Err(PasskeyError::Gone));
    let (adding, add_options) = house.begin_add(&person, &opened).await;
    options["challenge"] = add_options["challenge"].clone();
    let answer = device.used(&options).answer();
    assert_eq!(house.finish_sign_in(adding, &answer).await, Err(PasskeyError::Refused));
    assert_eq!(house.held(&person).await.passkeys, before.passkeys);
}

#[tokio::test]
async fn a_counter_that_does_not_rise_betrays_a_copy() {
    let house = House::new().await;
    let (person, _, device) = house.person_with_device().await;
    for _ in 0..3 {
        assert_eq!(house.sign_in(&device).await, Ok(person.id));
    }
    let before = house.held(&person).await;
    for behind in [0, 1, 2] {
        device.set_counter(behind);
        assert_eq!(house.sign_in(&device).await, Err(PasskeyError::Refused), "{behind}");
    }
    let (ceremony, options) = house.begin_sign_in().await;
    let mut without = device.used(&options);
    without.counter = 0;
    let refused = house.finish_sign_in(ceremony, &without.answer()).await;
    assert_eq!(refused, Err(PasskeyError::Refused), "a counter does not vanish");
    assert_eq!(house.held(&person).await, before);
    device.set_counter(9);
    assert_eq!(house.sign_in(&device).await, Ok(person.id));
}

#[tokio::test]
async fn a_wrong_answer_adds_nothing_and_ends_the_ceremony() {
    const MORE: [Lie; 4] = [
        ("nobody verified", |draft| draft.flags &= !VERIFIED),
        ("nobody present", |draft| draft.flags &= !PRESENT),
        ("signing in", |draft| draft.kind = "webauthn.get"),
        ("not kept", |draft| draft.kept = Some(false)),
    ];
    let house = House::new().await;
    let person = house.person().await;
    let opened = house.open(&person).await;
    for (why, lie) in LIES.into_iter().chain(MORE) {
        let (ceremony, options) = house.begin_add(&person, &opened).await;
        let before = house.held(&person).await;
        let device = Device::new(&options);
        let mut draft = device.added(&options);
        lie(&mut draft);
        let refused = house.finish_add(&opened, (ceremony, &draft.answer()), "열쇠").await;
        assert_eq!(refused, Err(PasskeyError::Refused), "{why}");
        let right = device.added(&options).answer();
        let again = house.finish_add(&opened, (ceremony, &right), "열쇠").await;
        assert_eq!(again, Err(PasskeyError::Gone), "{why}");
        assert_eq!(house.held(&person).await, before, "{why}");
    }
    for nonsense in [
        json!({}),
        json!(null),
        json!({ "id": "AA", "rawId": "AA", "type": "public-key" }),
    ] {
        let (ceremony, _) = house.begin_add(&person, &opened).await;
        let refused = house.finish_add(&opened, (ceremony, &nonsense), "열쇠").await;
        assert_eq!(refused, Err(PasskeyError::Refused), "{nonsense}");
    }
}

/// An unheard answer to whether the key is kept is no refusal: not every browser says it.
#[tokio::test]
async fn a_device_that_does_not_say_whether_it_keeps_the_key_is_believed() {
    let house = House::new().await;
    let person = house.person().await;
    let opened = house.open(&person).await;
    let (ceremony, options) = house.begin_add(&person, &opened).await;
    let device = Device::new(&options);
    let mut draft = device.added(&options);
    draft.kept = None;
    house
        .finish_add(&opened, (ceremony, &draft.answer()), "열쇠")
        .await
        .unwrap();
    assert_eq!(house.sign_in(&device).await, Ok(person.id));
}

#[tokio::test]
async fn a_ceremony_of_adding_belongs_to_its_session() {
    let house = House::new().await;
    let (person, other) = (house.person().await, house.person().await);
    let (opened, others) = (house.open(&person).await, house.open(&other).await);
    let second = house.open(&person).await;
    let mixed = house.passkeys.begin_add(&house.hub, &opened.session, &other).await;
    assert_eq!(mixed, Err(PasskeyError::Refused));
    let (ceremony, options) = house.begin_add(&person, &opened).await;
    let before = (house.held(&person).await, house.held(&other).await);
    let answer = Device::new(&options).added(&options).answer();
    for stranger in [&others, &second] {
        let refused = house.finish_add(stranger, (ceremony, &answer), "열쇠").await;
        assert_eq!(refused, Err(PasskeyError::Gone));
    }
    assert_eq!((house.held(&person).await, house.held(&other).await), before);
    house.finish_add(&opened, (ceremony, &answer), "열쇠").await.unwrap();
    let again = house.finish_add(&opened, (ceremony, &answer), "열쇠").await;
    assert_eq!(again, Err(PasskeyError::Gone), "answered once");
}

#[tokio::test]
async fn a_key_is_added_once_and_to_one_person() {
    let house = House::new().await;
    let (person, opened, device) = house.person_with_device().await;
    let other = house.person().await;
    let others = house.open(&other).await;
    let add = async |person, opened| {
        let (ceremony, options): (CeremonyId, Value) = house.begin_add(person, opened).await;
        let answer = device.added(&options).answer();
        house.finish_add(opened, (ceremony, &answer), "같은 열쇠").await
    };
    assert_eq!(add(&person, &opened).await, Err(PasskeyError::Refused));
    assert_eq!(add(&other, &others).await, Err(PasskeyError::Refused));
    assert_eq!(house.held(&person).await.passkeys.len(), 1);
    assert!(house.held(&other).await.passkeys.is_empty());
    assert_eq!(house.sign_in(&device).await, Ok(person.id));
}
