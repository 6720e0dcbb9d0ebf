//! Words for what the hub writes down for machines: what a signal saw, and what a gate rests on. Rows and logs keep
//! their own short English; every page shows it through [`observed`] and [`evidence`], in the language of the page.
//!
//! How to use it: give `observed(&row, language)` to the template as a sentence, and the row's own `summary`, if at
//! all, below it as the original with `lang="en"`; show `evidence(&standing.evidence, language)` as pairs of a label
//! and a value, where a pair without a label is a sentence.

use naru_core::{Language, SignalKind, SignalOutcome};
use naru_storage::ObservationRow;
use serde_json::Value;

use crate::message::{Message, fill};
use crate::page::{amount, plain_text};

/// The checks of the prober that have a word; any other is called a check.
const CHECKS: [&str; 25] = [
    "asked",
    "cache-control",
    "chain",
    "content-security-policy",
    "cookies",
    "current-versions",
    "dated",
    "expiry",
    "frames",
    "key",
    "korean",
    "name",
    "no-certificate",
    "old-versions",
    "other",
    "reachable",
    "referrer-policy",
    "right-certificate",
    "signature",
    "strict-transport-security",
    "tls12-suites",
    "tls13-suites",
    "weak-suites",
    "wrong-certificate",
    "x-content-type-options",
];
/// The sentences for what a signal saw.
#[cfg(test)]
const SENTENCES: [&str; 23] = [
    "calls_none",
    "calls_backed",
    "calls_unbacked",
    "leaver_late",
    "leaver_no_directory",
    "leaver_none",
    "leaver_unmeasured",
    "leavers",
    "unused",
    "unused_nobody",
    "unused_not_counted",
    "unused_none",
    "insured",
    "insured_none",
    "insured_small",
    "isms_not_claimed",
    "isms_over",
    "isms_holds",
    "checks_passed",
    "check_told",
    "unreachable",
    "not_looked",
    "unknown",
];
/// What the evidence of a gate names.
const LABELS: [&str; 14] = [
    "state",
    "since",
    "duty",
    "due",
    "confirmation_due",
    "inspection",
    "by",
    "policy",
    "insured_won",
    "limits_won",
    "web",
    "android",
    "ios",
    "test",
];
/// The evidence of a gate that is a sentence, with its key.
const SAID: [(&str, &str); 3] = [
    ("not passed", "said_not_passed"),
    ("no platform was named", "said_no_platform"),
    ("no confirmed policy is in force", "said_no_policy"),
];

/// Every key that this room says; the tests of the messages read them.
#[cfg(test)]
pub(crate) fn keys() -> Vec<String> {
    let checks = CHECKS.iter().map(|name| format!("wording.check.{name}"));
    let outcomes = ["pass", "fail", "error", "not_tested", "warns"].map(|word| format!("wording.outcome_{word}"));
    let sentences = SENTENCES.iter().map(|word| format!("wording.{word}"));
    let labels = LABELS.iter().map(|word| format!("wording.label_{word}"));
    let said = SAID.iter().map(|(_, key)| format!("wording.{key}"));
    let catalogues = naru_rulebook::catalogue::Catalogues::embedded().iter();
    let controls = catalogues.flat_map(|catalogue| &catalogue.controls);
    let hints = controls.flat_map(|control| control.evidence.iter().map(|text| hint_key(text)));
    let others = ["wording.said_not_inspected", "wording.by_AGENCY", "wording.by_SELF"].map(str::to_owned);
    checks
        .chain(outcomes)
        .chain(sentences)
        .chain(labels)
        .chain(said)
        .chain(others)
        .chain(hints)
        .collect()
}

fn say(key: &str, values: &[(&str, String)], language: Language) -> String {
    let Some(message) = Message::of(&format!("wording.{key}")) else {
        return String::new();
    };
    let value_of = |name: &str| {
        let found = values.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone())
    };
    fill(message.text(language), value_of).unwrap_or_default()
}

/// What may be looked at for a control, as the catalogues suggest it in English; what has no word stays as it is.
pub(crate) fn hint(text: &str, language: Language) -> String {
    let said = plain_text(&hint_key(text), language);
    if said.is_empty() { text.to_owned() } else { said }
}

/// `wording.hint.approved-policy-set` for `approved policy set`.
fn hint_key(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!("wording.hint.{}", words.join("-"))
}

/// What a look at a signal saw, as one or more sentences.
pub(crate) fn observed(row: &ObservationRow, language: Language) -> String {
    let raw: Value = serde_json::from_str(&row.raw).unwrap_or_default();
    let found = match row.signal {
        SignalKind::ConsentLedger => calls(&raw),
        SignalKind::ScimLeaver => leavers(&raw),
        SignalKind::DormantCredential => unused(&raw, row.outcome),
        SignalKind::Insurance => insured(&raw, row.outcome, language),
        SignalKind::IsmsCert => isms(row.outcome),
        _ => return checks(&raw, row.outcome, language),
    };
    let (key, values) = found.unwrap_or(("unknown", Vec::new()));
    say(key, &values, language)
}

type Sentence = (&'static str, Vec<(&'static str, String)>);

fn number(raw: &Value, name: &str) -> Option<i64> {
    raw.get(name).and_then(Value::as_i64)
}

fn calls(raw: &Value) -> Option<Sentence> {
    let (calls, unbacked) = (number(raw, "calls")?, number(raw, "without_consent")?);
    let told = vec![("calls", calls.to_string())];
    Some(match (calls, unbacked) {
        (0, _) => ("calls_none", Vec::new()),
        (_, 0) => ("calls_backed", told),
        _ => (
            "calls_unbacked",
            vec![("calls", calls.to_string()), ("count", unbacked.to_string())],
        ),
    })
}

fn leavers(raw: &Value) -> Option<Sentence> {
    let measured = number(raw, "measured")?;
    let late = raw.get("late").and_then(Value::as_array).map_or(0, Vec::len);
    let is_connected = raw.get("directory").and_then(Value::as_bool).unwrap_or(false);
    Some(match (late, number(raw, "longest_us")) {
        (1.., _) => ("leaver_late", vec![("count", late.to_string())]),
        _ if !is_connected => ("leaver_no_directory", Vec::new()),
        (_, None) => ("leaver_none", Vec::new()),
        _ if number(raw, "not_measured").unwrap_or(0) > 0 => ("leaver_unmeasured", Vec::new()),
        (_, Some(longest)) => (
            "leavers",
            vec![("count", measured.to_string()), ("ms", (longest / 1_000).to_string())],
        ),
    })
}

fn unused(raw: &Value, outcome: SignalOutcome) -> Option<Sentence> {
    let of = |name| number(raw, name);
    let (members, clients, weak) = (
        of("unused_members")?,
        of("unused_clients")?,
        of("without_strong_sign_in")?,
    );
    Some(match outcome {
        SignalOutcome::Fail => (
            "unused",
            vec![
                ("members", members.to_string()),
                ("clients", clients.to_string()),
                ("weak", weak.to_string()),
            ],
        ),
        SignalOutcome::Pass => ("unused_none", Vec::new()),
        _ if of("members") == Some(0) => ("unused_nobody", Vec::new()),
        _ => ("unused_not_counted", Vec::new()),
    })
}

fn insured(raw: &Value, outcome: SignalOutcome, language: Language) -> Option<Sentence> {
    let won = |name| Some(amount(number(raw, name)?, language));
    let told = vec![("insured", won("insured_won")?), ("limits", won("limits_won")?)];
    Some(match (outcome, number(raw, "policies")?) {
        (SignalOutcome::Pass, _) => ("insured", told),
        (_, 0) => ("insured_none", Vec::new()),
        _ => ("insured_small", told),
    })
}

const fn isms(outcome: SignalOutcome) -> Option<Sentence> {
    Some(match outcome {
        SignalOutcome::Pass => ("isms_holds", Vec::new()),
        SignalOutcome::Fail => ("isms_over", Vec::new()),
        SignalOutcome::NotApplicable => ("isms_not_claimed", Vec::new()),
        _ => return None,
    })
}

/// What the prober told: every check that did not simply pass, or how many did.
fn checks(raw: &Value, outcome: SignalOutcome, language: Language) -> String {
    let Some(all) = raw.get("checks").and_then(Value::as_array) else {
        let key = match outcome {
            SignalOutcome::Error => "unreachable",
            SignalOutcome::NotTested => "not_looked",
            _ => "unknown",
        };
        return say(key, &[], language);
    };
    let told: Vec<String> = all.iter().filter_map(|check| told(check, language)).collect();
    if told.is_empty() {
        say("checks_passed", &[("count", all.len().to_string())], language)
    } else {
        told.join(" · ")
    }
}

fn told(check: &Value, language: Language) -> Option<String> {
    let outcome = check.get("outcome").and_then(Value::as_str).unwrap_or("error");
    let warns = check.get("warns").and_then(Value::as_bool).unwrap_or(false);
    let word = match outcome {
        "pass" if warns => "warns",
        "pass" => return None,
        "fail" | "not_tested" => outcome,
        _ => "error",
    };
    let name = check.get("name").and_then(Value::as_str).unwrap_or_default();
    let name = if CHECKS.contains(&name) { name } else { "other" };
    let values = [
        ("check", say(&format!("check.{name}"), &[], language)),
        ("outcome", say(&format!("outcome_{word}"), &[], language)),
    ];
    Some(say("check_told", &values, language))
}

/// What a gate rests on: a label and a value each; a pair without a label is a sentence.
pub(crate) fn evidence(text: &str, language: Language) -> Vec<(String, String)> {
    if text.is_empty() {
        return Vec::new();
    }
    let sentence = |said: String| vec![(String::new(), said)];
    if let Some((_, key)) = SAID.iter().find(|(said, _)| *said == text) {
        return sentence(say(key, &[], language));
    }
    if let Some(platforms) = text.strip_prefix("not inspected: ") {
        let named = platforms.split(' ').map(|platform| label(platform, language));
        let named = [("platforms", named.collect::<Vec<_>>().join(", "))];
        return sentence(say("said_not_inspected", &named, language));
    }
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in text.split(' ') {
        match (part.split_once('='), pairs.last_mut()) {
            (Some((name, value)), _) => pairs.push((name.to_owned(), value.to_owned())),
            // A value with a blank in it, such as a moment.
            (None, Some((_, value))) => {
                value.push(' ');
                value.push_str(part);
            }
            (None, None) => pairs.push(("test".to_owned(), part.to_owned())),
        }
    }
    let said = |(name, value): (String, String)| (label(&name, language), value_of(&name, &value, language));
    pairs.into_iter().map(said).collect()
}

fn label(name: &str, language: Language) -> String {
    if LABELS.contains(&name) {
        say(&format!("label_{name}"), &[], language)
    } else {
        name.to_owned()
    }
}

fn value_of(name: &str, value: &str, language: Language) -> String {
    let word = |key: String| Some(plain_text(&key, language)).filter(|said| !said.is_empty());
    let said = match name {
        "state" => word(format!("operator.state_{value}")),
        "duty" => word(format!("operator.duty_{value}")),
        "by" => word(format!("wording.by_{value}")),
        "insured_won" | "limits_won" => value.parse().ok().map(|won| amount(won, language)),
        "since" => Some(value.chars().take("2026-11-21 14:03".len()).collect()),
        "due" | "confirmation_due" if value.len() == 8 && value.bytes().all(|b| b.is_ascii_digit()) => {
            let (year, rest) = value.split_at(4);
            let (month, day) = rest.split_at(2);
            Some(format!("{year}-{month}-{day}"))
        }
        _ => None,
    };
    said.unwrap_or_else(|| value.to_owned())
}

#[cfg(test)]
#[path = "wording_tests.rs"]
mod tests;
