"""The decoder of zbar, if its library is on this machine: a second opinion beside zxing."""

from __future__ import annotations

import ctypes
import ctypes.util
from functools import cache

import numpy as np

from printing.renderers.raster import Bitmap

LIBRARY = "libzbar.so.0"
Y800 = int.from_bytes(b"Y800", "little")  # eight bits of grey for each dot
EVERY_KIND, ENABLE = 0, 0
NAMES = {8: "EAN-8", 13: "EAN-13", 64: "QR-Code", 128: "Code 128"}


@cache
def library() -> ctypes.CDLL | None:
    """Return the library, None where it is not installed."""
    try:
        zbar = ctypes.CDLL(ctypes.util.find_library("zbar") or LIBRARY)
    except OSError:
        return None
    for name in ("image_scanner_create", "image_create", "image_first_symbol", "symbol_next"):
        getattr(zbar, f"zbar_{name}").restype = ctypes.c_void_p
    zbar.zbar_symbol_get_data.restype = ctypes.c_void_p
    return zbar


def read(bitmap: Bitmap) -> set[tuple[str, str]]:
    """Return kind and content of what was found; two symbols of one content count once."""
    zbar = library()
    assert zbar is not None
    grey = np.ascontiguousarray(np.where(bitmap.dots(), 0, 255).astype(np.uint8))
    height, width = grey.shape
    scanner = ctypes.c_void_p(zbar.zbar_image_scanner_create())
    image = ctypes.c_void_p(zbar.zbar_image_create())
    try:
        zbar.zbar_image_scanner_set_config(scanner, EVERY_KIND, ENABLE, 0)
        for kind in NAMES:
            zbar.zbar_image_scanner_set_config(scanner, kind, ENABLE, 1)
        zbar.zbar_image_set_format(image, Y800)
        zbar.zbar_image_set_size(image, width, height)
        zbar.zbar_image_set_data(image, grey.ctypes.data_as(ctypes.c_void_p), grey.nbytes, None)
        zbar.zbar_scan_image(scanner, image)
        return set(_symbols(zbar, image))
    finally:
        zbar.zbar_image_destroy(image)
        zbar.zbar_image_scanner_destroy(scanner)


def _symbols(zbar: ctypes.CDLL, image: ctypes.c_void_p) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    symbol = zbar.zbar_image_first_symbol(image)
    while symbol:
        at = ctypes.c_void_p(symbol)
        length = zbar.zbar_symbol_get_data_length(at)
        data = ctypes.string_at(zbar.zbar_symbol_get_data(at), length).decode()
        found.append((NAMES[zbar.zbar_symbol_get_type(at)], data))
        symbol = zbar.zbar_symbol_next(at)
    return found
