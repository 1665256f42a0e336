"""`/api/v1/orders`, `/holds`, `/consignments`: orders from audit to the floor."""

from __future__ import annotations

from flask import Response

from warehouse.api.acting import act
from warehouse.api.answers import answer
from warehouse.api.door import body, bp, query
from warehouse.api.operations import operation
from warehouse.api.schemas import (
    MOST_NOTE,
    component,
    instant,
    listed,
    text,
    word,
    yes,
)
from warehouse.api.shapes.consignments import (
    consignment_id_of,
    list_consignments,
    show_consignment,
)
from warehouse.api.shapes.order_list import list_orders
from warehouse.api.shapes.orders import order_id_of, show_order
from warehouse.api.shapes.paging import PAGING, USUAL, paged
from warehouse.orders.commands.bulk import MOST_AT_ONCE, ReleaseClean, release_clean
from warehouse.orders.commands.holds import (
    CancelOrder,
    RaiseHold,
    ReleaseHold,
    cancel_order,
    raise_hold,
    release_hold,
)
from warehouse.orders.commands.merge import (
    MergeOrders,
    SplitConsignment,
    merge_orders,
    split_consignment,
)
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.models import ConsignmentState, HoldKind, HoldOwner, OrderState
from warehouse.people.rights import Right
from warehouse.web.context import may, reading

ORDERS, CONSIGNMENTS = "Orders", "Consignments"
SHOP = {"shop": text("The shop's code, where several have this number.", least=1, most=64)}
NOTE = text("Why.", least=1, most=MOST_NOTE)
NUMBER = text("The shop's order number.", least=1, most=64)


@bp.get("/orders")
@operation(
    summary="List orders, newest first",
    tag=ORDERS,
    rights=(Right.SEE_DESK,),
    query={
        "state": word(OrderState),
        "shop": text("The shop's code.", least=1, most=64),
        "hold": word(HoldKind, "Orders with an open hold of this kind."),
        "updated_after": instant("Orders received or acted on since. Ask with some overlap."),
        **PAGING,
    },
    answer=paged("orders", component("OrderRow")),
)
def orders_index() -> Response:
    with reading() as session:
        return answer(list_orders(session, **{"limit": USUAL, **query()}))


@bp.get("/orders/<number>")
@operation(
    summary="Show one order with lines, holds, consignment, parcels and waybills",
    tag=ORDERS,
    rights=(Right.SEE_DESK,),
    query=SHOP,
    answer=component("Order"),
)
def orders_show(number: str) -> Response:
    with reading() as session:
        order_id = order_id_of(session, number, query().get("shop"))
        return answer(show_order(session, order_id, masked=not may(Right.UNMASK)))


@bp.post("/orders/<number>/holds")
@operation(
    summary="Hold an order, wherever it is",
    tag=ORDERS,
    rights=(Right.HOLD,),
    query=SHOP,
    body={
        "note": NOTE,
        "kind": word(HoldKind, "manual if not given."),
        "owner": word(HoldOwner, "Who has to settle it; by kind if not given."),
    },
    optional=("kind", "owner"),
    answer=component("Act"),
)
def orders_hold(number: str) -> Response:
    given = body()
    owner = given.get("owner")
    return act(
        raise_hold,
        RaiseHold,
        order_id=_order_id(number),
        note=given["note"],
        kind=HoldKind(given.get("kind", HoldKind.MANUAL)),
        owner=HoldOwner(owner) if owner else None,
    )


@bp.post("/orders/<number>/cancel")
@operation(
    summary="Cancel an order; one in work is stopped at its next scan",
    tag=ORDERS,
    rights=(Right.HOLD,),
    query=SHOP,
    body={"note": NOTE},
    answer=component("Act"),
)
def orders_cancel(number: str) -> Response:
    return act(cancel_order, CancelOrder, order_id=_order_id(number), note=body()["note"])


@bp.post("/holds/<int:hold_id>/release")
@operation(
    summary="Let one hold go",
    tag=ORDERS,
    rights=(Right.HOLD,),
    body={"note": NOTE},
    answer=component("Act"),
)
def holds_release(hold_id: int) -> Response:
    return act(release_hold, ReleaseHold, hold_id=hold_id, note=body()["note"])


@bp.post("/orders/release")
@operation(
    summary="Give clean orders to the floor",
    tag=ORDERS,
    rights=(Right.RELEASE,),
    body={
        "orders": listed(NUMBER, "Their numbers.", least=1, most=MOST_AT_ONCE),
        "all_clean": yes(f"Instead of orders: the {MOST_AT_ONCE} clean ones that come first."),
        **SHOP,
    },
    optional=("shop",),
    either=("orders", "all_clean"),
    answer=component("Act"),
)
def orders_release() -> Response:
    given = body()
    if "orders" in given:
        return act(release_orders, ReleaseOrders, order_ids=_order_ids(given["orders"]))
    return act(release_clean, ReleaseClean, shop_code=given.get("shop", ""))


@bp.post("/orders/merge")
@operation(
    summary="Send the orders of one receiver in one consignment",
    tag=ORDERS,
    rights=(Right.RELEASE,),
    body={"orders": listed(NUMBER, "Their numbers.", least=2, most=50), **SHOP},
    optional=("shop",),
    answer=component("Act"),
)
def orders_merge() -> Response:
    return act(merge_orders, MergeOrders, order_ids=_order_ids(body()["orders"]))


@bp.get("/consignments")
@operation(
    summary="List consignments, newest first",
    tag=CONSIGNMENTS,
    rights=(Right.SEE_DESK,),
    query={
        "state": word(ConsignmentState),
        "carrier": text("The courier's code.", least=1, most=64),
        **PAGING,
    },
    answer=paged("consignments", component("Consignment")),
)
def consignments_index() -> Response:
    with reading() as session:
        return answer(list_consignments(session, **{"limit": USUAL, **query()}))


@bp.get("/consignments/<number>")
@operation(
    summary="Show one consignment",
    tag=CONSIGNMENTS,
    rights=(Right.SEE_DESK,),
    answer=component("Consignment"),
)
def consignments_show(number: str) -> Response:
    with reading() as session:
        return answer(show_consignment(session, number))


@bp.post("/consignments/<number>/split")
@operation(
    summary="Undo a merge nobody has begun to pick",
    tag=CONSIGNMENTS,
    rights=(Right.RELEASE,),
    answer=component("Act"),
)
def consignments_split(number: str) -> Response:
    return act(split_consignment, SplitConsignment, consignment_id=consignment_id_of(number))


def _order_id(number: str) -> int:
    with reading() as session:
        return order_id_of(session, number, query().get("shop"))


def _order_ids(numbers: list[str]) -> tuple[int, ...]:
    shop = body().get("shop")
    with reading() as session:
        return tuple(order_id_of(session, number, shop) for number in numbers)
