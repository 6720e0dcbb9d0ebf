//! The two weights of the font that stands in the PDF, and what they can draw.
//!
//! The files under `fonts/` are compressed; they are unpacked once, when the first document is laid out.

use std::sync::OnceLock;

use ttf_parser::{Face, GlyphId};

/// The thickness of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// One weight of the font: the file and its tables.
pub(crate) struct Font {
    /// The whole OpenType file.
    pub(crate) file: &'static [u8],
    /// The tables of the file.
    pub(crate) face: Face<'static>,
}

impl Weight {
    pub(crate) const ALL: [Self; 2] = [Self::Regular, Self::Bold];

    /// The PostScript name of the font.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Regular => "NaruSans-Regular",
            Self::Bold => "NaruSans-Bold",
        }
    }

    /// The font, unpacked at the first call.
    pub(crate) fn font(self) -> &'static Font {
        static REGULAR: OnceLock<Font> = OnceLock::new();
        static BOLD: OnceLock<Font> = OnceLock::new();
        match self {
            Self::Regular => {
                REGULAR.get_or_init(|| Font::unpacked(include_bytes!("../fonts/naru-sans-regular.otf.zz")))
            }
            Self::Bold => BOLD.get_or_init(|| Font::unpacked(include_bytes!("../fonts/naru-sans-bold.otf.zz"))),
        }
    }

    /// The width of a character at a size, both in points.
    pub(crate) fn advance(self, c: char, size: f32) -> f32 {
        let font = self.font();
        let units = font
            .glyph(c)
            .and_then(|glyph| font.face.glyph_hor_advance(glyph))
            .unwrap_or(0);
        f32::from(units) * size / f32::from(font.face.units_per_em())
    }

    /// The width of a line at a size, both in points.
    pub(crate) fn width(self, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.advance(c, size)).sum()
    }
}

impl Font {
    fn unpacked(packed: &[u8]) -> Self {
        let file = miniz_oxide::inflate::decompress_to_vec_zlib(packed).expect("the font is packed by fonts/make.py");
        // Never freed: the face borrows from the file for as long as the process runs, once for each weight.
        let file: &'static [u8] = Vec::leak(file);
        let face = Face::parse(file, 0).expect("the font is made by fonts/make.py");
        Self { file, face }
    }

    /// The glyph of a character, or none if the font cannot draw it.
    pub(crate) fn glyph(&self, c: char) -> Option<GlyphId> {
        self.face.glyph_index(c).filter(|glyph| glyph.0 != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::Weight;
    use crate::document::Tone;

    #[test]
    fn both_weights_draw_every_syllable_and_every_mark() {
        for weight in Weight::ALL {
            let marks = Tone::ALL.iter().map(|tone| tone.mark());
            let spelling = "[U+0123456789ABCDEF] …".chars();
            for c in ('가'..='힣').chain(' '..='~').chain(marks).chain(spelling) {
                assert!(weight.font().glyph(c).is_some(), "{weight:?} lacks {c}");
            }
            assert!(weight.font().glyph('金').is_none());
            assert!(weight.advance('가', 10.0) > 5.0);
        }
    }
}
