"""What a code of ours must look like so that a scanner can read it and nothing else claims it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from warehouse.scanning import BADGE_PREFIX, CARD_PREFIX, LONGEST_CODE, clean
from warehouse.text import Text, say

EAN_LENGTHS = (8, 12, 13, 14)

Problem = tuple[str, str, Text]  # field, what stands there, what is wrong with it


@dataclass(frozen=True, kw_only=True)
class RowRefusal:
    """A row of a list that was not taken: its number in the file, the field, what stood there."""

    row: int
    field: str
    value: str
    reason: Text

    def to_json(self) -> dict[str, Any]:
        """Return the plain form for an outcome's facts."""
        return {
            "row": self.row,
            "field": self.field,
            "value": self.value,
            "reason": self.reason.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> RowRefusal:
        """Return the refusal that `to_json` wrote."""
        return cls(
            row=value["row"],
            field=value["field"],
            value=value["value"],
            reason=Text.from_json(value["reason"]),
        )


def row_refusals(
    row: int, problems: Iterable[Problem], unread: Collection[str]
) -> list[RowRefusal]:
    """Return a refusal for each problem of a row; of cells nobody can read nothing more is said."""
    return [
        RowRefusal(row=row, field=field, value=value[:60], reason=reason)
        for field, value, reason in problems
        if field not in unread
    ]


def scan_code(text: str) -> str:
    """Return the code as a scanner will give it: upper case, without blanks around."""
    return clean(text)


def code_problem(code: str) -> Text | None:
    """Return why this cannot be printed as a barcode and scanned back, None if it can."""
    if not code:
        return say("The code is empty.")
    if len(code) > LONGEST_CODE:
        return say("The code is longer than {most} characters.", most=LONGEST_CODE)
    if not code.isascii() or not code.isprintable() or " " in code:
        return say("A code to be scanned has Latin letters, digits and signs only, no blanks.")
    if code.startswith((CARD_PREFIX, BADGE_PREFIX)):
        return say("Codes that begin with CMD- or BDG- are command cards and badges.")
    return None


def ean_problem(code: str) -> Text | None:
    """Return why this is no EAN, UPC or GTIN, None if it is one.

    Source: GS1 General Specifications, 7.9: weights 3 and 1 from the right.
    """
    if not code.isascii() or not code.isdigit() or len(code) not in EAN_LENGTHS:
        return say("An EAN has 8, 12, 13 or 14 digits.")
    if code[-1] != ean_check_digit(code[:-1]):
        return say("The last digit of this EAN is wrong: some digit was mistyped.")
    return None


def spellings_of(code: str) -> tuple[str, ...]:
    """Return every way to write the same GTIN, `code` itself first; of no GTIN only that.

    EAN-8, UPC-A, EAN-13 and GTIN-14 differ by leading zeros alone, and scanners, cases and
    suppliers' lists each have a habit of their own.

    Source: GS1 General Specifications, 3.3: a shorter GTIN stands right in the field of 14.
    """
    if ean_problem(code) is not None:
        return (code,)
    whole = code.zfill(14)
    others = (whole[14 - length :] for length in EAN_LENGTHS if int(whole[: 14 - length] or 0) == 0)
    return (code, *(other for other in others if other != code))


def ean_check_digit(body: str) -> str:
    """Return the check digit of the digits before it."""
    total = sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(reversed(body)))
    return str(-total % 10)
