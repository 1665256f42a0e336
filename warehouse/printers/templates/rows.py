"""The template a command is about, locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from printing.models import PaperTemplate
from warehouse.errors import NotFound, RuleViolation
from warehouse.text import say

if TYPE_CHECKING:
    pass


def template_by_id(session: Session, template_id: int) -> PaperTemplate:
    """Return the template, locked.

    Raises:
        NotFound: there is none.
    """
    found = session.get(PaperTemplate, template_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(say("template"), template_id)
    return found


def require_active(template: PaperTemplate) -> None:
    if not template.is_active:
        raise RuleViolation(say("{name} is retired.", name=template.name))
