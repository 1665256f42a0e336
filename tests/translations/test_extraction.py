"""What the extraction finds in code and templates, and what it complains of."""

from __future__ import annotations

from tests.translations.extraction import (
    Entry,
    Said,
    mended,
    places,
    read_code,
    read_template,
    written,
)


def _code(text: str) -> Said:
    found = Said()
    read_code(text, "a.py", found)
    return found


def _template(text: str) -> Said:
    found = Said()
    read_template(text, "a.html", found)
    return found


def test_a_sentence_of_code_is_found() -> None:
    assert _code("x = say('Scan {what}.', what=1)").sources == {"Scan {what}.": ["a.py"]}


def test_both_arms_of_a_choice_are_found() -> None:
    assert list(_code("say('in' if x else 'out')").sources) == ["in", "out"]


def test_a_variable_is_followed_inside_its_function() -> None:
    code = "def f():\n    text = 'yes' if a else 'no'\n    return say(text)\n"
    assert list(_code(code).sources) == ["yes", "no"]


def test_a_function_that_takes_a_msgid_is_heard_too() -> None:
    code = (
        "def _with(msgid, name):\n    return Text(msgid, {name: 1})\n_with('Held: {note}', 'note')"
    )
    found = _code(code)
    assert list(found.sources) == ["Held: {note}"]
    assert found.unreadable == []


def test_a_sentence_that_is_made_up_is_complained_of() -> None:
    assert _code("say(state.value)").unreadable == ["a.py: say(state.value)"]


def test_a_place_that_is_not_filled_is_complained_of() -> None:
    found = _code("say('Scan {what}.', that=1)")
    assert found.ill_filled == ["a.py: 'Scan {what}.' is given ['that']"]


def test_a_sentence_of_a_template_is_found_inside_its_macros() -> None:
    found = _template(
        "{% macro m(x) %}<b title=\"{{ _('A') }}\">{{ _('B') if x else _('C') }}</b>{% endmacro %}"
    )
    assert sorted(found.sources) == ["A", "B", "C"]


def test_a_place_that_a_template_does_not_fill_is_complained_of() -> None:
    found = _template("{{ _('{count} wait') }}")
    assert found.ill_filled == ["a.html: '{count} wait' is given []"]


def test_a_word_of_a_template_that_is_not_in_it_is_complained_of() -> None:
    assert _template("{{ _(order.state) }}").unreadable == ["a.html: _(order.state)"]


def test_the_places_of_a_sentence_are_its_names() -> None:
    assert places("{done} of {total}: {name}") == {"done", "total", "name"}


def test_an_entry_stays_with_its_file_as_long_as_that_says_it() -> None:
    old = [
        Entry(source="b.py", msgid="Yes", chinese="是"),
        Entry(source="b.py", msgid="Old", chinese="旧"),
    ]
    now = Said(sources={"Yes": ["a.py", "b.py"], "New": ["a.py"]})
    assert mended(old, now) == [
        Entry(source="a.py", msgid="New", chinese=""),
        Entry(source="b.py", msgid="Yes", chinese="是"),
    ]


def test_quotes_and_breaks_are_escaped_in_the_file() -> None:
    text = written([Entry(source="a.py", msgid='Say "so"', chinese="说“是”\n")])
    assert text.endswith('#: a.py\nmsgid "Say \\"so\\""\nmsgstr "说“是”\\n"\n')
