use super::*;

mod made;
mod said;
#[path = "../../../examples/sample_bundle/sample.rs"]
mod sample;

use crate::ident::{OscalUuid, Token};

/// The kinds of faults of the sample after a change, with their places.
fn faults_after(change: impl FnOnce(&mut Bundle)) -> Vec<(String, FaultKind)> {
    let mut bundle = sample::bundle().unwrap();
    change(&mut bundle);
    let faults = bundle.check();
    assert!(
        faults
            .iter()
            .all(|fault| !fault.sentence.is_empty() && fault.to_string().contains(&fault.sentence))
    );
    faults
        .into_iter()
        .map(|fault| (format!("{}{}", fault.document, fault.place), fault.kind))
        .collect()
}

fn one(place: &str, kind: FaultKind) -> Vec<(String, FaultKind)> {
    vec![(place.to_owned(), kind)]
}

fn token(text: &str) -> Token {
    Token::try_new(text).unwrap()
}

fn stranger() -> OscalUuid {
    sample::id("stranger", "x")
}

/// The document of that model in the bundle, to be changed.
macro_rules! document {
    ($bundle:ident, $name:literal, $model:ident) => {
        match $bundle.documents.get_mut($name).unwrap() {
            crate::Document::$model(document) => document,
            other => panic!("{} is a {}", $name, other.kind()),
        }
    };
}
use document;

#[test]
fn the_sample_has_no_fault() {
    assert_eq!(faults_after(|_| {}), []);
}

#[test]
fn files_give_the_same_bundle_and_the_same_bytes() {
    let bundle = sample::bundle().unwrap();
    let files = bundle.to_files();
    assert_eq!(files, sample::bundle().unwrap().to_files(), "two exports of one state");
    let mut turned = files.clone();
    turned.reverse();
    let read = Bundle::from_files(turned).unwrap();
    assert_eq!(read, bundle);
    assert_eq!(read.to_files(), files);
    assert_eq!(
        read.get("plan.json").map(Document::kind),
        Some(crate::DocumentKind::AssessmentPlan)
    );
}

#[test]
fn files_that_are_no_bundle_are_refused_by_name() {
    let catalog = sample::bundle().unwrap().to_files().remove(0).1;
    let read = |files: Vec<(&str, &[u8])>| {
        let files = files
            .into_iter()
            .map(|(name, bytes)| (name.to_owned(), bytes.to_vec()))
            .collect();
        Bundle::from_files(files).expect_err("refused")
    };
    for name in [
        "../a.json",
        "a/b.json",
        "a.txt",
        ".json",
        ".a.json",
        "a b.json",
        "항목.json",
        "",
        "a.json\n",
    ] {
        assert_eq!(
            read(vec![("ok.json", &catalog), (name, &catalog)]),
            BundleError::Name { number: 2 },
            "{name}"
        );
    }
    let error = read(vec![("a.json", &catalog), ("a.json", &catalog)]);
    assert_eq!(
        error,
        BundleError::SecondFile {
            name: "a.json".to_owned()
        }
    );
    let error = read(vec![("a.json", &catalog), ("b.json", b"{\"catalog\": {}}")]);
    assert!(error.to_string().starts_with("b.json: line 1, column"), "{error}");
    let many = vec![("a.json", &[] as &[u8]); FILES_MAX + 1];
    assert_eq!(read(many), BundleError::TooMany);
    let half = vec![b' '; TOTAL_MAX_BYTES / 2 + 1];
    assert_eq!(read(vec![("a.json", &half), ("b.json", &half)]), BundleError::TooLarge);
}

#[test]
fn a_bundle_is_bounded_and_names_are_taken_once() {
    let mut bundle = Bundle::new();
    let document = sample::bundle().unwrap().documents.remove("catalog-fsi.json").unwrap();
    assert_eq!(
        bundle.insert("a", document.clone()),
        Err(BundleError::Name { number: 1 })
    );
    for index in 0..FILES_MAX {
        bundle.insert(format!("{index}.json"), document.clone()).unwrap();
    }
    assert_eq!(bundle.insert("more.json", document.clone()), Err(BundleError::TooMany));
    bundle.documents.remove("7.json");
    let error = bundle.insert("8.json", document).expect_err("taken");
    assert_eq!(
        error,
        BundleError::SecondFile {
            name: "8.json".to_owned()
        }
    );
}
