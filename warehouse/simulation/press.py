"""The printers of the day: the real queue and renderers, into folders instead of onto paper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from printing.media import Media
from printing.models import JobState, Printer, PrintJob
from printing.queue import due, print_one
from printing.transports import READY, Condition, Notice, Transport, unheard
from printing.transports.spool import SpoolTransport
from warehouse.simulation.day import Day, DayBroken, Work
from warehouse.simulation.world import Label

PAUSE_S = 12
_COPY = re.compile(r"-copy\d+$")


@dataclass(frozen=True)
class Folders:
    """Every paper once into `documents`, its copies beside."""

    documents: Path
    copies: Path

    def send(self, payload: bytes, name: str, notice: Notice = unheard) -> None:
        """Write the paper as a file of its own."""
        folder = self.copies if _COPY.search(name) else self.documents
        SpoolTransport(folder=folder).send(payload, name)

    def look(self) -> Condition:
        """A folder is always ready."""
        return READY


def press(day: Day) -> Work:
    """Print whatever waits, every few seconds."""
    seen = -1
    while True:
        if day.commands != seen:  # without an act there is no new paper
            seen = day.commands
            print_all(day)
        yield PAUSE_S


def print_all(day: Day) -> None:
    """Print until nothing is due, and lay the labels into the trays.

    Raises:
        DayBroken: a paper could not be printed.
    """
    folders = Folders(day.out / "documents", day.out / "copies")

    def transports(_printer: Printer, _media: Media) -> Transport:
        return folders

    while True:
        with day.database.reading() as session:
            printers = due(session, day.now)
        if not printers:
            return
        for printer_id in printers:
            done = print_one(day.database, printer_id, clock=lambda: day.now, transports=transports)
            if done is None:
                continue
            if done.state is not JobState.SENT:
                raise DayBroken(f"Job {done.job_id} was not printed: {done.state} {done.reason}")
            _lay_out(day, done.job_id)


def _lay_out(day: Day, job_id: int) -> None:
    with day.database.reading() as session:
        kind, station_id, facts = session.execute(
            sa.select(PrintJob.document_kind, PrintJob.station_id, PrintJob.facts).where(
                PrintJob.id == job_id
            )
        ).one()
    if kind != "waybill":
        return
    label = Label(
        waybill_no=facts["waybill_no"],
        carrier_code=facts["carrier"]["code"],
        order_numbers=tuple(facts["order_numbers"]),
        receiver=facts["receiver"],
    )
    day.world.trays[station_id or 0].append(label)
    day.world.labels.append(label)
