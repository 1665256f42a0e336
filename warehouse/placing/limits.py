"""Refusing to put goods where they may not stand, in words somebody with full hands can act on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.errors import RuleViolation
from warehouse.placing.places import place_of
from warehouse.placing.rules import HARD, Goods, Limit, Reason, broken
from warehouse.text import Text, say

REASON_WORDS: Mapping[Reason, Text] = {
    Reason.SAME_LOT: say("the same lot stands here"),
    Reason.SAME_SKU: say("the same goods stand here"),
    Reason.NEAR: say("empty, near the same goods"),
    Reason.CLASS: say("empty, in the zone for these goods"),
    Reason.EMPTY: say("empty"),
    Reason.SHARED: say("room beside other goods"),
}


def limit_text(limit: Limit, bin_code: str) -> Text:
    """Return the sentence for a limit of a bin."""
    words = {
        Limit.CLOSED: say("{bin} is closed: nothing more is put in.", bin=bin_code),
        Limit.MIXED: say("{bin} is for one SKU only, and other goods stand there.", bin=bin_code),
        Limit.PIECES: say("{bin} would hold more pieces than it may.", bin=bin_code),
        Limit.WEIGHT: say("{bin} would carry more weight than it may.", bin=bin_code),
        Limit.SIZE: say("The goods are larger than {bin}.", bin=bin_code),
        Limit.VOLUME: say("{bin} is too full for these goods.", bin=bin_code),
        Limit.CLASS: say("{bin} is for goods of another class.", bin=bin_code),
    }
    return words[limit]


def require_room(session: Session, target: Bin, goods: Sequence[Goods]) -> tuple[Limit, ...]:
    """Return the soft limits the goods would break in the bin; hard ones refuse.

    Raises:
        RuleViolation: closed, for one SKU only, too many pieces, too heavy.
    """
    found = broken(place_of(session, target.id), goods)
    for limit in found:
        if limit in HARD:
            raise RuleViolation(limit_text(limit, target.code), limit=limit.value)
    return found


def require_unmixed(session: Session, bin_id: int, sku_ids: Collection[int], instead: Text) -> None:
    """Refuse to undo a move out of a bin for one SKU only that was filled with others since.

    Raises:
        RuleViolation: it holds other goods now; `instead` says what to do.
    """
    place = place_of(session, bin_id)
    others = session.scalars(
        sa.select(Sku.code)
        .where(Sku.id.in_(place.sku_ids - set(sku_ids)))
        .order_by(Sku.code)
        .limit(1)
    ).first()
    if place.is_one_sku and others is not None:
        raise RuleViolation(
            say("{bin} is for one SKU only, and {sku} stands there by now. {instead}",
                bin=place.code, sku=others, instead=instead),
            limit=Limit.MIXED.value,
        )  # fmt: skip


def require_room_or_why(session: Session, target: Bin, goods: Sequence[Goods], why: str) -> None:
    """Refuse goods the bin may not hold, and goods its measures speak against if nobody says why.

    Raises:
        RuleViolation: a hard limit, or a soft one and no word on it.
    """
    soft = require_room(session, target, goods)
    if soft and not why.strip():
        raise RuleViolation(
            say("{limit} Put them there all the same? Say why in the note.",
                limit=limit_text(soft[0], target.code)),
            limit=soft[0].value,
        )  # fmt: skip
