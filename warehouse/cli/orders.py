"""`fahuo orders`: from a file to the floor."""

from __future__ import annotations

from typing import Any

import click

from warehouse.api.shapes.order_list import list_orders
from warehouse.api.shapes.orders import order_id_of, show_order
from warehouse.cli import Site
from warehouse.cli.importing import import_command
from warehouse.cli.language import Misuse, tell
from warehouse.cli.speaking import (
    actor_of,
    as_person,
    listing,
    machine_readable,
    perform,
    put_json,
    put_outcome,
)
from warehouse.cli.tables import of, put_facts, put_list, put_table
from warehouse.cli.whole import audit_all, release_all
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.holds import (
    CancelOrder,
    RaiseHold,
    ReleaseHold,
    cancel_order,
    raise_hold,
    release_hold,
)
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.models import (
    ConsignmentState,
    HoldKind,
    HoldOwner,
    LineState,
    OrderState,
    ShopState,
)
from warehouse.packing.models import ParcelState
from warehouse.text import say

LINE_WORDS = {"state": of(LineState)}
HOLD_WORDS = {"kind": of(HoldKind), "owner": of(HoldOwner)}
WORDS = {"state": of(OrderState), "shop_state": of(ShopState), "open_holds": of(HoldKind)}
LISTED = ("number", "shop", "state", "open_holds", "destination", "pieces", "carrier", "paid_at")
of_shop = click.option("--shop", help="The shop's code, where several have the number.")
with_note = click.option("--note", required=True, help="Why.")


@click.group("orders")
def orders_cli() -> None:
    """Import, list, audit and release orders."""


orders_cli.add_command(import_command)


@orders_cli.command("list")
@click.option(
    "--state", type=click.Choice([s.value for s in OrderState]), help="Only in this state."
)
@click.option("--shop", help="Only of the shop with this code.")
@click.option("--hold", type=click.Choice([k.value for k in HoldKind]), help="Only held for this.")
@listing
@click.pass_obj
def list_command(site: Site, /, **asked: Any) -> None:
    """List orders, newest first."""
    put_list(site, list_orders, "orders", LISTED, WORDS, **asked)


@orders_cli.command("show")
@click.argument("number")
@of_shop
@click.option("--masked", is_flag=True, help="Hide the receiver as on paper.")
@machine_readable
@click.pass_obj
def show_command(site: Site, number: str, shop: str | None, masked: bool, as_json: bool) -> None:
    """Show one order with lines, holds, consignment, parcels and waybills."""
    with site.database.reading() as session:
        order = show_order(session, order_id_of(session, number, shop), masked=masked)
    if as_json:
        put_json(order)
        return
    parts = ("lines", "holds", "parcels", "receiver", "consignment")
    put_facts(order, without=parts, words=WORDS)
    put_facts(order["receiver"])
    if order["consignment"]:
        consignment = {"consignment": order["consignment"]["number"], **order["consignment"]}
        put_facts(consignment, without=("number",), words={"state": of(ConsignmentState)})
    if order["lines"]:
        put_table(order["lines"], ("sku", "title", "properties", "pieces", "state", "picked",
                                   "packed", "dispatched"), LINE_WORDS)  # fmt: skip
    if order["holds"]:
        put_table(order["holds"], ("id", "kind", "owner", "note", "raised_at", "released_at"),
                  HOLD_WORDS)  # fmt: skip
    if order["parcels"]:
        columns = ("number", "state", "carton", "gross_g", "waybill", "handover")
        put_table(order["parcels"], columns, {"state": of(ParcelState)})


@orders_cli.command("audit")
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@of_shop
@as_person
@machine_readable
@click.pass_obj
def audit_command(
    site: Site, numbers: tuple[str, ...], shop: str | None, login: str | None, as_json: bool
) -> None:
    """Audit orders anew: those named, or all that are not released yet."""
    actor = actor_of(site, login)
    if numbers:
        ids = _ids(site, numbers, shop)
        facts = perform(site, actor, audit_orders, AuditOrders, order_ids=ids).facts
        clean, held = facts["clean"], facts["held"]
    else:
        clean, held = audit_all(site, actor)
    if as_json:
        put_json({"clean": clean, "held": held})
    else:
        tell(say("{clean} clean, {held} held.", clean=clean, held=held))


@orders_cli.command("release")
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@click.option("--all-clean", is_flag=True, help="Every clean order.")
@of_shop
@as_person
@machine_readable
@click.pass_obj
def release_command(
    site: Site,
    numbers: tuple[str, ...],
    all_clean: bool,
    shop: str | None,
    login: str | None,
    as_json: bool,
) -> None:
    """Give clean orders to the floor: those named, or all. Exit 1 if a named one stays behind."""
    if all_clean == bool(numbers):
        raise Misuse(say("Name orders, or say --all-clean."))
    actor = actor_of(site, login)
    if all_clean:
        released, left = release_all(site, actor, shop or "")
    else:
        ids = _ids(site, numbers, shop)
        facts = perform(site, actor, release_orders, ReleaseOrders, order_ids=ids).facts
        released, left = facts["released"], facts["left"]
    if as_json:
        put_json({"released": released, "left": left})
    else:
        tell(say("{released} released, {left} not.", released=released, left=left))
    if left and not all_clean:
        raise click.exceptions.Exit(1)


@orders_cli.command("hold")
@click.argument("number")
@click.option("--kind", type=click.Choice([k.value for k in HoldKind]), default="manual",
              show_default=True, help="The sort of reason.")  # fmt: skip
@with_note
@of_shop
@as_person
@machine_readable
@click.pass_obj
def hold_command(site: Site, number: str, kind: str, note: str, shop: str | None,
                 login: str | None, as_json: bool) -> None:  # fmt: skip
    """Hold an order, wherever it is."""
    (order_id,) = _ids(site, (number,), shop)
    outcome = perform(
        site, actor_of(site, login), raise_hold, RaiseHold,
        order_id=order_id, kind=HoldKind(kind), note=note,
    )  # fmt: skip
    put_outcome(outcome, as_json=as_json, number=number)


@orders_cli.command("release-hold")
@click.argument("hold_id", type=click.IntRange(1, 2**53))
@with_note
@as_person
@machine_readable
@click.pass_obj
def release_hold_command(
    site: Site, hold_id: int, note: str, login: str | None, as_json: bool
) -> None:
    """Let one hold go, by the id that `orders show` tells."""
    actor = actor_of(site, login)
    outcome = perform(site, actor, release_hold, ReleaseHold, hold_id=hold_id, note=note)
    put_outcome(outcome, as_json=as_json, hold=hold_id)


@orders_cli.command("cancel")
@click.argument("number")
@with_note
@of_shop
@as_person
@machine_readable
@click.pass_obj
def cancel_command(site: Site, number: str, note: str, shop: str | None, login: str | None,
                   as_json: bool) -> None:  # fmt: skip
    """Cancel an order; one in work is stopped at its next scan."""
    (order_id,) = _ids(site, (number,), shop)
    actor = actor_of(site, login)
    outcome = perform(site, actor, cancel_order, CancelOrder, order_id=order_id, note=note)
    put_outcome(outcome, as_json=as_json, number=number)


def _ids(site: Site, numbers: tuple[str, ...], shop: str | None) -> tuple[int, ...]:
    with site.database.reading() as session:
        return tuple(order_id_of(session, number, shop) for number in numbers)
