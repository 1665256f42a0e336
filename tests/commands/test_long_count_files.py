"""Files of counts longer than what is looked at at once: whole or not at all, in little memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable
from itertools import chain, repeat
from pathlib import Path

import pytest

from tests.builders import Goods, World
from tests.commands.test_count_files import taken
from tests.counts import Count, opened
from tests.tracked import by_piece
from warehouse.catalog.models import Bin, BinKind
from warehouse.counting import importing
from warehouse.counting.commands import importing as commands
from warehouse.counting.importing import CountReport
from warehouse.counting.models import CountScope, CountTake, LineState
from warehouse.people.models import PersonRole, Role

HEAD = "货位,SKU,数量,盘点人,SN\n"
LONG = importing.PORTION * 3 // 5  # rows of one bin: two bins are more than is looked at in one go


@pytest.fixture
def tee(world: World) -> Goods:
    for name in ("bob", "eve"):
        world.add(PersonRole(person_id=world.person(name), role=Role.COUNTER))
    tee = world.sku("TEE")
    for n in (1, 2):
        world.stock(tee, f"A-{n}", LONG, walk_order=n)
    return tee


def send(world: World, folder: Path, count: Count, rows: Iterable[str]) -> CountReport:
    file = folder / "counts.csv"
    file.write_text(HEAD + "\n".join(rows), encoding="utf-8")
    return taken(world, file, count.id)


def scattered(times: int = LONG) -> Iterable[str]:
    """Return rows of two bins by turns, a piece in each."""
    return chain.from_iterable(repeat(("A-2,TEE,1,bob,", "A-1,TEE,1,eve,"), times))


def test_rows_of_a_bin_are_one_count_wherever_they_stand(world: World, tee: Goods, tmp_path: Path):
    count = opened(world, "A-1", "A-2")
    report = send(world, tmp_path, count, scattered())
    assert (report.bins, report.agreed, report.again) == (2, 2, 0)
    assert [(x.counted, x.state) for x in count.lines()] == [(LONG, LineState.AGREED)] * 2
    assert {t.person_id for t in world.all(CountTake)} == {world.person(n) for n in ("bob", "eve")}


@pytest.mark.parametrize("unread", [(), ("A-1,TEE,many,eve,",)])
def test_faults_of_rows_far_apart_are_told_at_once_and_nothing_is_taken(
    world: World, tee: Goods, tmp_path: Path, unread: tuple[str, ...]
):
    by_piece(world)
    count = opened(world, "A-1", "A-2")
    many = "A-2,TEE,100000,bob,"
    rows = ("A-2,CAMERA,1,bob,N1", "A-1,,0,eve,", *[many] * 9, *scattered(),
            "A-1,TEE,1,bob,", many, "A-2,CAMERA,1,bob,N1", "NOBIN,TEE,1,eve,")  # fmt: skip
    report = send(world, tmp_path, count, (*rows, *unread))
    last = 2 * LONG + 13
    faults = [
        (3, "货位", "This bin is said to be empty here, and to hold goods elsewhere"),
        (last, "盘点人", "Another row says that somebody else counted this bin"),
        (last + 1, "数量", "More than 1000000 pieces stand in no bin"),
        (last + 2, "SN", "N1 was counted already"),
        (last + 3, "货位", "This bin is not in this count"),
        (last + 4, "数量", "This is not a whole number of pieces, 0 or more"),
    ]
    told = [(r.row, r.column, str(r.reason).split(".")[0]) for r in report.rejected]
    assert told == faults[: 5 + len(unread)]
    assert (count.lines(), world.all(CountTake)) == ([], [])


def test_memory_does_not_grow_with_the_file(
    world: World, tee: Goods, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # What may fill up is full in the small file already.
    for module in (importing, commands):
        monkeypatch.setattr(module, "PORTION", 200)
    with world.database.transaction() as session:
        session.add_all(Bin(code=f"B-{n}", kind=BinKind.SHELF, walk_order=n) for n in range(541))
    for n in range(5):
        world.sku(f"MUG-{n}")
    count = opened(world, kind=CountScope.ZONES)
    peaks = []
    # The first has statements compiled.
    for bins in (range(1), range(1, 61), range(61, 301), range(301, 541)):
        rows = [f"B-{n},MUG-{m},{n % 9 + 1},eve," for n in bins for m in range(5)]
        tracemalloc.start()
        report = send(world, tmp_path, count, rows)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert (report.bins, report.again) == (len(bins), len(rows))
    # Four times the lines. What a process does once, the two long files do not both meet.
    assert min(peaks[2:]) < peaks[1] * 1.25, peaks
