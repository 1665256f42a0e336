"""Templates as data: `standard` gives our labels, `read_template` checks a shop's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from printing.templates.elements import (
    Align,
    Element,
    ElementKind,
    Template,
    VAlign,
    pictures_on,
)
from printing.templates.fields import CODES, FIELDS, NAMES, WITH_ITEMS
from printing.templates.slips import SlipWords
from printing.templates.standard import standard

AnyTemplate = Template | SlipWords


def read_template(definition: Any) -> AnyTemplate:
    """Return the template or the slip's words that a definition says.

    Raises:
        TemplateInvalid: it is neither.
    """
    is_slip = (
        isinstance(definition, Mapping)
        and definition.get("document_kind") == SlipWords.document_kind
    )
    return SlipWords.from_json(definition) if is_slip else Template.from_json(definition)


def pictures_of(template: AnyTemplate) -> set[str]:
    """Return the keys of the pictures it shows."""
    if isinstance(template, SlipWords):
        return {template.logo} if template.logo else set()
    return pictures_on(template)


__all__ = [
    "CODES",
    "FIELDS",
    "NAMES",
    "WITH_ITEMS",
    "Align",
    "AnyTemplate",
    "Element",
    "ElementKind",
    "SlipWords",
    "Template",
    "VAlign",
    "pictures_of",
    "read_template",
    "standard",
]
