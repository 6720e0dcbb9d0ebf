//! A hub over a database in memory, with a clock that the test owns, and a prober that answers what it is told.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use naru_core::{
    AdmissionState, BankCode, Chance, Client, ClientId, ClientLimits, ClientStatus, ClientUseCode, Clock,
    ContractAccount, Endpoint, EndpointKind, Environment, Member, MemberId, NoticeKind, Organisation, OrganisationId,
    OrganisationKind, Role, Roles, SECOND, Scopes, SignalKind, SignalOutcome, StandingDuty, Timestamp, Won,
};
use naru_crypto::Keyring;
use naru_storage::{DatabaseSettings, MemberRow, SignalRow, Storage, StorageError, Tx};
use naru_web::{Hub, HubSettings, Lives, RateSettings};
use serde_json::json;

use super::prober::{Prober, Seen};
use crate::{AdmissionSettings, Office, Staff, endpoint};

pub(crate) struct House {
    pub(crate) office: Office,
    hand: Arc<AtomicI64>,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::keeping(AdmissionSettings::default().observations_kept).await
    }

    /// A house that keeps so many observations of each signal.
    pub(crate) async fn keeping(observations_kept: i64) -> Self {
        let (clock, hand) = Clock::manual(Timestamp::from_compact("20261121140000").unwrap());
        let memory = DatabaseSettings::Memory;
        let storage = Storage::open(&memory, Keyring::generate(), clock, Chance::seeded(7)).unwrap();
        storage.migrate().await.unwrap();
        let settings = HubSettings {
            public_url: "https://hub.example".to_owned(),
            mutual_tls_url: None,
            outbound: naru_web::OutboundSettings::default(),
            test_bed: true,
            hours: None,
            lives: Lives::default(),
            person_limits: naru_core::PersonLimits::default(),
            page_size: 25,
            rates: RateSettings::default(),
        };
        let office = Office {
            hub: Hub::start(storage, settings),
            settings: Arc::new(AdmissionSettings {
                observations_kept,
                ..AdmissionSettings::default()
            }),
        };
        Self { office, hand }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.office.hub.now()
    }

    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.hand.fetch_add(seconds * SECOND, Ordering::SeqCst);
    }

    /// Writes without a trail.
    pub(crate) async fn put<T, F, U>(&self, work: F) -> T
    where
        F: Fn(Tx) -> U + Send,
        U: Future<Output = Result<T, StorageError>> + Send,
        T: Send,
    {
        self.office.hub.storage().record("house", work).await.unwrap()
    }

    /// A fintech with one member in these roles, and the member's sign-in.
    pub(crate) async fn staff(&self, code: &str, roles: &[Role]) -> Staff {
        let (now, chance) = (self.now(), self.office.hub.storage().chance());
        let organisation = Organisation {
            id: OrganisationId::new(now, chance),
            code: code.to_owned(),
            kind: OrganisationKind::Fintech,
            name: "모아핀".to_owned(),
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
        let member = Member {
            id: MemberId::new(now, chance),
            organisation_id: organisation.id,
            user_name: format!("somebody@{code}.example"),
            display_name: "담당자".to_owned(),
            roles: Roles::of(roles),
            active: true,
            certificate_sha256: None,
            created_at: now,
            changed_at: now,
            seen_at: None,
            version: 1,
        };
        let row = MemberRow {
            member: member.clone(),
            directory: json!({}),
            removed_at: None,
        };
        self.put(async |tx| {
            tx.organisation_insert(&organisation).await?;
            tx.member_insert(&row).await
        })
        .await;
        Staff { member, organisation }
    }

    /// An active client of an organisation in the test bed.
    pub(crate) async fn client(&self, organisation: OrganisationId) -> Client {
        let (now, chance) = (self.now(), self.office.hub.storage().chance());
        let limits = ClientLimits {
            transfer_won: Won(1),
            day_won: Won(2),
            month_won: Won(3),
        };
        let client = Client {
            id: ClientId::new(now, chance),
            client_use_code: ClientUseCode::new(chance),
            name: "모아핀".to_owned(),
            environment: Environment::TestBed,
            profile: naru_core::Profile::Kftc,
            status: ClientStatus::Active,
            status_since: now,
            status_reason: String::new(),
            scopes: Scopes::default(),
            redirect_uris: Vec::new(),
            secret_sha256: None,
            certificate_sha256: None,
            contract_account: ContractAccount {
                bank_code: BankCode::parse("097").unwrap(),
                account_num: format!("5500{}", chance.below(1_000_000_000)),
                holder_name: "주식회사 모아핀".to_owned(),
            },
            withdraw_limits: limits,
            deposit_limits: limits,
            organisation_id: Some(organisation),
            created_at: now,
            version: 1,
        };
        self.put(async |tx| tx.client_insert(&client).await).await;
        client
    }

    pub(crate) async fn endpoint(&self, staff: &Staff, kind: EndpointKind, url: &str) -> Endpoint {
        endpoint::service::register(&self.office, staff, (kind, url))
            .await
            .unwrap()
    }

    pub(crate) async fn signals(&self, organisation: OrganisationId) -> Vec<SignalRow> {
        let storage = self.office.hub.storage();
        let read = storage.read("house", async |tx| tx.signal_list(organisation).await);
        read.await.unwrap_or_else(|error: StorageError| panic!("{error}"))
    }

    pub(crate) async fn signal(&self, organisation: OrganisationId, signal: SignalKind) -> SignalRow {
        let rows = self.signals(organisation).await;
        rows.into_iter()
            .find(|row| row.signal == signal)
            .expect("it is planned")
    }

    /// The kinds of open notices.
    pub(crate) async fn notices(&self, organisation: OrganisationId) -> Vec<NoticeKind> {
        let storage = self.office.hub.storage();
        let read = storage.read("house", async |tx| tx.notice_list_open(organisation).await);
        let rows = read.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
        rows.iter().map(|row| row.kind).collect()
    }

    /// The details of an organisation's rows of the trail.
    pub(crate) async fn trail(&self, subject: OrganisationId) -> Vec<String> {
        let (storage, subject) = (self.office.hub.storage(), subject.to_string());
        let read = storage.read("house", async |tx| tx.trail_of(&subject).await);
        let rows = read.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
        rows.into_iter().map(|row| row.details).collect()
    }
}

/// A prober that answers what it is told, and remembers where it was sent.
pub(crate) struct Told {
    pub(crate) seen: Mutex<Seen>,
    pub(crate) sent: Mutex<Vec<(SignalKind, String)>>,
}

impl Told {
    pub(crate) fn new(outcome: SignalOutcome) -> Self {
        Self {
            seen: Mutex::new(Seen::new(outcome, "told", &json!({ "told": true }), "told/1")),
            sent: Mutex::default(),
        }
    }

    pub(crate) fn tell(&self, seen: Seen) {
        *self.seen.lock().unwrap() = seen;
    }

    pub(crate) fn outcome(&self, outcome: SignalOutcome) {
        self.tell(Seen::new(outcome, "told", &json!({}), "told/1"));
    }

    pub(crate) fn count(&self) -> usize {
        self.sent.lock().unwrap().len()
    }
}

impl Prober for Told {
    fn look<'a>(&'a self, signal: SignalKind, url: &'a str) -> BoxFuture<'a, Seen> {
        self.sent.lock().unwrap().push((signal, url.to_owned()));
        std::future::ready(self.seen.lock().unwrap().clone()).boxed()
    }
}
