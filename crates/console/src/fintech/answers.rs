//! Every item of every catalogue that binds a fintech, with the answer that serves it: GET /fintech/answers, GET and
//! POST /fintech/answers/{control}. An answer is the organisation's, so answering here is the same act as within an
//! inspection.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::answer::{Answer, AnswerError, ItemAnswer, Served, service as answers};
use naru_admission::document;
use naru_admission::organisation::standing;
use naru_core::{Language, Timestamp};
use naru_rulebook::Platform;
use naru_rulebook::catalogue::{AppliesTo, Catalogue, Catalogues, Control};
use naru_storage::RevisionRow;
use naru_web::Route;
use serde::Serialize;

use super::desk::{DoneWord, Ended, Said, Seat, Sent, ids, version};
use super::documents::{RevisionView, revision_view};
use super::inspection::{AttachView, attach};
use super::trouble::Trouble;
use crate::member::route;
use crate::pages::{Form, Pages};
use crate::wording;

const HERE: &str = "/fintech/answers";

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct AnsweredView {
    /// Its id, such as `fsi-m-01-1`.
    pub id: String,
    /// Its title.
    pub title: &'static str,
    /// How it is answered: `own`, `through` another item, or `nothing`.
    pub served: &'static str,
    /// The same as a mark.
    pub is: &'static str,
    /// The item through which it is answered; empty where it is not.
    pub through: String,
    /// The items of other catalogues that its own answer serves, or would serve.
    pub serves: Vec<String>,
}

/// One catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct CatalogueView {
    /// Its id, such as `fsi-user-org`.
    pub id: String,
    /// Its title.
    pub title: &'static str,
    /// Who published it, and which version.
    pub publisher: (&'static str, &'static str),
    /// Its items that are asked, in its order.
    pub items: Vec<AnsweredView>,
    /// How many are answered, through others too.
    pub answered: usize,
}

/// The page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct AnswersView {
    /// The catalogues that bind the fintech.
    pub catalogues: Vec<CatalogueView>,
    /// Whether it named a platform; without one no catalogue of a service binds it.
    pub has_platform: bool,
}

/// One item, to be answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct OneAnswerView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: &'static str,
    /// Its catalogue's.
    pub catalogue: &'static str,
    /// The question.
    pub question: &'static str,
    /// What may be handed in.
    pub suggestions: Vec<String>,
    /// The answer of its own; empty where there is none.
    pub body: String,
    /// Its version; 0 where there is none.
    pub version: i64,
    /// When it was changed.
    pub changed_at: Option<Timestamp>,
    /// The item whose answer serves this one, and that answer; empty where it is its own or none.
    pub through: (String, String),
    /// The items that its own answer serves too: id, title, title of the catalogue.
    pub serves: Vec<(String, &'static str, &'static str)>,
    /// What goes with the answer.
    pub evidence: Vec<RevisionView>,
    /// The documents that can go with it.
    pub documents: Vec<AttachView>,
    /// What somebody else wrote meanwhile: text and version.
    pub theirs: Option<(String, i64)>,
}

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let one = "/fintech/answers/{control}";
    vec![
        route(
            pages,
            ("GET", HERE),
            "The answers of a fintech to every catalogue",
            get(show),
        ),
        route(pages, ("GET", one), "The answer to one item", get(show_one)),
        route(pages, ("POST", one), "Answers an item", post(answer)),
    ]
}

/// Whether a catalogue is asked of a fintech with services on these platforms.
fn binds(catalogue: &Catalogue, platforms: &[Platform]) -> bool {
    match catalogue.applies_to {
        AppliesTo::UserOrganisation => true,
        AppliesTo::Service => platforms
            .iter()
            .any(|platform| catalogue.controls_on(Some(*platform)).any(|c| !c.platforms.is_empty())),
        AppliesTo::Operator => false,
    }
}

/// Whether an item of a catalogue that binds is asked on one of these platforms.
fn is_asked(control: &Control, platforms: &[Platform]) -> bool {
    control.platforms.is_empty() || control.platforms.iter().any(|platform| platforms.contains(platform))
}

async fn platforms(seat: &Seat) -> Result<Vec<Platform>, Trouble> {
    let standing = standing::standing(seat.office(), &seat.staff).await?;
    let named = standing.dossier.platforms(seat.today());
    Ok(named.iter().filter_map(|word| Platform::parse(word).ok()).collect())
}

async fn show(seat: Seat) -> Response {
    let said = seat.said();
    let view = async {
        let platforms = platforms(&seat).await?;
        let mut catalogues = Vec::new();
        for catalogue in Catalogues::embedded().iter().filter(|one| binds(one, &platforms)) {
            let own = seat.staff.organisation.id;
            let found = answers::list(seat.office(), &seat.staff, own, &catalogue.id).await?;
            catalogues.push(catalogue_view(catalogue, &found, (&platforms, seat.language())));
        }
        Ok(AnswersView {
            catalogues,
            has_platform: !platforms.is_empty(),
        })
    };
    seat.show(("fintech/answers.html", HERE), &said, view.await).await
}

fn catalogue_view(
    catalogue: &'static Catalogue,
    found: &[ItemAnswer],
    (platforms, language): (&[Platform], Language),
) -> CatalogueView {
    let asked = catalogue.controls.iter().zip(found);
    let items: Vec<AnsweredView> = asked
        .filter(|(control, _)| is_asked(control, platforms))
        .map(|(control, item)| answered_view(control, &item.served, language))
        .collect();
    CatalogueView {
        id: catalogue.id.clone(),
        title: language.pick(&catalogue.title_ko, &catalogue.title_en),
        publisher: (&catalogue.publisher, &catalogue.version),
        answered: items.iter().filter(|item| item.served != "nothing").count(),
        items,
    }
}

fn answered_view(control: &'static Control, served: &Served, language: Language) -> AnsweredView {
    let (word, is, through) = match served {
        Served::Own(_) => ("own", "holds", String::new()),
        Served::Through { answer, .. } => ("through", "holds", answer.control_id.clone()),
        Served::Nothing => ("nothing", "idle", String::new()),
    };
    AnsweredView {
        id: control.id.clone(),
        title: language.pick(&control.title_ko, &control.title_en),
        served: word,
        is,
        through,
        serves: serves(&control.id, language).into_iter().map(|(id, ..)| id).collect(),
    }
}

/// The items of other catalogues that one answer serves.
fn serves(control: &str, language: Language) -> Vec<(String, &'static str, &'static str)> {
    let found = Catalogues::embedded().answers_for(control);
    let links = found.map(|answers| answers.serves).unwrap_or_default();
    let view = |link: naru_rulebook::catalogue::Link<'static>| {
        let title = language.pick(&link.control.title_ko, &link.control.title_en);
        let catalogue = language.pick(&link.catalogue.title_ko, &link.catalogue.title_en);
        (link.control.id.clone(), title, catalogue)
    };
    links
        .into_iter()
        .filter(|link| link.catalogue.applies_to != AppliesTo::Operator)
        .map(view)
        .collect()
}

async fn show_one(Path(control): Path<String>, seat: Seat) -> Response {
    let said = seat.said();
    shown_one(&seat, &control, (&said, None)).await
}

async fn shown_one(seat: &Seat, control: &str, (said, theirs): (&Said, Option<(String, i64)>)) -> Response {
    let view = one(seat, control).await.map(|view| OneAnswerView { theirs, ..view });
    let here = format!("{HERE}/{control}");
    seat.show(("fintech/answer.html", &here), said, view).await
}

/// An item that a fintech is asked, with its catalogue.
fn found(control: &str) -> Result<(&'static Catalogue, &'static Control), Trouble> {
    let found = Catalogues::embedded().control(control);
    found
        .filter(|(catalogue, _)| catalogue.applies_to != AppliesTo::Operator)
        .ok_or(Trouble::NotFound)
}

async fn one(seat: &Seat, control: &str) -> Result<OneAnswerView, Trouble> {
    let (catalogue, control) = found(control)?;
    let (office, staff, language) = (seat.office(), &seat.staff, seat.language());
    let listed = answers::list(office, staff, staff.organisation.id, &catalogue.id).await?;
    let rows = document::current(office, staff, staff.organisation.id).await?;
    let item = listed.into_iter().find(|item| item.control_id == control.id);
    let served = item.map_or(Served::Nothing, |item| item.served);
    Ok(one_view((catalogue, control), &served, (&rows, language, seat.today())))
}

fn one_view(
    (catalogue, control): (&'static Catalogue, &'static Control),
    served: &Served,
    (rows, language, today): (&[RevisionRow], Language, naru_core::Day),
) -> OneAnswerView {
    let (own, through) = match served {
        Served::Own(answer) => (Some(answer), None),
        Served::Through { answer, .. } => (None, Some(answer)),
        Served::Nothing => (None, None),
    };
    let chosen = own.map_or(&[][..], |answer| answer.revisions.as_slice());
    let named = served.answer().map_or(&[][..], |answer| answer.revisions.as_slice());
    let en = control.question_en.as_deref().unwrap_or(&control.question_ko);
    OneAnswerView {
        id: control.id.clone(),
        title: language.pick(&control.title_ko, &control.title_en),
        catalogue: language.pick(&catalogue.title_ko, &catalogue.title_en),
        question: language.pick(&control.question_ko, en),
        suggestions: control
            .evidence
            .iter()
            .map(|text| wording::hint(text, language))
            .collect(),
        body: own.map_or_else(String::new, |answer| answer.body.clone()),
        version: own.map_or(0, |answer| answer.version),
        changed_at: own.map(|answer| answer.changed_at),
        through: through.map_or_else(Default::default, |answer| {
            (answer.control_id.clone(), answer.body.clone())
        }),
        serves: serves(&control.id, language),
        evidence: rows
            .iter()
            .filter(|row| named.contains(&row.id))
            .map(|row| revision_view(row, today))
            .collect(),
        documents: attach(rows, today, chosen),
        theirs: None,
    }
}

async fn answer(Path(control): Path<String>, Sent { seat, form }: Sent) -> Response {
    let mut theirs = None;
    let answered = answered(&seat, &control, (&form, &mut theirs)).await;
    let back = format!("{HERE}/{control}");
    match seat.settle((&back, "answer"), &form, answered) {
        Ok(response) => response,
        Err(said) => shown_one(&seat, &control, (&said, theirs)).await,
    }
}

/// Keeps an answer; where somebody was faster, theirs is given beside what was typed.
async fn answered(
    seat: &Seat,
    control: &str,
    (form, theirs): (&Form, &mut Option<(String, i64)>),
) -> Result<Ended, Trouble> {
    let (_, control) = found(control)?;
    let answer = Answer {
        control_id: control.id.clone(),
        body: form.get("body").to_owned(),
        revisions: ids(form, "revisions")?,
        version_seen: version(form),
    };
    match answers::put(seat.office(), &seat.staff, &answer).await {
        Ok(_) => Ok(Ended::Done(DoneWord::Answered)),
        Err(error) => {
            if let AnswerError::Changed(Some(found)) = &error {
                *theirs = Some((found.body.clone(), found.version));
            }
            Err(error.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogues_of_services_bind_by_platform_and_the_operators_never() {
        let bound = |platforms: &[Platform]| -> Vec<&str> {
            let all = Catalogues::embedded().iter();
            all.filter(|one| binds(one, platforms))
                .map(|one| one.id.as_str())
                .collect()
        };
        assert_eq!(bound(&[]), ["fsi-user-org", "x1149-user-org"]);
        assert_eq!(bound(&[Platform::Web]), ["fsi-user-org", "fsi-web", "x1149-user-org"]);
        assert_eq!(
            bound(&[Platform::Ios]),
            ["fsi-user-org", "fsi-mobile", "x1149-user-org"]
        );
    }
}

#[cfg(test)]
pub(super) mod samples {
    use super::*;

    /// The page of a fintech on every platform, with no answer.
    pub(crate) fn all(language: Language) -> AnswersView {
        let catalogues = Catalogues::embedded().iter().filter(|one| binds(one, Platform::ALL));
        let view = |catalogue: &'static Catalogue| {
            let nothing = |control: &Control| ItemAnswer {
                control_id: control.id.clone(),
                served: Served::Nothing,
            };
            let found: Vec<ItemAnswer> = catalogue.controls.iter().map(nothing).collect();
            let mut view = catalogue_view(catalogue, &found, (Platform::ALL, language));
            for (item, served) in view.items.iter_mut().zip(["own", "through", "nothing"]) {
                item.served = served;
                item.through = if served == "through" {
                    "fsi-m-01-1".to_owned()
                } else {
                    String::new()
                };
            }
            view
        };
        AnswersView {
            catalogues: catalogues.map(view).collect(),
            has_platform: true,
        }
    }

    /// An item with everything around it, written by somebody of this name.
    pub(crate) fn one(name: &str, language: Language) -> OneAnswerView {
        let item = found("x1149-3.1.1.1").unwrap_or_else(|_| panic!("an item"));
        let day = naru_core::Day::parse("20261121").unwrap();
        OneAnswerView {
            through: ("fsi-m-01-1".to_owned(), name.to_owned()),
            theirs: Some((name.to_owned(), 2)),
            body: name.to_owned(),
            ..one_view(item, &Served::Nothing, (&[], language, day))
        }
    }
}
