"""Where the book has a piece that a supplier is said to have brought."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import BinKind
from warehouse.catalog.queries import bin_of_kind
from warehouse.inventory import whereabouts
from warehouse.inventory.models import MoveReason
from warehouse.receiving.accounts import Exchange, ExchangeLine, ExchangeState
from warehouse.text import Text, say


def elsewhere(
    session: Session, sku_id: int, codes: Collection[str], *, but: int = 0
) -> dict[str, Text]:
    """Return serial number → where the book has it, of those no supplier can have brought.

    Pieces in the house, at a customer, inside a kit, and with a supplier on an exchange that
    is not settled, `but` for one. One that went back for good, was lost or scrapped may come again.
    """
    supplier = bin_of_kind(session, BinKind.SUPPLIER)
    out = {
        code: say(
            "Serial number {serial} is out on exchange {number}. Have it settled there: as"
            " replaced, or sent back.", serial=code, number=number,
        )
        for code, number in _on_exchange(session, sku_id, codes, but).items()
    }  # fmt: skip
    return out | whereabouts.elsewhere(session, sku_id, codes, supplier, MoveReason.RECEIVE)


def _on_exchange(session: Session, sku_id: int, codes: Collection[str], but: int) -> dict[str, str]:
    rows = session.execute(
        sa.select(ExchangeLine.serials, Exchange.number)
        .join(Exchange, Exchange.id == ExchangeLine.exchange_id)
        .where(
            Exchange.state == ExchangeState.OUT,
            Exchange.id != but,
            ExchangeLine.sku_id == sku_id,
            ExchangeLine.serials.in_(codes),
            ExchangeLine.settled < ExchangeLine.pieces,
        )
    )
    return {serial: number for serial, number in rows}  # noqa: C416 (rows, not pairs)
