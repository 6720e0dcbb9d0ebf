//! Assessment plan: scope, people, days and methods of an inspection (NIST OSCAL 1.2, assessment layer).
//! Continuous evidence needs a standing plan, since results must import one.

use crate::assessment::{ReviewedControls, Task};
use crate::ident::OscalUuid;
use crate::metadata::{BackMatter, Link, Metadata, Property, ResponsibleRole};
use crate::object::object;
use crate::ssp::Component;

object! {
    /// What will be inspected and how (`assessment-plan`).
    AssessmentPlan new {
        /// Names the document.
        uuid: OscalUuid,
        /// Its head: the parties and roles of the inspection.
        metadata: Metadata,
        /// The answers that are inspected.
        import_ssp: ImportSsp,
        /// The controls in scope.
        reviewed_controls: ReviewedControls,
    } with {
        /// Components and activities of the plan itself.
        local_definitions: Option<PlanDefinitions>,
        /// What happens when.
        tasks: Vec<Task>,
        /// What it refers to.
        back_matter: Option<BackMatter>,
    }
}

object! {
    /// The system security plan that is meant (`import-ssp`).
    ImportSsp new {
        /// File name, or `#<uuid>` of a resource.
        href: String,
    } with {
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// What a plan adds to the described system (`local-definitions`).
    PlanDefinitions given {} with {
        /// Tools of the assessor, such as probes.
        components: Vec<Component>,
        /// Steps that tasks refer to.
        activities: Vec<Activity>,
        /// Free text.
        remarks: Option<String>,
    }
}

impl PlanDefinitions {
    /// Tools of the assessor.
    pub fn components(components: Vec<Component>) -> Self {
        Self {
            components,
            activities: Vec::new(),
            remarks: None,
        }
    }
}

object! {
    /// Something an assessor does (`activity`).
    Activity new {
        /// Names the activity.
        uuid: OscalUuid,
        /// What is done.
        description: String,
    } with {
        /// One line.
        title: Option<String>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// The controls it serves.
        related_controls: Option<ReviewedControls>,
        /// Who is responsible.
        responsible_roles: Vec<ResponsibleRole>,
        /// Free text.
        remarks: Option<String>,
    }
}
