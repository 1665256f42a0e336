"""The first page after the door: the work at hand, or the day."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, render_template, request, url_for
from sqlalchemy.orm import Session

from warehouse.catalog.models import Station
from warehouse.catalog.queries import station_by_code
from warehouse.checking.queries import waiting
from warehouse.commands import Outcome
from warehouse.counting.queries import bins_waiting
from warehouse.inventory.refusals import refuse
from warehouse.orders.models import ConsignmentState
from warehouse.packing.models import ParcelState
from warehouse.people import auth
from warehouse.people.models import Tablet
from warehouse.people.rights import Right, rights_of
from warehouse.people.tablets import LONGEST_NAME
from warehouse.picking.queries import waves_to_pick
from warehouse.receiving.queries import waiting_at_dock
from warehouse.replenishing.queries import open_count
from warehouse.scanning import Scan
from warehouse.storing.desk import in_dock
from warehouse.text import Text, say
from warehouse.web import stations
from warehouse.web.access import COOKIE, LOGGED_IN, needs
from warehouse.web.context import config, database, may, now, person, reading
from warehouse.web.corner import corner_of
from warehouse.web.door import own_tablet, takes_badges
from warehouse.web.stations import Fragment, code_of
from warehouse.weighing.queries import parcels_in

bp = Blueprint("home", __name__)


@bp.get("/")
@needs(LOGGED_IN)
def index() -> str:
    """Show the tiles of what this person may do, the work that waits first."""
    with reading() as session:
        tiles = _tiles(session)
        station = _station(session)
        corner = corner_of(session, person().station_id, now())
    tiles.sort(key=lambda tile: not tile["count"])
    return render_template(
        "home/page.html",
        fragment="home/_tiles.html",
        tiles=tiles,
        station=station,
        scan_url=url_for("home.scans"),
        screen="home",
        subject="",
        corner=corner,
        device={"lock_after": config().lock_after_s},
        message={"tone": "waiting", "sound": "none", "text": "", "expects": "", "send": {}},
    )


@bp.post("/scans")
@needs(LOGGED_IN)
def scans() -> Response:
    """Take a scan on the home page: a station's code moves the tablet there."""
    return stations.answer(_take, _show)


@bp.get("/me")
@needs(LOGGED_IN)
def me() -> str:
    """Show who is logged in, what they may do, and where this device stands."""
    with reading() as session:
        found = list(
            session.scalars(sa.select(Station).where(Station.is_active).order_by(Station.code))
        )
        own = own_tablet(session)
        return render_template(
            "home/me.html",
            stations_options=[(s.code, f"{s.code} {s.name}") for s in found],
            station=_station(session),
            tablet=session.get(Tablet, own) if own else None,
            takes_badges=takes_badges(session),
            longest_name=LONGEST_NAME,
        )


def _take(scan: Scan, _screen: str, _subject: int | None) -> Outcome:
    code = code_of(scan).code
    with database().transaction() as session:
        station = station_by_code(session, code)
        if station is None:
            raise refuse(session, code, say("a station or a badge"))
        auth.move_to_station(session, request.cookies.get(COOKIE, ""), station.id)
    text = say("This tablet stands at {name}.", name=station.name)
    return Outcome(screen="moved", subject_id=station.id, message=text, is_step_done=True)


def _show(_session: Session, _screen: str, _subject: int | None) -> Fragment:
    return Fragment(template="station/_goto.html", screen="", goto=url_for("home.index"))


def _tiles(session: Session) -> list[dict[str, object]]:
    waves = waves_to_pick(session)
    found = [
        (Right.PICK, "pick.index", say("Pick"), "pick", len(waves)),
        (Right.CHECK, "check.index", say("Check"), "check",
         waiting(session, ConsignmentState.PICKED)),
        (Right.PACK, "pack.index", say("Pack"), "pack",
         waiting(session, ConsignmentState.CHECKED)),
        (Right.WEIGH, "weigh.index", say("Weigh"), "weigh",
         parcels_in(session, ParcelState.SEALED)),
        (Right.SHIP, "ship.index", say("Ship"), "ship",
         parcels_in(session, ParcelState.MATCHED)),
        (Right.RECEIVE, "receive.index", say("Receive"), "receive", waiting_at_dock(session)),
        (Right.PUT_AWAY, "replenish.index", say("Replenish"), "next", open_count(session)),
        (Right.PUT_AWAY, "storing.index", say("Stock"), "stock", in_dock(session)),
        (Right.COUNT, "count.index", say("Count"), "count", bins_waiting(session, person().id)),
        (Right.SEE_DESK, "orders.index", say("Desk"), "orders", 0),
    ]  # fmt: skip
    tiles: list[dict[str, object]] = [
        {
            "href": url_for(endpoint),
            "label": label,
            "icon": icon,
            "count": count,
            "text": _waits(count),
        }
        for right, endpoint, label, icon, count in found
        if may(right) and endpoint in current_app.view_functions
    ]
    if not may(Right.SEE_DESK) and Right.SEE_DESK in rights_of(person().roles):
        tiles.append(_desk_behind_password())
    return tiles


def _desk_behind_password() -> dict[str, object]:
    door = url_for("login.door", desk=1, next=url_for("orders.index"))
    asks = say("asks for the password")
    return {"href": door, "label": say("Desk"), "icon": "orders", "count": 0, "text": asks}


def _waits(count: int) -> Text | None:
    return say("{count} waiting", count=count) if count else None


def _station(session: Session) -> Station | None:
    station_id = person().station_id
    return session.get(Station, station_id) if station_id else None
