"""Files sent by form or by API, kept under names of our own until the worker has read them."""

from __future__ import annotations

import hashlib
import os
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Protocol

import sqlalchemy as sa

from warehouse.db import Database
from warehouse.errors import InvalidInput
from warehouse.orders.import_models import ImportRun, ImportState
from warehouse.text import say

MOST_FILES = 20
LONGEST_NAME = 120
LONGEST_ENDING = 8
KEPT_FOR = timedelta(days=1)
CHUNK = 1 << 20
NAMELESS = "-"


class Upload(Protocol):
    """What a request brings: the name it was sent under, and its bytes."""

    @property
    def filename(self) -> str | None: ...

    @property
    def stream(self) -> IO[bytes]: ...


@contextmanager
def kept_uploads(
    database: Database, files: Sequence[Upload], folder: Path, *, command_id: str
) -> Iterator[tuple[dict[str, Any], ...]]:
    """Keep the files while a run is begun with them; yield name, path and size of each.

    Paths follow from command and content: the same request sent again says the same, and two
    requests never share a file. Afterwards only what a run still has to read stays, so that
    neither a refusal nor the repeat of an import long done leaves names and addresses behind.

    Raises:
        InvalidInput: a file is empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept: list[dict[str, Any]] = []
    try:
        for number, file in enumerate(files):
            kept.append(_keep(file, folder, f"{command_id}/{number}/"))
        yield tuple(kept)
    finally:
        _drop_unwanted(database, [Path(file["path"]) for file in kept])


def sweep_uploads(database: Database, folder: Path, at: datetime) -> int:
    """Remove uploads kept for more than a day that no run has to read; return how many.

    What a broken request or a stopped program left behind goes this way.
    """
    if not folder.is_dir():
        return 0
    oldest = (at - KEPT_FOR).timestamp()
    old = [path for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < oldest]
    return _drop_unwanted(database, old) if old else 0


def _drop_unwanted(database: Database, paths: Sequence[Path]) -> int:
    unended = sa.select(ImportRun.files).where(
        ImportRun.state.in_((ImportState.WAITING, ImportState.RUNNING))
    )
    with database.reading() as session:
        wanted = {file["path"] for files in session.scalars(unended) for file in files}
    unwanted = [path for path in paths if str(path) not in wanted]
    for path in unwanted:
        path.unlink(missing_ok=True)
    return len(unwanted)


def _keep(file: Upload, folder: Path, salt: str) -> dict[str, Any]:
    digest, size = hashlib.sha256(salt.encode()), 0
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
    name = name_shown(file.filename or "")
    if size == 0:
        Path(part.name).unlink()
        raise InvalidInput(say("The file {name} is empty.", name=name), field="files")
    path = Path(part.name).replace(folder / digest.hexdigest())
    return {"name": name, "path": str(path), "bytes": size}


def name_shown(name: str) -> str:
    """Return the last part of a sent name without signs that could mislead who reads it."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    sound = Path("".join(c for c in last if unicodedata.category(c)[0] not in "CZ" or c == " "))
    return f"{sound.stem.strip()[:LONGEST_NAME]}{sound.suffix[:LONGEST_ENDING]}" or NAMELESS
