"""The gate of a SQLite file: a holder that hangs is waited for so long and no longer."""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from warehouse import gate
from warehouse.gate import DatabaseBusy, Gate


@contextmanager
def held_elsewhere(path: Path) -> Iterator[None]:
    """Hold the file as another process does: locks of two open files know nothing of each other."""
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "fahuo.db.lock"


def test_a_process_that_hangs_in_the_gate_keeps_nobody_for_ever(path: Path):
    mine = Gate(path)
    with held_elsewhere(path), pytest.raises(DatabaseBusy), mine(0.2):
        pytest.fail("two in the gate")


def test_the_wait_for_own_threads_and_for_other_processes_is_one(path: Path, monkeypatch):
    clock, waits = iter([0.0, 3.5]), []  # so long own threads were in before
    is_over = gate._Waiting.is_over

    def wait(self: gate._Waiting, timeout_s: float) -> bool:
        waits.append(timeout_s)
        return is_over(self, 0.01)

    monkeypatch.setattr(gate, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    monkeypatch.setattr(gate._Waiting, "is_over", wait)
    with held_elsewhere(path), pytest.raises(DatabaseBusy), Gate(path)(4.0):
        pytest.fail("two in the gate")
    assert waits == [0.5]


def test_who_gave_up_holds_nothing_later(path: Path):
    mine, other = Gate(path), Gate(path)
    with held_elsewhere(path), pytest.raises(DatabaseBusy), mine(0.1):
        pytest.fail("two in the gate")
    for _ in range(3):
        with other(2):
            pass
        with mine(2):
            pass


def test_who_waits_comes_in_as_soon_as_the_other_leaves(path: Path):
    mine = Gate(path)
    came: list[bool] = []

    def wait() -> None:
        with mine(90):
            came.append(True)

    with held_elsewhere(path):
        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.2)
        assert came == []
    thread.join(60)
    assert came == [True]


def test_many_threads_of_two_processes_are_never_in_together(path: Path):
    gates = [Gate(path), Gate(path)]
    inside: list[int] = []
    most: list[int] = []

    def work(one: Gate) -> None:
        for _ in range(10):
            with one(90):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.0005)
                inside.pop()

    threads = [threading.Thread(target=work, args=(gates[i % 2],)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert (len(most), max(most)) == (60, 1)
