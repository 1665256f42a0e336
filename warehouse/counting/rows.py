"""Counts that come as rows, from paper or from a file: found in the session, errors all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import Barcode, Bin, Sku
from warehouse.catalog.rules import Problem, RowRefusal, row_refusals, scan_code, spellings_of
from warehouse.counting.counters import name_problem, people_named, spelled
from warehouse.counting.models import BinState, CountBin, CountLine, CountSession, CountTake
from warehouse.counting.numbers import number_problem, numbers_seen
from warehouse.counting.queries import may_look, wanted_goods
from warehouse.db import portions
from warehouse.inventory.models import Lot
from warehouse.people.models import Person
from warehouse.text import say

MOST_PIECES = 1_000_000
_at_it = aliased(CountTake)  # the pass somebody is making now
STAMP = "%Y-%m-%d %H:%M"
LONGEST_AGO = timedelta(days=7)  # before its opening: counted by hand while nothing else worked


class CountRow(NamedTuple):
    """One row: bin, SKU code or barcode, pieces; if it says so, its lot, when and who counted.

    `counted_by` is a name or login, `sheet` the number of the printed sheet it is from. `serials`
    are the numbers of pieces known one by one; None where nobody was asked for them. Fields that
    are `unread` have no value of their own: the row is looked at and never taken.
    """

    row: int
    bin_code: str
    pieces: int
    sku_code: str = ""
    lot: str = ""
    serials: tuple[str, ...] | None = None
    counted_at: datetime | None = None
    counted_by: str = ""
    sheet: str = ""
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CountedBin:
    """What the rows say of one bin of the session."""

    person_id: int  # who counted it, 0 where nobody says it
    count_bin_id: int
    bin_id: int
    asked: frozenset[int] | None
    pieces: Mapping[tuple[int, int | None], int]
    serials: Mapping[int, frozenset[str]]  # of goods known piece by piece
    counted_at: Mapping[tuple[int, int | None], datetime]
    paper_id: int | None = None  # the printed sheet it was counted on


@dataclass(frozen=True, kw_only=True)
class _Known:
    bins: Mapping[str, Any]
    goods: Mapping[str, tuple[Any, int]]  # code → SKU row, pieces of one
    lots: Mapping[tuple[int, str], int]
    numbers: Mapping[tuple[int, str], bool]  # SKU, number ever received → is its lot known?
    people: Mapping[str, tuple[int, ...]]  # name as compared → who is called so
    asked: Mapping[tuple[int, int], frozenset[int]]  # count bin, person → SKUs to look at again
    wanted: frozenset[int] | None  # the SKUs the count is of; None: whole bins
    earliest: datetime
    person_id: int  # who counted what no row says the counter of, 0 where nobody says it
    sender_id: int
    corrects: int | None = None


def found_in(
    session: Session,
    count: CountSession,
    rows: Sequence[CountRow],
    person_id: int,
    *,
    sender_id: int,
    corrects: int | None = None,
) -> tuple[list[CountedBin], list[RowRefusal]]:
    """Return the bins of the rows with what was counted in them, and every row that cannot be.

    All rows of a bin are among them. A bin that somebody is only on the way to is taken from him.
    Codes are found however they are typed. `person_id` counted what rows do not say the counter
    of, 0 where nobody says who; a bin is counted by one person.

    `corrects`: the count bin that was counted already, and whose sheet is typed in anew.

    Rows of the same goods in a bin add up; a row with 0 pieces says that the bin has none, and an
    empty SKU with 0 pieces that it is empty.
    """
    rows = [row._replace(bin_code=scan_code(row.bin_code), lot=scan_code(row.lot)) for row in rows]
    known = replace(_known(session, count, rows, person_id, sender_id), corrects=corrects)
    who: dict[str, int] = {}
    empty: dict[str, int] = {}
    pieces: dict[str, dict[tuple[int, int | None], int]] = defaultdict(dict)
    serials: dict[str, dict[int, frozenset[str]]] = defaultdict(dict)
    times: dict[str, dict[tuple[int, int | None], datetime]] = defaultdict(dict)
    refused: list[RowRefusal] = []
    for row in rows:
        problems = [
            *_place_problems(known, row, who),
            *_goods_problems(known, row, pieces.get(row.bin_code, {})),
            *_numbers_problems(known, serials.get(row.bin_code, {}), row),
        ]
        if problems or row.unread:
            refused += row_refusals(row.row, problems, row.unread)
            continue
        here = pieces[row.bin_code]
        if not row.sku_code:
            empty.setdefault(row.bin_code, row.row)
            continue
        goods, worth = _goods_of(known, row)
        if known.goods[row.sku_code][0].is_serial_tracked:
            mine = serials[row.bin_code].get(goods[0], frozenset())
            serials[row.bin_code][goods[0]] = mine | set(_numbers_of(known, row))
        here[goods] = here.get(goods, 0) + row.pieces * worth
        if row.counted_at is not None:
            # The earliest is the safe one: all that moved later is seen.
            times[row.bin_code][goods] = min(
                row.counted_at, times[row.bin_code].get(goods, row.counted_at)
            )
    refused.extend(_not_empty(empty, pieces))
    bins = [
        CountedBin(
            person_id=who.get(code, 0),
            count_bin_id=known.bins[code].id,
            bin_id=known.bins[code].bin_id,
            asked=known.asked.get((known.bins[code].id, who.get(code, 0))),
            pieces=found,
            serials=serials[code],
            counted_at=times[code],
        )
        for code, found in sorted(pieces.items(), key=lambda pair: known.bins[pair[0]].bin_id)
    ]
    return bins, sorted(refused, key=lambda refusal: refusal.row)


def _not_empty(
    empty: Mapping[str, int], pieces: Mapping[str, Mapping[tuple[int, int | None], int]]
) -> list[RowRefusal]:
    """Refuse to call a bin empty beside goods that were counted in it."""
    return [
        RowRefusal(row=row, field="bin_code", value=code,
                   reason=say("This bin is said to be empty here, and to hold goods elsewhere."))
        for code, row in empty.items()
        if any(pieces[code].values())
    ]  # fmt: skip


def _known(
    session: Session,
    count: CountSession,
    rows: Sequence[CountRow],
    person_id: int,
    sender_id: int,
) -> _Known:
    bins = {
        row.code: row
        for codes in portions({r.bin_code for r in rows})
        for row in session.execute(
            sa.select(
                CountBin.id, CountBin.bin_id, CountBin.state, CountBin.counted_at, Bin.code,
                Bin.is_active, Person.name.label("who"),
            )
            .join(Bin, Bin.id == CountBin.bin_id)
            .outerjoin(_at_it, sa.and_(
                _at_it.count_bin_id == CountBin.id, _at_it.closed_at.is_(None)
            ))
            .outerjoin(Person, Person.id == _at_it.person_id)
            .where(CountBin.session_id == count.id, Bin.code.in_(codes))
        )
    }  # fmt: skip
    again = [row.id for row in bins.values() if _is_again(row)]
    people = people_named(session, {row.counted_by for row in rows}, sender_id)
    everybody = {person_id, *(found[0] for found in people.values())}
    asked: dict[tuple[int, int], set[int]] = {(at, who): set() for at in again for who in everybody}
    for who in sorted(everybody):
        for ids in portions(again):
            lines = session.execute(
                sa.select(CountLine.count_bin_id, CountLine.sku_id).where(
                    CountLine.count_bin_id.in_(ids), may_look(who)
                )
            )
            for line in lines:
                asked[line.count_bin_id, who].add(line.sku_id)
    goods = _goods(session, {r.sku_code for r in rows if r.sku_code})
    lots = {
        (row.sku_id, row.code): row.id
        for codes in portions({r.lot for r in rows if r.lot})
        for row in session.execute(
            sa.select(Lot.id, Lot.sku_id, Lot.code).where(Lot.code.in_(codes))
        )
    }
    return _Known(
        bins=bins, goods=goods, lots=lots, people=people,
        numbers=numbers_seen(session, [code for row in rows for code in row.serials or ()]),
        asked={at: frozenset(skus) for at, skus in asked.items()},
        wanted=wanted_goods(session, count), earliest=count.opened_at - LONGEST_AGO,
        person_id=person_id, sender_id=sender_id,
    )  # fmt: skip


def _goods(session: Session, codes: set[str]) -> dict[str, tuple[Any, int]]:
    """Return code → (SKU, pieces one of it stands for): by SKU code first, then by barcode.

    SKU codes keep their letters' case, barcodes know upper case only.
    """
    facts = (Sku.id, Sku.code, Sku.is_active, Sku.is_lot_tracked, Sku.is_serial_tracked)
    found: dict[str, tuple[Any, int]] = {}
    for some in portions(codes):
        known = session.execute(sa.select(*facts).where(Sku.code.in_(some)))
        found.update((sku.code, (sku, 1)) for sku in known)
    spelled: dict[str, list[str]] = defaultdict(list)
    for code in codes - found.keys():
        for other in spellings_of(scan_code(code)):
            spelled[other].append(code)
    for some in portions(spelled):
        rows = session.execute(
            sa.select(*facts, Barcode.code.label("barcode"), Barcode.pieces)
            .join(Barcode, Barcode.sku_id == Sku.id)
            .where(Barcode.code.in_(some))
        )
        for row in rows:
            for code in spelled[row.barcode]:
                found.setdefault(code, (row, row.pieces))
    return found


def _too_many(
    known: _Known, row: CountRow, here: Mapping[tuple[int, int | None], int]
) -> Problem | None:
    """Refuse what no bin can hold, of one row or of several together."""
    goods, worth = _goods_of(known, row)
    if here.get(goods, 0) + row.pieces * worth <= MOST_PIECES:
        return None
    return "pieces", str(row.pieces), say("More than {most} pieces stand in no bin.",
                                          most=MOST_PIECES)  # fmt: skip


def _goods_of(known: _Known, row: CountRow) -> tuple[tuple[int, int | None], int]:
    """Return SKU and lot of a row, and how many pieces one of it is; known pieces are one each."""
    sku, worth = known.goods[row.sku_code]
    if sku.is_serial_tracked:
        return (sku.id, None), 1
    return (sku.id, known.lots[sku.id, row.lot] if sku.is_lot_tracked else None), worth


def _numbers_of(known: _Known, row: CountRow) -> list[str]:
    """Return the serial numbers of a row as they are kept, however they were typed."""
    sku, _ = known.goods[row.sku_code]
    return [
        code if (sku.id, code) in known.numbers else scan_code(code) for code in row.serials or ()
    ]


def _numbers_problems(
    known: _Known, here: Mapping[int, frozenset[str]], row: CountRow
) -> Iterator[Problem]:
    """Refuse pieces without their numbers, numbers without pieces, and one number twice."""
    if row.sku_code not in known.goods:
        return
    sku, _ = known.goods[row.sku_code]
    codes = _numbers_of(known, row)
    if not sku.is_serial_tracked:
        if codes:
            yield "serials", codes[0], say("{sku} has no serial numbers.", sku=sku.code)
        return
    if row.pieces >= 0 and len(codes) != row.pieces and "pieces" not in row.unread:
        yield "serials", ", ".join(codes)[:60], say(
            "{sku} is known piece by piece: {pieces} pieces need as many serial numbers, here are"
            " {numbers}.", sku=sku.code, pieces=row.pieces, numbers=len(codes),
        )  # fmt: skip
    seen = set(here.get(sku.id, ()))
    for code in codes:
        problem = number_problem(sku.code, code, is_lot_tracked=sku.is_lot_tracked,
                                 has_lot=known.numbers.get((sku.id, code)))  # fmt: skip
        if code in seen:
            problem = say("{serial} was counted already.", serial=code)
        if problem is not None:
            yield "serials", code, problem
        seen.add(code)


def _is_again(place: Any) -> bool:
    """Tell whether something of the bin is asked again, be somebody on the way to it or not."""
    return place.state == BinState.AGAIN or (
        place.state == BinState.TAKEN and place.counted_at is not None
    )


def _place_problems(known: _Known, row: CountRow, who: dict[str, int]) -> Iterator[Problem]:
    """Refuse a counter nobody knows, two in one bin, and the bin; keep in `who` who counted it."""
    person = None
    problem = name_problem(known.people, row.counted_by)
    if problem is not None:
        yield "counted_by", row.counted_by, problem
    elif "counted_by" not in row.unread:
        person = known.people[spelled(row.counted_by)][0] if row.counted_by else known.person_id
        is_other = bool(person) and who.setdefault(row.bin_code, person) != person
        if is_other and "bin_code" not in row.unread:
            yield (
                "counted_by",
                row.counted_by,
                say(
                    "Another row says that somebody else counted this bin. One person counts a bin."
                ),
            )
    if (problem_ := _bin_problem(known, row, person)) is not None:
        yield problem_


def _bin_problem(known: _Known, row: CountRow, person_id: int | None) -> Problem | None:
    """Refuse a bin that waits for nobody, or not for this one; who is None or 0 is not known."""
    place = known.bins.get(row.bin_code)
    if place is None:
        return "bin_code", row.bin_code, say("This bin is not in this count.")
    if not place.is_active:
        return "bin_code", row.bin_code, say("This bin is out of use.")
    if place.id == known.corrects:
        return None
    if place.state == BinState.COUNTED:
        return "bin_code", row.bin_code, say("This bin is counted already.")
    if place.who is not None:
        return "bin_code", row.bin_code, say("{name} is counting this bin on a tablet. Another"
                                             " counter can take it over there.",
                                             name=place.who)  # fmt: skip
    if not person_id or not _is_again(place) or known.asked.get((place.id, person_id)):
        return None
    if person_id != known.sender_id:
        return "bin_code", row.bin_code, say("The same person counted this bin. Its recount is for"
                                             " another.")  # fmt: skip
    return "bin_code", row.bin_code, say("You counted this bin. Its recount is for another"
                                         " person.")  # fmt: skip


def _goods_problems(
    known: _Known, row: CountRow, here: Mapping[tuple[int, int | None], int]
) -> Iterator[Problem]:
    is_number = 0 <= row.pieces <= MOST_PIECES
    if not is_number:
        yield "pieces", str(row.pieces), say("Pieces are 0 to {most}.", most=MOST_PIECES)
    if not row.sku_code:
        if row.pieces or row.lot or row.serials:
            yield "sku_code", "", say("Pieces of what? The SKU is missing.")
        return
    if row.sku_code not in known.goods:
        yield "sku_code", row.sku_code, say("Nothing here carries this code.")
    else:
        found = _sku_problem(known, row)
        if found is None and is_number:
            found = _too_many(known, row, here)
        yield from [found] if found is not None else []
    if row.counted_at is not None and row.counted_at < known.earliest:
        yield (
            "counted_at",
            row.counted_at.strftime(STAMP),
            say("This was counted long before the count began. Count it again."),
        )


def _sku_problem(known: _Known, row: CountRow) -> Problem | None:
    sku, _ = known.goods[row.sku_code]
    if known.wanted is not None and sku.id not in known.wanted:
        return "sku_code", row.sku_code, say("This count is of other goods.")
    if row.pieces and not sku.is_active:
        return "sku_code", row.sku_code, say("This SKU is out of use.")
    if sku.is_serial_tracked:
        return None
    if row.lot and not sku.is_lot_tracked:
        return "lot", row.lot, say("{sku} is not kept by lot.", sku=sku.code)
    if sku.is_lot_tracked and not row.lot:
        return "lot", "", say("{sku} is kept by lot. Say which lot.", sku=sku.code)
    if sku.is_lot_tracked and (sku.id, row.lot) not in known.lots:
        return "lot", row.lot, say("Nobody has seen this lot yet.")
    return None
