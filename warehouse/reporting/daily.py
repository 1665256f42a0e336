"""The figures of a day, part by part, each beside the day before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from sqlalchemy.orm import Session

from warehouse.inventory.models import MoveReason
from warehouse.orders.queries import HOLD_WORDS
from warehouse.printers.words import DOCUMENTS
from warehouse.reporting import queries
from warehouse.reporting.figures import Day, Line, Part, beside, day_of
from warehouse.reporting.queries import Events
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class Written:
    """What several parts of a day are told from, read once."""

    events: Events
    moved: Counter[MoveReason]
    came: list[tuple[str, str, int]]


Lines = Callable[[Session, Day, Written], list[Line]]


def parts_of(session: Session, when: date, zone: tzinfo) -> list[Part]:
    """Return what happened on a day of the site, in the order of the work.

    Parts of which neither day has a line are left out.
    """
    today, before = day_of(when, zone), day_of(when - timedelta(days=1), zone)
    now, then = _written(session, today), _written(session, before)
    found = []
    for key, title, lines in PARTS:
        figures = beside(lines(session, today, now), lines(session, before, then))
        if key == "shops":  # what came and what left, shop by shop
            figures = tuple(sorted(figures, key=lambda figure: figure.key))
        if figures:
            found.append(Part(key=key, title=title, figures=figures))
    return found


def _written(session: Session, day: Day) -> Written:
    return Written(
        events=queries.events_of(session, day),
        moved=queries.pieces_moved(session, day),
        came=queries.orders_in(session, day),
    )


def _orders(session: Session, day: Day, now: Written) -> list[Line]:
    gone, late = queries.orders_gone(session, day)
    return [
        _line("orders_in", say("Orders that came"),
              sum(count for _, _, count in now.came)),
        _line("orders_released", say("Orders released"), now.events.things["order", "released"]),
        _line("orders_cancelled", say("Orders cancelled"), now.events.things["order", "cancelled"]),
        _line("orders_gone", say("Orders dispatched"), gone),
        _line("orders_late", say("of these after their promise"), late),
    ]  # fmt: skip


def _holds(session: Session, day: Day, now: Written) -> list[Line]:
    raised = queries.holds_raised(session, day)
    kinds = [
        Line(key=f"hold_{kind}", name=text, value=raised[kind])
        for kind, text in HOLD_WORDS.items()
        if raised[kind]
    ]
    lifted = now.events.times["order", "hold_released"]
    released = _line("holds_released", say("Holds released"), lifted)
    return [_line("holds_raised", say("Holds raised"), raised.total()), released, *kinds]


def _floor(_session: Session, _day: Day, now: Written) -> list[Line]:
    return [
        _line("waves_made", say("Waves made"), now.events.things["wave", "planned"]),
        _line("waves_picked", say("Waves picked"), now.events.things["wave", "picked"]),
        _line("pieces_picked", say("Pieces picked"), now.moved[MoveReason.PICK]),
        _line("short_picks", say("Short picks"), now.events.times["consignment", "short"]),
        _line("checked", say("Consignments checked"), now.events.things["consignment", "checked"]),
        _line("mismatches", say("Differences found at the check"),
              now.events.times["consignment", "mismatch"]),
        _line("packed", say("Consignments packed"), now.events.things["consignment", "packed"]),
        _line("parcels_sealed", say("Parcels sealed"), now.events.things["parcel", "sealed"]),
        _line("pieces_packed", say("Pieces packed"), now.moved[MoveReason.PACK]),
        _line("parcels_weighed", say("Parcels weighed"), now.events.things["parcel", "weighed"]),
        _line("sent_back", say("Parcels sent back to the check"),
              now.events.things["parcel", "sent_back"]),
        _line("set_aside", say("Consignments put aside"),
              now.events.things["consignment", "set_aside"]),
    ]  # fmt: skip


def _couriers(session: Session, day: Day, _now: Written) -> list[Line]:
    gone = queries.gone_by_courier(session, day)
    whole = _line("parcels_gone", say("Parcels dispatched"), sum(g.parcels for g in gone))
    return [whole, *(
        Line(
            key=f"courier_{g.code}",
            name=say("{text}", text=g.name),
            value=g.parcels,
            note=say("{weight} kg weighed", weight=f"{g.grams / 1000:,.1f}") if g.grams else None,
        )
        for g in gone
    )]  # fmt: skip


def _shops(session: Session, day: Day, now: Written) -> list[Line]:
    came = [
        Line(key=f"shop_{code}_came", name=say("{shop}: orders that came", shop=name), value=count)
        for code, name, count in now.came
    ]
    gone = [
        Line(
            key=f"shop_{g.code}_gone",
            name=say("{shop}: parcels dispatched", shop=g.name),
            value=g.parcels,
            note=say("{pieces} pieces", pieces=g.pieces),
        )
        for g in queries.gone_by_shop(session, day)
    ]
    return [*came, *gone]


def _stock(_session: Session, _day: Day, now: Written) -> list[Line]:
    reasons: tuple[tuple[MoveReason, Text], ...] = (
        (MoveReason.RECEIVE, say("Pieces received")),
        (MoveReason.PUT_AWAY, say("Pieces put away")),
        (MoveReason.REPLENISH, say("Pieces brought to the shelves")),
        (MoveReason.CUSTOMER_RETURN, say("Pieces that came back")),
        (MoveReason.SCRAP, say("Pieces scrapped")),
    )
    counted = Line(
        key="pieces_count",
        name=say("Pieces booked by counts"),
        value=now.moved[MoveReason.COUNT],
        note=say("found and missing together"),
    )
    return [
        _line("receipts_booked", say("Receipts booked"), now.events.things["receipt", "booked"]),
        _line("counts_posted", say("Counts posted"), now.events.things["count", "posted"]),
        *(_line(f"pieces_{reason}", text, now.moved[reason]) for reason, text in reasons),
        counted,
    ]


def _papers(session: Session, day: Day, _now: Written) -> list[Line]:
    kinds, copies = queries.papers_printed(session, day)
    return [
        _line("papers", say("Papers printed"), kinds.total()),
        _line("copies", say("of these copies"), copies),
        *(
            Line(key=f"paper_{kind}", name=DOCUMENTS.get(kind) or say("{text}", text=kind), value=n)
            for kind, n in kinds.items()
        ),
    ]


def _line(key: str, name: Text, value: int) -> Line:
    return Line(key=key, name=name, value=value)


PARTS: tuple[tuple[str, Text, Lines], ...] = (
    ("orders", say("Orders"), _orders),
    ("holds", say("Holds"), _holds),
    ("floor", say("On the floor"), _floor),
    ("couriers", say("Couriers"), _couriers),
    ("shops", say("Shops"), _shops),
    ("stock", say("Goods"), _stock),
    ("papers", say("Papers"), _papers),
)
