use super::*;
use naru_core::{
    Chance, FactId, FactKind, FunctionTestId, InspectionId, MemberId, Organisation, OrganisationId, OrganisationKind,
    PolicyId,
};
use naru_rulebook::duty::OrgType;
use naru_storage::{Clearance, FactRow, PolicyRow};

const NOON: &str = "120000";

fn at(day: &str) -> Timestamp {
    Timestamp::from_compact(&format!("{day}{NOON}")).unwrap()
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn dossier(state: AdmissionState) -> Dossier {
    let now = at("20260101");
    Dossier {
        organisation: Organisation {
            id: OrganisationId::new(now, &Chance::seeded(1)),
            code: "blue-pay".to_owned(),
            kind: OrganisationKind::Fintech,
            name: "blue".to_owned(),
            state,
            state_since: now,
            state_reason: String::new(),
            gates: Vec::new(),
            duty: StandingDuty::default(),
            insured_won: Won(0),
            withdraw_day_won: Won(1_000),
            created_at: now,
            version: 1,
        },
        facts: Vec::new(),
        clearances: Vec::new(),
        policies: Vec::new(),
        function_test: None,
    }
}

fn fact(dossier: &mut Dossier, kind: FactKind, value: &str, (from, to): (&str, Option<&str>)) {
    dossier.facts.push(FactRow {
        id: FactId::new(at("20260101"), &Chance::seeded(2)),
        organisation_id: dossier.organisation.id,
        kind,
        value: value.to_owned(),
        valid_from: day(from),
        valid_to: to.map(day),
        evidence: String::new(),
        recorded_by: String::new(),
        recorded_at: at("20260101"),
        ended_at: None,
    });
}

fn clearance(dossier: &mut Dossier, machine: &str, (kind, platform): (&str, &str), state: &str) {
    dossier.clearances.push(Clearance {
        inspection_id: InspectionId::new(at("20260101"), &Chance::seeded(3)),
        organisation_id: dossier.organisation.id,
        machine: machine.to_owned(),
        kind: kind.to_owned(),
        platform: platform.to_owned(),
        state: state.to_owned(),
        since: at("20260101"),
        cleared_at: at("20260101"),
        confirmed_at: (state == "CONFIRMED").then(|| at("20260101")),
        valid_until: None,
    });
}

fn policy(dossier: &mut Dossier, cover: i64, (from, to): (&str, &str)) {
    let member = MemberId::new(at("20260101"), &Chance::seeded(4));
    dossier.policies.push(PolicyRow {
        id: PolicyId::new(at("20260101"), &Chance::seeded(5)),
        organisation_id: dossier.organisation.id,
        insurer: "서울보증".to_owned(),
        number: "1".to_owned(),
        cover_won: Won(cover),
        from_day: day(from),
        to_day: day(to),
        revision_id: None,
        recorded_by: member,
        recorded_at: at("20260101"),
        confirmed_by: Some(member),
        confirmed_at: Some(at("20260101")),
        ended_at: None,
    });
}

fn gate(dossier: &Dossier, gate: Gate, now: Timestamp) -> GateStanding {
    let worked = worked_out(dossier, Rules::embedded(), &AdmissionSettings::default(), now);
    let found = worked.gates.into_iter().find(|standing| standing.gate == gate);
    found.expect("every gate is worked out")
}

#[test]
fn nothing_done_leaves_every_gate_closed_and_says_why() {
    let worked = worked_out(
        &dossier(AdmissionState::Applied),
        Rules::embedded(),
        &AdmissionSettings::default(),
        at("20260201"),
    );
    assert_eq!(worked.gates.iter().map(|g| g.gate).collect::<Vec<_>>(), Gate::ALL);
    for gate in &worked.gates {
        assert!(
            !gate.open && !gate.rule.is_empty() && !gate.evidence.is_empty(),
            "{gate:?}"
        );
    }
    assert_eq!(worked.duty.status, "BLOCKED_BEFORE_LAUNCH");
}

#[test]
fn everything_done_opens_every_gate() {
    let mut whole = dossier(AdmissionState::Suitable);
    whole.function_test = Some(FunctionTestId::new(at("20260101"), &Chance::seeded(9)));
    fact(&mut whole, FactKind::Platform, "web", ("20260101", None));
    fact(&mut whole, FactKind::Platform, "android", ("20260101", None));
    clearance(&mut whole, "org-inspection", ("ORG", ""), "FINAL_REPORTED");
    clearance(&mut whole, "app-inspection", ("APP", "web"), "FINAL_REPORTED");
    policy(&mut whole, 2_000, ("20260101", "20261231"));
    let service = gate(&whole, Gate::ServiceInspection, at("20260201"));
    assert!(!service.open, "a platform is not inspected");
    assert_eq!(service.evidence, "not inspected: android");
    clearance(&mut whole, "app-inspection", ("APP", "android"), "FINAL_REPORTED");
    for standing in Gate::ALL {
        assert!(gate(&whole, *standing, at("20260201")).open, "{standing}");
    }
    let insurance = gate(&whole, Gate::GuaranteeInsurance, at("20260201"));
    assert_eq!(
        insurance.until,
        Some(day("20270101").start()),
        "it closes by itself after its last day"
    );
}

#[test]
fn insurance_covers_limits_by_the_required_share() {
    let mut insured = dossier(AdmissionState::Live);
    policy(&mut insured, 1_999, ("20260101", "20261231"));
    assert!(
        !gate(&insured, Gate::GuaranteeInsurance, at("20260201")).open,
        "200 % of 1,000 is 2,000"
    );
    policy(&mut insured, 1, ("20260101", "20260331"));
    let both = gate(&insured, Gate::GuaranteeInsurance, at("20260201"));
    assert_eq!(
        both.until,
        Some(day("20260401").start()),
        "with the smaller one the cover ends"
    );
    assert!(!gate(&insured, Gate::GuaranteeInsurance, at("20260401")).open);
}

#[test]
fn a_self_inspection_that_rests_on_a_certificate_ends_with_it() {
    let mut resting = dossier(AdmissionState::Live);
    fact(
        &mut resting,
        FactKind::IsmsCertificate,
        "ISMS-1",
        ("20260101", Some("20260630")),
    );
    clearance(&mut resting, "self-inspection", ("ORG", ""), "ACCEPTED");
    let standing = gate(&resting, Gate::OrganisationInspection, at("20260201"));
    assert!(standing.open, "{standing:?}");
    assert_eq!(standing.until, Some(day("20260701").start()));
    assert!(!gate(&resting, Gate::OrganisationInspection, at("20260701")).open);
    let mut agency = resting.clone();
    clearance(&mut agency, "org-inspection", ("ORG", ""), "FINAL_REPORTED");
    assert_eq!(
        gate(&agency, Gate::OrganisationInspection, at("20260201")).until,
        None,
        "the agency's word stands by itself"
    );
}

#[test]
fn an_overdue_fintech_is_cut_off_by_people_and_let_in_by_nobody() {
    let overdue = |state| {
        let mut bank = dossier(state);
        fact(&mut bank, FactKind::LegalType, "BANK", ("20200101", None));
        fact(&mut bank, FactKind::Launched, "", ("20250101", None));
        gate(&bank, Gate::OrganisationInspection, at("20260201"))
    };
    assert!(overdue(AdmissionState::Live).open);
    for state in [AdmissionState::Suitable, AdmissionState::Restricted] {
        assert!(!overdue(state).open, "{state}");
    }
    assert!(
        overdue(AdmissionState::Live)
            .evidence
            .contains("duty=OVERDUE due=20260101"),
        "{:?}",
        overdue(AdmissionState::Live)
    );
}

#[test]
fn a_team_of_its_own_lets_a_bank_inspect_its_services_itself() {
    let mut bank = dossier(AdmissionState::Suitable);
    fact(&mut bank, FactKind::LegalType, "BANK", ("20200101", None));
    fact(&mut bank, FactKind::Platform, "ios", ("20260101", None));
    clearance(&mut bank, "self-inspection", ("APP", "ios"), "ACCEPTED");
    assert!(!gate(&bank, Gate::ServiceInspection, at("20260201")).open);
    fact(&mut bank, FactKind::OwnTeam, "", ("20260101", Some("20260531")));
    let own = gate(&bank, Gate::ServiceInspection, at("20260201"));
    assert_eq!((own.open, own.until), (true, Some(day("20260601").start())));
}

#[test]
fn a_platform_to_come_closes_the_gate_on_its_day() {
    let mut growing = dossier(AdmissionState::Live);
    fact(&mut growing, FactKind::Platform, "web", ("20260101", None));
    clearance(&mut growing, "app-inspection", ("APP", "web"), "FINAL_REPORTED");
    fact(&mut growing, FactKind::Platform, "ios", ("20260901", None));
    let standing = gate(&growing, Gate::ServiceInspection, at("20260201"));
    assert_eq!((standing.open, standing.until), (true, Some(day("20260901").start())));
}

#[test]
fn a_past_day_is_seen_with_the_facts_and_clearances_that_held_on_it() {
    let mut dossier = dossier(AdmissionState::Live);
    fact(&mut dossier, FactKind::LegalType, "EFIN", ("20200101", None));
    dossier.facts[0].ended_at = Some(at("20260310"));
    fact(
        &mut dossier,
        FactKind::Extension,
        "20260201",
        ("20260220", Some("20260401")),
    );
    clearance(&mut dossier, "self-inspection", ("ORG", ""), "CONFIRMED");
    dossier.clearances[0].cleared_at = at("20260201");
    dossier.clearances[0].confirmed_at = Some(at("20260305"));
    dossier.clearances[0].since = at("20260305");
    let on = |text: &str| dossier.facts_on(day(text), Inspection::Org);
    assert_eq!(
        on("20260309").org_type,
        OrgType::Efin,
        "it held until it was taken back"
    );
    assert_eq!(on("20260310").org_type, OrgType::Other);
    assert_eq!(on("20260219").extension_until, None, "not granted yet");
    assert_eq!(on("20260220").extension_until, Some(day("20260401")));
    assert_eq!(on("20260131").org_cleared_by, None);
    assert_eq!(on("20260201").org_cleared_by, Some(Method::SelfInspection));
    assert!(!on("20260304").org_confirmed, "cleared, and confirmed later");
    assert!(on("20260305").org_confirmed);
}
