"""Pictures that templates show: kept under their content, thrown away when none shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents.text import clean
from printing.models import PaperPicture, PaperTemplateVersion
from printing.templates import pictures_of, read_template
from warehouse.commands import Command, Outcome
from warehouse.errors import NotFound, RuleViolation
from warehouse.people import trail
from warehouse.text import say

if TYPE_CHECKING:
    from printing.templates.pictures import Picture
from warehouse.printers.templates.versions import LONGEST_NAME, SaveTemplate, save_template

MOST_PICTURES = 50


@dataclass(frozen=True, kw_only=True)
class KeepPicture(Command):
    """Keep a logo, prepared before; `key` stands for its content."""

    name: str
    key: str


@dataclass(frozen=True, kw_only=True)
class RemovePicture(Command):
    """Throw a logo away that no template shows."""

    key: str


def keep_picture(session: Session, command: KeepPicture, *, picture: Picture) -> Outcome:
    """Keep the picture; one that is there already stays as it is.

    Raises:
        RuleViolation: there are too many pictures.
    """
    _keep(session, command, picture, name=command.name)
    return Outcome(
        screen="templates", message=say("The picture is kept."), facts={"key": command.key}
    )


def remove_picture(session: Session, command: RemovePicture) -> Outcome:
    """Throw the picture away.

    Raises:
        NotFound: there is none. RuleViolation: a version of a template shows it.
    """
    found = session.scalar(sa.select(PaperPicture).where(PaperPicture.key == command.key))
    if found is None:
        raise NotFound(say("picture"), command.key[:20])
    for definition in session.scalars(sa.select(PaperTemplateVersion.definition)):
        if command.key in pictures_of(read_template(definition)):
            raise RuleViolation(say("A template shows this picture; papers may need it."))
    picture_id = found.id
    session.delete(found)
    session.flush()
    trail.record(session, command, "picture", picture_id, "removed", key=command.key)
    return Outcome(screen="templates", message=say("The picture is thrown away."))


def take_in(session: Session, command: SaveTemplate, *, added: Sequence[Picture]) -> Outcome:
    """Keep a template of another site with its pictures, all or nothing.

    Raises:
        as `save_template`, `keep_picture`.
    """
    for picture in added:
        _keep(session, command, picture, name=picture.key)
    return save_template(session, command)


def _keep(session: Session, command: Command, picture: Picture, *, name: str) -> None:
    known = session.scalar(sa.select(PaperPicture.id).where(PaperPicture.key == picture.key))
    if known is not None:
        return
    count = session.scalar(sa.select(sa.func.count()).select_from(PaperPicture)) or 0
    if count >= MOST_PICTURES:
        raise RuleViolation(say("There are {most} pictures already.", most=MOST_PICTURES))
    row = PaperPicture(
        key=picture.key, name=clean(name, LONGEST_NAME) or picture.key,
        width=picture.width, height=picture.height, content=picture.png, at=command.at,
    )  # fmt: skip
    session.add(row)
    session.flush()
    trail.record(session, command, "picture", row.id, "added", key=picture.key)
