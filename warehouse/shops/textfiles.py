"""CSV and TAB-separated files in the encodings shops write."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import count, islice
from typing import BinaryIO

from warehouse.shops import refusals
from warehouse.shops.cells import UNREADABLE_MARK
from warehouse.shops.layouts import Layout
from warehouse.shops.limits import MB, Limits
from warehouse.shops.refusals import FileRefused, shown
from warehouse.shops.tables import Row, Table, find_header

SAMPLE = 256 * 1024
LONGEST_LINE = 1024 * 1024
HEAD = 200
FEWEST_ODD = 4  # so many control characters at the beginning, and it is no text
SEPARATORS = (",", "\t", ";")
ERRORS = "unreadable_mark"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNMARKED = ("utf-16-le", "utf-16-be")


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNREADABLE_MARK, error.end


codecs.register_error(ERRORS, _mark)


def open_text(stream: BinaryIO, name: str, layouts: Sequence[Layout], limits: Limits) -> Table:
    """Return the table of a text file; its encoding and separator are those its header fits.

    Raises:
        FileRefused: too large, not text, or no row that begins a known report.
    """
    size = stream.seek(0, io.SEEK_END)
    if size > limits.text_bytes:
        raise FileRefused(name, refusals.too_large(limits.text_bytes // MB))
    is_ended, head = _ends_in_break(stream), ""
    for encoding in _encodings(stream):
        for separator in SEPARATORS:
            rows = _rows(stream, encoding, separator, name, limits)
            match, first, below = find_header(rows, layouts)
            if match and len(match.header) > limits.columns:
                raise FileRefused(name, refusals.too_many_columns(limits.columns))
            if match:
                return Table(
                    sheet="",
                    match=match,
                    rows=below,
                    encoding=encoding,
                    total=size,
                    done=stream.tell,
                    is_ended=is_ended,
                )
            head = head or first
    is_text = sum(not char.isprintable() for char in head[:HEAD]) < FEWEST_ODD
    reason = layouts[0].unknown(shown(head)) if is_text else refusals.NOT_A_TABLE
    raise FileRefused(name, reason)


def _encodings(stream: BinaryIO) -> tuple[str, ...]:
    stream.seek(0)
    sample = stream.read(SAMPLE)
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return (encoding,)
    likely = ("utf-8", "gb18030") if _is_utf8(stream) else ("gb18030", "utf-8")
    return (*_UNMARKED, *likely) if b"\0" in sample else likely


def _is_utf8(stream: BinaryIO) -> bool:
    """Whether the file is UTF-8, a few damaged bytes or a cut end forgiven.

    Chinese in GBK is hardly ever valid UTF-8, so damage is rare among the sound characters of
    UTF-8 and everywhere in GBK.
    """
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    while block := stream.read(SAMPLE):
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            text = block.decode("utf-8", "replace")
            damaged = text.count("\ufffd")
            foreign = len(text) - len(text.encode("ascii", "ignore")) - damaged
            return damaged * 10 < foreign
    return True


def _rows(
    stream: BinaryIO, encoding: str, separator: str, name: str, limits: Limits
) -> Iterator[Row]:
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, ERRORS, newline="")
    # A line without end comes in pieces: as rows that fit no header, but never as a whole.
    lines = iter(partial(text.readline, LONGEST_LINE), "")
    reader = csv.reader(lines, delimiter=separator)
    numbers = count(1)
    try:
        yield from zip(numbers, islice(reader, limits.rows), strict=False)
        if next(reader, None) is not None:
            raise FileRefused(name, refusals.too_many_rows(limits.rows))
    except csv.Error:
        raise FileRefused(name, refusals.open_quote(next(numbers) - 1)) from None
    finally:
        # A reader that was left early may be collected after its file was closed.
        with suppress(ValueError):
            text.detach()


def _ends_in_break(stream: BinaryIO) -> bool:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 4))
    return stream.read().rstrip(b"\0")[-1:] in (b"\n", b"\r", b"\x1a")
