"""The packer's screens, and which command may lead to which."""

from __future__ import annotations

from enum import StrEnum


class PackScreen(StrEnum):
    """What the packer's tablet shows."""

    TOTE = "tote"
    CARTON = "carton"
    ITEMS = "items"
    STOP = "stop"


LEADS_TO: dict[str, frozenset[PackScreen]] = {
    "StartPacking": frozenset({PackScreen.CARTON, PackScreen.ITEMS}),
    "OpenParcel": frozenset({PackScreen.ITEMS}),
    "ChangeCarton": frozenset({PackScreen.ITEMS}),
    "PackItem": frozenset({PackScreen.ITEMS, PackScreen.TOTE}),
    "PackRest": frozenset({PackScreen.TOTE}),
    "SealParcel": frozenset({PackScreen.CARTON}),
    "UndoPack": frozenset({PackScreen.ITEMS}),
}
