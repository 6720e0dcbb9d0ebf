//! What a fintech can do now, worked out from closed gates, findings, signals and documents.

use naru_admission::duty::Dossier;
use naru_core::{AdmissionState, Day, Environment, Gate, words};
use naru_rulebook::duty::Status;
use serde::Serialize;

use super::standing::{Found, GateView};

/// A step that can be taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NextWord {
    /// Register a first client for the test bed.
    RegisterApp,
    /// Do the functional test.
    FunctionTest,
    /// The operator examines suitability: nothing to do but wait.
    AwaitSuitability,
    /// Name the platforms of the service.
    NamePlatform,
    /// Apply for the organisation inspection.
    OrganisationInspection,
    /// Apply for the inspection of the service on a platform.
    ServiceInspection,
    /// Record a policy.
    Insurance,
    /// A recorded policy waits for the operator.
    AwaitPolicy,
    /// The policy is smaller than the limits.
    MoreInsurance,
    /// Answer or remedy findings.
    Findings,
    /// A signal failed, is stale, or could not be looked at.
    Signals,
    /// Replace documents that have ended.
    Documents,
    /// Register an endpoint to be looked at.
    RegisterEndpoint,
    /// Every gate is open: the operator lets in.
    AwaitAdmission,
    /// Restricted: meet the duty.
    MeetDuty,
    /// Restricted, and the duty is met: the operator lifts it.
    AwaitLift,
}
words!(NextWord, "next step", {
    RegisterApp = "register_app", FunctionTest = "function_test", AwaitSuitability = "await_suitability",
    NamePlatform = "name_platform", OrganisationInspection = "organisation_inspection",
    ServiceInspection = "service_inspection", Insurance = "insurance", AwaitPolicy = "await_policy",
    MoreInsurance = "more_insurance", Findings = "findings", Signals = "signals", Documents = "documents",
    RegisterEndpoint = "register_endpoint", AwaitAdmission = "await_admission", MeetDuty = "meet_duty",
    AwaitLift = "await_lift",
});

impl NextWord {
    /// Where it is done; nowhere while others have to act.
    const fn href(self) -> &'static str {
        match self {
            Self::RegisterApp => "/fintech/apps",
            Self::FunctionTest => "/fintech/test",
            Self::NamePlatform => "/fintech/organisation",
            Self::OrganisationInspection | Self::ServiceInspection | Self::Findings | Self::MeetDuty => {
                "/fintech/inspections"
            }
            Self::Insurance | Self::MoreInsurance => "/fintech/insurance",
            Self::Signals | Self::RegisterEndpoint => "/fintech/endpoints",
            Self::Documents => "/fintech/documents",
            Self::AwaitSuitability | Self::AwaitPolicy | Self::AwaitAdmission | Self::AwaitLift => "",
        }
    }
}

/// A step to take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct NextView {
    /// Which.
    pub what: NextWord,
    /// How many of it, or which; empty where that says nothing.
    pub about: String,
    /// Where; empty while others have to act.
    pub href: &'static str,
}

/// The steps to take now, the most pressing first.
pub(super) fn next(found: &Found, gates: &[GateView]) -> Vec<NextView> {
    let mut steps: Vec<(NextWord, String)> = Vec::new();
    let organisation = &found.standing.dossier.organisation;
    if organisation.state == AdmissionState::Restricted {
        steps.push((restricted(found.standing.duty.status), String::new()));
    }
    let overdue = found
        .findings
        .iter()
        .filter(|finding| matches!(finding.state.as_str(), "OPEN" | "REMEDIATING"));
    steps.extend(counted(NextWord::Findings, overdue.count()));
    for gate in gates.iter().filter(|gate| gate.is != "holds") {
        closed(found, gate.gate, &mut steps);
    }
    let waiting = found.signals.iter().filter(|signal| {
        use naru_core::SignalOutcome::{Error, Fail, Stale};
        matches!(signal.row.outcome, Error | Fail | Stale)
    });
    steps.extend(counted(NextWord::Signals, waiting.count()));
    if !found.signals.iter().any(|signal| signal.endpoint.is_some()) {
        steps.push((NextWord::RegisterEndpoint, String::new()));
    }
    let today = found.now.day();
    let ended = found.documents.iter().filter(|document| document.is_expired(today));
    steps.extend(counted(NextWord::Documents, ended.count()));
    if organisation.state == AdmissionState::Suitable && gates.iter().all(|gate| gate.is == "holds") {
        steps.push((NextWord::AwaitAdmission, String::new()));
    }
    let view = |(what, about): (NextWord, String)| NextView {
        what,
        about,
        href: what.href(),
    };
    steps.into_iter().map(view).collect()
}

/// What ends a restriction: while the duty is not met, meeting it; then two people of the operator.
const fn restricted(duty: Status) -> NextWord {
    match duty {
        Status::Overdue | Status::BlockedBeforeLaunch | Status::ConfirmationDue => NextWord::MeetDuty,
        _ => NextWord::AwaitLift,
    }
}

fn counted(what: NextWord, count: usize) -> Option<(NextWord, String)> {
    (count > 0).then(|| (what, count.to_string()))
}

/// What opens a closed gate.
fn closed(found: &Found, gate: Gate, steps: &mut Vec<(NextWord, String)>) {
    let (dossier, today) = (&found.standing.dossier, found.now.day());
    match gate {
        Gate::Suitability => steps.push((NextWord::AwaitSuitability, String::new())),
        Gate::FunctionTest => {
            let mut clients = found.standing.clients.iter();
            let what = if clients.any(|client| client.environment == Environment::TestBed) {
                NextWord::FunctionTest
            } else {
                NextWord::RegisterApp
            };
            steps.push((what, String::new()));
        }
        Gate::OrganisationInspection => steps.push((NextWord::OrganisationInspection, String::new())),
        Gate::ServiceInspection => match missing(dossier, today) {
            None => steps.push((NextWord::NamePlatform, String::new())),
            Some(platforms) => steps.push((NextWord::ServiceInspection, platforms)),
        },
        Gate::GuaranteeInsurance => {
            let in_force = found.policies.iter().any(|policy| policy.is_in_force(today));
            let waits = found.policies.iter().any(|policy| policy.confirmed_at.is_none());
            let what = match (in_force, waits) {
                (_, true) => NextWord::AwaitPolicy,
                (true, false) => NextWord::MoreInsurance,
                (false, false) => NextWord::Insurance,
            };
            steps.push((what, String::new()));
        }
    }
}

/// The platforms without an inspection that was passed; `None` where no platform was named.
fn missing(dossier: &Dossier, today: Day) -> Option<String> {
    let platforms = dossier.platforms(today);
    if platforms.is_empty() {
        return None;
    }
    let missing = platforms
        .into_iter()
        .filter(|platform| dossier.cleared(today, "APP", platform).is_none());
    Some(missing.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restriction_says_to_meet_the_duty_until_it_is_met() {
        for (duty, what) in [
            (Status::Overdue, NextWord::MeetDuty),
            (Status::BlockedBeforeLaunch, NextWord::MeetDuty),
            (Status::ConfirmationDue, NextWord::MeetDuty),
            (Status::Deferred, NextWord::AwaitLift),
            (Status::Cleared, NextWord::AwaitLift),
        ] {
            assert_eq!(restricted(duty), what, "{duty}");
        }
    }
}
