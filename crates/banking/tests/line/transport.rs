//! What can and what cannot have left the hub: connections that fail, hang, are not trusted or break off.

use std::time::Duration;

use axum::Router;
use axum::routing::post;
use http::StatusCode;
use naru_banking::line::Ask;
use naru_banking::line::{HttpLine, Line, LineFault, LineSetup, LineTls};
use naru_core::Outcome;
use tokio::net::TcpListener;

use crate::support::{
    ACCOUNT, authority, code, hub_tls, institution, lines, lines_to, order, plain_bank, secure_bank, secure_bank_of,
    serve,
};

const NOT_SENT: LineFault = LineFault::not_sent();
const SILENCE: LineFault = LineFault::silence();

fn balance() -> Ask {
    Ask::Balance {
        account_num: ACCOUNT.to_owned(),
    }
}

async fn ask(line: &HttpLine, millis: u64) -> LineFault {
    line.ask(balance(), Duration::from_millis(millis))
        .await
        .expect_err("a fault")
}

#[tokio::test]
async fn a_refused_connection_is_down() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    drop(listener);
    let line = HttpLine::try_new(&format!("http://{addr}"), None, 4).unwrap();
    assert_eq!(ask(&line, 5_000).await, NOT_SENT);
}

#[tokio::test]
async fn a_bank_that_stopped_is_down_also_over_a_connection_that_was_kept() {
    let bank = secure_bank().await;
    let lines = lines_to(&bank, 5_000);
    assert!(matches!(
        lines.debit(&code(), order("r-1", 100)).await.0,
        Outcome::Yes(_)
    ));
    bank.bank.stop().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (outcome, _) = lines.debit(&code(), order("r-2", 100)).await;
    assert_eq!(outcome, Outcome::Down { code: String::new() });
}

#[tokio::test]
async fn a_handshake_that_hangs_is_down_and_a_call_that_hangs_is_silence() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let ours = authority();
    let tls = hub_tls(&ours, &ours);
    let line = HttpLine::try_new(&format!("https://{addr}"), Some(&tls), 4).unwrap();
    assert_eq!(ask(&line, 300).await, NOT_SENT);
    let line = HttpLine::try_new(&format!("http://{addr}"), None, 4).unwrap();
    assert_eq!(ask(&line, 300).await, SILENCE);
}

#[tokio::test]
async fn a_server_that_is_not_trusted_gets_nothing() {
    let (ours, foreign) = (authority(), authority());
    let bank = secure_bank_of(&foreign).await;
    let line = HttpLine::try_new(&bank.url, Some(&hub_tls(&ours, &foreign)), 4).unwrap();
    assert_eq!(ask(&line, 5_000).await, NOT_SENT);
    let other_name = bank.url.replace("127.0.0.1", "127.0.0.2");
    let line = HttpLine::try_new(&other_name, Some(&bank.tls), 4).unwrap();
    assert_eq!(ask(&line, 5_000).await, NOT_SENT);
}

#[tokio::test]
async fn a_hub_that_is_not_trusted_is_not_served() {
    let (ours, foreign) = (authority(), authority());
    let bank = secure_bank_of(&ours).await;
    let mut institution = institution(&bank.url);
    institution.simulated = false;
    let strange = lines(Some(hub_tls(&ours, &foreign)), &institution);
    let (outcome, _) = strange.debit(&code(), order("r-1", 100)).await;
    assert!(
        matches!(outcome, Outcome::Unknown { .. } | Outcome::Down { .. }),
        "{outcome:?}"
    );
    assert_eq!(bank.bank.totals().debited_won, 0);
    let known = lines(Some(bank.tls), &institution);
    assert!(matches!(
        known.debit(&code(), order("r-1", 100)).await.0,
        Outcome::Yes(_)
    ));
}

#[tokio::test]
async fn only_a_simulated_institution_is_called_in_the_clear() {
    let bank = plain_bank().await;
    let mut row = institution(&format!("http://{}", bank.line_addr));
    let open = lines(None, &row);
    assert!(open.balance(&code(), ACCOUNT).await.0.is_ok());
    row.simulated = false;
    let closed = lines(None, &row);
    assert_eq!(closed.balance(&code(), ACCOUNT).await.0, Err(NOT_SENT));
}

#[tokio::test]
async fn connections_are_kept() {
    let bank = secure_bank().await;
    let line = HttpLine::try_new(&bank.url, Some(&bank.tls), 4).unwrap();
    for _ in 0..50 {
        assert!(line.ask(balance(), Duration::from_secs(5)).await.is_ok());
    }
}

/// A server whose every balance is this answer.
async fn answering(status: u16, body: String) -> HttpLine {
    let status = StatusCode::from_u16(status).expect("a status");
    let router = Router::new().route("/line/v1/balance", post(async move || (status, body)));
    let addr = serve(router, None).await;
    HttpLine::try_new(&format!("http://{addr}"), None, 4).expect("an address")
}

#[tokio::test]
async fn an_answer_over_a_mebibyte_is_silence() {
    let body = |padding: usize| {
        let padding = "x".repeat(padding);
        format!(r#"{{"code":"000","message":"","balance_amt":"1","available_amt":"1","padding":"{padding}"}}"#)
    };
    let line = answering(200, body(1_000_000)).await;
    assert!(line.ask(balance(), Duration::from_secs(5)).await.is_ok());
    let line = answering(200, body(1_100_000)).await;
    assert_eq!(ask(&line, 5_000).await, SILENCE);
}

#[tokio::test]
async fn a_status_that_is_not_agreed_is_silence() {
    for status in [204, 302, 404, 500, 502, 503] {
        let line = answering(status, r#"{"code":"411","message":""}"#.to_owned()).await;
        assert_eq!(ask(&line, 5_000).await, SILENCE, "{status}");
    }
}

#[test]
fn unfit_certificates_are_named_by_their_part() {
    let ours = authority();
    let what = |authorities: &str, certificate: &str, key: &str| match LineTls::from_pem(authorities, certificate, key)
    {
        Err(LineSetup::Tls { what, .. }) => what,
        other => panic!("{other:?}"),
    };
    let ca = ours.certificate_pem();
    assert_eq!(what("", ca, ours.key_pem()), "authorities");
    assert_eq!(what(ca, "", ours.key_pem()), "certificate");
    assert_eq!(what(ca, ca, ""), "key");
}
