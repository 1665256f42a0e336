"""Command cards: a sheet for each kind of work, with the cards its tablets take."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

import warehouse.web
from printing.documents import CardSheet, Locale
from printing.media import media
from printing.models import PrintJob
from printing.renderers import raster
from printing.renderers.pdf import render
from tests.builders import World
from warehouse.catalog.cards import CARDS_OF, PrintCards, card_sheet, print_cards
from warehouse.catalog.models import StationKind
from warehouse.errors import InvalidInput
from warehouse.scanning import Card

PAGES = Path(warehouse.web.__file__).parent
MODULES = {StationKind.STOCK: ("storing", "replenish")}


@pytest.mark.parametrize("work", CARDS_OF)
def test_a_sheet_has_the_cards_the_work_s_tablets_take(work: StationKind) -> None:
    source = "".join(
        (PAGES / f"{name}.py").read_text(encoding="utf-8") for name in MODULES.get(work, (work,))
    )
    taken = {Card[name] for name in re.findall(r"\bCard\.([A-Z]+)", source)}
    if work is StationKind.CHECK:
        taken -= {Card.SHORT}
    assert set(CARDS_OF[work]) == taken | {Card.LOGOUT}


def test_cards_are_printed_as_often_as_wanted_in_the_site_s_language(lone: World):
    lone.settings(paper_locale="en")
    for _ in range(2):
        lone.do(print_cards, PrintCards, work=StationKind.PACK)
    jobs = lone.all(PrintJob, document_kind="card_sheet")
    assert [(j.number, j.part, j.copy_no) for j in jobs] == [
        ("cards-pack", 1, 1),
        ("cards-pack", 2, 1),
    ]
    assert CardSheet.from_json(jobs[0].facts).locale is Locale.EN
    lone.refused(InvalidInput, print_cards, PrintCards, work=StationKind.DESK)


def test_every_card_of_a_sheet_is_read_as_what_it_presses(lone: World):
    with lone.database.reading() as session:
        sheet = card_sheet(session, StationKind.RECEIVE)
    pdf = render(sheet, media("A4"))
    read = zxingcpp.read_barcodes(Image.open(BytesIO(raster.png(pdf, dpi=300))))
    assert {found.text for found in read} == set(CARDS_OF[StationKind.RECEIVE])
    assert len(read) == 2 * len(sheet.cards)
    assert "给手上的商品打标签" in raster.texts(pdf)[0]
