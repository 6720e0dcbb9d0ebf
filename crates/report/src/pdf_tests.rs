use std::collections::BTreeSet;

use miniz_oxide::inflate::decompress_to_vec_zlib;

use super::fonts::FontUse;
use super::{Rendered, to_pdf};
use crate::document::{Block, Cell, Document, Language, Signature, Tone};
use crate::font::Weight;

fn document(language: Language) -> Document {
    let rows = (1..=100).map(|number| {
        vec![
            number.to_string().into(),
            format!("항목 {number}").into(),
            Cell::toned("적합", Tone::Ok),
        ]
    });
    Document {
        language,
        title: "보안점검 <결과>".to_owned(),
        author: "평가원 & 친구".to_owned(),
        reference: "GRM-1".to_owned(),
        facts: vec![("기간".to_owned(), "2026-11-02".to_owned())],
        blocks: vec![
            Block::Heading(1, "항목".to_owned()),
            Block::Table {
                caption: "표".to_owned(),
                head: vec!["번호".to_owned(), "항목".to_owned(), "판정".to_owned()],
                widths: vec![1.0, 5.0, 3.0],
                rows: rows.collect(),
            },
            Block::Signatures(vec![Signature {
                name: "김하늘".to_owned(),
                ..Signature::default()
            }]),
        ],
        ..Document::default()
    }
}

fn rendered(document: &Document) -> Rendered {
    to_pdf(document).unwrap()
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// The streams of a file that inflate, one after the other.
fn streams(bytes: &[u8]) -> Vec<Vec<u8>> {
    let starts = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"\nstream\n"));
    starts
        .filter_map(|at| decompress_to_vec_zlib(&bytes[at + 8..]).ok())
        .collect()
}

#[test]
fn the_same_document_is_the_same_bytes() {
    let first = rendered(&document(Language::Korean));
    assert_eq!(first, rendered(&document(Language::Korean)));
    let mut other = document(Language::Korean);
    other.reference.push('가');
    assert_ne!(first.bytes, rendered(&other).bytes);
    assert!(!contains(&first.bytes, b"CreationDate") && !contains(&first.bytes, b"/ID"));
}

#[test]
fn the_file_says_what_it_is() {
    for (language, tag) in [(Language::Korean, "/Lang(ko)"), (Language::English, "/Lang(en)")] {
        let file = rendered(&document(language));
        assert!(file.bytes.starts_with(b"%PDF-1.7"));
        assert!(file.pages >= 3);
        assert!(file.missing.is_empty());
        for part in [
            tag,
            "/Marked true",
            "/StructTreeRoot",
            "/DisplayDocTitle true",
            "/FontFile3",
            "/Outlines",
        ] {
            assert!(contains(&file.bytes, part.as_bytes()), "{part}");
        }
        let title = "<rdf:li xml:lang=\"x-default\">보안점검 &lt;결과&gt;</rdf:li>";
        assert!(contains(&file.bytes, title.as_bytes()));
        assert!(contains(&file.bytes, "<rdf:li>평가원 &amp; 친구</rdf:li>".as_bytes()));
    }
}

#[test]
fn only_used_glyphs_are_embedded_and_they_read_back_as_text() {
    let file = rendered(&document(Language::Korean));
    assert!(file.bytes.len() < 120_000, "{} bytes", file.bytes.len());
    let maps: Vec<String> = streams(&file.bytes)
        .iter()
        .map(|stream| String::from_utf8_lossy(stream).into_owned())
        .collect();
    let maps: Vec<_> = maps.iter().filter(|text| text.contains("beginbfchar")).collect();
    assert_eq!(maps.len(), 2);
    for c in "항목적합✓".chars() {
        let code = format!("<{:04X}>", u32::from(c));
        assert!(maps.iter().any(|map| map.contains(&code)), "{c}");
    }
}

#[test]
fn text_is_encoded_glyph_by_glyph() {
    let font = FontUse::of(Weight::Regular, BTreeSet::from(['가', 'A']));
    let code = |text: &str| font.encoded(text);
    assert_eq!(code("A가A").len(), 6);
    assert_eq!(code("A가"), [code("A"), code("가")].concat());
    assert_ne!(code("A"), code("가"));
    assert_eq!(
        code("나"),
        [0, 0],
        "what was not announced is the font's box, not another letter"
    );
}

#[test]
fn marked_text_begins_and_ends() {
    for stream in streams(&rendered(&document(Language::Korean)).bytes) {
        let text = String::from_utf8_lossy(&stream);
        if !text.contains(" Tf") {
            continue;
        }
        let begun = text.matches("BDC").count() + text.matches("BMC").count();
        assert_eq!(begun, text.matches("EMC").count());
        assert!(begun > 2);
    }
}

#[test]
fn missing_characters_are_reported() {
    let blocks = vec![Block::Paragraph("金 銀 金".to_owned())];
    let file = rendered(&Document {
        title: "銅".to_owned(),
        blocks,
        ..Document::default()
    });
    assert_eq!(file.missing, ['金', '銀', '銅']);
}
