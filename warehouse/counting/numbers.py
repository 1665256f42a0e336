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


def numbers_seen(session: Session, codes: Iterable[str]) -> dict[tuple[int, str], bool]:
    """Return (SKU id, number) → whether its lot is known, of the pieces ever received."""
    found: dict[tuple[int, str], bool] = {}
    for some in portions({spelled for code in codes for spelled in (code, scan_code(code))}):
        rows = session.execute(
            sa.select(Serial.sku_id, Serial.code, Serial.lot_id).where(Serial.code.in_(some))
        )
        found.update(((row.sku_id, row.code), row.lot_id is not None) for row in rows)
    return found


def number_problem(
    sku_code: str, serial: str, *, is_lot_tracked: bool, has_lot: bool | None
) -> Text | None:
    """Return why a number is not counted, None if its piece may be found here.

    `has_lot` is None for a number never received. A piece of goods kept by lot whose own lot
    nobody knows can be booked by no count, however often it is asked for.
    """
    if has_lot is None and not is_lot_tracked:
        return serial_problem(serial)
    if has_lot is None:
        return say("{serial} of {sku} was never received. Put the piece aside.", serial=serial,
                   sku=sku_code)  # fmt: skip
    if is_lot_tracked and not has_lot:
        return say("Nobody knows which lot {serial} of {sku} is of. Put the piece aside: an"
                   " adjustment books it in with its lot.", serial=serial,
                   sku=sku_code)  # fmt: skip
    return None
