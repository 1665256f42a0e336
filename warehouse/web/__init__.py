"""One module per station or desk; HTML over the wire."""

from __future__ import annotations

from flask import Blueprint, Flask


def install(app: Flask) -> None:
    """Register every page, the door before them and the words in them."""
    from warehouse.web import access, pages

    access.install(app)
    pages.install(app)
    for blueprint in _blueprints():
        app.register_blueprint(blueprint)


def _blueprints() -> list[Blueprint]:
    from warehouse.web import check, home, login, pack, pick, pictures, ship, weigh

    return [m.bp for m in (home, login, pick, check, pack, weigh, ship, pictures)]
