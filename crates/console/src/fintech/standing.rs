//! What the first page of the console shows: where the fintech stands, what is due when, and what to do next.

use naru_admission::document;
use naru_admission::duty::Dossier;
use naru_admission::finding;
use naru_admission::member::{service as members, token};
use naru_admission::notice;
use naru_admission::organisation::standing::{self, Standing};
use naru_admission::signal::service::{self as signals, SignalStanding};
use naru_core::{AdmissionState, Day, Environment, FactKind, Gate, GateStanding, Timestamp, words};
use naru_rulebook::duty::{Consequence, Rules, Status};
use naru_storage::{FindingRow, LeaverRow, NoticeRow, PolicyRow, RevisionRow, ScimTokenRow};
use serde::Serialize;

use super::desk::{Seat, day_text};
use super::trouble::Trouble;

/// Days of leavers that are shown.
const LEAVER_DAYS: i64 = 365;
/// Days ahead in which the end of a document is worth a line.
const DOCUMENT_DAYS: i64 = 90;
/// Days that the drawn line of time spans at most.
const LINE_DAYS: i64 = 365;

/// What comes up on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueWord {
    /// The organisation inspection must be done by then.
    Inspection,
    /// A self-inspection must be confirmed by then.
    Confirmation,
    /// From then on a service may be restricted.
    MayRestrict,
    /// A policy ends.
    Policy,
    /// The ISMS certificate ends.
    Isms,
    /// A finding must be remedied by then.
    Finding,
    /// A document ends.
    Document,
    /// A gate closes by itself.
    Gate,
}
words!(DueWord, "due", {
    Inspection = "inspection", Confirmation = "confirmation", MayRestrict = "may_restrict", Policy = "policy",
    Isms = "isms", Finding = "finding", Document = "document", Gate = "gate",
});

/// A step that can be taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextWord {
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
}
words!(NextWord, "next step", {
    RegisterApp = "register_app", FunctionTest = "function_test", AwaitSuitability = "await_suitability",
    NamePlatform = "name_platform", OrganisationInspection = "organisation_inspection",
    ServiceInspection = "service_inspection", Insurance = "insurance", AwaitPolicy = "await_policy",
    MoreInsurance = "more_insurance", Findings = "findings", Signals = "signals", Documents = "documents",
    RegisterEndpoint = "register_endpoint", AwaitAdmission = "await_admission", MeetDuty = "meet_duty",
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
            Self::AwaitSuitability | Self::AwaitPolicy | Self::AwaitAdmission => "",
        }
    }
}

/// One gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GateView {
    /// Which.
    pub gate: Gate,
    /// `holds`, `broken`, or `unknown` where it was never worked out.
    pub is: &'static str,
    /// When it closes by itself.
    pub until: Option<Timestamp>,
    /// Days until then.
    pub days_left: Option<i64>,
    /// The rules by which it stands so: those of the book by their ids, others by a word.
    pub rules: Vec<RuleView>,
    /// What it rests on: names and values, or one text without a name.
    pub evidence: Vec<(String, String)>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleView {
    /// Its id.
    pub id: String,
    /// The key of its sentence: `book` where the id says enough to look it up.
    pub word: String,
}

/// Something that comes up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DueView {
    /// What.
    pub what: DueWord,
    /// Which one: a name or number; a gate's word for a gate.
    pub about: String,
    /// The day, `2026-11-21`.
    pub day: String,
    /// Days until then; below zero where it has passed.
    pub days_left: i64,
    /// Where it stands on the drawn line, from 0 to 100.
    pub place: i64,
    /// How it stands: `broken` past, `unknown` soon, `idle` later.
    pub is: &'static str,
}

/// A step to take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextView {
    /// Which.
    pub what: NextWord,
    /// How many of it, or which; empty where that says nothing.
    pub about: String,
    /// Where; empty while others have to act.
    pub href: &'static str,
}

/// People who left, and the directory that says so.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct LeaversView {
    /// How many left in the last year.
    pub count: usize,
    /// The longest time it took, milliseconds; none where no time is known.
    pub longest_ms: Option<i64>,
    /// Ends whose time could not be noted.
    pub unknown: usize,
    /// Living tokens of directories.
    pub tokens: usize,
    /// When one was last used.
    pub used_at: Option<Timestamp>,
}

/// Where the fintech stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StandingView {
    /// Its name.
    pub name: String,
    /// The state of its admission.
    pub state: AdmissionState,
    /// How that stands.
    pub is: &'static str,
    /// Since when.
    pub since: Timestamp,
    /// The five gates, in order.
    pub gates: Vec<GateView>,
    /// How many are open.
    pub open: usize,
    /// The status of its duty.
    pub duty: String,
    /// What comes up, soonest first.
    pub due: Vec<DueView>,
    /// What to do now.
    pub next: Vec<NextView>,
    /// Open notices: kind and subject, and the day.
    pub notices: Vec<(String, String, String)>,
    /// The largest sum of daily limits that is insured.
    pub insured_won: i64,
    /// The sum of the daily limits of its clients in production.
    pub limits_won: i64,
    /// Leavers and directory.
    pub leavers: LeaversView,
}

/// Everything the page rests on.
pub(super) struct Found {
    pub(super) standing: Standing,
    pub(super) policies: Vec<PolicyRow>,
    pub(super) findings: Vec<FindingRow>,
    pub(super) documents: Vec<RevisionRow>,
    pub(super) notices: Vec<NoticeRow>,
    pub(super) signals: Vec<SignalStanding>,
    pub(super) leavers: Vec<LeaverRow>,
    pub(super) tokens: Vec<ScimTokenRow>,
    pub(super) now: Timestamp,
}

/// Reads what the page rests on.
pub(super) async fn find(seat: &Seat) -> Result<Found, Trouble> {
    let (office, staff, now) = (seat.office(), &seat.staff, seat.pages().hub.now());
    let id = staff.organisation.id;
    Ok(Found {
        standing: standing::standing(office, staff).await?,
        policies: standing::policies(office, staff).await?,
        findings: finding::open_findings(office, staff, id).await?,
        documents: document::current(office, staff, id).await?,
        notices: notice::list_open(office, id).await?,
        signals: signals::standings(office, id).await?,
        leavers: members::leavers(office, staff, now.plus_days(-LEAVER_DAYS)).await?,
        tokens: token::list(office, staff).await?,
        now,
    })
}

/// The view of the page.
pub(super) fn view(found: &Found) -> StandingView {
    let organisation = &found.standing.dossier.organisation;
    let gates = gates(found);
    StandingView {
        name: organisation.name.clone(),
        state: organisation.state,
        is: match organisation.state {
            AdmissionState::Live => "holds",
            AdmissionState::Applied | AdmissionState::Suitable => "unknown",
            AdmissionState::Restricted | AdmissionState::Refused => "broken",
            AdmissionState::Terminated => "idle",
        },
        since: organisation.state_since,
        open: gates.iter().filter(|gate| gate.is == "holds").count(),
        duty: found.standing.duty.status.to_string(),
        due: due(found, &gates),
        next: next(found, &gates),
        notices: found.notices.iter().map(notice_view).collect(),
        insured_won: organisation.insured_won.0,
        limits_won: organisation.withdraw_day_won.0,
        leavers: leavers(found),
        gates,
    }
}

fn notice_view(notice: &NoticeRow) -> (String, String, String) {
    (notice.kind.to_string(), notice.subject.clone(), day_text(notice.due_on))
}

fn gates(found: &Found) -> Vec<GateView> {
    let organisation = &found.standing.dossier.organisation;
    let view = |gate: Gate| {
        let standing = organisation.gates.iter().find(|standing| standing.gate == gate);
        standing.map_or_else(|| never(gate), |standing| gate_view(standing, found.now))
    };
    let mut gates: Vec<GateView> = Gate::ALL.iter().copied().map(view).collect();
    let is_over = organisation.withdraw_day_won > organisation.insured_won;
    for gate in gates.iter_mut().filter(|gate| gate.gate == Gate::GuaranteeInsurance && is_over) {
        gate.is = "broken";
    }
    gates
}

const fn never(gate: Gate) -> GateView {
    GateView {
        gate,
        is: "unknown",
        until: None,
        days_left: None,
        rules: Vec::new(),
        evidence: Vec::new(),
    }
}

/// A gate as it stands at a moment.
pub(super) fn gate_view(standing: &GateStanding, now: Timestamp) -> GateView {
    let is_open = standing.is_open(now);
    let until = standing.until.filter(|_| is_open);
    GateView {
        gate: standing.gate,
        is: if is_open { "holds" } else { "broken" },
        until,
        days_left: until.map(|until| until.days_since(now)),
        rules: standing.rule.split_whitespace().map(rule_view).collect(),
        evidence: evidence(&standing.evidence),
    }
}

fn rule_view(id: &str) -> RuleView {
    let is_cover = id.starts_with("cover-");
    let word = match id {
        "approve-suitability" | "function-test" => id.replace('-', "_"),
        _ if is_cover => "cover".to_owned(),
        _ if Rules::embedded().find(id).is_some() => id.to_owned(),
        _ => "other".to_owned(),
    };
    RuleView {
        id: id.to_owned(),
        word,
    }
}

/// `name=value` pairs by their names; what is no pair is one text.
fn evidence(text: &str) -> Vec<(String, String)> {
    if text.split_whitespace().all(|part| part.contains('=')) {
        let pairs = text.split_whitespace().filter_map(|part| part.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    } else {
        vec![(String::new(), text.to_owned())]
    }
}

fn due(found: &Found, gates: &[GateView]) -> Vec<DueView> {
    let today = found.now.day();
    let duty = &found.standing.duty;
    let mut all: Vec<(DueWord, String, Day)> = Vec::new();
    if duty.status != Status::Cleared {
        all.extend(duty.due.map(|day| (DueWord::Inspection, String::new(), day)));
        all.extend(duty.confirmation_due.map(|day| (DueWord::Confirmation, String::new(), day)));
    }
    let restricts = found.standing.changes.iter().skip(1);
    let restricts = restricts.filter(|(_, duty)| duty.consequence == Consequence::MayRestrictService);
    all.extend(restricts.take(1).map(|(day, _)| (DueWord::MayRestrict, String::new(), *day)));
    let in_force = found.policies.iter().filter(|policy| policy.is_in_force(today));
    all.extend(in_force.map(|policy| (DueWord::Policy, policy.number.clone(), policy.to_day)));
    let isms = found.standing.dossier.facts.iter().filter(|fact| fact.kind == FactKind::IsmsCertificate);
    let isms = isms.filter(|fact| fact.ended_at.is_none());
    all.extend(isms.filter_map(|fact| Some((DueWord::Isms, fact.value.clone(), fact.valid_to?))));
    let findings = found.findings.iter();
    all.extend(findings.filter_map(|f| Some((DueWord::Finding, f.control_id.clone(), f.due_on?))));
    let soon = found.now.plus_days(DOCUMENT_DAYS).day();
    let documents = found.documents.iter();
    let documents = documents.filter_map(|d| Some((DueWord::Document, d.title.clone(), d.expires_on?)));
    all.extend(documents.filter(|(_, _, day)| *day <= soon));
    let closing = gates.iter().filter_map(|gate| Some((gate.gate, gate.until?)));
    all.extend(closing.map(|(gate, until)| (DueWord::Gate, gate.to_string(), until.day())));
    all.sort_by_key(|(_, _, day)| *day);
    let view = |(what, about, day): (DueWord, String, Day)| {
        let days_left = day.start().days_since(today.start());
        DueView {
            what,
            about,
            day: day_text(day),
            days_left,
            place: days_left.clamp(0, LINE_DAYS) * 100 / LINE_DAYS,
            is: match days_left {
                ..0 => "broken",
                0..=30 => "unknown",
                _ => "idle",
            },
        }
    };
    all.into_iter().map(view).collect()
}

fn next(found: &Found, gates: &[GateView]) -> Vec<NextView> {
    let mut steps: Vec<(NextWord, String)> = Vec::new();
    let organisation = &found.standing.dossier.organisation;
    if organisation.state == AdmissionState::Restricted {
        steps.push((NextWord::MeetDuty, String::new()));
    }
    let overdue = found.findings.iter().filter(|finding| {
        matches!(finding.state.as_str(), "OPEN" | "REMEDIATING")
    });
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
    let missing = platforms.into_iter().filter(|platform| dossier.cleared(today, "APP", platform).is_none());
    Some(missing.collect::<Vec<_>>().join(", "))
}

fn leavers(found: &Found) -> LeaversView {
    let living = found.tokens.iter().filter(|token| token.is_alive(found.now));
    LeaversView {
        count: found.leavers.len(),
        longest_ms: found.leavers.iter().filter_map(|leaver| leaver.latency_us).max().map(|us| us / 1_000),
        unknown: found.leavers.iter().filter(|leaver| leaver.latency_us.is_none()).count(),
        tokens: living.count(),
        used_at: found.tokens.iter().filter_map(|token| token.used_at).max(),
    }
}
