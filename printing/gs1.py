"""GS1 numbers and element strings: application identifiers with their data, checked before print.

What a symbol says (`symbol_content`, `FNC1` where one is due) and what people read (`readable`).

Source: GS1 General Specifications, sections 3 (identifiers), 5.4 (GS1-128), 7.8 (predefined length)
and 7.9 (check digit).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from printing.errors import DocumentInvalid

FNC1 = "\u00f1"  # stands for the function character in what a symbol says
EAN13_DIGITS = 13
EAN8_DIGITS = 8
SSCC_DIGITS = 18
GTIN_DIGITS = (8, 12, 13, 14)
GTIN_14 = 14
CENTURY = 2000
# The 82 characters GS1 allows in data that is not all digits.
_TEXT = r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]"
# Identifiers whose data ends by itself: no FNC1 after them.
_PREDEFINED = ("00", "01", "02", "03", "04", "11", "12", "13", "14", "15", "16", "17", "18", "19",
               "20", "31", "32", "33", "34", "35", "36", "41")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Identifier:
    """An application identifier: the title people know it by, and the shape of its data."""

    title: str
    shape: str
    has_check_digit: bool = False
    is_date: bool = False


@dataclass(frozen=True, kw_only=True)
class Element:
    """One identifier with its data."""

    ai: str
    value: str


def _text(title: str, most: int) -> Identifier:
    return Identifier(title=title, shape=f"{_TEXT}{{1,{most}}}")


def _digits(title: str, least: int, most: int | None = None) -> Identifier:
    return Identifier(title=title, shape=rf"\d{{{least},{most or least}}}")


def _number(title: str, digits: int) -> Identifier:
    return Identifier(title=title, shape=rf"\d{{{digits}}}", has_check_digit=True)


def _day(title: str) -> Identifier:
    return Identifier(title=title, shape=r"\d{6}", is_date=True)


IDENTIFIERS: Mapping[str, Identifier] = {
    "00": _number("SSCC", SSCC_DIGITS),
    "01": _number("GTIN", GTIN_14),
    "02": _number("CONTENT", GTIN_14),
    "10": _text("BATCH/LOT", 20),
    "11": _day("PROD DATE"),
    "13": _day("PACK DATE"),
    "15": _day("BEST BEFORE"),
    "16": _day("SELL BY"),
    "17": _day("USE BY"),
    "20": _digits("VARIANT", 2),
    "21": _text("SERIAL", 20),
    "30": _digits("VAR. COUNT", 1, 8),
    "37": _digits("COUNT", 1, 8),
    "240": _text("ADDITIONAL ID", 30),
    "241": _text("CUST. PART No.", 30),
    **{f"310{n}": _digits("NET WEIGHT (kg)", 6) for n in range(6)},
    **{f"330{n}": _digits("GROSS WEIGHT (kg)", 6) for n in range(6)},
    "400": _text("ORDER NUMBER", 30),
    "401": _text("GINC", 30),
    "402": _number("GSIN", 17),
    "403": _text("ROUTE", 30),
    "410": _number("SHIP TO LOC", 13),
    "411": _number("BILL TO", 13),
    "412": _number("PURCHASE FROM", 13),
    "413": _number("SHIP FOR LOC", 13),
    "414": _number("LOC No.", 13),
    "420": _text("SHIP TO POST", 20),
    "421": Identifier(title="SHIP TO POST", shape=rf"\d{{3}}{_TEXT}{{1,9}}"),
    "90": _text("INTERNAL", 30),
    **{str(n): _text("INTERNAL", 90) for n in range(91, 100)},
}


def check_digit(digits: str) -> str:
    """Return the check digit of EAN, UPC, GTIN and SSCC numbers: weights 3 and 1 from the right."""
    weighted = sum(
        int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    return str(-weighted % 10)


def is_ean(content: str) -> bool:
    """Return whether the content is 13 or 8 digits with their right check digit."""
    sound = content.isascii() and content.isdigit() and len(content) in (EAN13_DIGITS, EAN8_DIGITS)
    return sound and content[-1] == check_digit(content[:-1])


def element(ai: str, value: str) -> Element:
    """Return the checked element.

    Raises:
        DocumentInvalid: an identifier not in the list, or data that is not of its shape.
    """
    known = IDENTIFIERS.get(ai)
    if known is None:
        raise DocumentInvalid("ai", f"({ai}) is not known here")
    if not re.fullmatch(known.shape, value, re.ASCII):
        raise DocumentInvalid(ai, f"{value!r} is no {known.title}")
    if known.has_check_digit and value[-1] != check_digit(value[:-1]):
        raise DocumentInvalid(ai, f"{value} has a wrong check digit")
    if known.is_date and not _is_day(value):
        raise DocumentInvalid(ai, f"{value} is no day YYMMDD")
    return Element(ai=ai, value=value)


def symbol_content(elements: Sequence[Element]) -> str:
    """Return what a GS1-128 symbol of these elements says, `FNC1` first and where data must end.

    Those of predefined length go first, so that as few separators as can be are needed.
    """
    ordered = sorted(elements, key=lambda e: not _ends_by_itself(e.ai))
    parts = [f"{e.ai}{e.value}{'' if _ends_by_itself(e.ai) else FNC1}" for e in ordered]
    return (FNC1 + "".join(parts)).rstrip(FNC1)


def readable(elements: Sequence[Element]) -> str:
    """Return the elements as they stand under a symbol: (00)340123450000000017."""
    ordered = sorted(elements, key=lambda e: not _ends_by_itself(e.ai))
    return "".join(f"({e.ai}){e.value}" for e in ordered)


def sscc(company_prefix: str, serial: int, *, extension: int = 0) -> str:
    """Return the 18 digits of a shipping container: extension, company prefix, serial, check digit.

    Raises:
        DocumentInvalid: the prefix is not 4 to 12 digits, or the serial has no room beside it.
    """
    sound = company_prefix.isascii() and company_prefix.isdigit() and 4 <= len(company_prefix) <= 12  # noqa: PLR2004  as GS1 gives them out
    if not sound:
        raise DocumentInvalid("company_prefix", "needs 4 to 12 digits")
    room = SSCC_DIGITS - 2 - len(company_prefix)
    if not 0 <= serial < 10**room or not 0 <= extension <= 9:  # noqa: PLR2004  one digit
        raise DocumentInvalid("serial", f"needs 0 to {10**room - 1}")
    body = f"{extension}{company_prefix}{serial:0{room}}"
    return body + check_digit(body)


def gtin14(number: str) -> str:
    """Return a GTIN of 8, 12, 13 or 14 digits in the 14 that symbols hold.

    Raises:
        DocumentInvalid: another length, not digits, or a wrong check digit.
    """
    sound = number.isascii() and number.isdigit() and len(number) in GTIN_DIGITS
    if not sound or number[-1] != check_digit(number[:-1]):
        raise DocumentInvalid("gtin", f"{number!r} is no GTIN")
    return number.zfill(GTIN_14)


def day(when: date) -> str:
    """Return a date as GS1 writes it: YYMMDD."""
    return when.strftime("%y%m%d")


def _ends_by_itself(ai: str) -> bool:
    return ai[:2] in _PREDEFINED


def _is_day(value: str) -> bool:
    """Tell whether YYMMDD is a day; 00 as its day says the end of the month."""
    year, month, number = CENTURY + int(value[:2]), int(value[2:4]), int(value[4:])
    try:
        date(year, month, number or 1)
    except ValueError:
        return False
    return True
