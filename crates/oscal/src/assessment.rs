//! What plans, results and plans of action share: reviewed controls, observations, origins and tasks
//! (NIST OSCAL 1.2, `assessment-common` module).

use crate::ident::{OscalUuid, Token};
use crate::metadata::{Link, Property, ResponsibleRole};
use crate::object::{object, word_list};
use crate::timestamp::Timestamp;

object! {
    /// Everything (`include-all`): an empty object.
    IncludeAll given {} with {}
}

object! {
    /// Which controls are looked at (`reviewed-controls`).
    ReviewedControls new {
        /// At least one selection.
        control_selections: Vec<ControlSelection>,
    } with {
        /// In prose.
        description: Option<String>,
        /// Own facts.
        props: Vec<Property>,
        /// Which objectives are looked at; absent means those of the controls.
        control_objective_selections: Vec<ObjectiveSelection>,
        /// Free text.
        remarks: Option<String>,
    }
}

impl ReviewedControls {
    /// Every control of the profile.
    pub fn all() -> Self {
        Self::new([ControlSelection {
            include_all: Some(IncludeAll {}),
            ..ControlSelection::none()
        }])
    }

    /// The named controls, at least one.
    pub fn controls(ids: impl IntoIterator<Item = Token>) -> Self {
        let include_controls = ids.into_iter().map(SelectedControl::new).collect();
        Self::new([ControlSelection {
            include_controls,
            ..ControlSelection::none()
        }])
    }
}

object! {
    /// A selection of controls: all of them, or those that are named, never both.
    ControlSelection given {} with {
        /// In prose.
        description: Option<String>,
        /// Own facts.
        props: Vec<Property>,
        /// Every control of the profile.
        include_all: Option<IncludeAll>,
        /// The controls that are named.
        include_controls: Vec<SelectedControl>,
        /// Controls that are left out again.
        exclude_controls: Vec<SelectedControl>,
        /// Free text.
        remarks: Option<String>,
    }
}

impl ControlSelection {
    /// Selects nothing yet; not valid until something is included.
    pub fn none() -> Self {
        Self {
            description: None,
            props: Vec::new(),
            include_all: None,
            include_controls: Vec::new(),
            exclude_controls: Vec::new(),
            remarks: None,
        }
    }
}

object! {
    /// A control, or single statements of it (`select-control-by-id`).
    SelectedControl new {
        /// The control.
        control_id: Token,
    } with {
        /// Parts of the control; absent means all.
        statement_ids: Vec<Token>,
    }
}

object! {
    /// A selection of objectives: all of them, or those that are named, never both.
    ObjectiveSelection given {} with {
        /// In prose.
        description: Option<String>,
        /// Every objective of the selected controls.
        include_all: Option<IncludeAll>,
        /// The objectives that are named.
        include_objectives: Vec<SelectedObjective>,
        /// Objectives that are left out again.
        exclude_objectives: Vec<SelectedObjective>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// An objective (`select-objective-by-id`).
    SelectedObjective new {
        /// A part of a control.
        objective_id: Token,
    } with {
        /// Free text.
        remarks: Option<String>,
    }
}

word_list! {
    /// How something was observed (NIST SP 800-53A; the schema would take others).
    AssessmentMethod {
        /// Documents and settings were read.
        Examine = "EXAMINE",
        /// People were asked.
        Interview = "INTERVIEW",
        /// It was tried.
        Test = "TEST",
        /// Not known.
        Unknown = "UNKNOWN",
    }
}

word_list! {
    /// What an observation is about (NIST's words; the schema would take others).
    ObservationKind {
        /// A fault of an answer.
        SspStatementIssue = "ssp-statement-issue",
        /// An objective.
        ControlObjective = "control-objective",
        /// A mitigation.
        Mitigation = "mitigation",
        /// A finding.
        Finding = "finding",
        /// Something found while listing what is there.
        Discovery = "discovery",
        /// Something of an earlier round.
        Historic = "historic",
    }
}

object! {
    /// What was seen (`observation`).
    Observation new {
        /// Names the observation.
        uuid: OscalUuid,
        /// What was seen.
        description: String,
        /// How; at least one.
        methods: Vec<AssessmentMethod>,
        /// When.
        collected: Timestamp,
    } with {
        /// One line.
        title: Option<String>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// What it is about.
        types: Vec<ObservationKind>,
        /// Who or what saw it.
        origins: Vec<Origin>,
        /// On what it was seen.
        subjects: Vec<SubjectReference>,
        /// What shows it.
        relevant_evidence: Vec<EvidenceReference>,
        /// When it is too old to count.
        expires: Option<Timestamp>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// Evidence of an observation (`relevant-evidence`).
    EvidenceReference new {
        /// What it shows.
        description: String,
    } with {
        /// URI, relative address, or `#<uuid>` of a resource.
        href: Option<String>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// A finding or item rests on this observation (`related-observation`).
    RelatedObservation new {
        /// An observation of the document.
        observation_uuid: OscalUuid,
    } with {
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// A finding or item gives rise to this risk (`related-risk`).
    RelatedRisk new {
        /// A risk of the document.
        risk_uuid: OscalUuid,
    } with {
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// Where a statement comes from (`origin`).
    Origin new {
        /// At least one.
        actors: Vec<OriginActor>,
    } with {}
}

word_list! {
    /// What kind of actor (closed by the schema).
    ActorKind {
        /// A component that is a tool.
        Tool = "tool",
        /// A platform of the plan.
        AssessmentPlatform = "assessment-platform",
        /// A party.
        Party = "party",
    }
}

object! {
    /// Who or what acted (`origin-actor`).
    OriginActor new {
        /// Tool, platform or party.
        #[serde(rename = "type")]
        kind: ActorKind,
        /// The tool, platform or party.
        actor_uuid: OscalUuid,
    } with {
        /// The role in which it acted.
        role_id: Option<Token>,
        /// Own facts.
        props: Vec<Property>,
    }
}

word_list! {
    /// What a reference to a subject names (of NIST's words those that our documents can define).
    SubjectKind {
        /// A component.
        Component = "component",
        /// A party.
        Party = "party",
        /// A resource of the back matter.
        Resource = "resource",
    }
}

object! {
    /// What was looked at (`subject-reference`).
    SubjectReference new {
        /// The thing.
        subject_uuid: OscalUuid,
        /// What it is.
        #[serde(rename = "type")]
        kind: SubjectKind,
    } with {
        /// One line.
        title: Option<String>,
        /// Own facts.
        props: Vec<Property>,
        /// Free text.
        remarks: Option<String>,
    }
}

word_list! {
    /// How far a control is met (NIST's words; the schema would take others).
    ImplementationState {
        /// Wholly.
        Implemented = "implemented",
        /// In part.
        Partial = "partial",
        /// Not yet.
        Planned = "planned",
        /// Otherwise.
        Alternative = "alternative",
        /// It does not concern the system.
        NotApplicable = "not-applicable",
    }
}

object! {
    /// How far a control is met (`implementation-status`).
    ImplementationStatus new {
        /// The state.
        state: ImplementationState,
    } with {
        /// Free text.
        remarks: Option<String>,
    }
}

word_list! {
    /// What a task is (NIST's words; the schema would take others).
    TaskKind {
        /// A point to reach.
        Milestone = "milestone",
        /// Something to do.
        Action = "action",
    }
}

object! {
    /// Planned work (`task`).
    Task new {
        /// Names the task.
        uuid: OscalUuid,
        /// Milestone or action.
        #[serde(rename = "type")]
        kind: TaskKind,
        /// One line.
        title: String,
    } with {
        /// What is done.
        description: Option<String>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// When.
        timing: Option<Timing>,
        /// Tasks within.
        tasks: Vec<Self>,
        /// Who is responsible.
        responsible_roles: Vec<ResponsibleRole>,
        /// Free text.
        remarks: Option<String>,
    }
}

/// When a task is done (`timing`): exactly one of these.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timing {
    /// At a point in time.
    OnDate(OnDate),
    /// Between two points in time.
    WithinDateRange(DateRange),
}

impl Timing {
    /// At a point in time.
    pub fn on(date: Timestamp) -> Self {
        Self::OnDate(OnDate::new(date))
    }

    /// Between two points in time, both included.
    pub fn within(start: Timestamp, end: Timestamp) -> Self {
        Self::WithinDateRange(DateRange::new(start, end))
    }
}

object! {
    /// A point in time (`on-date`).
    OnDate new {
        /// When.
        date: Timestamp,
    } with {
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// A span of time (`within-date-range`).
    DateRange new {
        /// First moment.
        start: Timestamp,
        /// Last moment.
        end: Timestamp,
    } with {
        /// Free text.
        remarks: Option<String>,
    }
}
