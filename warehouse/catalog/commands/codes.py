"""Codes of new SKUs, by the site's rule."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Barcode, Bin, Sku
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.numbers import CodePattern, next_number, read_patterns
from warehouse.settings import load_settings
from warehouse.text import say


def next_sku_code(session: Session, name: str) -> str:
    """Return the next code that stands for nothing yet, under the class's pattern of the site rule.

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
        if not session.scalar(sa.select(_is_taken(code))):
            return code


def _is_taken(code: str) -> sa.ColumnElement[bool]:
    """Return the condition that the code is a SKU's, is scanned for one, or names a bin."""
    return sa.or_(
        sa.exists().where(Sku.code == code),
        sa.exists().where(Barcode.code == code),
        sa.exists().where(Bin.code == code),
    )


def _pattern(patterns: tuple[CodePattern, ...], name: str) -> CodePattern:
    if not name:
        return patterns[0]
    for pattern in patterns:
        if pattern.name == name:
            return pattern
    raise InvalidInput(say("There is no such class of SKU codes."), field="pattern")
