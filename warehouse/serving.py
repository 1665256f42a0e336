"""The web server: gunicorn with threads, over an application made once and forked."""

from __future__ import annotations

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from warehouse.web import drawing

PROCESSES = 2
THREADS = 8


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn told in code what a configuration file would tell it."""

    def __init__(self, app: Flask, host: str, port: int) -> None:
        self._app = app
        self._options = {
            "bind": f"{host}:{port}",
            "workers": PROCESSES,
            "worker_class": "gthread",
            "threads": THREADS,
            "keepalive": 30,
            "graceful_timeout": 10,
            "loglevel": "warning",
            "preload_app": True,
            "worker_exit": lambda _server, _worker: drawing.close(app),
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._app
