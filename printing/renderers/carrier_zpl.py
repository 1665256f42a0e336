"""What a carrier's own ZPL may say: one label and nothing that outlives it.

A printer keeps what it is set to for the labels after this one. Allowed are the commands that draw,
and those settings labels of carriers bring along; of these our own labels set back what would turn
or scale a picture (`printing.renderers.zpl`). What nobody could set back is refused, and so is what
makes the printer talk, pause, store for good or print again.

Source: the commands of Zebra's ZPL II programming guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from printing.errors import DocumentInvalid

_COMMAND = re.compile(rb"[\^~]([^\^~]?)([^\^~]?)([^\^~]*)")
# Graphics in raw bytes say how many there are; among them may be any.
_RAW_GRAPHIC = re.compile(rb"\^GF[BC],(\d{1,7}),(?:[^,\^~]*,){2}", re.IGNORECASE)
# Fonts and barcodes, fields, graphics, forms and pictures the printer has, their letters.
_DRAWS = re.compile(
    r"\^(?:[AB][!-~]?|F[BCDHMNOPRSTVWX]|G[BCDEFS]|I[LM]|X[ABFGZ]|C[FIVW]|S[EFN]|PA|TB|R[BFS])"
)
_SETS = re.compile(r"\^(?:JM|L[HLRST]|M[CDFMNTU]|P[FMOQRW]|ID)|~(?:SD|TA|DG)")
_LASTING = re.compile(rb"\s*(?:[ABE]:|\*)", re.IGNORECASE)  # storage that keeps what it is given
_NOT_BEGIN_OR_END = "is not one ZPL label from ^XA to ^XZ"
_BLANK = bytes(range(0x21)) + b"\x7f"


def check(content: bytes) -> None:
    """Refuse what is not exactly one label: the queue alone decides how many come out.

    Raises:
        DocumentInvalid: it begins or ends otherwise, asks for copies, or says what may outlive it.
    """
    said = list(_commands(content))
    names = [name for name, _ in said]
    ends = content.rstrip(_BLANK)[-3:].upper() == b"^XZ"
    if not ends or (names.count("^XA"), names.count("^XZ")) != (1, 1):
        raise DocumentInvalid("content", _NOT_BEGIN_OR_END)
    for name, given in said:
        if name == "^PQ":
            _check_copies(given)
        elif not _is_allowed(name, given):
            raise DocumentInvalid("content", f"changes the printer itself by {name}")


def _commands(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Return each command as the printer reads it, its name in capitals, and what is given to it.

    A stroke before anything but a letter begins none: ~1 in the data of a field.
    """
    plain = _without_raw_graphics(content)
    for found in _COMMAND.finditer(plain):
        name = found[0][:3].decode("latin-1").upper()
        if found[0][:1] == b"~" and not found[1].isalpha() and not found[1].isspace():
            continue
        yield name, found[3]


def _without_raw_graphics(content: bytes) -> bytes:
    kept, at = b"", 0
    while found := _RAW_GRAPHIC.search(content, at):
        kept += content[at : found.end()]
        at = found.end() + int(found[1])
    return kept + content[at:]


def _is_allowed(name: str, given: bytes) -> bool:
    if name in ("^LS", "^LT"):  # a printer may be laid straight by these: we would not know it
        return given.strip(_BLANK).strip(b"+-0") == b""
    if name == "^MU":  # another resolution of formats stays until the printer is switched off
        return b"," not in given
    if name in ("^ID", "~DG"):
        return not _LASTING.match(given)
    return bool(_DRAWS.fullmatch(name) or _SETS.fullmatch(name))


def _check_copies(given: bytes) -> None:
    """Hold that ^PQ asks for one: how many, when to pause, how many of each number."""
    numbers = [part.strip(_BLANK) for part in given.split(b",")]
    copies, replicates = numbers[0], numbers[2] if len(numbers) > 2 else b""  # noqa: PLR2004
    if copies.lstrip(b"0") not in (b"", b"1") or copies == b"0":
        raise DocumentInvalid("content", "asks for several copies by ^PQ")
    if replicates.strip(b"0") not in (b"", b"1"):
        raise DocumentInvalid("content", "asks for several copies by ^PQ")
