"""`fahuo people`: who works here, and what lets them in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from printing.documents import Badge, BadgeSheet, Locale
from printing.errors import PrintingError
from printing.media import media
from printing.renderers.pdf import render
from warehouse.api.shapes.people import list_people
from warehouse.api.shapes.people import person_of as shape
from warehouse.cli import Site
from warehouse.cli.language import Refusal, note, spoken
from warehouse.cli.speaking import (
    actor_of,
    as_person,
    listing,
    machine_readable,
    perform,
    person_of,
    put_json,
    put_outcome,
)
from warehouse.cli.tables import of, put_list
from warehouse.db import utcnow
from warehouse.errors import InvalidInput
from warehouse.people.auth import hash_secret, hash_token, new_badge_token
from warehouse.people.commands import SavePerson, SetKey, save_person, set_key
from warehouse.people.models import Key, Person, Role
from warehouse.people.rules import password_problem
from warehouse.scanning import BADGE_PREFIX
from warehouse.settings import load_settings
from warehouse.text import LOCALES, say, translate

WORDS = {"roles": of(Role)}
LISTED = ("login", "name", "roles", "locale", "is_active", "has_badge", "has_pin", "has_password")


@click.group("people")
def people_cli() -> None:
    """People, badges and passwords."""


@people_cli.command("list")
@listing
@click.pass_obj
def list_command(site: Site, /, **asked: Any) -> None:
    """List people with their roles and the keys they have."""
    put_list(site, list_people, "people", LISTED, WORDS, **asked)


@people_cli.command("add")
@click.argument("name")
@click.option("--login", "new_login", required=True, help="Small letters, digits, dots, dashes.")
@click.option("--role", "roles", multiple=True, type=click.Choice([r.value for r in Role]),
              help="May be given several times.")  # fmt: skip
@click.option("--locale", type=click.Choice(sorted(LOCALES)), default="zh", show_default=True,
              help="The language of their screens.")  # fmt: skip
@as_person
@machine_readable
@click.pass_obj
def add_command(site: Site, name: str, new_login: str, roles: tuple[str, ...], locale: str,
                login: str | None, as_json: bool) -> None:  # fmt: skip
    """Take somebody on. Nothing lets them in yet: give a badge or a password."""
    outcome = perform(
        site, actor_of(site, login), save_person, SavePerson,
        name=name, login=new_login, locale=locale, roles=tuple(map(Role, roles)),
    )  # fmt: skip
    with site.database.reading() as session:
        facts = shape(session.get_one(Person, outcome.subject_id))
    if as_json:
        put_json(facts)
    else:
        put_outcome(outcome, as_json=False)


@people_cli.command("badge")
@click.argument("who", metavar="LOGIN")
@click.option("--out", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="Write the badge as a PDF to cut out.")  # fmt: skip
@as_person
@machine_readable
@click.pass_obj
def badge_command(site: Site, who: str, out: Path | None, login: str | None, as_json: bool) -> None:
    """Make a new badge and print what its barcode says, this once; the old one opens nothing."""
    token = new_badge_token()
    with site.database.reading() as session:
        person = person_of(session, who)
        paper = _badge(site, session, person, token) if out is not None else b""
    perform(
        site, actor_of(site, login), set_key, SetKey,
        person_id=person.id, key=Key.BADGE, hash=hash_token(token),
    )  # fmt: skip
    if out is not None:
        out.write_bytes(paper)
    if as_json:
        put_json({"login": person.login, "badge": BADGE_PREFIX + token,
                  "file": str(out) if out else None})  # fmt: skip
        return
    click.echo(BADGE_PREFIX + token)
    note(say("Keep it well: it is not shown again."))


def _badge(site: Site, session: Session, person: Person, token: str) -> bytes:
    from warehouse.web.words import word  # with Flask behind it: other commands do without

    settings = load_settings(session)
    badge = Badge(
        content=BADGE_PREFIX + token,
        name=person.name,
        roles=tuple(translate(word(role.role), settings.paper_locale) for role in person.roles),
        hint=person.login or "",
    )
    sheet = BadgeSheet(
        locale=Locale(settings.paper_locale),
        sheet_no=f"badge-{utcnow().astimezone(site.config.time_zone):%Y%m%d%H%M%S}",
        badges=(badge,),
        site=settings.site_name,
    )
    try:
        return render(sheet, media("A4"))
    except PrintingError as error:
        raise Refusal(say("The badge cannot be drawn: {why}", why=str(error))) from error


@people_cli.command("password")
@click.argument("who", metavar="LOGIN")
@click.option("--stdin", "from_stdin", is_flag=True, help="Read it from standard input.")
@as_person
@machine_readable
@click.pass_obj
def password_command(
    site: Site, who: str, from_stdin: bool, login: str | None, as_json: bool
) -> None:
    """Set the password somebody logs in with at a desk; it is asked for, not echoed."""
    with site.database.reading() as session:
        person = person_of(session, who)
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        question = spoken(say("Password"))
        password = click.prompt(question, hide_input=True, confirmation_prompt=True, err=True)
    problem = password_problem(password, login=person.login or "", name=person.name)
    if problem is not None:
        raise InvalidInput(problem, field="password")
    outcome = perform(
        site, actor_of(site, login), set_key, SetKey,
        person_id=person.id, key=Key.PASSWORD, hash=hash_secret(password),
    )  # fmt: skip
    put_outcome(outcome, as_json=as_json, login=person.login)
