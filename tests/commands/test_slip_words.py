"""A shop's words on its packing slips: whose they are, and the version a printed slip keeps."""

from __future__ import annotations

import pypdfium2
import pytest

from printing.models import PaperTemplateVersion, PrintJob
from printing.queue import pdf_of
from printing.templates import SlipWords
from printing.templates.pictures import prepared
from tests.builders import Stage, World
from tests.commands.test_templates import _keep, _picture, use
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.orders.models import Shop
from warehouse.printers.jobs import ReprintJob, reprint_job
from warehouse.printers.templates.logos import RemovePicture, remove_picture
from warehouse.printers.templates.versions import (
    RestoreTemplate,
    SaveTemplate,
    restore_template,
    save_template,
)


def _say(world: World, name: str = "slip", template_id: int | None = None, **words: str) -> int:
    definition = SlipWords.from_json(SlipWords().to_json() | words).to_json()
    outcome = world.do(
        save_template, SaveTemplate, name=name, template_id=template_id, definition=definition
    )
    return int(outcome.subject_id)


def _slip(world: World) -> PrintJob:
    return world.all(PrintJob, document_kind="packing_slip")[-1]


def _text(world: World, job: PrintJob) -> str:
    with world.database.reading() as session:
        pdf = pypdfium2.PdfDocument(pdf_of(session, job.id))
        return "".join(page.get_textpage().get_text_bounded() for page in pdf)


def test_the_nearest_words_are_printed(world: World):
    use(world, _say(world, "all", thanks="thanks of the house"))
    use(world, _say(world, "theirs", thanks="thanks of the shop"), shop_id=world.shop())
    world.bring(Stage.LABELLED)
    assert "thanks of the shop" in _text(world, _slip(world))


def test_without_words_of_its_own_a_shop_says_those_of_the_house(world: World):
    use(world, _say(world, "all", thanks="thanks of the house"))
    other = world.add(Shop(code="JD", name="Another shop", platform="jd")).id
    use(world, _say(world, "theirs", thanks="thanks of another"), shop_id=other)
    world.bring(Stage.LABELLED)
    assert "thanks of the house" in _text(world, _slip(world))


def test_a_printed_slip_keeps_the_version_it_was_made_with(world: World):
    template_id = _say(world, thanks="first words")
    use(world, template_id)
    world.bring(Stage.LABELLED)
    job = _slip(world)
    assert job.facts["templates"] == [f"{template_id}@1"]
    _say(world, template_id=template_id, thanks="second words")
    assert "first words" in _text(world, job)
    world.do(restore_template, RestoreTemplate, template_id=template_id, version=1)
    versions = world.all(PaperTemplateVersion)
    assert [v.definition["thanks"] for v in versions] == [
        "first words",
        "second words",
        "first words",
    ]


def test_a_copy_says_the_first_words_and_that_it_is_a_copy(world: World):
    use(world, _say(world, thanks="first words"))
    world.bring(Stage.LABELLED)
    job = _slip(world)
    with world.database.transaction() as session:
        session.get_one(PrintJob, job.id).state = "sent"
    world.do(reprint_job, ReprintJob, job_id=job.id, reason="torn")
    copy = world.one(PrintJob, reprint_of=job.id)
    assert "first words" in _text(world, copy)
    assert "补打 2" in _text(world, copy)


def test_a_logo_is_drawn_and_kept_while_a_version_shows_it(world: World):
    picture = prepared(_picture("RGB"))
    _keep(world, picture)
    use(world, _say(world, logo=picture.key))
    world.bring(Stage.LABELLED)
    with world.database.reading() as session:
        assert b"/Image" in pdf_of(session, _slip(world).id)
    world.refused(RuleViolation, remove_picture, RemovePicture, key=picture.key)


@pytest.mark.parametrize(
    "changed", [{"logo": "0000000000000000"}, {"thanks": "x" * 201}, {"media": "A4"}]
)
def test_words_that_cannot_stand_are_refused(world: World, changed: dict[str, str]):
    world.refused(
        InvalidInput, save_template, SaveTemplate, name="x",
        definition=SlipWords().to_json() | changed,
    )  # fmt: skip


def test_words_of_a_slip_do_not_become_a_label(world: World):
    template_id = _say(world)
    label = {"document_kind": "sku_label", "media": "60x40", "elements": []}
    world.refused(
        RuleViolation, save_template, SaveTemplate, name="slip", template_id=template_id,
        definition=label,
    )  # fmt: skip
