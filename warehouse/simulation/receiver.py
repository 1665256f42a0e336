"""The dock of the day: deliveries are counted, confirmed by a second person, and put away."""

from __future__ import annotations

from collections.abc import Generator

import sqlalchemy as sa

from warehouse.catalog.models import Bin, BinKind
from warehouse.errors import SamePerson
from warehouse.placing.models import Why
from warehouse.receiving.commands.booking import BookReceipt, book_receipt
from warehouse.receiving.commands.counting import CountGoods, count_goods
from warehouse.receiving.commands.finishing import FinishCount, finish_count
from warehouse.receiving.commands.receipts import StartBlind, start_blind
from warehouse.receiving.commands.suppliers import SaveSupplier, save_supplier
from warehouse.simulation.day import Day, Work
from warehouse.simulation.tablet import Tablet, scanned
from warehouse.storing.commands.hand import SetPieces, TakeGoods, set_pieces, take_goods
from warehouse.storing.commands.place import PlaceGoods, place_goods
from warehouse.storing.models import Handling
from warehouse.storing.screens import StockScreen

SUPPLIER = "DELIVERS"
LINES = (1, 4)
PIECES = (3, 18)
PAUSE_S = 900
OWN_SHARE = 0.3  # who counted tries to confirm as well, and is refused


def receiver(day: Day, tablet: Tablet, second: Tablet, receipts: int) -> Work:
    """Take in so many deliveries, one after the other, and put each away."""
    tablet.send(save_supplier, SaveSupplier, code=supplier_code(day), name="模拟供应商")
    for _ in range(receipts):
        delivery = _delivery(day)
        receipt_id = yield from _count(day, tablet, delivery)
        yield from _confirm(day, tablet, second, receipt_id)
        for sku, pieces in delivery.items():
            day.world.places["DOCK"][sku] += pieces
        for sku, pieces in delivery.items():
            yield from _put_away(day, second, sku, pieces)
        day.tally.receipts += 1
        day.receipts_due -= 1
        yield PAUSE_S * day.stock_chance.random()


def supplier_code(day: Day) -> str:
    return f"{SUPPLIER}-{day.run_name}"


def _delivery(day: Day) -> dict[str, int]:
    chance = day.stock_chance
    skus = chance.sample(sorted(day.homes), chance.randint(*LINES))
    return {sku: chance.randint(*PIECES) for sku in skus}


def _count(day: Day, tablet: Tablet, delivery: dict[str, int]) -> Generator[float, None, int]:
    """Scan or key what the delivery holds; return the receipt."""
    started = tablet.send(start_blind, StartBlind, supplier=supplier_code(day))
    receipt_id = started.subject_id or 0
    yield 20
    for sku, pieces in delivery.items():
        keyed = day.stock_chance.randint(1, pieces)
        for part in (keyed, pieces - keyed):
            if part:
                yield 2 + part
                tablet.send(
                    count_goods, CountGoods,
                    receipt_id=receipt_id, barcode=scanned(day.barcodes[sku]), pieces=part,
                )  # fmt: skip
    tablet.send(finish_count, FinishCount, receipt_id=receipt_id)
    return receipt_id


def _confirm(day: Day, tablet: Tablet, second: Tablet, receipt_id: int) -> Work:
    """Have a second person compare the paper; the first one may not."""
    if day.stock_chance.random() < OWN_SHARE:
        tablet.refused((SamePerson,), book_receipt, BookReceipt, receipt_id=receipt_id)
        yield 5
    yield 60
    second.send(book_receipt, BookReceipt, receipt_id=receipt_id)


def _put_away(day: Day, tablet: Tablet, sku: str, pieces: int) -> Work:
    """Carry pieces from the dock to the bin that is advised, or to their old place."""
    with day.database.reading() as session:
        dock = session.scalars(sa.select(Bin.id).where(Bin.kind == BinKind.DOCK)).first()
    left = pieces
    while left:
        yield 10
        taken = tablet.send(
            take_goods, TakeGoods,
            bin_id=dock, barcode=scanned(day.barcodes[sku]), pieces=left,
        )  # fmt: skip
        handling_id = taken.subject_id or 0
        target, fits = _advice(day, handling_id, day.homes[sku], left)
        if fits < left:
            tablet.send(set_pieces, SetPieces, handling_id=handling_id, pieces=fits)
        day.world.places["DOCK"][sku] -= fits
        yield 15 + 10 * day.stock_chance.random()
        answer = tablet.send(
            place_goods, PlaceGoods, handling_id=handling_id, barcode=scanned(target)
        )
        if answer.screen == StockScreen.WHY:
            yield 3
            tablet.send(
                place_goods, PlaceGoods,
                handling_id=handling_id, barcode=scanned(target), why=Why.BETTER_PLACE,
            )  # fmt: skip
        # The scan comes first, then the hand puts the goods down.
        day.world.hands[target, sku] += fits
        yield 1 + 3 * day.stock_chance.random()
        day.world.put(sku, fits, target)
        left -= fits


def _advice(day: Day, handling_id: int, home: str, pieces: int) -> tuple[str, int]:
    """Return the bin the tablet advises and how many go in; where it knows none, the old place."""
    with day.database.reading() as session:
        code, fits = session.execute(
            sa.select(Bin.code, Handling.advised_pieces)
            .select_from(Handling)
            .outerjoin(Bin, Bin.id == Handling.advised_bin_id)
            .where(Handling.id == handling_id)
        ).one()
    return (code, min(fits, pieces)) if code and fits else (home, pieces)
