"""A reader of Code 128 on the level of bars: widths in, characters out, every rule checked."""

from __future__ import annotations

from collections.abc import Sequence

from barcode.charsets import code128 as published  # the patterns only, of another's making

FNC1 = "\u00f1"
START_A, START_B, START_C = 103, 104, 105
STOP_BITS = published.STOP + "11"
VALUE_OF = {bits: value for value, bits in enumerate(published.CODES)}
MODULES = 11


def read(widths: Sequence[int]) -> str:
    """Return the content of a symbol given as bar and space widths in modules."""
    bits = "".join(("1" if place % 2 == 0 else "0") * width for place, width in enumerate(widths))
    assert bits.endswith(STOP_BITS), "no stop pattern"
    body = bits[: -len(STOP_BITS)]
    assert len(body) % MODULES == 0, "symbols are eleven modules wide"
    values = [VALUE_OF[body[at : at + MODULES]] for at in range(0, len(body), MODULES)]
    *data, check = values
    assert (data[0] + sum(i * v for i, v in enumerate(data[1:], 1))) % 103 == check, "check"
    return _characters(data)


def _characters(data: Sequence[int]) -> str:
    current = {START_A: "A", START_B: "B", START_C: "C"}[data[0]]
    out: list[str] = []
    shift = False
    for value in data[1:]:
        use = {"A": "B", "B": "A"}[current] if shift else current
        shift = False
        if value == 102:
            out.append(FNC1)
        elif use == "C":
            if value < 100:
                out.append(f"{value:02}")
            else:
                current = {100: "B", 101: "A"}[value]
        elif value == 99:
            current = "C"
        elif value == 98:
            shift = True
        elif value == 100 and use == "A":
            current = "B"
        elif value == 101 and use == "B":
            current = "A"
        else:
            assert value < 96, f"function {value} in set {use}"
            out.append(chr(value + 32) if use == "B" or value < 64 else chr(value - 64))
    return "".join(out)
