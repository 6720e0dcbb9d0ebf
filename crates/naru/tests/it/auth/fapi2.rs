//! A fintech of the FAPI 2.0 profile on its whole way: the pages of the consent journey, its token, the API of the hub.

use std::cell::Cell;

use naru_auth::client::service::{self as clients, Registration};
use naru_auth::grant::service::{self as grants, Whose};
use naru_auth::key::service::{self as keys, KeyStore};
use naru_core::{
    AuthMethod, BankCode, Binding, Client, ClientCredential, ContractAccount, Environment, RevokedBy, SECOND, Scope,
    Scopes,
};
use naru_crypto::jose::{Algorithm, Signer, SoftwareKey, base64url, sign, sign_with_jwk};
use naru_crypto::sha256;
use naru_sims::demo;
use serde_json::{Value, json};

use crate::harness::{ACTOR, Answer, Bed, Browser, CONTRACT, Fintech, limits, query_of};

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const HUB: &str = "https://hub.example";

/// A fintech that proves itself with one key and its calls with another.
struct Party<'a> {
    bed: &'a Bed,
    client: Client,
    key: SoftwareKey,
    proofs: SoftwareKey,
    serial: Cell<u32>,
}

fn key() -> SoftwareKey {
    SoftwareKey::generate(Algorithm::Es256).unwrap().0
}

impl<'a> Party<'a> {
    async fn register(bed: &'a Bed) -> Self {
        let (key, proofs) = (key(), key());
        let limits = limits(10_000_000, 100_000_000, 1_000_000_000);
        let registration = Registration {
            client_use_code: None,
            name: "새로핀".to_owned(),
            environment: Environment::TestBed,
            scopes: Scopes::of(&[Scope::OpenId, Scope::Login, Scope::Inquiry, Scope::Transfer, Scope::Oob]),
            redirect_uris: vec![Fintech::REDIRECT.to_owned()],
            certificate_sha256: None,
            contract_account: ContractAccount {
                bank_code: BankCode::parse(demo::FINTECH_BANK).unwrap(),
                account_num: CONTRACT.to_owned(),
                holder_name: demo::FINTECH_NAME.to_owned(),
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
        let (client, secret) = clients::register(bed.storage(), &ACTOR, registration).await.unwrap();
        assert!(secret.is_none(), "a client of this profile has no secret");
        Self {
            bed,
            client,
            key,
            proofs,
            serial: Cell::new(0),
        }
    }

    fn fresh(&self) -> String {
        self.serial.set(self.serial.get() + 1);
        format!("id-{}", self.serial.get())
    }

    fn seconds(&self) -> i64 {
        self.bed.now().0 / SECOND
    }

    /// The proof of a request, made with a key of the caller's choice.
    fn proof(&self, key: &SoftwareKey, (method, path): (&str, &str), token: Option<&str>) -> String {
        let mut claims = json!({
            "jti": self.fresh(), "htm": method, "htu": format!("{HUB}{path}"), "iat": self.seconds(),
        });
        if let Some(token) = token {
            claims["ath"] = json!(base64url(&sha256(token.as_bytes())));
        }
        sign_with_jwk(key, "dpop+jwt", &claims).unwrap()
    }

    async fn posted(&self, path: &str, more: &[(&str, &str)]) -> Answer {
        let id = self.client.id.to_string();
        let claims = json!({
            "iss": id, "sub": id, "aud": HUB, "jti": self.fresh(), "exp": self.seconds() + 60,
        });
        let assertion = sign(&self.key, "JWT", &claims).unwrap();
        let mut form = vec![
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", &assertion),
        ];
        form.extend_from_slice(more);
        let proof = self.proof(&self.proofs, ("POST", path), None);
        self.bed
            .call("POST", path)
            .form(&form)
            .header("dpop", proof)
            .send()
            .await
    }

    async fn own_token(&self) -> String {
        let answer = self
            .posted(
                "/fapi2/token",
                &[("grant_type", "client_credentials"), ("scope", "oob")],
            )
            .await;
        answer.field("access_token")
    }

    /// The token and the refresh token of a person who agreed on the pages.
    async fn persons_token(&self) -> (String, String) {
        let challenge = base64url(&sha256(VERIFIER.as_bytes()));
        let asked = [
            ("response_type", "code"),
            ("redirect_uri", Fintech::REDIRECT),
            ("scope", "openid login inquiry transfer"),
            ("state", "한 상태"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let pushed = self.posted("/fapi2/par", &asked).await;
        assert_eq!(pushed.status.as_u16(), 201, "{}", pushed.text());
        let id = self.client.id.to_string();
        let query = [
            ("client_id", id.as_str()),
            ("request_uri", &pushed.field("request_uri")),
        ];
        let query = serde_urlencoded::to_string(query).unwrap();
        let mut browser = Browser::new(self.bed);
        let page = browser.follow(&format!("/fapi2/authorize?{query}")).await;
        let page = browser.say_who(&page, 0).await;
        let page = browser.type_code(&page).await;
        let answer = query_of(&browser.agree(&page, 1).await);
        assert_eq!((answer["iss"].as_str(), answer["state"].as_str()), (HUB, "한 상태"));
        let exchange = [
            ("grant_type", "authorization_code"),
            ("code", answer["code"].as_str()),
            ("redirect_uri", Fintech::REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        let tokens = self.posted("/fapi2/token", &exchange).await;
        (tokens.field("access_token"), tokens.field("refresh_token"))
    }

    /// A call of the API with its token and a proof of the right key.
    async fn call(&self, path: &str, token: &str) -> Answer {
        let proof = self.proof(&self.proofs, ("GET", path.split('?').next().unwrap()), Some(token));
        self.with(path, &format!("DPoP {token}"), Some(&proof)).await
    }

    async fn with(&self, path: &str, authorization: &str, proof: Option<&str>) -> Answer {
        let call = self.bed.call("GET", path).header("authorization", authorization);
        match proof {
            Some(proof) => call.header("dpop", proof).send().await,
            None => call.send().await,
        }
    }
}

/// Refused in HTTP and in the envelope alike.
#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    let challenge = answer.header("www-authenticate");
    assert!(challenge.contains(error), "{challenge}");
    let body: Value = answer.json();
    assert!(
        body["rsp_code"].as_str().is_some_and(|code| code.starts_with('O')),
        "{body}"
    );
}

#[tokio::test]
async fn a_key_opens_the_api_and_nothing_else_does() {
    let bed = Bed::new(40).await;
    let party = Party::register(&bed).await;
    let token = party.own_token().await;
    let path = "/v2.0/bank/status";
    let answer = party.call(path, &token).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (200, "A0000"),
        "{}",
        answer.text()
    );
    let right = |path| party.proof(&party.proofs, ("GET", path), Some(&token));
    let dpop = format!("DPoP {token}");
    refused(&party.with(path, &format!("Bearer {token}"), None).await, 401, "error");
    let bearer = party.with(path, &format!("Bearer {token}"), Some(&right(path))).await;
    refused(&bearer, 401, "invalid_token");
    refused(&party.with(path, &dpop, None).await, 401, "error");
    let foreign = party.proof(&key(), ("GET", path), Some(&token));
    refused(&party.with(path, &dpop, Some(&foreign)).await, 401, "invalid_token");
    let elsewhere = right("/v2.0/manage/count");
    refused(
        &party.with(path, &dpop, Some(&elsewhere)).await,
        401,
        "invalid_dpop_proof",
    );
    let unsaid = party.proof(&party.proofs, ("GET", path), None);
    refused(&party.with(path, &dpop, Some(&unsaid)).await, 401, "invalid_dpop_proof");
    let proof = right(path);
    party.with(path, &dpop, Some(&proof)).await.ok();
    refused(&party.with(path, &dpop, Some(&proof)).await, 401, "invalid_dpop_proof");
    let beyond = party.call("/v2.0/user/me?user_seq_no=1000000001", &token).await;
    refused(&beyond, 403, "insufficient_scope");
}

#[tokio::test]
async fn a_person_agrees_on_the_pages_and_the_key_reads_their_account_until_they_end_it() {
    let bed = Bed::new(41).await;
    keys::prepare(&bed.parts.hub, &KeyStore::Sealed).await.unwrap();
    let party = Party::register(&bed).await;
    let (token, refresh) = party.persons_token().await;
    let person = party.call("/fapi2/userinfo", &token).await.field("sub");
    let me = format!("/v2.0/user/me?user_seq_no={person}");
    let listed = party.call(&me, &token).await.ok();
    assert_eq!(listed["res_cnt"], "1", "{listed}");
    let fresh = party
        .posted(
            "/fapi2/token",
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", &refresh),
                ("scope", "login"),
            ],
        )
        .await;
    assert!(
        fresh.json()["refresh_token"].is_null(),
        "a refresh token stays: {}",
        fresh.text()
    );
    let narrow = fresh.field("access_token");
    party.call(&me, &narrow).await.ok();
    let number = listed["res_list"][0]["fintech_use_num"].as_str().unwrap();
    let balance = format!(
        "/v2.0/account/balance/fin_num?bank_tran_id={}U000000001&fintech_use_num={number}&tran_dtime=20261121140327",
        party.client.client_use_code
    );
    refused(&party.call(&balance, &narrow).await, 403, "insufficient_scope");
    party.call(&balance, &token).await.ok();
    let whose = Whose::Client(party.client.id);
    let ended = grants::revoke_all(bed.storage(), &ACTOR, whose, RevokedBy::Operator)
        .await
        .unwrap();
    assert_eq!(ended, 1);
    for token in [&token, &narrow] {
        refused(&party.call(&me, token).await, 401, "invalid_token");
    }
    let again = party
        .posted(
            "/fapi2/token",
            &[("grant_type", "refresh_token"), ("refresh_token", &refresh)],
        )
        .await;
    assert_eq!(
        (again.status.as_u16(), again.field("error").as_str()),
        (400, "invalid_grant")
    );
}

#[tokio::test]
async fn neither_profile_serves_the_other_ones_clients() {
    let bed = Bed::new(42).await;
    let party = Party::register(&bed).await;
    let id = party.client.id.to_string();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
        ("scope", "oob"),
    ];
    let answer = bed.call("POST", "/oauth/2.0/token").form(&form).send().await;
    assert_eq!(answer.code(), "O0002", "{}", answer.text());
    let query = format!(
        "/oauth/2.0/authorize?response_type=code&client_id={id}&redirect_uri={}&scope=login&state=1&auth_type=0",
        Fintech::REDIRECT
    );
    assert_eq!(Browser::new(&bed).open(&query).await.status.as_u16(), 400);
    let kftc = bed.fintech().await;
    let (id, secret) = (kftc.id(), kftc.secret.clone());
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", id.as_str()),
        ("client_secret", &secret),
        ("scope", "oob"),
    ];
    let answer = bed.call("POST", "/fapi2/token").form(&form).send().await;
    assert_eq!(
        (answer.status.as_u16(), answer.field("error").as_str()),
        (401, "invalid_client")
    );
}
