use naru_core::Day;

use super::{compile, due};
use crate::duty::given::KEYS;
use crate::duty::raw::{Book, NAME, RawRule, TEXT_FOR_TESTS};
use crate::duty::{Due, Facts, OrgType, Rules, Switches, YearCount};
use crate::{Inspection, embedded};

fn rules(text: &str) -> Result<Rules, String> {
    let raw: Vec<RawRule> = embedded::read("a test", text).map_err(|error| error.to_string())?;
    compile(&raw, Switches::default()).map_err(|error| error.to_string())
}

fn rule(replaced: &str, with: &str) -> String {
    let base = "- {id: R-A, inspection: ORG, effective_from: 2020-01-01, effective_to: null, if: any, \
                then: {method: AGENCY}, certainty: stated, source: a page}\n";
    assert!(base.contains(replaced));
    base.replace(replaced, with)
}

#[test]
fn the_embedded_rules_are_read_and_every_printed_date_is_its_switch_s_default() {
    let book: Book = embedded::read(NAME, TEXT_FOR_TESTS).unwrap();
    assert_eq!((book.rules.len(), book.cases.len(), book.notes.len()), (15, 15, 3));
    let rules = compile(&book.rules, Switches::default()).unwrap();
    for (raw, rule) in book.rules.iter().zip(rules.iter()) {
        assert_eq!(raw.effective_from.0, rule.effective_from, "{}", rule.id);
        assert_eq!(raw.effective_to.map(|day| day.0), rule.effective_to, "{}", rule.id);
        assert_eq!(rule.inspections, [raw.inspection], "{}", rule.id);
    }
    assert!(book._org_facts.iter().all(|fact| KEYS.contains(&fact.as_str())));
    assert_eq!(
        book._org_facts.len() + 2,
        KEYS.len(),
        "all facts, the day and the inspection"
    );
    assert_eq!(
        rules.find("R-APP-BASE").unwrap().terms.catalogues,
        ["fsi-web", "fsi-mobile"]
    );
    assert_eq!(Switches::reasons().len(), 5);
    assert!(Switches::reasons().iter().all(|reason| !reason.why.is_empty()));
    assert_eq!(rules.begins_on(), Some(Day(20_190_903)));
    assert!(
        rules
            .find("R-EXTEND")
            .unwrap()
            .because
            .as_ref()
            .unwrap()
            .contains("itself late")
    );
    assert!(rules.find("R-NONE").is_none());
}

#[test]
fn the_rules_compile_under_every_combination_of_switches() {
    let days = [Day(20_191_213), Day(20_200_101), Day(20_200_401)];
    for bits in 0..8_u8 {
        for from in days {
            for until in days {
                let switches = Switches {
                    fsc_release_effective_from: from,
                    efin_deferral_ends: until,
                    efin_isms_survives: bits & 1 != 0,
                    abolition_covers_app: bits & 2 != 0,
                    one_year_counts: if bits & 4 == 0 {
                        YearCount::ALL[0]
                    } else {
                        YearCount::ALL[1]
                    },
                };
                assert_eq!(Rules::with(switches).iter().count(), Rules::embedded().iter().count());
            }
        }
    }
}

#[test]
fn a_rule_that_is_not_understood_is_refused_with_its_id() {
    assert!(rules(&rule("stated", "stated (our reading)")).is_ok());
    for (replaced, with, expected) in [
        ("if: any", "if: anything", "R-A: `anything` is no fact"),
        ("stated", "surely", "R-A: `surely` is no certainty"),
        (
            "method: AGENCY",
            "due: soon",
            "`soon` is not before-launch, launch + P1Y or",
        ),
        ("method: AGENCY", "due: launch + P1M", "`P1M` is no period"),
        (
            "method: AGENCY",
            "due: launch + P11Y",
            "`P11Y` is no period of 1 to 10 years",
        ),
        ("method: AGENCY", "method: AGENCY, method_added: SELF", "say the same"),
        ("method: AGENCY", "extra: CONFIRMATION, by: AGENCY", "has a day"),
        ("method: AGENCY", "extra: CONFIRMATION, due: 2020-06-30", "by AGENCY"),
        ("method: AGENCY", "instead_of: RESTRICT_SERVICE", "without `may`"),
        (
            "method: AGENCY",
            "method_removed: SELF, spares: {rule: R-B, when: efin_isms_survives}",
            "`R-B` is no rule",
        ),
        (
            "method: AGENCY",
            "method_removed: SELF, spares: {rule: R-A, when: tuesday}",
            "`tuesday` is no switch",
        ),
        ("method: AGENCY", "method: NOBODY", "`NOBODY` is no method"),
        ("method: AGENCY", "mehtod: AGENCY", "mehtod"),
        ("source: a page", "source: a page, supersedes: R-Z", "`R-Z` is no rule"),
        (
            "source: a page",
            "source: a page, also: {inspection: APP, when: one_year_counts}",
            "no switch that is on",
        ),
        (
            "source: a page",
            "source: a page, hangs_on: {effective_from: efin_isms_survives}",
            "no switch that is a day",
        ),
        ("source: a page", "source: a page, note: new", "note"),
        ("effective_from: 2020-01-01", "effective_from: 2020-02-30", "2020-02-30"),
    ] {
        let error = rules(&rule(replaced, with)).unwrap_err();
        assert!(error.contains(expected), "{with}: {error}");
    }
    let twice = rule("any", "any") + &rule("any", "any");
    assert!(rules(&twice).unwrap_err().contains("the id occurs twice"));
    let many: String = (0..65).map(|n| rule("R-A", &format!("R-{n}"))).collect();
    assert!(rules(&many).unwrap_err().contains("more than 64 rules"));
}

#[test]
fn due_words_are_read() {
    assert_eq!(due("before-launch"), Ok(Due::BeforeLaunch));
    assert_eq!(due("launch + P1Y"), Ok(Due::YearsAfterLaunch(1)));
    assert_eq!(due("2020-06-30"), Ok(Due::On(Day(20_200_630))));
}

#[test]
fn the_end_of_a_rule_is_a_change_of_its_own() {
    let short = rules(&rule("effective_to: null", "effective_to: 2020-03-31")).unwrap();
    let facts = Facts::new(Day(20_200_101), Inspection::Org, OrgType::Bank);
    let changes = short.changes(&facts, Day(20_191_201), Day(20_201_231));
    let days: Vec<Day> = changes.iter().map(|(day, _)| *day).collect();
    assert_eq!(days, [Day(20_191_201), Day(20_200_101), Day(20_200_401)]);
}
