"""Makes the fonts of the PDF from Pretendard. Run by hand, only when Pretendard has a new version:

    npm pack pretendard@1.3.9 && tar xzf pretendard-1.3.9.tgz
    pip install fonttools==4.68.0
    python3 make.py package/dist/public/static

Two files, one a weight: an OpenType font with CFF outlines, compressed with zlib. Every modern Hangul syllable, Latin,
Greek, Cyrillic, kana and the symbols of KS X 1001 that Pretendard has; no Chinese characters. Left out are combining
marks, conjoining jamo and invisible characters, because the PDF places one glyph for one character and shows nothing
that cannot be seen. Digits have one width, so that dates and numbers of a table stand under each other.
The licence reserves the name Pretendard for the whole font, so what is made here is called Naru Sans.
"""

import io
import pathlib
import sys
import unicodedata
import zlib

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = pathlib.Path(__file__).parent
RANGES = [
    (0x0020, 0x017F), (0x0370, 0x03FF), (0x0400, 0x045F), (0x2010, 0x205E), (0x2070, 0x209C), (0x20A0, 0x20BF),
    (0x2100, 0x22FF), (0x2460, 0x24FF), (0x2500, 0x25FF), (0x2600, 0x27BF), (0x3000, 0x30FF), (0x3131, 0x318E),
    (0x3200, 0x33FF), (0xAC00, 0xD7A3), (0xFF01, 0xFFE6),
]
UNSEEN = {"Cc", "Cf", "Mn", "Me", "Mc", "Zl", "Zp"}
# Where the name stands: family, unique, full, PostScript, typographic family.
NAME_IDS = {1, 3, 4, 6, 16}


def characters():
    codes = {code for first, last in RANGES for code in range(first, last + 1)}
    return {code for code in codes if unicodedata.category(chr(code)) not in UNSEEN}


def single_substitutions(font, tag):
    table = font["GSUB"].table
    lookups = {
        index
        for record in table.FeatureList.FeatureRecord if record.FeatureTag == tag
        for index in record.Feature.LookupListIndex
    }
    found = {}
    for index in sorted(lookups):
        for part in table.LookupList.Lookup[index].SubTable:
            part = getattr(part, "ExtSubTable", part)
            found.update(getattr(part, "mapping", {}))
    return found


def even_digits(font):
    wide = single_substitutions(font, "tnum")
    for table in font["cmap"].tables:
        for code in range(0x30, 0x3A):
            if code in table.cmap:
                # Tables may share one mapping, so a digit may already be wide.
                table.cmap[code] = wide.get(table.cmap[code], table.cmap[code])


def make(source, weight):
    font = TTFont(source / f"Pretendard-{weight}.otf", recalcTimestamp=False)
    even_digits(font)
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in NAME_IDS:
            record.string = f"NaruSans-{weight}" if record.nameID == 6 else "Naru Sans"
    outlines = font["CFF "].cff
    outlines.fontNames = [f"NaruSans-{weight}"]
    outlines[0].FullName = f"Naru Sans {weight}"
    outlines[0].FamilyName = "Naru Sans"
    for part in outlines[0].FDArray:
        part.FontName = f"NaruSans-{weight}"
    plain = io.BytesIO()
    font.save(plain)
    packed = zlib.compress(plain.getvalue(), 9)
    path = HERE / f"naru-sans-{weight.lower()}.otf.zz"
    path.write_bytes(packed)
    count = len(font.getBestCmap())
    print(f"{path.name}: {count} characters, {len(plain.getvalue()):,} bytes, {len(packed):,} packed")


def main():
    for weight in ("Regular", "Bold"):
        make(pathlib.Path(sys.argv[1]), weight)


main()
