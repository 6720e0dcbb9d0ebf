//! The envelope: the four fields every answer begins with, and the fields of an institution's leg.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use naru_core::trust::Verdict;
use naru_core::{BankCode, CallId, Timestamp};
use serde::Serialize;

use super::{Code, Codes, FieldError};

/// A body behind the envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Success<T> {
    /// The reason whose code is answered; `ok` unless the outcome is still open.
    pub reason: &'static str,
    /// The call whose answer this is; another than the present one where a recorded answer is repeated.
    pub call_id: CallId,
    /// When that call was answered.
    pub at: Timestamp,
    /// The fields behind the envelope.
    pub body: T,
}

/// Why a call is not answered as asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A field cannot be taken as it is.
    Field(FieldError),
    /// A link of the chain is broken.
    Broken(Box<Verdict>),
    /// Another reason of the code table.
    Reason(&'static str),
    /// An institution said no, or could not be asked.
    Institution {
        /// The reason of the code table: `institution_error` or `institution_silent`.
        reason: &'static str,
        /// Who.
        bank_code: BankCode,
        /// Its code; may be empty.
        code: String,
        /// Its words; may be empty.
        message: String,
    },
}

impl From<FieldError> for Refusal {
    fn from(error: FieldError) -> Self {
        Self::Field(error)
    }
}

impl From<naru_storage::StorageError> for Refusal {
    fn from(error: naru_storage::StorageError) -> Self {
        tracing::error!(event = "storage_failed", %error, "a call could not be answered");
        Self::Reason("internal")
    }
}

/// The fields of an institution's leg, as inquiries carry them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BankLeg {
    /// Echo of the client's id.
    pub bank_tran_id: String,
    /// `yyyyMMdd`.
    pub bank_tran_date: String,
    /// Who answered.
    pub bank_code_tran: String,
    /// What it answered.
    pub bank_rsp_code: String,
    /// In its words.
    pub bank_rsp_message: String,
}

impl BankLeg {
    /// The leg of an institution that answered yes.
    pub fn ok(bank_tran_id: &str, bank_code: &BankCode, at: Timestamp) -> Self {
        Self {
            bank_tran_id: bank_tran_id.to_owned(),
            bank_tran_date: at.yyyymmdd(),
            bank_code_tran: bank_code.to_string(),
            bank_rsp_code: "000".to_owned(),
            bank_rsp_message: String::new(),
        }
    }
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    api_tran_id: String,
    api_tran_dtm: String,
    rsp_code: &'a str,
    rsp_message: &'a str,
    #[serde(flatten)]
    body: T,
}

#[derive(Serialize)]
struct NoBody {}

#[derive(Serialize)]
struct RefusedLeg<'a> {
    bank_tran_id: &'a str,
    bank_tran_date: String,
    bank_code_tran: &'a str,
    bank_rsp_code: &'a str,
    bank_rsp_message: &'a str,
}

/// An answer with the codes it carries.
pub(super) struct Rendered {
    pub(super) body: Vec<u8>,
    pub(super) rsp_code: String,
    pub(super) bank_rsp_code: String,
}

fn render(call: CallId, at: Timestamp, code: &Code, message: &str, body: impl Serialize) -> Vec<u8> {
    let envelope = Envelope {
        api_tran_id: call.to_string(),
        api_tran_dtm: at.compact_millis(),
        rsp_code: &code.rsp_code,
        rsp_message: message,
        body,
    };
    serde_json::to_vec(&envelope).expect("an answer is made of texts")
}

impl<T: Serialize> Success<T> {
    pub(super) fn render(&self, codes: &Codes) -> Rendered {
        let code = codes.of(self.reason);
        let body = render(self.call_id, self.at, code, &code.message, &self.body);
        Rendered {
            body,
            rsp_code: code.rsp_code.clone(),
            bank_rsp_code: String::new(),
        }
    }
}

impl Refusal {
    /// The reason of the code table.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Field(_) => "form",
            Self::Broken(verdict) => verdict.broken().map_or("internal", |(_, why, _)| why.as_str()),
            Self::Reason(reason) | Self::Institution { reason, .. } => reason,
        }
    }

    pub(super) fn render(&self, codes: &Codes, call: CallId, at: Timestamp, bank_tran_id: &str) -> Rendered {
        let code = codes.of(self.reason());
        let rsp_code = code.rsp_code.clone();
        let leg = |bank_code_tran, bank_rsp_code, bank_rsp_message| RefusedLeg {
            bank_tran_id,
            bank_tran_date: at.yyyymmdd(),
            bank_code_tran,
            bank_rsp_code,
            bank_rsp_message,
        };
        match self {
            Self::Field(error) => {
                let message = format!("{}: {} {}", code.message, error.field, error.expected);
                let body = render(call, at, code, &message, NoBody {});
                Rendered {
                    body,
                    rsp_code,
                    bank_rsp_code: String::new(),
                }
            }
            Self::Institution {
                bank_code,
                code: bank_rsp_code,
                message,
                ..
            } => {
                let body = render(
                    call,
                    at,
                    code,
                    &code.message,
                    leg(bank_code.as_str(), bank_rsp_code, message),
                );
                Rendered {
                    body,
                    rsp_code,
                    bank_rsp_code: bank_rsp_code.clone(),
                }
            }
            Self::Broken(_) if !code.bank_rsp_code.is_empty() => {
                let body = render(
                    call,
                    at,
                    code,
                    &code.message,
                    leg("", &code.bank_rsp_code, &code.message),
                );
                Rendered {
                    body,
                    rsp_code,
                    bank_rsp_code: code.bank_rsp_code.clone(),
                }
            }
            Self::Broken(_) | Self::Reason(_) => {
                let body = render(call, at, code, &code.message, NoBody {});
                Rendered {
                    body,
                    rsp_code,
                    bank_rsp_code: String::new(),
                }
            }
        }
    }
}

/// The HTTP answer: always 200, JSON in UTF-8.
pub(super) fn response(body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    let kind = HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
