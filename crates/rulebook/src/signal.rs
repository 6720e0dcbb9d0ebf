//! What can be observed of an organisation without asking it: signals, how far each can be trusted, how long an
//! observation stays fresh, and the controls it feeds. A stale observation is stale, never a pass.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::{BookError, embedded};

const NAME: &str = "automation-signals.yaml";
const TEXT: &str = include_str!("../data/automation-signals.yaml");

/// A kind of observation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signal {
    /// Such as `sig-tls-config`.
    pub id: String,
    /// Korean title.
    pub title_ko: String,
    /// English title.
    pub title_en: String,
    /// Where the observation comes from.
    pub trust: Trust,
    /// How long it stays fresh unless a setting says otherwise.
    pub freshness: Freshness,
    /// What it can decide alone.
    pub decides: Decides,
    /// Tools that can make the observation, for the reader.
    pub tools: Vec<String>,
    /// A remark, in English.
    pub note: Option<String>,
    /// The ids of the controls it is evidence for.
    pub feeds: Vec<String>,
}

/// Where an observation comes from, the most trusted first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// Measured by the house itself.
    HubObserved,
    /// Read from a public source of somebody else.
    ThirdParty,
    /// Read from the organisation's own system.
    Connector,
    /// Uploaded by the organisation.
    Declared,
}

naru_core::words!(Trust, "trust of a signal", {
    HubObserved = "hub-observed", ThirdParty = "third-party", Connector = "connector", Declared = "declared",
});

/// What a signal can decide alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decides {
    /// Pass or fail.
    PassFail,
    /// Pass or fail, on the path that was probed and no other.
    PassFailOnProbedPath,
    /// A part of the question.
    Partial,
    /// Nothing: it is advice.
    Advice,
}

naru_core::words!(Decides, "decision of a signal", {
    PassFail = "pass-fail",
    PassFailOnProbedPath = "pass-fail on the probed path",
    Partial = "partial",
    Advice = "advice",
});

/// How long an observation stays fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Freshness {
    /// For so many seconds.
    Seconds(i64),
    /// As long as the build it was made of is the present one.
    PerBuild,
    /// As long as the document says.
    PerDocument,
}

impl Signal {
    /// The seconds after which an observation is stale; `None` where a build or a document decides.
    pub const fn default_ttl_seconds(&self) -> Option<i64> {
        match self.freshness {
            Freshness::Seconds(seconds) => Some(seconds),
            Freshness::PerBuild | Freshness::PerDocument => None,
        }
    }
}

/// Every signal, in the order of the book.
pub fn all() -> &'static [Signal] {
    static SIGNALS: LazyLock<Vec<Signal>> =
        LazyLock::new(|| read(TEXT).expect("the embedded signals are read by a test"));
    &SIGNALS
}

/// The signal called `id`.
pub fn find(id: &str) -> Option<&'static Signal> {
    all().iter().find(|signal| signal.id == id)
}

/// The signals that are evidence for the control `control_id`, in the order of the book.
pub fn feeding(control_id: &str) -> impl Iterator<Item = &'static Signal> {
    all()
        .iter()
        .filter(move |signal| signal.feeds.iter().any(|fed| fed == control_id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBook {
    #[serde(rename = "schema")]
    _schema: Schema,
    signals: Vec<RawSignal>,
    feeds: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
enum Schema {
    #[serde(rename = "hub-signals/1")]
    One,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSignal {
    id: String,
    title_ko: String,
    title_en: String,
    trust: Trust,
    default_ttl: String,
    decides: Decides,
    tools_today: Vec<String>,
    note: Option<String>,
}

fn read(text: &str) -> Result<Vec<Signal>, BookError> {
    let mut book: RawBook = embedded::read(NAME, text)?;
    let mut signals: Vec<Signal> = Vec::with_capacity(book.signals.len());
    for raw in book.signals {
        if signals.iter().any(|known| known.id == raw.id) {
            return Err(BookError::new(NAME, format!("`{}` occurs twice", raw.id)));
        }
        let Some(freshness) = freshness(&raw.default_ttl) else {
            let reason = format!(
                "{}: `{}` is not P1D to P999D, per-build or per-document",
                raw.id, raw.default_ttl
            );
            return Err(BookError::new(NAME, reason));
        };
        let feeds = book.feeds.remove(&raw.id).unwrap_or_default();
        let RawSignal {
            id,
            title_ko,
            title_en,
            trust,
            decides,
            tools_today: tools,
            note,
            ..
        } = raw;
        signals.push(Signal {
            id,
            title_ko,
            title_en,
            trust,
            freshness,
            decides,
            tools,
            note,
            feeds,
        });
    }
    match book.feeds.keys().next() {
        Some(id) => Err(BookError::new(NAME, format!("`{id}` feeds controls and is no signal"))),
        None => Ok(signals),
    }
}

fn freshness(text: &str) -> Option<Freshness> {
    match text {
        "per-build" => return Some(Freshness::PerBuild),
        "per-document" => return Some(Freshness::PerDocument),
        _ => {}
    }
    let days = text.strip_prefix('P')?.strip_suffix('D')?.parse::<i64>().ok()?;
    (1..=999).contains(&days).then_some(Freshness::Seconds(days * 86_400))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogues;

    #[test]
    fn the_embedded_signals_are_read() {
        let signals = read(TEXT).unwrap();
        assert_eq!(signals.len(), 28);
        assert_eq!(find("sig-tls-config").unwrap().default_ttl_seconds(), Some(86_400));
        assert_eq!(
            find("sig-incident-drill").unwrap().default_ttl_seconds(),
            Some(180 * 86_400)
        );
        assert_eq!(find("sig-apk-static").unwrap().freshness, Freshness::PerBuild);
        assert_eq!(find("sig-doc-freshness").unwrap().default_ttl_seconds(), None);
        assert_eq!(find("sig-replay-probe").unwrap().decides, Decides::PassFailOnProbedPath);
        assert!(find("sig-nothing").is_none());
        assert!(Trust::HubObserved < Trust::Declared);
    }

    #[test]
    fn what_a_signal_feeds_is_what_the_controls_name() {
        for catalogue in Catalogues::embedded().iter() {
            for control in &catalogue.controls {
                let mut named: Vec<&str> = control.signals.iter().map(String::as_str).collect();
                let mut fed: Vec<&str> = feeding(&control.id).map(|signal| signal.id.as_str()).collect();
                named.sort_unstable();
                fed.sort_unstable();
                assert_eq!(named, fed, "{}", control.id);
            }
        }
        for id in all().iter().flat_map(|signal| &signal.feeds) {
            assert!(Catalogues::embedded().control(id).is_some(), "{id}");
        }
    }

    #[test]
    fn a_text_that_is_not_understood_is_refused() {
        let book = |line: &str, feeds: &str| {
            let signal = "id: sig-a, title_ko: 가, title_en: A, trust: declared, decides: partial, tools_today: []";
            format!("schema: hub-signals/1\nsignals:\n  - {{{signal}, {line}}}\nfeeds: {feeds}\n")
        };
        assert_eq!(read(&book("default_ttl: P7D", "{sig-a: [c]}")).unwrap()[0].feeds, ["c"]);
        for (line, feeds, part) in [
            ("default_ttl: P0D", "{}", "`P0D` is not P1D"),
            ("default_ttl: P1W", "{}", "`P1W` is not P1D"),
            ("default_ttl: P1D, trust: full", "{}", "trust"),
            ("default_ttl: P1D, colour: red", "{}", "colour"),
            ("default_ttl: P1D", "{sig-b: [c]}", "`sig-b` feeds controls"),
        ] {
            assert!(
                read(&book(line, feeds)).unwrap_err().reason.contains(part),
                "{line} {feeds}"
            );
        }
    }
}
