"""An import run from waiting to done: begun, taken up by a worker, its refused rows kept, ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.lists import HEADS_NAMED
from warehouse.commands import Command, Outcome, Tone
from warehouse.db import Database, table_of
from warehouse.errors import InvalidInput
from warehouse.orders.commands.importing.chunk import LEASE
from warehouse.orders.import_models import ImportKind, ImportReject, ImportRun, ImportState
from warehouse.shops.rows import MAX_CODE, Rejected
from warehouse.text import Text, say

_run, _reject = table_of(ImportRun), table_of(ImportReject)


@dataclass(frozen=True, kw_only=True)
class StartImport(Command):
    """Have the worker import these files: name as sent, path where they lie, size.

    `is_running` is for one who runs the import at once: no worker takes it up.
    """

    files: tuple[Mapping[str, Any], ...]
    kind: ImportKind = ImportKind.ORDERS
    shop_code: str = ""
    is_running: bool = False


@dataclass(frozen=True, kw_only=True)
class KeepRejects(Command):
    """Keep the `number`th lot of rows that could not be read. The rows go to the handler."""

    run_id: int
    number: int
    rows_total: int


@dataclass(frozen=True, kw_only=True)
class EndImport(Command):
    """The run is done, or has failed for the reason given."""

    run_id: int
    problem: Text | None = None
    rows_new: int = 0  # of a list, as the next two
    rows_changed: int = 0
    rows_unchanged: int = 0
    not_read: tuple[str, ...] = ()  # headings that nobody knows; those beyond a number are not kept


def start_import(session: Session, command: StartImport) -> Outcome:
    """Make the run and return its id as the outcome's subject."""
    if not command.files:
        raise InvalidInput(say("Choose at least one file."), field="files")
    code = command.shop_code.strip()
    if len(code) > MAX_CODE or not code.isprintable():
        raise InvalidInput(say("This is no code of a shop."), field="shop_code")
    if command.kind is not ImportKind.ORDERS and len(command.files) > 1:
        raise InvalidInput(say("One list at a time."), field="files")
    run = ImportRun(
        kind=command.kind,
        state=ImportState.RUNNING if command.is_running else ImportState.WAITING,
        files=[dict(file) for file in command.files],
        shop_code=code,
        person_id=command.actor.person_id,
        created_at=command.at,
        leased_until=command.at + LEASE if command.is_running else None,
    )
    session.add(run)
    session.flush()
    return Outcome(screen="import", subject_id=run.id, message=say("The import has begun."))


def keep_rejects(
    session: Session, command: KeepRejects, *, faults: Sequence[Rejected], rows: int
) -> Outcome:
    """Write down what is wrong with so many rows more, each of them with one fault or several."""
    if faults:
        session.execute(
            sa.insert(_reject),
            [
                {
                    "run_id": command.run_id,
                    "file": row.file,
                    "row_no": row.row,
                    "column": row.column,
                    "value": row.value,
                    "reason": row.reason.to_json(),
                }
                for row in faults
            ],
        )
    session.execute(
        sa.update(_run)
        .where(_run.c.id == command.run_id)
        .values(
            rows_rejected=_run.c.rows_rejected + rows,
            rows_done=_run.c.rows_done + rows,
            rows_total=command.rows_total,
            leased_until=command.at + LEASE,
        )
    )
    return Outcome(screen="import", subject_id=command.run_id, message=say("Kept."))


def end_import(session: Session, command: EndImport) -> Outcome:
    """Close the run as done or failed."""
    problem = command.problem
    values: dict[str, Any] = {
        "state": ImportState.FAILED if problem else ImportState.DONE,
        "finished_at": command.at,
        "leased_until": None,
        "problem": problem.to_json() if problem else None,
    }
    if not problem:
        values["rows_done"] = _run.c.rows_total
        counts = ("rows_new", "rows_changed", "rows_unchanged")
        values.update({name: getattr(command, name) for name in counts})
        values["not_read"] = list(command.not_read[: HEADS_NAMED + 1]) or None
    session.execute(sa.update(_run).where(_run.c.id == command.run_id).values(**values))
    return Outcome(
        screen="import",
        subject_id=command.run_id,
        message=problem or say("The import is done."),
        tone=Tone.STOP if problem else Tone.OK,
    )


def take_up(database: Database, at: datetime) -> int | None:
    """Return the oldest run nobody works on, now leased to the caller; None if there is none.

    A run whose worker died is taken up again: what it had finished is not done twice.
    """
    free = sa.or_(
        _run.c.state == ImportState.WAITING,
        sa.and_(_run.c.state == ImportState.RUNNING, _run.c.leased_until < at),
    )
    oldest = sa.select(_run.c.id).where(free).order_by(_run.c.id).limit(1)
    with database.reading() as session:
        if session.execute(oldest).first() is None:
            return None
    with database.transaction() as session:
        run_id: int | None = session.execute(
            sa.update(_run)
            .where(_run.c.id == oldest.with_for_update(skip_locked=True).scalar_subquery(), free)
            .values(state=ImportState.RUNNING, leased_until=at + LEASE)
            .returning(_run.c.id)
        ).scalar()
        return run_id


def renew(database: Database, run_id: int, at: datetime, **told: int) -> None:
    """Keep the run from being taken up by another worker; write down how far it is."""
    with database.transaction() as session:
        session.execute(
            sa.update(_run)
            .where(_run.c.id == run_id, _run.c.state == ImportState.RUNNING)
            .values(leased_until=at + LEASE, **told)
        )


def put_back(database: Database, run_id: int, at: datetime) -> None:
    """Let another worker go on with the run."""
    with database.transaction() as session:
        session.execute(
            sa.update(_run)
            .where(_run.c.id == run_id, _run.c.state == ImportState.RUNNING)
            .values(leased_until=at)
        )
