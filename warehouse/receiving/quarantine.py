"""What stands in quarantine, and whose it probably is: the goods an exchange is chosen from."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.inventory.models import Lot, LotBalance, Serial, StockBalance
from warehouse.receiving.accounts import Exchange, ExchangeLine, ExchangeState
from warehouse.receiving.models import Fault, Receipt, ReceiptCount, ReceiptState


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Free pieces of one SKU, lot and number in one quarantine bin."""

    bin_id: int
    bin_code: str
    sku_id: int
    code: str
    name: str
    properties: str
    pieces: int
    lot_id: int | None = None
    lot_code: str = ""
    best_before: date | None = None
    serial: str = ""

    @property
    def key(self) -> str:
        """What names it in a form."""
        return key_of(self.bin_id, self.sku_id, self.lot_id, self.serial)


def key_of(bin_id: int, sku_id: int, lot_id: int | None, serial: str) -> str:
    """Return the name of goods in quarantine in forms and commands."""
    return f"{bin_id}:{sku_id}:{lot_id or ''}:{serial}"


def standing(session: Session) -> list[Standing]:
    """Return what is free in quarantine, by SKU and bin; known pieces one by one."""
    rows = session.execute(
        sa.select(
            Bin.id.label("bin_id"), Bin.code.label("bin_code"), Sku.id.label("sku_id"), Sku.code,
            Sku.name, Sku.properties, Sku.is_serial_tracked, Sku.is_lot_tracked,
            (StockBalance.on_hand - StockBalance.reserved).label("pieces"),
        )
        .join(StockBalance, StockBalance.bin_id == Bin.id)
        .join(Sku, Sku.id == StockBalance.sku_id)
        .where(Bin.kind == BinKind.QUARANTINE, StockBalance.on_hand > StockBalance.reserved)
        .order_by(Sku.code, Bin.code)
    ).all()  # fmt: skip
    lots, serials = _lots(session), _serials(session)
    found: list[Standing] = []
    for row in rows:
        plain = Standing(
            bin_id=row.bin_id, bin_code=row.bin_code, sku_id=row.sku_id, code=row.code,
            name=row.name, properties=row.properties, pieces=row.pieces,
        )  # fmt: skip
        place = (row.bin_id, row.sku_id)
        if row.is_serial_tracked:
            found += [_with(plain, 1, *known) for known in serials[place]]
        elif row.is_lot_tracked:
            found += [_with(plain, pieces, lot, "") for lot, pieces in lots[place]]
        else:
            found.append(plain)
    return found


def on_lists(session: Session) -> dict[str, int]:
    """Return key → pieces that stand on lists which have not left yet."""
    rows = session.execute(
        sa.select(
            ExchangeLine.bin_id, ExchangeLine.sku_id, ExchangeLine.lot_id, ExchangeLine.serials,
            ExchangeLine.pieces,
        )
        .join(Exchange, Exchange.id == ExchangeLine.exchange_id)
        .where(Exchange.state == ExchangeState.DRAFT)
    )  # fmt: skip
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        found[key_of(row.bin_id, row.sku_id, row.lot_id, row.serials)] += row.pieces
    return found


def faults_by_supplier(session: Session, supplier_id: int) -> dict[int, dict[Fault, int]]:
    """Return SKU id → fault → pieces that came in faulty from this supplier."""
    rows = session.execute(
        sa.select(ReceiptCount.sku_id, ReceiptCount.fault, sa.func.sum(ReceiptCount.pieces))
        .join(Receipt, Receipt.id == ReceiptCount.receipt_id)
        .where(
            Receipt.supplier_id == supplier_id,
            Receipt.state == ReceiptState.BOOKED,
            ReceiptCount.fault.is_not(None),
            ReceiptCount.undone_at.is_(None),
        )
        .group_by(ReceiptCount.sku_id, ReceiptCount.fault)
    )
    found: dict[int, dict[Fault, int]] = defaultdict(dict)
    for sku_id, fault, pieces in rows:
        if fault is not None and pieces > 0:
            found[sku_id][fault] = int(pieces)
    return found


def bought_of(session: Session, supplier_id: int) -> set[int]:
    """Return the SKUs that ever came in from this supplier."""
    return set(
        session.scalars(
            sa.select(ReceiptCount.sku_id)
            .join(Receipt, Receipt.id == ReceiptCount.receipt_id)
            .where(Receipt.supplier_id == supplier_id, Receipt.state == ReceiptState.BOOKED)
            .distinct()
        )
    )


_LotFacts = tuple[int, str, date | None]


def _lots(session: Session) -> dict[tuple[int, int], list[tuple[_LotFacts, int]]]:
    found: dict[tuple[int, int], list[tuple[_LotFacts, int]]] = defaultdict(list)
    rows = session.execute(
        sa.select(
            LotBalance.bin_id, Lot.sku_id, Lot.id, Lot.code, Lot.best_before,
            LotBalance.on_hand - LotBalance.reserved,
        )
        .join(Lot, Lot.id == LotBalance.lot_id)
        .join(Bin, Bin.id == LotBalance.bin_id)
        .where(Bin.kind == BinKind.QUARANTINE, LotBalance.on_hand > LotBalance.reserved)
        .order_by(Lot.code)
    )  # fmt: skip
    for bin_id, sku_id, lot_id, code, best_before, pieces in rows:
        found[bin_id, sku_id].append(((lot_id, code, best_before), pieces))
    return found


def _serials(
    session: Session,
) -> dict[tuple[int, int], list[tuple[_LotFacts | None, str]]]:
    found: dict[tuple[int, int], list[tuple[_LotFacts | None, str]]] = defaultdict(list)
    rows = session.execute(
        sa.select(
            Serial.bin_id, Serial.sku_id, Serial.code, Lot.id, Lot.code.label("lot"),
            Lot.best_before,
        )
        .join(Bin, Bin.id == Serial.bin_id)
        .outerjoin(Lot, Lot.id == Serial.lot_id)
        .where(Bin.kind == BinKind.QUARANTINE)
        .order_by(Serial.code)
    )  # fmt: skip
    for bin_id, sku_id, code, lot_id, lot, best_before in rows:
        facts = None if lot_id is None else (lot_id, lot, best_before)
        found[bin_id, sku_id].append((facts, code))
    return found


def _with(plain: Standing, pieces: int, lot: _LotFacts | None, serial: str) -> Standing:
    lot_id, lot_code, best_before = lot or (None, "", None)
    return Standing(
        bin_id=plain.bin_id, bin_code=plain.bin_code, sku_id=plain.sku_id, code=plain.code,
        name=plain.name, properties=plain.properties, pieces=pieces, lot_id=lot_id,
        lot_code=lot_code, best_before=best_before, serial=serial,
    )  # fmt: skip
