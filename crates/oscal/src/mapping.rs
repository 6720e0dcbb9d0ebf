//! Mapping: how the controls of two catalogues relate (NIST OSCAL 1.2, control layer, new in 1.2).
//! Every map says its relation, and the provenance on what basis it was made.

use crate::ident::OscalUuid;
use crate::metadata::{BackMatter, Link, Metadata, Property, ResponsibleParty};
use crate::object::{object, word_list};

object! {
    /// Mappings of one origin (`mapping-collection`).
    MappingCollection new {
        /// Names the document.
        uuid: OscalUuid,
        /// Its head.
        metadata: Metadata,
        /// How the mappings were made.
        provenance: Provenance,
        /// At least one.
        mappings: Vec<Mapping>,
    } with {
        /// What it refers to.
        back_matter: Option<BackMatter>,
    }
}

word_list! {
    /// Who made a mapping (closed by the schema).
    MappingMethod {
        /// People.
        Human = "human",
        /// A program.
        Automation = "automation",
        /// Both.
        Hybrid = "hybrid",
    }
}

word_list! {
    /// What was compared (closed by the schema).
    Rationale {
        /// The words.
        Syntactic = "syntactic",
        /// The meaning.
        Semantic = "semantic",
        /// The effect.
        Functional = "functional",
    }
}

word_list! {
    /// How far a mapping is (closed by the schema).
    MappingStatus {
        /// Whole.
        Complete = "complete",
        /// Not whole.
        NotComplete = "not-complete",
        /// A draft.
        Draft = "draft",
        /// Not to be used any more.
        Deprecated = "deprecated",
        /// Replaced.
        Superseded = "superseded",
    }
}

object! {
    /// How mappings were made (`provenance`).
    Provenance new {
        /// By whom.
        method: MappingMethod,
        /// What was compared.
        matching_rationale: Rationale,
        /// How far they are.
        status: MappingStatus,
        /// In prose.
        mapping_description: String,
    } with {
        /// Who is responsible.
        responsible_parties: Vec<ResponsibleParty>,
        /// Own facts.
        props: Vec<Property>,
        /// Sources.
        links: Vec<Link>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// Maps between two catalogues or profiles (`mapping`).
    Mapping new {
        /// Names the mapping.
        uuid: OscalUuid,
        /// From where.
        source_resource: MappedResource,
        /// To where.
        target_resource: MappedResource,
        /// At least one map.
        maps: Vec<Map>,
    } with {
        /// When it differs from the provenance.
        method: Option<MappingMethod>,
        /// When it differs from the provenance.
        matching_rationale: Option<Rationale>,
        /// When it differs from the provenance.
        status: Option<MappingStatus>,
        /// Own facts.
        props: Vec<Property>,
        /// Sources.
        links: Vec<Link>,
        /// Free text.
        remarks: Option<String>,
        /// In prose.
        mapping_description: Option<String>,
    }
}

word_list! {
    /// What a mapped resource is (NIST's words).
    ResourceKind {
        /// A catalogue.
        Catalog = "catalog",
        /// A profile.
        Profile = "profile",
    }
}

object! {
    /// A catalogue or profile (`source-resource`, `target-resource`).
    MappedResource new {
        /// What it is.
        #[serde(rename = "type")]
        kind: ResourceKind,
        /// File name or `#<uuid>` of a resource; a full URI names a catalogue that is not in the bundle, such as one
        /// that may not be copied, and its ids are then not checked.
        href: String,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// Free text.
        remarks: Option<String>,
    }
}

word_list! {
    /// How sources relate to targets (NIST IR 8477; the schema would take others).
    Relationship {
        /// Other words, same meaning.
        EquivalentTo = "equivalent-to",
        /// Same words.
        EqualTo = "equal-to",
        /// The source demands less.
        SubsetOf = "subset-of",
        /// The source demands more.
        SupersetOf = "superset-of",
        /// Each demands something that the other does not.
        IntersectsWith = "intersects-with",
        /// Nothing in common.
        Unrelated = "no-relationship",
    }
}

object! {
    /// One relation (`map`).
    Map new {
        /// Names the map.
        uuid: OscalUuid,
        /// How the sources relate to the targets.
        relationship: Relationship,
        /// At least one.
        sources: Vec<MapItem>,
        /// At least one.
        targets: Vec<MapItem>,
    } with {
        /// When it differs from the mapping.
        matching_rationale: Option<Rationale>,
        /// Own facts: the basis.
        props: Vec<Property>,
        /// Sources.
        links: Vec<Link>,
        /// Free text.
        remarks: Option<String>,
    }
}

word_list! {
    /// What a map points at (closed by the schema).
    MapItemKind {
        /// A control.
        Control = "control",
        /// A statement part of a control.
        Statement = "statement",
    }
}

object! {
    /// One end of a relation (`mapping-item`).
    MapItem new {
        /// Control or statement.
        #[serde(rename = "type")]
        kind: MapItemKind,
        /// Its id in the resource.
        id_ref: String,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// Free text.
        remarks: Option<String>,
    }
}

impl MapItem {
    /// A control.
    pub fn control(id: &crate::ident::Token) -> Self {
        Self::new(MapItemKind::Control, id.as_str())
    }
}
