"""The desk's waves: which walks are planned, how far they are, and taking one back."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from printing.models import PrintJob
from warehouse.dispatch.commands.wave_labels import (
    PrintWaveLabels,
    print_wave_labels,
    ready_labels,
)
from warehouse.errors import NotFound
from warehouse.orders.desk import order_numbers
from warehouse.people.models import Person
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.waves import desk as waves_desk
from warehouse.waves.commands import CancelWave, cancel_wave
from warehouse.waves.desk import WAVE_SORTS
from warehouse.waves.maps import print_wave_sheet
from warehouse.waves.models import Wave, WaveState
from warehouse.waves.papers import PrintPickList, PrintWaveSheet, print_pick_list
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import form_str, reading
from warehouse.web.desk import act, state_chips
from warehouse.web.spreadsheets import Field
from warehouse.web.timeline import story

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
        return render_template(
            "waves/wave.html",
            wave=found,
            slots=slots,
            tasks=waves_desk.tasks_of(session, wave_id),
            orders=order_numbers(session, [s.consignment_id for s in slots]),
            picker=session.get(Person, found.picker_id) if found.picker_id else None,
            unlabelled=ready_labels(session, wave_id),
            jobs=list(
                session.scalars(
                    sa.select(PrintJob).where(PrintJob.subject == subject).order_by(PrintJob.id)
                )
            ),
            events=story(session, [("wave", [wave_id])], job_subjects=[subject]),
        )


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
    return act(
        print_pick_list, PrintPickList, back=_here(wave_id), wave_id=wave_id,
        reason=form_str("reason", ""),
    )  # fmt: skip


@bp.post("/<int:wave_id>/sheet")
@needs(Right.WAVE, Right.REPRINT)
def sheet(wave_id: int) -> Response:
    """Ask for the wave on the map, once more with a reason."""
    return act(
        print_wave_sheet, PrintWaveSheet, back=_here(wave_id), wave_id=wave_id,
        reason=form_str("reason", ""),
    )  # fmt: skip


def _here(wave_id: int) -> str:
    return url_for("waves.wave", wave_id=wave_id)
