"""Label templates of the site's own: keeping versions, saying whose papers they draw."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import Document, Waybill
from printing.documents.text import clean
from printing.errors import DoesNotFit, TemplateInvalid
from printing.media import SUITABLE, media
from printing.models import PaperPicture, PaperTemplate, PaperTemplateUse, PaperTemplateVersion
from printing.queue.drawing import pictures
from printing.templates import AnyTemplate, SlipWords, pictures_of, read_template
from printing.templates.fields import read
from warehouse.carriers.models import Carrier
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.orders.models import Shop
from warehouse.people import trail
from warehouse.text import Text, say

if TYPE_CHECKING:
    from printing.templates.pictures import Picture

LONGEST_NAME = 60
LONGEST_NOTE = 200
MOST_PICTURES = 50
UNDRAWABLE = say(
    "This cannot be drawn: a barcode is wider than its frame, or a picture is missing."
)
NO_BARCODE = say("A waybill cannot do without its number as a barcode.")
NO_COPY_MARK = say("A waybill cannot do without the mark of a copy, whole and for every copy.")
LONG_NUMBER = "YT1234567890123456"  # couriers' numbers have 10 to 18 characters
FAULTS: Mapping[str, Text] = {
    "outside": say("Something leaves the label."),
    "overlap": say("Two things lie on one another."),
    "unsaid": say("A character cannot be printed and stands as a mark."),
}
PROPERTIES: Mapping[str, Text] = {
    "kind": say("kind"),
    **dict.fromkeys(("x", "y"), say("place")),
    **dict.fromkeys(("w", "h"), say("size")),
    "value": say("words or field"),
    **dict.fromkeys(("when", "unless"), say("condition")),
    **dict.fromkeys(("size_pt", "floor_pt"), say("letters")),
    "lines": say("lines"),
    "dots": say("thickness"),
    "document_kind": say("document"),
    "media": say("stock"),
    "logo": say("logo"),
    "header": say("words at the top"),
    "thanks": say("thanks"),
    "returns": say("words about returns"),
    "footer": say("words at the bottom"),
}


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


@dataclass(frozen=True, kw_only=True)
class UseTemplate(Command):
    """Draw the papers of a shop and a carrier by the template; 0 is every one."""

    template_id: int
    shop_id: int = 0
    carrier_id: int = 0


@dataclass(frozen=True, kw_only=True)
class StopUsing(Command):
    """Draw these papers as before: by the next nearest template, at last the standard one."""

    use_id: int


@dataclass(frozen=True, kw_only=True)
class KeepPicture(Command):
    """Keep a logo, prepared before; `key` stands for its content."""

    name: str
    key: str


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


def _check_name(session: Session, name: str, template_id: int | None) -> None:
    if not 0 < len(name) <= LONGEST_NAME:
        text = say("Give it a name of 1 to {most} letters.", most=LONGEST_NAME)
        raise InvalidInput(text, field="name")
    twin = session.scalar(sa.select(PaperTemplate.id).where(PaperTemplate.name == name))
    if twin is not None and twin != template_id:
        raise InvalidInput(say("There is a template of this name."), field="name")


def parsed(session: Session, definition: Any, added: Collection[str] = ()) -> AnyTemplate:
    """Return the template the definition says; `added` are pictures that come with it.

    Raises:
        InvalidInput: it is none, or shows a picture that is not there.
    """
    try:
        template = read_template(definition)
    except TemplateInvalid as error:
        raise InvalidInput(said(error), field="definition") from error
    wanted = pictures_of(template)
    there = set(session.scalars(sa.select(PaperPicture.key).where(PaperPicture.key.in_(wanted))))
    if missing := wanted - there - set(added):
        text = say("The picture {key} is not there.", key=min(missing)[:20])
        raise InvalidInput(text, field="definition")
    return template


def said(error: TemplateInvalid) -> Text:
    """Return the refusal of a template as a sentence in the designer's words."""
    field = PROPERTIES.get(error.field, say("elements"))
    if error.element is None:
        return say("The template cannot be used: look at {field}.", field=field)
    number = error.element + 1
    return say("Element {number} cannot be drawn: look at {field}.", number=number, field=field)


def faults_of(
    session: Session, template: AnyTemplate, added: Mapping[str, bytes] = MappingProxyType({})
) -> list[Text]:
    """Return what is wrong with the label when it is drawn, each thing once; it is drawn now.

    Drawn are the samples, a copy, and a number as long as couriers' numbers get. Slow: not for a
    transaction. `added` are pictures that come with it, key → PNG.
    """
    from printing.inspection import faults  # heavy: only who saves a template pays
    from printing.renderers.pdf import layout

    found: list[Text] = []
    if isinstance(template, SlipWords) and (marked := marks_on(template)):
        found.append(marked)
    try:
        shown = pictures(session, template, added)
        for document in _drawn_with(template.document_kind):
            for stock in (template.media,) if template.media else SUITABLE[document.kind]:
                sheets = layout(document, media(stock), template, shown)
                found += [FAULTS[fault.kind.value] for fault in faults(sheets)]
                found += _missing_from(document, sheets)
    except DoesNotFit:
        found.append(UNDRAWABLE)
    return list({str(text): text for text in found}.values())


def marks_on(words: SlipWords) -> Text | None:
    """Return which of a shop's characters no face has; each slip would have to be looked at."""
    from printing.fonts import missing_glyphs

    texts = (words.header, words.thanks, words.returns.replace("\n", " "), words.footer)
    missing = missing_glyphs(" ".join(texts))
    return (
        say("No font has these characters: {characters}", characters=missing) if missing else None
    )


def _drawn_with(kind: str) -> Iterator[Document]:
    from printing.samples import Content, sample

    for content in Content:
        yield sample(kind, content)
    first = sample(kind, Content.SHORT)
    if isinstance(first, Waybill):
        yield replace(first, waybill_no=LONG_NUMBER).copy(2, "2026-12-31 23:59")


def _missing_from(document: Document, sheets: Sequence[Any]) -> list[Text]:
    """Return what a waybill may not go without: its number in bars, and the mark of a copy."""
    from printing.renderers.pdf.sheet import BarsMark, TextMark

    if not isinstance(document, Waybill) or document.waybill_no != LONG_NUMBER:
        return []
    marks = [mark for sheet in sheets for mark in sheet.marks]
    codes = {mark.bars.content for mark in marks if isinstance(mark, BarsMark)}
    if document.waybill_no not in codes:
        return [NO_BARCODE]
    said = "".join(mark.text for mark in marks if isinstance(mark, TextMark))
    return [] if read(document, "copy_mark") in said else [NO_COPY_MARK]


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
    _require_active(kept)
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


def restore_template(session: Session, command: RestoreTemplate) -> Outcome:
    """Make the older version the newest.

    Raises:
        NotFound: there is no such version. RuleViolation: it is the newest, or all is retired.
    """
    kept = template_by_id(session, command.template_id)
    _require_active(kept)
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
    _require_active(kept)
    kept.is_active = False
    session.execute(sa.delete(PaperTemplateUse).where(PaperTemplateUse.template_id == kept.id))
    session.flush()
    trail.record(session, command, "template", kept.id, "retired")
    return Outcome(
        screen="templates",
        message=say("{name} draws no more papers.", name=kept.name),
        tone=Tone.ATTENTION,
    )


def use_template(session: Session, command: UseTemplate) -> Outcome:
    """Draw these papers by the template from now on, instead of what drew them before.

    Raises:
        NotFound: no such shop or carrier. RuleViolation: the template is retired.
    """
    kept = template_by_id(session, command.template_id)
    _require_active(kept)
    if command.shop_id and session.get(Shop, command.shop_id) is None:
        raise NotFound(say("shop"), command.shop_id)
    if command.carrier_id and session.get(Carrier, command.carrier_id) is None:
        raise NotFound(say("courier"), command.carrier_id)
    whose = {
        "document_kind": kept.document_kind, "media": kept.media,
        "shop_id": command.shop_id, "carrier_id": command.carrier_id,
    }  # fmt: skip
    session.execute(sa.delete(PaperTemplateUse).filter_by(**whose))
    session.add(PaperTemplateUse(template_id=kept.id, **whose))
    session.flush()
    trail.record(
        session, command, "template", kept.id, "used",
        shop=command.shop_id, carrier=command.carrier_id,
    )  # fmt: skip
    return Outcome(
        screen="template",
        subject_id=kept.id,
        message=say("From now on {name} draws these papers.", name=kept.name),
    )


def stop_using(session: Session, command: StopUsing) -> Outcome:
    """Take the use away."""
    use = session.get(PaperTemplateUse, command.use_id, with_for_update=True)
    if use is None:
        raise NotFound(say("use"), command.use_id)
    template_id = use.template_id
    facts = {"shop": use.shop_id, "carrier": use.carrier_id}
    session.delete(use)
    session.flush()
    trail.record(session, command, "template", template_id, "unused", **facts)
    return Outcome(
        screen="template", subject_id=template_id, message=say("These papers are drawn as before.")
    )


def take_in(session: Session, command: SaveTemplate, *, added: Sequence[Picture]) -> Outcome:
    """Keep a template of another site with its pictures, all or nothing.

    Raises:
        as `save_template`, `keep_picture`.
    """
    for picture in added:
        _keep(session, command, picture, name=picture.key)
    return save_template(session, command)


@dataclass(frozen=True, kw_only=True)
class RemovePicture(Command):
    """Throw a logo away that no template shows."""

    key: str


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


def keep_picture(session: Session, command: KeepPicture, *, picture: Picture) -> Outcome:
    """Keep the picture; one that is there already stays as it is.

    Raises:
        RuleViolation: there are too many pictures.
    """
    _keep(session, command, picture, name=command.name)
    return Outcome(
        screen="templates", message=say("The picture is kept."), facts={"key": command.key}
    )


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


def template_by_id(session: Session, template_id: int) -> PaperTemplate:
    """Return the template, locked.

    Raises:
        NotFound: there is none.
    """
    found = session.get(PaperTemplate, template_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(say("template"), template_id)
    return found


def _require_active(template: PaperTemplate) -> None:
    if not template.is_active:
        raise RuleViolation(say("{name} is retired.", name=template.name))
