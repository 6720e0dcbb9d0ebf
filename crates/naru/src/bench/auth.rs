//! The authorization server beside another one: the same requests, the same machine, the same run. What counts is
//! processor time per request of the two processes.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request, header};
use naru_auth::client::service::{self as clients, Registration};
use naru_core::{
    Actor, AuthMethod, BankCode, Binding, Client, ClientCredential, ClientLimits, ContractAccount, Environment,
    Institution, InstitutionStatus, SECOND, Scope, Scopes, Timestamp, Won,
};
use naru_crypto::jose::{self, Algorithm, Signer, SoftwareKey};
use naru_storage::{Storage, StorageError};
use naru_web::outbound::ClientTls;
use serde::Deserialize;
use serde_json::json;

use super::child::Child;
use super::figure::Figure;
use super::load::{Callee, Pace};
use super::proc::{Watched, memory_peak_mb};
use super::report::Report;
use super::room::Room;
use super::run::{HTTP_FLOOR, Plan, http_floor, load_of, say_what_was_disturbed, take_in};
use super::{cast, stage};
use crate::app;
use crate::cli::{Done, Failure};
use crate::client::Http;

/// The other server's program, beside the sources; its packages are installed by `./check`.
const PEER: &str = "judges/peer/oidc_provider.mjs";
/// How many times the peer's requests for the same processor time are wanted.
const TIMES: f64 = 10.0;
/// What checking a token may add to a call, p99, microseconds.
const ADDED_US: u32 = 1_000;
/// The pace at which that is looked at.
const CALLS: u32 = 500;
const ACTOR: Actor = Actor::Hub("bench");
const TOKEN: &[u8] = br#""access_token":""#;
const ACTIVE: &[u8] = br#""active":true"#;

/// A server under load.
struct Server {
    issuer: String,
    addr: SocketAddr,
    token_path: &'static str,
    introspection_path: &'static str,
    client_id: String,
    pid: u32,
}

/// Whoever calls: one client with one key, as itself and for its proofs.
#[derive(Clone)]
struct Caller {
    key: Arc<SoftwareKey>,
    server: Arc<Server>,
    next: Arc<AtomicU64>,
}

/// Measures everything that the plan wants.
pub(super) async fn measure(plan: &Plan) -> Result<Report, Failure> {
    let room = Room::prepare()?;
    let mut report = Report::empty(plan);
    http_floor(plan, &room, &mut report).await?;
    let (key, _) = SoftwareKey::generate(Algorithm::Es256)?;
    let key = Arc::new(key);
    hub(plan, (&room, &key), &mut report).await?;
    peer(plan, (&room, &key), &mut report).await?;
    for what in ["token", "introspection"] {
        report.want_times((&format!("{what}, hub"), &format!("{what}, oidc-provider")), TIMES);
    }
    report.want_added((&call_name(), &floor_name()), ADDED_US);
    say_what_was_disturbed(&mut report);
    Ok(report)
}

fn call_name() -> String {
    format!("call with a checked token at {CALLS}/s, hub")
}

fn floor_name() -> String {
    format!("{HTTP_FLOOR} at {CALLS}/s")
}

async fn hub(plan: &Plan, (room, key): (&Room, &Arc<SoftwareKey>), report: &mut Report) -> Done {
    let mut config = room.config(format!("sqlite:{}", room.dir().join("auth.db").display()))?;
    config.hub.test_bed = true;
    let storage = app::open_storage(&config)?;
    storage.migrate().await?;
    let client = register(&storage, key).await?;
    let (child, took) = stage::start_hub(&config, room).await?;
    report.startup_ms = Some(took.as_secs_f64() * 1e3);
    let server = Server {
        issuer: config.hub.public_url.clone(),
        addr: config.hub.listen,
        token_path: "/fapi2/token",
        introspection_path: "/fapi2/introspect",
        client_id: client.id.to_string(),
        pid: child.pid(),
    };
    let caller = Caller::of(server, key);
    both(plan, (room, &caller, "hub"), report).await?;
    if plan.wants(&call_name()) {
        checked_calls(plan, (room, &caller), report).await?;
    }
    report.memory_mb = memory_peak_mb(child.pid());
    let said = child.last_words();
    child.end().await?;
    if !said.is_empty() {
        report.notes.push(format!("The hub logged during the load:\n{said}"));
    }
    Ok(())
}

async fn peer(plan: &Plan, (room, key): (&Room, &Arc<SoftwareKey>), report: &mut Report) -> Done {
    let program = PathBuf::from(PEER);
    if !program.exists() || !PathBuf::from("judges/node_modules").exists() {
        let note =
            format!("oidc-provider was not measured: {PEER} or its packages are not here; ./check installs them.");
        report.notes.push(note);
        return Ok(());
    }
    let mut command = Command::new("node");
    command.arg(&program).env("NODE_ENV", "production");
    let mut child = Child::spawn("peer", &mut command, room.dir())?;
    let client_id = "naru-bench";
    child.tell(
        &json!({
            "port": 0,
            "certificate_file": room.dir().join("hub.pem"),
            "key_file": room.dir().join("hub.key"),
            "client_id": client_id,
            "jwks": { "keys": [key.public_jwk().to_value()] },
        })
        .to_string(),
    )?;
    #[derive(Deserialize)]
    struct Ready {
        issuer: String,
    }
    let ready: Ready = child.first_line().await?;
    let port = ready
        .issuer
        .rsplit(':')
        .next()
        .and_then(|port| port.trim_end_matches('/').parse::<u16>().ok());
    let port = port.ok_or_else(|| child.failed("told no port"))?;
    let server = Server {
        issuer: ready.issuer,
        addr: ([127, 0, 0, 1], port).into(),
        token_path: "/token",
        introspection_path: "/token/introspection",
        client_id: client_id.to_owned(),
        pid: child.pid(),
    };
    both(plan, (room, &Caller::of(server, key), "oidc-provider"), report).await?;
    child.check_alive()
}

/// Tokens, then introspection of one of them, as fast as they are answered.
async fn both(plan: &Plan, (room, caller, whose): (&Room, &Caller, &str), report: &mut Report) -> Done {
    let watched = Watched {
        server: Some(caller.server.pid),
        banks: None,
    };
    let token = caller.token(room).await?;
    let asked: [(&str, Ask, &'static [u8]); 2] = [
        ("token", caller.asks(Caller::token_request), TOKEN),
        (
            "introspection",
            caller.asks(move |caller| caller.introspection_request(&token)),
            ACTIVE,
        ),
    ];
    for (what, ask, right) in asked {
        let name = format!("{what}, {whose}");
        if !plan.wants(&name) {
            continue;
        }
        let callee = caller.callee(room, (ask, right))?;
        let outcome = load_of(plan, &callee, (&name, Pace::Saturated), watched).await?;
        take_in(report, &name, &outcome);
        let figure = Figure::of(name, &outcome, Pace::Saturated).beside(report.figure(HTTP_FLOOR), "http");
        report.figures.push(figure);
    }
    Ok(())
}

/// A resource that does nothing but check its token, beside the bare handler at the same pace.
async fn checked_calls(plan: &Plan, (room, caller): (&Room, &Caller), report: &mut Report) -> Done {
    let pace = Pace::Fixed(CALLS);
    let mut floor = Child::start("floor", &["bench", "--as", "floor", "--dir", &room.text()], room.dir())?;
    let bare = Callee {
        addr: floor.first_line().await?,
        ..caller.callee(
            room,
            (
                caller.asks(|caller| caller.grant_request("nat_none", "gnt_none")),
                super::load::RIGHT,
            ),
        )?
    };
    let watched = |pid| Watched {
        server: Some(pid),
        banks: None,
    };
    let outcome = load_of(plan, &bare, (&floor_name(), pace), watched(floor.pid())).await?;
    take_in(report, &floor_name(), &outcome);
    report.figures.push(Figure::of(floor_name(), &outcome, pace));
    drop(floor);
    let token = caller.token(room).await?;
    let grant = caller.grant_of(room, &token).await?;
    let ask = caller.asks(move |caller| caller.grant_request(&token, &grant));
    let callee = caller.callee(room, (ask, br#""scopes":"#))?;
    let outcome = load_of(plan, &callee, (&call_name(), pace), watched(caller.server.pid)).await?;
    take_in(report, &call_name(), &outcome);
    report.figures.push(Figure::of(call_name(), &outcome, pace));
    Ok(())
}

type Ask = Arc<dyn Fn(u64) -> Request<Full<Bytes>> + Send + Sync>;

impl Caller {
    fn of(server: Server, key: &Arc<SoftwareKey>) -> Self {
        Self {
            key: Arc::clone(key),
            server: Arc::new(server),
            next: Arc::default(),
        }
    }

    fn asks(&self, ask: impl Fn(&Self) -> Request<Full<Bytes>> + Send + Sync + 'static) -> Ask {
        let own = self.clone();
        Arc::new(move |_| ask(&own))
    }

    fn callee(&self, room: &Room, (ask, right): (Ask, &'static [u8])) -> Result<Callee, Failure> {
        Ok(Callee {
            addr: self.server.addr,
            tls: room.client_tls()?,
            ask,
            right,
            next: Arc::clone(&self.next),
        })
    }

    /// A number that no two proofs share.
    fn fresh(&self) -> String {
        format!("{}-{}", std::process::id(), self.next.fetch_add(1, Ordering::Relaxed))
    }

    fn assertion(&self) -> String {
        let (id, now) = (&self.server.client_id, seconds());
        let claims = json!({
            "iss": id, "sub": id, "aud": self.server.issuer, "jti": self.fresh(), "iat": now, "exp": now + 60,
        });
        jose::sign(self.key.as_ref(), "JWT", &claims).expect("a key in memory signs")
    }

    fn proof(&self, method: &Method, path: &str, token: Option<&str>) -> String {
        let ath = token.map(|token| jose::base64url(&naru_crypto::sha256(token.as_bytes())));
        let mut claims = json!({
            "jti": self.fresh(), "htm": method.as_str(), "htu": format!("{}{path}", self.server.issuer),
            "iat": seconds(),
        });
        if let Some(ath) = ath {
            claims["ath"] = json!(ath);
        }
        jose::sign_with_jwk(self.key.as_ref(), "dpop+jwt", &claims).expect("a key in memory signs")
    }

    fn posted(&self, path: &'static str, more: &[(&str, &str)]) -> (Vec<(&'static str, String)>, String) {
        let mut form = vec![
            ("client_id", self.server.client_id.clone()),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned(),
            ),
            ("client_assertion", self.assertion()),
        ];
        form.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        let mut pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        pairs.extend_from_slice(more);
        let body = serde_urlencoded::to_string(pairs).unwrap_or_default();
        let headers = if path == self.server.token_path {
            vec![("dpop", self.proof(&Method::POST, path, None))]
        } else {
            Vec::new()
        };
        (headers, body)
    }

    fn post(&self, path: &'static str, more: &[(&str, &str)]) -> Request<Full<Bytes>> {
        let (headers, body) = self.posted(path, more);
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request
            .body(Full::new(Bytes::from(body)))
            .expect("a form is plain ASCII")
    }

    fn token_request(&self) -> Request<Full<Bytes>> {
        self.post(
            self.server.token_path,
            &[
                ("grant_type", "client_credentials"),
                ("scope", "grant_management_query"),
            ],
        )
    }

    fn introspection_request(&self, token: &str) -> Request<Full<Bytes>> {
        self.post(self.server.introspection_path, &[("token", token)])
    }

    fn grant_request(&self, token: &str, grant: &str) -> Request<Full<Bytes>> {
        let path = format!("/fapi2/grants/{grant}");
        Request::builder()
            .method(Method::GET)
            .uri(&path)
            .header(header::HOST, "localhost")
            .header(header::AUTHORIZATION, format!("DPoP {token}"))
            .header("dpop", self.proof(&Method::GET, &path, Some(token)))
            .body(Full::default())
            .expect("a token is plain ASCII")
    }

    async fn ask(&self, room: &Room, path: &'static str, more: &[(&str, &str)]) -> Result<serde_json::Value, Failure> {
        let tls = ClientTls {
            roots_pem: crate::config::read(&room.dir().join("ca.pem"))?,
            identity_pem: None,
        };
        let base = format!("https://localhost:{}", self.server.addr.port());
        let http = Http::new(&base, &tls).map_err(Failure::Failed)?;
        let (mut headers, body) = self.posted(path, more);
        headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = http.send(Method::POST, path, &headers, Bytes::from(body)).await;
        let answer = answer.map_err(|error| Failure::Failed(error.to_string()))?;
        serde_json::from_slice(&answer.body).map_err(Failure::from)
    }

    async fn token(&self, room: &Room) -> Result<String, Failure> {
        let more = [
            ("grant_type", "client_credentials"),
            ("scope", "grant_management_query"),
        ];
        let answer = self.ask(room, self.server.token_path, &more).await?;
        let token = answer["access_token"].as_str().map(str::to_owned);
        token.ok_or_else(|| Failure::Failed(format!("no token was issued: {answer}")))
    }

    async fn grant_of(&self, room: &Room, token: &str) -> Result<String, Failure> {
        let answer = self
            .ask(room, self.server.introspection_path, &[("token", token)])
            .await?;
        let grant = answer["grant_id"].as_str().map(str::to_owned);
        grant.ok_or_else(|| Failure::Failed(format!("the token has no grant: {answer}")))
    }
}

fn seconds() -> i64 {
    naru_core::Clock::system().now().0 / SECOND
}

async fn register(storage: &Storage, key: &SoftwareKey) -> Result<Client, Failure> {
    let bank_code = BankCode::parse(cast::FINTECH_BANK)?;
    let row = &Institution {
        code: bank_code.clone(),
        name_ko: "나루시험은행".to_owned(),
        name_en: "Simulated bank".to_owned(),
        line_url: "https://localhost:9".to_owned(),
        simulated: true,
        status: InstitutionStatus::Open,
        timeout_ms: 1_000,
        in_flight_max: 1,
        net_debit_cap: None,
        updated_at: Timestamp(0),
        version: 0,
    };
    let put = storage.run("institution_put", &ACTOR, async |tx| {
        tx.institution_put(row).await?;
        tx.trail(naru_core::Action::InstitutionChanged, &row.code, json!({}))
            .await
    });
    put.await.map_err(|error: StorageError| Failure::from(error))?;
    let limits = ClientLimits {
        transfer_won: Won(1),
        day_won: Won(1),
        month_won: Won(1),
    };
    let registration = Registration {
        client_use_code: None,
        name: cast::FINTECH_NAME.to_owned(),
        environment: Environment::TestBed,
        scopes: Scopes::of(&[Scope::Oob, Scope::GrantQuery]),
        redirect_uris: vec!["https://fintech.example/callback".to_owned()],
        certificate_sha256: None,
        contract_account: ContractAccount {
            bank_code,
            account_num: cast::CONTRACT_ACCOUNT.to_owned(),
            holder_name: cast::FINTECH_NAME.to_owned(),
        },
        withdraw_limits: limits,
        deposit_limits: limits,
        credential: Some(ClientCredential {
            method: AuthMethod::PrivateKeyJwt,
            binding: Binding::Dpop,
            jwks: Some(json!({ "keys": [key.public_jwk().to_value()] }).to_string()),
            jwks_uri: None,
            tls_name: None,
            signed_requests: false,
            signed_responses: false,
            resource: None,
        }),
    };
    Ok(clients::register(storage, &ACTOR, registration).await?.0)
}
