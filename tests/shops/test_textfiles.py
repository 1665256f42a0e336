"""Text files: encodings, separators, damage and cut ends."""

from __future__ import annotations

import pytest

from warehouse.shops import refusals, textfiles
from warehouse.shops.limits import Limits
from warehouse.shops.refusals import FileRefused
from warehouse.shops.samples import order_cells, write_pair
from warehouse.shops.taobao import ORDER_EDITIONS

EDITION = "taobao_order_2023"


def rows_of(orders):
    return [ORDER_EDITIONS[EDITION], *(order_cells(order, EDITION) for order in orders)]


def reason_of(read, path, **options):
    with pytest.raises(FileRefused) as refused:
        read(path, **options)
    assert refused.value.file == path.name
    return refused.value.reason


@pytest.mark.parametrize("sep", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_separator_and_encoding_are_found(samples, write_csv, orders_of, sep, encoding):
    path = write_csv(rows_of(samples(3)), encoding=encoding, sep=sep)
    assert [o.facts.receiver.name for o in orders_of(path)] == [o.name for o in samples(3)]


def test_a_title_row_and_blank_rows_are_passed_over(samples, write_csv, read):
    header, *rows = rows_of(samples(2))
    path = write_csv([["订单报表 2026-11-11"], [], header, rows[0], [], ["", ""], rows[1]])
    batch = read(path)
    assert [o.facts.row for chunk in batch.orders() for o in chunk] == [4, 7]
    assert batch.rejected_count == 0


def test_cells_left_out_at_the_end_of_a_row_are_blank(samples, write_csv, read):
    rows = rows_of(samples(2))
    rows[1] = rows[1][:40]
    batch = read(write_csv(rows))
    assert (batch.order_count, batch.rejected_count) == (2, 0)


def test_a_row_that_ends_early_is_refused(samples, write_csv, read):
    rows = rows_of(samples(3))
    rows[2] = rows[2][:8]
    batch = read(write_csv(rows))
    [rejected] = batch.rejected()
    assert (rejected.row, rejected.reason) == (3, refusals.ROW_CUT)
    assert batch.order_count == 2


def test_a_row_with_cells_beyond_the_header_is_refused(samples, write_csv, read):
    rows = rows_of(samples(3))
    rows[2] = [*rows[2], "", "外"]
    rows[3] = [*rows[3], "", " "]
    batch = read(write_csv(rows))
    [rejected] = batch.rejected()
    assert (rejected.row, rejected.value, rejected.reason) == (3, "外", refusals.ROW_LONG)
    assert batch.order_count == 2


def test_every_cut_of_a_file_gives_sound_orders_or_a_refusal(samples, read, tmp_path):
    whole, _ = write_pair(tmp_path, samples(4), order_edition=EDITION)
    content = whole.read_bytes()
    sound = {o.order_no: o.facts for chunk in read(whole).orders() for o in chunk}
    cut = tmp_path / "cut.csv"
    lowest = content.index(b"\n") + 1
    for size in range(lowest + 1, len(content) - 2, 7):
        cut.write_bytes(content[:size])
        batch = read(cut)
        for chunk in batch.orders():
            for order in chunk:
                expected = sound[order.order_no]._replace(file="cut.csv")
                assert order.facts == expected, size
        assert batch.rejected_count <= 1
        rest = content[:size].rpartition(b"\n")[2].strip(b'"\r')
        rows = content[:size].count(b"\n") - 1 + bool(rest)
        assert batch.order_count + batch.rejected_count == rows, size


def test_one_damaged_byte_costs_one_row(samples, read, tmp_path):
    for encoding, bad in (("utf-8", b"\xff"), ("gb18030", b"\xff")):
        path, _ = write_pair(tmp_path, samples(20), encoding=encoding)
        lines = path.read_bytes().split(b"\r\n")
        name = samples(20)[4].name.encode(encoding)
        lines[5] = lines[5].replace(name, bad + name)
        path.write_bytes(b"\r\n".join(lines))
        batch = read(path)
        [rejected] = batch.rejected()
        assert (rejected.row, rejected.column, rejected.reason) == (
            6, "收货人姓名", refusals.UNREADABLE,
        )  # fmt: skip
        assert batch.order_count == 19


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", refusals.EMPTY_FILE),
        (b"\xef\xbb\xbf\r\n", refusals.EMPTY_FILE),
        (b"\x00" * 4096, refusals.EMPTY_FILE),
        (b"%PDF-1.7\n...", refusals.NOT_A_TABLE),
        (b"\x89PNG\r\n\x1a\n", refusals.NOT_A_TABLE),
        (b"<html><table><tr><td>1</td></tr></table>", refusals.HTML_TABLE),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, refusals.OLD_WORKBOOK),
        (
            b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
            refusals.ENCRYPTED_WORKBOOK,
        ),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(read, tmp_path, content, reason):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert reason_of(read, path) is reason


def test_a_table_without_a_known_header_is_refused_with_its_first_row(read, write_csv):
    reason = reason_of(read, write_csv([["姓名", "分数"], ["林", "1"]]))
    assert reason.params == {"header": "姓名, 分数"}
    assert "订单报表" in str(reason)


@pytest.mark.parametrize("seed", range(20))
def test_garbage_is_refused(read, tmp_path, seed):
    import random

    path = tmp_path / "garbage.csv"
    path.write_bytes(random.Random(seed).randbytes(20_000))
    reason_of(read, path)


def test_a_quotation_mark_that_never_closes_is_refused_with_its_row(samples, read, write_csv):
    path = write_csv(rows_of([o for o in samples(1000) if not o.message + o.memo]))
    lines = path.read_bytes().split(b"\r\n")
    lines[3] = lines[3].replace(b",", b',"', 1)
    path.write_bytes(b"\r\n".join(lines))
    assert reason_of(read, path) == refusals.open_quote(4)


def test_a_file_over_a_limit_is_refused(samples, read, write_csv):
    path = write_csv(rows_of(samples(10)))
    assert reason_of(read, path, limits=Limits(text_bytes=1000)) == refusals.too_large(0)
    assert reason_of(read, path, limits=Limits(rows=5)) == refusals.too_many_rows(5)
    assert reason_of(read, path, limits=Limits(columns=50)) == refusals.too_many_columns(50)


def test_a_line_without_end_is_refused(read, tmp_path, monkeypatch):
    monkeypatch.setattr(textfiles, "LONGEST_LINE", 10_000)
    path = tmp_path / "x.csv"
    path.write_bytes(b"a," * 50_000)
    assert "No row with the column names" in str(reason_of(read, path))


def test_a_refused_file_leaves_nothing_behind(samples, read, write_csv, tmp_path):
    good, bad = write_csv(rows_of(samples(2)), "good.csv"), write_csv([["x"]], "bad.csv")
    with pytest.raises(FileRefused) as refused:
        read(good, bad)
    assert refused.value.file == "bad.csv"
