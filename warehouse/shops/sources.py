"""From a file to its tables, whatever its name says it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import BinaryIO

from warehouse.shops import refusals
from warehouse.shops.layouts import Layout
from warehouse.shops.limits import Limits
from warehouse.shops.refusals import FileRefused
from warehouse.shops.rows import SourceFile
from warehouse.shops.tables import Table
from warehouse.shops.textfiles import open_text
from warehouse.shops.workbooks import open_workbook
from warehouse.text import Text

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED_ENTRY = "EncryptedPackage".encode("utf-16-le")
_OLE_DIRECTORY_WITHIN = 4 * 1024 * 1024
_NOT_TABLES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_WEB_PAGE = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")


def open_tables(
    source: SourceFile, layouts: Sequence[Layout], limits: Limits, stack: ExitStack
) -> Iterator[Table]:
    """Yield the tables of a file, recognised by content alone.

    Each table's rows must be read before the next one is asked for.

    Raises:
        FileRefused: the file cannot be read at all; the sentence says what to do.
    """
    stream = stack.enter_context(source.path.open("rb"))
    start = stream.read(1024)
    if reason := _refusal_of(start, stream):
        raise FileRefused(source.name, reason)
    if start.startswith(ZIP):
        yield from open_workbook(stream, source.name, layouts, limits, stack)
    else:
        yield open_text(stream, source.name, layouts, limits)


def _refusal_of(start: bytes, stream: BinaryIO) -> Text | None:
    if not start.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        return refusals.EMPTY_FILE
    if start.startswith(OLE):
        stream.seek(0)
        is_encrypted = _ENCRYPTED_ENTRY in stream.read(_OLE_DIRECTORY_WITHIN)
        return refusals.ENCRYPTED_WORKBOOK if is_encrypted else refusals.OLD_WORKBOOK
    if start.startswith(_NOT_TABLES):
        return refusals.NOT_A_TABLE
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_WEB_PAGE):
        return refusals.HTML_TABLE
    return None
