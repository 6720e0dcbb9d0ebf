//! Profile: which controls bind (NIST OSCAL 1.2, control layer). Controls are taken from catalogues or other profiles
//! and not changed on the way: no parameters, no alterations.

use crate::assessment::IncludeAll;
use crate::ident::{OscalUuid, Token};
use crate::metadata::{BackMatter, Metadata};
use crate::object::{object, word_list};

object! {
    /// A choice of controls (`profile`).
    Profile new {
        /// Names the document.
        uuid: OscalUuid,
        /// Its head.
        metadata: Metadata,
        /// At least one source.
        imports: Vec<Import>,
    } with {
        /// How the chosen controls are arranged.
        merge: Option<Merge>,
        /// What it refers to.
        back_matter: Option<BackMatter>,
    }
}

object! {
    /// A source of controls (`import`): all of them, or those that are named, never both.
    Import given {
        /// A catalogue or profile: file name, or `#<uuid>` of a resource.
        href: String,
    } with {
        /// Every control.
        include_all: Option<IncludeAll>,
        /// The controls that are named.
        include_controls: Vec<SelectById>,
        /// Controls that are left out again.
        exclude_controls: Vec<SelectById>,
    }
}

impl Import {
    /// Every control of the source.
    pub fn all(href: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            include_all: Some(IncludeAll {}),
            include_controls: Vec::new(),
            exclude_controls: Vec::new(),
        }
    }

    /// The named controls of the source.
    pub fn controls(href: impl Into<String>, ids: Vec<Token>) -> Self {
        Self {
            href: href.into(),
            include_all: None,
            include_controls: vec![SelectById::new(ids)],
            exclude_controls: Vec::new(),
        }
    }
}

word_list! {
    /// Whether controls inside a named one come along.
    WithChildren {
        /// They do.
        Yes = "yes",
        /// They do not.
        No = "no",
    }
}

object! {
    /// Controls by id (`select-control-by-id`).
    SelectById new {
        /// At least one id.
        with_ids: Vec<Token>,
    } with {
        /// Absent means no.
        with_child_controls: Option<WithChildren>,
    }
}

object! {
    /// Arrangement of the chosen controls (`merge`).
    Merge new {
        /// Whether the groups of the catalogues are kept.
        as_is: bool,
    } with {}
}
