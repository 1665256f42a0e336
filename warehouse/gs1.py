"""GS1 element strings, bracketed ones and web addresses: what a symbol says of its goods.

Source: GS1 General Specifications, sections 3.2 (application identifiers), 7.2 (two-figure
years) and 7.8 (pre-defined lengths); GS1 Digital Link URI Syntax.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, unquote

GS = "\x1d"
# First two figures of an identifier → its length, the length of its data (0: to the separator).
_FIXED = (
    {"00": (2, 18), "01": (2, 14), "02": (2, 14), "03": (2, 14), "04": (2, 16), "20": (2, 2)}
    | {str(ai): (2, 6) for ai in range(11, 20)}
    | {str(ai): (4, 6) for ai in range(31, 37)}
    | {"41": (3, 13)}
)
_VARIABLE = (
    dict.fromkeys(("10", "21", "22", "30", "37", *map(str, range(90, 100))), (2, 0))
    | dict.fromkeys(("23", "24", "25", "40", "42", "71"), (3, 0))
    | dict.fromkeys(("39", "43", "70", "72", "80", "81", "82"), (4, 0))
)
_KINDS = _FIXED | _VARIABLE
_LAST_DAYS = ("15", "17", "7003")  # best before, use by, use by with its hour
_DATES = ("11", "12", "13", "16", *_LAST_DAYS)
_HOUR = re.compile(r"\d{10}", re.ASCII)  # YYMMDDHHMM
_BRACKETED = re.compile(r"\((\d{2,4})\)", re.ASCII)
_NAMING = ("01", "02", "00")  # goods, content, a unit: all end in a check digit
_LINK = re.compile(
    r"HTTPS?://[^/?#\s]+(?:/[^/?#]+)*?/01/(\d{8}|\d{12,14})((?:/[^?#]*)?)(?:\?([^#]*))?(?:#.*)?"
)
_MOST_AHEAD, _MOST_BEHIND, _MONTHS = 50, 49, 12
_LINK_KEYS = ("10", "21", "22")


def elements(text: str) -> dict[str, str]:
    """Return application identifier → data of an element string; empty if it is none.

    The first of two elements with the same identifier holds.
    """
    found: dict[str, str] = {}
    rest = text.strip(GS)
    while rest:
        width, length = _KINDS.get(rest[:2], (0, 0))
        ai = rest[:width]
        if not ai.isdecimal() or len(ai) != width:
            return {}
        if length:
            data, rest = rest[width : width + length], rest[width + length :]
            if len(data) != length or not data.isdecimal() or not data.isascii():
                return {}
        else:
            data, _, rest = rest[width:].partition(GS)
        found.setdefault(ai, data)
        rest = rest.lstrip(GS)
    return found


def bracketed_elements(text: str) -> dict[str, str]:
    """Return identifier → data of what is printed below a symbol: (01)06901…(17)270331; or empty.

    It is believed only where goods or a unit with a right check digit are among it.
    """
    head, *parts = _BRACKETED.split(text)
    ais, data = parts[::2], parts[1::2]
    if head or not parts or any(_KINDS.get(ai[:2], (0, 0))[0] != len(ai) for ai in ais):
        return {}
    pairs = zip(ais, data, strict=True)
    found = elements(GS.join(ai + said.replace(GS, "").strip() for ai, said in pairs))
    named = [found[ai] for ai in _NAMING if ai in found]
    return found if named and all(is_gtin(digits) for digits in named) else {}


def is_unmarked(text: str) -> bool:
    """Tell whether this is an element string although the scanner sent no mark of one.

    It is believed only where goods with a right check digit come first and a real day, or a lot
    or number with letters, comes with them: no other code of a warehouse looks like that.
    """
    if not re.match(r"01\d{14}\d\d", text, re.ASCII) or not is_gtin(text[2:16]):
        return False
    found = elements(text)
    has_day = any(_day_in(found[ai]) is not None for ai in _DATES if ai in found)
    names = found.get("10", "") + found.get("21", "")
    return has_day or (names != "" and not names.isdecimal())


def link_elements(text: str) -> dict[str, str]:
    """Return application identifier → data of a GS1 web address; empty if it is none."""
    match = _LINK.fullmatch(text)
    if match is None:
        return {}
    gtin, path, query = match[1].zfill(14), match[2] or "", match[3] or ""
    if not is_gtin(gtin):
        return {}
    found = {"01": gtin}
    parts = [unquote(part) for part in path.split("/")[1:]]
    for ai, data in [*zip(parts[::2], parts[1::2], strict=False), *parse_qsl(query)]:
        if ai in _LINK_KEYS or ai in _LAST_DAYS or ai in ("30", "37"):
            found.setdefault(ai, data.upper().replace(GS, "").strip())
    return found


def is_gtin(digits: str) -> bool:
    """Tell whether the check digit of these digits is right (weights 3 and 1 from the right)."""
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(reversed(digits)))
    return total % 10 == 0


def best_before(found: dict[str, str], *, year: int | None = None) -> date | None:
    """Return the last day these goods are good, None where no real day is given.

    With both a best-before and a use-by day, the earlier one; of an hour, its day.
    """
    days = [_day_in(found[ai], year=year) for ai in _LAST_DAYS if ai in found]
    return min((day for day in days if day is not None), default=None)


def _day_in(data: str, *, year: int | None = None) -> date | None:
    return day_of(data[:6] if _HOUR.fullmatch(data) else data, year=year)


def day_of(data: str, *, year: int | None = None) -> date | None:
    """Return the day written as YYMMDD, None if there is none such.

    Day 00 is the last of the month. Two figures stand for the year nearest to `year` (today's):
    those 51 to 99 above it are of the century before, those 50 to 99 below it of the one after.
    """
    if not re.fullmatch(r"\d{6}", data, re.ASCII):
        return None
    today = year or datetime.now(UTC).year
    yy, month, day = int(data[:2]), int(data[2:4]), int(data[4:])
    gap = yy - today % 100
    century = today // 100 - (gap > _MOST_AHEAD) + (gap < -_MOST_BEHIND)
    full = century * 100 + yy
    if not 1 <= month <= _MONTHS:
        return None
    last = monthrange(full, month)[1]
    return date(full, month, day or last) if day <= last else None
