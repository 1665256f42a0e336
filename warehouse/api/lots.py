"""`/api/v1/lots`: taking a lot out of what may be sold, and letting it go again."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Response
from sqlalchemy.orm import Session

from warehouse.api.acting import act
from warehouse.api.door import body, bp
from warehouse.api.operations import operation
from warehouse.api.schemas import Schema, component, text
from warehouse.catalog.rules import scan_code
from warehouse.errors import UnknownName
from warehouse.inventory.models import Lot
from warehouse.people.rights import Right
from warehouse.storing.sources import sku_of
from warehouse.text import say
from warehouse.tracing.commands.blocking import BlockLot, UnblockLot, block_lot, unblock_lot
from warehouse.web.context import reading

TAG = "Stock"
_LOT: dict[str, Schema] = {
    "sku": text("Its code or a barcode.", least=1, most=64),
    "lot": text("The lot's code.", least=1, most=64),
}


@bp.post("/lots/block")
@operation(
    summary="Block a lot: nobody gets it, and what was promised of it is given back",
    tag=TAG,
    rights=(Right.STOCK,),
    body={**_LOT, "note": text("Why nobody may have it.", least=1, most=200)},
    answer=component("Act"),
)
def lots_block() -> Response:
    said = body()
    with reading() as session:
        lot_id = _lot_of(session, said["sku"], said["lot"])
    return act(block_lot, BlockLot, lot_id=lot_id, reason=said["note"])


@bp.post("/lots/unblock")
@operation(
    summary="Let a blocked lot be sold again, and the kits held back for it alone",
    tag=TAG,
    rights=(Right.STOCK,),
    body={**_LOT, "note": text("Why it may be sold.", least=1, most=200)},
    answer=component("Act"),
)
def lots_unblock() -> Response:
    said = body()
    with reading() as session:
        lot_id = _lot_of(session, said["sku"], said["lot"])
    return act(unblock_lot, UnblockLot, lot_id=lot_id, reason=said["note"])


def _lot_of(session: Session, sku: str, code: str) -> int:
    """Return the lot of a SKU by its code.

    Raises:
        UnknownName: no such SKU, or none of its lots is called so.
    """
    of_sku = Lot.sku_id == sku_of(session, sku).id
    found = session.scalar(sa.select(Lot.id).where(of_sku, Lot.code == scan_code(code)))
    if found is None:
        raise UnknownName(say("There is no lot with this code."), field="lot")
    return found
