"""Which role may open which desk route: every rule, every role, and nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import World
from tests.web.desk_site import Desk
from warehouse.db import Database
from warehouse.people.models import Role
from warehouse.people.rights import Right
from warehouse.web.access import needs_of, shows_book

_SEE = frozenset({Role.COUNTER, Role.RECEIVER, Role.CUSTOMER_SERVICE, Role.SUPERVISOR, Role.ADMIN})
_SERVICE = frozenset({Role.CUSTOMER_SERVICE, Role.SUPERVISOR})
_FLOOR = frozenset({Role.SUPERVISOR})
_DOCK = frozenset({Role.RECEIVER, Role.SUPERVISOR})
_COUNT = frozenset({Role.COUNTER, Role.SUPERVISOR})
_SYSTEM = frozenset({Role.ADMIN})
_PRINTERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
_REPRINT = frozenset({Role.PACKER, Role.SUPERVISOR})
_UNMASK = frozenset({Role.CUSTOMER_SERVICE})

MAY: dict[str, frozenset[Role]] = {
    "orders.index": _SEE,
    "orders.order": _SEE,
    "orders.chosen": _SERVICE,
    "orders.audit": _SERVICE,
    "orders.release": _SERVICE,
    "orders.merge": _SERVICE,
    "orders.urgent": _SERVICE,
    "orders.hold": _SERVICE,
    "orders.let_go": _SERVICE,
    "orders.cancel": _SERVICE,
    "orders.take_out": _SERVICE,
    "orders.receiver": _UNMASK,
    "orders.print_return": _SERVICE | _REPRINT,
    "orders.return_draft": _REPRINT | _UNMASK,
    "imports.index": _SERVICE,
    "imports.start": _SERVICE,
    "imports.run": _SERVICE,
    "imports.progress": _SERVICE,
    "imports.rejected": _SERVICE,
    "imports.changed": _SERVICE,
    "imports.layout": _SERVICE,
    "imports.example": _SERVICE,
    "mapping.index": _SERVICE,
    "mapping.skus": _SERVICE,
    "mapping.save": _SERVICE,
    "consignments.index": _SEE,
    "consignments.consignment": _SEE,
    "consignments.split": _SERVICE,
    "consignments.wave": _FLOOR,
    "supply.start": _SEE,
    "supply.reorder": _FLOOR,
    "supply.order": _FLOOR,
    "supply.sku": _SEE,
    "supply.level": _FLOOR,
    "supply.terms": _FLOOR,
    "supply.forget": _FLOOR,
    "supply.share": _FLOOR,
    "supply.unshare": _FLOOR,
    "supply.face": _FLOOR,
    "supply.unface": _FLOOR,
    "supply.levels": _FLOOR,
    "supply.take": _FLOOR,
    "supply.import_list": _FLOOR,
    "supply.offers": _SEE,
    "supply.general_share": _FLOOR,
    "supply.sold": _SEE,
    "supply.filling": _SEE,
    "supply.plan_filling": _FLOOR,
    "supply.cancel_filling": _FLOOR,
    "waves.index": _SEE,
    "waves.wave": _SEE,
    "waves.cancel": _FLOOR,
    "waves.pick_list": _REPRINT,
    "waves.sheet": _REPRINT,
    "waves.wall": _REPRINT,
    "waves.cart": _REPRINT,
    "waves.draft_of": _SEE,
    "parcels.index": _SEE,
    "parcels.parcel": _SEE,
    "parcels.label": _REPRINT,
    "parcels.carton": _REPRINT,
    "parcels.take_label": _REPRINT,
    "parcels.carton_draft": _REPRINT | _UNMASK,
    "days.index": _SEE,
    "days.day": _SEE,
    "days.report": _SEE,
    "days.report_draft": _SEE,
    "handovers.index": _SEE,
    "handovers.handover": _SEE,
    "stock.index": _SEE,
    "stock.sku": _SEE,
    "stock.bins": _SEE,
    "stock.bin": _SEE,
    "stock.proof": _SEE,
    "stock.moves": _SEE,
    "stock.dock": _SEE,
    "stock.zones": _SEE,
    "stock.kits": _SEE,
    "stock.kit": _SEE,
    "stock.limits": _FLOOR,
    "stock.limit": _FLOOR,
    "stock.measures": _FLOOR,
    "stock.measure": _FLOOR,
    "stock.zone": _FLOOR,
    "stock.acting": _FLOOR,
    "stock.acted": _FLOOR,
    "stock.hand_ended": _FLOOR,
    "stock.sku_new": _FLOOR,
    "stock.sku_make": _FLOOR,
    "stock.lists": _FLOOR,
    "stock.take_list": _FLOOR,
    "stock.empty_list": _FLOOR,
    "stock.standing_list": _FLOOR,
    "stock.list_run": _FLOOR,
    "stock.list_progress": _FLOOR,
    "stock.list_rejected": _FLOOR,
    "stock.kit_new": _FLOOR,
    "stock.kit_save": _FLOOR,
    "stock.kit_make": _FLOOR,
    "stock.kit_apart": _FLOOR,
    "stock.sku_labels": _FLOOR,
    "stock.bin_labels": _FLOOR,
    "stock.bin_retired": _FLOOR,
    "stock.bin_reused": _FLOOR,
    "stock.zone_dropped": _FLOOR,
    "stock.sku_retired": _FLOOR,
    "stock.sku_reused": _FLOOR,
    "receiving.index": _SEE,
    "receiving.receipt": _SEE,
    "receiving.book": _DOCK,
    "receiving.again": _DOCK,
    "receiving.strike": _DOCK,
    "receiving.recount": _FLOOR,
    "receiving.cancel": _FLOOR,
    "receiving.correct": _FLOOR,
    "receiving.corrected": _FLOOR,
    "receiving.correction_draft": _SEE,
    "receiving.print_paper": _FLOOR,
    "receiving.paper": _FLOOR,
    "receiving.pay": _FLOOR,
    "receiving.keep": _FLOOR,
    "receiving.file": _FLOOR,
    "receiving.remove": _FLOOR,
    "receiving.withdraw": _FLOOR,
    "receiving.orders": _SEE,
    "receiving.order": _SEE,
    "receiving.new_order": _FLOOR,
    "receiving.add_order": _FLOOR,
    "receiving.print_order": _FLOOR,
    "receiving.order_draft": _FLOOR,
    "receiving.edit_order": _FLOOR,
    "receiving.change_order": _FLOOR,
    "receiving.place": _FLOOR,
    "receiving.close_order": _FLOOR,
    "receiving.suppliers": _FLOOR,
    "receiving.new_supplier": _FLOOR,
    "receiving.add_supplier": _FLOOR,
    "receiving.supplier": _FLOOR,
    "receiving.change_supplier": _FLOOR,
    "receiving.take_list": _FLOOR,
    "receiving.exchanges": _SEE,
    "receiving.account": _SEE,
    "receiving.new_exchange": _FLOOR,
    "receiving.add_exchange": _FLOOR,
    "receiving.exchange": _SEE,
    "receiving.send": _FLOOR,
    "receiving.keep_goods": _FLOOR,
    "receiving.settle": _FLOOR,
    "receiving.unsettle": _FLOOR,
    "stock.tracking": _FLOOR,
    "stock.give_all_a_lot": _FLOOR,
    "counts.index": _SEE,
    "counts.count": _SEE,
    "counts.rules": _SEE,
    "counts.new": _FLOOR,
    "counts.opened": _FLOOR,
    "counts.start": _FLOOR,
    "counts.cancel": _FLOOR,
    "counts.finish": _FLOOR,
    "counts.resolve": _FLOOR,
    "counts.add_rule": _FLOOR,
    "counts.remove_rule": _FLOOR,
    "counts.approve": _COUNT,
    "counts.keep": _COUNT,
    "counts.again": _COUNT,
    "counts.post": _COUNT,
    "counts.sheets": _COUNT,
    "counts.hand_out": _COUNT,
    "counts.report": _COUNT,
    "counts.upload": _COUNT,
    "counts.typed": _COUNT,
    "counts.keep_typed": _COUNT,
    "counts.find_typed": _COUNT,
    "counts.typed_wrongly": _COUNT,
    "counts.correct_typed": _COUNT,
    "counts.ask_bin": _COUNT,
    "lots.index": _SEE,
    "lots.lot": _SEE,
    "lots.recall": _SEE,
    "lots.recall_in_full": _UNMASK,
    "lots.block": _FLOOR,
    "lots.unblock": _FLOOR,
    "lots.kits": _SEE,
    "lots.kits_sorted": _FLOOR,
    "lots.mend": _FLOOR,
    "lots.serials": _SEE,
    "lots.serial": _SEE,
    "printers.index": _SEE | _REPRINT,
    "printers.lanes": _SEE | _REPRINT,
    "printers.jobs": _SEE | _REPRINT,
    "printers.job": _SEE | _REPRINT,
    "printers.pdf": _SEE | _REPRINT,
    "printers.picture": _SEE | _REPRINT,
    "printers.answer": _REPRINT | _PRINTERS,
    "printers.looked": _REPRINT | _PRINTERS,
    "printers.fetch": _REPRINT | _PRINTERS,
    "printers.reprint": _REPRINT,
    "printers.cancel": _PRINTERS,
    "printers.hold": _PRINTERS,
    "printers.release": _PRINTERS,
    "printers.route": _PRINTERS,
    "printers.new": _PRINTERS,
    "printers.add": _PRINTERS,
    "printers.printer": _PRINTERS,
    "printers.change": _PRINTERS,
    "printers.pause": _PRINTERS,
    "printers.test": _PRINTERS,
    "printers.remove": _PRINTERS,
    "printers.papers": _PRINTERS,
    "printers.paper": _PRINTERS,
    "printers.paper_pdf": _PRINTERS,
    "printers.paper_picture": _PRINTERS,
    "printers.routes": _PRINTERS,
    "printers.hand_over": _PRINTERS,
    "printers.run": _SEE | _REPRINT,
    "printers.resume_after": _REPRINT,
    "waves.labels": _REPRINT,
    "printers.chosen": _PRINTERS,
    "printers.stand_ins": _PRINTERS,
    "printers.save_routes": _PRINTERS,
    "printers.straighten": _PRINTERS,
    "printers.straightened": _PRINTERS,
    "printers.trial": _PRINTERS,
    "printers.find": _PRINTERS,
    "printers.found": _PRINTERS,
    "printers.begin_search": _PRINTERS,
    "designs.index": _PRINTERS,
    "designs.new": _PRINTERS,
    "designs.design": _PRINTERS,
    "designs.add": _PRINTERS,
    "designs.change": _PRINTERS,
    "designs.restore": _PRINTERS,
    "designs.retire": _PRINTERS,
    "designs.use": _PRINTERS,
    "designs.stop": _PRINTERS,
    "designs.preview": _PRINTERS,
    "designs.standard_picture": _PRINTERS,
    "designs.picture": _PRINTERS,
    "designs.download": _PRINTERS,
    "designs.upload": _PRINTERS,
    "designs.add_picture": _PRINTERS,
    "designs.logo": _PRINTERS,
    "designs.remove_logo": _PRINTERS,
    "designs.new_slip": _PRINTERS,
    "designs.slip": _PRINTERS,
    "designs.add_slip": _PRINTERS,
    "designs.change_slip": _PRINTERS,
    "designs.preview_slip": _PRINTERS,
    "carriers.index": _PRINTERS,
    "carriers.new": _PRINTERS,
    "carriers.add": _PRINTERS,
    "carriers.carrier": _PRINTERS,
    "carriers.change": _PRINTERS,
    "carriers.numbers": _PRINTERS,
    "carriers.more_range": _PRINTERS,
    "carriers.more_list": _PRINTERS,
    "carriers.pool": _PRINTERS,
    "tablets.index": _PRINTERS,
    "tablets.enrol": _PRINTERS,
    "tablets.rename": _PRINTERS,
    "tablets.revoke": _PRINTERS,
    "tablets.station": _PRINTERS,
    "tablets.cards": _PRINTERS,
    "tablets.card_draft": _PRINTERS,
    "people.index": _SYSTEM,
    "people.new": _SYSTEM,
    "people.add": _SYSTEM,
    "people.person": _SYSTEM,
    "people.change": _SYSTEM,
    "people.pin": _SYSTEM,
    "people.password": _SYSTEM,
    "people.badge": _SYSTEM,
    "people.badges": _SYSTEM,
    "people.active": _SYSTEM,
    "people.token": _SYSTEM,
    "people.revoke": _SYSTEM,
    "settings.index": _SYSTEM,
    "settings.save": _SYSTEM,
    "search.index": _SEE,
}
NOT_DESK = (
    "api",
    "login",
    "home",
    "bench",
    "pick",
    "check",
    "pack",
    "weigh",
    "ship",
    "pictures",
    "receive",
    "count",
    "storing",
    "replenish",
)


def desk_rules(desk: Desk):
    """Return (endpoint, method, address) of every desk route, ids filled in."""
    found = []
    for rule in desk.app.url_map.iter_rules():
        if rule.endpoint == "static" or rule.endpoint.partition(".")[0] in NOT_DESK:
            continue
        words = {"language": "zh", "kind": "bins"}
        values = {name: words.get(name, 1) for name in rule.arguments}
        with desk.app.test_request_context():
            address = desk.app.url_map.bind("").build(rule.endpoint, values)
        method = "POST" if "POST" in rule.methods else "GET"
        found.append((rule.endpoint, method, address))
    return found


def test_every_desk_route_is_in_the_table(desk: Desk):
    assert {endpoint for endpoint, _, _ in desk_rules(desk)} == set(MAY)


def test_every_route_says_what_it_needs(desk: Desk):
    with desk.app.app_context():
        silent = [
            rule.endpoint
            for rule in desk.app.url_map.iter_rules()
            if rule.endpoint != "static" and not needs_of(rule.endpoint)
        ]
    assert silent == []


def test_pages_of_stock_show_the_book_or_are_known_not_to(desk: Desk):
    with desk.app.app_context():
        silent = {
            rule.endpoint
            for rule in desk.app.url_map.iter_rules()
            if rule.endpoint.partition(".")[0] in ("stock", "lots", "supply")
            and Right.SEE_DESK in needs_of(rule.endpoint)
            and not shows_book(rule.endpoint)
        }
    assert silent == {"stock.proof", "stock.zones", "lots.recall"}


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_its_routes_and_no_other(desk: Desk, role: Role):
    client = desk.as_(role)
    opened = set()
    for endpoint, method, address in desk_rules(desk):
        status = client.open(address, method=method).status_code
        assert status < 500, (endpoint, status)
        if status != 403:
            opened.add(endpoint)
    assert opened == {endpoint for endpoint, roles in MAY.items() if role in roles}


def test_nobody_is_sent_to_the_door(desk: Desk):
    client = desk.as_(None)
    for endpoint, method, address in desk_rules(desk):
        answer = client.open(address, method=method)
        if method == "GET":
            assert answer.status_code == 302, endpoint
            assert answer.headers["Location"].startswith("/login?"), endpoint
        else:
            assert (answer.status_code, answer.get_data()) == (401, b""), endpoint


def test_a_form_without_its_token_is_refused(sqlite_database: Database, tmp_path: Path):
    desk = Desk(World(sqlite_database), tmp_path / "data", is_guarded=True)
    client = desk.as_(Role.ADMIN)
    with desk.world.nothing_written():
        for endpoint, method, address in desk_rules(desk):
            if method == "POST":
                assert client.post(address).status_code == 400, endpoint


def test_what_does_not_exist_is_not_found(desk: Desk):
    for role in (Role.SUPERVISOR, Role.ADMIN, Role.CUSTOMER_SERVICE):
        for endpoint, method, address in desk_rules(desk):
            if "/1" not in address or role not in MAY[endpoint] or method == "POST":
                continue
            for number in ("987654", str(2**53), str(2**64), "9" * 40):
                wrong = address.replace("/1", f"/{number}")
                assert desk.get(wrong, role).status_code == 404, wrong


def test_headers_keep_pages_private(desk: Desk):
    answer = desk.get("/orders")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
