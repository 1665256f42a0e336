"""JSON for machines, versioned."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def install(app: Flask) -> None:
    """Register the API under /api/v1, with JSON answers also where no route is found."""
    from warehouse.api import (
        counts,
        days,
        dispatch,
        door,
        imports,
        index,
        kits,
        lots,
        moves,
        orders,
        papers,
        receiving,
        retiring,
        skus,
        stock,
        supply,
        waves,
    )
    from warehouse.app import csrf

    _ = (
        orders,
        imports,
        waves,
        stock,
        skus,
        retiring,
        supply,
        dispatch,
        papers,
        receiving,
        counts,
        moves,
        lots,
        kits,
        days,
        index,
    )  # their routes register on import
    csrf.exempt(door.bp)
    door.install(app)
    app.register_blueprint(door.bp)
