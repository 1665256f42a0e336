"""A wrong settlement of an exchange is taken back, and what came with it goes out again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.builders import World
from tests.commands.test_exchange import TODAY, faulty, sent
from tests.commands.test_supplying import bring, settle, stock
from tests.dock import NEXT_YEAR, Dock
from tests.tracked import places
from warehouse.errors import InvalidInput, RuleViolation, StaleScreen
from warehouse.inventory.models import MoveReason, Serial
from warehouse.receiving import desk as dock_desk
from warehouse.receiving.accounts import Exchange, ExchangeReturn, Settlement
from warehouse.receiving.booked import booked_of
from warehouse.receiving.commands.correcting import RightNumber
from warehouse.receiving.commands.settling import SettleExchange, settle_exchange
from warehouse.receiving.commands.taking_back import TakeBackSettlement, take_back_settlement
from warehouse.supplying.models import DayFlow, Flow


@pytest.fixture
def dock(world: World) -> Dock:
    world.site()
    dock = Dock(world)
    dock.supplier()
    return dock


class Account:
    """One line out on exchange, settled and taken back."""

    def __init__(self, dock: Dock, wanted: dict[str, int]) -> None:
        self.world = dock.world
        self.exchange_id, (line,) = sent(dock, wanted)
        self.line_id = line.id

    def settle(self, kind: Settlement, pieces: int, **more: Any) -> int:
        """Settle pieces; return the id of the entry."""
        self.world.do(
            settle_exchange, SettleExchange, exchange_id=self.exchange_id, line_id=self.line_id,
            kind=kind, pieces=pieces, **more,
        )  # fmt: skip
        return int(self.world.all(ExchangeReturn)[-1].id)

    def facts(self, return_id: int, reason: str = "a slip") -> dict[str, Any]:
        return {"exchange_id": self.exchange_id, "return_id": return_id, "reason": reason}

    def take_back(self, return_id: int) -> None:
        self.world.do(take_back_settlement, TakeBackSettlement, **self.facts(return_id))

    def refused(self, error: type[Exception], return_id: int, reason: str = "a slip") -> str:
        facts = self.facts(return_id, reason)
        return str(self.world.refused(error, take_back_settlement, TakeBackSettlement, **facts))

    @property
    def state(self) -> str:
        return self.world.state(Exchange, self.exchange_id)


def test_ten_typed_for_one_are_open_again_and_leave_the_dock(dock: Dock):
    tee = dock.world.sku("TEE")
    faulty(dock, tee, 10)
    account = Account(dock, {"TEE": 10})
    wrong = account.settle(Settlement.REPLACED, 10)
    assert (account.state, stock(dock.world, tee).standing.owed) == ("settled", 0)
    account.take_back(wrong)
    assert (account.state, stock(dock.world, tee).standing.owed) == ("out", 10)
    assert dock.world.get(Exchange, account.exchange_id).settled_at is None
    assert dock.world.standing(tee) == {}
    account.refused(StaleScreen, wrong)
    counter = dock.world.one(ExchangeReturn, takes_back_id=wrong)
    assert (counter.pieces, counter.note) == (-10, "a slip")
    account.refused(StaleScreen, counter.id)
    account.settle(Settlement.REPLACED, 1)
    assert dock.world.standing(tee) == {"DOCK": 1, "SUPPLIER": -1}
    settle(dock.world)
    assert {f.kind: f.pieces for f in dock.world.all(DayFlow)} == {
        Flow.RECEIVED: 10, Flow.SENT_BACK: -9,
    }  # fmt: skip
    assert dock.world.differences() == []


def test_a_credit_taken_back_is_owed_again_in_all_and_in_the_period_it_is_taken_back(dock: Dock):
    tee = dock.world.sku("TEE")
    faulty(dock, tee, 2)
    account = Account(dock, {"TEE": 2})
    wrong = account.settle(Settlement.CREDITED, 2, amount_fen=9000)

    def credited(day: date) -> tuple[int, int]:
        begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
        end = begin.replace(hour=23, minute=59)
        with dock.world.database.reading() as session:
            row = session.execute(dock_desk.supplier_list(begin, end, day, day)).one()
        return row.credited_fen, row.owed_fen

    assert credited(TODAY) == (9000, -9000)
    dock.world.now = dock.world.now.replace(day=TODAY.day + 1)
    account.take_back(wrong)
    assert credited(TODAY) == (9000, 0)
    assert credited(TODAY.replace(day=TODAY.day + 1)) == (-9000, 0)


def test_what_came_and_is_gone_is_not_taken_back_until_it_is_brought_there(dock: Dock):
    tee = dock.world.sku("TEE")
    dock.world.bin("A-01")
    faulty(dock, tee, 3)
    account = Account(dock, {"TEE": 3})
    wrong = account.settle(Settlement.REPLACED, 3)
    bring(dock.world, tee, "A-01", 1, source="DOCK", reason=MoveReason.PUT_AWAY)
    assert "moved on" in account.refused(RuleViolation, wrong)
    assert (account.state, dock.world.standing(tee)["DOCK"]) == ("settled", 2)
    bring(dock.world, tee, "DOCK", 1, source="A-01", reason=MoveReason.TRANSFER)
    account.take_back(wrong)
    assert account.state == "out"
    account.refused(InvalidInput, wrong, reason=" ")


def test_the_very_lot_and_pieces_go_out_again(dock: Dock):
    milk = dock.tracked("MILK", is_lot_tracked=True, is_expiry_tracked=True)
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    faulty(dock, milk, 4, lot="L1", best_before=NEXT_YEAR)
    faulty(dock, phone, 1, serial="S1")
    out = Account(dock, {"MILKL1": 4})
    wrong = out.settle(Settlement.REPLACED, 2, lot="L9", best_before=NEXT_YEAR)
    out.take_back(wrong)
    out.settle(Settlement.SENT_BACK, 4, note="their word")
    assert dock.world.standing(milk) == {"QUARANTINE": 4, "SUPPLIER": -4}
    lent = Account(dock, {"PHONES1": 1})
    wrong = lent.settle(Settlement.REPLACED, 1, serials=("S9",))
    lent.take_back(wrong)
    places = {s.code: s.bin_id for s in dock.world.all(Serial)}
    assert places["S1"] == places["S9"]
    assert dock.world.standing(phone) == {}
    credit = lent.settle(Settlement.CREDITED, 1, amount_fen=100)
    dock.booked({phone: 1}, serial="S1")
    assert "S1" in lent.refused(RuleViolation, credit)
    assert dock.world.differences() == []


def test_a_piece_that_came_after_another_was_sent_for_it_is_not_open_again(dock: Dock):
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    faulty(dock, phone, 1, serial="S1")
    account = Account(dock, {"PHONES1": 1})
    wrong = account.settle(Settlement.REPLACED, 1, serials=("S5",))
    dock.booked({phone: 1}, serial="S1")
    assert "S1 has come another way since." in account.refused(RuleViolation, wrong)
    assert places(dock.world) == {"S1": "DOCK", "S5": "DOCK"}
    assert account.state == "settled"


def test_the_very_piece_that_came_back_good_goes_out_again_and_comes_once_more(dock: Dock):
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    faulty(dock, phone, 1, serial="S1")
    account = Account(dock, {"PHONES1": 1})
    account.take_back(account.settle(Settlement.REPLACED, 1, serials=("S1",)))
    assert places(dock.world) == {"S1": "SUPPLIER"}
    credit = account.settle(Settlement.CREDITED, 1, amount_fen=100)
    dock.booked({phone: 1}, serial="S1")
    assert "S1" in account.refused(RuleViolation, credit)


def test_a_receipt_before_can_be_corrected_as_if_the_settlement_had_never_been(dock: Dock):
    tee = dock.world.sku("TEE")
    faulty(dock, tee, 3)
    account = Account(dock, {"TEE": 3})
    receipt_id = dock.booked({tee: 5})
    account.take_back(account.settle(Settlement.REPLACED, 3))
    with dock.world.database.reading() as session:
        booked = next(b for b in booked_of(session, receipt_id) if not b.is_faulty)
    dock.corrected(
        receipt_id=receipt_id, reason="x", lines=(RightNumber(key=booked.key, pieces=0),)
    )
    assert dock.world.standing(tee) == {}


def test_of_two_settled_at_one_instant_only_the_one_taken_back_goes_out(dock: Dock):
    tee = dock.world.sku("TEE")
    faulty(dock, tee, 4)
    account, at = Account(dock, {"TEE": 4}), dock.world.tick()
    wrong = account.settle(Settlement.REPLACED, 1, at=at)
    account.settle(Settlement.REPLACED, 3, at=at)
    account.take_back(wrong)
    assert dock.world.standing(tee) == {"DOCK": 3, "SUPPLIER": -3}


def test_two_desks_take_a_settlement_back_once(dock: Dock):
    tee = dock.world.sku("TEE")
    faulty(dock, tee, 3)
    account = Account(dock, {"TEE": 3})
    facts = account.facts(account.settle(Settlement.REPLACED, 3))
    acts = [
        (take_back_settlement, dock.world.command(TakeBackSettlement, by=who, **facts))
        for who in ("mei", "hua")
    ]
    assert isinstance(dock.world.overlap(*acts), StaleScreen)
    assert dock.world.standing(tee) == {}
