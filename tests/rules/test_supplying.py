"""What may be sold, what is bought and what is looked at, held against every number."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.supplying.forecasting import (
    LeadTime,
    Proposal,
    Review,
    TooFew,
    days_in_stock,
    lead_time,
    net_of_taken_back,
    propose,
)
from warehouse.supplying.rules import (
    Alert,
    Level,
    Limits,
    PeriodStock,
    Share,
    Standing,
    Terms,
    alerts_of,
    days_of_cover,
    order_quantity,
    position,
    shared,
    to_promise,
)

PIECES = st.integers(0, 500)
LIMITS = Limits(over_days=90, slow_days=60, dead_days=180)
WEEKLY = Review(service_percent=95, review_days=7)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    shelf, reserve = draw(PIECES), draw(PIECES)
    reserved = draw(st.integers(0, shelf))
    unfit = draw(st.integers(0, shelf + reserve - reserved))
    rest = {
        name: draw(PIECES)
        for name in (
            "dock",
            "quarantine",
            "promised",
            "held",
            "on_the_way",
            "drafted",
            "owed",
            "safety",
        )
    }
    return Standing(shelf=shelf, reserve=reserve, reserved=reserved, unfit=unfit, **rest)


def test_shops_may_sell_what_is_on_shelves_and_in_reserve_less_all_that_is_wanted():
    standing = Standing(
        shelf=30, reserve=50, reserved=10, unfit=5, dock=20, quarantine=7, promised=8, held=2,
        on_the_way=100, safety=15,
    )  # fmt: skip
    assert to_promise(standing) == 30 + 50 - 10 - 5 - 8 - 2 - 15
    assert to_promise(standing, is_dock_sellable=True) == 60


@given(standings(), st.booleans())
def test_nothing_is_promised_that_does_not_stand_here_sound_and_free(standing, dock):
    pieces = to_promise(standing, is_dock_sellable=dock)
    assert 0 <= pieces <= standing.sellable + dock * standing.dock
    if pieces:
        assert pieces + standing.promised + standing.held + standing.safety == (
            standing.sellable + dock * standing.dock
        )


@given(
    st.integers(-50, 500),
    st.lists(st.tuples(st.integers(0, 100), PIECES), min_size=1, max_size=5),
)
def test_shares_never_show_more_than_there_is_and_never_sell_what_is_kept_for_another(
    pieces, rules
):
    shares = [Share(shop_id=n, percent=p, kept=k) for n, (p, k) in enumerate(rules)]
    offered = shared(pieces, shares)
    assert all(0 <= n <= max(pieces, 0) for n in offered.values())
    if sum(s.percent for s in shares) <= 100:
        assert sum(offered.values()) <= max(pieces, 0)
    if pieces >= sum(s.kept for s in shares):
        free = pieces - sum(s.kept for s in shares)
        assert all(offered[s.shop_id] == s.kept + free * s.percent // 100 for s in shares)


@pytest.mark.parametrize(
    ("standing", "level", "terms", "wanted"),
    [
        (Standing(shelf=21), Level(reorder_at=20, order_up_to=50), Terms(), 0),
        (Standing(shelf=20), Level(reorder_at=20, order_up_to=50), Terms(), 30),
        (Standing(shelf=20), Level(reorder_at=20, order_up_to=50), Terms(pack_pieces=12), 36),
        (Standing(shelf=20), Level(reorder_at=20, order_up_to=50), Terms(least_pieces=100), 100),
        (Standing(shelf=5, on_the_way=16), Level(reorder_at=20, order_up_to=50), Terms(), 0),
        (Standing(shelf=5, drafted=16), Level(reorder_at=20, order_up_to=50), Terms(), 0),
        (Standing(shelf=5, owed=16), Level(reorder_at=20, order_up_to=50), Terms(), 0),
        (Standing(shelf=5, promised=9), Level(reorder_at=20, order_up_to=50), Terms(), 54),
        (Standing(shelf=5), Level(reorder_at=20), Terms(), 15),
        (Standing(), Level(safety=5), Terms(), 0),
    ],
)
def test_what_is_bought(standing, level, terms, wanted):
    assert order_quantity(standing, level, terms) == wanted


@given(standings(), PIECES, PIECES, st.integers(1, 48), st.integers(0, 200))
def test_once_drafted_nothing_is_bought_again(standing, reorder_at, more, pack, least):
    level = Level(reorder_at=reorder_at, order_up_to=reorder_at + more + 1)
    terms = Terms(pack_pieces=pack, least_pieces=least)
    pieces = order_quantity(standing, level, terms)
    assert pieces % pack == 0
    assert pieces == 0 or pieces >= least
    drafted = Standing(**{**standing.__dict__, "drafted": standing.drafted + pieces})
    if pieces:
        assert position(drafted) >= reorder_at + more + 1
    assert order_quantity(drafted, level, terms) == 0


@pytest.mark.parametrize(
    ("pieces", "sold", "cover"), [(56, 56, 56), (10, 0, None), (0, 0, 0), (-3, 5, 0), (10, 3, 186)]
)
def test_days_of_cover(pieces, sold, cover):
    assert days_of_cover(pieces, sold, 56) == cover


@pytest.mark.parametrize(
    ("standing", "level", "cover", "idle", "found"),
    [
        (Standing(promised=1), Level(), 0, 3, (Alert.OUT,)),
        (Standing(shelf=4), Level(safety=5), 9, 3, (Alert.UNDER_SAFETY,)),
        (
            Standing(shelf=4, promised=5), Level(safety=5, reorder_at=9), 9, 3,
            (Alert.OUT, Alert.UNDER_SAFETY, Alert.UNDER_REORDER),
        ),
        (Standing(shelf=4, on_the_way=9), Level(reorder_at=9), 9, 3, ()),
        (Standing(shelf=400), Level(), 91, 3, (Alert.OVER,)),
        (Standing(shelf=400), Level(), 90, 3, ()),
        (Standing(shelf=4), Level(), None, 60, (Alert.SLOW,)),
        (Standing(shelf=4), Level(), None, 180, (Alert.DEAD,)),
        (Standing(), Level(), 0, 900, ()),
        (Standing(shelf=4), Level(), None, None, ()),
    ],
)  # fmt: skip
def test_what_is_to_be_looked_at(standing, level, cover, idle, found):
    assert alerts_of(standing, level, LIMITS, cover=cover, idle_days=idle) == found


def test_levels_follow_the_sources_example():
    """Ten a day, five more or fewer, three weeks on the way with a spread of two days."""
    sold = [5, 15] * 28
    lead = LeadTime(days=21, spread=2, deliveries=5)
    found = propose(sold, lead, WEEKLY)
    assert isinstance(found, Proposal)
    safety = 1.6448536 * sqrt(28 * (56 * 25 / 55) + 100 * 4)
    assert safety == pytest.approx(54.87, abs=0.01)
    assert (found.safety, found.reorder_at, found.order_up_to) == (55, 265, 335)


def test_even_demand_with_a_sure_lead_time_needs_no_safety_stock():
    found = propose([4] * 56, LeadTime(days=10), WEEKLY)
    assert isinstance(found, Proposal)
    assert (found.safety, found.reorder_at, found.order_up_to) == (0, 40, 68)


@pytest.mark.parametrize(
    ("sold", "said"),
    [
        ([3] * 27, TooFew(days=27, pieces=81, sale_days=27)),
        ([0] * 51 + [1] * 5, TooFew(days=56, pieces=5, sale_days=5)),
        ([0] * 55 + [200], TooFew(days=56, pieces=200, sale_days=1)),
        ([], TooFew(days=0, pieces=0, sale_days=0)),
    ],
)
def test_too_few_sales_propose_nothing(sold, said):
    assert propose(sold, LeadTime(days=10), WEEKLY) == said


@given(
    st.lists(st.integers(0, 40), min_size=28, max_size=84),
    st.integers(0, 90),
    st.integers(0, 20),
    st.integers(50, 99),
    st.integers(1, 28),
)
def test_levels_are_always_in_order_and_grow_with_lead_time_and_service(
    sold, lead, spread, service, review
):
    def levels(days: float, percent: int) -> Proposal | TooFew:
        return propose(
            sold,
            LeadTime(days=days, spread=spread),
            Review(service_percent=percent, review_days=review),
        )

    found, later, surer = levels(lead, service), levels(lead + 5, service), levels(lead, 99)
    if isinstance(found, TooFew):
        assert found == later == surer
        return
    assert isinstance(later, Proposal)
    assert isinstance(surer, Proposal)
    assert 0 <= found.safety <= found.reorder_at <= found.order_up_to
    assert later.reorder_at >= found.reorder_at
    assert surer.safety >= found.safety


def test_lead_times_are_measured_from_three_deliveries_on():
    assert lead_time(14, [10, 20]) == LeadTime(days=14)
    assert lead_time(14, [10, 20, 30]) == LeadTime(days=20, spread=10, deliveries=3)
    assert lead_time(14, [10, 20, 30], of_sku=60) == LeadTime(days=60)


@pytest.mark.parametrize(
    ("sold", "net"),
    [
        ([10, -10], [0, 0]),
        ([10, 4, -6, 3], [8, 0, 0, 3]),
        ([-5, 4, 2], [0, 4, 2]),
        ([1, -3], [0, 0]),
        ([], []),
    ],
)
def test_what_was_taken_back_comes_off_the_days_before(sold, net):
    assert net_of_taken_back(sold) == net


@given(st.lists(st.integers(-20, 40), max_size=60))
def test_what_is_left_of_the_sales_is_never_more_than_was_sold(sold):
    net = net_of_taken_back(sold)
    assert all(0 <= left <= max(0, day) for left, day in zip(net, sold, strict=True))
    assert sum(net) >= sum(sold)
    assert net_of_taken_back(net) == net


def test_days_out_of_stock_say_nothing_of_the_demand():
    sold, opened_with = [4, 0, 0, 0, 2, 3], [4, 0, 0, 9, 9, 0]
    assert days_in_stock(sold, opened_with) == [4, 0, 2, 3]
    halved, told = (
        propose([4, 0] * 28, LeadTime(days=10), WEEKLY),
        propose([4] * 28, LeadTime(days=10), WEEKLY, left_out=28),
    )
    assert isinstance(halved, Proposal)
    assert isinstance(told, Proposal)
    assert (told.a_day, told.days, told.left_out) == (2 * halved.a_day, 28, 28)


def test_a_period_closes_with_what_came_and_went():
    period = PeriodStock(opening=100, received=50, sold=90, returned=4, counted=-3, other=-1)
    assert period.closing == 60
    assert period.sold_percent == 60
    assert PeriodStock(
        opening=0, received=0, sold=0, returned=0, counted=0, other=0
    ).sold_percent is None  # fmt: skip
