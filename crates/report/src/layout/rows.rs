//! Rows of cells side by side: the common part of tables, facts and signatures.
//!
//! A row that fits on a page is never split. One that is longer than a page is split between its lines.

use super::{BOTTOM, Flow, Ink, LEFT, Style, TOP};
use crate::pdf::PdfError;

/// The lines of one cell.
#[derive(Debug, Clone)]
pub(super) struct CellLines {
    pub(super) x: f32,
    pub(super) style: Style,
    pub(super) lines: Vec<String>,
    /// A shape before the first line; the lines stand to its right.
    pub(super) mark: Option<(String, f32)>,
    /// The node of the text; none where it only repeats.
    pub(super) node: Option<usize>,
}

/// Cells side by side.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) cells: Vec<CellLines>,
    /// Space above the lines.
    pub(super) above: f32,
    /// Space below the lines.
    pub(super) below: f32,
    /// From one baseline to the next, the same in every cell.
    pub(super) leading: f32,
    /// Whether the ground is shaded, as in the head of a table.
    pub(super) is_shaded: bool,
    /// The rule under the row.
    pub(super) rule: Option<(f32, Ink)>,
}

impl Row {
    fn line_count(&self) -> usize {
        self.cells.iter().map(|cell| cell.lines.len()).max().unwrap_or(1)
    }

    /// The height of the row when it is not split.
    pub(super) fn height(&self) -> f32 {
        self.slice_height(self.line_count())
    }

    fn slice_height(&self, lines: usize) -> f32 {
        let lines = (0..lines).map(|_| self.leading).sum::<f32>();
        self.above + lines + self.below
    }

    /// The same row as ornament: drawn, not read aloud.
    pub(super) fn repeated(&self) -> Self {
        let mut row = self.clone();
        for cell in &mut row.cells {
            cell.node = None;
        }
        row
    }
}

/// The tallest head that is repeated on every page, as a share of the page.
const HEAD_SHARE: f32 = 1.0 / 3.0;
/// As few lines as a slice of a split row may have at the foot of a page.
const SLICE_LINES: usize = 3;

impl Flow {
    /// Places a row; where it turns the page, the head is drawn again first.
    pub(super) fn row(&mut self, row: &Row, head: Option<&Row>) -> Result<(), PdfError> {
        let head = head.filter(|head| head.height() <= (BOTTOM - TOP) * HEAD_SHARE);
        let head_height = head.map_or(0.0, Row::height);
        if self.y + row.height() <= BOTTOM {
            self.slice(row, 0, row.line_count());
            return Ok(());
        }
        if row.height() <= BOTTOM - TOP - head_height {
            self.turn(head)?;
            self.slice(row, 0, row.line_count());
            return Ok(());
        }
        self.split(row, head)
    }

    fn turn(&mut self, head: Option<&Row>) -> Result<(), PdfError> {
        self.next_page()?;
        if let Some(head) = head {
            let repeated = head.repeated();
            self.slice(&repeated, 0, repeated.line_count());
        }
        Ok(())
    }

    fn split(&mut self, row: &Row, head: Option<&Row>) -> Result<(), PdfError> {
        let total = row.line_count();
        let mut from = 0;
        while from < total {
            self.y += row.above + row.below;
            let room = self.room(row.leading);
            self.y -= row.above + row.below;
            let left = total - from;
            if room < left.min(SLICE_LINES) {
                self.turn(head)?;
                continue;
            }
            let to = from + room.min(left);
            self.slice(row, from, to);
            from = to;
        }
        Ok(())
    }

    /// Draws the lines `from..to` of every cell and moves below them.
    fn slice(&mut self, row: &Row, from: usize, to: usize) {
        let height = row.slice_height(to - from);
        let top = self.y;
        if row.is_shaded {
            self.rule((LEFT, top), self.width(), height, Ink::Shade);
            self.rule((LEFT, top), self.width(), 0.9, Ink::Text);
        }
        for cell in &row.cells {
            let mut y = top + row.above;
            let indent = cell.mark.as_ref().map_or(0.0, |(_, indent)| *indent);
            if let Some((mark, _)) = cell.mark.as_ref().filter(|_| from == 0) {
                self.put(
                    (cell.x, y),
                    mark,
                    Style {
                        leading: row.leading,
                        ..cell.style
                    },
                    cell.node,
                );
            }
            for line in cell.lines.iter().take(to).skip(from) {
                self.put(
                    (cell.x + indent, y),
                    line,
                    Style {
                        leading: row.leading,
                        ..cell.style
                    },
                    cell.node,
                );
                y += row.leading;
            }
        }
        self.y += height;
        if let Some((thickness, ink)) = row.rule {
            self.rule((LEFT, self.y - thickness / 2.0), self.width(), thickness, ink);
        }
    }
}
