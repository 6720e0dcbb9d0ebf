//! Invented organisations, proposals and transfers, for the tests of the pages of the desk and the supervisor.

use std::collections::HashMap;

use naru_admission::duty::Dossier;
use naru_admission::organisation::overview::Whole;
use naru_admission::proposal::view::{Listed, Named};
use naru_banking::transfer::settlement::Case;
use naru_core::{
    AdmissionState, BankCode, Chance, Decision, FactId, FactKind, Gate, GateStanding, Language, MemberId, NoticeId,
    NoticeKind, Organisation, OrganisationId, OrganisationKind, PolicyId, Proposal, ProposalId, ProposalKind, Role,
    Roles, StandingDuty, Timestamp, Won,
};
use naru_storage::overview::OrganisationLabel;
use naru_storage::{FactRow, NoticeRow, OrganisationCount, PolicyRow};
use serde_json::json;

use super::desk::ways;
use crate::page::{Frame, StaffFrame};

pub(crate) const NOW: &str = "20200801093000";

pub(crate) fn at(compact: &str) -> Timestamp {
    Timestamp::from_compact(compact).unwrap()
}

pub(super) fn ids() -> Chance {
    Chance::seeded(41)
}

/// The frame of a page of a console.
pub(crate) fn frame(language: Language, here: &str, kind: OrganisationKind) -> Frame {
    Frame {
        language,
        here: here.to_owned(),
        wide: true,
        staff: Some(StaffFrame {
            organisation: "한강운영원".to_owned(),
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

pub(super) fn member(nth: usize) -> MemberId {
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
        decided_by: decision
            .filter(|decision| *decision != Decision::Void)
            .map(|_| member(1)),
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
        rules: naru_rulebook::duty::Rules::embedded(),
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

pub(super) fn listed(reason: &str) -> Listed {
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
