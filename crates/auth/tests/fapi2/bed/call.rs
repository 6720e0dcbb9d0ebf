//! A request on its way in, and the answer to it.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use naru_web::PeerCertificate;
use serde_json::Value;
use tower::ServiceExt as _;

use super::{Bed, Form};

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) peer: PeerCertificate,
}

impl Call {
    pub(crate) fn new(method: &'static str, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            peer: PeerCertificate::default(),
        }
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A form.
    pub(crate) fn post(path: &str, form: &Form) -> Self {
        let mut call = Self::new("POST", path).header("Content-Type", "application/x-www-form-urlencoded");
        call.body = form.encoded().into_bytes();
        call
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without any header of this name.
    pub(crate) fn no_header(mut self, name: &str) -> Self {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn peer(mut self, peer: &PeerCertificate) -> Self {
        self.peer = peer.clone();
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}: {}", self.status, self.text()))
    }

    /// The word of an error, or nothing.
    pub(crate) fn error(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body["error"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Every value of a header.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers
            .get_all(name)
            .iter()
            .map(|value| value.to_str().unwrap())
            .collect()
    }

    /// Status and error at once, for tables.
    pub(crate) fn refused(&self) -> (u16, String) {
        (self.status.as_u16(), self.error())
    }

    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self
    }

    /// That it is refused with this error of RFC 6749, as JSON that nobody keeps.
    pub(crate) fn expect_error(&self, what: &str, (status, error): (u16, &str)) {
        assert_eq!(self.refused(), (status, error.to_owned()), "{what}: {}", self.text());
        assert_eq!(self.header("content-type"), "application/json", "{what}");
        assert_eq!(self.header("cache-control"), "no-store", "{what}");
    }
}

impl Bed {
    /// Sends a request through the router.
    pub(crate) async fn send(&self, call: &Call) -> Answer {
        let mut request = Request::builder().method(call.method).uri(&call.path);
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(Body::from(call.body.clone())).unwrap();
        request.extensions_mut().insert(call.peer.clone());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes().to_vec(),
        }
    }

    /// Sends a request that must be refused with this error, and must leave nothing behind.
    pub(crate) async fn refuses(&self, what: &str, call: &Call, expected: (u16, &str)) -> Answer {
        let before = self.trail().await;
        let answer = self.send(call).await;
        answer.expect_error(what, expected);
        assert_eq!(self.trail().await, before, "{what}: something was written");
        answer
    }
}
