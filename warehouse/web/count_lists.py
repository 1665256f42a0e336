"""The lists of counts and of a count's lines: their columns, their files, and who sees which."""

from __future__ import annotations

from dataclasses import replace

from warehouse.counting import desk as count_desk
from warehouse.counting.models import ASKED_AGAIN, CountLine, CountSession
from warehouse.text import say
from warehouse.web import tables
from warehouse.web.spreadsheets import Field

FIELDS: tuple[Field, ...] = (
    (say("Count"), lambda c: c.number),
    (say("Name"), lambda c: c.name),
    (say("State"), lambda c: c.state),
    (say("Bins"), lambda c: c.bins),
    (say("Counted bins"), lambda c: int(c.done)),
    (say("Line count"), lambda c: c.lines),
    (say("Differences"), lambda c: int(c.different)),
    (say("Opened"), lambda c: c.opened_at),
    (say("Who"), lambda c: c.who),
)
LINE_FIELDS: tuple[Field, ...] = (
    (say("Bin"), lambda x: x.bin_code),
    (say("SKU"), lambda x: x.sku_code),
    (say("Goods"), lambda x: x.sku_name),
    (say("Properties"), lambda x: x.properties),
    (say("Lot"), lambda x: x.lot or ""),
    (say("Counted pieces"), lambda x: x.counted),
    (say("Book"), lambda x: x.book),
    (say("Difference"), lambda x: x.variance),
    (say("Missing pieces"), lambda x: x.gone),
    (say("Pieces found"), lambda x: x.found),
    (say("Value fen"), lambda x: x.value_fen),
    (say("Value missing fen"), lambda x: x.missing_fen),
    (say("Value found fen"), lambda x: x.found_fen),
    (say("State"), lambda x: x.state),
    (say("Reason"), lambda x: x.reason or ""),
    (say("Note"), lambda x: x.note),
    (say("Looks"), lambda x: x.looks),
    (say("Counter"), lambda x: x.counted_by),
    (say("Counted at"), lambda x: x.counted_at),
    (say("Decided by"), lambda x: x.decided_by or ""),
)
VALUES = (say("Value fen"), say("Value missing fen"), say("Value found fen"))
LISTING = tables.Listing(
    name="counts", key=CountSession.id, sorts=count_desk.SESSION_SORTS, default="-no",
    fields=FIELDS,
)  # fmt: skip
LINES = tables.Listing(
    name="count-lines", key=CountLine.id, sorts=count_desk.LINE_SORTS, default="bin",
    fields=LINE_FIELDS,
)  # fmt: skip
FOUND = (say("Counted pieces"), say("Book"), say("Difference"), say("Missing pieces"),
         say("Pieces found"), *VALUES)  # fmt: skip


def lines_as_seen(*, tells_value: bool, is_blind: bool) -> tables.Listing:
    """Return the list of lines as far as somebody may see it, in its file and by its order too.

    What goods were bought for is told to those who buy; what is asked again, not to those who may
    be sent to count it.
    """
    hidden = {"value"} if not tells_value else set()
    fields = [field for field in LINE_FIELDS if tells_value or field[0] not in VALUES]
    if is_blind:
        hidden |= {"value", "variance", "size"}
        fields = [_blinded(field) if field[0] in FOUND else field for field in fields]
    sorts = {name: sort for name, sort in LINES.sorts.items() if name not in hidden}
    return replace(LINES, sorts=sorts, fields=tuple(fields))


def _blinded(field: Field) -> Field:
    name, read = field
    return name, lambda line: "" if line.state in ASKED_AGAIN else read(line)
