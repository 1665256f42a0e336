"""The couriers of the demo: names as shops write them, how numbers look, numbers to give out."""

from __future__ import annotations

import random
from dataclasses import dataclass

import sqlalchemy as sa

from warehouse.carriers.commands import AddList, AddRange, add_list, add_range
from warehouse.carriers.models import Carrier, CarrierAlias, CheckRule
from warehouse.carriers.rules import waybill_no
from warehouse.catalog.models import Bin, BinKind
from warehouse.demo.desk import Desk

NUMBERS = 20_000
LISTED = 400
COURIER_WALK = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Courier:
    """A courier and the form of its numbers: prefix, width of the running part, check rule."""

    code: str
    name: str
    aliases: tuple[str, ...]
    pattern: str
    prefix: str
    digits: int
    first: int
    rule: CheckRule = CheckRule.NONE
    is_listed: bool = False  # numbers come as a pasted list, not as a range
    share: int = 1


COURIERS = (
    Courier(code="ZTO", name="中通快递", aliases=("中通", "中通速递", "ZTO快递"),
            pattern=r"7[0-9]{13}", prefix="78", digits=12, first=900_000_010_000, share=8),
    Courier(code="SF", name="顺丰速运", aliases=("顺丰", "顺丰快递", "顺丰当天件", "顺丰空运"),
            pattern=r"SF[0-9]{13}", prefix="SF", digits=12, first=990_000_010_000,
            rule=CheckRule.MOD10, share=5),
    Courier(code="YTO", name="圆通速递", aliases=("圆通", "圆通快递"),
            pattern=r"YT[0-9]{13}", prefix="YT", digits=13, first=9_900_000_010_000, share=5),
    Courier(code="YUNDA", name="韵达速递", aliases=("韵达", "韵达快递"),
            pattern=r"4[0-9]{14}", prefix="49", digits=13, first=9_900_000_010_000, share=4),
    Courier(code="STO", name="申通快递", aliases=("申通", "申通速递"),
            pattern=r"77[0-9]{13}", prefix="77", digits=13, first=9_900_000_010_000,
            is_listed=True, share=2),
    Courier(code="EMS", name="邮政EMS",
            aliases=("EMS快递", "中国邮政", "邮政快递包裹", "EMS经济快递"),
            pattern=r"1[0-9]{12}", prefix="1", digits=11, first=99_000_010_000,
            rule=CheckRule.MOD11, share=2),
    Courier(code="JD", name="京东快递", aliases=("京东", "京东物流"),
            pattern=r"JDVB[0-9]{11}", prefix="JDVB", digits=11, first=99_000_010_000, share=2),
    Courier(code="JT", name="极兔速递", aliases=("极兔", "极兔快递"),
            pattern=r"JT[0-9]{13}", prefix="JT", digits=13, first=9_900_000_010_000, share=3),
)  # fmt: skip
DEFAULT_COURIER = "ZTO"


def engage_couriers(desk: Desk) -> None:
    """Make the couriers with the bins that stand for them, their aliases and number pools."""
    session = desk.session
    known = set(session.scalars(sa.select(Carrier.code)))
    for courier in COURIERS:
        if courier.code in known:
            continue
        place = Bin(code=f"COURIER-{courier.code}", kind=BinKind.COURIER, walk_order=COURIER_WALK)
        session.add(place)
        session.flush()
        carrier = Carrier(
            code=courier.code,
            name=courier.name,
            bin_id=place.id,
            number_pattern=courier.pattern,
        )
        session.add(carrier)
        session.flush()
        session.add_all(CarrierAlias(alias=a, carrier_id=carrier.id) for a in courier.aliases)
        session.flush()
        _add_numbers(desk, courier, carrier.id)


def _add_numbers(desk: Desk, courier: Courier, carrier_id: int) -> None:
    if courier.is_listed:
        chance = random.Random(courier.code)  # noqa: S311  (a demo, no secret)
        running = sorted(chance.sample(range(9_000_000), LISTED))
        numbers = (
            waybill_no(courier.prefix, courier.first + n, courier.digits, courier.rule)
            for n in running
        )
        desk.do(add_list, AddList, carrier_id=carrier_id, text="\n".join(numbers))
        return
    desk.do(
        add_range, AddRange, carrier_id=carrier_id, prefix=courier.prefix, first=courier.first,
        last=courier.first + NUMBERS - 1, digits=courier.digits, check_rule=courier.rule,
    )  # fmt: skip
