"""Goods at the dock that have no SKU yet: one is made on the spot."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from warehouse.errors import NotFound, StaleScreen, WarehouseError
from warehouse.numbers import read_patterns
from warehouse.people.rights import Right
from warehouse.receiving.commands.new_goods import MakeGoods, make_goods
from warehouse.receiving.models import ReceiptState
from warehouse.receiving.queries import receipt_view
from warehouse.settings import load_settings
from warehouse.text import say
from warehouse.web.access import needs
from warehouse.web.context import Typed, command_id, form_int, form_str, person, reading
from warehouse.web.pages import fieldless, invalid
from warehouse.web.receive import bp


@bp.get("/<int:receipt_id>/new")
@needs(Right.RECEIVE)
def new(receipt_id: int) -> str | AnyResponse:
    """Ask what the goods are that have no SKU yet."""
    return _new_page(receipt_id, {}, {})


@bp.post("/<int:receipt_id>/new")
@needs(Right.RECEIVE)
def make(receipt_id: int) -> str | AnyResponse | tuple[str, int]:
    """Make the SKU, ask for its labels, and go on counting."""
    typed = Typed()
    try:
        typed.do(
            make_goods,
            MakeGoods,
            receipt_id=receipt_id,
            name=form_str("name", ""),
            properties=form_str("properties", ""),
            pattern=form_str("pattern", ""),
            pieces=typed.read(lambda name: form_int(name, 1), "pieces", 0),
            labels=typed.read(lambda name: form_int(name, 0), "labels", -1),
        )
    except (NotFound, StaleScreen):
        return redirect(url_for("receive.receipt", receipt_id=receipt_id), 303)
    except WarehouseError as error:
        page = _new_page(receipt_id, dict(request.form), invalid(error))
        return page if isinstance(page, Response) else (str(page), error.status)
    return redirect(url_for("receive.receipt", receipt_id=receipt_id), 303)


def _new_page(receipt_id: int, values: dict[str, str], errors: dict[str, str]) -> str | AnyResponse:
    with reading() as session:
        view = receipt_view(session, receipt_id, person().id)
        if view is None:
            raise NotFound(say("receipt"), receipt_id)
        if view.state is not ReceiptState.COUNTING:
            return redirect(url_for("receive.receipt", receipt_id=receipt_id))
        patterns = read_patterns(load_settings(session).sku_code_patterns)
    code = view.focus.unknown_code if view.focus else ""
    return render_template(
        "receive/new.html",
        view=view,
        code=code,
        patterns=[(p.name, f"{p.name} {p.code(1)}…") for p in patterns],
        values={"pieces": "1", "labels": "0" if code else "1", **values},
        errors=errors,
        told=[] if "packs" in errors else fieldless(errors),
        command_id=values.get("command_id") or command_id(),
        device={},
    )
