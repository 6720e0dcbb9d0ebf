use super::{PRINT_CSS, to_html_fragment, to_html_page};
use crate::document::{Block, Cell, Document, Language, Signature, Tone};

const EVIL: &str = "<script>\"&'</td>\u{202E}";

fn evil_document() -> Document {
    let text = || EVIL.to_owned();
    Document {
        language: Language::English,
        title: text(),
        subtitle: text(),
        reference: text(),
        author: text(),
        facts: vec![(text(), text())],
        blocks: vec![
            Block::Heading(1, text()),
            Block::Paragraph(text()),
            Block::Facts(vec![(text(), text())]),
            Block::Table {
                caption: text(),
                head: vec![text()],
                widths: vec![1.0],
                rows: vec![vec![Cell::toned(text(), Tone::Bad), text().into()]],
            },
            Block::Signatures(vec![Signature {
                role: text(),
                name: text(),
                date: text(),
                note: text(),
            }]),
            Block::PageBreak,
            Block::Note(text()),
        ],
    }
}

#[test]
fn everything_is_escaped() {
    let page = to_html_page(&evil_document(), "/a.css?\"><script>");
    assert!(!page.contains("<script"));
    assert!(!page.contains('\u{202E}'));
    assert!(!page.contains("\"&'"));
    let safe = "&lt;script&gt;&quot;&amp;&#39;&lt;/td&gt;[U+202E]";
    assert_eq!(page.matches(safe).count(), 20);
    assert!(page.contains("href=\"/a.css?&quot;&gt;&lt;script&gt;\""));
}

#[test]
fn the_policy_and_a_screen_reader_are_satisfied() {
    let page = to_html_page(&evil_document(), "/report.css");
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"));
    assert!(!page.contains("style=") && !page.contains("<style") && !page.contains(" on"));
    assert_eq!(page.matches("<caption>").count(), 1);
    assert_eq!(page.matches("scope=\"col\"").count(), 2);
    assert_eq!(page.matches("scope=\"row\"").count(), 1);
    assert_eq!(page.matches("<h1>").count(), 1);
    assert!(page.contains("<h2>"));
}

#[test]
fn every_element_is_closed() {
    let fragment = to_html_fragment(&evil_document());
    assert!(fragment.starts_with("<article class=\"report\" lang=\"en\">"));
    assert!(fragment.ends_with("</article>\n"));
    for name in [
        "article", "header", "h1", "h2", "p", "dl", "div", "dt", "dd", "table", "tr", "th", "td", "span",
    ] {
        let opened = fragment.matches(&format!("<{name}>")).count() + fragment.matches(&format!("<{name} ")).count();
        assert_eq!(opened, fragment.matches(&format!("</{name}>")).count(), "{name}");
    }
}

#[test]
fn every_class_has_a_rule_and_one_beginning() {
    let page = to_html_page(&evil_document(), "/report.css");
    for classes in page.split("class=\"").skip(1) {
        let class = classes.split('"').next().unwrap();
        assert!(class == "report" || class.starts_with("report-"), "{class}");
        let has_rule = PRINT_CSS.contains(&format!(".{class} ")) || PRINT_CSS.contains(&format!(".{class},"));
        assert!(has_rule || class == "report-text", "{class}");
    }
    assert!(PRINT_CSS.contains("@page"));
}

#[test]
fn line_feeds_and_missing_words_are_written() {
    let rows = vec![vec!["a\nb".into(), Cell::toned(" ", Tone::Warn)]];
    let table = Block::Table {
        caption: String::new(),
        head: vec![],
        widths: vec![f32::NAN, 1.0],
        rows,
    };
    let fragment = to_html_fragment(&Document {
        blocks: vec![table],
        ..Document::default()
    });
    assert!(fragment.contains("lang=\"ko\""));
    assert!(fragment.contains("a<br>b") && fragment.contains("주의") && fragment.contains("aria-hidden=\"true\">△<"));
    assert!(!fragment.contains("<caption>") && !fragment.contains("<col "));
}
