//! The drawing operators of one page.

use pdf_writer::{Content, Name, Str};

use super::count;
use super::fonts::FontUse;
use crate::layout::{Area, Ink, Node, PAGE_HEIGHT, Page, Run};

/// The drawing of a page, and which node each marked part of it belongs to.
pub(super) struct PageContent {
    pub(super) bytes: Vec<u8>,
    /// The node of each marked part; the place in the list is the part's number.
    pub(super) parts: Vec<usize>,
}

impl PageContent {
    pub(super) fn of(page: &Page, nodes: &[Node], fonts: &[FontUse]) -> Self {
        let mut content = Content::new();
        let mut parts = Vec::new();
        content.begin_marked_content(Name(b"Artifact"));
        for area in &page.areas {
            fill(&mut content, area.ink);
            rectangle(&mut content, area);
        }
        content.end_marked_content();
        let mut runs = page.runs.iter().peekable();
        while let Some(run) = runs.next() {
            match run.node.and_then(|node| nodes.get(node).map(|known| (node, known))) {
                Some((index, node)) => {
                    let mut marked =
                        content.begin_marked_content_with_properties(Name(super::structure::tag(node.role)));
                    marked.properties().identify(count(parts.len()));
                    drop(marked);
                    parts.push(index);
                }
                None => {
                    content.begin_marked_content(Name(b"Artifact"));
                }
            }
            content.begin_text();
            let mut last = (0.0, 0.0);
            show(&mut content, run, fonts, &mut last);
            // Lines of one node that follow each other are one part, so that they are read in one breath.
            while let Some(more) = runs.next_if(|next| next.node.is_some() && next.node == run.node) {
                show(&mut content, more, fonts, &mut last);
            }
            content.end_text();
            content.end_marked_content();
        }
        Self {
            bytes: content.finish().into_vec(),
            parts,
        }
    }
}

/// Shows a line; `last` is where the line before it began.
fn show(content: &mut Content, run: &Run, fonts: &[FontUse], last: &mut (f32, f32)) {
    let Some(font) = fonts.iter().find(|font| font.weight() == run.style.weight) else {
        return;
    };
    fill(content, run.style.ink);
    content.set_font(Name(font.resource()), run.style.size);
    let (x, y) = (hundredth(run.x), hundredth(PAGE_HEIGHT - run.baseline));
    content.next_line(hundredth(x - last.0), hundredth(y - last.1));
    *last = (x, y);
    content.show(Str(&font.encoded(&run.text)));
}

fn rectangle(content: &mut Content, area: &Area) {
    let bottom = PAGE_HEIGHT - area.y - area.height;
    content.rect(
        hundredth(area.x),
        hundredth(bottom),
        hundredth(area.width),
        hundredth(area.height),
    );
    content.fill_nonzero();
}

fn fill(content: &mut Content, ink: Ink) {
    let [red, green, blue] = ink.rgb().map(|part| (part * 1000.0).round() / 1000.0);
    content.set_fill_rgb(red, green, blue);
}

/// Rounded to a hundredth of a point, which no printer resolves.
fn hundredth(value: f32) -> f32 {
    (value * 100.0).round() / 100.0
}
