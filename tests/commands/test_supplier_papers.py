"""What is owed to a supplier: papers withdrawn, receipts cancelled, goods credited."""

from __future__ import annotations

from datetime import date, timedelta

from tests.dock import Dock
from warehouse.catalog.models import Bin
from warehouse.errors import InvalidInput, RuleViolation, StaleScreen
from warehouse.receiving.accounts import ExchangeLine, Settlement, SupplierPaper
from warehouse.receiving.commands.exchange import (
    Faulty,
    MakeExchange,
    SendExchange,
    make_exchange,
    send_exchange,
)
from warehouse.receiving.commands.money import (
    AddPaper,
    PayPaper,
    WithdrawPaper,
    add_paper,
    pay_paper,
    withdraw_paper,
)
from warehouse.receiving.commands.receipts import CancelReceipt, cancel_receipt
from warehouse.receiving.commands.settling import SettleExchange, settle_exchange
from warehouse.receiving.desk import papers_of, supplier_list
from warehouse.receiving.models import Fault

DAY = date(2026, 3, 1)


def owed(dock: Dock) -> int:
    now = dock.world.now
    with dock.world.database.reading() as session:
        query = supplier_list(now - timedelta(days=9), now + timedelta(days=9), DAY, DAY)
        (found,) = session.execute(query)
    return int(found.owed_fen)


def keep(dock: Dock, receipt_id: int, number: str = "INV-1") -> int:
    dock.world.do(add_paper, AddPaper, receipt_id=receipt_id, paper_on=DAY, number=number,
                  amount_fen=100_000, freight_fen=500)  # fmt: skip
    return max(paper.id for paper in dock.world.all(SupplierPaper))


def test_what_the_supplier_credits_is_not_owed(dock: Dock):
    tee = dock.world.sku("TEE")
    receipt_id = dock.booked({tee: 4}, fault=Fault.DAMAGED)
    keep(dock, receipt_id)
    key = f"{dock.world.one(Bin, code='QUARANTINE').id}:{tee.id}::"
    made = dock.world.do(make_exchange, MakeExchange, supplier="YZ",
                         lines=(Faulty(key=key, pieces=4),))  # fmt: skip
    dock.world.do(send_exchange, SendExchange, exchange_id=made.subject_id)
    assert owed(dock) == 100_500
    line = dock.world.one(ExchangeLine, exchange_id=made.subject_id).id
    dock.world.do(settle_exchange, SettleExchange, exchange_id=made.subject_id, line_id=line,
                  kind=Settlement.CREDITED, pieces=4, amount_fen=40_000)  # fmt: skip
    assert owed(dock) == 60_500


def test_a_paper_is_withdrawn_and_its_number_comes_again(dock: Dock):
    receipt_id = dock.booked({dock.world.sku("TEE"): 1})
    paper = keep(dock, receipt_id)
    given = {"paper_id": paper, "reason": "of another house"}
    dock.world.refused(InvalidInput, withdraw_paper, WithdrawPaper, paper_id=paper, reason=" ")
    for fen, note in ((500, ""), (-500, "bounced")):
        dock.world.do(pay_paper, PayPaper, paper_id=paper, paid_on=DAY, amount_fen=fen, note=note)
        if fen > 0:
            dock.world.refused(RuleViolation, withdraw_paper, WithdrawPaper, **given)
    dock.world.do(withdraw_paper, WithdrawPaper, **given)
    assert owed(dock) == 0
    dock.world.refused(StaleScreen, withdraw_paper, WithdrawPaper, **given)
    dock.world.refused(StaleScreen, pay_paper, PayPaper, paper_id=paper, paid_on=DAY, amount_fen=1)
    keep(dock, receipt_id)
    assert owed(dock) == 100_500
    again = {"receipt_id": receipt_id, "paper_on": DAY, "number": "inv-1", "amount_fen": 1}
    dock.world.refused(RuleViolation, add_paper, AddPaper, **again)


def test_papers_of_a_cancelled_receipt_are_not_owed(dock: Dock):
    wrong = dock.blind()
    paper = keep(dock, wrong)
    dock.world.do(pay_paper, PayPaper, paper_id=paper, paid_on=DAY, amount_fen=300)
    dock.world.do(cancel_receipt, CancelReceipt, receipt_id=wrong, reason="wrong supplier")
    assert owed(dock) == -300  # what was paid comes back
    with dock.world.database.reading() as session:
        assert [p["owed_fen"] for p in papers_of(session, wrong)] == [-300]
    pays = {"paper_id": paper, "paid_on": DAY, "note": "back"}
    dock.world.refused(RuleViolation, pay_paper, PayPaper, amount_fen=1, **pays)
    dock.world.do(pay_paper, PayPaper, amount_fen=-300, **pays)
    right = dock.blind()
    error = dock.world.refused(
        RuleViolation, add_paper, AddPaper, receipt_id=right, paper_on=DAY, number="INV-1",
        amount_fen=1,
    )  # fmt: skip
    assert "which was cancelled" in str(error)
    dock.world.do(withdraw_paper, WithdrawPaper, paper_id=paper, reason="kept at the right one")
    keep(dock, right)
    assert owed(dock) == 100_500
