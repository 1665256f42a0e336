"""PDF to dots by programs that are not ours: what a printer's own driver may make of a page."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from printing.media import DOTS_PER_MM, MM_PER_INCH
from printing.renderers import raster

Pages = list[NDArray[np.bool_]]


def ours(pdf: bytes, dpi: int, _folder: Path) -> Pages:
    """Return the pages as we send them to printers."""
    return [bitmap.dots() for bitmap in raster.bitmaps(pdf, dpi=dpi)]


def poppler(pdf: bytes, dpi: int, folder: Path) -> Pages:
    """Return the pages as pdftoppm paints them in black and white."""
    return _run(pdf, folder, ["pdftoppm", "-mono", "-r", _exact(dpi), "page.pdf", "page"])


def poppler_grey(pdf: bytes, dpi: int, folder: Path) -> Pages:
    """Return the pages as pdftoppm paints them with soft edges, cut at half grey."""
    return _run(pdf, folder, ["pdftoppm", "-gray", "-r", _exact(dpi), "page.pdf", "page"])


def ghostscript(pdf: bytes, dpi: int, folder: Path) -> Pages:
    """Return the pages as ghostscript paints them in black and white."""
    return _run(
        pdf, folder,
        ["gs", "-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pbmraw", f"-r{_exact(dpi)}",
         "-sOutputFile=page-%04d.pbm", "page.pdf"],
    )  # fmt: skip


RASTERISERS: Mapping[str, Callable[[bytes, int, Path], Pages]] = {
    "pdfium": ours,
    "poppler": poppler,
    "poppler grey": poppler_grey,
    "ghostscript": ghostscript,
}
# The program each needs, and the package it is in.
NEEDED = {
    "poppler": ("pdftoppm", "poppler-utils"),
    "poppler grey": ("pdftoppm", "poppler-utils"),
    "ghostscript": ("gs", "ghostscript"),
}


def missing(name: str) -> str:
    """Return the package that would have to be installed for this rasteriser, '' if none."""
    program, package = NEEDED.get(name, ("", ""))
    return package if program and shutil.which(program) is None else ""


def _exact(dpi: int) -> str:
    return str(DOTS_PER_MM[dpi] * MM_PER_INCH)


def _run(pdf: bytes, folder: Path, command: list[str]) -> Pages:
    (folder / "page.pdf").write_bytes(pdf)
    subprocess.run(command, cwd=folder, check=True, timeout=120, capture_output=True)
    files = sorted(folder.glob("page-*.p?m"))
    pages = [np.asarray(Image.open(file).convert("L")) < raster.THRESHOLD for file in files]
    for file in files:
        file.unlink()
    return pages
