"""The proof of the ledger finds what was changed by hand, beside the ledger and its guards."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.builders import Goods, Stage, World
from tests.stocking import PutStock, put_stock
from tests.tracked import by_lot, by_piece, put
from warehouse.catalog.models import Bin
from warehouse.inventory import ledger
from warehouse.inventory.models import Allocation, MoveReason, Serial
from warehouse.inventory.proof import Difference, differences

_OF_MILK = "(SELECT id FROM consignment_line WHERE sku_id = {milk})"
_S3 = "serial_id = {s3}"
DAMAGE = {
    "a promise goes to a line of other goods": (
        "UPDATE allocation SET consignment_line_id ="
        " (SELECT min(id) FROM consignment_line WHERE sku_id = {tee}) WHERE sku_id = {milk}",
        [("promise_line", "A-1", "MILK", 3, 0, "#{milk_promise}"),
         ("promise_line", "A-1", "MILK", 3, 0, "#{milk_promise}"),
         ("line_promises", "A-1", "MILK", 5, 2, "#{milk_promise}")],
    ),
    "a promise goes to another order's line of the same goods": (
        "UPDATE allocation SET consignment_line_id ="
        " (SELECT max(id) FROM consignment_line) WHERE id = {first_promise}",
        [("promise_line", "A-1", "TEE", 2, 0, "#{first_promise}"),
         ("line_promises", "A-1", "TEE", 3, 1, "#{last_promise}")],
    ),
    "a promise of which pieces were taken goes to another order's line": (
        "UPDATE allocation SET consignment_line_id = (SELECT min(id) FROM consignment_line WHERE"
        " sku_id = {tee}) WHERE id = {last_promise};"
        "UPDATE pick_task SET consignment_line_id = (SELECT min(id) FROM consignment_line WHERE"
        " sku_id = {tee}) WHERE allocation_id = {last_promise}",
        [("promise_moves", "A-1", "TEE", 1, 0, "#{last_promise}"),
         ("line_promises", "A-1", "TEE", 3, 2, "#{last_promise}")],
    ),
    "a line wants fewer pieces than are promised to it": (
        f"UPDATE consignment_line SET pieces = 1 WHERE id = {_OF_MILK}",
        [("line_promises", "A-1", "MILK", 3, 1, "#{milk_promise}")],
    ),
    "a move has one serial number too many": (
        "INSERT INTO move_serial (move_id, serial_id)"
        " SELECT min(move_id), {s3} FROM move_serial WHERE serial_id <> {s3}",
        [("move_serials", "A-1", "CAM", 3, 2, "S1"), ("serial_way", "OPENING", "CAM", 1, 0, "S3")],
    ),
    "the first move of a serial number is forgotten": (
        f"DELETE FROM move_serial WHERE {_S3} AND move_id ="
        f" (SELECT min(move_id) FROM move_serial WHERE {_S3})",
        [("serial_way", "A-2", "CAM", 1, 0, "S3")],
    ),
    "a middle move of a serial number is forgotten": (
        f"DELETE FROM move_serial WHERE {_S3} AND move_id ="
        f" (SELECT max(move_id) - 1 FROM move_serial WHERE {_S3})",
        [("serial_way", "A-1", "CAM", 1, 0, "S3")],
    ),
}  # fmt: skip


def _unguarded(session: Session) -> None:
    """Switch off, for this transaction, what keeps such damage from being done."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        return
    session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
    triggers = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for name in session.scalars(triggers).all():
        session.execute(sa.text(f'DROP TRIGGER "{name}"'))


def _carry(world: World, goods: Goods, serial: str, *way: str) -> None:
    """Move one known piece from bin to bin."""
    for source, target in pairwise(way):
        posting = ledger.Posting(
            sku_id=goods.id, from_bin_id=world.one(Bin, code=source).id, pieces=1,
            to_bin_id=world.one(Bin, code=target).id, reason=MoveReason.TRANSFER,
            serials=(serial,),
        )  # fmt: skip
        world.do(put_stock, PutStock, postings=(posting,))


@pytest.fixture
def house(world: World) -> dict[str, int]:
    """Goods of each kind on shelves, two orders promised, a piece of the second picked; by ids."""
    world.site()
    tee, milk, cam = world.sku("TEE"), by_lot(world, "MILK"), by_piece(world, "CAM")
    world.stock(tee, "A-1", 9)
    put(world, milk, "A-1", 5, lot="L1", day=date(2027, 1, 1))
    put(world, cam, "A-1", serials=("S1", "S2"))
    put(world, cam, "A-2", serials=("S3",))
    _carry(world, cam, "S3", "A-2", "A-1", "A-2")
    world.bring(Stage.TOTE_BOUND, work=world.released({milk: 3, tee: 2}))
    other = world.bring(Stage.TOTE_BOUND, work=world.released({tee: 2}))
    world.pick(world.open_tasks(other.wave_id)[0], 1)
    first, last = world.all(Allocation, sku_id=tee.id)
    return {
        "tee": tee.id,
        "milk": milk.id,
        "s3": world.one(Serial, code="S3").id,
        "milk_promise": world.one(Allocation, sku_id=milk.id).id,
        "first_promise": first.id,
        "last_promise": last.id,
    }


def _told(found: Difference) -> tuple[str, str, str, int, int, str]:
    return found.kind.value, found.bin, found.sku, found.kept, found.computed, found.subject


@pytest.mark.parametrize("what", DAMAGE)
def test_what_was_done_by_hand_is_found(world: World, house: dict[str, int], what: str):
    assert world.differences() == []
    statements, expected = DAMAGE[what]
    with world.database.reading() as session:
        _unguarded(session)
        for sql in statements.format(**house).split(";"):
            assert session.execute(sa.text(sql)).rowcount == 1
        found = [_told(one) for one in differences(session)]
    assert found == [(*facts, subject.format(**house)) for *facts, subject in expected]
