"""Running numbers people read aloud: waves, parcels, manifests; and the codes of new SKUs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from warehouse.db import Base, PerDialect, Ref, on_dialect, table_of, text_of


class Counter(Base):
    """The last number given out under a name."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(text_of(64), primary_key=True)
    value: Mapped[Ref]  # as large as the serial numbers of logistic units


USUAL_PATTERN = "N-######"
LEAST_DIGITS, MOST_DIGITS = 3, 9
_PATTERN = re.compile(r"(?:([^=#,]{1,40})=)?([A-Z0-9._/-]{0,20})(#+)")
_table = table_of(Counter)


@dataclass(frozen=True, kw_only=True)
class CodePattern:
    """How the codes of a class of things are made: a prefix and so many running digits."""

    name: str
    prefix: str
    digits: int

    def code(self, number: int) -> str:
        """Return the code with this running number."""
        return f"{self.prefix}{number:0{self.digits}d}"


def _bump(insert: Any) -> Any:
    least = sa.bindparam("least", type_=_table.c.value.type)
    following = sa.case((_table.c.value < least, least), else_=_table.c.value + 1)
    return (
        insert(_table)
        .values(name=sa.bindparam("counter"), value=least)
        .on_conflict_do_update(index_elements=["name"], set_={"value": following})
        .returning(_table.c.value)
    )


_next = PerDialect(_bump)


def next_number(session: Session, name: str, *, least: int = 1) -> int:
    """Return the next number under `name`, from `least` on; taken back if the transaction fails."""
    given = {"counter": name, "least": least}
    return int(session.execute(on_dialect(session, _next), given).scalar_one())


def following_number(session: Session, name: str, *, least: int = 1) -> int:
    """Return what `next_number` would give just now, and leave it there."""
    last = session.scalar(sa.select(_table.c.value).where(_table.c.name == name))
    return least if last is None or last < least else last + 1


def read_patterns(text: str) -> tuple[CodePattern, ...]:
    """Return the patterns of a site rule: "Tops=T-#####, Cups=C-####", or one without a class.

    Raises:
        ValueError: a part is no pattern, or two are of one class or make the same codes.
    """
    found = []
    for part in re.split(r"[,，;；\n]", text or USUAL_PATTERN):
        match = _PATTERN.fullmatch(part.strip())
        if match is None or not LEAST_DIGITS <= len(match[3]) <= MOST_DIGITS:
            raise ValueError(part)
        name = (match[1] or match[2].strip("-./_") or "#").strip()
        found.append(CodePattern(name=name, prefix=match[2], digits=len(match[3])))
    for key in ("name", "prefix"):
        if len({getattr(pattern, key) for pattern in found}) != len(found):
            raise ValueError(text)
    return tuple(found)
