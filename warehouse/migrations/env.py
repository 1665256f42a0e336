"""Alembic's entry: runs the migrations on the connection it is handed."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from warehouse import schema


def render_type(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Write our column types by name, so that a migration reads as the models do."""
    if kind == "type" and isinstance(item, TypeDecorator):
        autogen.imports.add("import warehouse.db")
        name = type(item).__name__
        if name == "Word":
            return "warehouse.db.text_of(24)"
        return f"warehouse.db.{name}()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    render_item=render_type,
    render_as_batch=True,
    transaction_per_migration=True,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
