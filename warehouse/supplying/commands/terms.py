"""What suppliers ask for our SKUs, and what is kept for shops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.commands import Command, Outcome
from warehouse.errors import NotFound, StaleScreen
from warehouse.gathering import Gathered
from warehouse.orders.models import Shop
from warehouse.people import trail
from warehouse.receiving.models import Supplier
from warehouse.supplying.models import ShopShare, SupplierSku
from warehouse.text import Text, say

MOST_PIECES = 100_000
MOST_DAYS = 400
HIGHEST_FEN = 10**9
LONGEST_ITEM_NO = 64


@dataclass(frozen=True, kw_only=True)
class SetTerms(Command):
    """A supplier sells a SKU on these terms; `is_main`: it is bought there from now on."""

    supplier_id: int
    sku_id: int
    item_no: str = ""
    price_fen: int | None = None
    pack_pieces: int = 1
    least_pieces: int = 0
    lead_days: int | None = None
    is_main: bool = True


@dataclass(frozen=True, kw_only=True)
class DropTerms(Command):
    """The supplier does not sell the SKU any more."""

    supplier_id: int
    sku_id: int


@dataclass(frozen=True, kw_only=True)
class SetShare(Command):
    """A shop may offer this part of a SKU (None: of all goods), and some are kept for it alone.

    `shown`: how many were still kept when it was typed; the same number keeps none anew.
    """

    shop_id: int
    sku_id: int | None = None
    percent: int = 100
    kept: int = 0
    shown: int | None = None


@dataclass(frozen=True, kw_only=True)
class DropShare(Command):
    """A shop may offer of a SKU what it may offer of all goods."""

    shop_id: int
    sku_id: int


CHANGEABLE = ("item_no", "price_fen", "pack_pieces", "least_pieces", "lead_days", "is_main")


def set_terms(session: Session, command: SetTerms) -> Outcome:
    """Keep the terms; the first supplier of a SKU is the one it is bought of.

    Raises:
        NotFound: no such SKU or supplier. InvalidInput: numbers out of range; the fields say which.
    """
    sku, supplier = session.get(Sku, command.sku_id), session.get(Supplier, command.supplier_id)
    if sku is None:
        raise NotFound(say("SKU"), command.sku_id)
    if supplier is None:
        raise NotFound(say("supplier"), command.supplier_id)
    values, told = {name: getattr(command, name) for name in CHANGEABLE}, Gathered()
    for field, why in terms_problems(values):
        told.tell(why, field)
    told.refuse()
    if write_terms(session, supplier.id, sku.id, values):
        trail.record(session, command, "sku", sku.id, "terms_set", supplier=supplier.code)
    return Outcome(
        screen="sku",
        subject_id=sku.id,
        message=say("{sku} of {supplier} is kept.", sku=sku.code, supplier=supplier.name),
    )


def drop_terms(session: Session, command: DropTerms) -> Outcome:
    """Forget that the supplier sells the SKU; another one of it is bought of from now on.

    Raises:
        StaleScreen: forgotten already.
    """
    found = session.get(
        SupplierSku, (command.supplier_id, command.sku_id), with_for_update=True,
        populate_existing=True,
    )  # fmt: skip
    if found is None:
        raise StaleScreen
    session.delete(found)
    session.flush()
    _require_main(session, command.sku_id)
    trail.record(
        session, command, "sku", command.sku_id, "terms_dropped", supplier=command.supplier_id
    )
    return Outcome(screen="sku", subject_id=command.sku_id, message=say("Taken out."))


def set_share(session: Session, command: SetShare) -> Outcome:
    """Keep the share; 100 percent and nothing kept is what every shop has without one.

    Kept pieces are counted from now on: what the shop sells of them is kept no more.

    Raises:
        NotFound: no such shop or SKU. InvalidInput: numbers out of range; the fields say which.
    """
    shop = session.get(Shop, command.shop_id)
    if shop is None:
        raise NotFound(say("shop"), command.shop_id)
    if command.sku_id is not None and session.get(Sku, command.sku_id) is None:
        raise NotFound(say("SKU"), command.sku_id)
    told = Gathered()
    told.tell(_range_problem(command.percent, 0, 100), "percent")
    told.tell(_range_problem(command.kept, 0, MOST_PIECES), "kept")
    if command.kept and command.sku_id is None:
        told.tell(say("Pieces are kept of one SKU, not of all."), "kept")
    told.refuse()
    share = session.scalars(
        sa.select(ShopShare)
        .where(ShopShare.shop_id == shop.id, ShopShare.sku_id.is_not_distinct_from(command.sku_id))
        .with_for_update()
    ).first()
    is_plain = command.percent == 100 and not command.kept and command.sku_id is None  # noqa: PLR2004
    if is_plain and share is not None:
        session.delete(share)
    elif share is None and not is_plain:
        session.add(
            ShopShare(
                shop_id=shop.id, sku_id=command.sku_id, percent=command.percent,
                kept=command.kept, kept_at=command.at,
            )
        )  # fmt: skip
    elif share is not None:
        share.percent = command.percent
        if command.kept != command.shown:
            share.kept, share.kept_at = command.kept, command.at
    session.flush()
    trail.record(
        session, command, "shop", shop.id, "share_set",
        sku=command.sku_id, percent=command.percent, kept=command.kept,
    )  # fmt: skip
    return Outcome(
        screen="shares", subject_id=shop.id, message=say("The share of {shop} is kept.",
                                                         shop=shop.name)
    )  # fmt: skip


def drop_share(session: Session, command: DropShare) -> Outcome:
    """Forget what is said of the one SKU; from now on the shop has its share of all goods.

    Raises:
        StaleScreen: forgotten already, or nothing was said.
    """
    share = session.scalars(
        sa.select(ShopShare)
        .where(ShopShare.shop_id == command.shop_id, ShopShare.sku_id == command.sku_id)
        .with_for_update()
    ).first()
    if share is None:
        raise StaleScreen
    session.delete(share)
    session.flush()
    trail.record(session, command, "shop", command.shop_id, "share_dropped", sku=command.sku_id)
    return Outcome(
        screen="shares", subject_id=command.shop_id, message=say("It is as for all goods now.")
    )


def terms_problems(values: Mapping[str, Any]) -> Iterator[tuple[str, Text]]:
    """Yield each field and why these are no terms; nothing if they are."""
    price_fen = values["price_fen"]
    if price_fen is not None and not 0 <= price_fen <= HIGHEST_FEN:
        yield "price_fen", say("This is not an amount of money.")
    ranges = (
        ("pack_pieces", 1, MOST_PIECES),
        ("least_pieces", 0, MOST_PIECES),
        ("lead_days", 0, MOST_DAYS),
    )
    for field, least, most in ranges:
        if (problem := _range_problem(values[field], least, most)) is not None:
            yield field, problem
    item_no = values["item_no"]
    if len(item_no) > LONGEST_ITEM_NO or not item_no.isprintable():
        yield "item_no", say("The code is longer than {most} characters.", most=LONGEST_ITEM_NO)


def _range_problem(value: int | None, least: int, most: int) -> Text | None:
    if value is None or least <= value <= most:
        return None
    return say("This must be {least} to {most}.", least=least, most=most)


def write_terms(session: Session, supplier_id: int, sku_id: int, values: Mapping[str, Any]) -> bool:
    """Keep the terms; return whether anything changed. At most one supplier stays the main one."""
    every = session.scalars(
        sa.select(SupplierSku)
        .where(SupplierSku.sku_id == sku_id)
        .order_by(SupplierSku.supplier_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    found = next((t for t in every if t.supplier_id == supplier_id), None)
    has_other_main = any(t.is_main and t is not found for t in every)
    wanted = {**values, "is_main": bool(values["is_main"]) or not has_other_main}
    if found is not None and all(getattr(found, k) == v for k, v in wanted.items()):
        return False
    if wanted["is_main"]:
        for other in every:
            other.is_main = other is found and other.is_main
        session.flush()  # one main supplier at a time, in the database too
    if found is None:
        session.add(SupplierSku(supplier_id=supplier_id, sku_id=sku_id, **wanted))
    else:
        for name, value in wanted.items():
            setattr(found, name, value)
    session.flush()
    return True


def _require_main(session: Session, sku_id: int) -> None:
    """Make the oldest supplier left the one the SKU is bought of, if none is."""
    left = session.scalars(
        sa.select(SupplierSku).where(SupplierSku.sku_id == sku_id).order_by(SupplierSku.supplier_id)
    ).all()
    if left and not any(terms.is_main for terms in left):
        left[0].is_main = True
        session.flush()
