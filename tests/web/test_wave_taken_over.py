"""A picker's scan on another's wave: told whose it is, and scanned once more it takes it over."""

from __future__ import annotations

from tests.builders import Stage
from tests.web.desk_site import Desk, words_of
from warehouse.catalog.models import BinKind
from warehouse.commands import new_id
from warehouse.people.rights import Role
from warehouse.waves.models import PickTask, Wave


def test_the_second_scan_takes_the_wave_over_and_counts(desk: Desk):
    world = desk.world
    work = world.bring(Stage.TOTE_BOUND)
    task = world.open_tasks(work.wave_id)[0]
    first = world.get(Wave, work.wave_id).picker_id
    url = f"/pick/{work.wave_id}/scans"
    scan = {"screen": "bin", "subject": task.id, "barcode": "A-01"}
    refused = desk.post(url, Role.PICKER, command_id=new_id(), **scan)
    assert refused.status_code == 409
    assert "picker is picking wave" in words_of(refused)
    assert world.get(PickTask, task.id).bin_confirmed_at is None
    taken = desk.post(url, Role.PICKER, command_id=new_id(), confirm="1", **scan)
    assert taken.status_code == 200
    assert world.get(PickTask, task.id).bin_confirmed_at is not None
    assert world.get(Wave, work.wave_id).picker_id == desk.people[Role.PICKER] != first


def test_a_scan_that_took_a_wave_over_can_be_sent_again(desk: Desk):
    work = desk.world.bring(Stage.TOTE_BOUND)
    task = desk.world.open_tasks(work.wave_id)[0]
    scan = {"screen": "bin", "subject": task.id, "barcode": "A-01", "confirm": "1"}
    again = {"command_id": "a" * 64, **scan}
    url = f"/pick/{work.wave_id}/scans"
    answers = [desk.post(url, Role.PICKER, **again).status_code for _ in range(2)]
    assert answers == [200, 200]


def test_the_last_order_of_a_wave_that_waits_for_reserve_sends_the_picker_to_the_waves(desk: Desk):
    world = desk.world
    world.site()
    tee = world.sku("TEE")
    work = world.bring(Stage.TOTE_BOUND, lines={tee: 2})
    world.bin("R-01", kind=BinKind.RESERVE)
    world.stock(tee, "R-01", 9)
    task = world.open_tasks(work.wave_id)[0]
    scan = {"subject": task.id, "confirm": "1"}
    url = f"/pick/{work.wave_id}/scans"
    desk.post(url, Role.PICKER, command_id=new_id(), screen="bin", barcode="A-01", **scan)
    given = {"screen": "short", "barcode": "CMD-SHORT", "reason": "empty", **scan}
    answer = desk.post(url, Role.PICKER, command_id=new_id(), **given)
    assert (answer.status_code, 'data-goto="/pick"' in answer.get_data(as_text=True)) == (200, True)
    assert "Reserve has them" in answer.get_data(as_text=True)
    assert world.state(Wave, work.wave_id) == "cancelled"
    assert "data-ack" not in answer.text  # said on the page he lands on
    number = world.get(Wave, work.wave_id).number
    late = desk.post(url, Role.PICKER, command_id=new_id(), screen="bin", barcode="A-01", **scan)
    for over in (late, desk.get(f"/pick/{work.wave_id}", Role.PICKER)):
        assert f"Wave {number} was taken back" in words_of(over)
        assert "data-ack" in over.text
        assert 'data-goto="/pick"' in over.text
