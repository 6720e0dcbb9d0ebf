//! What the pages before a member's sign-in show: signing in, the code of an invitation, the first passkey.

use naru_core::{OrganisationKind, words};
use serde::Serialize;

/// Signing in. The forms post `csrf` and `next`; those of invented members what [`EnrolView`] says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct StaffSignInView {
    /// The forms' token.
    pub csrf: String,
    /// The member's page that signing in leads to; empty for the console.
    pub next: String,
    /// Where the script asks for a passkey ceremony; empty where passkeys are not offered.
    pub passkey_begin: String,
    /// Where it sends the browser's answer.
    pub passkey_finish: String,
    /// Where the form is posted to that shows the certificate of the connection.
    pub certificate_action: String,
    /// Where the code of an invitation is typed, and posted to.
    pub enrol_href: String,
    /// Whether the member has just signed out.
    pub signed_out: bool,
    /// Why the last try did not sign in.
    pub error: Option<StaffSignInError>,
    /// Invented members one can enrol as; empty outside a trial.
    pub trial_members: Vec<TrialMember>,
}

/// What can be wrong with signing in; its fixed word is the key of its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffSignInError {
    /// No certificate came with the connection.
    NoCertificate,
    /// The certificate is no active member's.
    Certificate,
    /// The form's token is no longer valid.
    Stale,
}
words!(StaffSignInError, "member's sign-in error", {
    NoCertificate = "member_sign_in.error_no_certificate",
    Certificate = "member_sign_in.error_certificate",
    Stale = "form.stale",
});

/// An invented member of a trial, with the code of their invitation.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct TrialMember {
    /// The code of their organisation.
    pub organisation: String,
    /// Its name.
    pub organisation_name: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// Their name there.
    pub user_name: String,
    /// As others are shown them.
    pub display_name: String,
    /// The code of their invitation.
    pub code: String,
}

impl std::fmt::Debug for TrialMember {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TrialMember({})", self.organisation)
    }
}

/// The code of an invitation. The form posts `csrf`, `organisation`, `user_name`, `code`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct EnrolView {
    /// Where the form is posted to.
    pub action: String,
    /// The form's token.
    pub csrf: String,
    /// The organisation's code, as it stood in the form.
    pub organisation: String,
    /// The member's name there, as it stood in the form.
    pub user_name: String,
    /// What was wrong with the last try.
    pub error: Option<EnrolError>,
}

/// What can be wrong with a code; its fixed word is the key of its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolError {
    /// Something is empty.
    Empty,
    /// It does not fit; which part is told to nobody.
    Refused,
    /// Too many codes are being compared.
    Busy,
    /// The form's token is no longer valid.
    Stale,
    /// The time for adding a passkey has run out.
    Late,
}
words!(EnrolError, "enrolment error", {
    Empty = "member_enrol.error_empty",
    Refused = "member_enrol.error_refused",
    Busy = "member_enrol.error_busy",
    Stale = "form.stale",
    Late = "member_enrol.error_late",
});

/// The first passkey. The script posts to `/staff/enrol/begin` and `/staff/enrol/finish`; the form `csrf`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct AddPasskeyView {
    /// The forms' token.
    pub csrf: String,
    /// As others are shown the member.
    pub member: String,
    /// Whether passkeys can be added here at all.
    pub can_add: bool,
    /// The words for this device, the first proposal for a passkey's name.
    pub this_device: String,
    /// Where the form is posted to that shows the certificate; empty where the member has none.
    pub certificate_action: String,
    /// Whether the certificate was not the registered one.
    pub certificate_refused: bool,
}
