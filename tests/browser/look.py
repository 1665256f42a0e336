"""Example pages of every kind, to be looked at and measured: no rules, only shapes."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, abort, render_template, request

from tests.browser.look_data import DESK, STATIONS, words_for


def add_looks(app: Flask) -> None:
    """Serve /look/<kind>?lang=zh|en for each station kind and desk page."""

    @app.get("/look/tee.svg")
    def tee() -> Response:
        return Response(TEE, mimetype="image/svg+xml")

    @app.get("/look/<kind>")
    def look(kind: str) -> str:
        locale = request.args.get("lang", "zh")
        if kind in STATIONS:
            return station(kind, locale)
        if kind not in DESK:
            abort(404)
        return render_template(f"look/{kind}.html", **words_for(kind, locale))


def station(kind: str, locale: str) -> str:
    context: dict[str, Any] = words_for(kind, locale)
    if kind == "door":
        return render_template("look/door.html", next_url="/pick", **context)
    return render_template(
        "look/floor.html",
        fragment=context.pop("template"),
        scan_url="/pick/scans",
        screen=kind,
        subject=1,
        **context,
    )


TEE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200">
<rect width="200" height="200" fill="#f3f1ec"/>
<path d="M70 38 40 54 22 92l24 12 12-20v82h84V84l12 20 24-12-18-38-30-16c-6 14-54 14-60 0z"
 fill="#23262b"/>
<path d="M70 38c6 18 54 18 60 0" fill="none" stroke="#3d424a" stroke-width="4"/></svg>"""
