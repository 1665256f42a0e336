"""A pick is the scan of which there are most: its statements are counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.builders import Stage, World
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick

MOST_STATEMENTS = 10


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """Collect the statements sent; BEGIN and COMMIT do not count."""
    sent: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    sa.event.listen(world.database.writer, "before_cursor_execute", note)
    yield sent
    sa.event.remove(world.database.writer, "before_cursor_execute", note)


def scan(world: World, work, pieces: int) -> list[str]:
    task = world.open_tasks(work.wave_id)[0]
    place = {"TEE": "A-01", "MUG": "A-02"}
    code = next(c for c, g in work.goods.items() if g.id == task.sku_id)
    world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode=place[code])
    given = {"task_id": task.id, "barcode": work.goods[code].barcode, "pieces": pieces}
    command = world.command(ConfirmPick, by="picker", **given)
    from warehouse.commands import execute

    with counted(world) as sent:
        outcome = execute(world.database, confirm_pick, command)
    assert outcome.is_replayed is False
    return sent


@pytest.mark.parametrize(
    ("picked_before", "pieces"), [(0, 1), (1, 1), (2, 1)],
    ids=["typical", "last of a task", "last of a consignment"],
)  # fmt: skip
def test_a_pick_takes_at_most_ten_statements(world: World, picked_before: int, pieces: int):
    work = world.bring(Stage.TOTE_BOUND)
    for _ in range(picked_before):
        scan(world, work, 1)
    sent = scan(world, work, pieces)
    assert len(sent) <= MOST_STATEMENTS, "\n".join(sent)


def test_a_repeated_pick_takes_two_statements(world: World):
    from warehouse.commands import execute

    work = world.bring(Stage.TOTE_BOUND)
    task = world.open_tasks(work.wave_id)[0]
    world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode="A-01")
    given = {"task_id": task.id, "barcode": work.goods["TEE"].barcode}
    command = world.command(ConfirmPick, by="picker", **given)
    execute(world.database, confirm_pick, command)
    with counted(world) as sent:
        assert execute(world.database, confirm_pick, command).is_replayed
    assert len(sent) == 2
