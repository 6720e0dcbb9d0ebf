//! Where every line of a document stands, page by page: a pure function of the document.
//!
//! Measures are points from the upper left corner of an A4 sheet (ISO 216). What is read aloud is a tree of nodes
//! beside the pages; lines without a node (running header, page number, repeated heads of tables) are ornament.

mod flow;
mod frame;
mod pieces;
mod rows;
mod table;

use std::collections::BTreeSet;

use crate::document::{Block, Document};
use crate::font::Weight;
use crate::pdf::PdfError;

pub(crate) use flow::Flow;

/// A4, upright.
pub(crate) const PAGE_WIDTH: f32 = 595.28;
/// A4, upright.
pub(crate) const PAGE_HEIGHT: f32 = 841.89;
const LEFT: f32 = 64.0;
const RIGHT: f32 = PAGE_WIDTH - 64.0;
const TOP: f32 = 88.0;
const BOTTOM: f32 = PAGE_HEIGHT - 78.0;
/// The longest document. A report of an inspection has some ten pages.
const LIMIT_PAGES: usize = 2_000;

/// A colour that has a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Text,
    Quiet,
    Hairline,
    Shade,
    Ok,
    Warn,
    Bad,
}

impl Ink {
    /// Red, green and blue from 0 to 1. Letters have a contrast of 4.5 to 1 or more on white and on the shade.
    pub(crate) fn rgb(self) -> [f32; 3] {
        let [red, green, blue] = match self {
            Self::Text => [0x1B, 0x21, 0x2B],
            Self::Quiet => [0x59, 0x63, 0x71],
            Self::Hairline => [0xD5, 0xDA, 0xE0],
            Self::Shade => [0xF4, 0xF6, 0xF8],
            Self::Ok => [0x17, 0x6B, 0x45],
            Self::Warn => [0x8A, 0x56, 0x00],
            Self::Bad => [0xA9, 0x22, 0x22],
        };
        [red, green, blue].map(|part: u8| f32::from(part) / 255.0)
    }
}

/// How a line is set. Sizes are points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Style {
    pub(crate) size: f32,
    /// From one baseline to the next.
    pub(crate) leading: f32,
    pub(crate) weight: Weight,
    pub(crate) ink: Ink,
}

impl Style {
    const fn new(size: f32, leading: f32, weight: Weight, ink: Ink) -> Self {
        Self {
            size,
            leading,
            weight,
            ink,
        }
    }
}

/// A line of text at its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    pub(crate) x: f32,
    pub(crate) baseline: f32,
    pub(crate) style: Style,
    pub(crate) text: String,
    /// The node it belongs to; none for ornament.
    pub(crate) node: Option<usize>,
}

/// A filled rectangle: a rule, or the ground of a table's head.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) ink: Ink,
}

/// What stands on one page.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Page {
    pub(crate) areas: Vec<Area>,
    pub(crate) runs: Vec<Run>,
}

/// What a node is, in the words of tagged PDF (ISO 32000-1, 14.8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Document,
    Heading(u8),
    Paragraph,
    Table,
    Caption,
    TableHead,
    TableBody,
    TableRow,
    ColumnName,
    RowName,
    Cell,
    List,
    ListItem,
    Label,
    LabelBody,
}

/// A node of the tree that is read aloud. Its parent stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) role: Role,
    pub(crate) parent: Option<usize>,
}

/// A heading for the list of contents beside the pages.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bookmark {
    pub(crate) title: String,
    pub(crate) page: usize,
    pub(crate) y: f32,
}

/// A document laid out.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Layout {
    pub(crate) pages: Vec<Page>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) bookmarks: Vec<Bookmark>,
    /// Characters that the font lacks; they are spelled out where they stand.
    pub(crate) missing: BTreeSet<char>,
}

/// Lays a document out.
pub(crate) fn lay_out(document: &Document) -> Result<Layout, PdfError> {
    document.check_size()?;
    let mut flow = Flow::new(document.language);
    flow.title_block(document)?;
    for block in &document.blocks {
        match block {
            Block::Heading(level, text) => flow.heading(*level, text),
            Block::Paragraph(text) => flow.paragraph(text)?,
            Block::Facts(facts) => flow.facts(facts)?,
            Block::Table {
                caption,
                head,
                widths,
                rows,
            } => flow.table(caption, (head, widths), rows)?,
            Block::Signatures(all) => flow.signatures(all)?,
            Block::PageBreak => flow.page_break()?,
            Block::Note(text) => flow.note(text)?,
        }
    }
    flow.begin(0.0)?;
    Ok(frame::framed(flow, document))
}

#[cfg(test)]
#[path = "../layout_tests.rs"]
mod tests;
