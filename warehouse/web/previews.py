"""Every document as it looks on paper: a list of kinds, and one page for each with its samples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import abort, make_response, render_template, request
from werkzeug.wrappers import Response

from printing.documents import KINDS, Locale
from printing.media import SUITABLE, media
from printing.queue import showing
from printing.queue.showing import Undrawn
from printing.samples import Content, sample
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.web import drawing
from warehouse.web.access import needs
from warehouse.web.context import locale
from warehouse.web.design_words import SAMPLE_WORDS
from warehouse.web.notes import media_word
from warehouse.web.papers import bp
from warehouse.web.words import document_word

MOST_PAGES = 12
HOUR_S = 3600
OK = 200
LANGUAGES = ((Locale.ZH.value, say("Chinese")), (Locale.EN.value, say("English")))


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """Which sample: a kind, what it holds, on which stock, in which language."""

    kind: str
    stock: str
    content: Content
    language: Locale

    def paper(self) -> Undrawn:
        document = sample(self.kind, self.content, self.language, self.stock)
        return Undrawn(document=document, stock=media(self.stock))


@bp.get("/papers")
@needs(Right.PRINTERS)
def papers() -> str:
    """Show every kind of document small, on the stock it is made for first."""
    return render_template(
        "printers/papers.html",
        kinds=[(kind, SUITABLE[kind]) for kind in KINDS],
        language=_language(),
    )


@bp.get("/papers/<kind>")
@needs(Right.PRINTERS)
def paper(kind: str) -> str:
    """Show one kind of document on one stock, page by page."""
    wanted = _wanted(kind)
    pages, marked = drawing.shown(partial(showing.extent, wanted.paper()))
    where: dict[str, Any] = {
        "kind": kind, "media": wanted.stock, "content": wanted.content.value,
        "language": wanted.language.value,
    }  # fmt: skip
    return render_template(
        "printers/paper.html",
        word=document_word(kind),
        where=where,
        pages=range(1, min(pages, MOST_PAGES) + 1),
        more=max(0, pages - MOST_PAGES),
        marked=marked,
        stocks=[(name, media_word(name)) for name in SUITABLE[kind]],
        contents=[(c.value, SAMPLE_WORDS[c.value]) for c in Content],
        languages=LANGUAGES,
    )


@bp.get("/papers/<kind>/sample.pdf")
@needs(Right.PRINTERS)
def paper_pdf(kind: str) -> Response:
    """Return a sample as PDF."""
    wanted = _wanted(kind)
    response = make_response(drawing.shown(partial(showing.pdf, wanted.paper())))
    response.headers["Content-Type"] = "application/pdf"
    return _kept_an_hour(response)


@bp.get("/papers/<kind>/sample.png")
@needs(Right.PRINTERS)
def paper_picture(kind: str) -> Response:
    """Return one page of a sample as a picture, as the printer would print it."""
    wanted = _wanted(kind)
    number = request.args.get("page", 1, type=int)
    return _kept_an_hour(drawing.picture(partial(showing.page, wanted.paper(), number)))


def _wanted(kind: str) -> _Wanted:
    """Return what the address asks for; what it leaves open is the usual."""
    if kind not in KINDS:
        abort(404)
    stock = request.args.get("media") or SUITABLE[kind][0]
    content = request.args.get("content") or Content.SHORT.value
    if stock not in SUITABLE[kind] or content not in set(Content):
        abort(404)
    return _Wanted(kind=kind, stock=stock, content=Content(content), language=_language())


def _language() -> Locale:
    asked = request.args.get("language", "")
    if asked in set(Locale):
        return Locale(asked)
    return Locale.EN if locale() == Locale.EN else Locale.ZH


def _kept_an_hour(response: Response) -> Response:
    if response.status_code == OK:
        response.headers["Cache-Control"] = f"private, max-age={HOUR_S}"
    return response
