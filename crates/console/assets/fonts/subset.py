"""Makes the fonts of the pages from Pretendard. Run by hand, only when Pretendard has a new version:

    npm pack pretendard@1.3.9 && tar xzf pretendard-1.3.9.tgz
    pip install fonttools==4.68.0 brotli==1.2.1
    python3 subset.py package/dist/web/variable/woff2/PretendardVariable.woff2

Four files: Latin, the syllables that our own texts use, the other common syllables (KS X 1001), and all the rest.
A page fetches the first two and, for a rare name, one more. The licence reserves the name Pretendard for the whole
font, so what is made here is called Naru Sans.
"""

import pathlib
import sys

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[3]
# Syllables of family names, given names and institutions, which stand on most pages.
NAMES = (
    "강고곽구권김나남노류문민박배백변서성손송신심안양엄오우원유윤이임장전정조주지진차채천최추하한허현홍황"
    "가겸경관광국규근기길남다단담대덕도동두라란람래려련령로루리린림마만명모무미민범별병보봄봉부빈빛산상새샘석선설"
    "세소솔수숙순슬승시아애여연영예온옥완용우욱운율은을의인일자재종주준중지진찬창채철청초춘치태택평표필하학한해향혁"
    "현형혜호화환효후훈휘희흥은행농협증권저축카드보험페이토스뱅크캐피탈신탁우체국금고수산축기업국민씨티제일산림조합"
    "랑북교매머방버벽빌빵쇼였족집책퉁편핑햇횟픈"
    "생활비급여통장적금예금모으기비상용돈주택청약월자유입출저금리핀테크주식회사가계부"
)
HANGUL = range(0xAC00, 0xD7A4)
LATIN = [
    *range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x2010, 0x2028), 0x2030, 0x2032, 0x2033, 0x203B, 0x20A9, 0x20AC,
    *range(0x2190, 0x2194), 0x2212, 0x221E, 0x2248, 0x2260, 0x2264, 0x2265, *range(0x3000, 0x3012), 0x3014, 0x3015,
]


def used_syllables():
    texts = [ROOT / "crates/console/messages.toml", *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    texts += ROOT.glob("crates/**/*.toml")
    text = NAMES + "".join(path.read_text() for path in texts)
    return {ord(c) for c in text if ord(c) in HANGUL}


def common_syllables():
    def is_common(code):
        try:
            return len(chr(code).encode("euc_kr")) == 2
        except UnicodeEncodeError:
            return False

    return {code for code in HANGUL if is_common(code)}


def ranges(codes):
    parts, codes = [], sorted(codes)
    start = last = codes[0]
    for code in [*codes[1:], None]:
        if code is not None and code == last + 1:
            last = code
            continue
        parts.append(f"U+{start:X}" if start == last else f"U+{start:X}-{last:X}")
        start = last = code
    return parts


def make(source, name, codes):
    font = TTFont(source)
    options = subset.Options()
    options.layout_features = ["kern", "tnum", "ccmp", "locl", "mark", "mkmk"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": (400, 700)})
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            record.string = "NaruSans" if record.nameID == 6 else "Naru Sans"
    font.flavor = "woff2"
    path = HERE / f"naru-sans-{name}.woff2"
    font.save(path)
    print(f"{path.name}: {len(codes)} characters, {path.stat().st_size:,} bytes")


def rule(name, parts):
    lines, line = [], ""
    for part in parts:
        if len(line) + len(part) > 100:
            lines.append(line)
            line = ""
        line += f"{part}, "
    lines.append(line.rstrip(", "))
    text = "\n    ".join(line.rstrip() for line in lines)
    return (
        '@font-face {\n  font-family: "Naru Sans"; font-style: normal; font-weight: 400 700; font-display: swap;\n'
        f"  src: url({{naru-sans-{name}.woff2}}) format(\"woff2\");\n  unicode-range: {text};\n}}\n"
    )


def main():
    source = sys.argv[1]
    used, common = used_syllables(), common_syllables()
    jamo = set(range(0x3131, 0x318F))
    make(source, "rest", (set(HANGUL) - common - used) | jamo)
    make(source, "common", common - used)
    make(source, "ko", used)
    make(source, "latin", set(LATIN))
    # A later rule comes before an earlier one; where it lacks a character, the earlier one is asked.
    css = "/* Written by fonts/subset.py. A name in braces becomes the path under which that file is served. */\n"
    css += rule("rest", ["U+3131-318E", "U+AC00-D7A3"]) + rule("common", ["U+AC00-D7A3"])
    css += rule("ko", ranges(used)) + rule("latin", ranges(LATIN))
    (HERE / "fonts.css").write_text(css)


main()
