//! A posted form, read strictly: one value per name, bounded in every direction (RFC 6749 3.2: parameters are not
//! repeated; without a value they count as omitted).

use std::error::Error as _;

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use http_body_util::LengthLimitError;

use super::{OauthError, OauthErrorKind};
use crate::PeerCertificate;

/// A body at most, bytes: a signed request fits.
const BODY_MAX: usize = 64 * 1024;
/// Parameters at most.
const NAMES_MAX: usize = 64;

/// A posted form, and what else its request shows of who sends it.
#[derive(Debug, Clone, Default)]
pub struct Posted {
    /// Its parameters.
    pub form: OauthForm,
    /// Its headers.
    pub headers: HeaderMap,
    /// The certificate on its connection.
    pub peer: Option<PeerCertificate>,
}

impl Posted {
    /// Reads a request to the end of its body, or to 64 KiB.
    ///
    /// # Errors
    /// As [`OauthForm::read`]; `invalid_request` for a body that breaks off.
    pub async fn of(request: Request) -> Result<Self, OauthError> {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, BODY_MAX).await.map_err(|error| {
            if error.source().is_some_and(|source| source.is::<LengthLimitError>()) {
                too_large()
            } else {
                OauthError::request("the body does not arrive whole")
            }
        })?;
        Ok(Self {
            form: OauthForm::read(&parts.headers, &body)?,
            peer: parts.extensions.get::<PeerCertificate>().cloned(),
            headers: parts.headers,
        })
    }
}

fn too_large() -> OauthError {
    OauthError::new(OauthErrorKind::TooLarge, "the body is larger than 64 KiB")
}

/// The parameters of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OauthForm(Vec<(String, String)>);

impl OauthForm {
    /// Reads a form's body.
    ///
    /// # Errors
    /// `invalid_request` for another content type, a repeated parameter or text that is no form; 413 beyond 64 KiB.
    pub fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, OauthError> {
        if body.len() > BODY_MAX {
            return Err(too_large());
        }
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let essence = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
        if !essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OauthError::request(
                "the content type must be application/x-www-form-urlencoded",
            ));
        }
        Self::pairs(body)
    }

    /// Reads a query string.
    pub fn of_query(query: &str) -> Result<Self, OauthError> {
        Self::pairs(query.as_bytes())
    }

    fn pairs(text: &[u8]) -> Result<Self, OauthError> {
        if std::str::from_utf8(text).is_err() {
            return Err(OauthError::request("the parameters must be UTF-8"));
        }
        let read: Result<Vec<(String, String)>, _> = serde_urlencoded::from_bytes(text);
        let mut pairs = read.map_err(|_| OauthError::request("the parameters cannot be read"))?;
        if pairs.len() > NAMES_MAX {
            return Err(OauthError::request("there are too many parameters"));
        }
        for (i, (name, _)) in pairs.iter().enumerate() {
            if pairs.iter().skip(i + 1).any(|(other, _)| other == name) {
                return Err(OauthError::request("a parameter is repeated"));
            }
        }
        // Escapes that are no UTF-8 were replaced on the way: what came cannot be given back as it came (line 36).
        if pairs
            .iter()
            .any(|(name, value)| [name, value].iter().any(|text| text.contains('\u{fffd}')))
        {
            return Err(OauthError::request("the parameters must be UTF-8"));
        }
        pairs.retain(|(_, value)| !value.is_empty());
        Ok(Self(pairs))
    }

    /// A parameter's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A parameter that must be there.
    ///
    /// # Errors
    /// `invalid_request` with the given sentence.
    pub fn need(&self, name: &str, why: &'static str) -> Result<&str, OauthError> {
        self.get(name).ok_or_else(|| OauthError::request(why))
    }

    /// Every parameter.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn read(kind: &'static str, body: &[u8]) -> Result<OauthForm, OauthError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        OauthForm::read(&headers, body)
    }

    #[test]
    fn a_form_has_one_value_per_name() {
        const FORM: &str = "application/x-www-form-urlencoded";
        let form = read("Application/X-WWW-Form-URLEncoded; charset=utf-8", b"a=1&b=&c=%20x").unwrap();
        assert_eq!(
            (form.get("a"), form.get("b"), form.get("c")),
            (Some("1"), None, Some(" x"))
        );
        assert!(read(FORM, b"a=1&a=1").is_err(), "repeated");
        assert!(read(FORM, b"a=1&a=").is_err(), "repeated, once empty");
        assert!(read("application/json", b"{}").is_err());
        assert!(read("text/plain; x=application/x-www-form-urlencoded", b"a=1").is_err());
        assert!(read(FORM, b"a=%ff%fe").is_err(), "no UTF-8 behind the escapes");
        assert!(read(FORM, &[0xff]).is_err());
        assert_eq!(
            read(FORM, &vec![b'a'; BODY_MAX + 1]).unwrap_err().kind,
            OauthErrorKind::TooLarge
        );
        let many: String = (0..=NAMES_MAX).map(|i| format!("n{i}=1&")).collect();
        assert!(read(FORM, many.as_bytes()).is_err());
    }
}
