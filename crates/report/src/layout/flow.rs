//! The place where the next line goes, and the turn to the next page.

use super::{Area, BOTTOM, Bookmark, Ink, LEFT, LIMIT_PAGES, Layout, Node, Page, RIGHT, Role, Run, Style, TOP};
use crate::breaking;
use crate::document::Language;
use crate::font::Weight;
use crate::pdf::PdfError;
use crate::text;

/// A document being laid out: what is done, and how far down the page it has come.
pub(crate) struct Flow {
    pub(super) layout: Layout,
    pub(super) language: Language,
    /// Where the next line begins, in points from the top.
    pub(super) y: f32,
    /// Headings that wait for what follows them, so that none stands alone at the foot of a page.
    pub(super) waiting: Vec<Heading>,
}

/// A heading not yet placed.
pub(super) struct Heading {
    pub(super) level: u8,
    pub(super) lines: Vec<String>,
    pub(super) style: Style,
    pub(super) above: f32,
    pub(super) node: usize,
}

impl Flow {
    pub(super) fn new(language: Language) -> Self {
        let root = Node {
            role: Role::Document,
            parent: None,
        };
        let layout = Layout {
            pages: vec![Page::default()],
            nodes: vec![root],
            ..Layout::default()
        };
        Self {
            layout,
            language,
            y: TOP,
            waiting: Vec::new(),
        }
    }

    /// A new node; without a parent it belongs to the document.
    pub(super) fn node(&mut self, role: Role, parent: Option<usize>) -> usize {
        self.layout.nodes.push(Node {
            role,
            parent: parent.or(Some(0)),
        });
        self.layout.nodes.len() - 1
    }

    /// The lines of a text in a width. What the font lacks is spelled out and noted.
    pub(super) fn lines(&mut self, value: &str, style: Style, width: f32) -> Vec<String> {
        let shown = self.drawable(value, style.weight);
        breaking::lines(&shown, width, |c| style.weight.advance(c, style.size))
    }

    /// The text as the font can draw it, in one line or more.
    pub(super) fn drawable(&mut self, value: &str, weight: Weight) -> String {
        let font = weight.font();
        let mut shown = String::with_capacity(value.len());
        for c in text::visible(value).chars() {
            if c == '\n' || font.glyph(c).is_some() {
                shown.push(c);
            } else {
                self.layout.missing.insert(c);
                shown.push_str(&text::spelled(c));
            }
        }
        shown
    }

    pub(super) fn page(&mut self) -> &mut Page {
        if self.layout.pages.is_empty() {
            self.layout.pages.push(Page::default());
        }
        self.layout
            .pages
            .last_mut()
            .expect("a page was pushed when there was none")
    }

    /// One line whose upper edge is at `y`.
    pub(super) fn put(&mut self, (x, y): (f32, f32), text: &str, style: Style, node: Option<usize>) {
        if text.trim().is_empty() {
            return;
        }
        // The middle of a Hangul syllable of this font lies 0.36 of its size above the baseline.
        let baseline = y + style.leading / 2.0 + style.size * 0.36;
        self.page().runs.push(Run {
            x,
            baseline,
            style,
            text: text.to_owned(),
            node,
        });
    }

    pub(super) fn rule(&mut self, (x, y): (f32, f32), width: f32, height: f32, ink: Ink) {
        self.page().areas.push(Area {
            x,
            y,
            width,
            height,
            ink,
        });
    }

    pub(super) fn is_at_top(&self) -> bool {
        self.y <= TOP
    }

    pub(super) fn next_page(&mut self) -> Result<(), PdfError> {
        if self.layout.pages.len() >= LIMIT_PAGES {
            return Err(PdfError::TooManyPages { limit: LIMIT_PAGES });
        }
        self.layout.pages.push(Page::default());
        self.y = TOP;
        Ok(())
    }

    /// Turns the page if this height is not left on it, though it is on a fresh one.
    pub(super) fn reserve(&mut self, height: f32) -> Result<(), PdfError> {
        if self.y + height > BOTTOM && !self.is_at_top() && height <= BOTTOM - TOP {
            self.next_page()?;
        }
        Ok(())
    }

    /// Begins a block whose first part has this height: places the headings that wait for it, all on one page.
    pub(super) fn begin(&mut self, height: f32) -> Result<(), PdfError> {
        let waiting = std::mem::take(&mut self.waiting);
        let headings: f32 = waiting.iter().map(Heading::height).sum();
        // What no page can hold is not waited for.
        let whole = if headings + height <= BOTTOM - TOP {
            headings + height
        } else {
            headings
        };
        self.reserve(whole)?;
        for heading in waiting {
            self.skip(heading.above);
            if heading.level == 1 {
                self.bookmark(heading.lines.concat());
            }
            self.flow_lines(&heading.lines, LEFT, heading.style, heading.node)?;
            self.y += Heading::BELOW;
        }
        Ok(())
    }

    /// Empty space, which a page neither begins with nor overflows by.
    pub(super) fn skip(&mut self, height: f32) {
        if !self.is_at_top() {
            self.y = (self.y + height).min(BOTTOM);
        }
    }

    /// How many lines are left on the page.
    pub(super) fn room(&self, leading: f32) -> usize {
        let mut count = 0;
        let mut y = self.y + leading;
        while y <= BOTTOM {
            count += 1;
            y += leading;
        }
        count
    }

    /// Running lines, over pages if need be; neither the first nor the last of them stands alone.
    pub(super) fn flow_lines(&mut self, lines: &[String], x: f32, style: Style, node: usize) -> Result<(), PdfError> {
        let mut rest = lines;
        while !rest.is_empty() {
            let room = self.room(style.leading);
            let fits = room >= rest.len();
            let is_lone_first = rest.len() == lines.len() && room < 2;
            if !fits && (room == 0 || is_lone_first) && !self.is_at_top() {
                self.next_page()?;
                continue;
            }
            let is_lone_last = room + 1 == rest.len() && room > 2;
            let count = room.saturating_sub(usize::from(is_lone_last)).max(1).min(rest.len());
            let (now, later) = rest.split_at(count);
            for line in now {
                self.put((x, self.y), line, style, Some(node));
                self.y += style.leading;
            }
            if !later.is_empty() {
                self.next_page()?;
            }
            rest = later;
        }
        Ok(())
    }

    pub(super) fn page_break(&mut self) -> Result<(), PdfError> {
        self.begin(0.0)?;
        if self.is_at_top() { Ok(()) } else { self.next_page() }
    }

    pub(super) fn bookmark(&mut self, title: String) {
        let page = self.layout.pages.len() - 1;
        self.layout.bookmarks.push(Bookmark { title, page, y: self.y });
    }

    pub(super) const fn width(&self) -> f32 {
        RIGHT - LEFT
    }
}

impl Heading {
    /// Space between a heading and what follows it.
    pub(super) const BELOW: f32 = 4.0;

    fn height(&self) -> f32 {
        self.above + self.lines.iter().map(|_| self.style.leading).sum::<f32>() + Self::BELOW
    }
}
