"""Starting the whole thing: what a person sees when it works, and when it cannot."""

from __future__ import annotations

import ast
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from warehouse import demo, migrations
from warehouse.cli.language import Refusal
from warehouse.cli.run import _is_untouched, _say_what_is_lost
from warehouse.commands import Actor, execute, new_id
from warehouse.db import Database, utcnow
from warehouse.people.auth import SYSTEM_PERSON_ID as SYSTEM
from warehouse.people.site import ChangeSettings, change_site_settings
from warehouse.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
START_S = 180


def _free_port() -> int:
    """Return a port that is free, and of those that no system gives to whoever asks for any."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "warehouse.cli", *arguments]


def _environ(tmp_path: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL",)}
    return {**kept, "FAHUO_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}


def _run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(*arguments),
        env=_environ(tmp_path),
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )


def test_an_empty_site_starts_answers_and_stops(tmp_path: Path):
    port = _free_port()
    process = subprocess.Popen(
        _command("run", "--empty", "--port", str(port)),
        env=_environ(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert _answers(port)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=120)
    finally:
        process.kill()
    assert f"http://127.0.0.1:{port}" in out
    assert "./fahuo people add" in out
    assert process.returncode == 0


def _answers(port: int) -> bool:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=30) as page:
                return page.status == 200
        except OSError:
            time.sleep(0.2)
    return False


def test_a_taken_port_is_said_with_what_to_do(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = _run(tmp_path, "run", "--empty", "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'fahuo.db'}")
    migrations.upgrade(database)
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.dispose()
    done = _run(tmp_path, "run", "--empty", "--port", str(_free_port()))
    assert done.returncode == 1
    assert "schema version 9999" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FAHUO_TYPO", "1", "FAHUO_TYPO"),
        ("FAHUO_TIME_ZONE", "Mars/Base", "Mars/Base"),
        ("FAHUO_LOCK_AFTER_S", "soon", "FAHUO_LOCK_AFTER_S"),
        ("FAHUO_DRAWING_MB", "127", "FAHUO_DRAWING_MB"),
        ("FAHUO_PRINTER_NETWORKS", "10.0.0.0/99", "FAHUO_PRINTER_NETWORKS"),
        ("FAHUO_PRINTER_DEVICES", "/etc/lp0", "FAHUO_PRINTER_DEVICES"),
        ("DATABASE_URL", "mysql://x", "DATABASE_URL"),
    ],
)
def test_a_setting_nobody_understands_is_refused(tmp_path: Path, name: str, value: str, said: str):
    done = subprocess.run(
        _command("db", "status"),
        env={**_environ(tmp_path), name: value},
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_site_that_is_no_demo_is_not_thrown_away(tmp_path: Path):
    database = Database(f"sqlite:///{tmp_path / 'fahuo.db'}")
    migrations.upgrade(database)
    database.dispose()
    done = _run(tmp_path, "run", "--reset-demo", "--port", str(_free_port()))
    assert done.returncode == 1
    assert "not thrown away" in done.stderr
    assert (tmp_path / "fahuo.db").exists()


def _rename(database: Database, name: str, at: datetime) -> None:
    """Do one act that needs nobody but the built-in person, as imports on the command line do."""
    rename = ChangeSettings(
        id=new_id(), actor=Actor(person_id=SYSTEM), at=at, values={"site_name": name}
    )
    execute(database, change_site_settings, rename)


def test_no_demo_is_loaded_where_anything_ever_happened(database: Database, tmp_path: Path):
    assert _is_untouched(database)
    _rename(database, "Ours", utcnow())
    assert not _is_untouched(database)
    url = database.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        _command("run", "--port", str(port := _free_port())),
        env={**_environ(tmp_path), "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert _answers(port)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=120)
    finally:
        process.kill()
    assert "First start" not in out
    assert "./fahuo people add" in out  # nobody can log in yet
    with database.reading() as session:
        assert not demo.is_demo(session)
        assert load_settings(session).site_name == "Ours"


def test_what_is_lost_with_the_demo_is_said(database: Database, tmp_path: Path, capsys):
    now = utcnow()
    demo.load(database, data_dir=tmp_path, at=now)
    _say_what_is_lost(database)
    assert capsys.readouterr().out == ""
    _rename(database, "Tried", now + timedelta(minutes=1))
    _say_what_is_lost(database)
    assert "Lost with the demo: 1" in capsys.readouterr().out
    _rename(database, "Ours", now - timedelta(days=9))
    with pytest.raises(Refusal, match="more than the demo site"):
        _say_what_is_lost(database)


def test_the_schema_is_made_by_one_command(tmp_path: Path):
    done = _run(tmp_path, "db", "upgrade")
    assert (done.returncode, done.stderr) == (0, "")
    assert migrations.head_revision() in done.stdout


def test_the_launcher_needs_nothing_but_python():
    source = (ROOT / "fahuo").read_text()
    tree = ast.parse(source)
    names = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in (node.names if isinstance(node, ast.Import) else [ast.alias(node.module)])
    }
    assert names <= set(sys.stdlib_module_names)
    assert len(source.splitlines()) < 150


def test_every_migration_is_numbered_by_its_file():
    paths = sorted((migrations.FOLDER / "versions").glob("[0-9]*.py"))
    assert len(paths) > 25
    for path in paths:
        assert f'revision = "{path.name.split("_")[0]}"' in path.read_text()
