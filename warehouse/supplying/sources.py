"""Which supplier a SKU is bought of."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from warehouse.receiving.models import Supplier
from warehouse.supplying.models import SupplierSku


def is_bought_of(sku_id: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a `SupplierSku` says where the SKU is bought now.

    That is its main supplier. While this one is not in use, it is the first of the others that is;
    where none is, the main one still: nothing can be bought of it.
    """
    other, seller = aliased(SupplierSku), aliased(Supplier)
    best = (
        sa.select(other.supplier_id)
        .join(seller, seller.id == other.supplier_id)
        .where(other.sku_id == sku_id)
        .order_by(seller.is_active.desc(), other.is_main.desc(), other.supplier_id)
        .limit(1)
        .correlate_except(other, seller)
        .scalar_subquery()
    )
    return sa.and_(SupplierSku.sku_id == sku_id, SupplierSku.supplier_id == best)
