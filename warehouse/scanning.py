"""From raw scanner text to a scan: command card, badge, or the code of something.

What a code stands for is looked up by the step that needs it; here only its form is read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from warehouse.errors import InvalidInput
from warehouse.text import say

LONGEST_CODE = 64
BADGE_PREFIX = "BDG-"
CARD_PREFIX = "CMD-"
WEIGHT_PREFIX = "CMD-WEIGHT-"
GS = "\x1d"
_SYMBOLOGY = ("]C1", "]E0", "]E4", "]D2", "]Q3", "]C0", "]e0", "]d2")
# GS1 application identifiers with a fixed length of data (General Specifications, figure 3.2-1).
_FIXED = {"00": 18, "01": 14, "02": 14, "11": 6, "13": 6, "15": 6, "17": 6, "20": 2}
_VARIABLE = {"10", "21", "37", "30", "240", "241"}
_LARGEST_COUNT = 9_999


class Card(StrEnum):
    """The printed command cards; each is also a button."""

    OK = "CMD-OK"
    UNDO = "CMD-UNDO"
    SHORT = "CMD-SHORT"
    SKIP = "CMD-SKIP"
    FULL = "CMD-FULL"
    REPRINT = "CMD-REPRINT"
    MISSING = "CMD-MISSING"
    MINUS = "CMD-MINUS"
    LOGOUT = "CMD-LOGOUT"


@dataclass(frozen=True)
class CardScan:
    """A command card or its button."""

    card: Card


@dataclass(frozen=True)
class BadgeScan:
    """A person's badge."""

    token: str


@dataclass(frozen=True)
class WeightScan:
    """A weight keyed on the screen, as typed: grams, or kilograms with a point."""

    text: str


@dataclass(frozen=True)
class CodeScan:
    """Any other code: bin, item, tote, carton, parcel, waybill, station."""

    code: str
    pieces: int = 1


Scan = CardScan | BadgeScan | WeightScan | CodeScan


def parse(raw: str) -> Scan:
    """Return what kind of scan the text is.

    Control characters (but the GS1 separator), blanks around and symbology marks are dropped,
    letters made upper case, GS1 element strings reduced to their GTIN and count.

    Raises:
        InvalidInput: nothing is left, the text is too long, or a card nobody knows.
    """
    text = clean(raw)
    if not text:
        raise InvalidInput(say("The scan is empty. Scan again."), field="barcode")
    if len(text) > LONGEST_CODE:
        raise InvalidInput(say("The scan is too long for any code here."), field="barcode")
    if text.startswith(WEIGHT_PREFIX):
        return WeightScan(text[len(WEIGHT_PREFIX) :])
    if text.startswith(CARD_PREFIX):
        if text not in set(Card):
            raise InvalidInput(
                say("There is no command card {card}.", card=text[:40]), field="barcode"
            )
        return CardScan(Card(text))
    if text.startswith(BADGE_PREFIX) and text != BADGE_PREFIX:
        return BadgeScan(text[len(BADGE_PREFIX) :])
    scan = _code(text)
    if not scan.code or scan.code == BADGE_PREFIX:
        raise InvalidInput(say("The scan is empty. Scan again."), field="barcode")
    return scan


def clean(raw: str) -> str:
    """Return the text without control characters and outer blanks, in upper-case NFKC form."""
    text = unicodedata.normalize("NFKC", raw[: LONGEST_CODE * 4])
    kept = (c for c in text if c == GS or unicodedata.category(c)[0] != "C")
    # Upper case may leave letters and their marks apart, so they are joined again.
    return unicodedata.normalize("NFKC", "".join(kept).upper()).strip(" " + GS)


def _code(text: str) -> CodeScan:
    is_gs1 = text.startswith(("]C1", "]D2", "]Q3"))
    for mark in _SYMBOLOGY:
        if text.startswith(mark.upper()):
            text = text[len(mark) :].strip(" ")
            break
    if is_gs1 or GS in text:
        elements = gs1_elements(text)
        gtin = elements.get("01") or elements.get("02")
        if gtin:
            count = elements.get("37") or elements.get("30") or "1"
            pieces = int(count) if count.isdigit() and 0 < int(count) <= _LARGEST_COUNT else 1
            return CodeScan(gtin.removeprefix("0"), pieces)
        if "00" in elements:
            return CodeScan(elements["00"])
    return CodeScan(text.replace(GS, ""))


_WEIGHT = re.compile(r"(\d{1,6})(?:[.,](\d{1,3}))?(KG|G)?")


def grams(text: str) -> int | None:
    """Return the grams that keys or a scale wrote, None if it is no weight.

    A whole number is grams; a decimal point or KG makes it kilograms.
    """
    match = _WEIGHT.fullmatch(text.replace(" ", "").upper())
    if match is None:
        return None
    whole, decimals, unit = match.groups()
    if unit == "G":
        return int(whole) if decimals is None else None
    if decimals is None and unit is None:
        return int(whole)
    return int(whole) * 1000 + int((decimals or "").ljust(3, "0"))


def gs1_elements(text: str) -> dict[str, str]:
    """Return application identifier → data of a GS1 element string; empty if it is none."""
    elements: dict[str, str] = {}
    rest = text.strip(GS)
    while rest:
        for width in (2, 3):
            ai = rest[:width]
            if ai in _FIXED:
                data = rest[width : width + _FIXED[ai]]
                if len(data) != _FIXED[ai]:
                    return {}
                elements[ai] = data
                rest = rest[width + _FIXED[ai] :].lstrip(GS)
                break
            if ai in _VARIABLE:
                data, _, rest = rest[width:].partition(GS)
                elements[ai] = data
                rest = rest.lstrip(GS)
                break
        else:
            return {}
    return elements
