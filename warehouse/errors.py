"""Every refusal the warehouse knows, as one tree.

WarehouseError
  NotFound        404   the thing named does not exist
  ScanRejected    422   mended by scanning something else
    UnknownBarcode, WrongItem, WrongBin, WrongTote, WrongParcel, WrongWaybill, VoidWaybill,
    OtherLot, LotWanted, LotDoubted, SerialDoubted, GoodsWanted …
  RuleViolation   409   the business forbids it
    InsufficientStock, LotMissing, LotBlocked, SerialMissing, SerialElsewhere, OrderStopped,
    AlreadySealed, WeightOutOfTolerance, NoWaybillLeft …
  Conflict        409   somebody else was first
    StaleScreen, TakenByAnother, CommandReused
  Forbidden       403   not this person's right
  InvalidInput    400   what was typed or sent cannot be understood
    UnknownName   404   … because it names a thing that does not exist
    ReasonWanted  409   … because it says nothing of why once more

What is wrong besides, found by the same look, is told with the first of it: `others`.

A raise means that nothing was written. What the database must remember is an outcome instead.
"""

from __future__ import annotations

from typing import Any, ClassVar

from warehouse.text import Text, say


class WarehouseError(Exception):
    """A refusal with a stable code, a sentence for the floor and the facts behind it."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, text: Text, **facts: Any) -> None:
        super().__init__(str(text))
        self.text = text
        self.facts = facts
        self.others: tuple[WarehouseError, ...] = ()  # what else was wrong, see `gathering`

    @property
    def field(self) -> str:
        """The place of what is wrong in a form or message, empty where it has none."""
        return str(self.facts.get("field", ""))

    @property
    def all(self) -> tuple[WarehouseError, ...]:
        """This refusal and the others that are told with it."""
        return (self, *self.others)


class NotFound(WarehouseError):
    """The thing named does not exist."""

    code = "not_found"
    status = 404

    def __init__(self, kind: Text, name: object) -> None:
        super().__init__(say("{kind} {name} does not exist.", kind=kind, name=str(name)[:80]))


class InvalidInput(WarehouseError):
    """What was typed or sent cannot be understood; `field` names the place."""

    code = "invalid_input"
    status = 400

    def __init__(self, text: Text, *, field: str = "") -> None:
        super().__init__(text, field=field)


class ReasonWanted(InvalidInput):
    """The paper was asked for before: once more it needs a reason."""

    code = "reason_wanted"
    status = 409


class UnknownName(InvalidInput):
    """What was typed or sent names a thing that does not exist; `field` names the place."""

    code = "not_found"
    status = 404


class UnknownSku(UnknownName):
    """No SKU is called so; one may be made of it."""

    def __init__(self, name: str, *, field: str) -> None:
        super().__init__(say("There is no SKU {code}.", code=name[:64]), field=field)
        self.name = name[:64]


class Forbidden(WarehouseError):
    """Not this person's right."""

    code = "forbidden"
    status = 403


class ScanRejected(WarehouseError):
    """The scan is not what this step needs; another scan mends it."""

    code = "scan_rejected"
    status = 422


class UnknownBarcode(ScanRejected):
    """Nothing in the warehouse carries this code."""

    code = "unknown_barcode"

    def __init__(self, barcode: str, *, wanted: Text) -> None:
        super().__init__(
            say("Read {barcode}, which nothing here carries. Scan {wanted}.",
                barcode=barcode[:40], wanted=wanted),
            barcode=barcode,
        )  # fmt: skip


class WrongScan(ScanRejected):
    """A known code, but not the one this step needs: says what came, what was wanted, its home."""

    code = "wrong_scan"

    def __init__(self, *, got: Text, wanted: Text, home: Text | None = None) -> None:
        text = (
            say("Read {got}, need {wanted}. It belongs in {home}.",
                got=got, wanted=wanted, home=home)
            if home
            else say("Read {got}, need {wanted}.", got=got, wanted=wanted)
        )  # fmt: skip
        super().__init__(text)


class WrongItem(WrongScan):
    code = "wrong_item"


class WrongBin(WrongScan):
    code = "wrong_bin"


class WrongTote(WrongScan):
    code = "wrong_tote"


class WrongParcel(WrongScan):
    code = "wrong_parcel"


class WrongWaybill(WrongScan):
    code = "wrong_waybill"


class VoidWaybill(ScanRejected):
    """The label holds no more: its parcel was put aside."""

    code = "void_waybill"


class WrongCarrier(WrongScan):
    code = "wrong_carrier"


class TooMany(ScanRejected):
    """More pieces than the step still needs."""

    code = "too_many"


class OtherLot(ScanRejected):
    """Goods of another lot than was promised; where it is as good, a second scan takes it."""

    code = "other_lot"

    def __init__(self, text: Text, *, offered: str = "") -> None:
        super().__init__(text, offered=offered)
        self.offered = offered  # the lot that a second scan takes, "" for none


class OtherDay(ScanRejected):
    """Another best-before stands on the goods than the book has for their lot."""

    code = "other_day"


class LotWanted(ScanRejected):
    """Several lots of these goods are in the place, and the scan did not say which it is."""

    code = "lot_wanted"


class LotDoubted(ScanRejected):
    """A lot was asked for, and this may be a barcode of ours: told once more, it is the lot."""

    code = "lot_doubted"

    def __init__(self, code: str, *, lot: str, got: Text | None = None) -> None:
        text = say("{code} looks like the barcode of an item. If it is the lot, scan or type it"
                   " once more.", code=code[:40])  # fmt: skip
        if code != lot:
            text = say("Nothing here carries {code}. If its lot {lot} is that of the goods in"
                       " hand, scan it once more.", code=code[:40], lot=lot)  # fmt: skip
        if got is not None:
            text = say("Read {got}, need the lot. If the lot of the goods in hand is called so,"
                       " scan or type it once more.", got=got)  # fmt: skip
        super().__init__(text, offered=lot)
        self.offered = lot


class SerialDoubted(ScanRejected):
    """A serial number was asked for, and this may be another code: told once more, it is one."""

    code = "serial_doubted"

    def __init__(self, serial: str, *, got: Text | None) -> None:
        text = say("{code} looks like the barcode of an item. If the piece in hand has this number,"
                   " scan or type it once more.", code=serial[:40])  # fmt: skip
        if got is not None:
            text = say("Read {got}, need the serial number of the piece. If the piece in hand has"
                       " this number, scan or type it once more.", got=got)  # fmt: skip
        super().__init__(text, offered=serial)
        self.offered = serial


class GoodsWanted(ScanRejected):
    """Pieces of several SKUs in the place have this number: the code of the goods says which."""

    code = "goods_wanted"

    def __init__(self, serial: str, skus: str) -> None:
        text = say("Serial number {serial} is here of {skus}. Scan the code of the goods in hand.",
                   serial=serial, skus=skus)  # fmt: skip
        super().__init__(text, offered=serial)
        self.offered = serial


class StillAsked(ScanRejected):
    """The goods in hand were scanned again where their lot or a serial number was asked for."""

    code = "still_asked"


class RuleViolation(WarehouseError):
    """The business forbids it."""

    code = "rule_violation"
    status = 409


class InsufficientStock(RuleViolation):
    """Less is free in the bin than was asked for."""

    code = "insufficient_stock"


class OutOfUse(RuleViolation):
    """The place or the SKU was taken out of use; nothing is booked there, or of it."""

    code = "out_of_use"


class LotMissing(RuleViolation):
    """The goods are kept by lot, and nobody can tell which lot these pieces are of."""

    code = "lot_missing"


class LotBlocked(RuleViolation):
    """The lot may be promised to nobody until somebody lets it go."""

    code = "lot_blocked"


class SerialMissing(RuleViolation):
    """The goods are known piece by piece, and their serial numbers were not given."""

    code = "serial_missing"


class SerialElsewhere(RuleViolation):
    """The serial number is in another place than the one it is to be taken from."""

    code = "serial_elsewhere"


class OrderStopped(RuleViolation):
    """The order was refunded, cancelled, changed or held: it passes no station."""

    code = "order_stopped"


class SamePerson(RuleViolation):
    """The second look must be another person's."""

    code = "same_person"


class NoWaybillLeft(RuleViolation):
    """The courier's pool of waybill numbers is used up."""

    code = "no_waybill_left"


class Conflict(WarehouseError):
    """Somebody else was first."""

    code = "conflict"
    status = 409


class StaleScreen(Conflict):
    """The screen shows something that has moved on since."""

    code = "stale_screen"

    def __init__(self, text: Text | None = None) -> None:
        super().__init__(text or say("This was finished elsewhere. Here is how it stands now."))


class TakenByAnother(Conflict):
    """Another person is at this work; scan again to take it over."""

    code = "taken_by_another"


class CommandReused(Conflict):
    """A command id came again with other content."""

    code = "command_reused"

    def __init__(self) -> None:
        super().__init__(say("This scan was already used for something else. Scan again."))
