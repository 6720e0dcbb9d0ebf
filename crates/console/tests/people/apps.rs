//! Clients that a fintech registers on its page, end to end: keys, a certificate to a signing request, a token at the
//! test bed, and what production waits for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use naru_auth::client::{admission, service as clients};
use naru_core::{Client, ClientStatus, OrganisationKind, Proposal, Role, SECOND};
use naru_crypto::jose::{Algorithm, Signer as _, SoftwareKey, sign, sign_with_jwk};
use naru_crypto::sha256;
use naru_storage::StorageError;
use serde_json::{Value, json};

use crate::bed::{Answer, Bed, Browser};
use crate::desk::organisation;
use crate::fintech::{fintech, signed_in};

const HUB: &str = "https://hub.example";

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn send(browser: &mut Browser<'_>, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let token = browser.get("/fintech").await.csrf();
    let pairs: Vec<(&str, String)> = pairs.iter().map(|(name, value)| (*name, escaped(value))).collect();
    let mut all = vec![("csrf", token.as_str())];
    all.extend(pairs.iter().map(|(name, value)| (*name, value.as_str())));
    browser.post(path, &all).await
}

/// Registers a client on the page and finds it.
async fn registered(bed: &Bed, browser: &mut Browser<'_>, environment: &str, jwks: &str) -> Client {
    let form = [
        ("name", "모아핀 앱"),
        ("environment", environment),
        ("profile", "fapi2"),
        ("redirect_uri", "https://app.example/callback"),
        ("scope", "oob"),
        ("scope", "inquiry"),
        ("bank_code", "097"),
        ("account_num", "100-200-300"),
        ("holder_name", "모아핀"),
        ("withdraw_transfer", "1000"),
        ("withdraw_day", "1000"),
        ("withdraw_month", "1000"),
        ("deposit_transfer", "1000"),
        ("deposit_day", "1000"),
        ("deposit_month", "1000"),
        ("method", "private_key_jwt"),
        ("binding", "dpop"),
        ("jwks", jwks),
    ];
    let answer = send(browser, "/fintech/apps", &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let listed = bed.hub.storage().read("test", async |tx| tx.client_list().await);
    let listed: Result<Vec<Client>, StorageError> = listed.await;
    listed.unwrap().into_iter().max_by_key(|client| client.id).unwrap()
}

fn keys() -> (SoftwareKey, String) {
    let key = SoftwareKey::generate(Algorithm::Es256).unwrap().0;
    let jwks = json!({ "keys": [key.public_jwk().to_value()] }).to_string();
    (key, jwks)
}

/// What the token address answers to a client that signs with this key.
async fn token(bed: &Bed, client: &Client, key: &SoftwareKey) -> Answer {
    let (id, now) = (client.id.to_string(), bed.hub.now().0 / SECOND);
    let unique = naru_crypto::hex(&bed.hub.storage().chance().bytes::<16>());
    let claims = json!({ "iss": id, "sub": id, "aud": HUB, "jti": unique, "exp": now + 60 });
    let assertion = sign(key, "JWT", &claims).unwrap();
    let proved = json!({ "jti": unique, "htm": "POST", "htu": format!("{HUB}/fapi2/token"), "iat": now });
    let proof = sign_with_jwk(key, "dpop+jwt", &proved).unwrap();
    let form = format!(
        "grant_type=client_credentials&scope=oob&client_assertion={assertion}&client_assertion_type={}",
        escaped("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    );
    let request = axum::http::Request::post("/fapi2/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("dpop", proof);
    bed.browser().send(request, form).await
}

#[tokio::test]
async fn a_client_registered_on_the_page_gets_a_token_with_its_key_and_no_other() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::Developer]).await;
    let mut browser = signed_in(&bed, 1).await;
    let (key, jwks) = keys();
    let client = registered(&bed, &mut browser, "test_bed", &jwks).await;
    let given = token(&bed, &client, &key).await;
    let answer: Value = serde_json::from_str(&given.text).unwrap();
    assert_eq!(
        (given.status.as_u16(), answer["token_type"].as_str()),
        (200, Some("DPoP")),
        "{answer}"
    );
    let refused = token(&bed, &client, &keys().0).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
}

#[tokio::test]
async fn a_signing_request_becomes_a_certificate_with_which_the_client_gets_its_token() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::Developer]).await;
    let mut browser = signed_in(&bed, 1).await;
    let client = registered(&bed, &mut browser, "test_bed", &keys().1).await;
    let here = format!("/fintech/apps/{}", client.id);
    let nonsense = send(&mut browser, &format!("{here}/certificates"), &[("csr", "nonsense")]).await;
    assert_eq!(nonsense.status, 422, "{}", nonsense.text);
    let key = rcgen::KeyPair::generate().unwrap();
    let request = rcgen::CertificateParams::default().serialize_request(&key).unwrap();
    let csr = request.pem().unwrap();
    let issued = send(&mut browser, &format!("{here}/certificates"), &[("csr", &csr)]).await;
    assert_eq!(
        issued.header("content-type"),
        "application/x-pem-file",
        "{}",
        issued.text
    );
    let body: String = issued.text.lines().filter(|line| !line.starts_with('-')).collect();
    let der = STANDARD.decode(body).unwrap();
    let name = format!("CN={}", client.id);
    let by_name = [
        ("method", "tls_client_auth"),
        ("binding", "certificate"),
        ("tls_kind", "subject_dn"),
        ("tls_value", name.as_str()),
    ];
    let changed = send(&mut browser, &format!("{here}/keys"), &by_name).await;
    assert_eq!(changed.status, 303, "{}", changed.text);
    let form = format!("grant_type=client_credentials&scope=oob&client_id={}", client.id);
    for (shown, status) in [(Some(der), 200), (None, 401)] {
        let mut caller = bed.browser();
        caller.certificate = shown.as_deref().map(sha256);
        caller.der = shown;
        let request = axum::http::Request::post("/fapi2/token");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let given = caller.send(request, form.clone()).await;
        assert_eq!(given.status, status, "{}", given.text);
    }
    let page = browser.get(&here).await;
    assert!(page.text.contains("/certificates/"), "it is listed: {}", page.text);
}

async fn proposal(bed: &Bed, client: &Client) -> Proposal {
    let subject = client.id.to_string();
    let found = bed
        .hub
        .storage()
        .read("test", async |tx| tx.proposal_list_of_subject(&subject).await);
    let found: Result<Vec<Proposal>, StorageError> = found.await;
    found.unwrap().pop().expect("the hub proposes to admit it")
}

#[tokio::test]
async fn a_client_of_production_says_what_it_waits_for_and_why_it_was_turned_down() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::Developer]).await;
    let desk = [(Role::Desk, [31; 32]), (Role::Desk, [32; 32])];
    let operator = organisation(&bed, "operator", OrganisationKind::Operator, &desk).await;
    let found = bed.hub.storage().read("test", async |tx| {
        let members = tx.member_list(operator).await?;
        Ok::<_, StorageError>((tx.organisation_find(operator).await?.unwrap(), members))
    });
    let (operator, members) = found.await.unwrap();
    let mut browser = signed_in(&bed, 1).await;
    let (key, jwks) = keys();
    let client = registered(&bed, &mut browser, "production", &jwks).await;
    assert_eq!(client.status, ClientStatus::Registered);
    let here = format!("/fintech/apps/{}", client.id);
    assert!(browser.get("/fintech/apps").await.text.contains("승인 대기"));
    assert!(browser.get(&here).await.text.contains("운영기관의 두 사람이"));
    assert_eq!(token(&bed, &client, &key).await.status, 401, "nothing of it holds yet");
    for (member, said) in members.iter().zip(["다른 한 사람의 승인이 남았습니다", "사용 중"]) {
        let open = proposal(&bed, &client).await;
        let by = (&member.member, &operator);
        let approved = admission::approve(bed.hub.storage(), by, (open.id, open.state_sha256)).await;
        approved.unwrap();
        let page = browser.get(&here).await;
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let now = clients::find(bed.hub.storage(), &client.id.to_string()).await.unwrap();
    assert_eq!(now.status, ClientStatus::Active);
    bed.pass_seconds(1);
    let other = registered(&bed, &mut browser, "production", &keys().1).await;
    let open = proposal(&bed, &other).await;
    let by = (&members[0].member, &operator);
    let rejected = admission::reject(bed.hub.storage(), by, (open.id, "약정계좌의 예금주가 다릅니다")).await;
    rejected.unwrap();
    let page = browser.get(&format!("/fintech/apps/{}", other.id)).await;
    assert!(
        page.text.contains("약정계좌의 예금주가 다릅니다") && page.text.contains("새 클라이언트를 등록"),
        "{}",
        page.text
    );
}
