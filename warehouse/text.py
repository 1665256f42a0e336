"""Sentences for people: made as data in the trade's code, put into a language at the edge."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).parent / "translations"
FORMS = re.compile(r"{(\w+):([^{}|]*)\|([^{}|]*)}")  # of one | of any other number
LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
LANGUAGES = {"zh": "中文", "en": "English"}  # by the name each gives itself
DEFAULT_LOCALE = "zh"


@dataclass(frozen=True)
class Text:
    """One sentence: an English msgid with named places, and what stands in them."""

    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return translate(self, "en")

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON; the params that are sentences themselves are nested alike."""
        params = {k: v.to_json() if isinstance(v, Text) else v for k, v in self.params.items()}
        return {"msgid": self.msgid, "params": params}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Text:
        """Return the sentence that `to_json` wrote."""
        params = {
            k: cls.from_json(v) if isinstance(v, Mapping) and "msgid" in v else v
            for k, v in value["params"].items()
        }
        return cls(value["msgid"], params)


def say(msgid: str, /, **params: Any) -> Text:
    """Return the sentence `msgid`; the extractor of the message catalogue looks for this name."""
    return Text(msgid, params)


def translate(text: Text | str, locale: str) -> str:
    """Return the sentence in `locale` ('zh' or 'en'); without a translation, the English one.

    A place nothing is given for is left empty: stored sentences may be older than their wording.
    """
    if isinstance(text, str):
        return text
    template = catalogue(locale).get(text.msgid, text.msgid)
    if not text.params:
        return template
    params = {k: translate(v, locale) if isinstance(v, Text) else v for k, v in text.params.items()}
    return _agreeing(template, params).format_map(defaultdict(str, params))


def _agreeing(template: str, params: Mapping[str, Any]) -> str:
    """Return the template with the words its numbers ask for: of 1 `{n:it|them}` is `it`."""
    if "|" not in template:
        return template
    return FORMS.sub(lambda form: form[2] if str(params.get(form[1])) == "1" else form[3], template)


@cache
def catalogue(locale: str) -> Mapping[str, str]:
    """Return msgid → sentence for a locale; English has those only that count, by their forms."""
    path = TRANSLATIONS / f"{LOCALES[locale]}.po"
    if not path.exists():
        return {}
    with path.open("rb") as stream:
        messages = read_po(stream)
    return {str(m.id): str(m.string) for m in messages if m.id and m.string and not m.fuzzy}
