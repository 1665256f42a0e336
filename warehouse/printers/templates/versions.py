"""Keeping templates in versions that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents.text import clean
from printing.models import PaperTemplate, PaperTemplateUse, PaperTemplateVersion
from printing.templates import AnyTemplate
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.people import trail
from warehouse.text import say

if TYPE_CHECKING:
    pass
from warehouse.printers.templates.checking import parsed
from warehouse.printers.templates.rows import require_active, template_by_id

LONGEST_NAME = 60
LONGEST_NOTE = 200


@dataclass(frozen=True, kw_only=True)
class SaveTemplate(Command):
    """Make a template, or a new version of one. `definition` is its plain form.

    `base` is the version it was made from: another saved meanwhile must be looked at first. The
    edge has drawn it before (`faults_of`): a drawing is too slow for a transaction.
    """

    template_id: int | None = None
    base: int | None = None
    name: str
    definition: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RestoreTemplate(Command):
    """Make an older version the newest again, as a new version."""

    template_id: int
    version: int


@dataclass(frozen=True, kw_only=True)
class RetireTemplate(Command):
    """Draw no new papers by it; those made with it keep it."""

    template_id: int


def save_template(session: Session, command: SaveTemplate) -> Outcome:
    """Keep the template as a new version.

    Raises:
        InvalidInput: it has no name or another's, or something in it cannot be drawn.
        RuleViolation: a version for another document or stock, or of a retired template.
    """
    name = clean(command.name, LONGEST_NAME + 1)
    _check_name(session, name, command.template_id)
    template = parsed(session, command.definition)
    kept = _kept_as(session, command, name, template)
    _add_version(session, command, kept, template, command.note.strip()[:LONGEST_NOTE])
    return Outcome(
        screen="template",
        subject_id=kept.id,
        message=say("{name} is saved as version {version}.", name=name, version=kept.version),
        facts={"version": kept.version},
    )


def restore_template(session: Session, command: RestoreTemplate) -> Outcome:
    """Make the older version the newest.

    Raises:
        NotFound: there is no such version. RuleViolation: it is the newest, or all is retired.
    """
    kept = template_by_id(session, command.template_id)
    require_active(kept)
    if command.version == kept.version:
        raise RuleViolation(say("This is the version in use."))
    definition = session.scalar(
        sa.select(PaperTemplateVersion.definition).where(
            PaperTemplateVersion.template_id == kept.id,
            PaperTemplateVersion.version == command.version,
        )
    )
    if definition is None:
        raise NotFound(say("version"), command.version)
    template = parsed(session, definition)
    _add_version(session, command, kept, template, f"= {command.version}")
    return Outcome(
        screen="template",
        subject_id=kept.id,
        message=say(
            "Version {old} is in use again, as version {version}.",
            old=command.version, version=kept.version,
        ),
    )  # fmt: skip


def retire_template(session: Session, command: RetireTemplate) -> Outcome:
    """Take the template out of use everywhere."""
    kept = template_by_id(session, command.template_id)
    require_active(kept)
    kept.is_active = False
    session.execute(sa.delete(PaperTemplateUse).where(PaperTemplateUse.template_id == kept.id))
    session.flush()
    trail.record(session, command, "template", kept.id, "retired")
    return Outcome(
        screen="templates",
        message=say("{name} draws no more papers.", name=kept.name),
        tone=Tone.ATTENTION,
    )


def _check_name(session: Session, name: str, template_id: int | None) -> None:
    if not 0 < len(name) <= LONGEST_NAME:
        text = say("Give it a name of 1 to {most} letters.", most=LONGEST_NAME)
        raise InvalidInput(text, field="name")
    twin = session.scalar(sa.select(PaperTemplate.id).where(PaperTemplate.name == name))
    if twin is not None and twin != template_id:
        raise InvalidInput(say("There is a template of this name."), field="name")


def _kept_as(
    session: Session, command: SaveTemplate, name: str, template: AnyTemplate
) -> PaperTemplate:
    if command.template_id is None:
        made = PaperTemplate(
            name=name, document_kind=template.document_kind, media=template.media, version=0,
            is_active=True,
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made
    kept = template_by_id(session, command.template_id)
    require_active(kept)
    if command.base is not None and command.base != kept.version:
        raise InvalidInput(
            say(
                "Version {version} was saved meanwhile. Look at it, then save yours again.",
                version=kept.version,
            ),
            field="base",
        )
    if (kept.document_kind, kept.media) != (template.document_kind, template.media):
        raise RuleViolation(say("Another document or stock needs a template of its own."))
    kept.name = name
    return kept


def _add_version(
    session: Session, command: Command, kept: PaperTemplate, template: AnyTemplate, note: str
) -> None:
    kept.version += 1
    session.add(
        PaperTemplateVersion(
            template_id=kept.id, version=kept.version, definition=template.to_json(),
            at=command.at, person_id=command.actor.person_id, note=note,
        )
    )  # fmt: skip
    session.flush()
    trail.record(session, command, "template", kept.id, "saved", version=kept.version)
