//! A document as HTML: elements with a meaning and class names, no script and no style attribute.
//!
//! A page with the policy `style-src 'self'` shows it as it is meant to look once it serves [`PRINT_CSS`] as a file.

use std::fmt::Write as _;

use crate::document::{Block, Cell, Document, Signature};
use crate::text::visible;

/// The stylesheet of a document, for the screen and for paper (`@page`). Every class begins with `report`.
pub const PRINT_CSS: &str = include_str!("print.css");

/// A whole page, which links the stylesheet under the address given.
pub fn to_html_page(document: &Document, stylesheet_href: &str) -> String {
    let (language, href) = (document.language.tag(), escaped(stylesheet_href));
    let title = escaped(&visible(&document.title));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n"
    );
    if !document.author.is_empty() {
        writing(
            &mut page,
            format_args!(
                "<meta name=\"author\" content=\"{}\">\n",
                escaped(&visible(&document.author))
            ),
        );
    }
    let article = to_html_fragment(document);
    writing(
        &mut page,
        format_args!(
            "<link rel=\"stylesheet\" href=\"{href}\">\n</head>\n<body class=\"report-page\">\n<main>\n\
             {article}</main>\n</body>\n</html>\n"
        ),
    );
    page
}

/// The document as an `<article class="report">`, to be set into a page.
pub fn to_html_fragment(document: &Document) -> String {
    let mut html = format!(
        "<article class=\"report\" lang=\"{}\">\n<header class=\"report-head\">\n",
        document.language.tag()
    );
    paragraph(&mut html, "report-subtitle", &document.subtitle);
    writing(&mut html, format_args!("<h1>{}</h1>\n", shown(&document.title)));
    paragraph(&mut html, "report-reference", &document.reference);
    facts(&mut html, &document.facts);
    html.push_str("</header>\n");
    for one in &document.blocks {
        block(&mut html, document, one);
    }
    html.push_str("</article>\n");
    html
}

fn block(html: &mut String, document: &Document, block: &Block) {
    match block {
        Block::Heading(level, text) => {
            let level = (*level).clamp(1, 3) + 1;
            writing(html, format_args!("<h{level}>{}</h{level}>\n", shown(text)));
        }
        Block::Paragraph(text) => paragraph(html, "report-text", text),
        Block::Note(text) => paragraph(html, "report-note", text),
        Block::Facts(pairs) => facts(html, pairs),
        Block::Table {
            caption,
            head,
            widths,
            rows,
        } => table(html, document, (caption, head, widths, rows)),
        Block::Signatures(all) => signatures(html, document, all),
        Block::PageBreak => html.push_str("<hr class=\"report-break\">\n"),
    }
}

fn paragraph(html: &mut String, class: &str, text: &str) {
    if !text.trim().is_empty() {
        writing(html, format_args!("<p class=\"{class}\">{}</p>\n", shown(text)));
    }
}

fn facts(html: &mut String, pairs: &[(String, String)]) {
    if pairs.is_empty() {
        return;
    }
    html.push_str("<dl class=\"report-facts\">\n");
    for (label, value) in pairs {
        writing(
            html,
            format_args!("<div><dt>{}</dt><dd>{}</dd></div>\n", shown(label), shown(value)),
        );
    }
    html.push_str("</dl>\n");
}

/// Caption, head, widths and rows.
type TableParts<'a> = (&'a str, &'a [String], &'a [f32], &'a [Vec<Cell>]);

fn table(html: &mut String, document: &Document, (caption, head, widths, rows): TableParts) {
    let count = rows.iter().map(Vec::len).chain([head.len()]).max().unwrap_or(0);
    html.push_str("<table class=\"report-table\">\n");
    if !caption.trim().is_empty() {
        writing(html, format_args!("<caption>{}</caption>\n", shown(caption)));
    }
    columns(html, widths, count);
    if head.iter().any(|name| !name.trim().is_empty()) {
        html.push_str("<thead>\n<tr>");
        for index in 0..count {
            let name = head.get(index).map_or("", String::as_str);
            writing(html, format_args!("<th scope=\"col\">{}</th>", shown(name)));
        }
        html.push_str("</tr>\n</thead>\n");
    }
    html.push_str("<tbody>\n");
    for row in rows {
        html.push_str("<tr>");
        for index in 0..count {
            let text = row.get(index).map_or_else(String::new, |one| cell(document, one));
            let (open, close) = if index == 0 {
                ("<th scope=\"row\">", "</th>")
            } else {
                ("<td>", "</td>")
            };
            writing(html, format_args!("{open}{text}{close}"));
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n");
}

/// The shares of the columns as class names, in steps of a twentieth, because a style attribute would be refused.
fn columns(html: &mut String, widths: &[f32], count: usize) {
    let total: f32 = widths.iter().take(count).sum();
    if !total.is_finite() || total <= 0.0 || widths.len() < count {
        return;
    }
    html.push_str("<colgroup>");
    for width in widths.iter().take(count) {
        let share = width / total;
        let step = (1_u8..20)
            .rev()
            .find(|step| f32::from(*step) / 20.0 - 0.025 <= share)
            .unwrap_or(1);
        writing(html, format_args!("<col class=\"report-w{}\">", step * 5));
    }
    html.push_str("</colgroup>\n");
}

fn cell(document: &Document, cell: &Cell) -> String {
    let words = shown(cell.words(document.language));
    let Some(tone) = cell.tone else {
        return words;
    };
    let (class, mark) = (tone.class(), tone.mark());
    format!(
        "<span class=\"report-{class}\"><span class=\"report-mark\" aria-hidden=\"true\">{mark}</span>{words}</span>"
    )
}

fn signatures(html: &mut String, document: &Document, all: &[Signature]) {
    let word = document.language.pick("(서명)", "(signature)");
    html.push_str("<div class=\"report-signatures\">\n");
    for signature in all {
        html.push_str("<div class=\"report-signature\">\n");
        paragraph(html, "report-role", &signature.role);
        writing(
            html,
            format_args!(
                "<p class=\"report-name\"><span>{}</span> \
                 <span class=\"report-sign\" aria-hidden=\"true\">{word}</span></p>\n",
                shown(&signature.name)
            ),
        );
        paragraph(html, "report-date", &signature.date);
        paragraph(html, "report-signed", &signature.note);
        html.push_str("</div>\n");
    }
    html.push_str("</div>\n");
}

/// Text as it may stand in an element: hidden characters spelled out, markup escaped, line feeds as breaks.
fn shown(text: &str) -> String {
    escaped(&visible(text)).replace('\n', "<br>")
}

/// Text that means nothing to a reader of markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

fn writing(html: &mut String, text: std::fmt::Arguments) {
    html.write_fmt(text).expect("writing to a string cannot fail");
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
