"""The print queue: a table as lanes, one printer each, so that no paper comes out twice or never.

The one bridge between printing and the warehouse's database.
"""

from __future__ import annotations

from printing.queue.asking import enqueue, reprint

__all__ = ["enqueue", "reprint"]
