"""Drawing in processes of its own: one that hangs or crashes costs its own paper and no other."""

from __future__ import annotations

import os
import pickle
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from printing.errors import (
    DocumentInvalid,
    DrawingBroken,
    DrawingStopped,
    PrintingError,
    SymbolTooWide,
    TransportError,
)
from printing.media import STOCKS
from printing.models import Printer, PrinterKind
from printing.queue import drawing_room
from printing.queue.drawing_room import DrawingRoom
from printing.queue.making import Given, made_of
from printing.samples import waybill

GIVEN = Given(
    document=waybill(), stock=STOCKS["76x130"], kept=None,
    printer=Printer(name="p", kind=PrinterKind.ZPL, address="10.0.0.9", dpi=203, width_dots=832,
                    darkness=0, offset_x=0, offset_y=0),
)  # fmt: skip


class Does:
    """Stands where the bytes of a paper would: whoever draws it does this instead."""

    def __init__(self, act: Callable[..., Any], *given: Any) -> None:
        self.act, self.given = act, given

    def __reduce__(self) -> tuple[Any, ...]:
        return self.act, self.given


def doing(act: Callable[..., Any], *given: Any) -> Given:
    return replace(GIVEN, kept=Does(act, *given))  # type: ignore[arg-type]  # whatever is handed in


@pytest.fixture(scope="module")
def room() -> Iterator[DrawingRoom]:
    made = DrawingRoom(longest_s=0.5)
    yield made
    made.close()


def test_what_is_drawn_there_is_what_is_drawn_here(room):
    assert room.draw(GIVEN) == made_of(GIVEN)


# The second holds the interpreter's lock in C code: nothing inside the process could end it.
@pytest.mark.parametrize(
    "hangs", [doing(time.sleep, 60), doing(re.match, "(a+)+$", "a" * 60 + "b")]
)
def test_a_drawing_that_does_not_return_is_ended_and_the_next_one_drawn(room, hangs):
    with pytest.raises(DrawingStopped, match=r"longer than 0\.5 s"):
        room.draw(hangs)
    assert room.draw(GIVEN).stem == "waybill-YT1234567890123"


def test_a_drawing_that_crashes_twice_is_given_up(room):
    with pytest.raises(DrawingBroken, match="SIGABRT"):
        room.draw(doing(os.abort))
    with pytest.raises(DrawingBroken, match="ValueError"):
        room.draw(doing(int, "x"))
    assert room.draw(GIVEN).marked == ""


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="no such score here")
def test_where_memory_runs_out_the_drawing_goes_first_and_not_the_worker(room):
    score = "__import__('pathlib').Path('/proc/self/oom_score_adj').read_text()"
    refusal = f"raise __import__('printing.errors').errors.DrawingBroken({score})"
    with pytest.raises(DrawingBroken, match="1000"):
        room.draw(doing(exec, refusal))
    assert Path("/proc/self/oom_score_adj").read_text().strip() != "1000"


def test_refusals_come_back_as_they_are(room):
    with pytest.raises(SymbolTooWide, match="dots"):
        room.draw(replace(GIVEN, document=waybill(waybill_no="A1" * 16)))


@pytest.mark.parametrize(
    "error",
    [
        DocumentInvalid("receiver", "is empty"),
        TransportError("away", before_first_byte=False, reason="busy"),
        SymbolTooWide(
            needed_dots=1, room_dots=2, characters=3, fitting=4, narrower_dots=5, least_dots=6
        ),
    ],
)
def test_errors_stay_themselves_on_their_way_between_processes(error: PrintingError):
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))


def test_what_is_ended_from_outside_costs_no_paper_and_what_stands_still_is_ended(
    room, monkeypatch
):
    room.draw(GIVEN)
    os.killpg(room._idle[0]._popen.pid, signal.SIGKILL)
    assert room.draw(GIVEN).payload == made_of(GIVEN).payload
    monkeypatch.setattr(drawing_room, "GRACE_S", 0.5)
    (process,) = room._idle
    os.killpg(process._popen.pid, signal.SIGSTOP)
    with pytest.raises(DrawingStopped):
        room.draw(GIVEN)
    assert (process._popen.returncode, room._idle) == (-signal.SIGKILL, [])
