"""The desk's label templates: list, designer with a live picture, versions, uses, files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.errors import PrintingError
from printing.media import STOCKS, SUITABLE
from printing.models import (
    PaperPicture,
    PaperTemplate,
    PaperTemplateUse,
    PaperTemplateVersion,
    PrintJob,
)
from printing.queue import showing
from printing.queue.drawing import pictures
from printing.templates import (
    CODES,
    NAMES,
    WITH_ITEMS,
    AnyTemplate,
    ElementKind,
    SlipWords,
    Template,
    read_template,
    standard,
)
from warehouse.carriers.models import Carrier
from warehouse.errors import InvalidInput, NotFound
from warehouse.orders.models import Shop
from warehouse.people.rights import Right
from warehouse.printers.templates.checking import UNDRAWABLE, faults_said, parsed
from warehouse.printers.templates.logos import RemovePicture, remove_picture
from warehouse.printers.templates.uses import StopUsing, UseTemplate, stop_using, use_template
from warehouse.printers.templates.versions import (
    RestoreTemplate,
    RetireTemplate,
    SaveTemplate,
    restore_template,
    retire_template,
    save_template,
)
from warehouse.text import say
from warehouse.web import drawing
from warehouse.web.access import needs
from warehouse.web.context import do, form_choice, form_int, form_str, reading, speak
from warehouse.web.design_words import (
    ALIGN_WORDS,
    ELEMENT_WORDS,
    FIELD_WORDS,
    SAMPLE_WORDS,
    VALIGN_WORDS,
)
from warehouse.web.desk import act, names_of, noted
from warehouse.web.paper_rights import may_see

bp = Blueprint("designs", __name__, url_prefix="/printers/templates")

LONGEST_DEFINITION = 200_000
MOST_FILE_BYTES = 4 * 1024 * 1024
REAL_PAPERS = 12
LONGEST_NUMBER = 15


@bp.get("")
@needs(Right.PRINTERS)
def index() -> str:
    """List the templates of the site and the standard ones they can begin with."""
    with reading() as session:
        kept = session.scalars(
            sa.select(PaperTemplate).where(PaperTemplate.is_active).order_by(PaperTemplate.name)
        ).all()
        return render_template(
            "designs/index.html",
            own=[one for one in kept if one.document_kind in NAMES],
            slips=[one for one in kept if one.document_kind == SlipWords.document_kind],
            uses=_uses(session),
            logos=pictures_kept(session),
            standards=[(kind, stock) for kind in NAMES for stock in SUITABLE[kind]],
            **_whose(session),
        )


@bp.get("/new")
@needs(Right.PRINTERS)
def new() -> str | Response:
    """Open the designer on a copy of a standard template, or of one of the site's."""
    source = request.args.get("source", "")
    with reading() as session:
        if source.isdecimal() and len(source) <= LONGEST_NUMBER:
            template: AnyTemplate = newest(session, int(source))
            if isinstance(template, SlipWords):
                return redirect(url_for("designs.new_slip", source=source))
        else:
            template = _standard()
        return _designer(session, None, "", template.to_json())


@bp.get("/<int:template_id>")
@needs(Right.PRINTERS)
def design(template_id: int) -> str | Response:
    """Open the designer on the newest version."""
    with reading() as session:
        kept = kept_template(session, template_id)
        if kept.document_kind == SlipWords.document_kind:
            return redirect(url_for("designs.slip", template_id=template_id))
        return _designer(session, kept, kept.name, newest(session, template_id).to_json())


@bp.post("")
@needs(Right.PRINTERS)
def add() -> Response | tuple[str, int]:
    """Make a template."""
    return _save(None)


@bp.post("/<int:template_id>")
@needs(Right.PRINTERS)
def change(template_id: int) -> Response | tuple[str, int]:
    """Make a new version."""
    return _save(template_id)


def _save(template_id: int | None) -> Response | tuple[str, int]:
    name, definition = form_str("name", ""), typed_definition()
    try:
        check_drawn(definition)
        outcome = do(
            save_template, SaveTemplate, template_id=template_id, name=name,
            definition=definition, note=form_str("note", ""), base=form_choice("base"),
        )  # fmt: skip
    except InvalidInput as error:
        with reading() as session:
            kept = kept_template(session, template_id) if template_id else None
            page = _designer(session, kept, name, definition, error=speak(error.text))
        return page, 400
    return noted(outcome, url_for("designs.design", template_id=outcome.subject_id))


def check_drawn(definition: Any, added: Mapping[str, bytes] | None = None) -> None:
    """Draw the template before it is kept; `added` are pictures that come with it.

    Raises:
        InvalidInput: it is none, or something is wrong with it on paper.
    """
    with reading() as session:
        template = parsed(session, definition, added or ())
        shown = dict(pictures(session, template, added or {}))
    try:
        faults = drawing.drawn(partial(showing.faults_of, template, shown))
    except PrintingError as error:
        why = drawing.said_of(error, UNDRAWABLE)
        raise InvalidInput(why, field="definition") from error
    if wrong := faults_said(faults):
        raise InvalidInput(wrong[0], field="definition")


@bp.post("/<int:template_id>/restore")
@needs(Right.PRINTERS)
def restore(template_id: int) -> Response:
    """Make an older version the newest again."""
    back = url_for("designs.design", template_id=template_id)
    return act(restore_template, RestoreTemplate, back=back, template_id=template_id,
               version=form_int("version"))  # fmt: skip


@bp.post("/<int:template_id>/retire")
@needs(Right.PRINTERS)
def retire(template_id: int) -> Response:
    """Draw no new papers by it."""
    return act(retire_template, RetireTemplate, back=url_for("designs.index"),
               template_id=template_id)  # fmt: skip


@bp.post("/<int:template_id>/uses")
@needs(Right.PRINTERS)
def use(template_id: int) -> Response:
    """Draw the papers of a shop and a courier by it."""
    return act(
        use_template, UseTemplate, back=url_for("designs.design", template_id=template_id),
        template_id=template_id, shop_id=form_int("shop", 0), carrier_id=form_int("carrier", 0),
    )  # fmt: skip


@bp.post("/pictures/<key>/remove")
@needs(Right.PRINTERS)
def remove_logo(key: str) -> Response:
    """Throw a logo away that no template shows."""
    return act(remove_picture, RemovePicture, back=url_for("designs.index"), key=key)


@bp.post("/uses/<int:use_id>/stop")
@needs(Right.PRINTERS)
def stop(use_id: int) -> Response:
    """Draw these papers as before."""
    return act(stop_using, StopUsing, back=url_for("designs.index"), use_id=use_id)


def _designer(
    session: Session,
    kept: PaperTemplate | None,
    name: str,
    definition: Mapping[str, Any],
    *,
    error: str = "",
) -> str:
    kind, stock = str(definition.get("document_kind")), str(definition.get("media"))
    if kind not in NAMES or stock not in STOCKS:
        raise NotFound(say("template"), stock[:20])
    return render_template(
        "designs/design.html",
        kept=kept,
        name=name,
        kind=kind,
        stock=STOCKS[stock],
        error=error,
        data=_vocabulary(session, kind, stock) | {"definition": definition},
        samples=[(key, speak(text)) for key, text in SAMPLE_WORDS.items()],
        real=real_papers(session, kind),
        **about(session, kept),
    )


def about(session: Session, kept: PaperTemplate | None) -> dict[str, Any]:
    """Return what a page says of a kept template: versions, whose papers it draws, by whom."""
    return {
        "versions": _versions(session, kept.id) if kept else [],
        "uses": [use for use in _uses(session) if kept and use.template_id == kept.id],
        "people": names_of(session),
        **_whose(session),
    }


def pictures_kept(session: Session) -> list[tuple[str, str]]:
    """Return the kept pictures by name, as (key, name)."""
    rows = session.execute(
        sa.select(PaperPicture.key, PaperPicture.name).order_by(PaperPicture.name)
    )
    return [(key, name) for key, name in rows]


def _vocabulary(session: Session, kind: str, stock: str) -> dict[str, Any]:
    """Return what the designer's script has to know, in the reader's language."""
    shapes = STOCKS[stock]
    kinds = [k for k in ElementKind if k is not ElementKind.ITEMS or kind in WITH_ITEMS]
    return {
        "width": shapes.width_mm,
        "height": shapes.height_mm,
        "parts": shapes.parts_mm,
        "kinds": [(k.value, speak(ELEMENT_WORDS[k])) for k in kinds],
        "fields": [(name, speak(FIELD_WORDS[name])) for name in NAMES[kind]],
        "codes": CODES[kind],
        "aligns": [(k.value, speak(text)) for k, text in ALIGN_WORDS.items()],
        "valigns": [(k.value, speak(text)) for k, text in VALIGN_WORDS.items()],
        "pictures": pictures_kept(session),
        "standard": standard(kind, stock).to_json(),
        "preview": url_for("designs.preview"),
        "upload": url_for("designs.add_picture"),
    }


def _whose(session: Session) -> dict[str, Any]:
    return {
        "shops": dict(session.execute(sa.select(Shop.id, Shop.name).order_by(Shop.name)).all()),
        "carriers": dict(
            session.execute(sa.select(Carrier.id, Carrier.name).order_by(Carrier.name)).all()
        ),
    }


def _uses(session: Session) -> list[PaperTemplateUse]:
    return list(session.scalars(sa.select(PaperTemplateUse).order_by(PaperTemplateUse.id)))


def _versions(session: Session, template_id: int) -> list[Any]:
    return list(
        session.execute(
            sa.select(
                PaperTemplateVersion.version, PaperTemplateVersion.at,
                PaperTemplateVersion.person_id, PaperTemplateVersion.note,
            )
            .where(PaperTemplateVersion.template_id == template_id)
            .order_by(PaperTemplateVersion.version.desc())
            .limit(30)
        )
    )  # fmt: skip


def real_papers(session: Session, kind: str) -> list[tuple[int, str]]:
    """Return the last real papers of the kind, as (job, number), where they may be seen."""
    if not may_see(kind):
        return []
    rows = session.execute(
        sa.select(PrintJob.id, PrintJob.number)
        .where(PrintJob.document_kind == kind, PrintJob.cleared_at.is_(None))
        .order_by(PrintJob.id.desc())
        .limit(REAL_PAPERS)
    )
    return [(job_id, number) for job_id, number in rows]


def kept_template(session: Session, template_id: int) -> PaperTemplate:
    """Return the template.

    Raises:
        NotFound: there is none.
    """
    found = session.get(PaperTemplate, template_id)
    if found is None:
        raise NotFound(say("template"), template_id)
    return found


def newest(session: Session, template_id: int) -> AnyTemplate:
    """Return what the template says in its newest version."""
    kept = kept_template(session, template_id)
    definition = session.scalar(
        sa.select(PaperTemplateVersion.definition).where(
            PaperTemplateVersion.template_id == kept.id,
            PaperTemplateVersion.version == kept.version,
        )
    )
    return read_template(definition)


def _standard() -> Template:
    kind, stock = request.args.get("kind", ""), request.args.get("media", "")
    if kind not in NAMES or stock not in SUITABLE[kind]:
        raise NotFound(say("template"), stock[:20])
    return standard(kind, stock)


def typed_definition() -> dict[str, Any]:
    """Return the definition the form carries, unchecked but an object.

    Raises:
        InvalidInput: it is none.
    """
    text = form_str("definition", "")
    if len(text) > LONGEST_DEFINITION:
        raise InvalidInput(say("The template is too long."), field="definition")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(say("The template cannot be read."), field="definition") from error
    if not isinstance(found, dict):
        raise InvalidInput(say("The template cannot be read."), field="definition")
    return found
