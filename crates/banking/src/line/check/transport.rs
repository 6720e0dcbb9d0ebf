//! Cases about connections: kept ones, slow ones, ones without a certificate, and references in a path.

use bytes::Bytes;
use serde_json::json;

use super::report::{Finding, Miss, Script, ensure};
use super::seen::Seen;
use super::session::Session;
use crate::line::wire;

const CALLS_KEPT: usize = 5;

pub(super) async fn play(script: &mut Script, session: &Session) {
    let expected = "five calls on one connection, each with code 000";
    script.play("keep-alive", expected, keep_alive(session)).await;
    let expected = "found N: the reference is percent-decoded";
    script
        .play("reference-in-path", expected, reference_in_path(session))
        .await;
    let expected = "served or cut off, while others are served";
    script.play("slow-client", expected, slow_client(session)).await;
    let expected = "no answer without a client certificate";
    script.play("mutual-tls", expected, mutual_tls(session)).await;
    let expected = "the description of the line";
    script.play("description", expected, description(session)).await;
}

async fn keep_alive(session: &Session) -> Finding {
    let mut connection = session.door.connect(false).await.map_err(Miss::Broken)?;
    for _ in 0..CALLS_KEPT {
        let raw = connection.get("/line/v1/status").await.map_err(Miss::Broken)?;
        Seen::read(&raw)?.agreed("000")?;
    }
    Ok(format!("{CALLS_KEPT} calls on one connection"))
}

async fn reference_in_path(session: &Session) -> Finding {
    let reference = format!("{}/%?#&=~!", session.reference());
    let found = session.get(&wire::path(&reference)).await?.agreed("000")?;
    ensure(found.text("found")? == "N", || "found, although never sent".to_owned())?;
    Ok("found N".to_owned())
}

async fn slow_client(session: &Session) -> Finding {
    let body = json!({ "account_num": session.settings.account_num }).to_string();
    let mut connection = session.door.connect(false).await.map_err(Miss::Broken)?;
    let slow = connection.post_slowly("/line/v1/balance", Bytes::from(body), session.settings.slowness);
    let (slow, quick) = tokio::join!(slow, session.get("/line/v1/status"));
    quick?.agreed("000")?;
    let saw = match slow {
        Err(_) => "cut off".to_owned(),
        Ok(raw) if raw.status.is_client_error() => format!("HTTP {}", raw.status.as_u16()),
        Ok(raw) => format!("served: {}", Seen::read(&raw)?.agreed("000")?.kind()),
    };
    session.get("/line/v1/status").await?.agreed("000")?;
    Ok(saw)
}

/// With TLS 1.3 the handshake looks complete to a client before its missing certificate is refused, so only an
/// answer to a call shows that it was let in.
async fn mutual_tls(session: &Session) -> Finding {
    if !session.door.is_https() {
        return Err(Miss::NotPlayed("the address is not https".to_owned()));
    }
    let mut connection = match session.door.connect(true).await {
        Ok(connection) => connection,
        Err(_) => return Ok("refused in the handshake".to_owned()),
    };
    match connection.get("/line/v1/status").await {
        Err(_) => Ok("refused after the handshake".to_owned()),
        Ok(raw) => {
            let status = raw.status.as_u16();
            ensure(raw.status.is_client_error(), || format!("answered with HTTP {status}"))?;
            Ok(format!("refused with HTTP {status}"))
        }
    }
}

async fn description(session: &Session) -> Finding {
    let mut connection = session.door.connect(false).await.map_err(Miss::Broken)?;
    let raw = connection.get("/line/v1/openapi.yaml").await.map_err(Miss::Broken)?;
    let is_openapi = raw.status.is_success() && raw.body.starts_with(b"openapi:");
    ensure(is_openapi, || {
        format!("HTTP {}, not an OpenAPI document", raw.status.as_u16())
    })?;
    Ok(format!("HTTP 200, {} bytes", raw.body.len()))
}
