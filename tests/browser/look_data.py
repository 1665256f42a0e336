"""What the example pages show, in both languages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.browser.look_desk import desk_words
from tests.browser.said import message

TEE = "/look/tee.svg"
GOODS = {
    "zh": SimpleNamespace(
        name="纯棉圆领短袖T恤 男",
        properties="黑色 / M",
        next="羊毛袜 深灰",
        carton="3号纸箱",
        courier="顺丰 · 张家港 · 已扫入",
        picture=TEE,
    ),
    "en": SimpleNamespace(
        name="Cotton T-shirt, men",
        properties="black / M",
        next="Wool socks, grey",
        carton="Carton no. 3",
        courier="SF Express · in",
        picture=TEE,
    ),
}
ROW = ("name", "properties", "code", "wanted", "done")
ROWS = {
    "zh": [
        ("纯棉圆领短袖T恤 男", "黑色 / M", "TEE-BK-M", 3, 3),
        ("羊毛袜", "深灰 / 39-42", "SOCK-GY-39", 2, 1),
        ("陶瓷马克杯 350 ml", "蓝色", "MUG-01", 1, 0),
        ("帆布购物袋", "本白", "BAG-WH", 1, 0),
    ],
    "en": [
        ("Cotton T-shirt, men", "black / M", "TEE-BK-M", 3, 3),
        ("Wool socks", "grey / 39-42", "SOCK-GY-39", 2, 1),
        ("Mug 350 ml", "blue", "MUG-01", 1, 0),
        ("Canvas bag", "white", "BAG-WH", 1, 0),
    ],
}
SAID = {
    "pick": ("2 of 3", "已扫 2 / 3", "Scan the item", "扫描商品", "ok"),
    "quantity": ("2 of 3", "已扫 2 / 3", "Scan the item", "扫描商品", "ok"),
    "refused": (
        "Read MUG-01 mug, blue; wanted TEE-BK-M. It belongs to B-01-1-02.",
        "读到 MUG-01 蓝色马克杯，需要 TEE-BK-M。它的货位 B-01-1-02。",
        "Scan the item", "扫描商品", "stop"),
    "attention": (
        "The bin should be empty now. Scan it again if it is.",
        "该货位应已空。确认为空请再扫一次货位。",
        "", "", "attention"),
    "check": ("Socks 1 of 2", "羊毛袜 1 / 2", "Scan the next piece", "扫描下一件", "ok"),
    "pack": ("Carton BX-3 fits", "3号纸箱合适", "Scan what goes in", "扫描装箱商品", "ok"),
    "weigh": ("Within the band", "重量相符", "Scan the waybill", "扫描面单", "ok"),
    "weigh_off": ("95 g too heavy: look inside", "超重 95 g，请开箱复核", "", "", "attention"),
    "ship": ("In: SF1357924680135", "已扫入 SF1357924680135",
        "Scan the next parcel", "扫描下一包裹", "ok"),
    "receive": ("Count again: SOCK-GY-39", "重新清点：SOCK-GY-39", "the goods", "商品", "waiting"),
    "stop": ("Scan R-01 when the goods lie there", "放好后扫描 R-01", "", "", "stop"),
    "home": ("Hello 张伟", "张伟，你好",
        "Scan a tote, an order, a card", "扫描周转箱、订单或命令卡", "waiting"),
}  # fmt: skip
PROCESS = {
    "check": ("Check", "复核"), "pack": ("Pack", "打包"), "weigh": ("Weigh", "称重"),
    "weigh_off": ("Weigh", "称重"),
    "receive": ("Receive", "收货"), "ship": ("Ship", "交接"), "home": ("Fahuo", "发货"),
}  # fmt: skip
STATIONS = (*SAID, "door")
DESK = ("orders", "order", "form", "nothing")


def words_for(kind: str, locale: str) -> dict[str, Any]:
    person = SimpleNamespace(id=7, name="张伟", roles=["picker"])
    process = PROCESS.get(kind, ("Pick", "拣货"))[locale == "zh"]
    shown: dict[str, Any] = {"goods": GOODS[locale], "person": person, "process": process}
    shown["rows"] = [
        {**dict(zip(ROW, row, strict=True)), "picture_url": None if i else TEE, "current": i == 1}
        for i, row in enumerate(ROWS[locale])
    ]
    if kind in DESK:
        return {**shown, **desk_words(locale)}
    if kind == "door":
        return {**shown, "person": None}
    en, zh, en_next, zh_next, tone = SAID[kind]
    text, expects = (zh, zh_next) if locale == "zh" else (en, en_next)
    shown["message"] = message(text, tone, expects=expects)
    shown["total"] = kind not in {"home", "ship", "stop"}
    shown["reading"] = 1335 if kind == "weigh_off" else 1252
    shown["fill"] = kind == "stop"
    same = {"refused": "pick", "attention": "pick", "weigh_off": "weigh"}
    return {**shown, "template": f"look/{same.get(kind, kind)}.html"}
