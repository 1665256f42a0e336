"""Label templates as files: from this site to another, pictures and all."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import url_for
from werkzeug.wrappers import Response

from printing.documents.text import clean
from printing.models import PaperTemplate
from printing.queue.drawing import pictures
from printing.templates import ElementKind, SlipWords
from printing.templates.elements import MAX_PICTURES
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.people.rights import Right
from warehouse.printers.templates.logos import take_in
from warehouse.printers.templates.versions import SaveTemplate
from warehouse.text import say
from warehouse.web.access import needs
from warehouse.web.context import do, reading
from warehouse.web.design_pictures import file_of, prepared_logo, sent_file
from warehouse.web.designs import MOST_FILE_BYTES, bp, check_drawn, kept_template, newest
from warehouse.web.desk import noted, told

FILE_MARK = "fahuo_label_template"


@bp.get("/<int:template_id>/template.json")
@needs(Right.PRINTERS)
def download(template_id: int) -> Response:
    """Return the newest version as a file that another site can take in."""
    with reading() as session:
        kept = kept_template(session, template_id)
        template = newest(session, template_id)
        shown = pictures(session, template)
        name = kept.name
    content = {
        FILE_MARK: 1,
        "name": name,
        "definition": template.to_json(),
        "pictures": {key: base64.b64encode(png).decode() for key, png in shown.items()},
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    response = file_of(text.encode(), "application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="template-{template_id}.json"'
    return response


@bp.post("/file")
@needs(Right.PRINTERS)
def upload() -> Response:
    """Take in a template file, pictures and all."""
    back = url_for("designs.index")
    try:
        content = _template_file()
        sent = {key: prepared_logo(raw) for key, raw in content["pictures"].items()}
        definition = _renamed(content["definition"], {k: made.key for k, made in sent.items()})
        check_drawn(definition, {made.key: made.png for made in sent.values()})
        outcome = do(
            partial(take_in, added=tuple(sent.values())), SaveTemplate,
            name=_free_name(content["name"]), definition=definition,
        )  # fmt: skip
    except (InvalidInput, RuleViolation) as error:
        return told(error, back)
    return noted(outcome, url_for("designs.design", template_id=outcome.subject_id))


def _template_file() -> dict[str, Any]:
    """Return name, definition and pictures (key → bytes) of the sent file.

    Raises:
        InvalidInput: it is none of ours, or too large.
    """
    raw, _name = sent_file("file")
    try:
        if len(raw) > MOST_FILE_BYTES:
            raise ValueError
        content = json.loads(raw.decode("utf-8-sig"))
        if content[FILE_MARK] != 1:
            raise ValueError
        pictures_sent = {
            key: base64.b64decode(str(value), validate=True)
            for key, value in dict(content.get("pictures", {})).items()
        }
        if len(pictures_sent) > MAX_PICTURES:
            raise ValueError
        return {
            "name": str(content["name"]),
            "definition": dict(content["definition"]),
            "pictures": pictures_sent,
        }
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as error:
        raise InvalidInput(say("This is no file of a label template."), field="file") from error


def _renamed(definition: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    """Return the definition with the keys its pictures have here."""
    if definition.get("document_kind") == SlipWords.document_kind:
        logo = definition.get("logo")
        return {**definition, "logo": keys.get(logo, logo) if isinstance(logo, str) else logo}
    elements = definition.get("elements")
    if not isinstance(elements, list):
        return dict(definition)
    return {
        **definition,
        "elements": [
            {**e, "value": keys[e["value"]]}
            if isinstance(e, dict)
            and e.get("kind") == ElementKind.PICTURE
            and isinstance(e.get("value"), str)
            and e["value"] in keys
            else e
            for e in elements
        ],
    }


def _free_name(name: str) -> str:
    with reading() as session:
        taken = set(session.scalars(sa.select(PaperTemplate.name)))
    base = clean(name, 50) or "?"
    return next(n for n in (base, *(f"{base} {i}" for i in range(2, 999))) if n not in taken)
