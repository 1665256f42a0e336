"""Transports: one promise each, against real sockets and folders that misbehave."""

from __future__ import annotations

import os
import stat
from http.client import HTTPConnection
from itertools import count

import pytest

from printing.errors import TransportError
from printing.media import STOCKS
from printing.renderers.pdf import render
from printing.samples import waybill
from printing.transports import Condition, Reason
from printing.transports.download import DownloadTransport
from printing.transports.ipp import IppTransport
from printing.transports.ipp_said import condition_of, media_keyword
from printing.transports.ipp_wire import Answer, Malformed, Operation, answer
from printing.transports.memory import MemoryTransport
from printing.transports.spool import SpoolTransport
from tests.printing import fakes

NAME = "waybill-YT1"
PDF = render(waybill(), STOCKS["76x130"])


def refusal(transport, payload: bytes = b"x" * 100) -> TransportError:
    with pytest.raises(TransportError) as caught:
        transport.send(payload, NAME)
    return caught.value


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
        "timeout_s": 60.0,  # the machine may be busy with others
        "deadline_s": 60.0,
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
        ({"http_status": {0x02: 504}}, Reason.NO_ANSWER),
        ({"status": {0x02: 0x0500}}, Reason.FAULT),
        ({"status": {0x02: 0x0504}}, Reason.FAULT),
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


def test_a_paper_the_printer_never_began_is_taken_back_and_tried_again():
    ticks = iter(range(100))
    with fakes.IppPrinter(job_states=[3], never_begins=True) as printer:
        transport = queue_at(printer.address, deadline_s=3.0, monotonic=lambda: next(ticks))
        error = refusal(transport, PDF)
        assert (error.before_first_byte, error.reason) == (True, Reason.BUSY)
        assert Operation.CANCEL_JOB in [operation for operation, _ in printer.requests]


@pytest.mark.parametrize("fake", [{"job_states": [5], "never_begins": True},
                                  {"job_states": [3]},
                                  {"job_states": [3], "never_begins": True,
                                   "status": {Operation.CANCEL_JOB: 0x0404}}])  # fmt: skip
def test_a_paper_the_printer_may_have_begun_is_cancelled_there_and_stays_unknown(fake):
    ticks = iter(range(100))
    with fakes.IppPrinter(**fake) as printer:
        transport = queue_at(printer.address, deadline_s=3.0, monotonic=lambda: next(ticks))
        assert not refusal(transport, PDF).before_first_byte
        assert Operation.CANCEL_JOB in [operation for operation, _ in printer.requests]


def test_what_keeps_an_ipp_printer_from_its_paper_is_told_while_it_has_it():
    heard: list[Condition] = []
    states = [5] * 8 + [9]
    with fakes.IppPrinter(job_states=states, reasons_while_printing=("media-empty-warning",)) as p:
        queue_at(p.address).send(PDF, NAME, heard.append)
        assert [c.reason for c in heard] == [Reason.PAPER_OUT]


@pytest.mark.parametrize(
    ("fake", "reason"),
    [
        ({}, ""),
        ({"reasons": ("media-low-report",)}, Reason.PAPER_LOW),
        ({"reasons": ("media-empty-warning",)}, Reason.PAPER_LOW),
        ({"reasons": ("media-empty-error",)}, Reason.PAPER_OUT),
        ({"reasons": ("door-open",)}, Reason.COVER_OPEN),
        ({"reasons": ("something-new-error",)}, ""),
        ({"printer_state": 4}, Reason.BUSY),
        ({"printer_state": 5}, Reason.FAULT),
        ({"message": "The printer may not exist or is unavailable at this time."}, Reason.OFFLINE),
        ({"status": {0x0B: 0x0503}}, Reason.REFUSED),
        ({"breaks_on": 0x0B}, Reason.OFFLINE),
    ],
)
def test_an_ipp_printer_is_looked_at_without_paper(fake, reason):
    with fakes.IppPrinter(**fake) as printer:
        assert queue_at(printer.address).look().reason == reason
        assert printer.documents == []


def test_an_ipp_printer_at_work_takes_the_next_paper_too():
    with fakes.IppPrinter(printer_state=4) as printer:
        queue_at(printer.address).send(PDF, NAME)
        assert printer.documents == [PDF]


def test_a_folder_is_ready_as_soon_as_it_can_be_made(tmp_path):
    assert SpoolTransport(folder=tmp_path / "a" / "b").look() == Condition()
    (tmp_path / "file").write_text("in the way")
    assert SpoolTransport(folder=tmp_path / "file" / "b").look().reason == Reason.DISK


def test_a_paper_to_be_fetched_is_sent_nowhere():
    transport = DownloadTransport()
    error = refusal(transport)
    assert (error.before_first_byte, error.reason) == (True, Reason.DOWNLOAD)
    assert transport.look() == Condition()


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


@pytest.mark.parametrize(
    ("state", "version", "reason"),
    [
        (3, [], "paper_out"),
        (3, ["2.4.2"], ""),
        (4, ["2.4.2"], "paper_out"),
        (5, ["2.4.2"], "paper_out"),
    ],
)
def test_what_a_print_server_repeats_of_an_idle_printer_stops_no_paper(state, version, reason):
    """It asks a printer only while it prints: paper put in since then it does not know of."""
    said = {"printer-state": [state], "printer-state-reasons": ["media-empty-error"]}
    said |= {"cups-version": version} if version else {}
    found = condition_of(Answer(status=0, attributes=said))
    assert (found.reason, found.is_told) == (reason, bool(reason))
