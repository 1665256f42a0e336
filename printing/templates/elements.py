"""What a label template is made of: a closed list of elements, kept as data.

There is no template language: an element names a field of the document or holds words of its own,
and says where it stands. Whatever comes from a file or a page is checked here, element by element.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from printing.documents.text import clean
from printing.errors import TemplateInvalid
from printing.media import STOCKS, Form
from printing.templates.fields import CODES, NAMES, WITH_ITEMS

MAX_ELEMENTS = 80
MAX_PICTURES = 6
MAX_WORDS = 200
MAX_NAME = 40
SIZES_PT = (3.5, 120.0)
MOST_LINES = 20
MOST_DOTS = 24
LEAST_MM = 0.125  # a dot of a 203 dpi head


class ElementKind(StrEnum):
    """The things that can stand on a label."""

    TEXT = "text"  # words of the shop's own
    FIELD = "field"  # what the document says under a name
    BARCODE = "barcode"  # a field as Code 128, or EAN where it is one
    QR = "qr"
    DATA_MATRIX = "data_matrix"  # for goods with no room for bars
    LINE = "line"
    BOX = "box"
    PICTURE = "picture"  # a logo, by the id under which it was stored
    ITEMS = "items"  # the goods, a line each


class Align(StrEnum):
    """Where text stands between left and right."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class VAlign(StrEnum):
    """Where text stands between top and bottom."""

    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


SYMBOLS = (ElementKind.BARCODE, ElementKind.QR, ElementKind.DATA_MATRIX)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Element:
    """One thing on the label; x, y, w, h in millimetres from the top left of the stock.

    `value` is the words of a text, the field of what is read from the document, or the picture's
    id. `when` and `unless` name a field: the element stands only where that one says something, or
    nothing. Text shrinks from `size_pt` to `floor_pt` and wraps into at most `lines` lines. A panel
    is white on black.
    `dots` is the thickness of a line or frame; 0 fills the box.
    """

    kind: ElementKind
    x: float
    y: float
    w: float
    h: float
    value: str = ""
    when: str = ""
    unless: str = ""
    size_pt: float = 9.0
    floor_pt: float = 5.0
    is_bold: bool = False
    align: Align = Align.LEFT
    valign: VAlign = VAlign.TOP
    lines: int = MOST_LINES
    is_panel: bool = False
    is_dashed: bool = False
    dots: int = 2

    def to_json(self) -> dict[str, Any]:
        """Return plain values, without those that say the usual."""
        return {
            f.name: str(value) if isinstance(value, StrEnum) else value
            for f in dataclasses.fields(self)
            if (value := getattr(self, f.name)) != f.default
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class Template:
    """A label for one kind of document on one stock. Later elements are painted over panels."""

    document_kind: str
    media: str
    elements: tuple[Element, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the plain form that is stored, sent to the designer and written to files."""
        return {
            "document_kind": self.document_kind,
            "media": self.media,
            "elements": [element.to_json() for element in self.elements],
        }

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Return the checked template.

        Raises:
            TemplateInvalid: something is not as it must be; it names the element and the property.
        """
        _need(isinstance(value, Mapping), None, "template", "must be an object")
        unknown = set(value) - {"document_kind", "media", "elements"}
        _need(not unknown, None, next(iter(sorted(map(str, unknown))), ""), "is unknown")
        kind, stock, rows = (value.get(n) for n in ("document_kind", "media", "elements"))
        _need(isinstance(kind, str) and kind in NAMES, None, "document_kind", "is unknown")
        known = isinstance(stock, str) and stock in STOCKS and STOCKS[stock].form is Form.LABEL
        _need(known, None, "media", "is no label stock")
        _need(isinstance(rows, list), None, "elements", "must be a list")
        _need(len(rows) <= MAX_ELEMENTS, None, "elements", f"are more than {MAX_ELEMENTS}")
        made = tuple(_element(at, row, stock, kind) for at, row in enumerate(rows))
        shown = sum(element.kind is ElementKind.PICTURE for element in made)
        _need(shown <= MAX_PICTURES, None, "elements", f"show more than {MAX_PICTURES} pictures")
        return cls(document_kind=kind, media=stock, elements=made)


def _element(at: int, row: Any, stock: str, kind: str) -> Element:
    _need(isinstance(row, Mapping), at, "element", "must be an object")
    hints = {f.name: f for f in dataclasses.fields(Element)}
    for name in row:
        _need(name in hints, at, str(name)[:MAX_NAME], "is unknown")
    values: dict[str, Any] = {}
    for name, field in hints.items():
        if name in row:
            values[name] = _typed(at, name, row[name], str(field.type))
        else:
            _need(field.default is not dataclasses.MISSING, at, name, "is missing")
    element = Element(**values)
    _check_place(at, element, stock)
    _check_value(at, element, kind)
    low, high = SIZES_PT
    _need(low <= element.size_pt <= high, at, "size_pt", f"needs {low} to {high}")
    _need(low <= element.floor_pt <= high, at, "floor_pt", f"needs {low} to {high}")
    _need(1 <= element.lines <= MOST_LINES, at, "lines", f"needs 1 to {MOST_LINES}")
    _need(0 <= element.dots <= MOST_DOTS, at, "dots", f"needs 0 to {MOST_DOTS}")
    return element


def _check_place(at: int, element: Element, stock: str) -> None:
    media = STOCKS[stock]
    for name in ("x", "y", "w", "h"):
        _need(math.isfinite(getattr(element, name)), at, name, "is no length")
    _need(element.w >= LEAST_MM, at, "w", "is too small")
    _need(element.h >= LEAST_MM, at, "h", "is too small")
    inside = element.x >= 0 and element.x + element.w <= media.width_mm + LEAST_MM / 2
    _need(inside, at, "x", f"leaves the {media.width_mm} mm of the stock")
    inside = element.y >= 0 and element.y + element.h <= media.height_mm + LEAST_MM / 2
    _need(inside, at, "y", f"leaves the {media.height_mm} mm of the stock")


def _check_value(at: int, element: Element, kind: str) -> None:
    names = NAMES[kind]
    if element.kind is ElementKind.FIELD:
        _need(element.value in names, at, "value", "is no field of this document")
    elif element.kind in SYMBOLS:
        _need(element.value in CODES[kind], at, "value", "is no code of this document")
    elif element.kind is ElementKind.ITEMS:
        _need(kind in WITH_ITEMS, at, "kind", "is not for this document: it lists no goods")
    elif element.kind in (ElementKind.TEXT, ElementKind.PICTURE):
        _need(bool(element.value), at, "value", "is empty")
    for name in ("when", "unless"):
        field = getattr(element, name)
        _need(not field or field in names, at, name, "is no field of this document")


def _typed(at: int, name: str, value: Any, hint: str) -> Any:
    match hint:
        case "float":
            sound = isinstance(value, int | float) and not isinstance(value, bool)
            _need(sound and abs(value) < 10_000, at, name, "must be a number")  # noqa: PLR2004
            return round(float(value), 3)
        case "int":
            _need(type(value) is int, at, name, "must be a whole number")
            return value
        case "bool":
            _need(type(value) is bool, at, name, "must be true or false")
            return value
        case "str":
            _need(isinstance(value, str), at, name, "must be text")
            return clean(value, MAX_WORDS)
        case _:
            words = {"ElementKind": ElementKind, "Align": Align, "VAlign": VAlign}[hint]
            known = isinstance(value, str) and value in [str(word) for word in words]
            _need(known, at, name, "is an unknown word")
            return words(value)


def pictures_on(template: Template) -> set[str]:
    """Return the ids of the pictures a template shows."""
    return {e.value for e in template.elements if e.kind is ElementKind.PICTURE}


def _need(sound: bool, at: int | None, name: str, why: str) -> None:
    if not sound:
        raise TemplateInvalid(at, name, why)
