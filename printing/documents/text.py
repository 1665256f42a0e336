"""Text as it may stand on paper: one normal form, nothing invisible, never longer than its cap."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from urllib.parse import quote

from printing.errors import DocumentInvalid

NOTE_CHARS = 200
NAME_CHARS = 40
ADDRESS_CHARS = 120
CODE_CHARS = 64
ELLIPSIS = "…"
# Controls, formats (bidirectional marks among them), lone surrogates.
INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
SPACES = frozenset({"Zs", "Zl", "Zp"})
# Turns a heart or a figure into its coloured picture; the plain one is what we print.
VARIATION_SELECTORS = frozenset({*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)})
# A face draws at most this many marks upon one letter; more is only meant to smear the page.
MARKS_PER_LETTER = 2
# Older code pages kept a few characters of names in private use; files from them still do.
FROM_PRIVATE_USE = {
    0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8,
    0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE864: 0x9FBB, 0xE863: 0x4DAE, 0xE816: 0x20087,
    0xE817: 0x20089, 0xE818: 0x200CC, 0xE831: 0x215D7, 0xE83B: 0x2298F, 0xE855: 0x241FE,
}  # fmt: skip
# Two letters in one, as typesetters had them: readers of a PDF give the letters back.
LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st",
             0xFB06: "st"}  # fmt: skip
PLAIN: Mapping[int, int | str] = {**FROM_PRIVATE_USE, **LIGATURES}
# Most texts are of characters that are as they should be, one by one and side by side.
_SOUND = re.compile(r"[ -~\u3001-\u3029\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff5e]*")


def clean(text: str, limit: int) -> str:
    """Return `text` in NFC on one line, without what cannot be seen, at most `limit` characters.

    A longer text ends in an ellipsis, which counts. Runs of white space become one blank.
    """
    # Only so much is looked at: a hostile megabyte must cost no more than a name.
    head = text[: limit * 4]
    if _SOUND.fullmatch(head):
        joined = " ".join(head.split())
    else:
        joined = " ".join("".join(_visible(head.translate(PLAIN))).split())
        joined = unicodedata.normalize("NFC", joined)
    if len(joined) <= limit and len(head) == len(text):
        return joined
    return joined[: limit - 1].rstrip() + ELLIPSIS if joined else ""


def code(field: str, value: str, *, limit: int = CODE_CHARS) -> str:
    """Return `value` when it may stand in a barcode: printable ASCII, not empty, not padded.

    Raises:
        DocumentInvalid: anything else.
    """
    if not value or len(value) > limit:
        raise DocumentInvalid(field, f"needs 1 to {limit} characters")
    if not all(" " <= character <= "~" for character in value):
        raise DocumentInvalid(field, "only printable ASCII can stand in a barcode")
    if value != value.strip():
        raise DocumentInvalid(field, "begins or ends with a blank")
    return value


def file_safe(number: str) -> str:
    """Return `number` as part of a file name: other characters become %XX, distinct stay so."""
    return quote(number, safe="").replace("~", "%7E")


def _visible(text: str) -> list[str]:
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in SPACES or character in "\t\n\r\v\f":
            kept.append(" ")
        elif category.startswith("M"):
            marks += 1
            if marks <= MARKS_PER_LETTER and ord(character) not in VARIATION_SELECTORS:
                kept.append(character)
            continue
        elif category not in INVISIBLE:
            kept.append(character)
        marks = 0
    return kept
