"""A lot that must not be sold is blocked: what was promised of it is given back at once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.inventory.models import Lot, SuspectKits
from warehouse.orders.commands.holds import hold_order
from warehouse.orders.models import HoldKind, HoldOwner
from warehouse.orders.queries import orders_of
from warehouse.orders.rules import BY_HAND
from warehouse.people import trail
from warehouse.text import Text, say
from warehouse.tracing.commands.holding import hold_lot
from warehouse.tracing.commands.unpromising import give_promises_back, in_work
from warehouse.tracing.in_doubt import in_doubt
from warehouse.tracing.suspects import HeldBack, hold_back, let_go, suspicions


@dataclass(frozen=True, kw_only=True)
class BlockLot(Command):
    """Nobody gets anything of this lot any more, until it is let go."""

    lot_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class UnblockLot(Command):
    """The lot may be sold again."""

    lot_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class LetKitsGo(Command):
    """Kits without lots were sorted: what stands of the SKU has no piece of a blocked lot inside,
    but for what was put into quarantine."""

    sku_id: int
    reason: str


def block_lot(session: Session, command: BlockLot) -> Outcome:
    """Block the lot and give back every open promise of it.

    Consignments nobody has begun leave their wave and are planned anew, or held for stock. In
    waves being picked other pieces are looked for, as after a short pick. Orders whose goods of
    this lot are in a tote or parcel are stopped at their next scan. Kits with pieces of it inside
    go the same way, however deep: their lots are blocked, and of kits without lots everything that
    stands is held back, as nobody can tell which they are.

    Raises:
        RuleViolation: a person blocked it already.
    """
    require_reason(command.reason)
    lot = hold_lot(session, command.lot_id)
    if lot is None:
        raise NotFound(say("lot"), command.lot_id)
    of_kits = suspicions(session, SuspectKits.kit_lot_id == lot.id)
    for_another = [row for row in of_kits if row.is_blocking]
    if lot.blocked_at is not None and not for_another:
        raise RuleViolation(say("Lot {lot} is blocked.", lot=lot.code))
    for row in for_another:
        row.is_blocking = False  # from now on it stays blocked when the lot inside is let go
    lot.blocked_at, lot.blocked_reason = command.at, command.reason.strip()[:200]
    session.flush()
    kits = hold_back(session, command, lot)
    back, short = give_promises_back(session, command, {lot.id, *kits.lot_ids}, kits.sku_ids)
    held = _stop_picked(session, command, lot)
    record_kits(session, command, lot, kits)
    trail.record(
        session, command, "lot", lot.id, "lot_blocked",
        reason=lot.blocked_reason, back=len(back), short=len(short), held=len(held),
    )  # fmt: skip
    return Outcome(
        screen="lot",
        subject_id=lot.id,
        message=say(
            "Lot {lot} is blocked: {back} orders out of their wave, {short} looked for elsewhere,"
            " {held} stopped with goods in hand.{kits}",
            lot=lot.code,
            back=len(back),
            short=len(short),
            held=len(held),
            kits=_kits_said(kits),
        ),
        tone=Tone.ATTENTION if back or short or held or kits.sku_ids else Tone.OK,
    )


def unblock_lot(session: Session, command: UnblockLot) -> Outcome:
    """Let the lot go; orders that wait for these goods are looked at within a minute.

    Kits that were held back for it are let go with it. A lot of kits may be let go by itself, by
    somebody who has sorted them.

    Raises:
        RuleViolation: it is not blocked.
    """
    lot = locked_lot(session, command.lot_id, command.reason)
    if lot.blocked_at is None:
        raise RuleViolation(say("Lot {lot} is not blocked.", lot=lot.code))
    of_kits = suspicions(session, SuspectKits.kit_lot_id == lot.id)
    for row in of_kits:
        row.is_blocking = False
    let_go(session, command, of_kits, command.reason)
    lot.blocked_at, lot.blocked_reason = None, ""
    session.flush()
    facts = {"reason": command.reason.strip()[:200]}
    inside = suspicions(session, SuspectKits.lot_id == lot.id)
    for kit_lot_id in let_go(session, command, inside, command.reason):
        trail.record(session, command, "lot", kit_lot_id, "lot_unblocked", **facts)
    for sku_id in sorted({row.sku_id for row in inside if row.kit_lot_id is None}):
        trail.record(session, command, "sku", sku_id, "kits_let_go", **facts)
    trail.record(session, command, "lot", lot.id, "lot_unblocked", **facts)
    return Outcome(
        screen="lot", subject_id=lot.id, message=say("Lot {lot} may be sold again.", lot=lot.code)
    )


def let_kits_go(session: Session, command: LetKitsGo) -> Outcome:
    """Let kits without lots be sold again that may have had pieces of a blocked lot inside.

    Kits around them go first: taken apart later, they would give back kits nobody looked at.

    Raises:
        InvalidInput: no reason. NotFound: no such SKU. RuleViolation: none are held back, or some
            may be inside other kits that are.
    """
    require_reason(command.reason)
    sku = session.get(Sku, command.sku_id)
    if sku is None:
        raise NotFound(say("SKU"), command.sku_id)
    rows = suspicions(session, SuspectKits.sku_id == sku.id, SuspectKits.kit_lot_id.is_(None))
    if not rows:
        raise RuleViolation(say("No kits of {sku} are held back.", sku=sku.code))
    around = [kits for one in in_doubt(session, Sku.id == sku.id) for kits in one.inside]
    if outer := next((kits for kits in around if kits.held), None):
        raise RuleViolation(
            say("{count} × {outer} may have {sku} inside. Sort these first, or take them apart.",
                count=outer.held, outer=f"{outer.sku} {outer.lot}".strip(), sku=sku.code)
        )  # fmt: skip
    let_go(session, command, rows, command.reason)
    trail.record(
        session, command, "sku", sku.id, "kits_let_go", reason=command.reason.strip()[:200]
    )
    return Outcome(
        screen="sku", subject_id=sku.id, message=say("{sku} may be sold again.", sku=sku.code)
    )


def record_kits(session: Session, command: Command, lot: Lot, kits: HeldBack) -> None:
    """Keep with the kits for which lot they are held back."""
    facts = {"reason": f"{lot.code}: {lot.blocked_reason}"}
    for kit_lot_id in sorted(kits.lot_ids):
        trail.record(session, command, "lot", kit_lot_id, "lot_blocked", **facts)
    for sku_id in sorted(kits.sku_ids):
        trail.record(session, command, "sku", sku_id, "kits_held_back", **facts)


def require_reason(reason: str) -> None:
    """Refuse what nobody gave a reason for.

    Raises:
        InvalidInput: so it is.
    """
    if not reason.strip():
        raise InvalidInput(say("Say why."), field="reason")


def locked_lot(session: Session, lot_id: int, reason: str) -> Lot:
    """Return the lot, held until the transaction ends.

    Raises:
        InvalidInput: no reason. NotFound: there is no such lot.
    """
    require_reason(reason)
    lot = session.get(Lot, lot_id, with_for_update={"key_share": True}, populate_existing=True)
    if lot is None:
        raise NotFound(say("lot"), lot_id)
    return lot


def _kits_said(kits: HeldBack) -> Text | str:
    if not kits.lot_ids and not kits.sku_ids:
        return ""
    return say(
        " {lots} lots of kits are blocked with it, kits of {skus} SKUs without lots held back.",
        lots=len(kits.lot_ids),
        skus=len(kits.sku_ids),
    )


def _stop_picked(session: Session, command: BlockLot, lot: Lot) -> set[int]:
    """Stop the orders whose goods of the lot are in totes and parcels; return their ids."""
    held: set[int] = set()
    for consignment_id in sorted({c for c, _ in in_work(session, lot.id)}):
        for order in orders_of(session, consignment_id):
            note = f"{lot.code}: {lot.blocked_reason}"
            owner, by_hand = HoldOwner.STOCK, BY_HAND
            hold_order(session, command, order.id, HoldKind.MANUAL, note=note, owner=owner,
                       about=by_hand)  # fmt: skip
            held.add(order.id)
    return held
