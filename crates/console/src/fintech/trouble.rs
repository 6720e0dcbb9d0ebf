//! Why a form of the fintech's console was not done, in words that both languages have. The services say it in their
//! own vocabularies; here each becomes one word, the field it is about, and the service's own sentence beside it.

use naru_admission::Denied;
use naru_admission::answer::AnswerError;
use naru_admission::document::DocumentError;
use naru_admission::endpoint::service::EndpointError;
use naru_admission::function_test::service::FunctionTestError;
use naru_admission::inspection::InspectionError;
use naru_admission::member::MemberError;
use naru_admission::organisation::OrganisationError;
use naru_admission::policy::service::PolicyError;
use naru_admission::subsidy::service::SubsidyError;
use naru_auth::client::certificate::CertificateError;
use naru_auth::client::service::ClientError;
use naru_auth::member::InviteError;
use naru_core::words;
use naru_storage::StorageError;
use serde::Serialize;

/// What was wrong with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AlertWord {
    /// The member's roles do not allow it.
    Denied,
    /// A value cannot be taken; the field says which.
    Field,
    /// A day was not written as one.
    Day,
    /// An amount was not written as one.
    Amount,
    /// Somebody else changed it meanwhile.
    Changed,
    /// There is one already.
    Taken,
    /// There are as many as there may be.
    Full,
    /// It cannot happen in the present state.
    NotNow,
    /// Four eyes: another person must do it.
    SamePerson,
    /// A reason or text is missing or too long.
    Note,
    /// Documents are missing.
    Missing,
    /// A document no longer holds.
    Expired,
    /// The file is not of a kind that is taken, or not what it says.
    File,
    /// The file is too large.
    TooLarge,
    /// The upload broke off, or came without its words.
    Broken,
    /// The address cannot be looked at.
    Url,
    /// The last administrator stays.
    LastAdministrator,
    /// The member is inactive.
    Inactive,
    /// No role was chosen.
    NoRole,
    /// Too many codes are being compared; come again.
    Busy,
    /// The dated rules do not allow a self-inspection.
    OwnInspection,
    /// The contract is not signed.
    NotSigned,
    /// Items or findings are still open.
    StillOpen,
    /// The signing request cannot be used.
    Request,
    /// This hub issues no certificates.
    NoAuthority,
    /// The box that confirms it was not ticked.
    Unconfirmed,
}
words!(AlertWord, "alert", {
    Denied = "denied", Field = "field", Day = "day", Amount = "amount", Changed = "changed", Taken = "taken",
    Full = "full", NotNow = "not_now", SamePerson = "same_person", Note = "note", Missing = "missing",
    Expired = "expired", File = "file", TooLarge = "too_large", Broken = "broken", Url = "url",
    LastAdministrator = "last_administrator", Inactive = "inactive", NoRole = "no_role", Busy = "busy",
    OwnInspection = "own_inspection", NotSigned = "not_signed", StillOpen = "still_open", Request = "request",
    NoAuthority = "no_authority", Unconfirmed = "unconfirmed",
});

/// What was wrong with a form: a word, the field it is about, and the service's own sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Alert {
    /// The word.
    pub word: AlertWord,
    /// The name of the field; empty where it is about the whole form.
    pub field: &'static str,
    /// The sentence of the service, in English; empty where the word says everything.
    pub detail: String,
}

/// Why a form was not done.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It can be mended: the page is shown again.
    Alert(Alert),
    /// Nothing like this, or nobody of this organisation's.
    NotFound,
    /// The database.
    Storage(StorageError),
}

impl From<StorageError> for Trouble {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// An alert about the whole form.
pub(crate) fn alert(word: AlertWord, detail: impl ToString) -> Trouble {
    at("", word, detail)
}

/// An alert about one field.
pub(crate) fn at(field: &'static str, word: AlertWord, detail: impl ToString) -> Trouble {
    Trouble::Alert(Alert {
        word,
        field,
        detail: detail.to_string(),
    })
}

impl From<Denied> for Trouble {
    fn from(denied: Denied) -> Self {
        alert(AlertWord::Denied, denied)
    }
}

impl From<OrganisationError> for Trouble {
    fn from(error: OrganisationError) -> Self {
        let text = error.to_string();
        match error {
            OrganisationError::Unknown => Self::NotFound,
            OrganisationError::Field { field, .. } => at(field, AlertWord::Field, text),
            OrganisationError::Refused(_) => alert(AlertWord::NotNow, text),
            OrganisationError::Changed => alert(AlertWord::Changed, text),
            OrganisationError::Denied(denied) => denied.into(),
            OrganisationError::Proposal(_) => alert(AlertWord::SamePerson, text),
            OrganisationError::Storage(error) => error.into(),
        }
    }
}

impl From<PolicyError> for Trouble {
    fn from(error: PolicyError) -> Self {
        let text = error.to_string();
        match error {
            PolicyError::Unknown => Self::NotFound,
            PolicyError::Field { field, .. } => at(field, AlertWord::Field, text),
            PolicyError::Settled => alert(AlertWord::NotNow, text),
            PolicyError::Denied(denied) => denied.into(),
            PolicyError::Storage(error) => error.into(),
        }
    }
}

impl From<SubsidyError> for Trouble {
    fn from(error: SubsidyError) -> Self {
        let text = error.to_string();
        match error {
            SubsidyError::Unknown => Self::NotFound,
            SubsidyError::Field { field, .. } => at(field, AlertWord::Field, text),
            SubsidyError::Twice => at("inspection", AlertWord::Taken, text),
            SubsidyError::Illegal { .. } => alert(AlertWord::NotNow, text),
            SubsidyError::OverBudget { .. } => alert(AlertWord::Full, text),
            SubsidyError::Changed => alert(AlertWord::Changed, text),
            SubsidyError::Proposal(_) => alert(AlertWord::SamePerson, text),
            SubsidyError::Denied(denied) => denied.into(),
            SubsidyError::Storage(error) => error.into(),
        }
    }
}

impl From<MemberError> for Trouble {
    fn from(error: MemberError) -> Self {
        let text = error.to_string();
        match error {
            MemberError::Unknown | MemberError::TokenUnknown => Self::NotFound,
            MemberError::UserName => at("user_name", AlertWord::Field, text),
            MemberError::DisplayName => at("display_name", AlertWord::Field, text),
            MemberError::TokenName => at("name", AlertWord::Field, text),
            MemberError::NoRole => alert(AlertWord::NoRole, text),
            MemberError::DevelopersMax(_) | MemberError::MembersMax(_) | MemberError::TokensMax(_) => {
                alert(AlertWord::Full, text)
            }
            MemberError::Taken => at("user_name", AlertWord::Taken, text),
            MemberError::CertificateTaken => at("certificate", AlertWord::Taken, text),
            MemberError::LastAdministrator => alert(AlertWord::LastAdministrator, text),
            MemberError::Inactive => alert(AlertWord::Inactive, text),
            MemberError::Changed => alert(AlertWord::Changed, text),
            MemberError::Unfit(denied) | MemberError::Denied(denied) => denied.into(),
            MemberError::Storage(error) => error.into(),
        }
    }
}

impl From<InviteError> for Trouble {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::Unknown => Self::NotFound,
            InviteError::Inactive => alert(AlertWord::Inactive, ""),
            InviteError::Busy => alert(AlertWord::Busy, ""),
            InviteError::Storage(error) => error.into(),
        }
    }
}

impl From<ClientError> for Trouble {
    fn from(error: ClientError) -> Self {
        let text = error.to_string();
        match error {
            ClientError::Unknown => Self::NotFound,
            ClientError::Illegal { .. } => alert(AlertWord::NotNow, text),
            ClientError::Changed => alert(AlertWord::Changed, text),
            ClientError::Full => alert(AlertWord::Full, text),
            ClientError::Field { field, .. } => at(field, AlertWord::Field, text),
            ClientError::Storage(error) => error.into(),
        }
    }
}

impl From<CertificateError> for Trouble {
    fn from(error: CertificateError) -> Self {
        let text = error.to_string();
        match error {
            CertificateError::Unknown => Self::NotFound,
            CertificateError::Revoked | CertificateError::Closed => alert(AlertWord::NotNow, text),
            CertificateError::Full => alert(AlertWord::Full, text),
            CertificateError::Reason => at("reason", AlertWord::Field, text),
            CertificateError::Request(_) => at("csr", AlertWord::Request, text),
            CertificateError::Storage(error) => error.into(),
        }
    }
}

impl From<EndpointError> for Trouble {
    fn from(error: EndpointError) -> Self {
        let text = error.to_string();
        match error {
            EndpointError::Unknown => Self::NotFound,
            EndpointError::Url(_) | EndpointError::Port(_) => at("url", AlertWord::Url, text),
            EndpointError::Taken => at("url", AlertWord::Taken, text),
            EndpointError::TooMany | EndpointError::TooOften => alert(AlertWord::Full, text),
            EndpointError::Denied(denied) => denied.into(),
            EndpointError::Storage(error) => error.into(),
        }
    }
}

impl From<FunctionTestError> for Trouble {
    fn from(error: FunctionTestError) -> Self {
        let text = error.to_string();
        match error {
            FunctionTestError::Unknown | FunctionTestError::NotOwn => Self::NotFound,
            FunctionTestError::NotTestBed | FunctionTestError::ClientInactive => at("client", AlertWord::Field, text),
            FunctionTestError::Open => alert(AlertWord::Taken, text),
            FunctionTestError::Ended => alert(AlertWord::NotNow, text),
            FunctionTestError::Denied(denied) => denied.into(),
            FunctionTestError::Storage(error) => error.into(),
        }
    }
}

impl From<DocumentError> for Trouble {
    fn from(error: DocumentError) -> Self {
        use DocumentError as E;
        let text = error.to_string();
        match error {
            E::Unknown => Self::NotFound,
            E::Name | E::FileKind { .. } | E::Disagree { .. } | E::NotWhatItSays { .. } | E::Empty => {
                at("file", AlertWord::File, text)
            }
            E::Title => at("title", AlertWord::Field, text),
            E::Days => at("covers_to", AlertWord::Field, text),
            E::TooLarge { .. } => at("file", AlertWord::TooLarge, text),
            E::Broken | E::Slow => at("file", AlertWord::Broken, text),
            E::Busy { .. } | E::NoRoom => at("file", AlertWord::Busy, text),
            E::OverQuota { .. } => at("file", AlertWord::Full, text),
            E::OtherKind(_) => at("kind", AlertWord::Field, text),
            E::Changed => alert(AlertWord::Changed, text),
            E::Full(_) => alert(AlertWord::Full, text),
            E::Expired { .. } => alert(AlertWord::Expired, text),
            E::Damaged(_) | E::Disk(_) => {
                tracing::error!(event = "document_failed", %error, "a document could not be kept or given out");
                alert(AlertWord::Broken, "")
            }
            E::Denied(denied) => denied.into(),
            E::Storage(error) => error.into(),
        }
    }
}

impl From<AnswerError> for Trouble {
    fn from(error: AnswerError) -> Self {
        let text = error.to_string();
        match error {
            AnswerError::UnknownItem(_) | AnswerError::Unknown => Self::NotFound,
            AnswerError::Body => at("body", AlertWord::Note, text),
            AnswerError::TooMany => alert(AlertWord::Full, text),
            AnswerError::Changed(_) => alert(AlertWord::Changed, text),
            AnswerError::Document(error) => error.into(),
            AnswerError::Denied(denied) => denied.into(),
            AnswerError::Storage(error) => error.into(),
        }
    }
}

impl From<InspectionError> for Trouble {
    fn from(error: InspectionError) -> Self {
        use InspectionError as E;
        let text = error.to_string();
        match error {
            E::Unknown => Self::NotFound,
            E::Open => alert(AlertWord::Taken, text),
            E::Agency => at("agency", AlertWord::Field, text),
            E::Service => at("service", AlertWord::Field, text),
            E::OwnInspectionNotAllowed => alert(AlertWord::OwnInspection, text),
            E::Changed(_) | E::VerdictChanged(_) => alert(AlertWord::Changed, text),
            E::Note => at("note", AlertWord::Note, text),
            E::TooMany(_) => alert(AlertWord::Full, text),
            E::Missing(_) => at("revisions", AlertWord::Missing, text),
            E::NotSigned => alert(AlertWord::NotSigned, text),
            E::Unjudged(_) | E::Disagree(_) | E::Unanswered(_) | E::FindingsOpen(_) | E::Unfulfilled(_) => {
                alert(AlertWord::StillOpen, text)
            }
            E::Author | E::Proposal(_) => alert(AlertWord::SamePerson, text),
            E::Document(error) => error.into(),
            E::Denied(denied) => denied.into(),
            E::Storage(error) => error.into(),
            _ => alert(AlertWord::NotNow, text),
        }
    }
}
