"""SKUs and the barcodes that stand for them, one at a desk or many from a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any
from unicodedata import category

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.commands.limits import MOST_PIECES_IN_BIN, class_problem
from warehouse.catalog.commands.saved import Saved, outcome_of, require_all, subjects
from warehouse.catalog.models import Barcode, BarcodeKind, Bin, Sku
from warehouse.catalog.rules import (
    Problem,
    code_problem,
    ean_problem,
    scan_code,
    spellings_of,
)
from warehouse.commands import Command, Outcome
from warehouse.people import trail
from warehouse.text import Text, say

HEAVIEST_G = 100_000
LONGEST_MM = 5_000
MOST_PIECES = 9_999


@dataclass(frozen=True, kw_only=True)
class PackCode:
    """A barcode on a pack and how many pieces the pack holds."""

    code: str
    pieces: int


@dataclass(frozen=True, kw_only=True)
class SkuFacts:
    """What is said of one SKU. None leaves what is known as it is; `row` is its line of a list.

    How it is kept (by lot, by piece) is set by `inventory.tracking`, which knows what stands.
    """

    code: str
    name: str
    properties: str = ""
    eans: tuple[str, ...] = ()
    packs: tuple[PackCode, ...] = ()
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    storage_class: str = ""
    shelf_most: int | None = None
    row: int = 0
    unread: tuple[str, ...] = ()  # fields whose cells nobody can read: the row is not taken
    is_lot_tracked: bool | None = None
    is_expiry_tracked: bool | None = None
    is_serial_tracked: bool | None = None
    days_before_expiry: int | None = None

    @property
    def tracking(self) -> dict[str, Any]:
        """How the SKU is kept, by the names of its columns; None where nothing is said."""
        names = ("is_lot_tracked", "is_expiry_tracked", "is_serial_tracked", "days_before_expiry")
        return {name: getattr(self, name) for name in names}

    @property
    def says_tracking(self) -> bool:
        """Whether anything is said of it."""
        return any(value is not None for value in self.tracking.values())


@dataclass(frozen=True, kw_only=True)
class SaveSku(Command):
    """Make a SKU, or change the one with this code."""

    facts: SkuFacts


@dataclass(frozen=True, kw_only=True)
class ImportSkus(Command):
    """Make or change the SKUs of a list; rows that cannot be taken are named."""

    rows: tuple[SkuFacts, ...]


@dataclass
class _Known:
    """What the database has of the codes a list speaks of."""

    skus: dict[str, Sku]
    codes: dict[str, tuple[str, int]]  # barcode → (SKU code, pieces)
    bins: set[str]


_CHANGEABLE = (
    "name", "properties", "weight_g", "length_mm", "width_mm", "height_mm", "storage_class",
    "shelf_most",
)  # fmt: skip


def save_sku(session: Session, command: SaveSku) -> Outcome:
    """Make or change one SKU; its code is scannable as well as its EANs and packs.

    Raises:
        InvalidInput: a code no scanner can read, a code that stands for something else, or a
            weight or size no goods have.
    """
    require_all(_save(session, command, [command.facts]))
    sku = session.scalars(sa.select(Sku).where(Sku.code == command.facts.code.strip())).one()
    return Outcome(
        screen="sku", subject_id=sku.id, message=say("SKU {code} is saved.", code=sku.code)
    )


def import_skus(session: Session, command: ImportSkus) -> Outcome:
    """Make or change the SKUs; facts tell `new`, `changed`, `unchanged` and the `refused` rows."""
    return outcome_of(_save(session, command, command.rows), "skus")


def sku_problems(session: Session, facts: SkuFacts) -> list[tuple[str, Text]]:
    """Return what is wrong with what is said of a SKU: each field, and why.

    Without a code, which the site's rule will give it, that is no problem.
    """
    found = [(field, reason) for field, _, reason in _problems(facts, _known(session, [facts]))]
    return [(field, reason) for field, reason in found if facts.code.strip() or field != "code"]


def _save(session: Session, command: Command, rows: Sequence[SkuFacts]) -> Saved:
    known = _known(session, rows)
    saved = Saved()
    touched: dict[str, Sku] = {}
    barcodes: list[tuple[str, str, int, BarcodeKind]] = []
    for row in rows:
        if saved.is_refused(row.row, _problems(row, known), row.unread):
            continue
        sku, is_new, is_changed = _write(session, row, known)
        fresh = [c for c in _codes(row) if c[0] not in known.codes]
        for code, pieces, kind in fresh:
            known.codes[code] = (sku.code, pieces)
            barcodes.append((sku.code, code, pieces, kind))
        if is_new:
            saved.new.append(sku.code)
        elif is_changed or fresh:
            saved.changed.append(sku.code)
        else:
            saved.unchanged.append(sku.code)
        touched[sku.code] = sku
    session.flush()
    session.add_all(
        Barcode(code=code, sku_id=touched[owner].id, pieces=pieces, kind=kind)
        for owner, code, pieces, kind in barcodes
    )
    session.flush()
    ids = {code: sku.id for code, sku in touched.items()}
    trail.record_all(session, command, "sku", subjects(saved.new, ids), "sku_new")
    trail.record_all(session, command, "sku", subjects(saved.changed, ids), "sku_changed")
    return saved


def _known(session: Session, rows: Sequence[SkuFacts]) -> _Known:
    codes = {one for row in rows for code, _, _ in _codes(row) for one in spellings_of(code)}
    skus = session.scalars(sa.select(Sku).where(Sku.code.in_({r.code.strip() for r in rows})))
    found = session.execute(
        sa.select(Barcode.code, Sku.code, Barcode.pieces)
        .join(Sku, Sku.id == Barcode.sku_id)
        .where(Barcode.code.in_(codes))
    )
    return _Known(
        skus={sku.code: sku for sku in skus},
        codes={code: (owner, pieces) for code, owner, pieces in found},
        bins=set(session.scalars(sa.select(Bin.code).where(Bin.code.in_(codes)))),
    )


def _codes(row: SkuFacts) -> list[tuple[str, int, BarcodeKind]]:
    """Return (barcode, pieces, kind) of everything that is scanned for the SKU.

    What is said twice, as by a second scan or where the SKU is called by its EAN, is there once.
    """
    own = scan_code(row.code)
    said = [
        *([(own, 1, BarcodeKind.OWN)] if code_problem(own) is None else []),
        *((scan_code(ean), 1, BarcodeKind.EAN) for ean in row.eans),
        *((scan_code(pack.code), pack.pieces, BarcodeKind.PACK) for pack in row.packs),
    ]
    kinds: dict[tuple[str, int], BarcodeKind] = {}
    for code, pieces, kind in said:
        known = kinds.setdefault((code, pieces), kind)
        if known is BarcodeKind.OWN:
            kinds[code, pieces] = kind
    return [(code, pieces, kind) for (code, pieces), kind in kinds.items()]


def _write(session: Session, row: SkuFacts, known: _Known) -> tuple[Sku, bool, bool]:
    """Return the SKU of the row, whether it was made, and whether it says anything else now."""
    code = row.code.strip()
    sku = known.skus.get(code)
    if sku is None:
        sku = Sku(code=code, **{name: getattr(row, name) for name in _CHANGEABLE})
        session.add(sku)
        known.skus[code] = sku
        return sku, True, False
    is_changed = False
    for name in _CHANGEABLE:
        value = getattr(row, name)
        if value not in (None, "") and value != getattr(sku, name):
            setattr(sku, name, value)
            is_changed = True
    return sku, False, is_changed


def _problems(row: SkuFacts, known: _Known) -> Iterator[Problem]:
    for field, value, reason in _checks(row):
        if reason is not None:
            yield field, value, reason
    if "code" in row.unread:
        return
    own: dict[str, tuple[str, int]] = {}
    for code, pieces, kind in _codes(row):
        # The same GTIN with other leading zeros is the same for a scanner.
        found = (known.codes.get(one) or own.get(one) for one in spellings_of(code))
        owner, worth = next(filter(None, found), (row.code.strip(), pieces))
        own[code] = (owner, worth)
        reason = None
        if owner != row.code.strip():
            reason = say("{code} already stands for SKU {sku}.", code=code, sku=owner)
        elif worth != pieces:
            reason = say("{code} is already worth {pieces} pieces.", code=code, pieces=worth)
        elif code in known.bins:
            reason = say("{code} is already the code of a bin.", code=code)
        if reason is not None:
            yield _FIELD_OF[kind], code, reason


_FIELD_OF = {BarcodeKind.OWN: "code", BarcodeKind.EAN: "eans", BarcodeKind.PACK: "packs"}


def _checks(row: SkuFacts) -> list[tuple[str, str, Text | None]]:
    """Return (field, value, what is wrong with it or None) of every field."""
    sizes = [f.name for f in fields(row) if f.name.endswith("_mm")]
    code = row.code.strip()
    return [
        ("code", code, _sku_code_problem(code)),
        ("name", row.name, None if row.name.strip() else say("The name is empty.")),
        *(("eans", ean, ean_problem(scan_code(ean))) for ean in row.eans),
        *(("packs", pack.code, code_problem(scan_code(pack.code))) for pack in row.packs),
        *(("packs", str(p.pieces), _within(p.pieces, MOST_PIECES)) for p in row.packs),
        ("weight_g", str(row.weight_g), _within(row.weight_g, HEAVIEST_G)),
        ("storage_class", row.storage_class, class_problem(row.storage_class)),
        ("shelf_most", str(row.shelf_most), _within(row.shelf_most, MOST_PIECES_IN_BIN)),
        *((name, str(getattr(row, name)), _within(getattr(row, name), LONGEST_MM))
          for name in sizes),
    ]  # fmt: skip


def _sku_code_problem(code: str) -> Text | None:
    """A SKU code may have Chinese in it; then its EAN or a label of ours is scanned instead."""
    if any(
        category(c) == "Cc" for c in code
    ):  # tabs, ends of lines: lists and labels break at them
        return say("This has characters that cannot be read.")
    ascii_code = "".join(c if c.isascii() and c != " " else "X" for c in scan_code(code))
    return code_problem(ascii_code)


def _within(value: int | None, most: int) -> Text | None:
    if value is None or 0 < value <= most:
        return None
    return say("This must be 1 to {most}.", most=most)
