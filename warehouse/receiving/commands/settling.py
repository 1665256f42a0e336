"""Settling an exchange: good pieces come instead, money does, or the supplier refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from warehouse.catalog.models import BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.commands import Command, Outcome
from warehouse.errors import (
    InvalidInput,
    RuleViolation,
    SerialElsewhere,
    StaleScreen,
    UnknownName,
)
from warehouse.gathering import Gathered
from warehouse.inventory import ledger
from warehouse.inventory.marks import best_before_problem, lot_problem, serial_problem
from warehouse.inventory.models import MoveReason
from warehouse.inventory.whereabouts import of_other_lots
from warehouse.people import trail
from warehouse.receiving.accounts import (
    Exchange,
    ExchangeLine,
    ExchangeReturn,
    ExchangeState,
    Settlement,
)
from warehouse.receiving.commands.exchange import exchange_by_id, lines_of
from warehouse.receiving.queries import sku_ids
from warehouse.receiving.rules import fen_problem, length_problem
from warehouse.receiving.whereabouts import elsewhere
from warehouse.text import Text, say

LONGEST_NOTE = 200


@dataclass(frozen=True, kw_only=True)
class SettleExchange(Command):
    """So many pieces of a line are settled. Replaced ones may come as another SKU, with a note.

    What comes of goods with lots or numbers says which: a lot (with its date), one serial a piece.
    So do faulty pieces that are sent back and left before their SKU was kept so.
    """

    exchange_id: int
    line_id: int
    kind: Settlement
    pieces: int
    sku_code: str = ""
    lot: str = ""
    best_before: date | None = None
    serials: tuple[str, ...] = ()
    amount_fen: int = 0
    note: str = ""


def settle_exchange(session: Session, command: SettleExchange) -> Outcome:
    """Book what came: good pieces to the dock, refused ones that came back to quarantine.

    With the last piece the exchange is settled.

    Raises:
        StaleScreen: nothing of the exchange is out. InvalidInput: more pieces than are open, a
            credit without amount, another SKU or a refusal without a note, goods no longer in use
            instead, a lot or number missing. SerialElsewhere: the book has a piece that is said to
            come instead elsewhere.
    """
    exchange = exchange_by_id(session, command.exchange_id)
    if exchange.state is not ExchangeState.OUT:
        raise StaleScreen
    lines = lines_of(session, exchange.id)
    line = next((one for one in lines if one.id == command.line_id), None)
    if line is None:
        raise InvalidInput(say("The exchange has no such line."), field="line_id")
    told = Gathered()
    sku = told.take("sku_code", lambda: _sku(session, command, line))
    _check(command, line, sku, told)
    if sku is not None and sku.is_serial_tracked and _is_told(command, line, sku):
        told.take("serials", partial(_require_new, session, command, exchange, sku))
    sku = told.sound(sku)
    line.settled += command.pieces
    session.add(
        ExchangeReturn(
            line_id=line.id,
            kind=command.kind,
            sku_id=sku.id,
            pieces=command.pieces,
            amount_fen=command.amount_fen,
            note=command.note.strip(),
            at=command.at,
            person_id=command.actor.person_id,
            command_id=command.id,
        )
    )
    session.flush()
    ledger.post(session, command, _postings(session, command, exchange, line, sku))
    trail.record(session, command, "exchange", exchange.id, command.kind.value,
                 sku=sku.code, pieces=command.pieces, note=command.note.strip())  # fmt: skip
    return _said(session, command, exchange, lines)


def _said(
    session: Session, command: SettleExchange, exchange: Exchange, lines: Sequence[ExchangeLine]
) -> Outcome:
    left = sum(one.pieces - one.settled for one in lines)
    text: Text = say("{left} pieces of {number} are still open.", left=left, number=exchange.number)
    if left == 0:
        exchange.state, exchange.settled_at = ExchangeState.SETTLED, command.at
        session.flush()
        trail.record(session, command, "exchange", exchange.id, "settled")
        text = say("All of {number} is settled.", number=exchange.number)
    return Outcome(screen="exchange", subject_id=exchange.id, message=text, is_step_done=left == 0)


def _sku(session: Session, command: SettleExchange, line: ExchangeLine) -> Sku:
    code = command.sku_code.strip()
    if command.kind is not Settlement.REPLACED or not code:
        return session.get_one(Sku, line.sku_id)
    sku_id = sku_ids(session, [code]).get(code)
    if sku_id is None:
        raise UnknownName(say("There is no SKU with this code."), field="sku_code")
    sku = session.get_one(Sku, sku_id)
    if not sku.is_active and sku.id != line.sku_id:
        raise InvalidInput(say("{sku} is no longer in use.", sku=sku.code), field="sku_code")
    return sku


def _check(command: SettleExchange, line: ExchangeLine, sku: Sku | None, told: Gathered) -> None:
    left, note = line.pieces - line.settled, command.note.strip()
    if not 0 < command.pieces <= left:
        told.tell(say("{left} pieces of this line are open.", left=left), "pieces")
    told.tell(length_problem(note, LONGEST_NOTE), "note")
    is_other = sku is not None and sku.id != line.sku_id
    if not note and (is_other or command.kind in (Settlement.REFUSED, Settlement.SENT_BACK)):
        told.tell(say("Say what was agreed."), "note")
    told.tell(fen_problem(command.amount_fen) or _credit_problem(command), "amount_fen")
    is_told = sku is not None and _is_told(command, line, sku)
    if command.kind is not Settlement.REPLACED:
        for field in ("sku_code",) if is_told else ("sku_code", "lot", "best_before", "serials"):
            if getattr(command, field):
                told.tell(say("This is said only of goods that come instead."), field)
    if sku is not None and is_told:
        _check_tracked(command, line, sku, told)


def _is_told(command: SettleExchange, line: ExchangeLine, sku: Sku) -> bool:
    """Tell whether lot and number are asked: of others, or of pieces that left without them."""
    if command.kind is not Settlement.SENT_BACK:
        return command.kind is Settlement.REPLACED
    has_no_lot = sku.is_lot_tracked and line.lot_id is None
    return has_no_lot or (sku.is_serial_tracked and not line.serials)


def _serials(command: SettleExchange, line: ExchangeLine) -> tuple[str, ...]:
    """Return the numbers of what comes: those it left with, where the very pieces come back."""
    own = tuple(line.serials.split()) if command.kind is Settlement.SENT_BACK else ()
    return own or command.serials


def _credit_problem(command: SettleExchange) -> Text | None:
    if (command.kind is Settlement.CREDITED) == (command.amount_fen > 0):
        return None
    return say("A credit has an amount, and nothing else has.")


def _check_tracked(command: SettleExchange, line: ExchangeLine, sku: Sku, told: Gathered) -> None:
    day, serials = command.best_before, _serials(command, line)
    is_faulty = command.kind is Settlement.SENT_BACK
    if sku.is_lot_tracked:
        told.tell(lot_problem(command.lot), "lot")
    elif command.lot.strip():
        told.tell(say("{sku} is not kept by lot.", sku=sku.code), "lot")
    if sku.is_expiry_tracked and day is None:
        told.tell(say("Write the best-before."), "best_before")
    if day is not None:
        told.tell(best_before_problem(day, command.day, is_faulty=is_faulty), "best_before")
    if sku.is_serial_tracked:
        if len(set(serials)) != command.pieces or len(serials) != command.pieces:
            told.tell(say("Write one serial number for each piece."), "serials")
        for problem in dict.fromkeys(map(serial_problem, serials)):
            told.tell(problem, "serials")
    elif command.serials:
        told.tell(say("{sku} has no serial numbers.", sku=sku.code), "serials")


def _require_new(session: Session, command: SettleExchange, exchange: Exchange, sku: Sku) -> None:
    """Refuse pieces that no supplier can have sent instead, or not as pieces of this lot.

    What went out with this exchange may itself come back good.
    """
    away = elsewhere(session, sku.id, command.serials, but=exchange.id)
    told = Gathered()
    for serial, problem in away.items():
        told.keep(SerialElsewhere(problem, serial=serial), "serials")
    lot = command.lot if sku.is_lot_tracked else ""
    for serial, problem in of_other_lots(session, sku.id, command.serials, lot).items():
        told.keep(RuleViolation(problem, serial=serial), "lot")
    told.refuse()


def _postings(
    session: Session, command: SettleExchange, exchange: Exchange, line: ExchangeLine, sku: Sku
) -> list[ledger.Posting]:
    if command.kind not in (Settlement.REPLACED, Settlement.SENT_BACK):
        return []
    is_good = command.kind is Settlement.REPLACED
    serials = _serials(command, line) if sku.is_serial_tracked else ()
    lot_id = None if serials else line.lot_id  # a known piece is of its own lot, whatever that is
    if sku.is_lot_tracked and _is_told(command, line, sku):
        lot_id = ledger.lot_named(session, sku.id, command.lot, command.best_before, command.at)
    target = BinKind.DOCK if is_good else BinKind.QUARANTINE
    return [
        ledger.Posting(
            sku_id=sku.id,
            from_bin_id=bin_of_kind(session, BinKind.SUPPLIER).id,
            to_bin_id=bin_of_kind(session, target).id,
            pieces=command.pieces,
            reason=MoveReason.EXCHANGE_IN,
            reference=exchange.number,
            lot_id=lot_id,
            serials=serials,
        )
    ]
