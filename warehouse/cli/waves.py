"""`fahuo waves`: walks through the warehouse."""

from __future__ import annotations

from typing import Any

import click
import sqlalchemy as sa

from warehouse.api.shapes.acts import act_of
from warehouse.api.shapes.consignments import consignment_id_of
from warehouse.api.shapes.waves import list_waves, show_wave
from warehouse.cli import Site
from warehouse.cli.language import Misuse, Refusal, language, tell
from warehouse.cli.speaking import actor_of, as_person, listing, machine_readable, perform, put_json
from warehouse.cli.tables import of, put_list, put_one
from warehouse.db import table_of
from warehouse.orders.models import Consignment, ConsignmentState
from warehouse.orders.queries import stop_column
from warehouse.text import say
from warehouse.waves.commands import MOST_SLOTS, MakeWave, make_wave
from warehouse.waves.models import TaskState, WaveState

_consignment = table_of(Consignment)
WORDS = {"state": of(WaveState), "tasks.state": of(TaskState)}
LISTED = ("number", "state", "consignments", "pieces", "picked", "picker", "created_at")


@click.group("waves")
def waves_cli() -> None:
    """Make and look at waves."""


@waves_cli.command("list")
@click.option(
    "--state", type=click.Choice([s.value for s in WaveState]), help="Only in this state."
)
@listing
@click.pass_obj
def list_command(site: Site, /, **asked: Any) -> None:
    """List waves, newest first."""
    put_list(site, list_waves, "waves", LISTED, WORDS, **asked)


@waves_cli.command("show")
@click.argument("number")
@machine_readable
@click.pass_obj
def show_command(site: Site, number: str, as_json: bool) -> None:
    """Show one wave with its slots and tasks."""
    with site.database.reading() as session:
        wave = show_wave(session, number)
    put_one(
        wave,
        WORDS,
        as_json=as_json,
        slots=("slot", "consignment", "orders", "tote"),
        tasks=("sequence", "slot", "bin", "sku", "wanted", "picked", "state"),
    )


@waves_cli.command("make")
@click.argument("consignments", nargs=-1, metavar="[CONSIGNMENT]...")
@click.option(
    "--ready", type=click.IntRange(1, MOST_SLOTS), help="Take so many, urgent ones first."
)
@as_person
@machine_readable
@click.pass_obj
def make_command(
    site: Site, consignments: tuple[str, ...], ready: int | None, login: str | None, as_json: bool
) -> None:
    """Make a wave of consignments: those named, or the ready ones that come first.

    Consignments whose stock is short are left out and held. Exit 1 if no wave was made.
    """
    if (ready is None) == (not consignments):
        raise Misuse(say("Name consignments, or say --ready."))
    ids = tuple(map(consignment_id_of, consignments)) if ready is None else _ready(site, ready)
    outcome = perform(
        site, actor_of(site, login), make_wave, MakeWave,
        consignment_ids=ids,
    )  # fmt: skip
    with site.database.reading() as session:
        act = act_of(session, "", outcome, language())
    number = act["subject"]["number"] if act["subject"] else None
    if as_json:
        left = {name: act["facts"][name] for name in ("left_out", "for_reserve")}
        put_json({"wave": number, **left, "message": act["message"]})
    else:
        tell(outcome.message)
    if number is None:
        raise click.exceptions.Exit(1)


def _ready(site: Site, count: int) -> tuple[int, ...]:
    """Return the ready consignments that nothing stops, those needed first at the front."""
    query = (
        sa.select(_consignment.c.id)
        .where(
            _consignment.c.state == ConsignmentState.READY, stop_column(_consignment.c.id).is_(None)
        )
        .order_by(
            _consignment.c.is_urgent.desc(),
            _consignment.c.promise_at.is_(None),
            _consignment.c.promise_at,
            _consignment.c.id,
        )
        .limit(count)
    )
    with site.database.reading() as session:
        found = tuple(session.scalars(query))
    if not found:
        raise Refusal(say("No consignment is ready."))
    return found
