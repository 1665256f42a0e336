"""Why a printer or a paper stands still, in the reader's words, and what to do about it.

The queue keeps a stable word and the sentence of the system, the printer or the program behind it,
in English. That sentence is read here for what it usually says; it is shown itself for support.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from printing.errors import (
    AddressRefused,
    DocumentInvalid,
    DoesNotFit,
    DrawingBroken,
    DrawingDelayed,
    DrawingStopped,
    DrawingTooLarge,
    NoMark,
    NotSpoken,
    SymbolFacts,
    SymbolTooWide,
    TemplateInvalid,
)
from printing.transports import Reason
from warehouse.text import Text, say

# By the stable word of the print queue.
TROUBLES: Mapping[str, Text] = {
    Reason.OFFLINE: say("not reachable"),
    Reason.PAPER_OUT: say("paper out"),
    Reason.PAPER_LOW: say("paper nearly out"),
    Reason.RIBBON_OUT: say("ribbon out"),
    Reason.DOWNLOAD: say("to be fetched in the browser"),
    Reason.COVER_OPEN: say("cover open"),
    Reason.JAM: say("paper jam"),
    Reason.PAUSED: say("paused at the printer"),
    Reason.FAULT: say("the printer reports a fault"),
    Reason.BUSY: say("busy with another paper"),
    Reason.NO_ANSWER: say("no answer after the paper was sent"),
    Reason.CUT_OFF: say("cut off while sending"),
    Reason.DISK: say("the folder cannot be written to"),
    Reason.REFUSED: say("the printer refuses the paper"),
    Reason.CONFIGURATION: say("wrong settings"),
    DoesNotFit.code: say("it does not fit the loaded media"),
    NotSpoken.code: say("this printer does not take papers of this form"),
    NoMark.code: say("a copy would bear no mark here: get a new number for the parcel"),
    DocumentInvalid.code: say("its content cannot be printed"),
    TemplateInvalid.code: say("its template cannot be drawn"),
    AddressRefused.code: say("wrong settings"),
    DrawingStopped.code: say("drawing it took too long and was stopped"),
    DrawingBroken.code: say("drawing it broke off"),
    DrawingTooLarge.code: say("drawing it takes too much memory"),
    DrawingDelayed.code: say("the server is too busy to draw it"),
    "stale": say("it waited too long: print it still?"),
    "person": say("set aside by a person"),
    "void": say("void: what it was for was put aside or taken back"),
    "unexpected": say("a fault of the program"),
    "cleared": say("nobody wanted it until its names and addresses were removed"),
}
_SETTINGS = say("Look at the settings of the printer: its address, kind and loaded media.")
_AT_DESK = say("Look whether its template or its goods hold something odd, then print it now.")
REMEDIES: Mapping[str, Text] = {
    Reason.OFFLINE: say("See that it is switched on and its cable is in; the papers wait."),
    Reason.PAPER_OUT: say("Put in a new roll or paper; it goes on by itself."),
    Reason.RIBBON_OUT: say("Put in a new ribbon; it goes on by itself."),
    Reason.COVER_OPEN: say("Close its cover; it goes on by itself."),
    Reason.JAM: say("Take out the jammed paper and close it; it goes on by itself."),
    Reason.PAUSED: say("Press its pause or feed key; it goes on by itself."),
    Reason.FAULT: say("Look at its display; switch it off and on if it stays so."),
    Reason.NO_ANSWER: say("Look whether the paper lies there, and answer the question."),
    Reason.CUT_OFF: say("Look whether the paper lies there, and answer the question."),
    Reason.DISK: say("Make room on the disk of the server, or let the program write there."),
    Reason.REFUSED: _SETTINGS,
    Reason.CONFIGURATION: _SETTINGS,
    DoesNotFit.code: say("Load what it goes on, or print it elsewhere."),
    NotSpoken.code: say("Print it elsewhere."),
    TemplateInvalid.code: say("Mend its template, then print it now."),
    AddressRefused.code: _SETTINGS,
    DrawingStopped.code: _AT_DESK,
    DrawingBroken.code: _AT_DESK,
    DrawingTooLarge.code: say(
        "Print it in parts, or give drawing more memory: {setting}.", setting="FAHUO_DRAWING_MB"
    ),
    DrawingDelayed.code: say("It goes on by itself; if it stays so, the server lacks memory."),
    "unexpected": say("Print it now; if it fails again, tell support what stands here."),
}
# What the sentence behind the word usually says: what to look for → what it is, what to do.
SIGNS: Sequence[tuple[re.Pattern[str], Text, Text]] = tuple(
    (re.compile(sign, re.IGNORECASE), what, remedy)
    for sign, what, remedy in (
        (r"connection refused", say("its machine takes no papers"),
         say("Switch it on, wait a minute, and see that its port is right.")),
        (r"no route to host|network is unreachable|host is down|host is unreachable",
         say("its address cannot be reached"),
         say("See that its cable or Wi-Fi is connected and its address is still the same.")),
        (r"^\d+ of \d+ bytes had left", say("the line broke in the middle of the paper"),
         say("Look whether the paper lies there, and answer the question.")),
        (r"all sent", say("it took the whole paper and did not say that it was printed"),
         say("Look whether the paper lies there, and answer the question.")),
        (r"timed out|time is over|not responding", say("it does not answer in time"),
         say("See that it is switched on and not busy with other work; switch it off and on.")),
        (r"connection reset|broken pipe|closed while asked|closed connection",
         say("it broke the connection"),
         say("See that no other machine holds it; switch it off and on if it stays so.")),
        (r"name or service not known|name resolution|is not known", say("its name is not known"),
         say("Give its number in the network instead of its name.")),
        (r"no such (file|device)|input/output error", say("it is not plugged in at the server"),
         say("Plug its cable into the server and switch it on.")),
        (r"permission denied|cannot be written to|operation not permitted",
         say("the program may not write there"),
         say("Whoever keeps the server has to allow it.")),
        (r"no space left|quota exceeded", say("the disk of the server is full"),
         say("Make room on the disk of the server; the papers wait.")),
        (r"cutter stuck", say("its cutter is stuck"),
         say("Open the cover, free the cutter, and close it again.")),
        (r"too hot", say("its head is too hot"), say("Let it cool; it goes on by itself.")),
        (r"status 0x0406|http status 404", say("the print server has no such queue or printer"),
         say("Look at its address: the name behind the slash is not known there.")),
        (r"status 0x040[123]|http status 40[13]|http status 426",
         say("the print server does not let us print"),
         say("Let this machine print there without a password.")),
        (r"status 0x040a", say("it cannot print PDF"),
         say("Set it up with its own language instead, as ZPL, TSPL or ESC/POS.")),
        (r"status 0x040b|knows no paper of", say("it does not know paper of this size"),
         say("Give it this paper in its own settings, and as its loaded media here.")),
        (r"status 0x0506|status 0x0503", say("its queue takes no papers now"),
         say("Let the queue of the print server take papers again.")),
        (r"http status 5|status 0x05", say("the print server has a fault"),
         say("Start the print server again; look whether the paper lies there.")),
        (r"media-empty|media-needed", TROUBLES[Reason.PAPER_OUT], REMEDIES[Reason.PAPER_OUT]),
        (r"longer than .* and was ended", TROUBLES[DrawingStopped.code], _AT_DESK),
        (r"drawing needs more than \d+ MB", TROUBLES[DrawingTooLarge.code],
         REMEDIES[DrawingTooLarge.code]),
        (r"drawing broke off", TROUBLES[DrawingBroken.code], _AT_DESK),
        (r"names no default printer", say("the print component names no default printer"),
         say("Write the name of the printer behind the address.")),
        (r"it has no printer", say("the print component has no printer of this name"),
         say("Write the name of the printer behind the address as the component lists it.")),
    )
)  # fmt: skip

# These say too little by themselves to act on.
VAGUE = frozenset(
    {"", Reason.OFFLINE, Reason.REFUSED, Reason.CONFIGURATION, Reason.DISK, Reason.FAULT}
)


def trouble(reason: str, detail: str) -> Text:
    """Return why a printer or paper stands still; a reason nobody has a word for as it is."""
    if symbol := SymbolTooWide.read(detail):
        return _too_wide(symbol)
    found = _sign(detail) if reason in VAGUE else None
    if found:
        return found[0]
    return TROUBLES.get(reason) or say("{text}", text=detail or reason)


def advice(reason: str, detail: str) -> Text | None:
    """Return what to do about it, None where nobody can say."""
    if found := _sign(detail):
        return found[1]
    return REMEDIES.get(reason)


def read(detail: str) -> Text | None:
    """Return what a sentence of the system or a printer says, None where it is not known."""
    if symbol := SymbolTooWide.read(detail):
        return _too_wide(symbol)
    found = _sign(detail)
    return found[0] if found else None


def _sign(detail: str) -> tuple[Text, Text] | None:
    return next(((what, do) for sign, what, do in SIGNS if sign.search(detail)), None)


def _too_wide(symbol: SymbolFacts) -> Text:
    if symbol["fitting"]:
        return say(
            "the barcode is too wide: it needs {needed_dots} dots and has {room_dots};"
            " at most {fitting} of its {characters} characters would fit",
            **symbol,
        )
    return say("the barcode is too wide: it needs {needed_dots} dots and has {room_dots}", **symbol)
