"""Label templates: versions, whose papers they draw, and the version a paper keeps."""

from __future__ import annotations

from functools import partial
from io import BytesIO

import pypdfium2
import pytest
import sqlalchemy as sa
from PIL import Image

from printing.errors import DocumentInvalid
from printing.models import (
    PaperPicture,
    PaperTemplate,
    PaperTemplateUse,
    PaperTemplateVersion,
    Printer,
    PrinterKind,
    PrintFile,
    PrintJob,
    PrintRoute,
)
from printing.queue import pdf_of, print_one
from printing.templates.pictures import MOST_BYTES, prepared
from printing.transports.memory import MemoryTransport
from tests.builders import Stage, World
from warehouse.carriers.models import Carrier
from warehouse.catalog.commands.labels import PrintSkuLabels, print_sku_labels
from warehouse.commands import execute
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.orders.models import Shop
from warehouse.printers.jobs import ReprintJob, reprint_job
from warehouse.printers.templates.logos import (
    KeepPicture,
    RemovePicture,
    keep_picture,
    remove_picture,
)
from warehouse.printers.templates.uses import StopUsing, UseTemplate, stop_using, use_template
from warehouse.printers.templates.versions import (
    RestoreTemplate,
    RetireTemplate,
    SaveTemplate,
    restore_template,
    retire_template,
    save_template,
)


def text_of(pdf):
    return pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded().strip()


# The head of a PNG that says it is 20,000 dots long and high.
BOMB = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0N \0\0N \x08\2\0\0\0\xd2\xcb\x9f\x97"


def words(text, document_kind="waybill", media="76x130", **changed):
    """A template that says only these words."""
    element = {"kind": "text", "x": 2, "y": 2, "w": 50, "h": 8, "value": text} | changed
    return {"document_kind": document_kind, "media": media, "elements": [element]}


def save(world, name="own", definition=None, **given):
    given |= {"name": name, "definition": definition or words(name)}
    return world.do(save_template, SaveTemplate, **given).subject_id


def use(world, template_id, **whose):
    return world.do(use_template, UseTemplate, template_id=template_id, **whose)


def waybill(world, work):
    return world.one(PrintJob, document_kind="waybill", number=work.waybill_no)


def drawn_by(world, work):
    return waybill(world, work).facts["templates"]


def said_on(world, job):
    with world.database.reading() as session:
        return text_of(pdf_of(session, job.id))


def test_every_save_is_a_version_and_none_is_changed(world: World):
    template_id = save(world, definition=words("first"))
    save(world, definition=words("second"), template_id=template_id, note="larger")
    versions = world.all(PaperTemplateVersion)
    assert [(v.version, v.definition["elements"][0]["value"], v.note) for v in versions] == [
        (1, "first", ""), (2, "second", "larger"),
    ]  # fmt: skip
    assert world.one(PaperTemplate).version == 2


def test_an_older_version_comes_back_as_a_new_one(world: World):
    template_id = save(world, definition=words("first"))
    save(world, definition=words("second"), template_id=template_id)
    world.do(restore_template, RestoreTemplate, template_id=template_id, version=1)
    newest = world.all(PaperTemplateVersion)[-1]
    assert (newest.version, newest.definition) == (3, world.all(PaperTemplateVersion)[0].definition)
    world.refused(
        RuleViolation, restore_template, RestoreTemplate, template_id=template_id, version=3
    )
    world.refused(NotFound, restore_template, RestoreTemplate, template_id=template_id, version=9)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61])
def test_a_template_needs_a_name(world: World, name):
    world.refused(InvalidInput, save_template, SaveTemplate, name=name, definition=words("x"))


def test_two_templates_cannot_have_one_name(world: World):
    save(world)
    world.refused(InvalidInput, save_template, SaveTemplate, name="own", definition=words("x"))


@pytest.mark.parametrize(
    "definition",
    [
        {},
        {"document_kind": "waybill"},
        words("x", x=500),
        words("x", kind="script"),
        words("nowhere", kind="picture"),
    ],
)
def test_what_cannot_be_drawn_is_not_kept(world: World, definition):
    world.refused(InvalidInput, save_template, SaveTemplate, name="own", definition=definition)


def test_a_template_stays_with_its_document_and_stock(world: World):
    template_id = save(world)
    world.refused(
        RuleViolation, save_template, SaveTemplate, name="own", template_id=template_id,
        definition=words("x", media="100x180"),
    )  # fmt: skip


def test_the_nearest_template_draws_a_waybill(world: World):
    names = ("all", "shop", "carrier", "both")
    every, shop, carrier, both = (save(world, name) for name in names)
    world.bring(Stage.WEIGHED)
    shop_id, carrier_id = world.one(Shop).id, world.one(Carrier).id
    found = []
    for template_id, whose in (
        (every, {}),
        (shop, {"shop_id": shop_id}),
        (carrier, {"carrier_id": carrier_id}),
        (both, {"shop_id": shop_id, "carrier_id": carrier_id}),
    ):
        use(world, template_id, **whose)
        lines = {world.add_goods(f"GOODS-{template_id}"): 1}
        found.append(drawn_by(world, world.bring(Stage.LABELLED, lines=lines)))
    assert found == [[f"{n}@1"] for n in (every, shop, carrier, both)]


def test_a_template_of_another_shop_draws_nothing_here(world: World):
    other = world.add(Shop(code="OTHER", name="other", platform="own")).id
    use(world, save(world), shop_id=other)
    assert drawn_by(world, world.bring(Stage.LABELLED)) == []


def test_one_template_for_each_stock(world: World):
    small, large = save(world, "small"), save(world, "large", words("large", media="100x180"))
    use(world, small)
    use(world, large)
    work = world.bring(Stage.LABELLED)
    assert set(drawn_by(world, work)) == {f"{small}@1", f"{large}@1"}
    assert said_on(world, waybill(world, work)) == "small"
    printer = world.add(
        Printer(name="wide", kind=PrinterKind.ZPL, address="10.0.0.9", media="100x180")
    )
    with world.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(printer_id=printer.id))
    assert said_on(world, waybill(world, work)) == "large"


def test_a_paper_keeps_the_version_it_was_asked_with(world: World):
    printer = world.add(Printer(name="label", kind=PrinterKind.FOLDER, address="spool"))
    world.add(PrintRoute(document_kind="waybill", printer_id=printer.id))
    first = words("first")
    first["elements"].append(
        {"kind": "field", "value": "copy_mark", "x": 2, "y": 20, "w": 60, "h": 6}
    )
    template_id = save(world, definition=first)
    use(world, template_id)
    work = world.bring(Stage.LABELLED)
    save(world, definition=words("second"), template_id=template_id)
    out = MemoryTransport()
    print_one(world.database, printer.id, clock=world.tick, transports=lambda _p, _s: out)
    job = waybill(world, work)
    assert text_of(world.one(PrintFile, job_id=job.id).content) == "first"
    world.do(retire_template, RetireTemplate, template_id=template_id)
    copy = world.do(reprint_job, ReprintJob, job_id=job.id, reason="torn").subject_id
    assert said_on(world, world.get(PrintJob, copy)).startswith("first")


def test_a_use_replaces_the_one_before_and_ends(world: World):
    one, two = save(world, "one"), save(world, "two")
    use(world, one)
    use(world, two)
    [kept] = world.all(PaperTemplateUse)
    assert kept.template_id == two
    world.do(stop_using, StopUsing, use_id=kept.id)
    assert world.all(PaperTemplateUse) == []
    world.refused(NotFound, stop_using, StopUsing, use_id=kept.id)


def test_a_retired_template_is_used_by_nobody(world: World):
    template_id = save(world)
    use(world, template_id)
    world.do(retire_template, RetireTemplate, template_id=template_id)
    assert world.all(PaperTemplateUse) == []
    for handler, command in (
        (use_template, UseTemplate), (retire_template, RetireTemplate),
    ):  # fmt: skip
        world.refused(RuleViolation, handler, command, template_id=template_id)


@pytest.mark.parametrize("whose", [{"shop_id": 99}, {"carrier_id": 99}])
def test_a_shop_or_carrier_that_is_not_there_is_named(world: World, whose):
    world.refused(NotFound, use_template, UseTemplate, template_id=save(world), **whose)


def test_goods_labels_are_drawn_by_their_own_template(world: World):
    goods = world.sku()
    use(world, save(world, definition=words("own", document_kind="sku_label", media="60x40")))
    world.do(print_sku_labels, PrintSkuLabels, sku_id=goods.id, copies=1)
    [job] = world.all(PrintJob)
    assert said_on(world, job) == "own"


def _picture(mode="RGBA", size=(30, 20), form="PNG"):
    out = BytesIO()
    Image.new(mode, size, 0).save(out, form)
    return out.getvalue()


def _keep(world, picture):
    command = world.command(KeepPicture, name="logo", key=picture.key)
    return execute(world.database, partial(keep_picture, picture=picture), command)


def test_a_picture_is_kept_once_and_drawn(world: World):
    picture = prepared(_picture("RGB"))
    assert _keep(world, picture).facts == {"key": picture.key}
    _keep(world, picture)
    assert [p.content for p in world.all(PaperPicture)] == [picture.png]
    use(world, save(world, definition=words(picture.key, kind="picture")))
    work = world.bring(Stage.LABELLED)
    with world.database.reading() as session:
        assert b"/Image" in pdf_of(session, waybill(world, work).id)


def test_what_is_clear_in_a_picture_is_white_paper():
    picture = prepared(_picture("RGBA"))
    with Image.open(BytesIO(picture.png)) as image:
        assert (image.mode, image.size, image.getextrema()) == ("L", (30, 20), (255, 255))


def test_a_picture_that_a_version_shows_is_not_thrown_away(world: World):
    picture = prepared(_picture("RGB"))
    _keep(world, picture)
    template_id = save(world, definition=words(picture.key, kind="picture"))
    save(world, template_id=template_id)
    world.refused(RuleViolation, remove_picture, RemovePicture, key=picture.key)
    other = prepared(_picture("RGB", (31, 20)))
    _keep(world, other)
    world.do(remove_picture, RemovePicture, key=other.key)
    assert [p.key for p in world.all(PaperPicture)] == [picture.key]
    world.refused(NotFound, remove_picture, RemovePicture, key="nothing")


def test_a_version_saved_meanwhile_is_not_written_over_unseen(world: World):
    template_id = save(world, definition=words("first"))
    save(world, definition=words("second"), template_id=template_id, base=1)
    given = {"name": "own", "definition": words("third"), "template_id": template_id}
    world.refused(InvalidInput, save_template, SaveTemplate, base=1, **given)
    world.do(save_template, SaveTemplate, base=2, **given)
    assert world.one(PaperTemplate).version == 3


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "WEBP"])
def test_usual_pictures_are_taken(form):
    assert prepared(_picture("RGB", form=form)).width == 30


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", b"<svg onload='x'/>", b"x" * (MOST_BYTES + 1), _picture()[:40],
     _picture("L", (2001, 2000)), BOMB, b"%!PS-Adobe-3.0 EPSF\n"],
)  # fmt: skip
def test_what_is_no_picture_or_too_large_is_refused(content):
    with pytest.raises(DocumentInvalid):
        prepared(content)


def test_a_large_picture_becomes_as_long_as_a_label():
    assert (prepared(_picture("L", (1500, 300))).width) == 1200
