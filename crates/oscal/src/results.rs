//! Assessment results: what each round of an inspection found (NIST OSCAL 1.2, assessment layer).
//! One result for each round; partial fulfilment has no state of its own and is said with reason and a property.

use crate::assessment::{
    ImplementationStatus, Observation, Origin, RelatedObservation, RelatedRisk, ReviewedControls, Task,
};
use crate::ident::{OscalUuid, Token};
use crate::metadata::{BackMatter, Link, Metadata, Property};
use crate::object::{object, word_list};
use crate::risk::{LoggedBy, Risk};
use crate::ssp::Component;
use crate::timestamp::Timestamp;

object! {
    /// The rounds of one inspection (`assessment-results`).
    AssessmentResults new {
        /// Names the document.
        uuid: OscalUuid,
        /// Its head.
        metadata: Metadata,
        /// The plan that was followed.
        import_ap: ImportPlan,
        /// At least one round.
        results: Vec<RoundResult>,
    } with {
        /// Evidence and what else it refers to.
        back_matter: Option<BackMatter>,
    }
}

object! {
    /// The plan that was followed (`import-ap`).
    ImportPlan new {
        /// File name, or `#<uuid>` of a resource.
        href: String,
    } with {
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// One round: documents, on site, confirmation, or a day of continuous evidence (`result`).
    RoundResult new {
        /// Names the round.
        uuid: OscalUuid,
        /// One line.
        title: String,
        /// What the round was.
        description: String,
        /// First moment.
        start: Timestamp,
        /// The controls that were looked at.
        reviewed_controls: ReviewedControls,
    } with {
        /// Last moment; absent while it runs.
        end: Option<Timestamp>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Tools and tasks of this round alone.
        local_definitions: Option<RoundDefinitions>,
        /// What was done when.
        assessment_log: Option<AssessmentLog>,
        /// What was seen.
        observations: Vec<Observation>,
        /// What may happen because of it.
        risks: Vec<Risk>,
        /// What it means for the controls.
        findings: Vec<Finding>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// What a round adds to the plan (`local-definitions`).
    RoundDefinitions given {} with {
        /// Tools of the assessor.
        components: Vec<Component>,
        /// Work of the round.
        tasks: Vec<Task>,
    }
}

impl RoundDefinitions {
    /// Tools of the assessor.
    pub fn components(components: Vec<Component>) -> Self {
        Self {
            components,
            tasks: Vec::new(),
        }
    }
}

object! {
    /// What was done in a round (`assessment-log`).
    AssessmentLog new {
        /// At least one entry.
        entries: Vec<AssessmentLogEntry>,
    } with {}
}

object! {
    /// Something that was done (`entry`).
    AssessmentLogEntry new {
        /// Names the entry.
        uuid: OscalUuid,
        /// First moment.
        start: Timestamp,
    } with {
        /// One line.
        title: Option<String>,
        /// What was done.
        description: Option<String>,
        /// Last moment.
        end: Option<Timestamp>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Who wrote it down.
        logged_by: Vec<LoggedBy>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// What a round says of one statement or objective (`finding`).
    Finding new {
        /// Names the finding.
        uuid: OscalUuid,
        /// One line.
        title: String,
        /// What was found.
        description: String,
        /// What it is about, and the verdict.
        target: FindingTarget,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Who found it.
        origins: Vec<Origin>,
        /// The statement of the answers that it is about.
        implementation_statement_uuid: Option<OscalUuid>,
        /// What it rests on.
        related_observations: Vec<RelatedObservation>,
        /// What may happen because of it.
        related_risks: Vec<RelatedRisk>,
        /// Free text.
        remarks: Option<String>,
    }
}

word_list! {
    /// What a finding points at (closed by the schema).
    TargetKind {
        /// A statement part: `<control>_smt`.
        Statement = "statement-id",
        /// An objective part: `<control>_obj`.
        Objective = "objective-id",
    }
}

object! {
    /// What a finding is about, and the verdict (`target`).
    FindingTarget new {
        /// Statement or objective.
        #[serde(rename = "type")]
        kind: TargetKind,
        /// Id of the part.
        target_id: Token,
        /// The verdict.
        status: FindingStatus,
    } with {
        /// One line.
        title: Option<String>,
        /// In prose.
        description: Option<String>,
        /// Own facts: the agency's own scale.
        props: Vec<Property>,
        /// How far the control is met.
        implementation_status: Option<ImplementationStatus>,
        /// Free text.
        remarks: Option<String>,
    }
}

impl FindingTarget {
    /// The objective `<control>_obj`, with a state and its reason.
    pub fn objective(control: &Token, state: FindingState, reason: FindingReason) -> Self {
        let status = FindingStatus {
            reason: Some(reason),
            ..FindingStatus::new(state)
        };
        Self::new(TargetKind::Objective, control.objective(), status)
    }
}

word_list! {
    /// The verdict (closed by the schema; there is no "partially").
    FindingState {
        /// Met.
        Satisfied = "satisfied",
        /// Not met, or not shown to be met.
        NotSatisfied = "not-satisfied",
    }
}

word_list! {
    /// Why the verdict (NIST's words; the schema would take others).
    FindingReason {
        /// It passed.
        Pass = "pass",
        /// It failed.
        Fail = "fail",
        /// Something else, such as not tested or not applicable; a property says what.
        Other = "other",
    }
}

object! {
    /// The verdict and its reason (`status`).
    FindingStatus new {
        /// The verdict.
        state: FindingState,
    } with {
        /// Why.
        reason: Option<FindingReason>,
        /// Free text.
        remarks: Option<String>,
    }
}
