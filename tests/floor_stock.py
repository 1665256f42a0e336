"""Stock on a floor, and what people do with it: for the machine that runs the whole floor.

Goods come in by receipts, sound and faulty, which are corrected; they are put away, moved,
corrected, thrown away, put into quarantine and freed, and counted, by the commands people use.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from tests.builders import Goods, World
from tests.counts import GRACE, Count, opened
from tests.dock import Dock
from tests.floor_book import ASIDE, DOCK, QUARANTINE, Book, Key, Receipt
from tests.machines import Walk
from tests.tracked import by_lot, by_piece
from warehouse.catalog.models import Bin
from warehouse.commands import Command, Outcome, execute, new_id
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.counting.models import CountBin
from warehouse.placing.models import Why
from warehouse.receiving.booked import booked_of
from warehouse.receiving.commands.correcting import RightNumber
from warehouse.receiving.models import Fault
from warehouse.storing.commands.moves import (
    AdjustStock,
    FreeStock,
    MovePieces,
    QuarantineStock,
    ScrapStock,
    Taken,
    adjust_stock,
    free_stock,
    move_pieces,
    quarantine_stock,
    scrap_stock,
)

LOTS = {"EARLY": date(2027, 6, 1), "LATE": date(2027, 9, 1)}
KINDS = ("plain", "lot", "piece")


class Hands(World):
    """A world that keeps what was sent, to send it again."""

    def do(self, handler: Any, kind: type[Command], /, **given: Any) -> Outcome:
        command = self.command(kind, **given)
        outcome = execute(self.database, handler, command)
        self.sent.append((command, outcome))
        return outcome

    @property
    def sent(self) -> list[tuple[Command, Outcome]]:
        found: list[tuple[Command, Outcome]] = self.__dict__.setdefault("_sent", [])
        return found


def not_again(_session: Any, _command: Command) -> Outcome:
    raise AssertionError("a command that was sent again was run again")


class StockMachine(Walk):
    """SKUs, shelves and totes are made anew for each run, so that runs share one database."""

    world: Hands

    def make_stock(self) -> None:
        self.book = Book()
        self.world.sent.clear()
        self.mark = new_id()[:8].upper()
        goods = (
            self.world.sku(f"TEE-{self.mark}"),
            by_lot(self.world, f"MILK-{self.mark}", is_expiry_tracked=True),
            by_piece(self.world, f"CAM-{self.mark}"),
        )
        self.goods: dict[str, Goods] = dict(zip(KINDS, goods, strict=True))
        self.kinds = {each.code: kind for kind, each in self.goods.items()}
        self.shelves = [f"A{self.mark}-{n}" for n in range(2)]  # always sorted alike
        for n, code in enumerate(self.shelves):
            self.world.bin(code, walk_order=n)
        self.receipts: list[Receipt] = []
        self.numbers = 0
        self.dock = Dock(self.world)
        for n, shelf in enumerate(self.shelves):
            for kind, lot in (("plain", ""), ("lot", sorted(LOTS)[n]), ("piece", "")):
                self.stock(shelf, kind, lot, 3 if kind == "piece" else 12)

    def stock(self, shelf: str, kind: str, lot: str, pieces: int) -> None:
        """Begin with pieces on a shelf, from the dock."""
        self.take_in(kind, lot, pieces)
        key = self.key(DOCK, kind, lot)
        serials = tuple(self.book.pieces_in(DOCK)) if kind == "piece" else ()
        self.send_away(move_pieces, MovePieces, key, shelf, pieces, serials, to=shelf)

    # Choosing

    def key(self, place: str, kind: str, lot: str) -> Key:
        return (place, self.goods[kind].code, lot if kind == "lot" else "")

    def is_known(self, key: Key) -> bool:
        """Whether the goods are known piece by piece."""
        return self.kinds[key[1]] == "piece"

    def some_of(self, data: st.DataObject, *places: str) -> tuple[Key, int, tuple[str, ...]]:
        """Draw free goods in these bins: what, how many, and their numbers."""
        key = data.draw(st.sampled_from(self.book.free_in(*places)))
        pieces = data.draw(st.integers(1, min(4, self.book.free(key))))
        return key, pieces, self.numbered(data, key, pieces)

    def numbered(self, data: st.DataObject, key: Key, pieces: int) -> tuple[str, ...]:
        if not self.is_known(key):
            return ()
        return tuple(data.draw(st.permutations(self.book.pieces_in(key[0])))[:pieces])

    def send_away(
        self, handler: Any, command: type[Command], key: Key, target: str, pieces: int,
        serials: tuple[str, ...], **given: Any,
    ) -> None:  # fmt: skip
        """Take pieces out of a bin by a command that says which; "" is out of the house."""
        taken = Taken(bin=key[0], sku=key[1], pieces=pieces, lot=key[2], serials=serials)
        self.world.do(handler, command, taken=taken, **given)
        self.book.shift(key, target, pieces, serials)
        self.receipts = [r for r in self.receipts if key not in r.keys]

    def a_shelf(self, data: st.DataObject, *, but: str = "") -> str:
        return data.draw(st.sampled_from([code for code in self.shelves if code != but]))

    # At the dock

    def receive(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(KINDS))
        pieces = data.draw(st.integers(1, 3 if kind == "piece" else 9))
        faulty = data.draw(st.integers(0, 2))
        self.take_in(kind, data.draw(st.sampled_from(sorted(LOTS))), pieces, faulty)

    def take_in(self, kind: str, lot: str, pieces: int, faulty: int = 0) -> None:
        receipt_id, goods = self.dock.blind(), self.goods[kind]
        keys = self.key(DOCK, kind, lot), self.key(QUARANTINE, kind, lot)
        told: dict[str, Any] = {"lot": lot, "best_before": LOTS[lot]} if kind == "lot" else {}
        for key, many, fault in zip(keys, (pieces, faulty), (None, Fault.STAINED), strict=True):
            if kind == "piece":
                for _ in range(many):
                    self.numbers += 1
                    serial = f"N{self.mark}{self.numbers}"
                    self.dock.count(receipt_id, goods, fault=fault, serial=serial)
                    self.book.pieces[serial] = key[0]
            elif many:
                self.dock.count(receipt_id, goods, many, fault=fault, **told)
            self.book.stands[key] += many
        self.dock.finish(receipt_id)
        self.dock.book(receipt_id)
        if kind != "piece":
            self.receipts.append(Receipt(receipt_id, keys, [pieces, faulty]))

    def correct(self, data: st.DataObject) -> None:
        """Say that other numbers came, while all of them stand where they were booked."""
        if not self.receipts:
            self.take_in("plain", "", 3)
        receipt = data.draw(st.sampled_from(self.receipts))
        right = [data.draw(st.integers(0, pieces + 2)) for pieces in receipt.pieces]
        if right == receipt.pieces:
            right[0] += 1
        with self.world.database.reading() as session:
            booked = {one.is_faulty: one.key for one in booked_of(session, receipt.id)}
        lines = tuple(RightNumber(key=booked[bool(n)], pieces=right[n]) for n in range(2))
        self.dock.corrected(receipt_id=receipt.id, reason="miscounted", lines=lines)
        for key, pieces, was in zip(receipt.keys, right, receipt.pieces, strict=True):
            self.book.stands[key] += pieces - was
        receipt.pieces = right

    # At the desk

    def move(self, data: st.DataObject) -> None:
        key, pieces, serials = self.some_of(data, *self.shelves, DOCK, ASIDE)
        to = self.a_shelf(data, but=key[0])
        self.send_away(move_pieces, MovePieces, key, to, pieces, serials, to=to)

    def scrap(self, data: st.DataObject) -> None:
        gone = self.some_of(data, *self.shelves)
        self.send_away(scrap_stock, ScrapStock, gone[0], "", *gone[1:], why=Why.DAMAGED)

    def lose(self, data: st.DataObject) -> None:
        gone = self.some_of(data, *self.shelves)
        given = {"why": Why.LOST, "is_more": False}
        self.send_away(adjust_stock, AdjustStock, gone[0], "", *gone[1:], **given)

    def to_quarantine(self, data: st.DataObject) -> None:
        gone = self.some_of(data, *self.shelves)
        given = {"why": Why.STAINED}
        self.send_away(quarantine_stock, QuarantineStock, gone[0], QUARANTINE, *gone[1:], **given)

    def free(self, data: st.DataObject) -> None:
        """Take pieces out of quarantine again."""
        gone, to = self.some_of(data, QUARANTINE), self.a_shelf(data)
        self.send_away(free_stock, FreeStock, gone[0], to, *gone[1:], to=to, why=Why.IN_ORDER)

    def find(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(("plain", "lot")))
        key = self.key(self.a_shelf(data), kind, data.draw(st.sampled_from(sorted(LOTS))))
        pieces = data.draw(st.integers(1, 4))
        taken = Taken(bin=key[0], sku=key[1], pieces=pieces, lot=key[2])
        self.world.do(
            adjust_stock, AdjustStock, taken=taken, is_more=True, why=Why.FOUND,
            best_before=LOTS.get(key[2]),
        )  # fmt: skip
        self.book.stands[key] += pieces

    # Counting

    def count(self, data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(KINDS))
        lot = data.draw(st.sampled_from(sorted(LOTS)))
        self.count_shelf(data, self.key(self.a_shelf(data), kind, lot))

    def count_shelf(self, data: st.DataObject, wrong: Key) -> None:
        """Count a bin where other pieces stand than the book says of one of the goods."""
        place = wrong[0]
        most = 0 if self.is_known(wrong) else 2  # an unknown number is another question
        off = data.draw(st.integers(max(-2, -self.book.free(wrong)), most))
        lost = self.numbered(data, wrong, -off) if off < 0 else ()
        count = self.asked_for(place) or opened(self.world, place)
        self.world.now += GRACE
        take_id = count.take(place)
        for kind in KINDS:
            for lot in LOTS if kind == "lot" else ("",):
                key = self.key(place, kind, lot)
                self.count_one(take_id, key, self.book.stands[key] + off * (key == wrong), lost)
        count.close(take_id)
        if count.different:
            count.approve()
        count.post()
        assert count.state == "posted"
        self.book.shift(wrong, "", -off, lost)

    def asked_for(self, place: str) -> Count | None:
        """Return the count that somebody's doubt has made of a bin."""
        found = self.world.all(CountBin, bin_id=self.world.one(Bin, code=place).id, is_live=True)
        return Count(self.world, found[0].session_id) if found else None

    def count_one(self, take_id: int, key: Key, found: int, lost: tuple[str, ...]) -> None:
        barcode = self.goods[self.kinds[key[1]]].barcode
        scan = {"by": "ann", "take_id": take_id, "barcode": barcode}
        if self.is_known(key):
            for serial in self.book.pieces_in(key[0]):
                if serial not in lost:
                    self.world.do(count_goods, CountGoods, serial=serial, **scan)
        elif found:
            said = {"lot": key[2], "best_before": LOTS[key[2]]} if key[2] else {}
            self.world.do(count_goods, CountGoods, pieces=found, **said, **scan)

    def send_again(self, data: st.DataObject) -> None:
        command, outcome = data.draw(st.sampled_from(self.world.sent[-40:]))
        again = execute(self.world.database, not_again, command)
        assert (again, again.is_replayed) == (outcome, True)
