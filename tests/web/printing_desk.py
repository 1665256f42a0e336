"""Printers and papers for the tests of the printing desk."""

from __future__ import annotations

import sqlalchemy as sa

from printing.models import JobState, Printer, PrinterKind, PrintJob
from tests.builders import Stage
from tests.web.desk_site import Desk
from warehouse.config import Config


def add_printer(desk: Desk, name: str = "labels", media: str = "") -> int:
    config: Config = desk.app.extensions["fahuo_config"]
    address = config.spool_dir / name
    return desk.world.add(
        Printer(name=name, kind=PrinterKind.FOLDER, address=str(address), media=media)
    ).id


def add_paper(desk: Desk, kind: str = "waybill", state: JobState | None = None) -> PrintJob:
    desk.world.bring(Stage.LABELLED)
    job = desk.world.one(PrintJob, document_kind=kind)
    if state is not None:
        set_job(desk, job.id, state=state)
    return job


def set_job(desk: Desk, job_id: int, **values: object) -> None:
    with desk.database.transaction() as session:
        session.execute(sa.update(PrintJob).where(PrintJob.id == job_id).values(**values))


def state_of(desk: Desk, job_id: int) -> JobState:
    return desk.world.get(PrintJob, job_id).state
