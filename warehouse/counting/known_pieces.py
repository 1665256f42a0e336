"""Where the book has the known pieces that a count found, or found gone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import IN_WORK_KINDS, VIRTUAL_KINDS, Bin, BinKind
from warehouse.counting.models import CountLine
from warehouse.db import portions
from warehouse.inventory.models import Serial, StockBalance


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where one piece is by the book, and whether some piece of its goods is free there."""

    bin_id: int
    lot_id: int | None
    kind: BinKind
    is_free: bool


@dataclass(frozen=True, kw_only=True)
class Places:
    """The places of pieces by (SKU id, serial number); what nobody has seen yet is not there.

    `found` are the pieces that lines posted together found in another bin than the book's.
    """

    known: Mapping[tuple[int, str], Place]
    found: frozenset[tuple[int, str]]

    def is_gone(self, line: CountLine, code: str) -> bool:
        """Tell whether the piece is to leave the line's bin: not if it was found in another."""
        place = self.known.get((line.sku_id, code))
        is_here = place is not None and place.bin_id == line.bin_id
        return is_here and (line.sku_id, code) not in self.found

    def is_in_work(self, line: CountLine, code: str) -> bool:
        """Tell whether the book has the piece in a tote, in a parcel, or promised elsewhere."""
        place = self.known.get((line.sku_id, code))
        if place is None or place.bin_id == line.bin_id or place.kind in VIRTUAL_KINDS:
            return False
        return place.kind in IN_WORK_KINDS or not place.is_free

    def sources(
        self, line: CountLine, codes: Sequence[str]
    ) -> dict[tuple[int | None, int | None], list[str]]:
        """Return (bin, lot) → the pieces found that come from there; bin None: from outside."""
        found: dict[tuple[int | None, int | None], list[str]] = defaultdict(list)
        for code in codes:
            place = self.known.get((line.sku_id, code))
            if place is None:
                found[None, None].append(code)
            elif place.kind in VIRTUAL_KINDS:
                found[None, place.lot_id].append(code)
            elif place.bin_id != line.bin_id:
                found[place.bin_id, None].append(code)
        return found


def places_of(session: Session, lines: Sequence[CountLine]) -> Places:
    """Return where the book has every piece that the lines name."""
    wanted = {
        (line.sku_id, code)
        for line in lines
        for name in ("gone", "found")
        for code in (line.serials or {}).get(name, ())
    }
    known: dict[tuple[int, str], Place] = {}
    for codes in portions(code for _, code in wanted):
        rows = session.execute(
            sa.select(
                Serial.sku_id, Serial.code, Serial.bin_id, Serial.lot_id, Bin.kind,
                StockBalance.on_hand, StockBalance.reserved,
            )
            .join(Bin, Bin.id == Serial.bin_id)
            .outerjoin(
                StockBalance,
                sa.and_(
                    StockBalance.bin_id == Serial.bin_id, StockBalance.sku_id == Serial.sku_id
                ),
            )
            .where(Serial.code.in_(codes))
        )  # fmt: skip
        for row in rows:
            if (row.sku_id, row.code) in wanted:
                known[row.sku_id, row.code] = Place(
                    bin_id=row.bin_id,
                    lot_id=row.lot_id,
                    kind=BinKind(row.kind),
                    is_free=(row.on_hand or 0) > (row.reserved or 0),
                )
    found = {
        (line.sku_id, code) for line in lines for code in (line.serials or {}).get("found", ())
    }
    return Places(known=known, found=frozenset(found))
