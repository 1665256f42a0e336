"""The desk's exchanges: faulty goods listed, sent and settled, and the account of what is out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.models import PrintJob
from warehouse.errors import Conflict, InvalidInput, NotFound, RuleViolation
from warehouse.people.rights import Right
from warehouse.receiving import desk as dock_desk
from warehouse.receiving.accounts import Exchange, ExchangeLine, ExchangeState, Settlement
from warehouse.receiving.commands.exchange import (
    CancelExchange,
    Faulty,
    MakeExchange,
    SendExchange,
    cancel_exchange,
    make_exchange,
    send_exchange,
)
from warehouse.receiving.commands.settling import SettleExchange, settle_exchange
from warehouse.receiving.commands.taking_back import TakeBackSettlement, take_back_settlement
from warehouse.receiving.models import Supplier
from warehouse.receiving.quarantine import bought_of, faults_by_supplier, on_lists, standing
from warehouse.receiving.queries import FAULT_WORDS, suppliers_in_use
from warehouse.receiving.rules import AGE_STEPS, age_bucket
from warehouse.text import Text, say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.amounts import form_day_or_none, form_fen, form_pieces, today
from warehouse.web.context import Typed, config, form_int, form_str, reading, speak
from warehouse.web.desk import act, names_of, noted, state_chips, told
from warehouse.web.pages import fieldless, invalid, of_rows
from warehouse.web.receipts import bp, supplier_choices
from warehouse.web.spreadsheets import Field
from warehouse.web.timeline import story
from warehouse.web.words import options


def days_out(line: Any) -> int:
    """Return how many days of the calendar the pieces of a line have been with the supplier."""
    sent_on = line.sent_at.astimezone(config().time_zone).date()
    return int((today() - sent_on).days)


FIELDS: tuple[Field, ...] = (
    (say("Exchange"), lambda e: e.number),
    (say("State"), lambda e: e.state),
    (say("Supplier"), lambda e: e.supplier),
    (say("Pieces"), lambda e: int(e.pieces)),
    (say("Settled"), lambda e: int(e.settled)),
    (say("Made"), lambda e: e.created_at),
    (say("Sent"), lambda e: e.sent_at),
    (say("Due on"), lambda e: e.due_on),
    (say("Settled on"), lambda e: e.settled_at),
)
LISTING = tables.Listing(
    name="exchanges", key=Exchange.id, sorts=dock_desk.EXCHANGE_SORTS, default="-no",
    fields=FIELDS,
)  # fmt: skip
OPEN_FIELDS: tuple[Field, ...] = (
    (say("Supplier"), lambda x: x.supplier),
    (say("Exchange"), lambda x: x.number),
    (say("SKU"), lambda x: x.code),
    (say("Goods"), lambda x: x.name),
    (say("Fault"), lambda x: x.fault),
    (say("Sent"), lambda x: x.sent_at),
    (say("Days out"), days_out),
    (say("Due on"), lambda x: x.due_on),
    (say("Pieces sent"), lambda x: x.pieces),
    (say("Still out"), lambda x: x.open_pieces),
)
OPEN = tables.Listing(
    name="exchange-open", key=ExchangeLine.id, sorts=dock_desk.OPEN_SORTS, default="sent",
    fields=OPEN_FIELDS,
)  # fmt: skip


@bp.get("/exchanges")
@needs(Right.SEE_DESK)
def exchanges() -> str | Response:
    """List the exchanges, the newest first."""
    state = tables.one_of("state", ExchangeState)
    query = dock_desk.exchange_list()
    if state is not None:
        query = query.where(Exchange.state == state)
    if supplier := tables.text("supplier"):
        query = query.where(Supplier.code == supplier)
    if q := tables.text("q"):
        query = query.where(
            sa.or_(tables.begins(Exchange.number, q.upper()), tables.like(Supplier.name, q))
        )
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, LISTING)
        return render_template(
            "receiving/exchanges.html",
            page=tables.page_of(session, query, LISTING),
            chips=state_chips(ExchangeState, dock_desk.exchange_counts(session), state),
            suppliers=supplier_choices(session),
            supplier=supplier,
            q=q,
        )


@bp.get("/exchanges/open")
@needs(Right.SEE_DESK)
def account() -> str | Response:
    """List what has not come back, and how long it has been away."""
    query = dock_desk.open_account()
    if supplier := tables.text("supplier"):
        query = query.where(Supplier.code == supplier)
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, OPEN)
        return render_template(
            "receiving/account.html",
            page=tables.page_of(session, query, OPEN),
            ages=_ages(session, query),
            steps=_step_words(),
            suppliers=supplier_choices(session),
            supplier=supplier,
            days_out=days_out,
        )


def _step_words() -> list[Text]:
    edges = [0, *(step + 1 for step in AGE_STEPS)]
    words = [
        say("{first} to {last} days", first=a, last=b)
        for a, b in zip(edges, AGE_STEPS, strict=False)
    ]
    return [*words, say("{first} days and more", first=edges[-1])]


def _ages(session: Session, query: Any) -> list[dict[str, Any]]:
    """Return the account of each supplier: pieces still out by age; the largest one first."""
    found: dict[int, list[int]] = {}
    names: dict[int, tuple[str, str]] = {}
    for line in session.execute(query):
        names[line.supplier_id] = (line.supplier, line.supplier_code)
        buckets = found.setdefault(line.supplier_id, [0] * (len(AGE_STEPS) + 1))
        buckets[age_bucket(days_out(line))] += line.open_pieces
    rows = [
        {"supplier": names[i][0], "code": names[i][1], "buckets": b, "total": sum(b)}
        for i, b in found.items()
    ]
    return sorted(rows, key=lambda row: -int(str(row["total"])))


@bp.get("/exchanges/new")
@needs(Right.BUY)
def new_exchange() -> str:
    """Show what stands in quarantine, to choose what goes back."""
    return _form({"supplier": tables.text("supplier")}, {})


@bp.post("/exchanges")
@needs(Right.BUY)
def add_exchange() -> Response | tuple[str, int]:
    """Write the list."""
    typed = Typed()
    lines, due_on = _lines(typed), typed.read(form_day_or_none, "due_on", None)
    try:
        outcome = typed.do(
            make_exchange, MakeExchange, supplier=form_str("supplier", ""), lines=lines,
            due_on=due_on, note=form_str("note", ""),
        )  # fmt: skip
    except (InvalidInput, RuleViolation) as error:
        return _form(dict(request.form), of_rows(invalid(error), "pieces-")), error.status
    return noted(outcome, _here(outcome.subject_id or 0))


@bp.get("/exchanges/<int:exchange_id>")
@needs(Right.SEE_DESK)
def exchange(exchange_id: int) -> str:
    """Show one exchange: its lines, what came of them, its papers."""
    return _page(exchange_id, {}, {})


def _page(exchange_id: int, values: Mapping[str, str], errors: dict[str, str]) -> str:
    with reading() as session:
        found = _exchange(session, exchange_id)
        subject = f"exchange:{exchange_id}"
        jobs = sa.select(PrintJob).where(PrintJob.subject == subject).order_by(PrintJob.id)
        return render_template(
            "receiving/exchange.html",
            exchange=found,
            supplier=session.get_one(Supplier, found.supplier_id),
            lines=dock_desk.lines_of_exchange(session, exchange_id),
            returns=dock_desk.returns_of(session, exchange_id),
            kinds=options(Settlement),
            people=names_of(session),
            jobs=list(session.scalars(jobs)),
            events=story(session, [("exchange", [exchange_id])], job_subjects=[subject]),
            values=values,
            errors=errors,
            told=fieldless(errors),
        )


@bp.post("/exchanges/<int:exchange_id>/send")
@needs(Right.BUY)
def send(exchange_id: int) -> Response:
    """Book the goods out and ask for the slip."""
    return act(send_exchange, SendExchange, back=_here(exchange_id), exchange_id=exchange_id)


@bp.post("/exchanges/<int:exchange_id>/cancel")
@needs(Right.BUY)
def keep_goods(exchange_id: int) -> Response:
    """Leave the goods in quarantine."""
    return act(
        cancel_exchange, CancelExchange, back=_here(exchange_id), exchange_id=exchange_id,
        reason=form_str("reason", ""),
    )  # fmt: skip


@bp.post("/exchanges/<int:exchange_id>/settle")
@needs(Right.BUY)
def settle(exchange_id: int) -> Response | tuple[str, int]:
    """Book how some pieces of a line were settled."""
    kind, typed = form_str("kind", ""), Typed()
    try:
        outcome = typed.do(
            settle_exchange, SettleExchange, exchange_id=exchange_id,
            line_id=typed.read(form_int, "line_id", 0),
            kind=Settlement(kind) if kind in set(Settlement) else Settlement.REPLACED,
            pieces=typed.read(form_pieces, "pieces", 0),
            sku_code=form_str("sku_code", ""), lot=form_str("lot", "").upper(),
            best_before=typed.read(form_day_or_none, "best_before", None),
            serials=tuple(form_str("serials", "").upper().split()),
            amount_fen=typed.read(form_fen, "amount_fen", 0), note=form_str("note", ""),
        )  # fmt: skip
    except (InvalidInput, RuleViolation) as error:
        return _page(exchange_id, dict(request.form), invalid(error)), error.status
    except Conflict as error:
        return told(error, _here(exchange_id))
    return noted(outcome, _here(exchange_id))


@bp.post("/exchanges/<int:exchange_id>/settled/<int:return_id>/take-back")
@needs(Right.BUY)
def unsettle(exchange_id: int, return_id: int) -> Response:
    """Take back how some pieces were settled."""
    return act(
        take_back_settlement, TakeBackSettlement, back=_here(exchange_id),
        exchange_id=exchange_id, return_id=return_id, reason=form_str("reason", ""),
    )  # fmt: skip


def _lines(typed: Typed) -> tuple[Faulty, ...]:
    found = []
    for name in request.form:
        key = name.removeprefix("pieces-")
        if key == name:
            continue
        pieces = typed.read(form_pieces, name, -1, place=key)
        if pieces:
            found.append(Faulty(key=key, pieces=pieces, fault=form_str(f"fault-{key}", "")))
    return tuple(found)


def _form(values: Mapping[str, str], errors: dict[str, str]) -> str:
    with reading() as session:
        suppliers = suppliers_in_use(session)
        chosen = next((s for s in suppliers if s.code == values.get("supplier")), None)
        faults = faults_by_supplier(session, chosen.id) if chosen else {}
        known = bought_of(session, chosen.id) if chosen else set()
        listed = on_lists(session)
        goods = [
            {
                "one": one,
                "free": one.pieces - listed.get(one.key, 0),
                "is_theirs": one.sku_id in known,
                "fault": ", ".join(speak(FAULT_WORDS[f]) for f in faults.get(one.sku_id, {})),
            }
            for one in standing(session)
        ]
    goods.sort(key=lambda row: not row["is_theirs"])
    return render_template(
        "receiving/exchange_new.html",
        suppliers=[("", "–"), *((s.code, f"{s.name} ({s.code})") for s in suppliers)],
        chosen=chosen,
        goods=goods,
        values=values,
        errors=errors,
        told=fieldless(errors),
    )


def _exchange(session: Session, exchange_id: int) -> Exchange:
    found = session.get(Exchange, exchange_id)
    if found is None:
        raise NotFound(say("exchange"), exchange_id)
    return found


def _here(exchange_id: int) -> str:
    return url_for("receiving.exchange", exchange_id=exchange_id)
