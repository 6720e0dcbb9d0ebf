//! Plan of action and milestones: what is still to be remedied (NIST OSCAL 1.2, assessment layer).
//! An item has no dates: they are in the risk that it names.

use crate::assessment::{Observation, OriginActor, RelatedObservation, RelatedRisk};
use crate::ident::OscalUuid;
use crate::metadata::{BackMatter, Link, Metadata, Property};
use crate::object::object;
use crate::plan::ImportSsp;
use crate::results::Finding;
use crate::risk::Risk;
use crate::ssp::Component;

object! {
    /// What is still to be remedied (`plan-of-action-and-milestones`).
    PlanOfAction new {
        /// Names the document.
        uuid: OscalUuid,
        /// Its head.
        metadata: Metadata,
        /// At least one item.
        poam_items: Vec<PoamItem>,
    } with {
        /// The system, described.
        import_ssp: Option<ImportSsp>,
        /// The system, named.
        system_id: Option<SystemId>,
        /// Components that only this document names.
        local_definitions: Option<PoamDefinitions>,
        /// What was seen.
        observations: Vec<Observation>,
        /// What may happen, until when it must be remedied, and how.
        risks: Vec<Risk>,
        /// What was found.
        findings: Vec<Finding>,
        /// What it refers to.
        back_matter: Option<BackMatter>,
    }
}

object! {
    /// Id of a system (`system-id`).
    SystemId new {
        /// The id.
        id: String,
    } with {
        /// URI of who gives such ids.
        identifier_type: Option<String>,
    }
}

object! {
    /// What a plan of action adds to the described system (`local-definitions`).
    PoamDefinitions new {
        /// Components, at least one.
        components: Vec<Component>,
    } with {
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// One thing to be remedied (`poam-item`).
    PoamItem given {
        /// One line.
        title: String,
        /// What is to be remedied.
        description: String,
    } with {
        /// Names the item; NIST warns when it is missing.
        uuid: Option<OscalUuid>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Who asked for it.
        origins: Vec<PoamOrigin>,
        /// The findings behind it.
        related_findings: Vec<RelatedFinding>,
        /// The observations behind it.
        related_observations: Vec<RelatedObservation>,
        /// The risks behind it, with the due date.
        related_risks: Vec<RelatedRisk>,
        /// Free text.
        remarks: Option<String>,
    }
}

impl PoamItem {
    /// An item with a name of its own.
    pub fn new(uuid: OscalUuid, title: impl Into<String>, description: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            description: description.into(),
            uuid: Some(uuid),
            props: Vec::new(),
            links: Vec::new(),
            origins: Vec::new(),
            related_findings: Vec::new(),
            related_observations: Vec::new(),
            related_risks: Vec::new(),
            remarks: None,
        }
    }
}

object! {
    /// Who asked for an item (`origin`).
    PoamOrigin new {
        /// At least one.
        actors: Vec<OriginActor>,
    } with {}
}

object! {
    /// The finding behind an item (`related-finding`).
    RelatedFinding new {
        /// A finding of the document.
        finding_uuid: OscalUuid,
    } with {
        /// Free text.
        remarks: Option<String>,
    }
}
