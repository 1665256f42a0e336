"""`fahuo papers`: every document on paper, to be looked at, and whether all of it is in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from printing.errors import DoesNotFit
from printing.inspection import faults, unprintable, unsaid
from printing.media import media
from printing.renderers import raster
from printing.renderers.contact import beside, contact_sheets
from printing.renderers.pdf import layout
from printing.renderers.pdf.paint import paint
from printing.samples import Sample, samples
from warehouse.cli import Site
from warehouse.cli.language import Misuse, note, tell
from warehouse.cli.speaking import machine_readable, put_json
from warehouse.text import say

SHOWN_PAGES = 3  # of a long paper, on its picture


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One sample on paper; `marked` are characters no face has, shown as marks and said so."""

    name: str
    picture: bytes
    pages: int
    marked: str
    faults: list[dict[str, Any]]


@click.command("papers")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="Folder for papers and contact sheets; made if missing.")  # fmt: skip
@click.option("--locale", type=click.Choice(["zh", "en"]), default="zh", show_default=True,
              help="The language of the words on paper.")  # fmt: skip
@click.option("--kind", "kinds", multiple=True, help="Only papers of this kind.")
@machine_readable
@click.pass_obj
def papers_command(
    site: Site, out: Path, locale: str, kinds: tuple[str, ...], as_json: bool
) -> None:
    """Draw every document, short, long and hostile, on each of its media; exit 1 on a fault.

    A fault is a box that overlaps another or leaves the media, or a glyph missing without a word.
    """
    del site  # no database is needed
    out.mkdir(parents=True, exist_ok=True)
    wanted = [s for s in samples(locale) if not kinds or s.document.kind in kinds]
    if not wanted:
        raise Misuse(say("There is no such kind: {kinds}", kinds=", ".join(kinds)))
    found: list[Drawn] = []
    sheets = contact_sheets(_seen(wanted, out, found))
    for number, sheet in enumerate(sheets, start=1):
        name = "contact-sheet.png" if number == 1 else f"contact-sheet-{number}.png"
        (out / name).write_bytes(sheet)
    _tell(found, out, as_json=as_json)
    if any(drawn.faults for drawn in found):
        raise click.exceptions.Exit(1)


def _seen(wanted: list[Sample], out: Path, found: list[Drawn]) -> Iterator[tuple[str, bytes]]:
    for sample in wanted:
        drawn = _drawn(sample, out)
        found.append(drawn)
        yield drawn.name, drawn.picture


def _drawn(sample: Sample, out: Path) -> Drawn:
    stock = media(sample.media)
    try:
        sheets = layout(sample.document, stock, sample.template, sample.pictures)
    except DoesNotFit as error:
        fault = {"page": 1, "kind": error.code, "what": str(error)}
        blank = raster.png_of(raster.blank(stock.width_dots, stock.height_dots or 1))
        return Drawn(name=sample.name, picture=blank, pages=0, marked="", faults=[fault])
    pdf = paint(sheets, sample.document.file_stem)
    (out / f"{sample.name}.pdf").write_bytes(pdf)
    pictures = raster.shown(pdf, stock)
    picture = beside(pictures[:SHOWN_PAGES])
    (out / f"{sample.name}.png").write_bytes(picture)
    wrong = [*faults(sheets), *unsaid(sheets, raster.texts(pdf))]
    return Drawn(
        name=sample.name,
        picture=picture,
        pages=len(pictures),
        marked=unprintable(sheets),
        faults=[{"page": f.page, "kind": f.kind.value, "what": f.what} for f in wrong],
    )


def _tell(found: list[Drawn], out: Path, *, as_json: bool) -> None:
    wrong = [{"paper": drawn.name, **fault} for drawn in found for fault in drawn.faults]
    if as_json:
        papers = [{"name": d.name, "pages": d.pages, "marked": d.marked} for d in found]
        put_json({"out": str(out), "papers": papers, "faults": wrong})
        return
    for fault in wrong:
        note(say("{paper} page {page}: {kind} {what}", **fault))
    pages = sum(drawn.pages for drawn in found)
    tell(
        say(
            "{papers} papers, {pages} pages in {out}; {faults} faults.",
            papers=len(found), pages=pages, out=str(out), faults=len(wrong),
        )
    )  # fmt: skip
