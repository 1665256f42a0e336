"""A settlement of an exchange was wrong: a counter-entry takes it back, and the goods with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import BinKind
from warehouse.catalog.queries import bin_of_kind
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InsufficientStock, RuleViolation, SerialElsewhere, StaleScreen
from warehouse.gathering import Gathered
from warehouse.inventory import ledger
from warehouse.inventory.models import Move, MoveReason, MoveSerial, Serial
from warehouse.people import trail
from warehouse.receiving.accounts import Exchange, ExchangeLine, ExchangeReturn, ExchangeState
from warehouse.receiving.commands.exchange import exchange_by_id
from warehouse.receiving.rules import LONGEST_REASON, length_problem
from warehouse.text import say

GONE = say("What came has moved on. Bring it back to where it was booked first.")


@dataclass(frozen=True, kw_only=True)
class TakeBackSettlement(Command):
    """How some pieces were settled was wrong; they are open again."""

    exchange_id: int
    return_id: int
    reason: str


def take_back_settlement(session: Session, command: TakeBackSettlement) -> Outcome:
    """Write the counter-entry, book what came back out, and open the exchange again.

    Raises:
        StaleScreen: it was taken back before, or is none of this exchange.
        InvalidInput: no reason, or too long a one.
        RuleViolation: what came is no longer where it was booked, or a piece that is to be open
            again has come another way since.
    """
    reason, told = command.reason.strip(), Gathered()
    if not reason:
        told.tell(say("Say why."), "reason")
    told.tell(length_problem(reason, LONGEST_REASON), "reason")
    told.refuse()
    exchange = exchange_by_id(session, command.exchange_id)
    settled = session.get(ExchangeReturn, command.return_id, populate_existing=True)
    line = session.get(ExchangeLine, settled.line_id, populate_existing=True) if settled else None
    if settled is None or line is None or line.exchange_id != exchange.id:
        raise StaleScreen
    if settled.takes_back_id is not None or _is_taken_back(session, settled):
        raise StaleScreen
    moves = _moves_of(session, exchange, settled)
    _require_outside(session, exchange, line)
    _book_out(session, command, moves)
    session.add(
        ExchangeReturn(
            line_id=line.id, kind=settled.kind, takes_back_id=settled.id, sku_id=settled.sku_id,
            pieces=-settled.pieces, amount_fen=-settled.amount_fen, note=reason, at=command.at,
            person_id=command.actor.person_id, command_id=command.id,
        )
    )  # fmt: skip
    line.settled -= settled.pieces
    exchange.state, exchange.settled_at = ExchangeState.OUT, None
    session.flush()
    trail.record(session, command, "exchange", exchange.id, "taken_back",
                 kind=settled.kind.value, pieces=settled.pieces, reason=reason)  # fmt: skip
    return Outcome(
        screen="exchange",
        subject_id=exchange.id,
        message=say("{pieces} pieces of {number} are open again.",
                    pieces=settled.pieces, number=exchange.number),
        tone=Tone.ATTENTION,
    )  # fmt: skip


def _is_taken_back(session: Session, settled: ExchangeReturn) -> bool:
    counter = sa.select(ExchangeReturn.id).where(ExchangeReturn.takes_back_id == settled.id)
    return session.scalar(counter) is not None


def _moves_of(session: Session, exchange: Exchange, settled: ExchangeReturn) -> Sequence[int]:
    """Return the moves that brought what was settled so: those of its command.

    Of one that names no command, those of its exchange and its instant.
    """
    if settled.command_id is not None:
        is_its = Move.command_id == settled.command_id
    else:
        is_its = sa.and_(Move.reference == exchange.number, Move.at == settled.at)
    return session.scalars(
        sa.select(Move.id)
        .where(
            is_its,
            Move.reason == MoveReason.EXCHANGE_IN,
            Move.sku_id == settled.sku_id,
        )
        .order_by(Move.id)
    ).all()


def _book_out(session: Session, command: Command, moves: Sequence[int]) -> None:
    try:
        for line_no, move_id in enumerate(moves):
            ledger.reverse(session, command, move_id, first_line=line_no)
    except (InsufficientStock, SerialElsewhere) as error:
        raise RuleViolation(GONE) from error


def _require_outside(session: Session, exchange: Exchange, line: ExchangeLine) -> None:
    """Refuse to open a piece that came from the supplier another way than with this exchange."""
    undo = aliased(Move)
    settled = (
        sa.select(MoveSerial.serial_id)
        .join(Move, Move.id == MoveSerial.move_id)
        .where(
            Move.reference == exchange.number,
            Move.reason == MoveReason.EXCHANGE_IN,
            ~sa.exists().where(undo.reverses_id == Move.id),
        )
    )
    supplier_id = bin_of_kind(session, BinKind.SUPPLIER).id
    came = session.scalars(
        sa.select(Serial.code).where(
            Serial.sku_id == line.sku_id,
            Serial.code.in_(line.serials.split()),
            Serial.bin_id != supplier_id,
            Serial.id.not_in(settled),
        )
    ).first()
    if came is not None:
        raise RuleViolation(say("{serial} has come another way since.", serial=came))
