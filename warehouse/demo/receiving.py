"""The demo's deliveries: one at each step, one doubted, faulty goods going back, papers to pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.commands.equipment import SaveStation, save_station
from warehouse.catalog.models import Barcode, Sku, Station, StationKind
from warehouse.commands import USUAL_ZONE, Actor
from warehouse.demo.desk import Desk
from warehouse.demo.goods import Variant
from warehouse.receiving.accounts import Settlement, SupplierPaper
from warehouse.receiving.commands.booking import BookReceipt, book_receipt
from warehouse.receiving.commands.counting import CountGoods, count_goods
from warehouse.receiving.commands.exchange import (
    Faulty,
    MakeExchange,
    SendExchange,
    lines_of,
    make_exchange,
    send_exchange,
)
from warehouse.receiving.commands.finishing import FinishCount, finish_count
from warehouse.receiving.commands.money import AddPaper, PayPaper, add_paper, pay_paper
from warehouse.receiving.commands.purchases import MakePurchase, Wanted, make_purchase
from warehouse.receiving.commands.receipts import (
    Announced,
    ExpectReceipt,
    StartReceipt,
    expect_receipt,
    start_receipt,
)
from warehouse.receiving.commands.recounting import RecountGoods, recount_goods
from warehouse.receiving.commands.settling import SettleExchange, settle_exchange
from warehouse.receiving.commands.suppliers import SaveSupplier, save_supplier
from warehouse.receiving.models import Fault
from warehouse.receiving.quarantine import standing

DOCK_STATION = ("ST-DOCK-1", "收货口 1")
RECEIVERS = ("zhao", "yang")
DAY = timedelta(days=1)
SUPPLIERS = (
    ("YZ", "桐乡悦织针织厂", "陈厂长 1640000-1101", 7, "月结 30 天"),
    ("JD", "景德镇青禾陶瓷", "李经理 1640000-1102", 12, "预付 30%，余款到货付清"),
    ("YW", "义乌百汇小商品", "王姐 1640000-1103", 3, "现结"),
)


@dataclass
class Dock:
    """Hands at the dock: the buyer at the desk, two receivers, one of whom only confirms."""

    desk: Desk
    people: dict[str, int]
    station_id: int

    def by(self, login: str) -> Desk:
        station_id = self.station_id if login in RECEIVERS else None
        self.desk.actor = Actor(person_id=self.people[login], station_id=station_id)
        return self.desk

    def order(self, supplier: str, goods: list[Variant], pieces: int, **facts: object) -> str:
        lines = tuple(
            Wanted(sku_code=v.sku.code, pieces=pieces + 6 * at, price_fen=1500 + 250 * at)
            for at, v in enumerate(goods)
        )
        made = self.by("huang").do(
            make_purchase, MakePurchase, supplier=supplier, lines=lines,
            **{"is_ordered": True, **facts},
        )  # fmt: skip
        return str(made.facts["number"])

    def start(self, number: str, who: str = "zhao") -> int:
        return self.by(who).do(start_receipt, StartReceipt, barcode=number).subject_id or 0

    def count(
        self,
        receipt_id: int,
        variant: Variant,
        pieces: int,
        fault: Fault | None = None,
        *,
        who: str = "zhao",
    ) -> None:
        self.by(who).do(
            count_goods, CountGoods, receipt_id=receipt_id, pieces=pieces, fault=fault,
            barcode=barcode_of(self.desk.session, variant),
        )  # fmt: skip

    def finish(self, receipt_id: int) -> None:
        self.by("zhao").do(finish_count, FinishCount, receipt_id=receipt_id)

    def book(self, receipt_id: int) -> None:
        self.by("huang").do(book_receipt, BookReceipt, receipt_id=receipt_id)


def deliveries(
    session: Session, people: dict[str, int], goods: list[Variant], at: datetime
) -> None:
    """Leave a receipt at every step, an open exchange, and papers of which some is owed."""
    desk = Desk(session=session, now=at - 12 * DAY, name="d")
    desk.do(save_station, SaveStation, code=DOCK_STATION[0], name=DOCK_STATION[1],
            kind=StationKind.RECEIVE)  # fmt: skip
    station_id = session.scalars(sa.select(Station.id).where(Station.code == DOCK_STATION[0])).one()
    dock = Dock(desk=desk, people=people, station_id=station_id)
    for code, name, contact, lead_days, terms in SUPPLIERS:
        dock.by("huang").do(save_supplier, SaveSupplier, code=code, name=name, contact=contact,
                            lead_days=lead_days, terms=terms)  # fmt: skip
    knits, cups, smalls = _of(goods, "TEE"), _of(goods, "MUG"), _of(goods, "PEN", 4)
    _booked_and_exchanged(dock, knits, at)
    desk.now = at
    today = at.astimezone(USUAL_ZONE).date()
    counted = dock.start(dock.order("JD", cups, 24, expected_on=today))
    dock.count(counted, cups[0], 24)
    dock.count(counted, cups[1], 28)
    dock.count(counted, cups[2], 36)
    dock.count(counted, cups[2], 2, Fault.INCOMPLETE)
    dock.finish(counted)
    counting = dock.start(dock.order("YZ", knits, 30, expected_on=today))
    dock.count(counting, knits[0], 30)
    dock.count(counting, knits[1], 12)
    late = dock.order("YW", smalls, 40, expected_on=today - 2 * DAY)
    announced = tuple(Announced(sku_code=v.sku.code, pieces=20) for v in smalls[:2])
    dock.by("huang").do(expect_receipt, ExpectReceipt, supplier="YW", lines=announced,
                        purchase_no=late, expected_on=today + DAY,
                        supplier_paper_no="BH-2031")  # fmt: skip
    _doubted(dock, _of(goods, "HDY"), today)
    dock.order("JD", cups, 50, expected_on=today + 12 * DAY, is_ordered=False)


def _of(goods: list[Variant], product: str, count: int = 3) -> list[Variant]:
    return [v for v in goods if v.product.code == product][:count]


def _doubted(dock: Dock, hoodies: list[Variant], today: date) -> None:
    """Have goods of a delivery counted anew: the supplier's paper says more than was found."""
    receipt_id = dock.start(dock.order("YZ", hoodies, 18, expected_on=today), "yang")
    for variant, pieces in zip(hoodies, (18, 20, 30), strict=True):
        dock.count(receipt_id, variant, pieces, who="yang")
    sku_id = dock.desk.session.scalars(
        sa.select(Sku.id).where(Sku.code == hoodies[1].sku.code)
    ).one()
    dock.by("huang").do(recount_goods, RecountGoods, receipt_id=receipt_id, sku_ids=(sku_id,),
                        reason="送货单写 24 件，箱内有夹层")  # fmt: skip


def _booked_and_exchanged(dock: Dock, knits: list[Variant], at: datetime) -> None:
    receipt_id = dock.start(dock.order("YZ", knits, 20))
    dock.count(receipt_id, knits[0], 20)
    dock.count(receipt_id, knits[1], 25)
    dock.count(receipt_id, knits[1], 1, Fault.STAINED)
    dock.count(receipt_id, knits[2], 26)
    dock.count(receipt_id, knits[2], 6, Fault.OFF_COLOUR)
    dock.finish(receipt_id)
    dock.book(receipt_id)
    buyer = dock.by("huang")
    day = buyer.now.astimezone(USUAL_ZONE).date()
    buyer.do(add_paper, AddPaper, receipt_id=receipt_id, number="YZ-88231", paper_on=day,
             amount_fen=138_500, freight_fen=6_000)  # fmt: skip
    session = buyer.session
    paper_id = session.scalars(sa.select(SupplierPaper.id)).first() or 0
    buyer.do(pay_paper, PayPaper, paper_id=paper_id, paid_on=day, amount_fen=80_000)
    faulty = [one for one in standing(session) if one.code == knits[2].sku.code]
    lines = tuple(Faulty(key=one.key, pieces=min(one.pieces, 6), fault="色差") for one in faulty)
    made = buyer.do(make_exchange, MakeExchange, supplier="YZ", lines=lines,
                    due_on=(at + 2 * DAY).astimezone(USUAL_ZONE).date())  # fmt: skip
    exchange_id = made.subject_id or 0
    buyer.do(send_exchange, SendExchange, exchange_id=exchange_id)
    buyer.now += 3 * DAY
    line = lines_of(session, exchange_id)[0]
    buyer.do(settle_exchange, SettleExchange, exchange_id=exchange_id, line_id=line.id,
             kind=Settlement.REPLACED, pieces=2)  # fmt: skip


def barcode_of(session: Session, variant: Variant) -> str:
    """Return a code of one piece of the goods."""
    query = (
        sa.select(Barcode.code)
        .join(Sku, Sku.id == Barcode.sku_id)
        .where(Sku.code == variant.sku.code, Barcode.pieces == 1)
        .order_by(Barcode.code)
    )
    return session.scalars(query).first() or variant.sku.code
