//! One real request through the real router, and its answer.

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use naru_web::{PeerAddress, PeerCertificate};
use serde_json::Value;
use tower::ServiceExt as _;

use super::{Bed, Fintech};

/// A request to be sent.
pub(crate) struct Call<'a> {
    bed: &'a Bed,
    method: String,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    certificate: Option<[u8; 32]>,
    from: Option<std::net::IpAddr>,
}

impl<'a> Call<'a> {
    #[must_use]
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    /// `Authorization: Bearer …`
    #[must_use]
    pub(crate) fn token(self, token: &str) -> Self {
        let value = format!("Bearer {token}");
        self.header("authorization", value)
    }

    /// The certificate that the caller proved to hold, as the listener tells it.
    #[must_use]
    pub(crate) const fn certificate(mut self, sha256: Option<[u8; 32]>) -> Self {
        self.certificate = sha256;
        self
    }

    /// From where it comes; a call that says nothing comes from nowhere.
    #[must_use]
    pub(crate) fn from(mut self, address: &str) -> Self {
        self.from = Some(address.parse().unwrap());
        self
    }

    #[must_use]
    pub(crate) fn query(mut self, pairs: &[(&str, &str)]) -> Self {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        self.path = format!(
            "{}{separator}{}",
            self.path,
            serde_urlencoded::to_string(pairs).unwrap()
        );
        self
    }

    #[must_use]
    pub(crate) fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", kind)
    }

    #[must_use]
    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json; charset=UTF-8", body.to_string())
    }

    #[must_use]
    pub(crate) fn form(self, pairs: &[(&str, &str)]) -> Self {
        let body = serde_urlencoded::to_string(pairs).unwrap();
        self.body("application/x-www-form-urlencoded", body)
    }

    pub(crate) async fn send(self) -> Answer {
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.path);
        for (name, value) in &self.headers {
            request = request.header(name, value.as_slice());
        }
        let mut request = request.body(Body::from(self.body)).expect("a request that can be sent");
        if let Some(from) = self.from {
            request.extensions_mut().insert(PeerAddress(from));
        }
        request.extensions_mut().insert(PeerCertificate {
            sha256: self.certificate,
            der: None,
        });
        let response = self
            .bed
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("a router never fails");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole answer").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.to_vec(),
        }
    }
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; `null` where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    /// A text field of the body; empty where there is none.
    pub(crate) fn field(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_default().to_owned()
    }

    /// `rsp_code`
    pub(crate) fn code(&self) -> String {
        self.field("rsp_code")
    }

    /// The body of a call that was answered as asked.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(
            (self.status, self.code().as_str()),
            (StatusCode::OK, "A0000"),
            "{}",
            self.text()
        );
        self.json()
    }

    /// The message of a call that was refused with this code, in the profile's form.
    #[track_caller]
    pub(crate) fn refused(&self, rsp_code: &str) -> String {
        assert_eq!(
            (self.status, self.code().as_str()),
            (StatusCode::OK, rsp_code),
            "{}",
            self.text()
        );
        self.field("rsp_message")
    }

    /// The answer has the profile's form whatever was asked: HTTP 200, four fields in front, a code of the profile,
    /// and not the code of a defect of the hub.
    #[track_caller]
    pub(crate) fn is_in_form(&self, asked: &str) {
        let asked: String = asked.chars().take(400).collect();
        assert_eq!(self.status, 200, "{asked}: {}", self.text());
        let code = self.code();
        let (letter, digits) = code.split_at_checked(1).unwrap_or_default();
        let is_code = matches!(letter, "A" | "O") && digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
        assert!(is_code && code != "A0003", "{asked}: {}", self.text());
        let head = "{\"api_tran_id\":\"cal_";
        assert!(self.text().starts_with(head), "{asked}: {}", self.text());
        let fields = ["api_tran_dtm", "rsp_message"].map(|name| self.field(name));
        assert!(
            fields[0].len() == 17 && !fields[1].is_empty(),
            "{asked}: {}",
            self.text()
        );
        assert!(self.header("x-correlation-id").starts_with("cal_"), "{asked}");
    }

    /// As [`Answer::refused`], with what the institution said.
    #[track_caller]
    pub(crate) fn refused_by_bank(&self, rsp_code: &str, bank_rsp_code: &str) {
        self.refused(rsp_code);
        assert_eq!(self.field("bank_rsp_code"), bank_rsp_code, "{}", self.text());
    }
}

impl Bed {
    /// A request to be filled and sent.
    pub(crate) fn call(&self, method: &str, path: &str) -> Call<'_> {
        Call {
            bed: self,
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            certificate: None,
            from: None,
        }
    }

    /// A GET with a token and a query string.
    pub(crate) async fn get(&self, path: &str, token: &str, query: &[(&str, &str)]) -> Answer {
        self.call("GET", path).token(token).query(query).send().await
    }

    /// A POST of JSON with a token.
    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.call("POST", path).token(token).json(body).send().await
    }

    /// A withdrawal.
    pub(crate) async fn withdraw(&self, token: &str, body: &Value) -> Answer {
        self.post("/v2.0/transfer/withdraw/fin_num", token, body).await
    }

    /// What became of one transfer: `1` a withdrawal, `2` a deposit.
    pub(crate) async fn result(&self, fintech: &Fintech, check_type: &str, (id, won): (&str, &str)) -> Answer {
        let body = serde_json::json!({
            "check_type": check_type,
            "tran_dtime": self.tran_dtime(),
            "req_cnt": "1",
            "req_list": [{
                "tran_no": "1",
                "org_bank_tran_id": id,
                "org_bank_tran_date": self.now().yyyymmdd(),
                "org_tran_amt": won,
            }],
        });
        self.post("/v2.0/transfer/result", &fintech.oob, &body).await
    }
}
