"""The manifest: every parcel of a handover, totals, and two signatures."""

from __future__ import annotations

from printing.documents import Manifest
from printing.media import Media
from printing.renderers.pdf import office
from printing.renderers.pdf.flow import Column, spread
from printing.renderers.pdf.sheet import Sheet
from printing.words import grams, word


def draw(manifest: Manifest, media: Media) -> list[Sheet]:
    """Return the pages of a manifest, the signatures on the last.

    Raises:
        DoesNotFit: on anything but sheets.
    """
    carrier = f"{manifest.carrier.name}  {manifest.carrier.code}"
    flow = office.begin(manifest, media, "Manifest", manifest.manifest_no, carrier)
    pairs = _facts(manifest)
    office.facts(flow.sheet, flow.block(office.facts_mm(pairs, 2)), manifest, pairs, 2)
    flow.y += 2
    flow.begin_table(_columns(manifest, media.width_mm - 2 * office.MARGIN))
    for number, line in enumerate(manifest.lines, start=1):
        flow.row([str(number), line.waybill_no, line.parcel_no, line.order_no, line.destination,
                  grams(line.weight_g)], least_mm=6)  # fmt: skip
    flow.end_table()
    flow.text(_total(manifest), 12, bold=True, align="right")
    flow.text(manifest.note, 9)
    office.signatures(flow, manifest, ("Handed over by", "Taken over by"))
    return office.finish(flow, manifest)


def _facts(manifest: Manifest) -> list[tuple[str, str]]:
    return [
        ("Warehouse", manifest.warehouse),
        ("Handover", manifest.handed_over_at),
        ("Courier", manifest.courier),
        ("Vehicle", manifest.vehicle),
    ]


def _columns(manifest: Manifest, width: float) -> list[Column]:
    names = ("No.", "Waybill", "Parcel", "Order", "Destination", "Weight")
    titles = [word(manifest.locale, name) for name in names]
    share = width / 190
    widths = spread(12 * share, 44 * share, 32 * share, 42 * share, 0, 22 * share, whole=width)
    return [
        Column(title=titles[0], width=widths[0], size_pt=8, max_lines=1),
        Column(title=titles[1], width=widths[1], size_pt=9.5, bold=True, max_lines=2),
        Column(title=titles[2], width=widths[2], size_pt=8, max_lines=2),
        Column(title=titles[3], width=widths[3], size_pt=8, max_lines=2),
        Column(title=titles[4], width=widths[4], size_pt=8.5, max_lines=2),
        Column(title=titles[5], width=widths[5], size_pt=8.5, align="right", max_lines=1),
    ]


def _total(manifest: Manifest) -> str:
    count = word(manifest.locale, "{n} parcels", n=len(manifest.lines))
    weights = [line.weight_g for line in manifest.lines if line.weight_g]
    if not weights:
        return count
    return f"{count}   {word(manifest.locale, 'Total weight')} {grams(sum(weights))}"
