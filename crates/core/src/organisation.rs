//! Organisations that take part: who they are, and where a fintech stands in its admission.
//!
//! Admission is five gates and a state. The state is moved by people, two at a time; the gates follow from dated rules
//! and from evidence, and each carries the moment at which it closes by itself, so that a lapse needs no job to be
//! noticed.

use serde::{Deserialize, Serialize};

use crate::{Day, OrganisationId, Timestamp, Won, words};

/// What an organisation is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrganisationKind {
    /// Calls the hub on behalf of people (이용기관).
    Fintech,
    /// Holds the accounts (참가기관).
    Institution,
    /// Inspects fintechs (보안점검기관).
    Agency,
    /// Runs the hub (운영기관).
    Operator,
    /// Watches over all of them (감독당국).
    Supervisor,
}
words!(OrganisationKind, "kind of organisation", {
    Fintech = "fintech",
    Institution = "institution",
    Agency = "agency",
    Operator = "operator",
    Supervisor = "supervisor",
});

/// Where a fintech stands in its admission (`inspection-process.yaml`, machine `admission`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdmissionState {
    /// It has signed up.
    Applied,
    /// Its suitability was approved.
    Suitable,
    /// It may call in production.
    Live,
    /// It was cut off until it meets its duty.
    Restricted,
    /// It has left, or was made to.
    Terminated,
    /// Its suitability was refused.
    Refused,
}
words!(AdmissionState, "state of admission", {
    Applied = "APPLIED",
    Suitable = "SUITABLE",
    Live = "LIVE",
    Restricted = "RESTRICTED",
    Terminated = "TERMINATED",
    Refused = "REFUSED",
});

/// What moves an admission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdmissionEvent {
    /// The operator approves suitability.
    ApproveSuitability,
    /// The operator refuses it.
    Refuse,
    /// Every gate is open, and the operator lets the fintech in.
    AllGatesOpen,
    /// A duty is overdue, and it was decided to cut the fintech off.
    Restrict,
    /// The agency is late: the deadline moves instead.
    ExtendDeadline,
    /// The duty was met.
    DutyMet,
    /// The operator ends it.
    Terminate,
    /// The fintech leaves.
    Leave,
}
words!(AdmissionEvent, "event of admission", {
    ApproveSuitability = "approve-suitability",
    Refuse = "refuse",
    AllGatesOpen = "all-gates-open",
    Restrict = "duty-overdue-and-decision-taken",
    ExtendDeadline = "extend-deadline-because-agency-late",
    DutyMet = "duty-met",
    Terminate = "terminate",
    Leave = "leave",
});

impl AdmissionState {
    /// The state after an event; `None` where the event cannot happen.
    pub const fn apply(self, event: AdmissionEvent) -> Option<Self> {
        match (self, event) {
            (Self::Applied, AdmissionEvent::ApproveSuitability) => Some(Self::Suitable),
            (Self::Applied, AdmissionEvent::Refuse) => Some(Self::Refused),
            (Self::Suitable, AdmissionEvent::AllGatesOpen)
            | (Self::Live, AdmissionEvent::ExtendDeadline)
            | (Self::Restricted, AdmissionEvent::DutyMet) => Some(Self::Live),
            (Self::Live, AdmissionEvent::Restrict) => Some(Self::Restricted),
            (Self::Restricted, AdmissionEvent::Terminate) | (Self::Live, AdmissionEvent::Leave) => {
                Some(Self::Terminated)
            }
            _ => None,
        }
    }
}

/// A gate of admission, in the order in which they are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// 적합성 승인.
    Suitability,
    /// 기능 테스트.
    FunctionTest,
    /// 이용기관 보안점검: done, self-inspected, or deferred by rule.
    OrganisationInspection,
    /// 핀테크서비스 취약점 점검, for each platform.
    ServiceInspection,
    /// 이행보증보험, in force and large enough.
    GuaranteeInsurance,
}
words!(Gate, "gate", {
    Suitability = "suitability",
    FunctionTest = "function_test",
    OrganisationInspection = "organisation_inspection",
    ServiceInspection = "service_inspection",
    GuaranteeInsurance = "guarantee_insurance",
});

/// How one gate stands, as it was last worked out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateStanding {
    /// Which.
    pub gate: Gate,
    /// Whether it is open.
    pub open: bool,
    /// When it closes by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The rule by which it stands so, such as `R-ORG-DEFER-BANK`.
    pub rule: String,
    /// What it rests on, or what is missing: ids and codes, nothing personal.
    pub evidence: String,
}

impl GateStanding {
    /// Whether the gate is open at a moment.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.open && self.until.is_none_or(|until| now < until)
    }
}

/// What a call asks of the organisation behind its client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Where it stands.
    pub state: AdmissionState,
    /// Since when.
    pub state_since: Timestamp,
    /// Every gate, as last worked out.
    pub gates: Vec<GateStanding>,
    /// The largest sum of daily withdrawal limits that the guarantee insurance covers.
    pub insured_won: Won,
    /// The sum of the daily withdrawal limits of its clients in production.
    pub withdraw_day_won: Won,
}

impl Admission {
    /// The first gate that is closed at a moment; a gate that was never worked out is closed.
    pub fn closed_gate(&self, now: Timestamp) -> Option<GateStanding> {
        Gate::ALL.iter().copied().find_map(|gate| {
            let found = self.gates.iter().find(|standing| standing.gate == gate);
            let Some(standing) = found else {
                return Some(GateStanding {
                    gate,
                    open: false,
                    until: None,
                    rule: "never-examined".to_owned(),
                    evidence: "none".to_owned(),
                });
            };
            if gate == Gate::GuaranteeInsurance && standing.is_open(now) && self.withdraw_day_won > self.insured_won {
                return Some(GateStanding {
                    open: false,
                    evidence: format!(
                        "insured_won={} limits_won={}",
                        self.insured_won.0, self.withdraw_day_won.0
                    ),
                    ..standing.clone()
                });
            }
            (!standing.is_open(now)).then(|| standing.clone())
        })
    }
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its id.
    pub id: OrganisationId,
    /// A short name of its own, letters, digits and dashes; unique.
    pub code: String,
    /// What it is.
    pub kind: OrganisationKind,
    /// As people are shown it.
    pub name: String,
    /// Where a fintech stands; other kinds are [`AdmissionState::Applied`] and are not judged.
    pub state: AdmissionState,
    /// Since when.
    pub state_since: Timestamp,
    /// In a few words, why.
    pub state_reason: String,
    /// Every gate, as last worked out.
    pub gates: Vec<GateStanding>,
    /// The duty of the organisation inspection, as last worked out; empty before.
    pub duty: StandingDuty,
    /// The largest sum of daily withdrawal limits that the guarantee insurance covers.
    pub insured_won: Won,
    /// The sum of the daily withdrawal limits of its clients in production.
    pub withdraw_day_won: Won,
    /// When it signed up.
    pub created_at: Timestamp,
    /// Raised by every change.
    pub version: i64,
}

impl Organisation {
    /// What a call asks of it.
    pub fn admission(&self) -> Admission {
        Admission {
            organisation_id: self.id,
            state: self.state,
            state_since: self.state_since,
            gates: self.gates.clone(),
            insured_won: self.insured_won,
            withdraw_day_won: self.withdraw_day_won,
        }
    }
}

/// The duty of an organisation as it was last worked out, kept so that many can be listed at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StandingDuty {
    /// The word of its status, such as `DEFERRED`; empty where it was never worked out.
    pub status: String,
    /// Until when the inspection must be done; the day counts.
    pub due: Option<Day>,
    /// Until when the self-inspection must be confirmed.
    pub confirmation_due: Option<Day>,
    /// On which day it was worked out.
    pub worked_out_on: Option<Day>,
}

/// A dated fact about an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// Its legal type; the value is `BANK`, `EFIN` or `OTHER`.
    LegalType,
    /// It holds a certificate of its information security management (ISMS or ISMS-P); the value is its number.
    IsmsCertificate,
    /// It has a security team of its own (전자금융감독규정 37조의3 2항).
    OwnTeam,
    /// It was a member of the open platform before open banking.
    LegacyMember,
    /// It was opened to people; `valid_from` is the day.
    Launched,
    /// It offers its service on a platform; the value is `web`, `android` or `ios`.
    Platform,
    /// Until when its deadline was extended because the agency was late; `valid_to` is the new day.
    Extension,
}
words!(FactKind, "kind of fact", {
    LegalType = "legal_type",
    IsmsCertificate = "isms_certificate",
    OwnTeam = "own_team",
    LegacyMember = "legacy_member",
    Launched = "launched",
    Platform = "platform",
    Extension = "extension",
});

#[cfg(test)]
#[path = "organisation_tests.rs"]
mod tests;
