"""Every refusal of the printing side, as one tree.

PrintingError
  DocumentInvalid     its content can never be printed: raised while the document is made
  TemplateInvalid     a label template says something that cannot be drawn
  DoesNotFit          sound, but not on this media: the job fails at once
    SymbolTooWide     a barcode is wider than its place: says what would fit
    NotSpoken         this printer takes papers in another form only
  NotDrawn            drawing it came to nothing, whatever its facts say
    DrawingStopped    drawing took longer than it may, and was ended
    DrawingTooLarge   drawing needed more memory than it may have
    DrawingBroken     the process that drew it fell over it, each time
    DrawingDelayed    nobody is there to draw it just now: no fault of the paper
  AlreadyQueued       this paper was asked for before; a second one needs a reason
  StateConflict       the job is not (or no longer) in a state that allows this
  PaperVoid           what the paper says holds no more: it is printed by nobody
  PaperCleared        its names and addresses were removed on time: there is nothing to print
  AddressRefused      the printer's address is outside what the site allows
  TransportError      the bytes did not arrive, or nobody knows: `before_first_byte` says which

Messages are English, for logs and job pages; `code` is stable, for translations and tests.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import ClassVar, TypedDict, Unpack, cast


class SymbolFacts(TypedDict):
    """The measures of a symbol that does not fit, see `SymbolTooWide`."""

    needed_dots: int
    room_dots: int
    characters: int
    fitting: int
    narrower_dots: int
    least_dots: int


class PrintingError(Exception):
    """A refusal with a stable code."""

    code: ClassVar[str] = "printing_error"

    def __reduce__(self) -> tuple[object, ...]:
        # Errors come back from processes that draw; most are made from more than their sentence.
        return _as_it_was, (type(self), self.args, self.__dict__)


def _as_it_was(
    kind: type[PrintingError], said: tuple[object, ...], facts: dict[str, object]
) -> PrintingError:
    error = kind.__new__(kind, *said)
    error.__dict__.update(facts)
    return error


class DocumentInvalid(PrintingError):
    """The facts can never make this document; `field` names the one that is wrong."""

    code = "document_invalid"

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field


class TemplateInvalid(PrintingError):
    """A template cannot be used: `element` (from 0, None for the whole), `field`, and why."""

    code = "template_invalid"

    def __init__(self, element: int | None, field: str, why: str) -> None:
        where = "" if element is None else f"element {element + 1}: "
        super().__init__(f"{where}{field} {why}")
        self.element = element
        self.field = field
        self.why = why


class DoesNotFit(PrintingError):
    """The document is sound but this media is too small or of another sort."""

    code = "does_not_fit"


class SymbolTooWide(DoesNotFit):
    """A barcode is wider than its place even with the narrowest bars it may have.

    `needed_dots` is its width then, quiet zones included, `room_dots` what is there. Of its
    `characters` the first `fitting` would fit (0: none can be left out); all of them would with
    bars of `narrower_dots` instead of `least_dots` (0: not even then).
    """

    _SAID = (
        "the barcode needs {needed_dots} dots, {room_dots} are there: {fitting} of its {characters}"
        " characters would fit, or bars of {narrower_dots} dots instead of {least_dots}"
    )
    _READ = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>\\d+)", _SAID))

    def __init__(self, **facts: Unpack[SymbolFacts]) -> None:
        super().__init__(self._SAID.format(**facts))
        self.facts = facts

    @classmethod
    def read(cls, said: str) -> SymbolFacts | None:
        """Return the facts of a kept message of this error; None where it is another's."""
        found = cls._READ.fullmatch(said)
        if found is None:
            return None
        return cast("SymbolFacts", {name: int(value) for name, value in found.groupdict().items()})


class NotSpoken(DoesNotFit):
    """The printer does not take papers of this form, whatever is loaded in it."""

    code = "not_spoken"


class NoMark(DoesNotFit):
    """The printer could not say on paper that this is a copy, so it prints none."""

    code = "no_mark"


class NotDrawn(PrintingError):
    """Drawing the paper came to nothing."""


class DrawingStopped(NotDrawn):
    """Drawing the paper did not come to an end in its time, so it was ended."""

    code = "drawing_stopped"


class DrawingTooLarge(NotDrawn):
    """Drawing the paper needed more memory than one paper may have."""

    code = "drawing_too_large"


class DrawingDelayed(NotDrawn):
    """There is no process to draw the paper just now; the same paper may be drawn a little later.

    The system starts none, or ended it for want of memory, or all there may be are at work.
    """

    code = "drawing_delayed"


class DrawingBroken(NotDrawn):
    """Whoever drew the paper fell over it: a fault of the program or of what it draws with."""

    code = "drawing_broken"


class AlreadyQueued(PrintingError):
    """The same paper is in the queue or was printed: ask for a reprint instead."""

    code = "already_queued"

    def __init__(self, kind: str, number: str, copy_no: int) -> None:
        super().__init__(f"{kind} {number} copy {copy_no} was asked for before")


class StateConflict(PrintingError):
    """The job is not in a state that allows this; `state` is the one it is in."""

    code = "job_state"

    def __init__(self, job_id: int, state: str, wanted: str) -> None:
        super().__init__(f"job {job_id} is {state}, not {wanted}")
        self.state = state


class PaperVoid(PrintingError):
    """What the paper says holds no more, so there is no copy of it."""

    code = "paper_void"

    def __init__(self, job_id: int, why: str) -> None:
        super().__init__(f"job {job_id} is void: {why}")
        self.why = why


class PaperCleared(PrintingError):
    """The content of the paper was removed on time, so there is nothing to print or to show."""

    code = "paper_cleared"

    def __init__(self, job_id: int) -> None:
        super().__init__(f"the content of job {job_id} was removed")


class AddressFault(StrEnum):
    """What is wrong with a printer's address, as a stable word."""

    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    PORT = "port"
    NETWORK = "network"
    FOLDER = "folder"
    DEVICE = "device"
    RELATIVE = "relative"


class AddressRefused(PrintingError):
    """The address is malformed or lies outside the networks and ports the site allows.

    `fault` says what is wrong with `named`, a part of the address.
    """

    code = "address_refused"

    def __init__(
        self, why: str, *, fault: AddressFault = AddressFault.MALFORMED, named: str = ""
    ) -> None:
        super().__init__(why)
        self.fault = fault
        self.named = named


class TransportError(PrintingError):
    """The printer did not take the bytes, or nobody knows whether it did.

    `before_first_byte` is True only where nothing can have come out of the printer, so that the
    job may be tried again without a second paper. `reason` is a word of `transports.Reason`. It
    `is_final` where the printer has said that this paper failed: only a person tries again.
    """

    code = "transport"

    def __init__(
        self,
        why: str,
        *,
        before_first_byte: bool,
        reason: str = "offline",
        is_final: bool = False,
    ) -> None:
        super().__init__(why)
        self.is_final = is_final
        self.before_first_byte = before_first_byte
        self.reason = reason
