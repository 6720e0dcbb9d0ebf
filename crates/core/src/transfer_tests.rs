//! Every state × event pair of a transfer, and the columns it is stored in.

use super::*;
use LegKind::{Credit, Debit, Reversal};
use TransferEvent::{Answer, Approve, Attest, Expire, Lost, Reject};
use TransferState as S;

fn yes() -> Outcome {
    Outcome::Yes(LegFacts::default())
}
fn no() -> Outcome {
    Outcome::No {
        code: "453".into(),
        message: String::new(),
    }
}
fn silence() -> Outcome {
    Outcome::Unknown { code: String::new() }
}
fn down() -> Outcome {
    Outcome::Down { code: "111".into() }
}
fn written_no() -> Attested {
    Attested::NotCarriedOut { code: "453".into() }
}
fn unknown(leg: LegKind) -> S {
    S::Unknown {
        leg,
        because: if leg == Reversal { "412".into() } else { String::new() },
    }
}

fn states() -> Vec<S> {
    vec![
        S::Held { until: Timestamp(9) },
        S::Challenged { until: Timestamp(9) },
        S::Refused,
        S::Debiting,
        S::Crediting,
        S::Reversing { because: "412".into() },
        unknown(Debit),
        unknown(Credit),
        unknown(Reversal),
        S::Completed,
        S::Failed { code: "453".into() },
        S::Reversed { because: "412".into() },
        S::Stuck { code: "411".into() },
    ]
}

fn events() -> Vec<TransferEvent> {
    let mut events = vec![Approve, Reject, Expire, Lost];
    for leg in [Debit, Credit, Reversal] {
        events.extend([yes(), no(), silence(), down()].map(|outcome| Answer(leg, outcome)));
        events.extend([Attested::CarriedOut, written_no()].map(|told| Attest(leg, told)));
    }
    events
}

/// The whole table of legal moves; every pair that is not here must be illegal.
fn legal() -> Vec<(S, TransferEvent, S)> {
    let failed = |code: &str| S::Failed { code: code.into() };
    let reversing = |code: &str| S::Reversing { because: code.into() };
    let reversed = S::Reversed { because: "412".into() };
    let stuck = S::Stuck { code: "453".into() };
    let mut table = vec![
        (S::Debiting, Answer(Debit, yes()), S::Crediting),
        (S::Debiting, Answer(Debit, no()), failed("453")),
        (S::Debiting, Answer(Debit, silence()), unknown(Debit)),
        (S::Debiting, Answer(Debit, down()), failed("111")),
        (S::Debiting, Lost, unknown(Debit)),
        (S::Crediting, Answer(Credit, yes()), S::Completed),
        (S::Crediting, Answer(Credit, no()), reversing("453")),
        (S::Crediting, Answer(Credit, silence()), unknown(Credit)),
        (S::Crediting, Answer(Credit, down()), reversing("111")),
        (S::Crediting, Lost, unknown(Credit)),
        (reversing("412"), Answer(Reversal, yes()), reversed.clone()),
        (reversing("412"), Answer(Reversal, no()), stuck.clone()),
        (reversing("412"), Answer(Reversal, silence()), unknown(Reversal)),
        (reversing("412"), Answer(Reversal, down()), unknown(Reversal)),
        (reversing("412"), Lost, unknown(Reversal)),
        (unknown(Debit), Answer(Debit, yes()), S::Crediting),
        (unknown(Debit), Answer(Debit, no()), failed("453")),
        (unknown(Credit), Answer(Credit, yes()), S::Completed),
        (unknown(Credit), Answer(Credit, no()), reversing("453")),
        (unknown(Reversal), Answer(Reversal, yes()), reversed.clone()),
        (unknown(Reversal), Answer(Reversal, no()), stuck.clone()),
        (unknown(Debit), Attest(Debit, Attested::CarriedOut), S::Crediting),
        (unknown(Debit), Attest(Debit, written_no()), failed("453")),
        (unknown(Credit), Attest(Credit, Attested::CarriedOut), S::Completed),
        (unknown(Credit), Attest(Credit, written_no()), reversing("453")),
        (unknown(Reversal), Attest(Reversal, Attested::CarriedOut), reversed),
        (unknown(Reversal), Attest(Reversal, written_no()), stuck),
    ];
    // What refused the credit is not in a stuck state: the transfer itself adds it.
    let given_back = S::Reversed { because: String::new() };
    let stuck = || S::Stuck { code: "411".into() };
    table.push((stuck(), Attest(Reversal, Attested::CarriedOut), given_back));
    table.push((stuck(), Attest(Credit, Attested::CarriedOut), S::Completed));
    for waiting in [S::Held { until: Timestamp(9) }, S::Challenged { until: Timestamp(9) }] {
        table.push((waiting.clone(), Approve, S::Debiting));
        table.push((waiting.clone(), Reject, S::Refused));
        table.push((waiting, Expire, S::Refused));
    }
    for leg in [Debit, Credit, Reversal] {
        table.push((unknown(leg), Answer(leg, silence()), unknown(leg)));
        table.push((unknown(leg), Answer(leg, down()), unknown(leg)));
        table.push((unknown(leg), Lost, unknown(leg)));
    }
    table
}

#[test]
fn every_transfer_state_and_event() {
    let legal = legal();
    let mut seen = 0;
    for state in states() {
        for event in events() {
            let expected = legal
                .iter()
                .find(|(from, by, _)| *from == state && *by == event)
                .map(|(.., to)| to);
            let got = state.clone().apply(event.clone());
            match expected {
                Some(to) => {
                    seen += 1;
                    assert_eq!(got.as_ref(), Ok(to), "{state:?} × {event:?}");
                }
                None => assert!(got.is_err(), "{state:?} × {event:?} must be illegal, gave {got:?}"),
            }
        }
    }
    assert_eq!(seen, legal.len(), "every row of the table was reached");
}

#[test]
fn silence_never_ends_a_transfer() {
    for state in states() {
        for leg in [Debit, Credit, Reversal] {
            if let Ok(after) = state.clone().apply(Answer(leg, silence())) {
                assert!(!after.is_final(), "{state:?} ended in {after:?} by silence");
            }
        }
    }
}

#[test]
fn states_survive_their_columns_and_impossible_columns_are_refused() {
    for state in states() {
        let (word, leg, code, until) = state.columns();
        assert_eq!(S::from_columns(word, leg, code, until), Ok(state));
    }
    for (word, leg, until) in [
        ("unknown", None, None),
        ("completed", Some(Debit), None),
        ("held", None, None),
        ("debiting", None, Some(Timestamp(1))),
        ("done", None, None),
    ] {
        assert!(
            S::from_columns(word, leg, String::new(), until).is_err(),
            "{word} {leg:?} {until:?}"
        );
    }
}
