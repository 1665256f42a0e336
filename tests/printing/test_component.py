"""A platform's print component: what it says counts, what it does not say a person is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain, repeat
from typing import Any

import pytest

from printing import queue
from printing.addresses import Allowed
from printing.documents import ReadyFormat
from printing.errors import AddressRefused, DocumentInvalid, NoMark, NotSpoken, TransportError
from printing.media import STOCKS, media
from printing.models import JobState, Printer, PrinterKind
from printing.queue import transport_for
from printing.queue.delivery import stock_for
from printing.renderers import platform, ready
from printing.samples import waybill
from printing.transports import READY, SILENT, Reason
from printing.transports import component as component_way
from printing.transports.component import ComponentTransport
from printing.transports.component_said import Task, Word, condition_of, word_on
from tests.printing.fake_component import (
    LISTED,
    PRINTER,
    PRINTS,
    Behave,
    PrintComponent,
    StopsReading,
    accepted,
    listed,
    saying,
    then_gone,
    told,
)
from tests.printing.floor import Floor
from tests.waiting import until
from warehouse.db import Database

STOCK = "76x130"
# Spaces, number forms and the order of fields are the platform's: signed, so none may change.
SECRET = (
    '{ "encryptedData":"AES:rU904rj6UH2oqfSUb43+Z+X/lg==","signature":"MD:Cnr8=",'
    '"templateURL":"http://cloudprint.cainiao.com/template/standard/101/572" , "ver":1.0}'
)
OWN_AREA = (
    '{"data":{"item":"T恤 \\u00d7 2"},"templateURL":"https://cloudprint.cainiao.com/template/9"}'
)
DOCUMENT = f'{{"documentID":"9890000112011","contents":[{SECRET},{OWN_AREA}]}}'
OTHER = {"documentID": "2", "status": "success"}
PATIENT = {"timeout_s": 60.0, "deadline_s": 60.0}  # the machine may be busy with others
# For one that has said all it will: after its last word time is over.
TACITURN = {"timeout_s": 60.0, "deadline_s": 0.3}


@contextmanager
def component(
    behave: Behave = PRINTS, listing: dict[str, Any] | None = LISTED
) -> Iterator[PrintComponent]:
    with PrintComponent(behave, listing) as made:
        yield made


def way(address: tuple[str, int], **how: Any) -> ComponentTransport:
    return ComponentTransport(address=address, host="127.0.0.1", **{**PATIENT, **how})


def waited() -> dict[str, Any]:
    """Let nearly all of the time for an answer be over as soon as it was asked for."""
    return {"monotonic": chain([0.0], repeat(PATIENT["timeout_s"] - 0.3)).__next__}


def refusal(transport: ComponentTransport, payload: str = DOCUMENT) -> TransportError:
    with pytest.raises(TransportError) as caught:
        transport.send(payload.encode(), "ready_label-1")
    return caught.value


def _paper_of(task: dict[str, Any]) -> str:
    """Return the paper a task is named after."""
    return str(task["taskID"]).rpartition(".")[0]


def test_a_document_goes_in_as_it_came_and_is_printed_when_the_component_says_so():
    with component() as there:
        way(there.address).send(DOCUMENT.encode(), "ready_label-YT1-copy2")
    [task], [raw] = there.tasks, there.raw
    assert (_paper_of(task), task["printer"], task["preview"]) == (
        "ready_label-YT1-copy2", PRINTER, False,
    )  # fmt: skip
    assert task["documents"] == [json.loads(DOCUMENT)]
    assert DOCUMENT in raw


@pytest.mark.parametrize(("behave", "said"), [
    (saying(lambda said: accepted(said, status="failed", msg="无效的打印机")), "无效的打印机"),
    (saying(accepted, lambda said: told(said, "failed", "failed", msg="缺纸")), "缺纸"),
    (saying(lambda said: told(said, "rendered", "failed", msg="模板", detail="404")), "模板: 404"),
    (saying(lambda said: told(said, "printed", "failed")), "no reason"),
])  # fmt: skip
def test_what_the_component_says_has_failed_is_final(behave, said):
    with component(behave) as there:
        error = refusal(way(there.address))
    assert (error.is_final, error.reason) == (True, Reason.REFUSED)
    assert said in str(error)


@pytest.mark.parametrize(("behave", "reason"), [
    (saying(), Reason.NO_ANSWER),
    (saying(accepted, lambda said: told(said, "rendered")), Reason.NO_ANSWER),
    (then_gone(saying(accepted)), Reason.CUT_OFF),
    (then_gone(saying()), Reason.CUT_OFF),
    (saying(lambda _: "x" * 1_500_000), Reason.CUT_OFF),
    (saying(lambda said: told(said, "printed") | {"taskID": "another"}), Reason.NO_ANSWER),
    (saying(lambda said: told(said, "printed") | {"printStatus": [OTHER]}), Reason.NO_ANSWER),
    (saying(lambda said: accepted(said, status="failed") | {"requestID": "b"}), Reason.NO_ANSWER),
], ids=["silent", "rendered only", "dies after accepting", "dies at once", "huge frame",
        "another task", "another document", "another request"])  # fmt: skip
def test_after_the_command_left_everything_else_is_not_known(behave, reason):
    # One that breaks off is heard; who stays silent is given up, whatever he had said by then.
    how = TACITURN if reason is Reason.NO_ANSWER else PATIENT
    with component(behave) as there:
        error = refusal(way(there.address, **how))
        assert until(lambda: len(there.tasks) == 1)
    assert (error.before_first_byte, error.is_final, error.reason) == (False, False, reason)
    assert len(there.tasks) == 1


@pytest.mark.parametrize("noise", [
    ["{", "null", "[]", '{"cmd":"notifyPrintResult","printStatus":7}', "[" * 100_000],
    ['{"cmd":"print"}', '{"cmd":"notifyPrintResult","taskID":null,"taskStatus":"printed"}'],
])  # fmt: skip
def test_noise_between_is_passed_over(noise):
    behave = saying(*(lambda _, n=n: n for n in noise), lambda said: told(said, "printed"))
    with component(behave) as there:
        way(there.address).send(DOCUMENT.encode(), "a")


def test_a_result_told_twice_is_one_paper():
    twice = saying(accepted, *[lambda said: told(said, "printed")] * 3)
    with component(twice) as there:
        way(there.address).send(DOCUMENT.encode(), "a")
        way(there.address).send(DOCUMENT.encode(), "b")
    assert [_paper_of(task) for task in there.tasks] == ["a", "b"]


@pytest.mark.parametrize(("listing", "printer", "reason"), [
    (None, "", Reason.NO_ANSWER),
    (listed(), "", Reason.CONFIGURATION),
    (listed(default=""), "", Reason.CONFIGURATION),
    (LISTED, "别的", Reason.CONFIGURATION),
    (listed({"name": PRINTER, "status": "disable "}), "", Reason.OFFLINE),
    ({"printers": "many"}, PRINTER, Reason.CONFIGURATION),
])  # fmt: skip
def test_a_printer_that_is_not_there_gets_nothing_sent(listing, printer, reason):
    with component(listing=listing) as there:
        error = refusal(way(there.address, printer=printer, **(waited() if not listing else {})))
        looking = way(there.address, printer=printer, **(waited() if not listing else {}))
        assert looking.look().reason == reason
    assert (error.before_first_byte, error.is_final, error.reason) == (True, False, reason)
    assert there.tasks == []


def test_nobody_there_or_somebody_else_is_offline():
    with component() as there:
        address = there.address
        assert way(address, is_secure=True).look().reason == Reason.OFFLINE
    assert refusal(way(address)).before_first_byte
    assert way(address).look().reason == Reason.OFFLINE


def test_one_that_stops_reading_holds_nobody(monkeypatch):
    timeval = component_way._timeval
    monkeypatch.setattr(component_way, "_timeval", lambda _seconds: timeval(0.5))
    big = DOCUMENT.replace("AES:", "AES:" + "x" * 900_000)
    with StopsReading() as there:
        error = refusal(way(there.address, **TACITURN), big)
    assert not error.before_first_byte


def test_how_a_printer_is_as_far_as_it_is_told():
    assert condition_of(LISTED, "") == READY
    assert condition_of(listed({"name": PRINTER}), PRINTER) == SILENT


def test_a_task_of_the_same_words_but_of_another_type_is_ours():
    task = Task(request_id="r", task_id="7", document_id="8", printer="p")
    said = {"cmd": "notifyPrintResult", "taskID": 7, "taskStatus": "Printed ",
            "printStatus": [{"documentID": 8, "status": "success"}]}  # fmt: skip
    assert word_on(said, task) == (Word.PRINTED, "")


@pytest.mark.parametrize(("address", "target", "name", "is_secure"), [
    ("10.0.0.5", ("10.0.0.5", 13528), "", False),
    ("10.0.0.5/快递打印机 1", ("10.0.0.5", 13528), PRINTER, False),
    ("ws://10.0.0.5:13528/a/b", ("10.0.0.5", 13528), "a/b", False),
    ("wss://10.0.0.5/", ("10.0.0.5", 13529), "", True),
])  # fmt: skip
def test_how_its_address_is_written(address, target, name, is_secure):
    made = transport_for(
        Printer(name="", kind=PrinterKind.COMPONENT, address=address), media(STOCK), Allowed()
    )
    assert isinstance(made, ComponentTransport)
    assert (made.address, made.printer, made.is_secure) == (target, name, is_secure)


@pytest.mark.parametrize("address", [
    "ftp://10.0.0.5/", "ws://8.8.8.8/", "ws://127.0.0.1/", "10.0.0.5:22", "10.0.0.5/a\tb", "",
    "ws://u:p@10.0.0.5/",
])  # fmt: skip
def test_addresses_outside_the_site_are_refused(address):
    with pytest.raises(AddressRefused):
        transport_for(
            Printer(name="", kind=PrinterKind.COMPONENT, address=address), media(STOCK), Allowed()
        )


@pytest.mark.parametrize("content", [DOCUMENT, SECRET, OWN_AREA, f"\n {SECRET}\n"])
def test_a_platforms_document_is_known_and_handed_on_letter_by_letter(content):
    assert ready.checked(content.encode(), STOCKS[STOCK]) is ReadyFormat.COMPONENT
    handed = platform.document(content.encode(), "ready_label-1").decode()
    assert content.strip() in handed
    assert json.loads(handed)["documentID"] in ("9890000112011", "ready_label-1")
    assert len(json.loads(handed)["contents"]) == (2 if content == DOCUMENT else 1)


@pytest.mark.parametrize("content", [
    "{", '{"a":1}', "{}", '{"documentID":"","contents":[]}', '{"documentID":"1","contents":[]}',
    '{"documentID":"1","contents":[7]}', '{"contents":[]}', "[" * 9,
    '{"templateURL":"file:///etc/passwd","data":{}}', '{"templateURL":"http://a/b"}',
    '{"templateURL":"http://a/b","encryptedData":"x"}', '{"templateURL":"http://[/b","data":{}}',
    f'{{"documentID":"1","contents":[{",".join([SECRET] * 9)}]}}',
])  # fmt: skip
def test_what_no_component_could_draw_is_refused(content):
    with pytest.raises(DocumentInvalid):
        ready.checked(content.encode(), STOCKS[STOCK])


@pytest.fixture
def floor(database: Database) -> Floor:
    made = Floor(database)
    made.printer_id = made.printer("platform", kind=PrinterKind.COMPONENT, media=STOCK)
    made.route("ready_label")
    return made


def asked(floor: Floor, content: str = SECRET) -> int:
    label = floor.do(
        queue.keep_ready, content.encode(), ReadyFormat.COMPONENT, waybill_no="YT1234567890123",
        carrier="圆通", stock=STOCK, at=floor.now,
    )  # fmt: skip
    return floor.ask(label)


def worked(floor: Floor, there: PrintComponent) -> JobState | None:
    done = floor.work(transport=way(there.address))
    return done.state if done else None


def test_a_task_is_named_after_its_paper(floor):
    with component() as there:
        asked(floor)
        assert worked(floor, there) is JobState.SENT
    assert [_paper_of(task) for task in there.tasks] == ["ready_label-YT1234567890123"]
    assert all(SECRET in raw for raw in there.raw)


def test_a_copy_that_would_bear_no_mark_is_not_printed(floor):
    with component() as there:
        job_id = asked(floor)
        assert worked(floor, there) is JobState.SENT
        copy_id = floor.do(
            queue.reprint, job_id, reason="torn", person_id=7, at=floor.now, command_id="c2"
        )
        assert worked(floor, there) is JobState.FAILED
    assert floor.job(copy_id).reason == NoMark.code
    assert len(there.tasks) == 1


def test_a_failed_task_is_a_failed_paper_and_not_tried_by_itself(floor):
    with component(saying(lambda said: accepted(said, status="failed", msg="no paper"))) as there:
        job_id = asked(floor)
        assert worked(floor, there) is JobState.FAILED
        assert "no paper" in floor.job(job_id).detail
        floor.now += timedelta(minutes=2)
        assert worked(floor, there) is None
        there.behave = PRINTS
        floor.do(queue.release, job_id, person_id=7, at=floor.now)
        assert worked(floor, there) is JobState.SENT
    assert len(there.tasks) == 2


def test_what_is_said_again_of_an_earlier_try_is_not_about_this_one(floor):
    said_first: list[Any] = []

    def fails(there: PrintComponent, line: Any, said: dict[str, Any]) -> None:
        said_first.append(told(said, "failed", "failed", msg="paper out"))
        there.say(line, said_first[0])

    def repeats_and_prints(there: PrintComponent, line: Any, said: dict[str, Any]) -> None:
        there.say(line, said_first[0])
        there.say(line, told(said, "printed"))

    with component(fails) as there:
        job_id = asked(floor)
        assert worked(floor, there) is JobState.FAILED
        there.behave = repeats_and_prints
        floor.do(queue.release, job_id, person_id=7, at=floor.now)
        assert worked(floor, there) is JobState.SENT


def test_silence_asks_a_person_and_no_second_task_goes_out_by_itself(floor):
    with component(then_gone(saying(accepted))) as there:
        job_id = asked(floor)
        assert worked(floor, there) is JobState.UNKNOWN
        floor.now += timedelta(minutes=2)
        assert worked(floor, there) is None
    assert floor.job(job_id).state is JobState.UNKNOWN
    assert len(there.tasks) == 1


def test_papers_of_ours_are_refused_with_the_reason(floor):
    job_id = floor.ask(waybill(), printer_id=floor.printer_id)
    assert floor.work().state is JobState.FAILED
    assert floor.job(job_id).reason == NotSpoken.code
    with floor.database.reading() as session:
        printer = session.get_one(Printer, floor.printer_id)
        with pytest.raises(NotSpoken):
            stock_for("waybill", printer)


def test_other_printers_refuse_a_platforms_document(floor):
    with floor.database.transaction() as session:
        session.get_one(Printer, floor.printer_id).kind = PrinterKind.ZPL
    job_id = asked(floor)
    assert floor.work().state is JobState.FAILED
    assert floor.job(job_id).reason == NotSpoken.code
