"""The process that draws: one paper after the other, as they are handed in, until its pipe closes.

It knows no database and no printer. See `printing.queue.drawing_room`, which starts it. It only
loads all that drawing needs: a child of it draws, and when a paper ends that one, the next is there
at once.
"""

from __future__ import annotations

import gc
import os
import pickle
import resource
import select
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from printing.errors import DrawingBroken, DrawingTooLarge, PrintingError
from printing.media import DEFAULT_DPI, STOCKS
from printing.models import Printer, PrinterKind
from printing.queue.making import Given, made_of
from printing.queue.pipe import MAX_READ, READY, SIZE_BYTES, Answer, Done, Ended, Limits, framed
from printing.samples import waybill

HEAD = Printer(
    kind=PrinterKind.ZPL, dpi=DEFAULT_DPI, width_dots=832, darkness=0, offset_x=0, offset_y=0
)
NO_MORE, USED_UP = 0, 3  # how a child ends that was not ended: the next one takes its place


def main(limits: Limits) -> None:
    """Draw what is handed in on the standard input, each within the limits.

    The first answer is READY, each other what was made, the refusal, or the signal that ended the
    drawing.
    """
    # Whoever stops the worker waits for the paper in hand: we end when the pipe closes.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    questions, answers = sys.stdin.fileno(), os.dup(sys.stdout.fileno())
    # What a library prints is no answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _warm_up()
    loaded_kb = _status_kb("RssAnon")
    first: Answer | None = READY
    with suppress(BrokenPipeError):
        while True:
            status, most_kb = _a_child_draws(questions, answers, limits, first)
            if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status) != USED_UP:
                break
            # What grows by doubling is refused when it has a third of it.
            is_full = most_kb - loaded_kb > (limits.memory_mb << 10) / 3
            first = _why_ended(status, limits, is_full=is_full)


def _why_ended(status: int, limits: Limits, *, is_full: bool) -> Answer | None:
    """Return what is said of a child that was ended, None where it has said it itself."""
    if not os.WIFSIGNALED(status):
        return None
    number = os.WTERMSIG(status)
    # A library that gets no more memory ends its process.
    if is_full and number not in (signal.SIGALRM, signal.SIGKILL):
        return _too_large(limits)
    return Ended(number)


def _warm_up() -> None:
    """Have fonts and libraries loaded before there are children: they all begin with them."""
    made_of(Given(document=waybill(), stock=STOCKS["76x130"], printer=HEAD, kept=None))
    gc.collect()
    gc.freeze()  # what is never looked through again stays common to us and the child


def _a_child_draws(
    questions: int, answers: int, limits: Limits, first: Answer | None
) -> tuple[int, int]:
    """Have a child draw; return how it ended and the most memory it had, in kB.

    `first` is what it says before it draws.

    The child says it, so that whoever hears it knows that there was memory for a child.
    """
    child = os.fork()
    if child == 0:
        _be_the_first_to_go()
        _take_no_more_than(limits.memory_mb)
        ended = USED_UP
        with suppress(BrokenPipeError):
            if first is not None:
                _say(answers, framed(first))
            ended = _draw_all(questions, answers, limits)
        os._exit(ended)
    _, status, used = os.wait4(child, 0)
    return status, used.ru_maxrss


def _be_the_first_to_go() -> None:
    """Have the kernel end us, where memory runs out, before it ends a database or the worker."""
    with suppress(OSError):  # a system that keeps no such score
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _take_no_more_than(memory_mb: int) -> None:
    """Have the kernel refuse us more memory than that beside what is loaded already.

    A paper that needs it costs itself alone.
    """
    loaded_kb = _status_kb("VmData")
    if loaded_kb:  # else a system that does not count it
        most = (loaded_kb << 10) + (memory_mb << 20)
        with suppress(OSError, ValueError):  # there is a narrower limit
            resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _status_kb(name: str) -> int:
    """Return what the kernel says of our memory under this name, 0 where it says nothing."""
    with suppress(OSError):
        lines = Path("/proc/self/status").read_text(encoding="ascii").split("\n")
        return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
    return 0


def _draw_all(questions: int, answers: int, limits: Limits) -> int:
    patience = [limits.idle_s] if limits.idle_s else []
    while select.select([questions], [], [], *patience)[0]:
        head = _read(questions, SIZE_BYTES)
        if not head:
            break
        question = _read(questions, int.from_bytes(head))
        # The kernel ends us, be we in C code that never comes back.
        signal.setitimer(signal.ITIMER_REAL, limits.longest_s)
        answer = _answer(question)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if answer is None:
            _say(answers, framed(_too_large(limits)))
            return USED_UP  # what it took is not all given back
        _say(answers, answer)
    return NO_MORE


def _answer(question: bytes) -> bytes | None:
    """Return what came of a question as it is said, None where the memory did not do."""
    try:
        act, given, named = pickle.loads(question)  # noqa: S301  from whoever started us
        return framed(Done(act(*given, **named)))
    except PrintingError as error:
        return framed(error)
    except MemoryError:
        return None
    except Exception as error:
        traceback.print_exc()
        return framed(DrawingBroken(f"{type(error).__name__}: {error}"))


def _too_large(limits: Limits) -> DrawingTooLarge:
    return DrawingTooLarge(f"drawing needs more than {limits.memory_mb} MB of memory")


def _read(pipe: int, size: int) -> bytes:
    """Return so many bytes, fewer only where the pipe was closed; none more is taken from it."""
    read = bytearray()
    while len(read) < size and (more := os.read(pipe, min(MAX_READ, size - len(read)))):
        read += more
    return bytes(read)


def _say(pipe: int, data: bytes) -> None:
    while data:
        data = data[os.write(pipe, data) :]


if __name__ == "__main__":
    main(Limits.from_word(sys.argv[1]))
