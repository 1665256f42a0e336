"""The counter's tablet."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, url_for
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Zone
from warehouse.catalog.queries import item_by_barcode
from warehouse.commands import Outcome, Tone
from warehouse.counting.commands.goods import CountGoods, UndoScan, count_goods, undo_scan
from warehouse.counting.commands.passes import (
    CloseBin,
    LeaveBin,
    NextBin,
    TakeBin,
    close_bin,
    go_to_next_bin,
    leave_bin,
    take_bin,
)
from warehouse.counting.endings import how_it_ended
from warehouse.counting.models import BinState, CountBin, CountSession, CountTake
from warehouse.counting.queries import (
    asked_goods,
    book_in,
    held_by_others,
    next_bin,
    open_session,
    open_take,
    progress,
    tallies,
    waiting_sessions,
)
from warehouse.counting.screens import CountScreen
from warehouse.counting.strays import strays_of
from warehouse.errors import LotWanted, NotFound, RuleViolation
from warehouse.inventory.pieces import lots_in
from warehouse.inventory.refusals import refuse
from warehouse.inventory.told import require_lot
from warehouse.people.rights import Right
from warehouse.scanning import Card, CardScan, CodeScan, Scan, parse
from warehouse.text import say
from warehouse.web import stations
from warehouse.web.access import needs
from warehouse.web.context import do, form_int, form_str, person, reading
from warehouse.web.stations import Fragment, code_of, unknown_card

bp = Blueprint("count", __name__, url_prefix="/count")
LOT = "lot"  # questions on the tablet, nothing in the database
MINUS = "minus"
LONGEST = 2  # goods shown, the ones scanned last: more would push the buttons off a tablet


@bp.get("")
@needs(Right.COUNT)
def index() -> str:
    """Show the counts that wait for a counter."""
    return stations.page(
        _show_sessions,
        screen=CountScreen.SESSIONS,
        subject=None,
        scan_url=url_for("count.scans"),
        title=say("Count"),
    )


@bp.post("/scans")
@needs(Right.COUNT)
def scans() -> Response:
    """Take the count whose number was scanned or tapped."""
    return stations.answer(_choose, _show_sessions)


@bp.get("/<int:session_id>")
@needs(Right.COUNT)
def session(session_id: int) -> str:
    """Show what this counter has to do now."""
    return stations.page(
        _show(session_id),
        screen="",
        subject=None,
        scan_url=url_for("count.session_scans", session_id=session_id),
        title=say("Count"),
    )


@bp.post("/<int:session_id>/scans")
@needs(Right.COUNT)
def session_scans(session_id: int) -> Response:
    """Take one scan of the walk."""

    def take(scan: Scan, screen: str, subject: int | None) -> Outcome:
        return _take(session_id, scan, screen, subject or 0)

    return stations.answer(take, _show(session_id))


def _choose(scan: Scan, _screen: str, _subject: int | None) -> Outcome:
    code = code_of(scan).code
    with reading() as found:
        session_id = found.scalar(sa.select(CountSession.id).where(CountSession.number == code))
        if session_id is None:
            raise refuse(found, code, say("a count"))
    outcome = do(go_to_next_bin, NextBin, session_id=session_id)
    return Outcome(screen="chosen", subject_id=session_id, message=outcome.message)


def _take(session_id: int, scan: Scan, screen: str, subject: int) -> Outcome:
    if isinstance(scan, CardScan):
        return _card(session_id, scan.card, screen, subject)
    item = code_of(scan)
    if screen in (CountScreen.GOODS, MINUS, LOT):
        return _count(item, screen, subject)
    if screen in (CountScreen.BIN, CountScreen.DONE):
        return do(
            take_bin, TakeBin, session_id=session_id, barcode=item.code,
            is_confirmed=form_str("confirm", "") == "1",
        )  # fmt: skip
    raise unknown_card()


def _count(item: CodeScan, screen: str, take_id: int) -> Outcome:
    """Count what was scanned; of which lot it is, is asked where the scan did not say.

    The answer to that question comes with the code of the goods in the field `item` and the pieces
    it was asked of; one more of the same goods is one more piece of the question.
    """
    goods, pieces = form_str("item", ""), form_int("pieces", 1)
    said: dict[str, Any] = {
        "barcode": item.code, "lot": item.lot, "best_before": item.best_before,
        "serial": item.serial, "pieces": pieces * item.pieces * (-1 if screen == MINUS else 1),
    }  # fmt: skip
    if screen == LOT and goods:
        if item.code == goods:
            one_more = 0 if item.lot else item.pieces if pieces > 0 else -item.pieces
            said["pieces"] = pieces + one_more
        else:
            lot = stations.lot_said(item)
            _require_lot(goods, item, lot)
            said |= {"barcode": goods, "lot": lot, "pieces": pieces}
    try:
        return do(count_goods, CountGoods, take_id=take_id, **said)
    except LotWanted as wanted:
        again = {"item": str(said["barcode"]), "pieces": str(said["pieces"])}
        return Outcome(
            screen=LOT, subject_id=take_id, message=wanted.text, tone=Tone.ATTENTION,
            facts={"send": again},
        )  # fmt: skip


def _require_lot(goods: str, scan: CodeScan, lot: str) -> None:
    with reading() as session:
        item = item_by_barcode(session, goods)
        if item is not None:
            require_lot(
                session, item.sku_id, lot,
                goods=scan.code if scan.code != lot else "", is_sure=stations.is_sure_of(lot),
            )  # fmt: skip


def _card(session_id: int, card: Card, screen: str, take_id: int) -> Outcome:
    if screen in (LOT, MINUS):
        return Outcome(
            screen=CountScreen.GOODS, subject_id=take_id, message=say("Back to the bin.")
        )
    if screen == CountScreen.GOODS:
        if card is Card.OK:
            return do(close_bin, CloseBin, take_id=take_id)
        if card is Card.UNDO:
            return do(undo_scan, UndoScan, take_id=take_id)
        if card is Card.MINUS:
            message = say("Scan what was counted too often.")
            return Outcome(screen=MINUS, subject_id=take_id, message=message)
    if card is Card.SKIP and screen in (CountScreen.GOODS, CountScreen.BIN):
        return do(leave_bin, LeaveBin, session_id=session_id)
    if card is Card.OK and screen == CountScreen.DONE:
        return do(go_to_next_bin, NextBin, session_id=session_id)
    raise unknown_card()


def _show_sessions(session: Session, screen: str, subject: int | None) -> Fragment:
    if screen == "chosen":
        here = url_for("count.session", session_id=subject or 0)
        return Fragment(template="station/_goto.html", screen="", goto=here)
    return Fragment(
        template="count/_sessions.html",
        screen=CountScreen.SESSIONS,
        expects=say("a count"),
        context={"counts": waiting_sessions(session, person().id)},
    )


def _show(session_id: int) -> stations.Show:
    def show(session: Session, screen: str, _subject: int | None) -> Fragment:
        try:
            count = open_session(session, session_id)
        except (NotFound, RuleViolation) as error:
            why = how_it_ended(session, session_id, person().id) or error.text
            return Fragment(
                template="station/_goto.html", screen="", goto=url_for("count.index"), why=why
            )
        done = progress(session, count.id)
        shared = {
            "count": count,
            "done": done.get(BinState.COUNTED, 0),
            "total": sum(done.values()),
        }
        place = _place(session, count)
        if place is None:
            return Fragment(
                template="count/_done.html", screen=CountScreen.DONE, subject=count.id,
                expects=say("the OK card, or a bin of this count"),
                context={
                    **shared, "waits": next_bin(session, count.id, person().id) is not None,
                    "held": held_by_others(session, count.id, person().id),
                },
            )  # fmt: skip
        here = session.get_one(Bin, place.bin_id)
        shared["bin"] = here
        take = open_take(session, place.id)
        if take is not None:
            return _goods(session, count, place, take, screen, shared)
        zone = session.get(Zone, here.zone_id) if here.zone_id else None
        return Fragment(
            template="count/_bin.html", screen=CountScreen.BIN, subject=place.id,
            expects=say("bin {code}", code=here.code),
            context={**shared, "zone": zone, "again": place.counted_at is not None},
        )  # fmt: skip

    return show


def _place(session: Session, count: CountSession) -> CountBin | None:
    """Return the bin this counter is at or on the way to, None if he has none."""
    found = next_bin(session, count.id, person().id)
    place = session.get(CountBin, found) if found else None
    return place if place and place.taken_by_id == person().id else None


def _goods(
    session: Session,
    count: CountSession,
    place: CountBin,
    take: CountTake,
    screen: str,
    shared: dict[str, Any],
) -> Fragment:
    counted = tallies(session, take.id)
    context = {
        **shared,
        "rows": counted[:LONGEST],
        "hidden": max(len(counted) - LONGEST, 0),
        "pieces": sum(row.pieces for row in counted),
        "unknown": strays_of(session, take),
        "asked": asked_goods(session, take.asked) if take.asked is not None else [],
        "book": {} if count.is_blind else book_in(session, place.bin_id),
        "minus": screen == MINUS,
    }
    if screen == LOT:
        item = item_by_barcode(session, form_str("item", "") or _scanned())
        if item is not None:
            context["lots"], context["item"] = lots_in(session, place.bin_id, item.sku_id), item
            return Fragment(
                template="count/_lot.html", screen=LOT, subject=take.id,
                expects=say("the lot"), context=context,
            )  # fmt: skip
    expects = say("what was counted too often") if screen == MINUS else say("goods, OK at the end")
    return Fragment(
        template="count/_goods.html", screen=MINUS if screen == MINUS else CountScreen.GOODS,
        subject=take.id, expects=expects, context=context,
    )  # fmt: skip


def _scanned() -> str:
    """Return the code of goods that was just scanned, as the lookup takes it."""
    scan = parse(form_str("barcode"))
    return scan.code if isinstance(scan, CodeScan) else ""
