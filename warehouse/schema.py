"""Every table of the application in one metadata, for migrations and the tests of them."""

from __future__ import annotations

import printing.models  # noqa: F401  (imported for its tables, as are the next)
import warehouse.carriers.models
import warehouse.catalog.models
import warehouse.checking.models
import warehouse.commands
import warehouse.counting.models
import warehouse.counting.sheet_models
import warehouse.dispatch.models
import warehouse.inventory.models
import warehouse.kitting.models
import warehouse.numbers
import warehouse.orders.import_models
import warehouse.orders.models
import warehouse.packing.models
import warehouse.people.models
import warehouse.placing.models
import warehouse.receiving.accounts
import warehouse.receiving.models
import warehouse.replenishing.models
import warehouse.settings
import warehouse.storing.models
import warehouse.supplying.models
import warehouse.waves.models
import warehouse.weighing.models  # noqa: F401  (imported for its tables)
from warehouse.db import Base

metadata = Base.metadata
