//! The words of the audit trail: who did what to whom. Rows carry ids and codes, never personal facts.

use std::fmt;

use crate::{ClientId, MemberId, PersonId, words};

/// In whose name something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A fintech, through the API.
    Client(ClientId),
    /// A person, through a page.
    Person(PersonId),
    /// Somebody who works for an organisation, through a page or their directory.
    Member(MemberId),
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
            Self::Member(id) => write!(f, "member:{id}"),
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
    /// An organisation signed up, or was registered.
    OrganisationSignedUp,
    /// An organisation's name or limits changed.
    OrganisationChanged,
    /// An organisation's admission changed its state.
    AdmissionMoved,
    /// The gates of an organisation were worked out and stand differently.
    GatesWorkedOut,
    /// A dated fact was recorded, ended or corrected.
    FactRecorded,
    /// A member was made known.
    MemberAdded,
    /// A member's name, roles or certificate changed.
    MemberChanged,
    /// A member used the code of their invitation.
    MemberEnrolled,
    /// A member was given a code to enrol with.
    MemberInvited,
    /// A member signed in.
    MemberSignedIn,
    /// Sessions of a member ended.
    MemberSignedOut,
    /// A member was cut off with everything they held.
    MemberLeft,
    /// A directory was given a token.
    ScimTokenIssued,
    /// A directory's token was ended.
    ScimTokenEnded,
    /// A document got a revision.
    DocumentAdded,
    /// An item was answered.
    AnswerChanged,
    /// An inspection began.
    InspectionOpened,
    /// An inspection changed its state.
    InspectionMoved,
    /// An inspector gave a verdict on an item.
    VerdictGiven,
    /// A finding was written or changed its state.
    FindingMoved,
    /// Something was proposed that another must decide.
    ProposalMade,
    /// A proposal was seconded, approved, rejected or voided.
    ProposalDecided,
    /// A policy of guarantee insurance was recorded, confirmed or ended.
    PolicyRecorded,
    /// An address to be probed was registered or removed.
    EndpointChanged,
    /// A signal was observed, or went stale.
    SignalObserved,
    /// A functional test began, ticked off a step, or was passed.
    FunctionTestMoved,
    /// A subsidy was applied for, decided or paid.
    SubsidyMoved,
    /// An organisation was warned or reminded.
    NoticeGiven,
    /// Two people decided a stuck transfer.
    TransferDecided,
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
    OrganisationSignedUp = "organisation_signed_up",
    OrganisationChanged = "organisation_changed",
    AdmissionMoved = "admission_moved",
    GatesWorkedOut = "gates_worked_out",
    FactRecorded = "fact_recorded",
    MemberAdded = "member_added",
    MemberChanged = "member_changed",
    MemberEnrolled = "member_enrolled",
    MemberInvited = "member_invited",
    MemberSignedIn = "member_signed_in",
    MemberSignedOut = "member_signed_out",
    MemberLeft = "member_left",
    ScimTokenIssued = "scim_token_issued",
    ScimTokenEnded = "scim_token_ended",
    DocumentAdded = "document_added",
    AnswerChanged = "answer_changed",
    InspectionOpened = "inspection_opened",
    InspectionMoved = "inspection_moved",
    VerdictGiven = "verdict_given",
    FindingMoved = "finding_moved",
    ProposalMade = "proposal_made",
    ProposalDecided = "proposal_decided",
    PolicyRecorded = "policy_recorded",
    EndpointChanged = "endpoint_changed",
    SignalObserved = "signal_observed",
    FunctionTestMoved = "function_test_moved",
    SubsidyMoved = "subsidy_moved",
    NoticeGiven = "notice_given",
    TransferDecided = "transfer_decided",
});
