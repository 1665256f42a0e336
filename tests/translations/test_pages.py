"""The pages of a whole site, read by somebody who reads Chinese: no English word on them."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from tests.apps import lend
from tests.translations.test_catalogue import CODES
from warehouse import demo
from warehouse.config import from_environment
from warehouse.db import Database, utcnow
from warehouse.people.auth import open_session
from warehouse.people.models import Key, Person, PersonRole, Role
from warehouse.waves.models import Wave, WaveState
from warehouse.web.access import COOKIE

STATIONS = ("/", "/pick", "/check", "/pack", "/weigh", "/ship")
EACH = 3  # pages of one kind that are read
# Names that are the same in every language, and the button that says "English" in it.
NAMES = frozenset({"Fahuo", "English", "spool"})
_SAID_BY_ATTRIBUTES = ("title", "aria-label", "placeholder", "alt")
_UNSPOKEN = frozenset({"script", "style", "code"})
_VOID = frozenset({"meta", "link", "input", "img", "br", "use", "path", "rect", "hr", "option"})
# A word has two small letters; what has digits or a line in it is a number of something.
_WORD = re.compile(r"(?<![\w-])[A-Za-z]*[a-z]{2,}[A-Za-z]*(?![\w-])", re.ASCII)


class Reader(HTMLParser):
    """Collects what a page says: its text but for codes, and the words of its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.said += [given[name] for name in _SAID_BY_ATTRIBUTES if name in given]
        self.links += [given[name] for name in ("href", "data-refresh") if name in given]
        is_code = tag in _UNSPOKEN or "code" in given.get("class", "").split()
        if tag not in _VOID:
            self._open.append((tag, is_code))

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag not in _VOID:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not any(is_code for _, is_code in self._open):
            self.said.append(data)


@pytest.fixture
def tablet(sqlite_database: Database, tmp_path: Path) -> FlaskClient:
    """A browser of somebody with every role, before a demo site, in Chinese."""
    demo.load(sqlite_database, data_dir=tmp_path, at=datetime(2026, 11, 21, 8, tzinfo=UTC))
    config = from_environment(
        {"FAHUO_DATA_DIR": str(tmp_path), "FAHUO_SECRET_KEY": "tests" * 8, "DATABASE_URL": ""}
    )
    app = lend(config, sqlite_database)
    with sqlite_database.transaction() as session:
        person = Person(name="张", login="zhang-san", locale="zh")
        session.add(person)
        session.flush()
        session.add_all(PersonRole(person_id=person.id, role=role) for role in Role)
        token = open_session(session, person, None, utcnow(), by=Key.PASSWORD)
    client = app.test_client()
    client.set_cookie(COOKIE, token)
    return client


def test_chinese_pages_have_no_english_words(
    tablet: FlaskClient, sqlite_database: Database, tmp_path: Path
) -> None:
    with sqlite_database.reading() as session:
        logins = set(session.scalars(sa.select(Person.login).where(Person.login.is_not(None))))
        walks = session.scalars(sa.select(Wave.id).where(Wave.state == WaveState.PICKING)).all()
    known = CODES | NAMES | logins | set(_WORD.findall(str(tmp_path)))
    found: Counter[str] = Counter()
    kinds = set()
    for kind, said in _pages(tablet, [*STATIONS, *(f"/pick/{walk}" for walk in walks)]):
        kinds.add(kind)
        words = {word for text in said for word in _WORD.findall(text)} - known
        found.update(f"{kind}: {word}" for word in words)
    assert {"orders.order", "printers.job", "pick.wave", "stock.sku", "home.me"} <= kinds
    assert sorted(found) == []


def _pages(client: FlaskClient, starts: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield (kind of page, what it says), some of each kind that links lead to."""
    urls = client.application.url_map.bind("localhost")
    waiting, seen = deque(starts), Counter[str]()
    done: set[str] = set()
    while waiting:
        url = waiting.popleft()
        if url in done or not urls.test(url.partition("?")[0], "GET"):
            continue
        done.add(url)
        kind = urls.match(url.partition("?")[0], "GET")[0]
        seen[kind] += 1
        if seen[kind] > EACH or kind.startswith(("static", "api.", "pictures.")):
            continue
        answer = client.get(url)
        assert answer.status_code < 400, url
        if answer.mimetype == "text/html":
            reader = Reader()
            reader.feed(answer.get_data(as_text=True))
            waiting += [link for link in reader.links if link.startswith("/")]
            yield kind, reader.said
