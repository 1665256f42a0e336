"""How long a paper is waited for: a fault that a hand mends stops the clock, but not for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from printing.transports import HAND_NEEDED, READY, Condition, Notice, Reason


@dataclass(kw_only=True)
class Patience:
    """The wait for one paper. What the printer says meanwhile goes to `notice` when it changes."""

    monotonic: Callable[[], float]
    deadline_s: float
    patience_s: float
    notice: Notice
    last: Condition = READY
    _began: float = field(init=False)
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._began = self._since = self.monotonic()

    def hear(self, condition: Condition) -> None:
        """Take in what the printer says now."""
        if condition.reason in HAND_NEEDED or self.last.reason in HAND_NEEDED:
            self._since = self.monotonic()
        if condition != self.last and condition.reason != Reason.BUSY:
            self.notice(condition)
        self.last = condition

    @property
    def is_over(self) -> bool:
        now = self.monotonic()
        return now - self._since >= self.deadline_s or now - self._began >= self.patience_s
