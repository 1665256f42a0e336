"""Label templates as data: `standard` gives ours, `Template.from_json` checks a shop's."""

from __future__ import annotations

from printing.templates.elements import (
    Align,
    Element,
    ElementKind,
    Template,
    VAlign,
    pictures_of,
)
from printing.templates.fields import CODES, FIELDS, NAMES, WITH_ITEMS
from printing.templates.standard import standard

__all__ = [
    "CODES",
    "FIELDS",
    "NAMES",
    "WITH_ITEMS",
    "Align",
    "Element",
    "ElementKind",
    "Template",
    "VAlign",
    "pictures_of",
    "standard",
]
