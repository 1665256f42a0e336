"""Sheets of cards to cut out: badges of people, command cards of a bench."""

from __future__ import annotations

from collections.abc import Sequence

from printing.barcodes import code128, qr
from printing.documents import Badge, BadgeSheet, CardSheet
from printing.errors import DoesNotFit
from printing.geometry import Box
from printing.media import Form, Media
from printing.renderers.pdf import office
from printing.renderers.pdf.sheet import WHITE, Sheet
from printing.words import word

CARD_MM = (85.6, 54.0)  # as bank cards, so that the usual holders fit
COLUMNS = 2
ROWS = 5
FRAME_LEVEL = 0.45
# What each command card does, in the words of the paper.
MEANING = {
    "OK": "Confirm, or acknowledge a stop",
    "UNDO": "Take back the last scan",
    "SHORT": "The bin holds less than asked",
    "SKIP": "Leave this for later",
    "FULL": "The carton is full, take the next",
    "REPRINT": "Print the last paper again",
    "MISSING": "The tote is empty, pieces are missing",
    "MINUS": "One piece is damaged",
    "LOGOUT": "Leave this tablet",
}
# What some of them do at one kind of work only.
MEANING_AT = {
    "pick": {"OK": "All is picked, the wave is done"},
    "check": {"MISSING": "Pieces are missing in the tote", "UNDO": "Take back the last count"},
    "pack": {"OK": "All that is left is in the carton", "UNDO": "Take the last piece out again"},
    "weigh": {
        "OK": "Ask who lets the weight pass",
        "UNDO": "Take back the weight",
        "REPRINT": "Print the label again",
        "MISSING": "Back to the check",
    },
    "ship": {"OK": "Close the handover", "UNDO": "Take the last parcel back"},
    "receive": {
        "OK": "All is counted, or confirm what another counted",
        "MISSING": "Have it counted again",
        "MINUS": "The last piece is faulty",
        "SKIP": "Another lot",
        "REPRINT": "Labels for the goods in hand",
    },
    "stock": {
        "OK": "Take what the bin holds, or put it elsewhere",
        "UNDO": "Put the goods back",
    },
    "count": {
        "OK": "The bin is counted",
        "MINUS": "Counted too often",
        "SKIP": "Leave this bin for later",
    },
}
# Where a card of another name would puzzle: at the count nothing is broken by a minus.
TITLE_AT = {
    "count": {"MINUS": "Take off"},
    "receive": {"MISSING": "Count again", "SKIP": "Other lot", "REPRINT": "Label"},
}
WORK = {
    "pick": "Picking",
    "check": "Checking",
    "pack": "Packing",
    "weigh": "Weighing",
    "ship": "Shipping",
    "receive": "Receiving",
    "stock": "Stock",
    "count": "Counting",
}


def draw_badges(badges: BadgeSheet, media: Media) -> list[Sheet]:
    """Return A4 pages of ten badges each.

    Raises:
        DoesNotFit: on anything but A4.
    """
    sheets: list[Sheet] = []
    per_page = COLUMNS * ROWS
    for start in range(0, len(badges.badges), per_page):
        sheet = _sheet(media)
        page = badges.badges[start : start + per_page]
        for badge, box in zip(page, _grid(media), strict=False):
            _badge(sheet, box, badge, badges)
        sheets.append(sheet)
    _feet(sheets, badges)
    return sheets


def draw_cards(cards: CardSheet, media: Media) -> list[Sheet]:
    """Return the A4 page of the command cards.

    Raises:
        DoesNotFit: on anything but A4.
    """
    sheet = _sheet(media)
    for card, box in zip(cards.cards, _grid(media), strict=False):
        _card(sheet, box, card, cards)
    _feet([sheet], cards)
    return [sheet]


def _sheet(media: Media) -> Sheet:
    if media.form is not Form.SHEET or media.name != "A4":
        raise DoesNotFit(f"cards are printed on A4, not on {media.name}")
    return Sheet(media)


def _grid(media: Media) -> Sequence[Box]:
    width, height = CARD_MM
    left = (media.width_mm - COLUMNS * width) / 2
    top = (media.height_mm - ROWS * height) / 2
    return [
        Box(left + column * width, top + row * height, width, height)
        for row in range(ROWS)
        for column in range(COLUMNS)
    ]


def _badge(sheet: Sheet, box: Box, badge: Badge, badges: BadgeSheet) -> None:
    sheet.frame(box, dots=1, level=FRAME_LEVEL)
    head, body, symbol, foot = box.inset(4, 3).rows(6, 17, 18)
    left, right = head.columns(head.w * 0.6)
    sheet.write(left.narrowed(2), badges.site, 9, floor_pt=6, bold=True, max_lines=1)
    sheet.write(right, word(badges.locale, "Badge"), 9, align="right", level=0.35, max_lines=1)
    name, roles = body.rows(10)
    sheet.write(name, badge.name, 24, floor_pt=11, bold=True, valign="middle", max_lines=1)
    text = " · ".join(badge.roles)
    sheet.write(roles, text, 10.5, floor_pt=6.5, valign="middle", max_lines=2)
    sheet.bars(symbol, code128(badge.content), at_least=2, at_most=5)
    sheet.write(foot, badge.hint or badge.content, 9, floor_pt=6, align="center", valign="middle",
                max_lines=1)  # fmt: skip


def _card(sheet: Sheet, box: Box, card: str, cards: CardSheet) -> None:
    sheet.frame(box, dots=1, level=FRAME_LEVEL)
    inner = box.inset(4, 3.5)
    title, meaning, symbol, foot = inner.rows(14, 7, 20)
    sheet.fill(title, is_panel=True)
    name = word(cards.locale, TITLE_AT.get(cards.work, {}).get(card, card))
    shown = name if name == card else f"{name}  {card}"
    sheet.write(title.inset(2, 0), shown, 26, floor_pt=12, bold=True, level=WHITE, align="center",
                valign="middle", max_lines=1)  # fmt: skip
    said = word(cards.locale, _meaning(card, cards.work))
    sheet.write(meaning, said, 10, floor_pt=6, align="center", valign="middle", max_lines=1)
    content = cards.prefix + card
    square, bars = symbol.columns(symbol.h)
    sheet.matrix(square, qr(content), at_least=3, at_most=8)
    sheet.bars(bars, code128(content), at_least=2, at_most=5)
    said = f"{content}  ·  {word(cards.locale, WORK[cards.work])}" if cards.work else content
    sheet.write(foot, said, 9, align="center", valign="middle", max_lines=1)


def _meaning(card: str, work: str) -> str:
    return MEANING_AT.get(work, {}).get(card, MEANING[card])


def _feet(sheets: Sequence[Sheet], document: BadgeSheet | CardSheet) -> None:
    for number, sheet in enumerate(sheets, start=1):
        box = Box(office.MARGIN, sheet.box.h - 9, sheet.box.w - 2 * office.MARGIN, 5)
        hint = word(document.locale, "Cut along the lines.")
        office.foot(sheet, box, document, number, len(sheets), hint)
