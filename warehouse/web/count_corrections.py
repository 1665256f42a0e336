"""The desk's sheets typed in wrongly: shown as they were typed, and typed in anew."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.catalog.models import Bin
from warehouse.catalog.rules import scan_code
from warehouse.counting.commands.correcting import CorrectSheet, correcting
from warehouse.counting.models import CountBin, CountSession, CountTake
from warehouse.counting.typed import goods_of, sheet_of, typed_of, typed_pass
from warehouse.errors import InvalidInput, NotFound, RuleViolation, WarehouseError
from warehouse.people.models import Person
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import Typed, form_int, form_str, reading
from warehouse.web.count_sheets import refusing, rows_of_form, shown_rows, told_by, values_of
from warehouse.web.counts import bp
from warehouse.web.desk import noted, told
from warehouse.web.pages import fieldless, invalid


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
            return _page(session, place)
        except RuleViolation as error:
            return told(error, _here(place.session_id))


@bp.post("/bins/<int:count_bin_id>/corrected")
@needs(Right.COUNT, at_desk=True)
def correct_typed(count_bin_id: int) -> str | Response | tuple[str, int]:
    """Put it right, or show more rows; what was typed in first stays in the trail."""
    with reading() as session:
        place = _place(session, count_bin_id)
        bin_code = session.get_one(Bin, place.bin_id).code
        if form_str("more", ""):
            return _page(session, place, request.form, more=True)
    typed = Typed()
    rows = rows_of_form(typed, bin_code, tells_none=False)
    try:
        outcome = typed.do(
            refusing(correcting(rows)), CorrectSheet, count_bin_id=count_bin_id,
            take_id=typed.read(form_int, "take_id", 0), sha256=told_by(rows),
        )  # fmt: skip
    except (InvalidInput, RuleViolation) as error:
        return _again(place, error)
    return noted(outcome, _here(place.session_id))


def _again(place: CountBin, error: WarehouseError) -> Response | tuple[str, int]:
    """Show what was typed with all that is wrong, as long as it is still what can be corrected."""
    with reading() as session:
        try:
            take = _take(session, place)
        except RuleViolation as over:
            return told(over, _here(place.session_id))
        if form_str("take_id", "") != str(take.id):
            return told(error, _here(place.session_id))
        return _page(session, place, request.form, invalid(error)), 400


def _page(
    session: Session,
    place: CountBin,
    values: Mapping[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    more: bool = False,
) -> str:
    take = _take(session, place)
    values, errors = values or _as_typed(session, take), errors or {}
    return render_template(
        "counts/corrected.html",
        bin=session.get_one(Bin, place.bin_id),
        count=session.get_one(CountSession, place.session_id),
        take=take,
        rows=shown_rows(session, values, more=more),
        sheet=sheet_of(session, take.id),
        counter=_name(session, take.person_id),
        typist=_name(session, take.entered_by_id or take.person_id),
        values=values,
        errors=errors,
        told=fieldless(errors),
    )


def _take(session: Session, place: CountBin) -> CountTake:
    return typed_pass(session, session.get_one(CountSession, place.session_id), place)


def _as_typed(session: Session, take: CountTake) -> dict[str, str]:
    said = typed_of(session, take.id)
    goods = []
    for sku, lot, key in goods_of(session, take, said):
        pieces, numbers = said.of(key)
        goods.append((sku, lot, str(pieces or ""), "\n".join(sorted(numbers))))
    return {"take_id": str(take.id), **values_of(goods)}


def _name(session: Session, person_id: int) -> str:
    return session.get_one(Person, person_id).name


def _place(session: Session, count_bin_id: int) -> CountBin:
    place = session.get(CountBin, count_bin_id)
    if place is None:
        raise NotFound(say("bin"), count_bin_id)
    return place


def _here(session_id: int) -> str:
    return url_for("counts.count", session_id=session_id)
