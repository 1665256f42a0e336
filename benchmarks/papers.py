"""What asking for paper adds to a scan: the same pick scan with a waybill in its transaction.

Asking means all that a command does for its label: which templates draw it, its facts made and
checked, the row of the queue. Each turn times three scans of the same task, two without paper and
one with it, in an order that changes from turn to turn: what the file, its fsync and a busy
neighbour cost falls on all three. The two without paper tell the noise that is left.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from itertools import count, permutations
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from _floor import Floor, Task, make_floor
from sqlalchemy.orm import Session

from printing.documents import Carrier, Item, Party, Waybill
from printing.models import Printer, PrinterKind, PrintRoute
from printing.queue import enqueue, templates_for
from warehouse.commands import Outcome, execute, new_id
from warehouse.db import utcnow
from warehouse.picking.commands.confirm import ConfirmPick, confirm_pick

TURNS = 1_500
WARM_UP = 30
WITH_PAPER = 2  # 0 and 1 are the scans without
ORDERS = tuple(permutations(range(3)))
MOST_MS = 1.0


def measure() -> dict[str, Any]:
    """Return medians in ms: a scan without and with paper, what paper adds, and the noise of it.

    All are told by the clock, and once more by CPU time. `paper_adds` is the median over the turns
    of the scan with paper less the mean of the two without; `noise` that of the difference of these
    two, whatever its sign. `calm` is what paper adds in the quarter of the turns in which these two
    differed least: which turns these are, no scan with paper has a say in.
    """
    with tempfile.TemporaryDirectory() as folder:
        floor = make_floor(Path(folder) / "bench.db")
        _route(floor)
        numbers = count(1_234_567_890_123)
        turns = [_turn(floor, turn, numbers) for turn in range(WARM_UP + TURNS)][WARM_UP:]
        floor.database.dispose()
    figures: dict[str, Any] = {"turns": TURNS}
    for place, name in enumerate(("", "cpu_")):
        bare = [statistics.mean((one[0][place], one[1][place])) for one in turns]
        paper = [one[2][place] for one in turns]
        adds = [more - less for less, more in zip(bare, paper, strict=True)]
        figures[f"scan_{name}p50_ms"] = statistics.median(bare)
        figures[f"scan_with_paper_{name}p50_ms"] = statistics.median(paper)
        figures[f"paper_adds_{name}p50_ms"] = statistics.median(adds)
        figures[f"paper_adds_{name}p25_p75_ms"] = statistics.quantiles(adds, n=4)[::2]
        noise = [abs(one[0][place] - one[1][place]) for one in turns]
        figures[f"noise_{name}p50_ms"] = statistics.median(noise)
        calm = sorted(zip(noise, adds, strict=True))[: TURNS // 4]
        figures[f"paper_adds_{name}calm_ms"] = statistics.median(more for _, more in calm)
    return figures | {"may_add_ms": MOST_MS}


def _turn(floor: Floor, turn: int, numbers: count[int]) -> list[tuple[float, float]]:
    """Return the times of two scans without paper and of one with it, whichever came first."""
    task = floor.tasks[turn % len(floor.tasks)]
    times: dict[int, tuple[float, float]] = {}
    for kind in ORDERS[turn % len(ORDERS)]:
        times[kind] = _timed(floor, task, next(numbers) if kind == WITH_PAPER else None)
    return [times[kind] for kind in range(3)]


def _timed(floor: Floor, task: Task, number: int | None) -> tuple[float, float]:
    command = ConfirmPick(
        id=new_id(), actor=floor.actor, at=utcnow(), task_id=task.task_id, barcode=task.barcode
    )

    def with_paper(session: Session, scan: ConfirmPick) -> Outcome:
        outcome = confirm_pick(session, scan)
        templates = templates_for(session, Waybill.kind, shop_id=1, carrier_id=1)
        enqueue(
            session, _waybill(f"YT{number}", templates), station_id=None, at=scan.at,
            command_id=scan.id, subject=f"parcel:{number}",
        )  # fmt: skip
        return outcome

    clock, cpu = time.perf_counter(), time.process_time()
    execute(floor.database, confirm_pick if number is None else with_paper, command)
    return (time.perf_counter() - clock) * 1000, (time.process_time() - cpu) * 1000


def _route(floor: Floor) -> None:
    with floor.database.transaction() as session:
        printer = Printer(name="labels", kind=PrinterKind.ZPL, address="192.0.2.1:9100")
        session.add(printer)
        session.flush()
        session.add(PrintRoute(document_kind=Waybill.kind, printer_id=printer.id))


def _waybill(number: str, templates: tuple[str, ...]) -> Waybill:
    return Waybill(
        templates=templates,
        waybill_no=number,
        carrier=Carrier(code="YTO", name="圆通速递", hotline="95554"),
        receiver=Party(name="王小明", phone="13812345678", province="浙江省", city="杭州市",
                       district="西湖区", detail="文三路138号东方通信大厦7楼501室"),
        sender=Party(name="素然生活旗舰店", phone="0571-88990011", province="浙江省", city="嘉兴市",
                     district="南湖区", detail="云海路88号", is_business=True),
        sortation="330-A12-08 052",
        consolidation="杭州转运中心",
        order_numbers=("2100045566778899001",),
        parcel_no="P20261121-0042",
        items=(Item(name="纯棉圆领T恤 男", properties="黑色 / M", code="TEE-BK-M", pieces=2),),
        remark="请放前台，易碎品轻拿轻放",
        weight_g=1250,
        printed_at="2026-11-21 18:03",
    )  # fmt: skip


if __name__ == "__main__":
    for key, value in measure().items():
        print(f"{key:<28} {value}")
