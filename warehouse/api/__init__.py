"""JSON for machines, versioned."""

from __future__ import annotations

from flask import Flask


def install(app: Flask) -> None:
    """Register the API."""
