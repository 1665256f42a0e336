"""The application: settings, database, blueprints and error pages put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_wtf import CSRFProtect

from warehouse.config import Config
from warehouse.db import Database

if TYPE_CHECKING:
    from printing.queue.drawing_room import DrawingRoom

TEMPLATES = "../templates"
FORM_PARTS = 5_000
FORM_MEMORY = 2 * 1024 * 1024

csrf = CSRFProtect()


def create_app(
    config: Config, database: Database | None = None, room: DrawingRoom | None = None
) -> Flask:
    """Return the Flask application for these settings.

    A database and a drawing room may be handed in, for tests; else the one is opened by the
    settings' URL, the other is the application's own and starts nothing yet.
    """
    from warehouse.api import install as install_api
    from warehouse.web import install as install_web

    app = Flask("warehouse", template_folder=TEMPLATES, static_folder="web/static")
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=config.upload_limit_bytes,
        MAX_FORM_MEMORY_SIZE=FORM_MEMORY,
        MAX_FORM_PARTS=FORM_PARTS,
        SESSION_COOKIE_NAME="fahuo_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.is_https,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.extensions["fahuo_config"] = config
    app.extensions["fahuo_database"] = database or Database(config.database_url)
    csrf.init_app(app)
    install_web(app, config, room)
    install_api(app)
    return app
