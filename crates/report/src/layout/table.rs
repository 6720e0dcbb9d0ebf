//! Tables: widths of columns, head and rows.

use super::rows::{CellLines, Row};
use super::{Flow, Ink, LEFT, Role, Style};
use crate::document::{Cell, LIMIT_COLUMNS, Tone};
use crate::font::Weight;
use crate::pdf::PdfError;

const CAPTION: Style = Style::new(8.8, 14.0, Weight::Regular, Ink::Quiet);
const NAME: Style = Style::new(8.4, 12.8, Weight::Bold, Ink::Text);
const BODY: Style = Style::new(8.8, 13.6, Weight::Regular, Ink::Text);
const GAP: f32 = 5.0;
const BELOW_CAPTION: f32 = 3.0;
/// The narrowest column, as a share of the table: one syllable fits.
const NARROWEST_SHARE: f32 = 0.04;

/// Where a column begins and how wide its text may be.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Column {
    x: f32,
    width: f32,
}

impl Flow {
    pub(super) fn table(
        &mut self,
        caption: &str,
        (head, widths): (&[String], &[f32]),
        rows: &[Vec<Cell>],
    ) -> Result<(), PdfError> {
        let count = rows.iter().map(Vec::len).chain([head.len()]).max().unwrap_or(0);
        if count > LIMIT_COLUMNS {
            return Err(PdfError::TooManyColumns { limit: LIMIT_COLUMNS });
        }
        let table = self.node(Role::Table, None);
        let caption = self.caption(caption, table);
        let columns = columns(widths, count, self.width());
        let has_names = head.iter().any(|name| !name.trim().is_empty());
        let head = has_names.then(|| self.head_row(head, &columns, table));
        let body = self.node(Role::TableBody, Some(table));
        let mut rows = rows.iter();
        let first = rows.next().map(|row| self.body_row(row, &columns, body));
        self.begin_table(caption, head.as_ref(), first.as_ref())?;
        if let Some(first) = &first {
            self.row(first, head.as_ref())?;
        }
        for row in rows {
            let row = self.body_row(row, &columns, body);
            self.row(&row, head.as_ref())?;
        }
        self.skip(12.0);
        Ok(())
    }

    /// The lines of a caption and their node, if there are any.
    fn caption(&mut self, caption: &str, table: usize) -> Option<(Vec<String>, usize)> {
        if caption.trim().is_empty() {
            return None;
        }
        let lines = self.lines(caption, CAPTION, self.width());
        Some((lines, self.node(Role::Caption, Some(table))))
    }

    /// Caption and head, on the page where the first row stands.
    fn begin_table(
        &mut self,
        caption: Option<(Vec<String>, usize)>,
        head: Option<&Row>,
        first: Option<&Row>,
    ) -> Result<(), PdfError> {
        let lines = caption.iter().flat_map(|(lines, _)| lines);
        let caption_height = lines.map(|_| CAPTION.leading).sum::<f32>() + BELOW_CAPTION;
        self.begin(caption_height + head.map_or(0.0, Row::height) + first.map_or(0.0, Row::height))?;
        self.skip(4.0);
        if let Some((lines, node)) = caption {
            self.flow_lines(&lines, LEFT, CAPTION, node)?;
            self.y += BELOW_CAPTION;
        }
        head.map_or(Ok(()), |head| self.row(head, None))
    }

    fn head_row(&mut self, names: &[String], columns: &[Column], table: usize) -> Row {
        let group = self.node(Role::TableHead, Some(table));
        let line = self.node(Role::TableRow, Some(group));
        let cells = columns.iter().enumerate().map(|(index, column)| {
            let name = names.get(index).map_or("", String::as_str);
            let node = Some(self.node(Role::ColumnName, Some(line)));
            let lines = self.lines(name, NAME, column.width);
            CellLines {
                x: column.x,
                style: NAME,
                lines,
                mark: None,
                node,
            }
        });
        let cells = cells.collect();
        let rule = Some((0.6, Ink::Quiet));
        Row {
            cells,
            above: GAP,
            below: GAP,
            leading: NAME.leading,
            is_shaded: true,
            rule,
        }
    }

    fn body_row(&mut self, row: &[Cell], columns: &[Column], body: usize) -> Row {
        let line = self.node(Role::TableRow, Some(body));
        let blank = Cell::default();
        let cells = columns.iter().enumerate().map(|(index, column)| {
            let role = if index == 0 { Role::RowName } else { Role::Cell };
            let node = self.node(role, Some(line));
            self.cell(row.get(index).unwrap_or(&blank), *column, node)
        });
        let cells = cells.collect();
        let rule = Some((0.5, Ink::Hairline));
        Row {
            cells,
            above: GAP,
            below: GAP,
            leading: BODY.leading,
            is_shaded: false,
            rule,
        }
    }

    fn cell(&mut self, cell: &Cell, column: Column, node: usize) -> CellLines {
        let style = match cell.tone {
            None => BODY,
            Some(Tone::Ok) => Style { ink: Ink::Ok, ..BODY },
            Some(Tone::Warn) => Style { ink: Ink::Warn, ..BODY },
            Some(Tone::Bad) => Style {
                ink: Ink::Bad,
                weight: Weight::Bold,
                ..BODY
            },
            Some(Tone::Muted) => Style {
                ink: Ink::Quiet,
                ..BODY
            },
        };
        // Wide enough for the widest of the four marks, so that words of one column stand under each other.
        let indent = BODY.size * 1.25;
        let mark = cell.tone.map(|tone| (format!("{} ", tone.mark()), indent));
        let width = if mark.is_some() {
            column.width - indent
        } else {
            column.width
        };
        let lines = self.lines(cell.words(self.language), style, width);
        CellLines {
            x: column.x,
            style,
            lines,
            mark,
            node: Some(node),
        }
    }
}

/// The columns of a table. Shares may be missing or senseless; the columns fill the width all the same.
fn columns(shares: &[f32], count: usize, width: f32) -> Vec<Column> {
    let good = |share: &&f32| share.is_finite() && **share > 0.0 && **share < 1e6;
    let known: Vec<f32> = shares.iter().take(count).filter(good).copied().collect();
    let mean = known.iter().sum::<f32>() / known.iter().map(|_| 1.0).sum::<f32>().max(1.0);
    let mean = if known.is_empty() { 1.0 } else { mean };
    let whole = |shares: &[f32]| shares.iter().sum::<f32>();
    let shares: Vec<f32> = (0..count)
        .map(|index| shares.get(index).filter(good).copied().unwrap_or(mean))
        .collect();
    let total = whole(&shares);
    let shares: Vec<f32> = shares
        .iter()
        .map(|share| (share / total).max(NARROWEST_SHARE))
        .collect();
    let total = whole(&shares);
    let mut x = LEFT;
    let mut columns = Vec::with_capacity(count);
    for share in shares {
        let full = width * share / total;
        columns.push(Column {
            x: x + GAP,
            width: full - GAP * 2.0,
        });
        x += full;
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::{GAP, columns};

    #[test]
    fn columns_fill_the_width_whatever_the_shares_are() {
        for shares in [
            &[][..],
            &[1.0],
            &[f32::NAN, -3.0, 0.0],
            &[1e9, 1.0, 0.5],
            &[0.1, 0.2, 0.7, 9.0],
        ] {
            for count in [1, 3, 24] {
                let columns = columns(shares, count, 467.0);
                let total: f32 = columns.iter().map(|column| column.width + GAP * 2.0).sum();
                assert!((total - 467.0).abs() < 0.1, "{shares:?} {count}: {total}");
                assert!(columns.iter().all(|column| column.width > 4.0), "{shares:?} {count}");
            }
        }
        assert!(columns(&[1.0], 0, 467.0).is_empty());
    }
}
