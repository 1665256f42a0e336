"""What a start leaves behind for the garbage collector."""

from __future__ import annotations

import gc

from warehouse.loading import COLLECT_AFTER, loading


def test_the_collector_rests_while_modules_load_and_looks_rarely_afterwards():
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_threshold()[0] == COLLECT_AFTER
