"""The samples of the project itself, under the name older tests know them by."""

from __future__ import annotations

from printing.samples import HOSTILE, every, manifest, packing_slip, party, pick_list, shop, waybill

__all__ = [
    "HOSTILE",
    "every",
    "manifest",
    "packing_slip",
    "party",
    "pick_list",
    "shop",
    "waybill",
]
