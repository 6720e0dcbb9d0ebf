//! The words of the audit trail: who did what to whom. Rows carry ids and codes, never personal facts.

use std::fmt;

use crate::{ClientId, PersonId, words};

/// In whose name something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A fintech, through the API.
    Client(ClientId),
    /// A person, through a page.
    Person(PersonId),
    /// Somebody at the operator, by the name of the account that ran the command.
    Operator(String),
    /// The hub itself, by the name of the job.
    Hub(&'static str),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(id) => write!(f, "client:{id}"),
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Operator(account) => write!(f, "operator:{account}"),
            Self::Hub(job) => write!(f, "hub:{job}"),
        }
    }
}

/// What was done. The list is closed: a new kind of write needs a new word here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A client was registered.
    ClientRegistered,
    /// A client's status changed.
    ClientStatusChanged,
    /// A client's limits, certificate or addresses changed.
    ClientChanged,
    /// An institution was added.
    InstitutionAdded,
    /// An institution was changed.
    InstitutionChanged,
    /// A person came for the first time.
    PersonJoined,
    /// A person began, moved on in or refused a consent journey.
    AuthorizationMoved,
    /// A grant was given.
    GrantGiven,
    /// A grant was ended.
    GrantRevoked,
    /// Tokens were issued.
    TokensIssued,
    /// An account was registered or a consent for it renewed.
    RegistrationAgreed,
    /// A registration was renamed.
    RegistrationRenamed,
    /// A consent for an account was ended.
    ConsentEnded,
    /// A person signed in to see their consents.
    SessionOpened,
    /// A person signed out.
    SessionClosed,
    /// A transfer's intention was stored.
    TransferReserved,
    /// A transfer moved to another state.
    TransferMoved,
    /// A settlement window was opened.
    WindowOpened,
    /// A settlement window was closed.
    WindowClosed,
    /// A single token was ended before its grant.
    TokenEnded,
    /// A fintech pushed an authorization request.
    RequestPushed,
    /// A person added a passkey.
    PasskeyAdded,
    /// A person removed a passkey.
    PasskeyRemoved,
    /// A passkey ceremony began.
    CeremonyBegun,
    /// A key of the hub was made, or moved to another state.
    KeyMoved,
    /// A certificate was issued to a client.
    CertificateIssued,
    /// A certificate of a client was revoked.
    CertificateRevoked,
}
words!(Action, "action", {
    ClientRegistered = "client_registered",
    ClientStatusChanged = "client_status_changed",
    ClientChanged = "client_changed",
    InstitutionAdded = "institution_added",
    InstitutionChanged = "institution_changed",
    PersonJoined = "person_joined",
    AuthorizationMoved = "authorization_moved",
    GrantGiven = "grant_given",
    GrantRevoked = "grant_revoked",
    TokensIssued = "tokens_issued",
    RegistrationAgreed = "registration_agreed",
    RegistrationRenamed = "registration_renamed",
    ConsentEnded = "consent_ended",
    SessionOpened = "session_opened",
    SessionClosed = "session_closed",
    TransferReserved = "transfer_reserved",
    TransferMoved = "transfer_moved",
    WindowOpened = "window_opened",
    WindowClosed = "window_closed",
    TokenEnded = "token_ended",
    RequestPushed = "request_pushed",
    PasskeyAdded = "passkey_added",
    PasskeyRemoved = "passkey_removed",
    CeremonyBegun = "ceremony_begun",
    KeyMoved = "key_moved",
    CertificateIssued = "certificate_issued",
    CertificateRevoked = "certificate_revoked",
});
