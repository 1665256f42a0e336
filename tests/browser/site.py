"""A tiny site that serves the product's templates and scripts, with answers a test can script."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, Response, render_template, request, send_from_directory
from jinja2 import ChoiceLoader, FileSystemLoader

from tests.browser.look import add_looks
from tests.browser.look_words import CHINESE
from tests.browser.said import message
from tests.browser.serving import serve
from warehouse.text import Text, translate

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "warehouse" / "web" / "static"
CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
Reply = Callable[["Site", Mapping[str, str]], Response]


@dataclass
class Site:
    """What the browser sent, and what it is to be answered next."""

    url: str = ""
    received: list[dict[str, str]] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)  # when, in seconds
    script: deque[Reply] = field(default_factory=deque)
    person: Any = None
    device: dict[str, Any] = field(default_factory=dict)
    locks: int = 0
    looks: int = 0
    uploads: dict[str, int] = field(default_factory=dict)
    keypad: dict[str, Any] | None = None
    progress: tuple[int, int] | None = None
    may_answer: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Answer no scan before the block ends: what is scanned in it waits behind the first."""
        self.may_answer.clear()
        try:
            yield
        finally:
            self.may_answer.set()

    def barcodes(self) -> list[str]:
        return [scan["barcode"] for scan in self.received]

    def ids(self) -> list[str]:
        return [scan["command_id"] for scan in self.received]


def accepted(text: str = "", *, screen: str = "item", goto: str = "", **more: Any) -> Reply:
    """The next screen; its subject counts the scans so far."""

    def reply(site: Site, scan: Mapping[str, str]) -> Response:
        said = message(text or f"took {scan['barcode']}", **more)
        page = render_template(
            "live/scans.html",
            screen=screen,
            subject=len(site.received),
            message=said,
            site=site,
            goto=goto,
        )
        return Response(page)

    return reply


def refused(text: str, *, status: int = 422, **more: Any) -> Reply:
    def reply(_site: Site, _scan: Mapping[str, str]) -> Response:
        said = message(text, tone="stop", **more)
        return Response(render_template("_message.html", message=said), status=status)

    return reply


def plain(status: int, body: str = "", **headers: str) -> Reply:
    def reply(_site: Site, _scan: Mapping[str, str]) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Response(body, status=status, headers=named)

    return reply


def dropped(_site: Site, _scan: Mapping[str, str]) -> Response:
    """The scan arrives, the answer does not."""
    request.environ["werkzeug.socket"].close()
    return Response("")


def locale() -> str:
    return request.args.get("lang", "en")


def words(msgid: str, **params: Any) -> str:
    """The product's catalogue, and for the examples' own words theirs."""
    if locale() == "zh":
        msgid = CHINESE.get(msgid, msgid)
    return translate(Text(msgid, params), locale())


def make_app(site: Site) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.secret_key = "flashed messages"
    here = Path(__file__).parent / "templates"
    app.jinja_loader = ChoiceLoader([FileSystemLoader(ROOT / "templates"), FileSystemLoader(here)])  # type: ignore[assignment]
    app.jinja_env.globals.update(
        _=words,
        static=lambda name: f"/static/v1/{name}",
        csrf_token=lambda: "token-of-the-page",
        fmt_instant=lambda at: f"{at:%m-%d %H:%M}",
        fmt_g=lambda grams: f"{grams} g",
        may=lambda _right: True,
    )
    app.jinja_env.filters["said"] = lambda text: translate(text, locale())

    _add_frame(app, site)
    _add_scans(app, site)
    _add_rest(app, site)
    add_looks(app)
    return app


def _add_frame(app: Flask, site: Site) -> None:
    @app.context_processor
    def around() -> dict[str, Any]:
        return {
            "locale": locale(),
            "person": site.person,
            "device": site.device,
            "station": None,
        }

    @app.after_request
    def secure(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CSP
        response.headers["Cache-Control"] = "no-store"
        return response

    @app.get("/static/v1/<path:name>")
    def static_file(name: str) -> Response:
        return send_from_directory(STATIC, name)


def _add_scans(app: Flask, site: Site) -> None:
    @app.get("/pick")
    @app.get("/check")
    def live() -> str:
        path = request.path
        return render_template(
            "look/floor.html", process=path, scan_url=f"{path}/scans", fragment="live/scans.html",
            screen="bin", subject=0, message=message("ready", expects="scan"), site=site,
        )  # fmt: skip

    @app.post("/pick/scans")
    @app.post("/check/scans")
    def scans() -> Response:
        token = {"csrf": request.headers.get("X-CSRFToken", ""), "path": request.path}
        site.arrived.append(time.monotonic())
        site.received.append({**request.form.to_dict(), **token})
        site.may_answer.wait()
        reply = site.script.popleft() if site.script else accepted()
        return reply(site, request.form)


def _add_rest(app: Flask, site: Site) -> None:
    @app.get("/login")
    def door() -> str:
        return render_template("live/door.html", next_url=request.args.get("next", "/pick"))

    @app.post("/login")
    def enter() -> Response:
        site.person = SimpleNamespace(id=int(request.form["badge"]), name="张", roles=["picker"])
        return Response(status=303, headers={"Location": request.form["next"]})

    @app.post("/lock")
    def lock() -> Response:
        site.locks += 1
        return Response(status=204)

    @app.get("/printers")
    def printers() -> str:
        site.looks += 1
        return render_template("live/printers.html", site=site)

    @app.post("/upload")
    def upload() -> Response:
        for part in request.files.getlist("files"):
            site.uploads[str(part.filename)] = len(part.read())
        if site.script:
            return site.script.popleft()(site, request.form)
        return Response(status=303, headers={"Location": "/look/orders"})


@contextmanager
def served(site: Site) -> Iterator[Site]:
    with serve(make_app(site)) as site.url:
        yield site
