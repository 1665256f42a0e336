"""Transports: one promise each, against real sockets and folders that misbehave."""

from __future__ import annotations

import os
import stat
from http.client import HTTPConnection
from itertools import count

import pytest

from printing.errors import TransportError
from printing.media import STOCKS
from printing.renderers import escpos, raster
from printing.renderers.pdf import render
from printing.samples import packing_slip, waybill
from printing.transports import Reason
from printing.transports.ipp import IppTransport, media_keyword
from printing.transports.ipp_wire import Malformed, Operation, answer
from printing.transports.memory import MemoryTransport
from printing.transports.network import NetworkTransport
from printing.transports.spool import SpoolTransport
from tests.printing import fakes

NAME = "waybill-YT1"
PDF = render(waybill(), STOCKS["76x130"])


def receipt() -> bytes:
    pages = raster.bitmaps(render(packing_slip(), STOCKS["receipt80"]), dpi=203)
    return escpos.encode(pages, width_dots=576)


def to(address: tuple[str, int], *, is_escpos: bool = True, **changed: float) -> NetworkTransport:
    times = {"timeout_s": 0.3, "deadline_s": 1.0} | changed
    return NetworkTransport(address=address, is_escpos=is_escpos, **times)


def refusal(transport, payload: bytes = b"x" * 100) -> TransportError:
    with pytest.raises(TransportError) as caught:
        transport.send(payload, NAME)
    return caught.value


def test_a_healthy_receipt_printer_is_asked_first_and_fenced_after():
    with fakes.RawPrinter(fakes.Escpos()) as printer:
        to(printer.address).send(receipt(), NAME)
        assert printer.papers == 1
        assert printer.received.startswith(b"\x10\x04\x01")
        assert printer.received.endswith(b"\x1dr\x01")


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"paper": False}, Reason.PAPER_OUT),
        ({"cover": True}, Reason.COVER_OPEN),
        ({"broken": True}, Reason.FAULT),
    ],
)
def test_a_printer_that_cannot_print_gets_no_byte_of_the_paper(state, reason):
    with fakes.RawPrinter(fakes.Escpos(**state)) as printer:
        error = refusal(to(printer.address), receipt())
        assert (error.before_first_byte, error.reason) == (True, reason)
        assert b"\x1dv0" not in printer.received


@pytest.mark.parametrize("state", [{"answers": False}, {"junk": b"\xff"}, {"late_status": True}])
def test_a_clone_that_does_not_answer_status_still_prints_behind_the_fence(state):
    with fakes.RawPrinter(fakes.Escpos(**state)) as printer:
        to(printer.address).send(receipt(), NAME)
        assert printer.papers == 1


@pytest.mark.parametrize("state", [{"fence": False}, {"hang_up": True}])
def test_without_the_fence_nobody_knows(state):
    with fakes.RawPrinter(fakes.Escpos(**state)) as printer:
        error = refusal(to(printer.address), receipt())
        assert (error.before_first_byte, error.reason) == (False, Reason.NO_ANSWER)
        assert printer.papers == 1


def test_nobody_at_the_address():
    error = refusal(to(fakes.closed_port()))
    assert (error.before_first_byte, error.reason) == (True, Reason.OFFLINE)


def test_a_printer_that_hangs_up_when_asked_got_nothing():
    with fakes.RawPrinter(fakes.hangs_up) as printer:
        assert refusal(to(printer.address), receipt()).before_first_byte


def test_a_printer_that_closes_when_asked_got_nothing():
    with fakes.RawPrinter(fakes.hangs_up_when_asked) as printer:
        assert refusal(to(printer.address), receipt()).before_first_byte


def test_a_printer_that_resets_when_asked_got_nothing():
    with fakes.RawPrinter(fakes.resets_after(1)) as printer:
        assert refusal(to(printer.address), receipt()).before_first_byte


@pytest.mark.parametrize("is_escpos", [True, False])
def test_a_printer_that_never_reads_is_unknown_within_the_deadline(is_escpos):
    with fakes.RawPrinter(fakes.never_reads) as printer:
        error = refusal(to(printer.address, is_escpos=is_escpos), b"x" * 20_000_000)
        assert not error.before_first_byte


def test_a_reset_in_the_middle_is_unknown():
    with fakes.RawPrinter(fakes.resets_after(10_000)) as printer:
        error = refusal(to(printer.address, is_escpos=False), b"x" * 20_000_000)
        assert (error.before_first_byte, error.reason) == (False, Reason.CUT_OFF)


def test_a_small_paper_lost_in_a_reset_is_unknown_too():
    with fakes.RawPrinter(fakes.resets_after(100)) as printer:
        assert not refusal(to(printer.address, is_escpos=False), b"x" * 1000).before_first_byte


def test_a_raw_printer_has_taken_all_when_it_closes():
    with fakes.RawPrinter(fakes.takes_all) as printer:
        to(printer.address, is_escpos=False).send(b"^XA^XZ" * 1000, NAME)
        assert bytes(printer.received) == b"^XA^XZ" * 1000


def test_a_printer_that_talks_without_end_is_left():
    with fakes.RawPrinter(fakes.talks_without_end) as printer:
        error = refusal(to(printer.address, is_escpos=False))
        assert not error.before_first_byte


def test_the_deadline_counts_for_the_whole_job():
    ticks = iter([0.0, 0.0, 0.0, 99.0, 99.0, 99.0])
    with fakes.RawPrinter(fakes.takes_all) as printer:
        transport = NetworkTransport(
            address=printer.address, is_escpos=False, deadline_s=10, monotonic=lambda: next(ticks)
        )
        assert not refusal(transport, b"x" * 100_000).before_first_byte


def test_a_folder_gets_whole_files_only(tmp_path):
    transport = SpoolTransport(folder=tmp_path / "out")
    transport.send(PDF, NAME)
    transport.send(PDF, f"{NAME}-copy2")
    assert sorted(os.listdir(tmp_path / "out")) == [f"{NAME}-copy2.pdf", f"{NAME}.pdf"]
    written = tmp_path / "out" / f"{NAME}.pdf"
    assert written.read_bytes() == PDF
    assert stat.S_IMODE(written.stat().st_mode) == 0o640


def test_a_folder_that_cannot_be_written_says_so_before_the_first_byte(tmp_path):
    (tmp_path / "out").write_text("a file is in the way")
    error = refusal(SpoolTransport(folder=tmp_path / "out"))
    assert (error.before_first_byte, error.reason) == (True, Reason.DISK)


def test_a_half_written_file_is_taken_away(tmp_path, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert refusal(SpoolTransport(folder=tmp_path)).reason == Reason.DISK
    assert os.listdir(tmp_path) == []


def test_memory_keeps_what_it_is_sent_and_fails_on_request():
    memory = MemoryTransport()
    memory.faults.append(TransportError("out", before_first_byte=True))
    memory.faults.append(TransportError("cut", before_first_byte=False))
    assert refusal(memory, b"a").before_first_byte
    assert not refusal(memory, b"b").before_first_byte
    memory.send(b"c", NAME)
    assert memory.sent == [(NAME, b"b"), (NAME, b"c")]


def queue_at(address: tuple[str, int], **changed: object) -> IppTransport:
    facts: dict[str, object] = {
        "uri": "ipp://label:631/ipp/print",
        "path": "/ipp/print",
        "media": STOCKS["76x130"],
        "timeout_s": 1.0,
        "deadline_s": 1.0,
        "sleep": lambda _seconds: None,
    }
    return IppTransport(address=address, **(facts | changed))  # type: ignore[arg-type]


def test_an_ipp_job_is_validated_sent_and_watched_to_its_end():
    with fakes.IppPrinter(job_states=[3, 5, 5, 9]) as printer:
        queue_at(printer.address).send(PDF, NAME)
        assert printer.documents == [PDF]
        operations = [operation for operation, _ in printer.requests]
        assert operations == [0x0B, 0x04, 0x02, 0x09, 0x09, 0x09, 0x09]
        head = printer.requests[2][1]
        assert list(head)[:5] == [
            "attributes-charset", "attributes-natural-language", "printer-uri",
            "requesting-user-name", "job-name",
        ]  # fmt: skip
        assert head["media"] == "om_76x130mm_76x130mm"
        assert head["print-scaling"] == "none"
        assert head["job-name"] == NAME
        assert list(printer.requests[3][1])[2:4] == ["printer-uri", "job-id"]


def test_a_plain_ipp_printer_is_not_told_what_it_does_not_know():
    with fakes.IppPrinter(media=(), scaling=False) as printer:
        queue_at(printer.address).send(PDF, NAME)
        assert not {"media", "print-scaling"} & set(printer.requests[2][1])


@pytest.mark.parametrize(
    ("fake", "reason"),
    [
        ({"printer_state": 5, "reasons": ("media-empty-error",)}, Reason.PAPER_OUT),
        ({"printer_state": 5, "reasons": ("cover-open-warning",)}, Reason.COVER_OPEN),
        ({"printer_state": 5, "reasons": ("strange",)}, Reason.FAULT),
        ({"accepting": False}, Reason.FAULT),
        ({"status": {0x04: 0x040B}}, Reason.REFUSED),
        ({"status": {0x02: 0x0507}}, Reason.BUSY),
        ({"status": {0x0B: 0x0503}}, Reason.REFUSED),
        ({"http_status": {0x02: 403}}, Reason.REFUSED),
        ({"media": ("iso_a4_210x297mm",)}, Reason.CONFIGURATION),
        ({"breaks_on": 0x0B}, Reason.OFFLINE),
        ({"garbles": 0x04}, Reason.OFFLINE),
    ],
)
def test_what_an_ipp_printer_refuses_was_never_printed(fake, reason):
    with fakes.IppPrinter(**fake) as printer:
        error = refusal(queue_at(printer.address), PDF)
        assert (error.before_first_byte, error.reason) == (True, reason)


@pytest.mark.parametrize(
    ("fake", "reason"),
    [
        ({"breaks_on": 0x02}, Reason.CUT_OFF),
        ({"garbles": 0x02}, Reason.CUT_OFF),
        ({"gives_number": False}, Reason.NO_ANSWER),
        ({"job_states": [5, 8]}, Reason.FAULT),
        ({"job_states": [7]}, Reason.FAULT),
    ],
)
def test_what_an_ipp_printer_took_and_lost_is_unknown(fake, reason):
    with fakes.IppPrinter(**fake) as printer:
        error = refusal(queue_at(printer.address), PDF)
        assert (error.before_first_byte, error.reason) == (False, reason)


def test_a_job_that_waits_for_paper_is_unknown_when_time_is_over():
    ticks = iter(range(100))
    with fakes.IppPrinter(job_states=[5]) as printer:
        transport = queue_at(printer.address, deadline_s=3.0, monotonic=lambda: next(ticks))
        assert not refusal(transport, PDF).before_first_byte


def test_a_question_lost_while_watching_does_not_end_the_watch():
    with fakes.IppPrinter(job_states=[5, 9], garbles=0x09) as printer:

        def mend(seconds: float) -> None:
            printer.garbles = None

        queue_at(printer.address, sleep=mend).send(PDF, NAME)
        assert printer.documents == [PDF]


def test_nobody_at_the_ipp_address():
    error = refusal(queue_at(fakes.closed_port()), PDF)
    assert (error.before_first_byte, error.reason) == (True, Reason.OFFLINE)


def test_a_printer_gone_between_question_and_job_got_nothing(monkeypatch):
    connect = HTTPConnection.connect
    tries = count(1)

    def third_time_gone(connection: HTTPConnection) -> None:
        if next(tries) == 3:
            raise ConnectionRefusedError
        connect(connection)

    monkeypatch.setattr(HTTPConnection, "connect", third_time_gone)
    with fakes.IppPrinter() as printer:
        error = refusal(queue_at(printer.address), PDF)
        assert (error.before_first_byte, printer.documents) == (True, [])


@pytest.mark.parametrize(
    ("supported", "keyword"),
    [
        ([], ""),
        (["om_76x130mm_76x130mm"], "om_76x130mm_76x130mm"),
        (["custom_max_108x500mm"], "custom_label_76x130mm"),
    ],
)
def test_the_printer_is_asked_in_its_own_words_for_paper(supported, keyword):
    assert media_keyword(STOCKS["76x130"], supported) == keyword


@pytest.mark.parametrize(
    "data",
    [b"", b"\x02\x00\x00\x00", b"\x02\x00\x00\x00\x00\x00\x00\x01\x01\x47\x00\x12att",
     b"\x02\x00\x00\x00\x00\x00\x00\x01\x04\x44\x00\x01\xff\x00\x00\x03",
     b"\x02\x00\x00\x00\x00\x00\x00\x01\x04\x21\x00\x01a\x00\x01\x00\x03"],
)  # fmt: skip
def test_answers_that_are_none_are_refused(data):
    with pytest.raises(Malformed):
        answer(data)


def test_operations_have_the_standard_numbers():
    assert [int(operation) for operation in Operation] == [0x02, 0x04, 0x08, 0x09, 0x0B]
