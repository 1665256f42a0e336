"""Importing by API: files for the worker, the same files once, what was refused told by row."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.api.conftest import API, Machine, error_of
from tests.api.described import Description
from tests.builders import World
from warehouse.commands import new_id
from warehouse.orders.import_models import ImportRun, ImportState
from warehouse.orders.importing import run_waiting_import
from warehouse.orders.models import Order
from warehouse.people.models import Role

EXAMPLE = (Path(__file__).parents[2] / "docs/examples/orders-zh.csv").read_bytes()


def send(
    machine: Machine,
    *files: tuple[str, bytes],
    key: str = "",
    what: str = "orders",
    **fields: Any,
) -> TestResponse:
    data: dict[str, Any] = dict(fields)
    data |= {k: (io.BytesIO(v), "x.csv") for k, v in fields.items() if isinstance(v, bytes)}
    data["files"] = [(io.BytesIO(content), name) for name, content in files]
    headers = machine.headers() | ({"Idempotency-Key": key} if key else {})
    return machine.client.post(
        f"{API}/{what}/import", data=data, headers=headers, content_type="multipart/form-data"
    )


def work(world: World, app: Flask) -> None:
    """Do what the worker does."""
    while run_waiting_import(world.database, app.extensions["fahuo_config"]):
        pass


def test_a_file_is_taken_and_read_by_the_worker(world: World, app: Flask, desk: Machine) -> None:
    described = Description(desk)
    sent = send(desk, ("orders.csv", EXAMPLE))
    shown = described.hold("/orders/import", sent, "post")
    assert (sent.status_code, shown["state"]) == (202, "waiting")
    assert shown["files"] == [{"name": "orders.csv", "bytes": len(EXAMPLE)}]
    place = sent.headers["Location"].removeprefix(API)
    work(world, app)
    done = described.hold("/imports/{import_id}", desk.get(place))
    assert (done["state"], done["orders_new"], done["rows_rejected"]) == ("done", 1, 0)
    assert len(world.all(Order)) == 1


def test_lists_of_skus_bins_and_stock_are_taken_and_read(
    world: World, app: Flask, desk: Machine
) -> None:
    described = Description(desk)
    lists = {
        "skus": b"Code,Name\nTEE,Shirt\n,nameless\n",
        "bins": b"Bin,Colour\nA-1,red\n",
        "stock": b"Bin,SKU,Pieces\nA-1,TEE,5\n",
    }
    ended = []
    for what, content in lists.items():
        sent = send(desk, ("list.csv", content), what=what)
        shown = described.hold(f"/{what}/import", sent, "post")
        work(world, app)
        done = described.hold("/imports/{import_id}", desk.get(f"/imports/{shown['id']}"))
        counts = (done["rows_new"], done["rows_rejected"])
        ended.append((done["kind"], done["state"], *counts, done["not_read"]))
    assert ended == [
        ("skus", "done", 1, 1, ""),
        ("bins", "done", 1, 0, "Columns not read: Colour."),
        ("opening", "done", 1, 0, ""),
    ]
    two = send(desk, ("a.csv", b"Bin\n"), ("b.csv", b"Bin\n"), what="bins")
    assert two.status_code == 400


def test_a_repeat_makes_no_second_run(world: World, desk: Machine) -> None:
    key = new_id()
    first = send(desk, ("orders.csv", EXAMPLE), key=key)
    again = send(desk, ("orders.csv", EXAMPLE), key=key)
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(world.all(ImportRun)) == 1
    other = send(desk, ("orders.csv", EXAMPLE + b"\n"), key=key)
    assert error_of(other)[:2] == (409, "command_reused")


def uploads_in(app: Flask) -> list[str]:
    folder = app.extensions["fahuo_config"].upload_dir
    return [path.name for path in folder.iterdir()] if folder.exists() else []


def test_a_file_that_was_read_is_gone_and_a_repeat_brings_it_not_back(
    world: World, app: Flask, desk: Machine
) -> None:
    key = new_id()
    send(desk, ("orders.csv", EXAMPLE), key=key)
    assert len(uploads_in(app)) == 1
    work(world, app)
    assert uploads_in(app) == []
    again = send(desk, ("orders.csv", EXAMPLE), key=key)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert uploads_in(app) == []


def test_two_runs_of_the_same_file_have_a_copy_each(
    world: World, app: Flask, desk: Machine
) -> None:
    runs = [send(desk, ("orders.csv", EXAMPLE)).get_json()["id"] for _ in range(2)]
    work(world, app)
    shown = [desk.get(f"/imports/{run}").get_json() for run in runs]
    assert [(run["state"], run["orders_new"]) for run in shown] == [("done", 1), ("done", 0)]


def test_a_refused_repeat_leaves_the_waiting_file_where_it_lies(
    world: World, app: Flask, desk: Machine
) -> None:
    key = new_id()
    send(desk, ("orders.csv", EXAMPLE), key=key)
    other = send(desk, ("orders.csv", EXAMPLE), key=key, shop="X")
    assert error_of(other)[:2] == (409, "command_reused")
    work(world, app)
    assert world.one(ImportRun).state is ImportState.DONE


def test_refused_rows_are_told_with_place_and_reason(
    world: World, app: Flask, desk: Machine
) -> None:
    described = Description(desk)
    head, row = EXAMPLE.decode("utf-8-sig").splitlines()[:2]
    damaged = row.replace("SO-20261111-0001", "5.1E+18")
    sent = send(desk, ("bad.csv", f"{head}\n{damaged}\n".encode())).get_json()
    work(world, app)
    page = described.hold(
        "/imports/{import_id}/rejected", desk.get(f"/imports/{sent['id']}/rejected")
    )
    (rejected,) = page["rejected"]
    assert (rejected["file"], rejected["row"], rejected["value"]) == ("bad.csv", 2, "5.1E+18")
    assert "spreadsheet" in rejected["reason"]


def test_refused_rows_are_for_who_imports_since_a_cell_may_name_a_person(
    world: World, app: Flask, desk: Machine, machine_of: Callable[..., Machine]
) -> None:
    sent = send(desk, ("orders.csv", EXAMPLE)).get_json()
    work(world, app)
    counter = machine_of(Role.COUNTER)
    assert counter.get(f"/imports/{sent['id']}").status_code == 200
    assert counter.get(f"/imports/{sent['id']}/rejected").status_code == 403


def test_changed_fields_are_told_masked(world: World, app: Flask, desk: Machine) -> None:
    described = Description(desk)
    send(desk, ("orders.csv", EXAMPLE))
    work(world, app)
    changed = EXAMPLE.replace("请周末送货".encode(), "请工作日送货".encode())
    assert changed != EXAMPLE
    sent = send(desk, ("orders.csv", changed)).get_json()
    work(world, app)
    assert desk.get(f"/imports/{sent['id']}").get_json()["orders_changed"] == 1
    page = described.hold(
        "/imports/{import_id}/changes", desk.get(f"/imports/{sent['id']}/changes")
    )
    assert [(c["order"], c["is_applied"]) for c in page["changes"]] == [("SO-20261111-0001", True)]


def test_a_file_that_is_no_report_fails_with_the_reason(
    world: World, app: Flask, desk: Machine
) -> None:
    sent = send(desk, ("photo.xlsx", b"\x89PNG\r\n\x1a\n....")).get_json()
    work(world, app)
    shown = desk.get(f"/imports/{sent['id']}").get_json()
    assert shown["state"] == "failed"
    assert "neither a CSV nor an XLSX" in shown["problem"]


@pytest.mark.parametrize(
    ("files", "fields", "field"),
    [
        ((), {}, "files"),
        ((("empty.csv", b""),), {}, "files"),
        (tuple((f"{n}.csv", b"x") for n in range(21)), {}, "files"),
        ((("a.csv", b"x"),), {"shop": "x" * 65}, "shop"),
        ((("a.csv", b"x"),), {"shop": "a\0b"}, "shop"),
        ((("a.csv", b"x"),), {"path": "/etc/passwd"}, "path"),
        ((("a.csv", b"x"),), {"other": b"x"}, "files"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_kept(
    world: World, app: Flask, desk: Machine, files, fields, field
) -> None:
    with world.nothing_written():
        assert error_of(send(desk, *files, **fields)) == (400, "invalid_input", field)
    folder = app.extensions["fahuo_config"].upload_dir
    assert not folder.exists() or list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\shop\\o.csv", "a\x07b.csv", "字" * 300,
                                  "<b>.csv", "-"])  # fmt: skip
def test_a_files_name_is_only_a_name(world: World, app: Flask, desk: Machine, name: str) -> None:
    assert send(desk, (name, EXAMPLE)).status_code == 202
    (file,) = world.one(ImportRun).files
    assert Path(file["path"]).parent == app.extensions["fahuo_config"].upload_dir
    assert "/" not in file["name"]
    assert "\\" not in file["name"]
    assert 0 < len(file["name"]) <= 200


def test_json_is_no_upload(world: World, desk: Machine) -> None:
    with world.nothing_written():
        response = desk.post("/orders/import", {"files": []})
        assert error_of(response)[:2] == (415, "unsupported_media_type")
        broken = desk.raw("/orders/import", b"--x\r\n", **{"Content-Type": "multipart/form-data"})
        assert error_of(broken)[:2] == (400, "invalid_input")
