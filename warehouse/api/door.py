"""The API's door: who calls, whether they may, whether what they sent can be understood."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from warehouse.api.answers import Unauthorized, refusal, refused
from warehouse.api.bodies import MOST_BYTES, is_possible, read_json, read_key, read_query
from warehouse.api.operations import Operation, operation_of
from warehouse.api.schemas import check, printable
from warehouse.commands import new_id
from warehouse.errors import Forbidden, NotFound, WarehouseError
from warehouse.gate import DatabaseBusy
from warehouse.people.auth import Visitor, visitor_of_api_token
from warehouse.text import say
from warehouse.web.context import config, now, reading

PREFIX = "/api/v1"
BEARER = "bearer "
LONGEST_TOKEN = 200

bp = Blueprint("api", __name__, url_prefix=PREFIX)
log = logging.getLogger("fahuo.api")


def body() -> dict[str, Any]:
    """Return the checked JSON body of this request."""
    found: dict[str, Any] = g.body
    return found


def query() -> dict[str, Any]:
    """Return the checked query of this request; what was not sent is not there."""
    found: dict[str, Any] = g.query
    return found


def install(app: Flask) -> None:
    """Answer in JSON also where no route is found."""
    app.before_request(_no_such_route)


def _no_such_route() -> Response | None:
    """Refuse what the router would refuse with a page."""
    error = request.routing_exception
    if error is None or not request.path.startswith(f"{PREFIX}/"):
        return None
    code = error.code or HTTPStatus.NOT_FOUND
    return None if code < HTTPStatus.BAD_REQUEST else _http_refusal(error)


@bp.before_request
def _enter() -> Response | None:
    op = operation_of(request.endpoint or "")
    if op is None:
        raise Forbidden(say("This is not your right. Ask the supervisor."))
    g.visitor = _caller(op)
    if g.visitor is None:
        raise Unauthorized
    if op.rights and not any(right in g.visitor.rights for right in op.rights):
        raise Forbidden(say("This is not your right. Ask the supervisor."))
    for part in (request.view_args or {}).values():
        if not is_possible(part):
            raise NotFound(say("resource"), printable(str(part)))
    g.query = read_query(request.args, op.query)
    if request.method == "POST":
        return _read(op)
    return None


def _caller(op: Operation) -> Visitor | None:
    """Return who the token stands for. A cookie opens pages for reading, and nothing else."""
    header = request.headers.get("Authorization", "")
    if not header:
        known: Visitor | None = g.get("visitor")
        return known if op.is_page and request.method != "POST" else None
    token = header[len(BEARER) :].strip()
    if not header.lower().startswith(BEARER) or not 0 < len(token) <= LONGEST_TOKEN:
        return None
    with reading() as session:
        return visitor_of_api_token(session, token, now())


def _read(op: Operation) -> Response | None:
    header = request.headers.get("Idempotency-Key")
    if op.files:
        request.max_content_length = config().upload_limit_bytes
        if request.mimetype != "multipart/form-data":
            return _unsupported("multipart/form-data")
        g.body = {}
    else:
        request.max_content_length = MOST_BYTES
        content = request.get_data(cache=False)
        if len(content) > MOST_BYTES:
            raise RequestEntityTooLarge
        if content and request.mimetype != "application/json":
            return _unsupported("application/json")
        value = read_json(content)
        check(value, op.body or {})
        g.body = value
    g.command_id = read_key(header, g.body) or new_id()
    return None


def _unsupported(wanted: str) -> Response:
    return refusal("unsupported_media_type", say("Send the body as {kind}.", kind=wanted), 415)


@bp.errorhandler(WarehouseError)
def _refused(error: WarehouseError) -> Response:
    return refused(error)


@bp.errorhandler(DatabaseBusy)
def _busy(_error: DatabaseBusy) -> Response:
    text = say("The database is busy. Try again in a moment.")
    return refusal("busy", text, 503, headers={"Retry-After": "1"})


@bp.errorhandler(HTTPException)
def _http_refusal(error: HTTPException) -> Response:
    texts = {
        400: ("invalid_input", say("The request cannot be understood.")),
        404: ("not_found", say("There is no such resource.")),
        405: ("method_not_allowed", say("This cannot be called like that.")),
        413: ("too_large", say("The body is too large.")),
    }
    status = error.code or 500
    code, text = texts.get(status, ("error", say("That did not work.")))
    headers = {}
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return refusal(code, text, status, headers=headers)


@bp.errorhandler(Exception)
def _crashed(error: Exception) -> Response:
    log.error("unexpected in %s", request.endpoint, exc_info=error)
    return refusal("internal", say("Something unexpected happened. Nothing was done."), 500)
