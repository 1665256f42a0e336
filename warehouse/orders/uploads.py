"""Files that came over the web, kept under names of our own until the worker has read them."""

from __future__ import annotations

import secrets
import shutil
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from warehouse.errors import InvalidInput
from warehouse.text import say

MOST_FILES = 20
LONGEST_NAME = 120
ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm")


class Upload(Protocol):
    """What a form brings: the name it was sent under, and its bytes."""

    @property
    def filename(self) -> str | None: ...

    @property
    def stream(self) -> IO[bytes]: ...


def keep_uploads(files: Sequence[Upload], folder: Path) -> tuple[dict[str, Any], ...]:
    """Store the files and return name, path and size of each, as an import run keeps them.

    Raises:
        InvalidInput: none, too many, an empty one, or one of a kind no report has. Nothing is
            left behind then.
    """
    given = [file for file in files if file.filename]
    if not 0 < len(given) <= MOST_FILES:
        raise InvalidInput(say("Choose 1 to {most} files.", most=MOST_FILES), field="files")
    folder.mkdir(parents=True, exist_ok=True)
    kept: list[dict[str, Any]] = []
    try:
        for file in given:
            kept.append(_keep(file, folder))  # noqa: PERF401  (a refusal drops the ones before)
    except InvalidInput:
        drop_uploads(kept)
        raise
    return tuple(kept)


def drop_uploads(kept: Sequence[dict[str, Any]]) -> None:
    """Remove files that are not wanted after all."""
    for file in kept:
        Path(file["path"]).unlink(missing_ok=True)


def _keep(file: Upload, folder: Path) -> dict[str, Any]:
    name = _shown(file.filename or "")
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise InvalidInput(
            say("{name} is no report: CSV or XLSX files are read.", name=name), field="files"
        )
    path = folder / f"{secrets.token_hex(16)}{ending}"
    with path.open("xb") as target:
        shutil.copyfileobj(file.stream, target)
    size = path.stat().st_size
    if size == 0:
        path.unlink()
        raise InvalidInput(say("{name} is empty.", name=name), field="files")
    return {"name": name, "path": str(path), "bytes": size}


def _shown(name: str) -> str:
    """Return the last part of a sent name without signs that could mislead who reads it."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    sound = "".join(c for c in last if unicodedata.category(c)[0] not in "CZ" or c == " ")
    stem, dot, ending = sound.strip().rpartition(".")
    return f"{stem[:LONGEST_NAME]}{dot}{ending[:8]}"
