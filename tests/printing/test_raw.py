"""Printers that take their language raw, by network, USB or serial: what counts as printed."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
import threading
import tty
from collections.abc import Iterator
from itertools import chain, count, repeat

import pytest

from printing.errors import TransportError
from printing.media import STOCKS
from printing.renderers import escpos, raster, tspl, zpl
from printing.renderers.pdf import render
from printing.samples import packing_slip, waybill
from printing.transports import Condition, Reason
from printing.transports.languages import Language
from printing.transports.lines import PORT_STATUS, Device, Endpoint, Handshake
from printing.transports.raw import RawTransport
from tests.printing import fakes
from tests.waiting import until

NAME = "waybill-YT1"
PAGES = raster.bitmaps(render(waybill(), STOCKS["76x130"]), dpi=203)
PAPERS = {
    "zpl": zpl.encode(PAGES),
    "tspl": tspl.encode(PAGES, dots_per_mm=8),
    "escpos": escpos.encode(
        raster.bitmaps(render(packing_slip(), STOCKS["receipt80"]), dpi=203), width_dots=576
    ),
}
LABELS = ("zpl", "tspl")
# The machine may be busy with others: whoever answers is waited for.
PATIENT = {
    "answer_s": 60.0,
    "timeout_s": 60.0,
    "deadline_s": 120.0,
    "patience_s": 120.0,
    "pause_s": 0.01,
}
# For those who never read or say a word.
SHORT = {"answer_s": 0.1, "timeout_s": 0.3}


def to(address: tuple[str, int], language: str = "escpos", **changed: object) -> RawTransport:
    given = {"way": Endpoint(address=address), "language": Language(language)}
    return RawTransport(**(given | PATIENT | changed))  # type: ignore[arg-type]


def heeding(printer: fakes.RawPrinter) -> dict[str, object]:
    """Let silence be what the printer does when it has worked through all it got."""
    return {"way": fakes.Heeding(address=printer.address, printer=printer)}


def hasty() -> dict[str, object]:
    """Let time pass with every look at the clock, and not otherwise: about ten rounds."""
    return {"deadline_s": 60.0, "patience_s": 90.0, "monotonic": count().__next__}


def refusal(transport: RawTransport, payload: bytes | None = None) -> TransportError:
    with pytest.raises(TransportError) as caught:
        transport.send(payload or PAPERS[transport.language], NAME)
    return caught.value


def test_a_healthy_receipt_printer_is_asked_first_and_fenced_after():
    with fakes.RawPrinter(fakes.Escpos()) as printer:
        to(printer.address).send(PAPERS["escpos"], NAME)
        assert printer.papers == 1
        assert printer.received.startswith(b"\x10\x04\x01")
        assert printer.received.endswith(b"\x1dr\x01")


@pytest.mark.parametrize(
    ("state", "reason", "detail"),
    [
        ({"paper": False}, Reason.PAPER_OUT, "paper out"),
        ({"cover": True}, Reason.COVER_OPEN, "cover open"),
        ({"cover": True, "paper": False}, Reason.COVER_OPEN, "cover open"),
        ({"broken": True}, Reason.FAULT, "printer offline"),
        ({"error": 0x1A}, Reason.FAULT, "cutter stuck"),
        ({"error": 0x32}, Reason.FAULT, "broken"),
        ({"error": 0x52}, Reason.FAULT, "too hot"),
    ],
)
def test_a_receipt_printer_that_cannot_print_gets_no_byte_of_the_paper(state, reason, detail):
    with fakes.RawPrinter(fakes.Escpos(**state)) as printer:
        error = refusal(to(printer.address))
        assert (error.before_first_byte, error.reason, str(error)) == (True, reason, detail)
        assert b"\x1dv0" not in printer.received


def test_a_roll_that_is_nearly_out_is_told_and_still_printed_on():
    with fakes.RawPrinter(fakes.Escpos(is_low=True)) as printer:
        assert to(printer.address).look().reason == Reason.PAPER_LOW
        to(printer.address).send(PAPERS["escpos"], NAME)
        assert printer.papers == 1


@pytest.mark.parametrize("state", [{"answers": False}, {"junk": b"\xff"}, {"late_status": True}])
def test_a_clone_that_does_not_answer_status_still_prints_behind_the_fence(state):
    with fakes.RawPrinter(fakes.Escpos(**state)) as printer:
        to(printer.address, **heeding(printer)).send(PAPERS["escpos"], NAME)
        assert printer.papers == 1


def test_a_receipt_that_runs_out_of_paper_is_told_at_once_and_waited_for():
    heard: list[Condition] = []
    with fakes.RawPrinter(fakes.Escpos(out_while_printing=6)) as printer:
        to(printer.address, **heeding(printer)).send(PAPERS["escpos"], NAME, heard.append)
        assert [c.reason for c in heard] == [Reason.PAPER_OUT]


@pytest.mark.parametrize(
    "state", [{"fence": False}, {"hang_up": True}, {"fence": False, "flow": b"\x13\x11\xff"}]
)
def test_without_the_fence_nobody_knows(state):
    with fakes.RawPrinter(fakes.Escpos(**state)) as printer:
        error = refusal(to(printer.address, **heeding(printer), **hasty()))
        assert (error.before_first_byte, error.reason) == (False, Reason.NO_ANSWER)
        assert printer.papers == 1


@pytest.mark.parametrize("language", LABELS)
def test_a_label_printer_is_asked_before_and_until_it_has_nothing_left(language):
    fake = fakes.LabelPrinter(language=language, printing=3)
    with fakes.RawPrinter(fake) as printer:
        to(printer.address, language).send(PAPERS[language], NAME)
        assert fake.labels == [PAPERS[language]]
        assert fake.asked == 1 + 3 + 2


@pytest.mark.parametrize("language", LABELS)
@pytest.mark.parametrize(
    "reason",
    [Reason.PAPER_OUT, Reason.COVER_OPEN, Reason.RIBBON_OUT, Reason.PAUSED, Reason.BUSY],
)
def test_a_label_printer_that_cannot_print_gets_no_byte_of_the_paper(language, reason):
    fake = fakes.LabelPrinter(language=language, trouble=reason)
    with fakes.RawPrinter(fake) as printer:
        error = refusal(to(printer.address, language))
        assert (error.before_first_byte, error.reason) == (True, reason)
        assert fake.labels == []


@pytest.mark.parametrize("language", LABELS)
def test_paper_out_with_the_label_under_way_is_told_and_waited_for(language):
    heard: list[Condition] = []
    fake = fakes.LabelPrinter(language=language, later="paper_out", mended_after=20)
    with fakes.RawPrinter(fake) as printer:
        to(printer.address, language).send(PAPERS[language], NAME, heard.append)
        assert [c.reason for c in heard] == [Reason.PAPER_OUT, ""]


@pytest.mark.parametrize("language", LABELS)
def test_a_label_nobody_gives_paper_to_is_unknown_and_says_why(language):
    with fakes.RawPrinter(fakes.LabelPrinter(language=language, later="paper_out")) as printer:
        error = refusal(to(printer.address, language, **hasty()))
        assert (error.before_first_byte, error.reason) == (False, Reason.PAPER_OUT)


@pytest.mark.parametrize("language", LABELS)
def test_a_label_printer_that_never_gets_done_is_unknown(language):
    with fakes.RawPrinter(fakes.LabelPrinter(language=language, printing=10**9)) as printer:
        error = refusal(to(printer.address, language, **hasty()))
        assert (error.before_first_byte, error.reason) == (False, Reason.BUSY)


@pytest.mark.parametrize("language", LABELS)
def test_a_label_printer_that_answers_late_is_still_understood(language):
    fake = fakes.LabelPrinter(language=language, late_s=0.1)
    with fakes.RawPrinter(fake) as printer:
        to(printer.address, language).send(PAPERS[language], NAME)
        assert len(fake.labels) == 1


@pytest.mark.parametrize("language", LABELS)
def test_a_label_printer_that_dies_after_accepting_leaves_an_unknown(language):
    fake = fakes.LabelPrinter(language=language, dies_after_accepting=True)
    with fakes.RawPrinter(fake) as printer:
        error = refusal(to(printer.address, language))
        assert (error.before_first_byte, error.reason) == (False, Reason.NO_ANSWER)


@pytest.mark.parametrize("language", LABELS)
def test_one_that_never_answers_and_never_closes_is_asked_about(language):
    fake = fakes.LabelPrinter(language=language, answers=False)
    with fakes.RawPrinter(fake) as printer:
        silent = to(printer.address, language, **heeding(printer))
        assert not refusal(silent).before_first_byte
        assert fake.labels == [PAPERS[language]]


@pytest.mark.parametrize("language", LABELS)
def test_one_that_never_answers_has_printed_when_it_closes(language):
    fake = fakes.LabelPrinter(language=language, answers=False, closes=True)
    with fakes.RawPrinter(fake) as printer:
        to(printer.address, language, answer_s=0.1).send(PAPERS[language], NAME)
        assert fake.labels == [PAPERS[language]]


@pytest.mark.parametrize("language", LABELS)
def test_one_set_up_as_mute_has_printed_when_its_machine_took_all(language):
    fake = fakes.LabelPrinter(language=language, answers=False)
    with fakes.RawPrinter(fake) as printer:
        to(printer.address, language, is_mute=True).send(PAPERS[language], NAME)
        # Its machine has it; the printer reads it in its own time.
        assert until(lambda: fake.labels == [PAPERS[language]])
        assert fake.asked == 0


@pytest.mark.parametrize(
    "behave", [fakes.never_reads, fakes.resets_after(10_000)], ids=["never reads", "resets"]
)
def test_a_mute_printer_that_has_not_taken_all_is_unknown(behave):
    with fakes.RawPrinter(behave) as printer:
        error = refusal(to(printer.address, "zpl", is_mute=True, **SHORT), b"x" * 20_000_000)
        assert not error.before_first_byte


def test_a_mute_printer_whose_machine_keeps_what_it_took_for_itself_is_unknown():
    # Small enough for the sender's side to be done with: only the count of what left tells.
    with fakes.RawPrinter(fakes.never_reads) as printer:
        error = refusal(to(printer.address, "zpl", is_mute=True, **SHORT), b"x" * 4_000_000)
        assert (error.before_first_byte, error.reason) in (
            (False, Reason.NO_ANSWER), (False, Reason.CUT_OFF),
        )  # fmt: skip


def test_junk_for_an_answer_is_no_answer():
    with fakes.RawPrinter(fakes.LabelPrinter(language="zpl", garbles=True)) as printer:
        assert to(printer.address, "zpl", **SHORT).look() == Condition(is_told=False)


@pytest.mark.parametrize(
    "text", [b"\x02\x03\x02\x03\x02\x03", b"\x021,2,3\x03\r\n\x021,2\x03\r\n\x021\x03\r\n"]
)
def test_an_answer_without_its_fields_is_no_answer(text):
    def behave(printer: fakes.RawPrinter, connection: object) -> None:
        connection.recv(100)  # type: ignore[attr-defined]  # a socket
        connection.sendall(text)  # type: ignore[attr-defined]
        printer.stopping.wait()

    with fakes.RawPrinter(behave) as printer:
        assert to(printer.address, "zpl", **SHORT).look() == Condition(is_told=False)


def test_nobody_at_the_address():
    error = refusal(to(fakes.closed_port()))
    assert (error.before_first_byte, error.reason) == (True, Reason.OFFLINE)
    assert to(fakes.closed_port()).look().reason == Reason.OFFLINE


@pytest.mark.parametrize(
    "behave",
    [fakes.hangs_up, fakes.hangs_up_when_asked, fakes.resets_after(1)],
    ids=["hangs up", "hangs up when asked", "resets"],
)
@pytest.mark.parametrize("language", ["escpos", "zpl", "tspl"])
def test_a_printer_that_breaks_off_when_asked_got_nothing(behave, language):
    with fakes.RawPrinter(behave) as printer:
        error = refusal(to(printer.address, language))
        assert (error.before_first_byte, error.reason) == (True, Reason.OFFLINE)
        assert to(printer.address, language).look().reason == Reason.OFFLINE


@pytest.mark.parametrize("language", ["escpos", "zpl", "tspl"])
def test_a_printer_that_never_reads_is_unknown_within_the_deadline(language):
    with fakes.RawPrinter(fakes.never_reads) as printer:
        assert not refusal(
            to(printer.address, language, **SHORT), b"x" * 20_000_000
        ).before_first_byte


def test_a_reset_in_the_middle_is_unknown():
    with fakes.RawPrinter(fakes.resets_after(10_000)) as printer:
        error = refusal(to(printer.address, "zpl", **SHORT), b"x" * 20_000_000)
        assert (error.before_first_byte, error.reason) == (False, Reason.CUT_OFF)


def test_a_small_paper_lost_in_a_reset_is_unknown_too():
    with fakes.RawPrinter(fakes.resets_after(100)) as printer:
        assert not refusal(to(printer.address, "zpl", **SHORT), b"x" * 1000).before_first_byte


def test_a_printer_that_talks_without_end_is_left():
    with fakes.RawPrinter(fakes.talks_without_end) as printer:
        assert not refusal(to(printer.address, "zpl", **SHORT)).before_first_byte


def test_the_deadline_counts_for_the_whole_job():
    ticks = chain([0.0] * 6, repeat(99.0))
    with fakes.RawPrinter(fakes.takes_all) as printer:
        transport = to(
            printer.address, "zpl", answer_s=0.1, deadline_s=10, monotonic=lambda: next(ticks)
        )
        assert not refusal(transport, b"x" * 100_000).before_first_byte


class Bench:
    """A serial printer at the other end of a pair of terminals."""

    def __init__(self) -> None:
        self.master, slave = os.openpty()
        tty.setraw(self.master)
        self.path = os.ttyname(slave)
        os.close(slave)
        self.printer = fakes.RawPrinter(lambda *_: None)
        self.printer.stopping = threading.Event()
        self.serving: threading.Thread | None = None

    def serve(self, behave: fakes.Escpos | fakes.LabelPrinter) -> None:
        self.serving = threading.Thread(target=self._serve, args=(behave,), daemon=True)
        self.serving.start()

    def _serve(self, behave: fakes.Escpos | fakes.LabelPrinter) -> None:
        try:
            behave(self.printer, self)  # type: ignore[arg-type]  # as much of a socket as it needs
        except OSError:
            return

    def recv(self, size: int) -> bytes:
        return os.read(self.master, size)

    def dup(self) -> Bench:
        return self

    def sendall(self, data: bytes) -> None:
        os.write(self.master, data)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    # Held open, or the other end would find the line gone between two jobs.
    keeper = os.open(made.path, os.O_RDWR | os.O_NOCTTY)
    yield made
    made.printer.stopping.set()
    # With the last holder gone the printer's read ends; its number may be used again after that.
    os.close(keeper)
    if made.serving:
        made.serving.join(60)
    os.close(made.master)


def at(path: str, language: str = "escpos", **changed: object) -> RawTransport:
    way = Device(path=path, baud=115_200)
    return RawTransport(way=way, language=Language(language), **(PATIENT | changed))


def test_a_receipt_goes_over_a_serial_line_with_question_and_fence(bench):
    bench.serve(fakes.Escpos())
    at(bench.path).send(PAPERS["escpos"], NAME)
    assert bench.printer.papers == 1
    assert at(bench.path).look() == Condition()


@pytest.mark.parametrize("handshake", [None, *Handshake])
def test_a_serial_line_is_set_to_the_handshake_of_its_printer(bench, handshake):
    line = Device(path=bench.path, baud=9_600, handshake=handshake).open(1.0)
    with open(bench.path, "rb", buffering=0) as other:
        reading, _, control, *_ = termios.tcgetattr(other)
    line.close()
    assert (bool(reading & termios.IXON), bool(control & termios.CRTSCTS)) == (
        handshake is Handshake.XONXOFF, handshake is Handshake.RTSCTS
    )  # fmt: skip


def test_a_label_goes_over_a_serial_line_as_it_is(bench):
    fake = fakes.LabelPrinter(language="tspl")
    bench.serve(fake)
    at(bench.path, "tspl").send(PAPERS["tspl"], NAME)
    assert fake.labels == [PAPERS["tspl"]]


def test_a_silent_label_printer_on_a_serial_line_is_asked_about_unless_mute(bench):
    fake = fakes.LabelPrinter(language="zpl", answers=False)
    bench.serve(fake)
    error = refusal(at(bench.path, "zpl", **SHORT))
    assert (error.before_first_byte, error.reason) == (False, Reason.NO_ANSWER)
    at(bench.path, "zpl", is_mute=True, **SHORT).send(PAPERS["zpl"], NAME)
    # The other end of a pair of terminals reads in its own time.
    assert until(lambda: len(fake.labels) == 2)


def test_a_serial_line_nobody_reads_is_unknown(bench):
    assert not refusal(at(bench.path, "zpl", **SHORT), b"x" * 1_000_000).before_first_byte


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/dev/usb/lp99", Reason.OFFLINE), ("/dev/null", Reason.CONFIGURATION)],
)
def test_a_device_that_is_not_there_or_no_line_gets_nothing(path, reason):
    error = refusal(at(path))
    assert (error.before_first_byte, error.reason) == (True, reason)


def test_a_file_is_no_device(tmp_path):
    (tmp_path / "lp0").write_text("")
    way = Device(path=str(tmp_path / "lp0"))
    error = refusal(RawTransport(way=way, language=Language.ZPL))
    assert (error.before_first_byte, error.reason) == (True, Reason.CONFIGURATION)
    assert (tmp_path / "lp0").read_text() == ""


@pytest.mark.parametrize(
    ("lines", "reason"), [(0x38, Reason.PAPER_OUT), (0x10, Reason.FAULT), (0x18, "")]
)
def test_the_port_of_a_mute_usb_printer_tells_paper_out(bench, monkeypatch, lines, reason):
    real = fcntl.ioctl

    def driver(handle: int, request: int, given: bytes) -> bytes:
        return struct.pack("i", lines) if request == PORT_STATUS else real(handle, request, given)

    monkeypatch.setattr(fcntl, "ioctl", driver)
    fake = fakes.LabelPrinter(language="zpl", answers=False)
    bench.serve(fake)
    transport = at(bench.path, "zpl", is_mute=True)
    assert transport.look().reason == reason
    if reason:
        assert refusal(transport).before_first_byte
    else:
        transport.send(PAPERS["zpl"], NAME)
    assert until(lambda: len(fake.labels) == (0 if reason else 1))
