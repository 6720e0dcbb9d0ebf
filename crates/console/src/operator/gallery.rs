//! The pages of the desk in the states that look different, with invented organisations, for the tests of all pages.

use std::collections::HashMap;

use naru_admission::duty::Dossier;
use naru_admission::organisation::overview::{Pipeline, SubsidyYear, Whole};
use naru_admission::proposal::view::{Listed, Named};
use naru_banking::transfer::settlement::Case;
use naru_core::{
    AdmissionState, BankCode, Chance, Decision, FactId, FactKind, Gate, GateStanding, Language, MemberId, NoticeId,
    NoticeKind, Organisation, OrganisationId, OrganisationKind, PolicyId, Proposal, ProposalId, ProposalKind, Role,
    Roles, StandingDuty, SubsidyId, SubsidyState, Timestamp, Won,
};
use naru_storage::overview::OrganisationLabel;
use naru_storage::{BudgetRow, FactRow, NoticeRow, OrganisationCount, OrganisationFilter, PolicyRow, SubsidyRow};
use serde_json::json;

use super::desk::{DeniedView, DeskDone, DeskError, Said, denied_page, ways};
use super::organisation::organisation_view;
use super::parts::{ProposalLine, lines};
use super::policies::{PoliciesView, WaitingPolicy, policies_page};
use super::proposals::{ProposalView, ProposalsView, proposal, proposals, rows, standing};
use super::rules::{Asked, found, rules, view as rules_view};
use super::transfers::{TransferView, TransfersView, line, parts, postings, trail, transfer, transfers};
use super::{pipeline, subsidies};
use crate::page::{Frame, PageError, StaffFrame};

/// A page with its name.
pub(crate) type Page = (String, Result<String, PageError>);

pub(crate) const NOW: &str = "20200801093000";

pub(crate) fn at(compact: &str) -> Timestamp {
    Timestamp::from_compact(compact).unwrap()
}

fn ids() -> Chance {
    Chance::seeded(41)
}

/// The frame of a page of a console.
pub(crate) fn frame(language: Language, here: &str, kind: OrganisationKind) -> Frame {
    Frame {
        language,
        here: here.to_owned(),
        wide: true,
        staff: Some(StaffFrame {
            organisation: "금융결제원".to_owned(),
            kind,
            member: "이심사".to_owned(),
            csrf: "csrf-09".to_owned(),
            ways: ways(here),
            newcomer: None,
        }),
        ..Frame::default()
    }
}

/// An invented fintech in a state.
pub(crate) fn organisation(name: &str, state: AdmissionState, open: usize) -> Organisation {
    let gate = |(at, gate): (usize, &Gate)| GateStanding {
        gate: *gate,
        open: at < open,
        until: (at == 4).then(|| at_day("20270101000000")),
        rule: "R-ORG-BASE".to_owned(),
        evidence: "duty=OVERDUE due=20200630".to_owned(),
    };
    let overdue = state == AdmissionState::Live || state == AdmissionState::Restricted;
    Organisation {
        id: OrganisationId::new(at(NOW), &ids()),
        code: "moafin".to_owned(),
        kind: OrganisationKind::Fintech,
        name: name.to_owned(),
        state,
        state_since: at("20191218000000"),
        state_reason: "제출 서류 확인".to_owned(),
        gates: Gate::ALL.iter().enumerate().map(gate).collect(),
        duty: StandingDuty {
            status: if overdue { "OVERDUE" } else { "CLEARED" }.to_owned(),
            due: overdue.then(|| at("20200630120000").day()),
            confirmation_due: None,
            worked_out_on: Some(at(NOW).day()),
        },
        insured_won: Won(500_000_000),
        withdraw_day_won: Won(200_000_000),
        created_at: at("20191101000000"),
        version: 3,
    }
}

fn at_day(compact: &str) -> Timestamp {
    at(compact)
}

fn member(nth: usize) -> MemberId {
    let chance = ids();
    let all: Vec<MemberId> = (0..4).map(|_| MemberId::new(at(NOW), &chance)).collect();
    all[nth]
}

pub(crate) fn names() -> HashMap<MemberId, Named> {
    let named = |nth: usize, name: &str| {
        let named = Named {
            display_name: name.to_owned(),
            roles: Roles::of(&[Role::Desk]),
        };
        (member(nth), named)
    };
    HashMap::from([named(0, "이심사"), named(1, "박결재")])
}

/// A proposal of an admission; open without a decision.
pub(crate) fn proposed(reason: &str, by: Option<usize>, decision: Option<Decision>) -> Proposal {
    let state = json!({
        "organisation": "org_1", "code": "moafin", "from": "LIVE", "to": "RESTRICTED",
        "event": "duty-overdue-and-decision-taken",
        "gates": [{ "gate": "suitability", "open": true, "rule": "approve-suitability", "evidence": "state=LIVE" }],
        "duty": { "status": "OVERDUE", "due": 20_200_630, "confirmation_due": null },
        "insured_won": 500_000_000, "limits_won": 200_000_000,
    });
    Proposal {
        id: ProposalId::new(at(NOW), &ids()),
        organisation_id: Some(OrganisationId::new(at(NOW), &ids())),
        kind: ProposalKind::Admission,
        subject: "org_1".to_owned(),
        event: "duty-overdue-and-decision-taken".to_owned(),
        state_sha256: naru_storage::proposal::state_sha256(&state),
        state: state.to_string(),
        reason: reason.to_owned(),
        proposed_by: by.map(member),
        proposed_at: at("20200801090000"),
        decided_by: decision.filter(|decision| *decision != Decision::Void).map(|_| member(1)),
        decided_at: decision.map(|_| at(NOW)),
        decision,
        decision_reason: String::new(),
        seconded_by: None,
    }
}

pub(crate) fn whole(name: &str, state: AdmissionState) -> Whole {
    let organisation = organisation(name, state, 3);
    let fact = |kind, value: &str, to: Option<&str>| FactRow {
        id: FactId::new(at(NOW), &ids()),
        organisation_id: organisation.id,
        kind,
        value: value.to_owned(),
        valid_from: at("20191201000000").day(),
        valid_to: to.map(|to| at(to).day()),
        evidence: name.to_owned(),
        recorded_by: "operator:root".to_owned(),
        recorded_at: at("20191202000000"),
        ended_at: None,
    };
    let policy = |confirmed: bool| PolicyRow {
        id: PolicyId::new(at(NOW), &ids()),
        organisation_id: organisation.id,
        insurer: "나루보증".to_owned(),
        number: "2020-113".to_owned(),
        cover_won: Won(1_000_000_000),
        from_day: at("20200101000000").day(),
        to_day: at("20201231000000").day(),
        revision_id: None,
        recorded_by: member(2),
        recorded_at: at("20200102000000"),
        confirmed_by: confirmed.then(|| member(0)),
        confirmed_at: confirmed.then(|| at("20200103000000")),
        ended_at: None,
    };
    let notice = NoticeRow {
        id: NoticeId::new(at(NOW), &ids()),
        organisation_id: organisation.id,
        kind: NoticeKind::DutyOverdue,
        subject: "ORG".to_owned(),
        due_on: at("20200630000000").day(),
        given_at: at("20200701000000"),
        closed_at: None,
    };
    Whole {
        dossier: Dossier {
            facts: vec![
                fact(FactKind::LegalType, "EFIN", None),
                fact(FactKind::IsmsCertificate, "ISMS-2019-7", Some("20200301000000")),
                fact(FactKind::Launched, "", None),
            ],
            clearances: Vec::new(),
            policies: vec![policy(true), policy(false)],
            function_test: None,
            organisation,
        },
        members: 7,
        inspections: Vec::new(),
        clients: Vec::new(),
        proposals: vec![
            proposed(name, None, None),
            proposed(name, Some(0), Some(Decision::Rejected)),
        ],
        notices: vec![notice],
        names: names(),
    }
}

pub(crate) fn counts() -> Vec<OrganisationCount> {
    let count = |state, duty: &str, count| OrganisationCount {
        state,
        duty_status: duty.to_owned(),
        count,
    };
    vec![
        count(AdmissionState::Applied, "BLOCKED_BEFORE_LAUNCH", 1_204),
        count(AdmissionState::Suitable, "DEFERRED", 310),
        count(AdmissionState::Live, "CLEARED", 8_021),
        count(AdmissionState::Live, "OVERDUE", 12),
        count(AdmissionState::Restricted, "OVERDUE", 3),
    ]
}

fn listed(reason: &str) -> Listed {
    let label = OrganisationLabel {
        id: OrganisationId::new(at(NOW), &ids()),
        code: "moafin".to_owned(),
        name: reason.to_owned(),
    };
    Listed {
        proposals: vec![
            proposed(reason, Some(0), None),
            proposed(reason, None, None),
            proposed(reason, Some(0), Some(Decision::Approved)),
            proposed(reason, Some(0), Some(Decision::Void)),
        ],
        organisations: HashMap::from([(label.id, label)]),
        members: names(),
    }
}

/// Every page of the desk in a language, with a fintech of this name.
pub(crate) fn pages(language: Language, name: &str) -> Vec<Page> {
    let mut pages = many(language, name);
    pages.extend(one(language, name));
    pages.extend(waiting(language, name));
    pages.extend(money(language, name));
    let denied = DeniedView { own_href: "/fintech" };
    pages.push(("operator-denied".to_owned(), denied_page(&denied, &Frame { language, ..Frame::default() })));
    pages
}

fn of(language: Language, here: &str) -> Frame {
    frame(language, here, OrganisationKind::Operator)
}

fn many(language: Language, name: &str) -> Vec<Page> {
    let states = AdmissionState::ALL.iter().enumerate();
    let read = Pipeline {
        organisations: states.map(|(at, state)| organisation(name, *state, at)).collect(),
        counts: counts(),
    };
    let filter = OrganisationFilter {
        state: Some(AdmissionState::Live),
        begins: name.chars().take(80).collect(),
        after: "aaa".to_owned(),
        ..OrganisationFilter::default()
    };
    let full = pipeline::view(&read, &filter, at(NOW));
    let nothing = Pipeline {
        organisations: Vec::new(),
        counts: Vec::new(),
    };
    let empty = pipeline::view(&nothing, &OrganisationFilter::default(), at(NOW));
    let frame = of(language, "/operator");
    vec![
        ("operator-pipeline".to_owned(), pipeline::pipeline(&full, &frame)),
        ("operator-pipeline-empty".to_owned(), pipeline::pipeline(&empty, &frame)),
    ]
}

fn one(language: Language, name: &str) -> Vec<Page> {
    let frame = of(language, "/operator/organisations/moafin");
    let mut pages = Vec::new();
    for state in AdmissionState::ALL {
        let whole = whole(name, *state);
        let to = ("/operator", member(0));
        let view = organisation_view(&whole, ("csrf-01".to_owned(), true), to, at(NOW));
        pages.push((format!("operator-organisation-{state}"), super::organisation(&view, &frame)));
    }
    let whole = whole(name, AdmissionState::Live);
    for error in DeskError::ALL {
        let mut view = organisation_view(&whole, ("csrf-01".to_owned(), true), ("/operator", member(1)), at(NOW));
        view.said.error = Some(*error);
        view.said.words = name.to_owned();
        let typed = [("form", "fact"), ("value", name), ("kind", "platform")];
        view.said.filled = typed.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        pages.push((format!("operator-organisation-error-{error}"), super::organisation(&view, &frame)));
    }
    let view = organisation_view(&whole, (String::new(), false), ("/operator", member(1)), at(NOW));
    pages.push(("operator-organisation-reader".to_owned(), super::organisation(&view, &frame)));
    let mut asked = Asked {
        day: "2020-05-01".to_owned(),
        inspection: "ORG".to_owned(),
        org_type: "EFIN".to_owned(),
        org_cleared_by: "SELF".to_owned(),
        isms: true,
        code: name.chars().take(40).collect(),
        ..Asked::default()
    };
    let mut answered = rules_view(asked.clone());
    let (facts, duty) = found(&asked.facts().unwrap());
    (answered.facts, answered.duty) = (facts, Some(duty));
    answered.organisation = Some(("moafin".to_owned(), name.to_owned()));
    asked.day = name.to_owned();
    let mut wrong = rules_view(asked);
    wrong.said.error = Some(DeskError::Day);
    let frame = of(language, "/operator/rules");
    pages.push(("operator-rules".to_owned(), rules(&answered, &frame)));
    pages.push(("operator-rules-wrong".to_owned(), rules(&wrong, &frame)));
    pages
}

fn waiting(language: Language, name: &str) -> Vec<Page> {
    let frame = of(language, "/operator/proposals");
    let to = (member(1), Some("/operator"));
    let all = lines(&listed(name), to);
    let mut pages = Vec::new();
    for done in DeskDone::ALL {
        let (waiting, decided) = all.iter().cloned().partition(|line: &ProposalLine| line.decision.is_none());
        let view = ProposalsView {
            said: Said {
                done: Some(*done),
                ..Said::default()
            },
            waiting,
            elsewhere: all.clone().into_iter().take(1).collect(),
            decided,
        };
        pages.push((format!("operator-proposals-{done}"), proposals(&view, &frame)));
    }
    let nothing = ProposalsView {
        said: Said::default(),
        waiting: Vec::new(),
        elsewhere: Vec::new(),
        decided: Vec::new(),
    };
    pages.push(("operator-proposals-empty".to_owned(), proposals(&nothing, &frame)));
    let kinds = [
        ("decides", proposed(name, Some(0), None), 1, true),
        ("own", proposed(name, Some(0), None), 0, true),
        ("hub", proposed(name, None, None), 1, true),
        ("reader", proposed(name, Some(0), None), 1, false),
        ("void", proposed(name, Some(0), Some(Decision::Void)), 1, true),
    ];
    for (word, p, me, acts) in kinds {
        let view = proposal_view(&p, (member(me), acts), language);
        pages.push((format!("operator-proposal-{word}"), proposal(&view, &frame)));
    }
    pages
}

/// The page of a proposal whose insurance has changed since.
pub(super) fn proposal_view(p: &Proposal, (me, acts): (MemberId, bool), language: Language) -> ProposalView {
    let mut now: serde_json::Value = serde_json::from_str(&p.state).unwrap();
    now["insured_won"] = json!(1);
    let rows = rows(&p.state, Some(&now), language);
    ProposalView {
        csrf: "csrf-02".to_owned(),
        said: Said::default(),
        line: ProposalLine::of(p, (&names(), None), (me, Some("/operator"))),
        id: p.id.to_string(),
        acts,
        decides_here: true,
        has_changed: rows.iter().any(|row| row.now.is_some()),
        rows,
        standing: standing(p, me),
        subject_href: Some("/operator/transfers/trf_1".to_owned()),
        organisation_href: Some("/operator/organisations/moafin".to_owned()),
        approve_action: format!("/operator/proposals/{}/approve", p.id),
        reject_action: format!("/operator/proposals/{}/reject", p.id),
    }
}

fn money(language: Language, name: &str) -> Vec<Page> {
    let mut pages = policies_pages(language, name);
    pages.extend(subsidies_pages(language, name));
    pages.extend(transfers_pages(language));
    pages
}

fn policies_pages(language: Language, name: &str) -> Vec<Page> {
    let frame = of(language, "/operator/policies");
    let policy = |own| WaitingPolicy {
        code: "moafin".to_owned(),
        name: name.to_owned(),
        insurer: name.to_owned(),
        number: "2020-113".to_owned(),
        cover_won: Won(1_000_000_000),
        from: "2020-01-01".to_owned(),
        to: "2020-12-31".to_owned(),
        recorded_at: at(NOW),
        has_document: own,
        own,
        confirm_action: "/operator/policies/pol_1/confirm".to_owned(),
    };
    let view = |policies| PoliciesView {
        csrf: "csrf-03".to_owned(),
        said: Said::default(),
        acts: true,
        policies,
    };
    let waiting = view(vec![policy(false), policy(true)]);
    vec![
        ("operator-policies".to_owned(), policies_page(&waiting, &frame)),
        ("operator-policies-empty".to_owned(), policies_page(&view(Vec::new()), &frame)),
    ]
}

fn subsidies_pages(language: Language, name: &str) -> Vec<Page> {
    let frame = of(language, "/operator/subsidies?year=2020");
    let chance = ids();
    let label = OrganisationLabel {
        id: OrganisationId::new(at(NOW), &chance),
        code: "moafin".to_owned(),
        name: name.to_owned(),
    };
    let row = |state: &SubsidyState| SubsidyRow {
        id: SubsidyId::new(at(NOW), &chance),
        organisation_id: label.id,
        inspection_id: naru_core::InspectionId::new(at(NOW), &chance),
        year: 2020,
        cost_won: Won(20_000_000),
        asked_won: Won(15_000_000),
        granted_won: Won(if *state == SubsidyState::Applied { 0 } else { 12_000_000 }),
        state: *state,
        applied_by: member(2),
        applied_at: at("20200301000000"),
        decided_at: None,
        paid_at: (*state == SubsidyState::Paid).then(|| at(NOW)),
        payment_reference: name.to_owned(),
        version: 1,
    };
    let full = SubsidyYear {
        budget: Some(BudgetRow {
            year: 2020,
            budget_won: Won(500_000_000),
            granted_won: Won(120_000_000),
            paid_won: Won(40_000_000),
        }),
        subsidies: SubsidyState::ALL.iter().map(row).collect(),
        proposals: Vec::new(),
        labels: HashMap::from([(label.id, label.clone())]),
    };
    let empty = SubsidyYear {
        budget: None,
        subsidies: Vec::new(),
        proposals: Vec::new(),
        labels: HashMap::new(),
    };
    let page = |read: &SubsidyYear| {
        let view = subsidies::view(2020, read, ("csrf-04".to_owned(), true));
        subsidies::subsidies(&view, &frame)
    };
    vec![
        ("operator-subsidies".to_owned(), page(&full)),
        ("operator-subsidies-empty".to_owned(), page(&empty)),
    ]
}

fn transfers_pages(language: Language) -> Vec<Page> {
    let frame = of(language, "/operator/transfers");
    let bank = |code: &BankCode| format!("나루은행 {code}");
    let case = stuck();
    let full = TransfersView {
        lines: vec![line(&case.transfer, &bank)],
        asks: 9,
    };
    let empty = TransfersView {
        lines: Vec::new(),
        asks: 9,
    };
    let one = |acts| {
        let (legs, statements) = parts(&case, 9, &bank);
        TransferView {
            csrf: "csrf-05".to_owned(),
            said: Said::default(),
            acts,
            line: line(&case.transfer, &bank),
            waits: !statements.is_empty(),
            postings: postings(&case),
            trail: trail(&case),
            proposals: Vec::new(),
            legs,
            statements,
            action: "/operator/transfers/trf_1/propose".to_owned(),
        }
    };
    vec![
        ("operator-transfers".to_owned(), transfers(&full, &frame)),
        ("operator-transfers-empty".to_owned(), transfers(&empty, &frame)),
        ("operator-transfer".to_owned(), transfer(&one(true), &frame)),
        ("operator-transfer-reader".to_owned(), transfer(&one(false), &frame)),
    ]
}

/// An invented transfer whose reversal was refused.
pub(super) fn stuck() -> Case {
    use naru_core::{
        BankTranId, CallId, ClientId, ClientUseCode, Leg, LegFacts, LegKind, LegState, Order, Side, Transfer,
        TransferFacts, TransferId, TransferKind, TransferState,
    };
    let chance = ids();
    let side = |code: &str, number: &str| Side {
        bank_code: BankCode::parse(code).unwrap(),
        account_num: number.to_owned(),
        holder_name: String::new(),
        print_content: String::new(),
    };
    let call_id = CallId::new(at(NOW), &chance);
    let code = ClientUseCode::parse("M202000001").unwrap();
    let transfer = Transfer {
        id: TransferId::from(call_id.uuid()),
        order: Order {
            kind: TransferKind::Withdraw,
            client_id: ClientId::new(at(NOW), &chance),
            call_id,
            bank_tran_id: BankTranId::parse(&format!("{code}U4BC34239Z")).unwrap(),
            amount: Won(30_000),
            debit: side("004", "40412000002001"),
            credit: side("097", "00998877665544"),
            person_id: None,
            fintech_use_num: None,
            returns: None,
            echo: std::collections::BTreeMap::new(),
        },
        order_sha256: vec![1; 32],
        day: at(NOW).day(),
        state: TransferState::Stuck { code: "411".to_owned() },
        state_since: at(NOW),
        facts: TransferFacts::default(),
        limit_remain: Won(0),
        asks: 0,
        next_at: None,
        window_id: None,
        created_at: at("20200801090000"),
        version: 4,
    };
    let leg = |kind, state| Leg {
        reference: transfer.reference(kind),
        bank_code: transfer.side(kind).bank_code.clone(),
        amount: transfer.order.amount,
        state,
        code: "411".to_owned(),
        facts: LegFacts::default(),
        settled_at: Some(at(NOW)),
    };
    Case {
        legs: vec![
            leg(LegKind::Debit, LegState::Posted),
            leg(LegKind::Credit, LegState::Voided),
            leg(LegKind::Reversal, LegState::Voided),
        ],
        postings: Vec::new(),
        trail: Vec::new(),
        proposals: Vec::new(),
        transfer,
    }
}
