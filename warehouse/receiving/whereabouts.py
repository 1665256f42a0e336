"""Where the book has a piece that a supplier is said to have brought."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, BinKind
from warehouse.inventory.models import Serial
from warehouse.receiving.accounts import Exchange, ExchangeLine, ExchangeState
from warehouse.text import Text, say


def elsewhere(session: Session, sku_id: int, codes: Collection[str]) -> dict[str, Text]:
    """Return serial number → where the book has it, of those no supplier can have brought.

    Pieces in the house, at a customer, inside a kit, and with a supplier on an exchange that
    is not settled. One that went back for good, was lost or scrapped may come again.
    """
    rows = session.execute(
        sa.select(Serial.code, Bin.kind, Bin.code.label("place"))
        .join(Bin, Bin.id == Serial.bin_id)
        .where(Serial.sku_id == sku_id, Serial.code.in_(codes))
    ).all()
    out = _on_exchange(session, sku_id, codes)
    found: dict[str, Text] = {}
    for row in rows:
        if row.kind not in VIRTUAL_KINDS:
            found[row.code] = say(
                "Serial number {serial} is in {bin}.", serial=row.code, bin=row.place
            )
        elif row.kind is BinKind.COURIER:
            found[row.code] = say(
                "The book has serial number {serial} at the customer: it left with {bin}. If it"
                " came back, have the desk book it by an adjustment.",
                serial=row.code, bin=row.place,
            )  # fmt: skip
        elif row.kind is BinKind.KITTING:
            found[row.code] = say(
                "The book has serial number {serial} inside a kit.", serial=row.code
            )
        elif row.code in out:
            found[row.code] = say(
                "Serial number {serial} is out on exchange {number}. Have it settled there: as"
                " replaced, or sent back.", serial=row.code, number=out[row.code],
            )  # fmt: skip
    return found


def _on_exchange(session: Session, sku_id: int, codes: Collection[str]) -> dict[str, str]:
    rows = session.execute(
        sa.select(ExchangeLine.serials, Exchange.number)
        .join(Exchange, Exchange.id == ExchangeLine.exchange_id)
        .where(
            Exchange.state == ExchangeState.OUT,
            ExchangeLine.sku_id == sku_id,
            ExchangeLine.serials.in_(codes),
            ExchangeLine.settled < ExchangeLine.pieces,
        )
    )
    return {serial: number for serial, number in rows}  # noqa: C416 (rows, not pairs)
