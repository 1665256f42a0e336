"""`fahuo tokens`: keys to the JSON API."""

from __future__ import annotations

import secrets
from typing import Any

import click

from warehouse.api.shapes.people import list_tokens
from warehouse.cli import Site
from warehouse.cli.language import note
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
from warehouse.cli.tables import put_list
from warehouse.people.auth import hash_token
from warehouse.people.commands import MakeToken, RevokeToken, make_token, revoke_token
from warehouse.text import say

LISTED = ("id", "name", "login", "person", "created_at", "revoked_at")


@click.group("tokens")
def tokens_cli() -> None:
    """Keys to the JSON API."""


@tokens_cli.command("list")
@listing
@click.pass_obj
def list_command(site: Site, /, **asked: Any) -> None:
    """List the keys, revoked ones too. What a key says is kept nowhere."""
    put_list(site, list_tokens, "tokens", LISTED, **asked)


@tokens_cli.command("create")
@click.argument("name")
@click.option("--person", "owner", required=True, metavar="LOGIN", help="Whose rights it has.")
@as_person
@machine_readable
@click.pass_obj
def create_command(site: Site, name: str, owner: str, login: str | None, as_json: bool) -> None:
    """Make a key for a machine that acts as a person, and print it, this once."""
    with site.database.reading() as session:
        person_id = person_of(session, owner).id
    token = secrets.token_urlsafe(32)
    perform(
        site, actor_of(site, login), make_token, MakeToken,
        person_id=person_id, name=name, token_hash=hash_token(token),
    )  # fmt: skip
    if as_json:
        put_json({"token": token, "name": name.strip(), "login": owner.strip().lower()})
        return
    click.echo(token)
    note(say("Keep it well: it is not shown again."))


@tokens_cli.command("revoke")
@click.argument("token_id", type=click.IntRange(1, 2**53))
@as_person
@machine_readable
@click.pass_obj
def revoke_command(site: Site, token_id: int, login: str | None, as_json: bool) -> None:
    """Shut a machine out, by the id that `tokens list` tells."""
    outcome = perform(site, actor_of(site, login), revoke_token, RevokeToken, token_id=token_id)
    put_outcome(outcome, as_json=as_json, id=token_id)
