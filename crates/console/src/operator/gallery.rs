//! The pages of the desk in the states that look different, for the tests of all pages.

use std::collections::HashMap;

use naru_admission::organisation::overview::{Pipeline, SubsidyYear};
use naru_core::{
    AdmissionState, BankCode, Decision, Language, MemberId, OrganisationId, OrganisationKind, Proposal, SubsidyId,
    SubsidyState, Won,
};
use naru_storage::overview::OrganisationLabel;
use naru_storage::{BudgetRow, OrganisationFilter, SubsidyRow};
use serde_json::json;

use super::desk::{DeniedView, DeskDone, DeskError, Said, denied_page};
use super::inspections::{HandedIn, InspectionsView, inspections};
use super::organisation::organisation_view;
use super::parts::{ProposalLine, lines};
use super::policies::{PoliciesView, WaitingPolicy, policies_page};
use super::proposals::{ProposalView, ProposalsView, proposal, proposals, rows, standing};
use super::rules::{Asked, found, rules, view as rules_view};
use super::samples::{NOW, at, counts, frame, ids, listed, member, names, organisation, proposed, stuck, whole};
use super::transfers::{TransferView, TransfersView, line, parts, postings, trail, transfer, transfers};
use super::{pipeline, subsidies};
use crate::page::{Frame, PageError};

/// A page with its name.
pub(crate) type Page = (String, Result<String, PageError>);

/// Every page of the desk in a language, with a fintech of this name.
pub(crate) fn pages(language: Language, name: &str) -> Vec<Page> {
    let mut pages = many(language, name);
    pages.extend(handed_in(language, name));
    pages.extend(one(language, name));
    pages.extend(waiting(language, name));
    pages.extend(money(language, name));
    let plain = Frame {
        language,
        here: "/operator".to_owned(),
        ..Frame::default()
    };
    let denied = DeniedView { own_href: "/fintech" };
    pages.push(("operator-denied".to_owned(), denied_page(&denied, &plain)));
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

fn handed_in(language: Language, name: &str) -> Vec<Page> {
    let frame = of(language, "/operator/inspections");
    let line = |service: &str, waits_for_signature| HandedIn {
        href: "/operator/inspections/ins_1".to_owned(),
        name: name.to_owned(),
        code: "moafin".to_owned(),
        kind: if service.is_empty() { "ORG" } else { "APP" },
        service: service.to_owned(),
        platform: "web".to_owned(),
        since: at(NOW),
        waits_for_signature,
    };
    let view = |lines, has_more| InspectionsView {
        lines,
        reopened: if has_more {
            vec![crate::inspector::samples::reopened(name)]
        } else {
            Vec::new()
        },
        has_more,
    };
    let full = view(vec![line("", false), line(name, true)], true);
    vec![
        ("operator-inspections".to_owned(), inspections(&full, &frame)),
        (
            "operator-inspections-empty".to_owned(),
            inspections(&view(Vec::new(), false), &frame),
        ),
    ]
}

fn one(language: Language, name: &str) -> Vec<Page> {
    let frame = of(language, "/operator/organisations/moafin");
    let mut pages = Vec::new();
    for state in AdmissionState::ALL {
        let whole = whole(name, *state);
        let to = ("/operator", member(0));
        let view = organisation_view(&whole, ("csrf-01".to_owned(), true), to, (at(NOW), language));
        pages.push((
            format!("operator-organisation-{state}"),
            super::organisation(&view, &frame),
        ));
    }
    let whole = whole(name, AdmissionState::Live);
    for error in DeskError::ALL {
        let mut view = organisation_view(
            &whole,
            ("csrf-01".to_owned(), true),
            ("/operator", member(1)),
            (at(NOW), language),
        );
        view.said.error = Some(*error);
        view.said.words = name.to_owned();
        let typed = [("form", "fact"), ("value", name), ("kind", "platform")];
        view.said.filled = typed.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        pages.push((
            format!("operator-organisation-error-{error}"),
            super::organisation(&view, &frame),
        ));
    }
    let view = organisation_view(
        &whole,
        (String::new(), false),
        ("/operator", member(1)),
        (at(NOW), language),
    );
    pages.push((
        "operator-organisation-reader".to_owned(),
        super::organisation(&view, &frame),
    ));
    let mut asked = Asked {
        day: "2020-05-01".to_owned(),
        inspection: "ORG".to_owned(),
        org_type: "EFIN".to_owned(),
        org_cleared_by: "SELF".to_owned(),
        isms: true,
        code: name.chars().take(40).collect(),
        ..Asked::default()
    };
    let mut answered = rules_view(asked.clone(), naru_rulebook::duty::Rules::embedded());
    let (facts, duty) = found(&asked.facts().unwrap(), naru_rulebook::duty::Rules::embedded());
    (answered.facts, answered.duty) = (facts, Some(duty));
    answered.organisation = Some(("moafin".to_owned(), name.to_owned()));
    asked.day = name.to_owned();
    let mut wrong = rules_view(asked, naru_rulebook::duty::Rules::embedded());
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
        let (waiting, decided) = all
            .iter()
            .cloned()
            .partition(|line: &ProposalLine| line.decision.is_none());
        let view = ProposalsView {
            said: Said {
                done: Some(*done),
                ..Said::default()
            },
            waiting,
            elsewhere: all.clone().into_iter().take(1).collect(),
            has_more: true,
            decided,
            decided_href: Some("/operator/proposals?decided=all".to_owned()),
        };
        pages.push((format!("operator-proposals-{done}"), proposals(&view, &frame)));
    }
    let nothing = ProposalsView {
        said: Said::default(),
        waiting: Vec::new(),
        elsewhere: Vec::new(),
        has_more: false,
        decided: Vec::new(),
        decided_href: None,
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
    let policy = |own: bool| WaitingPolicy {
        code: "moafin".to_owned(),
        name: name.to_owned(),
        insurer: name.to_owned(),
        number: "2020-113".to_owned(),
        cover_won: Won(1_000_000_000),
        from: "2020-01-01".to_owned(),
        to: "2020-12-31".to_owned(),
        recorded_at: at(NOW),
        document_href: own.then(|| "/operator/documents/rev_1".to_owned()),
        own,
        confirm_action: "/operator/policies/pol_1/confirm".to_owned(),
    };
    let view = |policies: Vec<WaitingPolicy>| PoliciesView {
        has_more: !policies.is_empty(),
        csrf: "csrf-03".to_owned(),
        said: Said::default(),
        acts: true,
        policies,
    };
    let waiting = view(vec![policy(false), policy(true)]);
    vec![
        ("operator-policies".to_owned(), policies_page(&waiting, &frame)),
        (
            "operator-policies-empty".to_owned(),
            policies_page(&view(Vec::new()), &frame),
        ),
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
