"""`/api/v1/`: what there is, for people and for programs, and acts by their id."""

from __future__ import annotations

from flask import Response, current_app, render_template

from warehouse.api.answers import answer, language
from warehouse.api.door import bp
from warehouse.api.openapi import description, listing
from warehouse.api.operations import operation
from warehouse.api.schemas import anything, component
from warehouse.api.shapes.acts import stored_act
from warehouse.web.context import person, reading

TAG = "About"


@bp.get("/")
@operation(summary="Read what there is, as a page", tag=TAG, is_page=True)
def index() -> str:
    return render_template("api/index.html", tags=listing(current_app))


@bp.get("/openapi.json")
@operation(
    summary="The whole API as an OpenAPI 3.1 document",
    tag=TAG,
    is_page=True,
    answer=anything("OpenAPI 3.1."),
)
def openapi() -> Response:
    return answer(description(current_app))


@bp.get("/commands/<command_id>")
@operation(
    summary="What an act of yours did; 404: it was refused, or never arrived",
    tag=TAG,
    answer=component("StoredAct"),
)
def commands_show(command_id: str) -> Response:
    with reading() as session:
        return answer(stored_act(session, command_id, person().id, language()))
