"""What a platform's print component and we say to each other: JSON, one object for each message.

A message is read with suspicion: what is malformed, about another task or unheard of says nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from printing.transports import READY, SILENT, Condition, Reason

VERSION = "1.0"
MOST_NAMED = 8  # of the printers a component lists, in the sentence that ours is not among them
ENABLED, DISABLED = "enable", "disable"


class Cmd(StrEnum):
    """What is asked for, and what a message tells of."""

    AGENT = "getAgentInfo"
    PRINTERS = "getPrinters"
    PRINT = "print"
    RESULT = "notifyPrintResult"


class Word(StrEnum):
    """What the component says became of a task."""

    NOTHING = "nothing"
    PRINTED = "printed"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Task:
    """One paper at the component: its own id, that of its one document, and where it goes."""

    request_id: str
    task_id: str
    document_id: str
    printer: str


def request(cmd: Cmd, request_id: str, **more: Any) -> str:
    """Return a message that asks for something."""
    return json.dumps({"cmd": cmd, "requestID": request_id, "version": VERSION, **more})


def print_request(task: Task, documents: str) -> str:
    """Return the message that has the documents printed; their JSON goes in as it came."""
    head = request(
        Cmd.PRINT,
        task.request_id,
        task={
            "taskID": task.task_id,
            "preview": False,
            "printer": task.printer,
            "notifyType": ["render", "print"],
            "firstDocumentNumber": 1,
            "totalDocumentCount": 1,
        },
    )
    # Not one letter of what is signed may change: the text is put in, not read and written anew.
    return f'{head.removesuffix("}}")}, "documents": {documents}}}}}'


def read(message: str | bytes) -> Mapping[str, Any]:
    """Return what a message says; nothing of what is no JSON object."""
    try:
        said = json.loads(message)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def is_answer(said: Mapping[str, Any], cmd: Cmd, request_id: str) -> bool:
    """Tell whether this answers the question of that id."""
    return said.get("cmd") == cmd and said.get("requestID") == request_id


def word_on(said: Mapping[str, Any], task: Task) -> tuple[Word, str]:
    """Return what a message says of the task, and the sentence with it."""
    if is_answer(said, Cmd.PRINT, task.request_id):
        return (Word.FAILED if _is(said, "status", "failed") else Word.NOTHING), _why(said)
    if said.get("cmd") != Cmd.RESULT or str(said.get("taskID")) != task.task_id:
        return Word.NOTHING, ""
    papers = _papers(said)
    ours = [paper for paper in papers if str(paper.get("documentID")) == task.document_id]
    failed = next((paper for paper in ours if _is(paper, "status", "failed")), None)
    if failed is not None or _is(said, "taskStatus", "failed"):
        return Word.FAILED, _why(failed or said)
    if _is(said, "taskStatus", "printed") and (ours or not papers):
        return Word.PRINTED, ""
    return Word.NOTHING, ""


def condition_of(said: Mapping[str, Any], printer: str) -> Condition:
    """Return how the printer of this name is; of '' the component's default one."""
    listed = _listed(said)
    name = printer or str(said.get("defaultPrinter") or "")
    if not name:
        return Condition(reason=Reason.CONFIGURATION, detail="it names no default printer")
    if name not in listed:
        names = ", ".join(list(listed)[:MOST_NAMED]) or "none"
        return Condition(
            reason=Reason.CONFIGURATION, detail=f"it has no printer {name!r}; it lists {names}"
        )
    status = listed[name]
    if status == DISABLED:
        return Condition(reason=Reason.OFFLINE, detail=f"it says {name!r} is not to be used now")
    return READY if status == ENABLED else SILENT


def _listed(said: Mapping[str, Any]) -> dict[str, str]:
    printers = said.get("printers")
    return {
        str(printer["name"]): str(printer.get("status") or "").strip().lower()
        for printer in (printers if isinstance(printers, list) else [])
        if isinstance(printer, dict) and printer.get("name")
    }


def _papers(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    papers = said.get("printStatus")
    return [p for p in papers if isinstance(p, dict)] if isinstance(papers, list) else []


def _is(said: Mapping[str, Any], field: str, word: str) -> bool:
    return str(said.get(field) or "").strip().lower() == word


def _why(said: Mapping[str, Any]) -> str:
    parts = (str(said.get(field) or "").strip() for field in ("msg", "detail"))
    return ": ".join(part for part in parts if part) or "it gives no reason"
