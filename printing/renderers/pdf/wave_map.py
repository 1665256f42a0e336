"""The wave sheet: each zone as a map with the stops numbered as they are walked, then the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from printing.documents import WaveSheet, WaveStop
from printing.geometry import Box
from printing.media import Media
from printing.renderers.pdf import office
from printing.renderers.pdf.flow import Flow
from printing.renderers.pdf.sheet import WHITE, Sheet
from printing.words import word

CELL_MM = (9.0, 5.5)  # a marker; bins that fall into one cell share it
GAP_MM = 0.8
LEAST_MM = 4.5  # room for two digits
MOST_MAP_MM = 85.0
TITLE_MM = 7.0
PATH_MM = 0.35
LINE_MM = 5.2
ENTRY_MM = 45.0  # the least width of a stop in the list

_Cell = tuple[int, int]


@dataclass(frozen=True)
class _Numbered:
    """A stop with its place in the walk, from 1."""

    number: int
    stop: WaveStop


def draw(wave: WaveSheet, media: Media) -> list[Sheet]:
    """Return the pages of a wave sheet: the zones in the order they are walked, then every stop.

    Raises:
        DoesNotFit: on anything but sheets.
    """
    flow = office.begin(wave, media, "Wave sheet", wave.wave_no, wave.title)
    office.put_facts(flow, wave, _facts(wave))
    stops = [_Numbered(number, stop) for number, stop in enumerate(wave.stops, start=1)]
    for zone, of_zone in _by_zone(stops).items():
        placed = [one for one in of_zone if _place(one.stop) is not None]
        if placed:
            _zone(flow, wave, zone, placed)
    _list(flow, wave, stops)
    return office.finish(flow, wave)


def _facts(wave: WaveSheet) -> list[tuple[str, str]]:
    pieces = sum(stop.pieces for stop in wave.stops)
    total = [word(wave.locale, "{n} stops", n=len(wave.stops)),
             word(wave.locale, "{n} pieces", n=pieces)]  # fmt: skip
    if wave.orders:
        total.append(word(wave.locale, "{n} orders", n=wave.orders))
    return [("Total", "  ".join(total)), ("Picker", wave.picker), ("Cut-off", wave.cut_off)]


def _by_zone(stops: Sequence[_Numbered]) -> dict[str, list[_Numbered]]:
    zones: dict[str, list[_Numbered]] = {}
    for one in stops:
        zones.setdefault(one.stop.zone, []).append(one)
    return zones


def _place(stop: WaveStop) -> tuple[int, int] | None:
    return None if stop.x_mm is None or stop.y_mm is None else (stop.x_mm, stop.y_mm)


def _zone(flow: Flow, wave: WaveSheet, zone: str, stops: Sequence[_Numbered]) -> None:
    others = [(b.x_mm, b.y_mm) for b in wave.bins if b.zone == zone]
    walked = [place for one in stops if (place := _place(one.stop)) is not None]
    grid = _Grid([*others, *walked], flow.width)
    box = flow.block(TITLE_MM + grid.height + 3)
    pieces = sum(one.stop.pieces for one in stops)
    title = "  ".join(
        part for part in (zone, word(wave.locale, "{n} stops", n=len(stops)),
                          word(wave.locale, "{n} pieces", n=pieces)) if part)  # fmt: skip
    head, area = box.rows(TITLE_MM)
    sheet = flow.sheet
    sheet.write(head, title, 12, floor_pt=7, bold=True, valign="middle", max_lines=1)
    area = Box(area.x, area.y, area.w, grid.height)
    marked: dict[_Cell, list[int]] = {}
    for one, place in zip(stops, walked, strict=True):
        marked.setdefault(grid.cell(place), []).append(one.number)
    for cell in sorted({grid.cell(place) for place in others} - marked.keys()):
        sheet.frame(grid.box(area, cell), dots=1)
    _path(sheet, area, grid, [grid.cell(place) for place in walked])
    for cell, numbers in marked.items():
        inner = grid.box(area, cell)
        sheet.fill(inner, is_panel=True)
        sheet.write(inner.inset(0.3, 0), _numbers(numbers), 10, floor_pt=4, bold=True, level=WHITE,
                    align="center", valign="middle", max_lines=1)  # fmt: skip


class _Axis:
    """Places along one side of the map. Those far enough apart stand where they are in proportion;
    crowded ones share cells.
    """

    def __init__(self, values: Sequence[int], scale: float, cell: float) -> None:
        self._first, self._scale = min(values), scale
        self._known = sorted(set(values))
        pitch = min((b - a for a, b in pairwise(self._known)), default=0) * scale or cell
        self._is_open = pitch >= LEAST_MM
        self.size = min(cell, pitch) if self._is_open else cell

    def index(self, value: int) -> int:
        """Return the cell a place falls into."""
        if self._is_open:
            return self._known.index(value)
        return int((value - self._first) * self._scale / self.size)

    def at(self, index: int) -> float:
        """Return where a cell begins, in millimetres from the first."""
        if self._is_open:
            return (self._known[index] - self._first) * self._scale
        return index * self.size


class _Grid:
    """Places in millimetres of the building, laid on the paper.

    Along they fill the paper's width; across they are never drawn larger than that, only closer.
    """

    def __init__(self, places: Sequence[tuple[int, int]], width: float) -> None:
        xs, ys = [x for x, _ in places], [y for _, y in places]
        wide, deep = max(xs) - min(xs), max(ys) - min(ys)
        along = (width - CELL_MM[0]) / wide if wide else 1.0
        across = min(along, (MOST_MAP_MM - CELL_MM[1]) / deep) if deep else 1.0
        self._x = _Axis(xs, along, CELL_MM[0])
        self._y = _Axis(ys, across, CELL_MM[1])
        self.height = self._y.at(self._y.index(max(ys))) + self._y.size

    def cell(self, place: tuple[int, int]) -> _Cell:
        """Return column and row of the cell a place falls into."""
        return self._x.index(place[0]), self._y.index(place[1])

    def box(self, area: Box, cell: _Cell) -> Box:
        """Return the cell's box on the paper."""
        x, y = area.x + self._x.at(cell[0]), area.y + self._y.at(cell[1])
        return Box(x, y, self._x.size - GAP_MM, self._y.size - GAP_MM)


def _path(sheet: Sheet, area: Box, grid: _Grid, cells: Iterable[_Cell]) -> None:
    """Draw the way from stop to stop, along and across, under what stands on it."""
    middles = []
    for cell in cells:
        box = grid.box(area, cell)
        middles.append((box.x + box.w / 2, box.y + box.h / 2))
    for (x1, y1), (x2, y2) in pairwise(middles):
        along = Box(min(x1, x2) - PATH_MM / 2, y1 - PATH_MM / 2, abs(x2 - x1) + PATH_MM, PATH_MM)
        across = Box(x2 - PATH_MM / 2, min(y1, y2) - PATH_MM / 2, PATH_MM, abs(y2 - y1) + PATH_MM)
        sheet.fill(along, is_panel=True)
        sheet.fill(across, is_panel=True)


def _numbers(numbers: Sequence[int]) -> str:
    """Return numbers shortly: 3-5 for a row of them, 3,9 for others."""
    parts: list[list[int]] = []
    for number in sorted(numbers):
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ",".join(str(p[0]) if len(p) == 1 else f"{p[0]}-{p[-1]}" for p in parts)


def _list(flow: Flow, wave: WaveSheet, stops: Sequence[_Numbered]) -> None:
    """Write every stop with its bin and pieces, a few to a line."""
    columns = int(flow.width // ENTRY_MM)
    flow.keep_together(TITLE_MM + 2 * LINE_MM)
    flow.text(word(wave.locale, "Walk"), 12, bold=True)
    for start in range(0, len(stops), columns):
        line = flow.block(LINE_MM)
        cells = line.columns(*[flow.width / columns] * columns)
        for one, cell in zip(stops[start : start + columns], cells, strict=False):
            _entry(flow.sheet, cell.narrowed(4), one)


def _entry(sheet: Sheet, cell: Box, one: _Numbered) -> None:
    number, place, pieces = cell.columns(8, cell.w - 20)
    sheet.write(number, str(one.number), 8, align="right", valign="middle", max_lines=1)
    sheet.write(place.inset(1.5, 0), one.stop.bin_code, 10, floor_pt=5, bold=True,
                valign="middle", max_lines=1)  # fmt: skip
    sheet.write(pieces, f"×{one.stop.pieces}", 10, floor_pt=5, align="right", valign="middle",
                max_lines=1)  # fmt: skip
