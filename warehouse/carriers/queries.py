"""Which courier takes a consignment."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.carriers.models import Carrier, CarrierAlias


def carrier_for(session: Session, wish: str, default_code: str) -> Carrier | None:
    """Return the courier the buyer or seller wished by code or alias, else the site's default.

    None if neither is known.
    """
    wish = wish.strip()
    if wish:
        found = session.scalars(
            sa.select(Carrier)
            .outerjoin(CarrierAlias, CarrierAlias.carrier_id == Carrier.id)
            .where(
                Carrier.is_active,
                sa.or_(
                    Carrier.code == wish.upper(),
                    Carrier.name == wish,
                    CarrierAlias.alias == wish,
                ),
            )
            .limit(1)
        ).first()
        if found is not None:
            return found
    return session.scalars(
        sa.select(Carrier).where(Carrier.code == default_code, Carrier.is_active)
    ).first()


def active_carriers(session: Session) -> list[Carrier]:
    """Return the couriers in use, by code."""
    return list(session.scalars(sa.select(Carrier).where(Carrier.is_active).order_by(Carrier.code)))


def carrier_choices(session: Session) -> list[tuple[str, str]]:
    """Return (code, name) of every courier, by name, for a list to choose from."""
    rows = session.execute(sa.select(Carrier.code, Carrier.name).order_by(Carrier.name))
    return [(code, name) for code, name in rows]
