//! The organisation link: what a refusal names.

use super::*;

#[test]
fn a_closed_gate_is_named_whether_or_not_the_organisation_was_let_in() {
    for state in [
        AdmissionState::Live,
        AdmissionState::Applied,
        AdmissionState::Restricted,
    ] {
        let mut standing = sound();
        admission_of(&mut standing).state = state;
        admission_of(&mut standing).gates[1].open = false;
        let verdict = judge(&standing, &LOOK);
        let (_, _, evidence) = verdict.broken().expect("a gate is closed");
        let named = |fact: Fact| evidence.contains(&fact);
        assert!(named(Fact::new("gate", Gate::FunctionTest)), "{state}: {evidence:?}");
        assert!(
            named(Fact::new("rule", "R-ORG-BASE")) && named(Fact::new("evidence", "ins_1")),
            "{state}"
        );
    }
}
