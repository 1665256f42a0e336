"""Label stocks, sheets and rolls, measured in whole printer dots.

A head sold as "203 dpi" has 8 dots to the millimetre and one sold as "300 dpi" has 12; computing
from inches drifts by a dot over the width of a label.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from printing.errors import DoesNotFit

DOTS_PER_MM = {203: 8, 300: 12}
DEFAULT_DPI = 203
MM_PER_INCH = 25.4
POINTS_PER_MM = 72 / MM_PER_INCH


class Form(StrEnum):
    """How the paper comes: cut labels, sheets, or an endless roll."""

    LABEL = "label"
    SHEET = "sheet"
    ROLL = "roll"


@dataclass(frozen=True, kw_only=True)
class Media:
    """One stock: `width_mm` is what can be printed; a roll has no height.

    `parts_mm` are the heights of the parts of a form, from the top; they add up to the height.
    """

    name: str
    form: Form
    width_mm: float
    height_mm: float = 0
    parts_mm: tuple[float, ...] = ()
    dpi: int = DEFAULT_DPI

    def __post_init__(self) -> None:
        if self.dpi not in DOTS_PER_MM:
            raise DoesNotFit(f"no head has {self.dpi} dpi; known are {sorted(DOTS_PER_MM)}")
        if self.parts_mm and sum(self.parts_mm) != self.height_mm:
            raise DoesNotFit(f"the parts of {self.name} do not add up to {self.height_mm} mm")

    @property
    def dots_per_mm(self) -> int:
        """Dots to the millimetre, exactly."""
        return DOTS_PER_MM[self.dpi]

    @property
    def dot_mm(self) -> float:
        """The side of one dot in millimetres."""
        return 1 / self.dots_per_mm

    @property
    def width_dots(self) -> int:
        """The printable width in dots."""
        return round(self.width_mm * self.dots_per_mm)

    @property
    def height_dots(self) -> int:
        """The height in dots; 0 for a roll."""
        return round(self.height_mm * self.dots_per_mm)

    @property
    def dot_pt(self) -> float:
        """The side of one dot in points."""
        return POINTS_PER_MM / self.dots_per_mm

    def at(self, dpi: int) -> Media:
        """Return the same stock in a printer of another resolution (203 or 300 dpi)."""
        return self if dpi == self.dpi else replace(self, dpi=dpi)

    def long(self, height_mm: int) -> Media:
        """Return this roll cut off after `height_mm`."""
        return replace(self, height_mm=height_mm)


def media(name: str, *, dpi: int = DEFAULT_DPI) -> Media:
    """Return the stock of this name.

    Raises:
        DoesNotFit: there is none, or no head of that resolution.
    """
    stock = STOCKS.get(name)
    if stock is None:
        raise DoesNotFit(f"no media is called {name!r}")
    return stock.at(dpi)


def _label(width_mm: float, height_mm: float, *parts_mm: float, name: str = "") -> Media:
    return Media(
        name=name or f"{width_mm}x{height_mm}",
        form=Form.LABEL,
        width_mm=width_mm,
        height_mm=height_mm,
        parts_mm=parts_mm,
    )


# Sizes and cut points as carriers sell their forms; a sheet is drawn on a grid of 12 dots.
STOCKS: Mapping[str, Media] = {
    stock.name: stock
    for stock in (
        _label(76, 130),
        _label(100, 150, 90, 60),
        _label(100, 180, 110, 70),
        _label(100, 210, 90, 60, 60),
        _label(101.5, 152.25, name="4x6in"),  # 812 by 1218 dots at 203 dpi
        _label(105, 148),  # A6; wider than a head of 832 dots
        _label(100, 100),
        _label(100, 60),
        _label(100, 50),
        _label(80, 50),
        _label(70, 50),
        _label(60, 40),
        _label(50, 30),
        _label(40, 30),
        _label(30, 20),
        Media(name="A4", form=Form.SHEET, width_mm=210, height_mm=297, dpi=300),
        Media(name="A5", form=Form.SHEET, width_mm=148, height_mm=210, dpi=300),
        Media(name="receipt80", form=Form.ROLL, width_mm=72),
        Media(name="receipt58", form=Form.ROLL, width_mm=48),
    )
}

# What a kind of document is printed on where nobody chose, best first.
SUITABLE: Mapping[str, tuple[str, ...]] = {
    "waybill": ("76x130", "100x180", "100x150", "100x210", "4x6in"),
    "packing_slip": ("A5", "A4", "receipt80"),
    "pick_list": ("A4", "A5"),
    "manifest": ("A4",),
    "badge_sheet": ("A4",),
    "card_sheet": ("A4",),
    "tote_label": ("100x60", "100x50", "80x50", "70x50", "60x40"),
    "bin_label": ("100x50", "100x60", "80x50", "70x50", "60x40"),
    "sku_label": ("60x40", "40x30", "50x30", "70x50", "30x20"),
    "cart_label": ("100x60", "100x50", "100x100", "80x50", "70x50", "60x40"),
    "carton_label": ("105x148", "100x150", "4x6in"),
    "return_label": ("100x100", "76x130", "100x150", "4x6in"),
    "ready_label": ("100x150", "4x6in", "100x180", "76x130", "105x148", "100x210", "100x100"),
    "wave_sheet": ("A4", "A5"),
    "put_wall_sheet": ("A4", "A5"),
    "goods_receipt": ("receipt80", "A4", "A5"),
    "exchange_out": ("A5", "A4"),
    "purchase_order": ("A4",),
    "count_sheet": ("A4", "A5"),
    "count_report": ("A4", "A5"),
    "daily_report": ("A4", "A5"),
    "separator": tuple(STOCKS),
    "test_page": tuple(STOCKS),
}
