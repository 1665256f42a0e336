"""The forms of a page as a browser sends them: with all the fields nobody touched."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """One form: where it goes, and what its fields say as they stand."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


def forms_of(page: str) -> list[Form]:
    """Return the forms of a page, in its order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(said.get("action", ""))
            self.forms.append(self._form)
        if self._form is None:
            return
        name, value, fields = said.get("name", ""), said.get("value", ""), self._form.fields
        if tag == "select":
            self._choice = name
        elif tag == "option" and ("selected" in said or self._choice not in fields):
            fields[self._choice] = value
        elif tag == "textarea":
            fields[name] = ""
        elif tag == "input" and name and _is_sent(said):
            fields[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None


def _is_sent(said: dict[str, str]) -> bool:
    kind = said.get("type", "")
    return kind != "file" and (kind not in ("checkbox", "radio") or "checked" in said)
