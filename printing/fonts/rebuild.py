"""Makes the font files beside it from their sources; run by hand, never by the service.

    python -m printing.fonts.rebuild NOTO_DIR HANA_DIR DEJAVU_DIR UNIHAN_DIR

needs fontTools. NOTO_DIR holds NotoSansSC_400Regular.ttf and NotoSansSC_700Bold.ttf (OFL), HANA_DIR
HanaMinA.ttf and HanaMinB.ttf, DEJAVU_DIR DejaVuSans.ttf and DejaVuSans-Bold.ttf, UNIHAN_DIR the
Unihan tables of the Unicode database, packed with bzip2.
"""

from __future__ import annotations

import bz2
import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools.subset import Options, Subsetter  # type: ignore[import-untyped]  # has none
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # has none
from fontTools.ttLib.tables._g_l_y_f import (  # type: ignore[import-untyped]  # has none
    flagOverlapSimple,
)

HERE = Path(__file__).parent
FIRST_HAN = 0x3400
# What a printed page never uses: layout for other writing directions, hinting, vertical metrics.
DROPPED = (
    *("GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "VORG", "kern"),
    *("fpgm", "prep", "cvt ", "gasp", "hdmx", "FFTM", "DSIG"),
)
# Dictionary-only and inscription characters: nobody is named so, and they would triple the file.
DICTIONARIES = frozenset({"GHZ", "GKX", "GHZR", "GZJW", "GZ", "GZFY", "GXM", "GDM", "GLGYJ"})
TAIWAN_NAMES = frozenset({"T1", "T2", "T3", "T4"})
VARIANTS = frozenset({"kSemanticVariant", "kSimplifiedVariant", "kTraditionalVariant"})
EXTRA_NAMES = "𠮷𡒉𤰉𪻐𠃬𨏍𫝆𡈽𠅤㛃䶮"
# Latin with all its accents, Greek, Cyrillic, Armenian, Georgian, punctuation, currency, arrows,
# mathematics, boxes, shapes, symbols, dingbats, the emoticons it has.
BEYOND_CHINESE = (
    *range(0x00A0, 0x0300),
    *range(0x0370, 0x0590),
    *range(0x10A0, 0x1100),
    *range(0x1E00, 0x2000),
    *range(0x2010, 0x2028),
    *range(0x2030, 0x205F),
    *range(0x2070, 0x2600),
    *range(0x2600, 0x27C0),
    *range(0x1F600, 0x1F650),
)


def main(argv: list[str]) -> None:
    """Write the five files; the arguments are the four folders of the module's text."""
    noto, hana, dejavu, unihan = (Path(argument) for argument in argv)
    regular = noto / "NotoSansSC_400Regular.ttf"
    known = set(TTFont(regular).getBestCmap())
    _write(regular, known, "FahuoSans-Regular.ttf", "Fahuo Sans", "Regular")
    bold = {u for u in known if _is_common(u) or u < FIRST_HAN}
    bold |= {u for u, key, _ in _rows(unihan, "OtherMappings") if key == "kTGH"} & known
    _write(noto / "NotoSansSC_700Bold.ttf", bold, "FahuoSans-Bold.ttf", "Fahuo Sans", "Bold")
    latin = set(BEYOND_CHINESE) - known
    for style, name in (("Regular", "DejaVuSans.ttf"), ("Bold", "DejaVuSans-Bold.ttf")):
        _write(dejavu / name, latin, f"FahuoLatin-{style}.ttf", "Fahuo Latin", style)
    rare = _rare(unihan) - known
    _write(hana / "HanaMinB.ttf", rare, "FahuoRare-Regular.ttf", "Fahuo Rare", "Regular")
    rest = rare - set(TTFont(hana / "HanaMinB.ttf").getBestCmap())
    _write(hana / "HanaMinA.ttf", rest, "FahuoRareA-Regular.ttf", "Fahuo Rare A", "Regular")


def _is_common(codepoint: int) -> bool:
    character = chr(codepoint)
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        # Of Big5 the first level only: the second is as rare as what has no bold at all.
        return b"\xa4\x40" <= character.encode("big5", "replace") <= b"\xc6\x7e"
    return True


def _rare(unihan: Path) -> set[int]:
    found = {ord(character) for character in EXTRA_NAMES} | set(range(FIRST_HAN, 0xA000))
    for codepoint, key, value in _rows(unihan, "IRGSources"):
        source = value.split("-")[0]
        if (
            (key == "kIRG_GSource" and source not in DICTIONARIES)
            or (key == "kIRG_TSource" and source in TAIWAN_NAMES)
            or key in ("kIRG_HSource", "kIRG_JSource")
        ):
            found.add(codepoint)
    for codepoint, key, _ in _rows(unihan, "Readings"):
        if key in ("kDefinition", "kXHC1983", "kHanyuPinlu"):
            found.add(codepoint)
    found |= {u for u, key, _ in _rows(unihan, "Variants") if key in VARIANTS}
    return {u for u in found if u >= FIRST_HAN}


def _rows(unihan: Path, table: str) -> Iterator[tuple[int, str, str]]:
    with bz2.open(unihan / f"Unihan_{table}.txt.bz2", "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("U+"):
                codepoint, key, value = line.rstrip("\n").split("\t")
                yield int(codepoint[2:], 16), key, value


def _write(source: Path, wanted: set[int], target: str, family: str, style: str) -> None:
    font = TTFont(source)
    options = Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += [tag for tag in DROPPED if tag not in options.drop_tables]
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted | {0x20})
    subsetter.subset(font)
    # The licences reserve the original names for unmodified fonts.
    full, compact = f"{family} {style}", f"{family.replace(' ', '')}-{style}"
    for record in list(font["name"].names):
        renamed = {1: family, 2: style, 3: compact, 4: full, 6: compact}.get(record.nameID)
        if renamed is not None:
            font["name"].setName(
                renamed, record.nameID, record.platformID, record.platEncID, record.langID
            )
    _lay_plain(font)
    font.save(HERE / target)


def _lay_plain(font: TTFont) -> None:
    """Take the mark of overlapping strokes away: for it rasterisers draw each letter 16 times over.

    Cut from variable fonts, every letter carries it, and black on white comes out the same without.
    """
    for name in font.getGlyphOrder():
        glyph = font["glyf"][name]
        if glyph.numberOfContours > 0:
            glyph.flags[0] &= ~flagOverlapSimple


if __name__ == "__main__":
    main(sys.argv[1:])
