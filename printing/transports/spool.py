"""A folder as printer: a file for each paper, whole or not at all."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from printing.errors import TransportError
from printing.transports import READY, Condition, Notice, Reason, unheard

MODE = 0o640  # waybills are personal: the group may read them, others not


@dataclass(frozen=True, kw_only=True)
class SpoolTransport:
    """Writes `<name>.<ending>` into the folder, which is made when it is missing."""

    folder: Path
    ending: str = "pdf"

    def send(self, payload: bytes, name: str, notice: Notice = unheard) -> None:
        target = self.folder / f"{name}.{self.ending}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write(payload, target)
        except OSError as error:
            raise TransportError(
                f"{target.name}: {error.strerror or error}",
                before_first_byte=True,
                reason=Reason.DISK,
            ) from error

    def look(self) -> Condition:
        # The folder may still have to be made: then what is above it must let us.
        nearest = next(path for path in (self.folder, *self.folder.parents) if path.exists())
        if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
            return READY
        return Condition(reason=Reason.DISK, detail=f"{nearest} cannot be written to")

    def _write(self, payload: bytes, target: Path) -> None:
        # A reader of the folder sees the whole file or none: the name appears by renaming.
        handle, part = tempfile.mkstemp(prefix=".", suffix=".part", dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(payload)
                out.flush()
                os.fsync(out.fileno())
            Path(part).chmod(MODE)
            Path(part).replace(target)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
