"""The ledger: the only place that writes moves, balances, allocations and serial numbers' places.

Every key (bin, SKU) is touched once per call, in ascending order, after the rows that explain
it, so that two commands cannot wait for each other and a hot balance is held as briefly as can be.
Promises that are made or given back to life come after their balances: triggers let none stand
that is not reserved. Those that are taken out or let go are closed before.
Lots come after all of these, in the same order by (bin, lot).
"""

from __future__ import annotations

from warehouse.inventory.ledger.lots import lot_named as lot_named
from warehouse.inventory.ledger.lots import other_day as other_day
from warehouse.inventory.ledger.moves import post as post
from warehouse.inventory.ledger.moves import reverse as reverse
from warehouse.inventory.ledger.promises import release as release
from warehouse.inventory.ledger.promises import reserve as reserve
from warehouse.inventory.ledger.shapes import Posting as Posting
from warehouse.inventory.ledger.shapes import Promise as Promise
