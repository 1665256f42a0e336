"""A shop's own words and logo on packing slips, kept as data like a label template.

The slip itself is drawn by code, on whatever stock; what is written here is plain text and stands
where the slip has room for it. Whatever comes from a file or a page is checked here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from printing.documents.text import clean
from printing.errors import TemplateInvalid

KEY_CHARS = 16
# Of each text: characters at most, and lines. A line is a paragraph; it wraps where it must.
LIMITS: Mapping[str, tuple[int, int]] = {
    "header": (120, 1),
    "thanks": (200, 1),
    "returns": (1000, 12),
    "footer": (120, 1),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class SlipWords:
    """What a shop says on its slips; empty is left out. `logo` is the key of a kept picture."""

    document_kind: ClassVar[str] = "packing_slip"
    media: ClassVar[str] = ""  # one for every stock that slips are printed on

    logo: str = ""
    header: str = ""
    thanks: str = ""
    returns: str = ""
    footer: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the plain form that is stored and written to files."""
        return {"document_kind": self.document_kind, "media": self.media} | dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Return the checked words.

        Raises:
            TemplateInvalid: something is not as it must be; it names the property.
        """
        if not isinstance(value, Mapping):
            raise TemplateInvalid(None, "template", "must be an object")
        known = {f.name for f in dataclasses.fields(cls)} | {"document_kind", "media"}
        for name in value:
            if name not in known:
                raise TemplateInvalid(None, str(name)[:40], "is unknown")
        for name in ("document_kind", "media"):
            if value.get(name, "") != getattr(cls, name):
                raise TemplateInvalid(None, name, "is another")
        words = {name: _words(name, value.get(name, "")) for name in LIMITS}
        return cls(logo=_key(value.get("logo", "")), **words)


def _words(name: str, value: Any) -> str:
    """Return the text tidied line by line; empty lines fall away."""
    most, lines = LIMITS[name]
    if not isinstance(value, str):
        raise TemplateInvalid(None, name, "must be text")
    if len(value) > 4 * most:
        raise TemplateInvalid(None, name, f"has more than {most} characters")
    tidy = [line for raw in value.splitlines() if (line := clean(raw, 4 * most))]
    if lines == 1:
        tidy = [" ".join(tidy)] if tidy else []
    text = "\n".join(tidy)
    if len(text) > most:
        raise TemplateInvalid(None, name, f"has more than {most} characters")
    if len(tidy) > lines:
        raise TemplateInvalid(None, name, f"has more than {lines} lines")
    return text


def _key(value: Any) -> str:
    sound = isinstance(value, str) and len(value) <= KEY_CHARS and value.isascii()
    if not sound or (value and not value.isalnum()):
        raise TemplateInvalid(None, "logo", "is no picture")
    return str(value)
