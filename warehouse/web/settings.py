"""The desk's settings: the rules of the site, and who changed them when and why."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.carriers.queries import active_carriers
from warehouse.errors import InvalidInput
from warehouse.packing.sscc import following_sscc
from warehouse.people.models import Person, Trail
from warehouse.people.rights import Right
from warehouse.people.site import SAFEGUARDS, SITE, SITE_ID, ChangeSettings, change_site_settings
from warehouse.settings import SettingChange, SiteSettings, load_settings
from warehouse.text import LANGUAGES, Text, say
from warehouse.web.access import needs
from warehouse.web.context import do, form_int, form_str, reading
from warehouse.web.desk import noted
from warehouse.web.pages import invalid

bp = Blueprint("settings", __name__, url_prefix="/settings")
SHOWN = 100

NAMES: dict[str, Text] = {
    "site_name": say("Name of the site"),
    "sender_name": say("Sender"),
    "sender_phone": say("Sender's phone"),
    "sender_address": say("Sender's address"),
    "paper_locale": say("Language on paper"),
    "is_check_required": say("Second look before packing"),
    "is_four_eyes": say("Another person looks"),
    "is_weigh_required": say("Every parcel is weighed"),
    "is_label_match_required": say("The label is scanned back on the parcel"),
    "is_tablet_required": say("Badges and PINs open enrolled tablets only"),
    "tolerance_g": say("Weight may differ by g"),
    "tolerance_percent": say("or by percent"),
    "default_carrier_code": say("Courier if none is wished"),
    "hold_remarks": say("Hold orders with remarks until they are read"),
    "hold_merge_candidates": say("Hold orders of one receiver until they are merged"),
    "stand_in_after_min": say("The stand-in takes over after min offline, 0: by hand only"),
    "papers_kept_days": say("Names and addresses on papers are kept for days"),
    "put_wall_columns": say("Slots side by side in the put-wall"),
    "gs1_company_prefix": say("Company prefix of GS1"),
    "sscc_first": say("First serial number of an SSCC"),
    "is_sscc_on_sealing": say("Every sealed parcel gets a carton label"),
    "return_name": say("Goods come back to"),
    "return_phone": say("Phone of the returns desk"),
    "return_address": say("Address of the returns desk"),
    "return_days": say("Returns are taken for days, 0: no date on the label"),
    "sku_code_patterns": say("Codes of new SKUs"),
    "is_dock_sellable": say("Shops may sell what stands on the dock"),
    "sales_weeks": say("Levels follow the sales of the last weeks"),
    "service_percent": say("Goods shall not run out in percent of reorders"),
    "review_days": say("Somebody looks what to buy every days"),
    "over_cover_days": say("Too much: lasts longer than days"),
    "slow_after_days": say("Slow: none dispatched or put into kits for days"),
    "dead_after_days": say("Dead: none dispatched or put into kits for days"),
    "count_recount_pieces": say("Differences up to pieces need no recount"),
    "count_recount_percent": say("and up to percent of the book, 0: any"),
    "count_recount_yuan": say("and up to yuan, 0: any"),
    "count_limit_pieces": say("Without the right to approve, up to pieces"),
    "count_limit_percent": say("and up to percent of the book, 0: any"),
    "count_limit_yuan": say("and up to yuan, 0: any"),
    "count_grace_s": say("Goods may be in a hand for seconds before they are scanned"),
    "hand_hours": say("Goods nobody touched in a hand count as put back after hours, 0: never"),
    "asks_if_empty": say("Pickers are asked whether a bin is empty that the book has emptied"),
    "separates_orders": say("A slip lies between the orders of a wave's papers"),
}


@bp.get("")
@needs(Right.SETTINGS)
def index() -> str:
    """Show the rules in force and their history."""
    with reading() as session:
        return _page(session, asdict(load_settings(session)), {})


def _page(session: Session, values: dict[str, Any], errors: dict[str, str]) -> str:
    carriers = [(c.code, f"{c.code} {c.name}") for c in active_carriers(session)]
    return render_template(
        "settings/index.html",
        values=values,
        errors=errors,
        names=NAMES,
        safeguards=SAFEGUARDS,
        carriers=carriers,
        languages=list(LANGUAGES.items()),
        next_sscc=following_sscc(session, load_settings(session)),
        history=_history(session),
        reason=request.form.get("reason", ""),
    )


@bp.post("")
@needs(Right.SETTINGS)
def save() -> Response | tuple[str, int]:
    """Keep the rules; those switched off need a reason."""
    try:
        outcome = do(
            change_site_settings, ChangeSettings, values=_typed(), reason=form_str("reason", "")
        )
    except InvalidInput as error:
        with reading() as session:
            values = {**asdict(load_settings(session)), **_as_typed()}
            return _page(session, values, invalid(error)), 400
    return noted(outcome, url_for("settings.index"))


def _typed() -> dict[str, Any]:
    """Return the form as settings; an empty tick is a rule switched off.

    Raises:
        InvalidInput: a figure that is no whole number, or a courier there is not.
    """
    found: dict[str, Any] = {}
    for name, default in asdict(SiteSettings()).items():
        if isinstance(default, bool):
            found[name] = form_str(name, "") == "1"
        elif isinstance(default, int):
            found[name] = form_int(name)
        else:
            found[name] = form_str(name, "")
    with reading() as session:
        codes = {c.code for c in active_carriers(session)}
    if found["default_carrier_code"] and found["default_carrier_code"] not in codes:
        raise InvalidInput(say("There is no such courier."), field="default_carrier_code")
    return found


def _as_typed() -> dict[str, Any]:
    defaults = asdict(SiteSettings())
    return {
        name: form_str(name, "") == "1" if isinstance(default, bool) else form_str(name, "")
        for name, default in defaults.items()
    }


def _history(session: Session) -> list[dict[str, Any]]:
    """Return the changes, newest first, each with the reason the trail keeps of it."""
    reasons = {
        (row.at, row.facts.get("name")): row.facts.get("reason", "")
        for row in session.execute(
            sa.select(Trail.at, Trail.facts)
            .where(Trail.subject_kind == SITE, Trail.subject_id == SITE_ID)
            .order_by(Trail.id.desc())
            .limit(SHOWN)
        )
    }
    rows = session.execute(
        sa.select(
            SettingChange.name, SettingChange.value, SettingChange.at, Person.name.label("who")
        )
        .join(Person, Person.id == SettingChange.person_id)
        .order_by(SettingChange.id.desc())
        .limit(SHOWN)
    )
    return [
        {"name": NAMES.get(name, say("{text}", text=name)), "value": _shown(name, value),
         "at": at, "who": who,
         "reason": reasons.get((at, name), "")}
        for name, value, at, who in rows
    ]  # fmt: skip


def _shown(name: str, value: Any) -> Any:
    return LANGUAGES.get(value, value) if name == "paper_locale" else value
