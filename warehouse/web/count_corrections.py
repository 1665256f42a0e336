"""The desk's sheets typed in wrongly: shown as they were typed, and typed in anew."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.catalog.models import Bin
from warehouse.catalog.rules import scan_code
from warehouse.counting.commands.correcting import CorrectSheet, correcting
from warehouse.counting.models import CountBin, CountSession
from warehouse.counting.rows import CountRow
from warehouse.counting.typed import goods_of, sheet_of, typed_of, typed_pass
from warehouse.errors import InvalidInput, NotFound, RuleViolation, WarehouseError
from warehouse.people.models import Person
from warehouse.people.rights import Right
from warehouse.text import Text, say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import do, form_int, form_str, reading
from warehouse.web.count_papers import FREE_ROWS, is_said, refusals_of, row_of
from warehouse.web.counts import bp
from warehouse.web.desk import noted, told

MOST_ROWS = 1_000


@bp.get("/<int:session_id>/correct")
@needs(Right.COUNT, at_desk=True)
def find_typed(session_id: int) -> Response:
    """Go to the sheet of a bin that is named by its code."""
    code = scan_code(tables.text("bin"))
    with reading() as session:
        if session.get(CountSession, session_id) is None:
            raise NotFound(say("count"), session_id)
        place = session.scalar(
            sa.select(CountBin.id)
            .join(Bin, Bin.id == CountBin.bin_id)
            .where(CountBin.session_id == session_id, Bin.code == code)
        )
    if place is None:
        problem = say("{bin} is no bin of this count.", bin=code or "–")
        return told(InvalidInput(problem, field="bin"), _here(session_id))
    return redirect(url_for("counts.typed_wrongly", count_bin_id=place), 303)


@bp.get("/bins/<int:count_bin_id>/corrected")
@needs(Right.COUNT, at_desk=True)
def typed_wrongly(count_bin_id: int) -> str | Response:
    """Show what was typed in of a bin, to put it right."""
    with reading() as session:
        place = _place(session, count_bin_id)
        try:
            return _page(session, place, {}, [])
        except RuleViolation as error:
            return told(error, _here(place.session_id))


@bp.post("/bins/<int:count_bin_id>/corrected")
@needs(Right.COUNT, at_desk=True)
def correct_typed(count_bin_id: int) -> str | Response | tuple[str, int]:
    """Put it right; what was typed in first stays in the trail."""
    with reading() as session:
        place = _place(session, count_bin_id)
        bin_code = session.get_one(Bin, place.bin_id).code
    try:
        rows = _rows(bin_code)
        said = repr([(r.sku_code, r.lot, r.pieces, r.serials) for r in rows])
        outcome = do(
            correcting(rows), CorrectSheet, count_bin_id=count_bin_id, take_id=form_int("take_id"),
            sha256=hashlib.sha256(said.encode()).hexdigest(),
        )  # fmt: skip
    except InvalidInput as error:
        return _again(place, [error.text])
    except WarehouseError as error:
        return told(error, _here(place.session_id))
    if refused := refusals_of(outcome):
        return _again(place, refused)
    return noted(outcome, _here(place.session_id))


def _again(place: CountBin, problems: list[Text]) -> Response | tuple[str, int]:
    with reading() as session:
        try:
            return _page(session, place, request.form.to_dict(), problems), 400
        except RuleViolation as error:
            return told(error, _here(place.session_id))


def _page(session: Session, place: CountBin, values: dict[str, str], problems: list[Text]) -> str:
    count = session.get_one(CountSession, place.session_id)
    take = typed_pass(session, count, place)
    said = typed_of(session, take.id)
    goods = goods_of(session, take, said)
    for at, (sku, lot, key) in enumerate(goods):
        pieces, numbers = said.of(key)
        values.setdefault(f"sku-{at}", sku.code)
        values.setdefault(f"lot-{at}", lot)
        values.setdefault(f"pieces-{at}", str(pieces or ""))
        values.setdefault(f"serials-{at}", "\n".join(sorted(numbers)))
    return render_template(
        "counts/corrected.html",
        bin=session.get_one(Bin, place.bin_id),
        count=count,
        take=take,
        skus=[sku for sku, _, _ in goods],
        rows=len(goods) + FREE_ROWS,
        sheet=sheet_of(session, take.id),
        counter=_name(session, take.person_id),
        typist=_name(session, take.entered_by_id or take.person_id),
        values=values,
        problems=problems,
    )


def _rows(bin_code: str) -> list[CountRow]:
    """Return the rows of the form; goods of which nothing is said were not there."""
    fields = [(form_str(f"sku-{at}", ""), f"lot-{at}", f"pieces-{at}", f"serials-{at}")
              for at in range(min(form_int("rows"), MOST_ROWS))]  # fmt: skip
    rows = [row_of(bin_code, *names) for names in fields
            if (names[0] and (form_str(names[2], "") or form_str(names[3], "")))
            or (not names[0] and is_said(*names[1:]))]  # fmt: skip
    return rows or [CountRow(row=0, bin_code=bin_code, pieces=0)]


def _name(session: Session, person_id: int) -> str:
    return session.get_one(Person, person_id).name


def _place(session: Session, count_bin_id: int) -> CountBin:
    place = session.get(CountBin, count_bin_id)
    if place is None:
        raise NotFound(say("bin"), count_bin_id)
    return place


def _here(session_id: int) -> str:
    return url_for("counts.count", session_id=session_id)
