//! The world of a run: a whole hub over a database in memory, four institutions, two fintechs, five people, and a
//! clock that is the runtime's own virtual time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt as _;
use naru::app::Parts;
use naru_auth::client::service::{self as clients, Registration};
use naru_auth::identity::{Claim, Confirmed, IdentityCheck, NoAnswer, Sent as CodeSent};
use naru_auth::token::service as tokens;
use naru_banking::BankingSettings;
use naru_banking::line::Line;
use naru_core::{
    Action, Actor, BankCode, Chance, Client, ClientLimits, Clock, ContractAccount, Environment, Institution,
    InstitutionStatus, PersonLimits, Scope, Scopes, Timestamp, Won,
};
use naru_crypto::Keyring;
use naru_sims::bank::{Books, OpeningAccount};
use naru_storage::{DatabaseSettings, Storage, StorageError};
use naru_web::{HubSettings, Lives};
use serde_json::Value;
use tower::ServiceExt as _;

use super::bank::{Bank, BankLine};
use super::consent::{Human, Seat};
use super::sent::Sent;

pub(super) const ACTOR: Actor = Actor::Hub("seed");
/// The first moment: a Sunday evening before the end of a month, so that days, months and years of limits change.
const BEGAN: &str = "20261215180000";

/// A fintech.
pub(super) struct Fintech {
    pub(super) client: Client,
    pub(super) oob_token: String,
}

/// Everything of one run.
pub(super) struct World {
    pub(super) parts: Parts,
    pub(super) banks: Vec<Arc<Bank>>,
    pub(super) fintechs: Vec<Fintech>,
    pub(super) humans: Vec<Human>,
    /// What each fintech holds of each person: the place is `fintech * humans + human`.
    pub(super) seats: Vec<Mutex<Seat>>,
    /// Requests that move money, in the order in which they were made.
    pub(super) sent: Mutex<Vec<Arc<Sent>>>,
    /// Answers by the action that got them.
    pub(super) told: Mutex<BTreeMap<usize, Vec<Value>>>,
    /// Until when the hub's own rounds are frequent, microseconds.
    pub(super) busy_until: AtomicI64,
    router: Router,
}

/// The runtime's virtual time as the hub's clock.
fn virtual_clock() -> Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the runtime's time is paused: this is the test's own clock"
    )]
    let start = tokio::time::Instant::now();
    let began = Timestamp::from_compact(BEGAN).expect("the moment exists");
    Clock::from_fn(move || {
        let micros = i64::try_from(start.elapsed().as_micros()).expect("thirty days in microseconds");
        Timestamp(began.0 + micros)
    })
}

/// Code, net debit cap, calls at once, accounts of persons (by their place in the list of people).
const BANKS: [(&str, Option<i64>, i64, &[usize]); 4] = [
    ("097", None, 256, &[0, 1, 2]),
    ("004", Some(40_000_000), 256, &[0, 3, 4]),
    ("020", None, 6, &[1, 3]),
    ("088", None, 256, &[2, 4]),
];
/// Where each fintech has its contract account.
const CONTRACTS: [(&str, &str, &str); 2] = [
    ("097", "97090000000017", "나루페이"),
    ("020", "20090000000018", "두레페이"),
];
const PEOPLE: [&str; 5] = ["김하늘", "이도윤", "박서연", "최가람", "정다온"];

pub(super) fn account_num(bank: &str, human: usize) -> String {
    format!("{bank}1000000{human:04}")
}

fn books(code: &str, people: &[usize]) -> Books {
    let mut books = Books::new(code, "시험은행");
    let mut open = |account| {
        let opened = books.open_account(account).expect("the account is well formed");
        assert!(opened, "each account is opened once");
    };
    for human in people {
        let holder = (PEOPLE[*human], "900101");
        let number = account_num(code, *human);
        open(OpeningAccount::person(
            &number,
            &linking_value(*human),
            holder,
            6_000_000,
        ));
    }
    for (_, number, name) in CONTRACTS.iter().filter(|(bank, ..)| *bank == code) {
        open(OpeningAccount::contract(number, name, "0000000017", 20_000_000));
    }
    books
}

pub(super) fn linking_value(human: usize) -> String {
    format!("CI{human:086}")
}

impl World {
    pub(super) async fn new(seed: u64) -> Arc<Self> {
        let (clock, chance) = (virtual_clock(), Chance::seeded(seed));
        let storage = Storage::open(&DatabaseSettings::Memory, Keyring::generate(), clock.clone(), chance)
            .expect("a database in memory opens");
        storage.migrate().await.expect("the schema is made");
        let banks: Vec<Arc<Bank>> = (1..)
            .zip(BANKS)
            .map(|(place, (code, _, _, people))| {
                let code = BankCode::parse(code).expect("three digits");
                let chance = Chance::seeded(seed.wrapping_mul(31).wrapping_add(place));
                Bank::new(code.clone(), books(code.as_str(), people), (clock.clone(), chance))
            })
            .collect();
        put_institutions(&storage).await;
        let lines = banks.clone();
        let connect = move |institution: &Institution| -> Arc<dyn Line> {
            let bank = lines.iter().find(|bank| bank.code == institution.code);
            Arc::new(BankLine(Arc::clone(bank.expect("only these institutions are stored"))))
        };
        let identity: Arc<dyn IdentityCheck> = Arc::new(NobodyAsks);
        let assembled = Parts::assemble(
            storage,
            settings(),
            (BankingSettings::default(), Arc::new(connect)),
            (identity, naru::app::TrialWords::default()),
            naru_admission::AdmissionSettings::default(),
        );
        let parts = assembled.await.expect("the hub is put together");
        let mut fintechs = Vec::new();
        for (bank, number, name) in CONTRACTS {
            fintechs.push(fintech(&parts, (bank, number, name)).await);
        }
        let humans = people();
        let seats = fintechs
            .iter()
            .flat_map(|_| humans.iter().map(|_| Mutex::default()))
            .collect();
        let world = Arc::new(Self {
            router: parts.router(),
            parts,
            banks,
            fintechs,
            humans,
            seats,
            sent: Mutex::default(),
            told: Mutex::default(),
            busy_until: AtomicI64::new(0),
        });
        for place in 0..world.seats.len() {
            world.agree(place).await;
        }
        world
    }

    pub(super) fn storage(&self) -> &Storage {
        self.parts.hub.storage()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.parts.hub.now()
    }

    pub(super) fn bank(&self, code: &BankCode) -> &Arc<Bank> {
        let found = self.banks.iter().find(|bank| bank.code == *code);
        found.expect("transfers are between these banks")
    }

    /// Keeps the hub's rounds frequent for a while.
    pub(super) fn stay_busy(&self, seconds: i64) {
        self.busy_until
            .fetch_max(self.now().plus_seconds(seconds).0, Ordering::Relaxed);
    }

    /// One call through the hub's own router, as a fintech makes it.
    pub(super) async fn post(&self, action: usize, path: &str, token: &str, body: &Value) -> Value {
        let request = Request::post(path).header("content-type", "application/json; charset=UTF-8");
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request
            .body(Body::from(body.to_string()))
            .expect("a request is well formed");
        self.exchange(action, request).await
    }

    pub(super) async fn get(&self, action: usize, path_and_query: &str, token: &str) -> Value {
        let request = Request::get(path_and_query).header("authorization", format!("Bearer {token}"));
        let request = request.body(Body::empty()).expect("a request is well formed");
        self.exchange(action, request).await
    }

    async fn exchange(&self, action: usize, request: Request<Body>) -> Value {
        let Ok(response) = self.router.clone().oneshot(request).await;
        let body = response
            .into_body()
            .collect()
            .await
            .expect("a body in memory")
            .to_bytes();
        let answer: Value = serde_json::from_slice(&body).expect("an answer is JSON");
        let code = answer["rsp_code"].as_str().expect("every answer has a code");
        assert!(
            !matches!(code, "A0003" | "A0004"),
            "a sound request was answered {answer}"
        );
        let mut told = self.told.lock().expect("noting an answer does not panic");
        told.entry(action).or_default().push(answer.clone());
        answer
    }
}

fn settings() -> HubSettings {
    HubSettings {
        public_url: "https://localhost".to_owned(),
        mutual_tls_url: None,
        outbound: naru_web::OutboundSettings::default(),
        test_bed: true,
        hours: Some((5, 1_435)),
        lives: Lives::default(),
        person_limits: PersonLimits {
            transfer_won: Won(900_000),
            day_won: Won(2_500_000),
            first_days_won: Won(1_000_000),
        },
        page_size: 25,
        rates: naru_web::RateSettings::default(),
    }
}

async fn put_institutions(storage: &Storage) {
    for (code, cap, in_flight_max, _) in BANKS {
        let institution = Institution {
            code: BankCode::parse(code).expect("three digits"),
            name_ko: format!("시험은행 {code}"),
            name_en: format!("Bank {code}"),
            line_url: format!("https://{code}.invalid"),
            simulated: true,
            status: InstitutionStatus::Open,
            timeout_ms: 10_000,
            in_flight_max,
            net_debit_cap: cap.map(Won),
            updated_at: storage.clock().now(),
            version: 0,
        };
        let row = &institution;
        let put = storage.run("institution_put", &ACTOR, async |tx| {
            tx.institution_put(row).await?;
            tx.trail(Action::InstitutionChanged, &row.code, serde_json::json!({}))
                .await
        });
        let put: Result<(), StorageError> = put.await;
        put.expect("an institution is stored");
    }
}

async fn fintech(parts: &Parts, (bank, number, name): (&str, &str, &str)) -> Fintech {
    let limits = ClientLimits {
        transfer_won: Won(1_000_000),
        day_won: Won(9_000_000),
        month_won: Won(120_000_000),
    };
    let registration = Registration {
        client_use_code: None,
        name: name.to_owned(),
        environment: Environment::TestBed,
        scopes: Scopes::of(&[Scope::Login, Scope::Inquiry, Scope::Transfer, Scope::Oob]),
        redirect_uris: vec!["https://app.invalid/callback".to_owned()],
        certificate_sha256: None,
        contract_account: ContractAccount {
            bank_code: BankCode::parse(bank).expect("three digits"),
            account_num: number.to_owned(),
            holder_name: name.to_owned(),
        },
        withdraw_limits: limits,
        deposit_limits: limits,
        credential: None,
        organisation_id: None,
    };
    let registered = clients::register(parts.hub.storage(), &ACTOR, registration).await;
    let (client, secret) = registered.expect("the fintech is registered");
    let proof = tokens::ClientProof {
        client_id: &client.id.to_string(),
        secret: secret.as_ref().expect("a secret in the test bed").expose(),
        certificate_sha256: None,
    };
    let issued = tokens::two_legged(&parts.hub, &proof, "oob").await.expect("a token");
    Fintech {
        oob_token: issued.access.expose().to_owned(),
        client,
    }
}

fn people() -> Vec<Human> {
    let banks_of = |human: usize| {
        let here = BANKS.iter().filter(move |(.., people)| people.contains(&human));
        here.map(|(code, ..)| BankCode::parse(code).expect("three digits"))
            .collect()
    };
    let human = |(place, name): (usize, &&'static str)| Human {
        place,
        name,
        banks: banks_of(place),
    };
    PEOPLE.iter().enumerate().map(human).collect()
}

/// Nobody signs in by page here.
struct NobodyAsks;

impl IdentityCheck for NobodyAsks {
    fn send<'a>(&'a self, _claim: &'a Claim) -> BoxFuture<'a, Result<CodeSent, NoAnswer>> {
        Box::pin(std::future::ready(Ok(CodeSent::NoMatch)))
    }

    fn confirm<'a>(&'a self, _request_id: &'a str, _code: &'a str) -> BoxFuture<'a, Result<Confirmed, NoAnswer>> {
        Box::pin(std::future::ready(Ok(Confirmed::Expired)))
    }
}
