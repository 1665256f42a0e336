"""Invented people at invented addresses: real cities, streets that are not there, dead numbers."""

from __future__ import annotations

import random
from dataclasses import dataclass

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余"
GIVEN = (
    *(
        "子轩",
        "雨桐",
        "梓涵",
        "浩然",
        "思琪",
        "一诺",
        "佳怡",
        "俊杰",
        "欣怡",
        "晓彤",
        "志远",
        "美玲",
    ),
    *(
        "建华",
        "丽娟",
        "嘉豪",
        "静怡",
        "文博",
        "可心",
        "天佑",
        "若曦",
        "小满",
        "明哲",
        "婉清",
        "家乐",
    ),
)
RARE = ("龚𠅤", "闫䶮", "欧阳㛃", "买买提·艾力", "司马翊喆")
PLACES = (
    ("浙江省", "杭州市", "西湖区", "310000"),
    ("浙江省", "宁波市", "鄞州区", "315000"),
    ("浙江省", "金华市", "义乌市", "322000"),
    ("江苏省", "南京市", "鼓楼区", "210000"),
    ("江苏省", "苏州市", "吴中区", "215000"),
    ("上海市", "上海市", "浦东新区", "200000"),
    ("北京市", "北京市", "海淀区", "100000"),
    ("广东省", "广州市", "天河区", "510000"),
    ("广东省", "深圳市", "南山区", "518000"),
    ("广东省", "东莞市", "", "523000"),
    ("四川省", "成都市", "武侯区", "610000"),
    ("重庆市", "重庆市", "渝北区", "400000"),
    ("湖北省", "武汉市", "洪山区", "430000"),
    ("湖南省", "长沙市", "岳麓区", "410000"),
    ("山东省", "济南市", "历下区", "250000"),
    ("山东省", "青岛市", "市南区", "266000"),
    ("河南省", "郑州市", "金水区", "450000"),
    ("陕西省", "西安市", "雁塔区", "710000"),
    ("福建省", "厦门市", "思明区", "361000"),
    ("安徽省", "合肥市", "蜀山区", "230000"),
    ("辽宁省", "沈阳市", "和平区", "110000"),
    ("云南省", "昆明市", "盘龙区", "650000"),
    ("新疆维吾尔自治区", "乌鲁木齐市", "天山区", "830000"),
    ("西藏自治区", "拉萨市", "城关区", "850000"),
)
STREETS = ("样例路", "演示大道", "示范街", "虚构巷", "测试东路", "假想胡同")
ESTATES = ("样板花园", "演示公寓", "示例小区", "假日里", "测试新村")
DEAD_PREFIX = "1640000"  # numbers that begin with 164 were never given to anybody
RARE_SHARE = 0.02


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """To whom an order goes."""

    name: str
    phone: str
    province: str
    city: str
    district: str
    detail: str
    zip: str


def invent_receiver(chance: random.Random) -> Receiver:
    """Return somebody who does not exist, anywhere in the country."""
    province, city, district, code = chance.choice(PLACES)
    is_rare = chance.random() < RARE_SHARE
    name = chance.choice(RARE) if is_rare else chance.choice(SURNAMES) + chance.choice(GIVEN)
    return Receiver(
        name=name,
        phone=f"{DEAD_PREFIX}{chance.randrange(10_000):04d}",
        province=province,
        city=city,
        district=district,
        detail=invent_street(chance),
        zip=code,
    )


def invent_street(chance: random.Random) -> str:
    """Return a street, a house and a flat that are nowhere."""
    house = f"{chance.choice(STREETS)}{chance.randrange(1, 400)}号{chance.choice(ESTATES)}"
    flat = f"{chance.randrange(1, 30)}幢{chance.randrange(1, 4)}单元"
    return f"{house}{flat}{chance.randrange(1, 33)}0{chance.randrange(1, 5)}室"
