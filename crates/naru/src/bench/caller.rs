//! Whoever calls an authorization server: one client with one key, which proves itself anew with every request.

use std::net::SocketAddr;
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
use naru_crypto::jose::{self, Signer, SoftwareKey};
use naru_storage::{Storage, StorageError};
use naru_web::outbound::ClientTls;
use serde_json::json;

use super::cast;
use super::load::Callee;
use super::room::Room;
use crate::cli::Failure;
use crate::client::Http;

const ACTOR: Actor = Actor::Hub("bench");

/// A server under load.
pub(super) struct Server {
    pub(super) issuer: String,
    pub(super) addr: SocketAddr,
    pub(super) token_path: &'static str,
    pub(super) introspection_path: &'static str,
    pub(super) client_id: String,
    pub(super) pid: u32,
}

/// Whoever calls: one client with one key, as itself and for its proofs.
#[derive(Clone)]
pub(super) struct Caller {
    key: Arc<SoftwareKey>,
    pub(super) server: Arc<Server>,
    next: Arc<AtomicU64>,
}

pub(super) type Ask = Arc<dyn Fn(u64) -> Request<Full<Bytes>> + Send + Sync>;

impl Caller {
    pub(super) fn of(server: Server, key: &Arc<SoftwareKey>) -> Self {
        Self {
            key: Arc::clone(key),
            server: Arc::new(server),
            next: Arc::default(),
        }
    }

    pub(super) fn asks(&self, ask: impl Fn(&Self) -> Request<Full<Bytes>> + Send + Sync + 'static) -> Ask {
        let own = self.clone();
        Arc::new(move |_| ask(&own))
    }

    pub(super) fn callee(&self, room: &Room, (ask, right): (Ask, &'static [u8])) -> Result<Callee, Failure> {
        Ok(Callee {
            addr: self.server.addr,
            tls: room.client_tls()?,
            ask,
            right,
            next: Arc::clone(&self.next),
        })
    }

    /// As the server is called, which the other server puts into the address that it expects in proofs.
    fn host(&self) -> String {
        format!("localhost:{}", self.server.addr.port())
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
            .header(header::HOST, self.host())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request
            .body(Full::new(Bytes::from(body)))
            .expect("a form is plain ASCII")
    }

    pub(super) fn token_request(&self) -> Request<Full<Bytes>> {
        self.post(
            self.server.token_path,
            &[
                ("grant_type", "client_credentials"),
                ("scope", "grant_management_query"),
            ],
        )
    }

    pub(super) fn introspection_request(&self, token: &str) -> Request<Full<Bytes>> {
        self.post(self.server.introspection_path, &[("token", token)])
    }

    pub(super) fn grant_request(&self, token: &str, grant: &str) -> Request<Full<Bytes>> {
        let path = format!("/fapi2/grants/{grant}");
        Request::builder()
            .method(Method::GET)
            .uri(&path)
            .header(header::HOST, self.host())
            .header(header::AUTHORIZATION, format!("DPoP {token}"))
            .header("dpop", self.proof(&Method::GET, &path, Some(token)))
            .body(Full::default())
            .expect("a token is plain ASCII")
    }

    async fn ask(&self, room: &Room, path: &'static str, more: &[(&str, &str)]) -> Result<serde_json::Value, Failure> {
        let http = self.http(room)?;
        let (mut headers, body) = self.posted(path, more);
        headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = http.send(Method::POST, path, &headers, Bytes::from(body)).await;
        let answer = answer.map_err(|error| Failure::Failed(error.to_string()))?;
        serde_json::from_slice(&answer.body).map_err(Failure::from)
    }

    /// A connection of its own.
    pub(super) fn http(&self, room: &Room) -> Result<Http, Failure> {
        let tls = ClientTls {
            roots_pem: crate::config::read(&room.dir().join("ca.pem"))?,
            identity_pem: None,
        };
        let base = format!("https://localhost:{}", self.server.addr.port());
        Http::new(&base, &tls).map_err(Failure::Failed)
    }

    /// Asks for a grant; whether it was told.
    pub(super) async fn call(&self, http: &Http, token: &str, grant: &str) -> Result<bool, Failure> {
        let path = format!("/fapi2/grants/{grant}");
        let (bearer, proof) = (format!("DPoP {token}"), self.proof(&Method::GET, &path, Some(token)));
        let headers = [("authorization", bearer.as_str()), ("dpop", proof.as_str())];
        let answer = http.send(Method::GET, &path, &headers, Bytes::new()).await;
        let answer = answer.map_err(|error| Failure::Failed(error.to_string()))?;
        Ok(answer.status.is_success())
    }

    pub(super) async fn token(&self, room: &Room) -> Result<String, Failure> {
        let more = [
            ("grant_type", "client_credentials"),
            ("scope", "grant_management_query"),
        ];
        let answer = self.ask(room, self.server.token_path, &more).await?;
        let token = answer["access_token"].as_str().map(str::to_owned);
        token.ok_or_else(|| Failure::Failed(format!("no token was issued: {answer}")))
    }

    pub(super) async fn grant_of(&self, room: &Room, token: &str) -> Result<String, Failure> {
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

/// Registers a client of the FAPI 2.0 profile with this key.
pub(super) async fn register(storage: &Storage, key: &SoftwareKey) -> Result<Client, Failure> {
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
        organisation_id: None,
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
