//! Component definition: what tools and services can show for which controls (NIST OSCAL 1.2, implementation layer).
//! Only what describes our own probes.

use crate::ident::{OscalUuid, Token};
use crate::metadata::{BackMatter, Link, Metadata, Property, ResponsibleRole};
use crate::object::object;
use crate::ssp::ComponentKind;

object! {
    /// A list of components (`component-definition`).
    ComponentDefinition new {
        /// Names the document.
        uuid: OscalUuid,
        /// Its head.
        metadata: Metadata,
    } with {
        /// The components.
        components: Vec<DefinedComponent>,
        /// What it refers to.
        back_matter: Option<BackMatter>,
    }
}

object! {
    /// A tool or service (`component`).
    DefinedComponent new {
        /// Names the component.
        uuid: OscalUuid,
        /// What it is; a probe is a `validation`.
        #[serde(rename = "type")]
        kind: ComponentKind,
        /// One line.
        title: String,
        /// What it does.
        description: String,
    } with {
        /// One line.
        purpose: Option<String>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Who is responsible.
        responsible_roles: Vec<ResponsibleRole>,
        /// What it shows for which controls.
        control_implementations: Vec<ComponentControls>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// Controls of one source that a component serves (`control-implementation`).
    ComponentControls new {
        /// Names the set.
        uuid: OscalUuid,
        /// The catalogue or profile: file name, or `#<uuid>` of a resource.
        source: String,
        /// How they are served.
        description: String,
        /// At least one control.
        implemented_requirements: Vec<ComponentRequirement>,
    } with {
        /// Own facts.
        props: Vec<Property>,
    }
}

object! {
    /// How a component serves one control (`implemented-requirement`).
    ComponentRequirement new {
        /// Names it.
        uuid: OscalUuid,
        /// The control.
        control_id: Token,
        /// How it is served.
        description: String,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// Free text.
        remarks: Option<String>,
    }
}
