"""Putting down what is in hand: into the bin advised, into another with a reason, or back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import bin_by_code
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, LotMissing, RuleViolation, SerialMissing, StaleScreen
from warehouse.inventory import ledger
from warehouse.inventory.models import Move, MoveReason
from warehouse.inventory.refusals import refuse_bin
from warehouse.inventory.unfound import moved_back, moved_out
from warehouse.people import trail
from warehouse.placing.limits import (
    kept_note,
    require_room,
    require_unmixed,
    soft_texts,
    why_text,
)
from warehouse.placing.models import Why
from warehouse.placing.places import goods_of
from warehouse.placing.reasons import OTHER_BIN, TO_QUARANTINE, note_why
from warehouse.placing.rules import Goods, Limit
from warehouse.storing.commands.hand import advised, close, lock_handling, open_of
from warehouse.storing.models import Handling, HandlingKind, HandlingState
from warehouse.storing.screens import StockScreen
from warehouse.storing.sources import (
    PUT_INTO,
    bin_named,
    require_free,
)
from warehouse.storing.whole import (
    content_of,
    postings,
    require_not_carried,
    require_whole,
    taken_up,
)
from warehouse.text import Text, say

TARGETS = PUT_INTO | {BinKind.QUARANTINE}
LIMITED = (BinKind.SHELF, BinKind.RESERVE)
UNDONE_WITHIN = timedelta(hours=12)  # a shift; yesterday's work is not undone by one card


@dataclass(frozen=True, kw_only=True)
class PlaceGoods(Command):
    """Put what is in hand into the bin scanned; `why` it is not the one advised."""

    handling_id: int
    barcode: str
    why: Why | None = None


@dataclass(frozen=True, kw_only=True)
class PutBack(Command):
    """The goods stay where they were; or, asked why another bin, the question is taken back."""

    handling_id: int


@dataclass(frozen=True, kw_only=True)
class UndoPlacing(Command):
    """Take the goods placed last out of their bin again."""


@dataclass(frozen=True, kw_only=True)
class _Placing:
    """What is about to be placed: the rows of the ledger, and the SKUs with their pieces."""

    handling: Handling
    source: Bin
    target: Bin
    pieces: int
    sku: Sku | None


def place_goods(session: Session, command: PlaceGoods) -> Outcome:
    """Book the goods into the bin.

    Another bin than advised is asked a reason for first; so is the one advised, where its measures
    or class speak against the goods by now. If it may not hold them any more, the advice is made
    anew.

    Raises:
        StaleScreen: put down meanwhile. WrongBin, UnknownBarcode: no bin for this.
        RuleViolation: a bin nobody advised is closed, for one SKU only, too heavy or too full; or
        it is the bin they come from.
        InsufficientStock: the pieces are gone or promised. LotMissing, SerialMissing: not told.
    """
    handling = lock_handling(session, command, command.handling_id)
    placing = _placing(session, command, handling)
    try:
        soft = _require_room(session, placing)
    except RuleViolation as full:
        if not is_advised(handling, placing.target):
            raise
        return _advised_anew(session, placing, full)
    is_quarantine = placing.target.kind is BinKind.QUARANTINE
    if command.why is None and (is_quarantine or _is_other(placing, soft)):
        return _ask_why(session, placing)
    if command.why is not None:
        allowed = TO_QUARANTINE if is_quarantine else OTHER_BIN
        if command.why not in allowed:
            raise InvalidInput(say("Choose one of the reasons."), field="why")
        note = kept_note(session, against(session, handling, placing.target))
        note_why(session, command, command.why, note)
    _book(session, command, placing)
    return _put_down(session, command, placing)


def put_back(session: Session, command: PutBack) -> Outcome:
    """Forget what is in hand; where a reason was asked, only the other bin is forgotten.

    The advice is then made anew: what spoke against a bin may have come since.
    """
    handling = lock_handling(session, command, command.handling_id)
    if handling.other_bin_id is not None:
        _advise_anew(session, handling)
        return Outcome(
            screen=StockScreen.HAND, subject_id=handling.id, message=say("Scan the bin.")
        )
    close(session, command, handling, HandlingState.PUT_BACK)
    code = session.scalar(sa.select(Bin.code).where(Bin.id == handling.from_bin_id))
    session.flush()
    return Outcome(
        screen=StockScreen.START,
        message=say("The goods stay in {bin}.", bin=code),
        tone=Tone.ATTENTION,
    )


def undo_placing(session: Session, command: UndoPlacing) -> Outcome:
    """Reverse the moves of the person's last placing; the goods are in hand again.

    Raises:
        StaleScreen: there is none of this shift. InsufficientStock: the goods have moved on.
        RuleViolation: something is in hand, somebody carries all of the bin, a count has set the
        book right since, or the bin they came from is for one SKU only and was filled with others.
    """
    if open_of(session, command.actor.person_id) is not None:
        raise RuleViolation(say("Put down first what is in hand."))
    handling = session.scalars(
        sa.select(Handling)
        .where(
            Handling.person_id == command.actor.person_id,
            Handling.state == HandlingState.PLACED,
            Handling.opened_at > command.at - UNDONE_WITHIN,
        )
        .order_by(Handling.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if handling is None:
        raise StaleScreen(say("There is nothing to undo."))
    moves = session.scalars(
        sa.select(Move).where(Move.command_id == handling.placed_by).order_by(Move.id)
    ).all()
    require_not_carried(session, moves)
    _require_not_counted(session, moves)
    _require_unmixed(session, moves)
    for line_no, move in enumerate(moves):
        ledger.reverse(session, command, move.id, first_line=line_no)
        moved_back(session, command, move)
    handling.state = HandlingState.OPEN
    handling.placed_by, handling.changed_at = None, command.at
    if handling.sku_id is not None:
        advised(session, handling, session.get_one(Sku, handling.sku_id))
    session.flush()
    return Outcome(
        screen=StockScreen.HAND,
        subject_id=handling.id,
        message=say("Undone: the goods are in hand again."),
        tone=Tone.ATTENTION,
    )


def _require_not_counted(session: Session, moves: Sequence[Move]) -> None:
    """Refuse to take back what a count has found since: the book would be set right twice."""
    for move in moves:
        counted = session.execute(
            sa.select(Move.from_bin_id, Move.to_bin_id)
            .where(
                Move.sku_id == move.sku_id,
                Move.id > move.id,
                Move.reason == MoveReason.COUNT,
                sa.or_(
                    Move.from_bin_id.in_((move.from_bin_id, move.to_bin_id)),
                    Move.to_bin_id.in_((move.from_bin_id, move.to_bin_id)),
                ),
            )
            .limit(1)
        ).first()
        if counted is None:
            continue
        ours = {move.from_bin_id, move.to_bin_id} & set(counted)
        place = session.get_one(Bin, min(ours))
        raise RuleViolation(
            say("{bin} was counted since, and the book set right. Move the goods from where they"
                " stand instead.", bin=place.code)
        )  # fmt: skip


def _require_unmixed(session: Session, moves: Sequence[Move]) -> None:
    for move in moves[:1]:
        place = session.get_one(Bin, move.to_bin_id)
        instead = say(
            "Take the goods up where they stand, in {bin}, and move them.", bin=place.code
        )
        require_unmixed(session, move.from_bin_id, {m.sku_id for m in moves}, instead)


def _placing(session: Session, command: PlaceGoods, handling: Handling) -> _Placing:
    if bin_by_code(session, command.barcode) is None:
        raise refuse_bin(session, command.barcode, say("a bin"))
    target = bin_named(session, command.barcode, TARGETS)
    source = session.get_one(Bin, handling.from_bin_id)
    if target.id == source.id:
        raise RuleViolation(say("The goods come from {bin}. Scan another bin.", bin=source.code))
    sku = session.get_one(Sku, handling.sku_id) if handling.sku_id is not None else None
    if sku is not None:
        _require_told(handling, sku)
    pieces = _pieces_for(handling, target)
    return _Placing(handling=handling, source=source, target=target, pieces=pieces, sku=sku)


def _pieces_for(handling: Handling, target: Bin) -> int:
    """Return how many of the pieces in hand go into the bin: what was advised, or all of them."""
    # A serial number is in hand, not a number of pieces: they are placed together.
    is_part = is_advised(handling, target) and handling.advised_pieces and not handling.serials
    return min(handling.pieces, handling.advised_pieces) if is_part else handling.pieces


def is_advised(handling: Handling, target: Bin) -> bool:
    """Tell whether this bin was advised for what is in hand."""
    return target.id == handling.advised_bin_id


def _advise_anew(session: Session, handling: Handling) -> None:
    handling.other_bin_id = None
    if handling.sku_id is not None:
        advised(session, handling, session.get_one(Sku, handling.sku_id))
    session.flush()


def _advised_anew(session: Session, placing: _Placing, full: RuleViolation) -> Outcome:
    """Return to what is in hand with other advice: the bin advised may not hold all of it."""
    handling, target = placing.handling, placing.target
    is_beyond = placing.pieces > handling.advised_pieces
    _advise_anew(session, handling)
    text = say("{limit} It was filled or closed since it was advised. Look again where they go.",
               limit=full.text)  # fmt: skip
    if handling.serials and is_advised(handling, target):
        text = say(
            "{bin} takes {fits} of the {all} in hand. Scan a bin that takes all of them, or put"
            " them back and scan only the numbers that go there.",
            bin=target.code, fits=handling.advised_pieces, all=handling.pieces,
        )  # fmt: skip
    elif is_beyond:
        text = say("{limit} Look again where they go.", limit=full.text)
    return Outcome(screen=StockScreen.HAND, subject_id=handling.id, message=text, tone=Tone.STOP)


def _ask_why(session: Session, placing: _Placing) -> Outcome:
    handling, target = placing.handling, placing.target
    handling.other_bin_id = target.id
    session.flush()
    text = why_text(target.code, against(session, handling, target))
    if is_advised(handling, target) and placing.pieces <= handling.advised_pieces:
        text = say("{bin} was filled since it was advised. {why}", bin=target.code, why=text)
    return Outcome(
        screen=StockScreen.WHY, subject_id=handling.id, message=text, tone=Tone.ATTENTION
    )


def _require_told(handling: Handling, sku: Sku) -> None:
    if sku.is_serial_tracked and not handling.serials:
        raise SerialMissing(say("Scan the serial number of each piece."), sku=sku.code)
    if sku.is_lot_tracked and not sku.is_serial_tracked and handling.lot_id is None:
        raise LotMissing(say("{sku} is kept by lot. Say which lot.", sku=sku.code), sku=sku.code)


def against(session: Session, handling: Handling, target: Bin) -> list[Text]:
    """Return what the measures and the class of a bin say against the goods in hand."""
    if target.kind not in LIMITED:
        return []
    return soft_texts(session, target, _goods(session, handling, _pieces_for(handling, target)))


def _require_room(session: Session, placing: _Placing) -> tuple[Limit, ...]:
    if placing.target.kind not in LIMITED:
        return ()
    return require_room(session, placing.target, _goods(session, placing.handling, placing.pieces))


def _goods(session: Session, handling: Handling, pieces: int) -> list[Goods]:
    if handling.sku_id is not None:
        sku = session.get_one(Sku, handling.sku_id)
        return [goods_of(session, sku, pieces, handling.lot_id)]
    return [
        goods_of(session, session.get_one(Sku, row.sku_id), row.pieces, row.lot_id)
        for row in taken_up(session, handling)
    ]


def _is_other(placing: _Placing, soft: Sequence[Limit]) -> bool:
    """Tell whether the bin is one nobody advised, or one whose measures speak against it."""
    handling = placing.handling
    if soft or is_advised(handling, placing.target):
        return bool(soft)
    return handling.kind is HandlingKind.PUT_AWAY and handling.advised_bin_id is not None


def _book(session: Session, command: PlaceGoods, placing: _Placing) -> None:
    handling, sku = placing.handling, placing.sku
    reason = _reason(placing)
    if sku is not None:
        require_free(session, placing.source, sku, placing.pieces, handling.lot_id)
        moves = [
            ledger.Posting(
                sku_id=sku.id,
                from_bin_id=placing.source.id,
                to_bin_id=placing.target.id,
                pieces=placing.pieces,
                reason=reason,
                lot_id=handling.lot_id,
                serials=tuple(handling.serials),
            )
        ]
    else:
        taken = taken_up(session, handling)
        if not taken:
            raise StaleScreen
        standing = content_of(session, placing.source.id)
        require_whole(session, placing.source, taken, standing=standing, handling_id=handling.id)
        moves = postings(taken, placing.source, placing.target, reason)
    ledger.post(session, command, moves)
    moved_out(session, placing.source.id)


def _reason(placing: _Placing) -> MoveReason:
    if placing.target.kind is BinKind.QUARANTINE:
        return MoveReason.QUARANTINE
    if placing.handling.kind is HandlingKind.PUT_AWAY and placing.target.kind is not BinKind.DOCK:
        return MoveReason.PUT_AWAY
    return MoveReason.TRANSFER


def _put_down(session: Session, command: PlaceGoods, placing: _Placing) -> Outcome:
    handling, pieces = placing.handling, placing.pieces
    left = handling.pieces - pieces
    trail.record(
        session, command, "bin", placing.target.id, "put_in",
        pieces=pieces, source=placing.source.code, why=command.why,
    )  # fmt: skip
    handling.pieces = pieces
    close(session, command, handling, HandlingState.PLACED)
    handling.placed_by = command.id
    handling.other_bin_id = None
    session.flush()
    what = placing.sku.code if placing.sku else placing.source.code
    message = say("{pieces} × {sku} in {bin}.", pieces=pieces, sku=what, bin=placing.target.code)
    if placing.sku is None:
        return _whole_down(session, placing, message)
    if not left:
        return Outcome(screen=StockScreen.START, message=message, is_step_done=True)
    rest = Handling(
        kind=handling.kind,
        person_id=handling.person_id,
        from_bin_id=handling.from_bin_id,
        sku_id=handling.sku_id,
        lot_id=handling.lot_id,
        pieces=left,
        serials=[],
        opened_at=command.at,
    )
    session.add(rest)
    session.flush()
    advised(session, rest, placing.sku)
    session.flush()
    return Outcome(screen=StockScreen.HAND, subject_id=rest.id, message=message)


def _whole_down(session: Session, placing: _Placing, message: Text) -> Outcome:
    """Return what is said of a whole bin that was put down: what came there since stays."""
    stays = sum(row.pieces for row in content_of(session, placing.source.id))
    tone = Tone.ATTENTION if stays else Tone.OK
    if stays:
        message = say(
            "{placed} {pieces} pieces that came into {bin} since stay there.",
            placed=message, pieces=stays, bin=placing.source.code,
        )  # fmt: skip
    return Outcome(screen=StockScreen.START, message=message, tone=tone, is_step_done=True)
