"""Refusing to put goods where they may not stand, in words somebody with full hands can act on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.errors import RuleViolation
from warehouse.placing.places import place_of
from warehouse.placing.rules import (
    FILLED_PERCENT,
    HARD,
    Goods,
    Limit,
    Place,
    Reason,
    Size,
    broken,
    filled,
    goes_in,
)
from warehouse.settings import load_settings
from warehouse.text import Text, say, translate

REASON_WORDS: Mapping[Reason, Text] = {
    Reason.SAME_LOT: say("the same lot stands here"),
    Reason.SAME_SKU: say("the same goods stand here"),
    Reason.NEAR: say("empty, near the same goods"),
    Reason.CLASS: say("empty, in the zone for these goods"),
    Reason.EMPTY: say("empty"),
    Reason.SHARED: say("room beside other goods"),
}


def limit_text(limit: Limit, place: Place, goods: Sequence[Goods]) -> Text:
    """Return the sentence for a limit that goods break in a bin, and by how much."""
    pieces, weight, percent = filled(place, goods)
    too_large = next((g.size_mm for g in goods if not goes_in(g, place)), None)
    words = {
        Limit.CLOSED: say("{bin} is closed: nothing more is put in.", bin=place.code),
        Limit.MIXED: say("{bin} is for one SKU only, and other goods stand there.", bin=place.code),
        Limit.PIECES: say("{bin} may hold {most}; with these it would hold {pieces}.",
                          bin=place.code, pieces=pieces, most=place.most_pieces),
        Limit.WEIGHT: say("{bin} would carry {weight} g, and may carry {most} g.",
                          bin=place.code, weight=weight, most=place.most_weight_g),
        Limit.SIZE: say("A piece is {piece} mm, {bin} is {inside} mm inside.",
                        piece=_sides(too_large), bin=place.code, inside=_sides(place.size_mm)),
        Limit.VOLUME: say("{bin} would be filled to {percent} %, and is full at {most} %.",
                          bin=place.code, percent=percent, most=FILLED_PERCENT),
        Limit.CLASS: say("The goods are of class {wanted}, {bin} is of {given}.",
                         wanted=", ".join(sorted({g.storage_class for g in goods} - {""})),
                         bin=place.code, given=place.storage_class or say("none")),
    }  # fmt: skip
    return words[limit]


def _sides(size: Size | None) -> str:
    return " × ".join(map(str, sorted(size or (), reverse=True)))


def soft_texts(session: Session, target: Bin, goods: Sequence[Goods]) -> list[Text]:
    """Return what the bin's measures and class say against the goods."""
    place = place_of(session, target.id)
    return [limit_text(limit, place, goods) for limit in broken(place, goods) if limit not in HARD]


def why_text(code: str, against: Sequence[Text]) -> Text:
    """Return the question why goods go into this bin; `against` is what its measures say."""
    if against:
        return say("{limit} Why {bin} all the same?", limit=against[0], bin=code)
    return say("Why {bin}?", bin=code)


def kept_note(session: Session, against: Sequence[Text]) -> str:
    """Return what the measures say in the words of the site, to be kept with the moves."""
    locale = load_settings(session).paper_locale
    return " ".join(translate(text, locale) for text in against)


def require_room(session: Session, target: Bin, goods: Sequence[Goods]) -> tuple[Limit, ...]:
    """Return the soft limits the goods would break in the bin; hard ones refuse.

    Raises:
        RuleViolation: closed, for one SKU only, too many pieces, too heavy.
    """
    place = place_of(session, target.id)
    found = broken(place, goods)
    for limit in found:
        if limit in HARD:
            raise RuleViolation(limit_text(limit, place, goods), limit=limit.value)
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
                limit=soft_texts(session, target, goods)[0]),
            limit=soft[0].value,
        )  # fmt: skip
