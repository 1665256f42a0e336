"""From raw scanner text to a scan: command card, badge, or the code of something.

What a code stands for is looked up by the step that needs it; here only its form is read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from warehouse import gs1
from warehouse.errors import InvalidInput
from warehouse.text import say

LONGEST_CODE = 64
LONGEST_SCAN = 512  # a two-dimensional symbol carries more than the code of its goods
BADGE_PREFIX = "BDG-"
CARD_PREFIX = "CMD-"
WEIGHT_PREFIX = "CMD-WEIGHT-"
GS = gs1.GS
_SYMBOLOGY = ("]C1", "]E0", "]E4", "]D2", "]Q3", "]C0", "]e0", "]d2")
_LARGEST_COUNT = 9_999
_SHORTEST_GTIN = 13  # as symbols write them


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
    """A number keyed on the screen, as typed: pieces, a day, grams, or kilograms with a point."""

    text: str


@dataclass(frozen=True)
class CodeScan:
    """Any other code: bin, item, tote, carton, parcel, waybill, station.

    A GS1 symbol may say more of the goods: their lot, the last day they are good, the number of
    the one piece.
    """

    code: str
    pieces: int = 1
    lot: str = ""
    best_before: date | None = None
    serial: str = ""

    @property
    def goods(self) -> str:
        """What a symbol that says more of its goods stands on; "" where it does not name them."""
        says_more = self.lot or self.serial or self.best_before
        is_named = self.code not in (self.lot, self.serial) and len(self.code) >= _SHORTEST_GTIN
        return self.code if says_more and is_named else ""


Scan = CardScan | BadgeScan | WeightScan | CodeScan


def parse(raw: str) -> Scan:
    """Return what kind of scan the text is.

    Control characters (but the GS1 separator), blanks around and symbology marks are dropped,
    letters made upper case, GS1 element strings, also those written with brackets, and GS1 web
    addresses reduced to what they say of the goods: GTIN, count, lot, best-before, serial number.
    A symbol that says nothing but a day is read as YYYYMMDD.

    Raises:
        InvalidInput: nothing is left, the text is too long, a card nobody knows, or a count of
        pieces that no scan stands for.
    """
    text = clean(raw)
    if not text:
        raise InvalidInput(say("The scan is empty. Scan again."), field="barcode")
    is_ours = text.startswith((CARD_PREFIX, BADGE_PREFIX))
    if len(text) > (LONGEST_CODE if is_ours else LONGEST_SCAN):
        raise _too_long()
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
    if max(len(scan.code), len(scan.lot), len(scan.serial)) > LONGEST_CODE:
        raise _too_long()
    return scan


def _too_long() -> InvalidInput:
    return InvalidInput(say("The scan is too long for any code here."), field="barcode")


def clean(raw: str) -> str:
    """Return the text without control characters and outer blanks, in upper-case NFKC form."""
    text = raw[: LONGEST_SCAN * 2]
    if text.isascii() and text.isprintable():  # nearly every one, at a tenth of the cost
        return text.upper().strip(" ")
    text = unicodedata.normalize("NFKC", text)
    kept = (c for c in text if c == GS or unicodedata.category(c)[0] != "C")
    # Upper case may leave letters and their marks apart, so they are joined again.
    return unicodedata.normalize("NFKC", "".join(kept).upper()).strip(" " + GS)


def _code(text: str) -> CodeScan:
    is_gs1 = text.startswith(("]C1", "]D2", "]Q3"))
    for mark in _SYMBOLOGY:
        if text.startswith(mark.upper()):
            text = text[len(mark) :].strip(" ")
            break
    if is_gs1 or GS in text or gs1.is_unmarked(text):
        found = _goods(gs1.elements(text))
        if found is not None:
            return found
    said = gs1.bracketed_elements(text) if text.startswith("(") else gs1.link_elements(text)
    return _goods(said) or CodeScan(text.replace(GS, ""))


def _goods(elements: dict[str, str]) -> CodeScan | None:
    """Return what the elements say of goods, a unit or a day, None if they say none of these."""
    gtin = elements.get("01") or elements.get("02")
    lot, serial = elements.get("10", "").strip(), elements.get("21", "").strip()
    day = gs1.best_before(elements)
    if gtin is not None:
        return CodeScan(gtin.removeprefix("0"), _count(elements), lot, day, serial)
    # Some makers put the number of the piece, or of a pallet, or the day into a symbol of its own.
    code = elements.get("00") or serial or lot or (f"{day:%Y%m%d}" if day else "")
    return CodeScan(code, lot=lot, best_before=day, serial=serial) if code else None


def _count(elements: dict[str, str]) -> int:
    said = elements.get("37") or elements.get("30") or "1"
    if said.isdecimal() and 0 < int(said) <= _LARGEST_COUNT:
        return int(said)
    raise InvalidInput(
        say("The symbol says {count}, and one scan stands for 1 to {most}. Scan the code of"
            " one piece, and key in how many there are.",
            count=int(said) if said.isdecimal() else said[:20], most=_LARGEST_COUNT),
        field="barcode",
    )  # fmt: skip


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
