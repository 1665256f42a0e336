"""What paper may show of a person: the one place where names, phones and addresses are hidden.

Public rule for electronic waybills: at least one character of the name, at least six digits of the
phone and the unit or room of the address are hidden. Full values stay in the facts; renderers pass
them through here. A value that came masked already is left as it is.
"""

from __future__ import annotations

import re

STAR = "*"
KEPT_HEAD = 3
KEPT_TAIL = 2
HIDDEN_DIGITS = 6
MASKED_PHONE = re.compile(r"\*{4}")
MASKED_ADDRESS = re.compile(r"\*{2}")
# So many digits in a row are a phone wherever they stand, also beside stars.
LONG_NUMBER = re.compile(r"\d{7,}")
# A platform's extension behind a name, "王五[3421]": the courier needs it to be put through.
NAME_EXTENSION = re.compile(r"[\[［]\d{3,6}[\]］]$")
COUNTRY = re.compile(r"^\s*(?:\+|00)86[\s-]*")
EXTENSION = re.compile(r"(?:\s*(?:-|,|，|#|转|[xX]|ext\.?)\s*)(\d{1,6})\s*$")
SHORTEST_WITH_EXTENSION = 10
# Pairs, one after the other.
_COMPOUND = (
    "欧阳司马上官诸葛东方皇甫尉迟公孙令狐宇文长孙慕容司徒司空端木夏侯"
    "南宫独孤轩辕百里东郭呼延闻人澹台公冶宗政濮阳淳于单于太叔申屠钟离"
    "鲜于闾丘亓官歐陽司馬諸葛東方長孫獨孤尉遲軒轅鍾離鮮于閭丘聞人東郭"
)
COMPOUND_SURNAMES = frozenset(_COMPOUND[at : at + 2] for at in range(0, len(_COMPOUND), 2))
# What follows a number of the street's scale: that number finds the house, not the room.
_STREET = (
    r"号(?![楼房室院栋幢])|號(?![樓房室])|弄|巷|路|街|道|线|里(?!面)|村"
    r"|组|队|社|区|环|期|公里|米|大街|胡同|支"
)
STREET_NUMBER = re.compile(rf"\d+(?:-\d+)?(?=\s*(?:{_STREET}))")
STREET_NUMBER_EN = re.compile(
    r"\d+(?=\s+(?:[A-Za-z.']+\s+){0,3}(?:rd|road|st|street|ave|avenue|lane|ln|blvd|drive|dr|way)\b)",
    re.IGNORECASE,
)
ROOM_UNIT = r"(?:栋|幢|棟|座|单元|單元|号楼|号房|号室|号院|室|房|户|层|楼|樓|门|排|铺)"
HAN_NUMBER_OF_UNIT = re.compile(rf"[一二三四五六七八九十百零〇两甲乙丙丁]+(?={ROOM_UNIT})")
LETTER_OF_UNIT = re.compile(rf"[A-Za-zＡ-Ｚａ-ｚ]+(?={ROOM_UNIT})")
LETTERS_AT_DIGITS = re.compile(r"(?<=[\d*])[A-Za-z](?![A-Za-z])|(?<![A-Za-z])[A-Za-z](?=[\d*])")
DIGITS = re.compile(r"\d")


def mask_name(name: str) -> str:
    """Return the name with all but the surname, or each Latin word's first letter, hidden.

    A name of one character is hidden whole. At most two stars stand for the hidden part, so that
    its length is not told.
    """
    if STAR in name:
        return mask_note(name)
    extension = NAME_EXTENSION.search(name)
    bare, tail = (name[: extension.start()], extension[0]) if extension else (name, "")
    words = bare.split()
    if not words:
        return STAR + tail
    if len(words) == 1 and len(words[0]) == 1:
        return STAR + tail
    if not bare[0].isascii():
        compact = "".join(words)
        kept = 2 if compact[:2] in COMPOUND_SURNAMES and len(compact) > len("欧阳") else 1
        return compact[:kept] + STAR * min(2, len(compact) - kept) + tail
    return " ".join(word[0] + STAR * 2 if len(word) > 1 else STAR for word in words) + tail


def mask_phone(phone: str) -> str:
    """Return the phone with at least six digits hidden: 138******78.

    A country code of China is dropped; the extension of a privacy number or an office is kept, the
    courier needs it to be put through. Other than digits and plain signs nothing remains.
    """
    if MASKED_PHONE.search(phone) and not LONG_NUMBER.search(phone):
        return phone
    bare = COUNTRY.sub("", phone)
    extension = EXTENSION.search(bare)
    if extension and len(DIGITS.findall(bare[: extension.start()])) >= SHORTEST_WITH_EXTENSION:
        return _mask_digits(bare[: extension.start()]) + "-" + extension[1]
    return _mask_digits(bare)


def mask_address(detail: str) -> str:
    """Return the address below the district with building, unit and room hidden.

    Numbers that find the house in its street stay readable; every other number is hidden, wherever
    it stands, with the letters and Chinese numerals of buildings and rooms.
    """
    if MASKED_ADDRESS.search(detail) and not LONG_NUMBER.search(detail):
        return detail
    kept: set[int] = set()
    for pattern in (STREET_NUMBER, STREET_NUMBER_EN):
        for match in pattern.finditer(detail):
            kept.update(range(*match.span()))
    hidden = "".join(
        STAR if character.isdigit() and at not in kept else character
        for at, character in enumerate(detail)
    )
    for pattern in (HAN_NUMBER_OF_UNIT, LETTER_OF_UNIT):
        hidden = pattern.sub(lambda match: STAR * len(match[0]), hidden)
    return LETTERS_AT_DIGITS.sub(STAR, hidden) if STAR in hidden else hidden


def mask_note(note: str) -> str:
    """Return free text with every number long enough to be a phone masked as one."""
    return LONG_NUMBER.sub(lambda match: _mask_digits(match[0]), note)


def _mask_digits(number: str) -> str:
    places = [at for at, character in enumerate(number) if character.isdigit()]
    spare = max(0, len(places) - HIDDEN_DIGITS)
    tail = min(KEPT_TAIL, spare)
    head = min(KEPT_HEAD, spare - tail)
    hidden = set(places[head : len(places) - tail])
    shown = "".join(
        STAR if at in hidden else character
        for at, character in enumerate(number)
        if character.isdigit() or character in " -()+"
    )
    return shown.strip()
