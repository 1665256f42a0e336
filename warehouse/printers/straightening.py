"""Laying a printer's picture straight by what somebody reads off its test page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from printing.media import Form, Media, media
from printing.models import Printer
from printing.queue.delivery import PICTURE_KINDS, STRAIGHTENED
from printing.straightening import TENTHS, Readings, head_of, move_by, scale_mm
from warehouse.commands import Command, Outcome
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.people import trail
from warehouse.printers.commands import FARTHEST_OFFSET, printer_by_id
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class StraightenPrinter(Command):
    """What the edges of the paper cut on the rulers of its test page, in tenths of a millimetre.

    `measured` is how long the stretch of whole centimetres came out; 0: nobody measured. A roll has
    no lower edge, so that only left and right count on it.
    """

    printer_id: int
    left: int
    right: int
    top: int
    bottom: int
    measured: int = 0


def straighten_printer(session: Session, command: StraightenPrinter) -> Outcome:
    """Move the picture by what was read.

    Raises:
        RuleViolation: it has no offset, or no media is named. InvalidInput: no page is read so.
    """
    printer = printer_by_id(session, command.printer_id)
    stock = stock_of(printer)
    _require_scale(printer, stock, command.measured)
    across = Readings(low=command.left, high=command.right, length=_tenths(stock.width_mm))
    _require_sound(across, "right", stock)
    x, y = printer.offset_x + move_by(across, printer.dpi), printer.offset_y
    if stock.form is not Form.ROLL:
        down = Readings(low=command.top, high=command.bottom, length=_tenths(stock.height_mm))
        _require_sound(down, "bottom", stock)
        y += move_by(down, printer.dpi)
    if max(abs(x), abs(y)) > FARTHEST_OFFSET:
        raise InvalidInput(_too_far(), field="right")
    printer.offset_x, printer.offset_y = x, y
    session.flush()
    trail.record(
        session, command, "printer", printer.id, "changed", fields=["offset_x", "offset_y"]
    )
    return Outcome(
        screen="printer",
        subject_id=printer.id,
        message=say("Moved: {x} dots right, {y} dots down. Print the test page again.", x=x, y=y),
    )


def stock_of(printer: Printer) -> Media:
    """Return the loaded stock the picture is laid straight on.

    Raises:
        RuleViolation: the printer has no offset, or takes any media.
    """
    if printer.kind not in STRAIGHTENED:
        raise RuleViolation(say("No paper of this printer is laid straight from here."))
    if not printer.media:
        raise RuleViolation(say("Say first which media is loaded."))
    return media(printer.media, dpi=printer.dpi)


def measured_mm(stock: Media) -> int:
    """Return the length to be measured on the test page, in whole millimetres."""
    return scale_mm(stock.width_mm)


def _require_scale(printer: Printer, stock: Media, measured: int) -> None:
    if not measured:
        return
    head = head_of(measured, measured_mm(stock) * TENTHS, printer.dpi)
    # Whoever is sent a PDF knows its millimetres: no choice of a head explains another scale.
    if head is None or (head != printer.dpi and printer.kind not in PICTURE_KINDS):
        why = say("Something between here and the paper scales: turn that off at the printer.")
        raise InvalidInput(why, field="measured")
    if head != printer.dpi:
        why = say("A head of {dpi} dpi prints like that: choose it for this printer.", dpi=head)
        raise InvalidInput(why, field="measured")


def _require_sound(readings: Readings, field: str, stock: Media) -> None:
    if not readings.is_sound:
        most = f"{readings.length / TENTHS:g}"
        why = say("The ruler goes from 0 to {most} mm.", most=most)
        raise InvalidInput(why, field=field)
    if readings.is_short:
        why = say("The paper is smaller than {media}: is another roll loaded?", media=stock.name)
        raise InvalidInput(why, field=field)


def _too_far() -> Text:
    return say("That is farther than a picture can be moved: set the printer's own position first.")


def _tenths(length_mm: float) -> int:
    return round(length_mm * TENTHS)
