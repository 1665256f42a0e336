"""From the marks at a paper's edges to dots: what is typed in lays the picture straight."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.documents import TestPage
from printing.media import STOCKS
from printing.renderers import raster
from printing.renderers.pdf import render
from printing.straightening import Readings, head_of, move_by, scale_mm

PAGE = raster.bitmaps(render(TestPage(test_no="T", printer="P"), STOCKS["60x40"]), dpi=203)[0]
TOP, BOTTOM = 8, 13  # rows through the longest part of the upper ruler's ticks


@given(st.integers(-30, 30))
def test_what_is_read_moves_the_picture_back_to_where_it_belongs(shift_tenths):
    length = 1000
    low = max(0, -shift_tenths)
    high = min(length, length - shift_tenths)
    readings = Readings(low=low, high=high, length=length)
    assert readings.is_sound
    assert not readings.is_short
    assert move_by(readings, 203) == -round(shift_tenths * 8 / 10)
    assert move_by(readings, 300) == -round(shift_tenths * 12 / 10)


@pytest.mark.parametrize("shift", [-16, -8, 4, 8, 24])
def test_the_printed_ruler_is_cut_by_the_edge_at_what_lays_it_straight(shift):
    moved = PAGE.moved(shift, 0).dots()[TOP:BOTTOM].any(axis=0)
    ticks = np.flatnonzero(PAGE.dots()[TOP:BOTTOM].any(axis=0))
    marks = [tick for tick in ticks if 0 <= tick + shift < PAGE.width]
    assert (np.flatnonzero(moved) == np.array(marks) + shift).all()
    low, high = max(0, -shift), PAGE.width - max(0, shift)
    readings = Readings(low=low * 10 // 8, high=high * 10 // 8, length=600)
    assert abs(move_by(readings, 203) + shift) <= 1


def test_paper_that_cuts_both_ends_is_smaller_than_the_page():
    assert Readings(low=30, high=950, length=1000).is_short
    assert not Readings(low=0, high=950, length=1000).is_short


@pytest.mark.parametrize(("low", "high"), [(-1, 50), (0, 101), (50, 50), (60, 20)])
def test_no_ruler_is_read_like_that(low, high):
    assert not Readings(low=low, high=high, length=100).is_sound


@pytest.mark.parametrize(
    ("measured", "dpi", "head"),
    [(500, 203, 203), (505, 203, 203), (333, 203, 300), (750, 300, 203), (470, 203, None)],
)
def test_a_stretch_of_another_length_is_another_head_or_something_that_scales(measured, dpi, head):
    assert head_of(measured, 500, dpi) == head


def test_whole_centimetres_short_of_the_end_are_measured():
    assert [scale_mm(w) for w in (40, 60, 72, 76, 100, 101.5)] == [30, 50, 70, 70, 90, 100]
