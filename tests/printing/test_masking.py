"""Masking: what paper may show of a person."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing.masking import mask_address, mask_name, mask_note, mask_phone

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=8)
MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("王小明", "王**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳", "欧*"),
        ("司马光", "司马*"),
        ("张", "*"),
        ("买买提·吐尔逊", "买**"),
        ("John Smith", "J** S**"),
        ("X", "*"),
        ("J Yang", "* Y**"),
        ("Ян Ковальский", "Я**"),
        ("张三[3421]", "张*[3421]"),
        ("田中 太郎", "田**"),
        ("阿里巴巴西溪园区前台", "阿**"),
        ("张三13812345678", "张**"),
        ("", "*"),
    ],
)
def test_names(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize("name", ["张**", "王*", "J** S**", "欧阳**", "*"])
def test_a_masked_name_is_left_as_it_is(name):
    assert mask_name(name) == name


def test_a_number_beside_a_masked_name_does_not_slip_through():
    assert mask_name("张*13812345678") == "张*138******78"


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138******78"),
        ("+86 138 1234 5678", "138 **** **78"),
        ("0086-13812345678", "138******78"),
        ("010-62345678", "010-******78"),
        ("0755-12345678", "075*-******78"),
        ("010-62345678-801", "010-******78-801"),
        ("13812345678-1234", "138******78-1234"),
        ("13812345678转12", "138******78-12"),
        ("95588", "*****"),
        ("1234567", "******7"),
        ("+1 (415) 555-2671", "+1 (41*) ***-**71"),
        ("１３８１２３４５６７８", "１３８******７８"),
        ("", ""),
    ],
)
def test_phones(phone, shown):
    assert mask_phone(phone) == shown


@pytest.mark.parametrize("phone", ["138****5678", "138******78", "***********", "138****5678-1234"])
def test_a_masked_phone_is_left_as_it_is(phone):
    assert mask_phone(phone) == phone


def test_a_second_number_behind_a_masked_one_does_not_slip_through():
    assert "13812345678" not in mask_phone("138****5678 13812345678")


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ("西溪路556号阿里中心A座1203室", "西溪路556号阿里中心*座****室"),
        ("幸福小区3号楼2单元501室(放菜鸟驿站)", "幸福小区*号楼*单元***室(放菜鸟驿站)"),
        ("阳光花园3-2-501", "阳光花园*-*-***"),
        ("中山路12弄5号601", "中山路12弄5号***"),
        ("三号楼二单元五零一室", "*号楼*单元***室"),
        ("科技园B2栋", "科技园**栋"),
        ("12 Nanjing Rd, Building 3, Room 501", "12 Nanjing Rd, Building *, Room ***"),
        ("李家村", "李家村"),
        ("朝阳北路101号", "朝阳北路101号"),
        ("中山路8号 电话13812345678", "中山路8号 电话***********"),
    ],
)
def test_addresses(detail, shown):
    assert mask_address(detail) == shown


def test_a_masked_address_is_left_as_it_is():
    assert mask_address("文一西路969号****") == "文一西路969号****"


def test_long_numbers_in_a_remark_are_masked_as_phones():
    assert mask_note("打13812345678，密码1234") == "打138******78，密码1234"


@given(HAN)
def test_at_least_one_character_of_a_chinese_name_is_hidden(name):
    shown = mask_name(name)
    assert "*" in shown
    assert len(shown.replace("*", "")) < len(name)
    assert name not in shown


@given(st.text(min_size=1, max_size=40).filter(lambda text: "*" not in text and text.strip()))
def test_no_name_whatever_is_shown_whole(name):
    assert "*" in mask_name(name)


@given(
    st.sampled_from(["", "+86", "+86 ", "0086-", "86"]),
    MOBILE,
    st.sampled_from(["", "-12", "转345"]),
)
def test_six_digits_of_a_mobile_are_hidden_and_no_more_than_five_seen(prefix, mobile, extension):
    shown = mask_phone(prefix + mobile + extension)
    bare = shown.rsplit("-", 1)[0] if extension else shown
    assert bare.count("*") >= 6
    assert len(re.findall(r"\d", bare)) <= 5


@given(st.text(st.sampled_from("0123456789 -()+"), max_size=30))
def test_of_any_number_six_digits_are_hidden_or_all(number):
    shown = mask_phone(number)
    digits = sum(c.isdigit() for c in number.removeprefix("+86"))
    assert shown.count("*") >= min(6, digits) or "86" in number


@given(st.integers(1, 99), st.integers(1, 40), st.integers(1, 9), st.integers(101, 3305))
def test_no_room_is_ever_shown(street, building, unit, room):
    for detail in (
        f"建国路{street}号{building}号楼{unit}单元{room}室",
        f"建国路{street}号 {building}-{unit}-{room}",
        f"建国路{street}号{building}栋{room}",
        f"{building}幢{room}房 建国路{street}号",
    ):
        assert str(room) not in re.findall(r"\d+", mask_address(detail).replace(f"{street}号", ""))


@given(st.text(max_size=60))
def test_masking_twice_changes_nothing_more(text):
    assert mask_address(mask_address(text)) == mask_address(text)
    assert mask_name(mask_name(text)) == mask_name(text)
