"""Drawing in processes of its own: one that hangs or crashes costs its own paper and no other."""

from __future__ import annotations

import errno
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from printing.documents import ReadyFormat, ReadyLabel
from printing.errors import (
    DocumentInvalid,
    DrawingBroken,
    DrawingDelayed,
    DrawingStopped,
    DrawingTooLarge,
    PrintingError,
    SymbolTooWide,
    TransportError,
)
from printing.media import POINTS_PER_MM, STOCKS
from printing.models import Printer, PrinterKind
from printing.queue import drawing_room
from printing.queue.drawing_room import DrawingRoom
from printing.queue.making import Given, made_of
from printing.queue.pipe import Limits
from printing.samples import waybill
from tests.waiting import until

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
    made = DrawingRoom()
    yield made
    made.close()


@pytest.fixture(scope="module")
def hasty() -> Iterator[DrawingRoom]:
    """A room that gives a paper half a second: on a busy machine not every sound one has it."""
    made = DrawingRoom(Limits(longest_s=0.5))
    yield made
    made.close()


@pytest.fixture
def rooms() -> Iterator[Callable[..., DrawingRoom]]:
    """Rooms with limits of their own."""
    made: list[DrawingRoom] = []

    def room_of(**limits: Any) -> DrawingRoom:
        made.append(DrawingRoom(Limits(**limits)))
        return made[-1]

    yield room_of
    for each in made:
        each.close()


def test_what_is_drawn_there_is_what_is_drawn_here(room):
    assert room.do(made_of, GIVEN) == made_of(GIVEN)


# The second holds the interpreter's lock in C code: nothing inside the process could end it.
@pytest.mark.parametrize(
    "hangs", [doing(time.sleep, 60), doing(re.match, "(a+)+$", "a" * 60 + "b")]
)
def test_a_drawing_that_does_not_return_is_ended_and_the_next_one_drawn(hasty, hangs):
    def is_drawn() -> bool:
        with suppress(DrawingStopped):
            return hasty.do(made_of, GIVEN).stem == "waybill-YT1234567890123"
        return False

    with pytest.raises(DrawingStopped, match=r"longer than 0\.5 s"):
        hasty.do(made_of, hangs)
    assert until(is_drawn)


def test_a_drawing_that_crashes_twice_is_given_up(room):
    with pytest.raises(DrawingBroken, match="SIGABRT"):
        room.do(made_of, doing(os.abort))
    with pytest.raises(DrawingBroken, match="ValueError"):
        room.do(made_of, doing(int, "x"))
    assert room.do(made_of, GIVEN).marked == ""


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="no such score here")
def test_where_memory_runs_out_the_drawing_goes_first_and_not_the_worker(room):
    score = "__import__('pathlib').Path('/proc/self/oom_score_adj').read_text()"
    refusal = f"raise __import__('printing.errors').errors.DrawingBroken({score})"
    with pytest.raises(DrawingBroken, match="1000"):
        room.do(made_of, doing(exec, refusal))
    assert Path("/proc/self/oom_score_adj").read_text().strip() != "1000"


@pytest.mark.skipif(sys.platform != "linux", reason="no such limit here")
def test_a_paper_that_takes_too_much_memory_costs_itself_alone(rooms):
    small = rooms(memory_mb=128, longest_s=300.0)
    label = ReadyLabel(
        waybill_no="YT1", carrier="c", format=ReadyFormat.PDF, media="76x130", sha256="0" * 64,
        size_bytes=1,
    )  # fmt: skip
    # A carrier's file of two kilobytes, without end when it is read; the second takes the memory
    # where the library that gets none is Python itself.
    for greedy in (
        replace(GIVEN, document=label, content=endless()),
        doing(bytearray, 240 << 20),
    ):
        with pytest.raises(DrawingTooLarge, match="more than 128 MB"):
            small.do(made_of, greedy)
        (process,) = small._idle
        assert small.do(made_of, GIVEN) == made_of(GIVEN)
        # Who drew it is gone and has given the memory back; who begins drawing is the same.
        assert small._idle == [process]


def endless() -> bytes:
    """Return a sound PDF of two kilobytes: a form that shows a form forty times, seven deep."""
    forms = [b"/F Do " * 40] * 6 + [b"0 0 9 9 re f"]
    drawn = b"".join(
        b"%d 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 99 99]/Resources<</XObject<</F %d 0 R>>>>"
        b"/Length %d>>stream\n%b\nendstream endobj\n" % (at, at + 1, len(content), content)
        for at, content in enumerate(forms, start=5)
    )
    return (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Contents 4 0 R"
        b"/Resources<</XObject<</F 5 0 R>>>>>>endobj\n"
        b"4 0 obj<</Length 5>>stream\n/F Do\nendstream endobj\n%btrailer<</Root 1 0 R>>"
        % (76 * POINTS_PER_MM, 130 * POINTS_PER_MM, drawn)
    )


def test_where_no_process_can_be_started_the_paper_is_not_to_blame(rooms, monkeypatch):
    room = rooms()

    def refused(*_: Any, **__: Any) -> None:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", refused)
        with pytest.raises(DrawingDelayed, match="temporarily unavailable"):
            room.do(made_of, GIVEN)
        room.prepare()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", "/bin/false")  # ends before it says that it is ready
        with pytest.raises(DrawingDelayed, match="did not start at all"):
            room.do(made_of, GIVEN)


def test_what_the_kernel_ends_for_want_of_memory_is_drawn_later(room):
    with pytest.raises(DrawingDelayed, match="memory may be short"):
        room.do(made_of, doing(exec, "import os; os.kill(os.getpid(), 9)"))


def test_one_that_is_slow_holds_nobody_and_who_comes_when_all_are_is_told_at_once(rooms, tmp_path):
    room = rooms(at_once=1, most=2, slow_s=0.2)
    over = tmp_path / "over"
    waits = doing(
        exec,
        f"""
while not __import__("os").path.exists({str(over)!r}):
    __import__("time").sleep(0.05)""",
    )
    with ThreadPoolExecutor() as pool:
        slow = [pool.submit(room.do, made_of, waits)]
        assert until(lambda: any(process.is_slow for process in room._busy))
        assert room.do(made_of, GIVEN).marked == ""
        slow.append(pool.submit(room.do, made_of, waits))
        assert until(lambda: [process.is_slow for process in room._busy] == [True, True])
        third = pool.submit(room.do, made_of, GIVEN)
        assert until(third.done)
        with pytest.raises(DrawingDelayed, match="all that draw are at work"):
            third.result()
        over.touch()
        assert {each.result().marked for each in slow} == {""}


def test_who_waits_too_long_is_told_so(rooms):
    room = rooms(at_once=1, wait_s=0.1)
    taken = room._take()
    with pytest.raises(DrawingDelayed, match="all that draw are at work"):
        room.do(made_of, GIVEN)
    room._leave(taken, is_well=True)


def test_a_process_nobody_asks_for_long_ends_and_the_next_paper_has_another(rooms):
    room = rooms(idle_s=0.5)
    room.do(made_of, GIVEN)
    (process,) = room._idle
    assert until(lambda: process._popen.poll() == 0)
    another = room._take()
    assert another is not process
    room._leave(another, is_well=False)


def test_a_copy_of_the_process_that_draws_has_a_room_of_its_own(room):
    room.do(made_of, GIVEN)
    pid = room._idle[0]._popen.pid
    child = os.fork()
    if not child:
        try:
            taken = room._take()
            taken.end()
            os._exit(taken._popen.pid == pid)
        finally:
            os._exit(9)
    assert os.waitpid(child, 0)[1] == 0
    assert room.do(made_of, GIVEN).marked == ""
    assert room._idle[0]._popen.pid == pid


def test_refusals_come_back_as_they_are(room):
    with pytest.raises(SymbolTooWide, match="dots"):
        room.do(made_of, replace(GIVEN, document=waybill(waybill_no="A1" * 16)))


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
    room.do(made_of, GIVEN)
    os.killpg(room._idle[0]._popen.pid, signal.SIGKILL)
    assert room.do(made_of, GIVEN).payload == made_of(GIVEN).payload
    monkeypatch.setattr(drawing_room, "GRACE_S", 0.5)
    (process,) = room._idle
    process._limits = Limits(longest_s=0.1)
    os.killpg(process._popen.pid, signal.SIGSTOP)
    with pytest.raises(DrawingStopped):
        room.do(made_of, GIVEN)
    assert (process._popen.returncode, room._idle) == (-signal.SIGKILL, [])
