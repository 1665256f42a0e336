"""A tote scanned at a station after the pick: whose goods these are, and may they be worked on."""

from __future__ import annotations

from sqlalchemy.orm import Session

from warehouse.errors import WrongTote
from warehouse.inventory.refusals import refuse
from warehouse.orders.models import Consignment
from warehouse.orders.queries import consignment_by_id, stopped
from warehouse.text import Text
from warehouse.waves.queries import ToteContent, content_of_tote


def scanned_tote(session: Session, barcode: str, wanted: Text) -> tuple[ToteContent, Consignment]:
    """Return what the tote carries and its consignment, fresh and locked.

    Raises:
        WrongTote, UnknownBarcode: it is no tote with goods. OrderStopped: they go no further.
    """
    tote = content_of_tote(session, barcode)
    if tote is None:
        raise refuse(session, barcode, wanted, WrongTote)
    if tote.stop_id is not None:
        raise stopped(session, tote.consignment_id)
    return tote, consignment_by_id(session, tote.consignment_id, lock=True)
