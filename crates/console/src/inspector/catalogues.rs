//! What inspections ask: GET …/catalogues, every catalogue of the rule book, and …/catalogues/{id}, one of them with
//! every control and what else an answer to it serves.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use naru_core::Language;
use naru_rulebook::catalogue::{Catalogue, Catalogues, Control, Group, Link};
use naru_web::Route;
use serde::Serialize;

use super::desk::{Trouble, pick};
use super::seat::Seat;
use crate::pages::Pages;

/// A catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogueView {
    /// Its id, such as `fsi-web`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The publisher's version.
    pub version: String,
    /// Who published it.
    pub publisher: String,
    /// Document and section.
    pub source: String,
    /// Whom it asks, a word.
    pub applies_to: &'static str,
    /// Whether an inspection asks it.
    pub is_asked: bool,
    /// How many controls it has.
    pub controls: usize,
    /// Its groups with their controls; empty in the list.
    pub groups: Vec<GroupView>,
}

/// A part of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupView {
    /// Its id.
    pub id: String,
    /// Its number and title.
    pub title: String,
    /// Its controls.
    pub controls: Vec<ControlView>,
}

/// One control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ControlView {
    /// Its id.
    pub id: String,
    /// The number in the source; its id where it has none.
    pub number: String,
    /// The number that is printed, where it was corrected; empty where not.
    pub printed: String,
    /// Its title.
    pub title: String,
    /// What is asked.
    pub question: String,
    /// The controls that an answer to it serves as well.
    pub serves: Vec<LinkView>,
    /// The controls that it touches and does not answer.
    pub related: Vec<LinkView>,
    /// Counterparts in standards that are not embedded: the standard, the id there, the relation.
    pub elsewhere: Vec<(&'static str, String, &'static str)>,
    /// The signals that are evidence for it.
    pub signals: Vec<String>,
}

/// Another control.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkView {
    /// Its catalogue.
    pub catalogue: String,
    /// Its id.
    pub id: String,
    /// Its number and title.
    pub title: String,
    /// How the control relates to it, a word.
    pub relation: &'static str,
}

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let all = below!(
        pages,
        ["/inspector", "/operator", "/supervisor"],
        ("GET", "/catalogues"),
        "The catalogues that inspections ask",
        get(list)
    );
    let one = below!(
        pages,
        ["/inspector", "/operator", "/supervisor"],
        ("GET", "/catalogues/{id}"),
        "One catalogue with its mappings",
        get(show)
    );
    all.into_iter().chain(one).collect()
}

async fn list(seat: Seat) -> Response {
    let here = format!("{}/catalogues", seat.base);
    let view: Vec<CatalogueView> = all(seat.language());
    let said = seat.said();
    seat.show(("inspector/catalogues.html", &here), &said, Ok::<_, Trouble>(view))
        .await
}

async fn show(Path(name): Path<String>, seat: Seat) -> Response {
    let here = format!("{}/catalogues/{name}", seat.base);
    let view = one(&name, seat.language()).ok_or(Trouble::NotFound);
    let said = seat.said();
    seat.show(("inspector/catalogue.html", &here), &said, view).await
}

/// Every catalogue.
pub(super) fn all(language: Language) -> Vec<CatalogueView> {
    let catalogues = Catalogues::embedded().iter();
    catalogues
        .map(|catalogue| head(catalogue, Vec::new(), language))
        .collect()
}

/// One catalogue whole; `None` where there is none of this id.
pub(super) fn one(id: &str, language: Language) -> Option<CatalogueView> {
    let catalogue = Catalogues::embedded().find(id)?;
    let parts = catalogue.groups.iter().flat_map(|group| match group.parts.as_slice() {
        [] => vec![group],
        parts => parts.iter().collect(),
    });
    let groups = parts.map(|group| group_view(catalogue, group, language));
    Some(head(catalogue, groups.collect(), language))
}

fn head(catalogue: &Catalogue, groups: Vec<GroupView>, language: Language) -> CatalogueView {
    CatalogueView {
        id: catalogue.id.clone(),
        title: pick(language, (&catalogue.title_ko, &catalogue.title_en)),
        version: catalogue.version.clone(),
        publisher: catalogue.publisher.clone(),
        source: catalogue.source.clone(),
        applies_to: catalogue.applies_to.as_str(),
        is_asked: catalogue.inspection.is_some(),
        controls: catalogue.controls.len(),
        groups,
    }
}

fn group_view(catalogue: &Catalogue, group: &Group, language: Language) -> GroupView {
    let title = pick(language, (&group.title_ko, &group.title_en));
    let number = group.number.as_deref().map_or_else(String::new, |n| format!("{n} "));
    GroupView {
        id: group.id.clone(),
        title: format!("{number}{title}"),
        controls: catalogue
            .controls_of(group)
            .map(|control| control_view(control, language))
            .collect(),
    }
}

fn control_view(control: &Control, language: Language) -> ControlView {
    let answers = Catalogues::embedded().answers_for(&control.id).unwrap_or_default();
    let links = |links: &[Link<'_>]| links.iter().map(|link| link_view(link, language)).collect();
    let is_embedded = |id: &str| Catalogues::embedded().control(id).is_some();
    let outside = control.maps.iter().filter(|mapping| !is_embedded(&mapping.id));
    let question_en = control.question_en.as_deref().unwrap_or(&control.question_ko);
    ControlView {
        id: control.id.clone(),
        number: control.number.clone().unwrap_or_else(|| control.id.clone()),
        printed: control.number_as_printed.clone().unwrap_or_default(),
        title: pick(language, (&control.title_ko, &control.title_en)),
        question: pick(language, (&control.question_ko, question_en)),
        serves: links(&answers.serves),
        related: links(&answers.related),
        elsewhere: outside
            .map(|mapping| (mapping.family.as_str(), mapping.id.clone(), mapping.relation.as_str()))
            .collect(),
        signals: control.signals.clone(),
    }
}

fn link_view(link: &Link<'_>, language: Language) -> LinkView {
    let control = link.control;
    let title = pick(language, (&control.title_ko, &control.title_en));
    LinkView {
        catalogue: link.catalogue.id.clone(),
        id: control.id.clone(),
        title: format!("{} {title}", control.number.as_deref().unwrap_or(&control.id)),
        relation: link.relation.as_str(),
    }
}
