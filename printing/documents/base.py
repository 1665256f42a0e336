"""What every document is: facts with a kind, a number and a language, as JSON and back."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Hashable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, Self, Union, cast, get_args, get_origin, get_type_hints

from printing.documents.text import clean, file_safe
from printing.errors import DocumentInvalid

STAMP_CHARS = 40
MOST_IN_RUN = 100_000


class Locale(StrEnum):
    """The language of the words printed on the paper."""

    ZH = "zh"
    EN = "en"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Facts:
    """Checked values that come back from JSON as they went in."""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, keys in the order of the fields."""
        return {f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Return the facts `to_json` wrote.

        Raises:
            DocumentInvalid: a field is missing, unknown or of another type.
        """
        hints = _hints(cast("Hashable", cls))
        unknown = set(value) - set(hints)
        if unknown:
            raise DocumentInvalid(sorted(unknown)[0], f"is no field of {cls.__name__}")
        try:
            return cls(**{name: _typed(hints[name], item, name) for name, item in value.items()})
        except TypeError as error:
            raise DocumentInvalid(cls.__name__, str(error)) from error

    def _tidy(self, **limits: int) -> None:
        for name, limit in limits.items():
            object.__setattr__(self, name, clean(getattr(self, name), limit))

    def _require(self, sound: bool, field: str, why: str) -> None:
        if not sound:
            raise DocumentInvalid(field, why)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Document(Facts):
    """One piece of paper as facts. Renderers turn it into bytes and never look elsewhere.

    `copy_no` above 1 is a reprint: its mark and `copied_at` are printed beside the barcodes.
    `printed_at` and `station` are text in the site's own time: renderers never read a clock.
    Of papers asked for together each knows which it is: `run_no` of `run_count`, from 1.
    `templates` are the shop's own label templates it is drawn by, as "id@version", at most one for
    each stock; a stock without one gets the standard template.
    """

    kind: ClassVar[str]
    numbered_by: ClassVar[str]

    locale: Locale = Locale.ZH
    copy_no: int = 1
    copied_at: str = ""
    printed_at: str = ""
    station: str = ""
    templates: tuple[str, ...] = ()
    run_no: int = 1
    run_count: int = 1

    def __post_init__(self) -> None:
        self._require(self.copy_no >= 1, "copy_no", "starts at 1")
        sound = 1 <= self.run_no <= self.run_count <= MOST_IN_RUN
        self._require(sound, "run_no", "needs 1 <= number <= count")
        object.__setattr__(self, "locale", Locale(self.locale))
        self._tidy(copied_at=STAMP_CHARS, printed_at=STAMP_CHARS, station=STAMP_CHARS)

    @property
    def number(self) -> str:
        """The number people call this paper by, safe inside a file name."""
        return file_safe(str(getattr(self, self.numbered_by)))

    @property
    def file_stem(self) -> str:
        """The name of its file without the ending: kind, number and, from 2 on, the copy."""
        return self.stem_of(1)

    def stem_of(self, part: int) -> str:
        """Return the name of its file as this one of several sheets of the same number."""
        sheet = f"-sheet{part}" if part > 1 else ""
        copy = f"-copy{self.copy_no}" if self.copy_no > 1 else ""
        return f"{self.kind}-{self.number}{sheet}{copy}"

    def copy(self, copy_no: int, copied_at: str) -> Self:
        """Return the same paper marked as copy `copy_no`, made at `copied_at` (site time)."""
        return dataclasses.replace(self, copy_no=copy_no, copied_at=copied_at)

    def placed(self, run_no: int, run_count: int) -> Self:
        """Return the same paper as number `run_no` of `run_count` asked for together."""
        return dataclasses.replace(self, run_no=run_no, run_count=run_count)


def _plain(value: Any) -> Any:
    if isinstance(value, Facts):
        return value.to_json()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


@cache
def _hints(cls: Hashable) -> dict[str, Any]:
    facts = cast("type[Facts]", cls)
    names = {f.name for f in dataclasses.fields(facts)}
    return {name: hint for name, hint in get_type_hints(facts).items() if name in names}


def _typed(hint: Any, value: Any, field: str) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = next(arg for arg in get_args(hint) if arg is not type(None))
        return None if value is None else _typed(inner, value, field)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise DocumentInvalid(field, "must be a list")
        return tuple(_typed(get_args(hint)[0], item, field) for item in value)
    if issubclass(hint, Facts):
        if not isinstance(value, Mapping):
            raise DocumentInvalid(field, "must be an object")
        return hint.from_json(value)
    if issubclass(hint, StrEnum):
        return _word(hint, value, field)
    if type(value) is not hint:
        raise DocumentInvalid(field, f"must be {hint.__name__}")
    return value


def _word(words: type[StrEnum], value: Any, field: str) -> StrEnum:
    try:
        return words(value)
    except ValueError as error:
        raise DocumentInvalid(field, f"knows no {value!r}") from error
