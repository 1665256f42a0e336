"""What to buy of a supplier becomes a draft of a purchase order, once; a long one several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome
from warehouse.errors import NotFound, RuleViolation
from warehouse.gathering import Gathered
from warehouse.people import trail
from warehouse.receiving.commands.purchases import MOST_LINES, MakePurchase, Wanted, make_purchase
from warehouse.receiving.models import Supplier
from warehouse.receiving.rules import MOST_PIECES
from warehouse.settings import load_settings
from warehouse.supplying.reordering import Reorder, lines_of
from warehouse.supplying.splitting import Want, papers_of
from warehouse.supplying.stock import Asked
from warehouse.text import say

MOST_WANTED = 10_000_000  # of one SKU; more is a slip of the finger


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """So many pieces of a SKU are to be bought."""

    sku_id: int
    pieces: int


@dataclass(frozen=True, kw_only=True)
class OrderProposal(Command):
    """Draft what is proposed of a supplier, in these quantities; empty: all as proposed."""

    supplier_id: int
    lines: tuple[Chosen, ...] = ()


def order_proposal(session: Session, command: OrderProposal) -> Outcome:
    """Draft a purchase order of what is still proposed now; several where one cannot say it all.

    The supplier's row is locked while the proposal is made anew: what another has just drafted
    counts as coming, so two people with the same page open draft it once.

    Raises:
        RuleViolation: a SKU is proposed no more, or nothing is. InvalidInput: no number of pieces,
        or one nobody orders; the SKU is named. NotFound: no such supplier.
    """
    supplier = session.get(
        Supplier, command.supplier_id, with_for_update=True, populate_existing=True
    )
    if supplier is None:
        raise NotFound(say("supplier"), command.supplier_id)
    today = command.at.astimezone(command.zone).date()
    asked = Asked(day=today, settings=load_settings(session), zone=command.zone)
    proposed = {line.stock.sku_id: line for line in lines_of(session, asked, supplier.id)}
    if not proposed:
        raise RuleViolation(say("Nothing is proposed of {name} any more.", name=supplier.name))
    wanted = _wanted(command, proposed)
    expected = max(today + timedelta(days=proposed[i].lead_days) for i in wanted)
    papers = papers_of(
        [
            Want(sku_id=i, pieces=wanted[i], pack=line.stock.terms.pack_pieces)
            for i, line in proposed.items()
            if i in wanted
        ],
        most_pieces=MOST_PIECES,
        most_lines=MOST_LINES,
    )
    made = [
        make_purchase(
            session,
            MakePurchase(
                id=command.id, actor=command.actor, at=command.at, zone=command.zone,
                supplier=supplier.code, expected_on=expected,
                lines=tuple(_line(proposed[i], pieces) for i, pieces in paper),
            ),
        )
        for paper in papers
    ]  # fmt: skip
    trail.record_all(
        session, command, "sku", [(i, {"pieces": n}) for i, n in wanted.items()], "reordered"
    )
    return made[0] if len(made) == 1 else _several(made)


def _wanted(command: OrderProposal, proposed: Mapping[int, Reorder]) -> dict[int, int]:
    """Return SKU id → pieces to be ordered: as chosen, or all as it is proposed."""
    wanted = {line.sku_id: line.pieces for line in command.lines} or {
        sku_id: line.pieces for sku_id, line in proposed.items()
    }
    gone = set(wanted) - set(proposed)
    if gone:
        raise RuleViolation(
            say("{count} of these are ordered already or wanted no more. Look again.",
                count=len(gone))
        )  # fmt: skip
    told = Gathered()
    for sku_id, pieces in wanted.items():
        if not 0 < pieces <= MOST_WANTED:
            problem = say("This must be 1 to {most}.", most=MOST_WANTED)
            sku = proposed[sku_id].stock.code
            told.tell(say("{sku}: {problem}", sku=sku, problem=problem), f"pieces-{sku_id}")
    told.refuse()
    return wanted


def _line(proposal: Reorder, pieces: int) -> Wanted:
    return Wanted(sku_code=proposal.stock.code, pieces=pieces, price_fen=proposal.price_fen or 0)


def _several(made: Sequence[Outcome]) -> Outcome:
    numbers = [str(outcome.facts["number"]) for outcome in made]
    return Outcome(
        screen="purchases",
        message=say("Too much for one paper: {count} purchase orders are made, {first} to {last}.",
                    count=len(made), first=numbers[0], last=numbers[-1]),
        facts={"numbers": numbers},
    )  # fmt: skip
