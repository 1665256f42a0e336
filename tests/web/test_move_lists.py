"""The lists of moves, which grow for ever: every page of a bin's moves, from both its sides."""

from __future__ import annotations

import re
from html import unescape
from itertools import cycle

from tests.stocking import PutStock, put_stock
from tests.web.desk_site import Desk
from warehouse.catalog.models import Bin
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.web.tables import PAGE_ROWS, PIECE_ROWS

MANY = PAGE_ROWS + 7
_LINK = re.compile(r'href="([^"]+)" aria-label="(Next page|Page before)"')


def _fill(desk: Desk) -> int:
    """Move a piece to and fro between two bins, each time under a name of its own."""
    world = desk.world
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 5)
    here, there = world.one(Bin, code="A-01").id, world.bin("B-01")
    for n in range(MANY):
        frm, to = (here, there) if n % 2 == 0 else (there, here)
        posting = ledger.Posting(
            sku_id=tee.id, from_bin_id=frm, to_bin_id=to, pieces=1,
            reason=MoveReason.TRANSFER if n % 3 else MoveReason.ADJUST, reference=f"REF{n:03d}",
        )  # fmt: skip
        world.do(put_stock, PutStock, postings=(posting,))
    return there


def _walk(desk: Desk, url: str) -> tuple[list[str], list[str]]:
    """Return the moves on the pages going forward, and then coming back."""
    forward: list[str] = []
    back: list[str] = []
    last = url
    while url:
        forward, url, last = forward + _named(desk, url), _next(desk, url, "Next page"), url
    url = last
    while url:
        back, url = _named(desk, url) + back, _next(desk, url, "Page before")
    return forward, back


def _named(desk: Desk, url: str) -> list[str]:
    page = desk.get(url).get_data(as_text=True).partition("<main")[2]
    return list(dict.fromkeys(re.findall(r"REF\d{3}", page)))


def _next(desk: Desk, url: str, name: str) -> str:
    marks = {n: unescape(a) for a, n in _LINK.findall(desk.get(url).get_data(as_text=True))}
    return marks.get(name, "")


def test_the_pages_of_a_bin_hold_what_came_and_what_went_once(both: Desk):
    bin_id = _fill(both)
    newest_first = [f"REF{n:03d}" for n in reversed(range(MANY))]
    adjusted = [name for name in newest_first if int(name[3:]) % 3 == 0]

    assert _walk(both, f"/stock/bins/{bin_id}") == (newest_first, newest_first)
    assert _walk(both, "/stock/moves?bin=B-01&sku=TEE") == (newest_first, newest_first)
    assert _walk(both, f"/stock/bins/{bin_id}?reason=adjust") == (adjusted, adjusted)
    page = both.get(f"/stock/bins/{bin_id}").get_data(as_text=True)
    assert str(MANY) in page


def test_the_file_of_a_bin_holds_every_move_once_however_many_pieces_it_is_read_in(both: Desk):
    world = both.world
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 5)
    here, there = world.one(Bin, code="A-01").id, world.bin("B-01")
    names = [f"REF{n:03d}" for n in range(PIECE_ROWS * 2 + 7)]
    postings = tuple(
        ledger.Posting(
            sku_id=tee.id, from_bin_id=frm, to_bin_id=to, pieces=1, reason=MoveReason.TRANSFER,
            reference=name,
        )
        for name, (frm, to) in zip(names, cycle([(here, there), (there, here)]), strict=False)
    )  # fmt: skip
    world.do(put_stock, PutStock, postings=postings)
    for url in (f"/stock/bins/{there}?export=csv", "/stock/moves?bin=B-01&export=csv"):
        rows = both.get(url).get_data(as_text=True).splitlines()[1:]
        assert [re.findall(r"REF\d+", row) for row in rows] == [[n] for n in reversed(names)]
