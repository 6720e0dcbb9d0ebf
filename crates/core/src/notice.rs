//! What an organisation is warned of, before and after.

use crate::words;

/// The occasion of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// An inspection must be done soon.
    DutyDue,
    /// It should have been done.
    DutyOverdue,
    /// The guarantee insurance ends soon.
    InsuranceEnds,
    /// It has ended, or is too small.
    InsuranceEnded,
    /// The ISMS certificate on which a self-inspection rests ends soon.
    IsmsEnds,
    /// A certificate of an endpoint or client ends soon.
    CertificateEnds,
    /// A signal failed.
    SignalFailed,
    /// Nobody could look at a signal for too long.
    SignalStale,
    /// A finding must be remedied soon.
    FindingDue,
    /// It should have been remedied.
    FindingOverdue,
    /// A document ends soon.
    DocumentEnds,
    /// A member was invited anew, and with it all that they signed in with ended.
    SignInsEnded,
}
words!(NoticeKind, "kind of notice", {
    DutyDue = "duty_due",
    DutyOverdue = "duty_overdue",
    InsuranceEnds = "insurance_ends",
    InsuranceEnded = "insurance_ended",
    IsmsEnds = "isms_ends",
    CertificateEnds = "certificate_ends",
    SignalFailed = "signal_failed",
    SignalStale = "signal_stale",
    FindingDue = "finding_due",
    FindingOverdue = "finding_overdue",
    DocumentEnds = "document_ends",
    SignInsEnded = "sign_ins_ended",
});
