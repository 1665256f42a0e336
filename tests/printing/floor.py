"""A site with a printer for the tests of the print queue, and what can go wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

import sqlalchemy as sa

from printing import queue
from printing.documents import Document
from printing.errors import TransportError
from printing.models import JobState, Printer, PrinterKind, PrintEvent, PrintJob, PrintRoute
from printing.queue.making import Draw, made_of
from printing.samples import waybill
from printing.transports import Reason
from printing.transports.memory import MemoryTransport
from warehouse.catalog.models import Station, StationKind
from warehouse.db import Database

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


class Floor:
    """A site with one printer, a clock that stands still, and paper that is kept."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = START
        self.paper = MemoryTransport()
        self.printer_id = self.printer()
        self._numbers = count(1)

    def printer(self, name: str = "label 1", **facts: Any) -> int:
        with self.database.transaction() as session:
            row = Printer(
                **({"name": name, "kind": PrinterKind.ZPL, "address": "10.0.0.9"} | facts)
            )
            session.add(row)
            session.flush()
            return row.id

    def route(self, kind: str = "waybill", printer_id: int | None = None, **facts: Any) -> None:
        with self.database.transaction() as session:
            target = printer_id or self.printer_id
            session.add(PrintRoute(document_kind=kind, printer_id=target, **facts))

    def station(self, code: str) -> int:
        with self.database.transaction() as session:
            row = Station(code=code, name=code, kind=StationKind.PACK)
            session.add(row)
            session.flush()
            return row.id

    def ask(self, document: Document | None = None, **facts: Any) -> int:
        paper = document or waybill(waybill_no=f"YT{next(self._numbers):013}")
        given = {
            "station_id": None,
            "at": self.now,
            "command_id": "c",
            "subject": "parcel:1",
        } | facts
        with self.database.transaction() as session:
            return queue.enqueue(session, paper, **given)

    def work(
        self, printer_id: int | None = None, transport: Any = None, draw: Draw = made_of
    ) -> queue.Printed | None:
        return queue.print_one(
            self.database,
            printer_id or self.printer_id,
            clock=lambda: self.now,
            transports=lambda _printer, _media: transport or self.paper,
            draw=draw,
        )

    def do(self, act: Any, *given: Any, **named: Any) -> Any:
        with self.database.transaction() as session:
            return act(session, *given, **named)

    def job(self, job_id: int) -> PrintJob:
        with self.database.reading() as session:
            return session.get_one(PrintJob, job_id)

    def state(self, job_id: int) -> JobState:
        return self.job(job_id).state

    def its_printer(self) -> Printer:
        with self.database.reading() as session:
            return session.get_one(Printer, self.printer_id)

    def lanes(self) -> list[queue.Lane]:
        with self.database.reading() as session:
            return queue.lanes(session)

    def names(self) -> list[str]:
        return [name for name, _ in self.paper.sent]

    def events(self, job_id: int) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            rows = session.scalars(
                sa.select(PrintEvent).where(PrintEvent.job_id == job_id).order_by(PrintEvent.id)
            )
            return [(row.state.value, row.note) for row in rows]


def by(person_id: int = 1) -> dict[str, Any]:
    return {"person_id": person_id, "at": START}


def away(before_first_byte: bool = True, reason: Reason = Reason.OFFLINE) -> TransportError:
    return TransportError("away", before_first_byte=before_first_byte, reason=reason)


def unknown(floor: Floor, document: Document | None = None) -> int:
    job_id = floor.ask(document)
    floor.paper.faults.append(away(before_first_byte=False))
    floor.work()
    return job_id
