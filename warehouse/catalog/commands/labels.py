"""Labels for goods and places, as many as are wanted; a second one harms nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import BinLabel, Locale, SkuLabel, ToteLabel
from printing.queue import enqueue, templates_for
from warehouse.catalog.commands.places import MADE_KINDS
from warehouse.catalog.models import Barcode, BarcodeKind, Bin, BinKind, Sku, Zone
from warehouse.commands import Command, Outcome
from warehouse.errors import InvalidInput, NotFound
from warehouse.numbers import next_number
from warehouse.settings import load_settings
from warehouse.text import say

MOST_LABELS = 500
LABELLED_KINDS = MADE_KINDS


@dataclass(frozen=True, kw_only=True)
class PrintSkuLabels(Command):
    """`copies` labels for a piece of the SKU."""

    sku_id: int
    copies: int = 1


@dataclass(frozen=True, kw_only=True)
class PrintBinLabels(Command):
    """One label for each of the bins and totes."""

    bin_ids: tuple[int, ...]


def print_sku_labels(session: Session, command: PrintSkuLabels) -> Outcome:
    """Ask for the labels; they carry the EAN where there is one, else our own code.

    Raises:
        InvalidInput: none or too many wanted. NotFound: no such SKU.
    """
    if not 0 < command.copies <= MOST_LABELS:
        raise InvalidInput(say("Print 1 to {most} labels.", most=MOST_LABELS), field="copies")
    sku = session.get(Sku, command.sku_id)
    if sku is None:
        raise NotFound(say("SKU"), command.sku_id)
    label = SkuLabel(
        locale=_locale(session),
        content=_barcode_of(session, sku),
        sku_code=sku.code,
        name=sku.name,
        properties=sku.properties,
        templates=templates_for(session, SkuLabel.kind),
    )
    for number in range(1, command.copies + 1):
        _ask(session, command, label.placed(number, command.copies), f"sku:{sku.id}")
    return Outcome(
        screen="sku",
        subject_id=sku.id,
        message=say("{count} labels are on their way.", count=command.copies),
    )


def print_bin_labels(session: Session, command: PrintBinLabels) -> Outcome:
    """Ask for a label of each bin, in walking order; those of one kind are counted together.

    Raises:
        InvalidInput: none, too many, or one that is no place to stick a label on.
        NotFound: a bin that is not there.
    """
    ids = sorted(set(command.bin_ids))
    if not 0 < len(ids) <= MOST_LABELS:
        raise InvalidInput(say("Print 1 to {most} labels.", most=MOST_LABELS), field="chosen")
    bins = _bins(session, ids)
    for place in bins:
        if place.kind not in LABELLED_KINDS:
            raise InvalidInput(
                say("{code} is no place to stick a label on.", code=place.code), field="chosen"
            )
    labels = _labels_of(session, bins)
    counts = Counter(label.kind for label in labels)
    asked: Counter[str] = Counter()
    for place, label in zip(bins, labels, strict=True):
        asked[label.kind] += 1
        placed = label.placed(asked[label.kind], counts[label.kind])
        _ask(session, command, placed, f"bin:{place.id}")
    return Outcome(screen="bins", message=say("{count} labels are on their way.", count=len(bins)))


def _labels_of(session: Session, bins: Sequence[Bin]) -> list[ToteLabel | BinLabel]:
    zones = dict(session.execute(sa.select(Zone.id, Zone.name)).all())
    locale = _locale(session)
    drawn = {kind: templates_for(session, kind) for kind in (ToteLabel.kind, BinLabel.kind)}
    return [
        ToteLabel(
            locale=locale, content=place.code, tote=place.code, templates=drawn[ToteLabel.kind]
        )
        if place.kind is BinKind.TOTE
        else BinLabel(
            locale=locale,
            content=place.code,
            bin_code=place.code,
            zone=zones.get(place.zone_id or 0, ""),
            templates=drawn[BinLabel.kind],
        )
        for place in bins
    ]


def _locale(session: Session) -> Locale:
    return Locale(load_settings(session).paper_locale)


def _barcode_of(session: Session, sku: Sku) -> str:
    codes: Sequence[Barcode] = session.scalars(
        sa.select(Barcode)
        .where(Barcode.sku_id == sku.id, Barcode.pieces == 1)
        .order_by(Barcode.code)
    ).all()
    first = min(codes, key=lambda c: (c.kind is not BarcodeKind.EAN, c.code), default=None)
    return first.code if first else sku.code


def _bins(session: Session, ids: list[int]) -> list[Bin]:
    found = list(
        session.scalars(sa.select(Bin).where(Bin.id.in_(ids)).order_by(Bin.walk_order, Bin.code))
    )
    if len(found) != len(ids):
        raise NotFound(say("bin"), sorted(set(ids) - {b.id for b in found})[0])
    return found


def _ask(
    session: Session, command: Command, label: SkuLabel | BinLabel | ToteLabel, subject: str
) -> None:
    enqueue(
        session,
        label,
        station_id=command.actor.station_id,
        at=command.at,
        command_id=command.id,
        subject=subject,
        part=next_number(session, f"{label.kind}-{label.number}"[:64]),
    )
