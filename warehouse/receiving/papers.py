"""The papers of the dock: the goods receipt in two copies, and the exchange slip."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import SERIALS_CHARS, ExchangeOut, GoodsReceipt, Locale, ReceiptLine
from printing.documents import ExchangeLine as SlipLine
from printing.queue import enqueue
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.commands import Command
from warehouse.inventory.models import Lot
from warehouse.inventory.refusals import home_of
from warehouse.numbers import next_number
from warehouse.receiving.accounts import Exchange, ExchangeLine
from warehouse.receiving.booked import corrected_by
from warehouse.receiving.models import Fault, Receipt, ReceiptCount, Supplier
from warehouse.receiving.queries import FAULT_WORDS, counters_of, rows_of
from warehouse.settings import SiteSettings, load_settings
from warehouse.text import Text, say, translate

COPIES = 2
STAMP = "%Y-%m-%d %H:%M"


def print_receipt(session: Session, command: Command, receipt: Receipt) -> None:
    """Ask for both copies of the goods receipt, as it is counted or written now."""
    paper = goods_receipt(session, receipt, command.zone)
    for copy in range(1, COPIES + 1):
        enqueue(
            session,
            paper.placed(copy, COPIES),
            station_id=command.actor.station_id,
            at=command.at,
            command_id=command.id,
            subject=f"receipt:{receipt.id}",
            part=next_number(session, f"goods-receipt-{receipt.id}"),
        )


def goods_receipt(session: Session, receipt: Receipt, zone: tzinfo) -> GoodsReceipt:
    """Return the receipt as paper: announced, sound and faulty pieces, where the goods live.

    Of a correction: the receipt it corrects, what was booked before it, and what changes.
    """
    site = load_settings(session)
    corrected = session.get(Receipt, receipt.corrects_id or 0)
    supplier = session.get_one(Supplier, receipt.supplier_id)
    counted_at = receipt.counted_at or receipt.created_at
    return GoodsReceipt(
        locale=Locale(site.paper_locale),
        receipt_no=receipt.number,
        supplier=supplier.name,
        supplier_paper_no=(corrected or receipt).supplier_paper_no,
        corrects_no=corrected.number if corrected else "",
        reason=receipt.reason if corrected else "",
        received_at=counted_at.astimezone(zone).strftime(STAMP),
        received_by=", ".join(counters_of(session, receipt.id).values()),
        lines=_changes(session, receipt) if corrected else _counted(session, receipt),
        note="" if corrected else _note(session, receipt, site),
        printed_at=counted_at.astimezone(zone).strftime(STAMP),
        station=_dock(session),
    )


def _counted(session: Session, receipt: Receipt) -> tuple[ReceiptLine, ...]:
    return tuple(
        ReceiptLine(
            sku_code=row.code,
            name=row.name,
            properties=row.properties,
            announced=row.announced,
            accepted=row.sound,
            rejected=row.faulty,
            place=home_of(session, row.sku_id) or "",
        )
        for row in rows_of(session, receipt.id)
    )


def _changes(session: Session, correction: Receipt) -> tuple[ReceiptLine, ...]:
    return tuple(
        ReceiptLine(
            sku_code=line.code,
            name=line.name,
            properties=line.properties,
            booked=line.booked,
            accepted=0 if line.is_faulty else line.change,
            rejected=line.change if line.is_faulty else 0,
            is_rejected=line.is_faulty,
            place=home_of(session, line.sku_id) or "",
            lot=line.lot_code,
            best_before=f"{line.best_before or ''}",
            serials=_numbers(line.serials),
        )
        for line in corrected_by(session, correction)
    )


def _numbers(serials: Sequence[str]) -> str:
    """Return the numbers as they stand on paper; where there is no room for all, how many more."""
    text = " ".join(serials)
    if len(text) <= SERIALS_CHARS:
        return text
    room = SERIALS_CHARS - len(f" … +{len(serials)}")
    shown = text[: text.rindex(" ", 0, room + 1)]
    return f"{shown} … +{len(serials) - len(shown.split())}"


def print_exchange(session: Session, command: Command, exchange: Exchange) -> None:
    """Ask for the exchange slip; its two copies come as one paper."""
    enqueue(
        session,
        exchange_slip(session, exchange, command.zone),
        station_id=command.actor.station_id,
        at=command.at,
        command_id=command.id,
        subject=f"exchange:{exchange.id}",
        part=next_number(session, f"exchange-slip-{exchange.id}"),
    )


def exchange_slip(session: Session, exchange: Exchange, zone: tzinfo) -> ExchangeOut:
    """Return what goes back to the supplier as paper."""
    site = load_settings(session)
    lines = session.execute(
        sa.select(ExchangeLine, Sku, Lot)
        .join(Sku, Sku.id == ExchangeLine.sku_id)
        .outerjoin(Lot, Lot.id == ExchangeLine.lot_id)
        .where(ExchangeLine.exchange_id == exchange.id)
        .order_by(Sku.code, ExchangeLine.id)
    ).all()
    sent_at = exchange.sent_at or exchange.created_at
    return ExchangeOut(
        locale=Locale(site.paper_locale),
        exchange_no=exchange.number,
        supplier=session.get_one(Supplier, exchange.supplier_id).name,
        warehouse=site.site_name,
        sent_on=sent_at.astimezone(zone).strftime("%Y-%m-%d"),
        due_on=str(exchange.due_on) if exchange.due_on else "",
        lines=tuple(
            SlipLine(
                sku_code=sku.code,
                name=sku.name,
                properties=sku.properties,
                pieces=line.pieces,
                fault=line.fault,
                lot=lot.code if lot else "",
                best_before=f"{(lot and lot.best_before) or ''}",
                serials=line.serials,
            )
            for line, sku, lot in lines
        ),
        note=exchange.note,
        printed_at=sent_at.astimezone(zone).strftime(STAMP),
    )


def faults_of(session: Session, receipt_id: int) -> dict[Fault, int]:
    """Return fault → faulty pieces of the receipt whose count stands."""
    found: dict[Fault, int] = defaultdict(int)
    for fault, pieces in session.execute(
        sa.select(ReceiptCount.fault, sa.func.sum(ReceiptCount.pieces))
        .where(
            ReceiptCount.receipt_id == receipt_id,
            ReceiptCount.fault.is_not(None),
            ReceiptCount.undone_at.is_(None),
        )
        .group_by(ReceiptCount.fault)
    ):
        if fault is not None:
            found[fault] = int(pieces)
    return found


def _note(session: Session, receipt: Receipt, site: SiteSettings) -> str:
    def told(text: Text) -> str:
        return translate(text, site.paper_locale)

    rows = rows_of(session, receipt.id)
    short = sum(-row.difference for row in rows if row.difference < 0)
    extra = sum(row.counted for row in rows if row.is_extra)
    over = extra + sum(row.difference for row in rows if row.difference > 0)
    parts = []
    if not any(row.announced for row in rows):
        parts.append(told(say("nothing announced")))
    elif short or over:
        parts.append(told(say("{short} short, {over} over", short=short, over=over)))
    faults = faults_of(session, receipt.id)
    if faults:
        words = ", ".join(f"{told(FAULT_WORDS[fault])} {n}" for fault, n in faults.items())
        parts.append(told(say("Faulty: {faults}", faults=words)))
    return " · ".join([*parts, *([receipt.note] if receipt.note else [])])


def _dock(session: Session) -> str:
    """Return the name of the dock the goods stand at."""
    dock = session.scalar(
        sa.select(Bin.code).where(Bin.kind == BinKind.DOCK, Bin.is_active).order_by(Bin.id).limit(1)
    )
    return dock or ""
