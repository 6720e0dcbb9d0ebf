//! What the first page of the console shows: where the fintech stands, and what is due when.

use naru_admission::document;
use naru_admission::finding;
use naru_admission::member::{service as members, token};
use naru_admission::notice;
use naru_admission::organisation::standing::{self, Standing};
use naru_admission::signal::service::{self as signals, SignalStanding};
use naru_core::{AdmissionState, Day, FactKind, Gate, GateStanding, Language, Timestamp, words};
use naru_rulebook::duty::{Consequence, Rules, Status};
use naru_storage::{FindingRow, LeaverRow, NoticeRow, PolicyRow, RevisionRow, ScimTokenRow};
use serde::Serialize;

use super::desk::{Seat, day_text};
use super::next::{NextView, next};
use super::trouble::Trouble;
use crate::wording;

/// Days of leavers that are shown.
const LEAVER_DAYS: i64 = 365;
/// Days ahead in which the end of a document is worth a line.
const DOCUMENT_DAYS: i64 = 90;
/// Days that the drawn line of time spans at most.
const LINE_DAYS: i64 = 365;

/// What comes up on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DueWord {
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

/// One gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct GateView {
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
    /// What it rests on: labels and values, or a sentence without a label.
    pub evidence: Vec<(String, String)>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct RuleView {
    /// Its id.
    pub id: String,
    /// The key of its sentence: `book` where the id says enough to look it up.
    pub word: String,
}

/// Something that comes up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct DueView {
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

/// People who left, and the directory that says so.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(super) struct LeaversView {
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
pub(super) struct StandingView {
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
    pub(super) language: Language,
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
        language: seat.language(),
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
        standing.map_or_else(
            || never(gate),
            |standing| gate_view(standing, (found.now, found.language)),
        )
    };
    let mut gates: Vec<GateView> = Gate::ALL.iter().copied().map(view).collect();
    let is_over = organisation.withdraw_day_won > organisation.insured_won;
    for gate in gates
        .iter_mut()
        .filter(|gate| gate.gate == Gate::GuaranteeInsurance && is_over)
    {
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
pub(super) fn gate_view(standing: &GateStanding, (now, language): (Timestamp, Language)) -> GateView {
    let is_open = standing.is_open(now);
    let until = standing.until.filter(|_| is_open);
    GateView {
        gate: standing.gate,
        is: if is_open { "holds" } else { "broken" },
        until,
        days_left: until.map(|until| until.days_since(now)),
        rules: standing.rule.split_whitespace().map(rule_view).collect(),
        evidence: wording::evidence(&standing.evidence, language),
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

fn due(found: &Found, gates: &[GateView]) -> Vec<DueView> {
    let today = found.now.day();
    let duty = &found.standing.duty;
    let mut all: Vec<(DueWord, String, Day)> = Vec::new();
    if duty.status != Status::Cleared {
        all.extend(duty.due.map(|day| (DueWord::Inspection, String::new(), day)));
        all.extend(
            duty.confirmation_due
                .map(|day| (DueWord::Confirmation, String::new(), day)),
        );
    }
    let restricts = found.standing.changes.iter().skip(1);
    let restricts = restricts.filter(|(_, duty)| duty.consequence == Consequence::MayRestrictService);
    all.extend(
        restricts
            .take(1)
            .map(|(day, _)| (DueWord::MayRestrict, String::new(), *day)),
    );
    let in_force = found.policies.iter().filter(|policy| policy.is_in_force(today));
    all.extend(in_force.map(|policy| (DueWord::Policy, policy.number.clone(), policy.to_day)));
    let isms = found
        .standing
        .dossier
        .facts
        .iter()
        .filter(|fact| fact.kind == FactKind::IsmsCertificate);
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

fn leavers(found: &Found) -> LeaversView {
    let living = found.tokens.iter().filter(|token| token.is_alive(found.now));
    LeaversView {
        count: found.leavers.len(),
        longest_ms: found
            .leavers
            .iter()
            .filter_map(|leaver| leaver.latency_us)
            .max()
            .map(|us| us / 1_000),
        unknown: found
            .leavers
            .iter()
            .filter(|leaver| leaver.latency_us.is_none())
            .count(),
        tokens: living.count(),
        used_at: found.tokens.iter().filter_map(|token| token.used_at).max(),
    }
}
