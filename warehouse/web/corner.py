"""The words of a station's printers: one line for the bar, and what has to be called out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from printing.models import TROUBLED, UNASKED, PrinterState
from printing.queue.standing_in import is_away
from printing.transports import Reason
from warehouse.printers.bench import PATIENCE, Bench, BenchPrinter, bench_of
from warehouse.text import Text, say
from warehouse.web.pages import fmt_ago
from warehouse.web.troubles import advice, trouble
from warehouse.web.words import paper_word, word

MINUTE = timedelta(minutes=1)
NOTHING_COMES = say("Nothing comes out")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One thing to be called out. While its key stays the same it was said before.

    `brief` is what there is room for in the bar.
    """

    key: str
    text: Text
    brief: Text


@dataclass(frozen=True, kw_only=True)
class Corner:
    """What the bar shows of a station's printers, and what a tablet calls out, the worst first.

    `waiting` papers are not printed yet; `age` says since when the oldest waits, if that is long.
    """

    tone: str
    text: Text
    waiting: int = 0
    age: Text | None = None
    calls: tuple[Call, ...] = ()


def corner_of(session: Session, station_id: int | None, at: datetime) -> Corner | None:
    """Return the corner of a station, None if nothing prints for it."""
    bench = bench_of(session, station_id, at)
    calls = calls_of(bench, at)
    if not bench.printers and not calls:
        return None
    waiting = sum(one.waiting + one.working for one in bench.printers)
    oldest = min((one.oldest_at for one in bench.printers if one.oldest_at), default=None)
    is_old = oldest is not None and at - oldest >= MINUTE
    age = fmt_ago(oldest, at) if is_old else None
    tone, text = ("attention", calls[0].brief) if calls else _quiet(bench, waiting)
    return Corner(tone=tone, text=text, waiting=waiting, age=age, calls=calls)


def calls_of(bench: Bench, at: datetime) -> tuple[Call, ...]:
    """Return what the people at a bench have to be told, questions first."""
    found = [call for one in bench.printers for call in _questions(one)]
    found += [call for one in bench.printers if (call := _standstill(one, at))]
    if bench.unrouted:
        text = say("{count} papers have no printer. Tell the desk.", count=bench.unrouted)
        found.append(Call(key="unrouted", text=text, brief=say("No printer")))
    found += [call for one in bench.printers for call in _to_fetch(one)]
    return tuple(found)


def _questions(one: BenchPrinter) -> Iterator[Call]:
    for paper in one.asked:
        if not paper.is_to_fetch:
            kind = paper_word(paper.kind, paper.part)
            text = say("{printer} asks: did {paper} {number} come out?",
                       printer=one.printer.name, paper=kind, number=paper.number)  # fmt: skip
            yield Call(key=f"asked-{paper.job_id}", text=text, brief=say("Did it come out?"))


def _standstill(one: BenchPrinter, at: datetime) -> Call | None:
    """Return why nothing comes out of a printer, or soon will not."""
    printer = one.printer
    if printer.state in TROUBLED and printer.kind not in UNASKED:
        why = trouble(printer.state_reason, "") if printer.state_reason else word(printer.state)
        text = brief = say("{printer}: {why}", printer=printer.name, why=why)
        if one.stand_in:
            text = say("{printer}: {why}. {stand_in} stands in.",
                       printer=printer.name, why=why, stand_in=one.stand_in)  # fmt: skip
        key = f"state-{printer.id}-{printer.state_reason or printer.state}"
        return Call(key=key, text=text, brief=brief)
    is_late = one.oldest_at is not None and at - one.oldest_at >= PATIENCE
    if printer.is_paused and is_late:
        text = say("{printer} is paused and {count} papers wait",
                   printer=printer.name, count=one.waiting)  # fmt: skip
        return Call(key=f"paused-{printer.id}", text=text, brief=say("Printer paused"))
    # While it asks about a paper, that question is what holds it up.
    if one.is_stuck and (not one.questions or printer.kind in UNASKED):
        age = fmt_ago(one.oldest_at, at)
        text = say("{printer}: {count} papers wait {age} and none comes out",
                   printer=printer.name, count=one.waiting, age=age)  # fmt: skip
        return Call(key=f"stuck-{printer.id}", text=text, brief=NOTHING_COMES)
    return None


def _to_fetch(one: BenchPrinter) -> Iterator[Call]:
    first = next((paper for paper in one.asked if paper.is_to_fetch), None)
    if first is not None:
        text = say("{count} papers to fetch", count=one.to_fetch)
        yield Call(key=f"fetch-{first.job_id}", text=text, brief=text)


def _quiet(bench: Bench, waiting: int) -> tuple[str, Text]:
    printers = [one.printer for one in bench.printers]
    if any(printer.is_paused for printer in printers):
        return "waiting", say("Printer paused")
    if waiting:
        return "waiting", say("{count} printing", count=waiting)
    low = [p.name for p in printers if p.state_reason == Reason.PAPER_LOW]
    if low:
        why = trouble(Reason.PAPER_LOW, "")
        return "waiting", say("{printer}: {why}", printer=low[0], why=why)
    untold = [p for p in printers if p.state is PrinterState.UNKNOWN and p.kind not in UNASKED]
    if untold:
        why = word(PrinterState.UNKNOWN)
        return "waiting", say("{printer}: {why}", printer=untold[0].name, why=why)
    if len(printers) > 1:
        return "ok", say("{count} printers ready", count=len(printers))
    return "ok", say("Printer ready")


def worst_first(bench: Bench) -> list[BenchPrinter]:
    """Return the printers as a list shows them: those that need a hand before the others."""

    def rank(one: BenchPrinter) -> int:
        if one.asked:
            return 0
        return ("attention", "waiting", "ok").index(state_shown(one)[0]) + 1

    return sorted(bench.printers, key=rank)


def state_shown(one: BenchPrinter) -> tuple[str, Text]:
    """Return tone and words of one printer's state, for the list of them."""
    printer = one.printer
    if printer.state in TROUBLED and printer.kind not in UNASKED:
        why = trouble(printer.state_reason, "") if printer.state_reason else word(printer.state)
        return "attention", why
    if is_away(printer):
        return "waiting", say("paused")
    if one.is_stuck and not one.questions:
        return "attention", NOTHING_COMES
    if printer.kind in UNASKED:
        return "ok", word(PrinterState.READY)
    if printer.state is PrinterState.READY and printer.state_reason:
        return "waiting", trouble(printer.state_reason, "")
    tones = {PrinterState.READY: "ok", PrinterState.BUSY: "waiting"}
    return tones.get(printer.state, "waiting"), word(printer.state)


def advice_at(one: BenchPrinter) -> Text | None:
    """Return what hands at the bench can do about a printer that does not print."""
    printer = one.printer
    if printer.state not in TROUBLED or printer.kind in UNASKED:
        return None
    return advice(printer.state_reason, printer.state_detail)
