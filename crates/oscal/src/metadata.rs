//! What every document carries: metadata, parties and roles, properties, links and the back matter
//! (NIST OSCAL 1.2, `metadata` module). Own facts go into properties with an own `ns`, never into own keys.

use crate::ident::{OscalUuid, Token};
use crate::object::{object, word_list};
use crate::timestamp::Timestamp;

/// The version of the standard that is written.
pub const OSCAL_VERSION: &str = "1.2.1";

/// The `system` of actions whose types NIST defines: `approval` and `request-changes`.
pub const NIST_SYSTEM: &str = "http://csrc.nist.gov/ns/oscal";

object! {
    /// Head of a document (`metadata`).
    Metadata given {
        /// One line.
        title: String,
        /// When the content last changed; the same state gives the same value.
        last_modified: Timestamp,
        /// Version of the content, chosen by its author.
        version: String,
        /// Version of the standard: [`OSCAL_VERSION`] when made here, `1.2.0` or `1.2.1` when read.
        oscal_version: String,
    } with {
        /// When it was made public.
        published: Option<Timestamp>,
        /// Ids under which others know the document.
        document_ids: Vec<DocumentId>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// What parties can be responsible for.
        roles: Vec<Role>,
        /// Organisations and persons.
        parties: Vec<Party>,
        /// Who plays which role for the document.
        responsible_parties: Vec<ResponsibleParty>,
        /// Approvals and requests for changes (since 1.1.3).
        actions: Vec<Action>,
        /// Free text.
        remarks: Option<String>,
    }
}

impl Metadata {
    /// Metadata of a document of version [`OSCAL_VERSION`].
    pub fn new(title: impl Into<String>, last_modified: Timestamp, version: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            last_modified,
            version: version.into(),
            oscal_version: OSCAL_VERSION.to_owned(),
            published: None,
            document_ids: Vec::new(),
            props: Vec::new(),
            links: Vec::new(),
            roles: Vec::new(),
            parties: Vec::new(),
            responsible_parties: Vec::new(),
            actions: Vec::new(),
            remarks: None,
        }
    }
}

object! {
    /// Id of a document in a scheme (`document-id`).
    DocumentId new {
        /// The id.
        identifier: String,
    } with {
        /// URI of the scheme.
        scheme: Option<String>,
    }
}

object! {
    /// A fact that the standard has no field for (`property`).
    Property new {
        /// Its name, within `ns`.
        name: Token,
        /// One line.
        value: String,
    } with {
        /// UUID of the property itself.
        uuid: Option<OscalUuid>,
        /// URI of who defines the name; absent means NIST.
        ns: Option<String>,
        /// Kind of the property.
        class: Option<Token>,
        /// Properties of one group belong together.
        group: Option<Token>,
        /// Free text.
        remarks: Option<String>,
    }
}

impl Property {
    /// A property whose name is defined by the owner of the URI `ns`.
    pub fn own(ns: impl Into<String>, name: Token, value: impl Into<String>) -> Self {
        Self {
            ns: Some(ns.into()),
            ..Self::new(name, value)
        }
    }
}

object! {
    /// A reference to something else (`link`).
    Link new {
        /// URI, relative address, or `#<uuid>` of a resource of the back matter.
        href: String,
    } with {
        /// What it is to the thing that holds the link.
        rel: Option<Token>,
        /// Media type of the target.
        media_type: Option<String>,
        /// Text of the link.
        text: Option<String>,
    }
}

object! {
    /// Something a party can be responsible for (`role`).
    Role new {
        /// Its id within the document.
        id: Token,
        /// One line.
        title: String,
    } with {
        /// What it means.
        description: Option<String>,
        /// Own facts.
        props: Vec<Property>,
    }
}

word_list! {
    /// Kind of a party (closed by the schema).
    PartyKind {
        /// A natural person.
        Person = "person",
        /// An organisation.
        Organization = "organization",
    }
}

object! {
    /// An organisation or a person (`party`).
    Party new {
        /// Names the party in every document.
        uuid: OscalUuid,
        /// Organisation or person.
        #[serde(rename = "type")]
        kind: PartyKind,
    } with {
        /// Full name.
        name: Option<String>,
        /// Short name.
        short_name: Option<String>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// The organisations a person belongs to.
        member_of_organizations: Vec<OscalUuid>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// Parties that play a role (`responsible-party`).
    ResponsibleParty new {
        /// A role of the document.
        role_id: Token,
        /// At least one party of the document.
        party_uuids: Vec<OscalUuid>,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// A role that is responsible, and who plays it (`responsible-role`).
    ResponsibleRole new {
        /// A role of the document.
        role_id: Token,
    } with {
        /// Own facts.
        props: Vec<Property>,
        /// Parties of the document.
        party_uuids: Vec<OscalUuid>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// What somebody did with the document (`action`).
    Action new {
        /// Names the action.
        uuid: OscalUuid,
        /// With [`NIST_SYSTEM`]: `approval` or `request-changes`.
        #[serde(rename = "type")]
        kind: Token,
        /// URI of who defines the type.
        system: String,
    } with {
        /// When it was done.
        date: Option<Timestamp>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Who did it.
        responsible_parties: Vec<ResponsibleParty>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// What a document refers to (`back-matter`).
    BackMatter new {
        /// At least one resource.
        resources: Vec<Resource>,
    } with {}
}

object! {
    /// Evidence, a document or another file (`resource`), referred to as `#<uuid>`.
    Resource new {
        /// Names the resource.
        uuid: OscalUuid,
    } with {
        /// One line.
        title: Option<String>,
        /// What it is.
        description: Option<String>,
        /// Own facts.
        props: Vec<Property>,
        /// Ids under which others know it.
        document_ids: Vec<DocumentId>,
        /// Where its content is, with the hashes that it must have.
        rlinks: Vec<ResourceLink>,
        /// Free text.
        remarks: Option<String>,
    }
}

object! {
    /// Where the content of a resource is (`rlink`).
    ResourceLink new {
        /// URI or relative address.
        href: String,
    } with {
        /// Media type.
        media_type: Option<String>,
        /// Hashes of the content.
        hashes: Vec<Hash>,
    }
}

word_list! {
    /// Hash functions of the standard: the families SHA-2 and SHA-3 (FIPS 180-4, FIPS 202).
    HashAlgorithm {
        /// SHA-224.
        Sha224 = "SHA-224",
        /// SHA-256.
        Sha256 = "SHA-256",
        /// SHA-384.
        Sha384 = "SHA-384",
        /// SHA-512.
        Sha512 = "SHA-512",
        /// SHA3-224.
        Sha3_224 = "SHA3-224",
        /// SHA3-256.
        Sha3_256 = "SHA3-256",
        /// SHA3-384.
        Sha3_384 = "SHA3-384",
        /// SHA3-512.
        Sha3_512 = "SHA3-512",
    }
}

impl HashAlgorithm {
    /// Length of a value in hexadecimal digits.
    pub const fn hex_digits(self) -> usize {
        match self {
            Self::Sha224 | Self::Sha3_224 => 56,
            Self::Sha256 | Self::Sha3_256 => 64,
            Self::Sha384 | Self::Sha3_384 => 96,
            Self::Sha512 | Self::Sha3_512 => 128,
        }
    }
}

object! {
    /// Hash of a content (`hash`).
    Hash new {
        /// The function.
        algorithm: HashAlgorithm,
        /// The value in hexadecimal digits, as many as the function gives.
        value: String,
    } with {}
}
