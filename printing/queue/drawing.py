"""Which template draws a paper: chosen when it is asked for, fetched when it is drawn."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import Document
from printing.errors import DoesNotFit
from printing.media import Media
from printing.models import PaperPicture, PaperTemplate, PaperTemplateUse, PaperTemplateVersion
from printing.templates import (
    AnyTemplate,
    ElementKind,
    SlipWords,
    pictures_of,
    read_template,
)
from printing.templates.fields import MARKS_OF_COPIES
from warehouse.db import table_of

_template = table_of(PaperTemplate)
_version = table_of(PaperTemplateVersion)
_use = table_of(PaperTemplateUse)
_picture = table_of(PaperPicture)


# Made once: every label asked for at a station asks this first. 0 stands for all of them.
_USED = (
    sa.select(_use.c.media, _template.c.id, _template.c.version)
    .join(_template, _template.c.id == _use.c.template_id)
    .where(
        _use.c.document_kind == sa.bindparam("document_kind"),
        sa.or_(_use.c.shop_id == 0, _use.c.shop_id == sa.bindparam("shop_id")),
        sa.or_(_use.c.carrier_id == 0, _use.c.carrier_id == sa.bindparam("carrier_id")),
        _template.c.is_active,
    )
    .order_by(_use.c.carrier_id > 0, _use.c.shop_id > 0)
)


@dataclass(frozen=True)
class Drawing:
    """The template of one paper on one stock (None: the standard one) and its pictures."""

    template: AnyTemplate | None = None
    pictures: Mapping[str, bytes] = field(default_factory=dict)


STANDARD = Drawing()
NO_PICTURES: Mapping[str, bytes] = MappingProxyType({})


def templates_for(
    session: Session, document_kind: str, *, shop_id: int = 0, carrier_id: int = 0
) -> tuple[str, ...]:
    """Return the templates such a paper is drawn by, as "id@version", one for each stock at most.

    The nearest wins: of this shop and carrier, of this carrier, of this shop, of all.
    """
    given = {"document_kind": document_kind, "shop_id": shop_id, "carrier_id": carrier_id}
    rows = session.execute(_USED, given)
    nearest = {media: f"{template_id}@{version}" for media, template_id, version in rows}
    return tuple(sorted(nearest.values()))


def drawing_of(session: Session, document: Document, stock: Media) -> Drawing:
    """Return what draws this paper on this stock.

    A copy is drawn by a template that shows its mark, else by the standard one, which does.

    Raises:
        DoesNotFit: it names a version, or a version a picture, that is not there.
    """
    for name in document.templates:
        template = _read(session, name)
        if document.copy_no > 1 and not shows_mark(template):
            continue
        if template.media in ("", stock.name) and template.document_kind == document.kind:
            return Drawing(template, pictures(session, template))
    return STANDARD


def shows_mark(template: AnyTemplate) -> bool:
    """Tell whether the template says of a copy that it is one; slips always do."""
    if isinstance(template, SlipWords):
        return True
    return any(
        element.kind is ElementKind.FIELD and element.value in MARKS_OF_COPIES
        for element in template.elements
    )


def pictures(
    session: Session, template: AnyTemplate, added: Mapping[str, bytes] = NO_PICTURES
) -> Mapping[str, bytes]:
    """Return key → PNG of what the template shows; `added` are some that come with it.

    Raises:
        DoesNotFit: one is not there.
    """
    wanted = pictures_of(template) - set(added)
    if not wanted:
        return added
    rows = session.execute(
        sa.select(_picture.c.key, _picture.c.content).where(_picture.c.key.in_(wanted))
    )
    found = {row.key: row.content for row in rows}
    if missing := wanted - set(found):
        raise DoesNotFit(f"picture {min(missing)!r} is not there")
    return {**added, **found}


def _read(session: Session, name: str) -> AnyTemplate:
    template_id, _, version = name.partition("@")
    known: Sequence[str] = (template_id, version)
    definition = None
    if all(part.isdecimal() for part in known):
        definition = session.scalar(
            sa.select(sa.cast(_version.c.definition, sa.Text)).where(
                _version.c.template_id == int(template_id), _version.c.version == int(version)
            )
        )
    if definition is None:
        raise DoesNotFit(f"template {name!r} is not there")
    return _parsed(definition)


@lru_cache(maxsize=64)
def _parsed(definition: str) -> AnyTemplate:
    """Return the template a stored text says; most papers in a row are drawn by the same."""
    return read_template(json.loads(definition))
