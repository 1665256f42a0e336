"""The command line speaks the language of the shell; what machines read stays as it is."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from printing.models import Printer, PrinterKind, PrinterState
from tests.builders import Stage, World
from tests.cli.conftest import Shell
from tests.cli.test_commands import LISTINGS
from warehouse.cli import main
from warehouse.cli.language import language
from warehouse.db import Database
from warehouse.orders.models import Order
from warehouse.people.models import ApiToken

_LATIN = re.compile(r"[A-Za-z]+")
UNITS = {"g", "mm", "SKU", "ID", "PIN"}


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "en_GB"}, "zh"),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "pl_PL"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": ""}, "en"),
    ],
)
def test_the_first_that_is_set_chooses(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], wanted: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert language() == wanted


@pytest.fixture
def filled(world: World) -> World:
    world.bring(Stage.DISPATCHED)
    world.audited({world.sku("CAP"): 1}, buyer_message="read me")
    person = world.person("machine")
    world.add(ApiToken(name="m", token_hash="x" * 64, person_id=person, created_at=world.now))
    world.add(
        Printer(
            name="P", kind=PrinterKind.ZPL, address="10.0.0.9", media="", dpi=203,
            state=PrinterState.READY,
        )
    )  # fmt: skip
    return world


@pytest.mark.parametrize("line", LISTINGS)
def test_headings_are_chinese_in_a_chinese_shell(filled: World, shell: Shell, line: str) -> None:
    head = shell.run(line, language="zh_CN.UTF-8").stdout.splitlines()[0]
    assert set(_LATIN.findall(head)) <= UNITS
    english = shell.run(line).stdout.splitlines()[0]
    assert english.isascii()
    assert len(head.split()) > 1


def test_a_thing_is_shown_with_chinese_words(filled: World, shell: Shell) -> None:
    order = filled.all(Order)[0].order_no
    parcel = shell.json("parcels list")["parcels"][0]["number"]
    wave = shell.json("waves list")["waves"][0]["number"]
    handover = shell.json("handovers list")["handovers"][0]["number"]
    for line, state in (
        (f"orders show {order}", "已发货"),
        (f"parcels show {parcel}", "已发货"),
        (f"waves show {wave}", "已拣货"),
        (f"handovers show {handover}", "进行中"),
        ("skus show TEE", "在用"),
    ):
        shown = shell.run(line, language="zh_CN.UTF-8").stdout
        assert state in shown, line
        heads = [text.split("  ")[0] for text in shown.splitlines()]
        assert [h for h in heads if re.fullmatch("[a-z_ ]+", h)] == [], line
        assert shown != shell.run(line).stdout


def test_json_is_the_same_in_every_shell(filled: World, shell: Shell) -> None:
    for line in (*LISTINGS, "skus show TEE", "ledger verify"):
        assert shell.json(line, language="zh_CN.UTF-8") == shell.json(line)


def test_refusals_are_said_in_the_language_of_the_shell(world: World, shell: Shell) -> None:
    line = "waves make --ready 5"
    chinese = shell.run(line, language="zh_CN.UTF-8", status=1).stderr
    assert chinese == "错误：没有可排波次的发货单。\n"
    assert shell.run(line, status=1).stderr == "Error: No consignment is ready.\n"
    misused = shell.run("waves make", language="zh_CN.UTF-8", status=2).stderr
    assert misused.endswith("错误：请写明发货单号，或加 --ready。\n")


@pytest.mark.parametrize(
    ("shell", "said"),
    [
        ("zh_CN.UTF-8", "错误：FAHUO_LOCK_AFTER_S 必须是大于 0 的整数，不能是 soon。"),
        ("en_GB.UTF-8", "Error: FAHUO_LOCK_AFTER_S must be a whole number above 0, not soon."),
    ],
)
def test_settings_are_refused_in_the_language_of_the_shell(shell: str, said: str) -> None:
    runner = CliRunner(env={"LC_ALL": shell, "FAHUO_LOCK_AFTER_S": "soon"})
    result = runner.invoke(main, ["orders", "list"])
    assert (result.exit_code, result.stderr) == (1, f"{said}\n")


def test_what_the_trade_refuses_is_said_in_the_language_of_the_shell(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", str(sqlite_database.url))
    result = CliRunner(env={"LC_ALL": "zh_CN.UTF-8"}).invoke(main, ["skus", "show", "NOTHING"])
    assert (result.exit_code, result.stderr) == (1, "错误：SKU NOTHING 不存在。\n")
