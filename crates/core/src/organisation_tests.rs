use super::*;
use crate::Chance;
use AdmissionEvent as E;
use AdmissionState as S;

const NOW: Timestamp = Timestamp(1_790_000_000_000_000);

#[test]
fn every_admission_state_and_event() {
    let moves = [
        (S::Applied, E::ApproveSuitability, S::Suitable),
        (S::Applied, E::Refuse, S::Refused),
        (S::Suitable, E::AllGatesOpen, S::Live),
        (S::Live, E::Restrict, S::Restricted),
        (S::Live, E::ExtendDeadline, S::Live),
        (S::Restricted, E::DutyMet, S::Live),
        (S::Restricted, E::Terminate, S::Terminated),
        (S::Live, E::Leave, S::Terminated),
    ];
    for state in S::ALL.iter().copied() {
        for event in E::ALL.iter().copied() {
            let expected = moves.iter().find(|(from, on, _)| (*from, *on) == (state, event));
            assert_eq!(state.apply(event), expected.map(|(_, _, to)| *to), "{state} × {event}");
        }
    }
}

fn admission() -> Admission {
    let open = |gate: &Gate| GateStanding {
        gate: *gate,
        open: true,
        until: None,
        rule: "R".to_owned(),
        evidence: "e".to_owned(),
    };
    Admission {
        organisation_id: OrganisationId::new(NOW, &Chance::seeded(1)),
        state: S::Live,
        state_since: NOW,
        gates: Gate::ALL.iter().map(open).collect(),
        insured_won: Won(100),
        withdraw_day_won: Won(100),
    }
}

#[test]
fn a_gate_is_closed_by_hand_by_time_and_by_absence() {
    assert_eq!(admission().closed_gate(NOW), None);
    for (index, gate) in Gate::ALL.iter().copied().enumerate() {
        let mut shut = admission();
        shut.gates[index].open = false;
        assert_eq!(shut.closed_gate(NOW).map(|closed| closed.gate), Some(gate));
        let mut lapsed = admission();
        lapsed.gates[index].until = Some(NOW);
        assert_eq!(lapsed.closed_gate(NOW).map(|closed| closed.gate), Some(gate));
        assert_eq!(lapsed.closed_gate(NOW.plus_seconds(-1)), None);
        let mut unknown = admission();
        unknown.gates.remove(index);
        let closed = unknown.closed_gate(NOW).expect("what was never examined is closed");
        assert_eq!((closed.gate, closed.rule.as_str()), (gate, "never-examined"));
    }
}

#[test]
fn insurance_must_cover_the_limits_of_this_very_moment() {
    let mut raised = admission();
    raised.withdraw_day_won = Won(101);
    let closed = raised.closed_gate(NOW).expect("the cover is too small");
    assert_eq!(closed.gate, Gate::GuaranteeInsurance);
    assert_eq!(closed.evidence, "insured_won=100 limits_won=101");
}

#[test]
fn gates_survive_their_writing() {
    let gates = admission().gates;
    let text = serde_json::to_string(&gates).unwrap();
    assert_eq!(serde_json::from_str::<Vec<GateStanding>>(&text).unwrap(), gates);
}
