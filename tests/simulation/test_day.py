"""A whole simulated day in small, on both databases, and what it leaves in its folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from pypdf import PdfReader

from printing.models import PrintJob
from warehouse.catalog.models import Bin, BinKind
from warehouse.cli.simulate import simulate_command
from warehouse.db import Database
from warehouse.dispatch.models import Waybill
from warehouse.inventory.models import Move, MoveReason, StockBalance
from warehouse.simulation import DATABASE_NAME, Plan, Summary, simulate

KEYS = {
    "orders", "dispatched", "held", "cancelled", "short", "refused_scans", "documents",
    "wrong_dispatches", "ledger_ok", "seconds", "scans", "receipts_booked", "counts_posted",
    "planted", "found", "false_variances",
}  # fmt: skip


def _plan(out: Path, **changes: object) -> Plan:
    return Plan(**{"orders": 40, "pickers": 3, "packers": 2, "seed": 7, "out": out, **changes})


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    out = tmp_path_factory.mktemp("day")
    return out, simulate(_plan(out))


def test_every_order_ends_and_none_leaves_wrongly(day: tuple[Path, Summary]) -> None:
    _, summary = day

    assert (summary.faults, summary.wrong_dispatches, summary.unfinished) == ([], 0, 0)
    assert (summary.ledger_ok, summary.is_sound, summary.orders) == (True, True, 40)
    assert summary.dispatched + summary.held + summary.cancelled + summary.closed == 40
    assert min(summary.dispatched - 25, summary.repeated_scans, sum(summary.news.values())) > 0


def test_people_err_and_are_told(day: tuple[Path, Summary]) -> None:
    refused = day[1].refused_by_reason

    assert {"wrong_bin", "wrong_item", "taken_by_another"} <= set(refused)
    assert sum(refused.values()) == day[1].refused_scans


def test_the_summary_is_written_twice(day: tuple[Path, Summary]) -> None:
    out, summary = day
    facts = json.loads((out / "summary.json").read_text())

    assert set(facts) >= KEYS
    assert (facts["dispatched"], facts["ledger_ok"]) == (summary.dispatched, True)
    assert f"dispatched: {summary.dispatched}\n" in (out / "summary.txt").read_text()


def test_every_paper_lies_there_once(day: tuple[Path, Summary]) -> None:
    out, summary = day
    files = {path.stem for path in (out / "documents").iterdir()}
    database = Database(f"sqlite:///{out / DATABASE_NAME}")
    with database.reading() as session:
        jobs = session.execute(sa.select(PrintJob.document_kind, PrintJob.number)).all()
        waybills = session.scalars(sa.select(Waybill.number).where(Waybill.source == "pool")).all()
    database.dispose()

    assert files == {f"{kind}-{number}" for kind, number in jobs}
    assert {f"waybill-{number}" for number in waybills} <= files
    assert summary.documents == len(files) == sum(summary.documents_by_kind.values())
    assert set(summary.documents_by_kind) == {"waybill", "packing_slip", "pick_list", "manifest"}
    assert len(PdfReader(out / "documents" / f"waybill-{waybills[0]}.pdf").pages) == 1


def test_the_same_day_again_on_postgresql(
    empty_postgres: Database, tmp_path: Path, day: tuple[Path, Summary]
) -> None:
    url = empty_postgres.url.render_as_string(hide_password=False)
    again = simulate(_plan(tmp_path, database_url=url))

    alike = (
        *("orders", "dispatched", "held", "cancelled", "short", "refused_by_reason", "scans"),
        *("documents_by_kind", "wrong_dispatches", "ledger_ok", "undone", "news", "faults"),
    )
    assert {k: getattr(again, k) for k in alike} == {k: getattr(day[1], k) for k in alike}


def test_deliveries_are_worked_from_the_dock_to_the_shelf(tmp_path: Path) -> None:
    summary = simulate(_plan(tmp_path, orders=6, receipts=2))

    assert (summary.faults, summary.is_sound, summary.receipts_booked) == ([], True, 2)
    assert summary.documents_by_kind["goods_receipt"] == 4  # two receipts in two copies
    database = Database(f"sqlite:///{tmp_path / DATABASE_NAME}")
    with database.reading() as session:
        left, booked = (
            session.scalar(query) or 0
            for query in (
                sa.select(sa.func.sum(StockBalance.on_hand))
                .join(Bin, Bin.id == StockBalance.bin_id)
                .where(Bin.kind == BinKind.DOCK),
                sa.select(sa.func.sum(Move.pieces)).where(Move.reason == MoveReason.PUT_AWAY),
            )
        )
    database.dispose()
    assert (left, booked > 6) == (0, True)


def test_counts_find_what_was_planted_while_orders_are_picked(tmp_path: Path) -> None:
    summary = simulate(_plan(tmp_path, orders=10, receipts=1, counts=1, planted=3))

    assert (summary.faults, summary.is_sound) == ([], True)
    assert (summary.counts_posted, summary.planted, summary.found) == (1, 3, 3)
    assert summary.false_variances == 0


def test_somebody_elses_file_is_played(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "docs" / "examples" / "orders-zh.csv"
    out = tmp_path / "out"

    result = CliRunner().invoke(
        simulate_command,
        ["--pickers", "1", "--packers", "1", "--seed", "3", "--out", str(out),
         "--import", str(example)],
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    facts = json.loads((out / "summary.json").read_text())
    assert (facts["orders"], facts["dispatched"], facts["wrong_dispatches"]) == (1, 1, 0)
    assert facts["notes"][1] == "2 SKUs unknown to the warehouse were made with a bin and a weight"


def test_a_file_that_cannot_be_read_ends_with_a_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"%PDF-1.7")

    result = CliRunner().invoke(
        simulate_command, ["--out", str(tmp_path / "out"), "--import", str(broken)]
    )

    assert result.exit_code == 1
    assert "neither a CSV nor an XLSX" in result.output
