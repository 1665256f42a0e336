"""`fahuo orders import`: what it prints, for people and for programs."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse import migrations
from warehouse.db import Database
from warehouse.shops.taobao import ITEM_EDITIONS, ORDER_EDITIONS

ROOT = Path(__file__).resolve().parents[2]
ORDER = {
    "订单编号": "3100000000000000017",
    "订单状态": "买家已付款，等待卖家发货",
    "收货人姓名": "林小满",
    "收货地址": "浙江省 杭州市 西湖区 文三路90号(310012)",
    "联系手机": "13800001234",
    "订单创建时间": "2026-02-11 20:30:00",
}
LINE = {
    "主订单编号": "3100000000000000017",
    "子订单编号": "3100000000000000018",
    "商品标题": "纯棉T恤",
    "购买数量": "2",
}


@pytest.fixture
def fahuo(tmp_path):
    """Runs the command line on a database of its own."""
    url = f"sqlite:///{tmp_path / 'cli.db'}"
    environ = {**os.environ, "DATABASE_URL": url, "FAHUO_DATA_DIR": str(tmp_path)}
    environ |= {"LC_ALL": "C.UTF-8"}
    database = Database(url)
    migrations.upgrade(database)
    database.dispose()

    def run(*arguments):
        command = [sys.executable, "-m", "warehouse.cli", "orders", "import", *map(str, arguments)]
        return subprocess.run(
            command, cwd=ROOT, env=environ, capture_output=True, encoding="utf-8", check=False
        )

    return run


@pytest.fixture
def write(tmp_path):
    def write(columns, *rows, name):
        path = tmp_path / name
        with path.open("w", encoding="gb18030", newline="") as stream:
            csv.writer(stream).writerows(
                [columns, *([row.get(c, "") for c in columns] for row in rows)]
            )
        return path

    return write


@pytest.fixture
def pair(write):
    orders = ORDER_EDITIONS["taobao_order_2023"]
    items = ITEM_EDITIONS["taobao_item_2024"]
    bad = ORDER | {"订单编号": "5.1E+18"}
    return write(orders, ORDER, bad, name="o.csv"), write(items, LINE, name="i.csv")


def test_json_has_exactly_the_promised_keys(fahuo, pair):
    result = fahuo(*pair, "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout) == {
        "orders_new": 1,
        "orders_changed": 0,
        "orders_unchanged": 0,
        "lines_new": 1,
        "rows_rejected": 1,
        "rejected": [
            {
                "file": "o.csv",
                "row": 3,
                "column": "订单编号",
                "value": "5.1E+18",
                "reason": "A spreadsheet program has cut the last digits of this number. Export"
                " the file again from the shop and import it without opening and saving it first.",
            }
        ],
    }


def test_a_file_that_cannot_be_read_is_told_with_its_reason_and_exit_1(fahuo, tmp_path):
    path = tmp_path / "photo.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n....")
    result = fahuo(path, "--json")
    assert result.returncode == 1
    assert json.loads(result.stdout)["error"] == {
        "code": "file_refused",
        "message": "photo.xlsx: This is neither a CSV nor an XLSX file."
        " Export it again from the shop.",
    }


def test_a_file_that_is_not_there_is_a_usage_error(fahuo, tmp_path):
    assert fahuo(tmp_path / "none.csv").returncode == 2
