"""How states, kinds and reasons read at a desk, and the tone each is shown in."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from printing.models import JobState, PrinterKind, PrinterState
from warehouse.carriers.models import CheckRule, PoolKind
from warehouse.catalog.models import BarcodeKind, BinKind, StationKind
from warehouse.checking.models import CheckState, MismatchKind
from warehouse.dispatch.models import HandoverState, WaybillSource, WaybillState
from warehouse.inventory.models import MoveReason
from warehouse.inventory.proof import PROOF_WORDS, Proof
from warehouse.inventory.standing import Held
from warehouse.orders.import_models import ImportState
from warehouse.orders.models import (
    ConsignmentState,
    HoldKind,
    HoldOwner,
    LineState,
    OrderState,
    ShopState,
)
from warehouse.orders.queries import CONSIGNMENT_WORDS, HOLD_WORDS
from warehouse.packing.models import ParcelState
from warehouse.people.models import Key, Role
from warehouse.placing.models import Why
from warehouse.placing.reasons import WHY_WORDS
from warehouse.printers.words import DOCUMENTS
from warehouse.receiving.accounts import ExchangeState, Settlement
from warehouse.receiving.models import Fault, PurchaseState, ReceiptState
from warehouse.receiving.queries import FAULT_WORDS
from warehouse.replenishing.models import TaskState as FillState
from warehouse.supplying.models import LevelSource
from warehouse.supplying.rules import Alert
from warehouse.text import Text, say
from warehouse.waves.models import ShortReason, TaskState, WaveState
from warehouse.web.count_words import COUNT_WORDS
from warehouse.weighing.models import Verdict

OK, LOOK, STOP, WAIT, NONE = "ok", "attention", "stop", "waiting", None

Words = Mapping[Any, tuple[Text, str | None]]

_HOLDS: Words = {kind: (text, LOOK) for kind, text in HOLD_WORDS.items()}
_PROGRESS = {
    ConsignmentState.READY: OK,
    ConsignmentState.DISPATCHED: OK,
    ConsignmentState.SET_ASIDE: STOP,
    ConsignmentState.DISSOLVED: NONE,
}
_STOPPING = (HoldKind.REFUND, HoldKind.CANCELLED, HoldKind.ADDRESS_CHANGED)

WORDS: Mapping[type[StrEnum], Words] = {
    OrderState: {
        OrderState.RECEIVED: (say("to audit"), NONE),
        OrderState.HELD: (say("held"), LOOK),
        OrderState.CLEAN: (say("clean"), OK),
        OrderState.RELEASED: (say("released"), WAIT),
        OrderState.DISPATCHED: (say("dispatched"), OK),
        OrderState.CANCELLED: (say("cancelled"), STOP),
        OrderState.CLOSED: (say("closed at the shop"), NONE),
    },
    ShopState: {
        ShopState.UNPAID: (say("unpaid"), LOOK),
        ShopState.PAID: (say("paid"), OK),
        ShopState.PART_SHIPPED: (say("part shipped"), NONE),
        ShopState.SHIPPED: (say("shipped"), NONE),
        ShopState.FINISHED: (say("finished"), NONE),
        ShopState.CLOSED: (say("closed"), STOP),
        ShopState.FORBIDDEN: (say("forbidden"), STOP),
        ShopState.UNKNOWN: (say("unknown"), LOOK),
    },
    LineState: {
        LineState.OPEN: (say("to ship"), NONE),
        LineState.REFUND_ASKED: (say("refund asked"), STOP),
        LineState.REFUNDED: (say("refunded"), STOP),
        LineState.CLOSED: (say("closed"), STOP),
        LineState.SHIPPED: (say("shipped"), OK),
        LineState.CANCELLED: (say("taken out"), STOP),
    },
    HoldKind: {**_HOLDS, **{kind: (HOLD_WORDS[kind], STOP) for kind in _STOPPING}},
    HoldOwner: {
        HoldOwner.CUSTOMER_SERVICE: (say("customer service"), NONE),
        HoldOwner.STOCK: (say("stock"), NONE),
        HoldOwner.FINANCE: (say("finance"), NONE),
    },
    ConsignmentState: {
        state: (text, _PROGRESS.get(state, WAIT)) for state, text in CONSIGNMENT_WORDS.items()
    },
    ImportState: {
        ImportState.WAITING: (say("waiting"), WAIT),
        ImportState.RUNNING: (say("running"), WAIT),
        ImportState.DONE: (say("done"), OK),
        ImportState.FAILED: (say("failed"), STOP),
    },
    WaveState: {
        WaveState.PLANNED: (say("planned"), NONE),
        WaveState.PICKING: (say("picking"), WAIT),
        WaveState.PICKED: (say("picked"), OK),
        WaveState.CANCELLED: (say("taken back"), STOP),
    },
    TaskState: {
        TaskState.OPEN: (say("to pick"), NONE),
        TaskState.PICKED: (say("picked"), OK),
        TaskState.SHORT: (say("short"), LOOK),
        TaskState.CANCELLED: (say("cancelled"), NONE),
    },
    ShortReason: {
        ShortReason.EMPTY: (say("empty bin"), LOOK),
        ShortReason.DAMAGED: (say("damaged goods"), LOOK),
        ShortReason.WRONG_GOODS: (say("wrong goods"), LOOK),
    },
    CheckState: {
        CheckState.OPEN: (say("open"), WAIT),
        CheckState.PASSED: (say("passed"), OK),
        CheckState.STOPPED: (say("stopped"), STOP),
    },
    MismatchKind: {
        MismatchKind.WRONG_ITEM: (say("wrong item"), STOP),
        MismatchKind.TOO_MANY: (say("too many"), STOP),
        MismatchKind.MISSING: (say("missing"), STOP),
        MismatchKind.DAMAGED: (say("damaged"), STOP),
    },
    ParcelState: {
        ParcelState.OPEN: (say("being packed"), WAIT),
        ParcelState.SEALED: (say("sealed"), WAIT),
        ParcelState.WEIGHED: (say("weighed"), WAIT),
        ParcelState.LABELLED: (say("labelled"), WAIT),
        ParcelState.MATCHED: (say("ready for the courier"), OK),
        ParcelState.DISPATCHED: (say("dispatched"), OK),
        ParcelState.SET_ASIDE: (say("set aside"), STOP),
    },
    Verdict: {
        Verdict.WITHIN: (say("within"), OK),
        Verdict.OUTSIDE: (say("outside"), STOP),
        Verdict.UNKNOWN: (say("nothing to compare with"), NONE),
        Verdict.OVERRIDDEN: (say("let pass"), LOOK),
    },
    WaybillState: {
        WaybillState.LIVE: (say("live"), OK),
        WaybillState.VOID: (say("void"), STOP),
    },
    WaybillSource: {
        WaybillSource.POOL: (say("own pool"), NONE),
        WaybillSource.PLATFORM: (say("platform"), NONE),
    },
    HandoverState: {
        HandoverState.OPEN: (say("open"), WAIT),
        HandoverState.CLOSED: (say("ended"), OK),
    },
    Proof: {proof: (text, STOP) for proof, text in PROOF_WORDS.items()},
    MoveReason: {
        MoveReason.OPENING: (say("opening stock"), NONE),
        MoveReason.PICK: (say("picked"), NONE),
        MoveReason.UNDO: (say("undone"), LOOK),
        MoveReason.PACK: (say("packed"), NONE),
        MoveReason.UNPACK: (say("unpacked"), LOOK),
        MoveReason.DISPATCH: (say("dispatched"), OK),
        MoveReason.SET_ASIDE: (say("set aside"), STOP),
        MoveReason.MISSING: (say("missing"), STOP),
        MoveReason.TRANSFER: (say("transfer"), NONE),
        MoveReason.ADJUST: (say("adjustment"), LOOK),
        MoveReason.RECEIVE: (say("received"), OK),
        MoveReason.PUT_AWAY: (say("put away"), NONE),
        MoveReason.REPLENISH: (say("replenished"), NONE),
        MoveReason.QUARANTINE: (say("to quarantine"), LOOK),
        MoveReason.EXCHANGE_OUT: (say("out for exchange"), LOOK),
        MoveReason.EXCHANGE_IN: (say("back from exchange"), OK),
        MoveReason.SUPPLIER_RETURN: (say("back to the supplier"), LOOK),
        MoveReason.SCRAP: (say("scrapped"), STOP),
        MoveReason.COUNT: (say("stock count"), LOOK),
        MoveReason.ASSEMBLE: (say("assembled"), NONE),
        MoveReason.TAKE_APART: (say("taken apart"), NONE),
        MoveReason.CUSTOMER_RETURN: (say("returned by the customer"), LOOK),
    },
    PurchaseState: {
        PurchaseState.DRAFT: (say("draft"), NONE),
        PurchaseState.ORDERED: (say("ordered"), WAIT),
        PurchaseState.PARTLY_RECEIVED: (say("partly received"), LOOK),
        PurchaseState.RECEIVED: (say("all received"), OK),
        PurchaseState.CLOSED: (say("closed"), NONE),
    },
    ReceiptState: {
        ReceiptState.EXPECTED: (say("expected"), WAIT),
        ReceiptState.COUNTING: (say("being counted"), WAIT),
        ReceiptState.COUNTED: (say("to be confirmed"), LOOK),
        ReceiptState.BOOKED: (say("booked"), OK),
        ReceiptState.CANCELLED: (say("cancelled"), STOP),
    },
    **COUNT_WORDS,
    ExchangeState: {
        ExchangeState.DRAFT: (say("draft"), NONE),
        ExchangeState.OUT: (say("with the supplier"), LOOK),
        ExchangeState.SETTLED: (say("settled"), OK),
        ExchangeState.CANCELLED: (say("cancelled"), STOP),
    },
    Settlement: {
        Settlement.REPLACED: (say("good ones came instead"), OK),
        Settlement.CREDITED: (say("credited"), OK),
        Settlement.SENT_BACK: (say("refused, the pieces came back"), LOOK),
        Settlement.REFUSED: (say("refused, the pieces stay there"), STOP),
    },
    Fault: {fault: (text, LOOK) for fault, text in FAULT_WORDS.items()},
    Why: {why: (text, NONE) for why, text in WHY_WORDS.items()},
    BinKind: {
        BinKind.SHELF: (say("shelf"), NONE),
        BinKind.RESERVE: (say("reserve"), NONE),
        BinKind.DOCK: (say("dock"), NONE),
        BinKind.TOTE: (say("tote"), NONE),
        BinKind.PARCEL: (say("parcel"), NONE),
        BinKind.SET_ASIDE: (say("set-aside place"), NONE),
        BinKind.QUARANTINE: (say("quarantine"), LOOK),
        BinKind.COURIER: (say("courier"), NONE),
        BinKind.SUPPLIER: (say("supplier"), NONE),
        BinKind.COUNT_DIFFERENCE: (say("count difference"), NONE),
        BinKind.OPENING: (say("opening stock"), NONE),
        BinKind.SCRAP: (say("scrap"), NONE),
        BinKind.KITTING: (say("kitting"), NONE),
    },
    Alert: {
        Alert.OUT: (say("orders, but nothing left"), STOP),
        Alert.UNDER_SAFETY: (say("under safety stock"), STOP),
        Alert.UNDER_REORDER: (say("to be bought"), LOOK),
        Alert.OVER: (say("too much"), LOOK),
        Alert.SLOW: (say("slow"), LOOK),
        Alert.DEAD: (say("dead stock"), LOOK),
    },
    Held: {
        Held.BLOCKED: (say("blocked"), STOP),
        Held.EXPIRED: (say("expired"), STOP),
        Held.ENDING: (say("too near its end"), STOP),
        Held.IN_DOUBT: (say("a blocked lot may be inside"), STOP),
        Held.NOT_FOUND: (say("not found"), LOOK),
        Held.DOCK: (say("on the dock"), WAIT),
        Held.QUARANTINE: (say("in quarantine"), LOOK),
        Held.CLOSED: (say("closed to picking"), LOOK),
        Held.NOT_IN_USE: (say("bin not in use"), LOOK),
        Held.ON_ITS_WAY_OUT: (say("on its way out"), WAIT),
    },
    LevelSource: {
        LevelSource.TYPED: (say("typed"), NONE),
        LevelSource.PROPOSED: (say("from sales"), NONE),
        LevelSource.IMPORTED: (say("from a list"), NONE),
    },
    FillState: {
        FillState.OPEN: (say("to be brought"), WAIT),
        FillState.DONE: (say("brought"), OK),
        FillState.NEEDLESS: (say("wanted no more"), NONE),
        FillState.EMPTY: (say("none to take in reserve"), LOOK),
        FillState.CANCELLED: (say("taken back"), NONE),
    },
    BarcodeKind: {
        BarcodeKind.OWN: (say("own code"), NONE),
        BarcodeKind.EAN: (say("EAN"), NONE),
        BarcodeKind.PACK: (say("pack"), NONE),
    },
    StationKind: {
        StationKind.PICK: (say("Pick"), NONE),
        StationKind.CHECK: (say("Check"), NONE),
        StationKind.PACK: (say("Pack"), NONE),
        StationKind.WEIGH: (say("Weigh"), NONE),
        StationKind.SHIP: (say("Ship"), NONE),
        StationKind.RECEIVE: (say("Receive"), NONE),
        StationKind.STOCK: (say("Stock"), NONE),
        StationKind.COUNT: (say("Count"), NONE),
        StationKind.DESK: (say("Desk"), NONE),
    },
    JobState: {
        JobState.QUEUED: (say("queued"), WAIT),
        JobState.RENDERING: (say("being drawn"), WAIT),
        JobState.READY: (say("ready to send"), WAIT),
        JobState.LEASED: (say("on its way"), WAIT),
        JobState.SENDING: (say("being sent"), WAIT),
        JobState.SENT: (say("printed"), OK),
        JobState.CONFIRMED: (say("seen on paper"), OK),
        JobState.FAILED: (say("failed"), STOP),
        JobState.UNKNOWN: (say("did it come out?"), LOOK),
        JobState.HELD: (say("held"), LOOK),
        JobState.CANCELLED: (say("cancelled"), NONE),
    },
    PrinterState: {
        PrinterState.UNKNOWN: (say("tells nothing"), NONE),
        PrinterState.READY: (say("ready"), OK),
        PrinterState.BUSY: (say("printing"), WAIT),
        PrinterState.PAPER_OUT: (say("paper out"), STOP),
        PrinterState.COVER_OPEN: (say("cover open"), LOOK),
        PrinterState.ATTENTION: (say("needs a look"), LOOK),
        PrinterState.OFFLINE: (say("offline"), STOP),
    },
    PrinterKind: {
        PrinterKind.FOLDER: (say("folder"), NONE),
        PrinterKind.ESCPOS: (say("receipt printer (ESC/POS)"), NONE),
        PrinterKind.ZPL: (say("label printer (ZPL)"), NONE),
        PrinterKind.TSPL: (say("label printer (TSPL)"), NONE),
        PrinterKind.IPP: (say("office printer (IPP)"), NONE),
        PrinterKind.CUPS: (say("queue of a print server (CUPS)"), NONE),
        PrinterKind.COMPONENT: (say("print component of a platform"), NONE),
        PrinterKind.DOWNLOAD: (say("browser: the paper is fetched"), NONE),
    },
    PoolKind: {
        PoolKind.RANGE: (say("range"), NONE),
        PoolKind.LIST: (say("list"), NONE),
    },
    CheckRule: {
        CheckRule.NONE: (say("no check digit"), NONE),
        CheckRule.MOD10: (say("modulo 10"), NONE),
        CheckRule.MOD7: (say("modulo 7"), NONE),
        CheckRule.MOD11: (say("modulo 11"), NONE),
    },
    Key: {
        Key.BADGE: (say("badge"), NONE),
        Key.PIN: (say("PIN"), NONE),
        Key.PASSWORD: (say("password"), NONE),
    },
    Role: {
        Role.PACKER: (say("packer"), NONE),
        Role.PICKER: (say("picker"), NONE),
        Role.CHECKER: (say("checker"), NONE),
        Role.COUNTER: (say("counter"), NONE),
        Role.RECEIVER: (say("receiver"), NONE),
        Role.CUSTOMER_SERVICE: (say("customer service"), NONE),
        Role.SUPERVISOR: (say("supervisor"), NONE),
        Role.ADMIN: (say("administrator"), NONE),
    },
}


# Always printed in more than one: one for each side.
IN_SHEETS = frozenset({"goods_receipt"})


def word(value: StrEnum) -> Text:
    """Return how a state reads."""
    return WORDS[type(value)][value][0]


def tone(value: StrEnum) -> str | None:
    """Return the tone a state is shown in, None for a plain one."""
    return WORDS[type(value)][value][1]


def is_one_of_several(kind: str, part: int) -> bool:
    """Tell whether others of this kind and number lie beside it that are no copies of it."""
    return part > 1 or kind in IN_SHEETS


def document_word(kind: str) -> Text:
    """Return how a kind of document reads; an unknown one as its own name."""
    return DOCUMENTS.get(kind) or say("{text}", text=kind)


def paper_word(kind: str, part: int) -> Text:
    """Return how a paper is called in a sentence, told apart from those that come with it."""
    called = document_word(kind)
    if not is_one_of_several(kind, part):
        return called
    return say("{paper}, sheet {part}", paper=called, part=part)


def options(words: type[StrEnum], first: Text | None = None) -> list[tuple[str, Text]]:
    """Return the words of an enum as the options of a choice, an empty one before them if named."""
    found = [(value.value, text) for value, (text, _) in WORDS[words].items()]
    return found if first is None else [("", first), *found]
