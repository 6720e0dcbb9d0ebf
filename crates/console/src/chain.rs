//! The picture of a judged call: the seven links in their order, each with its mark, and what broke.

use naru_core::trust::{Judgement, Link, Verdict, Why};
use serde::Serialize;

/// What a page shows of a verdict. Evidence stays out of it, except the moment since when a link is broken.
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
    /// What it answered: `holds`, `unknown`, `broken`, `compensated` or `not_asked`.
    pub is: &'static str,
    /// The shape that stands for the answer.
    pub mark: char,
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

impl ChainView {
    /// What a page shows of this verdict.
    pub fn of(verdict: &Verdict) -> Self {
        let links = verdict.links().map(|(link, judgement)| LinkView::of(link, judgement));
        let broken = verdict.broken().map(|(link, why, evidence)| BrokenView {
            link,
            why,
            at: evidence
                .iter()
                .find(|fact| fact.0 == "since" || fact.0.ends_with("_at"))
                .map(|fact| fact.1.chars().take("2026-11-21 14:03".len()).collect()),
        });
        Self {
            links: links.collect(),
            broken,
        }
    }
}

impl LinkView {
    const fn of(link: Link, judgement: &Judgement) -> Self {
        let (is, mark) = match judgement {
            Judgement::Holds { .. } => ("holds", '✓'),
            Judgement::Unknown { .. } => ("unknown", '?'),
            Judgement::Broken { .. } => ("broken", '✕'),
            Judgement::Compensated { .. } => ("compensated", '⤳'),
            Judgement::NotAsked => ("not_asked", '·'),
        };
        Self { link, is, mark }
    }
}
