"""Faces: what they cover, what falls back, what is shown for a character no face has."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import flagOverlapSimple

from printing import fonts
from printing.fonts.to_unicode import to_unicode_map

FACES = sorted(fonts.FOLDER.glob("*.ttf"))
# Characters of people's names that common fonts lack; the last five lie beyond U+FFFF.
RARE_NAMES = "㛃䶮㭎䲟㙍𠅤𪻐𤰉𬱖𠮷"


def test_the_faces_are_small_enough_to_ship_and_carry_their_licences():
    assert sum(face.stat().st_size for face in FACES) <= 25_000_000
    licences = {path.name for path in fonts.FOLDER.glob("LICENSE-*.txt")}
    for face in FACES:
        family = face.stem.split("-")[0].replace("RareA", "Rare")
        assert f"LICENSE-{family}.txt" in licences


@pytest.mark.parametrize("face", FACES, ids=lambda path: path.stem)
def test_no_face_carries_a_reserved_name(face: Path):
    names = [str(record) for record in TTFont(face)["name"].names if record.nameID in (1, 3, 4, 6)]
    assert all(name.startswith("Fahuo") for name in names)


@pytest.mark.parametrize("face", FACES, ids=lambda path: path.stem)
def test_no_letter_asks_rasterisers_to_draw_it_many_times_over(face: Path):
    font = TTFont(face)
    data, places = font.getTableData("glyf"), font["loca"].locations
    for start, end in pairwise(places):
        contours = int.from_bytes(data[start : start + 2], signed=True) if end > start else 0
        if contours > 0:
            of_instructions = start + 10 + 2 * contours
            flags = (
                of_instructions + 2 + int.from_bytes(data[of_instructions : of_instructions + 2])
            )
            assert not data[flags] & flagOverlapSimple


def test_gb_2312_and_gbk_are_shown_by_the_main_face():
    han = "".join(
        chr(point) for point in range(0x4E00, 0x9FA6) if chr(point).encode("gbk", "ignore")
    )
    assert {run.font for run in fonts.runs(han)} == {fonts.REGULAR}
    assert fonts.missing_glyphs(han) == ""


def test_common_chinese_is_bold_where_it_is_asked_for():
    assert {run.font for run in fonts.runs("收货人 ABC 繁體", bold=True)} == {fonts.BOLD}


def test_all_of_extension_a_can_be_printed():
    assert fonts.missing_glyphs("".join(map(chr, range(0x3400, 0x4DB6)))) == ""


@pytest.mark.parametrize("bold", [False, True])
def test_rare_names_can_be_printed(bold):
    assert fonts.missing_glyphs(RARE_NAMES) == ""
    assert "".join(run.text for run in fonts.runs(RARE_NAMES, bold=bold)) == RARE_NAMES


def test_european_names_can_be_printed():
    assert fonts.missing_glyphs("Łódź Çelik Müller Ñandú Ковальський Παπαδόπουλος €£¥") == ""


def test_what_no_face_has_is_visible_and_named():
    assert fonts.missing_glyphs("a한b한🌸") == "한🌸"
    assert "".join(run.text for run in fonts.runs("a🌸b")) == "a[U+1F338]b"
    assert fonts.width_mm("🌸", 10) == pytest.approx(fonts.width_mm("[U+1F338]", 10))


def test_widths_add_up_and_follow_the_size():
    assert fonts.width_mm("发货", 10) == pytest.approx(2 * 10 * 25.4 / 72)
    assert fonts.width_mm("发货A", 20) == pytest.approx(2 * fonts.width_mm("发货A", 10))


def test_the_map_back_to_text_uses_surrogate_pairs_and_short_blocks():
    table = to_unicode_map("F", [0x41, 0x20164, *range(0x4E00, 0x4E00 + 150)])
    assert "<00> <0041>" in table
    assert "<01> <D840DD64>" in table
    assert "100 beginbfchar" in table
    assert "52 beginbfchar" in table
