"""A site with goods, people, couriers and folder printers, but no order yet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from printing.queue import due, print_one, transports_within
from tests.apps import lend
from warehouse import demo, migrations
from warehouse.config import Config
from warehouse.db import Database, utcnow
from warehouse.demo.goods import variants
from warehouse.shops.samples import SampleItem, sample_orders, write_pair

COLOUR_SIZE = "颜色分类:{colour};尺码:{size}"


@dataclass(frozen=True)
class Site:
    """The application over a database with the demo's building, goods and people."""

    app: Flask
    database: Database
    config: Config

    def print_everything(self) -> None:
        """Do the print worker's work until every lane is empty."""
        transports = transports_within(self.config.allowed_printers)
        while lanes := _due(self.database):
            for printer_id in lanes:
                print_one(self.database, printer_id, clock=utcnow, transports=transports)

    def printed(self, kind: str) -> list[Path]:
        """Return the files of this kind in the printers' folders, by name."""
        return sorted(self.config.spool_dir.rglob(f"{kind}-*.pdf"))


def _due(database: Database) -> list[int]:
    with database.reading() as session:
        return due(session, utcnow())


def build(database: Database, data_dir: Path) -> None:
    """Set the demo site up without orders."""
    with database.transaction() as session:
        demo.set_up(session, variants(), data_dir=data_dir, at=utcnow() - timedelta(days=1), seed=1)


def make_site(database: Database, data_dir: Path) -> Site:
    """Return the application over a database that was built."""
    config = Config(database_url=str(database.url), data_dir=data_dir, secret_key="journey" * 6)
    return Site(app=lend(config, database), database=database, config=config)


@pytest.fixture(scope="session")
def built_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a built SQLite site, to be copied."""
    folder = tmp_path_factory.mktemp("built")
    database = Database(f"sqlite:///{folder / 'fahuo.db'}")
    migrations.upgrade(database)
    build(database, folder)
    database.dispose()
    return folder


@pytest.fixture
def sqlite_site(built_sqlite: Path, tmp_path: Path) -> Iterator[Site]:
    """A site on SQLite."""
    shutil.copy(built_sqlite / "fahuo.db", tmp_path / "fahuo.db")
    database = Database(f"sqlite:///{tmp_path / 'fahuo.db'}")
    _move_spool(database, tmp_path)
    yield make_site(database, tmp_path)
    database.dispose()


def _move_spool(database: Database, data_dir: Path) -> None:
    from printing.models import Printer, PrinterKind

    with database.transaction() as session:
        for printer in session.query(Printer).filter(Printer.kind == PrinterKind.FOLDER):
            printer.address = str(data_dir / "spool" / Path(printer.address).name)


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Site:
    """A site on each database in turn."""
    build(database, tmp_path)
    return make_site(database, tmp_path)


@pytest.fixture
def taobao_pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two reports in GB18030 with three paid orders for goods the demo has on its shelves."""
    goods = variants()[:40]
    items = [
        SampleItem(
            title=v.sku.name,
            properties=COLOUR_SIZE.format(colour=v.colour, size=v.size),
            seller_code=v.sku.code,
            price_fen=4900,
        )
        for v in goods
    ]
    folder = tmp_path / "reports"
    folder.mkdir()
    until = datetime.now().replace(microsecond=0)  # noqa: DTZ005  (reports write local time)
    orders = sample_orders(3, seed=5, items=items, until=until, are_all_paid=True)
    return write_pair(folder, orders)
