"""The desk's form of a new SKU; whoever came from a kit goes back to it."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from warehouse.catalog.commands.limits import SKU_MOST
from warehouse.catalog.commands.skus import PackCode, SkuFacts
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.gathering import Gathered
from warehouse.inventory.new_sku import NewSku, new_sku
from warehouse.numbers import read_patterns
from warehouse.people.rights import Right
from warehouse.settings import load_settings
from warehouse.text import say
from warehouse.web.access import needs
from warehouse.web.context import Typed, form_int, form_int_or, form_str, reading
from warehouse.web.desk import noted
from warehouse.web.kits import LONGEST_TEXT
from warehouse.web.pages import fieldless, invalid
from warehouse.web.stock import bp

_FLAGS = ("is_lot_tracked", "is_expiry_tracked", "is_serial_tracked")
_DAYS = "days_before_expiry"
_LONGEST_PARTS = 2_000  # of a kit begun before, carried in the address


@bp.get("/sku/new")
@needs(Right.STOCK)
def sku_new() -> str:
    """Show the form of a new SKU."""
    return _form(request.args, {})


@bp.post("/sku")
@needs(Right.STOCK)
def sku_make() -> Response | tuple[str, int]:
    """Make the SKU; then its page, or the kit it was wanted for."""
    typed = Typed()
    try:
        outcome = typed.do(
            new_sku, NewSku, facts=_facts(typed), pattern=form_str("pattern", ""),
            labels=typed.read(lambda name: form_int(name, 0), "labels", -1),
        )  # fmt: skip
    except (InvalidInput, RuleViolation) as error:
        return _form(request.form, invalid(error)), error.status
    if form_str("for", "") != "kit":
        return noted(outcome, url_for("stock.sku", sku_id=outcome.subject_id))
    kit, parts = _kit_with(str(outcome.facts["code"]), form_str("asked", ""))
    return noted(outcome, url_for("stock.kit_new", kit=kit, parts=parts))


def _kit_with(made: str, asked: str) -> tuple[str, str]:
    """Return the kit begun before and its parts, the SKU under the code it was made with."""
    kit, said = form_str("kit", ""), form_str("parts", "")[:_LONGEST_PARTS]
    lines = [line.strip() for line in said.splitlines()]
    parts = [made + x[len(asked) :] if asked and x.split()[:1] == [asked] else x for x in lines]
    return made if kit in ("", asked) else kit, "\n".join(parts)


def _facts(typed: Typed) -> SkuFacts:
    sizes: dict[str, Any] = {**typed.wholes(SKU_MOST)}
    kept: dict[str, Any] = {name: form_str(name, "") == "1" for name in _FLAGS}
    return SkuFacts(
        code=form_str("code", ""),
        name=form_str("name", "")[:200],
        properties=form_str("properties", "")[:200],
        eans=tuple(form_str("eans", "")[:LONGEST_TEXT].split()),
        packs=typed.read(_packs, "packs", ()),
        storage_class=form_str("storage_class", ""),
        days_before_expiry=typed.read(lambda name: form_int_or(name, 0), _DAYS, -1),
        **sizes,
        **kept,
    )


def _packs(name: str) -> tuple[PackCode, ...]:
    """Read a pack a line: its barcode, then how many pieces it holds.

    Raises:
        InvalidInput: all the lines that say it otherwise.
    """
    found, told = [], Gathered()
    for row, line in enumerate(form_str(name, "")[:LONGEST_TEXT].splitlines(), start=1):
        words = line.replace("×", " ").split()
        is_told = len(words) == 2 and words[1].isascii() and words[1].isdigit()  # noqa: PLR2004
        if is_told and len(words[1]) <= len("10000"):
            found.append(PackCode(code=words[0], pieces=int(words[1])))
        elif words:
            said = say("A pack a line: its barcode, a blank, the pieces in it.")
            told.tell(say("Line {line}: {problem}", line=row, problem=said), name)
    told.refuse()
    return tuple(found)


def _form(said: dict[str, str], errors: dict[str, str]) -> str:
    with reading() as session:
        patterns = read_patterns(load_settings(session).sku_code_patterns)
    return render_template(
        "stock/sku_new.html",
        values={name: value[:LONGEST_TEXT] for name, value in said.items()},
        errors=errors,
        told=fieldless(errors),
        first=patterns[0].code(1),
        patterns=[(p.name, f"{p.name} {p.code(1)}…") for p in patterns],
    )
