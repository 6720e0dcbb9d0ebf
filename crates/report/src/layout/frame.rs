//! What stands on every page around the text: running header, number of the page, reference.

use super::{Flow, Ink, LEFT, Layout, PAGE_HEIGHT, RIGHT, Run, Style};
use crate::document::Document;
use crate::font::Weight;
use crate::layout::Area;

const SMALL: Style = Style::new(8.0, 12.0, Weight::Regular, Ink::Quiet);
const HEADER_BASELINE: f32 = 50.0;
const FOOTER_BASELINE: f32 = PAGE_HEIGHT - 42.0;
/// As much of the line as the left of two texts may fill.
const LEFT_SHARE: f32 = 0.62;

/// The layout with its frame. Pages are numbered only now, because only now their count is known.
pub(super) fn framed(mut flow: Flow, document: &Document) -> Layout {
    let width = flow.width();
    let mut line = |text: &str, width: f32| {
        let text = flow.drawable(text, SMALL.weight).replace('\n', " ");
        fitted(&text, width)
    };
    let title = line(&document.title, width * LEFT_SHARE);
    let author = line(&document.author, width * (1.0 - LEFT_SHARE) - 12.0);
    let reference = line(&document.reference, width * LEFT_SHARE);
    let count = flow.layout.pages.len();
    for (number, page) in (1..).zip(&mut flow.layout.pages) {
        let mut put = |x: f32, baseline: f32, text: &str| {
            if !text.is_empty() {
                page.runs.push(Run {
                    x,
                    baseline,
                    style: SMALL,
                    text: text.to_owned(),
                    node: None,
                });
            }
        };
        let right = |text: &str| RIGHT - SMALL.weight.width(text, SMALL.size);
        if number > 1 {
            put(LEFT, HEADER_BASELINE, &title);
            put(right(&author), HEADER_BASELINE, &author);
        }
        let of = format!("{number} / {count}");
        put(LEFT, FOOTER_BASELINE, &reference);
        put(right(&of), FOOTER_BASELINE, &of);
        if number > 1 {
            page.areas.push(Area {
                x: LEFT,
                y: HEADER_BASELINE + 8.0,
                width,
                height: 0.5,
                ink: Ink::Hairline,
            });
        }
    }
    flow.layout
}

/// The text, shortened with an ellipsis if it is wider.
fn fitted(text: &str, width: f32) -> String {
    if SMALL.weight.width(text, SMALL.size) <= width {
        return text.to_owned();
    }
    let mut used = SMALL.weight.advance('…', SMALL.size);
    let fitting = text.chars().take_while(|c| {
        used += SMALL.weight.advance(*c, SMALL.size);
        used <= width
    });
    fitting.chain(['…']).collect()
}
