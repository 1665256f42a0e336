"""How a SKU is kept: by lot, with a best-before, piece by piece; switched only while it is safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.commands.skus import ImportSkus, SkuFacts, import_skus
from warehouse.catalog.models import VIRTUAL_KINDS, Bin, BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.catalog.rules import RowRefusal, code_problem, scan_code
from warehouse.commands import Command, Outcome
from warehouse.db import portions
from warehouse.errors import InvalidInput, NotFound, RuleViolation, WarehouseError
from warehouse.inventory import ledger
from warehouse.inventory.fitness import SUSPECT_SKUS
from warehouse.inventory.marks import best_before_problem, lot_problem
from warehouse.inventory.models import Lot, LotBalance, MoveReason, StockBalance, SuspectKits
from warehouse.people import trail
from warehouse.text import say

MOST_DAYS = 3_650
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
    if command.is_expiry_tracked and not command.is_lot_tracked:
        raise InvalidInput(say("A best-before belongs to a lot."), field="is_expiry_tracked")
    if not 0 <= command.days_before_expiry <= MOST_DAYS:
        raise InvalidInput(
            say("This must be 0 to {most}.", most=MOST_DAYS), field="days_before_expiry"
        )
    is_other = (command.is_lot_tracked, command.is_serial_tracked) != (
        sku.is_lot_tracked,
        sku.is_serial_tracked,
    )
    if is_other:
        _require_none_here(session, sku)
    elif command.is_expiry_tracked and not sku.is_expiry_tracked:
        _require_days(session, sku)
    for name in ("is_lot_tracked", "is_expiry_tracked", "is_serial_tracked", "days_before_expiry"):
        setattr(sku, name, getattr(command, name))
    session.flush()
    trail.record(
        session, command, "sku", sku.id, "sku_tracked",
        lots=sku.is_lot_tracked, expiry=sku.is_expiry_tracked, serials=sku.is_serial_tracked,
        days=sku.days_before_expiry,
    )  # fmt: skip
    return Outcome(
        screen="sku", subject_id=sku.id, message=say("SKU {code} is saved.", code=sku.code)
    )


def give_lot(session: Session, command: GiveLot) -> Outcome:
    """Move everything of the SKU out of its bins and in again as pieces of the lot.

    Raises:
        InvalidInput: no code a label could bear, or a day that cannot be. RuleViolation: it is
            kept by lot or piece already, some of it is promised, or in a tote or parcel.
    """
    sku = _sku(session, command.sku_id)
    code = scan_code(command.lot)
    problem = code_problem(code) or lot_problem(code)
    if problem is not None:
        raise InvalidInput(problem, field="lot")
    day = command.best_before
    if day is not None and (problem := best_before_problem(day, command.day, is_faulty=True)):
        raise InvalidInput(problem, field="best_before")
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
    said = [
        row for row in command.rows if row.row not in bad and not row.unread and row.says_tracking
    ]
    for sku, row in _in_order(session, said):
        problem = _track(session, command, sku, row)
        refused += [problem] if problem else []
    refused.sort(key=lambda refusal: refusal.row)
    facts = {**outcome.facts, "refused": [r.to_json() for r in refused]}
    return Outcome(screen=outcome.screen, message=outcome.message, tone=outcome.tone, facts=facts)


def _in_order(session: Session, rows: Sequence[SkuFacts]) -> list[tuple[Sku, SkuFacts]]:
    """Return the rows with their SKUs, in the order in which everybody takes several SKUs."""
    found: dict[str, Sku] = {}
    for codes in portions(row.code.strip() for row in rows):
        skus = session.scalars(sa.select(Sku).where(Sku.code.in_(codes)))
        found |= {sku.code: sku for sku in skus}
    pairs = [(found[row.code.strip()], row) for row in rows]
    return sorted(pairs, key=lambda pair: pair[0].id)


def _track(session: Session, command: ImportSkus, sku: Sku, row: SkuFacts) -> RowRefusal | None:
    given = {name: value for name, value in row.tracking.items() if value is not None}
    wanted = {name: given.get(name, getattr(sku, name)) for name in row.tracking}
    if all(getattr(sku, name) == value for name, value in wanted.items()):
        return None
    said = SetTracking(
        id=command.id,
        actor=command.actor,
        at=command.at,
        zone=command.zone,
        sku_id=sku.id,
        **wanted,
    )
    try:
        set_tracking(session, said)
    except WarehouseError as error:
        field = error.facts.get("field") or next(iter(given))
        return RowRefusal(row=row.row, field=field, value=row.code[:60], reason=error.text)
    return None


def _sku(session: Session, sku_id: int) -> Sku:
    sku = session.get(Sku, sku_id, with_for_update=True, populate_existing=True)
    if sku is None:
        raise NotFound(say("SKU"), sku_id)
    return sku


def _require_none_here(session: Session, sku: Sku) -> None:
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
    if rows:
        raise RuleViolation(
            say(
                "{pieces} pieces of {sku} stand in {bins}. Count them out first and book them in"
                " again after; or give them all one lot.",
                pieces=sum(row.on_hand for row in rows),
                sku=sku.code,
                bins=", ".join(row.code for row in rows[:3]) + ("…" if len(rows) > 3 else ""),  # noqa: PLR2004
            )
        )


def _require_days(session: Session, sku: Sku) -> None:
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
    if lot is not None:
        raise RuleViolation(say("Lot {lot} has no best-before. Say it on its page.", lot=lot))


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
