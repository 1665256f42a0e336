"""The XML parts of a workbook as streams, and the texts its cells share.

Written on expat itself: a tree for each row takes five times as long, and a document type
declaration (the way to every entity attack) can be refused where it begins.
"""

from __future__ import annotations

import mmap
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any
from xml.parsers import expat

from warehouse.shops import refusals
from warehouse.shops.limits import Limits
from warehouse.text import Text

MEMORY = 50_000


class PartRefused(Exception):
    """A part of the workbook is damaged or hostile; the sentence says which."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.msgid)
        self.reason = reason


Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Data = Callable[[str], None]


def feed(blocks: Iterable[bytes], start: Start, end: End, data: Data | None) -> Iterator[None]:
    """Parse the blocks of one XML part, yielding after each block.

    Names come without their namespace prefix.

    Raises:
        PartRefused: malformed XML, or a document type declaration.
    """

    def refuse(*_: Any) -> None:
        raise PartRefused(refusals.UNSAFE_WORKBOOK)

    def prefixed_start(name: str, attributes: dict[str, str]) -> None:
        start(name.rpartition(":")[2], attributes)

    def prefixed_end(name: str) -> None:
        end(name.rpartition(":")[2])

    def root(name: str, attributes: dict[str, str]) -> None:
        # Nearly all writers make the namespace the default one and use no prefix.
        has_prefix = ":" in name
        parser.StartElementHandler = prefixed_start if has_prefix else start
        parser.EndElementHandler = prefixed_end if has_prefix else end
        parser.StartElementHandler(name, attributes)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = root
    parser.CharacterDataHandler = data
    try:
        for block in blocks:
            parser.Parse(block)
            yield
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise PartRefused(refusals.DAMAGED_WORKBOOK) from None
    yield


class SharedTexts:
    """The texts cells refer to by number, kept in a temporary file so that memory stays flat."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (closed on leaving the block)
        self._ends = array("Q", [0])
        self._map: mmap.mmap | None = None
        self._memory: dict[str, str] = {}

    def __enter__(self) -> SharedTexts:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        if self._map:
            self._map.close()
        self._file.close()

    def load(self, blocks: Iterable[bytes], limits: Limits) -> None:
        """Read the shared strings part."""
        reader = _TextReader(self._add, limits)
        for _ in feed(blocks, reader.start, reader.end, reader.data):
            pass
        self._file.flush()
        if self._ends[-1]:
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)

    def _add(self, text: str) -> None:
        self._ends.append(self._ends[-1] + self._file.write(text.encode("utf-8", "surrogatepass")))

    def __getitem__(self, number: str) -> str:
        try:
            return self._memory[number]
        except KeyError:
            text = self._read(number)
            if len(self._memory) >= MEMORY:
                self._memory.clear()
            self._memory[number] = text
            return text

    def _read(self, number: str) -> str:
        if not number.isdigit() or not number.isascii() or int(number) + 1 >= len(self._ends):
            raise PartRefused(refusals.DAMAGED_WORKBOOK)
        begin, end = self._ends[int(number)], self._ends[int(number) + 1]
        return self._map[begin:end].decode("utf-8", "surrogatepass") if self._map else ""


class _TextReader:
    """Collects the texts of `<si>` elements; reading aids (`<rPh>`) are left out."""

    def __init__(self, add: Callable[[str], None], limits: Limits) -> None:
        self._add = add
        self._limit = limits.cell_chars
        self._parts: list[str] = []
        self._length = 0
        self._is_text = self._is_aid = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "t":
            self._is_text = not self._is_aid
        elif name == "rPh":
            self._is_aid = True
        elif name == "si":
            self._parts, self._length = [], 0

    def data(self, text: str) -> None:
        if self._is_text:
            self._length += len(text)
            if self._length > self._limit:
                raise PartRefused(refusals.UNSAFE_WORKBOOK)
            self._parts.append(text)

    def end(self, name: str) -> None:
        if name == "t":
            self._is_text = False
        elif name == "rPh":
            self._is_aid = False
        elif name == "si":
            self._add("".join(self._parts))
