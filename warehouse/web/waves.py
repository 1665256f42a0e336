"""The desk's waves: which walks are planned, how far they are, and taking one back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.documents import Document
from printing.models import PrintJob
from warehouse.commands import Command, Outcome
from warehouse.dispatch.commands.wave_labels import (
    PrintWaveLabels,
    print_wave_labels,
    ready_labels,
)
from warehouse.errors import NotFound
from warehouse.orders.desk import order_numbers
from warehouse.people.models import Person
from warehouse.people.rights import Right
from warehouse.text import Text, say
from warehouse.waves import desk as waves_desk
from warehouse.waves.commands import CancelWave, cancel_wave
from warehouse.waves.desk import WAVE_SORTS
from warehouse.waves.maps import print_wave_sheet, wave_sheet
from warehouse.waves.models import Wave, WaveState
from warehouse.waves.papers import PrintPickList, PrintWaveSheet, print_pick_list
from warehouse.waves.papers import pick_list as pick_list_of
from warehouse.waves.slots import (
    PrintCartLabel,
    PrintPutWall,
    cart_label,
    print_cart_label,
    print_put_wall,
    put_wall,
)
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import config, form_str, may, reading
from warehouse.web.desk import act, state_chips
from warehouse.web.drafts import draft, shown
from warehouse.web.paper_rows import PaperRow
from warehouse.web.spreadsheets import Field
from warehouse.web.timeline import story
from warehouse.web.words import document_word

bp = Blueprint("waves", __name__, url_prefix="/waves")

FIELDS: tuple[Field, ...] = (
    (say("Wave"), lambda w: w.number),
    (say("State"), lambda w: w.state),
    (say("Picker"), lambda w: w.picker or ""),
    (say("Orders"), lambda w: w.slots),
    (say("Tasks"), lambda w: w.tasks or 0),
    (say("Done"), lambda w: int(w.done or 0)),
    (say("Pieces"), lambda w: int(w.pieces or 0)),
    (say("Short"), lambda w: int(w.short or 0)),
    (say("Made"), lambda w: w.created_at),
    (say("Begun"), lambda w: w.started_at),
    (say("Picked"), lambda w: w.picked_at),
)
PAPERS: tuple[tuple[str, str, Text | None], ...] = (
    ("pick_list", "waves.pick_list", None),
    ("wave_sheet", "waves.sheet", None),
    ("put_wall_sheet", "waves.wall", None),
    ("cart_label", "waves.cart", say("Makes a cart the wave's: a picker scans it.")),
)
DRAWN: Mapping[str, Callable[[Session, Wave, tzinfo], Document]] = {
    "pick_list": pick_list_of,
    "wave_sheet": wave_sheet,
    "put_wall_sheet": lambda session, wave, _zone: put_wall(session, wave),
    "cart_label": cart_label,
}
LISTING = tables.Listing(name="waves", key=Wave.id, sorts=WAVE_SORTS, default="-no", fields=FIELDS)


@bp.get("")
@needs(Right.SEE_DESK)
def index() -> str | Response:
    """List the waves, the newest first."""
    state = tables.one_of("state", WaveState)
    query = waves_desk.wave_list()
    if state is not None:
        query = query.where(Wave.state == state)
    if q := tables.text("q"):
        query = query.where(tables.begins(Wave.number, q.upper()))
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, LISTING)
        return render_template(
            "waves/index.html",
            page=tables.page_of(session, query, LISTING),
            chips=state_chips(WaveState, waves_desk.wave_counts(session), state),
            q=q,
        )


@bp.get("/<int:wave_id>")
@needs(Right.SEE_DESK)
def wave(wave_id: int) -> str:
    """Show one wave: its slots, its tasks in walking order, its papers."""
    with reading() as session:
        found = session.get(Wave, wave_id)
        if found is None:
            raise NotFound(say("wave"), wave_id)
        slots = waves_desk.slots_of(session, wave_id)
        subject = f"wave:{wave_id}"
        jobs = list(
            session.scalars(
                sa.select(PrintJob).where(PrintJob.subject == subject).order_by(PrintJob.id)
            )
        )
        return render_template(
            "waves/wave.html",
            wave=found,
            papers=_papers(found, {job.document_kind for job in jobs}),
            slots=slots,
            tasks=waves_desk.tasks_of(session, wave_id),
            orders=order_numbers(session, [s.consignment_id for s in slots]),
            picker=session.get(Person, found.picker_id) if found.picker_id else None,
            unlabelled=ready_labels(session, wave_id),
            jobs=jobs,
            events=story(session, [("wave", [wave_id])], job_subjects=[subject]),
        )


def _papers(wave: Wave, printed: set[str]) -> list[PaperRow]:
    """Return what there is on paper of a wave, nothing of one taken back."""
    if wave.state is WaveState.CANCELLED:
        return []
    return [
        PaperRow(
            word=document_word(kind),
            action=url_for(endpoint, wave_id=wave.id),
            preview=url_for("waves.draft_of", wave_id=wave.id, kind=kind),
            is_printed=kind in printed,
            may=may(Right.WAVE) or may(Right.REPRINT),
            note=note,
        )
        for kind, endpoint, note in PAPERS
    ]


@bp.get("/<int:wave_id>/papers/<kind>.pdf")
@needs(Right.SEE_DESK)
def draft_of(wave_id: int, kind: str) -> Response:
    """Show a paper of the wave as it would be printed now, a mark across."""
    draw = DRAWN.get(kind)
    if draw is None:
        abort(404)
    with reading() as session:
        found = session.get(Wave, wave_id)
        if found is None:
            raise NotFound(say("wave"), wave_id)
        paper = draft(session, draw(session, found, config().time_zone))
    return shown(paper)


@bp.post("/<int:wave_id>/cancel")
@needs(Right.WAVE)
def cancel(wave_id: int) -> Response:
    """Take back a wave nobody has begun."""
    return act(cancel_wave, CancelWave, back=_here(wave_id), wave_id=wave_id)


@bp.post("/<int:wave_id>/labels")
@needs(Right.WEIGH)
def labels(wave_id: int) -> Response:
    """Ask for the labels of all parcels of the wave that lack nothing else."""
    return act(print_wave_labels, PrintWaveLabels, back=_here(wave_id), wave_id=wave_id)


@bp.post("/<int:wave_id>/list")
@needs(Right.WAVE, Right.REPRINT)
def pick_list(wave_id: int) -> Response:
    """Ask for the pick list on paper, once more with a reason."""
    return _print(print_pick_list, PrintPickList, wave_id)


@bp.post("/<int:wave_id>/sheet")
@needs(Right.WAVE, Right.REPRINT)
def sheet(wave_id: int) -> Response:
    """Ask for the wave on the map, once more with a reason."""
    return _print(print_wave_sheet, PrintWaveSheet, wave_id)


@bp.post("/<int:wave_id>/wall")
@needs(Right.WAVE, Right.REPRINT)
def wall(wave_id: int) -> Response:
    """Ask for the wave's put-wall, once more with a reason."""
    return _print(print_put_wall, PrintPutWall, wave_id)


@bp.post("/<int:wave_id>/cart")
@needs(Right.WAVE, Right.REPRINT)
def cart(wave_id: int) -> Response:
    """Ask for the label of the wave's cart, once more with a reason."""
    return _print(print_cart_label, PrintCartLabel, wave_id)


def _print(
    handler: Callable[[Session, Any], Outcome], paper: type[Command], wave_id: int
) -> Response:
    reason = form_str("reason", "")
    return act(handler, paper, back=_here(wave_id), wave_id=wave_id, reason=reason)


def _here(wave_id: int) -> str:
    return url_for("waves.wave", wave_id=wave_id)
