"""Doing the plan: bins, items, totes, short picks, skips."""
