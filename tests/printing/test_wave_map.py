"""The map of a wave: every stop at its place under its number, in any building."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printing.documents import MapBin, WaveStop
from printing.errors import DocumentInvalid
from printing.inspection import faults
from printing.media import STOCKS
from printing.renderers.pdf import layout
from printing.renderers.pdf.sheet import TextMark
from printing.samples import put_wall_sheet, wave_sheet

MM = st.integers(-100_000, 100_000)


def stop(number: int, x_mm: int | None, y_mm: int | None, zone: str = "A") -> WaveStop:
    return WaveStop(bin_code=f"B-{number}", pieces=number, zone=zone, x_mm=x_mm, y_mm=y_mm)


def texts(wave, stock="A4"):
    sheets = layout(wave, STOCKS[stock])
    assert faults(sheets) == []
    return [m for sheet in sheets for m in sheet.marks if isinstance(m, TextMark)]


def markers(*stops: WaveStop, bins: tuple[MapBin, ...] = ()) -> list[TextMark]:
    return [m for m in texts(wave_sheet(stops=stops, bins=bins)) if m.level == 1.0]


def test_markers_stand_as_their_bins_do():
    one, two, three = markers(stop(1, 0, 0), stop(2, 5000, 0), stop(3, 0, 4000))
    assert [m.text for m in (one, two, three)] == ["1", "2", "3"]
    assert one.box.x == three.box.x < two.box.x
    assert one.box.y == two.box.y < three.box.y


def test_stops_at_one_place_share_a_marker():
    stops = [stop(n, 0, 0) for n in (1, 2, 3)] + [stop(4, 9000, 0), stop(5, 0, 0)]
    assert [m.text for m in markers(*stops)] == ["1-3,5", "4"]


def test_a_stop_without_a_place_is_in_the_list_only():
    shown = [m.text for m in texts(wave_sheet(stops=(stop(1, None, 5),), bins=()))]
    assert "B-1" in shown
    assert markers(stop(1, None, 5)) == []


def test_zones_are_drawn_in_the_order_they_are_walked():
    shown = [m.text for m in texts(wave_sheet(locale="en", stops=(
        stop(1, 0, 0, "B"), stop(2, 0, 0, "A"), stop(3, 9, 0, "B")), bins=()))]  # fmt: skip
    assert [t for t in shown if "stop" in t][1:] == [
        "B  2 stops  4 pieces",
        "A  1 stop  2 pieces",
    ]


def test_every_stop_is_in_the_list_once():
    stops = tuple(stop(n, n * 700 % 9000, n * 1300 % 7000) for n in range(1, 301))
    shown = [m.text for m in texts(wave_sheet(stops=stops, bins=()))]
    assert [t for t in shown if t.startswith("B-")] == [s.bin_code for s in stops]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(MM, MM), min_size=1, max_size=60), st.lists(st.tuples(MM, MM)))
def test_in_any_building_nothing_overlaps_or_leaves_the_paper(walked, others):
    stops = tuple(stop(n, x, y) for n, (x, y) in enumerate(walked, start=1))
    bins = tuple(MapBin(bin_code="X", zone="A", x_mm=x, y_mm=y) for x, y in others)
    for stock in ("A4", "A5"):
        assert faults(layout(wave_sheet(stops=stops, bins=bins), STOCKS[stock])) == []


@pytest.mark.parametrize("columns", range(1, 13))
def test_a_wall_of_any_width_is_in_order(columns):
    for stock in ("A4", "A5"):
        assert faults(layout(put_wall_sheet(columns=columns), STOCKS[stock])) == []


def test_a_wave_without_stops_and_a_wall_without_slots_are_refused():
    with pytest.raises(DocumentInvalid):
        wave_sheet(stops=())
    with pytest.raises(DocumentInvalid):
        put_wall_sheet(slots=())
    with pytest.raises(DocumentInvalid):
        put_wall_sheet(columns=0)
