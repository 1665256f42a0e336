"""Running an import: files to a batch, the batch chunk by chunk into commands, then the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from warehouse.catalog.lists import ListReport
from warehouse.commands import Actor, execute, new_id
from warehouse.config import Config
from warehouse.db import Database, table_of, utcnow
from warehouse.gate import DatabaseBusy
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.free_stock import FreeStock, free_stock
from warehouse.orders.commands.importing.chunk import LEASE, ImportChunk, import_chunk
from warehouse.orders.commands.importing.known import Skus
from warehouse.orders.commands.importing.runs import (
    EndImport,
    KeepRejects,
    StartImport,
    end_import,
    keep_rejects,
    put_back,
    renew,
    start_import,
    take_up,
)
from warehouse.orders.import_models import ImportChange, ImportKind, ImportReject, ImportRun
from warehouse.orders.lists import read_in
from warehouse.orders.models import Order, OrderState
from warehouse.orders.restocking import audit_supplied
from warehouse.shops.batch import Batch
from warehouse.shops.limits import LIMITS, Limits
from warehouse.shops.reading import read_files
from warehouse.shops.refusals import FileRefused
from warehouse.shops.rows import Progress, Rejected, SourceFile
from warehouse.text import Text, say

CHUNK_ORDERS = 500
REJECTS_AT_ONCE = 1000
RENEW_EVERY = LEASE / 5

NOTHING = ListReport()

_order, _run = table_of(Order), table_of(ImportRun)

Row = TypeVar("Row", ImportReject, ImportChange)
Clock = Callable[[], datetime]
UNEXPECTED = say("The import stopped by a fault of the program. What was taken in stays.")
MISSING_FILE = say("The file is no longer there. Send it again.")


@dataclass(frozen=True, kw_only=True)
class Step:
    """How far an import has come: bytes while reading, orders while writing and auditing."""

    stage: str  # reading, writing, auditing
    file: str
    done: int
    total: int


@dataclass(frozen=True, kw_only=True)
class ImportSummary:
    """What a run did. `orders_unchanged` counts those on their way, which are left alone, too."""

    run_id: int
    orders_new: int
    orders_changed: int
    orders_unchanged: int
    lines_new: int
    rows_rejected: int
    notes: tuple[Text, ...] = ()


OnStep = Callable[[Step], None]


class _Stopped(Exception):
    """The worker was told to end; the run goes on later."""


@dataclass(frozen=True, kw_only=True)
class _Import:
    """One run being carried out."""

    database: Database
    run_id: int
    actor: Actor
    clock: Clock
    zone: tzinfo
    on_step: OnStep
    should_stop: Callable[[], bool]
    renewed: list[datetime] = field(default_factory=list)  # the last time, if any

    def check(self) -> None:
        """Stop if told so; say from time to time that somebody is still at the run."""
        if self.should_stop():
            raise _Stopped
        at = self.clock()
        if not self.renewed or at - self.renewed[0] >= RENEW_EVERY:
            self.renewed[:] = [at]
            renew(self.database, self.run_id, at)

    def tell(self, rows_done: int) -> None:
        """Stop if told so; say how many rows of a list are done."""
        if self.should_stop():
            raise _Stopped
        renew(self.database, self.run_id, self.clock(), rows_done=rows_done)


def import_files(
    database: Database,
    files: Sequence[Path | SourceFile],
    config: Config,
    *,
    actor: Actor,
    shop_code: str = "",
    clock: Clock = utcnow,
    on_step: OnStep = lambda _: None,
    limits: Limits = LIMITS,
) -> ImportSummary:
    """Import the files now, in this process, and audit what came in.

    Raises:
        FileRefused: a file cannot be read as a whole; nothing was taken in.
        InvalidInput: no file, or no code of a shop.
    """
    sources = [f if isinstance(f, SourceFile) else SourceFile(path=f, name=f.name) for f in files]
    described = tuple(
        {"name": s.name, "path": str(s.path), "bytes": s.path.stat().st_size} for s in sources
    )
    command = StartImport(
        id=new_id(), actor=actor, at=clock(), files=described, shop_code=shop_code, is_running=True
    )
    run_id = execute(database, start_import, command).subject_id
    assert run_id is not None  # noqa: S101  (the handler always names the run)
    work = _Import(
        database=database,
        run_id=run_id,
        actor=actor,
        clock=clock,
        zone=config.time_zone,
        on_step=on_step,
        should_stop=lambda: False,
    )
    return _carry_out(work, sources, config, limits)


def run_waiting_import(
    database: Database,
    config: Config,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    clock: Clock = utcnow,
) -> int | None:
    """Carry out the oldest import that waits, or whose worker died; return its id, None if none.

    A file that cannot be read ends the run as failed, with the reason. Told to stop, it ends
    between two chunks and the run goes on when it is taken up again.
    """
    run_id = take_up(database, clock())
    if run_id is None:
        return None
    with database.reading() as session:
        run = session.execute(sa.select(_run).where(_run.c.id == run_id)).one()
    work = _Import(
        database=database,
        run_id=run_id,
        actor=Actor(person_id=run.person_id),
        clock=clock,
        zone=config.time_zone,
        on_step=lambda _: None,
        should_stop=should_stop,
    )
    sources = [SourceFile(path=Path(file["path"]), name=file["name"]) for file in run.files]
    try:
        if run.kind is ImportKind.ORDERS:
            _carry_out(work, sources, config, LIMITS)
        else:
            _carry_out_list(work, sources[0], run.kind)
    except (_Stopped, DatabaseBusy):
        put_back(database, run_id, clock())
    except FileRefused:
        _forget_files(sources, config)  # the reason is kept with the run
    except Exception:
        # Left running, the run would come back for ever.
        _end(work, UNEXPECTED)
        raise
    else:
        _forget_files(sources, config)
    return run_id


def _forget_files(sources: Sequence[SourceFile], config: Config) -> None:
    """Remove uploaded files that were read: they are full of names and addresses."""
    for source in sources:
        if source.path.parent == config.upload_dir:
            source.path.unlink(missing_ok=True)


def _carry_out(
    work: _Import, sources: Sequence[SourceFile], config: Config, limits: Limits
) -> ImportSummary:
    with _telling_why(work):
        batch = _read(work, sources, config, limits)
    with batch:
        total = sum(report.rows for report in batch.reports)
        _keep_rejects(work, batch.rejected(), batch.rejected_count, total)
        _write(work, batch)
        _audit(work)
        _end(work, None)
        return _summary(work, batch.notes())


def _carry_out_list(work: _Import, source: SourceFile, kind: ImportKind) -> None:
    with _telling_why(work):
        report = read_in(
            work.database, source, kind, run_id=work.run_id, actor=work.actor, at=work.clock(),
            on_rows=work.tell,
        )  # fmt: skip
    taken = report.new + report.changed + report.unchanged
    total = taken + report.rows_rejected
    _keep_rejects(work, iter(report.rejected), len(report.rejected), total)
    if kind is ImportKind.OPENING:
        audit_supplied(work.database, actor=work.actor, at=work.clock(), zone=work.zone)
    _end(work, None, report)


@contextmanager
def _telling_why(work: _Import) -> Iterator[None]:
    """End the run as failed where its file cannot be read."""
    try:
        yield
    except FileRefused as refused:
        _end(work, refused.text)
        raise
    except FileNotFoundError as error:
        _end(work, MISSING_FILE)
        raise FileRefused(Path(error.filename).name, MISSING_FILE) from error


def _read(work: _Import, sources: Sequence[SourceFile], config: Config, limits: Limits) -> Batch:
    def on_progress(progress: Progress) -> None:
        work.check()
        work.on_step(
            Step(stage="reading", file=progress.file, done=progress.done, total=progress.total)
        )

    return read_files(sources, zone=config.time_zone, limits=limits, on_progress=on_progress)


def _keep_rejects(work: _Import, rejected: Iterator[Rejected], count: int, total: int) -> None:
    last = None
    for number in range(count // REJECTS_AT_ONCE + 1):
        command = KeepRejects(
            id=f"import:{work.run_id}:rejects:{number}", actor=work.actor, at=work.clock(),
            run_id=work.run_id, number=number, rows_total=total,
        )  # fmt: skip
        faults = list(islice(rejected, REJECTS_AT_ONCE))
        rows = dict.fromkeys((fault.file, fault.row) for fault in faults)  # each once
        new = len(rows) - (last in rows)
        last = next(reversed(rows), last)
        execute(work.database, partial(keep_rejects, faults=faults, rows=new), command)


def _write(work: _Import, batch: Batch) -> None:
    done, skus = 0, Skus()
    for number, chunk in enumerate(batch.orders(CHUNK_ORDERS)):
        work.check()
        command = ImportChunk(
            id=f"import:{work.run_id}:{number}", actor=work.actor, at=work.clock(),
            run_id=work.run_id, number=number,
        )  # fmt: skip
        execute(work.database, partial(import_chunk, orders=chunk, skus=skus), command)
        done += len(chunk)
        work.on_step(Step(stage="writing", file="", done=done, total=batch.order_count))


def _audit(work: _Import) -> None:
    """Audit every order that was received and not looked at yet, this import's and others'."""
    received = sa.select(_order.c.id).where(_order.c.state == OrderState.RECEIVED)
    with work.database.reading() as session:
        total = session.execute(
            sa.select(sa.func.count()).select_from(received.subquery())
        ).scalar_one()
        day = work.clock().astimezone(work.zone).date()
        free = FreeStock(free_stock(session, day=day))
    last, done = 0, 0
    while ids := _ids_after(work.database, received, last):
        work.check()
        command = AuditOrders(
            id=new_id(), actor=work.actor, at=work.clock(), zone=work.zone, order_ids=ids
        )
        execute(work.database, partial(audit_orders, free=free), command)
        free.keep()
        last, done = ids[-1], done + len(ids)
        work.on_step(Step(stage="auditing", file="", done=done, total=max(total, done)))


def _ids_after(database: Database, query: sa.Select[Any], last: int) -> tuple[int, ...]:
    page = query.where(_order.c.id > last).order_by(_order.c.id).limit(CHUNK_ORDERS)
    with database.reading() as session:
        return tuple(session.scalars(page))


def _end(work: _Import, problem: Text | None, report: ListReport = NOTHING) -> None:
    command = EndImport(
        id=new_id(), actor=work.actor, at=work.clock(), run_id=work.run_id, problem=problem,
        rows_new=report.new, rows_changed=report.changed, rows_unchanged=report.unchanged,
        not_read=report.not_read,
    )  # fmt: skip
    execute(work.database, end_import, command)


def _summary(work: _Import, notes: tuple[Text, ...]) -> ImportSummary:
    with work.database.reading() as session:
        run = session.execute(sa.select(_run).where(_run.c.id == work.run_id)).one()
    return ImportSummary(
        run_id=run.id,
        orders_new=run.orders_new,
        orders_changed=run.orders_changed,
        orders_unchanged=run.orders_unchanged + run.orders_untouched,
        lines_new=run.lines_new,
        rows_rejected=run.rows_rejected,
        notes=notes,
    )


def rejects_of(database: Database, run_id: int) -> Iterator[ImportReject]:
    """Yield the refused rows of a run in the order in which they were met."""
    yield from _paged(database, ImportReject, run_id)


def changes_of(database: Database, run_id: int) -> Iterator[ImportChange]:
    """Yield the fields that shops changed on known orders, as noted by a run."""
    yield from _paged(database, ImportChange, run_id)


def _paged(database: Database, model: type[Row], run_id: int) -> Iterator[Row]:
    last = 0
    while True:
        with database.reading() as session:
            page = session.scalars(
                sa.select(model)
                .where(model.run_id == run_id, model.id > last)
                .order_by(model.id)
                .limit(REJECTS_AT_ONCE)
            ).all()
        yield from page
        if len(page) < REJECTS_AT_ONCE:
            return
        last = page[-1].id
