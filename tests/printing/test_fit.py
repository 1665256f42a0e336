"""Text in a box: largest size that fits, then lines, then an ellipsis."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printing.fonts import width_mm
from printing.renderers.pdf.fit import NO_LINE_START, block_height_mm, fit


def test_a_short_text_keeps_its_size():
    fitted = fit("发货", 50, 10, 20, floor_pt=6)
    assert (fitted.lines, fitted.size_pt, fitted.is_cut) == (("发货",), 20, False)


def test_a_longer_text_shrinks_before_it_wraps_out_of_the_box():
    fitted = fit("一二三四五六七八九十", 30, 5, 20, floor_pt=6)
    assert fitted.lines == ("一二三四五六七八九十",)
    assert 8 <= fitted.size_pt < 9


def test_at_the_floor_the_rest_becomes_an_ellipsis():
    fitted = fit("一" * 500, 30, 8, 20, floor_pt=8)
    assert fitted.is_cut
    assert fitted.size_pt == 8
    assert fitted.lines[-1].endswith("…")


def test_words_and_numbers_are_not_torn_while_they_fit_a_line():
    fitted = fit("serial 2100045566778899001 of a shirt", 40, 40, 10, floor_pt=10)
    assert "2100045566778899001" in " ".join(fitted.lines).split()


def test_a_number_with_a_stroke_stands_whole_and_an_address_may_end_a_line_there():
    assert fit("COPY 12 499/500", 12, 20, 8, floor_pt=8).lines == ("COPY 12", "499/500")
    assert fit("12/A Yunhai/Nanhu", 12, 20, 8, floor_pt=8).lines == ("12/A", "Yunhai/", "Nanhu")


def test_a_word_longer_than_a_line_is_torn():
    fitted = fit("x" * 100, 20, 100, 10, floor_pt=10)
    assert "".join(fitted.lines) == "x" * 100
    assert len(fitted.lines) > 1


def test_no_line_begins_with_closing_punctuation():
    fitted = fit("一二三四五六，七八九十。" * 5, 20, 100, 10, floor_pt=10)
    assert not any(line[0] in NO_LINE_START for line in fitted.lines)


def test_a_layout_may_end_a_line():
    assert fit("袜子\nSOCK-1", 50, 30, 10, floor_pt=6).lines == ("袜子", "SOCK-1")


@settings(max_examples=200)
@given(
    st.text(st.sampled_from("一二三，。（）ab-/ 12…𠅤🌸"), max_size=80),
    st.floats(8, 100),
    st.floats(3, 30),
    st.booleans(),
)
def test_lines_stay_in_their_box_and_nothing_but_the_cut_is_lost(text, width, height, bold):
    fitted = fit(text, width, height, 14, floor_pt=5, bold=bold)
    for line in fitted.lines:
        one = len(line) == 1 or line == "…"
        assert one or width_mm(line, fitted.size_pt, bold=bold) <= width + 1e-6
    if not fitted.is_cut:
        assert "".join(fitted.lines).replace(" ", "") == text.replace(" ", "")
        assert (
            block_height_mm(len(fitted.lines), fitted.size_pt) <= height + 1e-6 or not fitted.lines
        )


@pytest.mark.parametrize("lines", [1, 2, 5])
def test_a_block_of_lines_is_as_high_as_it_says(lines):
    text = "\n".join("字" for _ in range(lines))
    fitted = fit(text, 20, block_height_mm(lines, 10), 10, floor_pt=10)
    assert len(fitted.lines) == lines
    assert not fitted.is_cut
