"""The desk's counts on paper and in files: sheets, report, numbers typed in, lists read in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.catalog.models import Bin, Sku, Zone
from warehouse.commands import Outcome
from warehouse.counting.calendar import DropRule, SaveRule, drop_rule, save_rule
from warehouse.counting.commands.importing import TakeInCounts, taking_in
from warehouse.counting.events import AskForBin, ask_for_bin
from warehouse.counting.importing import CountReport, import_count_file
from warehouse.counting.models import (
    ASKED_AGAIN,
    CountBin,
    CountLine,
    CountRule,
    CountSession,
    CountWanted,
    RuleKind,
)
from warehouse.counting.papers import (
    PrintCountReport,
    PrintCountSheets,
    print_count_report,
    print_count_sheets,
)
from warehouse.counting.rows import CountRow
from warehouse.counting.sheets import HandSheet, hand_sheet, sheets_with
from warehouse.errors import InvalidInput, NotFound, RuleViolation, WarehouseError
from warehouse.inventory.models import StockBalance
from warehouse.people.rights import Right
from warehouse.shops.refusals import FileRefused
from warehouse.shops.rows import SourceFile
from warehouse.text import Text, say
from warehouse.web.access import needs
from warehouse.web.context import (
    actor,
    command_id,
    config,
    database,
    do,
    form_choice,
    form_int_or,
    form_str,
    now,
    reading,
    speak,
)
from warehouse.web.count_people import counter_choices, counters_of_file
from warehouse.web.counts import bp, seen_at
from warehouse.web.desk import act, back_or, noted, told
from warehouse.web.faults import SHOWN, whole_list
from warehouse.web.words import options

ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm")
LARGEST_FILE = 20_000_000
_BETWEEN = re.compile(r"[\s,;，；、|]+")  # serial numbers in one field
FREE_ROWS = 4  # for goods the book does not have there


@bp.post("/<int:session_id>/sheets")
@needs(Right.COUNT, at_desk=True)
def sheets(session_id: int) -> Response:
    """Print blind sheets of what waits, for one counter if one is named."""
    return act(
        print_count_sheets, PrintCountSheets, back=_here(session_id), session_id=session_id,
        person_id=form_choice("person_id"),
    )  # fmt: skip


@bp.post("/<int:session_id>/sheets/<int:paper_id>")
@needs(Right.COUNT, at_desk=True)
def hand_out(session_id: int, paper_id: int) -> Response:
    """Keep who counts with a sheet."""
    return act(
        hand_sheet, HandSheet, back=_here(session_id), paper_id=paper_id,
        person_id=form_choice("person_id"),
    )  # fmt: skip


@bp.post("/<int:session_id>/report")
@needs(Right.COUNT, at_desk=True)
def report(session_id: int) -> Response:
    """Print the report to be signed."""
    return act(print_count_report, PrintCountReport, back=_here(session_id), session_id=session_id)


@bp.post("/<int:session_id>/file")
@needs(Right.COUNT, at_desk=True)
def upload(session_id: int) -> str | Response | tuple[str, int]:
    """Read a file of counts: all of it, or nothing and every row that is wrong."""
    try:
        found = _import(session_id)
    except FileRefused as error:
        return told(RuleViolation(error.reason), _here(session_id))
    except WarehouseError as error:
        if isinstance(error, NotFound):
            raise
        return told(error, _here(session_id))
    with reading() as session:
        count = session.get_one(CountSession, session_id)
        page = render_template(
            "counts/imported.html", report=found, count=count, shown=SHOWN,
            whole=whole_list(found.rejected), who_counts=counters_of_file(session, count),
            counted_by=form_str("counted_by", ""),
        )  # fmt: skip
    return (page, 400) if found.rejected else page


def _import(session_id: int) -> CountReport:
    sent = next((f for f in request.files.getlist("file") if f.filename), None)
    if sent is None:
        raise InvalidInput(say("Choose a file."), field="file")
    name = Path(sent.filename or "counts").name[:120]
    if not name.lower().endswith(ENDINGS):
        raise InvalidInput(say("A list is a CSV or XLSX file."), field="file")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"counts{Path(name).suffix}"
        sent.save(path)
        if path.stat().st_size > LARGEST_FILE:
            raise InvalidInput(say("The file is larger than 20 MB."), field="file")
        return import_count_file(
            database(), SourceFile(path=path, name=name), session_id=session_id, actor=actor(),
            at=now(), zone=config().time_zone, counted_by=form_choice("counted_by"),
            command_id=command_id(),
        )  # fmt: skip


@bp.get("/bins/<int:count_bin_id>/typed")
@needs(Right.COUNT, at_desk=True)
def typed(count_bin_id: int) -> str:
    """Show the goods of a bin, to type in what stands on its sheet."""
    return _typed_page(count_bin_id, {}, [])


def _typed_page(count_bin_id: int, values: dict[str, str], problems: list[Text]) -> str:
    with reading() as session:
        place = session.get(CountBin, count_bin_id)
        if place is None:
            raise NotFound(say("bin"), count_bin_id)
        count = session.get_one(CountSession, place.session_id)
        return render_template(
            "counts/typed.html",
            place=place,
            bin=session.get_one(Bin, place.bin_id),
            count=count,
            goods=_goods(session, place),
            free=range(FREE_ROWS),
            people=counter_choices(session, count, say("I did"), say("choose")),
            sheets=sheets_with(session, count_bin_id),
            values={"seen_at": now().isoformat(), **values},
            problems=problems,
        )


def _goods(session: Session, place: CountBin) -> list[Sku]:
    count = session.get_one(CountSession, place.session_id)
    if place.counted_at is not None:
        asked = sa.select(CountLine.sku_id).where(
            CountLine.count_bin_id == place.id, CountLine.state.in_(ASKED_AGAIN)
        )
        return list(session.scalars(sa.select(Sku).where(Sku.id.in_(asked)).order_by(Sku.code)))
    query = (
        sa.select(Sku)
        .join(StockBalance, StockBalance.sku_id == Sku.id)
        .where(StockBalance.bin_id == place.bin_id, StockBalance.on_hand != 0)
        .order_by(Sku.code)
    )
    if count.is_by_sku:
        wanted = sa.select(CountWanted.sku_id).where(CountWanted.session_id == count.id)
        query = query.where(Sku.id.in_(wanted))
    return list(session.scalars(query))


@bp.post("/bins/<int:count_bin_id>/typed")
@needs(Right.COUNT, at_desk=True)
def keep_typed(count_bin_id: int) -> str | Response | tuple[str, int]:
    """Close the bin as its sheet has it."""
    with reading() as session:
        place = session.get(CountBin, count_bin_id)
        if place is None:
            raise NotFound(say("bin"), count_bin_id)
        bin_code = session.get_one(Bin, place.bin_id).code
        goods = _goods(session, place)
    try:
        rows = _typed_rows(bin_code, goods)
        said = repr([(r.sku_code, r.lot, r.pieces, r.serials) for r in rows])
        outcome = do(
            taking_in([rows], is_file=False), TakeInCounts, session_id=place.session_id,
            name=bin_code, lines=len(rows), sha256=hashlib.sha256(said.encode()).hexdigest(),
            counted_by=form_choice("counted_by"), seen_at=seen_at(),
        )  # fmt: skip
    except WarehouseError as error:
        return _typed_page(count_bin_id, request.form.to_dict(), [error.text]), 400
    if refused := refusals_of(outcome):
        return _typed_page(count_bin_id, request.form.to_dict(), refused), 400
    return noted(outcome, _here(place.session_id))


def _typed_rows(bin_code: str, goods: Sequence[Sku]) -> list[CountRow]:
    """Return the rows of the form; an empty field is no piece, and a bin without rows is empty.

    Of goods known piece by piece an empty field says nothing: a sheet has no room for numbers.
    """
    fields = [(sku.code, f"lot-{sku.id}", f"pieces-{sku.id}", f"serials-{sku.id}")
              for sku in goods if not sku.is_serial_tracked or form_str(f"pieces-{sku.id}", "")
              or form_str(f"serials-{sku.id}", "").strip()]  # fmt: skip
    for at in range(FREE_ROWS):
        code = form_str(f"sku-{at}", "")
        names = f"new-lot-{at}", f"new-{at}", f"new-serials-{at}"
        if code or is_said(*names):
            fields.append((code, *names))
    counted_at, sheet = _counted_at(), form_str("sheet", "")
    rows = [row_of(bin_code, *names)._replace(counted_at=counted_at, sheet=sheet)
            for names in fields]  # fmt: skip
    return rows or [CountRow(row=0, bin_code=bin_code, pieces=0, sheet=sheet)]


def is_said(*names: str) -> bool:
    """Tell whether anything is typed in fields of these names; 0 of no goods is nothing."""
    return any(form_str(name, "") not in ("", "0") for name in names)


def row_of(bin_code: str, code: str, lot: str, pieces: str, serials: str) -> CountRow:
    """Return what the form's fields of these names say of goods; their numbers may be counted."""
    numbers = tuple(filter(None, _BETWEEN.split(form_str(serials, ""))))
    count = _number(pieces) if form_str(pieces, "") else len(numbers)
    return CountRow(row=0, bin_code=bin_code, sku_code=code, lot=form_str(lot, ""),
                    pieces=count, serials=numbers)  # fmt: skip


def refusals_of(outcome: Outcome) -> list[Text]:
    """Return what of the rows typed in cannot be, in a sentence each."""
    return [
        say("{value}: {reason}", value=r["value"], reason=Text.from_json(r["reason"]))
        if r["value"]
        else Text.from_json(r["reason"])
        for r in outcome.facts["refused"]
    ]


def _counted_at() -> datetime | None:
    """Return when the sheet was filled in, by the site's clock; None where nobody says.

    Raises:
        InvalidInput: no time, or one still to come.
    """
    text = form_str("counted_at", "").strip()
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=config().time_zone)
    except ValueError as error:
        raise InvalidInput(say("This is no day and time."), field="counted_at") from error
    if at > now():
        raise InvalidInput(say("This time is still to come."), field="counted_at")
    return at


def _number(field: str) -> int:
    return form_int_or(field, 0)


@bp.get("/calendar")
@needs(Right.SEE_DESK)
def rules() -> str:
    """Show when counts are opened by themselves."""
    with reading() as session:
        rows = session.execute(
            sa.select(CountRule, Zone.code)
            .outerjoin(Zone, Zone.id == CountRule.zone_id)
            .where(CountRule.is_active)
            .order_by(CountRule.id)
        ).all()
        zones = session.execute(sa.select(Zone.code, Zone.name).order_by(Zone.sequence)).all()
        return render_template(
            "counts/rules.html",
            rules=[(rule, code) for rule, code in rows],
            zones=[("", speak(say("everywhere")))]
            + [(z.code, f"{z.code} {z.name}") for z in zones],
            kinds=[choice for choice in options(RuleKind, say("choose")) if choice[0]],
        )


@bp.post("/calendar")
@needs(Right.STOCK)
def add_rule() -> Response:
    """Put a count into the calendar."""
    kind = form_str("kind")
    if kind not in set(RuleKind):
        return told(InvalidInput(say("Say when to count."), field="kind"), url_for("counts.rules"))
    cycle = {"abc": form_str("abc", ""), "every_days": form_int_or("every_days", 30)}
    return act(
        save_rule, SaveRule, back=url_for("counts.rules"), kind=RuleKind(kind),
        zone_code=form_str("zone", ""), **(cycle if kind == RuleKind.CYCLE else {}),
    )  # fmt: skip


@bp.post("/calendar/<int:rule_id>/drop")
@needs(Right.STOCK)
def remove_rule(rule_id: int) -> Response:
    """Take a count out of the calendar."""
    return act(drop_rule, DropRule, back=url_for("counts.rules"), rule_id=rule_id)


@bp.post("/bin/<int:bin_id>")
@needs(Right.COUNT, at_desk=True)
def ask_bin(bin_id: int) -> Response:
    """Have a bin counted that somebody doubts."""
    back = back_or(url_for("stock.bin", bin_id=bin_id))
    return act(ask_for_bin, AskForBin, back=back, bin_id=bin_id)


def _here(session_id: int) -> str:
    return url_for("counts.count", session_id=session_id)
