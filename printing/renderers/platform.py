"""A platform's document for its print component: looked at when it comes, never changed.

It holds templates by address and data that may be encrypted and signed: only the component can draw
it. What comes is one document with its `documentID`, or one of the contents of such a document.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from printing.errors import DocumentInvalid

HEAD = b"{"
MOST_ID_CHARS = 100
MOST_CONTENTS = 8


def check(content: bytes) -> None:
    """Refuse what no print component could draw as one paper.

    Raises:
        DocumentInvalid: no JSON object, no template, or neither data nor signed secret.
    """
    said = _read(content)
    if "contents" not in said:
        _check_content(said)
        return
    name, contents = said.get("documentID"), said["contents"]
    if not isinstance(name, str) or not 0 < len(name) <= MOST_ID_CHARS:
        raise DocumentInvalid("content", f"needs a documentID of 1 to {MOST_ID_CHARS} letters")
    if not isinstance(contents, list) or not 0 < len(contents) <= MOST_CONTENTS:
        raise DocumentInvalid("content", f"needs 1 to {MOST_CONTENTS} contents")
    for one in contents:
        _check_content(one)


def document(content: bytes, name: str) -> bytes:
    """Return the document to be printed, letter by letter as it came; `name` where it has none."""
    if "contents" in _read(content):
        return content.strip()
    head = json.dumps(name, ensure_ascii=False).encode()
    return b'{"documentID": ' + head + b', "contents": [' + content.strip() + b"]}"


def _read(content: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise DocumentInvalid("content", "is no JSON that can be read") from error
    if not isinstance(said, dict):
        raise DocumentInvalid("content", "is no JSON object")
    return said


def _check_content(content: object) -> None:
    if not isinstance(content, dict):
        raise DocumentInvalid("content", "holds something that is no object")
    template = content.get("templateURL")
    if not isinstance(template, str) or not _is_address(template):
        raise DocumentInvalid("content", "names no template by http or https")
    has_secret = all(
        isinstance(content.get(field), str) and content[field]
        for field in ("encryptedData", "signature")
    )
    if not has_secret and not isinstance(content.get("data"), dict):
        raise DocumentInvalid("content", "holds neither data nor encryptedData with its signature")


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
