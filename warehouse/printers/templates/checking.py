"""What a template may be: read from its plain form, drawn once to see what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import Document, Waybill
from printing.errors import DoesNotFit, TemplateInvalid
from printing.media import SUITABLE, media
from printing.models import PaperPicture
from printing.queue.drawing import pictures
from printing.templates import AnyTemplate, SlipWords, pictures_of, read_template
from printing.templates.fields import read
from warehouse.errors import InvalidInput
from warehouse.text import Text, say

if TYPE_CHECKING:
    pass

UNDRAWABLE = say(
    "This cannot be drawn: a barcode is wider than its frame, or a picture is missing."
)
NO_BARCODE = say("A waybill cannot do without its number as a barcode.")
NO_COPY_MARK = say("A waybill cannot do without the mark of a copy, whole and for every copy.")
LONG_NUMBER = "YT1234567890123456"  # couriers' numbers have 10 to 18 characters
FAULTS: Mapping[str, Text] = {
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


def faults_of(
    session: Session, template: AnyTemplate, added: Mapping[str, bytes] = MappingProxyType({})
) -> list[Text]:
    """Return what is wrong with the label when it is drawn, each thing once; it is drawn now.

    Drawn are the samples, a copy, and a number as long as couriers' numbers get. Slow: not for a
    transaction. `added` are pictures that come with it, key → PNG.
    """
    from printing.inspection import faults  # heavy: only who saves a template pays
    from printing.renderers.pdf import layout

    found: list[Text] = []
    if isinstance(template, SlipWords) and (marked := marks_on(template)):
        found.append(marked)
    try:
        shown = pictures(session, template, added)
        for document in _drawn_with(template.document_kind):
            for stock in (template.media,) if template.media else SUITABLE[document.kind]:
                sheets = layout(document, media(stock), template, shown)
                found += [FAULTS[fault.kind.value] for fault in faults(sheets)]
                found += _missing_from(document, sheets)
    except DoesNotFit:
        found.append(UNDRAWABLE)
    return list({str(text): text for text in found}.values())


def marks_on(words: SlipWords) -> Text | None:
    """Return which of a shop's characters no face has; each slip would have to be looked at."""
    from printing.fonts import missing_glyphs

    texts = (words.header, words.thanks, words.returns.replace("\n", " "), words.footer)
    missing = missing_glyphs(" ".join(texts))
    return (
        say("No font has these characters: {characters}", characters=missing) if missing else None
    )


def _drawn_with(kind: str) -> Iterator[Document]:
    from printing.samples import Content, sample

    for content in Content:
        yield sample(kind, content)
    first = sample(kind, Content.SHORT)
    if isinstance(first, Waybill):
        yield replace(first, waybill_no=LONG_NUMBER).copy(2, "2026-12-31 23:59")


def _missing_from(document: Document, sheets: Sequence[Any]) -> list[Text]:
    """Return what a waybill may not go without: its number in bars, and the mark of a copy."""
    from printing.renderers.pdf.sheet import BarsMark, TextMark

    if not isinstance(document, Waybill) or document.waybill_no != LONG_NUMBER:
        return []
    marks = [mark for sheet in sheets for mark in sheet.marks]
    codes = {mark.bars.content for mark in marks if isinstance(mark, BarsMark)}
    if document.waybill_no not in codes:
        return [NO_BARCODE]
    said = "".join(mark.text for mark in marks if isinstance(mark, TextMark))
    return [] if read(document, "copy_mark") in said else [NO_COPY_MARK]
