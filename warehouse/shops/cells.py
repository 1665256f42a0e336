"""From the text of one cell to a value: text, number, amount, pieces.

Each converter first tries the cheap way that nearly every cell of a sound file takes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from warehouse.shops import refusals
from warehouse.shops.refusals import BadCell
from warehouse.shops.rows import MAX_CODE, MAX_NAME

UNREADABLE_MARK = "\udfff"  # what the decoders put in place of bytes that are no characters
EMPTY = frozenset({"", "-", "--", "—", "/", "null", "NULL", "None", "nan"})
MAX_FEN = 10**12
MAX_PIECES = 100_000
LONGEST_NUMBER = 32
SAFE_DIGITS = 15  # a spreadsheet keeps no more of a number
REMEMBERED = 8192

_BLANKS = " \t\r\n\u3000\xa0\ufeff\u200b"
_FIRST_SUSPECT = frozenset(_BLANKS + "='`-—/nN")  # wrapping, or the beginning of an EMPTY word
_LAST_SUSPECT = frozenset(_BLANKS)
_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d*)?E\+?\d{1,3}", re.IGNORECASE)
_NUMBER_CODE = re.compile(r"[!-~]{1,64}")
_AMOUNT_WORDS = str.maketrans("", "", "元圆¥￥ ,CNYRMBcnyrmb")
_HALF_GROUP = re.compile(r",(?!\d{3}(?!\d))")
_PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")
_NO_AMOUNT = frozenset({"无退款申请", "无", "免费", "包邮"})
_PIECES_WORDS = re.compile(r"(\d+)(?:\.0+)?(?:件|个|只|套|pcs)?")
_NO_PIECES = re.compile(r"0+(?:\.0+)?(?:件|个|只|套|pcs)?", re.IGNORECASE)
_NO_CHARACTER = 0xFFFE  # U+FFFE, U+FFFF and their like in each plane

T = TypeVar("T")
Convert = Callable[[str], Any]


class NumberText(str):
    """The text of a cell that the workbook stores as a number."""

    __slots__ = ()


class FormulaText(str):
    """The formula of a cell, with its equals sign; never a plain literal."""

    __slots__ = ()


class _Memory(dict[str, Any]):
    """The latest answers of a converter; a hit costs no call of Python code."""

    def __init__(self, convert: Convert) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, cell: str) -> Any:
        value = self._convert(cell)
        if len(self) >= REMEMBERED:
            self.clear()
        self[cell] = value
        return value


def remembering(convert: Callable[[str], T]) -> Callable[[str], T]:
    """Return `convert` with a memory of its latest answers, for columns whose values recur."""
    return _Memory(convert).__getitem__


def text_of_at_most(limit: int) -> Callable[[str], str]:
    """Return a converter to one line of clean text; BadCell if it is longer than `limit`."""

    def convert(cell: str) -> str:
        if not cell or (
            cell.isprintable()
            and len(cell) <= limit
            and cell[0] not in _FIRST_SUSPECT
            and cell[-1] not in _LAST_SUSPECT
        ):
            return str(cell)  # a plain one, whatever kind of text the cell was
        text = " ".join(clean(cell).split())
        if len(text) > limit:
            raise BadCell(refusals.too_long(limit, len(text)))
        return text

    return convert


def note_of_at_most(limit: int) -> Callable[[str], str]:
    """Return a converter to clean text that keeps its line breaks."""

    def convert(cell: str) -> str:
        if not cell:
            return cell
        text = clean(cell)
        if len(text) > limit:
            raise BadCell(refusals.too_long(limit, len(text)))
        return text

    return convert


def clean(cell: str) -> str:
    """Return the cell's text without wrapping (`="…"`, `'`, blanks) and control characters.

    Raises:
        BadCell: the cell holds undecodable bytes or a formula.
    """
    if isinstance(cell, FormulaText):
        raise BadCell(refusals.FORMULA)
    if not cell.isprintable():
        cell = _without_controls(cell)
    text = cell.strip(_BLANKS)
    if text.startswith('="') and text.endswith('"') and len(text) > 2:  # noqa: PLR2004
        text = text[2:-1].replace('""', '"').strip()
    elif text[:1] == "=" and text[1:].isdigit():
        text = text[1:]
    if text[:1] in ("'", "`") and (text[1:2].isdigit() or text[1:2] in ("", "+", "-", "*")):
        text = text[1:].strip()
    return "" if text in EMPTY else text


def _without_controls(cell: str) -> str:
    if UNREADABLE_MARK in cell:
        raise BadCell(refusals.UNREADABLE)
    cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if c.isprintable() else _instead(c) for c in cell)


def _instead(char: str) -> str:
    """Return what stands for an unprintable character: itself, a blank, a break, or nothing."""
    if char in "\n\u200d\u200c\u200e\u200f\u3000\xa0":  # emoji joiners and direction marks stay
        return char
    if char in "\x0b\x0c\x85\u2028\u2029":
        return "\n"
    category = unicodedata.category(char)
    if category == "Zs" or char == "\t":
        return " "
    # Unassigned characters may be newer than this Python; lone surrogates, controls and
    # direction overrides have no business in a name.
    return char if category in ("Cn", "Co") and ord(char) & _NO_CHARACTER != _NO_CHARACTER else ""


def number_code(cell: str) -> str:
    """Return an order or line number of ASCII characters without blanks; empty stays empty.

    Raises:
        BadCell: digits were lost in a spreadsheet, or this is no number of an order.
    """
    if plain := _plain_digits(cell):
        return plain
    text = unicodedata.normalize("NFKC", clean(cell))
    _require_undamaged(cell, text)
    if text and not _NUMBER_CODE.fullmatch(text):
        raise BadCell(refusals.NOT_A_NUMBER_CODE)
    return text


def _plain_digits(cell: str) -> str:
    """Return the digits of a text cell that holds nothing else but its wrapping, else nothing."""
    if type(cell) is not str:
        return ""
    inner = cell[2:-1] if cell[:2] == '="' else cell
    return inner if inner.isdigit() and inner.isascii() and len(inner) <= LONGEST_NUMBER else ""


def digits_code(cell: str) -> str:
    """Return an order or line number that must be digits; BadCell as for `number_code`."""
    if plain := _plain_digits(cell):
        return plain
    text = number_code(cell)
    if text and not text.isdigit():
        raise BadCell(refusals.NOT_A_NUMBER_CODE)
    return text


def seller_code(cell: str) -> str:
    """Return the seller's own code of an item as text; BadCell if a spreadsheet damaged it."""
    text = _short_text(cell)
    if text and not text.isalpha():
        _require_undamaged(cell, text)
    return text


_short_text = text_of_at_most(MAX_CODE)


def _require_undamaged(cell: str, text: str) -> None:
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell(refusals.DAMAGED_NUMBER)
    if isinstance(cell, NumberText) and len(text.strip("-")) > SAFE_DIGITS:
        raise BadCell(refusals.DAMAGED_NUMBER_CELL)


def lost_its_tail(number: str) -> bool:
    """Whether a long number ends in zeros only, as one that went through a spreadsheet does."""
    return (
        number.isdigit() and len(number) > SAFE_DIGITS + 1 and not number[SAFE_DIGITS:].strip("0")
    )


def phone(cell: str) -> str:
    """Return a phone number without its blanks; a privacy number keeps its extension (`-1234`)."""
    plain = cell[1:] if cell[:1] == "'" else cell
    if not plain or (plain.isdigit() and plain.isascii() and len(plain) <= SAFE_DIGITS):
        return str(plain)
    text = clean(cell)
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell(refusals.DAMAGED_NUMBER)
    if not text.startswith(("##", "$$", "~")):
        text = unicodedata.normalize("NFKC", text).replace(" ", "").replace("转", "-")
        text = text.removeprefix("+86").removeprefix("86-")
    if len(text) > MAX_NAME:
        raise BadCell(refusals.too_long(MAX_NAME, len(text)))
    return text


def fen(cell: str) -> int | None:
    """Return an amount in fen; None where there is none.

    Raises:
        BadCell: not an amount, more than two decimals, or beyond any order's worth.
    """
    text = unicodedata.normalize("NFKC", clean(cell))
    if not text or text in _NO_AMOUNT:
        return None
    try:
        if _HALF_GROUP.search(text):
            raise BadCell(refusals.BAD_AMOUNT)
        written = text.translate(_AMOUNT_WORDS)
        if not isinstance(cell, NumberText) and not _PLAIN_NUMBER.fullmatch(written):
            raise BadCell(refusals.BAD_AMOUNT)  # nobody writes 1e5 or 1_000 for money
        yuan = Decimal(written)
        if isinstance(cell, NumberText):
            yuan = round(yuan, 6)  # a workbook keeps 12.3 as 12.300000000000001
        amount = yuan * 100
        if not yuan.is_finite() or abs(amount) > MAX_FEN or amount != int(amount):
            raise BadCell(refusals.BAD_AMOUNT)
        return int(amount)
    except (ArithmeticError, ValueError):
        raise BadCell(refusals.BAD_AMOUNT) from None


def pieces(cell: str) -> int:
    """Return a number of pieces, above zero; BadCell for anything else."""
    match = _PIECES_WORDS.fullmatch(unicodedata.normalize("NFKC", clean(cell)))
    digits = match[1].lstrip("0") if match else ""
    if not digits:
        raise BadCell(refusals.BAD_PIECES)
    if len(digits) > SAFE_DIGITS or int(digits) > MAX_PIECES:
        raise BadCell(refusals.too_many_pieces(MAX_PIECES))
    return int(digits)


def pieces_or_none(cell: str) -> int:
    """Return a number of pieces, 0 where it says that there are none; BadCell for anything else."""
    if _NO_PIECES.fullmatch(unicodedata.normalize("NFKC", clean(cell))):
        return 0
    try:
        return pieces(cell)
    except BadCell as bad:
        if bad.reason == refusals.BAD_PIECES:
            raise BadCell(refusals.NOT_PIECES) from None
        raise
