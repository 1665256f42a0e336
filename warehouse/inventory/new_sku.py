"""A SKU made by hand: with its code, its barcodes, its size, and how it is kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.commands.codes import next_sku_code
from warehouse.catalog.commands.labels import MOST_LABELS, PrintSkuLabels, print_sku_labels
from warehouse.catalog.commands.skus import SaveSku, SkuFacts, save_sku, sku_problems
from warehouse.catalog.models import Sku
from warehouse.commands import Command, Outcome
from warehouse.gathering import Gathered
from warehouse.inventory.tracking import SetTracking, set_tracking, tracking_problems
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
    kept: dict[str, Any] = {n: value or False for n, value in command.facts.tracking.items()}
    told = Gathered()
    if not 0 <= command.labels <= MOST_LABELS:
        told.tell(say("This must be 0 to {most}.", most=MOST_LABELS), "labels")
    if code and session.scalar(sa.select(Sku.id).where(Sku.code == code)) is not None:
        told.tell(say("SKU {code} is there already.", code=code), "code")
    for field, reason in sku_problems(session, command.facts):
        told.tell(reason, field)
    for problem, field in tracking_problems(session, None, kept):
        told.keep(problem, field)
    if not code:
        code = told.take("pattern", lambda: next_sku_code(session, command.pattern)) or ""
    told.refuse()
    facts = replace(command.facts, code=code)
    sent: dict[str, Any] = {
        "id": command.id,
        "actor": command.actor,
        "at": command.at,
        "zone": command.zone,
    }
    sku_id = save_sku(session, SaveSku(**sent, facts=facts)).subject_id or 0
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
