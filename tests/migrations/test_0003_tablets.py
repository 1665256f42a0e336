"""Tablets and tries at the door come to a site at work: people and their keys stay as they are."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database
from warehouse.people.auth import person_by_secret
from warehouse.people.models import LoginSession, LoginTry, Person, PersonRole, Role, Tablet

PERSON = (
    "INSERT INTO person (id, name, login, pin_hash, locale, is_active, failed_logins, locked_until)"
    " VALUES (90, 'Wang', 'wang', 'kept', 'zh', {true}, 4, NULL)"
)
SESSION = (
    "INSERT INTO login_session (token_hash, person_id, started_at, seen_at, ends_at)"
    " VALUES ('t', 90, '2026-03-02T01:00:00+00:00', '2026-03-02T01:00:00+00:00',"
    " '2036-03-02T01:00:00+00:00')"
)


def test_a_site_at_work_keeps_its_people_and_everybody_logs_in_once_more(whole: Database):
    world = World(whole)
    world.bring(Stage.DISPATCHED)
    migrations.downgrade(whole, "0002")
    with whole.transaction() as session:
        session.execute(sa.text(PERSON.format(true="1" if whole.is_sqlite else "true")))
        session.execute(sa.text(SESSION))
    migrations.upgrade(whole)
    wang = world.get(Person, 90)
    assert (wang.login, wang.pin_hash, wang.is_active) == ("wang", "kept", True)
    assert [world.all(table) for table in (LoginSession, LoginTry, Tablet)] == [[], [], []]
    assert world.differences() == []
    world.add(PersonRole(person_id=90, role=Role.PACKER))
    with whole.reading() as session:
        assert person_by_secret(session, "wang", "4711", is_pin=True) is None


def test_going_back_leaves_nobody_shut_out(whole: Database):
    World(whole).add(Person(name="Wang", login="wang"))
    migrations.downgrade(whole, "0002")
    with whole.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT failed_logins, locked_until FROM person")).all()
    assert set(rows) == {(0, None)}
    assert len(rows) == 2
