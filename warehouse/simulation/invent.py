"""Orders for a simulated day: mostly plain, some with what makes an audit stop and think."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from warehouse.demo.orders import Draft, Inventor
from warehouse.orders.models import ShopState
from warehouse.simulation.shopside import ShopSide, from_draft

REMARK_SHARE = 0.05
URGENT_SHARE = 0.03
UNPAID_SHARE = 0.02
MASKED_SHARE = 0.04
TWIN_SHARE = 0.04
NO_STREET_SHARE = 0.01


def invent(inventor: Inventor, count: int, at: datetime) -> list[ShopSide]:
    """Return `count` orders as their shop knows them, placed in the hours before `at`."""
    drafts: list[Draft] = []
    for number in range(count):
        draft = inventor.draft(at - timedelta(seconds=40 * (count - number)))
        drafts.append(_odd(inventor, draft, drafts))
    return [from_draft(draft) for draft in drafts]


def _odd(inventor: Inventor, draft: Draft, before: list[Draft]) -> Draft:
    """Return the order with something that is not plain, if it is one of those."""
    throw = inventor.chance.random()
    for share, change in (
        (REMARK_SHARE, _with_remark),
        (URGENT_SHARE, _with_memo),
        (UNPAID_SHARE, _unpaid),
        (MASKED_SHARE, _masked),
        (NO_STREET_SHARE, _without_street),
    ):
        if throw < share:
            return change(draft)
        throw -= share
    twins = [d for d in before[-40:] if not d.is_masked and d.receiver.detail]
    if throw < TWIN_SHARE and twins:
        return draft.with_(receiver=inventor.chance.choice(twins).receiver)
    return draft


def _with_remark(draft: Draft) -> Draft:
    return draft.with_(buyer_message="麻烦包装结实一点，谢谢")


def _with_memo(draft: Draft) -> Draft:
    return draft.with_(seller_memo="代理A017 顺丰 加急", seller_flag=5, carrier_wish="顺丰")


def _unpaid(draft: Draft) -> Draft:
    return draft.with_(shop_state=ShopState.UNPAID)


def _masked(draft: Draft) -> Draft:
    to = draft.receiver
    hidden = replace(to, name=to.name[0] + "**", phone="164****0001", detail="****")
    return draft.with_(receiver=hidden, is_masked=True, token=f"DEMO-OAID-{draft.order_no}")


def _without_street(draft: Draft) -> Draft:
    return draft.with_(receiver=replace(draft.receiver, detail=""))
