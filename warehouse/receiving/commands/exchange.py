"""Exchange with a supplier: faulty goods listed, sent, and settled one way or another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import ExchangeOut
from printing.queue import void
from warehouse.catalog.models import Bin, BinKind
from warehouse.catalog.queries import bin_of_kind
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, StaleScreen
from warehouse.gathering import Gathered
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.numbers import next_number
from warehouse.people import trail
from warehouse.receiving.accounts import Exchange, ExchangeLine, ExchangeState
from warehouse.receiving.commands.suppliers import LONGEST_NOTE, supplier_by_code
from warehouse.receiving.papers import print_exchange
from warehouse.receiving.quarantine import on_lists, standing
from warehouse.receiving.rules import (
    LONGEST_REASON,
    document_no,
    expected_problem,
    length_problem,
    pieces_problem,
)
from warehouse.text import Text, say

MOST_LINES = 500


@dataclass(frozen=True, kw_only=True)
class Faulty:
    """Pieces chosen out of quarantine, named as `quarantine.Standing.key` names them."""

    key: str
    pieces: int
    fault: str = ""


@dataclass(frozen=True, kw_only=True)
class MakeExchange(Command):
    """Faulty goods are to go back to a supplier."""

    supplier: str
    lines: tuple[Faulty, ...]
    due_on: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class SendExchange(Command):
    """The goods on the list leave the house now."""

    exchange_id: int


@dataclass(frozen=True, kw_only=True)
class CancelExchange(Command):
    """The goods on the list stay here."""

    exchange_id: int
    reason: str


def make_exchange(session: Session, command: MakeExchange) -> Outcome:
    """Write the list; nothing moves before it is sent.

    Raises:
        InvalidInput: no such supplier or goods, or more pieces than stand there and are on no
            other list.
    """
    told, day = Gathered(), command.day
    supplier = told.take("supplier", lambda: supplier_by_code(session, command.supplier))
    if not 0 < len(command.lines) <= MOST_LINES:
        told.tell(say("Choose the goods that go back."), "lines")
    told.tell(expected_problem(command.due_on, day), "due_on")
    told.tell(length_problem(command.note, LONGEST_NOTE), "note")
    rows = _rows(session, command.lines, told)
    supplier = told.sound(supplier)
    exchange = Exchange(
        number=document_no("EX", day, next_number(session, f"exchange-{day:%Y%m%d}")),
        supplier_id=supplier.id,
        state=ExchangeState.DRAFT,
        due_on=command.due_on,
        note=command.note.strip(),
        created_at=command.at,
        created_by=command.actor.person_id,
    )
    session.add(exchange)
    session.flush()
    for row in rows:
        session.add(ExchangeLine(exchange_id=exchange.id, settled=0, **row))
    session.flush()
    pieces = sum(row["pieces"] for row in rows)
    trail.record(session, command, "exchange", exchange.id, "listed", pieces=pieces)
    return _said(exchange, say("Exchange {number} is listed.", number=exchange.number))


def send_exchange(session: Session, command: SendExchange) -> Outcome:
    """Book the goods out of quarantine to the supplier and ask for the slip, once.

    Raises:
        StaleScreen: it is no draft any more. RuleViolation: pieces of it are gone from quarantine.
    """
    exchange = exchange_by_id(session, command.exchange_id)
    if exchange.state is not ExchangeState.DRAFT:
        raise StaleScreen
    lines = lines_of(session, exchange.id)
    exchange.state = ExchangeState.OUT
    exchange.sent_at, exchange.sent_by = command.at, command.actor.person_id
    session.flush()
    supplier = bin_of_kind(session, BinKind.SUPPLIER).id
    ledger.post(
        session,
        command,
        [
            ledger.Posting(
                sku_id=line.sku_id,
                from_bin_id=line.bin_id,
                to_bin_id=supplier,
                pieces=line.pieces,
                reason=MoveReason.EXCHANGE_OUT,
                reference=exchange.number,
                lot_id=line.lot_id,
                serials=tuple(line.serials.split()),
            )
            for line in lines
        ],
    )
    print_exchange(session, command, exchange)
    pieces = sum(line.pieces for line in lines)
    trail.record(session, command, "exchange", exchange.id, "sent", pieces=pieces)
    text = say("{number} is booked out: {pieces} pieces are with the supplier.",
               number=exchange.number, pieces=pieces)  # fmt: skip
    return _said(exchange, text)


def cancel_exchange(session: Session, command: CancelExchange) -> Outcome:
    """Leave the goods where they are.

    Raises:
        StaleScreen: they have left, or the list was cancelled. InvalidInput: no reason.
    """
    if not command.reason.strip():
        raise InvalidInput(say("Say why."), field="reason")
    exchange = exchange_by_id(session, command.exchange_id)
    if exchange.state is not ExchangeState.DRAFT:
        raise StaleScreen
    exchange.state, exchange.reason = ExchangeState.CANCELLED, command.reason.strip()[:200]
    void(session, [f"exchange:{exchange.id}"], kind=ExchangeOut.kind,
         person_id=command.actor.person_id, at=command.at, reason=exchange.reason)  # fmt: skip
    session.flush()
    trail.record(session, command, "exchange", exchange.id, "cancelled", reason=exchange.reason)
    text = say("Exchange {number} is cancelled.", number=exchange.number)
    return _said(exchange, text, Tone.ATTENTION)


def exchange_by_id(session: Session, exchange_id: int) -> Exchange:
    """Return the exchange, locked. Raises NotFound: there is none."""
    found = session.get(Exchange, exchange_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(say("exchange"), exchange_id)
    return found


def lines_of(session: Session, exchange_id: int) -> Sequence[ExchangeLine]:
    """Return the lines of an exchange, fresh, in the order listed."""
    return session.scalars(
        sa.select(ExchangeLine)
        .where(ExchangeLine.exchange_id == exchange_id)
        .order_by(ExchangeLine.id)
        .execution_options(populate_existing=True)
    ).all()


def _rows(session: Session, lines: Sequence[Faulty], told: Gathered) -> list[dict[str, Any]]:
    """Return the list's rows of the lines; what is wrong with one is told at its key."""
    _hold_quarantine(session)
    known = {one.key: one for one in standing(session)}
    listed = defaultdict(int, on_lists(session))
    rows = []
    for line in lines:
        one = known.get(line.key)
        if one is None:
            told.tell(say("These goods are no longer in quarantine."), "lines")
            continue
        free = one.pieces - listed[line.key]
        problem: Text | None = pieces_problem(line.pieces)
        if problem is None and line.pieces > free:
            problem = say("{sku}: {free} pieces are free for a list.", sku=one.code, free=free)
        told.tell(problem, line.key)
        told.tell(length_problem(line.fault.strip(), LONGEST_REASON), f"fault-{line.key}")
        listed[line.key] += line.pieces
        rows.append(
            {
                "sku_id": one.sku_id,
                "bin_id": one.bin_id,
                "lot_id": one.lot_id,
                "serials": one.serial,
                "pieces": line.pieces,
                "fault": line.fault.strip(),
            }
        )
    return rows


def _hold_quarantine(session: Session) -> None:
    """Let one list at a time be written: two at once would each find the same pieces free."""
    session.execute(
        sa.select(Bin.id).where(Bin.kind == BinKind.QUARANTINE).order_by(Bin.id)
        .with_for_update(key_share=True)
    )  # fmt: skip


def _said(exchange: Exchange, message: Text, tone: Tone = Tone.OK) -> Outcome:
    return Outcome(
        screen="exchange",
        subject_id=exchange.id,
        message=message,
        tone=tone,
        facts={"number": exchange.number},
    )
