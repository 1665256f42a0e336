"""Making the demo site: goods, building, people, then two days of orders."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku, SkuPicture
from warehouse.db import Database
from warehouse.demo.building import raise_building, stock_goods
from warehouse.demo.counting import count_stock
from warehouse.demo.couriers import DEFAULT_COURIER, engage_couriers
from warehouse.demo.days import today, yesterday
from warehouse.demo.desk import SYSTEM_PERSON_ID, Desk
from warehouse.demo.floor import Floor
from warehouse.demo.goods import COLOURS, Variant, variants
from warehouse.demo.kits import hold_kits_back
from warehouse.demo.label import design_label
from warehouse.demo.orders import Inventor
from warehouse.demo.papers import write_sheets
from warehouse.demo.people import PASSWORD, PIN, STAFF, Staff, hire
from warehouse.demo.pictures import png
from warehouse.demo.printers import set_up_printers
from warehouse.demo.receiving import deliveries
from warehouse.demo.storing import prepare_stock
from warehouse.demo.supply import plan_supply
from warehouse.demo.tracked import stock_tracked_goods
from warehouse.settings import change_settings

SENDER = {
    "site_name": "发货 演示仓",
    "sender_name": "发货演示旗舰店",
    "sender_phone": "1640000-0000",
    "sender_address": "浙江省 杭州市 余杭区 样例路1号 演示产业园3号仓",
    "default_carrier_code": DEFAULT_COURIER,
}
# Whoever tries the demo scans a badge at once; its badges and passwords are printed anyway.
RULES: dict[str, Any] = {**SENDER, "is_tablet_required": False}
OPENED_AGO = timedelta(days=3)
YESTERDAY_AGO = timedelta(hours=30)
TODAY_AGO = timedelta(hours=4)
DELIVERIES_AGO = timedelta(minutes=50)
KITS_AGO = timedelta(minutes=25)
SUPPLY_AGO = timedelta(minutes=8)
COUNTS_AGO = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class DemoSite:
    """What one needs to know to try the demo."""

    staff: tuple[Staff, ...]
    pin: str
    password: str
    badges: Path
    cards: Path


def load(database: Database, *, data_dir: Path, at: datetime, seed: int = 1) -> DemoSite:
    """Fill an empty site and write the sheets of badges and command cards into `data_dir`.

    The same `at` and `seed` give the same site. No act is later than `at`.
    """
    goods = variants()
    with database.transaction() as session:
        people = set_up(session, goods, data_dir=data_dir, at=at - OPENED_AGO, seed=seed)
    inventor = Inventor(goods=goods, chance=random.Random(f"orders {seed}"))  # noqa: S311
    for name, day, ago in (("y", yesterday, YESTERDAY_AGO), ("t", today, TODAY_AGO)):
        with database.transaction() as session:
            totes = session.scalars(
                sa.select(Bin.code).where(Bin.kind == BinKind.TOTE).order_by(Bin.code)
            )
            desk = Desk(session=session, now=at - ago, name=name)
            day(Floor(desk=desk, people=people, totes=list(totes)), inventor, at - ago)
    with database.transaction() as session:
        deliveries(session, people, goods, at - DELIVERIES_AGO)
        hold_kits_back(session, people, goods, at - KITS_AGO)
        plan_supply(session, people, goods, at - SUPPLY_AGO)
        count_stock(session, people, at - COUNTS_AGO)
    badges, cards = write_sheets(data_dir)
    return DemoSite(staff=STAFF, pin=PIN, password=PASSWORD, badges=badges, cards=cards)


def set_up(
    session: Session, goods: list[Variant], *, data_dir: Path, at: datetime, seed: int
) -> dict[str, int]:
    """Make the site without orders and return login → person id."""
    people = hire(session)
    change_settings(session, dict(RULES), person_id=SYSTEM_PERSON_ID, at=at)
    desk = Desk(session=session, now=at, name="site", step=timedelta(seconds=1))
    raise_building(desk)
    engage_couriers(desk)
    stock_goods(desk, goods, seed)
    stock_tracked_goods(desk)
    prepare_stock(desk, goods)
    set_up_printers(session, data_dir / "spool")
    design_label(desk)
    _hang_pictures(session, goods)
    return people


def _hang_pictures(session: Session, goods: list[Variant]) -> None:
    ids = dict(session.execute(sa.select(Sku.code, Sku.id)).all())
    have = set(session.scalars(sa.select(SkuPicture.sku_id)))
    rows = [
        {
            "sku_id": ids[v.sku.code],
            "png": png(v.product.picture, COLOURS[v.colour][1], v.size),
        }
        for v in goods
        if ids[v.sku.code] not in have
    ]
    if rows:
        session.execute(sa.insert(SkuPicture), rows)
