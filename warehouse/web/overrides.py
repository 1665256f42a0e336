"""Letting a weight pass at the scale: who may says so, by name and secret, each time anew.

The packer's session goes on as it is; what is written down is who let the parcel pass.
"""

from __future__ import annotations

from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse import commands
from warehouse.commands import Actor
from warehouse.errors import Forbidden, OrderStopped, StaleScreen, WarehouseError
from warehouse.packing.models import ParcelState
from warehouse.people.auth import person_by_badge
from warehouse.people.models import Person
from warehouse.people.rights import Right, rights_of
from warehouse.scanning import BADGE_PREFIX, BadgeScan, clean, parse
from warehouse.text import Text, say
from warehouse.web.access import needs
from warehouse.web.context import command_id, database, form_str, now, person, reading, speak
from warehouse.web.door import Unknown, person_of, takes_badges
from warehouse.web.weigh import bp, go_on
from warehouse.weighing.commands import RecordWeight, record_weight
from warehouse.weighing.queries import WeighView, weigh_view

REASONS: dict[str, Text] = {
    "checked by hand": say("checked by hand"),
    "other packing": say("other packing"),
    "wrong weight of the goods": say("wrong weight of the goods"),
}


@bp.get("/<int:parcel_id>/override")
@needs(Right.WEIGH)
def override(parcel_id: int) -> str | Response:
    """Ask who lets the parcel pass, and why."""
    with reading() as session:
        view = _outside(session, parcel_id)
    return _page(view, None) if view else _back(parcel_id)


@bp.post("/<int:parcel_id>/override")
@needs(Right.WEIGH)
def let_pass(parcel_id: int) -> tuple[str, int] | Response:
    """Let the reading shown pass in the name of whoever proved to have the right.

    Where the parcel was weighed again meanwhile, nobody has seen that weight: it is shown first.
    """
    with reading() as session:
        view = _outside(session, parcel_id)
    if view is None or form_str("reading", "") != str(view.reading_id):
        return _back(parcel_id)
    try:
        number = _number(form_str("badge", ""))
        if not form_str("pin", ""):
            return _page(view, None, number), 200  # a badge was scanned: now its PIN
        _let_pass(view, _supervisor(number))
    except (OrderStopped, StaleScreen):
        return _back(parcel_id)  # the station shows how things stand now
    except WarehouseError as error:
        return _page(view, error.text), error.status
    return _back(parcel_id)


def _let_pass(view: WeighView, who: Person) -> None:
    reason = form_str("reason", "")
    own_id = command_id()
    command = RecordWeight(
        id=own_id,
        actor=Actor(person_id=who.id, station_id=person().station_id),
        at=now(),
        parcel_id=view.parcel_id,
        gross_g=view.reading_g or 0,
        seen_reading_id=view.reading_id,
        override_reason=reason if reason in REASONS else next(iter(REASONS)),
    )
    go_on(commands.execute(database(), record_weight, command), own_id)


def _supervisor(number: str) -> Person:
    """Return who typed number and PIN, or where no PIN opens the door number and password.

    Raises:
        Unknown: they are nobody's. Forbidden: not somebody's who may let a weight pass.
    """
    who = person_of(number, form_str("pin", ""), is_pin=_is_pin())
    if Right.OVERRIDE not in rights_of(role.role for role in who.roles):
        raise Forbidden(say("This is not your right. Ask the supervisor."))
    return who


def _is_pin() -> bool:
    with reading() as session:
        return takes_badges(session)


def _number(text: str) -> str:
    """Return the login somebody typed, or that of the badge they scanned."""
    if not clean(text).startswith(BADGE_PREFIX):
        return text
    scan = parse(text)
    with reading() as session:
        found = person_by_badge(session, scan.token) if isinstance(scan, BadgeScan) else None
    if found is None or found.login is None:
        raise Unknown
    return found.login


def _outside(session: Session, parcel_id: int) -> WeighView | None:
    """Return the parcel if it waits with a weight that is out of bounds."""
    view = weigh_view(session, parcel_id)
    is_asked = view.state is ParcelState.SEALED and view.reading_g is not None
    return view if is_asked and view.is_weigh_required and not view.is_stopped else None


def _page(view: WeighView, error: Text | None, number: str = "") -> str:
    return render_template(
        "weigh/override.html",
        view=view,
        reasons=list(REASONS.items()),
        error=speak(error) if error else None,
        name=number[:40],
        is_pin=_is_pin(),
        command_id=commands.new_id(),
        device={},
    )


def _back(parcel_id: int) -> Response:
    return redirect(url_for("weigh.parcel", parcel_id=parcel_id), 303)
