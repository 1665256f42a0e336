"""The page of lanes: how long papers wait, who stands in, and that a long lane is a quick page."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from printing import queue
from printing.models import JobState, Printer, PrinterKind, PrintJob, PrintRoute
from printing.samples import waybill
from tests.builders import Stage
from tests.web.desk_site import Desk, words_of
from warehouse.catalog.commands.labels import PrintSkuLabels, print_sku_labels
from warehouse.db import utcnow
from warehouse.people.models import Role


def _printer(desk: Desk, name: str = "first", **facts: object) -> int:
    given = {"kind": PrinterKind.ZPL, "address": "10.0.0.9", "name": name, "media": "76x130"}
    return int(desk.world.add(Printer(**given | facts)).id)


def _ask(desk: Desk, printer_id: int | None, count: int = 1, *, age_s: int = 0) -> list[int]:
    at = utcnow() - timedelta(seconds=age_s)
    with desk.database.transaction() as session:
        return [
            queue.enqueue(
                session, waybill(waybill_no=f"YT{printer_id}-{n}"), station_id=None, at=at,
                command_id="c", printer_id=printer_id,
            )
            for n in range(count)
        ]  # fmt: skip


def _statements(desk: Desk, url: str) -> list[str]:
    heard: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        heard.append(statement)

    desk.as_(Role.SUPERVISOR)
    engines = {id(e): e for e in (desk.database.engine, desk.database.writer)}
    for engine in engines.values():
        sa.event.listen(engine, "before_cursor_execute", note)
    assert desk.get(url).status_code == 200
    for engine in engines.values():
        sa.event.remove(engine, "before_cursor_execute", note)
    return heard


def test_two_hundred_waiting_papers_cost_no_more_statements_than_one(both: Desk):
    printer_id = _printer(both)
    _ask(both, printer_id)
    one = _statements(both, "/printers")
    _ask(both, _printer(both, "second"), 200)
    many = _statements(both, "/printers")
    assert len(many) == len(one)
    assert len(many) < 12
    assert not [s for s in many if "print_job.facts" in s]


def test_a_jammed_lane_hides_no_other(both: Desk):
    _ask(both, _printer(both), 500)
    _ask(both, _printer(both, "second"))
    page = words_of(both.get("/printers"))
    assert "492 more wait" in page
    assert "Nothing waits." not in page


def test_more_of_one_lane_is_shown_with_lazy_pictures_and_the_rest_in_the_list(both: Desk):
    printer_id = _printer(both)
    _ask(both, printer_id, 205)
    _ask(both, _printer(both, "second"), 20)
    body = both.get(f"/printers?open={printer_id}").get_data(as_text=True)
    assert body.count('<img src="/printers/jobs/') == 208
    assert body.count('loading="lazy"') == 208
    assert f"/printers/lanes?open={printer_id}" in body
    assert "12 more wait" in words_of(both.get(f"/printers?open={printer_id}"))
    # It is drawn anew every few seconds: thousands of rows would keep the server busy.
    rest = f"/printers/jobs?state=queued&amp;printer={printer_id}&amp;sort=no"
    assert (rest in body, "5 more wait" in body) == (True, True)


def test_papers_of_no_printer_can_be_shown_whole(desk: Desk):
    _ask(desk, None, 12)
    assert "4 more wait" in words_of(desk.get("/printers"))
    assert "more wait" not in words_of(desk.get("/printers?open=0"))


@pytest.mark.parametrize(("age_s", "tone"), [(5, None), (130, "attention"), (610, "stop")])
def test_what_waits_long_is_coloured(desk: Desk, age_s: int, tone: str | None):
    _ask(desk, _printer(desk), age_s=age_s)
    body = desk.get("/printers/lanes").get_data(as_text=True)
    row = body.partition('<ol class="queue">')[2].partition(">")[0]
    assert row.strip() == (f'<li data-tone="{tone}"' if tone else "<li")


def test_the_lane_tells_the_age_of_its_oldest_paper(both: Desk):
    printer_id = _printer(both)
    _ask(both, printer_id, 2, age_s=200)
    assert "2 to come, the oldest waits 3 min" in words_of(both.get("/printers"))


def test_small_pictures_are_small(desk: Desk):
    (job_id,) = _ask(desk, _printer(desk))
    whole = desk.get(f"/printers/jobs/{job_id}/paper.png").get_data()
    small = desk.get(f"/printers/jobs/{job_id}/paper.png?small=1").get_data()
    assert small[:4] == b"\x89PNG"
    assert len(small) < len(whole) < 60_000


def test_a_click_sends_all_that_waits_to_the_stand_in(both: Desk):
    first, second = _printer(both), _printer(both, "second")
    (job_id,) = _ask(both, first)
    both.post("/printers/stand-ins", **{f"stand_in_{first}": second, f"stand_in_{second}": 0})
    assert "Stand-in: second" in words_of(both.get("/printers"))
    assert "Send all that waits" not in words_of(both.get("/printers"))
    both.post(f"/printers/{first}/pause", paused=1)
    assert "Send all that waits to second" in words_of(both.get("/printers"))
    answer = both.post(f"/printers/{first}/hand-over")
    assert "1 paper goes to second." in both.said(answer)
    assert both.world.get(PrintJob, job_id).printer_id == second
    assert "1 paper went to second" in words_of(both.get(f"/printers/{first}"))


def test_stand_ins_are_kept_and_taken_back_on_the_page_of_routes(desk: Desk):
    first, second = _printer(desk), _printer(desk, "second")
    said = desk.said(desk.post("/printers/stand-ins", **{f"stand_in_{first}": second}))
    assert "second stands in for first." in said
    assert "Stand-ins" in said
    said = desk.said(desk.post("/printers/stand-ins", **{f"stand_in_{first}": 0}))
    assert "Nobody stands in for first." in said
    wrong = desk.post("/printers/stand-ins", **{f"stand_in_{first}": first})
    assert "cannot stand in for itself" in desk.said(wrong)


def test_a_question_stands_before_what_waits(desk: Desk):
    printer_id = _printer(desk)
    first, second = _ask(desk, printer_id, 2)
    with desk.database.transaction() as session:
        session.execute(
            sa.update(PrintJob).where(PrintJob.id == second).values(state=JobState.UNKNOWN)
        )
    body = desk.get("/printers/lanes").get_data(as_text=True)
    assert 0 < body.index(f"jobs/{second}") < body.index(f"jobs/{first}")


def test_several_papers_are_ticked_and_handled_at_once(both: Desk):
    first = _printer(both)
    second = _printer(both, "second")
    jobs = _ask(both, first, 3)
    page = both.get(f"/printers/jobs?printer={first}").get_data(as_text=True)
    assert page.count("data-one-row") == 3
    both.post("/printers/jobs/chosen", chosen=jobs[:2], action="hold", reason_hold="wrong roll")
    assert [both.world.get(PrintJob, j).state for j in jobs] == ["held", "held", "queued"]
    moved = both.post("/printers/jobs/chosen", chosen=jobs, action="reroute", printer_id=second)
    assert "3 papers go to second." in both.said(moved)
    said = both.said(both.post("/printers/jobs/chosen", chosen=jobs, action="cancel"))
    assert "Say why." in said
    both.post("/printers/jobs/chosen", chosen=jobs, action="cancel", reason_cancel="not wanted")
    said = both.said(both.post("/printers/jobs/chosen", chosen=jobs, action="release"))
    assert "Nothing was done: 3 are cancelled." in said


def test_who_may_only_look_has_nothing_to_tick(desk: Desk):
    _ask(desk, _printer(desk), 1)
    body = desk.get("/printers/jobs", Role.PACKER).get_data(as_text=True)
    assert "data-one-row" not in body
    assert desk.post("/printers/jobs/chosen", Role.PACKER, action="hold").status_code == 403


def test_a_hostile_choice_changes_nothing(desk: Desk):
    (job_id,) = _ask(desk, _printer(desk))
    for form in (
        {"action": "explode", "chosen": job_id},
        {"action": "hold", "chosen": "x"},
        {"action": "reroute", "chosen": job_id, "printer_id": "x"},
    ):
        assert desk.post("/printers/jobs/chosen", **form).status_code == 303
    assert desk.world.get(PrintJob, job_id).state is JobState.QUEUED


def test_a_run_is_shown_whole_and_gone_on_from_the_last_good_label(both: Desk):
    printer_id = _printer(both, media="60x40")
    both.world.add(PrintRoute(document_kind="sku_label", printer_id=printer_id))
    sku = both.world.sku("TEE")
    both.world.do(print_sku_labels, PrintSkuLabels, sku_id=sku.id, copies=4)
    jobs = [job.id for job in both.world.all(PrintJob)]
    url = f"/printers/jobs/{jobs[1]}/run"
    assert f'href="{url}"' in both.get(f"/printers/jobs/{jobs[1]}").get_data(as_text=True)
    assert "The roll ran out in the middle?" not in words_of(both.get(url))
    with both.database.transaction() as session:
        session.execute(
            sa.update(PrintJob).where(PrintJob.id != jobs[3]).values(state=JobState.SENT)
        )
    body = both.get(url, Role.PACKER).get_data(as_text=True)
    assert (body.count("<li"), body.count('loading="lazy"')) >= (4, 4)
    said = both.said(both.post(url, Role.PACKER, last_good=1, reason="roll out"), Role.PACKER)
    assert "2 labels come again as marked copies" in said
    assert "1 was still to come and does." in said
    assert len(both.world.all(PrintJob, copy_no=2)) == 2
    assert "must be a whole number" in both.said(both.post(url, last_good="x", reason="r"))
    assert both.post(url, Role.COUNTER, last_good=1, reason="r").status_code == 403


def test_a_paper_alone_has_no_page_of_its_run(desk: Desk):
    (job_id,) = _ask(desk, _printer(desk))
    assert desk.get(f"/printers/jobs/{job_id}/run").status_code == 404
    assert "/run" not in desk.get(f"/printers/jobs/{job_id}").get_data(as_text=True)


def test_the_labels_of_a_wave_are_asked_for_on_its_page(desk: Desk):
    work = desk.world.bring(Stage.WEIGHED)
    assert "Print labels (1)" in words_of(desk.get(f"/waves/{work.wave_id}"))
    said = desk.said(desk.post(f"/waves/{work.wave_id}/labels"))
    assert "1 label of wave" in said
    assert "Print labels" not in said
    assert len(desk.world.all(PrintJob, document_kind="waybill")) == 1
