"""Whose papers a template draws: the nearest of shop and courier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import PaperTemplateUse
from warehouse.carriers.models import Carrier
from warehouse.commands import Command, Outcome
from warehouse.errors import NotFound
from warehouse.orders.models import Shop
from warehouse.people import trail
from warehouse.text import say

if TYPE_CHECKING:
    pass
from warehouse.printers.templates.rows import require_active, template_by_id


@dataclass(frozen=True, kw_only=True)
class UseTemplate(Command):
    """Draw the papers of a shop and a carrier by the template; 0 is every one."""

    template_id: int
    shop_id: int = 0
    carrier_id: int = 0


@dataclass(frozen=True, kw_only=True)
class StopUsing(Command):
    """Draw these papers as before: by the next nearest template, at last the standard one."""

    use_id: int


def use_template(session: Session, command: UseTemplate) -> Outcome:
    """Draw these papers by the template from now on, instead of what drew them before.

    Raises:
        NotFound: no such shop or carrier. RuleViolation: the template is retired.
    """
    kept = template_by_id(session, command.template_id)
    require_active(kept)
    if command.shop_id and session.get(Shop, command.shop_id) is None:
        raise NotFound(say("shop"), command.shop_id)
    if command.carrier_id and session.get(Carrier, command.carrier_id) is None:
        raise NotFound(say("courier"), command.carrier_id)
    whose = {
        "document_kind": kept.document_kind, "media": kept.media,
        "shop_id": command.shop_id, "carrier_id": command.carrier_id,
    }  # fmt: skip
    session.execute(sa.delete(PaperTemplateUse).filter_by(**whose))
    session.add(PaperTemplateUse(template_id=kept.id, **whose))
    session.flush()
    trail.record(
        session, command, "template", kept.id, "used",
        shop=command.shop_id, carrier=command.carrier_id,
    )  # fmt: skip
    return Outcome(
        screen="template",
        subject_id=kept.id,
        message=say("From now on {name} draws these papers.", name=kept.name),
    )


def stop_using(session: Session, command: StopUsing) -> Outcome:
    """Take the use away."""
    use = session.get(PaperTemplateUse, command.use_id, with_for_update=True)
    if use is None:
        raise NotFound(say("use"), command.use_id)
    template_id = use.template_id
    facts = {"shop": use.shop_id, "carrier": use.carrier_id}
    session.delete(use)
    session.flush()
    trail.record(session, command, "template", template_id, "unused", **facts)
    return Outcome(
        screen="template", subject_id=template_id, message=say("These papers are drawn as before.")
    )
