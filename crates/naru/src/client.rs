//! A fintech's client and a person's browser over real HTTPS, as the demonstration, the benchmark and the tests use
//! them. They know nothing of the hub but its addresses and its certificate authority.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{HeaderMap, HeaderValue};
use hyper::{Method, Request, StatusCode};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client as Legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use naru_web::outbound::ClientTls;
use serde_json::Value;

/// KFTC's own client waits this long.
const PATIENCE: Duration = Duration::from_secs(30);
const ANSWER_MAX: usize = 4 * 1024 * 1024;

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON; `null` where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header as text; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// An HTTP client. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    client: Arc<Legacy<HttpsConnector<HttpConnector>, Full<Bytes>>>,
    base: String,
}

impl Http {
    /// A client of the server at `base`.
    pub fn new(base: &str, tls: &ClientTls) -> Result<Self, String> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config(tls.config()?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Legacy::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self {
            client: Arc::new(client),
            base: base.trim_end_matches('/').to_owned(),
        })
    }

    /// Sends one request.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Answer, String> {
        let target = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, HeaderValue::from_str(value).map_err(|error| error.to_string())?);
        }
        let request = request
            .body(Full::new(body.into()))
            .map_err(|error| error.to_string())?;
        let exchange = async {
            let response = self
                .client
                .request(request)
                .await
                .map_err(|error| format!("{error:?}"))?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, ANSWER_MAX)
                .collect()
                .await
                .map_err(|error| error.to_string())?
                .to_bytes();
            Ok(Answer {
                status: parts.status,
                headers: parts.headers,
                body,
            })
        };
        tokio::time::timeout(PATIENCE, exchange)
            .await
            .unwrap_or_else(|_| Err("no answer within 30 s".to_owned()))
    }

    /// A GET with a query string.
    pub async fn get(&self, path: &str, token: &str, query: &[(&str, &str)]) -> Result<Value, String> {
        let query = serde_urlencoded::to_string(query).map_err(|error| error.to_string())?;
        let bearer = format!("Bearer {token}");
        let path = format!("{path}?{query}");
        Ok(self
            .send(Method::GET, &path, &[("authorization", &bearer)], Bytes::new())
            .await?
            .json())
    }

    /// A POST of JSON.
    pub async fn post(&self, path: &str, token: &str, body: &Value) -> Result<Value, String> {
        let bearer = format!("Bearer {token}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json; charset=UTF-8"),
        ];
        Ok(self.send(Method::POST, path, &headers, body.to_string()).await?.json())
    }

    /// A POST of a form.
    pub async fn form(&self, path: &str, pairs: &[(&str, &str)]) -> Result<Value, String> {
        let body = serde_urlencoded::to_string(pairs).map_err(|error| error.to_string())?;
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        Ok(self.send(Method::POST, path, &headers, body).await?.json())
    }
}

/// A browser: keeps cookies, follows no redirect by itself, and reads forms as a person would fill them in.
pub struct Browser {
    http: Http,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A fresh browser without cookies.
    pub const fn new(http: Http) -> Self {
        Self {
            http,
            cookies: BTreeMap::new(),
        }
    }

    /// Opens an address.
    pub async fn open(&mut self, path: &str) -> Result<Answer, String> {
        self.exchange(Method::GET, path, String::new()).await
    }

    /// Opens an address and follows redirects within the hub.
    pub async fn follow(&mut self, path: &str) -> Result<Answer, String> {
        let mut answer = self.open(path).await?;
        for _ in 0..5 {
            let location = answer.header("location").to_owned();
            if answer.status != StatusCode::SEE_OTHER || !location.starts_with('/') {
                break;
            }
            answer = self.open(&location).await?;
        }
        Ok(answer)
    }

    /// Submits a form.
    pub async fn submit(&mut self, action: &str, pairs: &[(&str, &str)]) -> Result<Answer, String> {
        let body = serde_urlencoded::to_string(pairs).map_err(|error| error.to_string())?;
        self.exchange(Method::POST, action, body).await
    }

    async fn exchange(&mut self, method: Method, path: &str, body: String) -> Result<Answer, String> {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = cookies.join("; ");
        let mut headers = vec![("accept", "text/html")];
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        if method == Method::POST {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        }
        let answer = self.http.send(method, path, &headers, body).await?;
        for cookie in answer.headers.get_all("set-cookie") {
            let pair = cookie
                .to_str()
                .unwrap_or_default()
                .split(';')
                .next()
                .unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(answer)
    }
}

/// The value of an attribute in the first tag of a page that contains `marker`; what a person's eye would find.
pub fn attribute(page: &str, marker: &str, name: &str) -> Option<String> {
    let (before, after) = page.split_once(marker)?;
    let tag = format!("{}{marker}{}", before.rsplit('<').next()?, after.split('>').next()?);
    let value = tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&amp;", "&"))
}
