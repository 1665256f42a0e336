"""What a role may do. A route names the right it needs; nothing is open by default."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from warehouse.people.models import Role


class Right(StrEnum):
    """One thing somebody may or may not do."""

    PICK = "pick"
    CHECK = "check"
    PACK = "pack"
    WEIGH = "weigh"
    SHIP = "ship"
    REPRINT = "reprint"
    OVERRIDE = "override"
    SEE_DESK = "see_desk"
    IMPORT = "import"
    RELEASE = "release"
    HOLD = "hold"
    MAP_SKU = "map_sku"
    WAVE = "wave"
    STOCK = "stock"  # goods and bins, moves with a reason, scrap, kits
    RECEIVE = "receive"  # count what comes in, confirm what another counted
    PUT_AWAY = "put_away"
    COUNT = "count"
    APPROVE_COUNT = "approve_count"
    BUY = "buy"  # suppliers, purchase orders, what is owed
    PRINTERS = "printers"
    CARRIERS = "carriers"
    UNMASK = "unmask"
    STATIONS = "stations"
    PEOPLE = "people"
    SETTINGS = "settings"


_FLOOR = frozenset(
    {
        Right.PICK,
        Right.CHECK,
        Right.PACK,
        Right.WEIGH,
        Right.SHIP,
        Right.RECEIVE,
        Right.PUT_AWAY,
        Right.COUNT,
    }
)
# All that a badge or a PIN opens, whatever the roles: a badge is found, four digits are seen typed.
# OVERRIDE is not among them; a station asks for it each time, by name and secret.
AT_STATION = _FLOOR | {Right.REPRINT}

OF_ROLE: dict[Role, frozenset[Right]] = {
    Role.PICKER: frozenset({Right.PICK}),
    Role.CHECKER: frozenset({Right.CHECK}),
    Role.PACKER: frozenset({Right.PACK, Right.WEIGH, Right.SHIP, Right.REPRINT}),
    Role.COUNTER: frozenset({Right.SEE_DESK, Right.COUNT}),
    Role.RECEIVER: frozenset({Right.SEE_DESK, Right.RECEIVE, Right.PUT_AWAY}),
    Role.CUSTOMER_SERVICE: frozenset(
        {Right.SEE_DESK, Right.IMPORT, Right.RELEASE, Right.HOLD, Right.UNMASK, Right.MAP_SKU}
    ),
    Role.SUPERVISOR: frozenset(
        _FLOOR
        | {
            Right.SEE_DESK,
            Right.IMPORT,
            Right.RELEASE,
            Right.HOLD,
            Right.MAP_SKU,
            Right.WAVE,
            Right.STOCK,
            Right.APPROVE_COUNT,
            Right.BUY,
            Right.PRINTERS,
            Right.CARRIERS,
            Right.STATIONS,
            Right.REPRINT,
            Right.OVERRIDE,
        }
    ),
    # Who runs the system books no stock and ships no orders.
    Role.ADMIN: frozenset(
        {
            Right.SEE_DESK,
            Right.PRINTERS,
            Right.CARRIERS,
            Right.STATIONS,
            Right.PEOPLE,
            Right.SETTINGS,
        }
    ),
}


def rights_of(roles: Iterable[Role]) -> frozenset[Right]:
    """Return everything the roles together may do."""
    rights: set[Right] = set()
    for role in roles:
        rights |= OF_ROLE[role]
    return frozenset(rights)
