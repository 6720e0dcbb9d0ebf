//! A hub, and the people who come to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use naru_auth::passkey::{PasskeyError, Passkeys};
use naru_auth::session::{self, Opened};
use naru_core::{
    Action, Actor, CeremonyId, Chance, Clock, PasskeyId, Person, PersonFacts, PersonId, PersonLimits, SECOND,
    SignInMethod, Timestamp, UserSeqNo,
};
use naru_crypto::Keyring;
use naru_storage::{DatabaseSettings, PasskeyRow, Storage, StorageError, TrailRow};
use naru_web::{Hub, HubSettings, Lives};
use serde_json::Value;

use crate::authenticator::Device;

/// Where browsers reach the hub.
pub(crate) const ORIGIN: &str = "https://hub.example:8443";
/// The name that no authenticator may be told.
pub(crate) const REAL_NAME: &str = "김나루하늘";

pub(crate) struct House {
    pub(crate) hub: Hub,
    pub(crate) passkeys: Passkeys,
    hand: Arc<AtomicI64>,
}

/// What must not change where something is refused: a person's passkeys, and the length of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) passkeys: Vec<PasskeyRow>,
    trail: i64,
}

impl House {
    pub(crate) async fn new() -> Self {
        let (clock, hand) = Clock::manual(Timestamp::from_compact("20261121140000").unwrap());
        let memory = DatabaseSettings::Memory;
        let storage = Storage::open(&memory, Keyring::generate(), clock, Chance::seeded(7)).unwrap();
        storage.migrate().await.unwrap();
        let settings = HubSettings {
            public_url: ORIGIN.to_owned(),
            mutual_tls_url: None,
            outbound: naru_web::OutboundSettings::default(),
            test_bed: true,
            hours: None,
            lives: Lives::default(),
            person_limits: PersonLimits::default(),
            page_size: 25,
            rates: naru_web::RateSettings::default(),
        };
        Self {
            hub: Hub::start(storage, settings),
            passkeys: Passkeys::new(ORIGIN).unwrap(),
            hand,
        }
    }

    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.hand.fetch_add(seconds * SECOND, Ordering::SeqCst);
    }

    /// Somebody who is known to the hub; a second later, so that the trail has an order.
    pub(crate) async fn person(&self) -> Person {
        let (now, chance) = (self.hub.now(), self.hub.storage().chance());
        let person = &Person {
            id: PersonId::new(now, chance),
            user_seq_no: UserSeqNo::new(chance),
            facts: PersonFacts {
                linking_value: chance.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", 88),
                name: REAL_NAME.to_owned(),
                birth_date: "19900102".to_owned(),
                gender: "F".to_owned(),
                cell_no: "010-1234-5678".to_owned(),
                email: "naru@example.com".to_owned(),
            },
            created_at: now,
        };
        let joined = self.hub.storage().run("it", &Actor::Hub("it"), async |tx| {
            tx.person_insert(person).await?;
            tx.trail(Action::PersonJoined, person.id, ()).await
        });
        joined.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
        self.pass_seconds(1);
        person.clone()
    }

    pub(crate) async fn open(&self, person: &Person) -> Opened {
        let opened = session::open(&self.hub, person.id, SignInMethod::Identity, "Chrome, Android").await;
        opened.unwrap()
    }

    /// Somebody with a session and a passkey on a device.
    pub(crate) async fn person_with_device(&self) -> (Person, Opened, Device) {
        let person = self.person().await;
        let opened = self.open(&person).await;
        self.pass_seconds(1);
        let device = self.add(&person, &opened, "내 휴대폰").await;
        (person, opened, device)
    }

    /// Adds a passkey on a fresh device.
    pub(crate) async fn add(&self, person: &Person, opened: &Opened, name: &str) -> Device {
        let (ceremony, options) = self.begin_add(person, opened).await;
        let device = Device::new(&options);
        let answer = device.added(&options).answer();
        self.finish_add(opened, (ceremony, &answer), name).await.unwrap();
        device
    }

    pub(crate) async fn begin_add(&self, person: &Person, opened: &Opened) -> (CeremonyId, Value) {
        let begun = self.passkeys.begin_add(&self.hub, &opened.session, person).await;
        begun.unwrap()
    }

    pub(crate) async fn finish_add(
        &self,
        opened: &Opened,
        answer: (CeremonyId, &Value),
        name: &str,
    ) -> Result<PasskeyId, PasskeyError> {
        self.passkeys.finish_add(&self.hub, &opened.session, answer, name).await
    }

    pub(crate) async fn begin_sign_in(&self) -> (CeremonyId, Value) {
        self.passkeys.begin_sign_in(&self.hub).await.unwrap()
    }

    pub(crate) async fn finish_sign_in(&self, ceremony: CeremonyId, answer: &Value) -> Result<PersonId, PasskeyError> {
        self.passkeys.finish_sign_in(&self.hub, ceremony, answer).await
    }

    /// A whole sign-in with a device.
    pub(crate) async fn sign_in(&self, device: &Device) -> Result<PersonId, PasskeyError> {
        let (ceremony, options) = self.begin_sign_in().await;
        self.finish_sign_in(ceremony, &device.used(&options).answer()).await
    }

    pub(crate) async fn held(&self, person: &Person) -> Held {
        let held = self.hub.storage().read("it", async |tx| {
            Ok(Held {
                passkeys: tx.passkey_list(person.id).await?,
                trail: tx.trail_count().await?,
            })
        });
        held.await.unwrap_or_else(|error: StorageError| panic!("{error}"))
    }

    /// What the trail tells of a person or a ceremony.
    pub(crate) async fn trail(&self, subject: impl std::fmt::Display) -> Vec<TrailRow> {
        let subject = subject.to_string();
        let found = self
            .hub
            .storage()
            .read("it", async |tx| tx.trail_of(&subject).await)
            .await;
        found.unwrap_or_else(|error: StorageError| panic!("{error}"))
    }

    /// The actions of those rows.
    pub(crate) async fn actions(&self, subject: impl std::fmt::Display) -> Vec<Action> {
        self.trail(subject).await.iter().map(|row| row.action).collect()
    }
}
