"""The words shops use for states, refunds, flags and properties, and ours for them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping

from warehouse.shops.rows import RefundState, ShopState

STATE_RANK = {state: rank for rank, state in enumerate(ShopState)}
REFUND_RANK = {state: rank for rank, state in enumerate(RefundState)}

_NOISE = re.compile(r"[\s,.，。、()（）:：;；_-]+")


def key_of(text: str) -> str:
    """Return a text without blanks, punctuation, width and case, to look it up."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _words(**lists: str) -> dict[str, str]:
    return {key_of(word): name for name, words in lists.items() for word in words.split("|")}


_STATES: Mapping[str, ShopState] = {
    word: ShopState(name)
    for word, name in _words(
        unpaid="等待买家付款|待付款|未付款|没有创建支付宝交易|unpaid|pending payment",
        paid="买家已付款，等待卖家发货|买家已付款|等待卖家发货|已付款|待发货|paid|to ship",
        forbidden="禁止发货|暂停发货|已付款禁止发货|forbidden",
        part_shipped="卖家部分发货|部分发货|part_shipped|partly shipped",
        shipped="卖家已发货，等待买家确认|卖家已发货|等待买家确认|等待买家确认收货|已发货|shipped",
        finished="交易成功|已完成|已签收|finished|completed",
        closed="交易关闭|交易已关闭|已关闭|已取消|closed|cancelled|canceled",
    ).items()
}

_REFUNDS: Mapping[str, RefundState] = {
    word: RefundState(name)
    for word, name in _words(
        none="无退款申请|没有申请退款|未申请退款|无退款|无售后|无|none|no",
        requested="买家已经申请退款，等待卖家同意|卖家已经同意退款，等待买家退货"
        "|买家已经退货，等待卖家确认收货|卖家拒绝退款|卖家未收到货,拒绝退款|等待卖家发出换货"
        "|退款中|退款处理中|申请退款|退款申请中|待卖家处理|售后处理中|售后中|requested|refunding",
        refunded="退款成功|退款完成|已退款|全额退款|refunded",
        withdrawn="退款关闭|退款已关闭|关闭|售后关闭|售后取消|withdrawn",
    ).items()
}

_FLAG_NAMES = ("grey|灰", "red|红", "yellow|黄", "green|绿", "blue|蓝", "purple|紫")
_FLAGS = {
    form: number
    for number, names in enumerate(_FLAG_NAMES)
    for name in names.split("|")
    for form in (name, f"{name}色", f"{name}旗")
}
HIGHEST_FLAG = 99

_SERVICES = ("送货入户", "送货上门并安装", "入户并安装", "商家安装", "上门安装", "安装服务")


def state_of(text: str) -> ShopState:
    """Return the state a shop's text means; UNKNOWN for a text never seen."""
    return _STATES.get(key_of(text), ShopState.UNKNOWN)


def refund_of(text: str) -> RefundState:
    """Return the refund state a shop's text means; empty is NONE, a text never seen UNKNOWN."""
    key = key_of(text)
    return _REFUNDS.get(key, RefundState.UNKNOWN) if key else RefundState.NONE


def flag_of(text: str) -> int:
    """Return a flag's number: 1 red, 2 yellow, 3 green, 4 blue, 5 purple; 0 for none or grey."""
    key = key_of(text)
    if key.isdecimal() and int(key) <= HIGHEST_FLAG:
        return int(key)
    return _FLAGS.get(key, 0)


def split_properties(text: str) -> tuple[tuple[str, str], ...]:
    """Return `颜色分类:黑色[备注];尺码:M` as (name, value) pairs, remarks in brackets cut off.

    A part without a colon has an empty name.
    """
    pairs = []
    for part in text.replace("；", ";").split(";"):
        name, colon, value = part.replace("：", ":", 1).partition(":")
        if not colon:
            name, value = "", name
        value = value.strip()
        if value.endswith("]") and (at := value.find("[")) > 0:
            value = value[:at].strip()
        if value or name.strip():
            pairs.append((name.strip(), value))
    return tuple(pairs)


def is_service(title: str, price_fen: int | None, codes: str) -> bool:
    """Whether a line is a service that travels with the goods, not a thing on a shelf.

    Only lines that cost nothing and carry no code of the seller: a real item may well have
    "上门安装" in its title.
    """
    return not price_fen and not codes and any(word in title for word in _SERVICES)


def made_line_id(title: str, properties: str, nth: int) -> str:
    """Return a line id for a file without any: from the content, `nth` telling equal lines apart.

    Price and seller code take no part: a shop may change them after the order was made.
    """
    content = f"{title}\x1f{properties}"
    return f"~{hashlib.sha256(content.encode()).hexdigest()[:16]}-{nth}"
