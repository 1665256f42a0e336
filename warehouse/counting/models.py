"""A stock count: its session, its bins, who passed them, and what each pass found."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import (
    Base,
    Code,
    Fen,
    Id,
    Instant,
    Json,
    Name,
    Pieces,
    Ref,
    Word,
    one_of,
    text_of,
)


class CountScope(StrEnum):
    """What a session was opened for."""

    ZONES = "zones"
    BINS = "bins"
    SKUS = "skus"
    CLASS = "class"  # goods of an ABC class
    MONTH = "month"  # the count at the end of every month
    EVENT = "event"  # bins that gave somebody cause to doubt them


class SessionState(StrEnum):
    DRAFT = "draft"
    COUNTING = "counting"
    REVIEW = "review"
    POSTED = "posted"
    CANCELLED = "cancelled"


OPEN_SESSIONS = frozenset({SessionState.DRAFT, SessionState.COUNTING, SessionState.REVIEW})


class BinState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    AGAIN = "again"  # something in it is asked again
    COUNTED = "counted"


class TakeKind(StrEnum):
    """How a pass over a bin was made."""

    FIRST = "first"
    AGAIN = "again"
    PAPER = "paper"
    FILE = "file"
    DECIDED = "decided"


class LineState(StrEnum):
    """How far one line of a count is."""

    AGREED = "agreed"  # shelf and book say the same
    LOOK = "look"  # goods moved under the counter's hands: asked again, of anybody
    RECOUNT = "recount"  # asked again, of another person
    DIFFERENT = "different"  # a difference that waits for a decision
    APPROVED = "approved"
    POSTED = "posted"
    KEPT = "kept"  # the book was left as it is


ASKED_AGAIN = frozenset({LineState.LOOK, LineState.RECOUNT})


class DifferenceReason(StrEnum):
    """Why shelf and book differ, in the words of the trade."""

    MISPLACED = "misplaced"
    MISPICKED = "mispicked"
    RECEIVED_WRONG = "received_wrong"
    DAMAGED = "damaged"
    LOST = "lost"
    FOUND = "found"
    NOT_BOOKED = "not_booked"
    MIXED_UP = "mixed_up"
    UNKNOWN = "unknown"


class CountEvent(StrEnum):
    """What gave cause to doubt a bin."""

    SHORT_PICK = "short_pick"
    MISSING_AT_CHECK = "missing_at_check"
    NOT_EMPTY = "not_empty"
    NEGATIVE = "negative"  # more was wanted from it than the book has
    ASKED = "asked"


class RuleKind(StrEnum):
    MONTHLY = "monthly"
    CYCLE = "cycle"


class CountSession(Base):
    """One stock count, and the rules it is made under; they stay what they were at its opening."""

    __tablename__ = "count_session"
    __table_args__ = (
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("opened_for"),
        one_of("scope", CountScope),
        one_of("state", SessionState),
        sa.Index("ix_count_session_state_id", "state", "id"),
    )

    id: Mapped[Id]
    number: Mapped[Code]
    name: Mapped[Name] = mapped_column(default="")
    scope: Mapped[CountScope] = mapped_column(Word(CountScope))
    asked: Mapped[Json]  # what the scope names: zone codes, SKU codes, class …
    opened_for: Mapped[Code | None]  # the day or event it is for: opened once
    state: Mapped[SessionState] = mapped_column(Word(SessionState), default=SessionState.DRAFT)
    is_blind: Mapped[bool]
    is_by_sku: Mapped[bool]  # only the goods in count_wanted are counted, not whole bins
    recount_pieces: Mapped[int]  # differences up to all three need no second person
    recount_percent: Mapped[int]
    recount_fen: Mapped[Fen]
    limit_pieces: Mapped[int]  # differences up to all three need no right to approve
    limit_percent: Mapped[int]
    limit_fen: Mapped[Fen]
    grace_s: Mapped[int]  # how long goods may be in a hand before they are scanned
    opened_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    opened_at: Mapped[Instant]
    started_at: Mapped[Instant | None]
    reviewed_at: Mapped[Instant | None]
    ended_at: Mapped[Instant | None]  # posted or cancelled
    ended_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))


class CountWanted(Base):
    """One SKU that a session by goods counts."""

    __tablename__ = "count_wanted"

    session_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_session.id"), primary_key=True)
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"), primary_key=True)


class CountBin(Base):
    """One bin of a session. A bin is in one unfinished session at most: `is_live`."""

    __tablename__ = "count_bin"
    __table_args__ = (
        sa.UniqueConstraint("session_id", "bin_id"),
        one_of("state", BinState),
        one_of("event", CountEvent),
        sa.Index(
            "uq_count_bin_live",
            "bin_id",
            unique=True,
            sqlite_where=sa.text("is_live"),
            postgresql_where=sa.text("is_live"),
        ),
        sa.Index("ix_count_bin_session_id_state_sequence", "session_id", "state", "sequence"),
        sa.Index("ix_count_bin_bin_id", "bin_id"),
    )

    id: Mapped[Id]
    session_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_session.id"))
    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    sequence: Mapped[int]
    state: Mapped[BinState] = mapped_column(Word(BinState), default=BinState.OPEN)
    is_live: Mapped[bool] = mapped_column(default=True)
    event: Mapped[CountEvent | None] = mapped_column(Word(CountEvent))
    taken_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    counted_at: Mapped[Instant | None]


class CountDoubt(Base):
    """A doubt about a bin, or about one SKU there, that came while a count had the bin.

    It goes when that count ends: looked into, or as cause of the next one.
    """

    __tablename__ = "count_doubt"
    __table_args__ = (one_of("event", CountEvent), sa.Index("ix_count_doubt_bin_id", "bin_id"))

    id: Mapped[Id]
    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    sku_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("sku.id"))
    event: Mapped[CountEvent] = mapped_column(Word(CountEvent))
    at: Mapped[Instant]


class CountTake(Base):
    """One pass over a bin by one person. `changes` are the balances' as it began, by SKU id.

    What somebody counted on paper and another typed in is the counter's; who typed it has seen it.
    """

    __tablename__ = "count_take"
    __table_args__ = (
        one_of("kind", TakeKind),
        sa.Index(
            "uq_count_take_open",
            "count_bin_id",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.Index("ix_count_take_count_bin_id", "count_bin_id"),
    )

    id: Mapped[Id]
    count_bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_bin.id"))
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    kind: Mapped[TakeKind] = mapped_column(Word(TakeKind))
    opened_at: Mapped[Instant]
    closed_at: Mapped[Instant | None]
    is_dropped: Mapped[bool] = mapped_column(default=False)  # left to another, or typed in wrongly
    changes: Mapped[Json]
    asked: Mapped[Json | None]  # the SKU ids asked again; None: all that stands there
    hands: Mapped[Json] = mapped_column(default=dict)  # what was in hand of the bin as it began
    entered_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))  # if another


class CountScan(Base):
    """One scan or keyed number of a pass, or line of a sheet, in pieces; an undone one stays."""

    __tablename__ = "count_scan"
    __table_args__ = (
        sa.CheckConstraint("pieces <> 0", name="pieces_counted"),
        sa.Index("ix_count_scan_take_id_id", "take_id", "id"),
    )

    id: Mapped[Id]
    take_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_take.id"))
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"))
    serial: Mapped[str] = mapped_column(text_of(64), default="")
    pieces: Mapped[Pieces]
    at: Mapped[Instant]
    undone_at: Mapped[Instant | None]


class CountStray(Base):
    """One scan, in a pass, of a code that nothing here carries, in pieces; an undone one stays."""

    __tablename__ = "count_stray"
    __table_args__ = (
        sa.CheckConstraint("pieces <> 0", name="pieces_counted"),
        sa.Index("ix_count_stray_take_id_id", "take_id", "id"),
    )

    id: Mapped[Id]
    take_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_take.id"))
    code: Mapped[Code]
    pieces: Mapped[Pieces]
    at: Mapped[Instant]
    undone_at: Mapped[Instant | None]


class CountLine(Base):
    """One SKU (one lot of it, where it has lots) in one bin: the last look, and what became of it.

    `variance` is counted minus book at the moment of closing; it stays true whatever moves later.
    Lines without a difference are kept: they prove that somebody looked.
    """

    __tablename__ = "count_line"
    __table_args__ = (
        one_of("state", LineState),
        one_of("reason", DifferenceReason),
        sa.CheckConstraint("counted >= 0", name="counted_not_negative"),
        sa.CheckConstraint("variance = counted - book", name="variance_adds_up"),
        sa.Index(
            "uq_count_line_goods",
            "count_bin_id",
            "sku_id",
            unique=True,
            sqlite_where=sa.text("lot_id IS NULL"),
            postgresql_where=sa.text("lot_id IS NULL"),
        ),
        sa.Index(
            "uq_count_line_lot",
            "count_bin_id",
            "lot_id",
            unique=True,
            sqlite_where=sa.text("lot_id IS NOT NULL"),
            postgresql_where=sa.text("lot_id IS NOT NULL"),
        ),
        sa.Index("ix_count_line_session_id_state_id", "session_id", "state", "id"),
        sa.Index("ix_count_line_count_bin_id", "count_bin_id"),
        sa.Index("ix_count_line_sku_id", "sku_id"),
    )

    id: Mapped[Id]
    session_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_session.id"))
    count_bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_bin.id"))
    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"))
    state: Mapped[LineState] = mapped_column(Word(LineState))
    counted: Mapped[Pieces]
    book: Mapped[Pieces]
    variance: Mapped[Pieces]
    changes: Mapped[int]  # of the balance, at the moment of closing
    counted_at: Mapped[Instant]
    counted_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    looks: Mapped[int] = mapped_column(default=1)
    is_settled: Mapped[bool] = mapped_column(default=False)  # no hand held any of it any more
    price_fen: Mapped[Fen] = mapped_column(default=0)  # what one piece was bought for, if known
    serials: Mapped[Json | None]  # {"gone": [...], "found": [...]} of goods known piece by piece
    reason: Mapped[DifferenceReason | None] = mapped_column(Word(DifferenceReason))
    note: Mapped[str] = mapped_column(text_of(200), default="")
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[Instant | None]  # or asked again
    posted_at: Mapped[Instant | None]
    gone: Mapped[Pieces] = mapped_column(default=0)  # of the book's pieces
    found: Mapped[Pieces] = mapped_column(default=0)  # that the book has not: both, if swapped


class CountEntry(Base):
    """What one pass found of one line, and what the book said then. Never changed."""

    __tablename__ = "count_entry"
    __table_args__ = (
        sa.UniqueConstraint("take_id", "line_id"),
        sa.Index("ix_count_entry_line_id", "line_id"),
    )

    id: Mapped[Id]
    take_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_take.id"))
    line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_line.id"))
    pieces: Mapped[Pieces]
    book: Mapped[Pieces]
    is_disturbed: Mapped[bool]  # goods moved meanwhile: the two cannot be compared
    serials: Mapped[Json | None]  # {"gone": [...], "found": [...]}, as of the line


class CountUnknown(Base):
    """A code found in a bin that nothing here carries, until somebody says what it is.

    Pieces, person and instant are those of the last pass that met it.
    """

    __tablename__ = "count_unknown"
    __table_args__ = (
        sa.UniqueConstraint("count_bin_id", "code"),
        sa.Index("ix_count_unknown_session_id", "session_id"),
    )

    id: Mapped[Id]
    session_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_session.id"))
    count_bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_bin.id"))
    code: Mapped[Code]
    pieces: Mapped[Pieces]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[Instant]
    sku_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("sku.id"))
    resolved_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    resolved_at: Mapped[Instant | None]


class CountFile(Base):
    """A file of counts that was read into a session, by what is in it: once."""

    __tablename__ = "count_file"
    __table_args__ = (sa.UniqueConstraint("session_id", "sha256"),)

    id: Mapped[Id]
    session_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_session.id"))
    sha256: Mapped[str] = mapped_column(text_of(64))
    name: Mapped[Name]
    lines: Mapped[int]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[Instant]


class CountRule(Base):
    """When a count is opened by itself: at the end of each month, or every so many days."""

    __tablename__ = "count_rule"
    __table_args__ = (
        one_of("kind", RuleKind),
        sa.CheckConstraint("every_days > 0", name="every_days_positive"),
    )

    id: Mapped[Id]
    kind: Mapped[RuleKind] = mapped_column(Word(RuleKind))
    zone_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("zone.id"))  # None: everywhere
    abc: Mapped[str] = mapped_column(text_of(1), default="")  # A, B, C; "": all goods
    every_days: Mapped[int] = mapped_column(default=30)
    is_active: Mapped[bool] = mapped_column(default=True)
