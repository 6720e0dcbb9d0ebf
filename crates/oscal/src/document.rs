//! One document: an object with one key that says which model it is (NIST OSCAL 1.2, JSON format).
//! It is read strictly and written canonically: the same value gives the same bytes, which is what a signature needs.

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::component::ComponentDefinition;
use crate::ident::OscalUuid;
use crate::mapping::MappingCollection;
use crate::metadata::{BackMatter, Metadata};
use crate::object::word_list;
use crate::plan::AssessmentPlan;
use crate::poam::PlanOfAction;
use crate::profile::Profile;
use crate::read::{self, ReadError};
use crate::results::AssessmentResults;
use crate::ssp::SystemSecurityPlan;

word_list! {
    /// The models of the standard.
    DocumentKind {
        /// Controls.
        Catalog = "catalog",
        /// A choice of controls.
        Profile = "profile",
        /// Relations between controls.
        MappingCollection = "mapping-collection",
        /// Tools and what they show.
        ComponentDefinition = "component-definition",
        /// Description and answers of a system.
        SystemSecurityPlan = "system-security-plan",
        /// What will be inspected.
        AssessmentPlan = "assessment-plan",
        /// What was found.
        AssessmentResults = "assessment-results",
        /// What is to be remedied.
        PlanOfAction = "plan-of-action-and-milestones",
    }
}

macro_rules! documents {
    ($($(#[$meta:meta])* $model:ident = $key:literal,)*) => {
        /// A document of the standard: `{"<model>": {…}}`.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Document {
            $($(#[$meta])* #[serde(rename = $key)] $model(Box<$model>),)*
        }

        impl Document {
            /// Which model it is.
            pub fn kind(&self) -> DocumentKind {
                match self { $(Self::$model(_) => DocumentKind::$model,)* }
            }

            /// Names the document.
            pub fn uuid(&self) -> OscalUuid {
                match self { $(Self::$model(document) => document.uuid,)* }
            }

            /// Its head.
            pub fn metadata(&self) -> &Metadata {
                match self { $(Self::$model(document) => &document.metadata,)* }
            }

            /// What it refers to.
            pub fn back_matter(&self) -> Option<&BackMatter> {
                match self { $(Self::$model(document) => document.back_matter.as_ref(),)* }
            }
        }

        $(
            impl From<$model> for Document {
                fn from(document: $model) -> Self {
                    Self::$model(Box::new(document))
                }
            }
        )*
    };
}

documents! {
    /// Controls.
    Catalog = "catalog",
    /// A choice of controls.
    Profile = "profile",
    /// Relations between controls.
    MappingCollection = "mapping-collection",
    /// Tools and what they show.
    ComponentDefinition = "component-definition",
    /// Description and answers of a system.
    SystemSecurityPlan = "system-security-plan",
    /// What will be inspected.
    AssessmentPlan = "assessment-plan",
    /// What was found.
    AssessmentResults = "assessment-results",
    /// What is to be remedied.
    PlanOfAction = "plan-of-action-and-milestones",
}

impl Document {
    /// Reads a document of at most [`SIZE_MAX_BYTES`](crate::SIZE_MAX_BYTES). Refused are keys that are not known or
    /// stand twice, `null`, empty arrays, text that is empty or has blank edges, and everything outside the closed
    /// lists; the error says where, and what would be accepted.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        read::document(bytes)
    }

    /// Writes the document: keys in a fixed order, two blanks for each level, one line feed at the end. What
    /// [`Bundle::check`](crate::Bundle::check) finds no fault with is read back as an equal value.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a document holds text keys and plain values only");
        bytes.push(b'\n');
        bytes
    }

    /// The document as a tree, for the checks that go by the names of keys.
    pub(crate) fn to_tree(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("a document holds text keys and plain values only")
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
