"""The GS1 logistic label: read as GS1, wide and high enough, the SSCC lowest and in letters."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp

from printing import gs1
from printing.barcodes import code128
from printing.documents import CartonLabel, LogisticFact
from printing.errors import DocumentInvalid, DoesNotFit
from printing.inspection import faults
from printing.media import STOCKS, SUITABLE
from printing.renderers import raster
from printing.renderers.pdf import layout, render
from printing.renderers.pdf.sheet import BarsMark, TextMark
from printing.samples import carton_label, party

STOCKS_OF_IT = SUITABLE["carton_label"]
DPIS = (203, 300)


def told(**facts: str) -> tuple[LogisticFact, ...]:
    return tuple(LogisticFact(ai=ai.removeprefix("ai"), value=v) for ai, v in facts.items())


def marks(label: CartonLabel, stock: str = "105x148", dpi: int = 203):
    [sheet] = layout(label, STOCKS[stock].at(dpi))
    assert faults([sheet]) == []
    return sheet.marks


def bars(label: CartonLabel, stock: str = "105x148", dpi: int = 203) -> list[BarsMark]:
    return [m for m in marks(label, stock, dpi) if isinstance(m, BarsMark)]


def texts(label: CartonLabel) -> list[str]:
    return [m.text for m in marks(label) if isinstance(m, TextMark)]


@pytest.mark.parametrize("stock", STOCKS_OF_IT)
@pytest.mark.parametrize("dpi", DPIS)
def test_both_symbols_are_read_as_gs1(stock, dpi):
    label = carton_label()
    [page] = raster.bitmaps(render(label, STOCKS[stock].at(dpi)), dpi=dpi)
    found = zxingcpp.read_barcodes(np.where(page.dots(), 0, 255).astype(np.uint8))
    assert {(b.symbology_identifier, b.text) for b in found} == {
        ("]C1", f"(00){label.sscc}"),
        ("]C1", "(02)06901234567892(37)48"),
    }


@pytest.mark.parametrize("stock", STOCKS_OF_IT)
@pytest.mark.parametrize("dpi", DPIS)
def test_bars_are_half_a_millimetre_wide_and_32_high_with_their_quiet_zones(stock, dpi):
    dots = STOCKS[stock].at(dpi).dots_per_mm
    found = bars(carton_label(), stock, dpi)
    assert len(found) == 2
    for mark in found:
        assert mark.module_dots / dots == 0.5
        assert mark.height_dots / dots >= 32
        assert mark.bars.quiet == 10
        assert mark.x_dots - round(mark.box.x * dots) == 10 * mark.module_dots


def test_the_sscc_is_the_lowest_symbol_and_can_be_keyed_in():
    label = carton_label()
    lowest = max(bars(label), key=lambda m: m.y_dots)
    assert lowest.bars == code128(gs1.symbol_content([gs1.element("00", label.sscc)]))
    [keyed] = [m for m in marks(label) if isinstance(m, TextMark) and m.text == label.sscc]
    assert keyed.size_pt * 25.4 / 72 * 0.733 >= 7  # digits are so high a part of their size


def test_what_is_scanned_stands_in_letters_too():
    shown = texts(carton_label())
    for text in ("(00)369012340000047111", "(02)06901234567892(37)48", "8.600 kg", "2027-12-31",
                 "L20261103", "PO-20261118-0007", "(10) BATCH/LOT"):  # fmt: skip
        assert text in shown


def test_what_is_too_long_for_a_symbol_is_text_only():
    order = "PO-" + "X" * 27
    label = carton_label(facts=told(ai400=order))
    assert [m.bars.content[1:3] for m in bars(label)] == ["00"]
    assert order in " ".join(texts(label))


def test_content_and_count_share_a_symbol_before_all_else():
    label = carton_label(facts=told(ai10="L1", ai37="48", ai02="06901234567892"))
    above = min(bars(label), key=lambda m: m.y_dots)
    assert above.bars.content.startswith("\u00f10206901234567892")
    assert "3748" in above.bars.content


def test_without_facts_the_sscc_stands_alone():
    assert len(bars(carton_label(facts=()))) == 1


def test_a_copy_is_marked():
    shown = " ".join(texts(carton_label(locale="en", copy_no=2, copied_at="2026-11-21 19:00")))
    assert "COPY 2 2026-11-21 19:00" in " ".join(shown.split())


def test_a_private_receiver_is_masked():
    shown = " ".join(texts(carton_label(receiver=party())))
    assert "欧阳娜娜" not in shown
    assert "501" not in shown


@pytest.mark.parametrize("stock", ["76x130", "100x60", "A4", "receipt80"])
def test_smaller_stocks_and_others_are_refused(stock):
    with pytest.raises(DoesNotFit):
        layout(carton_label(), STOCKS[stock])


@pytest.mark.parametrize("changed", [
    {"sscc": "369012340000047112"},
    {"sscc": "6901234567892"},
    {"facts": told(ai02="06901234567892")},
    {"facts": told(ai37="48")},
    {"facts": told(ai10="A") * 2},
    {"facts": told(ai00="369012340000047111")},
    {"carton_index": 3, "carton_count": 2},
])  # fmt: skip
def test_a_label_no_dock_could_read_is_refused(changed):
    with pytest.raises(DocumentInvalid):
        carton_label(**changed)


def test_a_fact_with_a_wrong_check_digit_is_refused():
    with pytest.raises(DocumentInvalid):
        LogisticFact(ai="01", value="06901234567893")
