"""Hands at the dock: suppliers, orders and receipts made as people make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from tests.builders import Goods, World
from warehouse.catalog.models import Sku
from warehouse.commands import Outcome
from warehouse.receiving.commands.booking import BookReceipt, book_receipt
from warehouse.receiving.commands.correcting import CorrectReceipt, correct_receipt
from warehouse.receiving.commands.counting import CountGoods, count_goods
from warehouse.receiving.commands.finishing import FinishCount, finish_count
from warehouse.receiving.commands.purchases import MakePurchase, Wanted, make_purchase
from warehouse.receiving.commands.receipts import (
    StartBlind,
    StartReceipt,
    start_blind,
    start_receipt,
)
from warehouse.receiving.commands.suppliers import SaveSupplier, save_supplier
from warehouse.receiving.models import PurchaseLine, PurchaseOrder, Receipt, ReceiptLine

NEXT_YEAR = date(2027, 3, 31)  # the clock of a World stands in March 2026


@dataclass
class Dock:
    """A world with one supplier."""

    world: World

    def supplier(self, code: str = "YZ", **facts: Any) -> int:
        found = self.world.do(save_supplier, SaveSupplier, code=code, name=f"{code} Knit", **facts)
        assert found.subject_id is not None
        return found.subject_id

    def tracked(self, code: str, **flags: bool) -> Goods:
        goods = self.world.sku(code)
        with self.world.database.transaction() as session:
            session.execute(sa.update(Sku).where(Sku.id == goods.id).values(**flags))
        return goods

    def order(self, wanted: Mapping[Goods, int], **facts: Any) -> PurchaseOrder:
        """Make an order that is on its way."""
        given: dict[str, Any] = {"supplier": "YZ", "is_ordered": True, **facts}
        lines = tuple(
            Wanted(sku_code=goods.code, pieces=pieces, price_fen=1250)
            for goods, pieces in wanted.items()
        )
        outcome = self.world.do(make_purchase, MakePurchase, lines=lines, **given)
        order: PurchaseOrder = self.world.get(PurchaseOrder, outcome.subject_id)
        return order

    def start(self, code: str, *, by: str = "lei") -> int:
        outcome = self.world.do(start_receipt, StartReceipt, by=by, barcode=code)
        assert outcome.subject_id is not None
        return outcome.subject_id

    def blind(self, *, by: str = "lei") -> int:
        outcome = self.world.do(start_blind, StartBlind, by=by, supplier="YZ")
        assert outcome.subject_id is not None
        return outcome.subject_id

    def count(
        self, receipt_id: int, goods: Goods, pieces: int = 1, *, by: str = "lei", **told: Any
    ) -> Outcome:
        return self.world.do(
            count_goods, CountGoods, by=by, receipt_id=receipt_id, barcode=goods.barcode,
            pieces=pieces, **told,
        )  # fmt: skip

    def finish(self, receipt_id: int, *, by: str = "lei") -> Outcome:
        return self.world.do(finish_count, FinishCount, by=by, receipt_id=receipt_id)

    def book(self, receipt_id: int, *, by: str = "mei") -> Outcome:
        return self.world.do(book_receipt, BookReceipt, by=by, receipt_id=receipt_id)

    def corrected(self, **given: Any) -> Outcome:
        """Write a correction and have somebody else confirm it; return how it was written."""
        written = self.world.do(correct_receipt, CorrectReceipt, by="lei", **given)
        assert written.subject_id is not None
        self.book(written.subject_id)
        return written

    def booked(self, sound: Mapping[Goods, int], **told: Any) -> int:
        """Take goods in without papers, all the way."""
        receipt_id = self.blind()
        for goods, pieces in sound.items():
            self.count(receipt_id, goods, pieces, **told)
        self.finish(receipt_id)
        self.book(receipt_id)
        return receipt_id

    def receipt(self, receipt_id: int) -> Receipt:
        found: Receipt = self.world.get(Receipt, receipt_id)
        return found

    def lines(self, receipt_id: int) -> dict[int, tuple[int | None, int, int]]:
        """Return SKU id → (announced, sound, faulty)."""
        found = self.world.all(ReceiptLine, receipt_id=receipt_id)
        return {line.sku_id: (line.announced, line.sound, line.faulty) for line in found}

    def received(self, order: PurchaseOrder) -> tuple[str, list[int]]:
        """Return the state of the order and the pieces received of each line."""
        lines = self.world.all(PurchaseLine, purchase_order_id=order.id)
        return self.world.state(PurchaseOrder, order.id), [line.received for line in lines]
