"""Our ZPL drawn by somebody else's program, dot for dot the picture we meant.

For maintainers: `npm ci --prefix tests/printing/zpl_renderer`, with Node 20 or newer, fetches the
program once, in the version and with the hash written down there. Without it this is skipped.
"""

from __future__ import annotations

import base64
import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from printing.media import Form, media
from printing.renderers import raster, zpl
from printing.renderers.pdf import render
from printing.samples import Content, Sample, samples

HERE = Path(__file__).parent / "zpl_renderer"
NODE = shutil.which("node")
HEAD_DOTS = {203: 832, 300: 1248}
GRAY = 128

pytestmark = pytest.mark.skipif(
    NODE is None or not (HERE / "node_modules").is_dir(),
    reason="no other ZPL program to judge us (npm ci --prefix tests/printing/zpl_renderer)",
)


def labels() -> Iterator[tuple[Sample, int]]:
    """Yield every label we draw on each of its stocks, for both heads."""
    for sample in samples(contents=[Content.SHORT]):
        stock = media(sample.media)
        if stock.form is not Form.LABEL:
            continue
        for dpi, most in HEAD_DOTS.items():
            if stock.at(dpi).width_dots <= most:
                yield sample, dpi


def test_no_dot_of_a_label_differs_from_what_another_program_draws() -> None:
    meant, asked, names = [], [], []
    for sample, dpi in labels():
        stock = media(sample.media).at(dpi)
        pdf = render(sample.document, stock, sample.template, sample.pictures)
        for page in raster.bitmaps(pdf, dpi=dpi):
            dots = page.dots()
            meant.append(dots)
            names.append(f"{sample.name}@{dpi}")
            asked.append({
                "zpl": zpl.encode([page]).decode("ascii"), "dpmm": stock.dots_per_mm,
                "width": dots.shape[1] / stock.dots_per_mm,
                "height": dots.shape[0] / stock.dots_per_mm,
            })  # fmt: skip
    found = subprocess.run(
        [str(NODE), "render.mjs"], input=json.dumps(asked), capture_output=True, text=True,
        cwd=HERE, check=True,
    )  # fmt: skip
    differing = {}
    for name, dots, png in zip(names, meant, json.loads(found.stdout), strict=True):
        drawn = np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("L")) < GRAY
        assert drawn.shape == dots.shape, name
        if count := int((drawn != dots).sum()):
            differing[name] = count
    assert differing == {}
    assert sum(dots.size for dots in meant) > 10_000_000, sum(dots.size for dots in meant)
