//! The blocks that are no tables: title block, headings, paragraphs, facts, notes and signatures.

use super::flow::Heading;
use super::rows::{CellLines, Row};
use super::{Flow, Ink, LEFT, Role, Style};
use crate::document::{Document, Signature};
use crate::font::Weight;
use crate::pdf::PdfError;

const SUBTITLE: Style = Style::new(10.5, 17.0, Weight::Regular, Ink::Quiet);
const TITLE: Style = Style::new(23.0, 32.0, Weight::Bold, Ink::Text);
const REFERENCE: Style = Style::new(9.5, 15.0, Weight::Regular, Ink::Quiet);
const BODY: Style = Style::new(10.0, 17.0, Weight::Regular, Ink::Text);
const NOTE: Style = Style::new(8.8, 14.6, Weight::Regular, Ink::Quiet);
const LABEL: Style = Style::new(9.2, 15.0, Weight::Regular, Ink::Quiet);
const VALUE: Style = Style::new(9.6, 15.0, Weight::Regular, Ink::Text);
const LABEL_WIDTH: f32 = 112.0;
const NOTE_INDENT: f32 = 11.0;
/// The height of two facts of one line each, which are not parted from their heading.
const FIRST_FACTS: f32 = 46.0;

const ROLE: Style = Style::new(9.0, 14.0, Weight::Regular, Ink::Quiet);
const NAME: Style = Style::new(12.0, 17.0, Weight::Bold, Ink::Text);
const SIGNED: Style = Style::new(8.4, 13.2, Weight::Regular, Ink::Quiet);
const SIGNATURES_ABOVE: f32 = 10.0;
const SIGNATURE_GAP: f32 = 28.0;
/// Empty space in which a person signs.
const SIGNATURE_SPACE: f32 = 26.0;

impl Flow {
    pub(super) fn title_block(&mut self, document: &Document) -> Result<(), PdfError> {
        for (text, style, role) in [
            (&document.subtitle, SUBTITLE, Role::Paragraph),
            (&document.title, TITLE, Role::Heading(1)),
            (&document.reference, REFERENCE, Role::Paragraph),
        ] {
            if !text.trim().is_empty() {
                let node = self.node(role, None);
                let lines = self.lines(text, style, self.width());
                self.flow_lines(&lines, LEFT, style, node)?;
                self.y += 3.0;
            }
        }
        if document.facts.is_empty() {
            self.skip(16.0);
            return Ok(());
        }
        self.skip(15.0);
        self.rule((LEFT, self.y), self.width(), 0.9, Ink::Text);
        self.facts(&document.facts)
    }

    pub(super) fn heading(&mut self, level: u8, text: &str) {
        let level = level.clamp(1, 3);
        let (size, leading, above) = match level {
            1 => (14.0, 21.0, 20.0),
            2 => (11.5, 18.0, 13.0),
            _ => (10.0, 16.0, 9.0),
        };
        let style = Style::new(size, leading, Weight::Bold, Ink::Text);
        let lines = self.lines(text, style, self.width());
        let node = self.node(Role::Heading(level + 1), None);
        self.waiting.push(Heading {
            level,
            lines,
            style,
            above,
            node,
        });
    }

    pub(super) fn paragraph(&mut self, text: &str) -> Result<(), PdfError> {
        let node = self.node(Role::Paragraph, None);
        let lines = self.lines(text, BODY, self.width());
        self.begin(first_lines(&lines, BODY.leading))?;
        self.flow_lines(&lines, LEFT, BODY, node)?;
        self.skip(8.0);
        Ok(())
    }

    pub(super) fn note(&mut self, text: &str) -> Result<(), PdfError> {
        let node = self.node(Role::Paragraph, None);
        let lines = self.lines(text, NOTE, self.width() - NOTE_INDENT);
        self.begin(first_lines(&lines, NOTE.leading))?;
        self.skip(2.0);
        for line in &lines {
            self.reserve(NOTE.leading)?;
            self.rule((LEFT, self.y), 1.6, NOTE.leading, Ink::Hairline);
            self.put((LEFT + NOTE_INDENT, self.y), line, NOTE, Some(node));
            self.y += NOTE.leading;
        }
        self.skip(10.0);
        Ok(())
    }

    pub(super) fn facts(&mut self, facts: &[(String, String)]) -> Result<(), PdfError> {
        if facts.is_empty() {
            return Ok(());
        }
        let list = self.node(Role::List, None);
        self.begin(FIRST_FACTS)?;
        for (label, value) in facts {
            let item = self.node(Role::ListItem, Some(list));
            let label_node = self.node(Role::Label, Some(item));
            let value_node = self.node(Role::LabelBody, Some(item));
            let label = self.cell_lines((LEFT, LABEL_WIDTH - 10.0), label, LABEL, label_node);
            let place = (LEFT + LABEL_WIDTH, self.width() - LABEL_WIDTH);
            let value = self.cell_lines(place, value, VALUE, value_node);
            let rule = Some((0.5, Ink::Hairline));
            let cells = vec![label, value];
            self.row(
                &Row {
                    cells,
                    above: 4.0,
                    below: 4.0,
                    leading: VALUE.leading,
                    is_shaded: false,
                    rule,
                },
                None,
            )?;
        }
        self.skip(10.0);
        Ok(())
    }

    fn cell_lines(&mut self, (x, width): (f32, f32), text: &str, style: Style, node: usize) -> CellLines {
        let lines = self.lines(text, style, width);
        CellLines {
            x,
            style,
            lines,
            mark: None,
            node: Some(node),
        }
    }

    pub(super) fn signatures(&mut self, all: &[Signature]) -> Result<(), PdfError> {
        let width = (self.width() - SIGNATURE_GAP) / 2.0;
        for pair in all.chunks(2) {
            let rows = self.signature_rows(pair, width);
            self.begin(rows.iter().map(Row::height).sum::<f32>() + SIGNATURES_ABOVE)?;
            self.skip(SIGNATURES_ABOVE);
            for (index, row) in rows.iter().enumerate() {
                self.row(row, None)?;
                if index == 1 {
                    self.signature_lines(pair.len(), width);
                }
            }
            self.skip(12.0);
        }
        Ok(())
    }

    /// Role, name, and what was signed, each a row over the places of a pair.
    fn signature_rows(&mut self, pair: &[Signature], width: f32) -> Vec<Row> {
        let mut cells = [Vec::new(), Vec::new(), Vec::new()];
        for (x, signature) in places(width).into_iter().zip(pair) {
            let signed: Vec<&str> = [&signature.date, &signature.note]
                .into_iter()
                .map(|text| text.as_str())
                .filter(|t| !t.is_empty())
                .collect();
            let texts = [signature.role.clone(), signature.name.clone(), signed.join("\n")];
            for ((text, style), row) in texts.iter().zip([ROLE, NAME, SIGNED]).zip(&mut cells) {
                let node = self.node(Role::Paragraph, None);
                row.push(self.cell_lines((x, width), text, style, node));
            }
        }
        let [role, name, signed] = cells;
        let row = |cells, above, below, leading| Row {
            cells,
            above,
            below,
            leading,
            is_shaded: false,
            rule: None,
        };
        vec![
            row(role, 4.0, 0.0, ROLE.leading),
            row(name, SIGNATURE_SPACE, 4.0, NAME.leading),
            row(signed, 6.0, 4.0, SIGNED.leading),
        ]
    }

    /// The line on which a person signs, under the name, with its word at the end.
    fn signature_lines(&mut self, count: usize, width: f32) {
        let word = self.language.pick("(서명)", "(signature)");
        let word_width = SIGNED.weight.width(word, SIGNED.size);
        for x in places(width).into_iter().take(count) {
            self.rule((x, self.y), width, 0.6, Ink::Quiet);
            let place = (x + width - word_width, self.y - SIGNED.leading - 3.0);
            self.put(place, word, SIGNED, None);
        }
    }
}

/// The height of the lines that are not parted from the heading before them.
fn first_lines(lines: &[String], leading: f32) -> f32 {
    lines.iter().take(3).map(|_| leading).sum()
}

fn places(width: f32) -> [f32; 2] {
    [LEFT, LEFT + width + SIGNATURE_GAP]
}
