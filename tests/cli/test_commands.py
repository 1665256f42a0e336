"""Commands do what the desk does, print the objects of the API, and end with a status for cron."""

from __future__ import annotations

import json

import pytest

from tests.api.conftest import tampered
from tests.builders import Stage, World
from tests.cli.conftest import Shell
from warehouse.api.shapes.orders import show_order
from warehouse.errors import NotFound, RuleViolation
from warehouse.orders.models import Hold, HoldKind, Order
from warehouse.people.auth import hash_token, person_by_badge, person_by_secret
from warehouse.people.models import ApiToken, Person
from warehouse.scanning import BADGE_PREFIX

LISTINGS = {
    "orders list": "orders",
    "waves list": "waves",
    "parcels list": "parcels",
    "handovers list": "handovers",
    "stock list": "stock",
    "skus list": "skus",
    "bins list": "bins",
    "jobs list": "print_jobs",
    "people list": "people",
    "tokens list": "tokens",
    "printers list": "printers",
}


def number_of(world: World, order_id: int) -> str:
    return world.get(Order, order_id).order_no


@pytest.fixture
def shelf(world: World):
    world.site()
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 100)
    return tee


@pytest.mark.parametrize("line", LISTINGS)
def test_a_listing_prints_one_object_with_its_rows(world: World, shell: Shell, line: str) -> None:
    world.bring(Stage.DISPATCHED)
    found = shell.json(line)
    assert set(found) == {LISTINGS[line], "next"}
    assert (found[LISTINGS[line]] == []) is (line in ("tokens list", "printers list"))
    table = shell.run(line).stdout
    assert table.count("\n") == (len(found[LISTINGS[line]]) + 1 if table else 0)


def test_a_day_is_shown_in_figures(shell: Shell) -> None:
    figures = {figure["key"]: figure["value"] for figure in shell.json("day")["figures"]}
    assert (figures["orders_in"], figures["parcels_gone"]) == (0, 0)
    table = shell.run("day 2020-01-01", language="zh_CN.UTF-8").stdout.splitlines()
    assert table[1].split() == ["名称", "当天", "前一天", "备注"]
    assert table[2].split() == ["新到订单", "0", "0", "–"]
    with pytest.raises(NotFound):
        shell.run("day 2099-01-01")


@pytest.mark.parametrize("line", LISTINGS)
def test_a_listing_of_nothing_says_so_on_standard_error(shell: Shell, line: str) -> None:
    if line == "bins list":
        line = "bins list --kind shelf"
    result = shell.run(line)
    assert (result.stdout, result.stderr) == ("", "There is nothing.\n")


def test_a_listing_goes_on_where_it_stopped(world: World, shell: Shell) -> None:
    tee = world.sku()
    ids = [world.order({tee: 1}) for _ in range(5)]
    first = shell.json("orders list --limit 2")
    rest = shell.json("orders list --limit 9 --after", first["next"])
    numbers = [o["number"] for o in first["orders"] + rest["orders"]]
    assert numbers == [number_of(world, i) for i in reversed(ids)]
    assert (len(first["orders"]), rest["next"]) == (2, None)
    assert len(shell.json("orders list --limit 2 --all")["orders"]) == 5


def test_orders_are_listed_by_state_and_hold(world: World, shell: Shell, shelf) -> None:
    held = world.audited({shelf: 1}, buyer_message="read me")
    clean = world.audited({shelf: 1})
    by_state = shell.json("orders list --state clean")["orders"]
    by_hold = shell.json("orders list --hold remark")["orders"]
    assert [o["number"] for o in by_state] == [number_of(world, clean)]
    assert [o["number"] for o in by_hold] == [number_of(world, held)]


def test_an_order_is_shown_as_the_api_shows_it(world: World, shell: Shell) -> None:
    work = world.bring(Stage.DISPATCHED)
    number = number_of(world, work.order_id)
    with world.database.reading() as session:
        expected = show_order(session, work.order_id, masked=False)
        masked = show_order(session, work.order_id, masked=True)
    shown = shell.json("orders show", number)
    assert shown == expected
    assert {"lines", "state", "holds", "receiver", "consignment", "parcels", "waybills"} <= set(
        shown
    )
    assert shown["receiver"]["name"] == "王小明"
    assert shown["waybills"] == [work.waybill_no]
    assert shell.json("orders show --masked", number) == masked
    assert number in shell.run("orders show", number).stdout


def test_orders_are_audited(world: World, shell: Shell, shelf) -> None:
    one, other = world.order({shelf: 1}), world.order({shelf: 1}, buyer_message="read me")
    assert shell.json("orders audit", number_of(world, one)) == {"clean": 1, "held": 0}
    assert world.state(Order, other) == "received"
    assert shell.json("orders audit") == {"clean": 1, "held": 1}


def test_all_clean_orders_are_released(world: World, shell: Shell, shelf) -> None:
    clean = [world.audited({shelf: 1}) for _ in range(3)]
    held = world.audited({shelf: 1}, buyer_message="read me")
    assert shell.json("orders release --all-clean") == {"released": 3, "left": 0}
    assert [world.state(Order, i) for i in (*clean, held)] == ["released"] * 3 + ["held"]
    assert shell.json("orders release --all-clean") == {"released": 0, "left": 0}


def test_a_named_order_that_stays_behind_is_a_failure(world: World, shell: Shell, shelf) -> None:
    held = world.audited({shelf: 1}, buyer_message="read me")
    assert shell.json("orders release", number_of(world, held), status=1) == {
        "released": 0,
        "left": 1,
    }


@pytest.mark.parametrize("line", ["orders release", "orders release 1 --all-clean", "waves make"])
def test_what_to_take_must_be_said_once(shell: Shell, line: str) -> None:
    assert "Usage:" in shell.run(line, status=2).stderr


def test_a_hold_comes_and_goes_in_somebodys_name(world: World, shell: Shell, shelf) -> None:
    clerk = world.add(Person(name="Li", login="li"))
    order_id = world.audited({shelf: 1})
    number = number_of(world, order_id)
    shell.json("orders hold --as li --note wait", number)
    assert world.holds(order_id) == [HoldKind.MANUAL]
    hold = world.one(Hold, order_id=order_id)
    assert hold.raised_by == clerk.id
    shell.json("orders release-hold --note settled", str(hold.id))
    assert world.holds(order_id) == []


def test_an_order_is_cancelled(world: World, shell: Shell, shelf) -> None:
    order_id = world.audited({shelf: 1})
    number = number_of(world, order_id)
    assert shell.json("orders cancel --note gone", number)["number"] == number
    assert world.state(Order, order_id) == "cancelled"


def test_a_refusal_is_one_object_and_a_failure(world: World, shell: Shell, shelf) -> None:
    found = shell.json("orders show 404", status=1)
    assert found == {"error": {"code": "not_found", "message": "order 404 does not exist."}}
    with pytest.raises(NotFound):
        shell.run("orders show 404")
    order_id = world.audited({shelf: 1})
    shell.json("orders cancel --note gone", number_of(world, order_id))
    with pytest.raises(RuleViolation), world.nothing_written():
        shell.run("orders hold --note wait", number_of(world, order_id))
    assert shell.json("orders audit --as nobody", status=1)["error"]["code"] == "not_found"


def test_the_ledger_is_proved(world: World, shell: Shell, shelf) -> None:
    assert shell.json("ledger verify") == {"ok": True, "differences": []}
    assert shell.run("ledger verify").stdout == "Every balance agrees with its moves.\n"


def test_a_difference_is_named_and_a_failure(world: World, shell: Shell) -> None:
    world.stock(world.sku("TEE"), "A-01", 5)
    difference = {
        "kind": "on_hand", "bin": "A-01", "sku": "TEE", "subject": "", "kept": 7, "computed": 5,
    }  # fmt: skip
    with tampered(world):
        found = shell.json("ledger verify", status=1)
        said = shell.run("ledger verify", status=1)
    assert found == {"ok": False, "differences": [difference]}
    assert (said.stdout, said.stderr) == (
        "",
        "A-01 TEE  on hand and its moves: kept 7, computed 5\n",
    )


def test_a_wave_is_made_of_what_is_needed_first(world: World, shell: Shell, shelf) -> None:
    late, urgent = world.released({shelf: 1}), world.released({shelf: 1}, is_urgent=True)
    made = shell.json("waves make --ready 1")
    wave = shell.json("waves show", made["wave"])
    assert [s["consignment"] for s in wave["slots"]] == [f"C{urgent.consignment_id:08d}"]
    assert made["left_out"] == []
    shell.json("waves make", f"C{late.consignment_id:08d}")
    assert len(shell.json("waves list --state planned")["waves"]) == 2


def test_without_a_ready_consignment_there_is_no_wave(shell: Shell) -> None:
    assert "No consignment is ready." in shell.run("waves make --ready 5", status=1).stderr


def test_lists_are_imported_and_refused_rows_told(world: World, shell: Shell, tmp_path) -> None:
    def write(name: str, text: str) -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    text = "商家编码,商品名称,重量,产地\nTEE-1,T恤,200,\nTEE-2,T恤,heavy,\n"
    skus = write("skus.csv", text)
    first = shell.json("skus import", skus)
    assert first["not_read"] == ["产地"]
    assert "Columns not read: 产地." in shell.run("skus import", skus).stderr
    assert (first["new"], first["rows_rejected"]) == (1, 1)
    (row,) = first["rejected"]
    assert (row["file"], row["row"], row["column"], row["value"]) == (
        "skus.csv",
        3,
        "重量",
        "heavy",
    )
    assert shell.json("skus import --strict", skus, status=3)["unchanged"] == 1
    bins = write("bins.csv", "货位,库区\nA-01,A\n")
    assert shell.json("bins import", bins)["new"] == 1
    stock = write("stock.csv", "货位,商家编码,数量\nA-01,TEE-1,7\nA-09,TEE-1,7\n")
    booked = shell.json("stock import", stock)
    assert (booked["new"], booked["rows_rejected"]) == (1, 1)
    assert shell.json("stock import", stock)["unchanged"] == 1
    (balance,) = shell.json("stock list --sku TEE-1")["stock"]
    assert (balance["bin"], balance["on_hand"]) == ("A-01", 7)
    assert shell.json("skus show TEE-1")["available"] == 7


def test_somebody_is_taken_on_and_let_in(world: World, shell: Shell) -> None:
    made = shell.json("people add 张三 --login zhang --role picker --role packer")
    assert (made["login"], made["roles"]) == ("zhang", ["packer", "picker"])
    badge = shell.json("people badge zhang")["badge"]
    shell.run("people password zhang --stdin", typed="correct horse battery\n")
    with world.database.reading() as session:
        assert person_by_badge(session, badge.removeprefix(BADGE_PREFIX)).id == made["id"]
        found = person_by_secret(session, "zhang", "correct horse battery", is_pin=False)
        assert found is not None
        assert found.id == made["id"]
    (row,) = shell.json("people list")["people"]
    assert (row["has_badge"], row["has_password"], row["has_pin"]) == (True, True, False)


def test_a_weak_password_is_refused_and_never_echoed(world: World, shell: Shell) -> None:
    world.add(Person(name="Li", login="li"))
    result = shell.json("people password li --stdin", typed="secret\n", status=1)
    assert result["error"]["code"] == "invalid_input"
    assert "secret" not in json.dumps(result)
    assert world.one(Person, login="li").password_hash is None


def test_a_token_is_shown_once_and_revoked(world: World, shell: Shell) -> None:
    person = world.add(Person(name="Li", login="li"))
    made = shell.json("tokens create erp --person li")
    row = world.one(ApiToken)
    assert (row.token_hash, row.person_id) == (hash_token(made["token"]), person.id)
    listed = shell.json("tokens list")
    assert made["token"] not in json.dumps(listed)
    shell.json("tokens revoke", str(listed["tokens"][0]["id"]))
    assert shell.json("tokens list")["tokens"][0]["revoked_at"] is not None


def test_a_printer_is_added_where_the_site_allows_and_tried(shell: Shell, tmp_path) -> None:
    folder = str(tmp_path / "spool" / "labels")
    made = shell.json("printers add labels --kind folder --route waybill --address", folder)
    assert (made["address"], made["prints"]) == (folder, ["waybill"])
    job = shell.json("printers test labels")["job"]
    (row,) = shell.json("jobs list --open --printer labels")["print_jobs"]
    assert (row["id"], row["kind"], row["state"]) == (job, "test_page", "queued")
    assert [(p["name"], p["waiting"]) for p in shell.json("printers list")["printers"]] == [
        ("labels", 1)
    ]
    for address in ("8.8.8.8", "127.0.0.1", "0177.0.0.1"):
        refused = shell.json(f"printers add x --kind escpos --address {address}", status=1)
        assert refused["error"]["code"] == "invalid_input"
    assert shell.json("printers add x --kind folder --address /etc", status=1)["error"]
