"""From the text of one cell to an instant, in the ways shops and spreadsheets write times."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from warehouse.shops import refusals
from warehouse.shops.cells import clean, remembering
from warehouse.shops.refusals import BadCell

_DATE = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?)?"
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  (a spreadsheet's day 0 has no zone)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_ISO_LENGTH = 19


def instants(zone: ZoneInfo, *, serial_days: int = 0) -> Callable[[str], int | None]:
    """Return a converter to seconds since 1970 UTC of times written in `zone`; None for empty.

    Reads `2016-05-23 22:02:00`, `2016/5/23 22:02`, `2016年5月23日`, ISO 8601 with an offset, and
    a spreadsheet's day number, to which `serial_days` is added.
    """

    def hour_of(text: str) -> int:
        return _seconds(_moment(f"{text}:00:00", 0), zone)

    hours = remembering(hour_of)  # orders come in crowds, and no zone changes within an hour

    def convert(cell: str) -> int | None:
        if len(cell) == _ISO_LENGTH and cell[13] == cell[16] == ":" and cell[0] == "2":
            minute, second = cell[14:16], cell[17:]
            if minute.isdecimal() and second.isdecimal() and minute < "60" and second < "60":
                return hours(cell[:13]) + int(minute) * 60 + int(second)
        text = unicodedata.normalize("NFKC", clean(cell))
        if not text or text.startswith("0000"):
            return None
        return _seconds(_moment(text, serial_days), zone)

    return convert


def _seconds(moment: datetime, zone: ZoneInfo) -> int:
    if not _FIRST_YEAR <= moment.year < _LAST_YEAR:
        raise BadCell(refusals.BAD_INSTANT)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return int(moment.timestamp())


def _moment(text: str, serial_days: int) -> datetime:
    try:
        if match := _DATE.fullmatch(text):
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
        if _SERIAL.fullmatch(text):
            seconds = round(float(text) * 86_400)
            return _SERIAL_ZERO + timedelta(days=serial_days, seconds=seconds)
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise BadCell(refusals.BAD_INSTANT) from None


def instant(seconds: int | None) -> datetime | None:
    """Return the aware instant of `seconds` since 1970, or None."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
