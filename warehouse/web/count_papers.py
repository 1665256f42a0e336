"""The desk's counts on paper and in files: sheets, report, numbers typed in, lists read in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from warehouse.catalog.models import Bin, Zone
from warehouse.counting.calendar import DropRule, SaveRule, drop_rule, save_rule
from warehouse.counting.commands.importing import TakeInCounts, taking_in
from warehouse.counting.events import AskForBin, ask_for_bin
from warehouse.counting.importing import CountReport, import_count_file
from warehouse.counting.models import (
    CountBin,
    CountRule,
    CountSession,
    RuleKind,
)
from warehouse.counting.papers import (
    PrintCountReport,
    PrintCountSheets,
    print_count_report,
    print_count_sheets,
)
from warehouse.counting.sheet_goods import goods_to_type
from warehouse.counting.sheets import HandSheet, hand_sheet, sheets_with
from warehouse.errors import InvalidInput, NotFound, RuleViolation, WarehouseError
from warehouse.people.rights import Right
from warehouse.shops.refusals import FileRefused
from warehouse.shops.rows import SourceFile
from warehouse.text import say
from warehouse.web.access import needs
from warehouse.web.context import (
    Typed,
    actor,
    command_id,
    config,
    database,
    form_choice,
    form_int_or,
    form_str,
    now,
    reading,
    speak,
)
from warehouse.web.count_people import counter_choices, counters_of_file
from warehouse.web.count_sheets import refusing, rows_of_form, shown_rows, told_by, values_of
from warehouse.web.counts import bp, seen_at
from warehouse.web.desk import act, back_or, noted, told
from warehouse.web.faults import SHOWN, whole_list
from warehouse.web.pages import fieldless, invalid
from warehouse.web.words import options

ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm")
LARGEST_FILE = 20_000_000


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
    with reading() as session:
        goods = [(sku, lot, "", "") for sku, lot in goods_to_type(session, _place(count_bin_id))]
    return _typed_page(count_bin_id, {"seen_at": now().isoformat(), **values_of(goods)}, {})


def _typed_page(
    count_bin_id: int, values: Mapping[str, str], errors: dict[str, str], *, more: bool = False
) -> str:
    with reading() as session:
        place = session.get_one(CountBin, count_bin_id)
        count = session.get_one(CountSession, place.session_id)
        return render_template(
            "counts/typed.html",
            bin=session.get_one(Bin, place.bin_id),
            count=count,
            rows=shown_rows(session, values, more=more),
            people=counter_choices(session, count, say("I did"), say("choose")),
            sheets=sheets_with(session, count_bin_id),
            values=values,
            errors=errors,
            told=fieldless(errors),
        )


def _place(count_bin_id: int) -> CountBin:
    with reading() as session:
        place = session.get(CountBin, count_bin_id)
    if place is None:
        raise NotFound(say("bin"), count_bin_id)
    return place


@bp.post("/bins/<int:count_bin_id>/typed")
@needs(Right.COUNT, at_desk=True)
def keep_typed(count_bin_id: int) -> str | Response | tuple[str, int]:
    """Close the bin as its sheet has it, or show more rows."""
    place = _place(count_bin_id)
    if form_str("more", ""):
        return _typed_page(count_bin_id, request.form, {}, more=True)
    with reading() as session:
        bin_code = session.get_one(Bin, place.bin_id).code
    form = Typed()
    rows = rows_of_form(form, bin_code, tells_none=True, sheet=form_str("sheet", ""),
                        counted_at=form.read(_counted_at, "counted_at", None))  # fmt: skip
    try:
        outcome = form.do(
            refusing(taking_in([rows], is_file=False)), TakeInCounts, session_id=place.session_id,
            name=bin_code, lines=len(rows), sha256=told_by(rows), seen_at=seen_at(),
            counted_by=form.read(form_choice, "counted_by", None),
        )  # fmt: skip
    except (InvalidInput, RuleViolation) as error:
        return _typed_page(count_bin_id, request.form, invalid(error)), 400
    return noted(outcome, _here(place.session_id))


def _counted_at(field: str) -> datetime | None:
    """Return when the sheet was filled in, by the site's clock; None where nobody says.

    Raises:
        InvalidInput: no time, or one still to come.
    """
    text = form_str(field, "")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=config().time_zone)
    except ValueError as error:
        raise InvalidInput(say("This is no day and time."), field=field) from error
    if at > now():
        raise InvalidInput(say("This time is still to come."), field=field)
    return at


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
