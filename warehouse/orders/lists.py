"""Importing the lists that stand before the first order, by a run that the worker carries out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from itertools import count

from warehouse.catalog.columns import BIN_COLUMNS, SKU_COLUMNS
from warehouse.catalog.importing import import_bin_list, import_sku_list
from warehouse.catalog.lists import ListColumn, ListReport
from warehouse.commands import Actor
from warehouse.db import Database
from warehouse.inventory.opening import COLUMNS as OPENING_COLUMNS
from warehouse.inventory.opening import import_opening_list
from warehouse.inventory.tracking import import_tracked_skus
from warehouse.orders.import_models import ImportKind
from warehouse.shops.rows import SourceFile

_READERS: Mapping[ImportKind, Callable[..., ListReport]] = {
    ImportKind.SKUS: partial(import_sku_list, handler=import_tracked_skus),
    ImportKind.BINS: import_bin_list,
    ImportKind.OPENING: import_opening_list,
}
COLUMNS: Mapping[ImportKind, tuple[ListColumn, ...]] = {
    ImportKind.SKUS: SKU_COLUMNS,
    ImportKind.BINS: BIN_COLUMNS,
    ImportKind.OPENING: OPENING_COLUMNS,
}


def read_in(
    database: Database,
    source: SourceFile,
    kind: ImportKind,
    *,
    run_id: int,
    actor: Actor,
    at: datetime,
    on_rows: Callable[[int], None],
) -> ListReport:
    """Take in the list of a run; taken up again, what it had done is counted and not done twice.

    Raises:
        FileRefused: it is no table with the columns of its kind; nothing was taken in.
    """
    numbers = count()
    return _READERS[kind](
        database,
        source,
        actor=actor,
        at=at,
        on_rows=on_rows,
        ids=lambda: f"import:{run_id}:{next(numbers)}",
    )
