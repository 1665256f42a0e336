"""XLSX workbooks: refused before they can do harm, then read sheet by sheet as a stream."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

from warehouse.shops import refusals
from warehouse.shops.layouts import Layout
from warehouse.shops.limits import MB, Limits
from warehouse.shops.parts import PartRefused, SharedTexts, feed
from warehouse.shops.refusals import FileRefused, shown
from warehouse.shops.sheets import sheet_rows
from warehouse.shops.tables import Row, Table, find_header

BLOCK = 128 * 1024
SMALL_PART = MB
DAYS_TO_1904 = 1462
_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True, kw_only=True)
class _Contents:
    sheets: tuple[tuple[str, str, bool], ...]  # name, part, hidden
    texts_part: str | None
    serial_days: int


def open_workbook(
    stream: BinaryIO, name: str, layouts: Sequence[Layout], limits: Limits, stack: ExitStack
) -> Iterator[Table]:
    """Yield each sheet as a table; what must be closed at the end is put on `stack`.

    Tables must be read in turn: each one's rows before the next table is asked for.

    Raises:
        FileRefused: too large, damaged, hostile, or no workbook at all.
    """
    size = stream.seek(0, io.SEEK_END)
    if size > limits.workbook_bytes:
        raise FileRefused(name, refusals.too_large(limits.workbook_bytes // MB))
    try:
        archive = stack.enter_context(zipfile.ZipFile(stream))
        _require_harmless(archive, limits)
        contents = _contents(archive)
        texts = stack.enter_context(SharedTexts())
        if contents.texts_part:
            texts.load(_blocks(archive, contents.texts_part), limits)
        for sheet, part, is_hidden in contents.sheets:
            hidden: set[int] = set()
            rows = _guarded(sheet_rows(_blocks(archive, part), texts, limits, hidden), name)
            match, head, below = find_header(rows, layouts)
            yield Table(
                sheet=sheet,
                match=match,
                rows=below,
                head=shown(head),
                encoding="xlsx",
                serial_days=contents.serial_days,
                is_typed=True,
                total=size,
                done=stream.tell,
                is_hidden=is_hidden,
                hidden=hidden,
            )
    except PartRefused as refused:
        raise FileRefused(name, refused.reason) from None
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, OSError, NotImplementedError):
        raise FileRefused(name, refusals.DAMAGED_WORKBOOK) from None


def _guarded(rows: Iterator[Row], name: str) -> Iterator[Row]:
    try:
        yield from rows
    except PartRefused as refused:
        raise FileRefused(name, refused.reason) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
        raise FileRefused(name, refusals.DAMAGED_WORKBOOK) from None


def _require_harmless(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse by the directory alone; `zipfile` never inflates beyond the sizes stated there."""
    parts = archive.infolist()
    if _WORKBOOK not in archive.NameToInfo:
        raise PartRefused(refusals.ZIP_NOT_WORKBOOK)
    if len(parts) > limits.entries:
        raise PartRefused(refusals.UNSAFE_WORKBOOK)
    limit_mb = limits.inflated_bytes // MB
    if sum(part.file_size for part in parts) > limits.inflated_bytes:
        raise PartRefused(refusals.inflates_too_much(limit_mb))
    for part in parts:
        if part.flag_bits & 1 or part.compress_type not in _PLAIN_METHODS:
            raise PartRefused(refusals.UNSAFE_WORKBOOK)
        if part.file_size > MB and part.file_size > limits.ratio * part.compress_size:
            raise PartRefused(refusals.inflates_too_much(limit_mb))


def _blocks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    with archive.open(part) as stream:
        while block := stream.read(BLOCK):
            yield block


def _contents(archive: zipfile.ZipFile) -> _Contents:
    sheets: list[tuple[str, str, bool]] = []
    parts: dict[str, str] = {}
    texts: list[str] = []
    serial_days = 0

    def in_workbook(tag: str, attributes: dict[str, str]) -> None:
        nonlocal serial_days
        if tag == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            is_hidden = attributes.get("state", "visible") != "visible"
            sheets.append((attributes.get("name", ""), relation, is_hidden))
        elif tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            serial_days = DAYS_TO_1904

    def in_relations(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            part = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))[1:]
            kind = attributes.get("Type", "").rpartition("/")[2]
            if kind == "worksheet":
                parts[attributes.get("Id", "")] = part
            elif kind == "sharedStrings":
                texts.append(part)

    _read_small(archive, _WORKBOOK, in_workbook)
    _read_small(archive, _RELATIONS, in_relations)
    found = [(name, parts[at], is_hidden) for name, at, is_hidden in sheets if at in parts]
    known = archive.NameToInfo
    return _Contents(
        sheets=tuple(sheet for sheet in found if sheet[1] in known),
        texts_part=next((part for part in texts if part in known), None),
        serial_days=serial_days,
    )


def _read_small(archive: zipfile.ZipFile, part: str, start: object) -> None:
    if archive.getinfo(part).file_size > SMALL_PART:
        raise PartRefused(refusals.UNSAFE_WORKBOOK)
    for _ in feed(_blocks(archive, part), start, lambda _tag: None, None):  # type: ignore[arg-type]
        pass
