"""A desk over plain HTTP: one client per role, on a database a test fills."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.apps import lend
from tests.builders import World
from tests.web.forms import forms_of
from warehouse.config import from_environment
from warehouse.db import Database, utcnow
from warehouse.people.auth import open_session
from warehouse.people.models import Key, Person, PersonRole, Role
from warehouse.web.access import COOKIE

_TAGS = re.compile(r"<(script|style).*?</\1>|<[^>]+>", re.S)


@dataclass
class Desk:
    """The application with its world; `as_` gives a browser of somebody with this role."""

    world: World
    folder: Path
    is_guarded: bool = False
    app: Flask = field(init=False)
    clients: dict[Role | None, FlaskClient] = field(default_factory=dict)
    people: dict[Role, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        config = from_environment(
            {
                "DATABASE_URL": str(self.world.database.url.render_as_string(hide_password=False)),
                "FAHUO_DATA_DIR": str(self.folder),
                "FAHUO_SECRET_KEY": "tests" * 8,
            }
        )
        self.app = lend(config, self.world.database)
        self.app.config["WTF_CSRF_ENABLED"] = self.is_guarded

    @property
    def database(self) -> Database:
        return self.world.database

    def as_(self, role: Role | None) -> FlaskClient:
        """Return the browser of somebody who has just this role, nobody for None."""
        if role not in self.clients:
            client = self.app.test_client()
            if role is not None:
                client.set_cookie(COOKIE, self.log_in(role))
            self.clients[role] = client
        return self.clients[role]

    def log_in(self, role: Role) -> str:
        with self.database.transaction() as session:
            person = Person(name=f"a {role}", login=f"{role}".replace("_", "-"), locale="en")
            session.add(person)
            session.flush()
            session.add(PersonRole(person_id=person.id, role=role))
            self.people[role] = person.id
            return open_session(session, person, None, utcnow(), by=Key.PASSWORD)

    def get(self, url: str, role: Role = Role.SUPERVISOR) -> TestResponse:
        return self.as_(role).get(url)

    def post(self, url: str, role: Role = Role.SUPERVISOR, **form: object) -> TestResponse:
        return self.as_(role).post(url, data=form)

    def submit(
        self, page: str, action: str, role: Role = Role.SUPERVISOR, **typed: object
    ) -> TestResponse:
        """Send a form of a page as a browser does, with all that was not typed as it stands."""
        (form,) = (f for f in forms_of(self.get(page, role).text) if (f.action or page) == action)
        return self.post(action, role, **(form.fields | typed))

    def said(self, answer: TestResponse, role: Role = Role.SUPERVISOR) -> str:
        """Follow the redirect of an act and return the words of the page it leads to."""
        assert answer.status_code == 303, answer.get_data(as_text=True)[:500]
        return words_of(self.as_(role).get(answer.headers["Location"]))


def words_of(answer: TestResponse) -> str:
    """Return what a page says, without its tags, blanks folded."""
    return " ".join(html.unescape(_TAGS.sub(" ", answer.get_data(as_text=True))).split())


def marked(answer: TestResponse) -> list[str]:
    """Return the names of the fields that are marked as wrong."""
    return re.findall(r'name="([^"]+)"[^>]*aria-invalid', answer.text)


def notice_of(answer: TestResponse) -> str:
    """Return the first notice of a page."""
    found = re.search(r'<p class="notice".*?</p>', answer.get_data(as_text=True), re.S)
    return " ".join(html.unescape(_TAGS.sub(" ", found[0])).split()) if found else ""


def links_to(answer: TestResponse, prefix: str) -> list[str]:
    """Return the addresses below `prefix` a page's main part links to, in order, once each."""
    body = answer.get_data(as_text=True).partition("<main")[2]
    found = re.findall(rf'href="({re.escape(prefix)}\d+)"', body)
    return list(dict.fromkeys(found))
