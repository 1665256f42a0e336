"""Entry of `python -m warehouse.cli`."""

from __future__ import annotations

from warehouse.cli import run_main

run_main()
