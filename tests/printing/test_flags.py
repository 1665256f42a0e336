"""A paper with marks for characters no face has is flagged until a person has looked at it."""

from __future__ import annotations

import pytest

from printing import queue
from printing.errors import StateConflict
from printing.models import JobState, PrintFlag
from printing.samples import waybill
from tests.printing.floor import Floor, by


def flagged(floor: Floor) -> list[tuple[int, str]]:
    with floor.database.reading() as session:
        return [(job.id, characters) for job, characters in queue.flagged(session, 10)]


def test_a_label_with_a_mark_is_printed_and_flagged(floor):
    job_id = floor.ask(waybill(waybill_no="YT1", remark="谢谢🌸한"))
    plain = floor.ask(waybill(waybill_no="YT2"))
    assert flagged(floor) == []
    assert [floor.work().state, floor.work().state] == [JobState.SENT, JobState.SENT]
    assert flagged(floor) == [(job_id, "🌸한")]
    assert floor.state(plain) is JobState.SENT


def test_only_what_stands_on_the_paper_is_flagged(floor):
    # The end of a name is masked, so nobody misses its glyph.
    receiver = waybill().receiver.from_json(waybill().receiver.to_json() | {"name": "欧阳🌸"})
    floor.ask(waybill(waybill_no="YT1", receiver=receiver))
    floor.work()
    assert flagged(floor) == []


def test_a_look_ends_the_attention_once(floor):
    job_id = floor.ask(waybill(waybill_no="YT1", remark="🌸"))
    floor.work()
    floor.do(queue.acknowledge, job_id, person_id=7, at=floor.now)
    assert flagged(floor) == []
    with floor.database.reading() as session:
        flag = session.get_one(PrintFlag, job_id)
        assert (flag.looked_at, flag.person_id) == (floor.now, 7)
    assert floor.events(job_id) == [("sent", "looked at the marks")]
    with pytest.raises(StateConflict):
        floor.do(queue.acknowledge, job_id, person_id=8, at=floor.now)


def test_a_paper_drawn_anew_is_flagged_anew(floor):
    job_id = floor.ask(waybill(waybill_no="YT1", remark="🌸"))
    floor.work()
    floor.do(queue.acknowledge, job_id, person_id=7, at=floor.now)
    floor.do(
        queue.reprint, job_id, reason="torn", person_id=7, at=floor.now, command_id="c2"
    )  # fmt: skip
    copy = floor.work().job_id
    assert flagged(floor) == [(copy, "🌸")]
    held = floor.ask(waybill(waybill_no="YT3", remark="한"))
    floor.do(queue.hold, held, reason="wait", **by(7))
    floor.do(queue.release, held, **by(7))
    floor.work()
    assert flagged(floor) == [(held, "한"), (copy, "🌸")]
