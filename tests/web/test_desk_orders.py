"""Acts on the pages of orders, consignments, waves, parcels and handovers do what they say."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from printing.models import JobState, PrintJob
from printing.renderers import raster
from tests.builders import Stage
from tests.web.desk_site import Desk, links_to, notice_of, words_of
from warehouse.commands import CommandRow
from warehouse.dispatch.models import Handover
from warehouse.orders.models import (
    Consignment,
    ConsignmentState,
    Hold,
    HoldKind,
    HoldOwner,
    LineState,
    Order,
    OrderLine,
    OrderState,
)
from warehouse.packing.models import Parcel, ParcelState
from warehouse.people.models import Role, Trail
from warehouse.waves.models import Wave, WaveState

CLERK = Role.CUSTOMER_SERVICE


def _events(desk: Desk, kind: str, subject: int) -> list[str]:
    return [t.event for t in desk.world.all(Trail, subject_kind=kind, subject_id=subject)]


def _paper_out(desk: Desk) -> None:
    """Note that whatever was asked for came out of the printers."""
    with desk.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=JobState.SENT))


def test_a_hold_is_released_with_a_word(desk: Desk):
    world = desk.world
    world.site()
    tee = world.sku()
    world.stock(tee, "A-01", 5)
    order_id = world.audited({tee: 1}, buyer_message="knock")
    hold = world.one(Hold, order_id=order_id)

    silent = desk.post(f"/orders/holds/{hold.id}/release", CLERK, note=" ")
    assert "Say why." in desk.said(silent, CLERK)
    assert world.get(Order, order_id).state is OrderState.HELD

    answer = desk.post(f"/orders/holds/{hold.id}/release", CLERK, note="read")
    assert "The hold is released." in desk.said(answer, CLERK)
    assert world.get(Order, order_id).state is OrderState.CLEAN
    page = words_of(desk.get(f"/orders/{order_id}", CLERK))
    assert "Hold released (remark to read): read" in page
    assert "a customer_service" in page


def test_an_act_goes_back_to_the_list_it_was_sent_from(desk: Desk):
    world = desk.world
    order_id = world.audited({world.sku(): 1}, buyer_message="knock")
    hold = world.all(Hold, order_id=order_id, kind=HoldKind.REMARK)[0]
    url = f"/orders/holds/{hold.id}/release"
    for referrer, wanted in {
        "http://localhost/orders?stage=held&q=a": "/orders?stage=held&q=a",
        "http://evil.example/orders": "/orders",
        "http://localhost//evil.example": "/orders",
        "http://localhost/\\evil.example": "/orders",
        "javascript:alert(1)": "/orders",
        "": "/orders",
    }.items():
        answer = desk.as_(CLERK).post(url, data={"note": "x"}, headers={"Referer": referrer})
        assert (answer.status_code, answer.headers["Location"]) == (303, wanted), referrer


def test_an_order_is_held_for_somebody_and_cancelled(desk: Desk):
    world = desk.world
    world.site()
    tee = world.sku()
    world.stock(tee, "A-01", 5)
    order_id = world.audited({tee: 1})
    desk.post(f"/orders/{order_id}/hold", note="call the buyer", owner="finance")
    hold = world.one(Hold, order_id=order_id)
    assert (hold.kind, hold.owner, hold.note) == (
        HoldKind.MANUAL, HoldOwner.FINANCE, "call the buyer",
    )  # fmt: skip
    answer = desk.post(f"/orders/{order_id}/cancel", note="buyer changed his mind")
    assert "is cancelled." in desk.said(answer)
    assert world.get(Order, order_id).state is OrderState.CANCELLED


def test_a_line_is_taken_out(desk: Desk):
    world = desk.world
    world.site()
    tee, mug = world.sku("TEE"), world.sku("MUG")
    order_id = world.audited({tee: 1, mug: 2})
    line = world.one(OrderLine, order_id=order_id, sku_id=mug.id)
    answer = desk.post(f"/orders/{order_id}/lines/{line.id}/cancel", note="sold out")
    assert "The line is taken out." in desk.said(answer)
    assert world.get(OrderLine, line.id).state is LineState.CANCELLED


def test_an_urgent_order_makes_its_consignment_urgent(desk: Desk):
    world = desk.world
    work = world.bring(Stage.READY)
    desk.post(f"/orders/{work.order_id}/urgent", urgent=1)
    assert world.get(Order, work.order_id).is_urgent
    assert world.get(Consignment, work.consignment_id).is_urgent
    desk.post(f"/orders/{work.order_id}/urgent", urgent=0)
    assert not world.get(Consignment, work.consignment_id).is_urgent
    assert _events(desk, "order", work.order_id)[-2:] == ["urgent", "not_urgent"]


def test_an_ended_order_is_not_urgent(desk: Desk):
    work = desk.world.bring(Stage.DISPATCHED)
    answer = desk.post(f"/orders/{work.order_id}/urgent", urgent=1)
    assert "has ended." in desk.said(answer)
    assert not desk.world.get(Order, work.order_id).is_urgent


def test_chosen_orders_are_released_and_made_a_wave(desk: Desk):
    world = desk.world
    world.site()
    tee = world.sku()
    world.stock(tee, "A-01", 5)
    clean = [world.audited({tee: 1}) for _ in range(2)]
    held = world.audited({tee: 1}, buyer_message="knock")

    answer = desk.post("/orders/chosen", action="release", chosen=[*clean, held])
    assert "2 released, 1 not." in desk.said(answer)
    assert [world.get(Order, i).state for i in (*clean, held)] == [
        OrderState.RELEASED, OrderState.RELEASED, OrderState.HELD,
    ]  # fmt: skip

    answer = desk.post("/orders/chosen", action="wave", chosen=clean)
    wave = world.one(Wave)
    assert answer.headers["Location"] == f"/waves/{wave.id}"
    assert f"Wave {wave.number} with 2 orders." in desk.said(answer)
    assert links_to(desk.get(f"/waves/{wave.id}"), "/consignments/") == [
        f"/consignments/{world.get(Order, i).consignment_id}" for i in clean
    ]


def test_chosen_orders_are_held_each_for_itself(desk: Desk):
    world = desk.world
    tee = world.sku()
    ids = [world.order({tee: 1}) for _ in range(3)]
    with desk.database.transaction() as session:
        session.get_one(Order, ids[1]).state = OrderState.CANCELLED
    answer = desk.post("/orders/chosen", CLERK, action="hold", chosen=ids, note="storm")
    page = desk.said(answer, CLERK)
    assert "2 held." in page
    assert "has ended." in page
    assert [world.holds(i) for i in ids] == [[HoldKind.MANUAL], [], [HoldKind.MANUAL]]


def test_nonsense_choices_write_nothing(desk: Desk):
    order_id = desk.world.order({desk.world.sku(): 1})
    desk.get("/orders")
    with desk.world.nothing_written():
        for form in (
            {"action": "release"},
            {"action": "burn", "chosen": order_id},
            {"chosen": order_id},
            {"action": "hold", "chosen": "1e3"},
            {"action": "wave", "chosen": order_id},
            {"action": "merge", "chosen": order_id},
            {"action": "release", "chosen": list(range(1, 400))},
            {"action": "merge", "chosen": [order_id, 424242]},
        ):
            answer = desk.post("/orders/chosen", **form)
            assert answer.status_code in (303, 404), form


def test_a_right_of_one_button_is_not_a_right_of_all(desk: Desk):
    work = desk.world.bring(Stage.READY)
    desk.as_(CLERK)
    with desk.world.nothing_written():
        answer = desk.post("/orders/chosen", CLERK, action="wave", chosen=work.order_id)
        assert "This is not your right." in desk.said(answer, CLERK)


def test_orders_of_one_receiver_are_merged_and_split(desk: Desk):
    world = desk.world
    world.site()
    world.settings(hold_merge_candidates=True)
    tee = world.sku()
    world.stock(tee, "A-01", 5)
    first, second = world.audited({tee: 1}), world.audited({tee: 2})
    page = desk.get(f"/orders/{first}", CLERK)
    assert "Same receiver" in words_of(page)

    answer = desk.post(f"/orders/{first}/merge", CLERK)
    assert "2 orders go together." in desk.said(answer, CLERK)
    consignment_id = world.get(Order, first).consignment_id
    assert world.get(Order, second).consignment_id == consignment_id

    page = words_of(desk.get(f"/consignments/{consignment_id}", CLERK))
    assert "Take apart" in page
    answer = desk.post(f"/consignments/{consignment_id}/split", CLERK)
    assert "2 orders go each for itself." in desk.said(answer, CLERK)
    assert world.get(Order, first).consignment_id is None
    assert world.get(Consignment, consignment_id).state is ConsignmentState.DISSOLVED


def test_the_receiver_is_hidden_until_somebody_says_why(desk: Desk):
    world = desk.world
    order_id = world.order({world.sku(): 1})
    secrets = ("王小明", "13800000001", "文三路 1 号 2 幢 301 室")
    for role in (Role.SUPERVISOR, CLERK, Role.ADMIN, Role.COUNTER):
        body = desk.get(f"/orders/{order_id}", role).get_data(as_text=True)
        assert not any(secret in body for secret in secrets)
        assert ("王**" in body, "138******01" in body) == (True, True)

    assert "Say why." in desk.said(desk.post(f"/orders/{order_id}/receiver", CLERK), CLERK)
    assert _events(desk, "order", order_id) == []

    answer = desk.post(f"/orders/{order_id}/receiver", CLERK, reason="courier asks")
    body = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert all(secret in body for secret in secrets)
    assert "Receiver looked at: courier asks" in body
    seen = world.one(Trail, subject_kind="order", subject_id=order_id)
    assert (seen.event, seen.person_id) == ("receiver_seen", desk.people[CLERK])

    again = desk.get(f"/orders/{order_id}", CLERK).get_data(as_text=True)
    assert not any(secret in again for secret in secrets)


def test_the_story_of_an_order_is_told_whole(desk: Desk):
    work = desk.world.bring(Stage.DISPATCHED)
    page = desk.get(f"/orders/{work.order_id}")
    said = words_of(page)
    for words in ("With the courier", "dispatched: 2 × TEE", "Label scanned back",
                  f"Waybill {work.waybill_no} given", "Packed", "Checked, all there",
                  "picked: 1 × TEE, A-01 → T-", "Planned in wave W", "Released as C",
                  "Audited: nothing holds it", "Imported"):  # fmt: skip
        assert words in said, words
    places = [m.start() for m in re.finditer(r"<time ", page.get_data(as_text=True))]
    assert len(places) > 10
    assert links_to(page, "/parcels/") == [f"/parcels/{work.parcel_id}"]


def test_a_wave_is_taken_back_once(desk: Desk):
    work = desk.world.bring(Stage.WAVED)
    answer = desk.post(f"/waves/{work.wave_id}/cancel")
    assert "is taken back." in desk.said(answer)
    assert desk.world.get(Wave, work.wave_id).state is WaveState.CANCELLED
    assert "is already begun." in desk.said(desk.post(f"/waves/{work.wave_id}/cancel"))


def test_a_wave_page_shows_the_walk(desk: Desk):
    work = desk.world.bring(Stage.HALF_PICKED)
    page = words_of(desk.get(f"/waves/{work.wave_id}"))
    assert "0/2" in page
    assert re.search(r"1 A-01 TEE TEE cotton 1 1/2", page)
    assert re.search(r"2 A-02 MUG MUG cotton 1 0/1", page)


def test_a_pick_list_is_printed_again_only_with_a_reason(desk: Desk):
    work = desk.world.bring(Stage.WAVED)
    desk.post(f"/waves/{work.wave_id}/list")
    _paper_out(desk)
    lists = desk.world.all(PrintJob, document_kind="pick_list")
    answer = desk.post(f"/waves/{work.wave_id}/list", reason="")
    assert "Say why." in desk.said(answer)
    assert len(desk.world.all(PrintJob, document_kind="pick_list")) == len(lists)
    desk.post(f"/waves/{work.wave_id}/list", reason="coffee on it")
    last = desk.world.all(PrintJob, document_kind="pick_list")[-1]
    assert (last.copy_no, last.reprint_reason) == (len(lists) + 1, "coffee on it")


def test_a_label_is_printed_again_from_the_parcel(desk: Desk):
    work = desk.world.bring(Stage.MATCHED)
    _paper_out(desk)
    answer = desk.post(f"/parcels/{work.parcel_id}/label", reason="torn")
    assert "Destroy the spoilt one." in desk.said(answer)
    jobs = desk.world.all(PrintJob, document_kind="waybill")
    assert [(j.copy_no, j.reprint_reason) for j in jobs] == [(1, ""), (2, "torn")]
    assert desk.world.get(Parcel, work.parcel_id).state is ParcelState.LABELLED


def test_a_handover_names_what_was_left_behind(desk: Desk):
    gone = desk.world.bring(Stage.DISPATCHED)
    left = desk.world.bring(Stage.MATCHED, work=desk.world.released({gone.goods["TEE"]: 1}))
    page = desk.get(f"/handovers/{gone.handover_id}")
    assert links_to(page, "/parcels/") == [
        f"/parcels/{gone.parcel_id}",
        f"/parcels/{left.parcel_id}",
    ]
    assert left.waybill_no in words_of(page)
    assert desk.world.get(Handover, gone.handover_id).number in words_of(page)


def test_a_check_that_found_something_is_shown(desk: Desk):
    world = desk.world
    work = world.bring(Stage.CHECKING)
    page = words_of(desk.get(f"/consignments/{work.consignment_id}"))
    assert "Second look" in page
    assert "picked by picker" in page


def test_pages_write_nothing(desk: Desk):
    work = desk.world.bring(Stage.DISPATCHED)
    desk.get("/orders")
    with desk.world.nothing_written():
        for url in ("/orders", f"/orders/{work.order_id}", f"/waves/{work.wave_id}", "/printers",
                    f"/consignments/{work.consignment_id}", f"/parcels/{work.parcel_id}",
                    f"/handovers/{work.handover_id}", "/stock/proof", "/search?q=TEE"):  # fmt: skip
            assert desk.get(url).status_code in (200, 302), url


def test_a_form_sent_twice_counts_once(desk: Desk):
    world = desk.world
    order_id = world.audited({world.sku(): 1})
    form = {"note": "storm", "command_id": "0123456789-abcdef"}
    for _ in range(2):
        assert desk.post(f"/orders/{order_id}/hold", **form).status_code == 303
    assert len(world.all(Hold, order_id=order_id, kind=HoldKind.MANUAL)) == 1
    assert len(world.all(CommandRow, name="RaiseHold")) == 1


def test_a_refusal_is_shown_as_a_notice(desk: Desk):
    work = desk.world.bring(Stage.HALF_PICKED)
    answer = desk.post(f"/consignments/{work.consignment_id}/split")
    page = desk.get(answer.headers["Location"])
    assert notice_of(page) == f"Consignment C{work.consignment_id:08d} is already begun."


@pytest.mark.parametrize(
    ("button", "kind", "told"),
    [
        ("sheet", "wave_sheet", "Wave sheet printed"),
        ("wall", "put_wall_sheet", "Put-wall sheet printed"),
        ("cart", "cart_label", "Cart label printed"),
    ],
)
def test_each_paper_of_a_wave_has_a_preview_and_a_button(
    desk: Desk, button: str, kind: str, told: str
):
    work = desk.world.bring(Stage.WAVED)
    page = f"/waves/{work.wave_id}"
    desk.as_(Role.COUNTER)
    with desk.world.nothing_written():
        seen = desk.get(f"{page}/papers/{kind}.pdf", Role.COUNTER)
    number = desk.world.get(Wave, work.wave_id).number
    [text] = raster.texts(seen.get_data())
    assert ("PREVIEW" in text, number in text) == (True, True)
    assert "is on its way" in desk.said(desk.post(f"{page}/{button}"))
    assert told in words_of(desk.get(page))
    assert len(desk.world.all(PrintJob, document_kind=kind)) == 1
    assert "Say why." in desk.said(desk.post(f"{page}/{button}"))
    assert desk.get(f"{page}/papers/manifest.pdf").status_code == 404
