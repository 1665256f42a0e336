"""Refusing to put goods where they may not stand, in words somebody with full hands can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin
from warehouse.errors import RuleViolation
from warehouse.storing.places import place_of
from warehouse.storing.rules import HARD, Goods, Limit, Reason, broken
from warehouse.text import Text, say

LIMIT_WORDS: Mapping[Limit, Text] = {
    Limit.CLOSED: say("{bin} is closed: nothing more is put in."),
    Limit.MIXED: say("{bin} is for one SKU only, and other goods stand there."),
    Limit.PIECES: say("{bin} would hold more pieces than it may."),
    Limit.WEIGHT: say("{bin} would carry more weight than it may."),
    Limit.SIZE: say("The goods are larger than {bin}."),
    Limit.VOLUME: say("{bin} is too full for these goods."),
    Limit.CLASS: say("{bin} is for goods of another class."),
}
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
    return Text(LIMIT_WORDS[limit].msgid, {"bin": bin_code})


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
