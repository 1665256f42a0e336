"""The screens of the handover, and which command may lead to which."""

from __future__ import annotations

from enum import StrEnum


class ShipScreen(StrEnum):
    """What the tablet at the door shows."""

    CARRIER = "carrier"
    PARCELS = "parcels"
    CLOSED = "closed"
    STOP = "stop"


LEADS_TO: dict[str, frozenset[ShipScreen]] = {
    "OpenHandover": frozenset({ShipScreen.PARCELS}),
    "HandOverParcel": frozenset({ShipScreen.PARCELS, ShipScreen.STOP}),
    "UndoHandover": frozenset({ShipScreen.PARCELS}),
    "CloseHandover": frozenset({ShipScreen.CLOSED}),
}
