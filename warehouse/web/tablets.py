"""The desk's stations and tablets: the places of work, and the browsers badges and PINs open."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.catalog.cards import CARDS_OF, PrintCards, card_sheet, print_cards
from warehouse.catalog.commands.equipment import SaveStation, save_station
from warehouse.catalog.models import Station, StationKind
from warehouse.errors import InvalidInput
from warehouse.people import auth
from warehouse.people.auth import hash_token
from warehouse.people.models import Person, Tablet
from warehouse.people.rights import Right
from warehouse.people.tablets import (
    LONGEST_NAME,
    EnrolTablet,
    RenameTablet,
    RevokeTablet,
    enrol_tablet,
    rename_tablet,
    revoke_tablet,
)
from warehouse.settings import load_settings
from warehouse.text import say
from warehouse.web.access import COOKIE, needs
from warehouse.web.context import database, do, form_str, reading, speak
from warehouse.web.desk import act, noted
from warehouse.web.door import own_tablet, set_tablet_cookie
from warehouse.web.drafts import draft, shown
from warehouse.web.pages import invalid
from warehouse.web.paper_rows import PaperRow
from warehouse.web.words import options, word

bp = Blueprint("tablets", __name__, url_prefix="/tablets")


@bp.get("")
@needs(Right.STATIONS)
def index() -> str:
    """List the tablets, then the stations they may stand at."""
    return _page({}, {})


def _page(values: dict[str, Any], errors: dict[str, str]) -> str:
    with reading() as session:
        return render_template(
            "tablets/index.html",
            tablets=_tablets(session),
            own=own_tablet(session),
            is_tablet_required=load_settings(session).is_tablet_required,
            stations=list(session.scalars(sa.select(Station).order_by(Station.code))),
            kinds=options(StationKind),
            longest_name=LONGEST_NAME,
            cards=[
                PaperRow(
                    word=word(work),
                    preview=url_for("tablets.card_draft", work=work.value),
                    action=url_for("tablets.cards", work=work.value),
                    may=True,
                )
                for work in CARDS_OF
            ],
            values=values,
            errors=errors,
        )


def _tablets(session: Session) -> list[Any]:
    """Return the tablets in use, the one used last first, and after them the ones shut."""
    return list(
        session.execute(
            sa.select(
                Tablet.id, Tablet.name, Tablet.enrolled_at, Tablet.seen_at, Tablet.revoked_at,
                Person.name.label("who"),
            )
            .join(Person, Person.id == Tablet.enrolled_by)
            .order_by(Tablet.revoked_at.is_not(None), Tablet.seen_at.desc(), Tablet.id)
        )
    )  # fmt: skip


@bp.post("")
@needs(Right.STATIONS)
def enrol() -> Response:
    """Make this browser a tablet of the house, and log out: it is everybody's from now on."""
    token = secrets.token_urlsafe(32)
    given = {"name": form_str("name", ""), "token_hash": hash_token(token)}
    try:
        made = do(enrol_tablet, EnrolTablet, **given)
    except InvalidInput as error:
        flash(speak(error.text), "stop")
        return redirect(url_for("home.me"), 303)
    with database().transaction() as session:
        auth.close_session(session, request.cookies.get(COOKIE, ""))
    response = noted(made, url_for("login.door"))
    response.delete_cookie(COOKIE)
    set_tablet_cookie(response, token)
    return response


@bp.post("/<int:tablet_id>")
@needs(Right.STATIONS)
def rename(tablet_id: int) -> Response:
    """Call a tablet something else."""
    return act(rename_tablet, RenameTablet, back=url_for("tablets.index"), tablet_id=tablet_id,
               name=form_str("name", ""))  # fmt: skip


@bp.post("/<int:tablet_id>/revoke")
@needs(Right.STATIONS)
def revoke(tablet_id: int) -> Response:
    """Shut a tablet that is lost or given away."""
    return act(revoke_tablet, RevokeTablet, back=url_for("tablets.index"), tablet_id=tablet_id)


@bp.post("/stations")
@needs(Right.STATIONS)
def station() -> Response | tuple[str, int]:
    """Make a station, or change the one with this code."""
    try:
        outcome = do(save_station, SaveStation, **_typed())
    except InvalidInput as error:
        return _page(request.form.to_dict(), invalid(error)), 400
    return noted(outcome, url_for("tablets.index"))


@bp.get("/cards/<work>.pdf")
@needs(Right.STATIONS)
def card_draft(work: str) -> Response:
    """Show the command cards of a kind of work, a mark across."""
    with reading() as session:
        paper = draft(session, card_sheet(session, _work(work)))
    return shown(paper)


@bp.post("/cards/<work>")
@needs(Right.STATIONS)
def cards(work: str) -> Response:
    """Ask for the command cards of a kind of work."""
    back = f"{url_for('tablets.index')}#cards"
    return act(print_cards, PrintCards, back=back, work=_work(work))


def _work(name: str) -> StationKind:
    if name not in CARDS_OF:
        abort(404)
    return StationKind(name)


def _typed() -> dict[str, Any]:
    kind = form_str("kind", "")
    if kind not in set(StationKind):
        raise InvalidInput(say("Choose what is done there."), field="kind")
    return {
        "code": form_str("code", ""),
        "name": form_str("station_name", ""),
        "kind": StationKind(kind),
        "is_active": form_str("is_active", "1") == "1",
    }
