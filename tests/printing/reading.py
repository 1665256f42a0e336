"""Small readers of printer languages, as strict as a printer: pictures out, junk is an error."""

from __future__ import annotations

import base64
import binascii
import re
import zlib

import numpy as np


def escpos(data: bytes) -> list[np.ndarray]:
    """Return the papers an ESC/POS printer would cut off, True where black."""
    papers: list[np.ndarray] = []
    strips: list[np.ndarray] = []
    at = 0
    while at < len(data):
        rest = data[at:]
        if rest.startswith(b"\x1b@"):
            at += 2
        elif rest.startswith(b"\x1dv0\x00"):
            wide = int.from_bytes(rest[4:6], "little")
            high = int.from_bytes(rest[6:8], "little")
            assert high <= 256, "a cheap printer garbles this"
            body = np.frombuffer(rest[8 : 8 + wide * high], np.uint8).reshape(high, wide)
            strips.append(np.unpackbits(body, axis=1).astype(bool))
            at += 8 + wide * high
        elif rest.startswith(b"\x1dVB"):
            papers.append(np.concatenate(strips))
            strips = []
            at += 4
        else:
            raise AssertionError(f"unknown command {rest[:8]!r}")
    assert not strips, "paper left uncut"
    return papers


LABEL = re.compile(
    r"(?:~SD(?P<tone>\d\d)\n)?\^XA\n\^MUD\^JMA\^PON\^PMN\^LRN\^MCY\^LH0,0\n"
    r"\^PW(?P<width>\d+)\n\^LL(?P<height>\d+)\n"
    r"\^FO0,0\^GFA,(?P<a>\d+),(?P<b>\d+),(?P<row>\d+),:Z64:(?P<data>[A-Za-z0-9+/=]+):(?P<crc>[0-9A-F]{4})"
    r"\^FS\n\^PQ1\n\^XZ\n"
)


def zpl(data: bytes) -> list[np.ndarray]:
    """Return the labels of a ZPL stream of graphic fields."""
    text = data.decode("ascii")
    labels: list[np.ndarray] = []
    at = 0
    while at < len(text):
        match = LABEL.match(text, at)
        assert match, text[at : at + 40]
        assert int(match["crc"], 16) == binascii.crc_hqx(match["data"].encode(), 0)
        raw = zlib.decompress(base64.b64decode(match["data"]))
        assert len(raw) == int(match["a"]) == int(match["b"])
        rows = np.frombuffer(raw, np.uint8).reshape(int(match["height"]), int(match["row"]))
        labels.append(np.unpackbits(rows, axis=1)[:, : int(match["width"])].astype(bool))
        at = match.end()
    return labels


BITMAP = re.compile(
    rb"SIZE ([\d.]+) mm,([\d.]+) mm\r\nGAP 2 mm,0 mm\r\nDIRECTION 0\r\n"
    rb"(?:DENSITY (\d+)\r\n)?CLS\r\n"
    rb"BITMAP 0,0,(\d+),(\d+),0,"
)


def tspl(data: bytes, dots_per_mm: int) -> list[np.ndarray]:
    """Return the labels of a TSPL stream of bitmaps."""
    labels: list[np.ndarray] = []
    at = 0
    while at < len(data):
        match = BITMAP.match(data, at)
        assert match, data[at : at + 40]
        wide, high = int(match[4]), int(match[5])
        body = data[match.end() : match.end() + wide * high]
        rows = np.frombuffer(body, np.uint8).reshape(high, wide)
        width = round(float(match[1]) * dots_per_mm)
        assert high == round(float(match[2]) * dots_per_mm)
        labels.append(~np.unpackbits(rows, axis=1)[:, :width].astype(bool))
        at = match.end() + wide * high
        assert data[at:].startswith(b"\r\nPRINT 1,1\r\n")
        at += len(b"\r\nPRINT 1,1\r\n")
    return labels
