//! The design system on one page: GET /design shows every part the pages are made of, with invented content.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use naru_core::Language;
use naru_core::trust::Verdict;
use naru_web::{Effect, Route, Who};
use serde::Serialize;
use serde_json::json;

use crate::chain::{ChainView, Phrasebook};
use crate::page::{Frame, PageError, Theme, render};
use crate::pages::{Pages, language, parameter};
use crate::person::{AnswerWord, CallView, DidWord};

/// What the page shows besides words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct DesignView {
    chain: ChainView,
    calls: Vec<CallView>,
    rows: Vec<RowView>,
    load: Vec<i64>,
    week: Vec<i64>,
}

/// A line of the sample table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct RowView {
    name: &'static str,
    is: &'static str,
    next: &'static str,
    days: u32,
}

/// The route of the page.
pub(crate) fn route(pages: &Pages) -> Route {
    Route {
        method: "GET",
        path: "/design",
        who: Who::Public,
        demand: None,
        effect: Effect::Reads,
        summary: "The design system of the pages on one page",
        handler: get(show).with_state(pages.clone()),
    }
}

async fn show(State(pages): State<Pages>, RawQuery(query): RawQuery) -> Response {
    let query = query.as_deref();
    let theme = parameter(query, "theme").and_then(|word| Theme::parse(&word).ok());
    let here = theme.map_or_else(|| "/design".to_owned(), |theme| format!("/design?theme={theme}"));
    let frame = Frame {
        theme,
        wide: true,
        ..pages.frame(language(query), here)
    };
    pages.answer(StatusCode::OK, design(&frame))
}

/// The page.
pub(crate) fn design(frame: &Frame) -> Result<String, PageError> {
    let chain = chain(frame.language);
    let call = |at: usize, did, answer: AnswerWord, chain: &ChainView| CallView {
        id: format!("cal_0199{at:028}"),
        time: format!("14:0{at}:27"),
        client_name: "모아핀".to_owned(),
        did,
        bank_name: None,
        answer,
        mark: answer.mark(),
        chain: chain.clone(),
    };
    let mut whole = chain.clone();
    whole.broken = None;
    for link in &mut whole.links {
        if link.is == "broken" || link.is == "not_asked" {
            link.is = "holds";
            link.why = None;
        }
    }
    let row = |name, is, next, days| RowView { name, is, next, days };
    let view = DesignView {
        calls: vec![
            call(3, DidWord::Withdraw, AnswerWord::Refused, &chain),
            call(2, DidWord::Balance, AnswerWord::Answered, &whole),
            call(1, DidWord::Withdraw, AnswerWord::Open, &whole),
        ],
        chain,
        rows: vec![
            row("모아핀", "holds", "next_none", 240),
            row("페이나루", "unknown", "next_visit", 12),
            row("송금하랑", "broken", "next_mend", 2),
        ],
        load: vec![320, 410, 380, 520, 610, 590, 760, 720, 910, 980, 1_120, 1_090, 1_284],
        week: vec![3, 5, 2, 8, 12, 4, 8],
    };
    render("design/design.html", &view, frame)
}

/// A chain with every answer a link can give.
pub(crate) fn chain(language: Language) -> ChainView {
    let verdict = json!({ "links": [
        { "is": "holds", "evidence": [["certificate_sha256", "9f2c41d07be83a65"]] },
        { "is": "holds", "evidence": [["status", "active"], ["since", "2026-08-14 09:00:00"]] },
        { "is": "unknown", "why": "no_source" },
        { "is": "unknown", "why": "no_source" },
        { "is": "compensated", "by": "passkey" },
        { "is": "broken", "why": "grant_revoked",
          "evidence": [["revoked_by", "person"], ["revoked_at", "2026-11-21 14:03:27"]] },
        { "is": "not_asked" },
    ] });
    let book = Phrasebook {
        language,
        account: &|_| None,
        institution: &|_| None,
    };
    serde_json::from_value::<Verdict>(verdict)
        .map_or_else(|_| ChainView::unread(), |verdict| ChainView::of(&verdict, Some(&book)))
}
