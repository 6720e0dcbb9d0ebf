//! What the services of admission share: the hub, their settings, and in whose name they act.

use std::path::PathBuf;
use std::sync::Arc;

use naru_core::{Actor, Member, Organisation, OrganisationKind, Role};
use naru_rulebook::duty::{Rules, Switches};
use naru_rulebook::process::{ProcessSettings, Processes};
use naru_web::Hub;
use serde::{Deserialize, Serialize};

/// What the sources leave open, and how much of anything there may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdmissionSettings {
    /// Where uploaded documents lie.
    pub documents: PathBuf,
    /// Bytes of one document at most.
    pub document_bytes_max: u64,
    /// Bytes of all revisions that an organisation handed in at most.
    pub document_quota_bytes: u64,
    /// The same while it has merely signed up, or was refused.
    pub document_quota_applied_bytes: u64,
    /// Bytes that stay free on the disk of the documents.
    pub disk_free_bytes_min: u64,
    /// Uploads under way at most.
    pub uploads_max: usize,
    /// Uploads of one organisation under way at most.
    pub organisation_uploads_max: usize,
    /// Seconds that an upload may send nothing.
    pub upload_idle_seconds: u64,
    /// Bytes a second that an upload sends at least; it says how long the largest may take.
    pub upload_bytes_per_second_min: u64,
    /// Members with the role of a developer in one organisation at most.
    pub developers_max: usize,
    /// Members of one organisation at most.
    pub members_max: usize,
    /// What the guarantee insurance must cover, in percent of the daily withdrawal limits (FSC release 2019-12-13: 200,
    /// adjusted between 100 and 300).
    pub insurance_percent: i64,
    /// Rounds of remediation in one stage of an inspection at most.
    pub rounds_max: u32,
    /// Days in which a finding must be remedied.
    pub remedy_days: u32,
    /// Days for which the result of an inspection holds; none where it holds until something changes.
    pub result_days: Option<u32>,
    /// What a subsidy pays at most, in percent of the cost of an inspection.
    pub subsidy_percent: i64,
    /// How long an invitation can be used, seconds.
    pub invitation_seconds: i64,
    /// Fintechs that sign up within a day at most.
    pub sign_ups_day_max: i64,
    /// Fintechs of which nobody has enrolled yet, while their invitations last, at most.
    pub sign_ups_open_max: i64,
    /// How long a directory's token can be used, days.
    pub scim_token_days: u32,
    /// Days after which a functional test that was not passed ends.
    pub function_test_days: u32,
    /// Requests a second of one directory at most.
    pub scim_per_second: u32,
    /// How many of those may come at once.
    pub scim_burst: u32,
    /// Days after which a credential that nobody used counts as dormant.
    pub dormant_days: u32,
    /// Days before an end at which the first warning is given.
    pub warning_days: u32,
    /// Observations of one signal that are kept whatever they say; of older ones only those that turned it.
    pub observations_kept: i64,
    /// Days by which the hub proposes to extend a deadline while the agency itself is late; the sources leave it open.
    pub extension_days: u32,
    /// Inspections of one organisation under way at most.
    pub inspections_max: usize,
    /// Ports below 1,024 at which endpoints are looked at; those above are.
    pub endpoint_low_ports: Vec<u16>,
    /// Whether endpoints at private addresses may be looked at; for a trial alone.
    pub private_endpoints: bool,
    /// How the dated rules are read where their sources leave it open.
    pub switches: Switches,
    /// What the sources leave open about the processes.
    pub process: ProcessSettings,
}

impl Default for AdmissionSettings {
    fn default() -> Self {
        Self {
            documents: PathBuf::from("documents"),
            document_bytes_max: 50 * 1024 * 1024,
            document_quota_bytes: 5 * 1024 * 1024 * 1024,
            document_quota_applied_bytes: 256 * 1024 * 1024,
            disk_free_bytes_min: 256 * 1024 * 1024,
            uploads_max: 16,
            organisation_uploads_max: 2,
            upload_idle_seconds: 15,
            upload_bytes_per_second_min: 64 * 1024,
            developers_max: 10,
            members_max: 500,
            insurance_percent: 200,
            rounds_max: 3,
            remedy_days: 14,
            result_days: None,
            subsidy_percent: 75,
            invitation_seconds: 72 * 3_600,
            sign_ups_day_max: 200,
            sign_ups_open_max: 300,
            scim_token_days: 365,
            function_test_days: 30,
            scim_per_second: 10,
            scim_burst: 1_000,
            dormant_days: 90,
            warning_days: 30,
            observations_kept: 200,
            extension_days: 30,
            inspections_max: 10,
            endpoint_low_ports: vec![443],
            private_endpoints: false,
            switches: Switches::default(),
            process: ProcessSettings::default(),
        }
    }
}

impl AdmissionSettings {
    /// The dated rules as they are read here.
    pub fn rules(&self) -> &'static Rules {
        Rules::under(&self.switches)
    }

    /// The processes as they are set here; under settings that contradict themselves, which no configuration brings,
    /// the book's own.
    pub fn processes(&self) -> &'static Processes {
        Processes::under(&self.process).unwrap_or_else(|_| Processes::embedded())
    }
}

/// The state of the services and handlers of admission. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Office {
    /// The hub.
    pub hub: Hub,
    /// The settings.
    pub settings: Arc<AdmissionSettings>,
}

/// A member with a living sign-in, and the organisation for which they act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Who.
    pub member: Member,
    /// For whom.
    pub organisation: Organisation,
}

/// The member may not do this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this needs the role {role} of {kind}")]
pub struct Denied {
    /// Which role would do.
    pub role: Role,
    /// Of which kind of organisation.
    pub kind: OrganisationKind,
}

impl Staff {
    /// In whose name transactions write.
    pub fn actor(&self) -> Actor {
        Actor::Member(self.member.id)
    }

    /// Whether the member has this role in an organisation of this kind.
    ///
    /// # Errors
    /// [`Denied`] names what is needed.
    pub fn require(&self, role: Role, kind: OrganisationKind) -> Result<(), Denied> {
        if self.organisation.kind == kind && self.member.may(role) {
            Ok(())
        } else {
            Err(Denied { role, kind })
        }
    }
}
