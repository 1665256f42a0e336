"""A shop's own words and logo on packing slips: a form with the paper beside it, as one types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.errors import PrintingError, TemplateInvalid
from printing.media import SUITABLE, media
from printing.models import PaperTemplate
from printing.queue import showing
from printing.queue.drawing import pictures
from printing.templates import SlipWords
from printing.templates.slips import LIMITS
from warehouse.errors import InvalidInput, NotFound
from warehouse.people.rights import Right
from warehouse.printers.templates.checking import UNDRAWABLE, faults_said, said
from warehouse.printers.templates.versions import SaveTemplate, save_template
from warehouse.text import say
from warehouse.web import drawing
from warehouse.web.access import needs
from warehouse.web.context import do, form_choice, form_str, reading, speak
from warehouse.web.design_pictures import designed, json_of, png_of, sample_of
from warehouse.web.design_words import SAMPLE_WORDS
from warehouse.web.designs import (
    LONGEST_NUMBER,
    about,
    bp,
    check_drawn,
    kept_template,
    newest,
    pictures_kept,
    real_papers,
)
from warehouse.web.desk import noted
from warehouse.web.notes import media_word

KIND = SlipWords.document_kind
SHOWN_PAGES = 3


@bp.get("/slips/new")
@needs(Right.PRINTERS)
def new_slip() -> str:
    """Open the form empty, or on a copy of what a shop says already."""
    source = request.args.get("source", "")
    words = SlipWords()
    with reading() as session:
        if source.isdecimal() and len(source) <= LONGEST_NUMBER:
            words = _words_of(session, int(source))
        return _form(session, None, "", words.to_json())


@bp.get("/slips/<int:template_id>")
@needs(Right.PRINTERS)
def slip(template_id: int) -> str | Response:
    """Open the form on the newest version."""
    with reading() as session:
        kept = kept_template(session, template_id)
        if kept.document_kind != KIND:
            return redirect(url_for("designs.design", template_id=template_id))
        return _form(session, kept, kept.name, _words_of(session, template_id).to_json())


@bp.post("/slips")
@needs(Right.PRINTERS)
def add_slip() -> Response | tuple[str, int]:
    """Keep a shop's words for the first time."""
    return _save(None)


@bp.post("/slips/<int:template_id>")
@needs(Right.PRINTERS)
def change_slip(template_id: int) -> Response | tuple[str, int]:
    """Make a new version."""
    return _save(template_id)


def _save(template_id: int | None) -> Response | tuple[str, int]:
    name, definition = form_str("name", ""), _typed()
    try:
        check_drawn(definition)
        outcome = do(
            save_template, SaveTemplate, template_id=template_id, name=name,
            definition=definition, note=form_str("note", ""), base=form_choice("base"),
        )  # fmt: skip
    except InvalidInput as error:
        with reading() as session:
            kept = kept_template(session, template_id) if template_id else None
            return _form(session, kept, name, definition, error=speak(error.text)), 400
    return noted(outcome, url_for("designs.slip", template_id=outcome.subject_id))


@bp.post("/slips/preview")
@needs(Right.PRINTERS)
def preview_slip() -> Response:
    """Draw the slip with what is typed, as JSON: the picture, or why there is none."""
    stock = form_str("media", "")
    try:
        words = SlipWords.from_json(_typed())
        with reading() as session:
            document, is_marked = sample_of(session, KIND)
            paper = designed(document, words, pictures(session, words))
        if stock in SUITABLE[KIND]:
            paper = replace(paper, stock=media(stock))
        look = drawing.drawn(
            partial(showing.slip_look, paper, is_marked=is_marked, most=SHOWN_PAGES)
        )
    except TemplateInvalid as error:
        return json_of({"refused": speak(said(error))})
    except PrintingError as error:
        return json_of({"refused": speak(drawing.said_of(error, UNDRAWABLE))})
    faults = [speak(fault) for fault in faults_said(look.faults)]
    return json_of({"png": png_of(look), "pages": look.pages, "faults": faults})


def _typed() -> dict[str, Any]:
    fields = {name: form_str(name, "").replace("\r\n", "\n") for name in ("logo", *LIMITS)}
    return {"document_kind": KIND, "media": SlipWords.media, **fields}


def _words_of(session: Session, template_id: int) -> SlipWords:
    found = newest(session, template_id)
    if not isinstance(found, SlipWords):
        raise NotFound(say("packing slip"), template_id)
    return found


def _form(
    session: Session,
    kept: PaperTemplate | None,
    name: str,
    words: Mapping[str, Any],
    *,
    error: str = "",
) -> str:
    return render_template(
        "designs/slip.html",
        kept=kept,
        kind=KIND,
        name=name,
        words=words,
        error=error,
        limits={field: most for field, (most, _lines) in LIMITS.items()},
        logos=pictures_kept(session),
        stocks=[(stock, speak(media_word(stock))) for stock in SUITABLE[KIND]],
        samples=[(key, speak(text)) for key, text in SAMPLE_WORDS.items()],
        real=real_papers(session, KIND),
        **about(session, kept),
    )
