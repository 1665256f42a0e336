"""How each kind of printer is reached, and that none leads out of the site."""

from __future__ import annotations

from pathlib import Path

import pytest

from printing import queue
from printing.addresses import Allowed
from printing.documents import TestPage
from printing.errors import AddressRefused, DoesNotFit
from printing.media import STOCKS
from printing.models import JobState, Printer, PrinterKind
from printing.queue.delivery import transport_for
from printing.samples import packing_slip
from printing.transports.download import DownloadTransport
from printing.transports.ipp import IppTransport
from printing.transports.languages import Language
from printing.transports.lines import Device, Endpoint, Handshake
from printing.transports.raw import RawTransport
from printing.transports.spool import SpoolTransport
from tests.printing import fakes, reading
from tests.printing.floor import START


def test_receipts_go_through_a_real_socket_with_questions_and_fence(floor):
    with fakes.RawPrinter(fakes.Escpos()) as device:
        facts = {"kind": PrinterKind.ESCPOS, "media": "receipt80", "width_dots": 576}
        receipts = floor.printer("receipts", address=f"127.0.0.1:{device.address[1]}", **facts)
        job_id = floor.ask(packing_slip(), printer_id=receipts)
        allowed = Allowed.of(["127.0.0.0/8"], [device.address[1]])
        printed = queue.print_one(
            floor.database,
            receipts,
            clock=lambda: START,
            transports=queue.transports_within(allowed),
        )
        assert printed == queue.Printed(job_id=job_id, state=JobState.SENT)
        assert device.papers == 1


def test_offsets_move_the_picture(floor):
    moved = floor.printer("moved", offset_x=8, offset_y=16)
    page = TestPage(test_no="T-1", printer="P")
    floor.ask(page, printer_id=floor.printer_id)
    floor.ask(page, printer_id=moved, part=2)
    floor.work()
    floor.work(moved)
    straight, shifted = (reading.zpl(payload)[0] for _, payload in floor.paper.sent)
    assert (shifted[16:, 8:] == straight[:-16, :-8]).all()


@pytest.mark.parametrize(
    ("kind", "address", "made"),
    [
        (PrinterKind.ESCPOS, "10.0.0.1",
         RawTransport(way=Endpoint(address=("10.0.0.1", 9100)), language=Language.ESCPOS)),
        (PrinterKind.ZPL, "10.0.0.1:9100",
         RawTransport(way=Endpoint(address=("10.0.0.1", 9100)), language=Language.ZPL)),
        (PrinterKind.TSPL, "/dev/usb/lp0",
         RawTransport(way=Device(path="/dev/usb/lp0"), language=Language.TSPL)),
        (PrinterKind.ESCPOS, "/dev/ttyS9@9600,rtscts",
         RawTransport(way=Device(path="/dev/ttyS9", baud=9600, handshake=Handshake.RTSCTS),
                      language=Language.ESCPOS)),
        (PrinterKind.ZPL, "/dev/ttyS9@9600,xonxoff",
         RawTransport(way=Device(path="/dev/ttyS9", baud=9600, handshake=Handshake.XONXOFF),
                      language=Language.ZPL)),
        (PrinterKind.CUPS, "10.0.0.1/label",
         IppTransport(address=("10.0.0.1", 631), uri="ipp://10.0.0.1:631/printers/label",
                      path="/printers/label", media=STOCKS["76x130"])),
        (PrinterKind.CUPS, "ipp://10.0.0.1/printers/label",
         IppTransport(address=("10.0.0.1", 631), uri="ipp://10.0.0.1:631/printers/label",
                      path="/printers/label", media=STOCKS["76x130"])),
        (PrinterKind.FOLDER, "/srv/spool/a", SpoolTransport(folder=Path("/srv/spool/a"))),
        (PrinterKind.IPP, "10.0.0.1",
         IppTransport(address=("10.0.0.1", 631), uri="ipp://10.0.0.1:631/ipp/print",
                      path="/ipp/print", media=STOCKS["76x130"])),
        (PrinterKind.IPP, "ipp://10.0.0.1:631/printers/label",
         IppTransport(address=("10.0.0.1", 631), uri="ipp://10.0.0.1:631/printers/label",
                      path="/printers/label", media=STOCKS["76x130"])),
    ],
)  # fmt: skip
def test_each_kind_of_printer_is_reached_its_own_way(kind, address, made):
    devices = ["/dev/usb/lp*", "/dev/ttyS*"]
    allowed = Allowed.of(folders=[Path("/srv/spool")], devices=devices)
    printer = Printer(name="p", kind=kind, address=address)
    assert transport_for(printer, STOCKS["76x130"], allowed) == made


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        (PrinterKind.ZPL, "8.8.8.8"),
        (PrinterKind.ZPL, "10.0.0.1:22"),
        (PrinterKind.FOLDER, "/etc"),
        (PrinterKind.IPP, "http://10.0.0.1/x"),
        (PrinterKind.IPP, "ipp://user@10.0.0.1/x"),
        (PrinterKind.IPP, "ipp://10.0.0.1:x/y"),
        (PrinterKind.IPP, "ipp://10.0.0.1/a b"),
        (PrinterKind.IPP, "ipp://10.0.0.1/a?b"),
        (PrinterKind.IPP, "ipp://127.0.0.1/ipp/print"),
        (PrinterKind.IPP, "ipp:///ipp/print"),
        (PrinterKind.CUPS, "10.0.0.1"),
        (PrinterKind.CUPS, "10.0.0.1/a/b"),
        (PrinterKind.CUPS, "10.0.0.1/admin/label"),
        (PrinterKind.ZPL, "/dev/sda"),
        (PrinterKind.ZPL, "/dev/usb/lp0/../../sda"),
        (PrinterKind.ZPL, "/dev/usb/../usb/lp0"),
        (PrinterKind.ZPL, "/dev/usb/lp0\x00"),
        (PrinterKind.ZPL, "/dev/ttyS0"),
        (PrinterKind.ZPL, "/dev/ttyS0@9600"),
        (PrinterKind.ZPL, "/dev/usb/lp0@300"),
        (PrinterKind.ZPL, "/tmp/lp0"),
    ],
)
def test_no_kind_of_printer_leads_out_of_the_site(kind, address):
    printer = Printer(name="p", kind=kind, address=address)
    with pytest.raises(AddressRefused):
        transport_for(printer, STOCKS["76x130"], Allowed.of(folders=[Path("/srv/spool")]))


def test_a_printer_that_answers_with_the_bytes_of_xonxoff_is_not_stopped_by_them():
    printer = Printer(name="p", kind=PrinterKind.TSPL, address="/dev/ttyS9@9600,xonxoff")
    with pytest.raises(AddressRefused, match="use rtscts"):
        transport_for(printer, STOCKS["76x130"], Allowed.of(devices=["/dev/ttyS*"]))


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({}, None),
        ({"media": "76x130"}, None),
        ({"media": "A4", "kind": PrinterKind.IPP}, None),
        ({"media": "A4"}, DoesNotFit),
        ({"media": "postcard"}, DoesNotFit),
        ({"media": "100x180", "width_dots": 576}, DoesNotFit),
        ({"address": "8.8.8.8"}, AddressRefused),
    ],
)
def test_a_printer_is_looked_at_before_it_is_kept(facts, error):
    given = {"kind": PrinterKind.ZPL, "address": "10.0.0.1", "dpi": 203, "width_dots": 832}
    printer = Printer(name="p", **(given | {"media": ""} | facts))
    if error is None:
        queue.check_printer(printer, Allowed())
        return
    with pytest.raises(error):
        queue.check_printer(printer, Allowed())


def test_a_paper_that_is_fetched_needs_no_address():
    printer = Printer(name="p", kind=PrinterKind.DOWNLOAD, address="")
    assert isinstance(transport_for(printer, STOCKS["76x130"], Allowed()), DownloadTransport)


def test_a_link_to_a_device_must_stay_among_devices(tmp_path):
    (tmp_path / "lp0").symlink_to("/etc/passwd")
    (tmp_path / "lp1").symlink_to("/dev/null")
    allowed = Allowed.of(devices=[f"{tmp_path}/lp*"])
    assert allowed.device(f"{tmp_path}/lp1") == "/dev/null"
    with pytest.raises(AddressRefused):
        allowed.device(f"{tmp_path}/lp0")


def test_an_unknown_printer_has_nothing_to_do(floor):
    assert floor.work(999) is None
