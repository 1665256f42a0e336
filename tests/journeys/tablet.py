"""A tablet and a desk over plain HTTP: what a browser would send, and what it would see."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Self

from flask import Flask
from flask.testing import FlaskClient

from warehouse.commands import Actor, execute, new_id
from warehouse.db import utcnow
from warehouse.people.auth import SYSTEM_PERSON_ID, hash_token
from warehouse.people.tablets import EnrolTablet, enrol_tablet
from warehouse.web.door import TABLET_COOKIE

_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
_STATION = re.compile(r'<section id="station" data-screen="([^"]*)" data-subject="([^"]*)"')
_SAID = re.compile(r'<span class="said">(.*?)</span>', re.S)
_GOTO = re.compile(r'data-goto="([^"]+)"')


def enrolled(app: Flask, name: str = "a tablet") -> str:
    """Enrol a tablet; return the token its cookie holds."""
    token = new_id()
    command = EnrolTablet(
        id=new_id(), actor=Actor(person_id=SYSTEM_PERSON_ID), at=utcnow(), name=name,
        token_hash=hash_token(token),
    )  # fmt: skip
    execute(app.extensions["fahuo_database"], enrol_tablet, command)
    return token


@dataclass
class Browser:
    """One device with its cookies and the token of its last page."""

    app: Flask
    client: FlaskClient = field(init=False)
    token: str = ""
    html: str = ""

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    @classmethod
    def at_desk(cls, app: Flask, login: str, password: str) -> Self:
        """Log somebody in by password, which opens all of their rights."""
        browser = cls(app)
        browser.get("/login?desk")
        assert browser.post("/login", login=login, password=password, next="/") == 302
        return browser

    def get(self, url: str) -> int:
        """Open a page, redirects followed; return its status."""
        answer = self.client.get(url, follow_redirects=True)
        self.html = answer.get_data(as_text=True)
        found = _TOKEN.search(self.html)
        self.token = unescape(found.group(1)) if found else self.token
        return answer.status_code

    def post(self, url: str, **form: object) -> int:
        """Send a form with the page's token; return the status before any redirect."""
        answer = self.client.post(
            url,
            data={"csrf_token": self.token, **form},
            headers={"X-CSRFToken": self.token},
            content_type="multipart/form-data" if "files" in form else None,
        )
        self.html = answer.get_data(as_text=True)
        self.location = answer.headers.get("Location", "")
        return answer.status_code


@dataclass
class Tablet(Browser):
    """A station's tablet with its scanner."""

    url: str = ""
    screen: str = ""
    subject: str = ""

    @classmethod
    def of(cls, app: Flask, badge: str) -> Tablet:
        """Log somebody in by badge on a tablet of the house."""
        tablet = cls(app)
        tablet.client.set_cookie(TABLET_COOKIE, enrolled(app))
        tablet.get("/login")
        assert tablet.post("/login", badge=badge, pin="", next="/") == 302
        return tablet

    def open(self, url: str) -> None:
        """Open a station's page."""
        assert self.get(url) == 200, self.html[:500]
        self.url = url
        self._see()

    def scan(self, barcode: str, **fields: object) -> int:
        """Scan something; return the status, with the screen it led to kept."""
        status = self.post(
            f"{self.url}/scans",
            command_id=fields.pop("command_id", None) or new_id(),
            barcode=barcode,
            screen=self.screen,
            subject=self.subject,
            **fields,
        )
        goto = _GOTO.search(self.html)
        if goto:
            self.open(unescape(goto.group(1)))
        else:
            self._see()
        return status

    @property
    def said(self) -> str:
        """What the message line says."""
        found = _SAID.search(self.html)
        return unescape(found.group(1)).strip() if found else ""

    def _see(self) -> None:
        found = _STATION.search(self.html)
        if found:
            self.screen, self.subject = found.groups()
