"""What came into the house and left it, day by day: added up as it happens, read without a sum.

The moves of a day are read once. SQLite writes one after another; on PostgreSQL a lower number
may be committed after a higher one, so a mark is moved only over moves whose writers have ended.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, BinKind
from warehouse.db import Database, PerDialect, connection_of, on_dialect, table_of
from warehouse.inventory.models import Move, MoveReason
from warehouse.kitting.models import KitVersion
from warehouse.supplying.models import DayFlow, Flow, FlowMark

AT_ONCE = 20_000  # moves in one transaction
MARK = 1

_OF_KIND = {
    BinKind.COURIER: Flow.SOLD,
    BinKind.COUNT_DIFFERENCE: Flow.COUNTED,
    BinKind.OPENING: Flow.OPENED,
    BinKind.SCRAP: Flow.SCRAPPED,
    BinKind.KITTING: Flow.KITTED,
}
_move, _flow, _mark = table_of(Move), table_of(DayFlow), table_of(FlowMark)
Flows = dict[tuple[int, date, Flow], int]  # (SKU, day, kind) → pieces into the house


def is_demand() -> sa.ColumnElement[bool]:
    """Return the condition that a day's flow says what goods are asked for, less what came back.

    That is what was sold, and what went into kits; that kits themselves are made or taken apart
    says nothing.
    """
    is_kit = sa.exists().where(KitVersion.kit_id == DayFlow.sku_id)
    return sa.or_(DayFlow.kind == Flow.SOLD, sa.and_(DayFlow.kind == Flow.KITTED, ~is_kit))


def _adding(insert: Any) -> Any:
    statement = insert(_flow).values(
        {name: sa.bindparam(name) for name in ("sku_id", "day", "kind", "pieces")}
    )
    return statement.on_conflict_do_update(
        index_elements=["sku_id", "day", "kind"],
        set_={"pieces": _flow.c.pieces + statement.excluded.pieces},
    )


_add = PerDialect(_adding)


def add_up(database: Database, zone: tzinfo) -> int:
    """Add the settled moves since the last time to their days; return how many were read."""
    done = 0
    while True:
        with database.transaction() as session:
            read = _add_up_some(session, zone)
        done += read
        if read < AT_ONCE:
            return done


def _add_up_some(session: Session, zone: tzinfo) -> int:
    mark = session.get(FlowMark, MARK, with_for_update=True, populate_existing=True)
    if mark is None:
        mark = FlowMark(id=MARK, done_to=0, seen_to=0, seen_xid=0)
        session.add(mark)
        session.flush()
    up_to = _settled(session, mark)
    ids = session.scalars(
        sa.select(_move.c.id)
        .where(_move.c.id > mark.done_to, _move.c.id <= up_to)
        .order_by(_move.c.id)
        .limit(AT_ONCE)
    ).all()
    if not ids:
        return 0
    connection = connection_of(session)
    found = flows_between(session, mark.done_to, ids[-1], zone)
    rows = [
        {"sku_id": sku_id, "day": day, "kind": kind, "pieces": pieces}
        for (sku_id, day, kind), pieces in sorted(found.items())
        if pieces
    ]
    if rows:
        connection.execute(on_dialect(connection, _add), rows)
    mark.done_to = ids[-1]
    return len(ids)


def _settled(session: Session, mark: FlowMark) -> int:
    """Return the number up to which no move can come any more, and look ahead for the next time.

    A writer takes its transaction number with its first statement, before it numbers its moves.
    So once no transaction before `seen_xid` is open, all moves up to `seen_to` are there or never
    will be.
    """
    newest = session.scalar(sa.select(sa.func.max(_move.c.id))) or 0
    if session.get_bind().dialect.name == "sqlite":
        return int(newest)
    oldest, next_xid = session.execute(
        sa.text(
            "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,"
            " pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        )
    ).one()
    if oldest >= mark.seen_xid:
        settled, mark.seen_to, mark.seen_xid = mark.seen_to, int(newest), int(next_xid)
        return settled
    return mark.done_to


def flows_between(session: Session, after: int, up_to: int | None, zone: tzinfo) -> Flows:
    """Return what the moves after one number crossed the walls of the house with, by site day."""
    source, target, undone = aliased(Bin), aliased(Bin), aliased(Move)
    reason_of = sa.func.coalesce(undone.reason, Move.reason, type_=Move.reason.type)
    query = (
        sa.select(
            Move.sku_id, Move.at, Move.pieces, reason_of,
            source.kind.label("source"), target.kind.label("target"),
        )
        .join(source, source.id == Move.from_bin_id)
        .join(target, target.id == Move.to_bin_id)
        .outerjoin(undone, undone.id == Move.reverses_id)
        .where(Move.id > after)
        .where(source.kind.in_(VIRTUAL_KINDS) != target.kind.in_(VIRTUAL_KINDS))
    )  # fmt: skip
    if up_to is not None:
        query = query.where(Move.id <= up_to)
    found: Flows = defaultdict(int)
    for sku_id, at, pieces, reason, came_from, went_to in session.execute(query):
        is_coming = came_from in VIRTUAL_KINDS
        kind = kind_of(came_from if is_coming else went_to, reason)
        day = at.astimezone(zone).date()
        found[sku_id, day, kind] += pieces if is_coming else -pieces
    return found


def kind_of(outside: BinKind, reason: MoveReason) -> Flow:
    """Return what a move across the walls is; what undoes another is of the other's kind."""
    if outside is BinKind.COURIER and reason is MoveReason.CUSTOMER_RETURN:
        return Flow.RETURNED
    if outside is BinKind.SUPPLIER:
        is_ours = reason in (MoveReason.EXCHANGE_IN, MoveReason.EXCHANGE_OUT)
        is_back = reason is MoveReason.SUPPLIER_RETURN or is_ours
        return Flow.SENT_BACK if is_back else Flow.RECEIVED
    return _OF_KIND[outside]
