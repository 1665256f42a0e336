"""The desk's couriers: how many numbers are left, adding more, what shops call them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.carriers.commands import (
    LARGEST_RUNNING,
    AddList,
    AddRange,
    add_list,
    add_range,
    numbers_left,
)
from warehouse.carriers.models import (
    Carrier,
    CarrierAlias,
    CheckRule,
    PoolKind,
    PoolNumber,
    WaybillPool,
)
from warehouse.carriers.rules import waybill_no
from warehouse.carriers.setup import SaveCarrier, SetPoolActive, save_carrier, set_pool_active
from warehouse.errors import InvalidInput, NotFound
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.web.access import needs
from warehouse.web.context import do, form_int, form_str, reading
from warehouse.web.desk import act, noted
from warehouse.web.pages import invalid
from warehouse.web.timeline import story
from warehouse.web.words import options

bp = Blueprint("carriers", __name__, url_prefix="/carriers")
FEW_NUMBERS = 500
SHOWN_POOLS = 50
RANGE = ("prefix", "first", "last", "digits", "check_rule")
WIDEST = 16


@bp.get("")
@needs(Right.CARRIERS)
def index() -> str:
    """List the couriers with the numbers they have left."""
    with reading() as session:
        carriers = list(session.scalars(sa.select(Carrier).order_by(Carrier.code)))
        aliases: dict[int, list[str]] = {}
        for row in session.scalars(sa.select(CarrierAlias).order_by(CarrierAlias.alias)):
            aliases.setdefault(row.carrier_id, []).append(row.alias)
        return render_template(
            "carriers/index.html",
            carriers=carriers,
            aliases=aliases,
            left={c.id: numbers_left(session, c.id) for c in carriers},
            few=FEW_NUMBERS,
        )


@bp.get("/new")
@needs(Right.CARRIERS)
def new() -> str:
    """Show the form of a new courier."""
    return render_template("carriers/new.html", values={}, errors={})


@bp.post("")
@needs(Right.CARRIERS)
def add() -> Response | tuple[str, int]:
    """Make a courier."""
    try:
        outcome = do(save_carrier, SaveCarrier, code=form_str("code", ""), **_typed())
    except InvalidInput as error:
        values = request.form
        return render_template("carriers/new.html", values=values, errors=invalid(error)), 400
    return noted(outcome, _here(outcome.subject_id or 0))


def _typed() -> dict[str, Any]:
    return {
        "name": form_str("name", ""),
        "number_pattern": form_str("number_pattern", ""),
        "aliases": tuple(
            form_str("aliases", "").replace("，", "\n").replace(",", "\n").split("\n")
        ),
        "is_active": form_str("is_active", "") == "1" or "is_active_asked" not in request.form,
    }


def _here(carrier_id: int) -> str:
    return url_for("carriers.carrier", carrier_id=carrier_id)


@bp.get("/<int:carrier_id>")
@needs(Right.CARRIERS)
def carrier(carrier_id: int) -> str:
    """Show one courier: its settings, its pools, adding numbers."""
    return _page(carrier_id, {}, {})


def _page(carrier_id: int, values: dict[str, Any], errors: dict[str, str]) -> str:
    with reading() as session:
        found = _carrier(session, carrier_id)
        aliases = session.scalars(
            sa.select(CarrierAlias.alias)
            .where(CarrierAlias.carrier_id == carrier_id)
            .order_by(CarrierAlias.alias)
        )
        current = {
            "name": found.name, "number_pattern": found.number_pattern,
            "aliases": "\n".join(aliases), "is_active": found.is_active,
            "prefix": "", "first": "", "last": "", "digits": "12", "check_rule": "none",
            "text": "",
        }  # fmt: skip
        return render_template(
            "carriers/carrier.html",
            carrier=found,
            values={**current, **values},
            errors=errors,
            pools=_pools(session, carrier_id),
            left=numbers_left(session, carrier_id),
            few=FEW_NUMBERS,
            rules=options(CheckRule),
            sample=sample(values) if values else None,
            events=story(session, [("carrier", [carrier_id])]),
        )


def _carrier(session: Session, carrier_id: int) -> Carrier:
    found = session.get(Carrier, carrier_id)
    if found is None:
        raise NotFound(say("courier"), carrier_id)
    return found


def _pools(session: Session, carrier_id: int) -> list[dict[str, Any]]:
    free = dict(
        session.execute(
            sa.select(PoolNumber.pool_id, sa.func.count())
            .where(PoolNumber.carrier_id == carrier_id, PoolNumber.taken_at.is_(None))
            .group_by(PoolNumber.pool_id)
        ).all()
    )
    found = session.scalars(
        sa.select(WaybillPool)
        .where(WaybillPool.carrier_id == carrier_id)
        .order_by(WaybillPool.id.desc())
        .limit(SHOWN_POOLS)
    )
    return [{"pool": pool, **_figures(pool, free.get(pool.id, 0))} for pool in found]


def _figures(pool: WaybillPool, free: int) -> dict[str, Any]:
    if pool.kind is PoolKind.LIST:
        return {"left": free, "next": "", "last": ""}
    left = pool.last_no - pool.next_no + 1
    last = waybill_no(pool.prefix, pool.last_no, pool.digits, pool.check_rule)
    following = waybill_no(pool.prefix, pool.next_no, pool.digits, pool.check_rule) if left else ""
    return {"left": left, "next": following, "last": last}


def sample(values: Any) -> dict[str, Any] | None:
    """Return the first and last number a range would give and how many, None if it gives none."""
    numbers = [str(values.get(name, "")).strip() for name in ("first", "last", "digits")]
    if not all(n.isascii() and n.isdigit() and len(n) < WIDEST for n in numbers):
        return None
    first, last, digits = map(int, numbers)
    rule = str(values.get("check_rule", ""))
    if rule not in set(CheckRule) or not first <= last < LARGEST_RUNNING or digits > WIDEST:
        return None
    prefix = str(values.get("prefix", "")).strip().upper()[:16]
    return {
        "first": waybill_no(prefix, first, digits, CheckRule(rule)),
        "last": waybill_no(prefix, last, digits, CheckRule(rule)),
        "count": last - first + 1,
    }


@bp.get("/numbers")
@needs(Right.CARRIERS)
def numbers() -> str:
    """Return the first and last number the range being typed would give."""
    return render_template("carriers/_sample.html", sample=sample(request.args))


@bp.post("/<int:carrier_id>")
@needs(Right.CARRIERS)
def change(carrier_id: int) -> Response | tuple[str, int]:
    """Change a courier."""
    try:
        outcome = do(save_carrier, SaveCarrier, carrier_id=carrier_id, **_typed())
    except InvalidInput as error:
        return _page(carrier_id, _kept("name", "number_pattern", "aliases"), invalid(error)), 400
    return noted(outcome, _here(carrier_id))


def _kept(*names: str) -> dict[str, Any]:
    return {name: request.form.get(name, "") for name in names}


@bp.post("/<int:carrier_id>/ranges")
@needs(Right.CARRIERS)
def more_range(carrier_id: int) -> Response | tuple[str, int]:
    """Add a range of numbers."""
    try:
        rule = form_str("check_rule", "none")
        if rule not in set(CheckRule):
            raise InvalidInput(say("Choose how the check digit is made."), field="check_rule")
        outcome = do(
            add_range, AddRange, carrier_id=carrier_id, prefix=form_str("prefix", ""),
            first=form_int("first"), last=form_int("last"), digits=form_int("digits"),
            check_rule=CheckRule(rule),
        )  # fmt: skip
    except InvalidInput as error:
        return _page(carrier_id, _kept(*RANGE), invalid(error)), 400
    return noted(outcome, _here(carrier_id))


@bp.post("/<int:carrier_id>/lists")
@needs(Right.CARRIERS)
def more_list(carrier_id: int) -> Response | tuple[str, int]:
    """Add a pasted list of numbers."""
    try:
        outcome = do(add_list, AddList, carrier_id=carrier_id, text=form_str("text", ""))
    except InvalidInput as error:
        return _page(carrier_id, _kept("text"), invalid(error)), 400
    return noted(outcome, _here(carrier_id))


@bp.post("/<int:carrier_id>/pools/<int:pool_id>")
@needs(Right.CARRIERS)
def pool(carrier_id: int, pool_id: int) -> Response:
    """Take a pool out of use, or back in."""
    wanted = form_int("active", 1) == 1
    return act(set_pool_active, SetPoolActive, back=_here(carrier_id), pool_id=pool_id,
               is_active=wanted)  # fmt: skip
