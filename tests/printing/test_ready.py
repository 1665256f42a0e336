"""A carrier's own label is checked when it comes and printed as it came, to the byte or the dot."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from printing import queue
from printing.documents import ReadyFormat, ReadyLabel
from printing.documents.parcels import MOST_READY_BYTES
from printing.errors import DocumentInvalid
from printing.media import POINTS_PER_MM, STOCKS, media
from printing.models import JobState, PrinterKind, PrintFile, ReadyFile
from printing.queue.keeping import clear
from printing.renderers import raster, ready, zpl
from printing.renderers.pdf import render
from printing.samples import ready_label, waybill
from tests.printing import reading
from tests.printing.floor import Floor
from warehouse.db import Database

STOCK = "100x150"
ZPL = b"^XA\n^FO50,50^ADN,36,20^FDhello \xe4\xbd\xa0^FS\n^PQ1\n^XZ\n"
DRAWN = render(waybill(), STOCKS[STOCK])


@pytest.fixture
def floor(database: Database) -> Floor:
    made = Floor(database)
    made.route("ready_label")
    return made


def page(width_mm: float, height_mm: float, pages: int = 1, turned: int = 0) -> bytes:
    """A PDF with a square of ten millimetres, five from its left and top."""
    out = BytesIO()
    canvas = Canvas(out, (width_mm * POINTS_PER_MM, height_mm * POINTS_PER_MM), invariant=1)
    for _ in range(pages):
        canvas.setPageRotation(turned)
        side = 10 * POINTS_PER_MM
        canvas.rect(5 * POINTS_PER_MM, (height_mm - 15) * POINTS_PER_MM, side, side, 0, 1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def png(stock: str = STOCK, dpi: int = 203, mode: str = "1", **how: object) -> bytes:
    paper = media(stock, dpi=dpi)
    dots = np.ones((paper.height_dots, paper.width_dots), bool)
    dots[8:88, 16:96] = False
    out = BytesIO()
    Image.fromarray(dots).convert(mode).save(out, "PNG", **how)
    return out.getvalue()


def kept(floor: Floor, content: bytes, stock: str = STOCK) -> ReadyLabel:
    return floor.do(
        queue.keep_ready, content, ready.checked(content, STOCKS[stock]), at=floor.now,
        waybill_no="1Z999AA10123456784", carrier="UPS", stock=stock,
    )  # fmt: skip


def sent(
    floor: Floor, content: bytes, kind: PrinterKind = PrinterKind.ZPL, **facts: object
) -> bytes:
    printer_id = floor.printer(f"{kind} {facts}", kind=kind, **facts)
    floor.ask(kept(floor, content), printer_id=printer_id)
    printed = floor.work(printer_id)
    assert printed.state is JobState.SENT, floor.job(printed.job_id).detail
    return floor.paper.sent[-1][1]


@pytest.mark.parametrize(("content", "found"), [
    (DRAWN, ReadyFormat.PDF), (page(100, 150), ReadyFormat.PDF), (page(90, 60), ReadyFormat.PDF),
    (page(100.4, 150.4), ReadyFormat.PDF), (ZPL, ReadyFormat.ZPL), (b"\r\n^xa^fdx^xz", "zpl"),
    (png(), ReadyFormat.PNG), (png(dpi=300), ReadyFormat.PNG), (png(mode="RGBA"), "png"),
])  # fmt: skip
def test_a_label_is_known_by_its_bytes(content, found):
    assert ready.checked(content, STOCKS[STOCK]) == found


@pytest.mark.parametrize("content", [
    b"", b"hello", b"%PDF-1.4 broken", b"\x89PNG\r\n\x1a\nbroken", page(100, 151), page(101, 150),
    page(100, 150, pages=2), page(100, 150, turned=90), png("76x130"), png()[:200],
    page(100, 150).replace(b"/MediaBox", b"/UserUnit 3 /MediaBox"),
    b"^XA^FDx^FS", b"^XA^XZ^XA^XZ", b"^XA^PQ2^XZ", b"^XA^PQ 20,0,1^XZ", b"~JA",
    ZPL + b" " * MOST_READY_BYTES,
])  # fmt: skip
def test_what_is_not_one_label_of_this_size_is_refused(content):
    with pytest.raises(DocumentInvalid):
        ready.checked(content, STOCKS[STOCK])


def test_a_pdf_behind_a_password_is_refused():
    out = BytesIO()
    canvas = Canvas(out, (100 * POINTS_PER_MM, 150 * POINTS_PER_MM), encrypt="secret")
    canvas.save()
    with pytest.raises(DocumentInvalid):
        ready.checked(out.getvalue(), STOCKS[STOCK])


def test_zpl_reaches_the_printer_byte_by_byte(floor):
    assert sent(floor, ZPL) == ZPL


@pytest.mark.parametrize("kind", [PrinterKind.TSPL, PrinterKind.FOLDER, PrinterKind.IPP])
def test_zpl_goes_to_no_other_printer(floor, kind):
    printer_id = floor.printer("other", kind=kind)
    job_id = floor.ask(kept(floor, ZPL), printer_id=printer_id)
    assert floor.work(printer_id).state is JobState.FAILED
    assert "labels in the form zpl" in floor.job(job_id).detail


@pytest.mark.parametrize("kind", [PrinterKind.FOLDER, PrinterKind.IPP])
def test_a_pdf_of_the_stock_s_size_reaches_the_printer_byte_by_byte(floor, kind):
    assert sent(floor, DRAWN, kind) == DRAWN


def test_a_pdf_becomes_the_same_dots_as_a_label_of_our_own(floor):
    [dots] = reading.zpl(sent(floor, DRAWN))
    assert (dots == raster.bitmaps(DRAWN, dpi=203)[0].dots()).all()
    assert {b.text for b in zxingcpp.read_barcodes(np.where(dots, 0, 255).astype(np.uint8))} == {
        "YT1234567890123"
    }


@pytest.mark.parametrize("size", [(100, 150), (60, 40), (100.3, 150.3), (99.8, 149.7)])
def test_a_smaller_page_is_placed_at_the_top_left_and_never_scaled(floor, size):
    [dots] = reading.zpl(sent(floor, page(*size)))
    assert dots.shape == (1200, 800)
    black = np.argwhere(dots)
    (top, left), (bottom, right) = black.min(axis=0), black.max(axis=0)
    assert abs(int(left) - 40) <= 1
    assert abs(int(top) - 40) <= 1
    assert (int(bottom - top), int(right - left)) in {(79, 79), (80, 80), (79, 80), (80, 79)}


def test_of_a_label_cut_out_of_a_sheet_the_rest_is_left_away(floor):
    """Its page is seen as the label alone, but a printer may take the sheet for it."""
    out = BytesIO()
    canvas = Canvas(out, (210 * POINTS_PER_MM, 297 * POINTS_PER_MM), invariant=1)
    canvas.setCropBox([edge * POINTS_PER_MM for edge in (20, 127, 120, 277)])
    side = 10 * POINTS_PER_MM
    canvas.rect(25 * POINTS_PER_MM, 262 * POINTS_PER_MM, side, side, 0, 1)
    canvas.showPage()
    canvas.save()
    payload = sent(floor, out.getvalue(), PrinterKind.IPP)
    with pypdfium2.PdfDocument(payload) as document:
        sheet, seen = document[0].get_mediabox(), document[0].get_cropbox()
    assert sheet == seen
    dark = [
        np.argwhere(raster.bitmaps(pdf, dpi=203)[0].dots()) for pdf in (payload, page(100, 150))
    ]
    for ends in (np.min, np.max):
        there, wanted = (ends(dots, axis=0) for dots in dark)
        assert abs(there - wanted).max() <= 1  # a millimetre is no round number of points


def test_the_pdf_of_a_smaller_page_has_the_stock_s_size(floor):
    found = sent(floor, page(60, 40), PrinterKind.FOLDER)
    with pypdfium2.PdfDocument(found) as document:
        assert len(document) == 1
        width, height = document[0].get_size()
    assert (round(width / POINTS_PER_MM, 2), round(height / POINTS_PER_MM, 2)) == (100, 150)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P"])
def test_a_png_reaches_the_head_dot_by_dot(floor, mode):
    [dots] = reading.zpl(sent(floor, png(mode=mode)))
    wanted = np.zeros((1200, 800), bool)
    wanted[8:88, 16:96] = True
    assert (dots == wanted).all()


def test_what_is_clear_in_a_png_is_white(floor):
    picture = Image.new("RGBA", (800, 1200), (0, 0, 0, 0))
    out = BytesIO()
    picture.save(out, "PNG")
    [dots] = reading.zpl(sent(floor, out.getvalue()))
    assert not dots.any()


def test_a_png_for_another_head_is_refused(floor):
    job_id = floor.ask(kept(floor, png(dpi=300)), printer_id=floor.printer_id)
    assert floor.work().state is JobState.FAILED
    assert "made for 300 dpi" in floor.job(job_id).detail


def test_a_png_can_be_looked_at_as_pdf(floor):
    found = sent(floor, png(), PrinterKind.FOLDER)
    [dots] = raster.bitmaps(found, dpi=203)
    assert (dots.height, dots.width) == (1200, 800)
    assert dots.dots()[20:80, 30:90].all()
    assert not dots.dots()[100:, :].any()


def test_another_stock_is_refused(floor):
    printer_id = floor.printer("small", media="76x130")
    floor.ask(kept(floor, DRAWN), printer_id=printer_id)
    assert floor.work(printer_id).state is JobState.FAILED


def test_the_same_bytes_are_stored_once(floor):
    first = kept(floor, DRAWN)
    second = kept(floor, DRAWN)
    assert first == second
    with floor.database.reading() as session:
        assert session.get_one(ReadyFile, first.sha256).content == DRAWN


def test_labels_of_long_ago_are_forgotten_with_their_papers(floor):
    old = kept(floor, DRAWN)
    floor.now += timedelta(days=60)
    young = kept(floor, ZPL)
    floor.do(clear, before=floor.now - timedelta(days=30), at=floor.now)
    with floor.database.reading() as session:
        assert session.get(ReadyFile, old.sha256) is None
        assert session.get_one(ReadyFile, young.sha256).content == ZPL


def test_a_label_that_comes_again_is_kept_anew(floor):
    label = kept(floor, DRAWN)
    floor.now += timedelta(days=60)
    kept(floor, DRAWN)
    floor.do(clear, before=floor.now - timedelta(days=30), at=floor.now)
    with floor.database.reading() as session:
        assert session.get(ReadyFile, label.sha256) is not None


def test_a_label_that_is_not_stored_any_more_fails_and_says_so(floor):
    job_id = floor.ask(ready_label(copy_no=1, copied_at=""), printer_id=floor.printer_id)
    assert floor.work().state is JobState.FAILED
    assert "not stored any more" in floor.job(job_id).detail


@pytest.mark.parametrize("content", [ZPL, DRAWN, png()], ids=["zpl", "pdf", "png"])
def test_a_copy_comes_behind_a_label_that_says_so(floor, content):
    job_id = floor.ask(kept(floor, content))
    assert floor.work().state is JobState.SENT
    first = floor.paper.sent[-1][1]
    floor.do(queue.reprint, job_id, reason="torn", person_id=7, at=floor.now, command_id="c2")
    assert floor.work().state is JobState.SENT
    second = floor.paper.sent[-1][1]
    assert second.endswith(first)
    [mark] = reading.zpl(second.removesuffix(first))
    assert [b.text for b in zxingcpp.read_barcodes(np.where(mark, 0, 255).astype(np.uint8))] == [
        "1Z999AA10123456784"
    ]
    with floor.database.reading() as session:
        pdf = session.get_one(PrintFile, floor.job(job_id + 1).id).content
        assert "补打 2" in raster.texts(pdf)[0]
        assert queue.pdf_of(session, job_id + 1) == pdf


def test_before_it_is_printed_its_picture_is_the_label_itself(floor):
    job_id = floor.ask(kept(floor, DRAWN))
    with floor.database.reading() as session:
        assert queue.pdf_of(session, job_id) == DRAWN


def test_zpl_is_shown_by_the_page_that_names_it(floor):
    job_id = floor.ask(kept(floor, ZPL))
    with floor.database.reading() as session:
        [shown] = raster.texts(queue.pdf_of(session, job_id))
    assert "快递公司面单" in shown
    assert "1Z999AA10123456784" in shown


def test_the_mark_is_drawn_as_any_label_is():
    pages = raster.bitmaps(render(ready_label(), STOCKS[STOCK]), dpi=203)
    assert len(reading.zpl(zpl.encode(pages))) == 1


@pytest.mark.parametrize("changed", [
    {"media": "A4"}, {"media": "postcard"}, {"sha256": "x" * 64}, {"sha256": "0" * 63},
    {"size_bytes": 0}, {"size_bytes": MOST_READY_BYTES + 1}, {"waybill_no": ""},
    {"format": "exe"},
])  # fmt: skip
def test_facts_that_name_no_label_are_refused(changed):
    with pytest.raises(DocumentInvalid):
        ready_label(**changed)


@pytest.mark.parametrize("order", [
    "^CC+\n+PQ50+XZ", "~ct!", "^JUF", "^JUS", "^ND2,P,10.0.0.9", "^KP1234", "~JA", "^DFR:X.ZPL",
    "^WX", "~DYE:X.TTF,B,T,10,,00", "~DGE:X.GRF,1,1,00", "^IDE:*.*", "^ID*.*", "^EG", "^TOR:A,E:A",
    "~HS", "^HH", "~PP", "^PP", "^SP1", "^MP", "^ST01,01,01", "^LT40", "^LS-8", "^MUD,150,300",
    "^P\nQ50", "^ XA", "^", "^ZZ",
])  # fmt: skip
def test_a_label_that_reaches_beyond_itself_is_refused(order):
    with pytest.raises(DocumentInvalid, match="changes the printer itself"):
        ready.checked(f"^XA{order}^FDa^FS^XZ".encode(), STOCKS["100x150"])


@pytest.mark.parametrize("order", ["^PQ\x0050", "^PQ,,5", "^PQ1,0,50", "^pq2", "^PQ0"])
def test_a_label_that_asks_for_more_than_one_of_it_is_refused(order):
    with pytest.raises(DocumentInvalid, match="several copies"):
        ready.checked(f"^XA^FDa^FS{order}^XZ".encode(), STOCKS["100x150"])


@pytest.mark.parametrize("head", [
    "^LRN^MNY^MFN,N^LH10,12^MCY^POI^PW812^CI27", "^CF,0,0,0^PR12^MD30^PW800^PON^CI13^LH0,20",
    "~TA000^LT0^LS0^MNW^MTD^PMN^JMA~SD15^LRN^CI0^MMT^LL1218", "^SEE:GB18030.DAT^CWJ,E:SIM.FNT^CI26",
    "~DGR:LOGO.GRF,1,1,80^FO0,0^XGR:LOGO.GRF,1,1^FS^IDR:LOGO.GRF^FS", "^PQ1,0,1,Y", "^PQ01", "^PQ",
    "^FO9,9^BY3^BCN,90,N,N,N,A^FDa~1^FS^FO9,9^A0N,28,28^FH_^FD_5e^FS^FO1,1^GB800,3,3^FS",
    "^FO0,0^GFB,6,6,1,^XA~JA^FS",
])  # fmt: skip
def test_labels_as_carriers_send_them_are_taken(head):
    assert ready.checked(f"^XA{head}^FDa^FS^XZ\r\n".encode(), STOCKS["4x6in"]) == "zpl"


def test_a_label_of_ours_is_not_turned_by_a_carrier_s_before_it(floor):
    """The printer stays as the label before left it: upside down, mirrored, in other units."""
    turned = b"^XA^POI^PMY^LRY^MUI^JMB^MCN^LH30,30^FO9,9^FDa^FS^XZ"
    assert sent(floor, turned) == turned
    ours = zpl.encode(raster.bitmaps(DRAWN, dpi=203)).decode()
    assert ours.index("^GFA") > max(
        ours.index(said)
        for said in ("^PON", "^PMN", "^LRN", "^MUD", "^JMA", "^MCY", "^LH0,0")
    )  # fmt: skip
