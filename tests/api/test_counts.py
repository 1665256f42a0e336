"""Machines open counts, send what was counted as a file, decide and post."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.api.conftest import API, Machine, error_of
from tests.api.described import Description
from tests.builders import World
from tests.counts import opened
from warehouse.people.models import Role

HEAD = "Bin,SKU,Pieces\n"


@pytest.fixture
def shelf(world: World):
    tee = world.sku("TEE")
    world.stock(tee, "A-1", 10, walk_order=1)
    world.stock(tee, "A-2", 4, walk_order=2)
    return tee


def send(machine: Machine, number: str, text: str) -> Any:
    return machine.client.post(
        f"{API}/counts/{number}/file",
        data={"files": (io.BytesIO(text.encode()), "counts.csv")},
        headers=machine.headers(),
    )


def test_all_that_is_wrong_with_a_long_file_is_told_however_much_it_is(
    world: World, shelf, machine_of
):
    boss = machine_of(Role.SUPERVISOR)
    act = boss.post("/counts", {"bins": ["A-1"], "is_started": True}).get_json()
    number = act["subject"]["number"]
    wrong = send(boss, number, HEAD + "A-9,TEE,1\n" * 1_003)
    sent = Description(boss).hold("/counts/{number}/file", wrong, "post")
    assert (len(sent["rejected"]), sent["rejected_total"]) == (1_000, 1_003)
    rows = list(csv.DictReader(io.StringIO(sent["rejected_csv"])))
    assert [row["row"] for row in rows] == [str(row) for row in range(2, 1_005)]
    assert rows[0] == {name: str(value) for name, value in sent["rejected"][0].items()}


def test_a_count_is_opened_fed_decided_and_posted(world: World, shelf, tmp_path, machine_of):
    world.settings(count_grace_s=0, count_recount_pieces=9)
    boss, counter = machine_of(Role.SUPERVISOR), machine_of(Role.COUNTER)
    described = Description(boss)
    act = boss.post("/counts", {"bins": ["A-1", "A-2"], "is_started": True}).get_json()
    number = act["subject"]["number"]
    assert counter.get("/counts", state="counting").get_json()["counts"][0]["number"] == number
    wrong = send(counter, number, f"{HEAD}A-1,TEE,9\nA-9,TEE,1\nA-2,TEE,-1\n")
    sent = described.hold("/counts/{number}/file", wrong, "post")
    assert (sent["is_taken"], [r["row"] for r in sent["rejected"]]) == (False, [3, 4])
    assert (sent["rejected_total"], sent["rejected_csv"]) == (2, "")
    taken = send(counter, number, f"{HEAD}A-1,TEE,9\nA-2,TEE,4\n").get_json()
    assert (taken["is_taken"], taken["agreed"], taken["different"]) == (True, 1, 1)
    lines = counter.get(f"/counts/{number}/lines", only="differences").get_json()["lines"]
    assert [(x["bin"], x["counted"], x["book"], x["state"], x["value_fen"]) for x in lines] == [
        ("A-1", 9, 10, "different", None)
    ]
    (worth,) = boss.get(f"/counts/{number}/lines", only="differences").get_json()["lines"]
    assert worth["value_fen"] == 0
    assert counter.get(f"/counts/{number}").get_json()["accuracy"]["net_fen"] is None
    sent = {"lines": [lines[0]["id"]], "reason": "lost"}
    assert error_of(counter.post(f"/counts/{number}/approve", sent))[0] == 403
    assert boss.post(f"/counts/{number}/approve", sent).status_code == 200
    assert boss.post(f"/counts/{number}/approve", sent).status_code == 409
    posted = boss.post(f"/counts/{number}/post").get_json()
    assert (posted["facts"]["posted"], posted["facts"]["state"]) == (1, "posted")
    assert world.balance("A-1", shelf) == (9, 0, 9)
    shown = described.hold("/counts/{number}", boss.get(f"/counts/{number}"))
    assert (shown["accuracy"]["by_line"], shown["accuracy"]["missing"]) == (50.0, 1)


def test_what_cannot_be_counted_is_said(world: World, shelf, machine_of):
    boss, counter = machine_of(Role.SUPERVISOR), machine_of(Role.COUNTER)
    world.bin("TOTE-1")
    opened(world, "A-2")
    for sent, status in (
        ({"bins": ["A-9"]}, 404),
        ({"bins": ["DOCK"]}, 409),
        ({"bins": ["A-2"]}, 409),
        ({"zones": ["Z9"]}, 404),
        ({"skus": ["HAT"]}, 404),
        ({"bins": []}, 400),
        ({"classes": ["D"]}, 400),
        ({}, 400),
    ):
        assert boss.post("/counts", sent).status_code == status, sent
    assert counter.post("/counts", {"zones": []}).status_code == 403
    number = boss.post("/counts", {"zones": []}).get_json()["subject"]["number"]
    for path, sent in (
        ("approve", {"all": True, "reason": "lost"}),
        ("keep", {"lines": [7], "note": "no"}),
        ("ask-again", {"lines": [7]}),
        ("post", None),
    ):
        assert boss.post(f"/counts/{number}/{path}", sent).status_code == 409, path
    assert boss.post(f"/counts/{number}/cancel", {"note": "later"}).status_code == 200
    assert boss.post(f"/counts/{number}/start").status_code == 409
    assert boss.get("/counts/PD-1").status_code == 404
