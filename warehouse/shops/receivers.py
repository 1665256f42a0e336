"""Receivers: splitting a written address into its parts, telling masked ones from open ones."""

from __future__ import annotations

import re
from typing import NamedTuple

CIPHER_MARKS = ("##", "$$", "~~")
NO_ZIP = "000000"
_MARKS = ("*", "＊", *CIPHER_MARKS)

_ZIP = re.compile(r"\s*[(（](\d{6})[)）]\s*$")
_TOWN_ENDINGS = ("街道", "镇", "乡", "苏木", "办事处", "开发区", "团场")
_DISTRICT_ENDINGS = ("区", "县", "市", "旗", "岛", "域")
_ANY_PROVINCE = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|"
    "广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_PROVINCE_HEADS = frozenset(province[:2] for province in _ANY_PROVINCE.split("|"))
_UNSPACED = re.compile(
    rf"(?P<province>(?:{_ANY_PROVINCE})"
    r"(?:维吾尔自治区|壮族自治区|回族自治区|特别行政区|自治区|省|市)?)"
    r"(?P<city>[^\s省市区县]{1,10}?(?:自治州|地区|盟|市))?"
    r"(?P<district>[^\s省市区县]{1,10}?(?:自治县|自治旗|区|县|市|旗))?"
    r"(?P<rest>.*)",
    re.DOTALL,
)
# Cities without districts: towns stand where a district would.
_FLAT_CITIES = frozenset({"东莞市", "中山市", "儋州市", "嘉峪关市"})


class Address(NamedTuple):
    """A written address in its parts; empty where the text does not say."""

    province: str = ""
    city: str = ""
    district: str = ""
    town: str = ""
    detail: str = ""
    zip: str = ""


def split_address(text: str) -> Address:
    """Return the parts of `省 市 区 详情(邮编)`; without blanks, as far as the names tell.

    What cannot be told stays in `detail`: nothing is lost and nothing invented.
    """
    if not text:
        return Address()
    zip_code = ""
    if text[-1] in ")）" and (match := _ZIP.search(text)):
        zip_code = "" if match[1] == NO_ZIP else match[1]
        text = text[: match.start()]
    parts = text.split(None, 3)
    if len(parts) == 4 and parts[0][:2] in _PROVINCE_HEADS:  # noqa: PLR2004
        return _of_parts((parts[0], parts[1], parts[2], parts[3]), zip_code)
    if len(parts) == 3 and parts[1] in _FLAT_CITIES:  # noqa: PLR2004
        return Address(parts[0], parts[1], "", "", parts[2], zip_code)
    return _of_unspaced(text, zip_code)


def _of_parts(parts: tuple[str, str, str, str], zip_code: str) -> Address:
    province, city, district, rest = parts
    if city in _FLAT_CITIES and district.endswith(_TOWN_ENDINGS):
        return Address(province, city, "", district, rest, zip_code)
    if not district.endswith(_DISTRICT_ENDINGS) and city not in _FLAT_CITIES:
        # The third word is no district: rather keep it with the street than misplace it.
        return Address(province, city, "", "", f"{district} {rest}", zip_code)
    town, blank, detail = rest.partition(" ")
    if blank and town.endswith(_TOWN_ENDINGS):
        return Address(province, city, district, town, detail.strip(), zip_code)
    return Address(province, city, district, "", rest, zip_code)


def _of_unspaced(text: str, zip_code: str) -> Address:
    match = _UNSPACED.match(text.replace(" ", "", 3) if text.count(" ") <= 3 else text)  # noqa: PLR2004
    if not match or not (match["city"] or match["district"]):
        return Address(detail=text, zip=zip_code)
    province, city = match["province"], match["city"] or ""
    if not city and province.rstrip("市") in ("北京", "天津", "上海", "重庆"):
        city = province
    return Address(province, city, match["district"] or "", "", match["rest"].strip(), zip_code)


def is_masked(name: str, phone: str, detail: str) -> bool:
    """Whether the platform hides who or where: asterisks in the parts, or ciphertext."""
    joined = f"{name}{phone}{detail}"
    if not any(mark in joined for mark in _MARKS):
        return False
    return (
        "*" in name
        or "＊" in name
        or "*" in phone
        or "**" in detail
        or name.startswith(CIPHER_MARKS)
        or phone.startswith(CIPHER_MARKS)
        or detail.startswith(CIPHER_MARKS)
    )
