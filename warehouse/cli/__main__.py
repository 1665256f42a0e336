"""Entry of `python -m warehouse.cli`."""

from __future__ import annotations

from warehouse.loading import loading

with loading():
    from warehouse.cli import run_main

run_main()
