"""The second look: every piece in the tote scanned, what is wrong told and put where it belongs."""

from __future__ import annotations

from typing import Any

from warehouse.checking.commands.count import CheckItem, UndoCheck, check_item, undo_check
from warehouse.checking.commands.exceptions import (
    ReportDamaged,
    ReportMissing,
    report_damaged,
    report_missing,
)
from warehouse.checking.screens import CheckScreen
from warehouse.commands import Tone
from warehouse.errors import ScanRejected
from warehouse.simulation.day import Day
from warehouse.simulation.stopping import put_aside
from warehouse.simulation.tablet import Tablet, scanned

UNDO_SHARE = 0.01
DAMAGED_SHARE = 0.004


def look_through(day: Day, tablet: Tablet, tote: str, check_id: int) -> Any:
    """Scan every piece that lies in the tote; return whether the order goes on."""
    world = day.world
    pieces = world.pieces_in(tote)
    day.chance.shuffle(pieces)
    is_passed = False
    for sku in pieces:
        yield 2
        if is_passed:
            _put_back(day, sku, tote)  # left over once everything was there
            continue
        if day.happens(DAMAGED_SHARE):
            outcome = yield from _damaged(day, tablet, tote, check_id, sku)
            if outcome is not None:
                return False
        outcome = tablet.send(
            check_item, CheckItem, check_id=check_id, barcode=scanned(day.barcodes[sku])
        )
        if outcome.tone is Tone.STOP:
            _put_back(day, sku, tote)
            continue
        is_passed = outcome.screen == CheckScreen.TOTE
        if not is_passed and day.happens(UNDO_SHARE):
            tablet.send(undo_check, UndoCheck, check_id=check_id)
            day.tally.undone += 1
            yield 3
            is_passed = _again(day, tablet, check_id, sku)
    if is_passed:
        return True
    outcome = tablet.send(report_missing, ReportMissing, check_id=check_id)
    yield from put_aside(day, tablet, outcome.subject_id or 0)
    return False


def _again(day: Day, tablet: Tablet, check_id: int, sku: str) -> bool:
    outcome = tablet.send(
        check_item, CheckItem, check_id=check_id, barcode=scanned(day.barcodes[sku])
    )
    return outcome.screen == CheckScreen.TOTE


def _damaged(day: Day, tablet: Tablet, tote: str, check_id: int, sku: str) -> Any:
    """Report a damaged piece; return the answer, None if it does not belong to the order."""
    try:
        outcome = tablet.send(
            report_damaged, ReportDamaged, check_id=check_id, barcode=scanned(day.barcodes[sku])
        )
    except ScanRejected:
        return None
    day.world.move(sku, 1, tote, "QUARANTINE")
    yield from put_aside(day, tablet, outcome.subject_id or 0)
    return outcome


def _put_back(day: Day, sku: str, tote: str) -> None:
    day.world.move(sku, 1, tote, day.homes.get(sku, "R-01"))
