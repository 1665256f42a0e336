"""Somebody has more pieces before him than the book has: the bin is counted, and he is told."""

from __future__ import annotations

from warehouse.commands import new_id
from warehouse.counting.events import DoubtShortage, doubt_shortage
from warehouse.errors import InsufficientStock, TooMany, WarehouseError
from warehouse.gate import DatabaseBusy
from warehouse.gathering import together
from warehouse.text import say
from warehouse.web.context import do


def doubted(error: WarehouseError) -> WarehouseError:
    """Have the bin counted that a refusal says has too few pieces; return what is said of it.

    The answer is the refusal, and all that was told with it, whether that could be written down or
    not.
    """
    return together([_doubted(one) for one in error.all])


def _doubted(error: WarehouseError) -> WarehouseError:
    if not isinstance(error, InsufficientStock | TooMany) or not {"bin", "sku"} <= set(error.facts):
        return error
    facts = error.facts
    try:
        outcome = do(
            doubt_shortage, DoubtShortage, id=new_id(), bin_code=str(facts["bin"]),
            sku_code=str(facts["sku"]), pieces=int(facts.get("pieces", 1)),
        )  # fmt: skip
    except (WarehouseError, DatabaseBusy):
        return error
    if not outcome.facts["is_told"]:
        return error
    more = say("{refusal} {more}", refusal=error.text, more=outcome.message)
    return type(error)(more, **facts)
