"""Each edge hands the site's time zone to what it has done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from click.testing import CliRunner

from printing.models import PrintJob
from tests.api.conftest import EVERY_ROLE, new_machine
from tests.builders import Stage, Work, World
from tests.web.desk_site import Desk
from warehouse.cli import Site, main
from warehouse.config import Config

EVENING = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
KIRITIMATI = ZoneInfo("Pacific/Kiritimati")  # 14 hours ahead


def _ready(world: World) -> Work:
    return world.bring(Stage.READY, promise_at=EVENING)


def _is_local(world: World) -> None:
    assert world.one(PrintJob).facts["cut_off"] == "03-02 06:30"


def _abroad(desk: Desk) -> None:
    config = desk.app.extensions["fahuo_config"]
    desk.app.extensions["fahuo_config"] = replace(config, time_zone=KIRITIMATI)


def test_a_desk_does(desk: Desk):
    _abroad(desk)
    work = _ready(desk.world)
    desk.post("/consignments/wave", chosen=work.consignment_id)
    _is_local(desk.world)


def test_the_api_does(desk: Desk):
    _abroad(desk)
    work = _ready(desk.world)
    machine = new_machine(desk.world, desk.app, *EVERY_ROLE)
    machine.post("/waves", {"consignments": [f"C{work.consignment_id:08d}"]})
    _is_local(desk.world)


def test_the_command_line_does(desk: Desk, tmp_path: Path):
    site = Site()
    config = Config(database_url="", data_dir=tmp_path, secret_key="x", time_zone=KIRITIMATI)
    vars(site).update(config=config, database=desk.database)
    _ready(desk.world)
    waves = main.get_command(None, "waves")  # type: ignore[arg-type]  # the context is not looked at
    result = CliRunner().invoke(waves, ["make", "--ready", "1"], obj=site)
    assert result.exit_code == 0, result.output
    _is_local(desk.world)
