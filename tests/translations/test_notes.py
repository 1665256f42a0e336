"""What the program notes down as words of its own is said in the reader's language."""

from __future__ import annotations

import pytest

from printing.barcodes import ean
from printing.errors import SymbolTooWide
from printing.geometry import Box
from printing.media import STOCKS
from printing.renderers.pdf import layout
from printing.renderers.pdf.sheet import Sheet
from printing.samples import waybill
from printing.transports import Reason
from warehouse.orders.commands.importing import stops
from warehouse.orders.commands.importing.changes import UNREPORTED
from warehouse.orders.commands.importing.facts import LINE_COLUMNS, ORDER_COLUMNS
from warehouse.text import translate
from warehouse.web.notes import (
    FIELDS,
    OWN_NOTES,
    field_word,
    kept,
    media_word,
    value_text,
)
from warehouse.web.troubles import REMEDIES, SIGNS, TROUBLES, advice, read, trouble


def test_every_field_an_import_reports_has_a_word() -> None:
    reported = {*ORDER_COLUMNS, *LINE_COLUMNS} - UNREPORTED
    assert sorted(reported - FIELDS.keys()) == []


def test_every_note_of_an_import_is_one_of_the_programs() -> None:
    notes = [text for name, text in vars(stops).items() if name.endswith("_NOTE")]
    assert [text.msgid for text in notes if text not in OWN_NOTES] == []


def test_every_reason_of_the_print_queue_has_words() -> None:
    assert sorted(set(Reason) - TROUBLES.keys()) == []


def test_a_field_of_a_line_is_said_with_its_line() -> None:
    assert translate(field_word("line 2100017: pieces"), "zh") == "订单行 2100017：件数"
    assert translate(field_word("line 2100017"), "zh") == "订单行 2100017"


def test_a_field_nobody_has_a_word_for_is_shown_as_it_is() -> None:
    assert translate(field_word("new_column"), "zh") == "new_column"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("shop_state", "closed", "已关闭"),
        ("line 7: state", "refunded", "已退款"),
        ("is_masked", "True", "是"),
        ("line 7: price_fen", "5900", "¥59.00"),
        ("buyer", "closed", "closed"),
    ],
)
def test_a_value_reads_as_its_field_asks(field: str, value: str, said: str) -> None:
    assert translate(value_text(field, value), "zh") == said


def test_a_note_of_the_program_is_said_in_the_readers_language() -> None:
    assert translate(kept("torn"), "zh") == "撕破"
    assert translate(kept("torn"), "en") == "torn"
    assert [n.msgid for n in OWN_NOTES if translate(kept(n.msgid), "zh") == n.msgid] == []


def test_what_a_person_typed_stays_as_it_was_typed() -> None:
    assert translate(kept("客户改地址 {x}"), "zh") == "客户改地址 {x}"
    assert translate(kept("Orders"), "zh") == "Orders"
    assert translate(kept(None), "zh") == ""


def test_the_parts_an_address_lacks_are_named() -> None:
    assert translate(kept("province, detail, phone"), "zh") == "省、详细地址、电话"
    assert translate(kept("province, detail, phone"), "en") == "Province, Street, Phone"


def test_a_trouble_without_a_word_shows_its_detail() -> None:
    assert translate(trouble(Reason.PAPER_OUT, "paper out"), "zh") == "缺纸"
    assert translate(trouble("", "lp0 on fire"), "zh") == "lp0 on fire"


@pytest.mark.parametrize(
    ("reason", "detail", "said", "to_do"),
    [
        ("offline", "10.0.0.9:9100 [Errno 111] Connection refused", "设备拒绝连接", "开机"),
        ("offline", "10.0.0.9:9100 timed out", "没有在规定时间内应答", "已开机"),
        ("refused", "the printer refuses: status 0x0406", "没有这个队列", "地址"),
        ("refused", "HTTP status 401", "不允许", "密码"),
        ("cover_open", "head open", "盖子没合上", "合上盖子"),
        ("configuration", "the printer knows no paper of 76×130 mm", "不认识", "纸张"),
        ("cut_off", "4096 of 15467 bytes had left: [Errno 104] Connection reset", "中断", "查看"),
        ("drawing_stopped", "drawing took longer than 30 s and was ended", "超时", "模板"),
        ("drawing_too_large", "drawing needs more than 256 MB of memory", "内存", "分开"),
        ("drawing_delayed", "all that draw are at work", "太忙", "自动继续"),
    ],
)
def test_what_systems_and_printers_say_is_read_and_says_what_to_do(reason, detail, said, to_do):
    assert said in translate(trouble(reason, detail), "zh")
    assert to_do in translate(advice(reason, detail), "zh")


def test_every_word_for_a_trouble_and_its_remedy_is_translated() -> None:
    texts = [*TROUBLES.values(), *REMEDIES.values(), *(t for _, *pair in SIGNS for t in pair)]
    assert [t.msgid for t in texts if translate(t, "zh") == t.msgid] == []


def test_the_history_reads_what_a_printer_said_and_who_asked_for_a_copy() -> None:
    assert "没有确认" in translate(read("all sent, then: no answer"), "zh")
    assert read("客户改地址") is None
    assert translate(kept("copy 2: did not come out"), "zh") == "第 2 份：没有出纸"


def test_a_barcode_too_wide_says_what_would_fit() -> None:
    with pytest.raises(SymbolTooWide) as refused:
        layout(waybill(waybill_no="A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6"), STOCKS["76x130"])
    said = trouble(refused.value.code, str(refused.value))
    assert translate(said, "zh") == "条码太宽：需要 1221 点，只有 576 点；32 个字符最多放得下 12 个"
    assert translate(said, "en").endswith("at most 12 of its 32 characters would fit")
    with pytest.raises(SymbolTooWide) as refused:
        Sheet(STOCKS["40x30"]).bars(Box(0, 0, 10, 5), ean("6901234567892"), at_least=2)
    said = trouble(refused.value.code, str(refused.value))
    assert translate(said, "zh") == "条码太宽：需要 234 点，只有 80 点"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("76x130", "76 × 130 mm"),
        ("4x6in", "4 × 6 in"),
        ("receipt80", "receipt 80 mm"),
        ("76x130@203", "76 × 130 mm, 203 dpi"),
        ("A4@203", "A4"),
    ],
)
def test_stocks_are_called_by_their_size(name, said):
    assert str(media_word(name)) == said
