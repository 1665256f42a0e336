"""Addresses in parts, and receivers that are hidden."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.shops.receivers import Address, is_masked, split_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "浙江省 杭州市 西湖区 文三路90号3幢201室(310012)",
            Address("浙江省", "杭州市", "西湖区", "", "文三路90号3幢201室", "310012"),
        ),
        (
            "浙江省 杭州市 余杭区 仓前街道 文一西路969号 5幢（311121）",
            Address("浙江省", "杭州市", "余杭区", "仓前街道", "文一西路969号 5幢", "311121"),
        ),
        (
            "上海 上海市 浦东新区 世纪大道1号(000000)",
            Address("上海", "上海市", "浦东新区", "", "世纪大道1号", ""),
        ),
        (
            "广东省 东莞市 南城街道 鸿福路2号(523070)",
            Address("广东省", "东莞市", "", "南城街道", "鸿福路2号", "523070"),
        ),
        (
            "广东省 中山市 石岐南路3号",
            Address("广东省", "中山市", "", "", "石岐南路3号", ""),
        ),
        (
            "内蒙古自治区 锡林郭勒盟 西乌珠穆沁旗 巴拉嘎尔高勒镇 一号",
            Address("内蒙古自治区", "锡林郭勒盟", "西乌珠穆沁旗", "巴拉嘎尔高勒镇", "一号", ""),
        ),
        (
            "浙江省杭州市西湖区文三路90号(310012)",
            Address("浙江省", "杭州市", "西湖区", "", "文三路90号", "310012"),
        ),
        (
            "北京市海淀区中关村大街1号",
            Address("北京市", "北京市", "海淀区", "", "中关村大街1号", ""),
        ),
        ("随便写的地址", Address("", "", "", "", "随便写的地址", "")),
        ("12 Main Street, Springfield", Address(detail="12 Main Street, Springfield")),
        ("", Address()),
    ],
)
def test_a_written_address_falls_into_its_parts(text, address):
    assert split_address(text) == address


words = st.lists(
    st.sampled_from(["浙江省", "杭州市", "西湖区", "东莞市", "南城街道", " ", "  ", "路90号", "市"])
)


@given(words, st.sampled_from(["", "310012"]))
def test_no_word_of_an_address_is_lost_or_moved(words, zip_code):
    text = "".join(words)
    address = split_address(f"{text}({zip_code})" if zip_code else text)
    assert address.zip == zip_code
    assert "".join("".join(address[:5]).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("name", "phone", "detail", "masked"),
    [
        ("林小满", "13800001234", "文三路90号", False),
        ("林**", "13800001234", "文三路90号", True),
        ("林＊", "13800001234", "文三路90号", True),
        ("林小满", "138****1234", "文三路90号", True),
        ("林小满", "13800001234", "文三路**号**室", True),
        ("林小满", "13800001234", "3*5米库房", False),
        ("##k3Zq", "$$9a", "##zz", True),
        ("林小满", "13800001234-5678", "文三路90号", False),
    ],
)
def test_a_hidden_receiver_is_known_by_its_marks(name, phone, detail, masked):
    assert is_masked(name, phone, detail) is masked
