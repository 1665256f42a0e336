"""The screens of the scale, and which command may lead to which."""

from __future__ import annotations

from enum import StrEnum


class WeighScreen(StrEnum):
    """What the tablet at the scale shows."""

    PARCEL = "parcel"
    WEIGHT = "weight"
    OUTSIDE = "outside"
    LABEL = "label"
    PLATFORM = "platform"
    STOP = "stop"


LEADS_TO: dict[str, frozenset[WeighScreen]] = {
    "RecordWeight": frozenset({WeighScreen.LABEL, WeighScreen.OUTSIDE}),
    "UndoWeight": frozenset({WeighScreen.WEIGHT}),
    "SendBack": frozenset({WeighScreen.STOP}),
    "AssignWaybill": frozenset({WeighScreen.LABEL, WeighScreen.PLATFORM, WeighScreen.PARCEL}),
    "AttachWaybill": frozenset({WeighScreen.PARCEL}),
    "MatchLabel": frozenset({WeighScreen.PARCEL}),
    "ReprintLabel": frozenset({WeighScreen.LABEL}),
}
