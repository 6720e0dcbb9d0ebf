//! Risks of findings (NIST OSCAL 1.2, `risk`): the due date is `deadline`, extensions are entries of the risk log, and
//! planned work is a remediation with tasks, since items of a plan of action have no dates.

use crate::assessment::{Origin, RelatedObservation, Task};
use crate::ident::{OscalUuid, Token};
use crate::metadata::{Link, Property};
use crate::object::{object, word_list};
use crate::timestamp::Timestamp;

word_list! {
    /// State of a risk (NIST's words; the schema would take others).
    RiskStatus {
        /// Known.
        Open = "open",
        /// Being looked at.
        Investigating = "investigating",
        /// Being remedied.
        Remediating = "remediating",
        /// Somebody asks to leave it.
        DeviationRequested = "deviation-requested",
        /// It may be left.
        DeviationApproved = "deviation-approved",
        /// Gone.
        Closed = "closed",
    }
}

object! {
    /// What may happen because of a finding (`risk`).
    Risk new {
        /// Names the risk.
        uuid: OscalUuid,
        /// One line.
        title: String,
        /// What it is.
        description: String,
        /// What may happen, to whom.
        statement: String,
        /// Its state.
        status: RiskStatus,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Who named it.
        origins: Vec<Origin>,
        /// When it must be remedied.
        deadline: Option<Timestamp>,
        /// What is recommended, planned or done.
        remediations: Vec<Remediation>,
        /// What happened to it.
        risk_log: Option<RiskLog>,
        /// What it rests on.
        related_observations: Vec<RelatedObservation>,
    }
}

word_list! {
    /// How far a remediation is (NIST's words; the schema would take others).
    Lifecycle {
        /// Recommended by the assessor.
        Recommendation = "recommendation",
        /// Planned by the organisation.
        Planned = "planned",
        /// Done.
        Completed = "completed",
    }
}

object! {
    /// What is done about a risk (`response`, under `remediations`).
    Remediation new {
        /// Names the remediation.
        uuid: OscalUuid,
        /// How far it is.
        lifecycle: Lifecycle,
        /// One line.
        title: String,
        /// What is done.
        description: String,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Who proposed it.
        origins: Vec<Origin>,
        /// The work and its days.
        tasks: Vec<Task>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// What happened to a risk (`risk-log`).
    RiskLog new {
        /// At least one entry.
        entries: Vec<RiskLogEntry>,
    } with {}
}

object! {
    /// An event (`entry`), such as an extension of the deadline.
    RiskLogEntry new {
        /// Names the entry.
        uuid: OscalUuid,
        /// When.
        start: Timestamp,
    } with {
        /// One line.
        title: Option<String>,
        /// What happened.
        description: Option<String>,
        /// When it ended.
        end: Option<Timestamp>,
        /// Own facts: the old and the new date.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Who wrote it down.
        logged_by: Vec<LoggedBy>,
        /// The state since then.
        status_change: Option<RiskStatus>,
        /// Remediations it is about.
        related_responses: Vec<RelatedResponse>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// Who wrote an entry (`logged-by`).
    LoggedBy new {
        /// A party of the document.
        party_uuid: OscalUuid,
    } with {
        /// A role of the document.
        role_id: Option<Token>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// The remediation an entry is about (`related-response`).
    RelatedResponse new {
        /// A remediation of the document.
        response_uuid: OscalUuid,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// Free text.
        remarks: Option<String>,
    }
}
