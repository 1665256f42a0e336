"""The desk's kits: what they are made of, how many can be made, making and unmaking them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from warehouse.catalog.models import Sku
from warehouse.catalog.rules import scan_code
from warehouse.commands import Command, Handler
from warehouse.errors import InvalidInput, NotFound, RuleViolation, UnknownSku
from warehouse.inventory.desk import bins_of_sku
from warehouse.kitting.commands.assemble import AssembleKits, assemble_kits
from warehouse.kitting.commands.kit import Part, PartFrom, SaveKit, save_kit
from warehouse.kitting.commands.take_apart import TakeApart, take_apart
from warehouse.kitting.queries import can_make, kit_list, parts_of
from warehouse.kitting.versions import Version, versions_of
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.tracing.in_doubt import in_doubt, skus_in_doubt
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import do, form_int, form_str, reading, speak
from warehouse.web.desk import noted
from warehouse.web.move_filters import today
from warehouse.web.moves import day_of
from warehouse.web.pages import invalid
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


@bp.get("/kits")
@needs(Right.SEE_DESK)
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
    return render_template("stock/kit_new.html", values=values, errors={}, refusal=None, asked="")


@bp.post("/kits")
@needs(Right.STOCK)
def kit_save() -> Response | tuple[str, int]:
    """Save what a kit is made of."""
    try:
        outcome = do(
            save_kit, SaveKit, kit=form_str("kit", ""), parts=_parts(form_str("parts", ""))
        )
    except (InvalidInput, RuleViolation) as error:
        values = {"kit": form_str("kit", ""), "parts": form_str("parts", "")}
        errors = invalid(error) if isinstance(error, InvalidInput) else {}
        return render_template(
            "stock/kit_new.html",
            values=values,
            errors=errors,
            refusal=None if errors else speak(error.text),
            asked=error.name if isinstance(error, UnknownSku) else "",
        ), error.status
    return noted(outcome, url_for("stock.kit", kit_id=outcome.subject_id))


@bp.get("/kits/<int:kit_id>")
@needs(Right.SEE_DESK)
def kit(kit_id: int) -> str:
    """Show one kit: its parts, where they are free, where kits stand, making and taking apart."""
    return _page(kit_id, {}, {}, None)


@bp.post("/kits/<int:kit_id>/make")
@needs(Right.STOCK)
def kit_make(kit_id: int) -> Response | tuple[str, int]:
    """Put kits together."""
    return _done(kit_id, assemble_kits, AssembleKits, lambda: {
        "kits": form_int("kits", 0),
        "to": form_str("to", ""),
        "taken": _named(form_str("taken", "")),
        "lot": form_str("lot", ""),
        "best_before": day_of("best_before"),
        "serials": _words(form_str("serials", "")),
        "note": form_str("note", ""),
    })  # fmt: skip


@bp.post("/kits/<int:kit_id>/apart")
@needs(Right.STOCK)
def kit_apart(kit_id: int) -> Response | tuple[str, int]:
    """Take kits apart."""
    return _done(kit_id, take_apart, TakeApart, lambda: {
        "kits": form_int("apart_kits", 0),
        "bin": form_str("apart_bin", ""),
        "to": form_str("apart_to", ""),
        "lot": form_str("apart_lot", ""),
        "serials": _words(form_str("apart_serials", "")),
        "version": form_int("apart_version", 0),
        "parts": _given_back(form_str("apart_parts", "")),
        "note": form_str("apart_note", ""),
    }, prefix="apart_")  # fmt: skip


def _done(
    kit_id: int,
    handler: Handler[Any],
    kind: type[Command],
    typed: Callable[[], dict[str, Any]],
    *,
    prefix: str = "",
) -> Response | tuple[str, int]:
    """Do it; a refusal marks the field of that form, whose names have the prefix."""
    try:
        outcome = do(handler, kind, kit_id=kit_id, **typed())
    except InvalidInput as error:
        errors = {prefix + name.removeprefix(prefix): text for name, text in invalid(error).items()}
        return _page(kit_id, dict(request.form), errors, None), 400
    except RuleViolation as error:
        return _page(kit_id, dict(request.form), {}, speak(error.text)), error.status
    return noted(outcome, url_for("stock.kit", kit_id=kit_id))


def _page(kit_id: int, values: dict[str, Any], errors: dict[str, str], refusal: str | None) -> str:
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
            refusal=refusal,
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


def _lines(text: str) -> list[list[str]]:
    cut = text[:LONGEST_TEXT].replace("×", " ").replace("*", " ").replace("，", ",")
    return [line.replace(",", " ").split() for line in cut.splitlines() if line.strip()]


def _whole(text: str, field: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len("1000000"):
        raise InvalidInput(say("This must be a whole number."), field=field)
    return int(text)


def _parts(text: str) -> tuple[Part, ...]:
    """Read a part a line: its code or barcode, then the pieces; one where none are named."""
    return tuple(
        Part(sku=words[0], pieces=_whole(words[1], "parts") if len(words) > 1 else 1)
        for words in _lines(text)
    )


def _named(text: str) -> tuple[PartFrom, ...]:
    """Read a line for each bin: SKU, bin, pieces, and lot or serial numbers where there are any."""
    return tuple(
        PartFrom(
            sku=words[0],
            bin=_word(words, 1),
            pieces=_whole(_word(words, 2) or "x", "taken"),
            **_told(words[3:]),
        )
        for words in _lines(text)
    )


def _given_back(text: str) -> tuple[PartFrom, ...]:
    """Read a line for each lot or row of numbers that comes back: SKU, pieces, lot or numbers."""
    return tuple(
        PartFrom(sku=words[0], pieces=_whole(_word(words, 1) or "x", "parts"), **_told(words[2:]))
        for words in _lines(text)
    )


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
