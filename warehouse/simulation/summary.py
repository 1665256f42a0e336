"""What came of a simulated day, as JSON and as text."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

import sqlalchemy as sa

from warehouse.inventory.proof import differences
from warehouse.orders.models import Order, OrderState
from warehouse.simulation.day import Day

ENDED = (OrderState.DISPATCHED, OrderState.HELD, OrderState.CANCELLED, OrderState.CLOSED)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The figures of a day. `unfinished` are orders that ended nowhere; `faults` tell what broke.

    `documents` counts the papers in the folder `documents`, each once; copies are beside.
    """

    orders: int
    dispatched: int
    held: int
    cancelled: int
    closed: int
    unfinished: int
    short: int
    refused_scans: int
    refused_by_reason: dict[str, int]
    repeated_scans: int
    undone: int
    news: dict[str, int]
    documents: int
    documents_by_kind: dict[str, int]
    copies: int
    wrong_dispatches: int
    ledger_ok: bool
    seconds: float
    scans: int
    receipts_booked: int
    counts_posted: int
    planted: int
    found: int
    false_variances: int
    seed: int
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether the ledger verifies, every order ended and none was dispatched wrongly.

        And whether counts found all that was planted on the shelves, and nothing that was not so.
        """
        is_done = self.unfinished == 0 and not self.faults
        is_counted = self.found == self.planted and self.false_variances == 0
        return is_done and is_counted and self.ledger_ok and self.wrong_dispatches == 0

    def write(self, out: Path) -> None:
        """Write summary.json and summary.txt into the folder."""
        facts = asdict(self)
        text = json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=False)
        (out / "summary.json").write_text(text + "\n", encoding="utf-8")
        (out / "summary.txt").write_text(self.as_text(), encoding="utf-8")

    def as_text(self) -> str:
        """Return one figure a line, then the notes and faults."""
        lines = []
        for name, value in asdict(self).items():
            if name in ("notes", "faults"):
                lines += [f"{name[:-1]}: {entry}" for entry in value]
            elif isinstance(value, dict):
                lines += [f"  {key}: {count}" for key, count in sorted(value.items())]
            else:
                lines.append(f"{name}: {str(value).lower() if value in (True, False) else value}")
        return "\n".join(lines) + "\n"


def sum_up(day: Day, *, seconds: float, seed: int, notes: list[str], faults: list[str]) -> Summary:
    """Count what came of the day, prove the ledger, and have the judge speak."""
    with day.database.reading() as session:
        rows = session.execute(
            sa.select(Order.order_no, Order.state).where(Order.id.in_(day.order_ids))
        ).all()
        wrong_balances = [
            f"ledger: {d.bin} {d.sku} {d.subject}: kept {d.kept}, {d.kind} is {d.computed}"
            for d in differences(session)
        ]
    states = Counter(state for _, state in rows)
    dispatched = [number for number, state in rows if state is OrderState.DISPATCHED]
    wrong = day.judge.wrong(dispatched)
    documents = sorted((day.out / "documents").glob("*.pdf"))
    kinds = Counter(path.name.partition("-")[0] for path in documents)
    return Summary(
        orders=len(rows),
        dispatched=states[OrderState.DISPATCHED],
        held=states[OrderState.HELD],
        cancelled=states[OrderState.CANCELLED],
        closed=states[OrderState.CLOSED],
        unfinished=sum(n for state, n in states.items() if state not in ENDED),
        short=day.tally.short,
        refused_scans=day.tally.refused.total(),
        refused_by_reason=dict(sorted(day.tally.refused.items())),
        repeated_scans=day.tally.repeated,
        undone=day.tally.undone,
        news=dict(sorted(day.tally.news.items())),
        documents=len(documents),
        documents_by_kind=dict(sorted(kinds.items())),
        copies=len(list((day.out / "copies").glob("*.pdf"))),
        wrong_dispatches=len(wrong),
        ledger_ok=not wrong_balances,
        seconds=round(seconds, 1),
        scans=day.tally.scans,
        receipts_booked=day.tally.receipts,
        counts_posted=day.tally.counts,
        planted=len(day.shelves.planted),
        found=len(day.shelves.found),
        false_variances=len(day.shelves.false),
        seed=seed,
        notes=notes,
        faults=[*faults, *wrong, *wrong_balances, *day.shelves.false, *_not_found(day)],
    )


def _not_found(day: Day) -> list[str]:
    missed = sorted(set(day.shelves.planted) - day.shelves.found)
    return [
        f"{place} {sku}: {day.shelves.planted[place, sku]:+} planted, and no count found it"
        for place, sku in missed
    ]
