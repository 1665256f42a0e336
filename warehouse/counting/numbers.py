"""Serial numbers that a counter tells of known pieces, by tablet, file or sheet."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.rules import scan_code
from warehouse.db import portions
from warehouse.inventory.marks import serial_problem
from warehouse.inventory.models import Serial
from warehouse.text import Text, say


def numbers_seen(session: Session, codes: Iterable[str]) -> frozenset[tuple[int, str]]:
    """Return (SKU id, number) of the pieces that were ever received, of these numbers."""
    found: set[tuple[int, str]] = set()
    for some in portions({spelled for code in codes for spelled in (code, scan_code(code))}):
        rows = session.execute(sa.select(Serial.sku_id, Serial.code).where(Serial.code.in_(some)))
        found.update((row.sku_id, row.code) for row in rows)
    return frozenset(found)


def new_number_problem(sku_code: str, serial: str, *, is_lot_tracked: bool) -> Text | None:
    """Return why a number never received is not counted, None if it may be found here."""
    if is_lot_tracked:
        return say("{serial} of {sku} was never received. Put the piece aside.", serial=serial,
                   sku=sku_code)  # fmt: skip
    return serial_problem(serial)
