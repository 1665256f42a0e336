"""The GS1 logistic label: words on top, data in clear text in the middle, symbols at the bottom.

Drawn by rule, not by template: what makes it scannable at every dock is not a matter of taste. Bars
stand upright side by side, at least half a millimetre wide and 32 mm high, the SSCC lowest.

Source: GS1 General Specifications 6.6 and 5.12.3; Logistic Label Guideline.
"""

from __future__ import annotations

from collections.abc import Sequence

from printing import gs1
from printing.barcodes import Bars, code128
from printing.documents import CartonLabel, Party
from printing.errors import DocumentInvalid, DoesNotFit
from printing.geometry import Box
from printing.masking import mask_address, mask_name
from printing.media import SUITABLE, Media
from printing.renderers.pdf.sheet import WHITE, Sheet
from printing.words import grams, word

# Half a millimetre at each head: GS1 asks for 0.495 mm on what is stored and shipped.
MODULE_DOTS = {203: 4, 300: 6}
BARS_MM = 32.0
READ_MM = 4.6
SYMBOL_MM = BARS_MM + READ_MM + 1.0
MARGIN = 1.5
LEAST_TEXT_MM = 56.0
SSCC_PT = 27.5  # digits seven millimetres high, to be keyed in
CONTENT = ("02", "37")  # one says nothing without the other


def draw(label: CartonLabel, media: Media) -> list[Sheet]:
    """Return the one page of a logistic label.

    Raises:
        DoesNotFit: on anything but the stocks of its size.
    """
    if media.name not in SUITABLE[CartonLabel.kind]:
        raise DoesNotFit(f"a logistic label is not printed on {media.name}")
    sheet = Sheet(media)
    whole = sheet.box.inset(MARGIN)
    sscc = [gs1.element("00", label.sscc)]
    most = int((whole.h - LEAST_TEXT_MM) / SYMBOL_MM)
    groups = [*_symbols(label, media, most - 1), sscc]
    bottom = whole.bottom
    for group in reversed(groups):
        bottom -= SYMBOL_MM
        _symbol(sheet, Box(0, bottom, sheet.box.w, SYMBOL_MM), group)
        sheet.rule(whole.x, bottom - 0.6, whole.w, dots=2)
    _words(sheet, Box(whole.x, whole.y, whole.w, bottom - 1.2 - whole.y), label)
    return [sheet]


def _symbols(label: CartonLabel, media: Media, most: int) -> list[list[gs1.Element]]:
    """Return the elements of at most so many symbols; what is too wide stays clear text."""
    elements = [gs1.element(fact.ai, fact.value) for fact in label.facts]
    content = [e for e in elements if e.ai in CONTENT]
    groups = [content] if content else []
    for element in elements:
        if element.ai in CONTENT:
            continue
        for group in groups:
            if _fits([*group, element], media):
                group.append(element)
                break
        else:
            if len(groups) < most and _fits([element], media):
                groups.append([element])
    return [group for group in groups if _fits(group, media)][:most]


def _fits(elements: Sequence[gs1.Element], media: Media) -> bool:
    try:
        bars = _bars(elements)
    except DocumentInvalid:
        return False
    whole = (bars.modules + 2 * bars.quiet) * MODULE_DOTS[media.dpi]
    return whole <= media.width_dots


def _bars(elements: Sequence[gs1.Element]) -> Bars:
    return code128(gs1.symbol_content(elements))


def _symbol(sheet: Sheet, box: Box, elements: Sequence[gs1.Element]) -> None:
    dots = MODULE_DOTS[sheet.media.dpi]
    bars = Box(box.x, box.y, box.w, BARS_MM)
    sheet.bars(bars, _bars(elements), at_least=dots, at_most=dots)
    text = Box(box.x + MARGIN, bars.bottom + 0.4, box.w - 2 * MARGIN, READ_MM)
    sheet.write(text, gs1.readable(elements), 11, floor_pt=6, align="center", max_lines=1)


def _words(sheet: Sheet, box: Box, label: CartonLabel) -> None:
    people, contents, data = box.rows(25, 9)
    left, right = people.columns(people.w * 0.4)
    _party(sheet, left.narrowed(1.5), label, "From", label.sender, 9)
    sheet.upright(right.x, right.y, right.h - 1, dots=2)
    _party(sheet, Box(right.x + 1.5, right.y, right.w - 1.5, right.h), label, "To",
           label.receiver, 13)  # fmt: skip
    _contents(sheet, contents, label)
    sheet.rule(data.x, data.y, data.w, dots=2)
    _data(sheet, Box(data.x, data.y + 0.8, data.w, data.h - 0.8), label)


def _party(
    sheet: Sheet, box: Box, label: CartonLabel, what: str, party: Party, size: float
) -> None:
    head, name, address = box.rows(4, size * 0.45)
    sheet.write(head, word(label.locale, what), 7.5, level=0, max_lines=1)
    is_open = party.is_business
    shown = party.name if is_open else mask_name(party.name)
    detail = party.detail if is_open else mask_address(party.detail)
    sheet.write(name, shown, size, floor_pt=6, bold=True, max_lines=1)
    text = " ".join(part for part in (party.region, detail) if part)
    sheet.write(address, text, size * 0.75, floor_pt=5, max_lines=4)


def _contents(sheet: Sheet, box: Box, label: CartonLabel) -> None:
    left, right = box.columns(box.w * 0.62)
    above, below = left.narrowed(1.5).rows(box.h / 2)
    sheet.write(above, label.carrier, 9, floor_pt=5, bold=True, valign="middle", max_lines=1)
    sheet.write(below, label.contents, 8, floor_pt=4.5, valign="middle", max_lines=1)
    above, below = right.rows(box.h / 2)
    count = word(label.locale, "Carton {i} of {n}", i=label.carton_index, n=label.carton_count)
    sheet.write(above, count, 9, floor_pt=5, bold=True, align="right", valign="middle",
                max_lines=1)  # fmt: skip
    if label.copy_no > 1:
        mark = word(label.locale, "COPY {n}", n=label.copy_no) + f"  {label.copied_at}"
        sheet.fill(below, is_panel=True)
        sheet.write(below.inset(0.5, 0), mark, 8, floor_pt=4.5, bold=True, level=WHITE,
                    align="center", valign="middle", max_lines=1)  # fmt: skip
    else:
        sheet.write(below, label.printed_at, 7.5, floor_pt=4.5, align="right", valign="middle",
                    max_lines=1)  # fmt: skip


def _data(sheet: Sheet, box: Box, label: CartonLabel) -> None:
    """Write what the symbols say: the SSCC to be keyed in, then the rest in two columns."""
    title, number, rest = box.rows(3.4, 11)
    sheet.write(title, "SSCC", 7, bold=True, max_lines=1)
    sheet.write(number, label.sscc, SSCC_PT, floor_pt=SSCC_PT, bold=False, max_lines=1,
                valign="middle")  # fmt: skip
    rows = max(1, -(-len(label.facts) // 2))
    height = min(6.5, rest.h / rows)
    cells = [c for row in rest.rows(*[height] * rows) for c in row.columns(rest.w / 2)]
    for fact, cell in zip(label.facts, cells, strict=False):
        known = gs1.IDENTIFIERS[fact.ai]
        head, value = cell.narrowed(1.5).columns(cell.w * 0.36)
        # In two lines where they are long: alike in size, and none too small to be read.
        sheet.write(head.narrowed(0.5), f"({fact.ai}) {known.title}", 6, floor_pt=4,
                    valign="middle", max_lines=2)  # fmt: skip
        sheet.write(value, _value(fact.ai, fact.value), 12, floor_pt=4.5, bold=True,
                    valign="middle", max_lines=1)  # fmt: skip


def _value(ai: str, value: str) -> str:
    """Return data as people write it: weights with their point, days with dashes."""
    if ai[:3] in ("310", "330"):
        return grams(int(value) * 1000 // 10 ** int(ai[3]))
    if gs1.IDENTIFIERS[ai].is_date:
        return f"20{value[:2]}-{value[2:4]}-{value[4:]}"
    return value
