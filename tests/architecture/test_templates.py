"""What forms let people type is what is kept."""

from __future__ import annotations

import re

from tests.architecture.source import ROOT

WORDS = re.compile(
    r'<textarea name="[^>]*>|<(?:input|textarea)\b[^>]*\bname="(?:reason|note)"[^>]*>'
)
ELSE = re.compile(r'type="(?:hidden|radio)"|name="(?:definition|codes)"')


def test_no_reason_or_note_is_typed_longer_than_it_is_kept():
    fields = [
        (path.name, tag)
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for tag in WORDS.findall(path.read_text(encoding="utf-8"))
        if not ELSE.search(tag)
    ]
    assert len(fields) > 4
    assert [field for field in fields if "maxlength=" not in field[1]] == []
