"""What a printer says in IPP, read: how it is, and its own word for a size of paper."""

from __future__ import annotations

from printing.errors import TransportError
from printing.media import Media
from printing.transports import READY, SILENT, Condition, Reason
from printing.transports.ipp_wire import Answer

IDLE, PROCESSING, STOPPED = 3, 4, 5
# Reasons that mean a hand is needed; of a stopped printer all others are shown as a fault.
REASONS = {
    "media-empty": Reason.PAPER_OUT,
    "media-needed": Reason.PAPER_OUT,
    "media-jam": Reason.JAM,
    "cover-open": Reason.COVER_OPEN,
    "door-open": Reason.COVER_OPEN,
    "interlock-open": Reason.COVER_OPEN,
    "marker-supply-empty": Reason.RIBBON_OUT,
    "paused": Reason.PAUSED,
    "offline": Reason.OFFLINE,
    "connecting-to-device": Reason.OFFLINE,
    "shutdown": Reason.OFFLINE,
}
LOW = frozenset({"media-low", "media-empty", "media-needed"})
ERROR, WARNING, REPORT = "-error", "-warning", "-report"
# A print server says this of a printer that is gone, and calls the printer idle all the same.
GONE = ("unavailable", "not responding", "unreachable")


def condition_of(printer: Answer, *, is_due: bool = False) -> Condition:
    """Return how the printer is. With `is_due` a warning counts: it should print and does not."""
    words = [word for word in printer.words("printer-state-reasons") if word != "none"]
    message = " ".join(printer.words("printer-state-message"))
    state = printer.number("printer-state")
    is_stopped = state == STOPPED or not _accepts(printer)
    found = [
        REASONS[_bare(word)]
        for word in words
        if _bare(word) in REASONS and (is_stopped or is_due or _is_severe(word))
    ]
    if found and not is_stopped and _is_hearsay(printer, state):
        return SILENT
    if found or is_stopped:
        detail = f"printer stopped: {', '.join(words) or message or 'no reason given'}"
        return Condition(reason=found[0] if found else Reason.FAULT, detail=detail)
    if any(sign in message.lower() for sign in GONE):
        return Condition(reason=Reason.OFFLINE, detail=message)
    if state == PROCESSING:
        return Condition(reason=Reason.BUSY, detail="printing")
    if any(_bare(word) in LOW for word in words):
        return Condition(reason=Reason.PAPER_LOW, detail=", ".join(words))
    return READY


def media_keyword(media: Media, supported: list[str]) -> str:
    """Return the printer's own word for this size; '' where it lists none at all.

    Raises:
        TransportError: it lists sizes and this is not among them; it would print on another.
    """
    if not supported:
        return ""
    size = f"_{media.width_mm}x{media.height_mm}mm"
    for keyword in supported:
        if keyword.endswith(size):
            return keyword
    if any(keyword.startswith("custom_max") for keyword in supported):
        return f"custom_label{size}"
    raise TransportError(
        f"the printer knows no paper of {media.width_mm}×{media.height_mm} mm",
        before_first_byte=True,
        reason=Reason.CONFIGURATION,
    )


def _accepts(printer: Answer) -> bool:
    return printer.attributes.get("printer-is-accepting-jobs", (True,))[0] is not False


def _is_hearsay(printer: Answer, state: int | None) -> bool:
    """Tell whether a print server only repeats what a printer said at its last paper.

    It asks printers while they print, not before: paper put in since then it does not know of.
    """
    return state == IDLE and "cups-version" in printer.attributes


def _is_severe(word: str) -> bool:
    """Tell whether the reason stops printing: one tray of three may be empty without that."""
    return not word.endswith((WARNING, REPORT))


def _bare(word: str) -> str:
    for suffix in (ERROR, WARNING, REPORT):
        word = word.removesuffix(suffix)
    return word
