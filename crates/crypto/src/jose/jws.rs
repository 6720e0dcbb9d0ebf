//! A compact signature (RFC 7515 clause 7.1), read strictly and verified with a key that the caller chose.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::json::{given, object, present};
use super::{Algorithm, JoseError, PublicJwk, from_base64url};

/// What the protected header says. Members it does not know are ignored, `jku` and `x5u` among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// What the text is, such as `dpop+jwt`; as written.
    pub typ: Option<String>,
    /// The algorithm it claims.
    pub algorithm: Algorithm,
    /// The name of the key it claims.
    pub kid: Option<String>,
    /// The key it brings along (RFC 9449 clause 4.2), an object that is not yet read.
    pub jwk: Option<Value>,
}

#[derive(Deserialize)]
struct HeaderText {
    #[serde(default, deserialize_with = "given")]
    typ: Option<String>,
    alg: String,
    #[serde(default, deserialize_with = "given")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "given")]
    jwk: Option<Map<String, Value>>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    #[serde(default, deserialize_with = "present")]
    b64: bool,
}

/// A signed text, parsed but not yet verified.
#[derive(Debug, Clone)]
pub struct Jws<'a> {
    header: Header,
    signed: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Reads a text of at most `longest` bytes: three parts in base64url, none of them empty.
    ///
    /// # Errors
    /// [`JoseError::Malformed`] for another form, padding or left-over bits, a header that names a member twice, and
    /// one with `crit` or `b64`, because no extension is understood here (RFC 7515 clause 4.1.11);
    /// [`JoseError::Algorithm`] when `alg` is not one of ours.
    pub fn parse(text: &'a str, longest: usize) -> Result<Self, JoseError> {
        if text.len() > longest {
            return Err(JoseError::Malformed("the text is too long"));
        }
        let parts = text
            .rsplit_once('.')
            .and_then(|(signed, signature)| Some((signed, signed.split_once('.')?, signature)));
        let Some((signed, (header, payload), signature)) = parts else {
            return Err(JoseError::Malformed("not three parts"));
        };
        Ok(Self {
            header: Header::parse(&part(header)?)?,
            signed,
            payload: part(payload)?,
            signature: part(signature)?,
        })
    }

    /// What the header claims. Nothing of it is proven before [`Jws::verify`].
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Whether this key signed the text, by the algorithm that the key is bound to.
    ///
    /// # Errors
    /// [`JoseError::Algorithm`] when the header claims another algorithm, [`JoseError::Signature`] when the signature
    /// does not hold.
    pub fn verify(&self, key: &PublicJwk) -> Result<(), JoseError> {
        if self.header.algorithm != key.algorithm() {
            return Err(JoseError::Algorithm);
        }
        key.verify(self.signed.as_bytes(), &self.signature)
    }

    /// The payload, a JSON object that names no member twice. To be asked for after [`Jws::verify`] only, except to
    /// learn whose key to verify with.
    ///
    /// # Errors
    /// [`JoseError::Malformed`] when the payload is not such an object or does not have the members of `T`.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, JoseError> {
        object(&self.payload)
    }
}

impl Header {
    fn parse(bytes: &[u8]) -> Result<Self, JoseError> {
        let text: HeaderText = object(bytes)?;
        if text.crit || text.b64 {
            return Err(JoseError::Malformed("`crit` and `b64` are not understood"));
        }
        Ok(Self {
            typ: text.typ,
            algorithm: Algorithm::parse(&text.alg)?,
            kid: text.kid,
            jwk: text.jwk.map(Value::Object),
        })
    }
}

fn part(text: &str) -> Result<Vec<u8>, JoseError> {
    from_base64url(text)
        .filter(|bytes| !bytes.is_empty())
        .ok_or(JoseError::Malformed("a part is empty or not base64url"))
}
