"""Importing levels and suppliers' terms from a list; what it does not say stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.importing import import_rows
from warehouse.catalog.lists import ListColumn, ListReport, ListRow, OnRows, whole
from warehouse.catalog.rules import RowRefusal, row_refusals, scan_code
from warehouse.commands import Actor, Command, Outcome, Tone, new_id
from warehouse.db import Database
from warehouse.people import trail
from warehouse.receiving.importing import price
from warehouse.receiving.models import Supplier
from warehouse.receiving.queries import sku_ids
from warehouse.shops import cells
from warehouse.shops.rows import SourceFile
from warehouse.supplying.commands.levels import level_problems, write_level
from warehouse.supplying.commands.terms import CHANGEABLE, terms_problems, write_terms
from warehouse.supplying.models import LevelSource, StockLevel, SupplierSku
from warehouse.text import Text, say

_word = cells.text_of_at_most(64)
COLUMNS = (
    ListColumn(field="sku_code", names=("商家编码", "SKU", "SKU编码", "条码", "Barcode"),
               read=cells.seller_code, is_needed=True),
    ListColumn(field="safety", names=("安全库存", "Safety stock"), read=whole),
    ListColumn(field="reorder_at", names=("补货点", "再订货点", "Reorder point"), read=whole),
    ListColumn(field="order_up_to", names=("补货至", "最高库存", "Order up to"), read=whole),
    ListColumn(field="supplier", names=("供应商编码", "供应商", "Supplier code", "Supplier"),
               read=_word),
    ListColumn(field="item_no", names=("供应商货号", "Supplier's item number"), read=_word),
    ListColumn(field="price_fen", names=("单价", "采购价", "Unit price"), read=price),
    ListColumn(field="pack_pieces", read=whole,
               names=("装箱数", "每箱数量", "Pieces per pack", "Pack")),
    ListColumn(field="least_pieces", names=("起订量", "最小起订量", "Minimum"), read=whole),
    ListColumn(field="lead_days", read=whole,
               names=("交货天数", "采购周期", "到货天数", "Lead time in days")),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """One line of a list: None leaves what is known."""

    sku_code: str
    safety: int | None = None
    reorder_at: int | None = None
    order_up_to: int | None = None
    supplier: str = ""
    item_no: str = ""
    price_fen: int | None = None
    pack_pieces: int | None = None
    least_pieces: int | None = None
    lead_days: int | None = None
    row: int = 0
    unread: tuple[str, ...] = ()  # fields whose cells nobody can read: the row is not taken


@dataclass(frozen=True, kw_only=True)
class ImportLevels(Command):
    """Keep the levels and terms of a list; rows that cannot be taken are named."""

    rows: tuple[PlanRow, ...]


def import_levels(
    database: Database,
    file: Path | SourceFile,
    *,
    actor: Actor,
    at: datetime,
    on_rows: OnRows | None = None,
) -> ListReport:
    """Keep the levels and terms of a CSV or XLSX list; taking it again changes nothing.

    Raises:
        FileRefused: it is no table with a column of SKUs; nothing was taken.
    """

    def command(chunk: list[ListRow]) -> Command:
        rows = tuple(
            PlanRow(**{"sku_code": "", **row.values}, row=row.row, unread=row.unread)
            for row in chunk
        )
        return ImportLevels(id=new_id(), actor=actor, at=at, rows=rows)

    return import_rows(database, file, COLUMNS, command, keep_levels, on_rows)


def keep_levels(session: Session, command: ImportLevels) -> Outcome:
    """Keep what each row says; facts tell `changed`, `unchanged` and the `refused` rows."""
    known = sku_ids(session, [row.sku_code for row in command.rows])
    suppliers = _suppliers(session, {row.supplier for row in command.rows})
    refused: list[RowRefusal] = []
    changed: list[tuple[int, dict[str, Any]]] = []
    unchanged = 0
    for row in command.rows:
        sku_id = known.get(row.sku_code)
        problems = [
            (field, str(getattr(row, field)), reason)
            for field, reason in _problems(session, row, sku_id, suppliers)
        ]
        refused += row_refusals(row.row, problems, row.unread)
        if problems or row.unread or sku_id is None:
            continue
        if _write(session, command, row, sku_id, suppliers):
            changed.append((sku_id, {"row": row.row}))
        else:
            unchanged += 1
    trail.record_all(session, command, "sku", changed, "level_imported")
    return Outcome(
        screen="levels",
        message=say(
            "{changed} changed, {unchanged} unchanged, {refused} refused.",
            changed=len(changed), unchanged=unchanged, refused=len({r.row for r in refused}),
        ),
        tone=Tone.ATTENTION if refused else Tone.OK,
        facts={
            "changed": len(changed), "unchanged": unchanged,
            "refused": [r.to_json() for r in refused],
        },
    )  # fmt: skip


def _problems(
    session: Session, row: PlanRow, sku_id: int | None, suppliers: dict[str, int]
) -> Iterator[tuple[str, Text]]:
    if sku_id is None:
        yield "sku_code", say("There is no SKU with this code.")
    yield from level_problems(*_levels(session, row, sku_id))
    if not row.supplier:
        return
    supplier_id = suppliers.get(scan_code(row.supplier))
    if supplier_id is None:
        yield "supplier", say("There is no supplier with this code.")
    yield from terms_problems(_terms(session, row, sku_id, supplier_id))


def _write(
    session: Session, command: ImportLevels, row: PlanRow, sku_id: int, suppliers: dict[str, int]
) -> bool:
    is_changed = False
    if (row.safety, row.reorder_at, row.order_up_to) != (None, None, None):
        levels = _levels(session, row, sku_id)
        is_changed = write_level(session, command, sku_id, levels, LevelSource.IMPORTED)
    if row.supplier:
        supplier_id = suppliers[scan_code(row.supplier)]
        values = _terms(session, row, sku_id, supplier_id)
        is_changed |= write_terms(session, supplier_id, sku_id, values)
    return is_changed


def _levels(
    session: Session, row: PlanRow, sku_id: int | None
) -> tuple[int, int | None, int | None]:
    """Return the levels the row asks for; where nobody can read one, it is held against nothing."""
    kept = (session.get(StockLevel, sku_id) if sku_id else None) or StockLevel(safety=0)
    said = {
        name: None if name in row.unread else getattr(kept, name) if value is None else value
        for name, value in (
            ("safety", row.safety), ("reorder_at", row.reorder_at), ("order_up_to", row.order_up_to)
        )
    }  # fmt: skip
    return said["safety"] or 0, said["reorder_at"], said["order_up_to"]


def _terms(
    session: Session, row: PlanRow, sku_id: int | None, supplier_id: int | None
) -> dict[str, Any]:
    """Return the terms the row asks for; where it says nothing, those that are known."""
    is_known = sku_id is not None and supplier_id is not None
    kept = session.get(SupplierSku, (supplier_id, sku_id)) if is_known else None
    plain = {
        "item_no": "", "price_fen": None, "pack_pieces": 1, "least_pieces": 0, "lead_days": None,
        "is_main": True,
    }  # fmt: skip
    known = {name: getattr(kept, name) for name in CHANGEABLE} if kept else plain
    said = {name: getattr(row, name, None) for name in CHANGEABLE}
    return {**known, **{name: v for name, v in said.items() if v not in (None, "")}}


def _suppliers(session: Session, codes: set[str]) -> dict[str, int]:
    wanted = {scan_code(code) for code in codes if code}
    rows = session.execute(
        sa.select(Supplier.code, Supplier.id).where(Supplier.code.in_(wanted), Supplier.is_active)
    )
    return {code: supplier_id for code, supplier_id in rows}  # noqa: C416  (rows are no pairs)
