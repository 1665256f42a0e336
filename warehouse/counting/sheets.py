"""Printed sheets of a count: each with a number of its own, typed in once for each of its bins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import Bin
from warehouse.catalog.rules import RowRefusal, scan_code
from warehouse.commands import Command, Outcome
from warehouse.counting.models import CountBin, CountSession, CountTake
from warehouse.counting.queries import counters
from warehouse.counting.rows import STAMP, CountedBin, CountRow
from warehouse.counting.sheet_models import CountPaper, CountPaperBin
from warehouse.db import portions, table_of
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.people import trail
from warehouse.people.models import Person
from warehouse.text import Text, say

WITHOUT = frozenset({"-", "—", "无", "没有", "NONE"})  # counted on no printed sheet, and said so
_of_bin = table_of(CountPaperBin)


@dataclass(frozen=True, kw_only=True)
class HandSheet(Command):
    """Somebody gets the sheet to count with; nobody any more, if `person_id` is None."""

    paper_id: int
    person_id: int | None


def hand_sheet(session: Session, command: HandSheet) -> Outcome:
    """Keep whom a sheet was handed to: what is typed in from it is his.

    Raises:
        NotFound: no such sheet. InvalidInput: nobody who counts. RuleViolation: some of it was
            typed in already.
    """
    paper = session.get(CountPaper, command.paper_id, with_for_update=True)
    if paper is None:
        raise NotFound(say("sheet"), command.paper_id)
    name = counter_of(session, command.person_id)
    used = sa.select(CountPaperBin.take_id).where(
        CountPaperBin.paper_id == paper.id, CountPaperBin.take_id.is_not(None)
    )
    if session.execute(used.limit(1)).first() is not None:
        raise RuleViolation(say("Sheet {number} was typed in already.", number=paper.number))
    paper.person_id = command.person_id
    trail.record(session, command, "count", paper.session_id, "sheet_handed", sheet=paper.number,
                 name=name)  # fmt: skip
    message = say("Sheet {number} is with {name}.", number=paper.number, name=name)
    if not name:
        message = say("Sheet {number} is with nobody.", number=paper.number)
    return Outcome(screen="count", subject_id=paper.session_id, message=message)


def counter_of(session: Session, person_id: int | None) -> str:
    """Return the name of somebody who counts, "" for nobody.

    Raises:
        InvalidInput: this person does not count.
    """
    if person_id is None:
        return ""
    name = dict(counters(session)).get(person_id)
    if name is None:
        raise InvalidInput(say("Choose who counts."), field="person_id")
    return name


def number_sheet(
    session: Session,
    command: Command,
    count: CountSession,
    number: str,
    bins: Iterable[int],
    person_id: int | None,
) -> None:
    """Keep a sheet that is printed, with the count bins that stand on it."""
    paper = CountPaper(
        session_id=count.id, number=number, person_id=person_id,
        printed_by_id=command.actor.person_id, printed_at=command.at,
    )  # fmt: skip
    session.add(paper)
    session.flush()
    rows = [{"paper_id": paper.id, "count_bin_id": place} for place in dict.fromkeys(bins)]
    session.execute(sa.insert(_of_bin), rows)


def sheets_of(
    session: Session,
    count: CountSession,
    rows: Sequence[CountRow],
    found: Sequence[CountedBin],
    zone: tzinfo,
) -> tuple[dict[int, int], list[RowRefusal]]:
    """Return count bin → the sheet its rows are from, and every row whose sheet cannot be.

    A sheet serves a bin once, whoever says to have filled it in: a recount has a sheet of its own.
    Of a bin that stands on a sheet the number is said, or that there was none.
    """
    said = _said(rows)
    papers = _papers(session, {number for numbers in said.values() for number in numbers})
    bins = _bins(session, count, said)
    printed = _printed(session, bins.values())
    waiting = _waiting(session, printed)
    entered = _entered(session, papers, bins, zone)
    who = {place.count_bin_id: place.person_id for place in found}
    sheets: dict[int, int] = {}
    refused: list[RowRefusal] = []
    for code, numbers in said.items():
        place = bins.get(code)
        if place is None:
            continue
        number, row = next(iter(numbers.items()))
        paper = papers.get(number)
        problem = _problem(count, numbers, paper)
        if not number and len(numbers) == 1 and place in printed:
            problem = _unsaid(waiting.get(place, []))
        if problem is None and paper is not None:
            problem = entered.get((paper.id, place)) or _not_his(paper, who.get(place))
            sheets[place] = paper.id
        if problem is not None:
            refused.append(RowRefusal(row=row, field="sheet", value=number, reason=problem))
    return sheets, refused


def keep_entered(session: Session, found: Iterable[CountedBin], takes: Mapping[int, int]) -> None:
    """Keep which pass (`takes`: by count bin) came of which sheet; a bin may be written onto it."""
    sheets = {p.count_bin_id: p.paper_id for p in found if p.paper_id is not None}
    at = sa.tuple_(_of_bin.c.paper_id, _of_bin.c.count_bin_id)
    known: set[tuple[int, int]] = set()
    for ids in portions(sheets):
        rows = session.execute(
            sa.select(_of_bin.c.paper_id, _of_bin.c.count_bin_id).where(
                at.in_([(sheets[place], place) for place in ids])
            )
        )
        known.update((row.paper_id, row.count_bin_id) for row in rows)
    filled = [{"paper": paper, "place": place, "take": takes[place]}
              for place, paper in sheets.items() if (paper, place) in known]  # fmt: skip
    if filled:
        session.connection().execute(
            sa.update(_of_bin)
            .where(
                _of_bin.c.paper_id == sa.bindparam("paper"),
                _of_bin.c.count_bin_id == sa.bindparam("place"),
            )
            .values(take_id=sa.bindparam("take")),
            filled,
        )
    added = [{"paper_id": paper, "count_bin_id": place, "take_id": takes[place]}
             for place, paper in sheets.items() if (paper, place) not in known]  # fmt: skip
    if added:
        session.execute(sa.insert(_of_bin), added)


def sheet_list(session: Session, session_id: int) -> list[Any]:
    """Return the sheets of a count with how far they are typed in, newest first, 200 at most."""
    done = sa.func.sum(sa.case((CountPaperBin.take_id.is_not(None), 1), else_=0))
    return list(
        session.execute(
            sa.select(
                CountPaper.id,
                CountPaper.number,
                CountPaper.person_id,
                CountPaper.printed_at,
                Person.name.label("who"),
                sa.func.count().label("bins"),
                done.label("typed"),
            )
            .join(CountPaperBin, CountPaperBin.paper_id == CountPaper.id)
            .outerjoin(Person, Person.id == CountPaper.person_id)
            .where(CountPaper.session_id == session_id)
            .group_by(CountPaper.id, CountPaper.number, CountPaper.person_id,
                      CountPaper.printed_at, Person.name)
            .order_by(CountPaper.id.desc())
            .limit(200)
        )
    )  # fmt: skip


def sheets_with(session: Session, count_bin_id: int) -> list[str]:
    """Return the numbers of the sheets that a bin stands on and was not typed in from."""
    query = (
        sa.select(CountPaper.number)
        .join(CountPaperBin, CountPaperBin.paper_id == CountPaper.id)
        .where(CountPaperBin.count_bin_id == count_bin_id, CountPaperBin.take_id.is_(None))
        .order_by(CountPaper.id)
    )
    return list(session.scalars(query))


def _said(rows: Sequence[CountRow]) -> dict[str, dict[str, int]]:
    """Return bin → the sheets its rows name, with their first row; rows without one go along."""
    said: dict[str, dict[str, int]] = {}
    for row in rows:
        if "bin_code" in row.unread or "sheet" in row.unread:
            continue
        said.setdefault(scan_code(row.bin_code), {}).setdefault(scan_code(row.sheet), row.row)
    for numbers in said.values():
        if len(numbers) > 1:
            numbers.pop("", None)
    return said


def _papers(session: Session, numbers: Collection[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for some in portions({number for number in numbers if number} - WITHOUT):
        rows = session.execute(
            sa.select(
                CountPaper.id, CountPaper.number, CountPaper.session_id, CountPaper.person_id,
                Person.name.label("who"), CountSession.number.label("count_number"),
            )
            .join(CountSession, CountSession.id == CountPaper.session_id)
            .outerjoin(Person, Person.id == CountPaper.person_id)
            .where(CountPaper.number.in_(some))
        )  # fmt: skip
        found.update((row.number, row) for row in rows)
    return found


def _bins(session: Session, count: CountSession, codes: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in portions(codes):
        rows = session.execute(
            sa.select(Bin.code, CountBin.id)
            .join(CountBin, CountBin.bin_id == Bin.id)
            .where(CountBin.session_id == count.id, Bin.code.in_(some))
        )
        found.update((row.code, row.id) for row in rows)
    return found


def _printed(session: Session, count_bin_ids: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for ids in portions(count_bin_ids):
        query = sa.select(CountPaperBin.count_bin_id).where(CountPaperBin.count_bin_id.in_(ids))
        found.update(session.scalars(query))
    return found


def _entered(
    session: Session, papers: Mapping[str, Any], bins: Mapping[str, int], zone: tzinfo
) -> dict[tuple[int, int], Text]:
    """Return sheet and count bin → who has typed it in already, and when."""
    counter, typist = aliased(Person), aliased(Person)
    found: dict[tuple[int, int], Text] = {}
    sheets = portions(paper.id for paper in papers.values())
    for paper_ids, place_ids in product(sheets, portions(bins.values())):
        rows = session.execute(
            sa.select(
                CountPaperBin.paper_id, CountPaperBin.count_bin_id, CountPaper.number,
                CountTake.closed_at, sa.func.coalesce(typist.name, counter.name).label("who"),
            )
            .join(CountPaper, CountPaper.id == CountPaperBin.paper_id)
            .join(CountTake, CountTake.id == CountPaperBin.take_id)
            .join(counter, counter.id == CountTake.person_id)
            .outerjoin(typist, typist.id == CountTake.entered_by_id)
            .where(
                CountPaperBin.paper_id.in_(paper_ids), CountPaperBin.count_bin_id.in_(place_ids)
            )
        )  # fmt: skip
        for row in rows:
            at = row.closed_at.astimezone(zone).strftime(STAMP)
            found[row.paper_id, row.count_bin_id] = say(
                "{name} has typed in sheet {number} for this bin, {at}. A recount has a sheet of"
                " its own: print it.", name=row.who, number=row.number, at=at,
            )  # fmt: skip
    return found


def _waiting(session: Session, count_bin_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return count bin → the numbers of its sheets that it was not typed in from yet."""
    found: dict[int, list[str]] = {}
    for ids in portions(count_bin_ids):
        rows = session.execute(
            sa.select(CountPaperBin.count_bin_id, CountPaper.number)
            .join(CountPaper, CountPaper.id == CountPaperBin.paper_id)
            .where(CountPaperBin.count_bin_id.in_(ids), CountPaperBin.take_id.is_(None))
            .order_by(CountPaper.id)
        )
        for row in rows:
            found.setdefault(row.count_bin_id, []).append(row.number)
    return found


def _unsaid(numbers: Sequence[str]) -> Text:
    """Return what to do where nobody says of which sheet a bin on a printed one is."""
    if numbers:
        return say("This bin stands on printed sheet {number}. Write that under Sheet, or none if"
                   " it was counted without a sheet.", number=", ".join(numbers))  # fmt: skip
    return say("The printed sheets of this bin are typed in. Print one for its recount and write"
               " its number under Sheet, or none if it was counted without a sheet.")  # fmt: skip


def _problem(count: CountSession, numbers: Mapping[str, int], paper: Any) -> Text | None:
    if len(numbers) > 1:
        return say("Another row says that this bin was on another sheet. A bin is on one sheet.")
    (number,) = numbers
    if paper is None:
        if not number or number in WITHOUT:
            return None
        return say("No count sheet has this number.")
    if paper.session_id != count.id:
        return say("Sheet {number} is of count {count}.", number=paper.number,
                   count=paper.count_number)  # fmt: skip
    return None


def _not_his(paper: Any, person_id: int | None) -> Text | None:
    if paper.person_id is None or not person_id or person_id == paper.person_id:
        return None
    return say("Sheet {number} was handed to {name}. If somebody else counted with it, say so at"
               " the list of sheets first.", number=paper.number, name=paper.who)  # fmt: skip
