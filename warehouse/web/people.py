"""The desk's people: who works here, what they may do, and the keys that let them in."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.documents import Badge, BadgeSheet, Locale
from printing.media import media
from printing.queue import showing
from printing.queue.showing import Undrawn
from warehouse.errors import InvalidInput, NotFound, WarehouseError
from warehouse.people.auth import SYSTEM_PERSON_ID, hash_secret, hash_token, new_badge_token
from warehouse.people.commands import (
    MakeToken,
    RevokeToken,
    SavePerson,
    SetActive,
    SetKey,
    make_token,
    revoke_token,
    save_person,
    set_active,
    set_key,
)
from warehouse.people.models import ApiToken, Key, LoginSession, Person, PersonRole, Role
from warehouse.people.rights import OF_ROLE, Right
from warehouse.people.rules import password_problem, pin_problem
from warehouse.scanning import BADGE_PREFIX
from warehouse.settings import load_settings
from warehouse.text import Text, say, translate
from warehouse.web import drawing, tables
from warehouse.web.access import needs
from warehouse.web.context import config, do, form_ids, form_int, form_str, now, reading, speak
from warehouse.web.desk import act, noted, told
from warehouse.web.pages import invalid
from warehouse.web.spreadsheets import Field
from warehouse.web.timeline import story
from warehouse.web.words import options, word

bp = Blueprint("people", __name__, url_prefix="/people")
MOST_BADGES = 100
SORTS: dict[str, Any] = {"name": Person.name, "login": sa.func.coalesce(Person.login, "")}
FIELDS: tuple[Field, ...] = (
    (say("Full name"), lambda p: p.name),
    (say("Login"), lambda p: p.login or ""),
    (say("Active"), lambda p: p.is_active),
    (say("Badge"), lambda p: p.badge_hash is not None),
)
LISTING = tables.Listing(name="people", key=Person.id, sorts=SORTS, default="name", fields=FIELDS)


@bp.get("")
@needs(Right.PEOPLE)
def index() -> str | Response:
    """List the people with their roles."""
    query = sa.select(
        Person.id, Person.name, Person.login, Person.locale, Person.is_active,
        Person.badge_hash, Person.pin_hash.is_not(None).label("has_pin"),
        Person.password_hash.is_not(None).label("has_password"),
    ).where(Person.id != SYSTEM_PERSON_ID)  # fmt: skip
    if tables.text("all") != "1":
        query = query.where(Person.is_active)
    if q := tables.text("q"):
        query = query.where(sa.or_(tables.like(Person.name, q), tables.begins(Person.login, q)))
    if role := tables.one_of("role", Role):
        with_role = sa.select(PersonRole.person_id).where(PersonRole.role == role)
        query = query.where(Person.id.in_(with_role))
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, LISTING)
        page = tables.page_of(session, query, LISTING)
        roles: dict[int, list[Role]] = {}
        for row in session.scalars(
            sa.select(PersonRole).where(PersonRole.person_id.in_([p.id for p in page.rows]))
        ):
            roles.setdefault(row.person_id, []).append(row.role)
        return render_template(
            "people/index.html", page=page, roles=roles, role_options=options(Role, say("all")),
            q=q,
        )  # fmt: skip


@bp.get("/new")
@needs(Right.PEOPLE)
def new() -> str:
    """Show the form of a new person."""
    values = {"name": "", "login": "", "locale": "zh", "roles": []}
    return render_template("people/new.html", values=values, errors={}, **_choices())


def _choices() -> dict[str, Any]:
    return {"role_rights": {role: len(rights) for role, rights in OF_ROLE.items()},
            "role_words": options(Role)}  # fmt: skip


@bp.post("")
@needs(Right.PEOPLE)
def add() -> Response | tuple[str, int]:
    """Take somebody on."""
    try:
        outcome = do(save_person, SavePerson, **_typed())
    except InvalidInput as error:
        values = {**request.form, "roles": request.form.getlist("roles")}
        page = render_template(
            "people/new.html", values=values, errors=invalid(error), **_choices()
        )
        return page, 400
    return noted(outcome, _here(outcome.subject_id or 0))


def _typed() -> dict[str, Any]:
    given = request.form.getlist("roles")
    if any(role not in set(Role) for role in given):
        raise InvalidInput(say("There is no such role."), field="roles")
    return {
        "name": form_str("name", ""),
        "login": form_str("login", ""),
        "locale": form_str("locale", "zh"),
        "roles": tuple(Role(role) for role in given),
    }


def _here(person_id: int) -> str:
    return url_for("people.person", person_id=person_id)


@bp.get("/<int:person_id>")
@needs(Right.PEOPLE)
def person(person_id: int) -> str:
    """Show one person: roles, keys, sessions, what happened."""
    return _page(person_id, {}, {})


def _page(person_id: int, values: dict[str, Any], errors: dict[str, str], token: str = "") -> str:
    with reading() as session:
        found = _person(session, person_id)
        current = {
            "name": found.name, "login": found.login or "", "locale": found.locale,
            "roles": [r.role for r in found.roles], "token_name": "",
        }  # fmt: skip
        return render_template(
            "people/person.html",
            subject=found,
            values={**current, **values},
            errors=errors,
            token=token,
            sessions=list(
                session.scalars(
                    sa.select(LoginSession)
                    .where(LoginSession.person_id == person_id, LoginSession.ends_at > now())
                    .order_by(LoginSession.seen_at.desc())
                )
            ),
            tokens=list(
                session.scalars(
                    sa.select(ApiToken)
                    .where(ApiToken.person_id == person_id)
                    .order_by(ApiToken.id.desc())
                )
            ),
            events=story(session, [("person", [person_id])]),
            **_choices(),
        )


def _person(session: Session, person_id: int) -> Person:
    found = session.get(Person, person_id)
    if found is None or found.id == SYSTEM_PERSON_ID:
        raise NotFound(say("person"), person_id)
    return found


@bp.post("/<int:person_id>")
@needs(Right.PEOPLE)
def change(person_id: int) -> Response | tuple[str, int]:
    """Change name, login, language and roles."""
    try:
        outcome = do(save_person, SavePerson, person_id=person_id, **_typed())
    except InvalidInput as error:
        values = {
            "name": form_str("name", ""), "login": form_str("login", ""),
            "roles": request.form.getlist("roles"),
        }  # fmt: skip
        return _page(person_id, values, invalid(error)), 400
    except NotFound:
        raise
    except WarehouseError as error:
        return told(error, _here(person_id))
    return noted(outcome, _here(person_id))


@bp.post("/<int:person_id>/pin")
@needs(Right.PEOPLE)
def pin(person_id: int) -> Response | tuple[str, int]:
    """Give a new PIN."""
    typed = request.form.get("pin", "").strip()
    return _key(person_id, Key.PIN, typed, pin_problem(typed))


@bp.post("/<int:person_id>/password")
@needs(Right.PEOPLE)
def password(person_id: int) -> Response | tuple[str, int]:
    """Give a new password."""
    typed = request.form.get("password", "")
    with reading() as session:
        found = _person(session, person_id)
    problem = password_problem(typed, login=found.login or "", name=found.name)
    if not found.login:
        problem = say("Give a login first: a password goes with it.")
    return _key(person_id, Key.PASSWORD, typed, problem)


def _key(person_id: int, key: Key, secret: str, problem: Text | None) -> Response | tuple[str, int]:
    if problem is not None:
        return _page(person_id, {}, {str(key): speak(problem)}), 400
    with reading() as session:
        _person(session, person_id)
    return act(set_key, SetKey, back=_here(person_id), person_id=person_id, key=key,
               hash=hash_secret(secret))  # fmt: skip


@bp.post("/<int:person_id>/badge")
@needs(Right.PEOPLE)
def badge(person_id: int) -> Response:
    """Make a new badge and return it as a sheet to print; it cannot be shown again."""
    return _badges((person_id,))


@bp.post("/badges")
@needs(Right.PEOPLE)
def badges() -> Response:
    """Make new badges for the ticked people, on one sheet."""
    ids = form_ids("chosen")
    if not 0 < len(ids) <= MOST_BADGES:
        error = InvalidInput(say("Choose 1 to {most} rows.", most=MOST_BADGES), field="chosen")
        return told(error, url_for("people.index"))
    return _badges(ids)


def _badges(ids: tuple[int, ...]) -> Response:
    with reading() as session:
        found = [_person(session, i) for i in ids]
        site = load_settings(session)
    tokens = {who.id: new_badge_token() for who in found}
    sheet = [
        Badge(
            content=BADGE_PREFIX + tokens[who.id],
            name=who.name,
            roles=tuple(translate(word(r.role), site.paper_locale) for r in who.roles),
            hint=who.login or "",
        )
        for who in found
    ]
    number = f"badges-{now().astimezone(config().time_zone):%Y%m%d%H%M%S}"
    paper = BadgeSheet(
        locale=Locale(site.paper_locale), sheet_no=number, badges=tuple(sheet), site=site.site_name
    )
    # Drawn first: badges nobody can print must not put out those people have.
    sheets = Undrawn(document=paper, stock=media("A4"))
    response = make_response(drawing.shown(partial(showing.pdf, sheets)))
    for person_id, made in tokens.items():
        do(set_key, SetKey, person_id=person_id, key=Key.BADGE, hash=hash_token(made))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{number}.pdf"'
    return response


@bp.post("/<int:person_id>/active")
@needs(Right.PEOPLE)
def active(person_id: int) -> Response:
    """Somebody leaves, or comes back."""
    wanted = form_int("active", 0) == 1
    return act(set_active, SetActive, back=_here(person_id), person_id=person_id,
               is_active=wanted, reason=form_str("reason", ""))  # fmt: skip


@bp.post("/<int:person_id>/tokens")
@needs(Right.PEOPLE)
def token(person_id: int) -> str | tuple[str, int]:
    """Make a machine's key and show it, this once."""
    made = secrets.token_urlsafe(32)
    name = form_str("token_name", "")
    try:
        do(make_token, MakeToken, person_id=person_id, name=name, token_hash=hash_token(made))
    except InvalidInput as error:
        return _page(person_id, {"token_name": name}, invalid(error)), 400
    return _page(person_id, {}, {}, token=made)


@bp.post("/<int:person_id>/tokens/<int:token_id>/revoke")
@needs(Right.PEOPLE)
def revoke(person_id: int, token_id: int) -> Response:
    """Shut a machine out."""
    return act(revoke_token, RevokeToken, back=_here(person_id), token_id=token_id)
