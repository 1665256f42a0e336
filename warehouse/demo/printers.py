"""Printers of the demo: folders, so that every paper can be looked at without a printer."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import Printer, PrinterKind, PrintRoute
from warehouse.catalog.models import Station

# Name, folder below the spool, media ("" takes each paper on its own stock), kinds of paper.
PRINTERS = (
    ("面单打印机 1", "labels-1", "76x130", ("waybill",)),
    ("面单打印机 2", "labels-2", "76x130", ()),
    ("装箱单打印机", "slips", "A5", ("packing_slip",)),
    ("标签打印机", "stickers", "",
     ("tote_label", "cart_label", "bin_label", "sku_label", "carton_label", "return_label")),
    ("办公室激光", "office", "A4",
     ("pick_list", "wave_sheet", "put_wall_sheet", "manifest", "card_sheet",
      "goods_receipt", "exchange_out", "purchase_order", "count_sheet", "count_report",
      "daily_report")),
)  # fmt: skip
SECOND_BENCH = ("ST-PACK-2", "waybill", "面单打印机 2")


def set_up_printers(session: Session, spool_dir: Path) -> None:
    """Make the folder printers and the routes of all stations; the second bench has its own."""
    for name, folder, stock, kinds in PRINTERS:
        if session.scalar(sa.select(Printer.id).where(Printer.name == name)):
            continue
        printer = Printer(
            name=name, kind=PrinterKind.FOLDER, address=str(spool_dir / folder), media=stock
        )
        session.add(printer)
        session.flush()
        session.add_all(PrintRoute(document_kind=k, printer_id=printer.id) for k in kinds)
    station_code, kind, name = SECOND_BENCH
    station = session.scalar(sa.select(Station.id).where(Station.code == station_code))
    printer_id = session.scalar(sa.select(Printer.id).where(Printer.name == name))
    routed = sa.select(PrintRoute.id).where(PrintRoute.station_id == station)
    if station and printer_id and session.scalar(routed) is None:
        session.add(PrintRoute(station_id=station, document_kind=kind, printer_id=printer_id))
    session.flush()
