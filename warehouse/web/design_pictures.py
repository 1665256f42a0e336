"""Pictures for the designer: what is being designed, thumbnails, logos."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import abort, make_response, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing import documents
from printing.documents import Document, Locale
from printing.errors import PrintingError, TemplateInvalid
from printing.media import SUITABLE, media
from printing.models import PaperPicture, PrintJob
from printing.queue import showing
from printing.queue.drawing import Drawing, pictures
from printing.queue.showing import Look, Undrawn
from printing.samples import Content, sample
from printing.templates import NAMES, AnyTemplate, Template, standard
from warehouse.errors import InvalidInput, NotFound
from warehouse.people.rights import Right
from warehouse.printers.templates.checking import UNDRAWABLE, faults_said, said
from warehouse.printers.templates.logos import KeepPicture, keep_picture
from warehouse.text import say
from warehouse.web import drawing
from warehouse.web.access import needs
from warehouse.web.context import do, form_str, locale, reading, speak
from warehouse.web.designs import LONGEST_NUMBER, MOST_FILE_BYTES, bp, newest, typed_definition
from warehouse.web.paper_rights import may_see

if TYPE_CHECKING:
    from printing.templates.pictures import Picture


@bp.post("/preview")
@needs(Right.PRINTERS)
def preview() -> Response:
    """Draw what is being designed, as JSON: the picture, or why there is none, and its faults."""
    try:
        template = Template.from_json(typed_definition())
        with reading() as session:
            document, is_marked = sample_of(session, template.document_kind)
            paper = designed(document, template, pictures(session, template))
        look = drawing.drawn(partial(showing.label_look, paper, is_marked=is_marked))
        answer: dict[str, Any] = {
            "png": png_of(look),
            "absent": list(look.absent),
            "faults": sorted(speak(fault) for fault in faults_said(look.faults)),
        }
    except TemplateInvalid as error:
        answer = {"refused": speak(said(error)), "element": error.element}
    except PrintingError as error:
        answer = {"refused": speak(drawing.said_of(error, UNDRAWABLE))}
    return json_of(answer)


def designed(document: Document, template: AnyTemplate, shown: Mapping[str, bytes]) -> Undrawn:
    """Return the paper a template makes of a document, with the pictures it shows."""
    stock = media(template.media or SUITABLE[document.kind][0])
    return Undrawn(document=document, stock=stock, drawing=Drawing(template, dict(shown)))


def png_of(look: Look) -> str:
    """Return the picture as the address a page shows it by."""
    return "data:image/png;base64," + base64.b64encode(look.png).decode()


def sample_of(session: Session, kind: str) -> tuple[Document, bool]:
    """Return the paper to preview with: a sample by its name, or a real one by its job.

    Beside it whether it is a real one, which gets a mark across.
    """
    wanted = form_str("sample", "short")
    if wanted.isdecimal() and len(wanted) <= LONGEST_NUMBER and may_see(kind):
        job = session.get(PrintJob, int(wanted))
        if job is not None and job.document_kind == kind and job.cleared_at is None:
            return documents.read(kind, job.facts), True
    content = Content(wanted) if wanted in set(Content) else Content.SHORT
    language = Locale.EN if form_str("language", "") == "en" else Locale.ZH
    return sample(kind, content, language), False


@bp.get("/standard/<kind>/<stock>.png")
@needs(Right.PRINTERS)
def standard_picture(kind: str, stock: str) -> Response:
    """Return a standard template with short content as a picture."""
    if kind not in NAMES or stock not in SUITABLE[kind]:
        abort(404)
    return _picture(standard(kind, stock), {})


@bp.get("/<int:template_id>/picture.png")
@needs(Right.PRINTERS)
def picture(template_id: int) -> Response:
    """Return the newest version with short content as a picture."""
    with reading() as session:
        template = newest(session, template_id)
        shown = pictures(session, template)
    return _picture(template, shown)


def _picture(template: AnyTemplate, shown: Mapping[str, bytes]) -> Response:
    document = sample(template.document_kind, Content.SHORT, locale())
    return drawing.picture(partial(showing.picture, designed(document, template, shown)))


@bp.post("/pictures")
@needs(Right.PRINTERS)
def add_picture() -> Response:
    """Keep a logo; the answer is JSON for the designer."""
    raw, name = sent_file("picture")
    try:
        made = prepared_logo(raw)
        do(partial(keep_picture, picture=made), KeepPicture, name=name, key=made.key)
    except InvalidInput as error:
        return json_of({"refused": speak(error.text)}, 400)
    return json_of({"key": made.key})


@bp.get("/pictures/<key>.png")
@needs(Right.PRINTERS)
def logo(key: str) -> Response:
    """Return a kept picture."""
    content = None
    if key.isascii() and key.isalnum():
        with reading() as session:
            content = session.scalar(sa.select(PaperPicture.content).where(PaperPicture.key == key))
    if content is None:
        raise NotFound(say("picture"), key[:20])
    return file_of(content, "image/png")


def prepared_logo(raw: bytes) -> Picture:
    """Return the picture as it is kept.

    Raises:
        InvalidInput: it is none, or too large.
    """
    unfit = say("This picture cannot be used: PNG or JPEG up to 2 MB.")
    try:
        return drawing.drawn(partial(showing.logo, raw))
    except PrintingError as error:
        raise InvalidInput(drawing.said_of(error, unfit), field="picture") from error


def json_of(content: Mapping[str, Any], status: int = 200) -> Response:
    """Return an answer for a script."""
    response = make_response(json.dumps(content, ensure_ascii=False), status)
    response.headers["Content-Type"] = "application/json"
    return response


def sent_file(field: str) -> tuple[bytes, str]:
    """Return the bytes of a sent file, one more than allowed at most, and its name."""
    sent = request.files.get(field)
    if sent is None:
        return b"", ""
    with sent.stream as stream:
        return stream.read(MOST_FILE_BYTES + 1), sent.filename or ""


def file_of(content: bytes, kind: str) -> Response:
    """Return bytes as what they are."""
    response = make_response(content)
    response.headers["Content-Type"] = kind
    return response
