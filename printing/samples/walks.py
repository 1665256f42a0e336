"""Papers of a wave: the map of its zones and its put-wall."""

from __future__ import annotations

from typing import Any

from printing.documents import MapBin, PutWallSheet, Separator, WallSlot, WaveSheet, WaveStop
from printing.samples.parts import either

ZONES = ("A", "B")
AISLES = 6
BAYS = 14
AISLE_MM = 3_400
BAY_MM = 1_200


def _bins(locale: str) -> tuple[MapBin, ...]:
    return tuple(
        MapBin(
            bin_code=f"{zone}-{aisle + 1:02}-{bay + 1:02}",
            zone=either(locale, f"{zone} 区", f"Zone {zone}"),
            x_mm=bay * BAY_MM,
            y_mm=aisle * AISLE_MM + index * (AISLES + 1) * AISLE_MM,
        )
        for index, zone in enumerate(ZONES)
        for aisle in range(AISLES)
        for bay in range(BAYS)
    )


def wave_sheet(locale: str = "zh", **changed: Any) -> WaveSheet:
    """Return a wave of some twenty stops in two zones, one of them without a place on the map."""
    bins = _bins(locale)
    walked = [bins[at] for at in range(3, len(bins), 8)]
    stops = [
        WaveStop(bin_code=f"{b.bin_code}-{at % 4 + 1}", pieces=at % 5 + 1, zone=b.zone,
                 x_mm=b.x_mm, y_mm=b.y_mm)
        for at, b in enumerate(walked)
    ]  # fmt: skip
    apart = WaveStop(bin_code="SET-ASIDE-1", pieces=1, zone=either(locale, "暂存", "Set aside"))
    facts: dict[str, Any] = {
        "locale": locale,
        "wave_no": "W1121-03",
        "stops": (*stops, apart),
        "bins": bins,
        "title": either(locale, "下午圆通 · 单件", "Afternoon, YTO, single pieces"),
        "picker": either(locale, "王芳", "Fang Wang"),
        "cut_off": "18:00",
        "orders": 17,
        "printed_at": "2026-11-21 15:20",
        "station": either(locale, "主管台", "Desk"),
    }
    return WaveSheet(**(facts | changed))


def put_wall_sheet(locale: str = "zh", **changed: Any) -> PutWallSheet:
    """Return a wall of four by six slots."""
    facts: dict[str, Any] = {
        "locale": locale,
        "wall_no": "WALL-1",
        "columns": 4,
        "wave_no": "W1121-03",
        "title": either(locale, "播种墙 1", "Put-wall 1"),
        "slots": tuple(
            WallSlot(
                slot_no=number,
                order_no=f"21000455667788{number:05}",
                pieces=number % 6 + 1,
                note=either(locale, "圆通 · 有留言", "YTO, has a note") if number % 7 == 0 else "",
            )
            for number in range(1, 25)
        ),
        "printed_at": "2026-11-21 15:21",
        "station": either(locale, "主管台", "Desk"),
    }
    return PutWallSheet(**(facts | changed))


def separator(locale: str = "zh", **changed: Any) -> Separator:
    """Return the slip before the labels of the third order of a wave."""
    facts: dict[str, Any] = {
        "locale": locale,
        "separator_no": "W1121-03-7",
        "wave_no": "W1121-03",
        "slot_no": 7,
        "order_numbers": ("2100045566778899001", "2100045566778899002"),
        "papers": 2,
        "order_index": 3,
        "order_count": 24,
    }
    return Separator(**(facts | changed))
