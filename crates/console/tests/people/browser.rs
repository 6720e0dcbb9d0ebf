//! A browser that keeps its cookies, and what it is answered.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use naru_web::PeerCertificate;
use tower::ServiceExt as _;

use super::{Bed, CODE};

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The action of the form whose action contains this.
    #[track_caller]
    pub(crate) fn action(&self, part: &str) -> String {
        let actions = self.text.split("action=\"").skip(1);
        let mut actions = actions.filter_map(|rest| rest.split('"').next());
        let found = actions.find(|action| action.contains(part));
        found
            .unwrap_or_else(|| panic!("no form for {part}: {}", self.text))
            .to_owned()
    }

    /// The token of the page's forms.
    #[track_caller]
    pub(crate) fn csrf(&self) -> String {
        let rest = self
            .text
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .expect("a page with a form");
        rest.split('"').next().unwrap().to_owned()
    }
}

/// A browser: one device.
pub(crate) struct Browser<'a> {
    pub(super) bed: &'a Bed,
    pub(crate) cookies: BTreeMap<String, String>,
    /// The certificate that its connection proved, by its SHA-256.
    pub(crate) certificate: Option<[u8; 32]>,
    /// The same certificate whole, where what stands in it counts.
    pub(crate) der: Option<Vec<u8>>,
}

impl Browser<'_> {
    pub(crate) async fn send(&mut self, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let shown = PeerCertificate {
            sha256: self.certificate,
            der: self.der.clone().map(Into::into),
        };
        let request = request
            .header("cookie", cookies.join("; "))
            .extension(shown)
            .body(body.into())
            .unwrap();
        let response = self.bed.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for set in parts.headers.get_all("set-cookie") {
            let (pair, traits) = set.to_str().unwrap().split_once(';').unwrap();
            assert!(traits.contains("Secure; HttpOnly; SameSite=Lax"), "{traits}");
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
            if traits.contains("Max-Age=0") {
                self.cookies.remove(name);
            }
        }
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&body)
                .replace("&#x2f;", "/")
                .replace("&amp;", "&"),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path), String::new()).await
    }

    /// Opens a page and follows within the hub.
    pub(crate) async fn open(&mut self, path: &str) -> Answer {
        let mut answer = self.get(path).await;
        while answer.status == 303 && answer.header("location").starts_with('/') {
            let to = answer.header("location").to_owned();
            answer = self.get(&to).await;
        }
        answer
    }

    pub(crate) async fn post(&mut self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let body = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>();
        self.send(Request::post(path), body.join("&")).await
    }

    /// A form with a file, its parts in this order (RFC 7578); the part `file` carries this name and text.
    pub(crate) async fn upload(&mut self, path: &str, pairs: &[(&str, &str)], (name, text): (&str, &str)) -> Answer {
        let mut body = String::new();
        for (field, value) in pairs {
            body += &format!("--b\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
        }
        body += &format!("--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n");
        body += &format!("content-type: application/octet-stream\r\n\r\n{text}\r\n--b--\r\n");
        let request = Request::post(path).header("content-type", "multipart/form-data; boundary=b");
        self.send(request, body).await
    }

    /// What the script of a page sends.
    pub(crate) async fn script(&mut self, path: &str, token: &str, body: &str) -> Answer {
        self.send(Request::post(path).header("x-csrf-token", token), body.to_owned())
            .await
    }

    /// From the page that asks who it is to the one that comes after the code.
    pub(crate) async fn say_who(&mut self, page: &Answer, cell_no: &str) -> Answer {
        let (token, action) = (page.csrf(), page.action("/identity"));
        let words = [
            ("csrf", token.as_str()),
            ("name", "Kim"),
            ("birth_date", "19900131"),
            ("cell_no", cell_no),
        ];
        let page = self.post(&action, &words).await;
        let (token, action) = (page.csrf(), page.action("/code"));
        self.post(&action, &[("csrf", token.as_str()), ("code", CODE)]).await
    }

    /// Signs in on the way to one of the person's own pages, and shows it.
    pub(crate) async fn sign_in(&mut self, path: &str, cell_no: &str) -> Answer {
        let page = self.open(path).await;
        let answer = self.say_who(&page, cell_no).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let to = answer.header("location").to_owned();
        self.get(&to).await
    }
}
