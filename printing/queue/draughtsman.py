"""The process that draws: one paper after the other, as they are handed in, until its pipe closes.

It knows no database and no printer. See `printing.queue.drawing_room`, which starts it. It only
loads all that drawing needs: a child of it draws, and when a paper ends that one, the next is there
at once.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from printing.documents import Waybill
from printing.errors import DrawingBroken, PrintingError
from printing.media import STOCKS, SUITABLE
from printing.queue.making import Made, made_of
from printing.renderers import raster
from printing.renderers.pdf import render
from printing.samples import waybill

SIZE_BYTES = 8
MAX_READ = 1 << 20
READY = 0


def main(longest_s: float) -> None:
    """Draw what is handed in on the standard input, no paper for longer than `longest_s`.

    The first answer is READY, each other what was made, the refusal, or the number of the signal
    that ended the drawing.
    """
    # Whoever stops the worker waits for the paper in hand: we end when the pipe closes.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    questions, answers = sys.stdin.fileno(), os.dup(sys.stdout.fileno())
    # What a library prints is no answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _warm_up()
    with suppress(BrokenPipeError):
        _say(answers, READY)
        while (ended_by := _drawn_by_a_child(questions, answers, longest_s)) is not None:
            _say(answers, ended_by)


def _warm_up() -> None:
    """Have fonts and libraries loaded before there are children: they all begin with them."""
    stock = STOCKS[SUITABLE[Waybill.kind][0]]
    raster.bitmaps(render(waybill(), stock), dpi=stock.dpi)


def _drawn_by_a_child(questions: int, answers: int, longest_s: float) -> int | None:
    """Have a child draw; return the signal that ended it, None when there is no more to draw."""
    child = os.fork()
    if child == 0:
        _be_the_first_to_go()
        with suppress(BrokenPipeError):
            _draw_all(questions, answers, longest_s)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else None


def _be_the_first_to_go() -> None:
    """Have the kernel end us, where memory runs out, before it ends a database or the worker."""
    with suppress(OSError):  # a system that keeps no such score
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _draw_all(questions: int, answers: int, longest_s: float) -> None:
    while head := _read(questions, SIZE_BYTES):
        question = _read(questions, int.from_bytes(head))
        # The kernel ends us, be we in C code that never comes back.
        signal.setitimer(signal.ITIMER_REAL, longest_s)
        answer = _answer(question)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _say(answers, answer)


def _answer(question: bytes) -> Made | PrintingError:
    try:
        return made_of(pickle.loads(question))  # noqa: S301  from the worker that started us
    except PrintingError as error:
        return error
    except Exception as error:
        traceback.print_exc()
        return DrawingBroken(f"{type(error).__name__}: {error}")


def _read(pipe: int, size: int) -> bytes:
    """Return so many bytes, fewer only where the pipe was closed; none more is taken from it."""
    read = bytearray()
    while len(read) < size and (more := os.read(pipe, min(MAX_READ, size - len(read)))):
        read += more
    return bytes(read)


def _say(pipe: int, answer: Made | PrintingError | int) -> None:
    data = pickle.dumps(answer)
    data = len(data).to_bytes(SIZE_BYTES) + data
    while data:
        data = data[os.write(pipe, data) :]


if __name__ == "__main__":
    main(float(sys.argv[1]))
