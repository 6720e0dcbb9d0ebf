//! A stage: the institutions, a database with a fintech and people who have agreed to everything, and a hub over it.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request, header};
use naru_auth::authorization::service as journeys;
use naru_auth::client::service::{self as clients, Registration};
use naru_auth::token::service::{self as tokens, TokenError};
use naru_core::{
    Account, Action, Actor, BankCode, Client, ClientLimits, Confirmation, ContractAccount, Environment, GrantId,
    Institution, InstitutionStatus, Person, PersonFacts, PersonId, Scope, Scopes, UserSeqNo, Won,
};
use naru_storage::{Storage, Tx};
use naru_web::Hub;
use naru_web::outbound::ClientTls;

use super::cast;
use super::child::Child;
use super::load::{self, Callee};
use super::role::{BANKS, BankAddresses};
use super::room::Room;
use crate::admitted::admitted;
use crate::app;
use crate::cli::{Done, Failure};
use crate::client::Http;
use crate::config::Config;

const ACTOR: Actor = Actor::Hub("bench");
/// People came this long ago, so that the first-three-days rule does not hold for them.
const JOINED_DAYS_AGO: i64 = 30;
/// People who are stored in one commit.
const TOGETHER: usize = 50;
/// Calls in flight at one institution at most: more than there are connections.
const IN_FLIGHT_MAX: i64 = 1_024;
const START_WITHIN: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// A person's token and account, as the fintech knows them.
#[derive(Debug, Clone)]
struct Known {
    bearer: String,
    fintech_use_num: String,
}

/// The institutions and a filled database, before a hub serves it.
pub(super) struct Stage {
    /// The institutions.
    pub(super) banks: Child,
    /// Where their books are read.
    pub(super) addresses: BankAddresses,
    /// What the hub is told.
    pub(super) config: Config,
    /// The database.
    pub(super) storage: Storage,
    /// The fintech.
    pub(super) client: Client,
    /// One grant of somebody, for measuring small commits.
    pub(super) a_grant: GrantId,
    known: Arc<[Known]>,
    next: Arc<AtomicU64>,
}

impl Stage {
    /// Starts the institutions, migrates the database and fills it.
    pub(super) async fn prepare(room: &Room, database: String) -> Result<Self, Failure> {
        let mut banks = Child::start(
            "institutions",
            &["bench", "--as", "banks", "--dir", &room.text()],
            room.dir(),
        )?;
        let addresses: BankAddresses = banks.first_line().await?;
        let config = room.config(database)?;
        let storage = app::open_storage(&config)?;
        storage.migrate().await?;
        institutions(&storage, &addresses).await?;
        let certificate = room.certificate_sha256()?;
        let client = fintech(&storage, certificate).await?;
        let hub = Hub::start(storage.clone(), app::hub_settings(&config)?);
        let (mut known, mut a_grant) = (Vec::new(), None);
        for first in (0..cast::PEOPLE).step_by(TOGETHER) {
            let (people, grant) = people(&hub, &client, certificate, first).await?;
            known.extend(people);
            a_grant = a_grant.or(grant);
        }
        hub.finish().await;
        Ok(Self {
            banks,
            addresses,
            config,
            storage,
            client,
            a_grant: a_grant.ok_or_else(|| Failure::Failed("nobody has granted anything".to_owned()))?,
            known: known.into(),
            next: Arc::default(),
        })
    }

    /// Starts a hub over the database, as an operator would; gives how long it took until it was ready.
    pub(super) async fn start_hub(&self, room: &Room) -> Result<(Child, Duration), Failure> {
        start_hub(&self.config, room).await
    }

    /// Balance inquiries over the people, one after another.
    pub(super) fn balances(&self, room: &Room) -> Result<Callee, Failure> {
        let (known, code) = (Arc::clone(&self.known), self.client.client_use_code.to_string());
        self.callee(room, move |number| {
            let (person, id) = (one_of(&known, number), bank_tran_id(&code, number));
            let number = &person.fintech_use_num;
            let path = format!(
                "/v2.0/account/balance/fin_num?bank_tran_id={id}&fintech_use_num={number}&tran_dtime=20261121140327"
            );
            request(Method::GET, &path, &person.bearer, String::new())
        })
    }

    /// Withdrawals from the people, one after another.
    pub(super) fn withdrawals(&self, room: &Room) -> Result<Callee, Failure> {
        let (known, code) = (Arc::clone(&self.known), self.client.client_use_code.to_string());
        self.callee(room, move |number| {
            let (person, id) = (one_of(&known, number), bank_tran_id(&code, number));
            let body = withdrawal(&person.fintech_use_num, &id);
            request(Method::POST, "/v2.0/transfer/withdraw/fin_num", &person.bearer, body)
        })
    }

    fn callee(
        &self,
        room: &Room,
        ask: impl Fn(u64) -> Request<Full<Bytes>> + Send + Sync + 'static,
    ) -> Result<Callee, Failure> {
        Ok(Callee {
            addr: self.config.hub.listen,
            tls: room.client_tls()?,
            ask: Arc::new(ask),
            right: load::RIGHT,
            next: Arc::clone(&self.next),
        })
    }
}

/// Starts a hub over the database, as an operator would; gives how long it took until it was ready.
pub(super) async fn start_hub(config: &Config, room: &Room) -> Result<(Child, Duration), Failure> {
    let path = room.keep("naru.toml", config)?.display().to_string();
    let ops = format!("http://{}", config.hub.ops_listen);
    let http = Http::new(&ops, &ClientTls::default()).map_err(Failure::Failed)?;
    let began: Instant = load::now();
    let mut hub = Child::start("hub", &["serve", "--config", &path], room.dir())?;
    loop {
        let answer = http.send(Method::GET, "/ready", &[], Bytes::new()).await;
        if answer.is_ok_and(|answer| answer.status.is_success()) {
            return Ok((hub, began.elapsed()));
        }
        hub.check_alive()?;
        if began.elapsed() > START_WITHIN {
            return Err(hub.failed("was not ready in time"));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn one_of(known: &[Known], number: u64) -> &Known {
    let at = number % known.len() as u64;
    &known[usize::try_from(at).unwrap_or_default()]
}

/// `client_use_code`, `U`, and nine characters that no other number has.
fn bank_tran_id(client_use_code: &str, number: u64) -> String {
    const LETTERS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let (mut rest, mut text) = (number, [b'0'; 9]);
    for place in text.iter_mut().rev() {
        *place = LETTERS[usize::try_from(rest % 36).unwrap_or_default()];
        rest /= 36;
    }
    format!("{client_use_code}U{}", String::from_utf8_lossy(&text))
}

/// A request as a fintech's client sends it.
pub(super) fn request(method: Method, path: &str, bearer: &str, body: String) -> Request<Full<Bytes>> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::AUTHORIZATION, bearer);
    if !body.is_empty() {
        request = request.header(header::CONTENT_TYPE, "application/json; charset=UTF-8");
    }
    request
        .body(Full::new(Bytes::from(body)))
        .expect("the benchmark's own paths and tokens are plain ASCII")
}

fn withdrawal(fintech_use_num: &str, bank_tran_id: &str) -> String {
    serde_json::json!({
        "bank_tran_id": bank_tran_id,
        "cntr_account_type": "N",
        "cntr_account_num": cast::CONTRACT_ACCOUNT,
        "dps_print_content": "쇼핑",
        "fintech_use_num": fintech_use_num,
        "wd_print_content": "나루페이",
        "tran_amt": cast::AMOUNT_WON.to_string(),
        "tran_dtime": "20261121140327",
        "req_client_name": "가상인",
        "req_client_bank_code": cast::PEOPLE_BANK,
        "req_client_account_num": cast::account_num(0),
        "req_client_num": "1",
        "transfer_purpose": "ST",
        "recv_client_name": cast::FINTECH_NAME,
        "recv_client_bank_code": cast::FINTECH_BANK,
        "recv_client_account_num": cast::CONTRACT_ACCOUNT,
    })
    .to_string()
}

fn bank_code(code: &str) -> Result<BankCode, Failure> {
    BankCode::parse(code).map_err(Failure::from)
}

async fn institutions(storage: &Storage, addresses: &BankAddresses) -> Done {
    for (code, line) in BANKS.iter().zip(&addresses.lines) {
        let institution = Institution {
            code: bank_code(code)?,
            name_ko: format!("나루시험은행{code}"),
            name_en: format!("Simulated bank {code}"),
            line_url: format!("https://localhost:{}", line.port()),
            simulated: true,
            status: InstitutionStatus::Open,
            timeout_ms: 10_000,
            in_flight_max: IN_FLIGHT_MAX,
            net_debit_cap: None,
            updated_at: storage.clock().now(),
            version: 0,
        };
        let row = &institution;
        let put = storage.run("institution_put", &ACTOR, async |tx| {
            tx.institution_put(row).await?;
            let details = serde_json::json!({ "line_url": row.line_url });
            tx.trail(Action::InstitutionChanged, &row.code, details).await
        });
        put.await
            .map_err(|error: naru_storage::StorageError| Failure::from(error))?;
    }
    Ok(())
}

async fn fintech(storage: &Storage, certificate: [u8; 32]) -> Result<Client, Failure> {
    let limits = ClientLimits {
        transfer_won: Won(cast::AMOUNT_WON),
        day_won: Won(i64::MAX / 4),
        month_won: Won(i64::MAX / 4),
    };
    let registration = Registration {
        client_use_code: None,
        name: cast::FINTECH_NAME.to_owned(),
        environment: Environment::Production,
        scopes: Scopes::of(&[Scope::Login, Scope::Inquiry, Scope::Transfer, Scope::Oob]),
        redirect_uris: vec!["https://fintech.example/callback".to_owned()],
        certificate_sha256: Some(certificate),
        contract_account: ContractAccount {
            bank_code: bank_code(cast::FINTECH_BANK)?,
            account_num: cast::CONTRACT_ACCOUNT.to_owned(),
            holder_name: cast::FINTECH_NAME.to_owned(),
        },
        withdraw_limits: limits,
        deposit_limits: limits,
        credential: None,
        organisation_id: Some(admitted(storage, "bench").await?),
    };
    let (client, _) = clients::register(storage, &ACTOR, registration).await?;
    Ok(client)
}

/// A few people who have agreed to everything, in one commit.
async fn people(
    hub: &Hub,
    client: &Client,
    certificate: [u8; 32],
    first: usize,
) -> Result<(Vec<Known>, Option<GrantId>), Failure> {
    let bank = &bank_code(cast::PEOPLE_BANK)?;
    let stored = hub.storage().run("bench_people", &ACTOR, async |tx| {
        let (mut known, mut a_grant) = (Vec::new(), None);
        for number in first..(first + TOGETHER).min(cast::PEOPLE) {
            let (person, grant) = agreed(hub, &tx, (client, certificate), (number, bank)).await?;
            known.push(person);
            a_grant = a_grant.or(Some(grant));
        }
        Ok::<_, TokenError>((known, a_grant))
    });
    Ok(stored.await?)
}

async fn agreed(
    hub: &Hub,
    tx: &Tx,
    (client, certificate): (&Client, [u8; 32]),
    (number, bank): (usize, &BankCode),
) -> Result<(Known, GrantId), TokenError> {
    let (now, chance) = (tx.now(), hub.storage().chance());
    let person = Person {
        id: PersonId::new(now, chance),
        user_seq_no: UserSeqNo::new(chance),
        facts: PersonFacts {
            linking_value: cast::linking_value(number),
            name: cast::person_name(number),
            birth_date: "19900101".to_owned(),
            gender: "F".to_owned(),
            cell_no: "010-0000-0000".to_owned(),
            email: String::new(),
        },
        created_at: now.plus_days(-JOINED_DAYS_AGO),
    };
    tx.person_insert(&person).await?;
    tx.trail(Action::PersonJoined, person.id, serde_json::json!({ "bench": true }))
        .await?;
    let scopes = Scopes::of(&[Scope::Login, Scope::Inquiry, Scope::Transfer]);
    let grant = journeys::fresh_grant(hub, (client.id, person.id), &scopes, now);
    tx.grant_insert(&grant).await?;
    let details = serde_json::json!({ "scopes": scopes.to_string() });
    tx.trail(Action::GrantGiven, grant.id, details).await?;
    let account = Account {
        bank_code: bank.clone(),
        account_num: cast::account_num(number),
        account_seq: String::new(),
        holder_name: cast::person_name(number),
        holder_type: "P".to_owned(),
        account_type: "1".to_owned(),
        product_name: "자유입출금통장".to_owned(),
    };
    let fintech_use_num = journeys::register(hub, tx, &grant, &account).await?;
    let issued = tokens::issue(hub, tx, (client, &grant), Confirmation::Certificate(certificate)).await?;
    let known = Known {
        bearer: format!("Bearer {}", issued.access.expose()),
        fintech_use_num: fintech_use_num.to_string(),
    };
    Ok((known, grant.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_of_the_wires_form() {
        for (number, end) in [(0, "000000000"), (35, "00000000Z"), (36, "000000010")] {
            let id = bank_tran_id("M202300001", number);
            assert_eq!(id, format!("M202300001U{end}"));
            assert!(naru_core::BankTranId::parse(&id).is_ok());
        }
    }
}
