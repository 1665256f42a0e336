"""The tables of printing: printers, who prints where, jobs with their bytes and their history."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from printing.documents.parcels import ReadyFormat
from warehouse.db import (
    Base,
    Code,
    Id,
    Instant,
    Json,
    Name,
    Note,
    Ref,
    Word,
    begins_by,
    one_of,
    text_of,
)


class PrinterKind(StrEnum):
    """What a printer understands, and so how it is reached."""

    FOLDER = "folder"
    ESCPOS = "escpos"
    ZPL = "zpl"
    TSPL = "tspl"
    IPP = "ipp"
    CUPS = "cups"
    COMPONENT = "component"
    DOWNLOAD = "download"


class PrinterState(StrEnum):
    """How the printer was when it was last spoken to; `attention` is any fault without a state."""

    UNKNOWN = "unknown"
    READY = "ready"
    BUSY = "busy"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    ATTENTION = "attention"
    OFFLINE = "offline"


class JobState(StrEnum):
    """Where a job is on its way to paper.

    queued     waits for its turn, or for a printer
    rendering  a worker makes its bytes (has a lease)
    ready      its bytes are stored; not one of them has left
    leased     a worker takes it to the printer (has a lease)
    sending    bytes may have left; if the worker dies now, nobody knows
    sent       the printer took all of it
    confirmed  somebody scanned the paper, or said it came out
    failed     can never be printed like this
    unknown    it may have come out: only a person's word moves it
    held       waits for a person's word, without stopping the others
    cancelled  not wanted any more; nothing came out
    """

    QUEUED = "queued"
    RENDERING = "rendering"
    READY = "ready"
    LEASED = "leased"
    SENDING = "sending"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD = "held"
    CANCELLED = "cancelled"


WAITING = (JobState.QUEUED, JobState.READY)
WORKING = (JobState.RENDERING, JobState.LEASED)
TROUBLED = (
    PrinterState.PAPER_OUT,
    PrinterState.COVER_OPEN,
    PrinterState.ATTENTION,
    PrinterState.OFFLINE,
)
# These have no device that could be asked.
UNASKED = (PrinterKind.FOLDER, PrinterKind.DOWNLOAD)
# What stands in a printer's lane: one by one, the lowest turn first, then the oldest.
IN_LANE = (*WAITING, *WORKING, JobState.SENDING, JobState.UNKNOWN)
OPEN = (*IN_LANE, JobState.HELD)


# A lane does nothing else while one of these is in it.
BLOCKING = (*WORKING, JobState.SENDING, JobState.UNKNOWN)


def _words(states: tuple[JobState, ...]) -> str:
    return ", ".join(f"'{state}'" for state in states)


def in_states(states: tuple[JobState, ...]) -> sa.TextClause:
    """Return the condition that a job is in one of these, spelled as its partial index is."""
    return sa.text(f"print_job.state IN ({_words(states)})")


class Printer(Base):
    """One printer and what is loaded in it. `address` says where: see `printing.queue.delivery`.

    An empty `media` means any: a folder takes each document on the stock it is made for. Offsets
    move the picture on the paper, in dots; darkness 0 leaves the printer's own setting. A mute
    printer never says a word: what its machine has taken counts as printed. The stand-in takes
    over what this one has not begun while it is away. `moved_at` is when a paper last went through.
    """

    __tablename__ = "printer"
    __table_args__ = (
        sa.UniqueConstraint("name"),
        one_of("kind", PrinterKind),
        one_of("state", PrinterState),
        sa.CheckConstraint("dpi IN (203, 300)", name="dpi_known"),
        sa.CheckConstraint("width_dots > 0", name="width_positive"),
        sa.CheckConstraint("darkness BETWEEN 0 AND 30", name="darkness_range"),
    )

    id: Mapped[Id]
    name: Mapped[Name]
    kind: Mapped[PrinterKind] = mapped_column(Word(PrinterKind))
    address: Mapped[str] = mapped_column(text_of(500))
    dpi: Mapped[int] = mapped_column(default=203)
    width_dots: Mapped[int] = mapped_column(default=832)
    media: Mapped[str] = mapped_column(text_of(40), default="")
    darkness: Mapped[int] = mapped_column(default=0)
    offset_x: Mapped[int] = mapped_column(default=0)
    offset_y: Mapped[int] = mapped_column(default=0)
    is_paused: Mapped[bool] = mapped_column(default=False)
    state: Mapped[PrinterState] = mapped_column(Word(PrinterState), default=PrinterState.UNKNOWN)
    state_reason: Mapped[str] = mapped_column(text_of(40), default="")
    state_detail: Mapped[Note] = mapped_column(default="")
    last_seen_at: Mapped[Instant | None]
    is_mute: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    stand_in_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("printer.id"))
    moved_at: Mapped[Instant | None]


class PrintRoute(Base):
    """Which printer takes a kind of document from a station; without a station, from all others."""

    __tablename__ = "print_route"
    __table_args__ = (
        sa.UniqueConstraint("document_kind", "station_id"),
        # Nulls are distinct in a unique constraint: the route for all stations needs its own.
        sa.Index(
            "uq_print_route_everywhere",
            "document_kind",
            unique=True,
            sqlite_where=sa.text("station_id IS NULL"),
            postgresql_where=sa.text("station_id IS NULL"),
        ),
    )

    id: Mapped[Id]
    station_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("station.id"))
    document_kind: Mapped[Code]
    printer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("printer.id"))


class PrintJob(Base):
    """One paper asked for. Its facts never change; `copy_no` above 1 is a reprint with a reason.

    `subject` names what it is about, as "parcel:17". `reason` is a stable word for the state,
    `detail` the sentence behind it. `void_reason` tells why no byte of it may leave any more.
    A lower `turn` goes before higher ones, of equal ones the older. Papers asked for together have
    one `run_id`, each with its `run_no` in it. From `cleared_at` on its facts are gone for good.
    """

    __tablename__ = "print_job"
    __table_args__ = (
        sa.UniqueConstraint("document_kind", "number", "part", "copy_no"),
        one_of("state", JobState),
        sa.CheckConstraint("copy_no >= 1 AND part >= 1", name="counts_from_one"),
        sa.CheckConstraint("copy_no = 1 OR reprint_reason <> ''", name="copy_has_reason"),
        sa.CheckConstraint(
            f"(lease_token IS NOT NULL) = (state IN ({_words((*WORKING, JobState.SENDING))}))",
            name="lease_while_worked_on",
        ),
        sa.Index(
            "ix_print_job_lane",
            "printer_id",
            "turn",
            "id",
            sqlite_where=sa.text(f"state IN ({_words(IN_LANE)})"),
            postgresql_where=sa.text(f"state IN ({_words(IN_LANE)})"),
        ),
        sa.Index(
            "ix_print_job_run",
            "run_id",
            "run_no",
            sqlite_where=sa.text("run_id IS NOT NULL"),
            postgresql_where=sa.text("run_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_print_job_kept",
            "document_kind",
            "queued_at",
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        ),
        sa.Index("ix_print_job_subject", "subject"),
        sa.Index("ix_print_job_number", "number", postgresql_ops=begins_by("number")),
        sa.Index("ix_print_job_queued_at", "queued_at"),
        sa.Index("ix_print_job_state", "state"),
    )

    id: Mapped[Id]
    document_kind: Mapped[Code]
    number: Mapped[str] = mapped_column(text_of(120))
    part: Mapped[int] = mapped_column(default=1)
    copy_no: Mapped[int] = mapped_column(default=1)
    facts: Mapped[Json]
    subject: Mapped[str] = mapped_column(text_of(64), default="")
    station_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("station.id"))
    printer_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("printer.id"))
    command_id: Mapped[Code]
    state: Mapped[JobState] = mapped_column(Word(JobState), default=JobState.QUEUED)
    reason: Mapped[str] = mapped_column(text_of(40), default="")
    detail: Mapped[Note] = mapped_column(default="")
    queued_at: Mapped[Instant]
    waiting_since: Mapped[Instant]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[Instant | None]
    lease_token: Mapped[str | None] = mapped_column(text_of(36))
    lease_until: Mapped[Instant | None]
    first_byte_at: Mapped[Instant | None]
    sent_at: Mapped[Instant | None]
    closed_at: Mapped[Instant | None]
    reprint_of: Mapped[Ref | None] = mapped_column(sa.ForeignKey("print_job.id"))
    reprint_reason: Mapped[str] = mapped_column(text_of(200), default="")
    person_id: Mapped[Ref | None]
    void_reason: Mapped[str] = mapped_column(text_of(200), default="", server_default="")
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    run_id: Mapped[str | None] = mapped_column(text_of(64))
    run_no: Mapped[int] = mapped_column(default=0, server_default="0")
    cleared_at: Mapped[Instant | None]


class PrintFile(Base):
    """The rendered PDF of a job, kept as it was printed, with its SHA-256; empty once cleared."""

    __tablename__ = "print_file"

    job_id: Mapped[Ref] = mapped_column(sa.ForeignKey("print_job.id"), primary_key=True)
    media: Mapped[str] = mapped_column(text_of(40))
    sha256: Mapped[str] = mapped_column(text_of(64))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary())
    rendered_at: Mapped[Instant]


class PaperTemplate(Base):
    """A label template of the site's own: the newest of its versions counts for new papers."""

    __tablename__ = "paper_template"
    __table_args__ = (sa.UniqueConstraint("name"),)

    id: Mapped[Id]
    name: Mapped[Name]
    document_kind: Mapped[Code]
    media: Mapped[str] = mapped_column(text_of(40))
    version: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True)


class PaperTemplateVersion(Base):
    """One state of a template. Never changed: papers name the version they were made with."""

    __tablename__ = "paper_template_version"
    __table_args__ = (
        sa.UniqueConstraint("template_id", "version"),
        sa.CheckConstraint("version >= 1", name="counts_from_one"),
    )

    id: Mapped[Id]
    template_id: Mapped[Ref] = mapped_column(sa.ForeignKey("paper_template.id"))
    version: Mapped[int]
    definition: Mapped[Json]
    at: Mapped[Instant]
    person_id: Mapped[Ref | None]
    note: Mapped[Note] = mapped_column(default="")


class PaperTemplateUse(Base):
    """Whose papers a template draws. Shop 0 is every shop, carrier 0 every carrier."""

    __tablename__ = "paper_template_use"
    __table_args__ = (sa.UniqueConstraint("document_kind", "media", "shop_id", "carrier_id"),)

    id: Mapped[Id]
    document_kind: Mapped[Code]
    media: Mapped[str] = mapped_column(text_of(40))
    shop_id: Mapped[Ref] = mapped_column(default=0)
    carrier_id: Mapped[Ref] = mapped_column(default=0)
    template_id: Mapped[Ref] = mapped_column(sa.ForeignKey("paper_template.id"))


class PaperPicture(Base):
    """A logo for templates, gray PNG; `key` is the head of its SHA-256, so it never changes."""

    __tablename__ = "paper_picture"
    __table_args__ = (sa.UniqueConstraint("key"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(text_of(16))
    name: Mapped[Name]
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(sa.LargeBinary())
    at: Mapped[Instant]


class ReadyFile(Base):
    """A label a carrier has drawn, as it came: papers name it by its SHA-256."""

    __tablename__ = "ready_file"
    __table_args__ = (one_of("format", ReadyFormat),)

    sha256: Mapped[str] = mapped_column(text_of(64), primary_key=True)
    format: Mapped[ReadyFormat] = mapped_column(Word(ReadyFormat))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary())
    stored_at: Mapped[Instant]


class PrintFlag(Base):
    """A paper that shows marks for characters no face has: a person has to look at it."""

    __tablename__ = "print_flag"
    __table_args__ = (
        sa.Index(
            "ix_print_flag_open",
            "job_id",
            sqlite_where=sa.text("looked_at IS NULL"),
            postgresql_where=sa.text("looked_at IS NULL"),
        ),
    )

    job_id: Mapped[Ref] = mapped_column(sa.ForeignKey("print_job.id"), primary_key=True)
    characters: Mapped[str] = mapped_column(text_of(200))
    looked_at: Mapped[Instant | None]
    person_id: Mapped[Ref | None]


class PrinterSearch(Base):
    """One look around the network for printers, done by the worker; `found` is what answered."""

    __tablename__ = "printer_search"

    id: Mapped[Id]
    person_id: Mapped[Ref | None]
    asked_at: Mapped[Instant]
    began_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]
    found: Mapped[Json]
    detail: Mapped[Note] = mapped_column(default="")


class PrintEvent(Base):
    """What happened to a job after it was queued: never changed, never removed before the job."""

    __tablename__ = "print_event"
    __table_args__ = (sa.Index("ix_print_event_job", "job_id", "id"),)

    id: Mapped[Id]
    job_id: Mapped[Ref] = mapped_column(sa.ForeignKey("print_job.id"))
    at: Mapped[datetime]
    state: Mapped[JobState] = mapped_column(Word(JobState))
    person_id: Mapped[Ref | None]
    note: Mapped[Note] = mapped_column(default="")


def plain(job: PrintJob) -> dict[str, Any]:
    """Return the job as plain values for a page or JSON, without its facts (they are personal)."""
    columns = (c.key for c in sa.inspect(PrintJob).column_attrs if c.key != "facts")
    return {key: getattr(job, key) for key in columns}
