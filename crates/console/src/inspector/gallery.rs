//! The pages of an agency in the states that look different, with an invented organisation, for the tests of all pages.

use std::collections::BTreeMap;

use naru_core::{Language, OrganisationKind};
use serde::Serialize;

use super::catalogues;
use super::desk::{Alert, AlertWord, DoneWord, May, Said, Sheet};
use super::samples::{ID, SHA256, archive, finding, import, inspection, item, items, queue, sign};
use super::seat::ways;
use super::{ArchiveView, FileLine, ImportedView, PapersView, QueueView, Show};
use crate::page::{Frame, PageError, StaffFrame, render};

/// A page with its name.
pub(crate) type Named = (String, Result<String, PageError>);

fn frame(language: Language, here: &str) -> Frame {
    Frame {
        language,
        here: here.to_owned(),
        wide: true,
        staff: Some(StaffFrame {
            organisation: "예시 점검원".to_owned(),
            kind: OrganisationKind::Agency,
            member: "최점검".to_owned(),
            csrf: "csrf-03".to_owned(),
            ways: ways("/inspector", here),
            newcomer: None,
        }),
        ..Frame::default()
    }
}

const BOTH: May = May {
    inspect: true,
    approve: true,
};

fn page(language: Language, (template, here): (&'static str, &str), said: &Said, it: &impl Serialize) -> Named {
    let sheet = Sheet {
        csrf: "csrf-04".to_owned(),
        said,
        may: if said.alert.is_none() {
            BOTH
        } else {
            May {
                inspect: true,
                approve: false,
            }
        },
        base: "/inspector",
        it,
    };
    let name = template.replace('/', "-").replace(".html", "");
    (name, render(template, &sheet, &frame(language, here)))
}

fn done(word: DoneWord) -> Said {
    Said {
        done: Some(word),
        ..Said::default()
    }
}

fn refused(word: AlertWord, of: &[&str], typed: &[(&str, &str)]) -> Said {
    let filled: BTreeMap<String, String> = typed.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Said {
        done: None,
        alert: Some(Alert {
            word,
            of: of.iter().map(|item| (*item).to_owned()).collect(),
            count: 3,
        }),
        filled,
    }
}

/// The pages of an agency, with a name that may be anything.
pub(crate) fn pages(language: Language, name: &str) -> Vec<Named> {
    let none = Said::default();
    let here = format!("/inspector/inspections/{ID}");
    let changed = refused(AlertWord::Changed, &[], &[("verdict", "satisfied"), ("note", name)]);
    let open = refused(
        AlertWord::Disagree,
        &["fsi-m-01-1", "fsi-t-05-4"],
        &[("event", "send-result"), ("note", name)],
    );
    let author = refused(AlertWord::Author, &[], &[]);
    let mut pages = vec![
        page(language, ("inspector/queue.html", "/inspector"), &none, &queue(name)),
        page(language, ("inspector/queue.html", "/inspector"), &none, &nothing()),
        page(
            language,
            ("inspector/inspection.html", &here),
            &done(DoneWord::Moved),
            &inspection(name, "DOC_INSPECTION"),
        ),
        page(
            language,
            ("inspector/inspection.html", &here),
            &open,
            &inspection(name, "DOC_INSPECTION"),
        ),
        page(
            language,
            ("inspector/inspection.html", &here),
            &none,
            &inspection(name, "FINAL_REPORTED"),
        ),
        page(
            language,
            ("inspector/items.html", &here),
            &none,
            &items(name, Show::All),
        ),
        page(
            language,
            ("inspector/items.html", &here),
            &none,
            &items(name, Show::Unjudged),
        ),
        page(
            language,
            ("inspector/item.html", &here),
            &done(DoneWord::Judged),
            &item(name, true),
        ),
        page(language, ("inspector/item.html", &here), &changed, &item(name, true)),
        page(language, ("inspector/item.html", &here), &none, &item(name, false)),
        page(
            language,
            ("inspector/finding.html", &here),
            &done(DoneWord::Proposed),
            &finding(name, true),
        ),
        page(
            language,
            ("inspector/finding.html", &here),
            &none,
            &finding(name, false),
        ),
        page(language, ("inspector/sign.html", &here), &none, &sign(name, false)),
        page(language, ("inspector/sign.html", &here), &author, &sign(name, true)),
    ];
    pages.extend(beside(language, name));
    pages.push(papers(language, &here));
    numbered(pages)
}

/// The pages beside the inspections under way: the archive, the catalogues, and one inspection with every refusal.
fn beside(language: Language, name: &str) -> Vec<Named> {
    let none = Said::default();
    let here = format!("/inspector/inspections/{ID}");
    let mut pages = Vec::new();
    let empty = ArchiveView {
        lines: Vec::new(),
        reopened: Vec::new(),
        newest_href: String::new(),
        older_href: String::new(),
    };
    for view in [archive(name), empty] {
        let at = ("inspector/archive.html", "/inspector/archive");
        pages.push(page(language, at, &none, &view));
    }
    for word in AlertWord::ALL {
        let of: &[&str] = match word {
            AlertWord::Missing => &["contract", "build"],
            AlertWord::Unjudged => &["fsi-m-01-1"],
            _ => &[],
        };
        let said = refused(*word, of, &[("event", "start"), ("note", name)]);
        pages.push(page(
            language,
            ("inspector/inspection.html", &here),
            &said,
            &inspection(name, "APPLIED"),
        ));
    }
    let faulty = ImportedView {
        against: vec![name.to_owned(), "results/0: no such control".to_owned()],
        ..ImportedView::default()
    };
    let taken = ImportedView {
        round: 2,
        verdicts: 30,
        findings: 2,
        unchanged: 1,
        left_out: vec![name.to_owned()],
        against: Vec::new(),
    };
    let faults = refused(AlertWord::Faults, &[], &[]);
    for (said, report) in [(&none, None), (&faults, Some(faulty)), (&none, Some(taken))] {
        let at = ("inspector/import.html", "/inspector/inspections/import");
        pages.push(page(language, at, said, &import(name, report)));
    }
    let at = ("inspector/catalogues.html", "/inspector/catalogues");
    pages.push(page(language, at, &none, &catalogues::all(language)));
    for catalogue in naru_rulebook::catalogue::Catalogues::embedded().iter() {
        let at = ("inspector/catalogue.html", "/inspector/catalogues/one");
        pages.push(page(language, at, &none, &catalogues::one(&catalogue.id, language)));
    }
    pages
}

/// Pages of one template are told apart by a number.
fn numbered(mut pages: Vec<Named>) -> Vec<Named> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (name, _) in &mut pages {
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        *name = format!("{name}-{count}");
    }
    pages
}

fn papers(language: Language, here: &str) -> Named {
    let papers = PapersView {
        back_href: here.to_owned(),
        here: format!("{here}/oscal"),
        html: String::new(),
        files: vec![FileLine {
            name: "assessment-results.json".to_owned(),
            bytes: 48_213,
            sha256: SHA256.to_owned(),
        }],
    };
    let made = render("inspector/papers.html", &papers, &frame(language, here));
    ("inspector-papers".to_owned(), made)
}

fn nothing() -> QueueView {
    QueueView {
        lines: Vec::new(),
        late: 0,
        ours: 0,
        to_sign: 0,
        reopened: Vec::new(),
        unclaimed: Vec::new(),
        newest_href: String::new(),
        older_href: String::new(),
    }
}
