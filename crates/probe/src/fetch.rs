//! One GET over a trusted connection, bounded in headers and body, and its bounded facts.

use std::net::IpAddr;

use bytes::Bytes;
use http::header::{COOKIE, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE, USER_AGENT};
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::dial;
use crate::fault::Fault;
use crate::look::Look;
use crate::observation::{bounded, sha256_hex};
use crate::target::Target;
use crate::trust;

/// The least buffer for headers that the HTTP library takes.
const LEAST_HEADER_BYTES: usize = 8_192;
/// Most fields kept in the facts, and most characters of one.
const FIELDS: usize = 60;
const FIELD_CHARS: usize = 400;

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) target: Target,
    pub(crate) address: IpAddr,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Why the body was not read to its end; what stands in `body` is then only its beginning.
    pub(crate) cut: Option<Fault>,
}

/// Asks for a target's path. Redirects are answers like others.
pub(crate) async fn get(look: &Look<'_>, target: &Target, accept: &'static str) -> Result<Answer, Fault> {
    let config = trust::trusting(look)?.with_no_client_auth();
    let addresses = look.step(look.settings.reach.addresses(target)).await?;
    let (stream, address) = dial::connect(look, &addresses).await?;
    let stream = dial::secure(look, target, stream, config).await?;
    let mut builder = http1::Builder::new();
    builder.max_buf_size(look.settings.header_bytes.max(LEAST_HEADER_BYTES));
    let (mut sender, connection) = builder
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|why| no_http(&why))?;
    // The connection moves while the answer is awaited, and ends with this function.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let request = request(look, target, accept)?;
    let response = look
        .step(async { sender.send_request(request).await.map_err(|why| no_http(&why)) })
        .await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    // The library may read past its bound before it looks at it.
    let header_bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if header_bytes > look.settings.header_bytes {
        return Err(Fault::NoHttp(format!("headers of {header_bytes} bytes")));
    }
    let mut body = Vec::new();
    let cut = look
        .step(read_body(response, look.settings.body_bytes, &mut body))
        .await
        .err();
    Ok(Answer {
        target: target.clone(),
        address: address.ip(),
        status,
        headers,
        body,
        cut,
    })
}

fn request(look: &Look<'_>, target: &Target, accept: &'static str) -> Result<Request<Empty<Bytes>>, Fault> {
    Request::get(target.path())
        .header(HOST, target.authority())
        .header(USER_AGENT, look.settings.agent())
        .header(http::header::ACCEPT, accept)
        .header(http::header::ACCEPT_ENCODING, "identity")
        .header(http::header::ACCEPT_LANGUAGE, "ko")
        .header(http::header::CONNECTION, "close")
        .body(Empty::new())
        .map_err(|_| Fault::NoHttp("the address makes no request".to_owned()))
}

async fn read_body(response: Response<Incoming>, most_bytes: usize, body: &mut Vec<u8>) -> Result<(), Fault> {
    let mut incoming = response.into_body();
    while let Some(frame) = incoming.frame().await {
        let Ok(part) = frame.map_err(|why| no_http(&why))?.into_data() else {
            continue;
        };
        let room = most_bytes.saturating_sub(body.len());
        body.extend(part.iter().take(room));
        if part.len() > room {
            return Err(Fault::TooLong(most_bytes));
        }
    }
    Ok(())
}

fn no_http(why: &hyper::Error) -> Fault {
    Fault::NoHttp(bounded(&why.to_string(), FIELD_CHARS))
}

impl Answer {
    /// The only value of a field, or the values of its lines joined as one list (RFC 9110 5.2); none if it is absent.
    pub(crate) fn field(&self, name: &HeaderName) -> Option<String> {
        let mut lines = self.headers.get_all(name).iter().map(text).peekable();
        lines.peek()?;
        Some(lines.collect::<Vec<_>>().join(", "))
    }

    /// The facts: the request in short, status and headers without values of cookies, the digest of the body.
    pub(crate) fn facts(&self) -> Value {
        let fields = self.headers.iter().take(FIELDS);
        let fields: Vec<Value> = fields
            .map(|(name, value)| json!([name.as_str(), kept(name, value)]))
            .collect();
        json!({
            "request": { "method": "GET", "url": self.target.to_string(), "address": self.address.to_string() },
            "response": { "status": self.status, "headers": fields },
            "body": {
                "bytes": self.body.len(),
                "cut": self.cut.as_ref().map(Fault::as_str),
                "sha256": self.cut.is_none().then(|| sha256_hex(&self.body)),
            },
        })
    }
}

/// A field value as text.
pub(crate) fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// What is kept of a field: of a cookie its name and attributes, of a location everything before the query.
fn kept(name: &HeaderName, value: &HeaderValue) -> String {
    let value = text(value);
    let value = match *name {
        SET_COOKIE => {
            let (pair, attributes) = value
                .split_once(';')
                .map_or((value.as_str(), String::new()), |(pair, rest)| {
                    (pair, format!(";{rest}"))
                });
            let name = pair.split_once('=').map_or("", |(name, _)| name);
            format!("{name}=(removed){attributes}")
        }
        COOKIE => "(removed)".to_owned(),
        LOCATION => value.split(['?', '#']).next().unwrap_or_default().to_owned(),
        _ => value,
    };
    bounded(&value, FIELD_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_cookies_and_queries_are_not_kept() {
        let kept = |name: HeaderName, value: &'static str| kept(&name, &HeaderValue::from_static(value));
        assert_eq!(
            kept(SET_COOKIE, "id=secret; Secure; Path=/"),
            "id=(removed); Secure; Path=/"
        );
        assert_eq!(kept(SET_COOKIE, "secret"), "=(removed)");
        assert_eq!(
            kept(LOCATION, "https://bank.example/a?token=secret#x"),
            "https://bank.example/a"
        );
    }
}
