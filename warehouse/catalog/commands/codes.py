"""Codes of new SKUs, by the site's rule."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.numbers import CodePattern, next_number, read_patterns
from warehouse.settings import load_settings
from warehouse.text import say


def next_sku_code(session: Session, name: str) -> str:
    """Return the next code that no SKU has, under the class's pattern of the site rule.

    Raises:
        InvalidInput: the site has no such class. RuleViolation: its numbers are used up.
    """
    pattern = _pattern(read_patterns(load_settings(session).sku_code_patterns), name)
    while True:
        number = next_number(session, f"sku-{pattern.prefix}")
        if number >= 10**pattern.digits:
            raise RuleViolation(say("The numbers of the class {name} are used up. Widen the rule.",
                                    name=pattern.name))  # fmt: skip
        code = pattern.code(number)
        if session.scalar(sa.select(Sku.id).where(Sku.code == code)) is None:
            return code


def _pattern(patterns: tuple[CodePattern, ...], name: str) -> CodePattern:
    if not name:
        return patterns[0]
    for pattern in patterns:
        if pattern.name == name:
            return pattern
    raise InvalidInput(say("There is no such class of SKU codes."), field="pattern")
