"""The desk's form of a new SKU; whoever came from a kit goes back to it."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from warehouse.catalog.commands.limits import SKU_MOST
from warehouse.catalog.commands.skus import PackCode, SkuFacts
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.inventory.new_sku import NewSku, new_sku
from warehouse.numbers import read_patterns
from warehouse.people.rights import Right
from warehouse.settings import load_settings
from warehouse.text import say
from warehouse.web.access import needs
from warehouse.web.context import do, form_int, form_int_or, form_str, reading, speak
from warehouse.web.desk import noted
from warehouse.web.kits import LONGEST_TEXT
from warehouse.web.pages import invalid
from warehouse.web.stock import bp

_FLAGS = ("is_lot_tracked", "is_expiry_tracked", "is_serial_tracked")
_DAYS = "days_before_expiry"
_LONGEST_PARTS = 2_000  # of a kit begun before, carried in the address


@bp.get("/sku/new")
@needs(Right.STOCK)
def sku_new() -> str:
    """Show the form of a new SKU."""
    return _form(request.args, {}, None)


@bp.post("/sku")
@needs(Right.STOCK)
def sku_make() -> Response | tuple[str, int]:
    """Make the SKU; then its page, or the kit it was wanted for."""
    try:
        outcome = do(
            new_sku, NewSku,
            facts=_facts(), pattern=form_str("pattern", ""), labels=form_int("labels", 0),
        )  # fmt: skip
    except (InvalidInput, RuleViolation) as error:
        errors = invalid(error) if isinstance(error, InvalidInput) else {}
        refusal = None if errors else speak(error.text)
        return _form(request.form, errors, refusal), error.status
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


def _facts() -> SkuFacts:
    sizes: dict[str, Any] = {n: form_int(n) if form_str(n, "") else None for n in SKU_MOST}
    kept: dict[str, Any] = {name: form_str(name, "") == "1" for name in _FLAGS}
    return SkuFacts(
        code=form_str("code", ""),
        name=form_str("name", "")[:200],
        properties=form_str("properties", "")[:200],
        eans=tuple(form_str("eans", "")[:LONGEST_TEXT].split()),
        packs=_packs(form_str("packs", "")[:LONGEST_TEXT]),
        storage_class=form_str("storage_class", ""),
        days_before_expiry=form_int_or(_DAYS, 0),
        **sizes,
        **kept,
    )


def _packs(text: str) -> tuple[PackCode, ...]:
    """Read a pack a line: its barcode, then how many pieces it holds."""
    found = []
    for words in (line.replace("×", " ").split() for line in text.splitlines()):
        if not words:
            continue
        is_told = len(words) == 2 and words[1].isascii() and words[1].isdigit()  # noqa: PLR2004
        if not is_told or len(words[1]) > len("10000"):
            raise InvalidInput(
                say("A pack a line: its barcode, a blank, the pieces in it."), field="packs"
            )
        found.append(PackCode(code=words[0], pieces=int(words[1])))
    return tuple(found)


def _form(said: dict[str, str], errors: dict[str, str], refusal: str | None) -> str:
    with reading() as session:
        patterns = read_patterns(load_settings(session).sku_code_patterns)
    return render_template(
        "stock/sku_new.html",
        values={name: value[:LONGEST_TEXT] for name, value in said.items()},
        errors=errors,
        refusal=refusal,
        first=patterns[0].code(1),
        patterns=[(p.name, f"{p.name} {p.code(1)}…") for p in patterns],
    )
