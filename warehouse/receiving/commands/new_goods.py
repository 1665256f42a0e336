"""Goods nobody knows yet: a new SKU with the site's next code, or a code of a SKU that is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from warehouse.catalog.commands.codes import next_sku_code
from warehouse.catalog.commands.labels import MOST_LABELS, PrintSkuLabels, print_sku_labels
from warehouse.catalog.commands.skus import PackCode, SaveSku, SkuFacts, save_sku, sku_problems
from warehouse.catalog.models import Sku
from warehouse.catalog.queries import item_by_barcode
from warehouse.catalog.rules import ean_problem
from warehouse.commands import Command, Outcome
from warehouse.errors import RuleViolation, StaleScreen
from warehouse.gathering import Gathered
from warehouse.inventory.refusals import refuse_item, require_pieces
from warehouse.people import trail
from warehouse.receiving.commands.counting import counting
from warehouse.receiving.commands.tallying import Hand, count_in, focus_of
from warehouse.receiving.models import Receipt
from warehouse.receiving.screens import ReceiveScreen
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class MakeGoods(Command):
    """Goods without a SKU get one: `pattern` is the class of its code, `pieces` what one scan is.

    Where a code was scanned that nothing carries, it is given to the SKU and the scan counted.
    """

    receipt_id: int
    name: str
    properties: str = ""
    pattern: str = ""
    pieces: int = 1
    labels: int = 0


@dataclass(frozen=True, kw_only=True)
class MapCode(Command):
    """The unknown code stands for the SKU of another code, which is scanned now."""

    receipt_id: int
    barcode: str
    pieces: int = 1


@dataclass(frozen=True, kw_only=True)
class LabelGoods(Command):
    """Labels for the goods the actor scanned last."""

    receipt_id: int
    copies: int = 1


def make_goods(session: Session, command: MakeGoods) -> Outcome:
    """Make the SKU under the site's rule for codes, ask for its labels, count what was scanned.

    Raises:
        StaleScreen: the receipt is not counted any more.
        InvalidInput: no name, no such class of codes, a code or number that cannot be.
    """
    told = Gathered()
    told.take("pieces", lambda: require_pieces(command.pieces))
    receipt = counting(session, command.receipt_id)
    focus = focus_of(session, receipt.id, command.actor.person_id)
    if focus.asks:
        raise StaleScreen(say("First answer what is asked of the pieces in hand, or undo."))
    scanned = focus.unknown_code
    facts = SkuFacts(
        code="",
        name=command.name.strip()[:200],
        properties=command.properties.strip()[:200],
        eans=(scanned,) if scanned and command.pieces == 1 and not ean_problem(scanned) else (),
        packs=_packs(scanned, command.pieces),
    )
    for field, reason in sku_problems(session, facts):
        told.tell(reason, field)
    if not 0 <= command.labels <= MOST_LABELS:
        told.tell(say("This must be 0 to {most}.", most=MOST_LABELS), "labels")
    code = told.take("pattern", lambda: next_sku_code(session, command.pattern))
    facts = replace(facts, code=told.sound(code))
    made = save_sku(session, SaveSku(id=command.id, actor=command.actor, at=command.at,
                                     zone=command.zone, facts=facts))  # fmt: skip
    sku = session.get_one(Sku, made.subject_id)
    trail.record(session, command, "receipt", receipt.id, "sku_made", sku=code, code=scanned)
    if command.labels:
        _label(session, command, sku.id, command.labels)
    if not scanned:
        focus.sku_id, focus.lot_code, focus.best_before = sku.id, "", None
        session.flush()
        text = say("SKU {code} is made. Label the goods and scan them.", code=code)
        return Outcome(screen=ReceiveScreen.COUNT, subject_id=receipt.id, message=text)
    hand = Hand(sku=sku, pieces=command.pieces, fault=focus.fault)
    return count_in(session, command, receipt, focus, hand)


def map_code(session: Session, command: MapCode) -> Outcome:
    """Give the unknown code to the SKU that was scanned, and count the pieces.

    Raises:
        StaleScreen: no code of the actor waits. UnknownBarcode, WrongItem: no goods were scanned.
        InvalidInput: the code cannot stand for this SKU.
    """
    require_pieces(command.pieces)
    receipt = counting(session, command.receipt_id)
    focus = focus_of(session, receipt.id, command.actor.person_id)
    if not focus.unknown_code:
        raise StaleScreen(say("No unknown code waits here. Scan the goods."))
    item = item_by_barcode(session, command.barcode)
    if item is None:
        raise refuse_item(session, command.barcode, say("the code of a known SKU"))
    code = focus.unknown_code
    facts = SkuFacts(
        code=item.sku_code,
        name=item.name,
        eans=(code,) if command.pieces == 1 and not ean_problem(code) else (),
        packs=_packs(code, command.pieces),
    )
    save_sku(session, SaveSku(id=command.id, actor=command.actor, at=command.at,
                              zone=command.zone, facts=facts))  # fmt: skip
    trail.record(session, command, "receipt", receipt.id, "code_mapped", sku=item.sku_code,
                 code=code)  # fmt: skip
    sku = session.get_one(Sku, item.sku_id)
    hand = Hand(sku=sku, pieces=command.pieces, fault=focus.fault)
    return count_in(session, command, receipt, focus, hand)


def label_goods(session: Session, command: LabelGoods) -> Outcome:
    """Ask for labels of the goods the actor scanned last.

    Raises:
        RuleViolation: the actor has scanned nothing yet. InvalidInput: too many labels.
    """
    receipt: Receipt = counting(session, command.receipt_id)
    focus = focus_of(session, receipt.id, command.actor.person_id)
    if focus.sku_id is None:
        raise RuleViolation(say("Scan the goods first, then print their labels."))
    done = _label(session, command, focus.sku_id, command.copies)
    return Outcome(screen=ReceiveScreen.COUNT, subject_id=receipt.id, message=done.message)


def _packs(code: str, pieces: int) -> tuple[PackCode, ...]:
    """Return the scanned code as one of a pack; so is a code of one piece that is no EAN."""
    if not code or (pieces == 1 and not ean_problem(code)):
        return ()
    return (PackCode(code=code, pieces=pieces),)


def _label(session: Session, command: Command, sku_id: int, copies: int) -> Outcome:
    return print_sku_labels(
        session,
        PrintSkuLabels(id=command.id, actor=command.actor, at=command.at, zone=command.zone,
                       sku_id=sku_id, copies=copies),
    )  # fmt: skip
