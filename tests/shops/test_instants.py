"""Times as shops and spreadsheets write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.shops.cells import NumberText
from warehouse.shops.instants import instant, instants
from warehouse.shops.refusals import BAD_INSTANT, BadCell

when = instants(ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2016-05-23 22:02:00", datetime(2016, 5, 23, 14, 2, tzinfo=UTC)),
        ("2016/5/23 22:02", datetime(2016, 5, 23, 14, 2, tzinfo=UTC)),
        ("2016年5月23日 22:02", datetime(2016, 5, 23, 14, 2, tzinfo=UTC)),
        ("2016-05-23", datetime(2016, 5, 22, 16, 0, tzinfo=UTC)),
        ("\t2016-05-23 22:02:00\t", datetime(2016, 5, 23, 14, 2, tzinfo=UTC)),
        ("2016-05-23T22:02:00+08:00", datetime(2016, 5, 23, 14, 2, tzinfo=UTC)),
        ("2016-05-23T14:02:00Z", datetime(2016, 5, 23, 14, 2, tzinfo=UTC)),
        ("42513.918055555558", datetime(2016, 5, 23, 14, 2, tzinfo=UTC)),
        (NumberText("42513.91805555556"), datetime(2016, 5, 23, 14, 2, tzinfo=UTC)),
        ("2016-05-23 22:02:00.0", datetime(2016, 5, 23, 14, 2, tzinfo=UTC)),
        ("", None),
        ("-", None),
        ("0000-00-00 00:00:00", None),
    ],
)
def test_times_of_the_site_become_instants(cell, expected):
    assert instant(when(cell)) == expected


def test_a_workbook_that_counts_from_1904_is_shifted():
    shifted = instants(ZoneInfo("Asia/Shanghai"), serial_days=1462)
    assert instant(shifted("41051.9180555556")) == datetime(2016, 5, 23, 14, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "cell",
    ["yesterday", "2016-13-01 00:00:00", "1970-01-01", "2300-01-01", "23/05/2016", "99999999"],
)
def test_what_is_no_time_is_refused(cell):
    with pytest.raises(BadCell) as refused:
        when(cell)
    assert refused.value.reason is BAD_INSTANT


@given(st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30)))  # noqa: DTZ001
def test_three_ways_to_write_a_minute_mean_the_same(moment):
    moment = moment.replace(second=0, microsecond=0, tzinfo=ZoneInfo("Asia/Shanghai"))
    plain = moment.replace(tzinfo=None)
    serial = (plain - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001
    written = (
        f"{plain:%Y-%m-%d %H:%M:%S}",
        f"{plain.year}/{plain.month}/{plain.day} {plain:%H:%M}",
        repr(serial),
    )
    assert [instant(when(cell)) for cell in written] == [moment.astimezone(UTC)] * 3
