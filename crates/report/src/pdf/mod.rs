//! A layout written as PDF 1.7 (ISO 32000-1), tagged for screen readers, with its fonts in it.
//!
//! Nothing here decides where anything stands. The file names no time and no random number: what a document's bytes
//! depend on is the document and this program alone.

mod content;
mod fonts;
mod metadata;
mod structure;

use std::collections::BTreeSet;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, TextStr};

use crate::document::{Document, TooLarge};
use crate::font::Weight;
use crate::layout::{Layout, PAGE_HEIGHT, PAGE_WIDTH, lay_out};
use content::PageContent;
use fonts::FontUse;

/// A document as PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// Characters that the font lacks, in the order of their numbers. They stand in the text as `[U+91D1]`.
    pub missing: Vec<char>,
}

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// There are too many characters.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// There are too many pages.
    #[error("the document has more than {limit} pages")]
    TooManyPages {
        /// How many pages a document may have.
        limit: usize,
    },
    /// There is a table that no page can hold.
    #[error("a table has more than {limit} columns")]
    TooManyColumns {
        /// How many columns a table may have.
        limit: usize,
    },
    /// The font could not be reduced to the characters of the document.
    #[error("the font cannot be reduced: {reason}")]
    Font {
        /// What the font lacks or violates.
        reason: String,
    },
}

/// Writes a document as PDF: A4, with page numbers, a running header and its fonts. The same document is the same
/// bytes.
pub fn to_pdf(document: &Document) -> Result<Rendered, PdfError> {
    let layout = lay_out(document)?;
    let bytes = written(document, &layout)?;
    let missing = layout.missing.iter().copied().collect();
    Ok(Rendered {
        bytes,
        pages: layout.pages.len(),
        missing,
    })
}

/// The numbers of the objects in the file, given out one after the other.
struct References {
    next: i32,
}

impl References {
    fn take(&mut self) -> Ref {
        let taken = Ref::new(self.next);
        self.next += 1;
        taken
    }

    fn take_many(&mut self, count: usize) -> Vec<Ref> {
        (0..count).map(|_| self.take()).collect()
    }
}

/// A count as PDF writes it. Counts are bounded far below by the limits of a document.
fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec_zlib(bytes, 6)
}

fn written(document: &Document, layout: &Layout) -> Result<Vec<u8>, PdfError> {
    let mut pdf = Pdf::with_settings(pdf_writer::Settings { pretty: false });
    pdf.set_version(1, 7);
    let mut references = References { next: 1 };
    let [catalog, tree, outline] = [references.take(), references.take(), references.take()];
    let pages = references.take_many(layout.pages.len());

    let uses = Weight::ALL.map(|weight| FontUse::of(weight, characters(layout, weight)));
    let mut fonts = Vec::with_capacity(uses.len());
    for font in &uses {
        fonts.push(font.write(&mut pdf, &mut references)?);
    }
    let mut contents = Vec::with_capacity(pages.len());
    for (index, page) in layout.pages.iter().enumerate() {
        let content = PageContent::of(page, &layout.nodes, &uses);
        let stream = references.take();
        pdf.stream(stream, &packed(&content.bytes)).filter(Filter::FlateDecode);
        let mut written = pdf.page(pages[index]);
        written
            .parent(tree)
            .media_box(Rect::new(0.0, 0.0, PAGE_WIDTH, PAGE_HEIGHT))
            .contents(stream);
        written
            .struct_parents(count(index))
            .tab_order(pdf_writer::types::TabOrder::StructureOrder);
        let mut resources = written.resources();
        let mut names = resources.fonts();
        for (font, reference) in uses.iter().zip(&fonts) {
            names.pair(Name(font.resource()), *reference);
        }
        names.finish();
        resources.finish();
        written.finish();
        contents.push(content);
    }
    pdf.pages(tree).kids(pages.iter().copied()).count(count(pages.len()));

    let structure = structure::write(&mut pdf, &mut references, (layout, &contents, &pages));
    let has_outline = metadata::write_outline(&mut pdf, &mut references, (outline, layout, &pages));
    let xmp = metadata::write(&mut pdf, &mut references, document);
    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr(document.language.tag())).metadata(xmp);
    root.pair(Name(b"StructTreeRoot"), structure);
    root.mark_info().marked(true);
    root.viewer_preferences().display_doc_title(true);
    if has_outline {
        root.outlines(outline);
    }
    root.finish();
    Ok(pdf.finish())
}

fn characters(layout: &Layout, weight: Weight) -> BTreeSet<char> {
    let runs = layout.pages.iter().flat_map(|page| &page.runs);
    runs.filter(|run| run.style.weight == weight)
        .flat_map(|run| run.text.chars())
        .collect()
}

#[cfg(test)]
#[path = "../pdf_tests.rs"]
mod tests;
