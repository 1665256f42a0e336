"""How a SKU is kept: by lot, with a best-before, piece by piece; switched only while it is safe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.commands.skus import ImportSkus, SkuFacts, import_skus
from warehouse.catalog.models import VIRTUAL_KINDS, Bin, BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.catalog.rules import RowRefusal, code_problem, row_refusals, scan_code
from warehouse.commands import Command, Outcome
from warehouse.db import portions
from warehouse.errors import InvalidInput, NotFound, RuleViolation, WarehouseError
from warehouse.gathering import Gathered
from warehouse.inventory import ledger
from warehouse.inventory.fitness import SUSPECT_SKUS
from warehouse.inventory.marks import best_before_problem, lot_problem
from warehouse.inventory.models import Lot, LotBalance, MoveReason, StockBalance, SuspectKits
from warehouse.people import trail
from warehouse.text import Text, say

MOST_DAYS = 3_650
_BY_PIECE = (
    "is_lot_tracked",
    "is_serial_tracked",
)  # what pieces in the house must say of themselves
_UNTRACKED = {
    "is_lot_tracked": False,
    "is_expiry_tracked": False,
    "is_serial_tracked": False,
    "days_before_expiry": 0,
}
# Where goods stand that nobody is working on.
_AT_REST = (BinKind.SHELF, BinKind.RESERVE, BinKind.DOCK, BinKind.QUARANTINE, BinKind.SET_ASIDE)


@dataclass(frozen=True, kw_only=True)
class SetTracking(Command):
    """Say how the SKU is kept from now on."""

    sku_id: int
    is_lot_tracked: bool
    is_expiry_tracked: bool
    is_serial_tracked: bool
    days_before_expiry: int = 0


@dataclass(frozen=True, kw_only=True)
class GiveLot(Command):
    """Everything in the house of a SKU without lots is of this lot; from now on it is kept so."""

    sku_id: int
    lot: str
    best_before: date | None = None


def set_tracking(session: Session, command: SetTracking) -> Outcome:
    """Keep the SKU in another way.

    Raises:
        InvalidInput: a best-before without lots, or days nobody plans with.
        RuleViolation: pieces of it stand in the house, so that nobody could tell their lot or
            number; or a lot in the house has no best-before.
    """
    sku = _sku(session, command.sku_id)
    told = Gathered()
    for problem, field in tracking_problems(session, sku, _wanted(command)):
        told.keep(problem, field)
    told.refuse()
    for name, value in _wanted(command).items():
        setattr(sku, name, value)
    session.flush()
    trail.record(
        session, command, "sku", sku.id, "sku_tracked",
        lots=sku.is_lot_tracked, expiry=sku.is_expiry_tracked, serials=sku.is_serial_tracked,
        days=sku.days_before_expiry,
    )  # fmt: skip
    return Outcome(
        screen="sku", subject_id=sku.id, message=say("SKU {code} is saved.", code=sku.code)
    )


def tracking_problems(
    session: Session, sku: Sku | None, wanted: Mapping[str, Any]
) -> Iterator[tuple[WarehouseError, str]]:
    """Yield why a SKU, None for one nobody made yet, cannot be kept so; and the field to mend.

    `wanted` are all the columns of `SkuFacts.tracking`.
    """
    if wanted["is_expiry_tracked"] and not wanted["is_lot_tracked"]:
        yield InvalidInput(say("A best-before belongs to a lot.")), "is_expiry_tracked"
    if not 0 <= wanted["days_before_expiry"] <= MOST_DAYS:
        yield InvalidInput(say("This must be 0 to {most}.", most=MOST_DAYS)), "days_before_expiry"
    if sku is None:
        return
    switched = [name for name in _BY_PIECE if wanted[name] != getattr(sku, name)]
    if switched and (problem := _standing_problem(session, sku)):
        yield RuleViolation(problem), switched[0]
    is_dated_now = wanted["is_expiry_tracked"] and not sku.is_expiry_tracked
    if is_dated_now and not switched and (problem := _dayless_problem(session, sku)):
        yield RuleViolation(problem), "is_expiry_tracked"


def _wanted(command: SetTracking) -> dict[str, Any]:
    names = (*_BY_PIECE, "is_expiry_tracked", "days_before_expiry")
    return {name: getattr(command, name) for name in names}


def give_lot(session: Session, command: GiveLot) -> Outcome:
    """Move everything of the SKU out of its bins and in again as pieces of the lot.

    Raises:
        InvalidInput: no code a label could bear, or a day that cannot be. RuleViolation: it is
            kept by lot or piece already, some of it is promised, or in a tote or parcel.
    """
    sku = _sku(session, command.sku_id)
    code = scan_code(command.lot)
    told, day = Gathered(), command.best_before
    told.tell(code_problem(code) or lot_problem(code), "lot")
    if day is not None:
        told.tell(best_before_problem(day, command.day, is_faulty=True), "best_before")
    told.refuse()
    if sku.is_lot_tracked or sku.is_serial_tracked:
        raise RuleViolation(say("{sku} is kept by lot or by number already.", sku=sku.code))
    if session.scalar(SUSPECT_SKUS.where(SuspectKits.sku_id == sku.id).limit(1)):
        raise RuleViolation(say("{sku} may have pieces of a blocked lot inside.", sku=sku.code))
    places = _at_rest(session, sku)
    outside = bin_of_kind(session, BinKind.OPENING).id
    out = [_adjust(sku, place, outside, pieces, code) for place, pieces in places.items()]
    next_line = ledger.post(session, command, out)
    sku.is_lot_tracked = True
    session.flush()
    lot_id = ledger.lot_named(session, sku.id, code, command.best_before, command.at)
    back = [_adjust(sku, outside, place, n, code, lot_id) for place, n in places.items()]
    ledger.post(session, command, back, first_line=next_line)
    trail.record(session, command, "sku", sku.id, "lot_given", lot=code)
    pieces = sum(places.values())
    return Outcome(
        screen="sku",
        subject_id=sku.id,
        message=say("{pieces} pieces are of lot {lot} now.", pieces=pieces, lot=code),
    )


def import_tracked_skus(session: Session, command: ImportSkus) -> Outcome:
    """Make or change the SKUs, and say how they are kept where the list does.

    A row whose SKU cannot be kept so is saved but for that, and named among the refused.
    """
    outcome = import_skus(session, command)
    refused = [RowRefusal.from_json(value) for value in outcome.facts["refused"]]
    bad = {row.row for row in refused}
    for sku, row in _in_order(session, [row for row in command.rows if row.says_tracking]):
        is_taken = sku is not None and row.row not in bad and not row.unread
        refused += _track(session, command, sku, row, is_taken=is_taken)
    refused.sort(key=lambda refusal: refusal.row)
    facts = {**outcome.facts, "refused": [r.to_json() for r in refused]}
    return Outcome(screen=outcome.screen, message=outcome.message, tone=outcome.tone, facts=facts)


def _in_order(session: Session, rows: Sequence[SkuFacts]) -> list[tuple[Sku | None, SkuFacts]]:
    """Return the rows with their SKUs, None where a row that is refused would have made one.

    They come in the order in which everybody takes several SKUs.
    """
    found: dict[str, Sku] = {}
    for codes in portions(row.code.strip() for row in rows):
        skus = session.scalars(sa.select(Sku).where(Sku.code.in_(codes)))
        found |= {sku.code: sku for sku in skus}
    pairs = [(found.get(row.code.strip()), row) for row in rows]
    return sorted(pairs, key=lambda pair: pair[0].id if pair[0] else 0)


def _track(
    session: Session, command: ImportSkus, sku: Sku | None, row: SkuFacts, *, is_taken: bool
) -> list[RowRefusal]:
    """Keep the SKU of a row as it says, if the row is taken; return what is against it."""
    given = {name: value for name, value in row.tracking.items() if value is not None}
    now = {name: getattr(sku, name) for name in row.tracking} if sku else _UNTRACKED
    wanted = {**now, **given}
    if wanted == now:
        return []
    told = Gathered()
    if sku is not None and is_taken:
        told.take("", partial(_set, session, command, sku, wanted))
    else:
        for problem, field in tracking_problems(session, sku, wanted):
            told.keep(problem, field)
    problems = [(one.field, row.code, one.text) for one in told.found]
    return row_refusals(row.row, problems, row.unread)


def _set(session: Session, command: ImportSkus, sku: Sku, wanted: Mapping[str, Any]) -> Outcome:
    said = SetTracking(
        id=command.id,
        actor=command.actor,
        at=command.at,
        zone=command.zone,
        sku_id=sku.id,
        **wanted,
    )
    return set_tracking(session, said)


def _sku(session: Session, sku_id: int) -> Sku:
    sku = session.get(Sku, sku_id, with_for_update=True, populate_existing=True)
    if sku is None:
        raise NotFound(say("SKU"), sku_id)
    return sku


def _standing_problem(session: Session, sku: Sku) -> Text | None:
    rows = session.execute(
        sa.select(Bin.code, StockBalance.on_hand)
        .join(Bin, Bin.id == StockBalance.bin_id)
        .where(
            StockBalance.sku_id == sku.id,
            StockBalance.on_hand != 0,
            Bin.kind.not_in(VIRTUAL_KINDS),
        )
        .order_by(Bin.walk_order, Bin.id)
    ).all()
    if not rows:
        return None
    return say(
        "{pieces} pieces of {sku} stand in {bins}. Count them out first and book them in again"
        " after; or give them all one lot.",
        pieces=sum(row.on_hand for row in rows),
        sku=sku.code,
        bins=", ".join(row.code for row in rows[:3]) + ("…" if len(rows) > 3 else ""),  # noqa: PLR2004
    )


def _dayless_problem(session: Session, sku: Sku) -> Text | None:
    lot = session.scalar(
        sa.select(Lot.code)
        .join(LotBalance, LotBalance.lot_id == Lot.id)
        .where(
            Lot.sku_id == sku.id,
            Lot.best_before.is_(None),
            LotBalance.on_hand > 0,
            ~LotBalance.is_virtual,
        )
        .limit(1)
    )
    return say("Lot {lot} has no best-before. Say it on its page.", lot=lot) if lot else None


def _at_rest(session: Session, sku: Sku) -> dict[int, int]:
    """Return bin → pieces of a SKU that nobody is working on.

    Looked at before they are held: with the SKU held nobody promises them, and a pick, which has
    its balance before it asks for the SKU, takes what is reserved.
    """
    query = (
        sa.select(Bin.id, Bin.code, Bin.kind, StockBalance.on_hand, StockBalance.reserved)
        .join(Bin, Bin.id == StockBalance.bin_id)
        .where(
            StockBalance.sku_id == sku.id,
            StockBalance.on_hand != 0,
            Bin.kind.not_in(VIRTUAL_KINDS),
        )
        .order_by(Bin.id)
    )
    for row in session.execute(query):
        if row.kind not in _AT_REST or row.reserved:
            raise RuleViolation(
                say("Pieces of {sku} in {bin} are in work for an order. Let it go through first.",
                    sku=sku.code, bin=row.code)
            )  # fmt: skip
    rows = session.execute(query.with_for_update(of=StockBalance))
    return {row.id: row.on_hand for row in rows}


def _adjust(
    sku: Sku, frm: int, to: int, pieces: int, reference: str, lot_id: int | None = None
) -> ledger.Posting:
    return ledger.Posting(
        sku_id=sku.id,
        from_bin_id=frm,
        to_bin_id=to,
        pieces=pieces,
        reason=MoveReason.ADJUST,
        reference=reference,
        lot_id=lot_id,
    )
