"""What of the stock wants to be looked at, counted for the desk's first page."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from warehouse.supplying.rules import Alert
from warehouse.supplying.stock import Asked, StockQuestion
from warehouse.text import say
from warehouse.tracing.queries import lot_counts
from warehouse.web.context import speak, today
from warehouse.web.lots import SOON_DAYS
from warehouse.web.sku_stock import asked_now
from warehouse.web.words import WORDS, word

SHOWN = (Alert.OUT, Alert.UNDER_SAFETY, Alert.UNDER_REORDER, Alert.SLOW, Alert.DEAD)


def stock_alerts(session: Session) -> list[dict[str, Any]]:
    """Return the alerts that any goods are in, each with its number and the list it opens.

    Costs two statements, over balances, lots and sales by day; no move is read.
    """
    row = session.execute(_counts(asked_now(session))).one()
    found = [
        {
            "label": speak(word(alert)),
            "count": int(getattr(row, alert.value)),
            "tone": WORDS[Alert][alert][1],
            "href": url_for("stock.index", only=alert.value),
        }
        for alert in SHOWN
    ]
    lots = lot_counts(session, today(), SOON_DAYS)
    for name, label, tone in (
        ("expired", say("lots expired"), "stop"),
        ("soon", say("lots end within {days} days", days=SOON_DAYS), "attention"),
        ("blocked", say("lots blocked"), "attention"),
    ):
        found.append(
            {
                "label": speak(label),
                "count": lots[name],
                "tone": tone,
                "href": url_for("lots.index", only=name),
            }
        )
    return [item for item in found if item["count"]]


@lru_cache(maxsize=4)
def _counts(asked: Asked) -> sa.Select[*tuple[Any, ...]]:
    """Return the question of a day: to draw it up takes longer than its answer."""
    return StockQuestion(asked).counts(SHOWN)
