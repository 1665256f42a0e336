"""The table in a PDF that says which characters its glyphs are, right also beyond U+FFFF.

reportlab 5.1 writes such a character as five hexadecimal digits, which no reader understands:
copied or searched text lost the rare characters of names. The format wants UTF-16 big endian.
"""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.pdfbase import ttfonts

MAX_PER_BLOCK = 100  # of one bfchar block, by the CMap specification


def install() -> None:
    """Make reportlab write the table by `to_unicode_map` from now on."""
    ttfonts.makeToUnicodeCMap = to_unicode_map


def to_unicode_map(fontname: str, subset: Sequence[int]) -> str:
    """Return the CMap of a subset whose place n shows the code point `subset[n]`."""
    pairs = [f"<{place:02X}> <{_utf16(point)}>" for place, point in enumerate(subset)]
    blocks: list[str] = []
    for start in range(0, len(pairs), MAX_PER_BLOCK):
        block = pairs[start : start + MAX_PER_BLOCK]
        blocks += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo",
            f"<< /Registry ({fontname}) /Ordering ({fontname}) /Supplement 0 >> def",
            f"/CMapName /{fontname} def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            f"<00> <{len(subset) - 1:02X}>",
            "endcodespacerange",
            *blocks,
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
        ]
    )


def _utf16(point: int) -> str:
    return chr(point).encode("utf-16-be").hex().upper()
