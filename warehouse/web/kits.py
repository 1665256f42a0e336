"""The desk's kits: what they are made of, how many can be made, making and unmaking them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from warehouse.catalog.models import Sku
from warehouse.catalog.rules import scan_code
from warehouse.commands import Outcome
from warehouse.errors import InvalidInput, NotFound, RuleViolation, UnknownSku
from warehouse.inventory.desk import bins_of_sku
from warehouse.kitting.commands.assemble import AssembleKits, assemble_kits
from warehouse.kitting.commands.kit import Part, PartFrom, SaveKit, of_row, save_kit
from warehouse.kitting.commands.take_apart import TakeApart, take_apart
from warehouse.kitting.queries import can_make, kit_list, parts_of
from warehouse.kitting.versions import Version, versions_of
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.tracing.in_doubt import in_doubt, skus_in_doubt
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import Typed, do, form_day, form_str, reading, speak
from warehouse.web.desk import noted
from warehouse.web.move_filters import today
from warehouse.web.pages import fieldless, invalid
from warehouse.web.spreadsheets import Field
from warehouse.web.stock import bp

FIELDS: tuple[Field, ...] = (
    (say("Kit"), lambda k: k.code),
    (say("Goods"), lambda k: k.name),
    (say("Parts"), lambda k: k.parts),
    (say("Pieces"), lambda k: int(k.pieces)),
    (say("Can be made"), lambda k: int(k.makeable)),
    (say("Keep by lot first"), lambda k: speak(say("yes")) if k.needs_lots else ""),
)
LONGEST_TEXT = 20_000
_NONE: tuple[PartFrom, ...] = ()


@bp.get("/kits")
@needs(Right.SEE_DESK, shows_book=True)
def kits() -> str | Response:
    """List the kits with how many can be made."""
    query = kit_list(today())
    kit_id = query.selected_columns.id
    code = query.selected_columns.code
    listing = tables.Listing(
        name="kits", key=kit_id, sorts={"code": code}, default="code", fields=FIELDS
    )
    if q := tables.text("q"):
        query = query.where(tables.like(code, q))
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, listing)
        page, doubts = tables.page_of(session, query, listing), skus_in_doubt(session)
        return render_template("stock/kits.html", page=page, q=q, doubts=doubts)


@bp.get("/kits/new")
@needs(Right.STOCK)
def kit_new() -> str:
    """Show the form of a new kit."""
    said = request.args
    values = {"kit": said.get("kit", "")[:64], "parts": said.get("parts", "")[:LONGEST_TEXT]}
    return render_template("stock/kit_new.html", values=values, errors={}, refusals=[], asked=[])


@bp.post("/kits")
@needs(Right.STOCK)
def kit_save() -> Response | tuple[str, int]:
    """Save what a kit is made of."""
    said = form_str("parts", "")
    try:
        outcome = do(save_kit, SaveKit, kit=form_str("kit", ""), parts=_parts(said))
    except (InvalidInput, RuleViolation) as error:
        errors = invalid(error)
        asked = [one.name for one in error.all if isinstance(one, UnknownSku)]
        return render_template(
            "stock/kit_new.html",
            values={"kit": form_str("kit", ""), "parts": said},
            errors=errors,
            refusals=fieldless(errors),
            asked=list(dict.fromkeys(asked)),
        ), error.status
    return noted(outcome, url_for("stock.kit", kit_id=outcome.subject_id))


@bp.get("/kits/<int:kit_id>")
@needs(Right.SEE_DESK, shows_book=True)
def kit(kit_id: int) -> str:
    """Show one kit: its parts, where they are free, where kits stand, making and taking apart."""
    return _page(kit_id, {}, {})


@bp.post("/kits/<int:kit_id>/make")
@needs(Right.STOCK)
def kit_make(kit_id: int) -> Response | tuple[str, int]:
    """Put kits together."""
    typed = Typed()
    fields = {
        "kits": _number(form_str("kits", "")),
        "to": form_str("to", ""),
        "taken": _named(form_str("taken", "")),
        "lot": form_str("lot", ""),
        "best_before": typed.read(form_day, "best_before", None),
        "serials": _words(form_str("serials", "")),
        "note": form_str("note", ""),
    }
    return _done(kit_id, lambda: typed.do(assemble_kits, AssembleKits, kit_id=kit_id, **fields))


@bp.post("/kits/<int:kit_id>/apart")
@needs(Right.STOCK)
def kit_apart(kit_id: int) -> Response | tuple[str, int]:
    """Take kits apart."""
    typed = Typed()
    fields = {
        "kits": _number(form_str("apart_kits", "")),
        "bin": form_str("apart_bin", ""),
        "to": form_str("apart_to", ""),
        "lot": form_str("apart_lot", ""),
        "serials": _words(form_str("apart_serials", "")),
        "version": _number(form_str("apart_version", "0")),
        "parts": typed.read(_given_back, "parts", _NONE),
        "note": form_str("apart_note", ""),
    }
    return _done(kit_id, lambda: typed.do(take_apart, TakeApart, kit_id=kit_id, **fields), "apart_")


def _done(kit_id: int, act: Callable[[], Outcome], prefix: str = "") -> Response | tuple[str, int]:
    """Do it; a refusal marks the fields of that form, whose names have the prefix."""
    try:
        outcome = act()
    except (InvalidInput, RuleViolation) as error:
        errors = {prefix + name: text for name, text in invalid(error).items()}
        return _page(kit_id, dict(request.form), errors), error.status
    return noted(outcome, url_for("stock.kit", kit_id=kit_id))


def _page(kit_id: int, values: dict[str, Any], errors: dict[str, str]) -> str:
    with reading() as session:
        found = session.get(Sku, kit_id)
        if found is None:
            raise NotFound(say("SKU"), kit_id)
        parts = parts_of(session, kit_id, today())
        versions = versions_of(session, kit_id)
        text = "\n".join(f"{p['sku'].code} {p['pieces']}" for p in parts)
        return render_template(
            "stock/kit.html",
            kit=found,
            parts=parts,
            can_make=can_make(parts),
            doubts=in_doubt(session, Sku.id == kit_id),
            dated=[p for p in parts if p["dated"] and p["free"] < p["pieces"]],
            bins=[b for b in bins_of_sku(session, kit_id) if not b.is_virtual],
            text=text,
            values=values,
            errors=errors,
            refusals=fieldless(errors),
            versions=versions,
            makes=[("0", speak(say("the only one there"))), *map(_make, versions)],
            tracked=[
                sku
                for version in versions
                for sku, _ in version.parts
                if sku.is_lot_tracked or sku.is_serial_tracked
            ],
        )


def _make(version: Version) -> tuple[str, str]:
    parts = ", ".join(f"{pieces} × {sku.code}" for sku, pieces in version.parts)
    return str(version.number), f"{version.number}: {parts}"


def _lines(text: str) -> list[tuple[int, list[str]]]:
    """Return the words of each line that has any, with its number."""
    cut = text[:LONGEST_TEXT].replace("×", " ").replace("*", " ").replace("，", ",")
    rows = enumerate((line.replace(",", " ").split() for line in cut.splitlines()), start=1)
    return [(row, words) for row, words in rows if words]


def _number(text: str) -> int:
    """Return the number, 0 where it is none: that many of nothing can be told of."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len("1000000")
    return int(text) if is_number else 0


def _parts(text: str) -> tuple[Part, ...]:
    """Read a part a line: its code or barcode, then the pieces; one where none are named.

    What follows the pieces makes them no number.
    """
    return tuple(
        Part(sku=words[0], pieces=_number(" ".join(words[1:]) or "1"), row=row)
        for row, words in _lines(text)
    )


def _named(text: str) -> tuple[PartFrom, ...]:
    """Read a line for each bin: SKU, bin, pieces, and lot or serial numbers where there are any."""
    return tuple(
        PartFrom(
            sku=words[0],
            bin=_word(words, 1),
            pieces=_number(_word(words, 2)),
            row=row,
            **_told(words[3:]),
        )
        for row, words in _lines(text)
    )


def _given_back(field: str) -> tuple[PartFrom, ...]:
    """Read a line for each lot or row of numbers that comes back: SKU, pieces, lot or numbers.

    A new lot has @ and its best-before behind it.

    Raises:
        InvalidInput: what is behind an @ is no day.
    """
    return tuple(
        PartFrom(
            sku=words[0],
            pieces=_number(_word(words, 1)),
            row=row,
            best_before=_day(words[2:], row, field),
            **_told([word for word in words[2:] if not word.startswith("@")]),
        )
        for row, words in _lines(form_str(f"apart_{field}", ""))
    )


def _day(words: list[str], row: int, field: str) -> date | None:
    days = [word[1:] for word in words if word.startswith("@")]
    try:
        return date.fromisoformat(days[0]) if days else None
    except ValueError as error:
        text = say("This is not a day. Write 2027-12-31.")
        raise InvalidInput(of_row(row)(text), field=field) from error


def _told(words: list[str]) -> dict[str, Any]:
    """Of the words after the pieces one with # before it is the lot, others are serial numbers."""
    lots = [scan_code(w[1:]) for w in words if w.startswith("#")]
    serials = tuple(scan_code(w) for w in words if not w.startswith("#"))
    return {"lot": lots[0] if lots else "", "serials": serials}


def _word(words: list[str], place: int) -> str:
    return words[place] if len(words) > place else ""


def _words(text: str) -> tuple[str, ...]:
    parted = text[:LONGEST_TEXT].replace(",", " ").replace("，", " ")
    return tuple(scan_code(word) for word in parted.split())
