"""Symbols as bars and modules to be laid on the dot grid, and the check digits of numbers.

Code 128 has an encoder of its own: the shortest symbol there is, and no surprise with digits. EAN
comes from python-barcode, QR and DataMatrix from zxing-cpp; both are asked for the pattern, never
for a picture. What GS1 says about numbers and their symbols stands in `gs1`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any, cast

import barcode as python_barcode
import numpy as np
import zxingcpp

from printing.errors import DocumentInvalid
from printing.gs1 import EAN13_DIGITS, FNC1, is_ean

QUIET_MODULES = 10
QUIET_MODULES_EAN = 11
QUIET_MODULES_QR = 4
MAX_CODE128_CHARS = 48
MAX_QR_CHARS = 200
QUIET_MODULES_DATAMATRIX = 2  # one is the least

# The 106 symbols of ISO/IEC 15417: six widths each, bar and space alternating. Then the stop.
_TABLE = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231"
    "113222123122123221223211221132221231213212223112312131311222321122321221312212322112322211"
    "212123212321232121111323131123131321112313132113132311211313231113231311112133112331132131"
    "113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111"
    "314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211"
    "241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214"
    "211232"
)
_PATTERNS = tuple(_TABLE[at : at + 6] for at in range(0, len(_TABLE), 6))
_STOP = "2331112"
_START = {"A": 103, "B": 104, "C": 105}
_SWITCH = {"A": 101, "B": 100, "C": 99}
_SHIFT = 98
_FNC1_VALUE = 102
_CHECK_MODULUS = 103


@dataclass(frozen=True, kw_only=True)
class Bars:
    """A linear symbol: widths in modules, bar and space alternating, a bar first and last."""

    content: str
    widths: tuple[int, ...]
    quiet: int = QUIET_MODULES

    @property
    def modules(self) -> int:
        """The width of the symbol without its quiet zones."""
        return sum(self.widths)


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """A square symbol: rows of modules, True where dark."""

    content: str
    rows: tuple[tuple[bool, ...], ...]
    quiet: int = QUIET_MODULES_QR

    @property
    def modules(self) -> int:
        """The side of the symbol without its quiet zone."""
        return len(self.rows)


@lru_cache(maxsize=512)
def code128(content: str) -> Bars:
    """Return the shortest Code 128 symbol of printable or control ASCII; `FNC1` may stand in it.

    `FNC1` as its first character makes it GS1-128 and does not count.

    Raises:
        DocumentInvalid: empty, longer than 48 characters, or beyond ASCII.

    Source: ISO/IEC 15417; length limit of GS1 General Specifications.
    """
    if not content or len(content.removeprefix(FNC1)) > MAX_CODE128_CHARS:
        raise DocumentInvalid("barcode", f"needs 1 to {MAX_CODE128_CHARS} characters")
    if any(ord(c) > 127 and c != FNC1 for c in content):  # noqa: PLR2004  the end of ASCII
        raise DocumentInvalid("barcode", "Code 128 knows ASCII only")
    values = _shortest(content)
    check = values[0] + sum(place * value for place, value in enumerate(values[1:], start=1))
    pattern = "".join(_PATTERNS[value] for value in (*values, check % _CHECK_MODULUS)) + _STOP
    return Bars(content=content, widths=tuple(int(width) for width in pattern))


@lru_cache(maxsize=512)
def ean(content: str) -> Bars:
    """Return the EAN-13 or EAN-8 symbol of 13 or 8 digits.

    Raises:
        DocumentInvalid: another length, not digits, or a wrong check digit.
    """
    if not is_ean(content):
        raise DocumentInvalid("barcode", f"{content} is no EAN: digits or check digit are wrong")
    name = "ean13" if len(content) == EAN13_DIGITS else "ean8"
    drawing = cast("Any", python_barcode.get(name, content))
    bits = str(drawing.build()[0]).replace("G", "1")  # guard bars are bars
    widths = tuple(len(list(run)) for _, run in groupby(bits.strip("0")))
    return Bars(content=content, widths=widths, quiet=QUIET_MODULES_EAN)


@lru_cache(maxsize=512)
def qr(content: str, *, level: str = "M") -> Matrix:
    """Return the QR symbol of the content in UTF-8 at error correction `level`.

    Raises:
        DocumentInvalid: empty or longer than 200 characters.
    """
    if not 1 <= len(content) <= MAX_QR_CHARS:
        raise DocumentInvalid("barcode", f"QR takes 1 to {MAX_QR_CHARS} characters here")
    symbol = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    return Matrix(content=content, rows=_modules_of(symbol))


@lru_cache(maxsize=512)
def data_matrix(content: str, *, is_gs1: bool = False) -> Matrix:
    """Return the square DataMatrix symbol of the content: for goods with no room for bars.

    GS1 content is written with its identifiers in brackets, as `gs1.readable` gives it.

    Raises:
        DocumentInvalid: empty, longer than 200 characters, beyond ASCII, or no GS1 content.
    """
    if not 1 <= len(content) <= MAX_QR_CHARS or not content.isascii():
        raise DocumentInvalid("barcode", f"DataMatrix takes 1 to {MAX_QR_CHARS} ASCII characters")
    try:
        symbol = zxingcpp.create_barcode(
            content, zxingcpp.BarcodeFormat.DataMatrix, gs1=is_gs1, force_square=True
        )
    except ValueError as error:
        raise DocumentInvalid("barcode", str(error)) from error
    return Matrix(content=content, rows=_modules_of(symbol), quiet=QUIET_MODULES_DATAMATRIX)


def _modules_of(symbol: Any) -> tuple[tuple[bool, ...], ...]:
    dark = np.asarray(symbol.to_image(scale=1, add_quiet_zones=False)) == 0
    return tuple(tuple(row) for row in dark.tolist())


def item_symbol(content: str) -> Bars:
    """Return what the goods carry: an EAN where the content is one, else Code 128."""
    return ean(content) if is_ean(content) else code128(content)


def longest_within(symbol: Bars | Matrix, modules: int) -> int:
    """Return how many characters of the content a symbol of this sort has room for.

    `modules` is the room with its quiet zones; the characters are the first of the content, fewer
    than it has. 0 where nothing fits or, as of an EAN, nothing can be left out.
    """
    if isinstance(symbol, Bars) and symbol.quiet == QUIET_MODULES_EAN:
        return 0
    make: Callable[[str], Bars | Matrix] = code128 if isinstance(symbol, Bars) else qr
    # Not every longer content makes a wider symbol: digits go in pairs.
    for length in range(len(symbol.content) - 1, 0, -1):
        shorter = make(symbol.content[:length])
        if shorter.modules + 2 * shorter.quiet <= modules:
            return length
    return 0


def _shortest(content: str) -> Sequence[int]:
    """Return the start value and the values after it, as few as can be.

    Works from the end: `best[set]` is the cheapest way to write the rest when that set is in force.
    Ties go to B, then C, then A, so the same content always makes the same bars.
    """
    best: dict[str, tuple[int, ...]] = {"B": (), "C": (), "A": ()}
    after_next = best
    for at in range(len(content) - 1, -1, -1):
        here = {
            one: found
            for one in "BCA"
            if (found := _written(content, at, one, best, after_next)) is not None
        }
        switched = dict(here)
        for one in "BCA":
            for other in "BCA":
                if other in here and (
                    one not in switched or len(here[other]) + 1 < len(switched[one])
                ):
                    switched[one] = (_SWITCH[other], *here[other])
        best, after_next = switched, best
    start = min("BCA", key=lambda one: len(best[one]))
    return (_START[start], *best[start])


def _written(
    content: str,
    at: int,
    one: str,
    rest: dict[str, tuple[int, ...]],
    after_next: dict[str, tuple[int, ...]],
) -> tuple[int, ...] | None:
    character = content[at]
    if character == FNC1:
        return (_FNC1_VALUE, *rest[one])
    if one == "C":
        pair = content[at : at + 2]
        is_pair = len(pair) == 2 and pair.isascii() and pair.isdigit()  # noqa: PLR2004
        return (int(pair), *after_next["C"]) if is_pair else None
    value = _value(character, one)
    if value is not None:
        return (value, *rest[one])
    shifted = _value(character, "B" if one == "A" else "A")
    return None if shifted is None else (_SHIFT, shifted, *rest[one])


def _value(character: str, one: str) -> int | None:
    number = ord(character)
    if one == "A":
        if number < 32:  # noqa: PLR2004  controls follow the capitals
            return number + 64
        return number - 32 if number < 96 else None  # noqa: PLR2004
    return number - 32 if 32 <= number < 128 else None  # noqa: PLR2004
