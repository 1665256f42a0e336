"""A printer that only the person's own computer reaches: the paper waits to be fetched there."""

from __future__ import annotations

from printing.errors import TransportError
from printing.transports import READY, Condition, Notice, Reason, unheard


class DownloadTransport:
    """Sends nothing: no byte leaves before somebody fetches the paper in a browser."""

    def send(self, payload: bytes, name: str, notice: Notice = unheard) -> None:
        raise TransportError(
            f"{name} waits to be fetched", before_first_byte=True, reason=Reason.DOWNLOAD
        )

    def look(self) -> Condition:
        return READY
