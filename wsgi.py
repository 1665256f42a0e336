"""The web server's entry: reads the environment once and makes the application."""

from __future__ import annotations

from warehouse.app import create_app
from warehouse.config import from_environment

app = create_app(from_environment())
