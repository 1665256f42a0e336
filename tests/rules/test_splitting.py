"""Orders too large for one paper: every piece on some paper, no paper beyond its bounds."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from warehouse.supplying.splitting import Want, papers_of

wants = st.lists(
    st.builds(
        Want, sku_id=st.integers(1, 99), pieces=st.integers(1, 5_000), pack=st.integers(1, 100)
    ),
    max_size=12,
    unique_by=lambda want: want.sku_id,
)


@given(wants, st.integers(200, 900), st.integers(1, 5))
def test_papers_say_all_that_is_wanted_and_none_too_much(
    wanted: list[Want], most_pieces: int, most_lines: int
):
    papers = papers_of(wanted, most_pieces=most_pieces, most_lines=most_lines)
    said: Counter[int] = Counter()
    for paper in papers:
        assert 0 < len(paper) <= most_lines
        assert len({sku_id for sku_id, _ in paper}) == len(paper)
        for sku_id, pieces in paper:
            assert 0 < pieces <= most_pieces
            said[sku_id] += pieces
    assert said == Counter({want.sku_id: want.pieces for want in wanted})


@given(st.integers(1, 50), st.integers(1, 90))
def test_whole_packs_stay_whole_and_parts_differ_by_one_pack(packs: int, pack: int):
    want = Want(sku_id=1, pieces=packs * pack, pack=pack)
    parts = [pieces for ((_, pieces),) in papers_of([want], most_pieces=100, most_lines=9)]
    assert all(pieces % pack == 0 for pieces in parts)
    assert max(parts) - min(parts) <= pack


def test_what_fits_on_one_paper_is_one():
    wanted = [Want(sku_id=n, pieces=100, pack=10) for n in range(4)]
    assert papers_of(wanted, most_pieces=100, most_lines=4) == [[(n, 100) for n in range(4)]]
