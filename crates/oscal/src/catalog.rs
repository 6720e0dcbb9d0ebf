//! Catalogue: what is demanded (NIST OSCAL 1.2, control layer). A control has a statement part `<id>_smt` and an
//! objective part `<id>_obj` from the start, since findings can point at nothing else.

use crate::ident::{OscalUuid, Token};
use crate::metadata::{BackMatter, Link, Metadata, Property};
use crate::object::object;

/// Name of the part that says what is demanded.
const STATEMENT: Token = Token::literal("statement");
/// Name of the part that says what an assessor determines.
const OBJECTIVE: Token = Token::literal("assessment-objective");

object! {
    /// A list of controls (`catalog`).
    Catalog new {
        /// Names the document.
        uuid: OscalUuid,
        /// Its head.
        metadata: Metadata,
    } with {
        /// Controls outside a group.
        controls: Vec<Control>,
        /// Groups.
        groups: Vec<Group>,
        /// What it refers to.
        back_matter: Option<BackMatter>,
    }
}

object! {
    /// A group (`group`): it holds groups or controls, not both.
    Group new {
        /// One line.
        title: String,
    } with {
        /// Its id in the catalogue.
        id: Option<Token>,
        /// Kind of the group.
        class: Option<Token>,
        /// Own facts.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Text of the group.
        parts: Vec<Part>,
        /// Groups within.
        groups: Vec<Self>,
        /// Controls within.
        controls: Vec<Control>,
    }
}

impl Group {
    /// A group of controls.
    pub fn of_controls(id: Token, title: impl Into<String>, controls: Vec<Control>) -> Self {
        Self {
            id: Some(id),
            controls,
            ..Self::new(title)
        }
    }

    /// A group of groups.
    pub fn of_groups(id: Token, title: impl Into<String>, groups: Vec<Self>) -> Self {
        Self {
            id: Some(id),
            groups,
            ..Self::new(title)
        }
    }
}

object! {
    /// One demand (`control`).
    Control new {
        /// Its id in the catalogue.
        id: Token,
        /// One line.
        title: String,
    } with {
        /// Kind of the control.
        class: Option<Token>,
        /// Own facts: the printed number, the source.
        props: Vec<Property>,
        /// What belongs to it.
        links: Vec<Link>,
        /// Statement, objective and other text.
        parts: Vec<Part>,
        /// Controls that refine this one.
        controls: Vec<Self>,
    }
}

impl Control {
    /// Adds the part `<id>_smt`: what is demanded.
    #[must_use]
    pub fn with_statement(mut self, prose: impl Into<String>) -> Self {
        self.parts.push(Part {
            id: Some(self.id.statement()),
            prose: Some(prose.into()),
            ..Part::new(STATEMENT)
        });
        self
    }

    /// Adds the part `<id>_obj`: what an assessor determines.
    #[must_use]
    pub fn with_objective(mut self, prose: impl Into<String>) -> Self {
        self.parts.push(Part {
            id: Some(self.id.objective()),
            prose: Some(prose.into()),
            ..Part::new(OBJECTIVE)
        });
        self
    }
}

object! {
    /// A piece of text of a control or group (`part`).
    Part new {
        /// What it is: `statement`, `assessment-objective`, `guidance`, `item` …
        name: Token,
    } with {
        /// Its id in the catalogue.
        id: Option<Token>,
        /// URI of who defines the name; absent means NIST.
        ns: Option<String>,
        /// Kind of the part.
        class: Option<Token>,
        /// One line.
        title: Option<String>,
        /// Own facts.
        props: Vec<Property>,
        /// The text.
        prose: Option<String>,
        /// Pieces of the piece.
        parts: Vec<Self>,
        /// What belongs to it.
        links: Vec<Link>,
    }
}
