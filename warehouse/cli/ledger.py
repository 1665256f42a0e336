"""`fahuo ledger`: the proof of the stock."""

from __future__ import annotations

import click

from warehouse.api.shapes.stock import verify_ledger
from warehouse.cli import Site
from warehouse.cli.language import note, tell
from warehouse.cli.speaking import machine_readable, put_json
from warehouse.inventory.proof import PROOF_WORDS, Proof
from warehouse.text import say


@click.group("ledger")
def ledger_cli() -> None:
    """Prove the stock ledger."""


@ledger_cli.command("verify")
@machine_readable
@click.pass_obj
def verify_command(site: Site, as_json: bool) -> None:
    """Recompute every balance from its moves; exit 1 if any differs."""
    with site.database.reading() as session:
        found = verify_ledger(session)
    if as_json:
        put_json(found)
    for difference in found["differences"]:
        told = difference | {"kind": PROOF_WORDS[Proof(difference["kind"])]}
        note(say("{bin} {sku} {subject} {kind}: kept {kept}, computed {computed}", **told))
    if not found["ok"]:
        raise click.exceptions.Exit(1)
    if not as_json:
        tell(say("Every balance agrees with its moves."))
