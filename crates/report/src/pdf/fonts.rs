//! A font in the file: only the glyphs that the document uses, and how they are read back as text.

use std::collections::{BTreeMap, BTreeSet};

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::{GlyphId, RawFace, Tag};

use super::{PdfError, References, packed};
use crate::font::Weight;

const IDENTITY: SystemInfo = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// One weight of the font and the characters that a document uses of it.
pub(super) struct FontUse {
    weight: Weight,
    /// The number of each character's glyph in the reduced font.
    numbers: BTreeMap<char, u16>,
    /// The width of each glyph in thousandths of the size, and the first character that it stands for.
    glyphs: BTreeMap<u16, (f32, char)>,
    remapper: GlyphRemapper,
}

impl FontUse {
    pub(super) fn of(weight: Weight, characters: BTreeSet<char>) -> Self {
        let font = weight.font();
        let mut remapper = GlyphRemapper::new();
        let (mut numbers, mut glyphs) = (BTreeMap::new(), BTreeMap::new());
        for c in characters {
            let glyph = font.glyph(c).unwrap_or(GlyphId(0));
            let number = remapper.remap(glyph.0);
            numbers.insert(c, number);
            glyphs.entry(number).or_insert((weight.advance(c, 1000.0), c));
        }
        Self {
            weight,
            numbers,
            glyphs,
            remapper,
        }
    }

    /// The name under which pages speak of the font.
    pub(super) const fn resource(&self) -> &'static [u8] {
        match self.weight {
            Weight::Regular => b"R",
            Weight::Bold => b"B",
        }
    }

    pub(super) const fn weight(&self) -> Weight {
        self.weight
    }

    /// The numbers of a text's glyphs, two bytes each.
    pub(super) fn encoded(&self, text: &str) -> Vec<u8> {
        let number = |c: char| self.numbers.get(&c).copied().unwrap_or(0);
        text.chars().flat_map(|c| number(c).to_be_bytes()).collect()
    }

    /// The name of the reduced font: six letters that differ with the glyphs, then the name (ISO 32000-1, 9.6.4).
    fn subset_name(&self) -> String {
        // FNV-1a, because it is short; the letters need only differ between subsets, not resist anyone.
        let mut hash: u64 = 0xCBF2_9CE4_8422_2325;
        for byte in self.numbers.keys().flat_map(|c| u32::from(*c).to_be_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
        let mut name = String::new();
        for _ in 0..6 {
            let letter = u8::try_from(hash % 26).expect("a rest of 26 fits in a byte");
            name.push(char::from(b'A' + letter));
            hash /= 26;
        }
        format!("{name}+{}", self.weight.name())
    }

    /// Writes the font and answers the object that pages refer to.
    pub(super) fn write(&self, pdf: &mut Pdf, references: &mut References) -> Result<Ref, PdfError> {
        let [font, cid, descriptor, to_unicode, file] = std::array::from_fn(|_| references.take());
        let name = self.subset_name();
        let name = Name(name.as_bytes());
        let mut written = pdf.type0_font(font);
        written.base_font(name).encoding_predefined(Name(b"Identity-H"));
        written.descendant_font(cid).to_unicode(to_unicode);
        written.finish();

        let mut written = pdf.cid_font(cid);
        written
            .subtype(CidFontType::Type0)
            .base_font(name)
            .system_info(IDENTITY)
            .font_descriptor(descriptor);
        let mut widths = written.widths();
        for (number, (width, _)) in &self.glyphs {
            widths.consecutive(*number, [*width]);
        }
        widths.finish();
        written.finish();

        self.write_descriptor(pdf, (descriptor, file), name);
        let mut map = UnicodeCmap::new(Name(b"Custom"), IDENTITY);
        for (number, (_, c)) in &self.glyphs {
            map.pair(*number, *c);
        }
        pdf.stream(to_unicode, &packed(&map.finish()))
            .filter(Filter::FlateDecode);
        let outlines = packed(&self.outlines()?);
        let mut stream = pdf.stream(file, &outlines);
        stream
            .filter(Filter::FlateDecode)
            .pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
        Ok(font)
    }

    fn write_descriptor(&self, pdf: &mut Pdf, (descriptor, file): (Ref, Ref), name: Name) {
        let face = &self.weight.font().face;
        let units = f32::from(face.units_per_em());
        let scaled = |value: i16| (f32::from(value) * 1000.0 / units).round();
        let bounds = face.global_bounding_box();
        let (stem, flags) = match self.weight {
            Weight::Regular => (84.0, FontFlags::SYMBOLIC),
            Weight::Bold => (136.0, FontFlags::SYMBOLIC | FontFlags::FORCE_BOLD),
        };
        let mut written = pdf.font_descriptor(descriptor);
        written.name(name).flags(flags).italic_angle(0.0).stem_v(stem);
        written.bbox(Rect::new(
            scaled(bounds.x_min),
            scaled(bounds.y_min),
            scaled(bounds.x_max),
            scaled(bounds.y_max),
        ));
        written
            .ascent(scaled(face.ascender()))
            .descent(scaled(face.descender()));
        written
            .cap_height(scaled(face.capital_height().unwrap_or(face.ascender())))
            .font_file3(file);
    }

    fn outlines(&self) -> Result<Vec<u8>, PdfError> {
        let failed = |reason: String| PdfError::Font { reason };
        let subset =
            subsetter::subset(self.weight.font().file, 0, &self.remapper).map_err(|error| failed(error.to_string()))?;
        let face = RawFace::parse(&subset, 0).map_err(|error| failed(error.to_string()))?;
        let outlines = face
            .table(Tag::from_bytes(b"CFF "))
            .ok_or_else(|| failed("no outlines".to_owned()))?;
        Ok(outlines.to_vec())
    }
}
