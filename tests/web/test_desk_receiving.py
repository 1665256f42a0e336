"""Receiving at the desk: suppliers, orders, receipts with their papers, exchanges."""

from __future__ import annotations

import io
import re
from dataclasses import asdict
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from printing.models import JobState, PrintJob
from tests.dock import Dock
from tests.web.desk_site import Desk, marked, notice_of, words_of
from tests.web.forms import forms_of
from warehouse.people.models import Role
from warehouse.receiving.accounts import (
    Exchange,
    ExchangeLine,
    SupplierFile,
    SupplierPaper,
    SupplierPayment,
)
from warehouse.receiving.models import Fault, PurchaseOrder, Receipt, Supplier
from warehouse.settings import SiteSettings

PDF = b"%PDF-1.4\n<script>alert(1)</script>"


@pytest.fixture
def dock(desk: Desk) -> Dock:
    dock = Dock(desk.world)
    dock.supplier()
    return dock


def test_every_list_has_an_empty_state_that_says_what_to_do(desk: Desk):
    for url, said in (
        ("/receiving", "No receipt yet"),
        ("/receiving/orders", "No purchase order yet"),
        ("/receiving/suppliers", "No supplier yet"),
        ("/receiving/exchanges", "No exchange yet"),
        ("/receiving/exchanges/open", "Nothing is out"),
        ("/receiving/orders/new", "Add the supplier first"),
    ):
        assert said in words_of(desk.get(url)), url


def test_a_supplier_is_added_changed_and_its_faults_are_told_at_the_field(desk: Desk):
    wrong = desk.post("/receiving/suppliers", code="悦", name="", lead_days="x")
    assert (wrong.status_code, "The name is empty." in words_of(wrong)) == (400, True)
    assert marked(wrong) == ["code", "name", "lead_days"]
    made = desk.post("/receiving/suppliers", code="yz", name="Yuezhi", lead_days=7, terms="30 days")
    assert "Supplier Yuezhi is saved." in desk.said(made)
    supplier = desk.world.one(Supplier, code="YZ")
    url = f"/receiving/suppliers/{supplier.id}"
    assert desk.post(url, name="Yuezhi", lead_days=900).status_code == 400
    assert "is saved" in desk.said(desk.post(url, name="Yuezhi Knit", lead_days=9))
    assert "Lead time in days" in words_of(desk.get(url))


def test_every_wrong_field_of_an_order_is_marked_at_once(desk: Desk, dock: Dock):
    desk.world.sku("TEE")
    form: dict[str, Any] = {
        "supplier": "YZ", "expected_on": "31.2.", "sku-0": "TEE", "pieces-0": "10",
        "sku-1": "NOPE", "pieces-1": "0", "sku-3": "", "price-3": "abc", "day-3": "2062-01-01",
    }  # fmt: skip
    wrong = ["expected_on", "sku-1", "pieces-1", "sku-3", "pieces-3", "price-3", "day-3"]
    assert marked(desk.post("/receiving/orders", **form)) == wrong
    assert desk.world.all(PurchaseOrder) == []


def test_an_order_is_typed_ordered_printed_and_had_as_a_file(desk: Desk, dock: Dock):
    tee = desk.world.sku("TEE")
    form: dict[str, Any] = {"supplier": "YZ", "sku-0": "TEE", "pieces-0": "10", "price-0": "12.50"}
    for wrong in ({"pieces-0": "1.5"}, {"pieces-0": "-1"}, {"price-0": "abc"}, {"sku-0": "NOPE"},
                  {"day-0": "2062-01-01"}, {"pieces-0": ""}):  # fmt: skip
        answer = desk.post("/receiving/orders", **{**form, **wrong})
        assert (answer.status_code, desk.world.all(PurchaseOrder)) == (400, []), wrong
        assert notice_of(answer), wrong
    assert "is made" in desk.said(desk.post("/receiving/orders", **form))
    order = desk.world.one(PurchaseOrder)
    url = f"/receiving/orders/{order.id}"
    assert 'value="12.50"' in desk.get(f"{url}/change").get_data(as_text=True)
    changed = desk.post(f"{url}/change", **{"sku-0": tee.barcode, "pieces-0": "4", "price-0": "9"})
    assert "is saved" in desk.said(changed)
    desk.post(f"{url}/print")
    draft = desk.world.one(PrintJob, document_kind="purchase_order")
    assert draft.facts["is_draft"] is True
    assert "is ordered" in desk.said(desk.post(f"{url}/place"))
    assert desk.world.get(PrintJob, draft.id).void_reason != ""
    shown = desk.get(f"{url}/paper.pdf")
    assert (shown.mimetype, shown.data[:5]) == ("application/pdf", b"%PDF-")
    assert desk.get(f"{url}/paper.pdf", Role.RECEIVER).status_code == 403
    assert "on its way to the printer" in desk.said(desk.post(f"{url}/print"))
    job = desk.world.one(PrintJob, document_kind="purchase_order", void_reason="")
    assert (job.facts["total"], job.facts["lines"][0]["price"]) == ("¥36.00", "¥9.00")
    assert "purchase order" in words_of(desk.get(url))
    assert desk.get(f"/printers/jobs/{job.id}/paper.pdf", Role.RECEIVER).status_code != 200
    with desk.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=JobState.SENT))
    copy = f"/printers/jobs/{job.id}/reprint"
    refused = desk.post(copy, Role.PACKER, reason="lost")
    assert (refused.status_code, "tells prices" in words_of(refused)) == (403, True)
    assert "/reprint" not in desk.get(f"/printers/jobs/{job.id}", Role.PACKER).text
    assert "A copy is on its way." in desk.said(desk.post(copy, reason="lost"))
    sheet = openpyxl.load_workbook(io.BytesIO(desk.get(f"{url}?export=xlsx").data)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[1][:5] == ["TEE", "TEE cotton", "", 4, "9.00"]
    seen = desk.get(f"{url}?export=csv", Role.RECEIVER).get_data(as_text=True)
    assert "Unit price" not in seen
    assert "¥" not in words_of(desk.get(url, Role.RECEIVER))
    assert "¥" not in desk.get("/receiving/orders?export=csv", Role.RECEIVER).get_data(as_text=True)


@pytest.mark.parametrize("is_ordered", [False, True])
def test_nothing_leaves_of_an_order_that_is_closed_and_a_draft_stays_one(
    desk: Desk, dock: Dock, is_ordered: bool
):
    order = dock.order({desk.world.sku("TEE"): 10}, is_ordered=is_ordered)
    url = f"/receiving/orders/{order.id}"
    desk.post(f"{url}/print")
    assert "is closed" in desk.said(desk.post(f"{url}/close", reason="too dear"))
    waited = desk.world.one(PrintJob, document_kind="purchase_order")
    assert (waited.state, waited.reason) == (JobState.CANCELLED, "void")
    desk.post(f"{url}/print")
    paper = desk.world.one(PrintJob, document_kind="purchase_order", void_reason="")
    assert paper.facts["is_draft"] is not is_ordered


def test_a_receipt_shows_its_story_and_is_booked_and_corrected(desk: Desk, dock: Dock):
    tee = desk.world.sku("TEE")
    receipt_id = dock.start(dock.order({tee: 10}).number)
    dock.count(receipt_id, tee, 8)
    dock.count(receipt_id, tee, 1, fault=Fault.STAINED)
    dock.finish(receipt_id)
    url = f"/receiving/{receipt_id}"
    page = words_of(desk.get(url))
    assert "Counted: 9 pieces, 1 of them faulty, 1 short" in page
    assert "is booked: 8 pieces" in desk.said(desk.post(f"{url}/book"))
    form = desk.get(f"{url}/correct").get_data(as_text=True)
    names = re.findall(r'name="(right-[^"]+)"', form)
    assert len(names) == 2
    sound = next(name for name in names if ":sound:" in name)
    same = desk.post(f"{url}/correct", reason="x", **{sound: "8"})
    assert (same.status_code, "Nothing differs" in words_of(same)) == (400, True)
    faulty = next(name for name in names if name != sound)
    wrong = desk.post(f"{url}/correct", reason="x", **{sound: " ", faulty: "1.5"})
    assert (wrong.status_code, "0 for none" in words_of(wrong)) == (400, True)
    assert sorted(marked(wrong)) == sorted(names)
    assert len(desk.world.all(Receipt)) == 1
    done = desk.post(f"{url}/correct", reason="one box twice", **{sound: "6"})
    assert "one box twice" in desk.said(done)
    written = done.headers["Location"]
    assert "Somebody else has to confirm it" in words_of(desk.get(written))
    assert "waits for somebody else" in words_of(desk.get(url))
    number = dock.receipt(receipt_id).number
    assert f"Written to correct {number}: one box twice" in words_of(desk.get(written))
    at = written.partition("?")[0]
    assert "Receipt correction, two copies" in words_of(desk.get(at))
    assert desk.get(f"{at}/correction.pdf").data.startswith(b"%PDF")
    assert "still waits in the print queue" in desk.said(desk.post(f"{at}/print", reason="lost"))
    assert desk.world.standing(tee)["DOCK"] == 8
    dock.book(int(written.rsplit("/", 1)[1].split("?")[0]), by="hua")
    assert desk.world.standing(tee) == {"DOCK": 6, "QUARANTINE": 1, "SUPPLIER": -7}
    assert "Corrected by" in words_of(desk.get(url))
    exported = desk.get("/receiving?export=csv").get_data(as_text=True)
    assert len(exported.strip().splitlines()) == 3


def test_supplier_papers_and_files_are_for_those_who_buy(desk: Desk, dock: Dock):
    receipt_id = dock.booked({desk.world.sku("TEE"): 4})
    url = f"/receiving/{receipt_id}"
    wrong = desk.post(f"{url}/papers", number="7", paper_on="2062-01-01", amount_fen="10")
    assert (wrong.status_code, "has not come yet" in words_of(wrong)) == (400, True)
    kept = desk.post(f"{url}/papers", number="INV-7", paper_on="2026-03-01", amount_fen="1,250.50",
                     freight_fen="8")  # fmt: skip
    assert "¥1258.50" in desk.said(kept)
    paper = desk.world.one(SupplierPaper)
    paid = desk.post(f"/receiving/papers/{paper.id}/payments", paid_on="2026-03-02", amount_fen="8")
    assert "¥1250.50" in desk.said(paid)
    assert "INV-7" not in words_of(desk.get(url, Role.RECEIVER))
    withdraw = f"/receiving/papers/{paper.id}/withdraw"
    assert desk.post(withdraw, Role.RECEIVER, reason="x").status_code == 403
    assert "Take the payment back first." in desk.said(desk.post(withdraw, reason="x"))
    sent = desk.as_(Role.SUPERVISOR).post(
        f"{url}/files", data={"files": (io.BytesIO(PDF), "bill.html")}
    )
    assert "bill.pdf is kept." in desk.said(sent)
    file_url = f"/receiving/files/{desk.world.one(SupplierFile).id}"
    assert desk.get(file_url, Role.RECEIVER).status_code == 403
    answer = desk.get(file_url)
    assert (answer.data, answer.content_type) == (PDF, "application/pdf")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    html = {"files": (io.BytesIO(b"<html>"), "x.pdf")}
    assert "Only PDF" in desk.said(desk.as_(Role.SUPERVISOR).post(f"{url}/files", data=html))
    assert "is removed" in desk.said(desk.post(f"{file_url}/remove", reason="not ours"))
    assert desk.get("/receiving/suppliers?first=00010101&last=99991231").status_code == 200
    totals = words_of(desk.get("/receiving/suppliers?first=2026-03-01&last=2026-03-31"))
    assert "¥1250.50" in totals


def test_a_list_of_a_supplier_says_all_its_errors_or_becomes_an_order(desk: Desk, dock: Dock):
    desk.world.sku("TEE")
    url = f"/receiving/suppliers/{desk.world.one(Supplier).id}/lists"

    def send(text: str, name: str = "list.csv") -> Any:
        data = {"into": "order", "files": (io.BytesIO(text.encode()), name)}
        return desk.as_(Role.SUPERVISOR).post(url, data=data)

    bad = send("SKU,Pieces\nNOPE,1\nTEE,-1\n")
    assert (bad.status_code, "Nothing was taken: 2 rows to mend" in words_of(bad)) == (400, True)
    assert "2 货号 NOPE There is no SKU with this code." in words_of(send("货号,数量\nNOPE,1\n"))
    assert send("SKU,Pieces\nTEE,1\n", "list.exe").status_code == 400
    assert send("Nothing,here\n1,2\n").status_code == 400
    assert "Columns not read: Colour." in words_of(send("SKU,Pieces,Colour\nNOPE,1,x\n"))
    assert "Columns not read: Colour." in desk.said(send("SKU,Pieces,Colour\nTEE,1,x\n"))
    assert "is made" in desk.said(send("SKU,Pieces\nTEE,5\n"))
    again = send("SKU,Pieces\nTEE,5\n")
    assert (again.status_code, "taken before" in words_of(again)) == (400, True)
    assert len(desk.world.all(PurchaseOrder)) == 2


def test_an_exchange_goes_from_quarantine_to_the_supplier_and_back(desk: Desk, dock: Dock):
    tee = desk.world.sku("TEE")
    dock.booked({tee: 5}, fault=Fault.OFF_COLOUR)
    form = desk.get("/receiving/exchanges/new?supplier=YZ").get_data(as_text=True)
    name = re.findall(r'name="(pieces-[^"]+)"', form)[0]
    assert "wrong colour" in form
    many = desk.post("/receiving/exchanges", supplier="YZ", **{name: "6"})
    assert many.status_code == 400
    wrong = desk.post("/receiving/exchanges", supplier="YZ", **{name: "x"}, due_on="31.2.")
    assert (wrong.status_code, marked(wrong)) == (400, [name, "due_on"])
    made = desk.post("/receiving/exchanges", supplier="YZ", **{name: "5"}, due_on="2026-04-01")
    assert "is listed" in desk.said(made)
    exchange = desk.world.one(Exchange)
    url = f"/receiving/exchanges/{exchange.id}"
    assert "5 pieces are with the supplier" in desk.said(desk.post(f"{url}/send"))
    account = words_of(desk.get("/receiving/exchanges/open"))
    assert "Pieces still out, by age" in account
    line = desk.world.one(ExchangeLine)
    back = desk.post(f"{url}/settle", line_id=line.id, kind="replaced", pieces="2")
    assert "3 pieces of" in desk.said(back)
    over = desk.post(f"{url}/settle", line_id=line.id, kind="replaced", pieces="4")
    assert (over.status_code, marked(over)) == (400, ["pieces"])
    assert "3 pieces of this line are open" in words_of(over)
    desk.post(f"{url}/settle", line_id=line.id, kind="credited", pieces="3", amount_fen="30")
    assert "All settled" in words_of(desk.get(url))
    assert desk.world.standing(tee) == {"DOCK": 2, "SUPPLIER": -2}
    assert "¥30.00" in words_of(desk.get(url))
    assert "¥" not in words_of(desk.get(url, Role.RECEIVER))
    assert "Nothing is out" in words_of(desk.get("/receiving/exchanges/open"))


def test_every_wrong_row_of_an_exchange_and_of_what_came_back_is_marked_at_once(
    desk: Desk, dock: Dock
):
    dock.booked({desk.world.sku("TEE"): 5}, fault=Fault.OFF_COLOUR)
    dock.booked({desk.world.sku("CUP"): 2}, fault=Fault.DAMAGED)
    form = desk.get("/receiving/exchanges/new?supplier=YZ").text
    first, second = re.findall(r'name="(pieces-[^"]+)"', form)
    typed = {
        first: "9",
        second: "x",
        first.replace("pieces", "fault"): "torn",
        "due_on": "2062-01-01",
    }
    wrong = desk.post("/receiving/exchanges", supplier="YZ", **typed)
    assert (wrong.status_code, marked(wrong)) == (400, [first, second, "due_on"])
    for kept in ("9", "x", "torn"):
        assert f'value="{kept}"' in wrong.text, kept
    long = first.replace("pieces", "fault")
    wrong = desk.post("/receiving/exchanges", supplier="YZ", **{first: "9" * 10, long: "z" * 201})
    assert (wrong.status_code, marked(wrong)) == (400, [first, long])
    assert "Pieces are 0 to 9999999." in words_of(wrong)
    over = desk.post("/receiving/exchanges", supplier="YZ", **{first: "9", second: "9"})
    assert marked(over) == [first, second]
    assert desk.world.all(Exchange) == []
    desk.post("/receiving/exchanges", supplier="YZ", **{first: "1"})
    url = f"/receiving/exchanges/{desk.world.one(Exchange).id}"
    desk.post(f"{url}/send")
    line = desk.world.one(ExchangeLine)
    typed = {"pieces": "9", "amount_fen": "1,5,0", "sku_code": "NOPE", "note": "as agreed"}
    wrong = desk.post(f"{url}/settle", line_id=line.id, kind="refused", **typed)
    assert (wrong.status_code, marked(wrong)) == (400, ["pieces", "sku_code", "amount_fen"])
    assert [f'value="{value}"' in wrong.text for value in typed.values()] == [True] * 4


def test_a_reason_of_a_correction_that_is_too_long_is_marked_not_cut(desk: Desk, dock: Dock):
    wrong = f"/receiving/{dock.booked({desk.world.sku('TEE'): 4})}/correct"
    right = re.findall(r'name="(right-[^"]+:sound:[^"]*)"', desk.get(wrong).text)[0]
    answer = desk.post(wrong, reason="z" * 201, **{right: "3"})
    assert (answer.status_code, marked(answer)) == (400, ["reason"])
    assert "z" * 201 in answer.text


def test_every_wrong_field_of_a_paper_and_a_payment_is_marked_at_once(desk: Desk, dock: Dock):
    url = f"/receiving/{dock.booked({desk.world.sku('TEE'): 4})}"
    paper = {"number": "", "paper_on": "31.2.", "amount_fen": "x", "freight_fen": "-1"}
    wrong = desk.post(f"{url}/papers", **paper, note="y" * 201)
    assert (wrong.status_code, marked(wrong)) == (400, [*paper, "note"])
    desk.post(f"{url}/papers", number="INV-7", paper_on="2026-03-01", amount_fen="100")
    pay = f"/receiving/papers/{desk.world.one(SupplierPaper).id}/payments"
    wrong = desk.post(pay, paid_on="2062-01-01", amount_fen="101", note="first part")
    assert (wrong.status_code, marked(wrong)) == (400, ["paid_on", "amount_fen"])
    assert ['value="101"' in wrong.text, 'value="first part"' in wrong.text] == [True, True]
    assert desk.world.all(SupplierPayment) == []


@pytest.mark.parametrize("typed", ["-5", "0", "", "-0.01", "x"])
@pytest.mark.parametrize("back", ["", "1"])
def test_a_payment_is_above_zero_and_taken_back_by_its_tick_alone(
    desk: Desk, dock: Dock, typed: str, back: str
):
    url = f"/receiving/{dock.booked({desk.world.sku('TEE'): 4})}"
    desk.post(f"{url}/papers", number="INV-7", paper_on="2026-03-01", amount_fen="100")
    pay = f"/receiving/papers/{desk.world.one(SupplierPaper).id}/payments"
    desk.post(pay, paid_on="2026-03-02", amount_fen="10")
    wrong = desk.post(pay, paid_on="31.2.", amount_fen=typed, back=back, note="z" * 201)
    assert (wrong.status_code, marked(wrong)) == (400, ["paid_on", "amount_fen", "note"])
    why = desk.post(pay, paid_on="2026-03-02", amount_fen=typed, back=back, note="")
    assert marked(why) == ["amount_fen", *(["note"] if back else [])]
    desk.post(pay, paid_on="2026-03-02", amount_fen="3", back="1", note="by mistake")
    assert [p.amount_fen for p in desk.world.all(SupplierPayment)] == [1_000, -300]


def test_what_is_wrong_with_the_head_of_an_order_is_marked_with_its_rows(desk: Desk, dock: Dock):
    desk.world.sku("TEE")
    rows = {"sku-0": "TEE", "pieces-0": "x", "sku-1": "NOPE", "pieces-1": "1"}
    wrong = desk.post("/receiving/orders", supplier="ZZ", note="y" * 1_001, **rows)
    assert marked(wrong) == ["supplier", "pieces-0", "sku-1", "note"]


def test_a_form_of_money_or_goods_that_is_sent_twice_is_kept_once(desk: Desk, dock: Dock):
    """A press too many without scripts, or a tab that was shown again: the very same form."""
    tee = desk.world.sku("TEE")

    def twice(page: str, action: str, **typed: object) -> str:
        (form,) = (f for f in forms_of(desk.get(page).text) if (f.action or page) == action)
        first, again = (desk.post(action, **(form.fields | typed)) for _ in range(2))
        assert (first.status_code, again.status_code) == (303, 303)
        assert first.location == again.location
        return action

    twice("/receiving/orders/new", "/receiving/orders",
          **{"supplier": "YZ", "sku-0": "TEE", "pieces-0": "10", "price-0": "2"})  # fmt: skip
    assert len(desk.world.all(PurchaseOrder)) == 1
    url = f"/receiving/{dock.booked({tee: 4})}"
    twice(url, f"{url}/papers", number="INV-7", paper_on="2026-03-01", amount_fen="100")
    pay = f"/receiving/papers/{desk.world.one(SupplierPaper).id}/payments"
    twice(url, pay, paid_on="2026-03-02", amount_fen="30")
    assert [p.amount_fen for p in desk.world.all(SupplierPayment)] == [3_000]
    (form,) = (f for f in forms_of(desk.get(url).text) if f.action == pay)
    sent = form.fields | {"paid_on": "2026-03-02"}
    assert "is kept" in desk.said(desk.post(pay, **sent | {"amount_fen": "10"}))
    changed = desk.said(desk.post(pay, **sent | {"amount_fen": "20"}))
    assert "This form was sent before with other values." in changed
    assert [p.amount_fen for p in desk.world.all(SupplierPayment)] == [3_000, 1_000]
    dock.booked({tee: 5}, fault=Fault.OFF_COLOUR)
    page = desk.get("/receiving/exchanges/new?supplier=YZ").text
    pieces = re.findall(r'name="(pieces-[^"]+)"', page)[0]
    twice("/receiving/exchanges/new?supplier=YZ", "/receiving/exchanges", **{pieces: "5"})
    exchange = f"/receiving/exchanges/{desk.world.one(Exchange).id}"
    desk.post(f"{exchange}/send")
    line = desk.world.one(ExchangeLine).id
    twice(exchange, f"{exchange}/settle", line_id=line, kind="replaced", pieces="2")
    assert desk.world.standing(tee)["DOCK"] == 4 + 2
    wrong = f"{url}/correct"
    right = re.findall(r'name="(right-[^"]+:sound:[^"]*)"', desk.get(wrong).text)[0]
    receipts = len(desk.world.all(Receipt))
    twice(wrong, wrong, reason="one too many", **{right: "3"})
    assert len(desk.world.all(Receipt)) == receipts + 1


def test_the_rule_for_codes_of_new_skus_is_checked(desk: Desk):
    page = desk.get("/settings", Role.ADMIN).get_data(as_text=True)
    assert 'value="N-######"' in page
    rules = {name: value for name, value in asdict(SiteSettings()).items() if value is not False}
    rules |= {"sku_code_patterns": "N-##"}
    form = {name: 1 if value is True else value for name, value in rules.items()}
    wrong = desk.post("/settings", Role.ADMIN, **form)
    assert (wrong.status_code, "Write class, prefix and digits" in words_of(wrong)) == (400, True)


def test_what_is_on_these_pages_can_be_searched(desk: Desk, dock: Dock):
    order = dock.order({desk.world.sku("TEE"): 1})
    receipt = dock.receipt(dock.start(order.number))
    for number, place in ((order.number, f"/receiving/orders/{order.id}"),
                          (receipt.number, f"/receiving/{receipt.id}")):  # fmt: skip
        answer = desk.get(f"/search?q={number}")
        assert (answer.status_code, answer.headers["Location"]) == (302, place)


def test_a_count_that_is_doubted_is_done_again_by_another_whom_the_desk_asks(
    desk: Desk, dock: Dock
):
    tee = desk.world.sku("TEE")
    receipt = dock.blind()
    dock.count(receipt, tee, 9)
    dock.finish(receipt)
    url = f"/receiving/{receipt}"
    assert "Have it counted by somebody else" in words_of(desk.get(url))
    assert desk.post(f"{url}/recount", Role.RECEIVER, reason="x").status_code == 403
    assert "Say why." in desk.said(desk.post(f"{url}/recount", sku=tee.id, reason=" "))
    said = desk.said(desk.post(f"{url}/recount", sku=tee.id, reason="ten came"))
    assert "1 SKU is to be counted again, by somebody else." in said
    assert "TEE was 9 sound, 0 faulty; counted again at the word of" in said
    assert "TEE: counted again by somebody else, ten came" in said
    assert "Count again: TEE" in words_of(desk.get(f"/receive/{receipt}", Role.RECEIVER))
