"""Keeping sent files for the worker, named by their content: the same file is kept once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from werkzeug.datastructures import FileStorage

from warehouse.api.schemas import printable
from warehouse.errors import InvalidInput
from warehouse.text import say

CHUNK = 1 << 20
LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A file that was sent: its facts as an import run keeps them; `is_new`: not kept before."""

    facts: dict[str, Any]
    is_new: bool

    def drop(self) -> None:
        """Remove what is not wanted after all."""
        if self.is_new:
            Path(self.facts["path"]).unlink(missing_ok=True)


def keep(file: FileStorage, folder: Path) -> Kept:
    """Keep the file and return its name as sent, its path and its bytes.

    The path follows from the content, so that the same request sent again says the same.

    Raises:
        InvalidInput: the file is empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".part-", delete=False) as part:
        try:
            while chunk := file.stream.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                part.write(chunk)
            part.flush()
            os.fsync(part.fileno())
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    name = _name(file.filename or "")
    if size == 0:
        Path(part.name).unlink()
        raise InvalidInput(say("The file {name} is empty.", name=name), field="files")
    path = folder / digest.hexdigest()
    is_new = not path.exists()
    Path(part.name).replace(path)
    return Kept(facts={"name": name, "path": str(path), "bytes": size}, is_new=is_new)


def _name(sent: str) -> str:
    """Return the file's own name, without the folders some browsers send with it."""
    return printable(sent.replace("\\", "/").rsplit("/", 1)[-1], LONGEST_NAME) or "-"
