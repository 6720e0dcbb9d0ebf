//! The pages of a hub without institutions, and browsers that keep their cookies.

#[path = "browser.rs"]
mod browser;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use futures_util::future::BoxFuture;
use naru_auth::client::service::{self as clients, Registration};
use naru_auth::identity::{Claim, Confirmed, IdentityCheck, NoAnswer, Sent};
use naru_auth::passkey::Passkeys;
use naru_banking::line::{Lines, ScriptedLine};
use naru_banking::{BankingSettings, Desk};
use naru_console::Pages;
use naru_core::{
    Action, Actor, BankCode, CallId, Chance, Client, ClientLimits, Clock, ContractAccount, Environment, Grant, GrantId,
    Institution, InstitutionStatus, Person, PersonFacts, PersonLimits, SECOND, Scope, Scopes, Timestamp, Won,
};
use naru_crypto::{Authority, Keyring};
use naru_storage::{CallRecord, DatabaseSettings, Storage, StorageError, Tx};
use naru_web::{Hub, HubSettings, Lives, router};

pub(crate) use browser::{Answer, Browser};

pub(crate) const REDIRECT: &str = "https://app.example/callback";
const ACTOR: Actor = Actor::Hub("tests");
const BANK: &str = "097";
/// The number that reaches every phone.
const CODE: &str = "042817";

/// An agency that believes everybody: the claim's number is the check's own name for it.
struct Believer;

fn facts(name: &str, cell_no: &str) -> PersonFacts {
    PersonFacts {
        linking_value: format!("{cell_no:A<88}"),
        name: name.to_owned(),
        birth_date: "19900131".to_owned(),
        gender: "F".to_owned(),
        cell_no: cell_no.to_owned(),
        email: String::new(),
    }
}

impl IdentityCheck for Believer {
    fn send<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Sent, NoAnswer>> {
        let sent = Sent::Code {
            request_id: claim.cell_no.clone(),
            simulated_message: Some(format!("[나루] 인증번호 {CODE}")),
        };
        Box::pin(async { Ok(sent) })
    }

    fn confirm<'a>(&'a self, request_id: &'a str, code: &'a str) -> BoxFuture<'a, Result<Confirmed, NoAnswer>> {
        let confirmed = match code {
            CODE => Confirmed::Person(Box::new(facts("김나루", request_id))),
            _ => Confirmed::Wrong { tries_left: 2 },
        };
        Box::pin(async { Ok(confirmed) })
    }
}

/// The institution that has the fintechs' contract accounts.
fn bank(storage: &Storage) -> Institution {
    Institution {
        code: BankCode::parse(BANK).unwrap(),
        name_ko: "나루시험은행".to_owned(),
        name_en: "Simulated bank 097".to_owned(),
        line_url: "https://localhost:1".to_owned(),
        simulated: true,
        status: InstitutionStatus::Open,
        timeout_ms: 1_000,
        in_flight_max: 1,
        net_debit_cap: None,
        updated_at: storage.clock().now(),
        version: 1,
    }
}

/// Its row; no line leads to it.
async fn institution(storage: &Storage) {
    let row = bank(storage);
    let put = storage.run("test_institution", &ACTOR, async |tx: Tx| {
        tx.institution_put(&row).await?;
        tx.trail(Action::InstitutionAdded, &row.code, ()).await
    });
    let put: Result<(), StorageError> = put.await;
    put.unwrap();
}

pub(crate) struct Bed {
    pub(crate) hub: Hub,
    lines: Arc<Lines>,
    router: Router,
    hand: Arc<AtomicI64>,
}

/// The authority that issues certificates to clients.
fn authority() -> Authority {
    let began = time::macros::datetime!(2026-01-01 0:00 UTC);
    Authority::generate("Naru tests", began).unwrap()
}

/// A folder of its own for the documents of a test.
fn folder() -> std::path::PathBuf {
    static COUNT: AtomicI64 = AtomicI64::new(0);
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("console-documents-{count}"));
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

impl Bed {
    pub(crate) async fn new() -> Self {
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
            person_limits: PersonLimits::default(),
            page_size: 25,
            rates: naru_web::RateSettings::default(),
        };
        institution(&storage).await;
        let clock = storage.clock().clone();
        let silent = ScriptedLine::queued([]);
        let lines = Arc::new(Lines::new(silent.connect(), clock.clone()));
        let hub = Hub::start(storage, settings);
        let pages = Pages {
            hub: hub.clone(),
            desk: Desk {
                hub: hub.clone(),
                lines: Arc::clone(&lines),
                settings: BankingSettings::default(),
                commits: Arc::default(),
            },
            office: naru_admission::Office {
                hub: hub.clone(),
                settings: Arc::new(naru_admission::AdmissionSettings {
                    documents: folder(),
                    ..naru_admission::AdmissionSettings::default()
                }),
            },
            identity: Arc::new(Believer),
            passkeys: Some(Passkeys::new("https://hub.example").unwrap()),
            trial_people: Arc::new([]),
            code_pool: naru_auth::member::CodePool::default(),
            authority: Some(Arc::new(authority())),
            trial_members: Arc::new([]),
        };
        let mut routes = naru_console::routes(&pages);
        routes.extend(naru_auth::routes(&hub));
        let router = router(routes, clock, hub.storage().chance().clone());
        Self {
            hub,
            lines,
            router,
            hand,
        }
    }

    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.hand.fetch_add(seconds * SECOND, Ordering::SeqCst);
    }

    /// A line to the institution, which never answers.
    pub(crate) fn open_line(&self) {
        self.lines.refresh(&[bank(self.hub.storage())]);
    }

    /// Somebody whom an administrator makes known on the page of members: with these roles and a certificate, enrolled
    /// with the code that was shown once, in a browser of their own.
    pub(crate) async fn joined(
        &self,
        by: &mut Browser<'_>,
        (organisation, user): (&str, &str),
        roles: &[&str],
        certificate: [u8; 32],
    ) -> Browser<'_> {
        let token = by.get("/staff/members").await.csrf();
        let mut pairs = vec![("csrf", token.as_str()), ("user_name", user), ("display_name", user)];
        pairs.extend(roles.iter().map(|role| ("role", *role)));
        let shown = by.post("/staff/members", &pairs).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        let (_, rest) = shown.text.split_once("<code class=\"bubble\">").expect("a code");
        let code = rest.split('<').next().unwrap().to_owned();
        assert!(!by.get("/staff/members").await.text.contains(&code), "shown once");
        let (_, own) = shown
            .text
            .split_once(&format!("<span class=\"soft\">{user}</span>"))
            .expect("they are listed");
        let (before, after) = own.split_once("/certificate?").expect("a form for them");
        let (_, path) = before.rsplit_once("action=\"").unwrap();
        let version = after.split("name=\"version\" value=\"").nth(1).unwrap();
        let version = version.split('"').next().unwrap();
        let shown = naru_crypto::hex(&certificate);
        let pairs = [("csrf", token.as_str()), ("version", version), ("certificate", &shown)];
        let kept = by.post(&format!("{path}/certificate"), &pairs).await;
        assert_eq!(kept.status, 303, "{}", kept.text);
        let mut browser = self.browser();
        browser.certificate = Some(certificate);
        let token = browser.get("/staff/enrol").await.csrf();
        let pairs = [
            ("csrf", token.as_str()),
            ("organisation", organisation),
            ("user_name", user),
            ("code", &code),
        ];
        let typed = browser.post("/staff/enrol", &pairs).await;
        assert_eq!(typed.status, 303, "{}", typed.text);
        let page = browser.get("/staff/enrol/passkey").await;
        let action = page.action("/staff/enrol/certificate");
        let entered = browser.post(&action, &[("csrf", &page.csrf())]).await;
        assert_eq!(entered.status, 303, "{}", entered.text);
        browser
    }

    /// An admitted fintech.
    pub(crate) async fn fintech(&self, name: &str) -> Client {
        let limits = ClientLimits {
            transfer_won: Won(1_000),
            day_won: Won(1_000),
            month_won: Won(1_000),
        };
        let registration = Registration {
            client_use_code: None,
            organisation_id: None,
            name: name.to_owned(),
            environment: Environment::TestBed,
            scopes: Scopes::of(&[Scope::Login, Scope::Inquiry]),
            redirect_uris: vec![REDIRECT.to_owned()],
            certificate_sha256: None,
            contract_account: ContractAccount {
                bank_code: BankCode::parse(BANK).unwrap(),
                account_num: "100200300".to_owned(),
                holder_name: name.to_owned(),
            },
            withdraw_limits: limits,
            deposit_limits: limits,
            credential: None,
        };
        let storage = self.hub.storage();
        clients::register(storage, &ACTOR, registration).await.unwrap().0
    }

    /// The person whom the agency knows under this number.
    pub(crate) async fn person(&self, cell_no: &str) -> Person {
        let facts = facts("김나루", cell_no);
        let put = self.hub.storage().run("test_person", &ACTOR, async |tx| {
            naru_auth::authorization::service::person_put(&self.hub, &tx, &facts).await
        });
        put.await.unwrap()
    }

    /// A grant of a person, with one call under it.
    pub(crate) async fn grant(&self, client: &Client, person: &Person) -> (Grant, CallId) {
        let (now, chance) = (self.hub.now(), self.hub.storage().chance());
        let grant = Grant {
            id: GrantId::new(chance),
            client_id: client.id,
            person_id: Some(person.id),
            scopes: Scopes::of(&[Scope::Login]),
            created_at: now,
            expires_at: now.plus_days(365),
            revoked: None,
            last_used_at: None,
        };
        let call = CallRecord {
            id: CallId::new(now, chance),
            at: now,
            route: "GET /v2.0/user/me".to_owned(),
            client_id: Some(client.id),
            grant_id: Some(grant.id),
            person_id: Some(person.id),
            bank_tran_id: None,
            rsp_code: "A0000".to_owned(),
            bank_rsp_code: String::new(),
            bank_code: None,
            hub_us: 1,
            institution_us: 0,
            verdict: String::new(),
            about: None,
        };
        let id = call.id;
        let put = self.hub.storage().run("test_grant", &ACTOR, async |tx: Tx| {
            tx.grant_insert(&grant).await?;
            tx.call_append(&call)?;
            tx.trail(Action::GrantGiven, grant.id, ()).await
        });
        let put: Result<(), StorageError> = put.await;
        put.unwrap();
        (grant, id)
    }

    pub(crate) const fn browser(&self) -> Browser<'_> {
        Browser {
            bed: self,
            cookies: BTreeMap::new(),
            certificate: None,
            der: None,
        }
    }
}
