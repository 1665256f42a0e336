"""Text on paper: the very characters come back from the file, and letters stay whole in dots."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import groupby
from pathlib import Path

import pytest
from pypdf import PdfReader

from printing import fonts
from printing.geometry import Box
from printing.media import STOCKS
from printing.renderers import raster
from printing.renderers.pdf import layout, render
from printing.renderers.pdf.paint import paint
from printing.renderers.pdf.sheet import Sheet, TextMark
from printing.samples import Content, Sample, samples, sku_label, waybill

ROOT = Path(__file__).parents[2]
RARE = "𠮷𠅤𪻐𤰉𡒉𨏍"


def lines(sheet: Sheet) -> list[str]:
    """Return what is to be read on the page: marks where no face has a character."""
    return [
        "".join(run.text for run in fonts.runs(mark.text, bold=mark.bold))
        for mark in sheet.marks
        if isinstance(mark, TextMark)
    ]


def letters(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def by_pypdf(pdf: bytes) -> Iterator[str]:
    for page in PdfReader(BytesIO(pdf)).pages:
        yield page.extract_text()


def papers(locale: str, content: Content) -> list[Sample]:
    return list(samples(locale, [content]))


@pytest.mark.parametrize(
    ("locale", "content"),
    [("zh", Content.SHORT), ("zh", Content.HOSTILE), ("en", Content.HOSTILE)],
)
@pytest.mark.parametrize("reader", [raster.texts, by_pypdf])
def test_the_text_of_a_paper_is_read_back_to_the_character(reader, locale, content):
    for sample in papers(locale, content):
        sheets = layout(sample.document, STOCKS[sample.media])
        found = list(reader(paint(sheets, sample.name)))
        for sheet, text in zip(sheets, found, strict=True):
            assert letters(text) == letters("".join(lines(sheet))), sample.name
            bare = "".join(text.split())
            assert [one for one in lines(sheet) if "".join(one.split()) not in bare] == []


def test_a_hyphen_that_ends_a_line_is_read_back_too():
    document = sku_label(name="TEE-", properties="a-b-")
    [text] = raster.texts(render(document, STOCKS["60x40"]))
    assert "TEE-a-b-" in "".join(text.split())


def digests() -> dict[str, str]:
    return {
        sample.name: hashlib.sha256(render(sample.document, STOCKS[sample.media])).hexdigest()
        for sample in papers("zh", Content.SHORT)
    }


def test_a_paper_is_the_same_in_every_process():
    tell = f"import json; from {__name__} import digests; print(json.dumps(digests()))"
    done = subprocess.run(
        [sys.executable, "-c", tell], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": "7"},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == digests()


def test_a_paper_is_the_same_in_every_thread():
    numbers = [f"YT{number}" for number in range(10**12, 10**12 + 24)]
    alone = [render(waybill(waybill_no=one), STOCKS["76x130"]) for one in numbers]
    with ThreadPoolExecutor(4) as threads:
        beside = threads.map(lambda one: render(waybill(waybill_no=one), STOCKS["76x130"]), numbers)
        assert list(beside) == alone


def test_threads_take_letters_out_of_a_face_one_after_the_other(monkeypatch):
    face = fonts._face(fonts.REGULAR).face
    read, seen, call = face.read_short, [], threading.local()

    def watched() -> int:
        seen.append(call.number)
        time.sleep(0.001)
        return read()

    def subset(number: int) -> None:
        call.number = number
        face.makeSubset([0, *map(ord, "发货面单")])

    monkeypatch.setattr(face, "read_short", watched)
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(subset, range(6)))
    assert len(list(groupby(seen))) == 6


def dots(text: str, size_pt: float, *, bold: bool) -> float:
    """Return how much of its square a letter blackens at a 203 dpi head."""
    sheet = Sheet(STOCKS["100x150"])
    sheet.write(Box(5, 5, 90, 90), text, size_pt, floor_pt=size_pt, bold=bold)
    [page] = raster.bitmaps(paint([sheet], "letter"), dpi=203)
    [mark] = sheet.marks
    assert isinstance(mark, TextMark)
    return float(page.dots().sum()) / mark.size_pt**2


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("size_pt", [7, 8.5, 10, 13.5])
@pytest.mark.parametrize("letter", "张" + RARE)
def test_no_stroke_of_a_small_letter_is_lost_on_a_thermal_head(letter, size_pt, bold):
    assert dots(letter, size_pt, bold=bold) > 0.9 * dots(letter, 130, bold=bold)
