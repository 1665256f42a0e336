"""One command, one transaction, at most once: `execute` and what it stores."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from tests.builders import World
from warehouse import commands
from warehouse.commands import (
    Actor,
    Command,
    CommandRow,
    Outcome,
    Tone,
    execute,
    fingerprint_of,
    new_id,
    refusals_of,
)
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.gate import DatabaseBusy
from warehouse.gathering import Gathered
from warehouse.numbers import next_number
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class Say(Command):
    """Say something (for tests)."""

    words: tuple[str, ...] = ()


def answer(_session, command: Say) -> Outcome:
    return Outcome(
        screen="test",
        subject_id=7,
        message=say("{what} of {n}.", what=say("a {thing}", thing="mug"), n=2),
        tone=Tone.ATTENTION,
        is_step_done=True,
        facts={"words": list(command.words), "n": None},
    )


def test_the_stored_outcome_is_the_outcome(world: World):
    command = world.command(Say, words=("a", "b"))
    first = execute(world.database, answer, command)
    again = execute(world.database, answer, command)
    assert again == first
    assert str(again.message) == "a mug of 2."
    assert again.is_replayed


def test_who_did_what_when_and_where_is_kept(world: World):
    station = world.station()
    command = world.command(Say, by="packer", station=station)
    execute(world.database, answer, command)
    row = world.get(CommandRow, command.id)
    assert (row.name, row.person_id, row.station_id, row.at) == (
        "Say",
        world.person("packer"),
        station,
        command.at,
    )


def test_a_refused_command_leaves_no_row_and_may_be_sent_again(world: World):
    command = world.command(Say)

    def refuse(session, _command) -> Outcome:
        next_number(session, "test")
        raise RuleViolation(say("No."))

    with world.nothing_written(), pytest.raises(RuleViolation):
        execute(world.database, refuse, command)
    assert execute(world.database, answer, command).is_replayed is False


def refuse(session, command: Say) -> Outcome:
    next_number(session, "refused")
    told = Gathered()
    told.tell(say("One."), "first")
    told.take("second", lambda: _raise(RuleViolation(say("Two."))))
    told.take("rows", lambda: _raise(InvalidInput(say("Three."), field="bin")), _of_line)
    return told.sound(answer(session, command))


def _raise(error: Exception) -> None:
    raise error


def _of_line(problem: Text) -> Text:
    return say("Line {line}: {problem}", line=3, problem=problem)


def test_all_that_was_gathered_is_refused_at_once_each_at_its_field(world: World):
    refusal = world.refused(InvalidInput, refuse, Say)
    assert [(one.field, str(one.text)) for one in refusal.all] == [
        ("first", "One."), ("second", "Two."), ("rows", "Line 3: Three."),
    ]  # fmt: skip


def test_what_speaks_against_a_command_is_asked_without_doing_it(world: World):
    command, before = world.command(Say), world.rows()
    found = refusals_of(world.database, refuse, command)
    assert [one.field for one in found] == ["first", "second", "rows"]
    assert refusals_of(world.database, answer, command) == ()
    assert world.rows() == before
    assert not execute(world.database, answer, command).is_replayed


def test_a_crash_inside_a_command_leaves_nothing(world: World):
    def crash(session, _command) -> Outcome:
        next_number(session, "test")
        raise ZeroDivisionError

    command = world.command(Say)
    with world.nothing_written(), pytest.raises(ZeroDivisionError):
        execute(world.database, crash, command)


def test_the_same_act_resent_later_is_the_same_act():
    command = Say(id="1", actor=Actor(person_id=1), at=World.now, words=("a",))
    assert fingerprint_of(command) == fingerprint_of(replace(command, id="2", at=None))


def test_an_act_resent_from_another_station_is_answered_and_counts_once(world: World):
    command = world.command(Say, by="packer", station=world.station())
    first = execute(world.database, answer, command)
    moved = replace(command, actor=replace(command.actor, station_id=None))
    again = execute(world.database, answer, moved)
    assert (again, again.is_replayed) == (first, True)


@pytest.mark.parametrize(
    "change",
    [{"words": ("b",)}, {"actor": Actor(person_id=2)}],
)
def test_another_act_has_another_fingerprint(change):
    command = Say(id="1", actor=Actor(person_id=1), at=World.now, words=("a",))
    assert fingerprint_of(command) != fingerprint_of(replace(command, **change))


def test_what_has_no_plain_form_is_no_command():
    with pytest.raises(TypeError):
        fingerprint_of(Say(id="1", actor=Actor(person_id=1), at=World.now, words=(object(),)))


def busy(session, times: list[int], error: Exception):
    times.append(1)
    if len(times) < 3:
        raise error
    return answer(session, Say(id="", actor=Actor(person_id=1), at=World.now))


class Sqlstate(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


PASSING = [
    OperationalError("", {}, Sqlstate("40P01")),
    OperationalError("", {}, Sqlstate("40001")),
    OperationalError("", {}, Sqlstate("55P03")),
    IntegrityError("", {}, Sqlstate("23505")),
    IntegrityError("", {}, Sqlstate("23503")),
    IntegrityError("", {}, Exception("UNIQUE constraint failed: wave.number")),
    OperationalError("", {}, Exception("database is locked")),
]
LASTING = [
    IntegrityError("", {}, Sqlstate("23514")),
    IntegrityError("", {}, Sqlstate("23502")),
    IntegrityError("", {}, Exception("CHECK constraint failed: covered")),
    OperationalError("", {}, Exception("no such table: wave")),
]


@pytest.mark.parametrize("error", PASSING, ids=str)
def test_faults_of_the_moment_are_tried_again(world: World, error: Exception):
    times: list[int] = []
    execute(world.database, lambda s, _: busy(s, times, error), world.command(Say))
    assert len(times) == 3


@pytest.mark.parametrize("error", LASTING, ids=str)
def test_faults_that_last_are_not_tried_again(world: World, error: Exception):
    times: list[int] = []
    with world.nothing_written(), pytest.raises(type(error)):
        execute(world.database, lambda s, _: busy(s, times, error), world.command(Say))
    assert len(times) == 1


def test_a_database_that_stays_busy_is_said(world: World, monkeypatch):
    monkeypatch.setattr(commands, "RETRY_PAUSE_S", 0.0)
    times: list[int] = []

    def always(_session, _command) -> Outcome:
        times.append(1)
        raise PASSING[0]

    with world.nothing_written(), pytest.raises(DatabaseBusy):
        execute(world.database, always, world.command(Say))
    assert len(times) == commands.ATTEMPTS


def test_running_numbers_have_no_gap_after_a_refusal(world: World):
    def take(session, _command) -> Outcome:
        n = next_number(session, "test")
        if n == 2 and not taken:
            taken.append(n)
            raise RuleViolation(say("No."))
        return Outcome(screen="test", message=say("Done."), facts={"n": n})

    taken: list[int] = []
    numbers = []
    for _ in range(4):
        try:
            numbers.append(world.do(take, Say, id=new_id()).facts["n"])
        except RuleViolation:
            numbers.append(0)
    assert numbers == [1, 0, 2, 3]
