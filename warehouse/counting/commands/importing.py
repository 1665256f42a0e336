"""Taking in counts that come as rows: one act, all of it or nothing, the same file once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.rules import RowRefusal
from warehouse.commands import Actor, Command, Handler, Outcome, Tone
from warehouse.counting.checked import Portions, Said, checked, hold, said_by
from warehouse.counting.closing import close_passes, refresh
from warehouse.counting.commands.sessions import locked
from warehouse.counting.counters import sheets_since
from warehouse.counting.doubts import Pass
from warehouse.counting.models import (
    CountFile,
    CountSession,
    CountTake,
    SessionState,
    TakeKind,
)
from warehouse.counting.queries import counters
from warehouse.counting.rows import CountedBin
from warehouse.counting.sheets import keep_entered
from warehouse.counting.typed import keep_typed
from warehouse.db import MOST_NAMED, table_of
from warehouse.errors import InvalidInput, RuleViolation, WarehouseError
from warehouse.people import trail
from warehouse.piles import Piles
from warehouse.text import say

PORTION = 1000  # lines looked at, and closed, by one set of statements
FEWEST = PORTION // MOST_NAMED  # what a bin fills of it at least, so that its bins can be named


@dataclass(frozen=True, kw_only=True)
class TakeInCounts(Command):
    """The counts of a file (`sha256` of its bytes) or of a sheet typed in.

    The rows stand beside the command: what a file says is told by its hash. `counted_by`: who
    counted what no row says the counter of; the actor, as long as no sheets were printed for
    others. `seen_at`: when the page of the bin was shown, so that a sheet is typed in once.
    """

    session_id: int
    name: str
    sha256: str
    lines: int
    counted_by: int | None = None
    seen_at: datetime | None = None


def taking_in(rows: Portions, *, is_file: bool = True) -> Handler[TakeInCounts]:
    """Return the handler that takes in these rows: all rows of a bin stand in one portion."""

    def take_in(session: Session, command: TakeInCounts) -> Outcome:
        return take_in_counts(session, command, rows, is_file=is_file)

    return take_in


def take_in_counts(
    session: Session, command: TakeInCounts, rows: Portions, *, is_file: bool
) -> Outcome:
    """Close the bins of the rows as counted; any row that cannot be stops all, and all are named.

    A bin is counted as a whole: what the rows do not name of it was not there. But goods known
    piece by piece are not gone because a sheet, or a file without a column of serial numbers, does
    not name them: they are left to be looked for on a tablet. Where rows do not
    say when they were counted, all that moved since the sheets were printed (else since the
    count began) is asked again.

    Raises:
        RuleViolation: the count has not begun, or has ended; the bin was counted since the page
            was shown; sheets were printed and nobody says who counted. InvalidInput: there are no
            rows, or nobody who counts is named.
    """
    said = said_by(rows)
    if not said.lines:
        raise InvalidInput(say("There is nothing in it."), field="file")
    count = locked(session, command.session_id)
    require_counting(count)
    if is_file and _was_read(session, count, command.sha256):
        message = say("{name} was taken in before; nothing is done twice.", name=command.name)
        return Outcome(screen="count", subject_id=count.id, message=message, tone=Tone.ATTENTION,
                       facts={"refused": [], "is_known": True})  # fmt: skip
    printed = sheets_since(session, count)
    counter, unsaid = who_counted(session, said, printed, command.counted_by, command.actor)
    hold(session, count, rows)
    with Piles[int, CountedBin](PORTION) as bins:
        refused = _put_down(session, command, count, rows, counter, bins)
        if refused:
            return _refusal(count, [*of_counter(unsaid), *refused])
        if unsaid is not None:
            raise unsaid
        _require_unseen(session, command, bins)
        figures = _close(session, command, count, bins, is_file=is_file,
                         since=printed or count.started_at or count.opened_at,
                         is_silent=not is_file or not said.are_serials_said)  # fmt: skip
    if is_file:
        session.add(CountFile(session_id=count.id, sha256=command.sha256, name=command.name[:200],
                              lines=said.lines, person_id=command.actor.person_id,
                              at=command.at))  # fmt: skip
    refresh(session, command, count)
    trail.record(session, command, "count", count.id, "taken_in", name=command.name[:200],
                 lines=said.lines, bins=figures["bins"])  # fmt: skip
    return _taken(count, figures, is_time_said=said.is_time_said)


def _put_down(
    session: Session,
    command: TakeInCounts,
    count: CountSession,
    rows: Portions,
    counter: int,
    bins: Piles[int, CountedBin],
) -> list[RowRefusal]:
    """Put what the rows say of each bin onto its pile; return every row that cannot be."""
    refused: list[RowRefusal] = []
    for found, wrong in checked(session, count, rows, counter,
                                sender_id=command.actor.person_id, zone=command.zone):  # fmt: skip
        refused += wrong
        for place in () if refused else found:
            bins.put(place.bin_id, place, size=max(FEWEST, len(place.pieces)))
    return sorted(refused, key=lambda refusal: refusal.row)


def _close(
    session: Session,
    command: TakeInCounts,
    count: CountSession,
    bins: Piles[int, CountedBin],
    *,
    since: datetime,
    is_file: bool,
    is_silent: bool,
) -> Counter[str]:
    """Close the bins, in the order the ledger takes them; return how many, and their lines."""
    figures: Counter[str] = Counter()
    for found in bins:
        passes = _passes(session, command, found, since, is_file=is_file, is_silent=is_silent)
        done = close_passes(session, command, count, passes)
        takes = {p.count_bin_id: p.take_id for p in passes}
        keep_entered(session, found, takes)
        if not is_file:
            keep_typed(session, command, found, takes)
        figures.update(bins=len(found), agreed=done.agreed, different=done.different,
                       again=done.again, unsaid=done.unsaid)  # fmt: skip
    return figures


def _taken(count: CountSession, figures: Mapping[str, int], *, is_time_said: bool) -> Outcome:
    bins, agreed, different, again, unsaid = (
        figures[name] for name in ("bins", "agreed", "different", "again", "unsaid")
    )
    message = say("{bins} bins counted: {agreed} lines agree, {different} differ, {again} are asked"
                  " again.", bins=bins, agreed=agreed, different=different,
                  again=again)  # fmt: skip
    if again and not is_time_said:
        message = say("{bins} bins counted: {agreed} lines agree, {different} differ, {again} are"
                      " asked again. Say when they were counted, so that what moved at other times"
                      " does no harm.", bins=bins, agreed=agreed, different=different,
                      again=again)  # fmt: skip
    if unsaid:
        message = say("{bins} bins counted: {agreed} lines agree, {different} differ, {again} are"
                      " asked again. {unsaid} of these are known piece by piece and no serial"
                      " numbers were said: count them on a tablet.", bins=bins,
                      agreed=agreed, different=different, again=again,
                      unsaid=unsaid)  # fmt: skip
    return Outcome(
        screen="count", subject_id=count.id, message=message,
        tone=Tone.ATTENTION if different or again else Tone.OK,
        facts={"refused": [], **figures},
    )  # fmt: skip


def require_counting(count: CountSession) -> None:
    """Refuse counts for a session that takes none.

    Raises:
        RuleViolation: it has not begun, or has ended.
    """
    if count.state not in (SessionState.COUNTING, SessionState.REVIEW):
        raise RuleViolation(say("Count {number} is not being counted.", number=count.number))


def who_counted(
    session: Session, said: Said, printed: datetime | None, named: int | None, sender: Actor
) -> tuple[int, WarehouseError | None]:
    """Return who counted, 0 and why where nobody can tell.

    It is the sender, if nobody else is named and nobody got a sheet.
    """
    if named is None and printed is not None and not said.is_counter_said:
        text = say("Sheets of this count were printed. Say who counted, here or in a column of the"
                   " file.")  # fmt: skip
        return 0, RuleViolation(text, field="counted_by")
    if named is None or named == sender.person_id:
        return sender.person_id, None
    if named not in dict(counters(session)):
        return 0, InvalidInput(say("Choose who counted."), field="counted_by")
    return named, None


def of_counter(problem: WarehouseError | None) -> list[RowRefusal]:
    """Return why nobody can tell who counted, as it is told with the rows: of row 0, of all."""
    if problem is None:
        return []
    return [RowRefusal(row=0, field=problem.field, value="", reason=problem.text)]


def _require_unseen(
    session: Session, command: TakeInCounts, bins: Iterable[Sequence[CountedBin]]
) -> None:
    """Refuse a sheet of a bin that somebody has counted or typed in since its page was shown."""
    for found in bins if command.seen_at is not None else ():
        since = sa.select(CountTake.id).where(
            CountTake.count_bin_id.in_([place.count_bin_id for place in found]),
            CountTake.closed_at > command.seen_at,
            ~CountTake.is_dropped,
        )
        if session.execute(since.limit(1)).first() is not None:
            raise RuleViolation(
                say("Somebody has counted this bin or typed in its sheet meanwhile. Look again.")
            )


def _refusal(count: CountSession, refused: list[RowRefusal]) -> Outcome:
    message = say("{rows} rows cannot be taken; nothing was. Mend them and send the file again.",
                  rows=len({refusal.row for refusal in refused} - {0}))  # fmt: skip
    return Outcome(
        screen="count", subject_id=count.id, message=message, tone=Tone.STOP,
        facts={"refused": [row.to_json() for row in refused]},
    )  # fmt: skip


def _was_read(session: Session, count: CountSession, sha256: str) -> bool:
    query = sa.select(CountFile.id).where(
        CountFile.session_id == count.id, CountFile.sha256 == sha256
    )
    return session.execute(query).first() is not None


def _passes(
    session: Session,
    command: TakeInCounts,
    found: Sequence[CountedBin],
    since: datetime,
    *,
    is_file: bool,
    is_silent: bool,
) -> list[Pass]:
    take, typist = table_of(CountTake), command.actor.person_id
    rows: list[dict[str, Any]] = [
        {
            "count_bin_id": place.count_bin_id,
            "person_id": place.person_id,
            "entered_by_id": typist if typist != place.person_id else None,
            "kind": TakeKind.FILE if is_file else TakeKind.PAPER,
            "opened_at": min([*place.counted_at.values(), command.at])
            if place.counted_at
            else since,
            "closed_at": command.at,
            "is_dropped": False,
            "changes": {},
            "hands": {},
            "asked": sorted(place.asked) if place.asked is not None else None,
        }
        for place in found
    ]
    made = session.execute(
        sa.insert(take).returning(take.c.id, sort_by_parameter_order=True), rows
    ).scalars()
    return [
        Pass(
            take_id=take_id,
            count_bin_id=place.count_bin_id,
            bin_id=place.bin_id,
            person_id=place.person_id,
            opened_at=row["opened_at"],
            changes=None,
            hands=None,
            asked=place.asked,
            pieces=place.pieces,
            serials=place.serials,
            is_silent=is_silent,
            counted_at=place.counted_at,
        )
        for place, row, take_id in zip(found, rows, made, strict=True)
    ]
