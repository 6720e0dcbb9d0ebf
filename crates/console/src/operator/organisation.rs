//! What the page about one organisation shows: its gates with rule and evidence, what is due when, its facts, policies,
//! inspections and clients, and what was and can be proposed.

use naru_admission::duty::Dossier;
use naru_admission::organisation::overview::Whole;
use naru_core::{
    AdmissionEvent, AdmissionState, Day, FactKind, Language, MemberId, NoticeKind, OrganisationKind, Timestamp, Won,
};
use naru_rulebook::Inspection;
use naru_rulebook::duty::{Duty, Method, Rules};
use serde::Serialize;

use super::desk::Said;
use super::parts::{GateView, ProposalLine, RuleView, gate_views, iso, mark_of, mark_of_state, rule_views};

/// Days ahead for which it is said what is due when.
const AHEAD_DAYS: i64 = 3 * 366;
/// Turns of a duty shown at most.
const TURNS_MAX: usize = 12;

/// Everything about one organisation. Its forms post `csrf` to paths below `base`; without `acts` there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OrganisationView {
    pub(super) csrf: String,
    pub(super) acts: bool,
    pub(super) base: String,
    pub(super) said: Said,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) kind: OrganisationKind,
    pub(super) state: AdmissionState,
    pub(super) state_is: &'static str,
    pub(super) since: Timestamp,
    pub(super) reason: String,
    pub(super) insured_won: Won,
    pub(super) limits_won: Won,
    pub(super) members: i64,
    pub(super) gates: Vec<GateView>,
    pub(super) duties: Vec<DutyView>,
    pub(super) turns: Vec<TurnView>,
    pub(super) fact_kinds: Vec<FactKind>,
    pub(super) facts: Vec<FactView>,
    pub(super) policies: Vec<PolicyView>,
    pub(super) inspections: Vec<InspectionView>,
    pub(super) clients: Vec<ClientView>,
    pub(super) proposals: Vec<ProposalLine>,
    pub(super) events: Vec<EventView>,
    pub(super) notices: Vec<NoticeView>,
}

/// What is owed now, with the rules that say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DutyView {
    pub(super) inspection: Inspection,
    pub(super) status: String,
    pub(super) status_is: &'static str,
    pub(super) due: Option<String>,
    pub(super) confirmation_due: Option<String>,
    pub(super) methods: Vec<Method>,
    pub(super) may_restrict: bool,
    pub(super) rules: Vec<RuleView>,
}

/// A day on which a duty turns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TurnView {
    pub(super) day: String,
    pub(super) now: bool,
    pub(super) status: String,
    pub(super) status_is: &'static str,
    pub(super) due: Option<String>,
}

/// A dated fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FactView {
    pub(super) kind: FactKind,
    pub(super) value: String,
    pub(super) from: String,
    pub(super) to: Option<String>,
    pub(super) holds: bool,
    pub(super) evidence: String,
    pub(super) recorded_at: Timestamp,
    pub(super) end_action: Option<String>,
}

/// A policy of guarantee insurance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PolicyView {
    pub(super) insurer: String,
    pub(super) number: String,
    pub(super) cover_won: Won,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) is: &'static str,
    pub(super) word: &'static str,
    pub(super) confirm_action: Option<String>,
    pub(super) end_action: Option<String>,
    pub(super) document_href: Option<String>,
}

/// An inspection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct InspectionView {
    pub(super) machine: String,
    pub(super) platform: String,
    pub(super) state: String,
    pub(super) since: Timestamp,
    pub(super) outcome: String,
    pub(super) under_way: bool,
    pub(super) agency_days: Option<i64>,
    pub(super) organisation_days: Option<i64>,
    pub(super) is_late: bool,
    pub(super) href: String,
}

/// A client with its limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ClientView {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) environment: String,
    pub(super) status: String,
    pub(super) withdraw_day_won: Won,
    pub(super) deposit_day_won: Won,
}

/// An event that can be proposed now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct EventView {
    pub(super) event: AdmissionEvent,
    pub(super) to: AdmissionState,
    pub(super) needs_day: bool,
    pub(super) is_danger: bool,
    pub(super) is_open: bool,
}

/// A notice that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NoticeView {
    pub(super) kind: NoticeKind,
    pub(super) subject: String,
    pub(super) due_on: String,
    pub(super) given_at: Timestamp,
}

/// The view of everything about an organisation, for a member of the desk or, without forms, for one who watches.
pub(crate) fn organisation_view(
    whole: &Whole,
    (csrf, acts): (String, bool),
    (base, me): (&str, MemberId),
    (now, language): (Timestamp, Language),
) -> OrganisationView {
    let dossier = &whole.dossier;
    let o = &dossier.organisation;
    let here = format!("{base}/organisations/{}", o.code);
    let is_desk = base == "/operator";
    let proposal = |p| ProposalLine::of(p, (&whole.names, None), (me, is_desk.then_some(base)));
    OrganisationView {
        csrf,
        acts,
        said: Said::default(),
        code: o.code.clone(),
        name: o.name.clone(),
        kind: o.kind,
        state: o.state,
        state_is: mark_of_state(o.state),
        since: o.state_since,
        reason: o.state_reason.clone(),
        insured_won: o.insured_won,
        limits_won: o.withdraw_day_won,
        members: whole.members,
        gates: gate_views(o, (now, language)),
        duties: duties((dossier, whole.rules), now.day()),
        turns: turns((dossier, whole.rules), now),
        fact_kinds: recordable(),
        facts: facts(dossier, (&here, acts), now.day()),
        policies: policies(dossier, (base, &here, acts), (me, now.day())),
        inspections: inspections(whole, base),
        clients: clients(whole),
        proposals: whole.proposals.iter().map(proposal).collect(),
        events: events(whole),
        notices: notices(whole),
        base: here,
    }
}

fn duties((dossier, rules): (&Dossier, &Rules), today: Day) -> Vec<DutyView> {
    if dossier.organisation.kind != OrganisationKind::Fintech {
        return Vec::new();
    }
    let duty = |inspection: &Inspection| duty_view((*inspection, rules), &dossier.duty(rules, today, *inspection));
    Inspection::ALL.iter().map(duty).collect()
}

/// A duty in the words of a page.
pub(super) fn duty_view((inspection, rules): (Inspection, &Rules), duty: &Duty) -> DutyView {
    DutyView {
        inspection,
        status: duty.status.to_string(),
        status_is: mark_of(duty.status.as_str()),
        due: duty.due.map(iso),
        confirmation_due: duty.confirmation_due.map(iso),
        methods: duty.methods.clone(),
        may_restrict: duty.consequence == naru_rulebook::duty::Consequence::MayRestrictService,
        rules: rule_views(rules, &duty.rules),
    }
}

fn turns((dossier, rules): (&Dossier, &Rules), now: Timestamp) -> Vec<TurnView> {
    if dossier.organisation.kind != OrganisationKind::Fintech {
        return Vec::new();
    }
    let facts = dossier.facts_on(now.day(), Inspection::Org);
    let changes = rules.changes(&facts, now.day(), now.plus_days(AHEAD_DAYS).day());
    let turn = |(at, (day, duty)): (usize, (Day, Duty))| TurnView {
        day: iso(day),
        now: at == 0,
        status: duty.status.to_string(),
        status_is: mark_of(duty.status.as_str()),
        due: duty.confirmation_due.or(duty.due).map(iso),
    };
    changes.into_iter().take(TURNS_MAX).enumerate().map(turn).collect()
}

/// The kinds of fact that are recorded by hand; an extension is proposed and decided.
fn recordable() -> Vec<FactKind> {
    let all = FactKind::ALL.iter().copied();
    all.filter(|kind| *kind != FactKind::Extension).collect()
}

fn facts(dossier: &Dossier, (here, acts): (&str, bool), today: Day) -> Vec<FactView> {
    let view = |fact: &naru_storage::FactRow| FactView {
        kind: fact.kind,
        value: fact.value.clone(),
        from: iso(fact.valid_from),
        to: fact.valid_to.map(iso),
        holds: fact.holds_on(today),
        evidence: fact.evidence.clone(),
        recorded_at: fact.recorded_at,
        end_action: (acts && fact.kind != FactKind::Extension).then(|| format!("{here}/facts/{}/end", fact.id)),
    };
    dossier
        .facts
        .iter()
        .filter(|fact| fact.ended_at.is_none())
        .map(view)
        .collect()
}

fn policies(
    dossier: &Dossier,
    (base, here, acts): (&str, &str, bool),
    (me, today): (MemberId, Day),
) -> Vec<PolicyView> {
    let view = |policy: &naru_storage::PolicyRow| {
        let (is, word) = match policy {
            policy if policy.ended_at.is_some() => ("idle", "ended"),
            policy if policy.confirmed_at.is_none() => ("unknown", "unconfirmed"),
            policy if policy.is_in_force(today) => ("holds", "in_force"),
            policy if policy.to_day < today => ("idle", "over"),
            _ => ("unknown", "to_come"),
        };
        let may_confirm = acts && word == "unconfirmed" && policy.recorded_by != me;
        PolicyView {
            insurer: policy.insurer.clone(),
            number: policy.number.clone(),
            cover_won: policy.cover_won,
            from: iso(policy.from_day),
            to: iso(policy.to_day),
            is,
            word,
            confirm_action: may_confirm.then(|| format!("{here}/policies/{}/confirm", policy.id)),
            end_action: (acts && policy.ended_at.is_none()).then(|| format!("{here}/policies/{}/end", policy.id)),
            document_href: policy.revision_id.map(|id| format!("{base}/documents/{id}")),
        }
    };
    dossier.policies.iter().map(view).collect()
}

fn inspections(whole: &Whole, base: &str) -> Vec<InspectionView> {
    const DAY_MICROS: i64 = 86_400 * naru_core::SECOND;
    let view = |(inspection, time): &(naru_storage::InspectionRow, Option<naru_admission::inspection::Time>)| {
        let spent = time.as_ref().map(|time| &time.spent);
        InspectionView {
            machine: inspection.machine.to_string(),
            platform: inspection.platform.clone(),
            state: inspection.state.clone(),
            since: inspection.state_since,
            outcome: inspection.outcome.to_string(),
            under_way: inspection.ended_at.is_none(),
            agency_days: spent.map(|spent| spent.agency_micros / DAY_MICROS),
            organisation_days: spent.map(|spent| spent.organisation_micros / DAY_MICROS),
            is_late: spent.is_some_and(|spent| spent.is_agency_late),
            href: format!("{base}/inspections/{}", inspection.id),
        }
    };
    whole.inspections.iter().map(view).collect()
}

fn clients(whole: &Whole) -> Vec<ClientView> {
    let view = |client: &naru_core::Client| ClientView {
        id: client.id.to_string(),
        name: client.name.clone(),
        environment: client.environment.to_string(),
        status: client.status.to_string(),
        withdraw_day_won: client.withdraw_limits.day_won,
        deposit_day_won: client.deposit_limits.day_won,
    };
    whole.clients.iter().map(view).collect()
}

fn events(whole: &Whole) -> Vec<EventView> {
    let o = &whole.dossier.organisation;
    if o.kind != OrganisationKind::Fintech {
        return Vec::new();
    }
    let waits = |event: &str| whole.proposals.iter().any(|p| p.decision.is_none() && p.event == event);
    let possible = AdmissionEvent::ALL
        .iter()
        .filter(|event| **event != AdmissionEvent::Leave);
    let view = |event: &AdmissionEvent| {
        Some(EventView {
            event: *event,
            to: o.state.apply(*event)?,
            needs_day: *event == AdmissionEvent::ExtendDeadline,
            is_danger: matches!(
                event,
                AdmissionEvent::Refuse | AdmissionEvent::Restrict | AdmissionEvent::Terminate
            ),
            is_open: waits(event.as_str()),
        })
    };
    possible.filter_map(view).collect()
}

fn notices(whole: &Whole) -> Vec<NoticeView> {
    let view = |notice: &naru_storage::NoticeRow| NoticeView {
        kind: notice.kind,
        subject: notice.subject.clone(),
        due_on: iso(notice.due_on),
        given_at: notice.given_at,
    };
    whole.notices.iter().map(view).collect()
}
