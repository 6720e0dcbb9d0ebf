//! A document that people read, sign and print: described once, written as HTML and as PDF.
//!
//! A [`Document`] is plain values in an order; nothing in it is markup. [`to_html_page`], [`to_html_fragment`] and
//! [`to_pdf`] are pure functions of it: no clock, no chance and no network may enter, so that the same document is the
//! same bytes. What an inspection means is decided elsewhere; here stands only how it looks on paper.

mod breaking;
mod document;
mod font;
mod html;
mod layout;
mod pdf;
mod text;

pub use document::{Block, Cell, Document, Language, Signature, Tone, TooLarge};
pub use html::{PRINT_CSS, to_html_fragment, to_html_page};
pub use pdf::{PdfError, Rendered, to_pdf};
