"""Uploads lie no longer than they must: they are full of names and addresses."""

from __future__ import annotations

import io
import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import World
from tests.waiting import until
from warehouse.commands import new_id
from warehouse.config import Config
from warehouse.db import utcnow
from warehouse.errors import InvalidInput
from warehouse.orders import uploads
from warehouse.orders.commands.importing.runs import StartImport, start_import
from warehouse.orders.uploads import kept_uploads, sweep_uploads
from warehouse.worker import Worker


class Sent:
    def __init__(self, filename: str, content: bytes) -> None:
        self.filename = filename
        self.stream = io.BytesIO(content)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


def _started(world: World, folder: Path, *files: Sent) -> list[Path]:
    name = new_id()
    with kept_uploads(world.database, files, folder, command_id=name) as kept:
        world.do(start_import, StartImport, id=name, files=kept)
    return [Path(file["path"]) for file in kept]


def _aged(path: Path, hours: int) -> Path:
    then = (utcnow() - timedelta(hours=hours)).timestamp()
    os.utime(path, (then, then))
    return path


def test_a_run_keeps_its_files(world: World, folder: Path):
    first, second = _started(world, folder, Sent("a.csv", b"x"), Sent("b.csv", b"x"))
    assert first != second
    assert (first.read_bytes(), second.read_bytes()) == (b"x", b"x")


def test_without_a_run_nothing_stays(world: World, folder: Path):
    with kept_uploads(world.database, [Sent("a.csv", b"x")], folder, command_id="1"):
        assert len(list(folder.iterdir())) == 1
    assert list(folder.iterdir()) == []


def test_an_empty_file_takes_the_ones_before_it_along(world: World, folder: Path):
    sent = [Sent("a.csv", b"x"), Sent("b.csv", b"")]
    with (
        pytest.raises(InvalidInput),
        kept_uploads(world.database, sent, folder, command_id="1"),
    ):
        pass
    assert list(folder.iterdir()) == []


def test_the_sweep_takes_what_is_old_and_nobody_has_to_read(world: World, folder: Path):
    (waiting,) = _started(world, folder, Sent("a.csv", b"x"))
    forgotten, part, fresh = folder / "forgotten", folder / ".part-1", folder / "fresh"
    for path in (forgotten, part, fresh):
        path.write_bytes(b"names")
    for path in (waiting, forgotten, part):
        _aged(path, hours=25)
    _aged(fresh, hours=23)
    assert sweep_uploads(world.database, folder, utcnow()) == 2
    assert set(folder.iterdir()) == {waiting, fresh}


def test_where_nothing_was_ever_sent_there_is_nothing_to_sweep(world: World, folder: Path):
    assert sweep_uploads(world.database, folder, utcnow()) == 0


def test_the_worker_sweeps_when_it_starts(world: World, tmp_path: Path):
    config = Config(database_url="", data_dir=tmp_path, secret_key="of the tests")
    config.upload_dir.mkdir()
    old = config.upload_dir / "old"
    old.write_bytes(b"names")
    _aged(old, hours=25)
    worker = Worker(world.database, config)
    thread = threading.Thread(target=worker.run)
    thread.start()
    is_gone = until(lambda: not old.exists())
    worker.stop()
    thread.join(90)
    assert is_gone


@pytest.mark.parametrize(("sent", "shown"), [
    ("../../etc/passwd", "passwd"), ("C:\\shop\\o.csv", "o.csv"), ("a\x07b.csv", "ab.csv"),
    ("字" * 300, "字" * 120), ("orders.csv.html", "orders.csv.html"), ("..", ".."), ("", "-"),
])  # fmt: skip
def test_a_name_is_shown_without_its_folders_and_tricks(sent: str, shown: str):
    assert uploads.name_shown(sent) == shown
