"""The print queue: a table as lanes, one printer each, so that no paper comes out twice or never.

The one bridge between printing and the warehouse's database. Ask for paper inside a command
(`enqueue`, `reprint`, `confirm`), decide about it at a desk (`cancel`, `answer_unknown` …), print
it in the worker (`due`, `print_one`, `look_at`), show it on pages (`lanes`, `paper_of`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from printing.queue.asking import enqueue, reprint, routed_printer
from printing.queue.assigning import assign_waiting, can_assign
from printing.queue.claiming import claim, due
from printing.queue.deciding import (
    acknowledge,
    answer_unknown,
    cancel,
    confirm,
    fetch,
    hold,
    pause,
    put_first,
    release,
    reroute,
    resume,
    void,
)
from printing.queue.drawing import drawing_of, templates_for
from printing.queue.holders import release_the_dead
from printing.queue.looking import Lane, first_of_lanes, flagged, lanes, pdf_of
from printing.queue.ready import keep_ready
from printing.queue.showing import draft_of, paper_of

if TYPE_CHECKING:
    from printing.queue.delivery import (
        Transports,
        check_printer,
        transport_for,
        transports_within,
    )
    from printing.queue.health import idle_printers, look_at
    from printing.queue.loading import rejudge
    from printing.queue.outcomes import Printed
    from printing.queue.standing_in import hand_over, to_relieve
    from printing.queue.work import print_one

# Loaded when first asked for: making bytes needs half a second of libraries, asking for paper none.
_LATE = {
    "Transports": "printing.queue.delivery",
    "check_printer": "printing.queue.delivery",
    "transport_for": "printing.queue.delivery",
    "transports_within": "printing.queue.delivery",
    "idle_printers": "printing.queue.health",
    "look_at": "printing.queue.health",
    "rejudge": "printing.queue.loading",
    "hand_over": "printing.queue.standing_in",
    "to_relieve": "printing.queue.standing_in",
    "Printed": "printing.queue.outcomes",
    "print_one": "printing.queue.work",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(name)
    return getattr(import_module(_LATE[name]), name)


__all__ = [
    "Lane",
    "Printed",
    "Transports",
    "acknowledge",
    "answer_unknown",
    "assign_waiting",
    "can_assign",
    "cancel",
    "check_printer",
    "claim",
    "confirm",
    "draft_of",
    "drawing_of",
    "due",
    "enqueue",
    "fetch",
    "first_of_lanes",
    "flagged",
    "hand_over",
    "hold",
    "idle_printers",
    "keep_ready",
    "lanes",
    "look_at",
    "paper_of",
    "pause",
    "pdf_of",
    "print_one",
    "put_first",
    "rejudge",
    "release",
    "release_the_dead",
    "reprint",
    "reroute",
    "resume",
    "routed_printer",
    "templates_for",
    "to_relieve",
    "transport_for",
    "transports_within",
    "void",
]
