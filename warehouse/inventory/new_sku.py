"""A SKU made by hand: with its code, its barcodes, its size, and how it is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.commands.codes import next_sku_code
from warehouse.catalog.commands.labels import MOST_LABELS, PrintSkuLabels, print_sku_labels
from warehouse.catalog.commands.skus import SaveSku, SkuFacts, save_sku
from warehouse.catalog.models import Sku
from warehouse.commands import Command, Outcome
from warehouse.errors import InvalidInput
from warehouse.inventory.tracking import SetTracking, set_tracking
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class NewSku(Command):
    """Make a SKU; without a code it gets the next of the class `pattern` by the site's rule."""

    facts: SkuFacts
    pattern: str = ""
    labels: int = 0


def new_sku(session: Session, command: NewSku) -> Outcome:
    """Make a SKU that is not there yet, and ask for its labels.

    Raises:
        InvalidInput: a SKU has this code, or one of its codes stands for something else; what is
            said of it cannot be. RuleViolation: the numbers of the class are used up.
    """
    code = command.facts.code.strip()
    if not 0 <= command.labels <= MOST_LABELS:
        raise InvalidInput(say("This must be 0 to {most}.", most=MOST_LABELS), field="labels")
    if code and session.scalar(sa.select(Sku.id).where(Sku.code == code)) is not None:
        raise InvalidInput(say("SKU {code} is there already.", code=code), field="code")
    code = code or next_sku_code(session, command.pattern)
    facts = replace(command.facts, code=code)
    sent: dict[str, Any] = {
        "id": command.id,
        "actor": command.actor,
        "at": command.at,
        "zone": command.zone,
    }
    sku_id = save_sku(session, SaveSku(**sent, facts=facts)).subject_id or 0
    kept: dict[str, Any] = {name: value or False for name, value in facts.tracking.items()}
    if any(kept.values()):
        set_tracking(session, SetTracking(**sent, sku_id=sku_id, **kept))
    if command.labels:
        wanted = PrintSkuLabels(**sent, sku_id=sku_id, copies=command.labels)
        print_sku_labels(session, wanted)
    return Outcome(
        screen="sku",
        subject_id=sku_id,
        message=say("SKU {code} is made.", code=code),
        facts={"code": code},
    )
