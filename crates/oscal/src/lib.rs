//! Documents of the Open Security Controls Assessment Language (NIST OSCAL 1.2): the parts that an inspection needs.
//!
//! What the standard allows and an inspection does not use is refused when read, so that nothing is lost in silence.
//! Where NIST leaves a list of words open (methods, states of a risk, kinds of a component) the words it names are the
//! only ones here. [`Document`] reads and writes one document, [`Bundle`] checks what several say of each other, which
//! neither the JSON schemas nor the usual validators do.

// The sample of `examples` is part of the tests too.
#[cfg(test)]
extern crate self as naru_oscal;

mod object;

mod assessment;
mod bundle;
mod catalog;
mod component;
mod content;
mod document;
mod ident;
mod mapping;
mod metadata;
mod place;
mod plan;
mod poam;
mod profile;
mod read;
mod results;
mod risk;
mod scan;
mod ssp;
mod timestamp;
mod walk;

pub use assessment::{
    ActorKind, AssessmentMethod, ControlSelection, DateRange, EvidenceReference, ImplementationState,
    ImplementationStatus, IncludeAll, ObjectiveSelection, Observation, ObservationKind, OnDate, Origin, OriginActor,
    RelatedObservation, RelatedRisk, ReviewedControls, SelectedControl, SelectedObjective, SubjectKind,
    SubjectReference, Task, TaskKind, Timing,
};
pub use bundle::{Bundle, BundleError, FILES_MAX, Fault, FaultKind};
pub use catalog::{Catalog, Control, Group, Part};
pub use component::{ComponentControls, ComponentDefinition, ComponentRequirement, DefinedComponent};
pub use document::{Document, DocumentKind};
pub use ident::{IdentError, Namespace, OscalUuid, Token};
pub use mapping::{
    Map, MapItem, MapItemKind, MappedResource, Mapping, MappingCollection, MappingMethod, MappingStatus, Provenance,
    Rationale, Relationship, ResourceKind,
};
pub use metadata::{
    Action, BackMatter, DocumentId, Hash, HashAlgorithm, Link, Metadata, NIST_SYSTEM, OSCAL_VERSION, Party, PartyKind,
    Property, Resource, ResourceLink, ResponsibleParty, ResponsibleRole, Role,
};
pub use plan::{Activity, AssessmentPlan, ImportSsp, PlanDefinitions};
pub use poam::{PlanOfAction, PoamDefinitions, PoamItem, PoamOrigin, RelatedFinding, SystemId};
pub use profile::{Import, Merge, Profile, SelectById, WithChildren};
pub use read::{DEPTH_MAX, ReadError, SIZE_MAX_BYTES};
pub use results::{
    AssessmentLog, AssessmentLogEntry, AssessmentResults, Finding, FindingReason, FindingState, FindingStatus,
    FindingTarget, ImportPlan, RoundDefinitions, RoundResult, TargetKind,
};
pub use risk::{Lifecycle, LoggedBy, RelatedResponse, Remediation, Risk, RiskLog, RiskLogEntry, RiskStatus};
pub use ssp::{
    AuthorizationBoundary, ByComponent, Component, ComponentKind, ComponentState, ComponentStatus,
    ControlImplementation, ImplementedRequirement, ImportProfile, InformationType, Statement, SystemCharacteristics,
    SystemImplementation, SystemInformation, SystemSecurityPlan, SystemState, SystemStatus,
};
pub use timestamp::{Timestamp, TimestampError};
