"""What a template may be: read from its plain form; what is wrong with it, in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.errors import TemplateInvalid
from printing.models import PaperPicture
from printing.queue import showing
from printing.queue.showing import Faults
from printing.templates import AnyTemplate, pictures_of, read_template
from warehouse.errors import InvalidInput
from warehouse.text import Text, say

UNDRAWABLE = say(
    "This cannot be drawn: a barcode is wider than its frame, or a picture is missing."
)
FAULTS: Mapping[str, Text] = {
    showing.UNDRAWABLE: UNDRAWABLE,
    showing.NO_BARCODE: say("A waybill cannot do without its number as a barcode."),
    showing.NO_COPY_MARK: say(
        "A waybill cannot do without the mark of a copy, whole and for every copy."
    ),
    "outside": say("Something leaves the label."),
    "overlap": say("Two things lie on one another."),
    "unsaid": say("A character cannot be printed and stands as a mark."),
}
PROPERTIES: Mapping[str, Text] = {
    "kind": say("kind"),
    **dict.fromkeys(("x", "y"), say("place")),
    **dict.fromkeys(("w", "h"), say("size")),
    "value": say("words or field"),
    **dict.fromkeys(("when", "unless"), say("condition")),
    **dict.fromkeys(("size_pt", "floor_pt"), say("letters")),
    "lines": say("lines"),
    "dots": say("thickness"),
    "document_kind": say("document"),
    "media": say("stock"),
    "logo": say("logo"),
    "header": say("words at the top"),
    "thanks": say("thanks"),
    "returns": say("words about returns"),
    "footer": say("words at the bottom"),
}


def parsed(session: Session, definition: Any, added: Collection[str] = ()) -> AnyTemplate:
    """Return the template the definition says; `added` are pictures that come with it.

    Raises:
        InvalidInput: it is none, or shows a picture that is not there.
    """
    try:
        template = read_template(definition)
    except TemplateInvalid as error:
        raise InvalidInput(said(error), field="definition") from error
    wanted = pictures_of(template)
    there = set(session.scalars(sa.select(PaperPicture.key).where(PaperPicture.key.in_(wanted))))
    if missing := wanted - there - set(added):
        text = say("The picture {key} is not there.", key=min(missing)[:20])
        raise InvalidInput(text, field="definition")
    return template


def said(error: TemplateInvalid) -> Text:
    """Return the refusal of a template as a sentence in the designer's words."""
    field = PROPERTIES.get(error.field, say("elements"))
    if error.element is None:
        return say("The template cannot be used: look at {field}.", field=field)
    number = error.element + 1
    return say("Element {number} cannot be drawn: look at {field}.", number=number, field=field)


def faults_said(found: Faults) -> list[Text]:
    """Return what is wrong with a template that was drawn, as sentences."""
    marked = say("No font has these characters: {characters}", characters=found.marked)
    return [*([marked] if found.marked else []), *(FAULTS[kind] for kind in found.kinds)]
