"""What the database itself refuses of stock, whoever writes: asked in plain SQL."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.builders import Stage, World
from tests.commands.test_ledger import Shelf
from tests.stations import STEPS
from tests.tracked import by_lot, by_piece, put
from tests.waiting import until
from warehouse.commands import Command, Outcome, execute
from warehouse.inventory import ledger
from warehouse.inventory.models import Allocation, Lot
from warehouse.storing.sources import TAKEN_FROM, bin_named
from warehouse.text import say

SOON, LATER = date(2027, 1, 1), date(2028, 1, 1)
DONE = Outcome(screen="test", message=say("Done."))


@dataclass(frozen=True)
class Promised:
    """Five of lot L1 and five of L2 in A-1, three of L1 promised; pieces S1, S2 in A-2."""

    world: World
    facts: dict[str, int]

    def run(self, sql: str) -> None:
        with self.world.database.transaction() as session:
            session.execute(sa.text(sql.format(**self.facts)))

    def refused(self, sql: str, rule: str) -> None:
        with self.world.nothing_written(), pytest.raises(IntegrityError, match=rule):
            self.run(sql)


@pytest.fixture
def promised(world: World) -> Promised:
    world.site()
    goods, camera = by_lot(world), by_piece(world)
    put(world, goods, "A-1", 5, lot="L1", day=SOON)
    put(world, goods, "A-1", 5, lot="L2", day=LATER)
    put(world, camera, "A-2", serials=("S1", "S2"))
    STEPS[Stage.WAVED](world, world.released({goods: 3}))
    promise = world.one(Allocation)
    lots = {lot.code: lot.id for lot in world.all(Lot)}
    assert promise.lot_id == lots["L1"]
    return Promised(
        world,
        {"here": promise.bin_id, "there": world.bin("B-1"), "sku": goods.id, "other": camera.id,
         "l1": lots["L1"], "l2": lots["L2"]},
    )  # fmt: skip


HERE = "WHERE bin_id = {here} AND sku_id = {sku}"
OF_LOT = "WHERE bin_id = {here} AND lot_id = {l1}"
ANOTHER = (
    "INSERT INTO allocation (consignment_line_id, bin_id, sku_id, lot_id, pieces, picked, released)"
    " SELECT consignment_line_id, bin_id, sku_id, {lot}, 1, 0, 0 FROM allocation"
)
UNRESERVED = (
    ANOTHER.replace("{lot}", "NULL"),
    ANOTHER.replace("{lot}", "{l1}"),
    "UPDATE allocation SET pieces = pieces + 1",
    "UPDATE allocation SET bin_id = {there}",
    "UPDATE allocation SET sku_id = {other}",
    "UPDATE allocation SET lot_id = {l2}",
    f"UPDATE stock_balance SET reserved = reserved - 1 {HERE}",
    f"UPDATE stock_balance SET on_hand = 0, reserved = 0 {HERE}",
    f"UPDATE stock_balance SET bin_id = {{there}} {HERE}",
    f"DELETE FROM stock_balance {HERE}",
    f"UPDATE lot_balance SET reserved = 2 {OF_LOT}",
    f"UPDATE lot_balance SET bin_id = {{there}} {OF_LOT}",
    f"DELETE FROM lot_balance {OF_LOT}",
)
OUTSIDE = "a balance is virtual where its bin is not"
SENSELESS = {
    f"UPDATE stock_balance SET on_hand = 2 {HERE}": "covered",
    f"UPDATE stock_balance SET reserved = 11 {HERE}": "covered",
    f"UPDATE lot_balance SET on_hand = 2 {OF_LOT}": "covered",
    f"UPDATE lot_balance SET reserved = 6 {OF_LOT}": "covered",
    "UPDATE lot_balance SET on_hand = -1 WHERE bin_id = {here} AND lot_id = {l2}": "covered",
    "UPDATE lot_balance SET reserved = -1 WHERE lot_id = {l2} AND on_hand > 0":
        "reserved_not_negative",
    "UPDATE stock_balance SET reserved = -1 WHERE sku_id = {other} AND on_hand > 0":
        "reserved_not_negative",
    "INSERT INTO serial (sku_id, code, bin_id) SELECT sku_id, code, {there} FROM serial":
        "(?i)unique",
    "UPDATE serial SET code = 'S1'": "(?i)unique",
    "UPDATE serial SET bin_id = NULL": "(?i)not.null",
}  # fmt: skip


def test_the_database_lets_no_promise_stand_that_is_not_reserved(promised: Promised):
    for sql in UNRESERVED:
        promised.refused(sql, "more is promised than reserved")


def test_nor_a_bin_below_zero_nor_one_piece_in_two_places(promised: Promised):
    for sql, rule in SENSELESS.items():
        promised.refused(sql, rule)


def test_nor_a_shelf_that_may_go_below_zero_as_the_outside_may(promised: Promised):
    fresh = "INSERT INTO {table} (bin_id, {key}, on_hand, reserved, is_virtual{more}) VALUES"
    for table, key, more in (("stock_balance", "sku_id", ", changes, is_in_work"),
                             ("lot_balance", "lot_id", "")):  # fmt: skip
        flag = f"UPDATE {table} SET is_virtual = true WHERE reserved = 0 AND on_hand > 0"
        promised.refused(flag, OUTSIDE)
        insert = fresh.format(table=table, key=key, more=more)
        what = {"sku_id": "{sku}", "lot_id": "{l2}"}[key]
        rest = ", 0, false" if more else ""
        if not promised.world.database.is_sqlite:
            promised.refused(f"{insert} ({{there}}, {what}, -1, 0, true{rest})", OUTSIDE)
        into = f"UPDATE {table} SET bin_id = {{there}} WHERE is_virtual AND {key} = {what}"
        promised.refused(into, OUTSIDE)
    for kind in ("supplier", "courier"):
        promised.refused(f"UPDATE bin SET kind = '{kind}' WHERE id = {{here}}", OUTSIDE)
    promised.refused("UPDATE bin SET kind = 'shelf' WHERE kind = 'opening'", OUTSIDE)
    promised.run("UPDATE bin SET kind = 'reserve' WHERE id = {there}")
    promised.run("UPDATE bin SET kind = 'scrap' WHERE id = {there}")  # nothing ever stood there


def test_what_is_reserved_may_be_promised_again_and_no_more(promised: Promised):
    steps = (
        (f"UPDATE stock_balance SET reserved = 4 {HERE}", True),
        ("UPDATE allocation SET pieces = pieces + 1", False),
        (f"UPDATE lot_balance SET reserved = 4 {OF_LOT}", True),
        ("UPDATE allocation SET pieces = pieces + 1", True),
        (f"UPDATE stock_balance SET reserved = 3 {HERE}", False),
        ("UPDATE allocation SET picked = 2", True),
        (f"UPDATE stock_balance SET reserved = 2 {HERE}", True),
        (f"UPDATE lot_balance SET reserved = 1 {OF_LOT}", False),
        ("UPDATE allocation SET picked = 1", False),
        ("UPDATE allocation SET released = 2", True),
        (f"DELETE FROM stock_balance {HERE}", True),
        (f"DELETE FROM lot_balance {OF_LOT}", True),
    )
    with promised.world.database.reading() as session:
        for sql, is_let in steps:
            try:
                with session.begin_nested():
                    session.execute(sa.text(sql.format(**promised.facts)))
                was_let = True
            except IntegrityError:
                was_let = False
            assert (sql, was_let) == (sql, is_let)


def test_of_two_who_promise_the_last_reserved_piece_at_once_one_is_refused(promised: Promised):
    promised.run(f"UPDATE stock_balance SET reserved = 4 {HERE}")
    promised.run("UPDATE consignment_line SET pieces = 4")
    sql = sa.text(ANOTHER.replace("{lot}", "NULL").format(**promised.facts) + " LIMIT 1")

    def promise(session, command: Command) -> Outcome:
        session.execute(sql)
        return DONE

    world = promised.world
    acts = [(promise, world.command(Command, by=by)) for by in ("picker", "other")]
    assert isinstance(world.overlap(*acts), IntegrityError)
    assert len(world.all(Allocation)) == 2


def test_pieces_are_promised_while_somebody_holds_their_bin(world: World):
    """Who holds a bin goes on to its balances: who has these must not have to wait for the bin."""
    if world.database.is_sqlite:
        pytest.skip("one writer at a time")
    shelf = Shelf(world)
    promise = ledger.Promise(
        consignment_line_id=shelf.line_id, bin_id=shelf.a, sku_id=shelf.tee.id, pieces=1
    )
    ended: list[Outcome | Exception] = []

    def reserve(session, command: Command) -> Outcome:
        ledger.reserve(session, [promise])
        return DONE

    def run() -> None:
        try:
            ended.append(execute(world.database, reserve, world.command(Command)))
        except Exception as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    with world.database.transaction() as session:
        bin_named(session, "A-01", TAKEN_FROM)
        thread.start()
        assert until(lambda: bool(ended))
    thread.join()
    assert ended == [DONE]
    assert shelf.balances()[0] == (10, 1, 9)
