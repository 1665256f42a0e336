"""Carrying out a request that changes something: as one command, under the sender's id."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from warehouse.api.answers import answer, language
from warehouse.api.shapes.acts import act_of
from warehouse.commands import Actor, Command, Handler, Outcome, execute
from warehouse.web.context import actor, config, database, now, reading

REPLAYED = "Idempotent-Replayed"


def run(
    handler: Handler[Any], command: type[Command], /, *, by: Actor | None = None, **fields: Any
) -> Outcome:
    """Run the command of this request under its id, by the token's person if nobody is named."""
    zone = config().time_zone
    made = command(id=g.command_id, actor=by or actor(), at=now(), zone=zone, **fields)
    return execute(database(), handler, made)


def act(handler: Handler[Any], command: type[Command], /, **fields: Any) -> Response:
    """Run the command of this request and answer what it did."""
    return told(run(handler, command, **fields))


def told(outcome: Outcome) -> Response:
    """Return the answer to an act; a repeated one says so in a header and is otherwise the same."""
    with reading() as session:
        said = act_of(session, g.command_id, outcome, language())
    return answer(said, headers=replay_mark(outcome))


def replay_mark(outcome: Outcome) -> dict[str, str]:
    """Return the header of an answer that was given before."""
    return {REPLAYED: "true"} if outcome.is_replayed else {}
