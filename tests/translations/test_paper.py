"""Every fixed word on paper has both languages, and no word is kept that is printed nowhere."""

from __future__ import annotations

import ast
import re
from functools import cache

from printing import words
from printing.documents import Locale
from printing.documents.sheets import CARDS
from tests.translations.extraction import ROOT, places

DRAWING = (
    *sorted((ROOT / "printing/renderers/pdf").glob("*.py")),
    ROOT / "printing/templates/fields.py",
)
# Strings of the drawing code that look like words but are no words on paper: who made the file,
# how it is to be printed, the field a refusal names. And what is written alike everywhere.
NOT_PRINTED = frozenset({"Fahuo", "PrintScaling", "None", "SSCC", "ABCD"})
_LIKE_A_WORD = re.compile(r"[A-Z{][A-Za-z0-9{}',.: -]*[A-Za-z}.]")
_HAN = re.compile(r"[\u3400-\u9fff]")


@cache
def _chinese() -> dict[str, str]:
    return dict(words._CHINESE)


@cache
def _drawn() -> frozenset[str]:
    """Return the strings of the drawing code that can be words on paper."""
    found: set[str] = set(CARDS)
    for path in DRAWING:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        apart = {id(node) for part in ast.walk(tree) for node in _not_drawn(part)}
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in apart
            and _LIKE_A_WORD.fullmatch(node.value)
        }
    return frozenset(found - NOT_PRINTED)


def _not_drawn(node: ast.AST) -> list[ast.AST]:
    """Return the strings under a node that nobody draws: docstrings and what refusals say."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return [node.value]
    return list(ast.walk(node)) if isinstance(node, ast.Raise) else []


def test_every_word_drawn_has_chinese() -> None:
    assert sorted(_drawn() - _chinese().keys()) == []


def test_no_word_is_kept_that_is_drawn_nowhere() -> None:
    assert sorted(_chinese().keys() - _drawn()) == []


def test_both_languages_have_the_same_places() -> None:
    assert [e for e, zh in _chinese().items() if places(e) != places(zh)] == []


def test_every_chinese_word_is_chinese() -> None:
    without = (re.sub(r"{\w+}", "", chinese) for chinese in _chinese().values())
    assert [w for w in without if not _HAN.search(w) or re.search(r"[A-Za-z]", w)] == []


def test_a_word_fills_its_places_in_both_languages() -> None:
    assert words.word(Locale.ZH, "Parcel {i} of {n}", i=1, n=2) == "第 1 件 / 共 2 件"
    assert words.word(Locale.EN, "Parcel {i} of {n}", i=1, n=2) == "Parcel 1 of 2"
