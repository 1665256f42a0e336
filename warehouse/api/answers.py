"""How the API answers: JSON, one shape for every refusal, one for every act."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, request

from warehouse.api.schemas import Schema, anything, listed, record, text
from warehouse.errors import WarehouseError
from warehouse.text import LOCALES, Text, say, translate
from warehouse.web.context import locale, visitor

PROBLEM: Schema = record(
    {
        "error": record(
            {
                "code": text("Stable, English, for programs."),
                "message": text("One sentence for people, in the language asked for."),
                "field": text("Where in the request the fault is, as orders[2]."),
                "details": anything("The facts behind it, by code."),
                "others": listed(
                    record(
                        {"code": text(), "message": text(), "field": text()}, optional=("field",)
                    ),
                    "What else is wrong, found by the same look.",
                ),
            },
            optional=("field", "details", "others"),
        )
    },
    "Why nothing was done.",
)


class Unauthorized(WarehouseError):
    """No token, or none that is known."""

    code = "unauthorized"
    status = 401

    def __init__(self) -> None:
        super().__init__(say("A token is needed, in the header Authorization: Bearer …"))


def language() -> str:
    """Return 'zh' or 'en': what the request asks for, else the person's."""
    wanted = request.accept_languages.best_match(LOCALES)
    if wanted is not None:
        return wanted
    return locale() if visitor() is not None else "en"


def speak(text: Text | str) -> str:
    """Return the sentence in the language of this request."""
    return translate(text, language())


def answer(value: Any, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return the JSON answer."""
    response = Response(
        json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n",
        status=status,
        mimetype="application/json",
    )
    response.headers["Content-Language"] = "zh-CN" if language() == "zh" else "en"
    response.headers.update(headers or {})
    return response


def refusal(
    code: str,
    message: Text,
    status: int,
    *,
    field: str = "",
    details: Mapping[str, Any] | None = None,
    others: Sequence[WarehouseError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the one shape of every refusal."""
    error: dict[str, Any] = {"code": code, "message": speak(message)}
    if field:
        error["field"] = field
    if details:
        error["details"] = {name: _plain(value) for name, value in details.items()}
    if others:
        error["others"] = [_told(one) for one in others]
    return answer({"error": error}, status, headers=headers)


def _told(error: WarehouseError) -> dict[str, str]:
    told = {"code": error.code, "message": speak(error.text)}
    return told | ({"field": error.field} if error.field else {})


def refused(error: WarehouseError) -> Response:
    """Return a refusal of the warehouse with its code and facts."""
    facts = dict(error.facts)
    field = str(facts.pop("field", ""))
    headers = {"WWW-Authenticate": "Bearer"} if error.status == Unauthorized.status else {}
    return refusal(
        error.code, error.text, error.status, field=field, details=facts, others=error.others,
        headers=headers,
    )  # fmt: skip


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int) else str(value)
