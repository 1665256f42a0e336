"""Which consignments of a wave get what they want off the shelves, and in which order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from warehouse.orders.models import Consignment
from warehouse.replenishing.waiting import Claim, claims_of, waited_for
from warehouse.waves.rules import BinStock, Take, Turn, by_need, plan_takes

Supplied = list[tuple[Consignment, dict[int, tuple[Take, ...]]]]  # line id → takes


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Who goes before others, in or out of the wave, and what those wait for that are in none."""

    turns: Mapping[int, Turn] = field(default_factory=dict)  # by consignment; the others are new
    claims: Mapping[int, Sequence[Claim]] = field(default_factory=dict)  # by consignment

    def kept_from(self, short: Sequence[Consignment]) -> int:
        """Return how many in no wave wait for goods that these consignments are short of."""
        skus = {line.sku_id for consignment in short for line in consignment.lines}
        return sum(any(c.sku_id in skus for c in claims) for claims in self.claims.values())


def waiting_first(session: Session, sku_ids: Collection[int], ids: Collection[int]) -> Waiting:
    """Return who goes before the consignments with these ids, or among them, for having waited."""
    claims: dict[int, list[Claim]] = defaultdict(list)
    turns: dict[int, Turn] = {}
    for claim in claims_of(session, sku_ids):
        turn = _turn(claim)
        turns[claim.consignment_id] = max(turn, turns.get(claim.consignment_id, turn))
        if claim.consignment_id not in ids:
            claims[claim.consignment_id].append(claim)
    return Waiting(turns=turns, claims=claims)


def left_to(
    session: Session, consignment: Consignment, sku_id: int, stock: Sequence[BinStock]
) -> Sequence[BinStock]:
    """Return what of a SKU's stock a consignment in a running wave may have besides its own.

    Not what is kept for those that wait for a wave and come before it.
    """
    claims = claims_of(session, [sku_id])
    turn = _turn_of(session, consignment.id, sku_id)
    mine = _need(consignment, Waiting(turns={consignment.id: turn}))
    theirs = Waiting(turns={claim.consignment_id: _turn(claim) for claim in claims})
    before = [claim for claim in claims if _need([claim], theirs) < mine]
    left = {sku_id: stock}
    _keep(left, [(sku_id, sum(claim.pieces for claim in before))])
    return left[sku_id]


def _turn_of(session: Session, consignment_id: int, sku_id: int) -> Turn:
    """Return in which turn a consignment that has its wave is served with more of a SKU."""
    is_open = waited_for(session, consignment_id, sku_id)
    if is_open is None:
        return Turn.NEW
    return Turn.WAITING if is_open else Turn.BROUGHT


def _turn(claim: Claim) -> Turn:
    return Turn.WAITING if claim.is_open else Turn.BROUGHT


def supply(
    consignments: Sequence[Consignment],
    stock: Mapping[int, Sequence[BinStock]],
    waiting: Waiting,
) -> tuple[Supplied, list[Consignment]]:
    """Serve the urgent first, then those that waited, then those promised earliest; whole ones.

    For those that waited what is there is kept in their turn, be it only a part of what they want.
    Return who gets which pieces, and who is short.
    """
    supplied: Supplied = []
    short: list[Consignment] = []
    left = dict(stock)
    everyone: list[Consignment | Sequence[Claim]] = [*consignments, *waiting.claims.values()]
    for who in sorted(everyone, key=lambda who: _need(who, waiting)):
        if not isinstance(who, Consignment):
            _keep(left, [(claim.sku_id, claim.pieces) for claim in who])
            continue
        takes = _takes_of(who, left)
        if takes is not None:
            supplied.append((who, takes))
            continue
        short.append(who)
        if who.id in waiting.turns:
            _keep(left, [(line.sku_id, line.pieces) for line in who.lines])
    return supplied, short


def _need(who: Consignment | Sequence[Claim], waiting: Waiting) -> tuple[object, ...]:
    one = who if isinstance(who, Consignment) else who[0]
    consignment_id = one.id if isinstance(one, Consignment) else one.consignment_id
    return by_need(
        is_urgent=one.is_urgent,
        turn=waiting.turns.get(consignment_id, Turn.NEW),
        promise_at=one.promise_at,
        created_at=one.created_at,
        consignment_id=consignment_id,
    )


def _takes_of(
    consignment: Consignment, stock: dict[int, Sequence[BinStock]]
) -> dict[int, tuple[Take, ...]] | None:
    """Take what the consignment wants out of the stock: all of it, or nothing and None."""
    left = dict(stock)
    takes: dict[int, tuple[Take, ...]] = {}
    for line in consignment.lines:
        takes[line.id], missing = plan_takes(line.pieces, left.get(line.sku_id, ()))
        if missing:
            return None
        left[line.sku_id] = _less(left[line.sku_id], takes[line.id])
    stock.update(left)
    return takes


def _keep(stock: dict[int, Sequence[BinStock]], wants: Iterable[tuple[int, int]]) -> None:
    """Take out of the stock as much as there is of what is wanted, SKU by SKU."""
    for sku_id, pieces in wants:
        takes, _ = plan_takes(pieces, stock.get(sku_id, ()))
        if takes:
            stock[sku_id] = _less(stock[sku_id], takes)


def _less(stock: Sequence[BinStock], takes: Sequence[Take]) -> list[BinStock]:
    taken = {(take.bin_id, take.lot_id): take.pieces for take in takes}
    return [replace(b, available=b.available - taken.get((b.bin_id, b.lot_id), 0)) for b in stock]
