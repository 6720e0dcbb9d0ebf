//! POST /oauth/2.0/token: every way to a token, and every refusal, which is HTTP 200 and issues nothing.

use naru_core::{ClientEvent, Scope, Scopes};
use serde_json::{Value, json};

use super::code;
use crate::harness::{Answer, Bed, Fintech, Terms};

const TOKEN: &str = "/oauth/2.0/token";

async fn exchange(bed: &Bed, fintech: &Fintech, code: &str) -> Answer {
    let (id, secret) = (fintech.id(), fintech.secret.clone());
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", id.as_str()),
        ("client_secret", &secret),
        ("code", code),
        ("redirect_uri", Fintech::REDIRECT),
    ];
    bed.call("POST", TOKEN)
        .certificate(fintech.certificate)
        .form(&form)
        .send()
        .await
}

pub(super) async fn refresh(bed: &Bed, fintech: &Fintech, (token, scope): (&str, Option<&str>)) -> Answer {
    let (id, secret) = (fintech.id(), fintech.secret.clone());
    let mut form = vec![
        ("grant_type", "refresh_token"),
        ("client_id", id.as_str()),
        ("client_secret", &secret),
        ("refresh_token", token),
    ];
    form.extend(scope.map(|scope| ("scope", scope)));
    bed.call("POST", TOKEN)
        .certificate(fintech.certificate)
        .form(&form)
        .send()
        .await
}

pub(super) async fn me(bed: &Bed, token: &str, user_seq_no: &str) -> Answer {
    bed.get("/v2.0/user/me", token, &[("user_seq_no", user_seq_no)]).await
}

/// The answer is a refusal in the profile's form, and the trail says that nothing was issued.
pub(super) async fn refuses(bed: &Bed, before: i64, answer: &Answer, rsp_code: &str) {
    answer.refused(rsp_code);
    let fields: Vec<String> = answer.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["rsp_code", "rsp_message"]);
    assert_eq!(bed.trail_count().await, before, "something was written");
}

#[tokio::test]
async fn a_code_becomes_a_pair_of_tokens_that_works_at_once() {
    let bed = Bed::new(1).await;
    let fintech = bed.fintech().await;
    let code = code(&bed, &fintech, 0).await;
    let answer = exchange(&bed, &fintech, &code).await;
    let body = answer.json();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 7_776_000);
    assert_eq!(body["scope"], "login inquiry transfer");
    let (access, refresh) = (answer.field("access_token"), answer.field("refresh_token"));
    assert!(
        access.starts_with("nat_") && !refresh.is_empty() && access != refresh,
        "{access}"
    );
    let number = answer.field("user_seq_no");
    assert_eq!((number.len(), body.get("client_use_code")), (10, None));
    me(&bed, &access, &number).await.ok();
    me(&bed, &refresh, &number).await.refused("O0002");
}

#[tokio::test]
async fn a_code_used_twice_ends_the_grant_it_led_to() {
    let bed = Bed::new(2).await;
    let fintech = bed.fintech().await;
    let code = code(&bed, &fintech, 0).await;
    let first = exchange(&bed, &fintech, &code).await;
    let (access, number) = (first.field("access_token"), first.field("user_seq_no"));
    me(&bed, &access, &number).await.ok();
    exchange(&bed, &fintech, &code).await.refused("O0002");
    let message = me(&bed, &access, &number).await.refused("O0002");
    assert_eq!(message, "접근토큰이 거부되었습니다: 동의가 철회되었습니다");
    refresh(&bed, &fintech, (&first.field("refresh_token"), None))
        .await
        .refused("O0002");
}

#[tokio::test]
async fn a_code_is_bound_to_its_client_its_address_and_ten_minutes() {
    let bed = Bed::new(3).await;
    let (fintech, other) = (bed.fintech().await, bed.fintech().await);
    let code = code(&bed, &fintech, 0).await;
    let before = bed.trail_count().await;
    refuses(&bed, before, &exchange(&bed, &other, &code).await, "O0002").await;
    let (id, secret) = (fintech.id(), fintech.secret.clone());
    let with = |changed: &'static str, value: &'static str| {
        let mut form = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("client_id", id.clone()),
            ("client_secret", secret.clone()),
            ("code", code.clone()),
            ("redirect_uri", Fintech::REDIRECT.to_owned()),
        ];
        form.iter_mut()
            .filter(|(name, _)| *name == changed)
            .for_each(|(_, old)| value.clone_into(old));
        form
    };
    for (changed, value, rsp_code) in [
        ("redirect_uri", "https://fintech.example/callback/", "O0002"),
        ("redirect_uri", "", "O0002"),
        ("client_secret", "ncs_wrong", "O0002"),
        ("client_secret", "", "O0002"),
        ("client_id", "cli_00000000000000000000000000000000", "O0002"),
        ("client_id", "nonsense", "O0002"),
        ("code", "nac_wrong", "O0002"),
        ("code", "", "O0002"),
        ("grant_type", "password", "O0001"),
        ("grant_type", "", "O0001"),
    ] {
        let form = with(changed, value);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = bed.call("POST", TOKEN).form(&form).send().await;
        refuses(&bed, before, &answer, rsp_code).await;
    }
    bed.pass_seconds(600);
    refuses(&bed, before, &exchange(&bed, &fintech, &code).await, "O0002").await;
}

#[tokio::test]
async fn a_code_works_until_the_last_second_of_its_ten_minutes() {
    let bed = Bed::new(4).await;
    let fintech = bed.fintech().await;
    let code = code(&bed, &fintech, 0).await;
    bed.pass_seconds(599);
    assert_eq!(exchange(&bed, &fintech, &code).await.json()["token_type"], "Bearer");
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_once_and_its_scope_may_be_left_out_but_not_widened() {
    let bed = Bed::new(5).await;
    let fintech = bed.fintech().await;
    let scopes = Scopes::of(&[Scope::Login, Scope::Inquiry]);
    let login = bed.login_as(&fintech, 0, (&scopes, 30)).await;
    let before = bed.trail_count().await;
    for wider in ["login inquiry transfer", "transfer", "oob", "everything"] {
        let answer = refresh(&bed, &fintech, (&login.refresh, Some(wider))).await;
        refuses(&bed, before, &answer, "O0001").await;
    }
    refuses(
        &bed,
        before,
        &refresh(&bed, &fintech, (&login.access, None)).await,
        "O0002",
    )
    .await;
    let second = refresh(&bed, &fintech, (&login.refresh, None)).await;
    assert_eq!(second.json()["scope"], "login inquiry");
    assert_eq!(second.field("user_seq_no"), login.user_seq_no());
    me(&bed, &second.field("access_token"), &login.user_seq_no()).await.ok();
    me(&bed, &login.access, &login.user_seq_no()).await.ok();
    let before = bed.trail_count().await;
    refuses(
        &bed,
        before,
        &refresh(&bed, &fintech, (&login.refresh, None)).await,
        "O0002",
    )
    .await;
    // A narrower scope is answered with what the grant really covers, and says so (RFC 6749 §3.3).
    let third = refresh(&bed, &fintech, (&second.field("refresh_token"), Some("inquiry"))).await;
    assert_eq!(third.json()["scope"], "login inquiry");
}

#[tokio::test]
async fn a_refresh_token_of_a_revoked_grant_or_of_another_client_or_too_old_gives_nothing() {
    let bed = Bed::new(6).await;
    let (fintech, other) = (bed.fintech().await, bed.fintech().await);
    let login = bed.login(&fintech, 0).await;
    let before = bed.trail_count().await;
    refuses(
        &bed,
        before,
        &refresh(&bed, &other, (&login.refresh, None)).await,
        "O0002",
    )
    .await;
    bed.revoke(&login).await;
    let before = bed.trail_count().await;
    refuses(
        &bed,
        before,
        &refresh(&bed, &fintech, (&login.refresh, None)).await,
        "O0002",
    )
    .await;
    let again = bed.login(&fintech, 0).await;
    bed.pass_seconds(8_640_000);
    let before = bed.trail_count().await;
    refuses(
        &bed,
        before,
        &refresh(&bed, &fintech, (&again.refresh, None)).await,
        "O0002",
    )
    .await;
}

fn two_legged<'a>(id: &'a str, secret: &'a str, scope: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
        ("scope", scope),
    ]
}

pub(super) async fn own_word(
    bed: &Bed,
    fintech: &Fintech,
    (secret, scope): (&str, &str),
    shown: Option<[u8; 32]>,
) -> Answer {
    let id = fintech.id();
    let call = bed.call("POST", TOKEN).certificate(shown);
    call.form(&two_legged(&id, secret, scope)).send().await
}

#[tokio::test]
async fn the_clients_own_word_gives_oob_alone_and_own_authentication_needs_an_entitlement() {
    let bed = Bed::new(7).await;
    let fintech = bed.fintech().await;
    let secret = fintech.secret.as_str();
    let before = bed.trail_count().await;
    for (scope, rsp_code) in [
        ("sa", "O0011"),
        ("oob sa", "O0011"),
        ("login", "O0001"),
        ("oob login", "O0001"),
        ("", "O0001"),
        ("OOB!", "O0001"),
    ] {
        let answer = own_word(&bed, &fintech, (secret, scope), None).await;
        refuses(&bed, before, &answer, rsp_code).await;
    }
    let answer = own_word(&bed, &fintech, (secret, "oob"), None).await;
    let mut body = answer.json();
    let access = body.as_object_mut().unwrap().remove("access_token").unwrap();
    let code = fintech.client.client_use_code.to_string();
    let expected = json!({ "token_type": "Bearer", "expires_in": 7_776_000, "scope": "oob", "client_use_code": code });
    assert_eq!(body, expected);
    bed.get("/v2.0/bank/status", access.as_str().unwrap(), &[]).await.ok();
    let without = Terms {
        scopes: Scopes::of(&[Scope::Login]),
        ..Terms::default()
    };
    let without = bed.register(without).await;
    let before = bed.trail_count().await;
    refuses(
        &bed,
        before,
        &own_word(&bed, &without, (&without.secret, "oob"), None).await,
        "O0001",
    )
    .await;
}

#[tokio::test]
async fn parameters_may_stand_in_the_query_string_but_a_body_must_be_a_form() {
    let bed = Bed::new(8).await;
    let fintech = bed.fintech().await;
    let (id, secret) = (fintech.id(), fintech.secret.clone());
    let pairs = two_legged(&id, &secret, "oob");
    let in_query = bed.call("POST", TOKEN).query(&pairs).send().await;
    assert_eq!(in_query.json()["scope"], "oob");
    let before = bed.trail_count().await;
    let as_object: Value = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    refuses(
        &bed,
        before,
        &bed.call("POST", TOKEN).json(&as_object).send().await,
        "A0004",
    )
    .await;
    let text = serde_urlencoded::to_string(pairs).unwrap();
    let plain = bed.call("POST", TOKEN).body("text/plain", text.clone()).send().await;
    refuses(&bed, before, &plain, "A0004").await;
    let twice = format!("{text}&client_id={id}");
    let twice = bed
        .call("POST", TOKEN)
        .body("application/x-www-form-urlencoded", twice)
        .send()
        .await;
    refuses(&bed, before, &twice, "A0004").await;
    let charset = "application/x-www-form-urlencoded; charset=UTF-8";
    let with_charset = bed.call("POST", TOKEN).body(charset, text).send().await;
    assert_eq!(with_charset.json()["scope"], "oob");
    let nothing = bed.call("POST", TOKEN).send().await;
    let before = bed.trail_count().await;
    refuses(&bed, before, &nothing, "O0001").await;
}

#[tokio::test]
async fn a_suspended_client_gets_no_tokens_and_its_old_ones_are_refused_until_it_is_resumed() {
    let bed = Bed::new(12).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    me(&bed, &login.access, &login.user_seq_no()).await.ok();
    bed.change_client(&fintech, ClientEvent::Suspend).await;
    let message = me(&bed, &login.access, &login.user_seq_no()).await.refused("O0002");
    assert_eq!(message, "이용이 정지된 이용기관입니다");
    let before = bed.trail_count().await;
    refuses(
        &bed,
        before,
        &own_word(&bed, &fintech, (&fintech.secret, "oob"), None).await,
        "O0002",
    )
    .await;
    refuses(
        &bed,
        before,
        &refresh(&bed, &fintech, (&login.refresh, None)).await,
        "O0002",
    )
    .await;
    bed.change_client(&fintech, ClientEvent::Resume).await;
    me(&bed, &login.access, &login.user_seq_no()).await.ok();
    assert_eq!(
        refresh(&bed, &fintech, (&login.refresh, None)).await.json()["token_type"],
        "Bearer"
    );
    bed.change_client(&fintech, ClientEvent::Close).await;
    let message = me(&bed, &login.access, &login.user_seq_no()).await.refused("O0002");
    assert_eq!(message, "이용이 끝난 이용기관입니다");
}

#[tokio::test]
async fn an_access_token_ends_after_ninety_days_to_the_second() {
    let bed = Bed::new(13).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    bed.pass_seconds(7_775_999);
    me(&bed, &login.access, &login.user_seq_no()).await.ok();
    bed.pass_seconds(1);
    let message = me(&bed, &login.access, &login.user_seq_no()).await.refused("O0002");
    assert_eq!(message, "접근토큰이 거부되었습니다: 유효기간이 지났습니다");
}
