//! System security plan: who the inspected organisation is and what it answers (NIST OSCAL 1.2, implementation layer).

use crate::assessment::ImplementationStatus;
use crate::ident::{OscalUuid, Token};
use crate::metadata::{BackMatter, Link, Metadata, Property, ResponsibleParty, ResponsibleRole};
use crate::object::{object, word_list};
use crate::poam::SystemId;

object! {
    /// Description and answers of one system (`system-security-plan`).
    SystemSecurityPlan given {
        /// Names the document.
        uuid: OscalUuid,
        /// Its head.
        metadata: Metadata,
        /// The controls that bind.
        import_profile: ImportProfile,
        /// What the system is.
        system_characteristics: SystemCharacteristics,
        /// What it is made of.
        system_implementation: SystemImplementation,
        /// What is answered to the controls.
        control_implementation: ControlImplementation,
    } with {
        /// What it refers to.
        back_matter: Option<BackMatter>,
    }
}

impl SystemSecurityPlan {
    /// A plan of its head, the profile it answers, what the system is, what it is made of, and the answers.
    pub fn new(
        (uuid, metadata): (OscalUuid, Metadata),
        import_profile: ImportProfile,
        system_characteristics: SystemCharacteristics,
        system_implementation: SystemImplementation,
        control_implementation: ControlImplementation,
    ) -> Self {
        Self {
            uuid,
            metadata,
            import_profile,
            system_characteristics,
            system_implementation,
            control_implementation,
            back_matter: None,
        }
    }
}

object! {
    /// The profile that a plan answers (`import-profile`).
    ImportProfile new {
        /// File name, or `#<uuid>` of a resource.
        href: String,
    } with {
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// What a system is (`system-characteristics`).
    SystemCharacteristics given {
        /// At least one id.
        system_ids: Vec<SystemId>,
        /// Full name.
        system_name: String,
        /// What it does.
        description: String,
        /// The information it handles.
        system_information: SystemInformation,
        /// Whether it runs.
        status: SystemStatus,
        /// Where it ends.
        authorization_boundary: AuthorizationBoundary,
    } with {
        /// Short name.
        system_name_short: Option<String>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Who is responsible.
        responsible_parties: Vec<ResponsibleParty>,
        /// Free text.
        remarks: Option<String>,
    }
}

impl SystemCharacteristics {
    /// A system with one id, a name and a description; `boundary` says in prose where it ends.
    pub fn new(
        system_id: SystemId,
        (system_name, description): (impl Into<String>, impl Into<String>),
        information_types: Vec<InformationType>,
        state: SystemState,
        boundary: impl Into<String>,
    ) -> Self {
        Self {
            system_ids: vec![system_id],
            system_name: system_name.into(),
            description: description.into(),
            system_information: SystemInformation::new(information_types),
            status: SystemStatus::new(state),
            authorization_boundary: AuthorizationBoundary::new(boundary),
            system_name_short: None,
            props: Vec::new(),
            links: Vec::new(),
            responsible_parties: Vec::new(),
            remarks: None,
        }
    }
}

object! {
    /// The information a system handles (`system-information`).
    SystemInformation new {
        /// At least one kind.
        information_types: Vec<InformationType>,
    } with {
        /// Own facts.
        props: Vec<Property>,
    }
}

object! {
    /// A kind of information (`information-type`).
    InformationType new {
        /// One line.
        title: String,
        /// What it is.
        description: String,
    } with {
        /// Names it.
        uuid: Option<OscalUuid>,
        /// Own facts.
        props: Vec<Property>,
    }
}

word_list! {
    /// Whether a system runs (closed by the schema).
    SystemState {
        /// It runs.
        Operational = "operational",
        /// It is being made.
        UnderDevelopment = "under-development",
        /// It is being changed.
        UnderMajorModification = "under-major-modification",
        /// It is gone.
        Disposition = "disposition",
        /// None of these; remarks say what.
        Other = "other",
    }
}

object! {
    /// Whether a system runs (`status`).
    SystemStatus new {
        /// The state.
        state: SystemState,
    } with {
        /// Says what `other` means.
        remarks: Option<String>,
    }
}

object! {
    /// Where a system ends (`authorization-boundary`).
    AuthorizationBoundary new {
        /// In prose.
        description: String,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// Drawings and documents.
        links: Vec<Link>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// What a system is made of (`system-implementation`).
    SystemImplementation new {
        /// At least one: the system itself.
        components: Vec<Component>,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// Free text.
        remarks: Option<String>,
    }
}

word_list! {
    /// What a component is (NIST's words; the schema would take others).
    ComponentKind {
        /// The described system as a whole.
        ThisSystem = "this-system",
        /// Another system.
        System = "system",
        /// A line to another system.
        Interconnection = "interconnection",
        /// Software.
        Software = "software",
        /// Hardware.
        Hardware = "hardware",
        /// A service.
        Service = "service",
        /// A policy.
        Policy = "policy",
        /// Something physical.
        Physical = "physical",
        /// A procedure.
        ProcessProcedure = "process-procedure",
        /// A plan.
        Plan = "plan",
        /// Guidance.
        Guidance = "guidance",
        /// A standard.
        Standard = "standard",
        /// A check, such as a probe or a certificate.
        Validation = "validation",
        /// A network.
        Network = "network",
    }
}

word_list! {
    /// Whether a component runs (closed by the schema).
    ComponentState {
        /// It is being made.
        UnderDevelopment = "under-development",
        /// It runs.
        Operational = "operational",
        /// It is gone.
        Disposition = "disposition",
        /// None of these; remarks say what.
        Other = "other",
    }
}

object! {
    /// Whether a component runs (`status`).
    ComponentStatus new {
        /// The state.
        state: ComponentState,
    } with {
        /// Says what `other` means.
        remarks: Option<String>,
    }
}

impl From<ComponentState> for ComponentStatus {
    fn from(state: ComponentState) -> Self {
        Self::new(state)
    }
}

object! {
    /// A piece of a system (`component`).
    Component new {
        /// Names the component.
        uuid: OscalUuid,
        /// What it is.
        #[serde(rename = "type")]
        kind: ComponentKind,
        /// One line.
        title: String,
        /// What it does.
        description: String,
        /// Whether it runs.
        status: ComponentStatus,
    } with {
        /// One line.
        purpose: Option<String>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Who is responsible.
        responsible_roles: Vec<ResponsibleRole>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// The answers (`control-implementation`).
    ControlImplementation new {
        /// In prose.
        description: String,
        /// At least one answer.
        implemented_requirements: Vec<ImplementedRequirement>,
    } with {}
}

object! {
    /// The answer to one control (`implemented-requirement`); at most one for each control.
    ImplementedRequirement new {
        /// Names the answer.
        uuid: OscalUuid,
        /// The control.
        control_id: Token,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// Documents that were handed in.
        links: Vec<Link>,
        /// Who is responsible.
        responsible_roles: Vec<ResponsibleRole>,
        /// Answers to single statements.
        statements: Vec<Statement>,
        /// Answers for single components.
        by_components: Vec<ByComponent>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// The answer to one statement of a control (`statement`).
    Statement new {
        /// A part of the control.
        statement_id: Token,
        /// Names the answer; findings point at it.
        uuid: OscalUuid,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// Documents that were handed in.
        links: Vec<Link>,
        /// Who is responsible.
        responsible_roles: Vec<ResponsibleRole>,
        /// Answers for single components.
        by_components: Vec<ByComponent>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// How a component meets the control (`by-component`).
    ByComponent new {
        /// A component of the plan.
        component_uuid: OscalUuid,
        /// Names it.
        uuid: OscalUuid,
        /// In prose: the answer itself.
        description: String,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// Documents that were handed in.
        links: Vec<Link>,
        /// How far it is met.
        implementation_status: Option<ImplementationStatus>,
        /// Who is responsible.
        responsible_roles: Vec<ResponsibleRole>,
        /// Free text.
        remarks: Option<String>,
    }
}
