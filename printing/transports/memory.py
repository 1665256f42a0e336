"""A printer that keeps what it is sent: for tests, simulations and looking at bytes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from printing.errors import TransportError
from printing.transports import READY, Condition, Notice, unheard


@dataclass
class MemoryTransport:
    """Keeps (name, payload) in `sent`; raises what is queued in `faults` first, one each time."""

    sent: list[tuple[str, bytes]] = field(default_factory=list)
    faults: deque[TransportError] = field(default_factory=deque)

    condition: Condition = READY

    def send(self, payload: bytes, name: str, notice: Notice = unheard) -> None:
        if self.faults:
            fault = self.faults.popleft()
            if not fault.before_first_byte:
                self.sent.append((name, payload))
            raise fault
        self.sent.append((name, payload))

    def look(self) -> Condition:
        return self.condition
