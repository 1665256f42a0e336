"""Workbooks: what spreadsheet programs write, and what only an attacker writes."""

from __future__ import annotations

import io
import resource
import time
import zipfile

import openpyxl
import pytest
import xlsxwriter

from warehouse.shops import refusals
from warehouse.shops.limits import MB, Limits
from warehouse.shops.refusals import FileRefused
from warehouse.shops.samples import order_cells, workbook_of
from warehouse.shops.taobao import ORDER_EDITIONS

EDITION = "qianniu_order_2026"
HEADER = ORDER_EDITIONS[EDITION]
SHEET = "xl/worksheets/sheet1.xml"
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


@pytest.fixture
def book(tmp_path):
    """Writes bytes as a workbook and returns its path."""

    def write(content):
        path = tmp_path / "book.xlsx"
        path.write_bytes(content)
        return path

    return write


def rows_of(orders):
    return [HEADER, *(order_cells(order, EDITION) for order in orders)]


def patched(content, **parts):
    """Return the workbook with parts replaced; a name is the part's last word before .xml."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for info in old.infolist():
            name = info.filename.rpartition("/")[2].partition(".")[0]
            new.writestr(info.filename, parts.get(name, old.read(info.filename)))
    return out.getvalue()


def reason_of(read, path, **options):
    started = time.process_time()
    with pytest.raises(FileRefused) as refused:
        read(path, **options)
    assert time.process_time() - started < 2
    return refused.value.reason


def test_numbers_dates_and_texts_of_a_typed_workbook_are_read(book, orders_of):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        place = {name: column for column, name in enumerate(HEADER)}
        sheet.write_string(1, place["订单编号"], "3100000000000000017")
        sheet.write_string(1, place["订单状态"], "交易成功")
        sheet.write_number(1, place["联系手机"], 13800001234)
        sheet.write_number(1, place["买家应付货款"], 12.3)
        sheet.write_number(1, place["买家实付金额"], 0.1 + 0.2)
        sheet.write_number(1, place["订单创建时间"], 42513.918055555558)
        red = workbook.add_format({"color": "red"})
        sheet.write_rich_string(1, place["收货人姓名"], "林", red, "小", "满")
    [order] = orders_of(book(stream.getvalue()))
    assert (order.facts.receiver.name, order.facts.receiver.phone) == ("林小满", "13800001234")
    assert (order.facts.goods_fen, order.facts.paid_fen) == (1230, 30)
    assert order.facts.created_at.isoformat() == "2016-05-23T14:02:00+00:00"


def test_an_order_number_kept_as_a_number_is_refused(book, read):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for row, number in enumerate((3100000000000000017, 214321234123412345, 123456789012345), 1):
            sheet.write_number(row, 0, number)
            sheet.write_string(row, 1, "交易成功")
    batch = read(book(stream.getvalue()))
    assert [(r.row, r.value, r.reason) for r in batch.rejected()] == [
        (2, "3100000000000000000", refusals.DAMAGED_NUMBER_CELL),
        (3, "214321234123412400", refusals.DAMAGED_NUMBER_CELL),
    ]
    assert [o.order_no for chunk in batch.orders() for o in chunk] == ["123456789012345"]


def test_a_formula_costs_its_row_unless_it_is_a_plain_text(book, read):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for row, name in ((1, '=WEBSERVICE("http://x")'), (2, "=1+1")):
            sheet.write_formula(row, 0, f'="310000000000000001{row}"')
            sheet.write_string(row, 1, "交易成功")
            sheet.write_formula(row, 2, name)
        sheet.write_formula(3, 0, '="3100000000000000013"')
        sheet.write_string(3, 1, "交易成功")
        sheet.write_formula(3, 9, "=1+1")  # 打款商家金额, which nobody reads
    batch = read(book(stream.getvalue()))
    assert [(r.row, r.column, r.reason) for r in batch.rejected()] == [
        (2, "收货人姓名", refusals.FORMULA),
        (3, "收货人姓名", refusals.FORMULA),
    ]
    assert [o.order_no for chunk in batch.orders() for o in chunk] == ["3100000000000000013"]


def test_a_workbook_of_another_program_is_read(samples, book, orders_of):
    stream = io.BytesIO()
    workbook = openpyxl.Workbook()
    for row in rows_of(samples(5)):
        workbook.active.append(row)
    workbook.save(stream)
    assert [o.order_no for o in orders_of(book(stream.getvalue()))] == [
        o.order_no for o in samples(5)
    ]


def test_inline_texts_prefixes_and_cells_without_places_are_read(samples, book, orders_of):
    [order] = samples(1)
    body = "".join(
        "<x:row>"
        + "".join(f'<x:c t="inlineStr"><x:is><x:t>{cell}</x:t></x:is></x:c>' for cell in row)
        + "</x:row>"
        for row in rows_of([order])
    )
    space = NS.replace("xmlns", "xmlns:x")
    sheet = f"<x:worksheet {space}><x:sheetData>{body}</x:sheetData></x:worksheet>"
    path = book(patched(workbook_of({"S": [["x"]]}), sheet1=sheet))
    [read] = orders_of(path)
    assert (read.order_no, read.facts.receiver.name) == (order.order_no, order.name)


def test_a_workbook_that_counts_from_1904_is_read(samples, book, orders_of):
    content = workbook_of({"S": rows_of(samples(1))})
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "date_1904": True}) as workbook:
        sheet = workbook.add_worksheet()
        for row, cells in enumerate(rows_of(samples(1))):
            sheet.write_row(row, 0, cells)
        sheet.write_number(1, HEADER.index("订单创建时间"), 41051.918055555558)
    [order] = orders_of(book(stream.getvalue()))
    assert order.facts.created_at.isoformat() == "2016-05-23T14:02:00+00:00"
    assert content[:2] == b"PK"


def sheet_with(cells):
    return f"<worksheet {NS}><sheetData>{cells}</sheetData></worksheet>"


def test_a_cell_in_the_last_corner_of_the_sheet_is_refused(book, read):
    corner = sheet_with('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    assert reason_of(
        read, book(patched(workbook_of({"S": [["x"]]}), sheet1=corner))
    ) == refusals.too_many_rows(600_000)
    wide = sheet_with('<row r="1"><c r="XFD1"><v>1</v></c></row>')
    assert reason_of(
        read, book(patched(workbook_of({"S": [["x"]]}), sheet1=wide))
    ) == refusals.too_many_columns(256)


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or chr(32).strip()};" * 10}">' for n in range(1, 10))
    + "]>"
)


@pytest.mark.parametrize("part", ["sheet1", "sharedStrings", "workbook"])
@pytest.mark.parametrize(
    "head",
    [
        ENTITIES,
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_a_document_type_is_refused(book, read, part, head):
    content = workbook_of({"S": [["x"]]})
    hostile = patched(content, **{part: head + "<x>&a9;</x>"})
    assert reason_of(read, book(hostile)) is refusals.UNSAFE_WORKBOOK


def test_a_bomb_is_refused_before_it_is_unpacked(book, read):
    row = '<row><c t="inlineStr"><is><t>' + "a" * 1000 + "</t></is></c></row>"
    out = io.BytesIO(workbook_of({"S": [["x"]]}))
    with zipfile.ZipFile(out) as old:
        names = {name: old.read(name) for name in old.namelist() if name != SHEET}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in names.items():
            new.writestr(name, content)
        with new.open(SHEET, "w") as sheet:
            sheet.write(f"<worksheet {NS}><sheetData>".encode())
            block = row.encode() * 1000
            for _ in range(100):
                sheet.write(block)
            sheet.write(b"</sheetData></worksheet>")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert reason_of(read, book(out.getvalue())) == refusals.inflates_too_much(768)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # kilobytes


def test_a_workbook_over_a_limit_is_refused(samples, book, read):
    path = book(workbook_of({"S": rows_of(samples(20))}))
    cases = {
        Limits(workbook_bytes=MB // 256): refusals.too_large(0),
        Limits(inflated_bytes=MB // 64): refusals.inflates_too_much(0),
        Limits(entries=3): refusals.UNSAFE_WORKBOOK,
        Limits(rows=10): refusals.too_many_rows(10),
        Limits(columns=10): refusals.too_many_columns(10),
        Limits(cell_chars=3): refusals.UNSAFE_WORKBOOK,
    }
    for limits, reason in cases.items():
        assert reason_of(read, path, limits=limits) == reason


def test_an_archive_of_something_else_is_refused(book, read):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("orders.csv", "订单编号")
    assert reason_of(read, book(out.getvalue())) is refusals.ZIP_NOT_WORKBOOK


def test_a_cut_workbook_is_refused_wherever_it_is_cut(samples, book, read):
    content = workbook_of({"S": rows_of(samples(5))})
    for size in range(1100, len(content) - 1, 97):
        assert reason_of(read, book(content[:size])) is refusals.DAMAGED_WORKBOOK


def test_a_workbook_with_flipped_bytes_is_read_or_refused_never_a_crash(samples, book, read):
    content = workbook_of({"S": rows_of(samples(5))})
    for place in range(0, len(content), 53):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        try:
            read(book(bytes(damaged)))
        except FileRefused as refused:
            assert str(refused)  # noqa: PT017


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>x</v></c></row>',
        '<row r="1"><c r="1A"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></row>',
    ],
)
def test_a_sheet_that_contradicts_itself_is_refused(book, read, cells):
    content = patched(workbook_of({"S": [["x"]]}), sheet1=sheet_with(cells))
    assert reason_of(read, book(content)) is refusals.DAMAGED_WORKBOOK


def test_a_relation_to_the_outside_is_not_followed(book, read):
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Type="http://x/worksheet" Target="http://127.0.0.1/x"'
        ' TargetMode="External"/></Relationships>'
    )
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook_of({"S": [["x"]]}))) as old,
        zipfile.ZipFile(out, "w") as new,
    ):
        for name in old.namelist():
            content = relations if name == "xl/_rels/workbook.xml.rels" else old.read(name)
            new.writestr(name, content)
    assert reason_of(read, book(out.getvalue())).params == {"header": ""}
