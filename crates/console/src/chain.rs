//! The picture of a judged call: the seven links in their order, each with its answer, what it was judged by in plain
//! words, and what broke.

use naru_core::trust::{Fact, Judgement, Link, Verdict, Why};
use naru_core::{Language, Scopes};
use serde::Serialize;

use crate::page::{amount, plain_text};

/// What a page shows of a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainView {
    /// The seven links, in the order in which they were judged.
    pub links: Vec<LinkView>,
    /// The one that broke, if any.
    pub broken: Option<BrokenView>,
}

/// One link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkView {
    /// Which.
    pub link: Link,
    /// What it answered: `holds`, `unknown`, `broken`, `compensated` or `not_asked`; also the name of its shape.
    pub is: &'static str,
    /// Why it is broken or unknown.
    pub why: Option<Why>,
    /// What it was judged by, as far as it means something to the person.
    pub evidence: Vec<FactView>,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactView {
    /// Its name in the judge's closed list, the key of its label.
    pub name: &'static str,
    /// What it says.
    pub value: String,
}

/// The link that broke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BrokenView {
    /// Which.
    pub link: Link,
    /// Why.
    pub why: Why,
    /// Since when, as `2026-11-21 14:03` in Seoul, where the evidence says so.
    pub at: Option<String>,
}

/// The evidence that people are shown. What is not here (ids of rows, an operator's reasons, a bank's position) is of
/// no use to them or not theirs to know.
pub(crate) const SHOWN: [&str; 25] = [
    "certificate_sha256",
    "key_sha256",
    "bound_to",
    "shown",
    "environment",
    "expires_at",
    "expired_at",
    "status",
    "since",
    "until",
    "revoked_by",
    "revoked_at",
    "granted",
    "demanded",
    "account",
    "agreed_at",
    "account_until",
    "ended_at",
    "institution",
    "replayed",
    "limits",
    "at",
    "asked_won",
    "limit_won",
    "joined_at",
];

/// What a page knows to say ids and codes in words.
pub struct Phrasebook<'a> {
    /// In which language.
    pub language: Language,
    /// The words for an account's id; nothing where it is not the person's.
    pub account: &'a dyn Fn(&str) -> Option<String>,
    /// The name of an institution by its code.
    pub institution: &'a dyn Fn(&str) -> Option<String>,
}

const MINUTE: usize = "2026-11-21 14:03".len();

impl ChainView {
    /// What a page shows of this verdict; evidence only where there is a phrasebook.
    pub fn of(verdict: &Verdict, phrasebook: Option<&Phrasebook<'_>>) -> Self {
        let links = verdict
            .links()
            .map(|(link, judgement)| LinkView::of(link, judgement, phrasebook));
        let broken = verdict.broken().map(|(link, why, evidence)| BrokenView {
            link,
            why,
            at: evidence
                .iter()
                .find(|fact| fact.0 == "since" || fact.0.ends_with("_at"))
                .map(|fact| fact.1.chars().take(MINUTE).collect()),
        });
        Self {
            links: links.collect(),
            broken,
        }
    }

    /// The chain of a call that was recorded without one.
    pub fn unread() -> Self {
        let links = Link::ALL
            .iter()
            .map(|link| LinkView::of(*link, &Judgement::NotAsked, None));
        Self {
            links: links.collect(),
            broken: None,
        }
    }
}

impl LinkView {
    fn of(link: Link, judgement: &Judgement, phrasebook: Option<&Phrasebook<'_>>) -> Self {
        let none: &[Fact] = &[];
        let (is, why, facts) = match judgement {
            Judgement::Holds { evidence } => ("holds", None, evidence.as_slice()),
            Judgement::Unknown { why } => ("unknown", Some(*why), none),
            Judgement::Broken { why, evidence } => ("broken", Some(*why), evidence.as_slice()),
            Judgement::Compensated { .. } => ("compensated", None, none),
            Judgement::NotAsked => ("not_asked", None, none),
        };
        let shown = |book| facts.iter().filter_map(move |fact| FactView::of(fact, book));
        Self {
            link,
            is,
            why,
            evidence: phrasebook.map(shown).into_iter().flatten().collect(),
        }
    }
}

impl FactView {
    /// The fact in words; `None` where it says nothing to a person.
    fn of(fact: &Fact, book: &Phrasebook<'_>) -> Option<Self> {
        let name = SHOWN.iter().find(|name| **name == fact.0)?;
        let text = fact.1.as_str();
        let word =
            |family: &str| Some(plain_text(&format!("{family}.{text}"), book.language)).filter(|w| !w.is_empty());
        let value = match *name {
            "environment" | "revoked_by" => word("evidence_value")?,
            "status" => word("client_status")?,
            "replayed" => plain_text("evidence_value.not_replayed", book.language),
            "limits" => plain_text("evidence_value.limits_taken", book.language),
            "granted" | "demanded" => scope_words(text, book.language)?,
            "account" => (book.account)(text)?,
            "institution" => (book.institution)(text)?,
            "asked_won" | "limit_won" => amount(text.parse().ok()?, book.language),
            "certificate_sha256" | "key_sha256" | "bound_to" | "shown" => text.to_owned(),
            _ => text.chars().take(MINUTE).collect(),
        };
        Some(Self { name, value })
    }
}

fn scope_words(text: &str, language: Language) -> Option<String> {
    let scopes = Scopes::parse(text).ok()?;
    let words: Vec<String> = scopes
        .iter()
        .map(|scope| plain_text(&format!("scope.{scope}"), language))
        .filter(|word| !word.is_empty())
        .collect();
    Some(words.join(", ")).filter(|words| !words.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict() -> Verdict {
        serde_json::from_value(json!({ "links": [
            { "is": "holds", "evidence": [["environment", "test_bed"], ["expires_at", "2027-02-19 14:03:27"]] },
            { "is": "holds", "evidence": [["client", "cli_1"], ["status", "active"], ["reason", "비밀"]] },
            { "is": "unknown", "why": "no_source" },
            { "is": "unknown", "why": "no_source" },
            { "is": "unknown", "why": "no_source" },
            { "is": "holds", "evidence": [["grant", "gnt_1"], ["account", "acc_1"], ["granted", "login inquiry"]] },
            { "is": "broken", "why": "person_day", "evidence": [["asked_won", "120000"], ["position_won", "5"]] },
        ] }))
        .unwrap()
    }

    #[test]
    fn evidence_is_said_in_plain_words_and_what_is_not_the_persons_is_left_out() {
        let book = Phrasebook {
            language: Language::Ko,
            account: &|id| (id == "acc_1").then(|| "나루은행 ***".to_owned()),
            institution: &|_| None,
        };
        let view = ChainView::of(&verdict(), Some(&book));
        let said: Vec<(&str, &str)> = view
            .links
            .iter()
            .flat_map(|link| &link.evidence)
            .map(|fact| (fact.name, fact.value.as_str()))
            .collect();
        assert_eq!(
            said,
            [
                ("environment", "체험 환경"),
                ("expires_at", "2027-02-19 14:03"),
                ("status", "승인된 이용기관"),
                ("account", "나루은행 ***"),
                ("granted", "내 정보와 연결한 계좌 목록, 조회"),
                ("asked_won", "120,000원"),
            ]
        );
        let broken = view.broken.unwrap();
        assert_eq!(
            (broken.link, broken.why, broken.at),
            (Link::Transaction, Why::PersonDay, None)
        );
    }

    #[test]
    fn without_a_phrasebook_there_is_no_evidence() {
        let view = ChainView::of(&verdict(), None);
        assert!(view.links.iter().all(|link| link.evidence.is_empty()));
        assert_eq!(view.links[2].why, Some(Why::NoSource));
    }
}
